"""Accounts and addresses of a person, as templates name them, as links. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from django.core.exceptions import ValidationError

from labsite.accounts import SAME, SERVICES
from labsite.site_import.fields import Fields
from labsite.site_import.records import LinkRecord
from people.validators import normalize_orcid
from publications.formats.addresses import is_web_address

ENDING = re.compile(r"[_-](?:username|userid|user|id|url|profile|link)\Z")
PREFIX = re.compile(r"\A(?:fa[bsr]?|ai|brands|custom|hero|devicon|icon)[/: -]+(?:fa-)?")
ORCID = re.compile(r"(\d{4}-\d{4}-\d{4}-\d{3}[\dX])(?!\d)", re.IGNORECASE)
ACCOUNT = re.compile(r"[^\s<>\"'{}|\\^`]{1,200}\Z")


def service_of(name: str) -> str:
    """What `SERVICES` calls “github_username”, “google-scholar”, “brands/x”: a key of it, or ""."""
    plain = ENDING.sub("", PREFIX.sub("", name.strip().lower()))
    plain = re.sub(r"[\W_]", "", plain)
    plain = SAME.get(plain, plain)
    return plain if plain in SERVICES else ""


def link_of(name: str, value: str) -> LinkRecord | None:
    """The link that an account or address at a service is; `None` where it is none."""
    service = service_of(name)
    text = value.strip()
    is_address = bool(is_web_address(text))
    if not service:
        return LinkRecord(text, "other", label_of(name)) if is_address else None
    kind, pattern, label = SERVICES[service]
    if is_address:
        return LinkRecord(text, kind, label)
    if service == "mastodon":
        return mastodon_link(text)
    if not pattern or not ACCOUNT.match(text):
        return None
    if "/" in text and "." in text.partition("/")[0]:  # “github.com/ada”
        return LinkRecord(f"https://{text}", kind, label)
    return LinkRecord(pattern.format(text.lstrip("@")), kind, label)


def mastodon_link(account: str) -> LinkRecord | None:
    """“@ada@server.example” and “server.example/@ada” are one account."""
    user, _, server = account.lstrip("@").partition("@")
    if server and "/" not in account and ACCOUNT.match(account):
        return LinkRecord(f"https://{server}/@{user}", "mastodon")
    return LinkRecord(f"https://{account}", "mastodon") if "/@" in account and ACCOUNT.match(account) else None


def label_of(name: str) -> str:
    """The name of a service that is not known, as a label."""
    words = ENDING.sub("", name).replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:120]


def orcid_of(value: str) -> str:
    """The ORCID iD in an address or alone, "" where its last character does not check the others."""
    match = ORCID.search(value)
    try:
        return normalize_orcid(match.group(1).upper()) if match else ""
    except ValidationError:
        return ""


def read_accounts(fields: Fields, names: Iterable[str]) -> tuple[str, tuple[LinkRecord, ...]]:
    """An ORCID iD and the links of the fields `names`, in their order. What is neither stays, and is reported."""
    orcid, links = "", []
    for name in names:
        value = fields.peek(name)
        if not value:
            continue
        if "orcid" in name.lower() and not orcid and (orcid := orcid_of(value)):
            fields.text(name)
        elif link := link_of(name, value):
            fields.text(name)
            links.append(replace(link, place=fields.place(name)))
        else:
            fields.leave("it is no account or address of a service that is known here", name)
    return orcid, tuple(dict.fromkeys(links))
