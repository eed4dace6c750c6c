"""Checks for amounts. Each raises `ValidationError` that quotes the input."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError

CURRENCY_PATTERN = re.compile(r"\A[A-Z]{3}\Z")


def validate_currency(text: str) -> None:
    """Three capitals after ISO 4217."""
    if not CURRENCY_PATTERN.match(text):
        raise ValidationError(f"'{text}' is not a currency: write three capitals, e.g. USD.", code="invalid_currency")
