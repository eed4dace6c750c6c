"""Where editors answer what members ask for. The admin wraps these pages: who is not staff signs in first."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from labsite.members.approval import (
    AnsweredMeanwhile,
    agree,
    answer_removal,
    differences,
    fingerprint,
    refuse_change,
)
from labsite.members.photos import send_photo
from labsite.members.record import digest_of
from labsite.members.wording import label_of
from labsite.review.rows import change_url
from people.models import Person, ProfileChange, RemovalRequest

LONGEST_ANSWER = 5_000
Status = ProfileChange.Status


def find_request(request: HttpRequest, model: type, key: int) -> Any:
    """The request, for who may change its person as an editor. Members answer nobody, themselves included."""
    if not request.user.has_perms(("people.change_person", "people.add_person")):
        raise PermissionDenied
    found = get_object_or_404(model.objects.select_related("person", "answered_by"), pk=key)
    if not admin.site.get_model_admin(Person).has_change_permission(request, found.person):
        raise PermissionDenied
    return found


def read_answer(request: HttpRequest) -> str:
    return request.POST.get("answer", "").replace("\x00", "").replace("\r\n", "\n").strip()[:LONGEST_ANSWER]


def show(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    frame = admin.site.each_context(request)
    response = render(request, f"admin/labsite/{template}", {**frame, **context}, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def to_queue(name: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('admin:index')}#review-{name}")


# Changes of a profile


@require_http_methods(["GET", "HEAD", "POST"])
def profile_change(request: HttpRequest, key: int) -> HttpResponse:
    """What a member wants their page to say, beside what it says today. POST agrees or refuses."""
    change = find_request(request, ProfileChange, key)
    if request.method != "POST":
        return show_change(request, change)
    if "refuse" in request.POST:
        return refuse(request, change)
    if "agree" not in request.POST:
        return show_change(request, change, _("Choose whether you agree or refuse."))
    found = differences(change)
    choices = {each.name: request.POST.get(f"choice-{each.name}") for each in found if each.is_conflict}
    if not all(choice in ("today", "wanted") for choice in choices.values()):
        return show_change(request, change, _("Choose for each field that changed meanwhile which text stays."))
    kept = [name for name, choice in choices.items() if choice == "today"]
    try:
        agree(key, request.user, request.POST.get("seen", ""), read_answer(request), kept)
    except AnsweredMeanwhile as problem:
        return show_change(request, find_request(request, ProfileChange, key), str(problem))
    except ValidationError as error:
        lines = [f"{label_of(name)}: {' '.join(texts)}" for name, texts in error.message_dict.items()]
        return show_change(request, change, _("The record does not take this any more."), lines)
    messages.success(request, _("Agreed: the page of %(name)s says it now.") % {"name": change.person.name})
    return to_queue("changes")


def refuse(request: HttpRequest, change: ProfileChange) -> HttpResponse:
    text = read_answer(request)
    if not text:
        return show_change(request, change, _("Say in a sentence why, so that the member knows what to do."))
    try:
        refuse_change(change.pk, request.user, request.POST.get("seen", ""), text)
    except AnsweredMeanwhile as problem:
        return show_change(request, find_request(request, ProfileChange, change.pk), str(problem))
    messages.success(request, _("Refused: %(name)s reads your answer.") % {"name": change.person.name})
    return to_queue("changes")


def show_change(request: HttpRequest, change: ProfileChange, problem: str = "", lines: Any = ()) -> HttpResponse:
    found = differences(change)
    return show(
        request,
        "profile_change.html",
        status=422 if problem else 200,
        title=_("Change by %(name)s") % {"name": change.person.name},
        change=change,
        person=change.person,
        person_url=change_url(change.person),
        differences=found,
        has_conflicts=any(each.is_conflict for each in found),
        seen=fingerprint(change),
        problem=problem,
        problem_lines=lines,
        answer=request.POST.get("answer", ""),
    )


@require_safe
def profile_change_photo(request: HttpRequest, key: int) -> HttpResponse:
    """The photo that waits, for editors alone."""
    return send_photo(find_request(request, ProfileChange, key))


# Wishes to be taken off the site

# By the button: what the request becomes, and whether the person's page is taken off.
REMOVAL_ACTS = {
    "unpublish": (Status.AGREED, True),
    "settled": (Status.AGREED, False),
    "refuse": (Status.REFUSED, False),
}


@require_http_methods(["GET", "HEAD", "POST"])
def removal_request(request: HttpRequest, key: int) -> HttpResponse:
    """What a member wants to go, and what each answer does. POST answers."""
    wish = find_request(request, RemovalRequest, key)
    if request.method != "POST":
        return show_removal(request, wish)
    act = next((name for name in REMOVAL_ACTS if name in request.POST), "")
    text = read_answer(request)
    if not act:
        return show_removal(request, wish, _("Choose an answer."))
    if act != "unpublish" and not text:
        return show_removal(request, wish, _("Say in a sentence what was done, or why not: the member reads it."))
    status, unpublish = REMOVAL_ACTS[act]
    seen = request.POST.get("seen", "")
    try:
        answer_removal(key, request.user, seen=seen, status=status, unpublish=unpublish, answer=text)
    except AnsweredMeanwhile as problem:
        return show_removal(request, find_request(request, RemovalRequest, key), str(problem))
    messages.success(request, _("%(name)s reads your answer on their own page.") % {"name": wish.person.name})
    return to_queue("removals")


def show_removal(request: HttpRequest, wish: RemovalRequest, problem: str = "") -> HttpResponse:
    return show(
        request,
        "removal_request.html",
        status=422 if problem else 200,
        title=_("%(name)s asks to be taken off the site") % {"name": wish.person.name},
        wish=wish,
        seen=digest_of(wish.message),
        person=wish.person,
        person_url=change_url(wish.person),
        problem=problem,
        answer=request.POST.get("answer", ""),
    )
