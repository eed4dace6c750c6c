"""What is kept of accounts beside their name and password. No model here has permissions: superusers alone see them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from labsite.signing_in.history import register_accounts
from labsite.signing_in.sessions import SessionStore


class AccountSession(AbstractBaseSession):
    """A browser's session, with whose it is, so that all of an account's can be ended at once.

    No constraint in the database: a session that outlives its account by a moment is nobody's, not an error.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", db_constraint=False,
        verbose_name=_("account"),
    )  # fmt: skip
    began_at = models.DateTimeField(_("signed in at"), default=timezone.now)
    seen_at = models.DateTimeField(_("last seen at"), default=timezone.now)
    address = models.CharField(_("network"), max_length=50, blank=True)
    browser = models.CharField(_("browser"), max_length=60, blank=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        return SessionStore


class Happening(models.TextChoices):
    """What the log of sign-ins knows."""

    SIGNED_IN = "signed in", _("signed in")
    SIGNED_OUT = "signed out", _("signed out")
    WRONG_PASSWORD = "wrong password", _("wrong name or password")  # noqa: S105
    WRONG_CODE = "wrong code", _("wrong second factor")
    WRONG_PASSKEY = "wrong passkey", _("passkey refused")  # noqa: S105
    REFUSED_ELSEWHERE = "refused elsewhere", _("sign-in at the other server refused")
    LOCKED = "locked", _("locked out after too many tries")
    UNLOCKED = "unlocked", _("unlocked")
    PASSWORD_SET = "password set", _("password set")  # noqa: S105
    RESET_ASKED = "reset asked", _("new password asked for by e-mail")
    APP_ADDED = "app added", _("authenticator app added")
    APP_REMOVED = "app removed", _("authenticator app removed")
    PASSKEY_ADDED = "passkey added", _("passkey added")  # noqa: S105
    PASSKEY_REMOVED = "passkey removed", _("passkey removed")  # noqa: S105
    CODES_MADE = "codes made", _("recovery codes made")
    CODE_USED = "code used", _("recovery code used")
    FACTORS_REMOVED = "factors removed", _("second factors removed by an administrator")
    LINKED = "linked", _("linked with the other server")
    UNLINKED = "unlinked", _("link with the other server removed")
    SESSIONS_ENDED = "sessions ended", _("signed out everywhere")
    CLOSED = "closed", _("account closed")


class SignInEvent(models.Model):
    """One line of the log. Nothing that somebody typed is in it: people type passwords where names belong."""

    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    what = models.CharField(_("what"), max_length=20, choices=Happening.choices)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("account"),
    )  # fmt: skip
    address = models.CharField(_("network"), max_length=50, blank=True)
    means = models.CharField(_("by"), max_length=40, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-at", "-pk"]
        verbose_name = _("sign-in event")
        verbose_name_plural = _("sign-in log")
        indexes = [models.Index(fields=["account", "what", "address"], name="sign_in_event_known")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_what_display()}"


class Tries(models.Model):
    """How often something secret was tried from somewhere lately. `key` is a keyed digest: it names nobody."""

    key = models.CharField(max_length=64, unique=True)
    scope = models.CharField(_("what is bounded"), max_length=20)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", verbose_name=_("account")
    )
    address = models.CharField(_("network"), max_length=50, blank=True)
    number = models.PositiveIntegerField(_("tries"), default=0)
    began_at = models.DateTimeField(_("since"), default=timezone.now)
    locked_until = models.DateTimeField(_("locked until"), null=True)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        ordering = ["-began_at", "-pk"]
        verbose_name = _("lock-out")
        verbose_name_plural = _("lock-outs")

    def __str__(self) -> str:
        return f"{self.scope} {self.address}".strip()


class AuthenticatorApp(models.Model):
    """The secret that an account shares with an app that shows six digits (TOTP, RFC 6238).

    `secret` is sealed with the site's key; `last_step` is the last half-minute whose code was taken.
    """

    account = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="authenticator_app")
    secret = models.TextField()
    last_step = models.BigIntegerField(default=0)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"authenticator app of account {self.account_id}"


class RecoveryCode(models.Model):
    """A code for when app and passkey are lost; each works once. Kept as a digest only."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"recovery code of account {self.account_id}"


class Passkey(models.Model):
    """A key pair of which an authenticator keeps the private half (WebAuthn level 3)."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="passkeys")
    name = models.CharField(_("name"), max_length=60)
    credential_id = models.CharField(max_length=1400, unique=True)  # 1023 bytes at most, as base64url
    credential = models.BinaryField()  # attested credential data: model of the authenticator, identifier, public key
    user_handle = models.CharField(max_length=90)
    uses = models.BigIntegerField(default=0)  # the authenticator's own count; many always say 0
    added_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["added_at", "pk"]

    def __str__(self) -> str:
        return self.name


class OutsideIdentity(models.Model):
    """Who an account is at another server (OpenID Connect): `subject` never changes there, an e-mail may."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="outside_identities")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="outside_identity_once"),
            models.UniqueConstraint(fields=["issuer", "account"], name="outside_identity_one_each"),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id} at {self.issuer}"


def has_second_factor(account: Any) -> bool:
    """Whether the account has a passkey or an authenticator app. One or two queries."""
    return (
        AuthenticatorApp.objects.filter(account_id=account.pk).exists()
        or Passkey.objects.filter(account_id=account.pk).exists()
    )


register_accounts()  # their tables of versions belong to this app
