"""A folder with the files of a site of another template, as plain records. Reads only: no database, no request.

docs/moving.md says what is read from where.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from labsite.site_import.folder import SiteFolder, UnknownSite
from labsite.site_import.layouts import academicpages, alfolio, greenelab, hugoblox
from labsite.site_import.records import SiteContent
from labsite.site_import.site import Site

__all__ = ["KINDS", "UnknownSite", "read_site", "recognise"]

READERS: dict[str, Callable[[Site], None]] = {
    alfolio.KIND: alfolio.read,
    academicpages.KIND: academicpages.read,
    hugoblox.KIND: hugoblox.read,
    greenelab.KIND: greenelab.read,
}
SIGNS: dict[str, Callable[[SiteFolder], int]] = {
    alfolio.KIND: alfolio.signs,
    academicpages.KIND: academicpages.signs,
    hugoblox.KIND: hugoblox.signs,
    greenelab.KIND: greenelab.signs,
}
# Whether a template's records stand where those of another builder never do: Jekyll's and Hugo's sites share no folder.
RECORDS: dict[str, Callable[[SiteFolder], bool]] = {
    alfolio.KIND: alfolio.has_records,
    academicpages.KIND: academicpages.has_records,
    hugoblox.KIND: hugoblox.has_records,
    greenelab.KIND: greenelab.has_records,
}
HUGO = frozenset({hugoblox.KIND})
KINDS = tuple(READERS)
LOOKED_FOR = (
    "al-folio (_bibliography/papers.bib, _pages/about.md, _news), academicpages (_publications, _talks, _teaching, "
    "_portfolio beside _config.yml), Hugo Blox (content/authors, content/publication or data/authors) and the Greene "
    "Lab template (_members, _data/sources.yaml or _data/citations.yaml)"
)


def recognise(folder: Path) -> str:
    """Which template a site follows: one of `KINDS`. Raises `UnknownSite`, which names what was looked for."""
    return kind_of(SiteFolder(folder))


def kind_of(files: SiteFolder) -> str:
    found = sorted(((count(files), kind) for kind, count in SIGNS.items()), reverse=True)
    best, kind = found[0]
    if best < 2:
        held = f"{len(files.paths):,} file{'' if len(files.paths) == 1 else 's'}"
        raise UnknownSite(
            f"No known template was found in “{files.top.name}”, which holds {held}. Looked for: "
            f"{LOOKED_FOR}. Give the folder of the site's sources, not that of its finished pages."
        )
    rivals = [each for count, each in found[1:] if is_rival(count, best) or is_of_other_builder(files, each, kind)]
    if rivals:
        raise UnknownSite(
            f"“{files.top.name}” holds what belongs to {kind} and what belongs to {' and '.join(rivals)}: one of them "
            f"would stay behind. Say which it is: --kind {kind} or "
            f"{' or '.join(f'--kind {each}' for each in rivals)}, under “Template” where it is uploaded."
        )
    return kind


def is_rival(count: int, best: int) -> bool:
    """Whether a site may follow another template too: one folder or file of it beside a `_config.yml` says little."""
    return count > 2 or (count == 2 and best <= 3)


def is_of_other_builder(files: SiteFolder, rival: str, kind: str) -> bool:
    """Whether a folder holds a second site for certain: records of `rival`, which the builder of `kind` never reads."""
    return (rival in HUGO) != (kind in HUGO) and RECORDS[rival](files)


def read_site(folder: Path, kind: str = "auto") -> SiteContent:
    """Everything a site says. `kind` is one of `KINDS`, or “auto”.

    What cannot be read is in `problems`, what has no place here in `unused`; the rest is read all the same. Raises
    `UnknownSite` where the folder holds no such site, or more files than are read.
    """
    files = SiteFolder(folder)
    chosen = kind_of(files) if kind == "auto" else kind
    if chosen not in READERS:
        raise UnknownSite(f"“{kind}” is no template that can be read: choose one of {', '.join(KINDS)}.")
    site = Site(chosen, files)
    READERS[chosen](site)
    return site.content()
