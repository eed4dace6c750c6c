"""Sign-in at another server by OpenID Connect: authorization code flow with PKCE (OpenID Connect Core 1.0, RFC 7636).

The server is the operator's choice (OIDC_SERVER) and often stands in a private network, which is why these requests do
not go through `labsite.lib.http`, whose rule is public hosts only. They go to the addresses that the server's own
discovery document names, over https, without following redirects.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import jwt
import urllib3
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import override

from labsite.lib.web import site_root
from labsite.signing_in.models import OutsideIdentity

STATE = "outside_sign_in"
STATE_SECONDS = 600
KEPT_SECONDS = 3600  # of what the server says about itself
LEEWAY = 60  # seconds that two clocks may differ
TIMEOUT = urllib3.Timeout(connect=4, read=10)
LIMIT = 1024 * 1024  # bytes of an answer
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class OutsideProblem(Exception):
    """The other server cannot be used now, or its answer proves nothing. The text is for the log."""


class NobodyHere(Exception):
    """The other server knows who it is, this site does not."""


@dataclass(frozen=True)
class Provider:
    """What the server's discovery document says (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization: str
    token: str
    keys: str
    userinfo: str
    token_methods: tuple[str, ...]


@dataclass(frozen=True)
class Claims:
    """Who it is there."""

    issuer: str
    subject: str
    email: str  # only where the server says that it has verified it


_known: dict[str, tuple[float, Any]] = {}
_lock = threading.Lock()


def is_configured() -> bool:
    return settings.OIDC is not None


def redirect_address(request: HttpRequest) -> str:
    """Where the server sends people back to; it has to be registered there. The same in every language."""
    with override(settings.LANGUAGE_CODE):
        return f"{site_root(request)}{reverse('members:outside_return')}"


def begin(request: HttpRequest, next_page: str, account: Any = None) -> str:
    """The address at the other server. With `account` the identity is linked to it, else it signs somebody in."""
    provider = discover()
    verifier = secrets.token_urlsafe(48)
    state = {
        "state": secrets.token_urlsafe(32), "nonce": secrets.token_urlsafe(32), "verifier": verifier,
        "at": int(time.time()), "next": next_page, "account": account.pk if account else None,
    }  # fmt: skip
    request.session[STATE] = state
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    parameters = {
        "response_type": "code", "client_id": settings.OIDC["client_id"], "redirect_uri": redirect_address(request),
        "scope": "openid email", "state": state["state"], "nonce": state["nonce"], "code_challenge": challenge,
        "code_challenge_method": "S256",
    }  # fmt: skip
    separator = "&" if urlsplit(provider.authorization).query else "?"
    return f"{provider.authorization}{separator}{urlencode(parameters)}"


def finish(request: HttpRequest) -> tuple[Claims, dict[str, Any]]:
    """Who came back, and what was kept while they were away; raises `OutsideProblem`. The state is spent by this."""
    kept = request.session.pop(STATE, None)
    given = request.GET.get("state", "")
    if not isinstance(kept, dict) or not constant_time_compare(kept["state"], given):
        raise OutsideProblem("the state is not ours")
    if time.time() - kept["at"] > STATE_SECONDS:
        raise OutsideProblem("it took too long")
    if "error" in request.GET or not request.GET.get("code"):
        raise OutsideProblem("the server refused")
    provider = discover()
    if request.GET.get("iss", provider.issuer) != provider.issuer:  # RFC 9207
        raise OutsideProblem("another server answered")
    tokens = redeem(provider, request.GET["code"], kept["verifier"], redirect_address(request))
    return read_claims(provider, tokens, kept["nonce"]), kept


def redeem(provider: Provider, code: str, verifier: str, address: str) -> dict[str, Any]:
    """The code for tokens, which the server gives to this site alone (RFC 6749, 4.1.3)."""
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": address, "code_verifier": verifier}
    name, secret = settings.OIDC["client_id"], settings.OIDC["client_secret"]
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if "client_secret_basic" in provider.token_methods or not provider.token_methods:
        pair = f"{quote(name, safe='')}:{quote(secret, safe='')}"  # RFC 6749, 2.3.1
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    else:
        fields |= {"client_id": name, "client_secret": secret}
    return ask("POST", provider.token, headers, urlencode(fields).encode())


def read_claims(provider: Provider, tokens: dict[str, Any], nonce: str) -> Claims:
    """What the signed identity token says; everything in it is checked (OpenID Connect Core 1.0, 3.1.3.7)."""
    token = tokens.get("id_token")
    if not isinstance(token, str):
        raise OutsideProblem("there is no identity token")
    client = settings.OIDC["client_id"]
    try:
        found = jwt.decode(
            token, key_for(provider, token), algorithms=list(ALGORITHMS), audience=client, issuer=provider.issuer,
            leeway=LEEWAY, options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )  # fmt: skip
    except jwt.PyJWTError as error:
        raise OutsideProblem(f"the identity token is refused ({type(error).__name__})") from error
    audience = found["aud"]
    if isinstance(audience, list) and len(audience) > 1 and found.get("azp") != client:
        raise OutsideProblem("the identity token was made for another site")
    if found.get("azp", client) != client:
        raise OutsideProblem("the identity token was made for another site")
    if not constant_time_compare(str(found.get("nonce", "")), nonce):
        raise OutsideProblem("the identity token answers another question")
    subject = str(found["sub"])
    if not 0 < len(subject) <= 255:
        raise OutsideProblem("the identity token names nobody")
    if "email" not in found and provider.userinfo and isinstance(tokens.get("access_token"), str):
        more = ask("GET", provider.userinfo, {"Authorization": f"Bearer {tokens['access_token']}"})
        if more.get("sub") == subject:
            found |= {name: more.get(name) for name in ("email", "email_verified")}
    email = found.get("email") if found.get("email_verified") is True else ""
    return Claims(provider.issuer, subject, email if isinstance(email, str) else "")


def key_for(provider: Provider, token: str) -> Any:
    """The public key that the token names. An unknown name is looked up anew, at most once a minute."""
    try:
        name = jwt.get_unverified_header(token).get("kid")
    except jwt.PyJWTError as error:
        raise OutsideProblem("the identity token cannot be read") from error
    for most in (KEPT_SECONDS, 60):
        keys = look_up(provider.keys, most).get("keys")
        for each in keys if isinstance(keys, list) else []:
            if not isinstance(each, dict) or each.get("use", "sig") != "sig" or each.get("kty") == "oct":
                continue
            if name is None or each.get("kid") == name:
                try:
                    return jwt.PyJWK(each)
                except jwt.PyJWTError:
                    continue
    raise OutsideProblem("the identity token is signed with an unknown key")


def discover() -> Provider:
    """What the server says about itself, kept for an hour."""
    server = settings.OIDC["server"]
    found = look_up(f"{server}/.well-known/openid-configuration", KEPT_SECONDS)
    if str(found.get("issuer", "")).rstrip("/") != server:
        raise OutsideProblem("OIDC_SERVER calls itself by another name")
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    addresses = [found.get(name) for name in names]
    if not all(isinstance(each, str) and is_safe(each) for each in addresses):
        raise OutsideProblem("OIDC_SERVER names addresses that are not https")
    userinfo = found.get("userinfo_endpoint")
    methods = found.get("token_endpoint_auth_methods_supported")
    return Provider(
        found["issuer"], *addresses, userinfo if isinstance(userinfo, str) and is_safe(userinfo) else "",
        tuple(map(str, methods)) if isinstance(methods, list) else (),
    )  # fmt: skip


def is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def look_up(address: str, most: int) -> dict[str, Any]:
    """A document of the server, at most `most` seconds old."""
    with _lock:
        at, found = _known.get(address, (0.0, None))
    if found is not None and time.monotonic() - at < most:
        return found
    found = ask("GET", address, {})
    with _lock:
        _known[address] = (time.monotonic(), found)
    return found


def forget_servers() -> None:
    """For a server that changed its keys, and for tests."""
    with _lock:
        _known.clear()


def ask(method: str, address: str, headers: dict[str, str], body: bytes | None = None) -> dict[str, Any]:
    """One request and its JSON; raises `OutsideProblem`."""
    try:
        with urllib3.PoolManager(retries=False, timeout=TIMEOUT) as pool:
            answer = pool.request(
                method, address, body=body, headers={"Accept": "application/json", **headers}, redirect=False,
                preload_content=False,
            )  # fmt: skip
            content = answer.read(LIMIT + 1)
            answer.close()
    except urllib3.exceptions.HTTPError as error:
        raise OutsideProblem(f"the server does not answer ({type(error).__name__})") from error
    if answer.status != 200 or len(content) > LIMIT:
        raise OutsideProblem(f"the server answers {answer.status}")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise OutsideProblem("the server's answer is no JSON") from error
    if not isinstance(found, dict):
        raise OutsideProblem("the server's answer is no JSON object")
    return found


def account_for(claims: Claims) -> tuple[Any, bool]:
    """The account that these claims belong to, and whether it was linked with them just now; raises `NobodyHere`.
    Accounts are never made by this.

    First by the subject, which never changes. Then by e-mail, where the server has verified it, exactly one account
    bears it, and that account is linked with nobody else there: addresses of people who left are given to others.
    """
    known = OutsideIdentity.objects.select_related("account").filter(issuer=claims.issuer, subject=claims.subject)
    identity = known.first()
    if identity:
        if not identity.account.is_active:
            raise NobodyHere
        return identity.account, False
    if not claims.email or not claims.email.isascii():  # letters that look alike are left to an explicit link
        raise NobodyHere
    alike = get_user_model().objects.filter(email__iexact=claims.email, is_active=True)[:10]
    found = [account for account in alike if account.email.lower() == claims.email.lower()]
    if len(found) != 1:
        raise NobodyHere
    link(found[0], claims)
    return found[0], True


def link(account: Any, claims: Claims) -> None:
    """Remembers who the account is there; raises `NobodyHere` where either is linked otherwise already."""
    try:
        with transaction.atomic():
            identity, is_new = OutsideIdentity.objects.get_or_create(
                issuer=claims.issuer, subject=claims.subject, defaults={"account": account}
            )
    except IntegrityError as error:
        raise NobodyHere from error
    if not is_new and identity.account_id != account.pk:
        raise NobodyHere
