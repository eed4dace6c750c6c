"""Everything about oneself as one file, and the wish to be taken off the site."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from labsite.lib.web import attachment, same_in_every_language
from labsite.members.changes import hold
from labsite.members.export import make_archive
from labsite.members.forms import RemovalForm
from labsite.members.views.frame import go_to, own_page
from people.models import Person, RemovalRequest

MOST_SHOWN = 20
Status = RemovalRequest.Status


@own_page("GET", "HEAD")
@same_in_every_language
def data(request: HttpRequest, person: Person) -> HttpResponse:
    """Everything this site keeps about the member: a ZIP file with one JSON document and their photo."""
    content = make_archive(person, request.user, timezone.now())
    return attachment(content, "application/zip", f"{person.slug}.zip")


@own_page("GET", "HEAD", "POST")
def removal(request: HttpRequest, person: Person) -> HttpResponse:
    """What the member asked for and was answered; POST asks, or takes it back."""
    earlier = list(RemovalRequest.objects.filter(person=person)[:MOST_SHOWN])
    waiting = next((each for each in earlier if each.is_waiting), None)
    form = RemovalForm(initial={"message": waiting.message if waiting else ""}, label_suffix="")
    if request.method == "POST":
        if "withdraw" in request.POST:
            return withdraw(request, person)
        form = RemovalForm(request.POST, label_suffix="")
        if form.is_valid():
            return ask(request, person, form.cleaned_data["message"])
    context = {
        "here": "removal",
        "person": person,
        "form": form,
        "waiting": waiting,
        "earlier": [each for each in earlier if not each.is_waiting],
        "problems": [(form["message"].id_for_label, form["message"].label, text) for text in form["message"].errors],
    }
    return render(request, "members/removal.html", context, status=422 if context["problems"] else 200)


def ask(request: HttpRequest, person: Person, message: str) -> HttpResponse:
    """Keeps one request that waits: asking again changes what it says."""
    with transaction.atomic():
        hold(person)
        waiting = RemovalRequest.objects.filter(person=person, status=Status.WAITING).first()
        own = waiting or RemovalRequest(person=person, created_by=request.user)
        own.message, own.created_at = message, timezone.now()
        own.save()
    messages.success(request, _("An editor will read this and answer you here."))
    return go_to("removal")


def withdraw(request: HttpRequest, person: Person) -> HttpResponse:
    with transaction.atomic():
        hold(person)
        waiting = RemovalRequest.objects.filter(person=person, status=Status.WAITING).first()
        if waiting:
            waiting.status, waiting.answered_at = Status.WITHDRAWN, timezone.now()
            waiting.save()
    text = _("Taken back: nothing is removed.") if waiting else _("Nothing waits any more.")
    messages.success(request, text)
    return go_to("removal")
