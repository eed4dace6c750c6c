"""Long author lists and texts cut short for the two-page style: those that alone would fill the pages."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from activities.cv.document import Block, Document, Entry, Line, text_of
from activities.cv.papers import make_paper
from activities.profile import Profile
from publications.author_line import number_of
from publications.models import Publication
from publications.rows import row_authors

LONGEST_LINE = 360  # letters of one line or paragraph
MOST_LINES = 6  # of the details of one entry
MOST_LINKS = 60  # runs of one line: three names take five
MOST_AUTHORS = 12


def shorten_texts(document: Document, profile: Profile, root: str) -> Document:
    """The document with long author lists and long texts cut; `left_out` is set if any was."""
    papers = {paper.slug: paper for paper in profile.publications}
    sections = tuple(
        replace(
            section,
            note=shorten_line(section.note),
            parts=tuple(
                replace(
                    part,
                    entries=tuple(
                        shorten_entry(with_fewer_authors(entry, papers, profile, root) if is_paper else entry)
                        for entry in part.entries
                    ),
                )
                for part in section.parts
                for is_paper in (part.layout == "papers",)
            ),
        )
        for section in document.sections
    )
    head = tuple(shorten_line(line) for line in document.head)
    was_cut = head != document.head or any(
        text_of(line).endswith("…")
        for section in sections
        for entry in section.entries
        for line in (*entry.lines, *(line for block in entry.blocks for line in block.lines))
    )
    return replace(document, head=head, sections=sections, left_out=_("Shortened.") if was_cut else "")


def with_fewer_authors(entry: Entry, papers: dict[str, Publication], profile: Profile, root: str) -> Entry:
    paper = papers.get(entry.key)
    if paper is None or number_of(row_authors(paper.row)) <= MOST_AUTHORS:
        return entry
    return make_paper(paper, profile.person, root, most_authors=MOST_AUTHORS)


def shorten_entry(entry: Entry) -> Entry:
    left = MOST_LINES
    blocks = []
    for block in entry.blocks:
        kept = tuple(shorten_line(line) for line in block.lines[:left])
        left -= len(kept)
        blocks += [Block(block.kind, kept)] if kept else []
    return replace(
        entry,
        title=shorten_line(entry.title, 2 * LONGEST_LINE),
        lines=tuple(shorten_line(line) for line in entry.lines[:MOST_LINES]),
        blocks=tuple(blocks),
    )


def shorten_line(line: Line, most: int = LONGEST_LINE) -> Line:
    """The line up to `most` letters, then an ellipsis."""
    kept, left = [], most
    for each in line[:MOST_LINKS]:
        if len(each.text) > left:
            kept.append(replace(each, text=each.text[:left].rstrip() + "…"))
            return tuple(kept)
        kept.append(each)
        left -= len(each.text)
    return (*kept, replace(line[MOST_LINKS], text="…", link="")) if len(line) > MOST_LINKS else tuple(kept)
