"""Puts the copy's own addresses into a page, and takes out what needs a server. Pure, given a layout."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from html import escape, unescape

from labsite.publishing.layout import Layout, narrows_in_browser

# A comment, a tag with its quoted attributes, or text. What begins like a tag and is none is text.
TOKEN = re.compile(r"""<!--.*?-->|</?[a-zA-Z](?:[^<>"']|"[^"]*"|'[^']*')*>|[^<]+|<""", re.DOTALL)
NAME = re.compile(r"</?([a-zA-Z][^\s/>]*)")
ATTRIBUTE = re.compile(r"""(\s)([^\s"'<>/=]+)=(?:"([^"]*)"|'([^']*)')""")
ADDRESSES = {"href", "src", "action", "poster", "xlink:href", "data-home", "data-plain", "data-list"}
SETS = {"srcset", "imagesrcset"}  # several addresses, each with a width
RAW = {"script", "style"}
SCRIPTED = re.compile(r"""\sdata-hx-[a-z-]+(?:="[^"]*"|='[^']*')?""")
EMPTY = {"meta", "link", "img", "input", "br", "hr", "source", "use", "rect", "path", "circle", "line"}


class Gone(Enum):
    """What becomes of an element whose address is in no file: it is left out whole, or its words stay."""

    WHOLE = 1
    TAG = 2


Place = Callable[[str], str | Gone]  # of an address as it stands in the page: what stands there in the copy


@dataclass
class Rewritten:
    """A page as it is published, and the site's addresses that it names."""

    text: str
    links: list[str] = field(default_factory=list)


def rewrite(text: str, layout: Layout, address: str, *, policy: str = "") -> Rewritten:
    """`text` is the HTML or SVG that answers the site's `address`; `policy` its Content-Security-Policy.

    Left out, if there is no live site to lead to: links and forms that a file server cannot answer, with an item of a
    list that holds nothing else; what htmx reads. Of a link to what nobody ever answers the words stay.
    """
    tokens = tokenise(text)
    page = address.partition("?")[0]
    found: dict[str, None] = {}

    def place(value: str) -> str | Gone:
        link = layout.link(unescape(value), page)
        if link is None:
            return value
        if link.address:
            found[link.address] = None
        if not link.href:
            return Gone.TAG if link.is_nowhere else Gone.WHOLE
        return escape(link.href)

    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token[0] == "<" and token[1:2].isalpha():
            changed = rewrite_tag(token, place, layout)
            if isinstance(changed, Gone):
                index = leave_words(tokens, index) if changed is Gone.TAG else leave_out(tokens, index)
                continue
            tokens[index] = changed + meta_of(policy) if policy and is_charset(token) else changed
        elif index and name_of(tokens[index - 1]) == "code":
            tokens[index] = re.sub(rf"(?<=src=&quot;){re.escape(layout.root)}/[^&]*", placed_or_same(place), token)
        index += 1
    return Rewritten("".join(tokens), list(found))


def placed_or_same(place: Place) -> Callable[[re.Match[str]], str]:
    """For code that is shown, to be pasted elsewhere: the address in it as it is in the copy."""

    def replace(match: re.Match[str]) -> str:
        new = place(match.group())
        return match.group() if isinstance(new, Gone) else new

    return replace


def tokenise(text: str) -> list[str]:
    """The text as comments, tags and what stands between; scripts and styles are one piece each."""
    tokens, position = [], 0
    while position < len(text):
        match = TOKEN.match(text, position)
        token = match.group() if match else text[position]
        tokens.append(token)
        position += len(token)
        name = name_of(token)
        if name in RAW and token[1] != "/" and not token.endswith("/>"):
            end = re.compile(rf"</{name}\b", re.IGNORECASE).search(text, position)
            stop = end.start() if end else len(text)
            tokens.append(text[position:stop])
            position = stop
    return [token for token in tokens if token]


def name_of(token: str) -> str:
    match = NAME.match(token)
    return match.group(1).lower() if match else ""


def rewrite_tag(token: str, place: Place, layout: Layout) -> str | Gone:
    """The tag with the copy's addresses; what becomes of an element that has none there."""
    name = name_of(token)
    if name == "form" and not answers_form(token):
        return Gone.WHOLE
    gone: Gone | None = None

    def change(match: re.Match[str]) -> str:
        nonlocal gone
        blank, attribute, value = match.group(1), match.group(2).lower(), match.group(3) or match.group(4) or ""
        new: str | Gone
        if attribute in ADDRESSES:
            new = place(value)
        elif attribute in SETS:
            new = ", ".join(placed for each in value.split(",") if (placed := place_in_set(each, place)))
        elif name == "meta" and attribute == "content" and value.startswith(f"{layout.root}/"):
            new = place(value)
        else:
            return match.group()
        if isinstance(new, Gone):
            gone = new
            return match.group()
        return f'{blank}{match.group(2)}="{new}"'

    changed = ATTRIBUTE.sub(change, SCRIPTED.sub("", token) if " data-hx-" in token else token)
    return gone or changed


def answers_form(token: str) -> bool:
    """Whether a script of the copy does what a form asks for."""
    action = re.search(r"""\saction="([^"]*)\"""", token)
    asks = re.search(r"""\smethod=["']?post""", token, re.IGNORECASE) is None
    return asks and action is not None and narrows_in_browser(unescape(action.group(1)))


def place_in_set(text: str, place: Place) -> str:
    address, _, width = text.strip().partition(" ")
    placed = place(address)
    return "" if isinstance(placed, Gone) else f"{placed} {width}".strip()


def leave_words(tokens: list[str], index: int) -> int:
    """Takes away a link and leaves what it holds, of a picture its description; all of what has no words."""
    name = name_of(tokens[index])
    if name == "img":
        said = re.search(r"""\salt="([^"]*)\"""", tokens[index])
        tokens[index] = said.group(1) if said else ""
        return index + 1
    end = end_of(tokens, index)
    if name != "a" or end == index + 1:
        return leave_out(tokens, index)
    del tokens[end - 1], tokens[index]
    return index


def leave_out(tokens: list[str], index: int) -> int:
    """Takes the element that begins at `index` out, and an item of a list that held nothing else; where to go on."""
    begin, end = index, end_of(tokens, index)
    before = index - 1
    while before >= 0 and tokens[before].isspace():
        before -= 1
    after = end
    while after < len(tokens) and tokens[after].isspace():
        after += 1
    around = (tokens[before] if before >= 0 else "", tokens[after] if after < len(tokens) else "")
    if name_of(around[0]) == "li" and not around[0].startswith("</") and around[1].lower() == "</li>":
        begin, end = before, after + 1
    del tokens[begin:end]
    return begin


def end_of(tokens: list[str], index: int) -> int:
    """Where the element that begins at `index` has ended."""
    name, depth = name_of(tokens[index]), 0
    if name in EMPTY or tokens[index].endswith("/>"):
        return index + 1
    for place in range(index, len(tokens)):
        if name_of(tokens[place]) == name:
            depth += -1 if tokens[place].startswith("</") else 1
            if depth == 0:
                return place + 1
    return index + 1


def is_charset(token: str) -> bool:
    return token.startswith("<meta charset=")


def meta_of(policy: str) -> str:
    """The policy as an element of the page: what only a header can say is left to `_headers`."""
    parts = [part for part in policy.split("; ") if not part.startswith(("frame-ancestors", "sandbox"))]
    return f'\n  <meta http-equiv="Content-Security-Policy" content="{escape("; ".join(parts))}">'


def redirect_page(href: str, canonical: str) -> str:
    """A page that leads on at once, for servers that know no redirects."""
    target = escape(href)
    lines = [
        "<!doctype html>", '<html lang="en">', "<head>", '  <meta charset="utf-8">', f"  <title>{target}</title>",
        f'  <meta http-equiv="refresh" content="0; url={target}">',
        f'  <link rel="canonical" href="{escape(canonical)}">', '  <meta name="robots" content="noindex">', "</head>",
        f'<body><p><a href="{target}">{target}</a></p></body>', "</html>", "",
    ]  # fmt: skip
    return "\n".join(lines)


def rewrite_feed(text: str, layout: Layout) -> Rewritten:
    """A feed of a part of the list, and the page it is of: where a question chose that part, a file does by now.

    Addresses with more than one parameter, which no file is for, stay as they are.
    """

    def place(match: re.Match[str]) -> str:
        link = layout.link(match.group(), "/")
        return link.href if link and link.address and "&" not in match.group() else match.group()

    return Rewritten(re.sub(rf"""{re.escape(layout.root)}/[^\s"'<>?]*\?[^\s"'<>]+""", place, text))


def rewrite_sitemap(text: str, layout: Layout) -> Rewritten:
    """A sitemap: its further pages are files of their own."""
    found: dict[str, None] = {}

    def place(match: re.Match[str]) -> str:
        link = layout.link(unescape(match.group(1)), "/")
        if link is None or not link.href:
            return match.group()
        found[link.address] = None
        return f"<loc>{escape(link.href)}</loc>"

    return Rewritten(re.sub(r"<loc>([^<]*)</loc>", place, text), list(found))
