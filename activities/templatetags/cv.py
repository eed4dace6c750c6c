"""Tags that print a curriculum vitae."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from activities.cv.document import Line, Run
from labsite.lib.text import spell_email

register = template.Library()


@register.filter
def cv_line(line: Line) -> SafeString:
    """A line of a document with its links and looks."""
    return format_html_join("", "{}", ((show(run),) for run in line))


def show(run: Run) -> SafeString:
    """A run as HTML. E-mail addresses are spelled against harvesters of pages; the PDF file has them as they are."""
    text = spell_email(run.text) if run.is_email else run.text
    shown = format_html("{}", text)
    if run.is_name:
        shown = format_html("<bdi>{}</bdi>", shown)
    if run.language:
        shown = format_html('<span lang="{}">{}</span>', run.language, shown)
    if run.is_strong:
        shown = format_html("<strong>{}</strong>", shown)
    if run.is_emphasis:
        shown = format_html("<em>{}</em>", shown)
    if run.is_soft:
        shown = format_html('<span class="cv-soft">{}</span>', shown)
    if run.link and not run.is_email:
        shown = format_html('<a href="{}">{}</a>', run.link, shown)
    return shown
