"""Texts as the generators of static sites take them: YAML, front matter, Markdown that draws nothing of its own. Pure.

This site shows Markdown without raw HTML, and links of the web only. The generators let both through, and run their own
commands in it: what a member wrote must do nothing there that it did not do here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection
from typing import Any

import yaml
from markdown_it import MarkdownIt

from labsite.lib.dates import PartialDate
from labsite.lib.markdown import plain_text
from labsite.lib.text import JOINER

# Code as every generator sees it: fences at the left edge below an empty line, and one sign on either side within one
# line and one cell of a table.
CODE = re.compile(
    r"((?:\A|(?<=\n\n))(?:```[\w+#.-]*\n(?:(?![ \t]*```).*\n)*```|~~~[\w+#.-]*\n(?:(?![ \t]*~~~).*\n)*~~~)[ \t]*$"
    r"|(?<![\\`])`(?![\s`])[^`\n|]+`(?!`))",
    re.MULTILINE,
)
DOUBTFUL = re.compile(r"`|^[ \t]*~~~", re.MULTILINE)
TAG = re.compile(r"<(?!https?://[^\s<>]+>|mailto:[^\s<>]+>)(?=[A-Za-z/!?])")
IAL = re.compile(r"\{(?=:)")  # a list of attributes, in the Markdown of Jekyll
LIQUID = re.compile(r"\{(?=[{%])")
SHORTCODE = re.compile(r"\{\{(?=[<%])")
LINK = re.compile(r"\[(?=[^\]])")
SAFE_ADDRESS = re.compile(r"(?:https?:|mailto:|[^:]*\Z|[^:]*[/?#])", re.IGNORECASE)
# Programs as addresses, in a text without what browsers and the generators overlook in one.
OVERLOOKED = re.compile(r"[\s\x00-\x1f\\]+")
PROGRAM = re.compile(r"(?:java|vb)script:|\][(:]<?data:", re.IGNORECASE)
WEB_ADDRESS = re.compile(r"(?:https?://|mailto:)\S+", re.IGNORECASE)
UNSAFE_IN_ADDRESS = re.compile(r"[\"'<>`]")
REFERENCE = re.compile(r"&(?:#\w*|[A-Za-z]\w*);?")  # a sign of HTML by its name or number
OPENING = re.compile(r"<(?=[A-Za-z/!?]|\Z)")
UNDONE = re.compile(r"<(?=[A-Za-z/!?]|\Z)|\{(?=\{[<%])")
LEADING = re.compile(r"\](?=[(:])")
LONGEST_TITLE = 100
ANY_LINK = MarkdownIt("commonmark", {"html": False})
ANY_LINK.validateLink = lambda address: True  # ours draws no link to a program: then it would not be found here


def to_yaml(data: Any) -> bytes:
    """A data file. Every text is quoted as YAML asks, whatever signs are in it."""
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=10**6, default_flow_style=False).encode()


def page(front: dict[str, Any], body: str = "") -> bytes:
    """A page: front matter without what is not known, and its text."""
    known = {key: value for key, value in front.items() if value not in ("", None, [], {}, ())}
    return b"---\n" + to_yaml(known) + b"---\n" + (f"\n{body.strip()}\n" if body.strip() else "").encode()


# Plain texts that a template prints: in front matter, settings and data


def printed(data: Any, say: Callable[[str], str], kept: Collection[str] = ()) -> Any:
    """`data` with each plain text as `say` has it, so that no template makes markup of it.

    Addresses lose only what would end them, and what stands under a key in `kept` is as it was: what machines compare,
    and HTML of ours. Whatever is new is made harmless, unless somebody names it here.
    """
    if isinstance(data, dict):
        return {key: value if key in kept else printed(value, say, kept) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [printed(each, say, kept) for each in data]
    if not isinstance(data, str):
        return data
    if WEB_ADDRESS.fullmatch(data):
        return UNSAFE_IN_ADDRESS.sub(lambda sign: f"%{ord(sign.group()):02X}", data)
    return say(data)


def as_html(text: str) -> str:
    """Plain text for templates of Jekyll, which print what they are given: HTML, and harmless as Markdown too.

    Only what would be markup changes: “AT&T” stays, “&amp;” and “<b>” show as they were written.
    """
    return without_programs(IAL.sub("&#123;", OPENING.sub("&lt;", without_names(text, "&amp;"))))


def without_names(text: str, beginning: str) -> str:
    """`text` with `beginning` for the “&” of all that HTML reads as the name of another sign; “&T” names none."""

    def spelled(found: re.Match[str]) -> str:
        name = found.group()
        return name if html.unescape(name) == name else f"{beginning}{name[1:]}"

    return REFERENCE.sub(spelled, text)


def as_attribute(text: str) -> str:
    """The same where a template prints it between quotation marks as well."""
    return as_html(text).replace('"', "&quot;")


def as_words(text: str) -> str:
    """Plain text for templates of Hugo, of which some print a text as HTML, some as Markdown, some as it is.

    No sign of HTML is right in all of them. A word joiner, which nobody sees, keeps apart what would be markup.
    """
    parted = UNDONE.sub(rf"\g<0>{JOINER}", without_names(text, f"&{JOINER}"))
    return parted if is_safe(text) else LEADING.sub(f"]{JOINER}", parted)


# Markdown


def harmless(text: str) -> str:
    """Markdown without raw HTML, links to anything but the web, and attributes. Code stays as it is.

    Where the generators may not agree with us on what is code, code is mended like the rest: its signs show as HTML.
    """
    text = text.replace("\r\n", "\n")
    parts = CODE.split(text)
    if any(DOUBTFUL.search(part) for part in parts[::2]):
        return without_programs(mend(text))
    if not is_safe(text):
        parts = [part if number % 2 else LINK.sub("&#91;", part) for number, part in enumerate(parts)]
    return "".join(part if number % 2 else mend(part) for number, part in enumerate(parts))


def mend(text: str) -> str:
    return IAL.sub("&#123;", TAG.sub("&lt;", text))


def without_programs(text: str) -> str:
    """Of a text that holds a link to anything but the web, none is a link any more."""
    return text if is_safe(text) else LINK.sub("&#91;", text)


def is_safe(text: str) -> bool:
    """Whether all links of a Markdown text lead to the web, however they are written."""
    if PROGRAM.search(OVERLOOKED.sub("", html.unescape(text))):
        return False
    waiting = ANY_LINK.parse(text) if "[" in text or "<" in text else []
    while waiting:
        token = waiting.pop()
        waiting += token.children or []
        address = token.attrGet({"link_open": "href", "image": "src"}.get(token.type, ""))
        if address is not None and not SAFE_ADDRESS.match(str(address)):
            return False
    return True


def for_jekyll(text: str) -> str:
    """The same, and nothing in it is a command of Liquid, in code neither.

    What names the end of the raw text is not left raw, however that end may be spelled.
    """
    text = harmless(text)
    return LIQUID.sub("&#123;", text) if "endraw" in text.lower() else raw(text)


def raw(text: str) -> str:
    return f"{{% raw %}}\n{text}\n{{% endraw %}}" if LIQUID.search(text) else text


def for_hugo(text: str) -> str:
    """The same, and nothing in it is a shortcode, in code neither."""
    return SHORTCODE.sub("&#123;&#123;", harmless(text))


def full_date(date: PartialDate | None) -> str:
    """The first day that a date can mean: the generators know days only. `edtf` beside it says what is known."""
    return date.earliest.isoformat() if date else ""


def title_of(text: str) -> str:
    """The beginning of a Markdown text on one line."""
    plain = plain_text(text)
    return plain if len(plain) <= LONGEST_TITLE else f"{plain[:LONGEST_TITLE].rsplit(' ', 1)[0]} …"


def html_lines(text: str) -> str:
    """Lines as paragraphs of HTML."""
    return "".join(f"<p>{html.escape(line.strip())}</p>\n" for line in text.splitlines() if line.strip())
