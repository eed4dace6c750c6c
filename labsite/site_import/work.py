"""Carries an import of a site on: reads and plans it, applies it, or takes it back. One worker at a time has it."""

from __future__ import annotations

import datetime
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from labsite.models import SiteImport
from labsite.site_archive import is_archive
from labsite.site_archive.loading import load_archive
from labsite.site_archive.problems import ArchiveProblem
from labsite.site_import.archives import BadArchive, unpacked, uploads
from labsite.site_import.reading import UnknownSite, read_site
from labsite.site_import.runs import SiteProblem, SourceSite, apply, begin
from labsite.site_import.survey import Options
from labsite.site_import.undoing import NotUndoable, undo_site
from publications.models import Import

logger = logging.getLogger(__name__)
LEASE = datetime.timedelta(minutes=15)  # longer than the largest site takes; SQLite's writer could not renew it
OWN_KIND = SiteImport.Template.LABSITE.value
MOST_DATA = 50_000_000  # bytes of an uploaded archive's records: read whole, they take up to twenty times that
State = SiteImport.State
UNFINISHED = (State.READING, State.APPLYING, State.UNDOING)
REFUSED = (BadArchive, UnknownSite, SiteProblem, NotUndoable, ArchiveProblem)  # said in words, to whoever asked


@contextmanager
def site_folder(path: Path, name: str = "") -> Iterator[Path]:
    """The folder of a site that is a folder, or is packed as a file called `name`. Raises `BadArchive`."""
    if path.is_dir():
        yield path
        return
    with unpacked(path, name) as folder:
        yield folder


def read(folder: Path, kind: str, options: dict[str, Any]) -> SourceSite:
    """The site in `folder`. Raises `UnknownSite`."""
    return SourceSite(read_site(folder, kind), folder, Options.of(options))


def work(key: int) -> None:
    """Carries import `key` on, if nobody else does. Whatever goes wrong is said on its page."""
    until = timezone.now() + LEASE
    if not free_imports().filter(pk=key).update(working_until=until):
        return
    batch = SiteImport.objects.get(pk=key)
    try:
        carry_on(batch)
    except Exception as error:  # whatever it is, the import says so, and the next one is not held up
        known = isinstance(error, REFUSED)
        if not known:
            logger.exception("Import of site %s failed", key)
        fault = (
            f"The site met a fault ({type(error).__name__}): each part is in whole or not at all, bring it in again."
        )
        words = str(error) if known else fault
        # Meanwhile the command may have done what was asked for.
        own = SiteImport.objects.filter(pk=key, working_until=until, state__in=UNFINISHED)
        if own.update(state=State.FAILED, problem=words):
            forget_upload(batch)
            forget_plan(batch)
    finally:
        SiteImport.objects.filter(pk=key, working_until=until).update(working_until=None)


def carry_on(batch: SiteImport) -> None:
    if batch.state == State.UNDOING:
        undo_site(batch.pk, batch.asked_by)
        return
    with site_folder(uploads() / Path(batch.source).name, batch.name) as folder:
        if is_archive(folder):
            carry_archive(batch, folder)
        elif batch.state == State.READING:
            begin(read(folder, batch.options.get("kind", "auto"), batch.options), batch)
        else:
            apply(read(folder, batch.options.get("kind", "auto"), batch.options), batch, batch.asked_by)
    if batch.state == State.APPLIED:
        forget_upload(batch)


def carry_archive(batch: SiteImport, folder: Path) -> None:
    """An archive of a site like this one has a loading of its own, which fills an empty site alone."""
    is_preview = batch.state == State.READING
    size = sum(path.stat().st_size for path in (folder / "data").glob("*.json"))
    if size > MOST_DATA:
        raise ArchiveProblem(
            f"Its records have {size / 1e6:,.0f} MB, and those of an upload may have {MOST_DATA / 1e6:,.0f}: bring it "
            "in with the command import_site."
        )
    report = load_archive(folder, dry_run=is_preview)
    batch.kind, batch.state = OWN_KIND, State.PLANNED if is_preview else State.APPLIED
    batch.report = {**report.as_json(), "lines": list(report.lines())}
    batch.applied_at = None if is_preview else timezone.now()
    batch.save(update_fields=["kind", "state", "report", "applied_at"])


def forget_upload(batch: SiteImport) -> None:
    """The archive is not needed once it is applied, and holds what people said of themselves."""
    if batch.source:
        (uploads() / Path(batch.source).name).unlink(missing_ok=True)
        SiteImport.objects.filter(pk=batch.pk).update(source="")


def forget_plan(batch: SiteImport) -> None:
    """The publications that were planned and not applied: else somebody could apply them without the rest."""
    planned = Import.objects.filter(pk=batch.papers_id, state=Import.State.PLANNED)
    planned.delete()


# Workers: as for publications, a process of its own


CHILDREN: list[subprocess.Popen[bytes]] = []  # the worker that this process started last


def free_imports() -> Any:
    """Imports that wait for a worker: new ones, and those whose worker is gone."""
    free = Q(working_until__isnull=True) | Q(working_until__lt=timezone.now())
    own = ~Q(source="") | Q(state=State.UNDOING)  # a command carries its own on
    return SiteImport.objects.filter(free, own, state__in=UNFINISHED)


def start_worker() -> None:
    """Has every unfinished import of a site carried on: by a new process, or here where IMPORT_WORKER is `inline`."""
    if settings.IMPORT_WORKER == "inline":
        run_unfinished()
    elif free_imports().exists() and not any(child.poll() is None for child in CHILDREN):
        CHILDREN[:] = [subprocess.Popen(  # noqa: S603 - our own command, no words of a visitor in it
            [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "run_site_imports"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )]  # fmt: skip


def run_unfinished() -> int:
    """Carries on every import of a site that no worker has; gives how many."""
    done = 0
    while keys := list(free_imports().order_by("pk").values_list("pk", flat=True)):
        for key in keys:
            work(key)
            done += 1
    return done
