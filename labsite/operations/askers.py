"""Who may know more of the site's state than whether it is well."""

from __future__ import annotations

import hmac
import ipaddress
from typing import Any

from django.conf import settings

# A server in front sets at least one of these: the request then comes from elsewhere, whatever its last step was.
SIGNS_OF_A_PROXY = (
    "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
)  # fmt: skip


def is_operator(environ: dict[str, Any]) -> bool:
    """Whether this asks from the machine itself, or with `Authorization: Bearer` and the token of `OPERATIONS_TOKEN`.

    `environ` is a WSGI environment, or a request's META. Comparing takes as long for a token that is nearly right as
    for any other.
    """
    given = environ.get("HTTP_AUTHORIZATION", "")
    if given:
        scheme, _, token = given.partition(" ")
        wanted = settings.OPERATIONS_TOKEN
        return bool(wanted) and scheme.lower() == "bearer" and hmac.compare_digest(
            token.strip().encode("utf-8", "surrogateescape"), wanted.encode()
        )  # fmt: skip
    return is_local(environ.get("REMOTE_ADDR", "")) and not any(name in environ for name in SIGNS_OF_A_PROXY)


def is_local(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
