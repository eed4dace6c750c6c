"""Editing one's own profile: shown first where asked, saved as a whole or not at all."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from labsite.context import load_lab_profile
from labsite.lib.markdown import plain_text
from labsite.members.changes import Outcome, save_values, shown_values, waiting_change, withdraw_change
from labsite.members.forms import ROW_SETS, ProfileForm, read_seen
from labsite.members.record import LINKS, SECTIONS, Values, digests_of
from labsite.members.views.frame import go_to, own_page
from labsite.members.wording import in_words, label_of
from people.directory import current_membership
from people.models import Person, ProfileChange, ProfileLink, ProfileSection

PRIVATE = ("email", "phone", "office")


class ProfileEditor:
    """The form with its rows of links and sections, as one thing that is right or is not."""

    def __init__(self, person: Person, values: Values, data: Any = None) -> None:
        seen = json.dumps(digests_of(values))
        self.form = ProfileForm(person, data, initial={**values, "seen": seen})
        self.rows: dict[str, BaseFormSet] = {
            name: kind(data, prefix=name, initial=values[name]) for name, kind in ROW_SETS.items()
        }

    def is_valid(self) -> bool:
        return all([self.form.is_valid(), *(rows.is_valid() for rows in self.rows.values())])

    @property
    def values(self) -> Values:
        return {**self.form.values, **{name: rows.values for name, rows in self.rows.items() if rows.is_valid()}}

    @property
    def seen(self) -> dict[str, str]:
        return read_seen(self.form.cleaned_data.get("seen", ""))

    def add_errors(self, error: ValidationError) -> None:
        for name, found in error.message_dict.items():
            known = name if name in self.form.fields else None
            self.form.add_error(known, [f"{label_of(name)}: {text}" for text in found] if not known else found)

    def add_conflicts(self, outcome: Outcome) -> None:
        """Says what somebody else wrote meanwhile, field by field; saving again replaces it."""
        message = _("While you wrote, this was changed by %(who)s. It says now: “%(text)s”. Save again to replace it.")
        for name, value in outcome.conflicts.items():
            shown = plain_text(in_words(name, value)) or _("nothing")
            text = shown if len(shown) < 500 else f"{shown[:500]}…"
            words = message % {"text": text, "who": outcome.who.get(name) or _("somebody else")}
            known = name in self.form.fields
            self.form.add_error(name if known else None, words if known else f"{label_of(name)}: {words}")

    def see_again(self, values: Values) -> None:
        """The next save is measured by today's values."""
        self.form.data = self.form.data.copy()
        self.form.data["seen"] = json.dumps(digests_of(values))

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """Every error as (input, its name, what is wrong), in the order of the page."""
        found = []
        for bound in self.form:
            found += [(bound.id_for_label or bound.auto_id, bound.label, text) for text in bound.errors]
        found += [("", "", text) for text in self.form.non_field_errors()]
        for name, rows in self.rows.items():
            found += [("", label_of(name), text) for text in rows.non_form_errors()]
            for number, form in enumerate(rows.forms, start=1):
                where = f"{label_of(name)}, {number}"
                found += [(bound.id_for_label, where, text) for bound in form for text in bound.errors]
        return found


@own_page("GET", "HEAD", "POST")
def profile(request: HttpRequest, person: Person) -> HttpResponse:
    """The profile form. `preview` shows what visitors would see and saves nothing; `withdraw` takes back what waits."""
    if request.method == "POST" and "withdraw" in request.POST:
        return withdraw(request, person)
    change = waiting_change(person)
    values = shown_values(person, change)
    if request.method != "POST":
        return show(request, person, change, ProfileEditor(person, values))
    editor = ProfileEditor(person, values, request.POST)
    is_valid = editor.is_valid()
    if "preview" in request.POST:
        context = {"preview": preview_of(person, {**values, **editor.values}), "is_valid": is_valid}
        if request.headers.get("X-Part") == "preview":
            return render(request, "members/_preview.html", context)
        return show(request, person, change, editor, **context)
    if is_valid:
        saved = save(request, person, editor)
        if saved:
            return saved
    return show(request, person, change, editor)


def save(request: HttpRequest, person: Person, editor: ProfileEditor) -> HttpResponse | None:
    """On to the overview when it is saved; None where the form has to be shown again with what is wrong."""
    try:
        outcome = save_values(person, request.user, editor.values, editor.seen)
    except ValidationError as error:
        editor.add_errors(error)
        return None
    if outcome.conflicts:
        today = Person.objects.get(pk=person.pk)
        editor.see_again(shown_values(today, waiting_change(today)))
        editor.add_conflicts(outcome)
        return None
    tell(request, outcome)
    return go_to("profile")


def tell(request: HttpRequest, outcome: Outcome) -> None:
    """Says what became of what was posted."""
    if outcome.waiting and outcome.hidden:
        messages.info(request, _("What only hides something is saved. The rest waits for an editor."))
    elif outcome.waiting:
        messages.info(request, _("Kept. It waits for an editor, and shows on your page once they agree."))
    elif outcome.saved and set(outcome.saved) == set(outcome.hidden):
        messages.success(request, _("Saved. What you hid is not shown any more."))
    elif outcome.saved:
        messages.success(request, _("Saved. Visitors see it now."))
    elif outcome.withdrawn:
        messages.success(request, _("Taken back. Your page stays as it is."))
    else:
        messages.info(request, _("Nothing was different, so nothing was saved."))


def withdraw(request: HttpRequest, person: Person) -> HttpResponse:
    """Takes back what waits for an editor."""
    if withdraw_change(person):
        messages.success(request, _("Taken back. Your page stays as it is."))
    else:
        messages.info(request, _("Nothing waits for an editor any more."))
    return go_to("profile")


def show(
    request: HttpRequest, person: Person, change: ProfileChange | None, editor: ProfileEditor, **context: Any
) -> HttpResponse:
    problems = editor.problems if editor.form.is_bound else []
    return render(
        request,
        "members/profile.html",
        {
            "here": "profile",
            "person": person,
            "change": change,
            "form": editor.form,
            "links": editor.rows[LINKS],
            "sections": editor.rows[SECTIONS],
            "problems": problems,
            "needs_approval": load_lab_profile().changes_need_approval,
            **context,
        },
        status=422 if problems and "preview" not in context else 200,
    )


def preview_of(person: Person, values: Values) -> dict[str, Any]:
    """The part of the member's page that this form is about, as a visitor who is not signed in would see it."""
    probe = Person.objects.with_memberships().get(pk=person.pk)
    for name, value in values.items():
        if name not in (LINKS, SECTIONS, "photo"):
            setattr(probe, name, value)
    visitor, today = AnonymousUser(), timezone.localdate()
    return {
        "person": probe,
        "role": current_membership(probe, today),
        "contact": {name: getattr(probe, name) for name in PRIVATE if probe.shows(name, visitor)},
        "links": [ProfileLink(**row) for row in values[LINKS]] if probe.show_links else [],
        "sections": [ProfileSection(**row) for row in values[SECTIONS] if row["is_published"]],
    }
