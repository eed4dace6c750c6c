"""Where a request comes from, as much of it as may be kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from django.conf import settings

Environ = Mapping[str, Any]  # of WSGI, or a request's META

KEPT_BITS = {4: 24, 6: 48}  # what the log keeps of an address: a network, not a person
ONE_HOUSEHOLD = {4: 32, 6: 64}  # what one visitor has: IPv6 gives each household 2^64 addresses
FORWARDED = "HTTP_X_FORWARDED_FOR"
BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS", "Firefox"), ("SamsungBrowser", "Samsung"),
    ("CriOS", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def address_of(environ: Environ) -> IPv4Address | IPv6Address | None:
    """The visitor's address; None where there is none that can be read.

    `X-Forwarded-For` is believed with BEHIND_PROXY only, and of it the last address alone: that is the one our own
    web server wrote. What stands before it a visitor may have invented.
    """
    text = environ.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        text = environ.get(FORWARDED, "").rpartition(",")[2].strip() or text
    return read(text)


def read(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def household_of(environ: Environ) -> str:
    """The smallest network that one visitor has to themselves; tries and work are counted by it."""
    return cut(address_of(environ), ONE_HOUSEHOLD)


def network_of(environ: Environ) -> str:
    """What is kept, in logs too: 192.0.2.0/24, 2001:db8:5::/48."""
    return cut(address_of(environ), KEPT_BITS)


def cut(address: IPv4Address | IPv6Address | None, bits: dict[int, int]) -> str:
    return str(ip_network((address, bits[address.version]), strict=False)) if address else ""


def browser_of(environ: Environ) -> str:
    """“Firefox, Windows”: words of ours, nothing of the header itself."""
    text = re.sub(r"\s+", " ", environ.get("HTTP_USER_AGENT", ""))[:500]
    found = [next((name for sign, name in signs if sign in text), "") for signs in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in found if name)
