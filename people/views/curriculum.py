"""A person's curriculum vitae: as a page, as a PDF, as JSON Resume, and their publications as BibTeX."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from activities.cv.choices import PRIVATE_FIELDS, Choice, printed_contact, read_choice, stored_hidden
from activities.cv.document import Document
from activities.cv.fitting import fit_document
from activities.cv.resume import make_resume
from activities.cv.styles import SECTIONS, make_document
from activities.cv.typesetting import PAPERS, make_pdf
from activities.profile import MOST_PAPERS as MOST_ON_PAGE
from activities.profile import Profile, load_profile
from labsite.lib.web import plain_addresses, same_in_every_language, site_root
from labsite.page_cache.marking import shared_page
from people.models import Person
from people.models.person import CVStyle
from people.views.pages import find_person
from publications.exporting import FORMATS, stream
from publications.models import Publication

SECTION = "people"
CHOICES = ("style", "paper", "private", "hide", "show")
MOST_PAPERS = 2_000  # of one file: setting it takes three seconds and a third of a gigabyte


def load_choice(request: HttpRequest, slug: str, *, most: int | None = None) -> tuple[Choice, Profile]:
    """What is asked for, and the record of the person with those private fields only that are printed.

    `most`: how many publications are loaded, the newest; all of them for a file.
    """
    person = find_person(request, slug)
    choice = read_choice(request.GET, person, request.user)
    profile = load_profile(person, request.user, timezone.localdate(), most=most)
    profile = replace(profile, contact=printed_contact(person, profile.contact, choice.private))
    return choice, profile


def make(request: HttpRequest, choice: Choice, profile: Profile) -> Document:
    root = site_root(request)
    document = make_document(profile, choice.style, root=root, hidden=choice.hidden)
    if choice.style != CVStyle.SHORT:
        return document
    return fit_document(document, profile, root, keep=is_for_everybody(request, profile.person))


def is_for_everybody(request: HttpRequest, person: Person) -> bool:
    """Whether any visitor gets the same answer. Private fields print for readers only who are signed in.

    Visitors without a session are told by its cookie alone: to look the session up would make the answer vary by it.
    """
    is_signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated
    return person.is_published and not is_signed_in


def keep_private(response: HttpResponseBase, request: HttpRequest, person: Person) -> HttpResponseBase:
    """No cache on the way may keep what not everybody is given, nor an answer to who asked for private fields."""
    if "private" in request.GET or not is_for_everybody(request, person):
        response.headers["Cache-Control"] = "private, no-store"
    return response


def kept_out_of_indexes(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view of a file that search engines shall not list, as they do not list the page: it repeats the record."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return answer


@shared_page(*CHOICES)
@require_safe
def cv(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The record as a curriculum vitae for paper: `?style= hide= show= private=`."""
    choice, profile = load_choice(request, slug, most=MOST_ON_PAGE)
    person = profile.person
    context = {
        "section": SECTION,
        "profile": profile,
        "person": person,
        "document": make(request, choice, profile),
        "choice": choice,
        "styles": [(name, label, style_address(request, name)) for name, label in CVStyle.choices],
        "files": file_addresses(request, person, choice),
        "own_choices": own_choices(person, choice) if person.is_managed_by(request.user) else None,
        "crumbs": [(_("People"), reverse("people:people")), (person.name, person.get_absolute_url())],
    }
    return keep_private(render(request, "people/cv.html", context), request, person)


def style_address(request: HttpRequest, style: str) -> str:
    query = request.GET.copy()
    query["style"] = style
    return f"?{query.urlencode()}"


def file_addresses(request: HttpRequest, person: Person, choice: Choice) -> list[tuple[str, str]]:
    """The files of what the page shows, with their labels."""
    address = reverse("people:cv_pdf", args=[person.slug])
    query = request.GET.copy() if not (choice.problems or choice.refused) else type(request.GET)(mutable=True)
    query["style"] = choice.style
    files = []
    for paper, label in zip(PAPERS, ("PDF (A4)", "PDF (Letter)"), strict=True):
        query["paper"] = paper
        files.append((label, f"{address}?{query.urlencode()}"))
    with plain_addresses():
        files.append(("JSON Resume", reverse("people:resume", args=[person.slug])))
        files.append(("BibTeX", reverse("people:bibliography", args=[person.slug])))
    return files


def own_choices(person: Person, choice: Choice) -> dict[str, Any]:
    """What the person and editors may set for one download: private fields that have a value, and sections."""
    labels = {"email": _("E-mail"), "phone": _("Phone"), "office": _("Office")}
    asked = [
        (name, labels[name], name in choice.private)
        for name in PRIVATE_FIELDS
        if getattr(person, name) and getattr(person, f"{name}_visibility") == "private"
    ]
    stored = stored_hidden(person)
    return {
        "private": asked,
        "shown": [(name, label, name in choice.hidden) for name, label in SECTIONS.items() if name not in stored],
        "hidden": [(name, SECTIONS[name], name not in choice.hidden) for name in stored],
    }


@require_safe
@kept_out_of_indexes
def cv_pdf(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The same document as a PDF file, `?paper=a4` or `letter`. What cannot be had is said on a page of its own."""
    choice, profile = load_choice(request, slug)
    words, status = (choice.problems, 404) if choice.problems else (choice.refused, 403)
    is_whole = choice.style in (CVStyle.FULL, CVStyle.PUBLICATIONS)
    if not words and is_whole and len(profile.publications) > MOST_PAPERS:
        words, status = [too_long(profile)], 404
    if words:
        context = {"section": SECTION, "person": profile.person, "words": words, "status": status}
        refusal = render(request, "people/cv_refusal.html", context, status=status)
        return keep_private(refusal, request, profile.person)
    pdf = make_pdf(make(request, choice, profile), choice.paper, keep=is_for_everybody(request, profile.person))
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="cv-{slug}.pdf"'
    return keep_private(response, request, profile.person)


def too_long(profile: Profile) -> str:
    words = _(
        "%(person)s has %(count)s publications, and a PDF file holds at most %(most)s. Choose the style “short” or "
        "“biosketch”, print the page, or take the publications as BibTeX."
    )
    return words % {"person": profile.person.name, "count": len(profile.publications), "most": MOST_PAPERS}


@shared_page(*CHOICES)
@require_safe
@kept_out_of_indexes
@same_in_every_language
def resume(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The record as JSON Resume."""
    choice, profile = load_choice(request, slug)
    words, status = (choice.problems, 404) if choice.problems else (choice.refused, 403)
    if words:
        refusal = JsonResponse({"detail": " ".join(words)}, status=status, json_dumps_params={"ensure_ascii": False})
        return keep_private(refusal, request, profile.person)
    data = make_resume(profile, root=site_root(request), hidden=choice.hidden, changed=last_change(profile.person))
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'inline; filename="resume-{slug}.json"'
    return keep_private(response, request, profile.person)


def last_change(person: Person) -> datetime.datetime | None:
    """When the person's own record was last written. One query."""
    return person.history.order_by("-history_date").values_list("history_date", flat=True).first()


@require_safe
@kept_out_of_indexes
@same_in_every_language
def bibliography(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Every published paper with a certain link to the person as BibTeX; a valid empty file where there is none."""
    person = find_person(request, slug)
    form = FORMATS["bib"]
    pieces = stream(Publication.objects.published().by(person), form, site_root(request))
    response = StreamingHttpResponse(pieces, content_type=f"{form.content_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="publications-{slug}.bib"'
    return keep_private(response, request, person)
