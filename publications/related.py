"""Publications near another one: by shared authors and topics; and its versions in time."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext

from publications.models import Authorship, Publication

SHOWN = 5
CANDIDATES = 200
TOPIC_WEIGHT = 2  # a shared topic says more than a shared author: in one lab everybody writes with everybody


def related_to(publication: Publication) -> list[Publication]:
    """At most five listed publications that share most with a loaded one, the newest of equals first. Three queries."""
    people = [row.person_id for row in publication.authorships.all() if row.linked_person]
    topics = [topic.pk for topic in publication.topics.all()]
    scores: dict[int, int] = {}
    by_author = Authorship.objects.confirmed().filter(person__in=people)
    by_topic = Publication.topics.through.objects.filter(topic__in=topics)
    for rows, weight in ((by_author, 1), (by_topic, TOPIC_WEIGHT)):
        counted = rows.exclude(publication=publication.pk).order_by().values_list("publication")
        for key, shared in counted.annotate(shared=Count("pk")).order_by("-shared", "-publication")[:CANDIDATES]:
            scores[key] = scores.get(key, 0) + shared * weight
    found = list(Publication.objects.listed().filter(pk__in=scores).with_rows())
    found.sort(key=lambda each: (-scores[each.pk], -(each.year or 9999), each.pk))
    return found[:SHOWN]


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
