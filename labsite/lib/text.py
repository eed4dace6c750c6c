"""Folding text for search and sorting, slugs, amounts and spelled addresses. Pure functions and one derived column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from anyascii import anyascii
from django.db import models
from django.utils.text import slugify
from django.utils.translation import pgettext

# Directional overrides and NULs have no place in names or titles and can disguise them.
UNSAFE_CHARACTERS = re.compile("[\x00\u202a-\u202e\u2066-\u2069]")
MARKS_OF_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")  # an input refuses NUL in words
JOINER = "\u2060"  # a word joiner: it shows nothing, and what it keeps apart is no markup
NUMBER_ROOM = 8  # letters of a slug that its number may take
BLANKS = re.compile(r"\s+")


def clean_text(text: str) -> str:
    """NFC, without NUL and bidi controls, runs of blanks folded to one."""
    if text.isascii():  # most text is, and costs a tenth
        return " ".join(text.replace("\x00", "").split())
    return BLANKS.sub(" ", UNSAFE_CHARACTERS.sub("", unicodedata.normalize("NFC", text))).strip()


def is_visible(text: str) -> bool:
    """Whether anything of it shows: a letter, digit, sign or picture, not blanks and controls alone."""
    return any(unicodedata.category(char)[0] in "LNPS" for char in text)


def fold(text: str) -> str:
    """Text for comparing: Latin letters without accents, lower case (Richtárik → richtarik, R²MU → r2mu).

    Scripts other than Latin stand twice, as they are and transliterated, so that either form is found.
    """
    return " ".join(dict.fromkeys(foldings(text)))


def foldings(text: str) -> tuple[str, ...]:
    """The folded spellings of `text`: one for Latin letters; for other scripts as it is, then transliterated."""
    if text.isascii():
        return (clean_text(text).lower(),)
    return _foldings_of_short(text) if len(text) < SHORT else _foldings(text)


def _foldings(text: str) -> tuple[str, ...]:
    plain = clean_text(text).casefold()
    latin = clean_text(anyascii(plain)).casefold()
    return (latin,) if latin == plain or plain.isascii() or _is_latin(plain) else (plain, latin)


SHORT = 120  # letters: names come again and again, abstracts do not
_foldings_of_short = lru_cache(maxsize=1 << 15)(_foldings)


LONGEST_MATCH_KEY = 200


def match_key(title: str) -> str:
    """Letters and digits of a title alone, folded: two spellings of one title have one key.

    Case, accents, blanks, hyphens, quotation marks and TeX's dollar signs make no difference. "" where nothing is left.
    """
    return "".join(filter(str.isalnum, foldings(title)[0]))[:LONGEST_MATCH_KEY]


def _is_latin(text: str) -> bool:
    return all(char < "\u0250" or "LATIN" in unicodedata.name(char, "") for char in text if char.isalpha())


def make_slug(text: str, fallback: str) -> str:
    """An ASCII slug of at most 80 characters; `fallback` where nothing is left (an emoji-only name)."""
    return slugify(anyascii(text))[:80].strip("-") or fallback


def free_slug(parts: Iterable[Any], fallback: str, taken: set[str]) -> str:
    """A slug of texts, those that say something; numbered from 2 where `taken` has it, and noted there."""
    slug = make_slug(" ".join(str(part) for part in parts if part), fallback)
    key, number = slug, 1
    while key in taken:
        number += 1
        key = f"{slug}-{number}"
    taken.add(key)
    return key


def unique_slug(queryset: models.QuerySet, text: str, fallback: str) -> str:
    """`make_slug(text)`, numbered from 2 if `queryset` has it. Costs one query."""
    slug = make_slug(text, fallback)
    taken = set(queryset.filter(slug__startswith=slug[: 80 - NUMBER_ROOM]).values_list("slug", flat=True))
    number, candidate = 1, slug
    while candidate in taken:
        number += 1
        ending = f"-{number}"
        candidate = slug[: 80 - len(ending)].rstrip("-") + ending
    return candidate


def amount_text(amount: Decimal | None, currency: str) -> str:
    """“USD 40,000”, “EUR 12.50”; "" where no amount is known. `currency` is a code (ISO 4217) or ""."""
    return "" if amount is None else f"{currency} {amount:,.2f}".removesuffix(".00").strip()


def spell_email(address: str) -> str:
    """An address that a reader understands and a harvester does not: “ada at example dot org”."""
    at, dot = pgettext("in an e-mail address", " at "), pgettext("in an e-mail address", " dot ")
    return address.replace("@", at).replace(".", dot)


def bytewise_collation(connection: Any) -> str | None:
    """The collation that compares bytes on every database: SQLite's default, "C" on PostgreSQL."""
    return "C" if connection.vendor == "postgresql" else None


class DerivedTextField(models.TextField):
    """Text that a method of the model computes whenever a row is written, fixtures and bulk inserts included.

    `source` names the method. The column is not editable and not serialised. What writes some columns only bypasses
    it: `QuerySet.update()`, `bulk_update()` and `save(update_fields=…)` without this field.
    """

    def __init__(self, *args: Any, source: str, **kwargs: Any) -> None:
        self.source = source
        kwargs.update(editable=False, default="", blank=True, serialize=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("editable", "default", "blank", "serialize"):
            kwargs.pop(fixed, None)
        return name, path, args, {**kwargs, "source": self.source}

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        return {**super().db_parameters(connection), "collation": bytewise_collation(connection)}

    def contribute_to_class(self, cls: type[models.Model], name: str, **kwargs: Any) -> None:
        super().contribute_to_class(cls, name, **kwargs)
        if not cls._meta.abstract:
            # Fixtures skip Field.pre_save, but send this signal.
            models.signals.pre_save.connect(self._compute, sender=cls)

    def _compute(self, instance: models.Model, **kwargs: Any) -> str:
        method = getattr(instance, self.source, None)  # migrations' and history's models have no methods
        if method is not None:
            setattr(instance, self.attname, method())
        return getattr(instance, self.attname)

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        return self._compute(model_instance)
