"""Social cards: `/cards/people/<slug>.png` and the like."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress

from django.core.files.storage import default_storage
from django.db.models import Model, Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from labsite.cards.drawing import draw_card
from labsite.cards.facts import Card, folder_name, make_card
from labsite.context import load_lab_profile
from labsite.lib.images import UNREADABLE
from labsite.lib.renditions import answer, folder_of, kept
from labsite.lib.web import UNLISTED
from labsite.models import LabProfile
from people.models import Group, Person
from publications.models import Authorship, Publication

# By version the address names all that is drawn. Consent to a portrait can be taken back, so that one is asked again.
FOR_EVER, ASK_AGAIN = "public, max-age=31536000, immutable", "no-cache"


def find_record(kind: str, slug: str) -> Model:
    """The published record with what its card shows. One query for a group, two for the others."""
    if kind == "people":
        return get_object_or_404(Person.objects.published().with_memberships(), slug=slug)
    if kind == "groups":
        return get_object_or_404(Group.objects.published().select_related("organization"), slug=slug)
    publications = (
        Publication.objects.published()
        .select_related("venue")
        .prefetch_related(Prefetch("authorships", Authorship.objects.with_person()))
    )
    return get_object_or_404(publications, slug=slug)


@require_safe
def card(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """The card of a published record. Three queries, two for a group; as many again when it is drawn."""
    return answer_card(request, lambda: find_record(kind, slug))


@require_safe
def site_card(request: HttpRequest) -> HttpResponse:
    """The lab's own card. One query, and one more when it is drawn."""
    return answer_card(request, load_lab_profile)


def answer_card(request: HttpRequest, find: Callable[[], Model]) -> HttpResponse:
    record = find()
    shown = card_of(record)

    def is_still_so() -> bool:
        try:
            return card_of(find()) == shown
        except Http404:
            return False

    def read() -> bytes:
        return read_card(folder_name(record), shown, is_still_so)

    is_named = request.GET.get("v") == shown.version[:8]
    cache = FOR_EVER if is_named and not shown.photo else ASK_AGAIN
    response = answer(request, f'"{shown.version}"', "image/png", read, cache)
    if isinstance(record, Person) and record.kept_out_of_search:
        response.headers["X-Robots-Tag"] = UNLISTED
    return response


def card_of(record: Model) -> Card:
    return make_card(record, record if isinstance(record, LabProfile) else load_lab_profile())


def read_card(name: str, shown: Card, is_still_so: Callable[[], bool]) -> bytes:
    """The card's file; one of each record is kept."""
    folder = folder_of(name)

    def may_keep() -> bool:
        shutil.rmtree(folder, ignore_errors=True)  # what the record's card was before
        return is_still_so()

    return kept(folder / f"{shown.version}.png", lambda: draw(shown), may_keep)


def draw(shown: Card) -> bytes:
    if shown.photo:
        with suppress(*UNREADABLE), default_storage.open(shown.photo, "rb") as portrait:
            return draw_card(shown, portrait)
    return draw_card(shown)
