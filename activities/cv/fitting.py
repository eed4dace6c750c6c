"""The two-page style: the most important facts of a long record, as many as two pages hold, measured by setting them.

Each entry has a weight, less for what matters more; its details (all but its first line) have another. What is
lightest is kept, as much as fits on two pages of A4 and of Letter alike, so that both and the page say the same.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, replace

from django.core.cache import cache
from django.utils.translation import gettext as _

from activities.cv.biosketch import SERVICES_IN_ORDER
from activities.cv.document import Document, Entry, Section
from activities.cv.shortening import shorten_texts
from activities.cv.typesetting import KEPT_FOR, count_pages, digest_of, make_data
from activities.profile import Profile

PAGES = 2
MOST_CANDIDATES = 400  # more entries than this never fit; fewer are quicker to weigh
MORE_TRIED = 12  # heavier candidates that are tried where one of them was too long
MOST_FAILURES = 3  # of those in a row, after which no more are tried
TIGHTEST_FIRST = ("letter", "a4")
MEASURED_ON = "2000-09-30"  # stands in the footer while pages are counted: what fits is no matter of the day
LOCKED_FOR = 60  # seconds after which a choice that was not finished may be begun by another visitor
LONGEST_WAIT, LOOKED_EVERY = 10.0, 0.1  # seconds for a choice that another visitor's request is making

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


def fit_document(document: Document, profile: Profile, root: str, *, keep: bool = True) -> Document:
    """`document`, of the short style and with everything in it, cut to two pages; it says what it leaves out.

    Sets a long record some twenty times, 44 times at most: twice for everything, twice for each of nine halvings of
    the candidates, twice for each of twelve more. What fits is remembered for a day, over midnight too, and is found
    out by one visitor at a time. `keep`: whether it may lie in the cache that all share.
    """
    shortened = shorten_texts(document, profile, root)
    candidates = weigh(shortened, profile)[:MOST_CANDIDATES]
    measured = replace(shortened, today=MEASURED_ON)
    kept = choose_once(measured, candidates) if keep else choose(measured, candidates)
    return cut_document(shortened, [candidates[index] for index in kept])


def choose_once(document: Document, candidates: list[Candidate]) -> list[int]:
    """What `choose` finds, from the cache if it is there; waits for a visitor who is at it already.

    Who has waited in vain makes it themself: the lock spares work and guards nothing.
    """
    key = f"cv-fit-{digest_of([make_data(document, 'a4'), [astuple(each) for each in candidates]])}"
    lock = f"{key}-lock"
    kept = cache.get(key)
    if kept is not None:
        return kept
    is_first = cache.add(lock, True, LOCKED_FOR)
    if not is_first:
        kept = wait_for(key, lock)
        if kept is not None:
            return kept
    try:
        kept = choose(document, candidates)
        cache.set(key, kept, KEPT_FOR)
    finally:
        if is_first:
            cache.delete(lock)
    return kept


def wait_for(key: str, lock: str) -> list[int] | None:
    """What another request has found; None where it failed or takes too long."""
    for _again in range(round(LONGEST_WAIT / LOOKED_EVERY)):
        is_made = cache.get(lock)
        kept = cache.get(key)
        if kept is not None or not is_made:
            return kept
        time.sleep(LOOKED_EVERY)
    return None


def choose(document: Document, candidates: list[Candidate]) -> list[int]:
    """The candidates, by number, that fill two pages: as many of the lightest as fit, then what still fits between.

    Gives up after three failures in a row: then the pages are full.
    """

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
    failures = 0
    for number in range(low, min(low + MORE_TRIED, len(candidates))):
        if candidates[number].is_detail and candidates[number].place not in entries:
            continue
        if fits([*kept, number]):
            kept.append(number)
            entries.add(candidates[number].place)
            failures = 0
        else:
            failures += 1
        if failures == MOST_FAILURES:
            break
    return kept


def weigh(document: Document, profile: Profile) -> list[Candidate]:
    """Every entry and its details, the lightest first."""
    found = []
    ranks = Ranks.of(profile)
    for at, section in enumerate(document.sections):
        first, step, detail = WEIGHTS[section.name]
        place = 0
        for in_section, part in enumerate(section.parts):
            for in_part, entry in enumerate(part.entries):
                rank = ranks.of_entry(entry, section.name, place)
                weight = first + step * rank
                found.append(Candidate(weight, at, in_section, in_part))
                if details_of(entry, part.layout):
                    found.append(Candidate(weight + detail, at, in_section, in_part, is_detail=True))
                place += 1
    return sorted(found)


@dataclass(frozen=True)
class Ranks:
    """What comes first where the order of the document is not the order of weight."""

    selected: frozenset[str]
    kinds: tuple[str, ...]

    @classmethod
    def of(cls, profile: Profile) -> Ranks:
        held = {group.kind for group in profile.services}
        return cls(
            selected=frozenset(paper.slug for paper in profile.selected),
            kinds=tuple(kind for kind in SERVICES_IN_ORDER if kind in held),
        )

    def of_entry(self, entry: Entry, section: str, place: int) -> float:
        """How many of its section come before an entry: its place, but for papers and services.

        Selected papers come first; then all by their place, those that the person led before the others.
        """
        if section == "publications":
            return place * 0.1 if entry.key in self.selected else 4 + place
        return self.kinds.index(entry.key) if section == "service" else place


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
