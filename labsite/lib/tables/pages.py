"""The admin's table pages: export of what a list shows, import with a preview, an empty table to begin with."""

from __future__ import annotations

import os.path
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from import_export.admin import ImportExportMixin
from tablib import Dataset

from labsite.lib.locks import RECORDS, hold_lock
from labsite.lib.questions import printable
from labsite.lib.tables.files import FORMATS, FileRefused, read_table
from labsite.lib.tables.forms import ConfirmForm, ExportForm, ImportForm, sign
from labsite.lib.tables.plan import Plan
from labsite.lib.tables.resource import TableResource
from labsite.lib.tables.waiting import drop, fetch, keep

MOST_SHOWN = 500  # rows of each kind on the preview page


class TableAdmin(ImportExportMixin):
    """Adds “Import” and “Export” to a list, and “Export the chosen ones” to its actions.

    Export needs the permission to change the records; import to add and to change them.
    """

    table: ClassVar[type[TableResource]]
    names_organizations = False
    export_template_name = "admin/import_export/export.html"
    import_template_name = "admin/import_export/import.html"

    @property
    def resource_classes(self) -> list[type[TableResource]]:
        return [self.table]

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request) and self.has_change_permission(request)

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_export_permission(request)

    def sees_private(self, request: HttpRequest) -> bool:
        """Whether private columns may be exported and imported by this account."""
        return False

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.template_view)
        name = "{}_{}_table_template".format(*self.get_model_info())
        return [path("import/template.<str:extension>", view, name=name), *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        if "_popup" not in request.GET and self.has_export_permission(request):
            actions["export_chosen"] = self.get_action("export_chosen")
        return actions

    def address(self, name: str) -> str:
        return reverse("{}:{}_{}_{}".format(self.admin_site.name, *self.get_model_info(), name))

    def page(self, request: HttpRequest, template: str, title: str, **context: Any) -> TemplateResponse:
        request.current_app = self.admin_site.name
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return TemplateResponse(request, template, {**shared, **context})

    # Export

    @admin.action(description="Export the chosen ones as a table", permissions=["export"])
    def export_chosen(self, request: HttpRequest, queryset: models.QuerySet) -> HttpResponse:
        chosen = list(queryset.values_list("pk", flat=True))
        form = self.export_form(request, initial={"chosen": ",".join(map(str, chosen))})
        return self.export_page(request, form, len(chosen), is_chosen=True)

    def export_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> ExportForm:
        has_private = self.sees_private(request) and any(column.private for column in self.table.fields.values())
        return ExportForm(*args, has_private=has_private, **kwargs)

    def export_page(self, request: HttpRequest, form: ExportForm, count: int, *, is_chosen: bool) -> HttpResponse:
        columns = self.table(sees_private=self.sees_private(request)).fields.values()
        action = self.address("export") + ("" if is_chosen else f"?{request.GET.urlencode()}")
        return self.page(
            request, self.export_template_name, f"Export {self.opts.verbose_name_plural}",
            form=form, count=count, is_chosen=is_chosen, columns=columns, action=action,
        )  # fmt: skip

    def export_action(self, request: HttpRequest) -> HttpResponse:
        """What the list shows with its search and filters, or the chosen rows, as a file."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        try:
            queryset = self.get_export_queryset(request)
        except IncorrectLookupParameters:
            messages.error(request, "A filter of the list is not known: choose the filters again.")
            return HttpResponseRedirect(self.address("changelist"))
        form = self.export_form(request, request.POST or None, initial={"format": FORMATS[0].extension})
        if not form.is_valid():
            return self.export_page(request, form, queryset.count(), is_chosen=False)
        if form.cleaned_data["chosen"]:
            queryset = self.get_queryset(request).filter(pk__in=form.cleaned_data["chosen"])
        table = self.table(sees_private=form.cleaned_data.get("private", False))
        try:
            return self.file_response(form.cleaned_data["format"], table.export(queryset), table.file_name)
        except FileRefused as refusal:
            messages.error(request, str(refusal))
            return self.export_page(request, form, queryset.count(), is_chosen=False)

    def file_response(self, extension: str, data: Dataset, name: str) -> HttpResponse:
        writer = next(each() for each in FORMATS if each.extension == extension)
        response = HttpResponse(writer.export_data(data), content_type=writer.content_type)
        response["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate()}.{extension}"'
        return response

    def template_view(self, request: HttpRequest, extension: str) -> HttpResponse:
        """An empty table with one line as an example."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        if extension not in [each.extension for each in FORMATS]:
            raise Http404
        table = self.table(sees_private=self.sees_private(request))
        return self.file_response(extension, table.template(), f"{table.file_name}-template")

    # Import

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The upload, and after it the preview."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None, names_organizations=self.names_organizations)
        if not form.is_valid():
            return self.upload_page(request, form)
        file = form.cleaned_data["file"]
        upload = {
            "subject": self.subject(request),
            "file": keep(b"".join(file.chunks())),
            "name": printable(os.path.basename(file.name)),
            "empties": form.cleaned_data["empties"],
            "makes_organizations": form.cleaned_data.get("makes_organizations", False),
        }
        try:
            return self.preview_page(request, upload)
        except FileRefused as refusal:
            drop(upload["file"])
            form.add_error("file", str(refusal))
            return self.upload_page(request, form)

    def subject(self, request: HttpRequest) -> str:
        return f"{self.opts.label_lower} {request.user.pk}"

    def upload_page(self, request: HttpRequest, form: ImportForm) -> HttpResponse:
        columns = self.table(sees_private=self.sees_private(request)).fields.values()
        links = [(each.title, self.address("import") + f"template.{each.extension}") for each in FORMATS]
        title = f"Import {self.opts.verbose_name_plural}"
        return self.page(request, self.import_template_name, title, form=form, columns=columns, templates=links)

    def open_table(self, request: HttpRequest, upload: dict[str, Any]) -> TableResource:
        options = {name: upload[name] for name in ("empties", "makes_organizations")}
        return self.table(sees_private=self.sees_private(request), **options)

    def preview_page(self, request: HttpRequest, upload: dict[str, Any]) -> HttpResponse:
        table = self.open_table(request, upload)
        data = fetch(upload["file"])
        if data is None:
            raise FileRefused("The uploaded file is no longer here: upload it again.")
        sheet = read_table(data, table.knows)
        plan = table.plan(sheet)
        form = ConfirmForm(initial={"token": sign({**upload, "digest": plan.digest})}, subject=self.subject(request))
        notes = sheet.notes + ([f"Ignored columns: {', '.join(table.ignored)}."] if table.ignored else [])
        return self.page(
            request, self.import_template_name, f"Preview of {upload['name']}",
            confirm_form=form, plan=plan, sections=sections(plan), notes=notes, confirm=self.address("process_import"),
            upload_address=self.address("import"), most_shown=MOST_SHOWN,
        )  # fmt: skip

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Writes what the preview showed, in one transaction; shows it again where it is something else by now."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        return require_POST(self.confirm)(request)

    def confirm(self, request: HttpRequest) -> HttpResponse:
        form = ConfirmForm(request.POST, subject=self.subject(request))
        if not form.is_valid():
            messages.error(request, " ".join(text for texts in form.errors.values() for text in texts))
            return HttpResponseRedirect(self.address("import"))
        upload = form.cleaned_data["token"]
        try:
            return self.write(request, upload, without_refused=form.cleaned_data["without_refused"])
        except FileRefused as refusal:
            messages.error(request, str(refusal))
        except DatabaseError:
            messages.error(request, "The database refused the table, so nothing was saved: import it again.")
        return HttpResponseRedirect(self.address("import"))

    def write(self, request: HttpRequest, upload: dict[str, Any], *, without_refused: bool) -> HttpResponse:
        data = fetch(upload["file"])
        if data is None:
            raise FileRefused("The uploaded file is no longer here: it was imported already, or upload it again.")
        table = self.open_table(request, upload)
        sheet = read_table(data, table.knows)
        with transaction.atomic():
            # One import of a table at a time: two of one file would both add what neither has.
            hold_lock(RECORDS)
            plan, same = table.apply(
                sheet,
                reason=f"Imported from {upload['name']}",
                digest=upload["digest"],
                without_refused=without_refused,
            )
        if not same:
            messages.warning(request, why_not(plan, upload["digest"]))
            return self.preview_page(request, upload)
        drop(upload["file"])
        messages.success(request, summary(plan))
        return HttpResponseRedirect(self.address("changelist"))


def why_not(plan: Plan, digest: str) -> str:
    if plan.digest != digest:
        return "Nothing was saved: records were changed since you saw the preview. Look at it again, as it is now."
    return "Nothing was saved, for rows are refused: mend them and upload the file again, or tick the box below."


def summary(plan: Plan) -> str:
    counts = [(len(plan.new), "new"), (len(plan.changed), "changed"), (len(plan.unchanged), "unchanged")]
    words = ", ".join(f"{count} {word}" for count, word in counts)
    refused = f" {len(plan.refused)} refused rows were left out." if plan.refused else ""
    return f"Imported: {words}.{refused}"


def sections(plan: Plan) -> list[dict[str, Any]]:
    """What the preview lists, refused rows first: those are what somebody has to do something about."""
    kinds = [("refused", "Refused", plan.refused), ("new", "New", plan.new), ("changed", "Changed", plan.changed)]
    return [
        {"kind": kind, "title": title, "count": len(rows), "rows": rows[:MOST_SHOWN], "more": len(rows) - MOST_SHOWN}
        for kind, title, rows in kinds
        if rows
    ]
