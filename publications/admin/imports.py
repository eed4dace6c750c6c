"""“Add publications”: paste or upload, look at the plan, decide, apply, take back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from labsite.lib.conflicts.repeats import Claim, claim_form, new_form_key
from labsite.lib.questions import read_key
from labsite.lib.text import clean_text
from people.models import Person
from publications.importing.deciding import decide_rows
from publications.importing.inputs import ImportProblem, pieces_of, store_input
from publications.importing.leases import UNFINISHED
from publications.importing.runs import begin_import, begin_leftovers, start_applying, work
from publications.importing.showing import Tabs, show_entries
from publications.importing.syncing import sources_of
from publications.importing.undoing import AlreadyUndone, count_undone, start_undoing
from publications.importing.worker import start_worker
from publications.models import Import, ImportEntry, Venue

PER_PAGE = 25
SMALL = 300_000  # bytes that are read while the editor waits
FEW = 300  # entries that are applied or taken back while the editor waits
MOST_SUGGESTED = 3_000  # people and venues in the lists that fields suggest


class AddForm(forms.Form):
    """What to bring in: text, or a file."""

    text = forms.CharField(
        label=_("Paste here"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false", "autofocus": True}),
        help_text=_("BibTeX, RIS or CSL-JSON, or DOIs, arXiv and OpenReview addresses, one a line. Mixed is fine."),
    )
    file = forms.FileField(
        label=_("or choose a file"), required=False, help_text=_("A .bib, .ris or .json file, up to 100 MB.")
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and not (cleaned.get("text") or "").strip() and not cleaned.get("file"):
            raise forms.ValidationError(gettext("Paste entries or choose a file."))
        if (cleaned.get("text") or "").strip() and cleaned.get("file"):
            raise forms.ValidationError(gettext("Paste entries or choose a file, not both."))
        return cleaned


@admin.register(Import)
class ImportAdmin(admin.ModelAdmin):
    """Imports are made by their own pages; what they did is never edited."""

    list_display = ["name_or_origin", "created_at", "created_by", "state", "entry_count", "changed_count"]
    list_filter = ["state", "origin"]
    list_select_related = ["created_by"]
    search_fields = ["name"]
    list_display_links = ["name_or_origin"]

    class Media:
        css = {"all": ["labsite/admin/imports.css"]}

    def get_queryset(self, request: HttpRequest) -> Any:
        done = [ImportEntry.Result.CREATED, ImportEntry.Result.UPDATED]
        own = ImportEntry.objects.filter(batch=OuterRef("pk")).order_by()
        return (
            super().get_queryset(request).annotate(count=count_of(own), changed=count_of(own.filter(result__in=done)))
        )

    @admin.display(description=_("what"), ordering="name")
    def name_or_origin(self, batch: Import) -> str:
        return str(batch)

    @admin.display(description=_("entries"))
    def entry_count(self, batch: Import) -> int:
        return batch.count

    @admin.display(description=_("created or updated"))
    def changed_count(self, batch: Import) -> int:
        return batch.changed

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever brings publications in may add and change them."""
        user = request.user
        return super().has_add_permission(request) and user.has_perms(
            ["publications.add_publication", "publications.change_publication"]
        )

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:key>/decide/", wrap(require_POST(self.decide_view)), name="publications_import_decide"),
            path("<int:key>/undo/", wrap(require_POST(self.undo_view)), name="publications_import_undo"),
            path("<int:key>/rest/", wrap(require_POST(self.rest_view)), name="publications_import_rest"),
            path("sync/<int:key>/", wrap(self.sync_view), name="publications_import_sync"),
            *super().get_urls(),
        ]

    # Bringing in

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        self._require_permission(request)
        form = AddForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            claim = claim_form(request)
            if claim.is_repeated:  # “Read” was pressed twice: the first press made the import
                name = "change" if claim.record else "changelist"
                keys = [claim.record] if claim.record else []
                return HttpResponseRedirect(reverse(f"admin:publications_import_{name}", args=keys))
            try:
                return self._begin(request, form.cleaned_data, claim)
            except ImportProblem as error:
                claim.drop()
                form.add_error(None, str(error))
        context = {
            "title": gettext("Add publications"), "form": form, "media": self.media + form.media,
            "form_key": request.POST.get("form_key") or new_form_key(),
        }  # fmt: skip
        return self._page(request, "add", context)

    def _begin(self, request: HttpRequest, data: dict[str, Any], claim: Claim) -> HttpResponse:
        file = data.get("file")
        pieces = pieces_of(file) if file else [data["text"].encode("utf-8", "replace")]
        origin = Import.Origin.FILE if file else Import.Origin.PASTED
        source, size = store_input(pieces)
        batch = begin_import(
            origin, file.name if file else first_words(data["text"]), source, size=size, user=request.user
        )
        claim.note(batch.pk)
        self._carry_on(batch, is_small=size <= SMALL)
        return HttpResponseRedirect(self._address(batch))

    def _carry_on(self, batch: Import, *, is_small: bool) -> None:
        """Does it while the editor waits, if it is soon done; has a worker do it otherwise."""
        if is_small:
            work(batch.pk, may_wait=False)
        if Import.objects.filter(pk=batch.pk, state__in=UNFINISHED).exists():
            start_worker()

    def sync_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Asks a member's ORCID, DBLP or OpenAlex record for their works, and proposes a plan."""
        self._require_permission(request)
        person = get_object_or_404(Person.objects.prefetch_related("links"), pk=key)
        sources = sources_of(person)
        if request.method == "POST":
            chosen = next((each for each in sources if each.kind == request.POST.get("source")), None)
            if chosen is None:
                raise Http404
            name = gettext("%(label)s of %(person)s") % {"label": chosen.label, "person": person}
            batch = begin_import(
                Import.Origin.ONLINE, name, f"{chosen.kind} {chosen.address}", user=request.user, person=person
            )
            start_worker()
            return HttpResponseRedirect(self._address(batch))
        context = {
            "title": gettext("Publications of %(person)s") % {"person": person},
            "person": person,
            "sources": sources,
            "media": self.media,
        }
        return self._page(request, "sync", context)

    # The plan, and what became of it

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        self._require_permission(request)
        key = read_key(object_id)
        if key is None:
            raise Http404
        batch = get_object_or_404(Import, pk=key)
        if batch.state in UNFINISHED and not is_cut_off(batch):
            return self._progress(request, batch)
        tabs = Tabs(batch, request.GET.get("show", ""))
        rows = Paginator(tabs.rows, PER_PAGE).get_page(request.GET.get("p"))
        context = {
            "title": str(batch), "batch": batch, "tabs": tabs, "page": rows, "entries": show_entries(list(rows)),
            "media": self.media, "query": request.GET.urlencode(), "is_planned": batch.state == Import.State.PLANNED,
            "may_undo": tabs.changed and (batch.state in UNDOABLE or is_cut_off(batch)),
        }  # fmt: skip
        if context["is_planned"]:
            context |= suggestions()
        return self._page(request, "plan", context)

    def _progress(self, request: HttpRequest, batch: Import) -> HttpResponse:
        """A page that asks again by itself, also without JavaScript; a worker that is gone is replaced."""
        start_worker()
        total = batch.entries.count()
        percent = percent_done(batch, total)
        batch.refresh_from_db()
        if batch.state not in UNFINISHED:
            return HttpResponseRedirect(self._address(batch))
        context = {"title": str(batch), "batch": batch, "percent": percent, "total": total, "media": self.media}
        response = self._page(request, "progress", context)
        response.headers["Refresh"] = "2"
        return response

    def decide_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Keeps the choices made on one page of the plan, and applies the whole if that was asked."""
        self._require_permission(request)
        batch = get_object_or_404(Import, pk=key)
        shown = [pk for text in request.POST.getlist("entry")[:PER_PAGE] if (pk := read_key(text))]
        try:
            problems = decide_rows(batch, shown, request.POST)
        except ImportProblem as error:
            self.message_user(request, str(error), messages.WARNING)
            return HttpResponseRedirect(self._address(batch))
        for problem in problems:
            self.message_user(request, problem, messages.ERROR)
        if problems or "apply" not in request.POST:
            self.message_user(
                request, gettext("Your choices are kept.") if not problems else gettext("The other choices are kept.")
            )
            return HttpResponseRedirect(f"{self._address(batch)}?{request.POST.get('query', '')[:200]}")
        return self._apply(request, batch)

    def _apply(self, request: HttpRequest, batch: Import) -> HttpResponse:
        try:
            start_applying(batch, request.user)
        except ImportProblem as error:
            self.message_user(request, str(error), messages.WARNING)
        else:
            self._carry_on(batch, is_small=batch.entries.count() <= FEW)
        return HttpResponseRedirect(self._address(batch))

    def undo_view(self, request: HttpRequest, key: int) -> HttpResponse:
        self._require_permission(request)
        if not request.user.has_perm("publications.delete_publication"):
            raise PermissionDenied
        batch = get_object_or_404(Import, pk=key)
        try:
            start_undoing(batch.pk, request.user)
        except AlreadyUndone as error:
            self.message_user(request, str(error), messages.WARNING)
            return HttpResponseRedirect(self._address(batch))
        self._carry_on(batch, is_small=batch.entries.count() <= FEW)
        batch.refresh_from_db()
        if batch.state == Import.State.UNDONE:
            done = count_undone(batch)
            words = gettext("Taken back: %(deleted)s publications removed, %(restored)s changed back.") % {
                "deleted": done.deleted,
                "restored": done.restored,
            }
            kept = (
                gettext(" %(conflicts)s were edited since and kept: see below.") % {"conflicts": done.conflicts}
                if done.conflicts
                else ""
            )
            self.message_user(request, words + kept, messages.WARNING if kept else messages.SUCCESS)
        return HttpResponseRedirect(self._address(batch))

    def rest_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """What was left for a decision becomes a plan of its own."""
        self._require_permission(request)
        batch = get_object_or_404(Import, pk=key)
        try:
            batch = begin_leftovers(batch, request.user)
        except ImportProblem as error:
            self.message_user(request, str(error), messages.WARNING)
        return HttpResponseRedirect(self._address(batch))

    # Pieces

    def _require_permission(self, request: HttpRequest) -> None:
        if not self.has_add_permission(request):
            raise PermissionDenied

    def _address(self, batch: Import) -> str:
        return reverse("admin:publications_import_change", args=[batch.pk])

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> TemplateResponse:
        whole = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/publications/import/{name}.html", whole)


UNDOABLE = (Import.State.APPLIED, Import.State.FAILED)


def is_cut_off(batch: Import) -> bool:
    """Whether it is of a command, which carries itself on or was interrupted: no worker takes it."""
    return batch.origin == Import.Origin.COMMAND and batch.state == Import.State.APPLYING


def count_of(entries: Any) -> Any:
    """How many of `entries`, which refer to the import of the outer query."""
    counted = entries.values("batch").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)


def percent_done(batch: Import, total: int) -> int | None:
    """How far the import is; None where nothing says. One query at most."""
    if batch.state == Import.State.READING:
        return min(100, 100 * batch.read // batch.size) if batch.size else None
    if batch.state == Import.State.APPLYING:
        return 100 * batch.entries.exclude(result="").count() // (total or 1)
    return 100 * batch.entries.filter(effect__has_key="undone").count() // (total or 1)


def first_words(text: str) -> str:
    """The first line, to know a pasted input by."""
    return next((clean_text(line) for line in text.splitlines() if line.strip()), "")[:80]


def suggestions() -> dict[str, Any]:
    """People and venues for the fields in which somebody or something else is named. Two queries."""
    people = Person.objects.order_by("sort_key").values_list("name", "slug")[:MOST_SUGGESTED]
    venues = Venue.objects.order_by("short_name").values_list("name", "slug")[:MOST_SUGGESTED]
    return {"people": list(people), "venues": list(venues)}
