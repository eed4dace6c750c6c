"""A small OpenID Connect server on loopback, honest unless a test tells it to lie."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "labsite client", "a secret/with:signs"
_KEYS = [rsa.generate_private_key(65537, 2048) for _number in range(2)]


class Provider:
    """What it says stands in `claims` and `lies`; what it was asked in `asked`."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.claims: dict[str, Any] = {"sub": "248289761001", "email": "ada@example.org", "email_verified": True}
        self.lies: dict[str, Any] = {}  # put over the claims of the identity token
        self.userinfo: dict[str, Any] = {}
        self.discovery: dict[str, Any] = {}  # put over the discovery document
        self.key, self.kid, self.algorithm = _KEYS[0], "one", "RS256"
        self.published = [(_KEYS[0], "one")]
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.down = False

    def rotate(self) -> None:
        self.key, self.kid = _KEYS[1], "two"
        self.published = [(_KEYS[1], "two")]

    def authorize(self, address: str) -> str:
        """What a person's browser does there: signs in and is sent back. Gives the address it is sent to."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert query["response_type"] == "code" and query["client_id"] == CLIENT
        assert {"openid", "email"} <= set(query["scope"].split())
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe()
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, dict[str, Any]]:
        self.asked.append(path)
        if self.down:
            return 503, {}
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "token_endpoint_auth_methods_supported": ["client_secret_basic"], **self.discovery,
            }  # fmt: skip
        if path == "/keys":
            return 200, {"keys": [self.public(key, kid) for key, kid in self.published]}
        if path == "/userinfo":
            return 200, self.userinfo
        if method == "POST" and path == "/token":
            return self.redeem(headers, {name: values[0] for name, values in parse_qs(body.decode()).items()})
        return 404, {}

    def public(self, key: rsa.RSAPrivateKey, kid: str) -> dict[str, Any]:
        found = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
        return {**found, "kid": kid, "use": "sig", "alg": "RS256"}

    def redeem(self, headers: Any, fields: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(fields.get("code", ""), None)
        if headers.get("Authorization"):
            name, _, secret = base64.b64decode(headers["Authorization"].split()[1]).decode().partition(":")
            name, secret = unquote(name), unquote(secret)
        else:
            name, secret = fields.get("client_id"), fields.get("client_secret")
        digest = hashlib.sha256(fields.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or (name, secret) != (CLIENT, SECRET) or challenge != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        if fields["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.claims,
        }
        claims = {name: value for name, value in {**claims, **self.lies}.items() if value is not None}
        key: Any = "" if self.algorithm == "none" else SECRET * 2 if self.algorithm == "HS256" else self.key
        token = jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": self.kid})
        return 200, {"access_token": "for userinfo", "token_type": "Bearer", "id_token": token}


@contextmanager
def serve_provider() -> Iterator[Provider]:
    class Handler(BaseHTTPRequestHandler):
        def respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, found = provider.answer(self.command, self.path, self.headers, body)
            content = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = respond

        def log_message(self, *args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider = Provider(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
