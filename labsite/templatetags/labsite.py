"""Filters and tags that every template has without loading them."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from labsite.lib.markdown import render_markdown
from labsite.lib.search import Question, highlight

register = template.Library()
NOT_IN_SCRIPT = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


@register.filter
def markdown(text: str) -> SafeString:
    return render_markdown(text)


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency: “USD 40,000”, “EUR 12.50”."""
    text = f"{amount:,.2f}".removesuffix(".00")
    return f"{currency} {text}".strip()


@register.filter
def spell_email(address: str) -> str:
    """An address that a reader understands and a harvester does not: “ada at example dot org”."""
    return address.replace("@", " at ").replace(".", " dot ")


@register.filter
def linejoin(text: str) -> str:
    """Several lines as one."""
    return ", ".join(line.strip() for line in text.splitlines() if line.strip())


@register.filter
def json_ld(data: dict) -> SafeString:
    """A schema.org description as the script element that search engines read. No text can end the element."""
    text = json.dumps(data, ensure_ascii=False).translate(NOT_IN_SCRIPT)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - what could end it is escaped


@register.simple_tag(takes_context=True)
def breadcrumb_ld(context: Context, crumbs: list[tuple[str, str]], here: object) -> SafeString:
    """The breadcrumbs of a page as schema.org data."""
    root = context.get("site_root", "")
    trail = [("Home", "/"), *(crumbs or []), (str(here), context.get("canonical", "").removeprefix(root))]
    items = [
        {"@type": "ListItem", "position": position, "name": text, "item": f"{root}{address}"}
        for position, (text, address) in enumerate(trail, start=1)
    ]
    return json_ld({"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items})


@register.simple_tag
def mark_words(text: str, question: Question | str | None = None) -> SafeString:
    """`text` with what was searched for marked."""
    return highlight(text, question or Question())


@register.simple_tag
def icon(name: str) -> SafeString:
    """A symbol of `icons.svg` beside a word that says the same."""
    address = static("labsite/icons.svg")
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>', address, name
    )


@register.simple_tag
def is_new(item: object, today: datetime.date) -> bool:
    return item.is_new(today)
