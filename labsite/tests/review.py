"""How tests ask the review queue and press its buttons."""

from __future__ import annotations

import datetime

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from labsite.models import Dismissal
from labsite.review.queue import KINDS
from labsite.review.rows import Row, Scope
from labsite.tests.factories import make_member, make_publication
from people.models import Person
from publications.models import Authorship

TODAY = datetime.date(2026, 3, 1)


def find(kind: str, *, limit: int = 100, on: datetime.date = TODAY) -> list[Row]:
    """The rows of a kind, without those dismissed."""
    dismissed = frozenset(Dismissal.objects.filter(kind=kind).values_list("key", flat=True))
    return KINDS[kind].find(Scope(on, limit, dismissed))


def titles(kind: str, **values) -> list[str]:
    return [row.title for row in find(kind, **values)]


def reasons(kind: str, **values) -> list[str]:
    return [row.reason for row in find(kind, **values)]


def groups(response: HttpResponse) -> dict[str, str]:
    """What the front page shows: heading by kind."""
    return {group.kind.name: group.heading for group in response.context["review"]["groups"]}


def dismiss(client: Client, kind: str, key: str, **values: str) -> HttpResponse:
    """Presses “Not a problem”."""
    return client.post(reverse("admin:review_dismiss", args=[kind]), {"key": key, **values})


def make_open_paper(title: str = "On Quiet Machines", name: str = "A. Quint", **values) -> Authorship:
    """A paper of B. Okafor, a member, and of somebody not linked yet; gives the latter's row."""
    okafor = Person.objects.filter(name="Bo Okafor").first() or make_member("Bo Okafor", start="2015", role="faculty")
    paper = make_publication(title, [okafor, {"printed_name": name, **values}])
    return paper.authorships.get(position=2)
