"""The pages that merge two records and take a merge back. The admin wraps them: who is not staff signs in first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from labsite.lib.choosing import KeysSelect
from labsite.lib.questions import read_key
from labsite.merging import MERGEABLE, MergePlan, MergeRefused, merge, plan_merge, undo
from labsite.merging.people import FORMER, NAME_KIND, PUBLISHED
from labsite.merging.relations import relations_of
from labsite.models import Merge

PER_PAGE = 25
FACTS = {
    "people.organization": ("short_name", "place", "ror"),
    "people.person": ("native_name", "headline", "orcid"),
    "publications.publication": ("venue_tag", "get_kind_display"),
    "publications.venue": ("name", "get_kind_display"),
}
MOST_TOLD = 10  # conflicts in one message; the list of merges keeps all


def get_model(label: str) -> type[Model]:
    if label not in MERGEABLE:
        raise Http404(gettext("“%(label)s” is not a kind of record that can be merged.") % {"label": label})
    return apps.get_model(label)


def may_merge(request: HttpRequest, model: type[Model], *records: Model) -> bool:
    """Merging changes one record and deletes another: both permissions are needed, for both records."""
    own = admin.site.get_model_admin(model)
    return all(
        own.has_change_permission(request, record) and own.has_delete_permission(request, record)
        for record in records or (None,)
    )


def require(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied


def render_page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    return render(request, f"admin/labsite/{template}", {**admin.site.each_context(request), **context})


def change_address(record: Model) -> str:
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_change", args=[record.pk])


class PairForm(forms.Form):
    """The two records, chosen by typing a part of their names."""

    def __init__(self, model: type[Model], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The admin's search of a model is asked for through a column that points at it.
        column = next(each.field for each in relations_of(model) if not each.is_of_pairs)
        for name, label in (("kept", gettext("This one stays")), ("merged", gettext("This one becomes part of it"))):
            self.fields[name] = forms.ModelChoiceField(
                model._base_manager.all(),
                label=label,
                widget=KeysSelect(column, admin.site),
                error_messages={
                    "invalid_choice": gettext("That %(verbose_name)s is not there any more.")
                    % {"verbose_name": model._meta.verbose_name}
                },
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("kept") and cleaned.get("kept") == cleaned.get("merged"):
            self.add_error("merged", gettext("This is the same one: choose another."))
        return cleaned


@require_http_methods(["GET", "HEAD", "POST"])
def merge_page(request: HttpRequest, label: str) -> HttpResponse:
    """What merging `?kept=` and `?merged=` would do; without both, the choice of the two. POST merges them."""
    model = get_model(label)
    require(may_merge(request, model))
    keys = read_keys(request.POST if request.method == "POST" else request.GET)
    form = PairForm(model, keys) if len(keys) == 2 else PairForm(model, initial=keys)
    if not form.is_valid():
        return choose_pair(request, model, form)
    kept, merged = form.cleaned_data["kept"], form.cleaned_data["merged"]
    require(may_merge(request, model, kept, merged))
    if request.method == "POST":
        return carry_out(request, kept, merged)
    return show_plan(request, plan_merge(kept, merged))


def read_keys(data: QueryDict) -> dict[str, str]:
    """The keys that are asked for; what cannot be one counts as not given."""
    values = {name: data.get(name, "") for name in ("kept", "merged")}
    return {name: value for name, value in values.items() if read_key(value)}


def choose_pair(request: HttpRequest, model: type[Model], form: PairForm) -> HttpResponse:
    asked = [*form.data.values(), *form.initial.values()]
    gone = Merge.objects.filter(model=model._meta.label_lower, merged_id__in=asked, undone_at=None)
    return render_page(
        request,
        "merge_choose.html",
        title=gettext("Merge two %(kinds)s") % {"kinds": model._meta.verbose_name_plural},
        form=form,
        gone=gone,
        opts=model._meta,
        media=form.media,
    )


def show_plan(request: HttpRequest, plan: MergePlan, status: int = 200, error: str = "") -> HttpResponse:
    opts = plan.kept._meta
    page = reverse("admin:merge", args=[opts.label_lower])
    fates = ((gettext_noop("Stays"), plan.kept), (gettext_noop("Goes"), plan.merged))
    context = {
        "title": gettext("Merge two %(kinds)s") % {"kinds": opts.verbose_name_plural},
        "plan": plan,
        "error": error,
        "opts": opts,
        "records": [(fate, record, change_address(record), facts_of(record)) for fate, record in fates],
        "problems": [(problem.text, mend_address(problem.record)) for problem in plan.problems],
        "swap": f"{page}?kept={plan.merged.pk}&merged={plan.kept.pk}",
        "address": page,
        "asks_for_names": opts.label_lower == "people.person" and plan.kept.name != plan.merged.name,
        "name_kinds": [
            (PUBLISHED, gettext("another name: people and papers are found by it")),
            (FORMER, gettext("a former name: matched on, never shown, and its address leads nowhere")),
        ],
    }
    response = render_page(request, "merge.html", **context)
    response.status_code = status
    return response


def facts_of(record: Model) -> str:
    """What tells a record from another one of the same name, in a line."""
    texts = (getattr(record, name) for name in FACTS[record._meta.label_lower])
    return " · ".join(str(text() if callable(text) else text) for text in texts if text)


def mend_address(record: Model | None) -> str:
    """Where a problem is mended; empty where there is no such page."""
    try:
        return change_address(record) if record else ""
    except NoReverseMatch:
        return ""


def read_choices(request: HttpRequest, plan: MergePlan) -> dict[str, str]:
    """What the editor chose, column by column; what is no choice counts as none made."""
    names = [choice.name for choice in plan.columns if request.POST.get(f"choice-{choice.name}") in ("kept", "merged")]
    choices = {name: request.POST[f"choice-{name}"] for name in names}
    kind = request.POST.get("names", "")
    return {**choices, NAME_KIND: kind} if kind in (FORMER, PUBLISHED) else choices


def carry_out(request: HttpRequest, kept: Model, merged: Model) -> HttpResponse:
    """Merges, and goes to the page of the one that stayed; shows the plan again where that is refused."""
    plan = plan_merge(kept, merged)
    summary, goes = plan.summary, str(merged)
    try:
        # A form that does not say what its editor saw has seen nothing.
        done = merge(kept, merged, read_choices(request, plan), request.user, request.POST.get("seen") or "nothing")
    except MergeRefused as refusal:
        return show_refusal(request, kept, merged, str(refusal))
    message = format_html(
        '“{}” is part of “{}” now; {} moved. <a href="{}#merge-{}">Merges can be taken back here.</a>',
        goes, kept, summary, reverse("admin:merges"), done.pk,
    )  # fmt: skip
    messages.success(request, message)
    return HttpResponseRedirect(change_address(kept))


def show_refusal(request: HttpRequest, kept: Model, merged: Model, reason: str) -> HttpResponse:
    """The plan as it is now, with why it was refused; the list of merges where one of the two is gone."""
    rows = {row.pk: row for row in type(kept)._base_manager.filter(pk__in=(kept.pk, merged.pk))}
    if len(rows) == 2:
        return show_plan(request, plan_merge(rows[kept.pk], rows[merged.pk]), status=409, error=reason)
    messages.error(request, reason)
    return HttpResponseRedirect(reverse("admin:merges"))


@require_safe
def merges_page(request: HttpRequest) -> HttpResponse:
    """Every merge of what this account may merge, newest first, each with “Take back”."""
    labels = [label for label in sorted(MERGEABLE) if may_merge(request, apps.get_model(label))]
    require(bool(labels))
    merges = Merge.objects.filter(model__in=labels).select_related("created_by").defer("effect")
    page = Paginator(merges, PER_PAGE).get_page(request.GET.get("page"))
    kinds = {label: apps.get_model(label)._meta.verbose_name for label in labels}
    rows = [(each, kinds[each.model], conflicts) for each, conflicts in zip(page, conflicts_of(page), strict=True)]
    starts = [
        (apps.get_model(label)._meta.verbose_name_plural, reverse("admin:merge", args=[label])) for label in labels
    ]
    return render_page(request, "merges.html", title=gettext("Merged records"), page=page, rows=rows, starts=starts)


def conflicts_of(merges: Any) -> list[list[str]]:
    """What could not be put back when each of these was taken back. One query, which leaves the rest of it unread."""
    told = dict(Merge.objects.filter(pk__in=[each.pk for each in merges]).values_list("pk", "effect__conflicts"))
    return [told[each.pk] or [] for each in merges]


@require_POST
def undo_page(request: HttpRequest, key: int) -> HttpResponse:
    """Takes one merge back."""
    done = get_object_or_404(Merge.objects.defer("effect"), pk=key)
    require(may_merge(request, get_model(done.model)))
    try:
        conflicts = undo(done, request.user)
    except MergeRefused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("admin:merges"))
    messages.success(
        request,
        gettext("“%(merged_name)s” is back, and parted from “%(kept_name)s”.")
        % {"merged_name": done.merged_name, "kept_name": done.kept_name},
    )
    for conflict in conflicts[:MOST_TOLD]:
        messages.warning(request, conflict)
    return HttpResponseRedirect(reverse("admin:merges"))
