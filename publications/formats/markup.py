"""HTML, JATS and MathML in titles and abstracts of online records to plain text. Pure; nothing is ever rendered."""

from __future__ import annotations

import html
import re
import unicodedata
from html.entities import html5

# Names of tags that publishers put in titles and abstracts; any other “<…>” is text, as in “if a<b and c>d”.
TAGS = re.compile(
    r"</?(?:(?:jats|mml|m|xhtml|html)\d?:[A-Za-z-]+|i|b|u|em|strong|sub|sup|sc|scp|span|p|br|hr|div|a|ul|ol|li|tt|code|"
    r"small|font|italic|bold|monospace|h[1-6]|title|sec|abstract|inline-formula|tex-math|alternatives|math|mi|mo|mn|"
    r"mrow|mtext|msub|msup|msubsup|mfrac|msqrt|mover|munder|mstyle|mathrm|inf|roman|ext-link|xref|list|list-item|bdi|"
    r"semantics|annotation|blockquote|section|label|cite|q|s|del|ins|mark|table|tr|td|th|tbody|thead|img|nobr)"
    r"(?:\s+[\w:-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s<>]+)){0,20}\s*/?>",
    re.IGNORECASE,
)
BREAKING = re.compile(
    r"</?(?:jats:)?(?:p|br|div|li|sec|title|list-item|h[1-6]|tr|td|th|section)(?=[\s/>])", re.IGNORECASE
)
HEADING = re.compile(r"\A\s*<(?:jats:)?title>\s*(?:Abstract|Summary)\s*</(?:jats:)?title>", re.IGNORECASE)
ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});", re.IGNORECASE)
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def plain_text(text: str) -> str:
    """The words of a text with mark-up, in NFC on one line; entities that were escaped twice are resolved as well."""
    if "<" in text or "&" in text:
        for _ in range(3):
            text = without_tags(text)
            if "&" not in text:
                break
            text = ENTITY.sub(_sign, text)
        text = without_tags(text)
    return clean(text)


def without_tags(text: str) -> str:
    """`text` without tags; what begins or ends a paragraph leaves a blank."""
    return TAGS.sub("", BREAKING.sub(r" \g<0>", HEADING.sub("", text))) if "<" in text else text


def _sign(match: re.Match[str]) -> str:
    name = match.group()
    return html.unescape(name) if name[1] == "#" or name[1:] in html5 else name


def clean(text: str) -> str:
    """NFC on one line, without control characters and halves of characters, which no database keeps."""
    return unicodedata.normalize("NFC", " ".join(UNSAFE.sub(" ", text).split()))
