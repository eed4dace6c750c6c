"""The drawing of a person's own part of the mentorship tree."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from activities.lineage import Strand
from activities.lineage.pictures import Picture, make_own_picture
from activities.models import MentorshipLevel
from activities.profile import Profile

register = template.Library()


@register.simple_tag
def own_lineage(profile: Profile) -> Picture | None:
    """From what the profile has loaded: no query."""
    return make_own_picture(profile.person, [*profile.mentors, *profile.mentees], profile.membership)


@register.simple_tag
def strand_entry(strand: Strand, show_period: bool = False) -> SafeString:
    """As what somebody was guided, on which occasions, and what came of it. Written out: a tree has hundreds."""
    said = [strand.period or gettext("Undated")] if show_period else []
    said += strand.occasions
    soft = format_html_join("", ' <span class="muted small">{}</span>', ((text,) for text in said))
    levels = gettext(", then ").join(level_words(level) for level in strand.levels)
    if levels:
        soft += format_html(' <span class="muted small">{}</span>', levels)
    outcomes = format_html_join("", '<p class="small">{}</p>', ((outcome,) for outcome in strand.outcomes))
    return format_html('<p><span class="badge">{}</span>{}</p>{}', strand.kind, soft, outcomes)


def level_words(level: MentorshipLevel) -> str:
    words = level.get_level_display()
    if not level.organization:
        return str(words)
    return gettext("%(level)s at %(organization)s") % {"level": words, "organization": level.organization}
