"""Checks of identifiers of people and organizations. Each raises `ValidationError` that quotes the input."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from stdnum.exceptions import ValidationError as NumberError
from stdnum.iso7064 import mod_11_2

ORCID_PATTERN = re.compile(
    r"\A(?:https?://orcid\.org/)?(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dX])/?\Z", re.ASCII | re.IGNORECASE
)
ROR_PATTERN = re.compile(r"\A0[a-hj-km-np-tv-z0-9]{6}[0-9]{2}\Z")


def normalize_orcid(text: str) -> str:
    """An ORCID iD in its four groups of four, from a bare iD or its https address; empty stays empty.

    The check digit follows ISO 7064 mod 11-2.
    """
    text = text.strip()
    if not text:
        return ""
    match = ORCID_PATTERN.match(text)
    groups = [group.upper() for group in match.groups()] if match else []
    try:
        mod_11_2.validate("".join(groups))
    except NumberError as error:
        raise ValidationError(
            gettext(
                "'%(text)s' is not an ORCID iD: it has four groups of four, such as 0000-0002-1825-0097, "
                "and its last character checks the others."
            )
            % {"text": text},
            code="invalid_orcid",
        ) from error
    return "-".join(groups)


class OrcidField(models.CharField):
    """A column that keeps an ORCID iD in its normal form and takes a whole https address as input."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "max_length": 19})

    def to_python(self, value: Any) -> str:
        return normalize_orcid(super().to_python(value) or "")

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"max_length": 60, **kwargs})


def validate_ror(text: str) -> None:
    """The nine characters of a ROR id (https://ror.org/about/): 0, six of Crockford's base 32, two digits."""
    if not ROR_PATTERN.match(text):
        raise ValidationError(
            gettext("'%(text)s' is not a ROR id: it has nine characters, such as 05hs6h993.") % {"text": text},
            code="invalid_ror",
        )
