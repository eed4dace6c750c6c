"""A report as PDF, typeset by typst. The template prints data and runs none of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from activities.reporting.sections import Cell, Link, Report, Section
from labsite.lib.typesetting import compile_pdf

TEMPLATE = Path(__file__).parent / "report.typ"


def write_pdf(report: Report, root: str, language: str) -> bytes:
    """The PDF. `root` goes before the addresses of this site; `language` decides the shapes of signs."""
    return compile_pdf(TEMPLATE, report_data(report, root), language=language)


def report_data(report: Report, root: str) -> dict[str, Any]:
    """What the template reads, as JSON can hold it."""
    return {
        "title": report.title,
        "lab": report.lab,
        "organization": report.organization,
        "facts": facts_of(report),
        "summary_title": _("Summary"),
        "summary_columns": [_("Section"), pgettext("how many", "Number"), _("Remark")],
        "summary": [
            {"label": line.label, "count": str(line.count), "is_part": line.is_part, "note": line.note, "key": line.key}
            for line in report.summary
        ],
        "filled": [section.key for section in report.filled],
        "sections": [section_data(section, root) for section in report.filled],
        "rules_title": _("How this report counts"),
        "rules": [*report.remarks],
        "page": _("Page %(page)s of %(pages)s"),
    }


def facts_of(report: Report) -> list[tuple[str, str]]:
    """What the report is about, as (term, text)."""
    facts = [
        (_("Period"), report.period),
        (_("Groups"), report.groups),
        (_("Made on"), report.made_on),
        (_("References"), report.style),
    ]
    return [(term, text) for term, text in facts if text]


def section_data(section: Section, root: str) -> dict[str, Any]:
    data: dict[str, Any] = {
        "key": section.key,
        "title": section.title,
        "rule": section.rule,
        "count": str(section.count),
    }
    if section.sums:
        data["sums"] = _("Total: %(sums)s") % {"sums": "; ".join(section.sums)}
    if section.is_bibliography:
        data["groups"] = [
            {"heading": heading, "count": str(len(rows)), "rows": [
                {"link": link_data(link, root), "marks": list(marks)} for link, marks in rows
            ]}
            for heading, rows in section.groups
        ]  # fmt: skip
        return data
    data["columns"] = [column.label for column in section.printed_columns]
    data["rows"] = [[cell_data(cell, root) for column, cell in row] for row in section.printed_rows]
    return data


def cell_data(cell: Cell, root: str) -> dict[str, Any]:
    return {"links": [link_data(link, root) for link in cell.links], "note": cell.note}


def link_data(link: Link, root: str) -> dict[str, str]:
    return {"text": link.text, "address": absolute(link.address, root), "note": link.note}


def absolute(address: str, root: str) -> str:
    """A path of this site with the site in front; other addresses as they are."""
    return f"{root}{address}" if address.startswith("/") else address
