"""What a request says it has already, and which encoding it takes. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from django.utils.http import parse_http_date_safe

ENCODINGS = ("br", "gzip", "")  # the better one first where a visitor does not mind; "" is the page as it is
LONGEST_HEADER = 1_000  # characters; nobody who means it sends more
TAG = re.compile(r'"[^"]*"')


@lru_cache(maxsize=256)
def choose_encoding(accepted: str) -> str:
    """The best of what an Accept-Encoding header takes: “br”, “gzip” or "" for the page as it is."""
    if not accepted or len(accepted) > LONGEST_HEADER:
        return ""
    qualities: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, _, parameter = part.partition(";")
        qualities[name.strip() or "identity"] = read_quality(parameter)
    rest = qualities.get("*", 0.0)
    # Whoever names encodings prefers them, unless they say how much they like none.
    found = {name: qualities.get(name, rest) for name in ENCODINGS if name}
    found[""] = qualities.get("identity", 0.0)
    best = max(ENCODINGS, key=found.__getitem__)
    return best if found[best] > 0 else ""


def read_quality(parameter: str) -> float:
    """“q=0.5” as a number; 1 where there is none, 0 where it is no number."""
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def has_tag(sent: str, tag: str) -> bool:
    """Whether an If-None-Match header names `tag`. Weakly: a proxy that packs an answer weakens its tag."""
    return sent.strip() == "*" or tag in TAG.findall(sent[: 10 * LONGEST_HEADER])


def is_unchanged_since(sent: str, modified: int) -> bool:
    """Whether an If-Modified-Since header names `modified`, in seconds since 1970, itself: another host's clock may
    be ahead, and one's own may have been.
    """
    return parse_http_date_safe(sent) == modified
