"""The two-page style: the most important facts of a long record, as many as two pages hold, measured by setting them.

Each entry has a weight, less for what matters more; its details (all but its first line) have another. What is
lightest is kept, as much as fits on two pages of A4 and of Letter alike, so that both and the page say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.core.cache import cache
from django.utils.translation import gettext as _

from activities.cv.biosketch import SERVICES_IN_ORDER
from activities.cv.document import Block, Document, Entry, Line, Section, text_of
from activities.cv.papers import make_paper
from activities.cv.typesetting import KEPT_FOR, count_pages, digest_of, make_data
from activities.profile import Profile
from publications.models import Publication

PAGES = 2
LONGEST_LINE = 360  # letters of one line or paragraph
MOST_LINES = 6  # of the details of one entry
MOST_LINKS = 60  # runs of one line: three names take five
MOST_AUTHORS = 12
MOST_CANDIDATES = 400  # more entries than this never fit; fewer are quicker to weigh
MORE_TRIED = 12  # heavier candidates that are tried where one of them was too long
TIGHTEST_FIRST = ("letter", "a4")

# Section: weight of its first entry, what each further one adds, what details add.
WEIGHTS = {
    "education": (0.0, 0.2, 3.0),
    "experience": (0.5, 0.6, 3.0),
    "publications": (0.6, 0.4, 0.0),
    "interests": (0.8, 1.0, 4.0),
    "research": (0.9, 0.6, 3.0),
    "awards": (1.0, 0.25, 2.4),
    "service": (2.0, 0.5, 0.0),
    "grants": (2.2, 0.5, 2.0),
    "mentees": (2.6, 0.4, 4.0),
    "talks": (2.8, 0.5, 2.0),
    "skills": (2.9, 0.4, 0.0),
    "highlights": (3.4, 1.4, 8.0),
    "projects": (4.0, 1.6, 8.0),
    "remarks": (9.0, 2.0, 4.0),
}


@dataclass(frozen=True, order=True)
class Candidate:
    """An entry, or its details, that may be kept; sorts by weight, then by place."""

    weight: float
    section: int
    part: int
    entry: int
    is_detail: bool = False

    @property
    def place(self) -> tuple[int, int, int]:
        return (self.section, self.part, self.entry)


def fit_document(document: Document, profile: Profile, root: str) -> Document:
    """`document`, of the short style and with everything in it, cut to two pages; it says what it leaves out.

    Sets the document some twenty times for a long record; what fits is remembered for a day.
    """
    shortened = shorten_texts(document, profile, root)
    candidates = weigh(shortened, profile)[:MOST_CANDIDATES]
    key = f"cv-fit-{digest_of(make_data(shortened, 'a4'))}"
    kept = cache.get(key)
    if kept is None:
        kept = choose(shortened, candidates)
        cache.set(key, kept, KEPT_FOR)
    return cut_document(shortened, [candidates[index] for index in kept])


def choose(document: Document, candidates: list[Candidate]) -> list[int]:
    """The candidates, by number, that fill two pages: as many of the lightest as fit, then what still fits between."""

    def fits(numbers: Sequence[int]) -> bool:
        made = cut_document(document, [candidates[number] for number in numbers])
        return all(count_pages(made, paper) <= PAGES for paper in TIGHTEST_FIRST)

    low, high = 0, len(candidates) + 1
    if fits(range(len(candidates))):
        return list(range(len(candidates)))
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(range(middle)) else (low, middle)
    kept, entries = list(range(low)), {candidates[number].place for number in range(low)}
    for number in range(low, min(low + MORE_TRIED, len(candidates))):
        is_possible = not candidates[number].is_detail or candidates[number].place in entries
        if is_possible and fits([*kept, number]):
            kept.append(number)
            entries.add(candidates[number].place)
    return kept


def weigh(document: Document, profile: Profile) -> list[Candidate]:
    """Every entry and its details, the lightest first."""
    found = []
    for at, section in enumerate(document.sections):
        first, step, detail = WEIGHTS[section.name]
        place = 0
        for in_section, part in enumerate(section.parts):
            for in_part, entry in enumerate(part.entries):
                rank = rank_of(entry, section.name, profile, place)
                weight = first + step * rank
                found.append(Candidate(weight, at, in_section, in_part))
                if details_of(entry, part.layout):
                    found.append(Candidate(weight + detail, at, in_section, in_part, is_detail=True))
                place += 1
    return sorted(found)


def rank_of(entry: Entry, section: str, profile: Profile, place: int) -> float:
    """How many of its section come before an entry: its place, but for papers and services."""
    if section == "publications":
        return rank_of_paper(entry, profile, place)
    if section == "service":
        kinds = [kind for kind in SERVICES_IN_ORDER if any(group.kind == kind for group in profile.services)]
        return kinds.index(profile.services[place].kind)
    return place


def rank_of_paper(entry: Entry, profile: Profile, place: int) -> float:
    """Selected papers first; then by their place, those that the person led before the others."""
    address = next((each.link for each in entry.title if each.link), "")
    is_selected = any(address.endswith(f"/publications/{paper.slug}/") for paper in profile.selected)
    return place * 0.1 if is_selected else 4 + place


def details_of(entry: Entry, layout: str) -> bool:
    """Whether the entry holds more than the line it needs. What is only a label and its text needs all of it."""
    return layout != "facts" and bool(entry.lines[1:] or entry.blocks[0 if entry.title else 1 :])


def without_details(entry: Entry, layout: str) -> Entry:
    if layout == "facts":
        return entry
    return replace(entry, lines=entry.lines[:1], blocks=() if entry.title else entry.blocks[:1])


def cut_document(document: Document, kept: Iterable[Candidate]) -> Document:
    """The document with these candidates, and words on what is left out."""
    chosen = list(kept)
    entries = {each.place for each in chosen if not each.is_detail}
    details = {each.place for each in chosen if each.is_detail}
    sections = []
    for at, section in enumerate(document.sections):
        parts = []
        for in_section, part in enumerate(section.parts):
            own = [
                entry if (at, in_section, index) in details else without_details(entry, part.layout)
                for index, entry in enumerate(part.entries)
                if (at, in_section, index) in entries
            ]
            parts += [replace(part, entries=tuple(own))] if own else []
        sections += [replace(section, parts=tuple(parts))] if parts else []
    return replace(document, sections=tuple(sections), left_out=left_out(document, sections))


def left_out(document: Document, kept: list[Section]) -> str:
    """“Left out here: Publications: 31 of 45; Talks: 2 of 5. …”; "" where nothing is."""
    if tuple(kept) == document.sections and not document.left_out:
        return ""
    shown = {section.name: len(section.entries) for section in kept}
    counts = [
        _("%(section)s: %(missing)s of %(total)s")
        % {"section": section.heading, "missing": len(section.entries) - shown.get(section.name, 0),
           "total": len(section.entries)}
        for section in document.sections
        if shown.get(section.name, 0) < len(section.entries)
    ]  # fmt: skip
    if not counts:
        return _("Some details are left out here. In full: ")
    return _("Left out here, besides details: %(counts)s. In full: ") % {"counts": _("; ").join(counts)}


# Texts that alone would fill the pages


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
    address = next((each.link for each in entry.title if each.link), "")
    paper = papers.get(address.rstrip("/").rpartition("/")[2])
    if paper is None or len(paper.row["authors"]) <= MOST_AUTHORS:
        return entry
    return make_paper(paper, profile.person, root, most_authors=MOST_AUTHORS)


def shorten_entry(entry: Entry) -> Entry:
    left = MOST_LINES
    blocks = []
    for block in entry.blocks:
        kept = tuple(shorten_line(line) for line in block.lines[:left])
        left -= len(kept)
        blocks += [Block(block.kind, kept)] if kept else []
    return Entry(
        shorten_line(entry.title, 2 * LONGEST_LINE),
        label=entry.label,
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
