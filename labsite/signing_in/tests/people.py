"""Those who sign in, their authenticator apps and their passkeys, in tests."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import pyotp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestedCredentialData, AuthenticatorData

from labsite.signing_in.models import AuthenticatorApp
from labsite.signing_in.second_factor import SECONDS, add_app, make_secret
from labsite.tests.members import PASSWORD, make_account

WRONG = "not the right password"
ORIGIN = "https://testserver"


def try_password(client: Client, name: str = "ada", password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/login/", {"username": name, "password": password}, **more)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def make_staff(name: str = "ada", **values: Any) -> Any:
    return make_account(name, "Editors", is_staff=True, **values)


def give_app(account: Any) -> pyotp.TOTP:
    """An app that the account has, none of whose codes was used."""
    secret = make_secret()
    add_app(account, secret, 0)
    return pyotp.TOTP(secret)


def next_step(account: Any) -> None:
    """As if the half-minute of the last code were over."""
    AuthenticatorApp.objects.filter(account=account).update(last_step=int(time.time()) // SECONDS - 5)


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password is hashed."""

    runs = 0

    def encode(self, password: str, salt: str) -> str:
        CountingHasher.runs += 1
        return super().encode(password, salt)


@dataclass
class SoftAuthenticator:
    """A passkey in software (WebAuthn level 3): what a phone or a security key does, without touching it."""

    rp: str = "testserver"
    origin: str = ORIGIN
    verified: bool = True
    counts: bool = True
    uses: int = 0
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    identifier: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: bytes = b""

    def data(self, credential: AttestedCredentialData | None = None) -> AuthenticatorData:
        self.uses += self.counts
        flags = 0x01 | (0x04 if self.verified else 0) | (0x40 if credential else 0)
        return AuthenticatorData.create(hashlib.sha256(self.rp.encode()).digest(), flags, self.uses, credential or b"")

    def client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps(
            {"type": f"webauthn.{kind}", "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        ).encode()

    def wrap(self, **response: bytes) -> str:
        identifier = websafe_encode(self.identifier)
        return json.dumps({
            "id": identifier, "rawId": identifier, "type": "public-key", "clientExtensionResults": {},
            "response": {name: websafe_encode(value) for name, value in response.items()},
        })  # fmt: skip

    def make(self, options: dict[str, Any]) -> str:
        """The answer to `navigator.credentials.create`."""
        self.handle = websafe_decode(options["user"]["id"])
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(b"\x00" * 16, self.identifier, public)
        statement = {"fmt": "none", "attStmt": {}, "authData": bytes(self.data(credential))}
        return self.wrap(
            clientDataJSON=self.client_data("create", options["challenge"]), attestationObject=cbor.encode(statement)
        )

    def show(self, options: dict[str, Any]) -> str:
        """The answer to `navigator.credentials.get`."""
        data, client_data = bytes(self.data()), self.client_data("get", options["challenge"])
        signed = data + hashlib.sha256(client_data).digest()
        return self.wrap(
            clientDataJSON=client_data, authenticatorData=data, userHandle=self.handle,
            signature=self.key.sign(signed, ec.ECDSA(hashes.SHA256())),
        )  # fmt: skip


def add_passkey(client: Client, **values: Any) -> SoftAuthenticator:
    """Adds one by the pages, to whoever is signed in; its browser sits at https, as passkeys need."""
    made = SoftAuthenticator(**values)
    options = client.post("/my/signing-in/passkeys/question/").json()
    client.post("/my/signing-in/passkeys/", {"name": "my laptop", "credential": made.make(options)})
    return made


def confirmed(account: Any) -> Client:
    """A browser that signed in a moment ago, by the page."""
    client = Client()
    assert try_password(client, account.get_username()).status_code == 302
    assert is_in(client)
    return client
