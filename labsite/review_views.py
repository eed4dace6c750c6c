"""The pages and buttons of the review queue. All of them are wrapped by the admin: who is not staff signs in first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from labsite.lib.questions import read_key
from labsite.models import Dismissal
from labsite.review.answers import DecidedMeanwhile, confirm, refuse
from labsite.review.queue import KINDS, MOST_ROWS, describe, kinds_for, load_kind, load_overview
from labsite.review.rows import Kind, Row, change_url
from people.models import Person
from publications.models import Authorship

ROWS_PER_PAGE = 25


def may_change(request: HttpRequest, record: Model) -> bool:
    """Whether the admin page of this very record can be saved by who asks."""
    model = type(record)
    if not admin.site.is_registered(model):
        return request.user.has_perm(f"{model._meta.app_label}.change_{model._meta.model_name}")
    return admin.site.get_model_admin(model).has_change_permission(request, record)


def index_context(request: HttpRequest) -> dict[str, Any]:
    """What the admin's front page shows above the models; nothing for who may mend nothing."""
    kinds = kinds_for(request.user)
    if not kinds:
        return {}
    groups = load_overview(kinds, timezone.localdate(), lambda record: may_change(request, record))
    return {"review": {"groups": groups}}


def get_kind(request: HttpRequest, name: str) -> Kind:
    kind = KINDS.get(name)
    if kind is None:
        raise Http404(gettext("There is no list called “%(name)s” in the review queue.") % {"name": name})
    if kind not in kinds_for(request.user):
        raise PermissionDenied
    return kind


def load_rows(request: HttpRequest, kind: Kind) -> list[Row]:
    return load_kind(kind, timezone.localdate(), lambda record: may_change(request, record))


def render_page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    frame = admin.site.each_context(request)
    return render(request, template, {**frame, "back": request.get_full_path(), **context})


@require_safe
def kind_page(request: HttpRequest, name: str) -> HttpResponse:
    """Every row of one kind, 25 a page."""
    kind = get_kind(request, name)
    rows = load_rows(request, kind)
    page = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    title = kind.many[:1].upper() + kind.many[1:]
    return render_page(
        request, "admin/labsite/review_kind.html", title=title, kind=kind, page=page, is_capped=len(rows) == MOST_ROWS
    )


def go_back(request: HttpRequest) -> HttpResponse:
    """To the page whose button was pressed, if it is one of ours; else to the front page."""
    back = request.POST.get("back", "")
    start = reverse("admin:index")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if safe and back.startswith(start) else start)


@require_POST
def dismiss(request: HttpRequest, name: str) -> HttpResponse:
    """Remembers that a row is not a problem. Only what stands in the queue, for who may mend it, can be dismissed."""
    kind = get_kind(request, name)
    if kind.must_be_answered:
        raise Http404(gettext("What members ask for is answered, not dismissed."))
    row = next((row for row in load_rows(request, kind) if row.key == request.POST.get("key")), None)
    if row is None:
        messages.warning(
            request, gettext("This row is not in the queue any more: it was mended or dismissed meanwhile.")
        )
        return go_back(request)
    Dismissal.objects.get_or_create(kind=kind.name, key=row.key, defaults={"created_by": request.user})
    text = format_html(
        'Not shown again: {}. <a href="{}">Show it again</a>', row.title, reverse("admin:review_dismissed")
    )
    messages.success(request, text)
    return go_back(request)


@require_safe
def dismissed_page(request: HttpRequest) -> HttpResponse:
    """What was called “not a problem”, the last first, as far as its kind may be mended by who asks."""
    kinds = kinds_for(request.user)
    if not kinds:
        raise PermissionDenied
    dismissals = Dismissal.objects.filter(kind__in=[kind.name for kind in kinds]).select_related("created_by")
    page = Paginator(dismissals, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render_page(
        request, "admin/labsite/review_dismissed.html", title=gettext("Not a problem"), page=page, rows=describe(page)
    )


class ShowAgainForm(forms.Form):
    dismissal = forms.ModelChoiceField(Dismissal.objects.all())


@require_POST
def show_again(request: HttpRequest) -> HttpResponse:
    """Takes a dismissal back: the row stands in the queue again if it still applies."""
    form = ShowAgainForm(request.POST)
    if not form.is_valid():
        messages.warning(request, gettext("This was taken back already."))
        return go_back(request)
    dismissal = form.cleaned_data["dismissal"]
    get_kind(request, dismissal.kind)
    dismissal.delete()
    messages.success(request, gettext("It stands in the review queue again, if it still applies."))
    return go_back(request)


class AnswerForm(forms.Form):
    authorship = forms.ModelChoiceField(Authorship.objects.all())
    answer = forms.ChoiceField(choices=[("yes", _("Yes")), ("no", _("No"))])


def read_people(request: HttpRequest) -> list[Person]:
    """The people that were posted, in that order; whoever is not here is left out."""
    keys = [key for text in request.POST.getlist("people") if (key := read_key(text))]
    found = Person.objects.in_bulk(keys)
    return [found[key] for key in keys if key in found]


@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """“Yes, it is …” and “No, somebody else” for one name on one paper."""
    get_kind(request, "authors")
    form, people = AnswerForm(request.POST), read_people(request)
    is_them = request.POST.get("answer") == "yes"
    if not form.is_valid() or not people or (is_them and len(people) > 1):
        messages.warning(request, gettext("This author or person is not here any more: nothing was changed."))
        return go_back(request)
    row = form.cleaned_data["authorship"]
    if not may_change(request, row):
        raise PermissionDenied
    try:
        row = confirm(row.pk, people[0]) if is_them else refuse(row.pk, people)
    except DecidedMeanwhile as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(request, answered(row, people, is_them))
    return go_back(request)


def answered(row: Authorship, people: list[Person], is_them: bool) -> str:
    """What was written, and where it can be changed."""
    names = " or ".join(person.name for person in people)
    verb = gettext("is linked to") if is_them else gettext("is not")
    return format_html(
        '“{}” on “{}” {} {}. <a href="{}">Change that</a>',
        row.printed_name, row.publication.title, verb, names, change_url(row, "id_person"),
    )  # fmt: skip
