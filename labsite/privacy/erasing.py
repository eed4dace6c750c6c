"""Forgets a person: everything about them goes, with its history. Their papers stay, as works of others do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection, models, transaction
from django.db.models import ProtectedError, Q
from django.utils.translation import gettext

from labsite.lib.locks import RECORDS, hold_lock
from labsite.lib.search import forget_deleted
from labsite.models import Dismissal, Erasure, LinkCheck, Merge
from labsite.privacy.photos import forget_photos
from labsite.privacy.sites import forget_in_sites
from labsite.privacy.traces import (
    WITHHELD,
    delete_versions,
    find_marks,
    find_mentions,
    forget_history,
    keys_about,
    merges_of,
    names_of,
    records_of,
    scrub_versions,
    whole_names,
)
from labsite.review.rows import make_key
from people.models import Person, ProfileLink
from publications.digests import note_changes
from publications.models import Authorship, FacetTotal, Import, ImportEntry, Publication, PublicationDigest


class ErasureRefused(Exception):
    """Why a person cannot be erased now, in words for an editor."""


@dataclass
class ErasurePlan:
    """What erasing would do; nothing is changed by making one."""

    person: Person
    names: list[str]
    keys: dict[type[models.Model], set[Any]]  # of the rows that are about the person, by model
    rows: dict[str, int] = field(default_factory=dict)  # by what they are, in the plural
    papers: int = 0
    mentions: list[tuple[models.Model, str]] = field(default_factory=list)  # left for an editor to rewrite
    problems: list[str] = field(default_factory=list)


def plan_erasure(person: Person) -> ErasurePlan:
    """What there is of the person, and what an editor has to see to first."""
    papers = person.authorships.values("publication").distinct().count()
    plan = ErasurePlan(person, names_of(person), keys_about(person), papers=papers)
    for model, keys in plan.keys.items():
        if model is not Person and (number := model._base_manager.filter(pk__in=keys).count()):
            plan.rows[str(model._meta.verbose_name_plural)] = number
    plan.mentions = [
        (record, column) for record, column in find_mentions(plan.names)
        if record.pk not in plan.keys.get(type(record), ())
    ]  # fmt: skip
    plan.mentions += [mark for mark in find_marks(person, plan.names) if mark not in plan.mentions]
    account = account_of(person)
    if account and (account.is_superuser or account.is_staff):
        plan.problems.append(
            gettext("The account “%(account)s” works in the admin. Take that right away first, or give the account up.")
            % {"account": account.get_username()}
        )
    return plan


def find_person(slug: str) -> Person | None:
    """Who is, or was until the record was deleted, at /people/slug/; then as the last version says, not stored."""
    person = Person.objects.filter(slug=slug).first()
    if person is None:
        gone = Person.history.filter(slug=slug).exclude(id__in=Person.objects.values("pk")).first()
        merged = gone and Merge.objects.filter(model="people.person", merged_id=gone.id, undone_at=None).first()
        if merged:  # it is a part of another record by now
            return Person.objects.filter(pk=merged.kept_id).first()
        person = gone.instance if gone else None
    return person


def account_of(person: Person) -> Any:
    return get_user_model().objects.filter(pk=person.user_id).first() if person.user_id else None


def erase(person: Person, *, user: Any = None, withhold_name: bool = False) -> Erasure:
    """Deletes everything about the person: record, photo, account, requests, rows that tie them to others, and every
    version of any of these. One transaction.

    `person` may be one whose record was deleted before, of whom versions are left (`find_person`).

    Papers stay with the name as it was printed, linked to nobody; with `withhold_name` they print “Name withheld”, and
    what sources said is searched for the name too. Raises `ErasureRefused` where something has to be seen to first.
    """
    overwrite_deleted()
    with transaction.atomic():
        hold_lock(RECORDS)
        person = Person.objects.select_for_update().filter(pk=person.pk).first() or person
        plan = plan_erasure(person)
        if plan.problems:
            raise ErasureRefused(" ".join(plan.problems))
        papers = sorted(set(person.authorships.values_list("publication", flat=True)))
        printed = set(person.authorships.values_list("printed_name", flat=True))
        hidden = plan.names if withhold_name else [name for name in plan.names if name not in printed]
        forget_in_imports(person, papers, hidden)
        forget_in_sites(plan.keys, plan.names)
        forget_evidence(person, plan.names)  # while rows say who they are linked to
        if withhold_name:
            withhold(person, plan.names)
        forget_account(person)
        forget_addresses(plan.keys)
        forget_photos(Person, person)
        forget_decisions(person, plan.names)
        records = delete_rows(plan.keys)
        forget_history(plan.keys, plan.names)
        scrub_versions(plan.names)
        note_changes(papers)
        erasure = Erasure.objects.create(
            created_by=user, records=records, papers=len(papers), name_is_withheld=withhold_name
        )
        transaction.on_commit(cache.clear, robust=True)  # files of CVs
        transaction.on_commit(forget_leavings, robust=True)
    return erasure


def forget_evidence(person: Person, names: list[str]) -> None:
    """Empties the notes on why an author was linked: those of the person's papers, and others that name them."""
    pattern = whole_names(names)
    notes = Authorship.objects.exclude(link_note="").values_list("pk", "person", "link_note")
    naming = [key for key, linked, note in notes.iterator() if linked == person.pk or pattern.search(note)]
    Authorship.objects.filter(pk__in=naming).update(link_note="")
    versions = Authorship.history.exclude(link_note="").values_list("history_id", "person", "link_note")
    naming = [key for key, linked, note in versions.iterator() if linked == person.pk or pattern.search(note)]
    Authorship.history.filter(history_id__in=naming).update(link_note="")


def forget_addresses(keys: dict[type[models.Model], set[Any]]) -> None:
    """What was asked of web addresses that are the person's, and what editors decided of them."""
    links = [ProfileLink.objects.filter(pk__in=keys.get(ProfileLink, ()))]
    links += [ProfileLink.history.filter(id__in=keys.get(ProfileLink, ()))]
    addresses = {address for rows in links for address in rows.values_list("url", flat=True)}
    LinkCheck.objects.filter(url__in=addresses).delete()
    Dismissal.objects.filter(kind="dead-links", key__in=[make_key(address) for address in addresses]).delete()


def forget_leavings() -> None:
    """What is left once all is committed: totals of nothing, words in the pages of the index, SQLite's log."""
    of_people = Q(*((("facet__startswith", f"{kind}:")) for kind in ("author", "guest", "unlisted")), _connector=Q.OR)
    FacetTotal.objects.filter(of_people, number__lte=0).delete()  # those under former addresses too
    forget_deleted(PublicationDigest, connection)
    empty_log()


def empty_log() -> None:
    """Writes SQLite's log into the database and cuts it to nothing: it holds what pages said before.

    Where others read just then, it is cut at the next restart (docs/privacy.md).
    """
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def overwrite_deleted() -> None:
    """From now on this connection writes zeros over what it deletes: SQLite would leave it in free pages."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


def delete_rows(found: dict[type[models.Model], set[Any]]) -> int:
    """Deletes what was found, what points to something else of it first. Gives how many rows."""
    left, number = [model for model in found if model._base_manager.filter(pk__in=found[model]).exists()], 0
    while left:
        before = len(left)
        for model in list(left):
            try:
                with transaction.atomic():
                    rows = model._base_manager.filter(pk__in=found[model])
                    number += len(rows)
                    rows.delete()
            except ProtectedError:
                continue
            left.remove(model)
        if len(left) == before:
            names = ", ".join(str(model._meta.verbose_name_plural) for model in left)
            raise ErasureRefused(gettext("These cannot be deleted: %(names)s.") % {"names": names})
    return number


def forget_account(person: Person) -> None:
    """The account, and with it its sessions, passkeys and what it entered wrong; its versions, and those of accounts
    that were this person's before and are gone.
    """
    linked = set(Person.history.filter(id__in=records_of(person)).values_list("user_id", flat=True)) - {None}
    account = account_of(person)
    if account is not None:
        linked.add(account.pk)
        account.delete()
    accounts = get_user_model()
    delete_versions(accounts, linked - set(accounts.objects.filter(pk__in=linked).values_list("pk", flat=True)))


def forget_decisions(person: Person, names: list[str]) -> None:
    """Merges that this person was part of, which can no longer be taken back, and what the admin noted of them."""
    keys = records_of(person)
    merges_of(keys).delete()
    kind = ContentType.objects.get_for_model(Person)
    noted = [str(key) for key in keys]
    LogEntry.objects.filter(content_type=kind, object_id__in=noted).delete()
    pattern = whole_names(names)
    for entry in LogEntry.objects.iterator():
        if pattern.search(f"{entry.object_repr} {entry.change_message}"):
            entry.delete()


def forget_in_imports(person: Person, papers: list[int], names: list[str]) -> None:
    """Takes these names out of what imports remember of the papers, and of what was asked about the person."""
    for batch in Import.objects.filter(person=person):
        texts = {each: replaced(getattr(batch, each), names) for each in ("name", "source")}
        Import.objects.filter(pk=batch.pk).update(person=None, **texts)
    columns = ("label", "record", "problem", "notes", "plan", "effect")
    for entry in ImportEntry.objects.filter(Q(publication__in=papers) | Q(batch__person=person)).iterator():
        texts = {each: replaced(getattr(entry, each), names) for each in columns}
        ImportEntry.objects.filter(pk=entry.pk).update(**texts)


def withhold(person: Person, names: list[str]) -> None:
    """Takes the name off the papers, and off what sources and versions say of them."""
    rows = Authorship.objects.filter(person=person)
    keys, papers = list(rows.values_list("pk", flat=True)), list(rows.values_list("publication", flat=True))
    rows.update(printed_name=WITHHELD, affiliation_text="", person=None)
    for row in Authorship.objects.filter(pk__in=keys):
        row.save()  # what is derived of the name
    Authorship.history.filter(id__in=keys).update(printed_name=WITHHELD, affiliation_text="", person=None)
    for made in Merge.objects.exclude(effect={}).iterator():
        effect = replaced(made.effect, names)
        if effect != made.effect:
            Merge.objects.filter(pk=made.pk).update(effect=effect)
    for model in (Publication, Publication.history.model):
        for record in model.objects.filter(id__in=papers):
            texts = {name: replaced(getattr(record, name), names) for name in ("raw_record", "extra")}
            model.objects.filter(pk=record.pk).update(**texts)


def replaced(value: Any, names: list[str]) -> Any:
    """A value of JSON without these names: “Wei Lin” is not taken out of “Wei Ling”."""
    if isinstance(value, str):
        return whole_names(names).sub(WITHHELD, value)
    if isinstance(value, dict):
        return {key: replaced(each, names) for key, each in value.items()}
    return [replaced(each, names) for each in value] if isinstance(value, list) else value
