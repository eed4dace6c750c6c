"""Publications near another one: by shared authors and topics; and its versions in time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache

from django.db.models import QuerySet
from django.utils.translation import gettext

from labsite.lib.together import Plan
from publications.facet_names import ALL
from publications.finding import DIGESTS, places, run
from publications.lines import load_lines_at
from publications.models import Authorship, Publication
from publications.places import year_of
from publications.totals import FACETS

SHOWN = 5
CANDIDATES = 200
SHARED = 20  # authors, and topics, that are looked at
TOPIC_WEIGHT = 2  # a shared topic says more than a shared author: in one lab everybody writes with everybody


def related_to(publication: Publication) -> list[Publication]:
    """At most five listed publications that share most with a loaded one, the newest of equals first. Three queries.

    Of what its authors wrote and of what is about its topics, the publications added last are compared.
    """
    people = [row.person_id for row in publication.authorships.all() if row.linked_person][:SHARED]
    topics = [topic.pk for topic in publication.topics.all()][:SHARED]
    if not people and not topics:
        return []
    values = {f"person_{place}": key for place, key in enumerate(people)}
    values |= {f"topic_{place}": key for place, key in enumerate(topics)}
    scores: Counter[int] = Counter()
    for name, rows in candidates(*values).load(**values).items():
        weight = TOPIC_WEIGHT if name.startswith("topic") else 1
        for key in {key for (key,) in rows} - {publication.pk}:
            scores[key] += weight
    best = tuple(sorted(scores, key=lambda key: (-scores[key], -key))[:CANDIDATES])
    found = listed_places(best) if best else {}
    chosen = sorted(found, key=lambda key: (-scores[key], -(year_of(found[key]) or 9999), key))[:SHOWN]
    own = [found[key] for key in chosen]
    rows = {row.pk: row for row in load_lines_at(own)}
    return [rows[key] for key in chosen if key in rows]


def listed_places(keys: tuple[int, ...]) -> dict[int, int]:
    """The places of those of some publications that are listed. One query."""
    # CROSS JOIN: without statistics SQLite would go through everything that is listed.
    sql = (
        f"SELECT d.publication_id, d.place FROM {DIGESTS} d CROSS JOIN {FACETS} f "  # noqa: S608 - names are ours
        f"WHERE d.publication_id IN ({places(keys)}) AND f.place = d.place AND f.facet = %s"
    )
    return dict(run(sql, [*keys, ALL]))


@cache
def candidates(*names: str) -> Plan:
    """The publications of each person and of each topic named, those that were added last."""

    def make(**keys: int) -> dict[str, QuerySet]:
        parts = {}
        for name, key in keys.items():
            if name.startswith("person"):
                rows = Authorship.objects.confirmed().filter(person=key)
            else:
                rows = Publication.topics.through.objects.filter(topic=key)
            parts[name] = rows.order_by("-pk").values_list("publication")[:CANDIDATES]
        return parts

    return Plan(make, **dict.fromkeys(names, int))


@dataclass(frozen=True)
class Version:
    """One state of a publication: what it was, when, and where it can be read ("" where nobody says)."""

    label: str
    date: str
    address: str = ""


def versions_of(publication: Publication) -> list[Version]:
    """From preprint to publication, in time; [] where only one state is known. Reads loaded rows."""
    found = []
    arxiv = next((each for each in publication.identifiers.all() if each.scheme == "arxiv"), None)
    preprint = publication.preprint_date.display() if publication.preprint_date else publication.preprint_date_text
    is_preprint = publication.kind == "preprint"
    if (arxiv or preprint) and not is_preprint:
        found.append(Version(gettext("Preprint"), preprint, arxiv.url if arxiv else ""))
    date = publication.date.display() if publication.date else str(publication.year or "")
    doi = next((each.url for each in publication.identifiers.all() if each.scheme == "doi"), "")
    where = gettext("Preprint") if is_preprint else f"{publication.get_status_display()}, {publication.venue_tag}"
    found.append(Version(where, date, doi or (arxiv.url if arxiv and is_preprint else "")))
    found += [
        Version(notice.get_kind_display(), notice.date.display() if notice.date else "", notice.url)
        for notice in reversed(publication.notices.all())
    ]
    return found if len(found) > 1 else []
