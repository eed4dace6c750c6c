"""Markdown from people to safe HTML."""

from __future__ import annotations

import html
from functools import lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

ALLOWED_TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "hr", "li", "ol", "p", "pre", "strong", "sub",
    "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ALLOWED_ATTRIBUTES = {"a": {"href", "title"}, "th": {"scope"}}
ALLOWED_SCHEMES = {"http", "https", "mailto"}

REMEMBERED = 512  # texts
_parser = MarkdownIt("commonmark", {"html": False, "breaks": False}).enable(["table", "strikethrough"])


@lru_cache(maxsize=REMEMBERED)
def render_markdown(text: str) -> SafeString:
    """Block Markdown as sanitised HTML: no raw HTML, no images, no scripts, links only to http(s) and mailto.

    Pure, so that what was made of the last texts is kept: a page of news takes half of its time otherwise.
    """
    return mark_safe(_sanitise(_parser.render(text or "")))  # noqa: S308 - sanitised by nh3 just before


def parse_markdown(text: str) -> list[Token]:
    """The same Markdown as tokens, for what is not HTML. Their addresses are not checked."""
    return _parser.parse(text or "")


def plain_text(text: str) -> str:
    """Markdown as plain text on one line, for places that print no markup."""
    return " ".join(html.unescape(nh3.clean(_parser.render(text or ""), tags=set())).split())


def _sanitise(markup: str) -> str:
    return nh3.clean(
        markup,
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        url_schemes=ALLOWED_SCHEMES,
        link_rel="noopener nofollow ugc",
    )
