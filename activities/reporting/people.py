"""The people of a report: who was a member, joined, changed role, left, graduated, guided whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from activities.models import Mentorship
from activities.reporting.period import A_DAY
from activities.reporting.scope import Scope, began_before, q_dated
from activities.reporting.sections import Cell, Column, Row, Section, date_cell, names_cell, text_cell
from labsite.lib.dates import PartialDate
from people.models import Education, Membership, Person


def person_cell(*people: Person) -> Cell:
    return names_cell((person.name, person.get_absolute_url(), "") for person in people)


def load_memberships(scope: Scope) -> list[Membership]:
    """Every stay, in the groups asked about, of everyone who was there in the period. One query."""
    rows = scope.memberships().filter(scope.is_member("person")).select_related("person", "group")
    return sorted(rows, key=lambda each: (each.person.sort_key, each.person.slug, each.start or PartialDate("0001")))


def people_sections(scope: Scope, memberships: list[Membership]) -> list[Section]:
    """Members, and what changed among them. No query."""
    stays: dict[int, list[Membership]] = defaultdict(list)
    for each in memberships:
        stays[each.person_id].append(each)
    begun = [each for each in memberships if scope.period.holds(each.start)]
    ended = [each for each in memberships if scope.period.holds(each.end)]
    before = {each.pk: stay_before(each, stays[each.person_id]) for each in begun}
    joined = [each for each in begun if before[each.pk] is None]
    changed = [(before[each.pk], each) for each in begun if before[each.pk] is not None]
    left = [each for each in ended if stay_after(each, stays[each.person_id]) is None]
    unknown = sum(each.end_is_unknown for each in memberships)
    return [
        members_section(scope, memberships),
        joined_section(scope, joined),
        changed_section(scope, changed),
        left_section(scope, left, undated=unknown),
    ]


def stay_before(stay: Membership, stays: Iterable[Membership]) -> Membership | None:
    """The stay that this one follows without a day between, as far as the dates say."""
    for other in stays:
        begins_first = began_first(other, stay)
        if (
            begins_first
            and not other.end_is_unknown
            and (other.end is None or other.end.latest + A_DAY >= stay.start.earliest)
        ):
            return other
    return None


def stay_after(stay: Membership, stays: Iterable[Membership]) -> Membership | None:
    """The stay that goes on when this one ends, or begins the day after."""
    for other in stays:
        if other.pk == stay.pk or (other.start and other.start.earliest > stay.end.latest + A_DAY):
            continue
        if not other.end_is_unknown and (other.end is None or ends_later(other, stay)):
            return other
    return None


def began_first(one: Membership, other: Membership) -> bool:
    """Whether `one` began before `other`, which has a start; of two that began at once, the first that was entered."""
    if one.pk == other.pk:
        return False
    return one.start is None or (one.start.earliest, one.pk) < (other.start.earliest, other.pk)


def ends_later(one: Membership, other: Membership) -> bool:
    return (one.end.latest, one.pk) > (other.end.latest, other.pk)


def group_cell(stay: Membership) -> Cell:
    """The group of a stay, if it has a page."""
    group = stay.group if stay.group and stay.group.is_published else None
    return text_cell(group.name, group.get_absolute_url()) if group else Cell()


def dated(scope: Scope, date: PartialDate) -> Cell:
    return date_cell(date, scope.period.remark(date))


def members_section(scope: Scope, memberships: list[Membership]) -> Section:
    """Everyone who was a member, each once, with all they were in the period."""
    by_person: dict[Person, list[Membership]] = defaultdict(list)
    for stay in memberships:
        if touches(scope, stay):
            by_person[stay.person].append(stay)
    rows = []
    for person, stays in by_person.items():
        groups = dict.fromkeys(link for stay in stays for link in group_cell(stay).links)
        rows.append(Row((
            person_cell(person),
            text_cell("; ".join(dict.fromkeys(str(stay.role_text) for stay in stays))),
            Cell(tuple(groups)),
            text_cell("; ".join(stay.period for stay in stays if stay.period)),
        )))  # fmt: skip
    return Section(
        key="members", title=_("Members"),
        rule=_("Everyone with a page on this site who was a member on some day of the period."),
        columns=(
            Column("person", _("Person")), Column("role", _("Role")), Column("group", _("Group")),
            Column("time", _("Time")),
        ),
        rows=rows,
    )  # fmt: skip


def touches(scope: Scope, stay: Membership) -> bool:
    """The same rule as `q_touching`, for a loaded stay."""
    if stay.end_is_unknown:
        return scope.period.holds(stay.start)
    return scope.period.touches(stay.start, stay.end)


def joined_section(scope: Scope, stays: list[Membership]) -> Section:
    return Section(
        key="joined", title=_("Joined"),
        rule=_("Memberships that began in the period and follow no other without a break."),
        columns=(
            Column("person", _("Person")), Column("role", _("Role")), Column("group", _("Group")),
            Column("since", _("Since")),
        ),
        rows=[
            Row((person_cell(each.person), text_cell(str(each.role_text)), group_cell(each), dated(scope, each.start)))
            for each in stays
        ],
    )  # fmt: skip


def changed_section(scope: Scope, changes: list[tuple[Membership, Membership]]) -> Section:
    return Section(
        key="changed", title=_("Changed role or group"),
        rule=_("Memberships that began in the period and follow another, or stand beside it."),
        columns=(
            Column("person", _("Person")), Column("was", _("Was")), Column("role", _("Role")),
            Column("group", _("Group")), Column("since", _("Since")),
        ),
        rows=[
            Row((
                person_cell(now.person), text_cell(str(was.role_text)), text_cell(str(now.role_text)),
                group_cell(now), dated(scope, now.start),
            ))
            for was, now in changes
        ],
    )  # fmt: skip


def left_section(scope: Scope, stays: list[Membership], undated: int) -> Section:
    return Section(
        key="left", title=_("Left"),
        rule=_("Memberships that ended in the period with no other going on."),
        columns=(
            Column("person", _("Person")), Column("was", _("Was")), Column("group", _("Group")),
            Column("until", _("Until")), Column("next", _("Went to")),
        ),
        rows=[
            Row((
                person_cell(each.person), text_cell(str(each.role_text)), group_cell(each), dated(scope, each.end),
                text_cell(each.next_destination),
            ))
            for each in stays
        ],
        undated=undated,
    )  # fmt: skip


def graduated_section(scope: Scope, memberships: list[Membership]) -> Section:
    """Degrees finished in the period by who was a member before that. One query."""
    stays = [each for each in memberships if touches(scope, each)]
    degrees = (
        Education.objects.filter(q_dated(scope.period, "end"), person__in=scope.people())
        .select_related("person", "organization").order_by("person__sort_key", "person__slug", "end", "id")
    )  # fmt: skip
    rows = [
        Row((
            person_cell(each.person),
            text_cell(", ".join(part for part in (each.degree, each.field) if part)),
            text_cell(str(each.organization)),
            dated(scope, each.end),
        ))
        for each in degrees
        if any(stay.person_id == each.person_id and began_before(stay.start, each.end) for stay in stays)
    ]  # fmt: skip
    return Section(
        key="graduated", title=_("Graduated"),
        rule=_("Degrees that ended in the period, of people who had become members before."),
        columns=(
            Column("person", _("Person")), Column("degree", _("Degree")), Column("organization", _("Organization")),
            Column("date", _("Date")),
        ),
        rows=rows,
    )  # fmt: skip


def mentorship_sections(scope: Scope) -> list[Section]:
    """Mentorships that began and that ended in the period. One query."""
    member = Exists(scope.stays().filter(Q(person=OuterRef("mentor")) | Q(person=OuterRef("mentee"))))
    rows = list(
        Mentorship.objects.published()
        .filter(member, q_dated(scope.period, "start") | q_dated(scope.period, "end"))
        .select_related("mentor", "mentee")
        .order_by("mentor__sort_key", "mentor__slug", "start", "id")
    )
    columns = (
        Column("mentor", _("Mentor")), Column("mentee", _("Guided")), Column("kind", _("As")),
        Column("time", _("Time")), Column("outcome", _("Outcome")),
    )  # fmt: skip
    titles = {"start": _("Mentorships begun"), "end": _("Mentorships ended")}
    rules = {
        "start": _("Mentorships that began in the period, where the mentor or the person guided was a member in it."),
        "end": _("Mentorships that ended in the period, where the mentor or the person guided was a member in it."),
    }
    keys = {"start": "mentorships-begun", "end": "mentorships-ended"}
    return [
        Section(
            key=keys[column], title=titles[column], rule=rules[column], columns=columns,
            rows=[mentorship_row(scope, each, column) for each in rows if scope.period.holds(getattr(each, column))],
        )
        for column in keys
    ]  # fmt: skip


def mentorship_row(scope: Scope, each: Mentorship, column: str) -> Row:
    return Row((
        person_cell(each.mentor),
        person_cell(each.mentee),
        text_cell(str(each.get_kind_display())),
        text_cell(each.period, note=scope.period.remark(getattr(each, column))),
        text_cell(each.outcome),
    ))  # fmt: skip
