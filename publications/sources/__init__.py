"""Publications from services online: `look_up` for identifiers, `works_of` for people.

A service is a module with a class that has the shape of `source.Source`. All of them ask through `labsite.lib.http`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from labsite.lib.http import Web, WebError, require_online
from publications.identifiers import Scheme
from publications.records import SourceEntry
from publications.sources.answers import normal_identifier
from publications.sources.arxiv import Arxiv
from publications.sources.dblp import DBLP, pid_of
from publications.sources.doi import Crossref, DataCite, PubMed
from publications.sources.openalex import OpenAlex, author_of
from publications.sources.openreview import OpenReview
from publications.sources.orcid import Orcid, orcid_of
from publications.sources.source import Source, rejected

# Who is asked for an identifier, in this order, until one knows it.
REGISTERS: dict[str, tuple[Source, ...]] = {
    Scheme.DOI: (Crossref(), DataCite()),
    Scheme.ARXIV: (Arxiv(),),
    Scheme.OPENREVIEW: (OpenReview(),),
    Scheme.PMID: (PubMed(),),
}
# Who is asked for a person's works, and what makes a value to ask for of an address.
PEOPLE: dict[str, tuple[Source, Callable[[str], str]]] = {
    "orcid": (Orcid(), orcid_of),
    "dblp": (DBLP(), pid_of),
    "openalex": (OpenAlex(), author_of),
}
WEB = Web()  # one for all, so that services which want pauses between requests get them


def look_up(scheme: str, value: str, web: Web | None = None) -> list[SourceEntry]:
    """The entries of one identifier: one as a rule, a rejected one where it cannot be had.

    Raises `WebError` only where this site asks nobody (ONLINE_SOURCES).
    """
    require_online()
    label = f"{Scheme(scheme).label} {value.strip()}" if scheme in REGISTERS else value.strip()
    try:
        if scheme not in REGISTERS:
            raise WebError(f"identifiers of this kind are not looked up: use {', '.join(REGISTERS)}.")
        try:
            scheme, value = normal_identifier(scheme, value)
        except ValueError as error:
            raise WebError(str(error)) from error
        return ask_in_turn(REGISTERS[scheme], value, web or WEB)
    except ValueError as error:
        return [rejected(1, label, error)]


def ask_in_turn(sources: tuple[Source, ...], value: str, web: Web) -> list[SourceEntry]:
    """What the first source says that knows `value`. Raises what kept an answer away."""
    failures: list[ValueError] = []
    for source in sources:
        try:
            return list(source.entries(web, value))
        except ValueError as error:
            failures.append(error)
    worst = next((failure for failure in failures if getattr(failure, "status", None) != 404), None)
    if worst or len(sources) == 1:
        raise worst or failures[0]
    names = " nor ".join(source.name for source in sources)
    raise WebError(f"neither {names} knows it: check it for slips.")


def works_of(kind: str, address: str, web: Web | None = None) -> Iterator[SourceEntry]:
    """The works that a service lists for a person; `kind` is "orcid", "dblp" or "openalex".

    Raises `WebError` at once where this site asks nobody (ONLINE_SOURCES) or `address` is not of a person there.
    Whatever fails later is a rejected entry, the last one, so that what was read before it stays.
    """
    require_online()
    if kind not in PEOPLE:
        raise WebError(f"Works are listed by {', '.join(PEOPLE)}, not by '{kind}'.")
    source, value_of = PEOPLE[kind]
    try:
        value = value_of(address)
    except ValueError as error:
        raise WebError(str(error)) from error
    return numbered_works(source, value, web or WEB)


def numbered_works(source: Source, value: str, web: Web) -> Iterator[SourceEntry]:
    count = 0
    try:
        for entry in source.entries(web, value):
            count += 1
            yield replace(entry, line=count)
    except ValueError as error:
        yield rejected(count + 1, f"{source.name} {value}", error)
