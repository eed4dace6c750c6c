"""Which papers are a member's own: their answers are those of an editor, and hold against every later import."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from labsite.context import load_lab_profile
from labsite.members.changes import hold, keep_waiting, waiting_change, write_change
from labsite.members.record import PAPERS
from labsite.review.answers import Status, confirm, refuse, write
from people.models import Person
from publications.evidence import forget_rejection
from publications.models import Authorship

SOURCE = "Own page"  # how the history of an author says that the person themselves answered
RESTORED = ("person_id", "link_status", "link_basis", "link_note")


class NotYours(ValueError):
    """The paper is not asked of this person, or was decided meanwhile. Its text is for the member."""


def own_authorships(person: Person) -> QuerySet:
    """Rows that name this person in any way, on papers that are public, the newest paper first."""
    rows = Authorship.objects.filter(person=person, publication__is_published=True)
    return rows.select_related("publication__venue").order_by("-publication__year", "publication__title", "pk")


def proposed_papers(person: Person) -> QuerySet:
    return own_authorships(person).filter(link_status=Status.PROPOSED)


def confirmed_papers(person: Person) -> QuerySet:
    return own_authorships(person).filter(link_status=Status.CONFIRMED)


def rejected_papers(person: Person) -> QuerySet:
    return own_authorships(person).filter(link_status=Status.REJECTED)


def hold_authorship(person: Person, key: int, *statuses: str) -> Authorship:
    """The row, so that nobody else decides on it at the same moment. Raises `NotYours`."""
    rows = Authorship.objects.select_for_update(of=("self",)).select_related("publication", "person")
    row = rows.filter(pk=key, person=person, publication__is_published=True, link_status__in=statuses).first()
    if row is None:
        raise NotYours(_("This paper does not wait for your answer any more: look at the list again."))
    return row


def answer(person: Person, key: int, *, is_mine: bool) -> Authorship:
    """What a member says of a paper that is proposed to be theirs. Raises `NotYours` or `DecidedMeanwhile`."""
    with transaction.atomic():
        row = hold_authorship(person, key, Status.PROPOSED)
        return confirm(row.pk, person, SOURCE) if is_mine else refuse(row.pk, [person], SOURCE)


def disown(person: Person, account: AbstractBaseUser, key: int) -> bool:
    """Says that a paper on the member's page is not theirs; whether that waits for an editor. Raises `NotYours`."""
    with transaction.atomic():
        own = hold(person)
        row = hold_authorship(person, key, Status.CONFIRMED)
        if not load_lab_profile().changes_need_approval:
            write_disowned(row, person)
            return False
        change = waiting_change(person)
        waiting = disowned_keys(change.values) if change else []
        keep_waiting(own, account, change, {PAPERS: sorted({*waiting, row.pk})})
        return True


def write_disowned(row: Authorship, person: Person) -> None:
    """Writes that a confirmed author is not the person after all."""
    write(row, person, Status.REJECTED, f"{SOURCE}: it is not {person}")


def disowned_keys(values: dict[str, Any]) -> list[int]:
    """The authorships that a request says are not the person's."""
    return list(values.get(PAPERS, {}).get("to", []))


def keep_paper(person: Person, key: int) -> None:
    """Takes back, before an editor saw it, that a paper is not theirs. Raises `NotYours`."""
    with transaction.atomic():
        hold(person)
        change = waiting_change(person)
        waiting = disowned_keys(change.values) if change else []
        if key not in waiting:
            raise NotYours(_("This waits no longer: look at the list again."))
        left = [each for each in waiting if each != key]
        others = {name: each for name, each in change.values.items() if name != PAPERS}
        write_change(change, {**others, PAPERS: {"from": [], "to": left}} if left else others)


def last_answer(row: Authorship, account: AbstractBaseUser) -> Authorship | None:
    """The version before this member's own answer, if that is the last thing that happened to the row. One query."""
    versions = list(row.history.all()[:2])
    if len(versions) < 2:
        return None
    latest, before = versions
    is_own = latest.history_user_id == account.pk and (latest.history_change_reason or "").startswith(f"{SOURCE}:")
    return before if is_own and before.person_id == row.person_id else None


def undo(person: Person, account: AbstractBaseUser, key: int) -> Authorship:
    """Makes a row again what it was before the member's own answer. Raises `NotYours` if somebody else came since."""
    with transaction.atomic():
        row = hold_authorship(person, key, Status.CONFIRMED, Status.REJECTED)
        before = last_answer(row, account)
        if before is None:
            raise NotYours(_("This cannot be taken back here: somebody else decided on it. Ask an editor."))
        for name in RESTORED:
            setattr(row, name, getattr(before, name))
        row._change_reason = "Own answer taken back"
        row.save()
        if row.link_status != Status.REJECTED:
            forget_rejection(row)
        return row
