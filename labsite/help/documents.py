"""Documents of `docs/` as HTML in sections. They belong to the code: what is read once is kept while the site runs.

A document is known by the name of its file. Links between documents lead to their pages here, links to other files of
the repository become plain words. Pictures are static files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import nh3
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token
from PIL import Image

FOLDER = settings.BASE_DIR / "docs"
GUIDES = ("tour", "admin", "member", "operator")  # in the order of the page that lists them
TAGS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "hr", "img", "li", "ol", "p", "pre", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href"}, "img": {"src", "alt", "loading", "width", "height"}, "ol": {"start"},
    **{f"h{level}": {"id"} for level in (1, 2, 3, 4)},
}  # fmt: skip
PICTURE = re.compile(r"pictures/([a-z0-9-]+\.webp)\Z")
MARK = re.compile(r"^<!--.*?-->$", re.MULTILINE)  # between which a command writes its figures
LINK = re.compile(r"(?:guides/|\.\./)?([a-z0-9-]+)\.md(#[\w-]*)?\Z")
_parser = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True)
class Section:
    """A heading with what stands under it, up to the next one, as plain text. The first one's heading is the title."""

    anchor: str
    heading: str
    level: int
    text: str


@dataclass(frozen=True)
class Document:
    """`name` is the end of its address."""

    name: str
    title: str
    html: SafeString
    sections: tuple[Section, ...] = ()

    @property
    def is_guide(self) -> bool:
        return self.name in GUIDES

    @property
    def contents(self) -> list[Section]:
        """What the list of contents names; a guide's has its chores, too."""
        return [section for section in self.sections if 1 < section.level <= (3 if self.is_guide else 2)]

    @property
    def lede(self) -> str:
        return self.sections[0].text.partition(". ")[0].rstrip(".") + "." if self.sections[0].text else ""


@dataclass
class SectionReader:
    """Gathers sections while a document is read."""

    sections: list[Section] = field(default_factory=list)
    heading: tuple[str, str, int] = ("", "", 1)
    words: list[str] = field(default_factory=list)

    def end_section(self) -> None:
        anchor, heading, level = self.heading
        if heading:
            self.sections.append(Section(anchor, heading, level, " ".join(" ".join(self.words).split())))
        self.words = []


@lru_cache(maxsize=1)
def document_paths() -> dict[str, Path]:
    """Every document by its name, guides first."""
    guides = {name: FOLDER / "guides" / f"{name}.md" for name in GUIDES}
    return guides | {path.stem: path for path in sorted(FOLDER.glob("*.md"))}


def load_documents(language: str) -> list[Document]:
    """All of them. `language` is the active one: links lead to pages in it."""
    return [load_document(name, language) for name in document_paths()]


@lru_cache(maxsize=128)
def load_document(name: str, language: str) -> Document:
    """The document of that name; raises `KeyError` where there is none."""
    tokens = _parser.parse(MARK.sub("", document_paths()[name].read_text(encoding="utf-8")))
    sections = prepare(tokens)
    markup = nh3.clean(
        _parser.renderer.render(tokens, _parser.options, {}),
        tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https"}, link_rel=None,
    )  # fmt: skip
    return Document(name, sections[0].heading, mark_safe(markup), tuple(sections))  # noqa: S308 - sanitised by nh3


def prepare(tokens: list[Token]) -> list[Section]:
    """Gives headings their anchors and turns addresses into those of this site. Tells the sections."""
    reader, seen = SectionReader(), {}
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            reader.end_section()
            heading = plain_words(tokens[place + 1])
            anchor = anchor_of(heading, seen)
            token.attrSet("id", anchor)
            reader.heading = (anchor, heading, int(token.tag[1]))
        elif token.type == "inline":
            for child in token.children or ():
                lead(child)
            if not (place and tokens[place - 1].type == "heading_open"):
                reader.words.append(plain_words(token))
        elif token.type in ("fence", "code_block"):
            reader.words.append(token.content)
    reader.end_section()
    return reader.sections


def plain_words(token: Token) -> str:
    """What a paragraph or heading says, and what its pictures show."""
    return "".join(child.content or (" " if child.type == "softbreak" else "") for child in token.children or ())


def anchor_of(heading: str, seen: dict[str, int]) -> str:
    """The anchor of a heading as GitHub makes it, so that links lead to the right place there too."""
    base = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
    seen[base] = seen.get(base, -1) + 1
    return f"{base}-{seen[base]}" if seen[base] else base


def size_of(picture: str) -> tuple[int, int]:
    with Image.open(FOLDER / "guides" / "pictures" / picture) as image:
        return image.size


def lead(token: Token) -> None:
    """Turns an address as it stands in the repository into one of this site."""
    if token.type == "image":
        found = PICTURE.match(str(token.attrs.get("src", "")))
        if found:
            token.attrSet("src", static(f"guides/{found[1]}"))
            token.attrSet("loading", "lazy")
            width, height = size_of(found[1])  # so that nothing moves when it comes
            token.attrSet("width", str(width))
            token.attrSet("height", str(height))
    elif token.type == "link_open":
        address = str(token.attrs.get("href", ""))
        found = LINK.match(address)
        if found and found[1] in document_paths():
            token.attrSet("href", reverse("help:document", args=[found[1]]) + (found[2] or ""))
        elif not address.startswith(("#", "http://", "https://")):
            token.attrs.pop("href")  # a file of the repository: the words stay
