"""Amounts and spelled addresses: one function each, whatever prints them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from labsite.lib.text import amount_text, spell_email


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [("40000", "USD", "USD 40,000"), ("12.5", "EUR", "EUR 12.50"), ("0", "USD", "USD 0"), ("1234.00", "", "1,234"),
     (None, "USD", "")],
)  # fmt: skip
def test_amount(amount, currency, text):
    value = None if amount is None else Decimal(amount)
    assert amount_text(value, currency) == text
    assert Template("{{ amount|money:currency }}").render(Context({"amount": value, "currency": currency})) == text


def test_address_is_spelled_in_the_active_language():
    assert spell_email("ada@mail.example.org") == "ada at mail dot example dot org"
    assert Template("{{ address|spell_email }}").render(Context({"address": "a@example.org"})) == "a at example dot org"
    with translation.override("zh-hans"):
        spelled = spell_email("a@example.org")
    assert "@" not in spelled
    assert spelled.startswith("a")
