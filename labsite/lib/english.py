"""The English of texts that the interface translates, for what is read back by programs: tables, stored rows. Pure."""

from __future__ import annotations

from django.db.models import Choices
from django.utils import translation


def english(text: object) -> str:
    """A text of the interface in English, whatever language is active."""
    with translation.override("en"):
        return str(text)


def english_choices(choices: type[Choices]) -> list[tuple[str, str]]:
    """Value and English label of each choice."""
    with translation.override("en"):
        return [(value, str(label)) for value, label in choices.choices]
