"""Keeps `PublicationDigest` right: what changed is noted by signals and made anew once, when the change is committed.

Writes that send no signals (bulk ones, raw SQL) call `refresh_digests` themselves.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from labsite.lib.changes import records_written
from labsite.lib.search import search_text
from labsite.lib.text import fold
from people.models import Membership, Person, PersonName
from publications.models import Authorship, Publication, PublicationDigest, Topic, Venue
from publications.rows import make_row

BATCH = 500
UNDATED_YEAR = 9999
CITATIONS = "citations"  # the name of the metric by which “most cited” sorts
DERIVED = [
    "row", "title_text", "author_text", "body_text", "title_key", "newest_key", "oldest_key", "citations_key",
]  # fmt: skip
_pending = threading.local()


def make_digest(publication: Publication) -> PublicationDigest:
    """The digest of a publication loaded by `load_batch`."""
    year = publication.year or UNDATED_YEAR
    date = publication.date
    day = (date.month or 0) * 100 + (date.day or 0) if date else 0
    cited = [
        int(metric.value) for metric in publication.metrics.all() if metric.name == CITATIONS and metric.is_published
    ]
    authors = publication.authorships.all()
    linked = [row.linked_person for row in authors if row.linked_person]
    names = [name for person in linked for name in (person.name, person.native_name, *map(str, person.public_names))]
    venue = publication.venue
    return PublicationDigest(
        publication=publication,
        row=make_row(publication),
        title_text=search_text(publication.title, publication.short_title, *texts(publication.other_titles)),
        author_text=search_text(*(row.printed_name for row in authors), *names),
        body_text=search_text(
            publication.summary, publication.abstract, publication.venue_text, publication.note,
            *((venue.name, venue.short_name, *texts(venue.aliases)) if venue else ()),
            *(topic.name for topic in publication.topics.all()),
        ),
        title_key=fold(publication.title),
        newest_key=-(year * 10_000 + day),
        oldest_key=year * 10_000 + (day or 9999),
        citations_key=-max(cited) if cited else 1,
    )  # fmt: skip


def texts(values: Any) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def load_batch(keys: list[int]) -> models.QuerySet:
    public_names = models.Prefetch(
        "authorships__person__names", PersonName.objects.filter(is_public=True), to_attr="public_names"
    )
    publications = Publication.objects.filter(pk__in=keys).with_export_relations()
    return publications.prefetch_related(public_names, "metrics").select_related("digest")


def refresh_digests(keys: Iterable[int]) -> int:
    """Makes the digests of these publications anew; gives how many changed. Ten queries for each 500.

    A digest that comes out as it was keeps its `changed_at`, on which feeds, sitemap and harvesters rely.
    """
    keys, changed = list(keys), 0
    for begin in range(0, len(keys), BATCH):
        fresh, retracted = [], {True: [], False: []}
        for publication in load_batch(keys[begin : begin + BATCH]):
            if publication.is_retracted != publication.has_retraction:
                retracted[publication.has_retraction].append(publication.pk)
            before = getattr(publication, "digest", None)
            after = make_digest(publication)
            if before is None or any(getattr(before, name) != getattr(after, name) for name in DERIVED):
                after.changed_at = timezone.now()
                fresh.append(after)
        PublicationDigest.objects.bulk_create(
            fresh, update_conflicts=True, unique_fields=["publication"], update_fields=[*DERIVED, "changed_at"]
        )
        for value, own in retracted.items():
            if own:
                Publication.objects.filter(pk__in=own).update(is_retracted=value)
        changed += len(fresh)
    return changed


def note_changes(keys: Iterable[int]) -> None:
    """Has these publications' digests made anew when the transaction is committed, or now if there is none."""
    pending = pending_keys()
    before = len(pending)
    pending.update(keys)
    if len(pending) > before:
        transaction.on_commit(flush_changes) if connection.in_atomic_block else flush_changes()


def pending_keys() -> set[int]:
    if not hasattr(_pending, "keys"):
        _pending.keys = set()
    return _pending.keys


def flush_changes() -> None:
    """Makes every noted digest anew."""
    pending = pending_keys()
    keys = sorted(pending)
    pending.clear()
    if keys:
        refresh_digests(keys)


# Which publications a changed record shows in


def keys_of(instance: models.Model) -> Iterable[int]:
    """The publications in whose rows `instance` shows."""
    if isinstance(instance, Publication):
        return [instance.pk]
    if isinstance(instance, Venue):
        return instance.publications.values_list("pk", flat=True)
    if isinstance(instance, Topic):
        return instance.publications.values_list("pk", flat=True)
    if isinstance(instance, Person):
        return instance.authorships.values_list("publication", flat=True)
    if isinstance(instance, Membership | PersonName):
        return Authorship.objects.filter(person=instance.person_id).values_list("publication", flat=True)
    key = getattr(instance, "publication_id", None)
    return [key] if key else []


def on_change(sender: Any, instance: models.Model, created: bool = False, **kwargs: Any) -> None:
    if not (created and isinstance(instance, Person | Venue | Topic)):  # nothing shows in a row yet
        note_changes(keys_of(instance))


def on_bulk_change(sender: Any, instances: list[models.Model], **kwargs: Any) -> None:
    for instance in instances:
        note_changes(keys_of(instance))


def on_topics_change(
    sender: Any, instance: models.Model, action: str, pk_set: Any, reverse: bool, **kwargs: Any
) -> None:
    if action in ("post_add", "post_remove", "post_clear"):
        note_changes((pk_set or ()) if reverse else [instance.pk])


def connect_signals(models_in_rows: Iterable[type[models.Model]]) -> None:
    """Called once at start: listens to every model whose records show in rows."""
    for model in models_in_rows:
        models.signals.post_save.connect(on_change, sender=model)
        # What goes with a publication that is deleted is not worth a row; refreshing ignores keys that are gone.
        models.signals.pre_delete.connect(on_change, sender=model)
        records_written.connect(on_bulk_change, sender=model)
    models.signals.m2m_changed.connect(on_topics_change, sender=Publication.topics.through)
