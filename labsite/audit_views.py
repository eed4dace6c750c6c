"""“Recent changes”: who changed what, over all records. The admin wraps it: who is not staff signs in first."""

from __future__ import annotations

import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from labsite.audit.edits import describe
from labsite.audit.entries import NOBODY, Place, Question, load_versions
from labsite.audit.kinds import AuditKind, kind_name, kinds_for

MOST_ACCOUNTS = 1_000  # in the list to choose from


class DayField(forms.DateField):
    """A day that a computer's clock can have shown."""

    def __init__(self, **kwargs: Any) -> None:
        limits = [MinValueValidator(datetime.date(1970, 1, 2)), MaxValueValidator(datetime.date(2999, 12, 31))]
        widget = forms.DateInput({"type": "date"}, "%Y-%m-%d")
        super().__init__(required=False, validators=limits, widget=widget, **kwargs)


class AuditForm(forms.Form):
    """What of the changes to list. Every field may stay empty."""

    user = forms.ChoiceField(label=_("Changed by"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=100, help_text=_("e.g. Import 12, Merged, Request 3")
    )
    since = DayField(label=_("From"))
    until = DayField(label=_("To"))

    def __init__(self, kinds: list[AuditKind], data: Any) -> None:
        super().__init__(data, auto_id="audit_%s")
        accounts = get_user_model().objects.filter(Q(is_staff=True) | Q(person__isnull=False)).order_by("username")
        names = [(str(each.pk), each.get_full_name() or each.get_username()) for each in accounts[:MOST_ACCOUNTS]]
        self.fields["user"].choices = [("", _("Everybody")), (NOBODY, _("No account (commands)")), *names]
        labels = sorted((kind_name(each.model), each.label) for each in kinds)
        self.fields["kind"].choices = [("", _("Everything")), *((label, name) for name, label in labels)]


@require_safe
def recent_changes(request: HttpRequest) -> HttpResponse:
    """Newest first; `?before=` is where the last page ended."""
    kinds = kinds_for(request)
    if not kinds:
        raise PermissionDenied
    form = AuditForm(kinds, request.GET)
    edits, next_page = [], ""
    if form.is_valid():
        versions, last = load_versions(read_question(form, kinds, request.GET.get("before", "")))
        edits = describe(versions)
        asked = {name: value for name, value in request.GET.items() if name in form.fields and value}
        next_page = urlencode({**asked, "before": str(last)}) if last else ""
    context = {
        **admin.site.each_context(request),
        "title": _("Recent changes"),
        "form": form,
        "edits": edits,
        "next_page": next_page,
        "is_later": "before" in request.GET,
    }
    response = render(request, "admin/labsite/recent_changes.html", context, status=200)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def read_question(form: AuditForm, kinds: list[AuditKind], before: str) -> Question:
    data = form.cleaned_data
    chosen = [kind for kind in kinds if data["kind"] in ("", kind.label)]
    return Question(chosen, data["user"], data["reason"], data["since"], data["until"], Place.read(before))
