"""What an editor answers to “is this name that person?”, written into the author row and remembered for imports."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext

from people.models import Person
from publications.models import Authorship

Status, Basis = Authorship.LinkStatus, Authorship.LinkBasis
OPEN = (Status.PROPOSED, Status.REJECTED)


class DecidedMeanwhile(ValueError):
    """The row was linked, or the person stands elsewhere in the list by now. Its text is for the editor."""


def confirm(authorship: int, person: Person, source: str = "Review queue") -> Authorship:
    """Links the name to `person` as certain. One transaction; the row's history keeps who did it, and the `source`.

    Raises `DecidedMeanwhile` where the row is linked to somebody else or the person is an author already.
    """
    with transaction.atomic():
        row = lock_open(authorship)
        others = Authorship.objects.confirmed().filter(publication=row.publication, person=person)
        if others.exclude(pk=row.pk).exists():
            raise DecidedMeanwhile(
                gettext("%(person)s is an author of “%(title)s” already.")
                % {"person": person, "title": row.publication.title}
            )
        write(
            row,
            person,
            Status.CONFIRMED,
            f"{source}: it is {person}",
        )
    return row


def refuse(authorship: int, people: Sequence[Person], source: str = "Review queue") -> Authorship:
    """Writes that the name is none of `people`, and keeps it for every later import. One transaction.

    The row names the first of them. Raises `DecidedMeanwhile` where the row is linked by now.
    """
    with transaction.atomic():
        row = lock_open(authorship)
        for person in reversed(people):  # what is saved is remembered: publications.evidence
            write(
                row,
                person,
                Status.REJECTED,
                f"{source}: it is not {person}",
            )
    return row


def lock_open(authorship: int) -> Authorship:
    """The row, so that nobody else decides on it at the same moment."""
    rows = Authorship.objects.select_for_update(of=("self",)).select_related("publication", "person")
    row = rows.filter(pk=authorship).first()
    if row is None:
        raise DecidedMeanwhile(gettext("This author is not in the list any more."))
    if row.person and row.link_status not in OPEN:
        raise DecidedMeanwhile(
            gettext("“%(printed_name)s” was linked to %(person)s meanwhile.")
            % {"printed_name": row.printed_name, "person": row.person}
        )
    return row


def write(row: Authorship, person: Person, status: str, reason: str) -> None:
    row.person, row.link_status, row.link_basis = person, status, Basis.EDITOR
    row._change_reason = reason[:100]
    row.save()
