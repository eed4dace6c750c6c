"""Authors of a site's papers whom the site itself tells: by a link, or because the site and its papers are theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from labsite.lib.text import fold, match_key
from labsite.site_import.records import PublicationRecord
from labsite.site_import.rows import Change, Planned, Row, origin_key
from labsite.site_import.survey import Survey
from people.likeness import compare
from people.matching import Directory, load_directory
from people.models import Person
from people.names import split_name
from people.readings import fold_name
from publications.evidence import rejected_people, rejections_of
from publications.models import Authorship, Publication

Status, Basis = Authorship.LinkStatus, Authorship.LinkBasis
LINKED = "linked on the former site"
THEIRS = "the former site is theirs, and gives this name as theirs"
BATCH = 500  # titles asked about at once


@dataclass
class Authors:
    """What decides on authors throughout one site: whom editors refused, and how the site calls its owner."""

    refused: Mapping[tuple[str, str], frozenset[int]] = field(default_factory=dict)
    owner: str = ""  # a key of the site
    names: frozenset[str] = frozenset()  # of the owner, as `match_key` folds them
    directory: Directory | None = None

    @classmethod
    def of(cls, survey: Survey, publications: Iterable[Publication | None]) -> Authors:
        """Two queries for each 500 publications that are here; and the directory's for a site of one person."""
        keys = sorted({match_key(each.title) for each in publications if each is not None})
        refused: dict[tuple[str, str], frozenset[int]] = {}
        for begin in range(0, len(keys), BATCH):
            refused |= rejected_people(keys[begin : begin + BATCH])
        key = survey.content.owner
        record = next((each for each in survey.content.people if each.key == key), None)
        row = survey.rows.get(("people", key))
        if not keys or record is None or row is None or row.record is None:
            return cls(refused)
        return cls(refused, key, frozenset(record.names), load_directory())

    def refuses(self, publication: Publication, rows: list[Authorship], person: Person) -> set[int]:
        """The rows that are decided not to be `person`, by key."""
        found = rejections_of(
            self.refused, match_key(publication.title), [split_name(row.printed_name) for row in rows]
        )
        return {rows[place].pk for place, people in found.items() if person.pk in people}

    def namesakes(self, printed: str, person: Person) -> list[str]:
        """Other people here whose name can be the printed one."""
        fits = self.directory.fitting(fold_name(split_name(printed))) if self.directory else []
        return [fit.profile.name for fit in fits if fit.profile.person_id != person.pk]


def add_people(survey: Survey, authors: Authors, record: PublicationRecord, publication: Row, planned: Planned) -> None:
    """Links the authors whom the site itself tells, where nobody here is linked yet and one name fits."""
    rows = list(publication.found.authorships.select_related("person"))
    for key in record.people:
        person = survey.rows.get(("people", key))
        if person is None:
            planned.notes.append(f"“{key}” is not linked to it: they are left out, or not on the site.")
            continue
        if person.record is None or is_author(rows, person.record):
            continue
        refused = authors.refuses(publication.found, rows, person.record)
        fitting = [row for row in rows if is_open(row, refused) and is_like(row, person.record)]
        if len(fitting) != 1:
            planned.notes.append(f"{person.label} is not linked to it: {len(fitting)} of its authors can be them.")
            continue
        link(publication, fitting[0], key, person, LINKED)
    if authors.owner and authors.owner not in record.people:
        add_owner(survey, authors, rows, publication, planned)


def add_owner(survey: Survey, authors: Authors, rows: list[Authorship], publication: Row, planned: Planned) -> None:
    """Links the one author who is printed exactly as the site calls its owner, if it can be nobody else here."""
    person = survey.rows["people", authors.owner]
    if is_author(rows, person.record):
        return
    refused = authors.refuses(publication.found, rows, person.record)
    fitting = [row for row in rows if is_open(row, refused) and match_key(row.printed_name) in authors.names]
    if len(fitting) > 1:
        planned.notes.append(f"{person.label} is not linked to it: {len(fitting)} of its authors can be them.")
    elif fitting:
        others = authors.namesakes(fitting[0].printed_name, person.record)
        if others:
            planned.notes.append(
                f"{person.label} is not linked to it: “{fitting[0].printed_name}” can be {' or '.join(others)} too."
            )
        else:
            link(publication, fitting[0], authors.owner, person, THEIRS)


def link(publication: Row, before: Authorship, key: str, person: Row, note: str) -> None:
    row = Row(Authorship, origin_key(publication.key, "author", key), "authors", f"author {person.label}", found=before)
    row.changes = [
        Change("person", "person", before.person, person, True),
        Change("", "link_status", before.link_status, Status.CONFIRMED, True),
        Change("", "link_basis", before.link_basis, Basis.EXPLICIT, True),
        Change("", "link_note", before.link_note, note, True),
    ]
    publication.children.append(row)


def is_author(rows: Iterable[Authorship], person: Person) -> bool:
    """Whether it is decided already that the person is an author of it."""
    return any(row.person_id == person.pk and row.link_status == Status.CONFIRMED for row in rows)


def is_open(row: Authorship, refused: set[int]) -> bool:
    """Whether who this author is may still be said: a proposal decides nothing, an editor's word does."""
    is_settled = row.person_id is not None and row.link_status != Status.PROPOSED
    return not is_settled and row.pk not in refused


def is_like(row: Authorship, person: Person) -> bool:
    printed = fold_name(split_name(row.printed_name))
    own = {person.name, person.native_name, *person.names.values_list("name", flat=True)} - {""}
    return any(fold(row.printed_name) == fold(name) or compare(fold_name(split_name(name)), printed) for name in own)


def count_proposed(publications: Iterable[Publication | None]) -> int:
    """How many authors of these are proposed and wait for an editor. A query for each 500 publications."""
    keys = sorted({each.pk for each in publications if each is not None})
    return sum(
        Authorship.objects.filter(publication__in=keys[begin : begin + BATCH], link_status=Status.PROPOSED).count()
        for begin in range(0, len(keys), BATCH)
    )
