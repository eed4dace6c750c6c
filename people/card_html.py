"""A person's card as HTML, written in Python: a list prints two hundred, and a template takes many times as long."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from labsite.lib.search import Question, highlight
from people.models import Membership, Person

NO_WORDS = Question()


def print_card(
    person: Person, stay: Membership | None, heading: str = "h3", question: Question | None = None, *,
    is_given: bool = True,
) -> SafeString:  # fmt: skip
    """The card with the stay it speaks of. One that is not `is_given` is told in one line, without its years.

    What was searched for by `question` is marked. Needs no query after `with_memberships()`.
    """
    marked = question or NO_WORDS
    address, name = escape(person.get_absolute_url()), highlight(person.name, marked)
    lines = [f'<{heading} class="person-card-name"><a href="{address}"><bdi>{name}</bdi></a></{heading}>']
    if person.native_name:
        language = f' lang="{escape(person.native_language)}"' if person.native_language else ""
        lines.append(f'<p class="muted small"{language}>{highlight(person.native_name, marked)}</p>')
    if stay is not None:
        lines += print_stay(stay, is_given=is_given)
    if person.headline:
        lines.append(f'<p class="muted small">{escape(person.headline)}</p>')
    text = f'<div class="person-card-text">{"".join(lines)}</div>'
    return mark_safe(f'<article class="card person-card">{print_face(person)}{text}</article>')  # noqa: S308 - escaped


def print_stay(stay: Membership, *, is_given: bool) -> list[str]:
    """The lines of a card on a stay."""
    group = escape(str(stay.group)) if stay.group and stay.group.is_published else ""
    aside = escape(stay.period) if is_given else group
    beside = f', <span class="muted">{aside}</span>' if aside else ""
    lines = [f'<p class="small">{escape(stay.role_text)}{beside}</p>']
    return [*lines, f'<p class="muted small">{group}</p>'] if is_given and group else lines


def print_face(person: Person) -> str:
    """The photo or the initials, as `people/_avatar.html` has them: a photo by this template, initials at once."""
    initials = person.initials
    if not initials or (person.photo and person.photo_consent):
        return render_to_string("people/_avatar.html", {"person": person})
    return format_html(
        '<span class="avatar avatar-card avatar-initials tint-{}" aria-hidden="true">{}</span>', person.tint, initials
    )
