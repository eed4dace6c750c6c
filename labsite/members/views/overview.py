"""The start page of the corner: what waits for the member, and what their record lacks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from labsite.members.papers import confirmed_papers, proposed_papers
from labsite.members.views.frame import own_page
from labsite.members.wording import label_of
from people.models import Person, ProfileChange, RemovalRequest


@dataclass(frozen=True)
class Lack:
    """Something that the record could say, and where it is entered."""

    text: str
    address: str


def lacks_of(person: Person) -> list[Lack]:
    """What a visitor misses on the member's page. No query."""
    profile, photo = reverse("members:profile"), reverse("members:photo")
    found = []
    if not person.headline:
        found.append(Lack(_("Say in a few words what you work on"), f"{profile}#id_headline"))
    if not person.bio:
        found.append(Lack(_("Write a short biography"), f"{profile}#id_bio"))
    if not person.orcid:
        found.append(Lack(_("Add your ORCID iD"), f"{profile}#id_orcid"))
    if not person.photo:
        found.append(Lack(_("Add a photo"), photo))
    else:
        if not person.photo_alt:
            found.append(Lack(_("Describe your photo for people who cannot see it"), f"{photo}#id_photo_alt"))
        if not person.photo_consent:
            found.append(Lack(_("Your photo is hidden: agree that it is shown"), f"{photo}#id_photo_consent"))
    return found


@own_page("GET", "HEAD")
def overview(request: HttpRequest, person: Person) -> HttpResponse:
    """Five queries beside the account's own and the frame's."""
    return render(request, "members/overview.html", overview_context(person))


def overview_context(person: Person) -> dict[str, Any]:
    change = ProfileChange.objects.filter(person=person).exclude(status=ProfileChange.Status.WITHDRAWN).first()
    removal = RemovalRequest.objects.filter(person=person).exclude(status=RemovalRequest.Status.WITHDRAWN).first()
    return {
        "here": "overview",
        "person": person,
        "proposed": proposed_papers(person).count(),
        "confirmed": confirmed_papers(person).count(),
        "change": change,
        "fields": [label_of(name) for name in change.values] if change else [],
        "removal": removal,
        "lacks": lacks_of(person),
        "is_member": person.memberships.exists(),
    }
