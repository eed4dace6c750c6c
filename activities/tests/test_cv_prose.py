"""Tags, links, and Markdown as blocks of a curriculum vitae. No database."""

from __future__ import annotations

import pytest

from activities.cv.document import Block, Run, followed, text_of
from activities.cv.papers import tag_of
from activities.cv.prose import read_blocks
from activities.tests.curricula import ROOT


@pytest.mark.parametrize(
    ("name", "year", "tag"),
    [
        ("NeurIPS", 2024, "[NeurIPS'24]"),
        ("UAI", 2003, "[UAI'03]"),
        ("Preprint", None, "[Preprint]"),
        ("A conference with a name that is far too long", 2024, "[2024]"),
        ("A conference with a name that is far too long", None, ""),
    ],
)
def test_tag(name, year, tag):
    assert tag_of(name, year) == tag


def test_markdown_becomes_blocks_without_markup():
    text = (
        "# Head\n\nPlain *slanted* **bold** `code` [link](https://example.org/a) [page](/people/) "
        "[bad](ftp://example.org/)\nover a line\n\n- one\n- two\n    - three\n\n1. first\n\n> said\n\n"
        "    indented\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    blocks = read_blocks(text, ROOT)
    assert [(block.kind, [text_of(line) for line in block.lines]) for block in blocks] == [
        ("paragraph", ["Head"]),
        ("paragraph", ["Plain slanted bold code link page bad over a line"]),
        ("bullets", ["one", "two", "three"]),
        ("numbers", ["first"]),
        ("paragraph", ["said"]),
        ("paragraph", ["indented"]),
        ("paragraph", ["a · b"]),
        ("paragraph", ["1 · 2"]),
    ]
    links = {run.text: run.link for run in blocks[1].lines[0] if run.text in ("link", "page", "bad")}
    assert links["link"] == "https://example.org/a"
    assert links["page"] == f"{ROOT}/people/"
    assert links["bad"] == ""
    looks = {run.text: (run.is_strong, run.is_emphasis) for run in blocks[1].lines[0]}
    assert (looks["slanted"], looks["bold"]) == ((False, True), (True, False))


def test_markdown_of_nothing_and_of_html():
    assert read_blocks("", ROOT) == ()
    assert read_blocks("<b>x</b> & y", ROOT) == (Block("paragraph", ((Run("<b>x</b> & y"),),)),)


@pytest.mark.parametrize(
    ("address", "is_followed"),
    [
        ("https://example.org/", True), ("HTTP://example.org", True), ("mailto:a@example.org", True),
        ("javascript:alert(1)", False), ("data:text/html,x", False), ("//example.org", False), ("#top", False),
        ("", False), ("https://example.org/" + "a" * 3000, False), ("https://example.org/\n", False),
    ],
)  # fmt: skip
def test_addresses_that_are_links(address, is_followed):
    assert bool(followed(address)) is is_followed
