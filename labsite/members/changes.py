"""Saving what a member changed: at once, or as one request that waits for an editor."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from labsite.context import load_lab_profile
from labsite.lib.conflicts.authors import Authors, say_who
from labsite.members.record import (
    PAPERS,
    PHOTO,
    PHOTO_FIELDS,
    ROWS,
    UPLOADED,
    Values,
    digest_of,
    only_hides,
    read_values,
    set_values,
    todays_values,
    write_values,
)
from people.models import Person, ProfileChange

REASON = "By the member"
Status = ProfileChange.Status


@dataclass(frozen=True)
class Outcome:
    """What became of a form: `saved` fields are on the page, `waiting` ones need an editor.

    `hidden` are those of the saved that only hide something. `withdrawn` waited before, and are again as on the page.
    `conflicts` holds what other people wrote meanwhile, by field; where it is not empty nothing was written.
    """

    saved: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    conflicts: Values = field(default_factory=dict)
    who: dict[str, str] = field(default_factory=dict)  # of the conflicts: who changed each, and when


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

    What only hides something never waits: consent is as easily taken back as given.

    `seen` are the digests of the values that the form was filled with: what somebody else changed since then is kept
    where the member left it alone, and is a conflict where both changed it. Raises `ValidationError` by field.
    """
    with transaction.atomic():
        own, change = hold(person), waiting_change(person)
        changed, conflicts = compare(posted, shown_values(own, change), seen)
        if upload:
            changed[PHOTO] = UPLOADED
        if conflicts or not changed:
            return Outcome(conflicts=conflicts, who={name: who_changed(own, name, account) for name in conflicts})
        hidden = find_hidden(read_values(own), changed)
        if load_lab_profile().changes_need_approval:
            return hide_and_wait(own, account, change, changed, hidden, upload)
        write_values(own, changed, photo=upload or "", reason=REASON)
        if change:
            drop_fields(change, set(changed))
        return Outcome(saved=tuple(changed), hidden=tuple(hidden))


def who_changed(person: Person, name: str, account: AbstractBaseUser) -> str:
    """Who gave this field what it says now, and when, as a member may read it."""
    if name in ROWS:
        rows = ROWS[name][0].history.filter(person_id=person.pk).select_related("history_user")
        return say_who(rows.order_by("-history_date", "-history_id").first(), account)
    return Authors(person, account).of_field(name)


def find_hidden(today: Values, changed: Values) -> Values:
    """Those of the changes that only hide something. The description of a photo goes with the photo."""
    hidden = {name: value for name, value in changed.items() if only_hides(name, today[name], value)}
    if PHOTO in hidden and changed.get("photo_alt") == "":
        hidden["photo_alt"] = ""
    return hidden


def hide_and_wait(
    person: Person,
    account: AbstractBaseUser,
    change: ProfileChange | None,
    changed: Values,
    hidden: Values,
    upload: Any,
) -> Outcome:
    """Writes what only hides something and has the rest wait. Raises `ValidationError` by field."""
    if hidden:
        write_values(person, hidden, reason=REASON)
    waiting = keep_waiting(person, account, change, changed, upload)
    return Outcome(
        saved=tuple(hidden),
        hidden=tuple(hidden),
        waiting=tuple(name for name in changed if name in waiting),
        withdrawn=tuple(name for name in changed if name not in waiting and name not in hidden),
    )


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
) -> Values:
    """Adds these fields to the person's request, or begins one. What is as it was before needs nobody's agreement.

    Gives all that waits now. Raises `ValidationError` by field for what of `changed` could not be written either; what
    waited already is the editor's to see. `person` is not to be saved afterwards.
    """
    current = todays_values(person)
    change = change or ProfileChange(person=person, created_by=account)
    values = dict(change.values)
    wanted = {name: each["to"] for name, each in values.items()} | changed
    photo = (upload or change.photo.name) if wanted.get(PHOTO) else ""
    set_values(person, {name: wanted[name] for name in checked_names(wanted, changed)}, photo)
    for name, value in changed.items():
        before = values[name]["from"] if name in values else current[name]
        values[name] = {"from": before, "to": value}
    if upload:
        change.photo = upload
    elif PHOTO in changed:
        change.photo = ""
    left = {name: each for name, each in values.items() if each["to"] != current[name]}
    write_change(change, left)
    return left


def checked_names(wanted: Values, changed: Values) -> list[str]:
    """The fields to check: those that changed; what belongs to a photo is right or wrong only together."""
    own = {PHOTO, *PHOTO_FIELDS}
    together = own if own & set(changed) else set()
    return [name for name in wanted if name != PAPERS and (name in changed or name in together)]


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
