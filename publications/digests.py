"""Keeps `PublicationDigest` right: what changed is noted by signals and made anew once, when the change is committed.

Writes that send no signals (bulk ones, raw SQL) call `refresh_digests` themselves.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from labsite.lib.attaching import attach
from labsite.lib.bulk import insert_rows
from labsite.lib.changes import records_written
from labsite.lib.locks import RECORDS, hold_lock
from labsite.lib.search import search_text
from labsite.lib.text import fold
from labsite.lib.together import Plan
from people.models import Membership, Person, PersonName
from publications.exporting import record_of
from publications.facet_names import facets_of, word_of
from publications.models import Authorship, Publication, PublicationDigest, PublicationFacet, Topic, Venue
from publications.places import place_of, same_rank
from publications.records import Record
from publications.rows import make_row

BATCH = 500
CITATIONS = "citations"  # the name of the metric by which “most cited” sorts
DERIVED = [
    "row", "title_text", "author_text", "body_text", "facet_text", "title_key", "citations_key", "record_hash",
]  # fmt: skip
# Letters: PostgreSQL's index takes keys up to 2,704 bytes and documents up to a megabyte.
LONGEST_KEY, LONGEST_TEXT = 200, 200_000
# What of a record shows in the rows of others: a save that changes nothing of it makes no row anew.
SHOWN = {
    Person: ("slug", "name", "given_name", "family_name", "native_name", "orcid", "is_published"),
    Venue: ("slug", "name", "short_name", "kind", "aliases"),
    Topic: ("slug", "name"),
}


def make_digest(publication: Publication) -> PublicationDigest:
    """The digest of a publication loaded by `load_batch`."""
    date, title = publication.date, fold(publication.title)
    cited = [
        int(metric.value) for metric in publication.metrics.all() if metric.name == CITATIONS and metric.is_published
    ]
    authors = publication.authorships.all()
    linked = [row.linked_person for row in authors if row.linked_person]
    names = [name for person in linked for name in (person.name, person.native_name, *map(str, person.public_names))]
    venue = publication.venue
    record = record_of(publication)
    facets = facets_of(publication, is_cited=bool(cited))
    month, day = (date.month, date.day) if date else (None, None)
    digest = PublicationDigest(
        publication=publication,
        row=make_row(publication, record),
        title_text=limited(publication.title, publication.short_title, *texts(publication.other_titles)),
        author_text=limited(*(row.shown_name for row in authors), *names),
        body_text=limited(
            publication.summary, publication.abstract, publication.venue_text, publication.note,
            *((venue.name, venue.short_name, *texts(venue.aliases)) if venue else ()),
            *(topic.name for topic in publication.topics.all()),
        ),
        facet_text=" ".join(map(word_of, facets)),
        title_key=title[:LONGEST_KEY],
        place=place_of(publication.year, month, day, title, publication.pk),
        citations_key=-max(cited) if cited else 1,
        record_hash=hash_record(publication, record),
    )  # fmt: skip
    digest.own_facets = facets
    return digest


def limited(*parts: str) -> str:
    return search_text(*parts)[:LONGEST_TEXT]


def hash_record(publication: Publication, record: Record) -> str:
    """Changes whenever anything does that an export, the API or a harvest gives."""
    authors = [{**vars(author), "name": vars(author.name)} for author in record.authors]
    topics = [topic.slug for topic in publication.topics.all()]
    distinctions = [distinction.kind for distinction in publication.distinctions.all()]
    parts = [{**vars(record), "authors": authors}, publication.summary, publication.listing, topics, distinctions]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def texts(values: Any) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


ATTACHED = ("distinctions", "identifiers", "links", "metrics", "notices", "topics")


def public_names(path: str) -> models.Prefetch:
    return models.Prefetch(path, PersonName.objects.filter(is_public=True), to_attr="public_names")


def plan_one(key: int) -> dict[str, models.QuerySet]:
    authors = models.Prefetch("authorships", Authorship.objects.with_person())
    rows = Publication.objects.filter(pk=key).select_related("venue", "digest")
    return {"publications": rows.prefetch_related(authors, public_names("authorships__person__names"), *ATTACHED)}


ONE = Plan(plan_one, key=int)


def load_batch(keys: list[int]) -> list[Publication]:
    """As `with_export_relations()`, with metrics, digests and people's public names. Nine queries; one for one key,
    which is what an editor waits for.
    """
    if len(keys) == 1:
        return ONE.load(key=keys[0])["publications"]
    publications = list(Publication.objects.filter(pk__in=keys).select_related("venue", "digest"))
    authors = attach(publications, "authorships", Authorship.objects.with_person())
    for name in ATTACHED:
        attach(publications, name)
    people = {author.person_id: author.person for author in authors if author.person}
    for author in authors:
        if author.person:
            author.person = people[author.person_id]  # one record of each
    models.prefetch_related_objects(list(people.values()), public_names("names"))
    return publications


def refresh_digests(
    keys: Iterable[int], *, check_facets: bool = False, after_batch: Callable[[], None] | None = None
) -> int:
    """Makes the digests of these publications anew; gives how many changed. Twelve queries for each 500.

    `check_facets` has the rows of facets compared as well, should somebody else have written them. `after_batch` is
    called after each 500.

    Each batch is one transaction that holds its publications: of two that refresh at once, the later one reads what
    the earlier one's editor wrote. A digest that comes out as it was keeps its `changed_at`, on which feeds, sitemap
    and harvesters rely.
    """
    keys, changed = sorted(keys), 0
    for begin in range(0, len(keys), BATCH):
        with transaction.atomic():
            hold_lock(RECORDS)  # before any row: whoever changes many records takes them in this order
            batch = Publication.objects.select_for_update().filter(pk__in=keys[begin : begin + BATCH]).order_by("pk")
            changed += refresh_batch(list(batch.values_list("pk", flat=True)), check_facets=check_facets)
        if after_batch:
            after_batch()
    return changed


def refresh_batch(keys: list[int], *, check_facets: bool = False) -> int:
    return write_digests(load_batch(keys), facets=stored_facets(keys) if check_facets else None)


def stored_facets(keys: list[int]) -> dict[int, set[str]]:
    """The rows of facets of these publications, by their places. One query."""
    found: dict[int, set[str]] = {}
    rows = PublicationFacet.objects.filter(digest__publication__in=keys)
    for place, facet in rows.values_list("digest_id", "facet"):
        found.setdefault(place, set()).add(facet)
    return found


def write_digests(
    publications: Iterable[Publication], *, are_new: bool = False, facets: dict[int, set[str]] | None = None
) -> int:
    """Makes and stores the digests of publications loaded by `load_batch` or as if so; gives how many changed.

    `are_new`: the publications were made in this transaction, and have no digests yet. `facets` are the stored rows
    by place; without them, they are taken to be those that the digest names.
    """
    fresh, retracted = [], {True: [], False: []}
    moved: list[PublicationDigest] = []  # whose place or facets are not what they were
    left: list[int] = []  # places whose facets are gone
    known = 0  # digests that are there
    for publication in publications:
        if publication.is_retracted != publication.has_retraction:
            retracted[publication.has_retraction].append(publication.pk)
        before = getattr(publication, "digest", None)
        after = make_digest(publication)
        known += before is not None
        stays = before is not None and same_rank(before.place, after.place)
        after.stays = stays
        if stays:
            after.place = before.place
        has_facets = facets is None or (before is not None and facets.get(before.place, set()) == {*after.own_facets})
        if not stays or before.facet_text != after.facet_text or not has_facets:
            moved.append(after)
            left += [before.place] if before is not None else []
        if before is None or any(getattr(before, name) != getattr(after, name) for name in [*DERIVED, "place"]):
            after.changed_at = timezone.now()
            fresh.append(after)
    spread([digest for digest in moved if not digest.stays])
    if left:
        PublicationFacet.objects.filter(digest__in=left).delete()
    if are_new or not known:
        insert_rows(fresh)
    else:
        PublicationDigest.objects.bulk_create(
            fresh, update_conflicts=True, unique_fields=["publication"],
            update_fields=[*DERIVED, "place", "changed_at"],
        )  # fmt: skip
    insert_rows([PublicationFacet(facet=facet, digest=each) for each in moved for facet in each.own_facets])
    for value, own in retracted.items():
        if own:
            Publication.objects.filter(pk__in=own).update(is_retracted=value)
    return len(fresh)


def stale_digests(keys: Iterable[int]) -> list[int]:
    """Those of the publications whose digest or facets are not what they would be if made now. Writes nothing."""
    keys, stale = sorted(keys), []
    for begin in range(0, len(keys), BATCH):
        batch = keys[begin : begin + BATCH]
        facets = stored_facets(batch)
        for publication in load_batch(batch):
            before, after = getattr(publication, "digest", None), make_digest(publication)
            is_same = before is not None and same_rank(before.place, after.place)
            is_same = is_same and all(getattr(before, name) == getattr(after, name) for name in DERIVED)
            if not is_same or facets.get(before.place, set()) != set(after.own_facets):
                stale.append(publication.pk)
    return stale


def spread(digests: list[PublicationDigest]) -> None:
    """Gives each of `digests` a place that no stored one has, nor had when this began. A query for each round; another
    round where date, beginning of the title and the key's rest by 2,048 are those of another publication.
    """
    waiting, taken = digests, set()
    while waiting:
        wanted = {digest.place for digest in waiting}
        taken |= set(PublicationDigest.objects.filter(place__in=wanted).values_list("place", flat=True))
        crowded = []
        for digest in waiting:
            if digest.place in taken:
                digest.place += 1
                crowded.append(digest)
            else:
                taken.add(digest.place)
        waiting = crowded


class Flush:
    """What is to be made anew when a transaction is committed. Rolled back with what it belongs to."""

    def __init__(self) -> None:
        self.keys: set[int] = set()
        self.__qualname__ = "publications.digests.Flush"  # Django's log of a failure asks for it

    def __call__(self) -> None:
        keys, self.keys = self.keys, set()
        if keys:
            refresh_digests(keys)


def note_changes(keys: Iterable[int]) -> None:
    """Has these publications' digests made anew, once each, when the transaction is committed; now if there is none."""
    keys = set(keys)
    if not keys:
        return
    if not connection.in_atomic_block:
        refresh_digests(keys)
        return
    flush = next((each for within, each in noted() if within == set(connection.savepoint_ids)), None)
    if flush is None:
        flush = Flush()
        # Robust: the records are stored by then. What fails here is logged, and `rebuild_search` makes it good.
        transaction.on_commit(flush, robust=True)
    flush.keys |= keys


def noted() -> list[tuple[set[Any], Flush]]:
    """What waits for the commit, each with the savepoints it lies within: Django drops it when one is rolled back."""
    return [(within, each) for within, each, *_ in connection.run_on_commit if isinstance(each, Flush)]


def flush_changes() -> None:
    """Makes every noted digest anew without waiting for the commit."""
    for _, flush in noted():
        flush()


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


def before_change(sender: Any, instance: models.Model, raw: bool = False, **kwargs: Any) -> None:
    """Before a save: remembers where the record showed till now, and whether what others show changes. One query."""
    if raw or instance._state.adding:
        return
    names = SHOWN.get(sender)
    if names:
        before = sender._base_manager.filter(pk=instance.pk).values_list(*names).first()
        instance._is_shown_alike = before == tuple(getattr(instance, name) for name in names)
    elif not isinstance(instance, Publication):
        before = sender._base_manager.filter(pk=instance.pk).first()
        instance._showed_in = list(keys_of(before)) if before else []


def on_change(sender: Any, instance: models.Model, created: bool = False, **kwargs: Any) -> None:
    if created and isinstance(instance, Person | Venue | Topic):
        return  # nothing shows in a row yet
    if not instance.__dict__.pop("_is_shown_alike", False):
        note_changes([*keys_of(instance), *instance.__dict__.pop("_showed_in", [])])


def before_deletion(sender: Any, instance: models.Model, **kwargs: Any) -> None:
    note_changes(keys_of(instance))


def on_bulk_change(sender: Any, instances: list[models.Model], **kwargs: Any) -> None:
    for instance in instances:
        note_changes(keys_of(instance))


def on_topics_change(
    sender: Any, instance: models.Model, action: str, pk_set: Any, reverse: bool, **kwargs: Any
) -> None:
    if action == "pre_clear" and reverse:
        note_changes(keys_of(instance))
    elif action in ("post_add", "post_remove", "post_clear"):
        note_changes((pk_set or ()) if reverse else [instance.pk])


def connect_signals(models_in_rows: Iterable[type[models.Model]]) -> None:
    """Called once at start: listens to every model whose records show in rows."""
    for model in models_in_rows:
        models.signals.pre_save.connect(before_change, sender=model)
        models.signals.post_save.connect(on_change, sender=model)
        # What goes with a publication that is deleted is not worth a row; refreshing ignores keys that are gone.
        models.signals.pre_delete.connect(before_deletion, sender=model)
        records_written.connect(on_bulk_change, sender=model)
    models.signals.m2m_changed.connect(on_topics_change, sender=Publication.topics.through)
