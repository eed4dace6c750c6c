"""The bibliography of an al-folio site: BibTeX, with fields that its template reads. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from labsite.site_import.about import DRAWING
from labsite.site_import.papers import read_bibliography, sort_link, with_problem
from labsite.site_import.records import Media, Place, PublicationRecord
from labsite.site_import.site import Site
from publications.formats.addresses import address_of, is_web_address
from publications.formats.bibtex_fields import LINKS
from publications.records import Record, SourceEntry

# A name without blanks and with an ending; one with blanks only where its ending is that of a document.
LOCAL_FILE = re.compile(
    r"(?:[^\s{}<>\"]{1,300}\.[a-z][a-z0-9]{1,4}|[^\n{}<>\"]{1,300}\.(?:pdf|pptx?|key|odp|docx?|zip))\Z", re.IGNORECASE
)
BADGE = "badges of other services are not shown here"
NUMBER = "it is the paper's number at a service whose numbers have no place here"
NO_LINK = "it is no web address and no file of the site"
# Fields of the template that a publication has no place for, or not for what they say here.
TEMPLATE = {
    "bibtex_show": DRAWING, "preview": "publications have no pictures here", "altmetric": BADGE, "dimensions": BADGE,
    "google_scholar_id": NUMBER, "inspirehep_id": NUMBER, "selected": DRAWING,
    "abbr": "the short name of a venue is said at the venue",
    "annotation": "what a sign behind a name means is kept as a fact of the author; other words stay behind",
    "additional_info": "the line of a publication is made of its facts alone",
    "award": "what is said of a distinction is its note here: add it there", "award_name": "it is no distinction",
    **dict.fromkeys(("pdf", "html", "code", "slides", "poster", "video", "blog", "website", "supp"), NO_LINK),
}  # fmt: skip


def read_entries(site: Site, path: str) -> None:
    """Every entry of one file. The file's own lines say where a field stands, whatever a string in it means."""
    entries = with_problem(read_bibliography(site.folder, path), site.folder, path)
    if not entries:
        return
    lines = (site.folder.top / path).read_text(encoding="utf-8", errors="replace").split("\n")
    for entry in entries:
        read_entry(site, path, entry, lines)


def read_entry(site: Site, path: str, entry: SourceEntry, lines: list[str]) -> None:
    """An entry of the bibliography. Files of the site that its fields name come along."""
    record, folder = entry.record, site.folder
    documents: list[tuple[str, Media]] = []
    notes = list(entry.notes)
    settled = set()
    for name, kind in LINKS.items():
        written = record.source.get(name, "").strip() if record else ""
        value = address_of(written)
        if not value or is_web_address(value) or not LOCAL_FILE.match(value):
            continue
        found = sort_link(site, kind, value)
        settled.add(name)
        notes = [note for note in notes if not note.startswith(f"{name}: “{written[:80]}” is no full web address")]
        if found is None:
            folder.account.refuse(
                place_of(path, entry, name, lines), f"{entry.label}: {name} names “{value}”, which is not there."
            )
        elif isinstance(found[1], Media):
            documents.append((found[0], found[1]))
    if record is not None:
        for name in TEMPLATE.keys() & record.extra.keys() - settled:
            value = record.extra[name]
            notes = [note for note in notes if not note.startswith(f"{name}: “{value.strip()[:80]}” is no full")]
            if value.strip():
                folder.account.leave(place_of(path, entry, name, lines), value, TEMPLATE[name], name)
        entry = replace(entry, record=without_template(record, settled))
    site.publications.append(
        PublicationRecord(
            Place(path, entry.line), entry.label or f"{path}#{entry.line}", replace(entry, notes=tuple(notes)),
            documents=tuple(documents),
        )
    )  # fmt: skip


def without_template(record: Record, settled: set[str]) -> Record:
    """The record without what only the template reads, so that no export says it."""
    extra = {name: value for name, value in record.extra.items() if name not in TEMPLATE.keys() | settled}
    return replace(record, extra=extra)


def place_of(path: str, entry: SourceEntry, name: str, lines: list[str]) -> Place:
    """Where a field of an entry stands; the entry's own line where it is not found below."""
    pattern = re.compile(rf"(?:^|[\s,{{]){re.escape(name)}\s*=", re.IGNORECASE)
    for number in range(entry.line, len(lines) + 1):
        line = lines[number - 1] if number else ""
        if number > entry.line and line.lstrip().startswith("@"):
            break
        if pattern.search(line):
            return Place(path, number)
    return Place(path, entry.line)
