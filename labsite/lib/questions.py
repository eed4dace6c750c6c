"""What visitors write into query strings, checked; a mistake is explained in words that quote it."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from labsite.lib.search import MAX_TERMS, read_question
from labsite.lib.text import UNSAFE_CHARACTERS

MAX_LETTERS = 200

LONGEST_KEY = 18  # digits


def read_key(text: str) -> int | None:
    """The primary key that `text` writes; None for anything else, numbers too long for any database included."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_KEY else None


def printable(text: str) -> str:
    """The value as a message may quote it: shortened, without signs that do not print."""
    shown = "".join(char for char in text if char.isprintable())
    return shown if len(shown) <= 60 else f"{shown[:60]}…"


def problem_of_words(text: str) -> str:
    """Why `text` cannot be searched for, in words; "" where it can."""
    shown = printable(text)
    if UNSAFE_CHARACTERS.search(text):
        return gettext(
            "“%(shown)s” holds signs that cannot be seen (NUL, or marks of direction). Type it again without them."
        ) % {"shown": shown}
    if len(text) > MAX_LETTERS:
        return gettext("“%(shown)s” is longer than %(MAX_LETTERS)s letters. Use a few words of it.") % {
            "shown": shown,
            "MAX_LETTERS": MAX_LETTERS,
        }
    terms = read_question(text).terms
    if text.strip() and not terms:
        return gettext("There is nothing to look for in “%(shown)s”. Use letters or digits.") % {"shown": shown}
    if len(terms) > MAX_TERMS:
        return gettext("“%(shown)s” has %(terms)s words. Use at most %(MAX_TERMS)s of them.") % {
            "shown": shown,
            "terms": len(terms),
            "MAX_TERMS": MAX_TERMS,
        }
    return ""


class WordsField(forms.CharField):
    """Words to look for."""

    def run_validators(self, value: str) -> None:
        """Nothing but `validate`, whose messages name the value."""

    def validate(self, value: str) -> None:
        problem = problem_of_words(value)
        if problem:
            raise ValidationError(problem)
