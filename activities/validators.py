"""Checks for amounts. Each raises `ValidationError` that quotes the input."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

CURRENCY_PATTERN = re.compile(r"\A[A-Z]{3}\Z")


def validate_currency(text: str) -> None:
    """Three capitals after ISO 4217."""
    if not CURRENCY_PATTERN.match(text):
        raise ValidationError(
            gettext("'%(text)s' is not a currency: write three capitals, e.g. USD.") % {"text": text},
            code="invalid_currency",
        )
