"""“Bring a site in”: upload it, look at what would be done, decide, apply, take back. Old addresses and documents."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import get_valid_filename
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from labsite.lib.conflicts.guarding import GuardedAdmin
from labsite.lib.conflicts.repeats import claim_form, new_form_key
from labsite.lib.plain import PlainMixin
from labsite.lib.questions import read_key
from labsite.models import OldPath, SiteImport
from labsite.site_import.archives import BadArchive, look_through, uploads
from labsite.site_import.reading import KINDS
from labsite.site_import.showing import Shown, dressed
from labsite.site_import.undoing import UNDOABLE
from labsite.site_import.work import OWN_KIND, UNFINISHED, forget_plan, forget_upload, start_worker

PER_PAGE = 50
LARGEST_UPLOAD = 100 * 2**20  # bytes, as of every upload; the command takes more
State = SiteImport.State
# Whoever brings a site in adds to all of these.
NEEDED = (
    "labsite.add_siteimport", "people.add_person", "publications.add_publication", "activities.add_newsitem",
    "labsite.add_page", "labsite.change_labprofile",
)  # fmt: skip


class UploadForm(forms.Form):
    """A packed site, and how it is to come in."""

    file = forms.FileField(
        label=_("The site as a ZIP file"),
        help_text=_("The folder of its sources, e.g. GitHub's “Download ZIP”. Up to 100 MB; the command takes more."),
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
    )
    kind = forms.ChoiceField(
        label=_("Template"), initial="auto", required=False,
        choices=[("auto", _("Find out")), *((kind, SiteImport.Template(kind).label) for kind in KINDS)],
    )  # fmt: skip
    drafts = forms.BooleanField(
        label=_("Everything new becomes a draft"), required=False,
        help_text=_("Otherwise what was public on the site is public here."),
    )  # fmt: skip

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_UPLOAD:
            raise forms.ValidationError(gettext("The file has more than 100 MB: use the command import_site."))
        return file


@admin.register(SiteImport)
class SiteImportAdmin(admin.ModelAdmin):
    """Imports of sites are made by their own pages; what they did is never edited."""

    list_display = ["name", "kind", "created_at", "created_by", "state"]
    list_filter = ["state", "kind"]
    list_select_related = ["created_by"]
    search_fields = ["name", "site"]
    change_list_template = "admin/labsite/siteimport/change_list.html"

    class Media:
        css = {"all": ["labsite/admin/imports.css"]}

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("report", "effect", "options")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": gettext("Sites brought in"), **(extra_context or {})})

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request)  # a report says what nobody else may read: addresses, drafts

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(NEEDED)

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:key>/decide/", wrap(require_POST(self.decide_view)), name="labsite_siteimport_decide"),
            path("<int:key>/undo/", wrap(require_POST(self.undo_view)), name="labsite_siteimport_undo"),
            path("<int:key>/drop/", wrap(require_POST(self.drop_view)), name="labsite_siteimport_drop"),
            *super().get_urls(),
        ]

    # Uploading

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        self._require_permission(request)
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            claim = claim_form(request)
            if claim.is_repeated:  # “Read” was pressed twice: the first press made the import
                name = "change" if claim.record else "changelist"
                keys = [claim.record] if claim.record else []
                return HttpResponseRedirect(reverse(f"admin:labsite_siteimport_{name}", args=keys))
            try:
                batch = self._store(request, form.cleaned_data)
            except BadArchive as error:
                claim.drop()
                form.add_error("file", str(error))
            else:
                claim.note(batch.pk)
                start_worker()
                return HttpResponseRedirect(self._address(batch))
        context = {
            "title": gettext("Bring a site in"), "form": form, "media": self.media,
            "form_key": request.POST.get("form_key") or new_form_key(),
        }  # fmt: skip
        response = self._page(request, "add", context)
        response.status_code = 422 if form.errors else 200
        return response

    def _store(self, request: HttpRequest, data: dict[str, Any]) -> SiteImport:
        """Keeps an upload under a name of ours until it is applied. Raises `BadArchive`; then nothing is kept."""
        name = f"{uuid.uuid4().hex}.zip"
        target = uploads() / name
        try:
            with target.open("xb") as file:
                for piece in data["file"].chunks():
                    file.write(piece)
            look_through(target)
            return SiteImport.objects.create(
                name=get_valid_filename(data["file"].name)[:200], source=name, created_by=request.user,
                options={"kind": data["kind"] or "auto", "drafts": data["drafts"]},
            )  # fmt: skip
        except BaseException:
            target.unlink(missing_ok=True)
            raise

    # The plan, and what became of it

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        self._require_permission(request)
        key = read_key(object_id)
        if key is None:
            raise Http404
        batch = get_object_or_404(SiteImport.objects.select_related("papers"), pk=key)
        if batch.state in UNFINISHED and (batch.source or batch.state == State.UNDOING):
            return self._progress(request, batch)
        shown = Shown(batch.report, request.GET.get("show", ""))
        rows = Paginator(shown.rows, PER_PAGE).get_page(request.GET.get("p"))
        is_own = batch.kind == OWN_KIND
        context = {
            "title": str(batch), "batch": batch, "shown": shown, "page": rows, "media": self.media,
            "records": dressed(list(rows)) if shown.is_of_records else [], "is_own": is_own,
            "is_planned": batch.state == State.PLANNED, "query": request.GET.urlencode(),
            "undone": batch.effect.get("undone"), "may_undo": bool(batch.effect) and batch.state in UNDOABLE,
        }  # fmt: skip
        return self._page(request, "plan", context)

    def _progress(self, request: HttpRequest, batch: SiteImport) -> HttpResponse:
        """A page that asks again by itself, also without JavaScript; a worker that is gone is replaced."""
        start_worker()
        batch.refresh_from_db(fields=["state"])
        if batch.state not in UNFINISHED:
            return HttpResponseRedirect(self._address(batch))
        response = self._page(request, "progress", {"title": str(batch), "batch": batch, "media": self.media})
        response.headers["Refresh"] = "2"
        return response

    def decide_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Keeps who is whom, which makes the plan anew; or applies the plan as it was shown, if nothing was chosen."""
        self._require_permission(request)
        batch = get_object_or_404(SiteImport, pk=key)
        before = batch.options.get("people") or {}
        chosen = {
            name.removeprefix("person-"): value.strip()[:80]
            for name, value in request.POST.items()
            if name.startswith("person-")
        }
        people = {name: value for name, value in {**before, **chosen}.items() if value}
        if people != before:
            state = {"state": State.READING}
            if "apply" in request.POST:
                words = gettext("The plan was made anew with what you chose. Look at it, then bring the site in.")
                self.message_user(request, words, messages.WARNING)
        elif "apply" in request.POST:
            state = {"state": State.APPLYING, "asked_by": request.user}
        else:
            self.message_user(request, gettext("Nothing was chosen."), messages.WARNING)
            return HttpResponseRedirect(f"{self._address(batch)}?{request.POST.get('query', '')[:200]}")
        waiting = SiteImport.objects.filter(pk=batch.pk, state=State.PLANNED)
        if not waiting.update(**state, options={**batch.options, "people": people}, working_until=None):
            self.message_user(request, gettext("This import is applied already, or was given up."), messages.WARNING)
        start_worker()
        return HttpResponseRedirect(self._address(batch))

    def undo_view(self, request: HttpRequest, key: int) -> HttpResponse:
        self._require_permission(request)
        if not request.user.has_perms(["people.delete_person", "publications.delete_publication"]):
            raise PermissionDenied
        batch = get_object_or_404(SiteImport, pk=key)
        open_ones = SiteImport.objects.filter(pk=key, state__in=UNDOABLE).exclude(effect={})
        if not open_ones.update(state=State.UNDOING, working_until=None, asked_by=request.user):
            self.message_user(request, gettext("There is nothing to take back."), messages.WARNING)
        start_worker()
        return HttpResponseRedirect(self._address(batch))

    def drop_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Gives a plan up: the uploaded file goes, and everything that was planned and decided."""
        self._require_permission(request)
        batch = get_object_or_404(SiteImport, pk=key)
        if SiteImport.objects.filter(pk=key, state=State.PLANNED).update(
            state=State.FAILED, problem=gettext("It was given up."), report={}, options={}
        ):
            forget_upload(batch)
            forget_plan(batch)
        return HttpResponseRedirect(reverse("admin:labsite_siteimport_changelist"))

    # Pieces

    def _require_permission(self, request: HttpRequest) -> None:
        if not self.has_add_permission(request):
            raise PermissionDenied

    def _address(self, batch: SiteImport) -> str:
        return reverse("admin:labsite_siteimport_change", args=[batch.pk])

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> TemplateResponse:
        whole = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/labsite/siteimport/{name}.html", whole)


@admin.register(OldPath)
class OldPathAdmin(GuardedAdmin, PlainMixin, admin.ModelAdmin):
    """Addresses of a former site, and the one record or list that each leads to."""

    list_display = ["path", "target"]
    search_fields = ["path"]
    list_select_related = ["publication", "project", "page", "group", "news_item", "talk", "document", "topic"]
    autocomplete_fields = ["publication", "project", "page", "group", "news_item", "talk", "topic"]
    fields = ["path", "list_page", "publication", "project", "page", "group", "news_item", "talk", "topic"]

    @admin.display(description=_("leads to"))
    def target(self, old: OldPath) -> str:
        return str(old.target or old.get_list_page_display())
