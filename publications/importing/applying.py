"""Does what a plan says. New publications are written in bulk, with their history and digests; updates one by one.

`apply_plans` runs inside the caller's transaction: all of a batch, or nothing of it. What each entry did is kept as its
effect, from which `publications.importing.undoing` takes it back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils import timezone

from labsite.lib.bulk import insert_rows
from labsite.lib.dates import parse_edtf
from labsite.lib.text import fold, make_slug, unique_slug
from labsite.lib.versions import write_versions
from people.models import Person
from publications.digests import write_digests
from publications.formats.bibtex import bibtex_key_of
from publications.importing.comparing import Comparison
from publications.importing.fitting import LONGEST_KEY
from publications.importing.linking import candidate_of, link_author, load_people, remember_refusals
from publications.importing.planning import Choice, EntryPlan, Planner, Result, State
from publications.importing.updating import Update, raw_record, retraction, venue_of
from publications.importing.venue_names import VenueMatch
from publications.models import Authorship, Distinction, Identifier, Link, Notice, OldSlug, Publication, Venue
from publications.records import Record

ROWS = (Authorship, Identifier, Link, Distinction, Notice)  # what a publication is written with


def apply_plans(plans: Iterable[EntryPlan], planner: Planner, *, user: Any = None, reason: str = "") -> None:
    """Applies a batch, setting `result` and `effect` of each plan. `reason` stands in the history of what it writes."""
    plans = list(plans)
    fresh = [plan for plan in plans if plan.choice == Choice.CREATE and plan.state == State.NEW]
    Creation(planner, user, reason).create(fresh)
    for plan in plans:
        if plan.publication is not None and plan.state == State.UPDATE:
            Update(plan, planner, user, reason).apply()
        elif plan.result == "":
            plan.result = result_of(plan)


def result_of(plan: EntryPlan) -> str:
    """What is reported of an entry that writes nothing."""
    if plan.state == State.REJECTED:
        return Result.REJECTED
    return Result.CONFLICT if plan.choice == Choice.OPEN else Result.UNCHANGED


# New publications


class Creation:
    """Writes the new publications of one batch: one statement a table, whatever the number."""

    def __init__(self, planner: Planner, user: Any, reason: str) -> None:
        self.planner, self.user, self.reason = planner, user, reason

    def create(self, plans: list[EntryPlan]) -> None:
        if not plans:
            return
        venues = [venue_of(plan, self.planner, self.user, self.reason) for plan in plans]
        names = free_names(plans)
        people = load_people({author.person for plan in plans for author in plan.authors if author.person})
        people |= load_people({candidate_of(author) for plan in plans for author in plan.authors} - {0})
        publications = [
            new_publication(plan, venue, slug, key)
            for plan, venue, (slug, key) in zip(plans, venues, names, strict=True)
        ]
        self._write(publications, with_versions=False)
        taken = taken_identifiers(plan.record for plan in plans)
        rows: dict[type[models.Model], list[Any]] = {model: [] for model in ROWS}
        for plan, publication in zip(plans, publications, strict=True):
            plan.publication = publication
            own = new_rows(plan, publication, people, taken)
            for model, added in own.items():
                rows[model] += added
            fill_caches(publication, own, [self.planner.topics[fold(name)] for name in plan.record.topics])
        through = Publication.topics.through
        insert_rows([through(publication=each, topic=topic) for each in publications for topic in each.topics.all()])
        write_versions(publications, self.user, update=False, reason=self.reason)
        for added in rows.values():
            self._write(added)
        remember_refusals(plans)
        write_digests(publications, are_new=True)
        at = timezone.now().isoformat()
        for plan in plans:
            plan.result = Result.CREATED
            plan.effect |= {"created": plan.publication.pk, "at": at}
            self.planner.applied(plan)

    def _write(self, rows: list[Any], *, with_versions: bool = True) -> None:
        insert_rows(rows)
        if with_versions:
            write_versions(rows, self.user, update=False, reason=self.reason)


def new_publication(plan: EntryPlan, venue: Venue | None, slug: str, key: str) -> Publication:
    record = plan.record
    comparison = Comparison(record, VenueMatch(venue) if venue else VenueMatch(), Publication(venue=venue))
    values = {name: value for name, value in comparison.values.items() if name not in ("venue", "bibtex_key")}
    values |= {"date": parse_edtf(record.date or None), "preprint_date": parse_edtf(record.preprint_date or None)}
    return Publication(
        slug=slug, bibtex_key=key, venue=venue, author_list_complete=record.authors_complete,
        extra=dict(record.extra), raw_record=raw_record({}, record, comparison.reading()),
        is_published=not plan.entry.is_draft, **values,
    )  # fmt: skip


def free_names(plans: list[EntryPlan]) -> list[tuple[str, str]]:
    """For each plan a free end of the address and a free BibTeX key, or "" for the latter. Three queries, and one for
    each address that is taken.
    """
    slugs = [make_slug(plan.record.title, "publication") for plan in plans]
    keys = [bibtex_key_of(plan.record.key) for plan in plans]
    wanted = {*slugs, *keys}
    taken = set(Publication.objects.filter(slug__in=wanted).values_list("slug", flat=True))
    taken |= set(Publication.objects.filter(bibtex_key__in=wanted - {""}).values_list("bibtex_key", flat=True))
    taken |= set(OldSlug.objects.filter(slug__in=slugs, publication__isnull=False).values_list("slug", flat=True))
    names = []
    for plan, slug, key in zip(plans, slugs, keys, strict=True):
        if key and (len(key) > LONGEST_KEY or key in taken):
            plan.notes.append(f"The key “{key[:80]}” is another publication's: it is cited by its address instead.")
            key = ""
        number, free = 1, slug
        if slug in taken:
            free = unique_slug(Publication.objects.all(), slug, "publication")
            while free in taken:
                number += 1
                free = f"{slug[:72].rstrip('-')}-{number}"
        taken |= {free, key} - {""}
        names.append((free, key))
    return names


def taken_identifiers(records: Iterable[Record]) -> set[tuple[str, str]]:
    """Identifiers that publications have already: an editor may keep two papers apart that share one."""
    values = {value for record in records for _, value in record.identifiers}
    return set(Identifier.objects.filter(value__in=values).values_list("scheme", "value"))


def new_rows(
    plan: EntryPlan, publication: Publication, people: dict[int, Person], taken: set[tuple[str, str]]
) -> dict[type[models.Model], list[Any]]:
    record = plan.record
    identifiers = [pair for pair in record.identifiers if pair not in taken]
    for scheme, value in set(record.identifiers) - set(identifiers):
        plan.notes.append(f"{scheme} {value} belongs to another publication and was left out.")
    taken.update(identifiers)
    links = [link for link in record.links if link[0] in Link.Kind.values]
    marks = [mark for mark in record.distinctions if mark[0] in Distinction.Kind.values]
    return {
        Authorship: new_authorships(plan, publication, people),
        Identifier: [Identifier(publication=publication, scheme=scheme, value=value) for scheme, value in identifiers],
        Link: [
            Link(publication=publication, kind=kind, url=url, order=place) for place, (kind, url) in enumerate(links)
        ],
        Distinction: [Distinction(publication=publication, kind=kind, label=label) for kind, label in marks],
        Notice: [retraction(publication, record.retracted)] if record.retracted else [],
    }


def new_authorships(plan: EntryPlan, publication: Publication, people: dict[int, Person]) -> list[Authorship]:
    rows = []
    for place, author in enumerate(plan.record.authors):
        row = Authorship(
            publication=publication, position=place + 1, printed_name=author.name.natural,
            affiliation_text=author.affiliation, is_equal=author.is_equal, is_corresponding=author.is_corresponding,
        )  # fmt: skip
        if place < len(plan.authors):
            link_author(row, plan.authors[place], people)
        rows.append(row)
    return rows


def fill_caches(publication: Publication, rows: dict[type[models.Model], list[Any]], topics: list[Any]) -> None:
    """Makes `publication` as if loaded with its relations, so that its digest costs no query."""
    publication._prefetched_objects_cache = {
        "authorships": rows[Authorship], "identifiers": rows[Identifier], "links": rows[Link],
        "distinctions": rows[Distinction], "notices": rows[Notice], "metrics": [], "topics": topics,
    }  # fmt: skip
    Publication._meta.get_field("digest").set_cached_value(publication, None)
    for row in rows[Authorship]:
        row.former_names = row.person.former_names if row.person else ""
        if row.person is None:
            row.by_member = False
