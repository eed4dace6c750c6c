"""A page as it is kept: its bytes, plain and packed, and the headers that travel with each."""

from __future__ import annotations

import datetime
import gzip
import hashlib
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import brotli
from django.utils.http import http_date

from labsite.headers import REPEATED
from labsite.page_cache.marking import MARK
from labsite.page_cache.versions import Version

Headers = list[tuple[str, str]]

WORTH_PACKING = 200  # bytes; below, packing makes longer
PACKERS = {
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
    "br": lambda body: brotli.compress(body, mode=brotli.MODE_TEXT, quality=5),
}
OVERHEAD = 4_096  # bytes that a page takes in memory beside its bodies, roughly: keys, headers, objects
# Headers that this package writes itself.
OWN = {"content-length", "etag", "last-modified", "vary", "cache-control", MARK.lower()}
OF_NOT_MODIFIED = {"etag", "vary", "cache-control", "content-location", "expires", "server-timing"}
OF_NOT_MODIFIED |= {name.lower() for name in REPEATED}
HIT, MISS = ("Server-Timing", "cache;desc=hit"), ("Server-Timing", "cache;desc=miss")


@dataclass(frozen=True, slots=True)
class Edition:
    """What pages are valid for: one content version, on one day of the site's time zone.

    `begin` and `end` are the day's first moment and the next day's, in seconds since 1970. `modified` is the second
    after this process saw the version first. It may be told from `told_from` on, when that second is over: whatever
    changes then is a later version in a later second.
    """

    version: Version
    begin: float
    end: float
    modified: int
    last_modified: tuple[str, str]

    @property
    def told_from(self) -> int:
        return self.modified + 1

    def is_same(self, other: Edition) -> bool:
        return self is other or (self.version == other.version and self.begin == other.begin)


def make_edition(version: Version, now: float, zone: ZoneInfo) -> Edition:
    today = datetime.datetime.fromtimestamp(now, zone).date()
    begin, end = (
        datetime.datetime.combine(day, datetime.time(), zone).timestamp()
        for day in (today, today + datetime.timedelta(days=1))
    )
    modified = int(now) + 1
    return Edition(version, begin, end, modified, ("Last-Modified", http_date(modified)))


@dataclass(frozen=True, slots=True)
class Variant:
    """The page in one encoding."""

    tag: str
    body: bytes
    headers: Headers
    headers_of_not_modified: Headers


@dataclass(slots=True, eq=False)
class KeptPage:
    """An answer with status 200. `headers` are Django's own, `body` is not packed."""

    headers: Headers
    body: bytes
    edition: Edition
    by_accept: bool = False
    was_used: bool = False
    variants: dict[str, Variant] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes in memory, roughly."""
        packed = {id(each.body): len(each.body) for each in self.variants.copy().values()}
        return OVERHEAD + len(self.body) + sum(packed.values()) - packed.get(id(self.body), 0)

    def has_same_bytes(self, headers: Headers, body: bytes) -> bool:
        return self.body == body and self.headers == headers

    def make_variant(self, encoding: str) -> Variant:
        """The page in one encoding, made at its first use; as it is where packing gains nothing."""
        body = PACKERS[encoding](self.body) if encoding and len(self.body) >= WORTH_PACKING else self.body
        if len(body) >= len(self.body):
            encoding, body = "", self.body
        tag = f'"{hashlib.blake2b(self.body, digest_size=16).hexdigest()}{encoding and "-"}{encoding}"'
        given = {name.lower(): value for name, value in self.headers}
        headers = [(name, value) for name, value in self.headers if name.lower() not in OWN]
        if encoding:
            headers.append(("Content-Encoding", encoding))
        headers += [
            ("Content-Length", str(len(body))),
            ("ETag", tag),
            ("Cache-Control", given.get("cache-control", "no-cache")),
            ("Vary", with_encoding(given.get("vary", ""))),
            HIT,
        ]
        short = [(name, value) for name, value in headers if name.lower() in OF_NOT_MODIFIED]
        return Variant(tag, body, headers, short)


def with_encoding(vary: str) -> str:
    """A Vary header that names Accept-Encoding."""
    names = [name.strip() for name in vary.split(",") if name.strip()]
    return ", ".join(names if "accept-encoding" in map(str.lower, names) else [*names, "Accept-Encoding"])
