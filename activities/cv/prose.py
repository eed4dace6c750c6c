"""Markdown that people wrote as plain blocks: paragraphs, lists, emphasis, links. No markup is left in any text."""

from __future__ import annotations

from collections.abc import Sequence

from markdown_it.token import Token

from activities.cv.document import Block, Line, Run, run
from labsite.lib.markdown import parse_markdown

LOOKS = {"strong_open": ("strong", 1), "strong_close": ("strong", -1), "em_open": ("em", 1), "em_close": ("em", -1)}
BREAKS = ("softbreak", "hardbreak")
LISTS = {"bullet_list_open": "bullets", "ordered_list_open": "numbers"}


def read_blocks(text: str, root: str) -> tuple[Block, ...]:
    """The blocks of `text`; lists within lists become one list, a row of a table one paragraph.

    `root`: the site's address without a slash, put before addresses of this site.
    """
    blocks: list[Block] = []
    items: list[Line] | None = None  # of the list that is open
    kinds: list[str] = []
    cells: list[Run] | None = None  # of the row that is open
    for token in parse_markdown(text):
        if token.type in LISTS:
            kinds.append(LISTS[token.type])
            items = [] if items is None else items
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            kind = kinds.pop()
            if not kinds:
                blocks += [Block(kind, tuple(items or ()))] if items else []
                items = None
        elif token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            blocks += [Block("paragraph", (tuple(cells or ()),))]
            cells = None
        elif token.type in ("inline", "fence", "code_block"):
            line = read_line(token, root)
            if cells is not None:
                cells += [run(" · "), *line] if cells else line
            elif items is not None:
                items += [line] if line else []
            elif line:
                blocks.append(Block("paragraph", (line,)))
    return tuple(blocks)


def read_line(token: Token, root: str) -> Line:
    """The runs of one paragraph, heading, item, cell or piece of code."""
    if token.type != "inline":
        return (run(token.content.strip()),) if token.content.strip() else ()
    return tuple(_runs(token.children or [], root))


def _runs(tokens: Sequence[Token], root: str) -> list[Run]:
    depth = {"strong": 0, "em": 0}
    link, runs = "", []
    for token in tokens:
        if token.type in LOOKS:
            look, change = LOOKS[token.type]
            depth[look] += change
        elif token.type == "link_open":
            link = whole_address(str(token.attrGet("href") or ""), root)
        elif token.type == "link_close":
            link = ""
        else:
            text = " " if token.type in BREAKS else token.content
            if text:
                runs.append(run(text, link, is_strong=depth["strong"] > 0, is_emphasis=depth["em"] > 0))
    return runs


def whole_address(address: str, root: str) -> str:
    """`address` as it is followed from anywhere; "" for a place on the page alone."""
    if address.startswith("/") and not address.startswith("//"):
        return f"{root}{address}"
    return address
