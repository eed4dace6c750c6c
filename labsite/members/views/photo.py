"""One's own photo: uploaded, described, agreed to, turned towards the face, taken away."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from labsite.context import load_lab_profile
from labsite.members.changes import Outcome, save_values, shown_values, waiting_change
from labsite.members.forms import PhotoForm, read_seen
from labsite.members.photos import send_photo
from labsite.members.record import PHOTO, PHOTO_FIELDS, Values, digests_of
from labsite.members.views.frame import go_to, own_page
from labsite.members.views.profile import tell
from labsite.members.wording import in_words
from people.models import Person, ProfileChange
from people.photos import rendition_address

NO_PHOTO: Values = {PHOTO: "", "photo_alt": "", "photo_consent": False}


@own_page("GET", "HEAD", "POST")
def photo(request: HttpRequest, person: Person) -> HttpResponse:
    """The photo form; `remove` takes the photo away."""
    change = waiting_change(person)
    values = shown_values(person, change)
    if request.method == "POST" and "remove" in request.POST:
        return remove(request, person)
    own = {name: values[name] for name in (PHOTO, *PHOTO_FIELDS)}
    initial = {**{name: own[name] for name in PHOTO_FIELDS}, "seen": json.dumps(digests_of(own))}
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = PhotoForm(bool(own[PHOTO]), *data, initial=initial)
    if data and form.is_valid():
        saved = save(request, person, form)
        if saved:
            return saved
    return show(request, person, change, form, own)


def remove(request: HttpRequest, person: Person) -> HttpResponse:
    """Takes the photo away at once, and the one that waits."""
    try:
        outcome = save_values(person, request.user, NO_PHOTO, {})
    except ValidationError as error:
        for text in error.messages:
            messages.error(request, text)
        return go_to("photo")
    if PHOTO in outcome.saved:
        messages.success(request, _("The photo is removed."))
    else:
        tell(request, outcome)
    return go_to("photo")


def save(request: HttpRequest, person: Person, form: PhotoForm) -> HttpResponse | None:
    """Back to the page when it is saved; None where the form has to be shown again with what is wrong."""
    seen = read_seen(form.cleaned_data["seen"])
    try:
        outcome = save_values(person, request.user, form.values, seen, form.cleaned_data["photo"])
    except ValidationError as error:
        for name, found in error.message_dict.items():
            form.add_error(name if name in form.fields else None, found)
        return None
    if outcome.conflicts:
        add_conflicts(person, form, outcome)
        return None
    tell_photo(request, outcome, is_shown=form.values["photo_consent"])
    return go_to("photo")


def add_conflicts(person: Person, form: PhotoForm, outcome: Outcome) -> None:
    message = _("While you wrote, this was changed by %(who)s. It says now: “%(text)s”. Save again to replace it.")
    for name, value in outcome.conflicts.items():
        who = outcome.who.get(name) or _("somebody else")
        form.add_error(name, message % {"text": in_words(name, value) or _("nothing"), "who": who})
    today = Person.objects.get(pk=person.pk)
    values = shown_values(today, waiting_change(today))
    form.data = form.data.copy()
    form.data["seen"] = json.dumps(digests_of({name: values[name] for name in (PHOTO, *PHOTO_FIELDS)}))


def tell_photo(request: HttpRequest, outcome: Outcome, *, is_shown: bool) -> None:
    """Says what became of the form. `is_shown`: the member agrees that the photo is shown."""
    if PHOTO in outcome.saved:
        messages.success(request, _("Saved. This is how the photo looks."))
    elif "photo_consent" in outcome.hidden:
        messages.success(request, _("Saved. Your consent is taken back, and the photo is deleted from this site."))
    elif outcome.saved and not outcome.waiting and not is_shown:
        messages.success(request, _("Saved. The photo is hidden: nobody but editors and you sees it."))
    else:
        tell(request, outcome)


def show(
    request: HttpRequest, person: Person, change: ProfileChange | None, form: PhotoForm, values: Values
) -> HttpResponse:
    problems = [(bound.id_for_label, bound.label, text) for bound in form for text in bound.errors]
    problems += [("", "", text) for text in form.non_field_errors()]
    context: dict[str, Any] = {
        "here": "photo",
        "person": person,
        "change": change if change and {PHOTO, *PHOTO_FIELDS} & set(change.values) else None,
        "form": form,
        "values": values,
        **(addresses(person, change) if values[PHOTO] else {}),
        "problems": problems if form.is_bound else [],
        "needs_approval": load_lab_profile().changes_need_approval,
    }
    return render(request, "members/photo.html", context, status=422 if context["problems"] else 200)


def addresses(person: Person, change: ProfileChange | None) -> dict[str, str]:
    """Of the photo that the form is about, the one that waits or the one of today, and of its small crop."""
    if change and change.photo:
        waiting = reverse("members:waiting_photo")
        return {"photo_address": waiting, "crop_address": waiting}
    return {"photo_address": person.photo.url, "crop_address": rendition_address(person, "192", "jpg")}


@own_page("GET", "HEAD")
def waiting_photo(request: HttpRequest, person: Person) -> HttpResponse:
    """The member's own photo that waits for an editor."""
    change = waiting_change(person)
    if change is None:
        raise Http404
    return send_photo(change)
