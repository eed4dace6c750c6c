"""Paths of former websites: which of them can lead to a record here."""

from __future__ import annotations

import re

from django.urls import Resolver404, resolve
from django.utils.translation import gettext

from labsite.lib.web import plain_addresses

LONGEST_PATH = 200
# What no address has, or what leads out of the place it names.
BAD_SIGNS = re.compile(r"""[\x00-\x1f\x7f\\<>"^`{|}?#]|//|(?:^|/)\.\.?(?:/|\Z)""")


def is_path(path: str) -> bool:
    """Whether `path`, decoded, can be a path of a site other than its top, of a length that is kept."""
    return path[:1] == "/" != path and len(path) <= LONGEST_PATH and not BAD_SIGNS.search(path)


def is_page(path: str) -> bool:
    """Whether this site answers `path` with a page of its own, whatever records there are."""
    try:
        with plain_addresses():
            return not resolve(path).kwargs
    except Resolver404:
        return False


def problem_of_path(path: str) -> str:
    """Why `path` can lead nowhere, and the mend, in words; "" where it can."""
    if len(path) > LONGEST_PATH:
        return gettext("'%(path)s…' is longer than 200 letters: no address as long as that is kept.") % {
            "path": path[:60]
        }
    if not is_path(path):
        return gettext("'%(path)s' is not a path: write it from the first slash, /about.html.") % {"path": path[:80]}
    if is_page(path):
        return gettext("'%(path)s' is a page of this site already, so it can lead nowhere else.") % {"path": path}
    return ""


def spellings(path: str) -> list[str]:
    """`path` as it is, then as web servers answer it too: with or without the slash or “index.html” at its end."""
    plain = path.removesuffix("index.html").rstrip("/") or "/"
    return list(dict.fromkeys([path, f"{plain}/", plain, f"{plain}/index.html", f"{plain}.html"]))
