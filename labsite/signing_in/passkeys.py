"""Passkeys (WebAuthn level 3): registering one, and proving that one is at hand. The arithmetic is fido2's."""

from __future__ import annotations

import json
import secrets
import time
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from labsite.lib.web import site_root
from labsite.signing_in.models import Passkey

CHALLENGE = "passkey_challenge"
SECONDS = 300  # that a challenge may be answered
LONGEST_ANSWER = 20_000  # letters; a large one has 4,000
MOST_PASSKEYS = 20


class PasskeyRefused(ValueError):
    """What the browser sent proves nothing. The reason is for the log, not for who asks."""


def server_of(request: HttpRequest) -> Fido2Server:
    """Answers hold for this site's one address alone."""
    origin = site_root(request)
    entity = PublicKeyCredentialRpEntity(name=urlsplit(origin).hostname or "", id=urlsplit(origin).hostname or "")
    return Fido2Server(entity, verify_origin=lambda given: given == origin)


def begin_adding(request: HttpRequest, account: Any) -> dict[str, Any]:
    """What the browser is asked in order to make a passkey; the challenge waits in the session."""
    own = list(Passkey.objects.filter(account=account))
    handle = websafe_decode(own[0].user_handle) if own else secrets.token_bytes(32)
    user = PublicKeyCredentialUserEntity(id=handle, name=account.get_username(), display_name=account.get_username())
    options, state = server_of(request).register_begin(
        user,
        [descriptor_of(each) for each in own],
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    keep(request, "add", {**state, "handle": websafe_encode(handle), "account": account.pk})
    return dict(options.public_key)


def finish_adding(request: HttpRequest, account: Any, answer: str, name: str) -> Passkey:
    """Keeps the passkey that the browser made; raises `PasskeyRefused`."""
    state = take(request, "add")
    if state.get("account") != account.pk:
        raise PasskeyRefused("nothing was asked of this account")
    if Passkey.objects.filter(account=account).count() >= MOST_PASSKEYS:
        raise PasskeyRefused("there are too many")
    try:
        made = server_of(request).register_complete(state, RegistrationResponse.from_dict(read(answer)))
        credential = made.credential_data
        if credential is None:
            raise PasskeyRefused("there is no credential in it")
        identifier = websafe_encode(credential.credential_id)
    except PasskeyRefused:
        raise
    except Exception as error:  # of a stranger's bytes: whatever goes wrong within is a refusal
        raise PasskeyRefused(type(error).__name__) from error
    if Passkey.objects.filter(credential_id=identifier).exists():
        raise PasskeyRefused("it is known already")
    try:
        with transaction.atomic():
            return Passkey.objects.create(
                account=account, name=name, credential_id=identifier, credential=bytes(credential),
                user_handle=state["handle"], uses=made.counter,
            )  # fmt: skip
    except IntegrityError as error:  # sent twice at once
        raise PasskeyRefused("it is known already") from error


def begin_proving(request: HttpRequest, account: Any = None) -> dict[str, Any]:
    """What the browser is asked in order to show a passkey: one of `account`'s, or any that it has for this site.

    Without an account the passkey stands for name, password and second factor at once, so whoever uses it has to
    unlock it (user verification).
    """
    own = list(Passkey.objects.filter(account=account)) if account else []
    need = UserVerificationRequirement.PREFERRED if account else UserVerificationRequirement.REQUIRED
    options, state = server_of(request).authenticate_begin(
        [descriptor_of(each) for each in own] or None, user_verification=need
    )
    keep(request, "prove", {**state, "account": account.pk if account else None})
    return dict(options.public_key)


def finish_proving(request: HttpRequest, answer: str, account: Any = None) -> Passkey:
    """The passkey that was shown, with its account; raises `PasskeyRefused`. A challenge is answered once."""
    state = take(request, "prove")
    if state.get("account") != (account.pk if account else None):
        raise PasskeyRefused("it was asked for somebody else")
    try:
        given = AuthenticationResponse.from_dict(read(answer))
        identifier = websafe_encode(given.raw_id)
        passkey = Passkey.objects.select_related("account").filter(credential_id=identifier).first()
        if passkey is None or (account and passkey.account_id != account.pk):
            raise PasskeyRefused("it is not known")
        known = AttestedCredentialData(bytes(passkey.credential))
        server_of(request).authenticate_complete(state, [known], given)
        handle, uses = given.response.user_handle, given.response.authenticator_data.counter
    except PasskeyRefused:
        raise
    except Exception as error:  # of a stranger's bytes: whatever goes wrong within is a refusal
        raise PasskeyRefused(type(error).__name__) from error
    if handle and websafe_encode(handle) != passkey.user_handle:
        raise PasskeyRefused("it names another account")
    # A count that does not grow is a copy of the key (WebAuthn 7.2, step 22); those that do not count stay at 0.
    grows = Q(uses__lt=uses) | Q(uses=0) if uses == 0 else Q(uses__lt=uses)
    if not Passkey.objects.filter(grows, pk=passkey.pk).update(uses=uses, used_at=timezone.now()):
        raise PasskeyRefused("its count does not grow")
    return passkey


def descriptor_of(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(
        type=PublicKeyCredentialType.PUBLIC_KEY, id=websafe_decode(passkey.credential_id)
    )


def keep(request: HttpRequest, what: str, state: dict[str, Any]) -> None:
    request.session[CHALLENGE] = {"for": what, "at": int(time.time()), "state": state}


def take(request: HttpRequest, what: str) -> dict[str, Any]:
    """The state of the last challenge, which is spent by this."""
    kept = request.session.pop(CHALLENGE, None)
    if not isinstance(kept, dict) or kept.get("for") != what or time.time() - kept.get("at", 0) > SECONDS:
        raise PasskeyRefused("nothing was asked, or too long ago")
    return kept["state"]


def read(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise PasskeyRefused("it is too long")
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise PasskeyRefused("it is no JSON") from error
    if not isinstance(found, dict):
        raise PasskeyRefused("it is no JSON object")
    return found


def can_have_passkeys(request: HttpRequest) -> bool:
    """Browsers give passkeys to names over https, and to localhost; never to bare addresses like 127.0.0.1."""
    parts = urlsplit(site_root(request))
    host = parts.hostname or ""
    is_number = host.replace(".", "").isdecimal() or ":" in host
    return not is_number and (parts.scheme == "https" or host == "localhost")
