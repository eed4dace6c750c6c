"""Filters and tags that every template has without loading them."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django import template
from django.utils.safestring import SafeString

from labsite.lib.markdown import render_inline_markdown, render_markdown

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    return render_markdown(text)


@register.filter
def inline_markdown(text: str) -> SafeString:
    return render_inline_markdown(text)


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


@register.simple_tag
def is_new(item: object, today: datetime.date) -> bool:
    return item.is_new(today)
