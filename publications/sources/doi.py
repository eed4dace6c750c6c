"""DOIs: Crossref and DataCite, which give CSL-JSON. PubMed's citation exporter gives the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from labsite.lib.http import Web
from publications.formats.csl_reader import record_of_csl
from publications.formats.dates import edtf
from publications.records import SourceEntry
from publications.sources.answers import known_identifiers, known_orcid, list_at, text_at

CSL = "application/vnd.citationstyles.csl+json"
RETRACTIONS = frozenset({"retraction", "withdrawal", "removal"})


class CSLSource:
    """A service that answers one item of CSL-JSON for one identifier."""

    name: str
    hosts: tuple[str, ...]
    scheme = "doi"
    address: str
    spacing = 0.0

    def entries(self, web: Web, value: str) -> Iterator[SourceEntry]:
        web.take_turn(self.hosts[0], self.spacing)
        answer = web.get(self.address.format(quote(value, safe="")), self.name, self.hosts, accept=CSL)
        item = answer.json()
        if not isinstance(item, dict):
            raise ValueError("it is not an object")
        yield entry_of_item(item, (self.scheme, value))


class Crossref(CSLSource):
    """https://www.crossref.org/documentation/retrieve-metadata/rest-api/"""

    name = "Crossref"
    hosts = ("api.crossref.org",)
    address = f"https://api.crossref.org/works/{{}}/transform/{CSL}"


class DataCite(CSLSource):
    """https://support.datacite.org/docs/datacite-content-resolver"""

    name = "DataCite"
    hosts = ("data.crosscite.org", "data.datacite.org", "api.datacite.org")
    address = f"https://data.crosscite.org/{CSL}/{{}}"


class PubMed(CSLSource):
    """https://api.ncbi.nlm.nih.gov/lit/ctxp/ (at most three requests a second)."""

    name = "PubMed"
    hosts = ("api.ncbi.nlm.nih.gov", "pmc.ncbi.nlm.nih.gov")
    scheme = "pmid"
    address = "https://api.ncbi.nlm.nih.gov/lit/ctxp/v1/pubmed/?format=csl&id={}"
    spacing = 0.4


def entry_of_item(item: dict[str, Any], asked: tuple[str, str]) -> SourceEntry:
    """The entry of a CSL item, with the identifier that was asked for and what only these services state."""
    record = record_of_csl(item)
    identifiers = known_identifiers([asked, *record.identifiers])
    authors = tuple(replace(author, orcid=known_orcid(author.orcid)) for author in record.authors)
    record = replace(record, key="", identifiers=identifiers, authors=authors)
    notes, retracted = updates_of(item)
    if retracted:
        record = replace(record, retracted=retracted)
    return SourceEntry(1, record.title[:80], record, notes=notes)


def updates_of(item: dict[str, Any]) -> tuple[tuple[str, ...], str]:
    """What Crossref says of corrections and retractions: notes in words, and the date of the work's own retraction.

    `update-to` names what this work changes, `updated-by` what changes it.
    """
    notes, retracted = [], ""
    for update in list_at(item, "update-to"):
        notes.append(f"This is a notice ({text_at(update, 'type')}) about {text_at(update, 'DOI')}.")
    for update in list_at(item, "updated-by"):
        kind, date = text_at(update, "type"), date_of(update)
        facts = ", ".join(filter(None, (text_at(update, "DOI"), date)))
        notes.append(f"Crossref lists a {kind or 'change'} of it: {facts}.")
        if kind in RETRACTIONS:
            retracted = date or "yes"
    return tuple(dict.fromkeys(notes)), retracted


def date_of(update: Any) -> str:
    parts = list_at(update, "updated", "date-parts")
    first = parts[0] if parts and isinstance(parts[0], list) else []
    return edtf(*[str(part) for part in first[:3]]) if first else ""
