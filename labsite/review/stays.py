"""Stays in the lab that seem to be over but have no end: the site would show former members as current ones."""

from __future__ import annotations

import datetime

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from labsite.review.rows import Kind, Place, Row, Scope, change_url, make_key
from people.models import Membership, Position

Role = Membership.Role
# Longer than that is rare enough to ask. Investigators, faculty and staff may stay for good.
LONGEST_YEARS = {
    Role.PHD: 8,
    Role.POSTDOC: 7,
    Role.UNDERGRADUATE: 5,
    Role.MASTER: 4,
    Role.VISITOR: 3,
    Role.INTERN: 3,
}


def years_before(day: datetime.date, years: int) -> datetime.date:
    """The same day `years` ago; 28 February for the 29th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def is_long(on: datetime.date) -> Q:
    """Stays that began so long ago, by the latest reading of their start, that few of their role last as long."""
    long = Q()
    for role, years in LONGEST_YEARS.items():
        long |= Q(role=role, start__isnull=False) & ~Q(start__ends_on_or_after=years_before(on, years))
    return long


def later_stays() -> QuerySet:
    """Later stays of the outer stay's person in another role that have begun as well."""
    others = Membership.objects.filter(person=OuterRef("person"), start__gt=OuterRef("start"))
    return others.exclude(role=OuterRef("role")).order_by("start")


def later_jobs(on: datetime.date) -> QuerySet:
    """Jobs elsewhere that the outer stay's person began later and still has."""
    jobs = Position.objects.filter(
        person=OuterRef("person"), kind=Position.Kind.EMPLOYMENT, start__gt=OuterRef("start"), end=None,
        end_is_unknown=False, start__starts_on_or_before=on,
    )  # fmt: skip
    own = Q(organization=Coalesce(OuterRef("group__organization"), Value(0)))
    return jobs.exclude(mode=Position.Mode.PART_TIME).exclude(own).order_by("start")


def find_stays(scope: Scope) -> list[Row]:
    """Stays without an end that a tick, a next destination, a later stay or job, or their length says are over.

    Two stays at once are possible: somebody who goes on in another role is asked about, not closed. One query.
    """
    began = Q(start=None) | Q(start__starts_on_or_before=scope.on)
    stays = Membership.objects.filter(began, end=None).select_related("person", "group")
    stays = stays.annotate(
        later_role=Subquery(later_stays().filter(start__starts_on_or_before=scope.on).values("role")[:1]),
        job=Subquery(
            later_jobs(scope.on).values(
                text=Coalesce(
                    NullIf("title", Value("")), F("organization__name"), F("project"), output_field=CharField()
                )
            )[:1]
        ),
    )
    leaves = Q(role__in=LONGEST_YEARS)
    over = Q(end_is_unknown=True) | ~Q(next_destination="") | is_long(scope.on)
    over |= leaves & (Q(later_role__isnull=False) | Exists(later_jobs(scope.on)))
    rows = stays.filter(over).order_by(F("start").asc(nulls_last=True), "pk")
    # A key names what speaks for the end, so rows cannot be left out before they are read.
    return scope.without_dismissed(make_row(stay) for stay in rows[: scope.limit + len(scope.dismissed)])


def make_row(stay: Membership) -> Row:
    sign, reason = explain(stay)
    began = str(stay.start) if stay.start else "undated"
    return Row(
        key=make_key(stay, stay.role, began, sign),
        about=(Place(f"{stay.person}, {stay.role_text} {stay.period}".rstrip(), change_url(stay.person)),),
        reason=reason,
        subjects=(stay,),
        mends=(Place(gettext("Enter the end"), change_url(stay, "id_end")),),
    )


def explain(stay: Membership) -> tuple[str, str]:
    """What speaks for the end, as a word for the key and in a sentence. Reads the annotations of `find_stays`."""
    if stay.end_is_unknown:
        return "unknown", gettext("The stay is over, but nobody noted when it ended.")
    if stay.next_destination:
        return "destination", gettext(
            "Went on to “%(next_destination)s”, but the stay has no end: they show as current."
        ) % {"next_destination": stay.next_destination}
    if stay.later_role and stay.role in LONGEST_YEARS:
        return f"then-{stay.later_role}", gettext("Is here as %(label)s since; has the earlier stay ended?") % {
            "label": Role(stay.later_role).label
        }
    if stay.job and stay.role in LONGEST_YEARS:
        return "job", gettext("Has a later position, “%(job)s”, but the stay has no end: they show as current.") % {
            "job": stay.job
        }
    years = LONGEST_YEARS[stay.role]
    return "long", gettext("Longer than %(years)s years without an end: still here as %(role)s?") % {
        "years": years,
        "role": stay.get_role_display(),
    }


KINDS = [
    Kind(
        "stays",
        _("alumnus or alumna without an end date"),
        _("alumni without an end date"),
        _("Stays without an end that seem to be over: they were marked so, went on elsewhere, or last unusually long."),
        ("people.change_membership", "people.add_person"),
        find_stays,
    )
]
