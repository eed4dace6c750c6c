"""Pictures as pages ask for them: portraits, the lab's logo and picture, each only to those who may see it."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files.storage import default_storage
from django.db import DEFAULT_DB_ALIAS
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from labsite.context import load_lab_profile
from labsite.lib.renditions import FORMATS, answer, rendition
from labsite.lib.web import UNLISTED
from labsite.looks import PICTURE_SIZES
from people.models import Person
from people.photos import SIZES, rendition_address

# Consent can be taken back and a page made a draft at any time, so nobody keeps a portrait without asking again:
# asking costs one query and no bytes. A picture of the lab's is nobody's secret and never changes under its name.
ASK_AGAIN = "no-cache"
FOR_EVER = "public, max-age=31536000, immutable"


def find_person(name: str, viewer: Any) -> Person:
    """Whose photo this is, if `viewer` may see it: everyone if it is public, else those who may edit it. One query."""
    person = Person.objects.filter(photo=name).first()
    if not person or not (is_public(person) or person.is_managed_by(viewer)):
        raise Http404
    return person


def is_public(person: Person) -> bool:
    return person.is_published and person.photo_consent


def make_etag(*parts: object) -> str:
    return '"' + hashlib.sha256(" ".join(map(str, parts)).encode()).hexdigest()[:32] + '"'


def read_stored(name: str) -> bytes:
    with default_storage.open(name, "rb") as file:
        return file.read()  # re-encoded when it came: a few hundred kilobytes


@require_safe
def photo(request: HttpRequest, path: str) -> HttpResponse:
    """A portrait as it is stored. One query."""
    person = find_person(path, request.user)
    return unlisted(person, answer(request, make_etag(path), "image/jpeg", lambda: read_stored(path), ASK_AGAIN))


def unlisted(person: Person, response: HttpResponse) -> HttpResponse:
    """Keeps the picture out of search engines where the person wishes so."""
    if person.kept_out_of_search:
        response.headers["X-Robots-Tag"] = UNLISTED
    return response


@require_safe
def photo_rendition(request: HttpRequest, key: str, size: str, focus: str, ending: str) -> HttpResponse:
    """A portrait in one size and format, cropped around its focus. One query, and one more when it is made."""
    name = f"photos/{key}.jpg"
    person = find_person(name, request.user)
    point = (person.photo_focus_x, person.photo_focus_y)
    if focus != f"{point[0]}-{point[1]}":  # a page from before the focus was moved
        return HttpResponseRedirect(rendition_address(person, size, ending), headers={"Cache-Control": ASK_AGAIN})

    def may_keep() -> bool:
        rows = Person.objects.using(DEFAULT_DB_ALIAS).published().filter(photo=name, photo_consent=True)
        return rows.filter(photo_focus_x=point[0], photo_focus_y=point[1]).exists()

    def read() -> bytes:
        return rendition(name, SIZES[size], ending, focus=point, may_keep=may_keep)

    etag = make_etag(name, size, focus, ending)
    return unlisted(person, answer(request, etag, FORMATS[ending][1], read, ASK_AGAIN))


def check_site_image(name: str) -> None:
    """Only what the lab shows now is served. One query."""
    profile = load_lab_profile()
    if name not in {each.name for each in (profile.logo, profile.picture) if each}:
        raise Http404


@require_safe
def site_image(request: HttpRequest, path: str) -> HttpResponse:
    """The lab's logo or picture, as it is stored. One query."""
    check_site_image(path)
    kind = "image/png" if path.endswith(".png") else "image/jpeg"
    return answer(request, make_etag(path), kind, lambda: read_stored(path), FOR_EVER)


@require_safe
def site_rendition(request: HttpRequest, key: str, size: str, ending: str) -> HttpResponse:
    """The lab's picture in one size and format. One query, and one more when it is made."""
    name = f"site/{key}.jpg"
    check_site_image(name)

    def may_keep() -> bool:
        return load_lab_profile().picture.name == name

    def read() -> bytes:
        return rendition(name, PICTURE_SIZES[size], ending, may_keep=may_keep)

    return answer(request, make_etag(name, size, ending), FORMATS[ending][1], read, FOR_EVER)
