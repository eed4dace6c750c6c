"""The drawing of a person's own part of the mentorship tree."""

from __future__ import annotations

from django import template

from activities.lineage.pictures import Picture, make_own_picture
from activities.profile import Profile

register = template.Library()


@register.simple_tag
def own_lineage(profile: Profile) -> Picture | None:
    """From what the profile has loaded: no query."""
    return make_own_picture(profile.person, [*profile.mentors, *profile.mentees], profile.membership)
