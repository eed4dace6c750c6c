"""Author rows and people: what was decided on a name is written into its row, and kept for later imports."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models

from labsite.lib.text import match_key
from people.former_names import FormerNames
from people.models import Membership, Person, PersonName
from publications.importing.planning import AuthorPlan, EntryPlan
from publications.models import Authorship, Rejection

Status, Basis = Authorship.LinkStatus, Authorship.LinkBasis
LONGEST_NOTE = Authorship._meta.get_field("link_note").max_length


def candidate_of(author: AuthorPlan) -> int:
    """Whom a row that is not linked still names: the one candidate of a question, or who it is not; 0 for nobody."""
    if author.choice == "ask" and len(author.candidates) == 1:
        return author.candidates[0]["person_id"]
    return author.refused[0] if author.refused else 0


def link_author(row: Authorship, author: AuthorPlan, people: dict[int, Person]) -> None:
    """Links the row as decided; a question is kept as a proposal, a refusal as a rejection."""
    key = author.person if author.choice == "link" else candidate_of(author)
    row.person = people.get(key) if key else None
    row.by_member = bool(row.person and row.person.is_lab_member)
    row.link_note = author.reason[:LONGEST_NOTE]
    if row.person is None:
        row.link_note = f"{author.person_name} is not here any more: choose again" if author.person else row.link_note
        return
    row.link_status = {"link": Status.CONFIRMED, "ask": Status.PROPOSED}.get(author.choice, Status.REJECTED)
    row.link_basis = author.basis if author.basis in Basis.values else ""
    if author.refused:
        row.link_basis = Basis.EDITOR


def load_people(keys: set[int]) -> dict[int, Person]:
    """People with what a digest prints of them. Two queries, none where there is nobody."""
    if not keys:
        return {}
    names = models.Prefetch("names", PersonName.objects.filter(is_public=True), to_attr="public_names")
    members = models.Exists(Membership.objects.filter(person=models.OuterRef("pk")))
    people = (
        Person.objects.filter(pk__in=keys)
        .prefetch_related(names)
        .annotate(is_lab_member=members, former_names=FormerNames("pk"))
    )
    return {person.pk: person for person in people}


def remember_refusals(plans: Iterable[EntryPlan]) -> None:
    """“Nobody of these” is kept for each of them who is still here, and wins over every later import. Two queries."""
    refused = [(plan, author, person) for plan in plans for author in plan.authors for person in author.refused]
    if not refused:
        return
    here = set(Person.objects.filter(pk__in={person for _, _, person in refused}).values_list("pk", flat=True))
    Rejection.objects.bulk_create(
        [
            Rejection(person_id=person, match_key=match_key(plan.record.title), printed_name=author.name)
            for plan, author, person in refused
            if person in here
        ],
        ignore_conflicts=True,
    )
