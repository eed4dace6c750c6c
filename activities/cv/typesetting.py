"""A document as a PDF file: selectable text, real links, tagged for screen readers, no sign that a font lacks."""

from __future__ import annotations

import datetime
import hashlib
import json
from pathlib import Path
from typing import Any

import typst
from django.core.cache import cache
from django.utils.translation import get_language

from activities.cv.document import Block, Document, Entry, Line, Run, text_of
from labsite.lib.dates import PartialDate
from labsite.lib.typesetting import compile_pdf, families, fonts, language_and_region, printable_data

TEMPLATE = Path(__file__).parent / "typst" / "cv.typ"
PAPERS = {"a4": "a4", "letter": "us-letter"}
LONG_WORD = 36  # letters: a longer word may be broken anywhere, or it would leave the page
WHOLE_UP_TO = 600  # letters of an entry that is not parted between two pages
KEPT_FOR = 24 * 60 * 60  # seconds: the file of a document that has not changed is not set again
MOST_KEPT = 4_000_000  # bytes of a file that is worth keeping


def make_pdf(document: Document, paper: str = "a4", *, keep: bool = True) -> bytes:
    """The document on paper of a name in `PAPERS`. The same document gives the same bytes.

    `keep`: whether the file may lie in the cache that all share; not what some readers only may see.
    """
    data = make_data(document, paper)
    key = f"cv-pdf-{digest_of(data)}"
    kept = cache.get(key) if keep else None
    if kept is not None:
        return kept
    created = datetime.datetime.fromisoformat(f"{document.today}T00:00:00+00:00")
    pdf = compile_pdf(TEMPLATE, data, language=get_language() or "en", created=created)
    if keep and len(pdf) <= MOST_KEPT:
        cache.set(key, pdf, KEPT_FOR)
    return pdf


def count_pages(document: Document, paper: str = "a4") -> int:
    """How many pages the document fills."""
    language, region = language_and_region(get_language() or "en")
    inputs = {
        "data": json.dumps(printable_data(make_data(document, paper)), ensure_ascii=False),
        "fonts": json.dumps(families()),
        "lang": language,
        "region": region,
    }
    answer = typst.query(
        TEMPLATE, "<pages>", field="value", one=True, root=TEMPLATE.parent, font_paths=fonts(), sys_inputs=inputs
    )
    return int(json.loads(answer))


def digest_of(data: Any) -> str:
    """A key for what was made of `data` in the active language by the template as it is now."""
    text = json.dumps(data, sort_keys=True) + (get_language() or "") + str(TEMPLATE.stat().st_mtime_ns)
    return hashlib.sha256(text.encode()).hexdigest()


# What the template reads


def make_data(document: Document, paper: str) -> dict[str, Any]:
    today = datetime.date.fromisoformat(document.today)
    return {
        "title": document.title,
        "name": document.name,
        "name-run": run_data(Run(document.name)),
        "native": run_data(Run(document.native_name, language=document.native_language)),
        "keywords": list(document.keywords),
        "date": {"year": today.year, "month": today.month, "day": today.day},
        "paper": PAPERS[paper],
        "footer": " · ".join((document.name, document.kind, PartialDate(document.today).display())),
        "head": [line_data(line) for line in document.head],
        "left-out": line_data((Run(document.left_out), Run(document.full_address, document.full_address)))
        if document.left_out
        else [],
        "sections": [
            {
                "heading": section.heading,
                "note": line_data(section.note),
                "parts": [
                    {"heading": part.heading, "layout": part.layout, "entries": list(map(entry_data, part.entries))}
                    for part in section.parts
                ],
            }
            for section in document.sections
        ],
    }


def entry_data(entry: Entry) -> dict[str, Any]:
    letters = len(text_of(entry.title)) + sum(len(text_of(line)) for line in all_lines(entry))
    return {
        "label": run_data(Run(entry.label)),
        "title": line_data(entry.title),
        "lines": [line_data(line) for line in entry.lines],
        "blocks": [block_data(block) for block in entry.blocks],
        "whole": letters <= WHOLE_UP_TO,
    }


def all_lines(entry: Entry) -> list[Line]:
    return [*entry.lines, *(line for block in entry.blocks for line in block.lines)]


def block_data(block: Block) -> dict[str, Any]:
    return {"kind": block.kind, "lines": [line_data(line) for line in block.lines]}


def line_data(line: Line) -> list[list[str]]:
    """The runs of a line; neighbours that look alike are one."""
    found: list[list[str]] = []
    for each in line:
        data = run_data(each)
        if found and not data[1] and found[-1][1:] == data[1:]:
            found[-1][0] += data[0]
        elif data[0]:
            found.append(data)
    return found


def run_data(run: Run) -> list[str]:
    is_long = any(len(word) > LONG_WORD for word in run.text.split())
    looks = (("s", run.is_strong), ("e", run.is_emphasis), ("m", run.is_soft), ("w", is_long))
    language, region = language_and_region(run.language) if run.language else ("", "")
    return [run.text, run.link, "".join(letter for letter, has in looks if has), language, region]
