"""Parts of a person's record as data files give them, gathered without saying anything twice. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from labsite.lib.text import match_key
from labsite.site_import.fields import Fields
from labsite.site_import.papers import identifiers_of, kind_of_venue
from labsite.site_import.records import (
    PersonRecord,
    Place,
    ProjectRecord,
    PublicationRecord,
    SectionRecord,
    ServiceRecord,
    TalkRecord,
)
from labsite.site_import.sections import kind_of
from labsite.site_import.signs import signed_authors
from labsite.site_import.site import Site
from labsite.site_import.told_again import complete, find_less_exact, tell_apart
from publications.records import Record, SourceEntry

SAID_BEFORE = re.compile(r"the same(?: \w+)? stands in ")  # the reason of what the site says twice
UNTITLED = "it has no title: add one"
INTERNSHIP = re.compile(r"\bintern(?:ship)?\b", re.IGNORECASE)
NAMES_OF_RECORDS = {
    "positions": ("organization", "title", "start"), "education": ("organization", "degree", "field"),
    "awards": ("title", "date"), "services": ("kind", "title", "venue", "organization", "date"),
    "sections": ("heading",),
}  # fmt: skip


@dataclass
class Owner:
    """The person whom a site is about, as it is being read."""

    site: Site
    person: PersonRecord
    told_again: set[tuple[Place, str]] = field(default_factory=set)  # what stands where, and in which other file

    def fill(self, **values: Any) -> set[str]:
        """Sets what is not known yet; the names of what was known already, so that it can be reported."""
        empty = {name: value for name, value in values.items() if value and not getattr(self.person, name)}
        self.person = replace(self.person, **empty)
        return {
            name
            for name, value in values.items()
            if value and name not in empty and getattr(self.person, name) != value
        }

    def add(self, part: str, record: Any, item: Fields) -> None:
        """Adds a position, a degree, an award or a service. One that is there is completed, and the rest told."""
        records = getattr(self.person, part)
        key = identity(part, record)
        if not any(key):
            item.discard("it names neither a place nor a title")
            return
        first = next((each for each in records if identity(part, each) == key), None)
        if first is None:
            others = [each for each in records if each.place.path != record.place.path]
            first = find_less_exact(
                part, [each for each in others if (each.place, record.place.path) not in self.told_again], record
            )
        if first is None:
            self.person = replace(self.person, **{part: (*records, record)})
        elif first.place != record.place:
            self.told_again.add((first.place, record.place.path))
            both = complete(first, record)
            tell_apart(item, first, both)
            self.person = replace(self.person, **{part: tuple(both if each is first else each for each in records)})

    def add_section(self, place: Place, heading: str, lines: Iterable[str], kind: str) -> None:
        """A section of a list, each line once; lines of a section that is there already are added to it."""
        items = [f"* {line}" for line in lines if line.strip()]
        sections = list(self.person.sections)
        for number, section in enumerate(sections):
            if (section.heading.casefold(), section.kind) == (heading.casefold(), kind):
                new = [item for item in items if item not in section.body.split("\n")]
                sections[number] = replace(section, body="\n".join([section.body, *new]))
                break
        else:
            if items:
                sections.append(SectionRecord(place, heading, "\n".join(dict.fromkeys(items)), kind))
        self.person = replace(self.person, sections=tuple(sections))

    def add_text(self, place: Place, heading: str, text: str, kind: str = "") -> None:
        """A section of free text."""
        section = SectionRecord(place, heading[:200], text, kind or kind_of(heading))
        self.person = replace(self.person, sections=(*self.person.sections, section))

    # What stands beside the person

    def add_publication(self, item: Fields, record: Record, summary: str = "") -> None:
        """A publication of a CV, unless the site has it already."""
        if not record.title:
            item.discard(UNTITLED)
            return
        known = {match_key(each.entry.record.title): each for each in self.site.publications if each.entry.record}
        first = known.get(match_key(record.title))
        if first:
            item.discard(f"the same publication stands in {first.place}")
            return
        place = item.place()
        key = f"{place.path}#{place.line}"
        entry = SourceEntry(place.line, record.key or record.title[:60], record)
        self.site.publications.append(PublicationRecord(place, key, entry, summary=summary))

    def add_talk(self, item: Fields, talk: TalkRecord) -> None:
        first = next((each for each in self.site.talks if match_key(each.title) == match_key(talk.title)), None)
        if first and talk.title:
            item.discard(f"the same talk stands in {first.place}")
        else:
            self.site.talks.append(talk)

    def add_project(self, item: Fields, project: ProjectRecord) -> None:
        if not project.name:
            item.discard(UNTITLED)
            return
        first = next((each for each in self.site.projects if match_key(each.name) == match_key(project.name)), None)
        if first:
            item.discard(f"the same project stands in {first.place}")
        else:
            self.site.projects.append(project)

    def add_course(self, item: Fields, service: ServiceRecord) -> None:
        """A course, unless a page of the site tells of it already."""
        first = next(
            (each for each in self.person.services if match_key(each.title) == match_key(service.title)
             and each.kind == service.kind and each.date[:4] == service.date[:4]), None,
        )  # fmt: skip
        if first:
            item.discard(f"the same course stands in {first.place}")
        else:
            self.person = replace(self.person, services=(*self.person.services, service))


def identity(part: str, record: Any) -> tuple[str, ...]:
    return tuple(match_key(getattr(record, name)) or getattr(record, name) for name in NAMES_OF_RECORDS[part])


def position_kind(title: str) -> str:
    return "internship" if INTERNSHIP.search(title) else "employment"


def summary_of(*texts: str, points: Iterable[str] = ()) -> str:
    """Paragraphs and a list of points, as Markdown."""
    listed = "\n".join(f"* {point}" for point in points)
    return "\n\n".join(filter(None, (*texts, listed)))


def simple_record(
    title: str, *, authors: Iterable[str] = (), container: str = "", date: str = "", url: str = "", doi: str = "",
    kind: str = "", is_complete: bool = True, abstract: str = "",
) -> Record:  # fmt: skip
    """A publication of a few texts."""
    names, _ = signed_authors(name for name in authors if name.strip(" *_"))
    return Record(
        kind=kind or kind_of_venue(container), title=title, authors=names, authors_complete=is_complete and bool(names),
        year=int(date[:4]) if date else None, date=date, container=container, abstract=abstract,
        identifiers=identifiers_of(url, doi), links=(("publisher", url),) if url else (),
    )  # fmt: skip
