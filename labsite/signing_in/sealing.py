"""Secrets that must be read again, kept so that a copy of the database alone does not give them away."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class CannotOpen(ValueError):
    """It was sealed with another SECRET_KEY, or is damaged."""


def lock() -> MultiFernet:
    """Of the site's key, and of former ones in SECRET_KEY_FALLBACKS, which open only."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(b"labsite.signing_in.sealing\x00" + key.encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def seal(secret: str) -> str:
    return lock().encrypt(secret.encode()).decode()


def open_sealed(sealed: str) -> str:
    """What was sealed; raises `CannotOpen`."""
    try:
        return lock().decrypt(sealed.encode()).decode()
    except (InvalidToken, ValueError) as error:
        raise CannotOpen from error
