"""Uploaded files and records that have lost each other: files that nothing names, names without a file.

An upload that breaks off, or a process that is killed between the file and the commit, leaves a file behind. Only files
older than a day count: a younger one may belong to a transaction that is not over.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from django.apps import apps
from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import FileField, QuerySet
from django.utils import timezone

from labsite.lib.renditions import derived_folder, drop_renditions
from labsite.lib.uploads import needed_names
from labsite.merging.files import files_of_merges
from labsite.models import Document, SiteImport
from labsite.site_import.archives import SCRATCH
from publications.models import Import

FOLDERS = ("photos", "site", "documents")  # of the media storage; `derived` holds what is made from them
YOUNGEST = timedelta(days=1)
IMPORT_FILE = re.compile(r"[0-9a-f]{32}\.(?:txt|zip)")  # see publications.importing.inputs, labsite.site_import


class Orphan(NamedTuple):
    """`is_stored`: in the media storage, by its name there; else a path below the data folder."""

    name: str
    size: int  # bytes
    is_stored: bool


class Missing(NamedTuple):
    name: str
    record: str


def stored_files() -> set[str]:
    """The names of all files in the folders of uploads. A listing for each folder."""
    found: set[str] = set()
    for folder in FOLDERS:
        try:
            _, files = default_storage.listdir(folder)
        except FileNotFoundError:
            continue
        found |= {f"{folder}/{name}" for name in files}
    return found


def named_files() -> Iterator[Missing]:
    """Every file that a record names, with the record's kind and key. A query for each file field."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, FileField):
                rows = model._base_manager.exclude(**{field.name: ""}).values_list("pk", field.name)
                for key, name in rows.iterator():
                    yield Missing(name, f"{model._meta.verbose_name} {key}")


def find_missing() -> list[Missing]:
    """Names of files that are not there."""
    stored = stored_files()
    return [each for each in named_files() if each.name not in stored and not default_storage.exists(each.name)]


def find_orphans(older_than: timedelta = YOUNGEST) -> list[Orphan]:
    """Files that are older, and that no record needs; in the media storage and among what large imports left."""
    found = [*stored_orphans(older_than), *derived_orphans(older_than), *import_orphans(older_than)]
    return [*found, *document_orphans(older_than)]


def stored_orphans(older_than: timedelta) -> Iterator[Orphan]:
    named = {each.name for each in named_files()}
    unnamed = stored_files() - named
    needed = needed_names(unnamed)  # by merges that can be taken back
    latest = timezone.now() - older_than
    for name in sorted(unnamed - needed):
        try:
            if default_storage.get_modified_time(name) < latest:
                yield Orphan(name, default_storage.size(name), True)
        except FileNotFoundError:
            continue  # deleted meanwhile


def unlinked_documents() -> QuerySet:
    return Document.objects.filter(publication_links=None, talk_links=None)


def document_orphans(older_than: timedelta) -> Iterator[Orphan]:
    """Documents that no link leads to any more, nor would after a merge is taken back."""
    for each in unlinked_documents().filter(created_at__lt=timezone.now() - older_than):
        if not files_of_merges({str(each.pk)}):
            yield Orphan(each.file.name, each.size, True)


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files of a folder; those that go meanwhile count as none."""
    size = 0
    with suppress(FileNotFoundError):
        for each in [path, *path.rglob("*")]:
            with suppress(FileNotFoundError):
                size += each.stat().st_size if each.is_file() else 0
    return size


def derived_orphans(older_than: timedelta) -> Iterator[Orphan]:
    """Folders of what was made from pictures that are gone."""
    stems = {name.rpartition(".")[0] for name in stored_files()}
    for folder in FOLDERS:
        parent = derived_folder() / folder
        if not parent.is_dir():
            continue
        for path in sorted(parent.iterdir()):
            name = f"{folder}/{path.name}"
            if name not in stems and not path.name.startswith(".") and path.is_dir() and is_older(path, older_than):
                yield Orphan(str(path.relative_to(settings.MEDIA_ROOT)), size_of(path), False)


def import_orphans(older_than: timedelta) -> Iterator[Orphan]:
    folder = Path(settings.DATA_DIR) / "imports"
    if not folder.is_dir():
        return
    named = {
        Path(each).name
        for model in (Import, SiteImport)
        for each in model.objects.exclude(source="").values_list("source", flat=True)
    }
    for path in sorted(folder.iterdir()):
        if path.name.startswith(SCRATCH) and path.is_dir() and is_older(path, older_than):  # its process was killed
            yield Orphan(f"imports/{path.name}", size_of(path), False)
        if IMPORT_FILE.fullmatch(path.name) and path.name not in named and is_older(path, older_than):
            yield Orphan(f"imports/{path.name}", size_of(path), False)


def is_older(path: Path, than: timedelta) -> bool:
    """What is gone meanwhile is not."""
    try:
        return timezone.now().timestamp() - path.stat().st_mtime > than.total_seconds()
    except FileNotFoundError:
        return False


def remove(orphan: Orphan) -> None:
    """Deletes it, unless a record has come to need it since it was found."""
    if orphan.name.startswith("documents/"):
        for each in unlinked_documents().filter(file=orphan.name):
            each.delete()  # and with it the file
    if orphan.is_stored:
        if {orphan.name} & needed_names({orphan.name}):
            return
        drop_renditions(orphan.name)
        default_storage.delete(orphan.name)
    elif orphan.name.startswith("derived/"):
        drop_renditions(orphan.name.removeprefix("derived/"))
    else:
        path = Path(settings.DATA_DIR) / orphan.name
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
