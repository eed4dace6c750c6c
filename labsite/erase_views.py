"""The page on which a data manager has a person forgotten: what would go, their name typed, what went.

The admin wraps it: who is not staff signs in first. What is erased, and what stays, is `labsite.privacy.erasing`'s.
"""

from __future__ import annotations

import hashlib
import json

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from labsite.lib.editing import READ_PRIVATE_HISTORY
from labsite.models import Erasure
from labsite.privacy.erasing import ErasurePlan, ErasureRefused, erase, plan_erasure
from labsite.review.rows import change_url
from people.models import Person

LATEST = 10  # erasures that the page lists


class EraseForm(forms.Form):
    """The name, typed: a press of a button alone erases nobody."""

    name = forms.CharField(
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "vTextField"}),
        error_messages={"required": _("Nothing was erased: type their name.")},
    )
    withhold_name = forms.BooleanField(
        label=_("Papers print “Name withheld” instead of their name"), required=False,
        help_text=_("Else papers stay as they were printed, as the work of all their authors."),
    )  # fmt: skip

    def __init__(self, person: Person, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.fields["name"].label = gettext("Type “%(name)s”") % {"name": person.name}

    def clean_name(self) -> str:
        typed = " ".join(self.cleaned_data["name"].split())
        if typed != " ".join(self.person.name.split()):
            raise forms.ValidationError(gettext("This is not their name: nothing was erased."))
        return typed


def may_erase(request: HttpRequest) -> bool:
    """Data managers who may delete people: erasing takes private history with it."""
    return request.user.has_perm(READ_PRIVATE_HISTORY) and request.user.has_perm("people.delete_person")


@sensitive_post_parameters("name")
@require_http_methods(["GET", "HEAD", "POST"])
def erase_person(request: HttpRequest, key: int) -> HttpResponse:
    """GET changes nothing. POST with the name erases, unless what would go is not what was shown."""
    if not may_erase(request):
        raise PermissionDenied
    person = get_object_or_404(Person, pk=key)
    plan = plan_erasure(person)
    if request.method != "POST":
        return show_plan(request, plan, EraseForm(person))
    form = EraseForm(person, request.POST)
    if not form.is_valid():
        problem = " ".join(form.errors.get("name", []))  # the field stands far below
        return show_plan(request, plan, form, problem, status=422)
    if request.POST.get("seen") != fingerprint(plan):
        problem = gettext("What would go has changed since you opened this page. Look at it again; nothing was erased.")
        return show_plan(request, plan, form, problem, status=409)
    try:
        erasure = erase(person, user=request.user, withhold_name=form.cleaned_data["withhold_name"])
    except Person.DoesNotExist:
        problem = gettext("Somebody else erased or deleted them a moment ago.")
        return show_plan(request, plan, form, problem, status=409)
    except ErasureRefused as refusal:
        return show_plan(request, plan_erasure(person), form, str(refusal), status=409)
    return show(
        request, "erased.html", gettext("The person was forgotten"), erasure=erasure, mentions=mentions_of(plan)
    )


def fingerprint(plan: ErasurePlan) -> str:
    """What the page shows, as a digest: the names, how many rows of what, where editors have to rewrite."""
    told = [
        plan.names, sorted(plan.rows.items()), plan.papers, plan.problems,
        sorted((record._meta.label, record.pk, column) for record, column in plan.mentions),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def mentions_of(plan: ErasurePlan) -> list[tuple[str, str, str, str]]:
    """Kind, record, field and address of each text that names them, for somebody to rewrite."""
    return [
        (
            capfirst(record._meta.verbose_name),
            str(record),
            str(record._meta.get_field(column).verbose_name),
            page_of(record),
        )
        for record, column in plan.mentions
    ]


def page_of(record: Model) -> str:
    """Where a record is edited; empty where it has no page."""
    return change_url(record) if admin.site.is_registered(type(record)) else ""


def show_plan(
    request: HttpRequest, plan: ErasurePlan, form: EraseForm, problem: str = "", status: int = 200
) -> HttpResponse:
    title = gettext("Forget %(name)s") % {"name": plan.person.name}
    return show(
        request, "erase.html", title, status=status, plan=plan, form=form, problem=problem,
        person=plan.person, person_url=change_url(plan.person), mentions=mentions_of(plan), seen=fingerprint(plan),
        erasures=Erasure.objects.select_related("created_by")[:LATEST],
    )  # fmt: skip


def show(request: HttpRequest, template: str, title: str, status: int = 200, **context: object) -> HttpResponse:
    context |= {**admin.site.each_context(request), "title": title}
    return render(request, f"admin/labsite/{template}", context, status=status)
