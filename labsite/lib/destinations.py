"""Where a request may go: which addresses are well formed, allowed and on the public internet. Asks nothing itself."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from django.utils.encoding import iri_to_uri

PORTS = {"http": 80, "https": 443}
LONGEST_ADDRESS = 4_000
SIGNS_REFUSED = re.compile(r"[\s\x00-\x20\x7f\\]")
# RFC 1123 names of two labels at least. The last begins with a letter: a number would be read as an IPv4 address.
HOST_NAME = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?\Z"
)
# Public unicast space of IPv6 (RFC 4291): mapped, translated (64:ff9b::/96), local and multicast lie outside it.
GLOBAL_UNICAST = ip_network("2000::/3")
# Ranges that hold another address, or that older Pythons call global (IANA's special-purpose registries).
SPECIAL = tuple(
    ip_network(text)
    for text in ("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4",
                 "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)  # fmt: skip


class WebError(ValueError):
    """Why nothing came back from the web, for an assistant to read. `status` is the answer's, where there was one.

    `is_passing` says that asking again may help.
    """

    def __init__(self, message: str, status: int | None = None, is_passing: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.is_passing = is_passing


@dataclass(frozen=True)
class Destination:
    """An address taken apart once, so that what was checked is what is asked."""

    scheme: str
    host: str
    target: str  # path and query

    @property
    def port(self) -> int:
        return PORTS[self.scheme]

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.bracketed_host}{self.target}"

    @property
    def bracketed_host(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


def parse_destination(url: str, schemes: Collection[str], hosts: Collection[str] | None) -> Destination:
    """The parts of `url`, whose scheme is of `schemes` and whose host is of `hosts` (None: any public one).

    Raises `WebError` for user names, ports other than the scheme's, hosts that are no full name, and numeric hosts
    that are not public. A name may still lead anywhere: `is_public` is to be asked for each of its addresses.
    """
    if len(url) > LONGEST_ADDRESS or SIGNS_REFUSED.search(url):
        raise WebError("The address has blanks or signs that none may have, or is too long: correct it.")
    try:
        parts = urlsplit(url)
        port, name = parts.port, parts.hostname or ""
    except ValueError as error:
        raise WebError(f"'{url}' is not a web address: correct it.") from error
    if parts.scheme not in schemes:
        raise WebError(f"'{url}' does not begin with {' or '.join(f'{each}://' for each in schemes)}: correct it.")
    if "@" in parts.netloc:
        raise WebError(f"'{url}' holds a user name: take it out.")
    if port not in (None, PORTS[parts.scheme]):
        raise WebError(f"'{url}' names port {port}: only {PORTS[parts.scheme]} is asked.")
    host = plain_host(name)
    if hosts is not None and host not in hosts:
        raise WebError(f"'{host}' is not asked: only {', '.join(sorted(hosts))}.")
    target = iri_to_uri(f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}")
    return Destination(parts.scheme, host, target)


def plain_host(name: str) -> str:
    """`name` in ASCII and lower case; raises `WebError` for what is neither a full name nor a public address."""
    try:
        host = name.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError as error:
        raise WebError(f"'{name}' is not the name of a host: correct it.") from error
    address = read_address(host)
    if address is not None:
        if not is_public(address):
            raise WebError(f"'{name}' is not an address on the public internet: it is not asked.")
    elif not HOST_NAME.match(host):
        raise WebError(f"'{name}' is not the full name of a host on the public internet: it is not asked.")
    return host


def read_address(text: str) -> IPv4Address | IPv6Address | None:
    """The IP address in its usual spelling; None for anything else, other spellings included."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def is_public(address: IPv4Address | IPv6Address | None) -> bool:
    """Whether the address belongs to a host on the public internet, and to nothing that leads elsewhere."""
    if address is None or not address.is_global or address.is_multicast or getattr(address, "scope_id", None):
        return False
    if address.version == 6 and address not in GLOBAL_UNICAST:
        return False
    return not any(address in network for network in SPECIAL if network.version == address.version)
