"""Writes a folder for a template, with a list of its files, so that a later export knows what it may replace."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from django.utils import translation

from labsite.site_archive.folders import Staging, replacing
from labsite.site_archive.manifest import LARGEST, FileSum, is_sum
from labsite.site_archive.moment import one_moment
from labsite.site_archive.problems import ArchiveProblem
from labsite.site_export import alfolio, hugoblox
from labsite.site_export.content import Content, load_content

LIST = "labsite-export.json"
FORMAT = "labsite-export"
TEMPLATES: dict[str, Callable[[Staging, Content], None]] = {"al-folio": alfolio.write, "hugoblox": hugoblox.write}
ABOUT: dict[str, Callable[[Content], list[str]]] = {"al-folio": alfolio.about, "hugoblox": hugoblox.about}


def write_site(folder: Path, template: str, *, person: str = "", force: bool = False) -> list[str]:
    """Writes the public record for `template` (a key of `TEMPLATES`); gives what there is to say of it.

    `person` is the slug of whom the site is about. Raises `ArchiveProblem`; then the folder is as it was.
    """
    with replacing(folder, read_list, LIST, force=force) as staging, one_moment():
        with translation.override("en"):
            content = load_content(person)
            TEMPLATES[template](staging, content)
        files = {path: vars(each) for path, each in sorted(staging.files.items())}
        document = {"format": FORMAT, "template": template, "files": files}
        staging.add(LIST, (json.dumps(document, indent=1) + "\n").encode(), is_listed=False)
    whom, *more = ABOUT[template](content)
    lines = [f"{folder}: {len(files)} files for {template}, about {whom}.", *more]
    if not content.root:
        lines.append("SITE_URL is not set: what needs the address of this site was left out.")
    return lines


def read_list(folder: Path) -> dict[str, FileSum]:
    """The files of an earlier export. Raises `ArchiveProblem` where the list is not one."""
    path = folder / LIST
    try:
        document = json.loads(path.read_bytes()) if path.stat().st_size <= LARGEST else None
        if document["format"] == FORMAT and all(is_sum(each) for each in document["files"].values()):
            return {name: FileSum(**each) for name, each in document["files"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    raise ArchiveProblem(f"{path} is not the list of an export: name another folder.")
