"""Changes one publication as a plan says: only the fields taken, each kept with what it was."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from labsite.lib.dates import parse_edtf
from labsite.lib.text import fold, unique_slug
from publications.importing.comparing import SOURCES_REMEMBERED, Change, pair_authors, source_of
from publications.importing.linking import link_author, load_people, remember_refusals
from publications.importing.planning import EntryPlan, Planner, Result
from publications.models import Authorship, Distinction, Identifier, Link, Notice, Publication, Venue
from publications.records import Record

DATES = ("date", "preprint_date")
ROWS = ("identifiers", "links", "distinctions", "notices")
LINK_FIELDS = ("person_id", "link_status", "link_basis", "link_note")


def venue_of(plan: EntryPlan, planner: Planner, user: Any, reason: str) -> Venue | None:
    """The venue of the plan; one that is not here is made, unless an earlier entry has made it."""
    match = plan.venue if plan.venue.venue else planner.venues.resolve(plan.record)
    if match.venue or not match.new_name:
        return match.venue
    slug = unique_slug(Venue.objects.all(), match.new_short_name or match.new_name, "venue")
    venue = Venue(
        slug=slug, name=match.new_name, short_name=match.new_short_name, kind=match.new_kind, parent=match.parent
    )
    venue._history_user, venue._change_reason = user, reason
    venue.save()
    plan.effect["venue"] = venue.pk
    planner.venues.add(venue)
    return venue


def raw_record(before: dict[str, Any], record: Record, reading: dict[str, str]) -> dict[str, Any]:
    """What the sources printed: the BibTeX word for word, and what each source said when it was last read."""
    after = dict(before)
    if record.source and ("bibtex" not in after or after["bibtex"].get("key") == record.key):
        after["bibtex"] = {"key": record.key, "type": record.source_type, "fields": dict(record.source)}
    read = dict(after.get("read") or {})
    read.pop(source_of(record), None)
    read[source_of(record)] = reading
    after["read"] = dict(list(read.items())[-SOURCES_REMEMBERED:])
    return after


class Update:
    """One update. Its own savepoint: what the publication refuses leaves the rest of the batch alone."""

    def __init__(self, plan: EntryPlan, planner: Planner, user: Any, reason: str) -> None:
        self.plan, self.planner, self.user, self.reason = plan, planner, user, reason
        self.publication: Publication = plan.publication
        self.effect: dict[str, Any] = {}

    def apply(self) -> None:
        taken = [change for change in self.plan.changes if change.take]
        if not taken:
            self._keep_reading()
            return
        try:
            with transaction.atomic():
                for change in taken:
                    self._take(change)
                self._save(taken)
        except ValidationError as error:
            self.plan.result, self.plan.problem = Result.CONFLICT, " ".join(error.messages)
            self.planner.look_again()  # a venue made on the way is gone with the rest
            self.plan.effect.clear()
            self.publication.refresh_from_db()
            return
        self.plan.result = Result.UPDATED
        self.plan.effect |= {
            "publication": self.publication.pk, "at": timezone.now().isoformat(),
            "source": source_of(self.plan.record), **self.effect,
        }  # fmt: skip

    def _save(self, taken: list[Change]) -> None:
        publication = self.publication
        publication.raw_record = self._raw_record()
        publication.full_clean(exclude=["slug"])
        self._write(publication)
        for change in taken:
            if change.field == "authors":
                self._write_authors()
            elif change.field == "people":
                self._link_people()
            elif change.field == "topics":
                topics = [self.planner.topics[fold(name)] for name in change.new]
                publication.topics.add(*topics)
                self.effect.setdefault("added", {})["topics"] = [topic.pk for topic in topics]
            elif change.field in ROWS:
                self._add_rows(change)

    def _write(self, row: models.Model) -> None:
        row._history_user, row._change_reason = self.user, self.reason
        row.save()

    def _take(self, change: Change) -> None:
        """Sets a field of the publication itself; rows follow when it is saved."""
        publication, name, new = self.publication, change.field, change.new
        if name in ("authors", "people", "topics", *ROWS):
            return
        before: Any = change.old
        if name == "venue":
            before = publication.venue_id
            publication.venue = venue_of(self.plan, self.planner, self.user, self.reason)
            new = publication.venue_id
        elif name == "other_titles":
            publication.other_titles = [*publication.other_titles, new]
        elif name == "extra":
            publication.extra = {**publication.extra, **dict(new)}
        else:
            setattr(publication, name, parse_edtf(new or None) if name in DATES else new)
        self.effect.setdefault("changes", []).append({"field": name, "old": before, "new": new})

    def _add_rows(self, change: Change) -> None:
        made = []
        for item in change.new:
            row = self._row(change.field, item)
            if row is None:
                continue
            row.full_clean()
            self._write(row)
            made.append(row.pk)
        self.effect.setdefault("added", {})[change.field] = made

    def _row(self, name: str, item: Any) -> models.Model | None:
        publication = self.publication
        if name == "identifiers":
            other = Identifier.objects.filter(scheme=item[0], value=item[1]).select_related("publication").first()
            if other:
                self.plan.notes.append(f"{item[0]} {item[1]} belongs to “{other.publication}” and was left out.")
                return None
            return Identifier(publication=publication, scheme=item[0], value=item[1])
        if name == "links":
            if item[0] not in Link.Kind.values:
                return None
            return Link(publication=publication, kind=item[0], url=item[1], order=publication.links.count())
        if name == "notices":
            return retraction(publication, item[0])
        if item[0] not in Distinction.Kind.values:
            return None
        return Distinction(publication=publication, kind=item[0], label=item[1])

    # Authors

    def _write_authors(self) -> None:
        """The record's list. Rows of the same names are kept, with their people; the others go."""
        rows = list(self.publication.authorships.all())
        authors = self.plan.record.authors
        pairs = pair_authors(rows, authors)
        self.effect["authors"] = {
            "before": [[row.pk, row.position] for row in rows],
            "deleted": [row_data(row) for row in rows if row not in pairs],
            "complete": Publication.objects.values_list("author_list_complete", flat=True).get(pk=self.publication.pk),
        }
        people = load_people({plan.person for plan in self.plan.authors if plan.person})
        for row in rows:
            if row not in pairs:
                row._history_user, row._change_reason = self.user, self.reason
                row.delete()
        added = []
        for place, (author, row) in enumerate(zip(authors, pairs, strict=True)):
            if row is None:
                row = Authorship(
                    publication=self.publication, printed_name=author.name.natural,
                    affiliation_text=author.affiliation, is_equal=author.is_equal,
                )  # fmt: skip
                if place < len(self.plan.authors):
                    link_author(row, self.plan.authors[place], people)
            elif row.position == place + 1:
                continue
            row.position = place + 1
            is_new = row.pk is None
            self._write(row)
            added += [row.pk] if is_new else []
        self.effect["authors"]["added"] = added
        self.effect["authors"]["after"] = list(
            self.publication.authorships.values_list("pk", "position").order_by("pk")
        )
        self.publication.author_list_complete = self.plan.record.authors_complete
        self._write(self.publication)
        remember_refusals([self.plan])

    def _link_people(self) -> None:
        people = load_people({author.person for author in self.plan.links.values()})
        linked = []
        for row in Authorship.objects.filter(pk__in=self.plan.links).order_by("pk"):
            author = self.plan.links[row.pk]
            before = {name: getattr(row, name) for name in LINK_FIELDS}
            link_author(row, author, people)
            self._write(row)
            linked.append({"row": row.pk, "before": before, "person": row.person_id})
        self.effect["people"] = linked

    # What the source said

    def _raw_record(self) -> dict[str, Any]:
        """What is not taken is asked again next time, unless an editor saw it."""
        reading = self.plan.comparison.reading()
        for change in self.plan.changes:
            if change.is_open:
                reading.pop("title" if change.field == "other_titles" else change.field, None)
        before = self.publication.raw_record if isinstance(self.publication.raw_record, dict) else {}
        return raw_record(before, self.plan.record, reading)

    def _keep_reading(self) -> None:
        """An editor saw what differs and kept ours: it is not asked again. No version: nothing of the paper changed."""
        self.plan.result = Result.CONFLICT if any(change.is_open for change in self.plan.changes) else Result.UNCHANGED
        if any(change.is_decided for change in self.plan.changes):
            Publication.objects.filter(pk=self.publication.pk).update(raw_record=self._raw_record())


def retraction(publication: Publication, date: str) -> Notice:
    """The notice that takes the publication back; `date` is EDTF, or “yes” where nobody states it."""
    try:
        known = parse_edtf(date)
    except ValidationError:
        known = None
    return Notice(publication=publication, kind=Notice.Kind.RETRACTION, date=known)


def row_data(row: Authorship) -> dict[str, Any]:
    """A row as JSON, to be made again."""
    return {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name != "search_text"
    }
