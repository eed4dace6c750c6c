"""Links of people as the templates name them. Pure."""

from __future__ import annotations

import re

from labsite.accounts import ALFOLIO_ACCOUNTS, ALFOLIO_ADDRESSES, SERVICES

# By kind of link.
ACCOUNTS = {SERVICES[service][0]: field for service, field in ALFOLIO_ACCOUNTS.items()}
ADDRESSES = {SERVICES[service][0]: name for service, name in ALFOLIO_ADDRESSES.items()}
# By kind of link: the sign of Hugo Blox and the family it is from.
ICONS = {
    "website": ("globe", "fas"), "blog": ("blog", "fas"), "google-scholar": ("google-scholar", "ai"),
    "semantic-scholar": ("semantic-scholar", "ai"), "dblp": ("dblp", "ai"), "openreview": ("open-review", "ai"),
    "github": ("github", "fab"), "linkedin": ("linkedin", "fab"), "mastodon": ("mastodon", "fab"),
    "bluesky": ("bluesky", "fab"), "x": ("x-twitter", "fab"), "wechat": ("weixin", "fab"), "other": ("link", "fas"),
}  # fmt: skip


def social(kind: str, url: str, label: str) -> tuple[str, object]:
    """A link as a line of al-folio's `socials.yml`: its name and the account, or a mapping for another service."""
    if kind in ACCOUNTS:
        name, pattern = ACCOUNTS[kind]
        found = pattern.search(url)
        if found:
            return name, found.group(1)
    if kind in ADDRESSES:
        return ADDRESSES[kind], url
    return f"custom_{re.sub('[^a-z0-9]+', '_', (label or kind).lower()).strip('_') or 'link'}", {
        "logo": "", "title": label, "url": url,
    }  # fmt: skip
