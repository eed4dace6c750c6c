"""Files that tell web spaces how to serve the others: those that read them follow them, the rest serve them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from labsite.headers import REPEATED
from labsite.lib.paths import is_path
from labsite.publishing.layout import NOT_FOUND, Layout
from publications.exporting import FORMATS

# By the ending of a file, what it is, where web servers do not know it by themselves.
TYPES = {form.name: form.content_type for form in FORMATS.values() if form.name != "json"} | {
    "atom": "application/atom+xml",
    "webmanifest": "application/manifest+json",
}
# The one is the web space's to promise. Nothing in a copy acts for who is signed in, so any page may stand in a frame:
# those for `/embed/` must, and what two rules of `_headers` say about one file differs between web spaces.
LEFT_OUT = {"Strict-Transport-Security", "X-Frame-Options"}
POLICY = "Content-Security-Policy"
# What a rule of `_redirects` reads as “whatever stands here”: Netlify at the beginning of a part, Cloudflare anywhere.
PATTERN = re.compile(r"\*|:[A-Za-z]")
# What Apache reads as more than a sign: in a regular expression, in a target, and what no target can say.
REGEX, MATCHED, UNTOLD = re.compile(r"[.*+?()\[\]{}|^$\\]"), re.compile(r"[$&\\]"), re.compile(r"[\x00-\x1f\x7f?#]")
BACKSLASHED = r"\\\g<0>"


def files(
    layout: Layout, headers: dict[str, str], redirects: list[tuple[str, str]], robots: Iterable[tuple[str, str]] = ()
) -> dict[str, bytes]:
    """By name: headers and redirects as Netlify and Cloudflare Pages read them, and as Apache does; and for GitHub.

    `headers` are those of the site's first page, `robots` what search engines are told of files, by path or pattern.
    """
    told = {name: headers[name] for name in REPEATED if name in headers and name not in LEFT_OUT}
    if POLICY in told:
        parts = told[POLICY].split("; ")
        told[POLICY] = "; ".join(part for part in parts if not part.startswith("frame-ancestors"))
    return {
        "_headers": write_headers(layout, told, robots).encode(),
        "_redirects": "".join(
            f"{layout.base}{quoted(old)} {quoted(new)} 301\n" for old, new in sorted(redirects) if not is_pattern(old)
        ).encode(),
        ".htaccess": write_apache(layout, told, redirects).encode(),
        ".nojekyll": b"",
    }


def quoted(address: str) -> str:
    """An address without blanks, which would end it, and with all else as browsers send it (RFC 3986)."""
    return quote(address, safe="/:?#[]@!$&'()*+,;=%~")


def is_pattern(old: str) -> bool:
    """Whether `_redirects` would send other addresses than `old` along with it: `/*` is every address that there is."""
    return PATTERN.search(unquote(old)) is not None


def write_headers(layout: Layout, told: dict[str, str], robots: Iterable[tuple[str, str]]) -> str:
    lines = [f"{layout.base}/*", *(f"  {name}: {value}" for name, value in told.items())]
    for ending, kind in TYPES.items():
        lines += [f"{layout.base}/*.{ending}", f"  Content-Type: {kind}; charset=utf-8"]
    for path, value in dict(robots).items():
        lines += [f"{layout.base}{path}", f"  X-Robots-Tag: {value}"]
    return "\n".join([*lines, f"{layout.base}/static/*", "  Cache-Control: public, max-age=3600", ""])


def apache_word(text: str) -> str:
    """A word of a configuration of Apache: in quotes, and what would end or escape it escaped."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def apache_redirect(base: str, old: str, new: str) -> str:
    """The rule for one address; "" where none can say it: the page at that address leads on all the same.

    `Redirect` would take every address that begins like `old` along, so this is a regular expression of the whole path.
    Apache compares it with the path once percents are read, and writes percents into the path of the target itself. In
    the target `$1` and `&` are parts of what was found.
    """
    path, parts = unquote(old), urlsplit(new)
    target = unquote(parts.path)
    if not is_path(path) or UNTOLD.search(target):
        return ""
    target = urlunsplit(parts._replace(path=target, query=quoted(parts.query), fragment=quoted(parts.fragment)))
    whole = REGEX.sub(BACKSLASHED, f"{unquote(base)}{path}")
    return f"RedirectMatch permanent {apache_word(f'^{whole}$')} {apache_word(MATCHED.sub(BACKSLASHED, target))}"


def write_apache(layout: Layout, told: dict[str, str], redirects: list[tuple[str, str]]) -> str:
    lines = ["# Written by manage.py publish.", f"ErrorDocument 404 {layout.base}/{NOT_FOUND}", "Options -Indexes"]
    lines += ["AddDefaultCharset utf-8", *(f"AddType {kind} .{ending}" for ending, kind in TYPES.items())]
    lines += ["<IfModule mod_headers.c>"]
    lines += [f"  Header always set {name} {json.dumps(value)}" for name, value in told.items()]
    lines += ["</IfModule>", "<IfModule mod_alias.c>"]
    rules = (apache_redirect(layout.base, old, new) for old, new in sorted(redirects))
    lines += [f"  {rule}" for rule in rules if rule]
    return "\n".join([*lines, "</IfModule>", ""])
