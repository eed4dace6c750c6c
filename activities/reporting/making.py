"""A report, made from the record in a fixed number of queries. Everything in it is public on the site already."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities.reporting.events import awards_section, grants_section, services_section, talks_section, works_section
from activities.reporting.people import graduated_section, load_memberships, mentorship_sections, people_sections
from activities.reporting.publications import MOST_STYLED, distinctions_section, load_papers, publications_section
from activities.reporting.scope import Scope
from activities.reporting.sections import Report, Section
from activities.reporting.selection import ReportSelection
from labsite.lib.dates import PartialDate
from publications.formats.references import STYLES

# In the order of the report; the keys are those of `report.csv?section=`.
SECTIONS = (
    "publications", "distinctions", "awards", "grants", "members", "joined", "changed", "left", "graduated", "talks",
    "services", "mentorships-begun", "mentorships-ended", "works",
)  # fmt: skip


def make_report(
    selection: ReportSelection,
    *,
    lab: str,
    organization: str,
    root: str,
    today: datetime.date,
    is_typeset: bool = False,
) -> Report:
    """The report that is asked for. `root` is the site's address without a slash. Raises `TooManyPapers`: sooner if
    it `is_typeset`.

    The number of queries is fixed. Takes up to some seconds, most of them for references.
    """
    scope = Scope(selection.period, selection.groups)
    papers = load_papers(scope, is_typeset=is_typeset)
    memberships = load_memberships(scope)
    sections = [
        publications_section(scope, papers, selection.style, root),
        distinctions_section(papers),
        awards_section(scope),
        grants_section(scope),
        *people_sections(scope, memberships),
        graduated_section(scope, memberships),
        talks_section(scope),
        services_section(scope),
        *mentorship_sections(scope),
        works_section(scope),
    ]
    return Report(
        title=_("Report %(period)s") % {"period": selection.period.text},
        lab=lab,
        organization=organization,
        period=selection.period.text,
        groups=", ".join(group.name for group in selection.groups) or _("Whole lab"),
        made_on=PartialDate(today.isoformat()).display(),
        style=STYLES[selection.style][0] if len(papers) <= MOST_STYLED else "",
        sections=sections,
        remarks=remarks_on(sections, len(papers)),
    )


def remarks_on(sections: list[Section], papers: int) -> list[str]:
    """What a reader has to know of the whole: what was left out, and how references are printed."""
    remarks = [
        _("It is made from what this site shows to everyone on the day it was made. A date known only to the month or "
          "the year counts for every day that it can mean; periods are inclusive at both ends."),
    ]  # fmt: skip
    left_out = [
        ngettext("%(count)s under “%(section)s”", "%(count)s under “%(section)s”", section.undated)
        % {"count": section.undated, "section": section.title}
        for section in sections
        if section.undated
    ]
    if left_out:
        remarks.append(_("Not counted for want of a date: %(list)s.") % {"list": ", ".join(left_out)})
    if papers > MOST_STYLED:
        words = _("References are printed in a plain form: there are more than %(most)s of them.")
        remarks.append(words % {"most": MOST_STYLED})
    return remarks
