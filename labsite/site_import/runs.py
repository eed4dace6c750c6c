"""Carries a site from its files to its report: read, plan, apply. The command and the pages do the same.

All of it is one transaction, unless it has more publications than other writers can wait for: those then come in
batches, and a run that was cut off is completed by running it again.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from labsite.lib.bulk import insert_rows
from labsite.lib.locks import RECORDS, hold_lock
from labsite.merging.ledger import Ledger
from labsite.models import SiteImport
from labsite.site_import.applying import Applying, remember_origins
from labsite.site_import.authors import count_proposed
from labsite.site_import.extras import plan_extras
from labsite.site_import.media import MediaStore
from labsite.site_import.planning import plan_publications, plan_site
from labsite.site_import.records import SiteContent
from labsite.site_import.report import SiteReport
from labsite.site_import.survey import Options, Survey
from publications.importing.leases import Lease
from publications.importing.planning import Choice, EntryPlan
from publications.importing.runs import ONE_TRANSACTION, apply_decided, begin_import, entry_row, start_applying
from publications.models import Import, ImportEntry, Publication

State = SiteImport.State


class SiteProblem(ValueError):
    """Why a site cannot be brought in, and the mend, in words."""


@dataclass
class SourceSite:
    """A site that was read, where its files are, and what was decided about it."""

    content: SiteContent
    folder: Path
    options: Options = field(default_factory=Options)


# Planning


def preview(site: SourceSite) -> SiteReport:
    """What would be done. Writes nothing."""
    plans = plan_publications(site.content, site.options)
    survey = plan_site(site.content, site.folder, site.options)
    note_publications(survey, plans)
    return SiteReport.of(survey, plans, dry_run=True)


def note_publications(survey: Survey, plans: list[EntryPlan]) -> None:
    """Puts the publications on the plan of the site as the import of publications proposes them."""
    here: dict[str, Publication | None] = {}
    by_number = {plan.number: plan for plan in plans}
    for record, plan in zip(survey.content.publications, plans, strict=True):
        first = by_number.get(plan.same_as, plan)
        here[record.key] = first.publication
        if first is not plan:
            survey.repeated.add(record.key)
        if first.publication is None and first.choice != Choice.CREATE:
            survey.unresolved.add(record.key)
    plan_extras(survey, here)


def begin(site: SourceSite, batch: SiteImport) -> SiteReport:
    """Plans a site and stores what is proposed, for somebody to look at. Nothing that visitors see is written."""
    plans = plan_publications(site.content, site.options)
    survey = plan_site(site.content, site.folder, site.options)
    note_publications(survey, plans)
    report = SiteReport.of(survey, plans, key=batch.pk)
    with transaction.atomic():
        batch.papers = store_publications(batch, plans)
        batch.kind, batch.site, batch.state = site.content.kind[:40], survey.plan.site, State.PLANNED
        batch.report = report.as_json()
        batch.save(update_fields=["papers", "kind", "site", "state", "report"])
    return report


def store_publications(batch: SiteImport, plans: list[EntryPlan]) -> Import | None:
    """The import of the site's publications, planned; a plan that was there before, and not applied, goes."""
    if batch.papers_id and batch.papers.state == Import.State.PLANNED:
        decided = {row.number: row for row in batch.papers.entries.all()}
        batch.papers.entries.all().delete()
        own = batch.papers
    elif plans:
        decided, own = {}, begin_import(Import.Origin.SITE, batch.name, "", user=batch.created_by)
    else:
        return None
    rows = [entry_row(own, plan) for plan in plans]
    for row in rows:
        before = decided.get(row.number)
        if before is not None and before.label == row.label and before.plan.get("decided"):
            row.plan["decided"] = before.plan["decided"]
    insert_rows(rows)
    own.state = Import.State.PLANNED
    own.save(update_fields=["state"])
    return own


# Applying


def apply(site: SourceSite, batch: SiteImport, user: Any = None) -> SiteReport:
    """Does what the plan says, which is made anew; gives the report. Raises `SiteProblem` where it cannot be stored.

    Files are put in their place first and deleted again where the rest fails, but for those of a part that is in.
    """
    store = MediaStore()
    is_whole = len(site.content.publications) <= ONE_TRANSACTION
    try:
        store.stage(plan_of_files(site))
        with ExitStack() as whole:
            if is_whole:
                whole.enter_context(transaction.atomic())
            report = Application(site, batch, store, user, is_whole=is_whole).run()
    except IntegrityError as error:
        store.discard(everything=True)
        done = "nothing was done" if is_whole else "what was in by then stays in"
        raise SiteProblem(
            f"Somebody added or changed the same records at the same moment: {done}, run it again."
        ) from error
    except BaseException:
        store.discard(everything=True)
        raise
    store.discard()
    return report


def forget_unless_needed(batch: SiteImport) -> bool:
    """Forgets an import that wrote nothing, as there is nothing to take back; gives whether it wrote nothing.

    One by which records were recognised for the first time stays: it says what they were on the site.
    """
    batch.refresh_from_db()
    own = batch.papers
    wrote = (ImportEntry.Result.CREATED, ImportEntry.Result.UPDATED)
    if batch.effect.get("entries") or (own is not None and own.entries.filter(result__in=wrote).exists()):
        return False
    if not batch.origins.exists():
        batch.delete()
        if own is not None:
            own.delete()
    return True


def plan_of_files(site: SourceSite) -> Survey:
    """A plan for what files it needs: documents of publications included."""
    survey = plan_site(site.content, site.folder, site.options)
    plan_extras(survey, dict.fromkeys(record.key for record in site.content.publications))
    return survey


class Application:
    """People and all the rest, then publications, then what belongs to these. Each part is whole or not done.

    `is_whole`: the caller holds one transaction around all parts.
    """

    def __init__(self, site: SourceSite, batch: SiteImport, store: MediaStore, user: Any, *, is_whole: bool) -> None:
        self.is_whole = is_whole
        self.site, self.batch, self.user, self.store = site, batch, user, store
        self.reason = f"Site brought in ({batch.pk})"

    def run(self) -> SiteReport:
        with transaction.atomic():
            hold_lock(RECORDS)
            self.batch.refresh_from_db()
            survey = plan_site(self.site.content, self.site.folder, self.site.options)
            applying = Applying(survey, self.store, Ledger(self.user, self.reason))
            applying.write_all()
            applying.ledger.close()
            remember_origins(survey, self.batch)
            self.keep(applying.ledger, survey)
        if not self.is_whole:
            self.store.keep()
        entries = self.apply_publications()
        with transaction.atomic():
            hold_lock(RECORDS)
            applying.ledger = Ledger(self.user, self.reason)
            self.put_extras_on(survey, applying, entries)
            report = SiteReport.of_applied(survey, entries, self.batch.pk)
            self.keep(applying.ledger, survey, report)
            note_moment(entries)
        return report

    def keep(self, ledger: Ledger, survey: Survey, report: SiteReport | None = None) -> None:
        """Adds what was done to what was done before: a run that was cut off goes on from there."""
        batch = self.batch
        batch.kind, batch.site = self.site.content.kind[:40], survey.plan.site
        batch.effect = {**batch.effect, "entries": [*batch.effect.get("entries", ()), *ledger.entries]}
        if report is not None:
            batch.report, batch.state, batch.applied_at = report.as_json(), State.APPLIED, timezone.now()
        batch.save(update_fields=["kind", "site", "effect", "report", "state", "applied_at"])

    def apply_publications(self) -> list[ImportEntry]:
        """Has the import of the publications applied, if it is not yet; gives its entries."""
        own = self.batch.papers
        if own is None:
            return []
        own.refresh_from_db()
        if own.state == Import.State.PLANNED:
            self.ask_again(own)
            start_applying(own, self.user)
        lease = Lease.take(own.pk)
        if lease is not None:
            own.refresh_from_db()
            apply_decided(own, lease)
            lease.release()
        return list(own.entries.select_related("publication").order_by("number"))

    def ask_again(self, own: Import) -> None:
        """Has authors matched anew whom nobody decided on: the people of the site are here only now."""
        rows = list(own.entries.all())
        same = {str(row.number): row.plan["same_as"] for row in rows if row.plan.get("same_as")}
        for row in rows:
            if not row.plan.get("decided"):
                row.plan.pop("authors", None)
        ImportEntry.objects.bulk_update(rows, ["plan"], batch_size=100)
        self.batch.effect = {**self.batch.effect, "same": same}
        self.batch.save(update_fields=["effect"])

    def put_extras_on(self, survey: Survey, applying: Applying, entries: list[ImportEntry]) -> None:
        by_number = {entry.number: entry for entry in entries}
        same = self.batch.effect.get("same", {})
        found: dict[str, Publication | None] = {}
        for number, record in enumerate(survey.content.publications, start=1):
            entry = by_number.get(same.get(str(number), number))
            found[record.key] = entry.publication if entry else None
            if str(number) in same:
                survey.repeated.add(record.key)
            if found[record.key] is None:
                survey.unresolved.add(record.key)
        created = {entry.publication_id for entry in entries if entry.result == ImportEntry.Result.CREATED}
        plan_extras(survey, found, created - {None})
        applying.write_extras()
        applying.ledger.close()
        if waiting := count_proposed(found.values()):
            survey.plan.chores.append(
                f"{waiting} author{'s' if waiting != 1 else ''} of its papers may be people here, who do not show "
                "these papers until somebody confirms them: see the review queue."
            )
        remember_origins(survey, self.batch)


def note_moment(entries: list[ImportEntry]) -> None:
    """What was put on a publication after it was brought in is no later edit of it."""
    now, changed = timezone.now().isoformat(), []
    for entry in entries:
        if "at" in entry.effect:
            entry.effect["at"] = now
            changed.append(entry)
    ImportEntry.objects.bulk_update(changed, ["effect"], batch_size=100)
