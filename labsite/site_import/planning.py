"""What bringing a site in would do, record by record. Writes nothing.

The same code plans for the page, the command and the application itself, which plans anew inside its transaction.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

from labsite.models import SiteOrigin
from labsite.site_import.old_paths import plan_lists
from labsite.site_import.other_rows import plan_groups, plan_lab, plan_news, plan_pages, plan_projects, plan_talks
from labsite.site_import.people_rows import plan_people
from labsite.site_import.records import Place, Problem, PublicationRecord, SiteContent
from labsite.site_import.rows import origin_key
from labsite.site_import.survey import Options, Survey, site_of
from publications.importing.planning import EntryPlan, Planner
from publications.models import Publication
from publications.records import SourceEntry

BATCH = 500


def plan_site(content: SiteContent, folder: Path, options: Options) -> Survey:
    """Plans everything but the publications. `folder` is where the site's files are."""
    survey = Survey(content, folder, options)
    report_repeated_keys(survey)
    plan_lab(survey)
    plan_groups(survey)
    plan_people(survey)
    plan_projects(survey)
    plan_talks(survey)
    plan_news(survey)
    plan_pages(survey)
    plan_lists(survey)
    return survey


def report_repeated_keys(survey: Survey) -> None:
    """Two records of one kind with one key: what names the key means the first."""
    content = survey.content
    for kind in ("people", "groups", "publications", "news", "talks", "projects", "pages"):
        seen: dict[str, Place] = {}
        for record in getattr(content, kind):
            first = seen.setdefault(record.key, record.place)
            if first is not record.place:
                survey.plan.problems.append(
                    Problem(record.place, f"“{record.key}” is the name of another record too ({first}): rename one.")
                )


def entries_of(content: SiteContent, options: Options) -> list[SourceEntry]:
    """The publications as the import of publications takes them; each says in which file and line it stands."""
    known = publications_of_before(content)
    return [
        replace(
            record.entry, line=record.place.line, label=label_of(record)[:200],
            is_draft=options.drafts or not record.is_published,
            known=known.get(origin_key("publications", record.key), 0),
        )
        for record in content.publications
    ]  # fmt: skip


def publications_of_before(content: SiteContent) -> dict[str, int]:
    """What publications of the site became when it was read before, by the key of their origin. One query."""
    label = Publication._meta.label_lower
    came = SiteOrigin.objects.filter(site=site_of(content), kind="publications", model=label)
    return dict(came.values_list("key", "record_id"))


def label_of(record: PublicationRecord) -> str:
    return f"{record.place}" if record.key == record.place.path else f"{record.place}: {record.key}"


def plan_publications(content: SiteContent, options: Options) -> list[EntryPlan]:
    """What the import of publications proposes for each, in order."""
    planner, plans = Planner(), []
    numbered = enumerate(entries_of(content, options), start=1)
    while chunk := list(islice(numbered, BATCH)):
        plans += planner.plan(chunk)
    return plans
