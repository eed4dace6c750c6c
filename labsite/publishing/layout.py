"""Which file an address of the site becomes, and what a link to it says in the published copy. Asks no database.

A file server knows no query strings. Where one parameter chooses what a list shows, each value is a file of its own:
`/publications/?venue=icml&page=2` is `publications/venue/icml/page/2/index.html`. Whatever else is asked of the lists
of publications and of people, and of search, stays a query string that scripts read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils import translation

from labsite.publishing.browsing import FOLDER
from labsite.publishing.routes import CHOSEN_BY, NARROWED_IN_BROWSER, reason_against

# What a segment of a path may be, so that it is a file's name on every system and in every store.
SEGMENT = re.compile(r"[\w~+@=,-][\w.~+@=,-]*", re.ASCII)
VALUE = re.compile(r"[\w-]+", re.ASCII)
LONGEST_SEGMENT = 200
NOT_FOUND = "404.html"
# Files whose query string is a stamp that changes with them, and whether the site reads it: links keep it.
STAMPED = {"theme": True, "card": False, "site_card": False}
# Besides, what leads to a neighbour of a page that was shown: a file has its number only.
PLACES = ("after", "before")


@dataclass(frozen=True)
class Link:
    """An address that a page names: what it is as a file, and what the published page says in its place.

    `address` is the site's own, with its query string; "" for one that is not published. `href` is "" for a door that
    would not open: such a link is left out. Where nothing ever answers (`is_nowhere`) no door of the site's was meant:
    somebody wrote that link, and its words stay.
    """

    address: str
    href: str
    is_nowhere: bool = False


def follow_nothing(path: str) -> str:
    return ""


@dataclass(frozen=True)
class Layout:
    """`root` is the address of the copy without a slash at the end; `live` that of the site itself, if there is one.

    `follow` says where the site sends those who ask for a path that is no route, "" where it does not.
    """

    root: str
    live: str = ""
    follow: Callable[[str], str] = follow_nothing

    @property
    def base(self) -> str:
        """The path that every path of the copy begins with: "" or e.g. “/~group”."""
        return urlsplit(self.root).path

    @property
    def origin(self) -> str:
        return self.root.removesuffix(self.base) if self.base else self.root

    def link(self, href: str, page: str) -> Link | None:
        """What `href` on the page with the site's address `page` becomes; None for another site's and for fragments."""
        if href.startswith(self.root + "/"):
            path, given = href[len(self.root) :], self.root
        elif href.startswith("#") or not href or urlsplit(href).scheme or href.startswith("//"):
            return None
        else:
            path, given = urljoin(page, href), ""
        path, _, fragment = path.partition("#")
        path, _, query = path.partition("?")
        address = canonical_address(path, query)
        ending = f"#{fragment}" if fragment else ""
        if address is None and not resolve_name(path):
            target = self.follow(path)
            if target and resolve_name(urlsplit(target).path):
                return self.link(target if "#" in target else f"{target}{ending}", page)
            if target and urlsplit(target).netloc:
                return Link("", target)
            return Link("", f"{self.live}{path}{ending}" if self.live else "", is_nowhere=True)
        if address is None:
            live = f"{self.live}{path}{'?' if query else ''}{query}{ending}" if self.live else ""
            return Link("", live)
        if address == path and chosen_in(query) and narrows_in_browser(path):
            shown = f"{path}?{query}"  # the file is the whole list; a script narrows it
        elif query and resolve_name(path) in STAMPED:
            shown = f"{path}?{query}"  # tells browsers that the file is another one; file servers do not mind
        else:
            shown = shown_path(address)
        return Link(address, f"{given or self.base}{shown}{ending}")


def canonical_address(path: str, query: str = "") -> str | None:
    """The address whose answer is the file for this one; None where no file can be."""
    name = resolve_name(path)
    if not name:
        return path if is_plain_path(path) else None
    if reason_against(name):
        return None
    if name in STAMPED:
        return f"{path}?{query}" if STAMPED[name] and query else path
    values = chosen_in(query)
    if not values or (name not in CHOSEN_BY and name not in NARROWED_IN_BROWSER):  # the page does not read it
        return path
    allowed = (*CHOSEN_BY.get(name, ()), "page")
    chosen = [key for key in values if key != "page"]
    if len(chosen) <= 1 and all(
        key in allowed and len(own) == 1 and VALUE.fullmatch(own[0]) for key, own in values.items()
    ) and (chosen or name in CHOSEN_BY):  # fmt: skip
        return f"{path}?" + "&".join(f"{key}={values[key][0]}" for key in (*chosen, "page") if key in values)
    return path if name in NARROWED_IN_BROWSER else None


def chosen_in(query: str) -> dict[str, list[str]]:
    """The values of a query string by name, without those that say no more than the path."""
    values: dict[str, list[str]] = {}
    for key, value in parse_qsl(query):
        if key not in PLACES:
            values.setdefault(key, []).append(value)
    if values.get("page") == ["1"]:
        del values["page"]
    return values


def narrows_in_browser(path: str) -> bool:
    return resolve_name(path) in NARROWED_IN_BROWSER


def shown_path(address: str) -> str:
    """The path in the published copy: `/people/?status=alumni` → `/people/status/alumni/`."""
    path, _, query = address.partition("?")
    if not query:
        return path
    if resolve_name(path) in STAMPED:
        return path
    parts = "/".join(f"{name}/{value}" for name, value in parse_qsl(query))
    if path.endswith("/"):
        return f"{path}{parts}/"
    stem, dot, ending = path.rpartition(".")
    return f"{stem}/{parts}{dot}{ending}"


def file_of(address: str, *, is_page: bool) -> str:
    """The file of an address, as a path within the folder; "" for one that cannot be a file's name.

    `is_page`: what is HTML needs a name that tells so.
    """
    path = unquote(shown_path(address).partition("?")[0])
    parts = path.strip("/").split("/") if path.strip("/") else []
    if any(not SEGMENT.fullmatch(part) or len(part) > LONGEST_SEGMENT for part in parts):
        return ""
    if path.endswith("/") or not parts:
        return "/".join([*parts, "index.html"])
    if is_page and not parts[-1].endswith((".html", ".htm")):
        return "" if "." in parts[-1] else "/".join([*parts, "index.html"])
    return "/".join(parts)


def is_plain_path(path: str) -> bool:
    """Whether a path that is no route of the site may be a file all the same: static ones, and what scripts read."""
    return path.startswith((settings.STATIC_URL, f"/{FOLDER}/")) or any(
        path.startswith(f"/{code}/{FOLDER}/") for code, _ in settings.LANGUAGES
    )


@lru_cache(maxsize=4096)
def resolve_name(path: str) -> str:
    """The name of the route that answers a path; "" for none."""
    decoded = unquote(path)
    with translation.override(translation.get_language_from_path(decoded) or settings.LANGUAGE_CODE):
        try:
            return resolve(decoded).view_name or ""
        except Resolver404:
            return ""
