"""Saving what a member changed: at once, or as one request that waits for an editor."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from labsite.context import load_lab_profile
from labsite.members.record import PHOTO, Values, digest_of, read_values, set_values, write_values
from people.models import Person, ProfileChange

PAPERS = "papers"  # authorships that a member says are not theirs
UPLOADED = "uploaded"  # what the wanted photo is called while its file waits
REASON = "By the member"
Status = ProfileChange.Status


@dataclass(frozen=True)
class Outcome:
    """What became of a form: `saved` fields are on the page, `waiting` ones need an editor.

    `conflicts` holds what other people wrote meanwhile, by field; where it is not empty nothing was written.
    """

    saved: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    conflicts: Values = field(default_factory=dict)


def waiting_change(person: Person) -> ProfileChange | None:
    """The one request of this person that waits. One query."""
    return ProfileChange.objects.filter(person=person, status=Status.WAITING).first()


def shown_values(person: Person, change: ProfileChange | None) -> Values:
    """The record as its member wants it: what waits stands in for what is."""
    values = read_values(person)
    if change:
        values |= {name: each["to"] for name, each in change.values.items() if name in values}
    return values


def hold(person: Person) -> Person:
    """Today's record, which nobody else writes until this transaction ends."""
    return Person.objects.select_for_update().get(pk=person.pk)


def save_values(
    person: Person, account: AbstractBaseUser, posted: Values, seen: dict[str, str], upload: Any = None
) -> Outcome:
    """Saves what differs among `posted`, or has it wait where the lab wants so. One transaction.

    `seen` are the digests of the values that the form was filled with: what somebody else changed since then is kept
    where the member left it alone, and is a conflict where both changed it. Raises `ValidationError` by field.
    """
    with transaction.atomic():
        own, change = hold(person), waiting_change(person)
        changed, conflicts = compare(posted, shown_values(own, change), seen)
        if upload:
            changed[PHOTO] = UPLOADED
        if conflicts or not changed:
            return Outcome(conflicts=conflicts)
        if load_lab_profile().changes_need_approval:
            keep_waiting(own, account, change, changed, upload)
            return Outcome(waiting=tuple(changed))
        write_values(own, changed, photo=upload or "", reason=REASON)
        if change:
            drop_fields(change, set(changed))
        return Outcome(saved=tuple(changed))


def compare(posted: Values, current: Values, seen: dict[str, str]) -> tuple[Values, Values]:
    """Which fields the member changed, and which of those somebody else changed since the form was made."""
    changed: Values = {}
    conflicts: Values = {}
    for name, value in posted.items():
        if value == current[name]:
            continue
        before = seen.get(name)
        if before is None or before == digest_of(current[name]):
            changed[name] = value
        elif before != digest_of(value):
            conflicts[name] = current[name]
    return changed, conflicts


def keep_waiting(
    person: Person, account: AbstractBaseUser, change: ProfileChange | None, changed: Values, upload: Any = None
) -> None:
    """Adds these fields to the person's request, or begins one. What is as it was before needs nobody's agreement.

    Raises `ValidationError` by field for what could not be written either. `person` is not to be saved afterwards.
    """
    current = {**read_values(person), PAPERS: []}
    change = change or ProfileChange(person=person, created_by=account)
    values = dict(change.values)
    wanted = {name: each["to"] for name, each in values.items()} | changed
    photo = (upload or change.photo.name) if wanted.get(PHOTO) else ""
    set_values(person, {name: value for name, value in wanted.items() if name in current and name != PAPERS}, photo)
    for name, value in changed.items():
        before = values[name]["from"] if name in values else current[name]
        values[name] = {"from": before, "to": value}
    if upload:
        change.photo = upload
    elif PHOTO in changed:
        change.photo = ""
    write_change(change, {name: each for name, each in values.items() if each["to"] != current[name]})


def write_change(change: ProfileChange, values: Values) -> None:
    """Stores what still waits. A request of which nothing is left is withdrawn."""
    change.values = values
    change.created_at = timezone.now()
    if PHOTO not in values:
        change.photo = ""
    if not values:
        if change.pk is None:
            return
        change.status = Status.WITHDRAWN
        change.answered_at = timezone.now()
    change.save()


def drop_fields(change: ProfileChange, names: set[str]) -> None:
    """These fields wait no longer: their member saved them without having to ask."""
    if names & set(change.values):
        write_change(change, {name: each for name, each in change.values.items() if name not in names})


def withdraw_change(person: Person) -> bool:
    """Takes back what waits; the file that came with it goes. Whether there was anything."""
    with transaction.atomic():
        hold(person)
        change = waiting_change(person)
        if change is None:
            return False
        change.status, change.photo, change.answered_at = Status.WITHDRAWN, "", timezone.now()
        change.save()
        return True
