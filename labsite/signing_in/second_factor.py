"""Codes of an authenticator app (TOTP, RFC 6238) and recovery codes. Each is taken once."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import unicodedata
from typing import Any
from urllib.parse import quote

import pyotp
import segno
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.safestring import SafeString, mark_safe

from labsite.signing_in.models import AuthenticatorApp, Passkey, RecoveryCode
from labsite.signing_in.sealing import CannotOpen, open_sealed, seal

SECONDS, DIGITS = 30, 6  # what every authenticator app takes for granted
DRIFT = 1  # steps that a clock may be wrong, either way (RFC 6238, 5.2)
RECOVERY_CODES = 10
RECOVERY_BYTES = 10  # 80 bits: too many to try, so that a plain digest protects them
RECOVERY_FORM = re.compile(r"[a-z2-7]{16}")


def make_secret() -> str:
    """160 bits, as RFC 4226 advises."""
    return pyotp.random_base32(32)


def address_for_app(secret: str, name: str, site: str) -> str:
    """The `otpauth:` address that apps read from a picture. A colon parts the two names, so neither has one."""
    site, name = (quote(text.replace(":", " "), safe="") for text in (site, name))
    return f"otpauth://totp/{site}:{name}?secret={secret}&issuer={site}"


def picture_of(address: str) -> SafeString:
    """The address as a QR code: an SVG element without styles, dark on light in either scheme."""
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None)
    return mark_safe(drawn.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))  # noqa: S308 - no input in it


def step_of(secret: str, code: str, now: float) -> int | None:
    """The half-minute that `code` belongs to, of those near `now` (seconds since 1970); None where it is wrong."""
    code = "".join(character for character in unicodedata.normalize("NFKC", code) if not character.isspace())
    if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", code):
        return None
    today = int(now) // SECONDS
    made = pyotp.HOTP(secret, digits=DIGITS)
    right = [step for step in range(today - DRIFT, today + DRIFT + 1) if constant_time_compare(made.at(step), code)]
    return right[-1] if right else None


def add_app(account: Any, secret: str, step: int) -> None:
    """Keeps the secret that was proved with the code of `step`, in place of one there was."""
    values = {"secret": seal(secret), "last_step": step, "added_at": timezone.now()}
    AuthenticatorApp.objects.update_or_create(account=account, defaults=values)


def take_app_code(account: Any, code: str, now: float) -> bool:
    """Whether `code` is right and was not used; it is used then. Of two at once, one wins."""
    app = AuthenticatorApp.objects.filter(account=account).first()
    if app is None:
        return False
    try:
        step = step_of(open_sealed(app.secret), code, now)
    except CannotOpen:
        return False
    if step is None:
        return False
    return bool(AuthenticatorApp.objects.filter(pk=app.pk, last_step__lt=step).update(last_step=step))


def make_recovery_codes(account: Any) -> list[str]:
    """Ten new codes, which are shown once; the former ones work no more."""
    plain = [
        base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower() for _number in range(RECOVERY_CODES)
    ]
    with transaction.atomic():
        RecoveryCode.objects.filter(account=account).delete()
        RecoveryCode.objects.bulk_create(RecoveryCode(account=account, digest=digest_of(code)) for code in plain)
    return ["-".join(code[start : start + 4] for start in range(0, 16, 4)) for code in plain]


def digest_of(code: str) -> str:
    return hashlib.sha256(b"labsite.recovery\x00" + code.encode()).hexdigest()


def take_recovery_code(account: Any, code: str) -> bool:
    """Whether `code` is one of the account's and was not used; it is used then."""
    plain = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", code)).lower()
    if not RECOVERY_FORM.fullmatch(plain):
        return False
    unused = RecoveryCode.objects.filter(account=account, digest=digest_of(plain), used_at=None)
    return bool(unused.update(used_at=timezone.now()))


def remove_all(account: Any) -> int:
    """Takes every second factor away, for somebody who lost them all. Gives how many apps and passkeys there were."""
    with transaction.atomic():
        removed = AuthenticatorApp.objects.filter(account=account).delete()[0]
        removed += Passkey.objects.filter(account=account).delete()[0]
        RecoveryCode.objects.filter(account=account).delete()
    return removed
