"""Listed papers that lack what visitors and programs find them by: venue, year, identifier."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from labsite.review.rows import Kind, Place, Row, Scope, change_url, make_key, newest
from publications.models import Identifier, Link, Publication

LOOKED_AT = 10_000
Type, Status = Publication.Kind, Publication.Status
# Works that appear somewhere. A thesis has an institution, a book a publisher.
WITH_VENUE = [Type.CONFERENCE_PAPER, Type.WORKSHOP_PAPER, Type.JOURNAL_ARTICLE]
WITH_IDENTIFIER = [*WITH_VENUE, Type.PREPRINT, Type.CHAPTER]
OUT = [Status.PUBLISHED, Status.ACCEPTED]
COLUMNS = ("title", "title_is_description", "kind", "status", "venue_text", "is_retracted")
BOUND = format_lazy(_("The {LOOKED_AT} papers added last are looked at."), LOOKED_AT=f"{LOOKED_AT:,}")
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
    return [make_row(paper, reason_of_venue(paper), gettext("Choose the venue"), "id_venue") for paper in rows]


def reason_of_venue(paper: Publication) -> str:
    if paper.venue_text:
        return gettext("Printed as “%(venue_text)s”, but no venue is chosen: the venue filter does not find it.") % {
            "venue_text": paper.venue_text
        }
    return gettext("%(kind)s, %(lower)s, but nobody said where.") % {
        "kind": paper.get_kind_display(),
        "lower": paper.get_status_display().lower(),
    }


def without_year(scope: Scope) -> list[Row]:
    """Papers without a year, except those that are only submitted."""
    rows = listed(scope, Q(year=None) & ~Q(status=Status.SUBMITTED))
    reason = gettext("It stands under “undated”, above the newest year.")
    return [make_row(paper, reason, gettext("Set the year"), "id_year") for paper in rows]


def without_identifier(scope: Scope) -> list[Row]:
    """Papers that appeared, and preprints, with neither an identifier nor a link to the publisher's page."""
    identifiers = Identifier.objects.filter(publication=OuterRef("pk"))
    publisher = Link.objects.filter(publication=OuterRef("pk"), kind=Link.Kind.PUBLISHER)
    out = Q(status__in=[Status.PUBLISHED, Status.PREPRINT], kind__in=WITH_IDENTIFIER)
    rows = listed(scope, out & ~Exists(identifiers) & ~Exists(publisher))
    reason = gettext("No DOI, arXiv or other number: readers and reference managers cannot find the paper by it.")
    return [make_row(paper, reason, gettext("Add an identifier"), "identifiers-group") for paper in rows]


KINDS = [
    Kind(
        "no-venue",
        _("paper without a venue"),
        _("papers without a venue"),
        _("Listed papers that appeared somewhere. Preprints need none."),
        EDITS_PAPERS,
        without_venue,
        BOUND,
    ),
    Kind(
        "no-year",
        _("paper without a year"),
        _("papers without a year"),
        _("Listed papers; what is only submitted needs none."),
        EDITS_PAPERS,
        without_year,
        BOUND,
    ),
    Kind(
        "no-identifier",
        _("paper without an identifier"),
        _("papers without an identifier"),
        _("Listed papers and preprints that are out."),
        EDITS_PAPERS,
        without_identifier,
        BOUND,
    ),
]
