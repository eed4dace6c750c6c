"""What the lab did in a period, as a page and as files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from activities.reporting.documents import write_docx
from activities.reporting.making import SECTIONS, make_report
from activities.reporting.publications import TooManyPapers
from activities.reporting.sections import Report
from activities.reporting.selection import ReportSelection, read_report_selection
from activities.reporting.spreadsheets import write_archive, write_csv, write_xlsx
from activities.reporting.typeset import write_pdf
from labsite.context import load_lab_profile
from labsite.lib.questions import printable
from labsite.lib.text import make_slug
from labsite.lib.web import attachment, plain_addresses, refusal, site_root
from labsite.models import LabProfile
from publications.formats.references import STYLES


@dataclass(frozen=True)
class Form:
    """A kind of file: what it is for visitors, and what writes it from a report, the site's address and a language."""

    label: str
    content_type: str
    write: Callable[[Report, str, str], bytes]


FORMS = {
    "docx": Form(
        "Word", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", write_docx
    ),
    "pdf": Form("PDF", "application/pdf", write_pdf),
    "xlsx": Form("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
    "zip": Form("CSV", "application/zip", write_archive),
}  # fmt: skip


@never_cache
@login_required
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """The report of `?from= until= group= style=`. For anyone with an account: it is public, but it costs."""
    today = timezone.localdate()
    selection = read_report_selection(request.GET, today)
    lab = load_lab_profile()
    made = make_or_explain(request, selection, lab)
    context = {
        "lab": lab,
        "section": "report",
        "selection": selection,
        "report": made,
        "quick": selection.quick(today),
        "styles": [(value, label, value == selection.style) for value, (label, file) in STYLES.items()],
        "forms": [(ending, form.label) for ending, form in FORMS.items()],
    }
    return render(request, "activities/report.html", context)


@never_cache
@login_required
@require_safe
def report_file(request: HttpRequest, ending: str) -> HttpResponse:
    """The same report as a file. What is wrong with the question is said in words, with status 400."""
    if ending != "csv" and ending not in FORMS:
        raise Http404
    if ending == "csv":
        with plain_addresses():  # programs read it: it is the same in every language
            return csv_file(request)
    selection = read_report_selection(request.GET, timezone.localdate())
    made = make_or_explain(request, selection, load_lab_profile(), is_typeset=ending == "pdf")
    if made is None:
        return refusal(selection.problems)
    form = FORMS[ending]
    content = form.write(made, site_root(request), get_language())
    return attachment(content, form.content_type, f"{lab_slug(made)}-{selection.slug}.{ending}")


def csv_file(request: HttpRequest) -> HttpResponse:
    """One section, `?section=`, or the summary where none is named."""
    selection = read_report_selection(request.GET, timezone.localdate())
    key = request.GET.get("section", "") or "summary"
    if key not in ("summary", *SECTIONS):
        words = _("There is no section “%(section)s”: use %(sections)s.")
        selection.problems.append(words % {"section": printable(key), "sections": ", ".join(["summary", *SECTIONS])})
    made = make_or_explain(request, selection, load_lab_profile())
    if made is None:
        return refusal(selection.problems)
    content = write_csv(made, key, site_root(request))
    name = f"{lab_slug(made)}-{selection.slug}-{key}.csv"
    return attachment(content, "text/csv; charset=utf-8", name)


def make_or_explain(
    request: HttpRequest, selection: ReportSelection, lab: LabProfile, *, is_typeset: bool = False
) -> Report | None:
    """The report; None where something is wrong with the question, which `selection.problems` then say."""
    if selection.problems:
        return None
    organization = lab.organization.name if lab.organization else ""
    try:
        return make_report(
            selection,
            lab=lab.name,
            organization=organization,
            root=site_root(request),
            today=timezone.localdate(),
            is_typeset=is_typeset,
        )
    except TooManyPapers as error:
        selection.problems.append(str(error))
        return None


def lab_slug(made: Report) -> str:
    return make_slug(made.lab, "lab")[:60]
