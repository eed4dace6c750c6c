"""Listed papers that lack what visitors and programs find them by: venue, year, identifier."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from labsite.review.rows import Kind, Place, Row, Scope, change_url, make_key, newest
from publications.models import Identifier, Link, Publication

LOOKED_AT = 10_000
Type, Status = Publication.Kind, Publication.Status
# Works that appear somewhere. A thesis has an institution, a book a publisher.
WITH_VENUE = [Type.CONFERENCE_PAPER, Type.WORKSHOP_PAPER, Type.JOURNAL_ARTICLE]
WITH_IDENTIFIER = [*WITH_VENUE, Type.PREPRINT, Type.CHAPTER]
OUT = [Status.PUBLISHED, Status.ACCEPTED]
COLUMNS = ("title", "title_is_description", "kind", "status", "venue_text", "is_retracted")
BOUND = f"The {LOOKED_AT:,} papers added last are looked at."
EDITS_PAPERS = ("publications.change_publication",)


def listed(scope: Scope, condition: Q) -> QuerySet:
    """Papers of the public list that meet `condition`, last added first. One query when it is read."""
    rows = newest(Publication.objects.listed().filter(condition), LOOKED_AT)
    return rows.exclude(pk__in=scope.dismissed_ids(Publication)).only(*COLUMNS)[: scope.limit]


def make_row(paper: Publication, reason: str, mend: str, field: str) -> Row:
    about, place = Place(paper.marked_title, change_url(paper)), Place(mend, change_url(paper, field))
    return Row(make_key(paper), (about,), reason, (paper,), (place,))


def without_venue(scope: Scope) -> list[Row]:
    """Conference, workshop and journal papers that are out but name no venue of ours."""
    rows = listed(scope, Q(venue=None, kind__in=WITH_VENUE, status__in=OUT))
    return [make_row(paper, reason_of_venue(paper), "Choose the venue", "id_venue") for paper in rows]


def reason_of_venue(paper: Publication) -> str:
    if paper.venue_text:
        return f"Printed as “{paper.venue_text}”, but no venue is chosen: the venue filter does not find it."
    return f"{paper.get_kind_display()}, {paper.get_status_display().lower()}, but nobody said where."


def without_year(scope: Scope) -> list[Row]:
    """Papers without a year, except those that are only submitted."""
    rows = listed(scope, Q(year=None) & ~Q(status=Status.SUBMITTED))
    reason = "It stands under “undated”, above the newest year."
    return [make_row(paper, reason, "Set the year", "id_year") for paper in rows]


def without_identifier(scope: Scope) -> list[Row]:
    """Papers that appeared, and preprints, with neither an identifier nor a link to the publisher's page."""
    identifiers = Identifier.objects.filter(publication=OuterRef("pk"))
    publisher = Link.objects.filter(publication=OuterRef("pk"), kind=Link.Kind.PUBLISHER)
    out = Q(status__in=[Status.PUBLISHED, Status.PREPRINT], kind__in=WITH_IDENTIFIER)
    rows = listed(scope, out & ~Exists(identifiers) & ~Exists(publisher))
    reason = "No DOI, arXiv or other number: readers and reference managers cannot find the paper by it."
    return [make_row(paper, reason, "Add an identifier", "identifiers-group") for paper in rows]


KINDS = [
    Kind(
        "no-venue",
        "paper without a venue",
        "papers without a venue",
        "Listed papers that appeared somewhere. Preprints need none.",
        EDITS_PAPERS,
        without_venue,
        BOUND,
    ),
    Kind(
        "no-year",
        "paper without a year",
        "papers without a year",
        "Listed papers; what is only submitted needs none.",
        EDITS_PAPERS,
        without_year,
        BOUND,
    ),
    Kind(
        "no-identifier",
        "paper without an identifier",
        "papers without an identifier",
        "Listed papers and preprints that are out.",
        EDITS_PAPERS,
        without_identifier,
        BOUND,
    ),
]
