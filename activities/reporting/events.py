"""What happened in the period of a report: awards, grants, talks, services, software and data sets."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from activities.models import AwardReceipt, Grant, GrantRole, Project, ProjectRole, Service, Talk
from activities.reporting.people import person_cell
from activities.reporting.publications import by_members
from activities.reporting.scope import Scope, q_dated, q_touching
from activities.reporting.sections import Cell, Column, Row, Section, date_cell, names_cell, text_cell
from labsite.lib.dates import PartialDate
from labsite.lib.text import amount_text
from people.models import Person


def unbroken_amount(amount: Decimal | None, currency: str) -> str:
    """`amount_text` that stays on one line of a narrow column."""
    return amount_text(amount, currency).replace(" ", "\N{NO-BREAK SPACE}")


def amount_cell(amount: Decimal | None, currency: str) -> Cell:
    return Cell() if amount is None else text_cell(unbroken_amount(amount, currency), value=amount)


def sums_of(amounts: list[tuple[Decimal | None, str]]) -> tuple[str, ...]:
    """The total of each currency, in words, and how many amounts are not stated."""
    totals: dict[str, Decimal] = {}
    for amount, currency in amounts:
        if amount is not None:
            totals[currency] = totals.get(currency, Decimal(0)) + amount
    unknown = sum(amount is None for amount, currency in amounts)
    words = [unbroken_amount(total, currency) for currency, total in sorted(totals.items())]
    if unknown:
        words.append(
            ngettext("%(count)s without a stated amount", "%(count)s without a stated amount", unknown)
            % {"count": unknown}
        )
    return tuple(words)


def awards_section(scope: Scope) -> Section:
    """Three queries."""
    received = AwardReceipt.people.through.objects.filter(
        awardreceipt=OuterRef("pk"), person__is_published=True, person__in=scope.people()
    )
    named = AwardReceipt.people.through.objects.filter(awardreceipt=OuterRef("pk"))
    for_paper = Q(publication__in=by_members(scope).values("pk")) & ~Exists(named)
    ours = AwardReceipt.objects.filter(Exists(received) | for_paper)
    found = ours.filter(q_dated(scope.period, "year")).with_page_relations()
    rows = list(found.order_by("year", "award__title", "pk"))
    return Section(
        key="awards", title=_("Awards"),
        rule=_("Awards received in the period by somebody who was a member in it, and prizes for their publications."),
        columns=(
            Column("award", _("Award")), Column("people", _("Received by")), Column("organization", _("Given by")),
            Column("date", _("Date")), Column("amount", _("Amount")), Column("currency", _("Currency"), False),
            Column("publication", _("For"), False), Column("note", _("Note"), False),
        ),
        rows=[award_row(scope, each) for each in rows],
        undated=ours.filter(year__isnull=True).count(),
    )  # fmt: skip


def award_row(scope: Scope, receipt: AwardReceipt) -> Row:
    paper = receipt.publication if receipt.publication and receipt.publication.is_published else None
    people = person_cell(*receipt.people.all())
    if not people.links and paper:
        people = text_cell(paper.marked_title, paper.get_absolute_url())
    return Row((
        text_cell(receipt.award.title, receipt.award.url, note=receipt.note, value=receipt.award.title),
        people,
        text_cell(str(receipt.award.organization or "")),
        date_cell(receipt.year, scope.period.remark(receipt.year)),
        amount_cell(receipt.amount, receipt.currency),
        text_cell(receipt.currency),
        text_cell(paper.marked_title if paper else ""),
        text_cell(receipt.note),
    ))  # fmt: skip


def grants_section(scope: Scope) -> Section:
    """Grants that ran in the period. Three queries."""
    roles = GrantRole.objects.filter(person__is_published=True)
    own = roles.filter(grant=OuterRef("pk"), person__in=scope.people())
    ours = Grant.objects.filter(Exists(own))
    is_undated = Q(start__isnull=True, end__isnull=True)
    grants = list(
        ours.filter(q_touching(scope.period)).exclude(is_undated).select_related("funder")
        .prefetch_related(Prefetch("roles", roles.select_related("person")))
        .order_by("start", "title", "pk")
    )  # fmt: skip
    return Section(
        key="grants", title=_("Grants"),
        rule=_(
            "Grants that ran on some day of the period, in which somebody who was a member in it has a part. "
            "Amounts are those of the whole grant, not of the period."
        ),
        columns=(
            Column("grant", _("Grant")), Column("funder", _("Funder")),
            Column("number", pgettext("of a grant", "Number")),
            Column("time", _("Time")), Column("people", _("People")), Column("amount", _("Amount")),
            Column("currency", _("Currency"), False), Column("scheme", _("Programme"), False),
        ),
        rows=[grant_row(each) for each in grants],
        undated=ours.filter(is_undated).count(),
        sums=sums_of([(each.amount, each.currency) for each in grants]),
    )  # fmt: skip


def grant_row(grant: Grant) -> Row:
    return Row((
        text_cell(grant.title, grant.url, note=grant.scheme, value=grant.title),
        text_cell(str(grant.funder or "")),
        text_cell(grant.number),
        text_cell(grant.period),
        names_cell(
            (role.person.name, role.person.get_absolute_url(), str(role.get_role_display()))
            for role in grant.roles.all()
        ),
        amount_cell(grant.amount, grant.currency),
        text_cell(grant.currency),
        text_cell(grant.scheme),
    ))  # fmt: skip


def talks_section(scope: Scope) -> Section:
    """Three queries."""
    speaks = Talk.speakers.through.objects.filter(talk=OuterRef("pk"), person__in=scope.people())
    ours = Talk.objects.published().filter(Exists(speaks))
    talks = ours.filter(q_dated(scope.period, "date")).prefetch_related(
        Prefetch("speakers", Person.objects.published())
    )
    return Section(
        key="talks", title=_("Talks"),
        rule=_("Talks in the period by somebody who was a member in it."),
        columns=(
            Column("talk", _("Talk")), Column("kind", _("Kind")), Column("event", _("Event")),
            Column("speakers", _("Speakers")), Column("date", _("Date")), Column("place", _("Place"), False),
        ),
        rows=[
            Row((
                text_cell(each.title or str(each.get_kind_display())),
                text_cell(str(each.get_kind_display())),
                text_cell(each.event, note=each.place, value=each.event),
                person_cell(*each.speakers.all()),
                date_cell(each.date, scope.period.remark(each.date)),
                text_cell(each.place),
            ))
            for each in talks.order_by("date", "pk")
        ],
        undated=ours.filter(date__isnull=True).count(),
    )  # fmt: skip


def services_section(scope: Scope) -> Section:
    """Services by when they were done; by their edition where no date is known. Two queries."""
    ours = Service.objects.filter(person__in=scope.people())
    years = (scope.period.first_day.year, scope.period.last_day.year)
    in_period = q_dated(scope.period, "date", "end_date") | Q(date__isnull=True, year__range=years)
    rows = ours.filter(in_period).select_related("person", "venue", "organization")
    ordered = rows.order_by("person__sort_key", "person__slug", "kind", "year", "date", "pk")
    return Section(
        key="services", title=_("Service"),
        rule=_(
            "Service done in the period by somebody who was a member in it. Where no date is known, the year of the "
            "edition decides."
        ),
        columns=(
            Column("service", _("Service")), Column("person", _("Person")), Column("for", _("For")),
            Column("time", _("Time")), Column("times", _("Times")), Column("title", _("Title"), False),
        ),
        rows=[service_row(scope, each) for each in ordered],
        undated=ours.filter(date__isnull=True, year__isnull=True).count(),
    )  # fmt: skip


def service_row(scope: Scope, service: Service) -> Row:
    edition = PartialDate(f"{service.year:04d}") if service.year else None
    date = service.date or edition
    note = service.title if service.title and service.title != service.where else ""
    return Row((
        text_cell(str(service.get_kind_display())),
        person_cell(service.person),
        text_cell(service.where, note=note, value=service.where),
        text_cell(
            service.period or (edition.display() if edition else ""), note=scope.period.remark(date) if date else "",
            value="/".join(str(each) for each in (date, service.end_date) if each),
        ),
        text_cell(str(service.count) if service.count > 1 else "", value=service.count),
        text_cell(service.title),
    ))  # fmt: skip


def works_section(scope: Scope) -> Section:
    """Software and data sets that were worked on in the period. Three queries."""
    roles = ProjectRole.objects.filter(person__is_published=True)
    own = roles.filter(project=OuterRef("pk"), person__in=scope.people())
    kinds = (Project.Kind.SOFTWARE, Project.Kind.DATASET)
    ours = Project.objects.published().filter(Exists(own), kind__in=kinds)
    is_undated = Q(start__isnull=True, end__isnull=True)
    works = (
        ours.filter(q_touching(scope.period)).exclude(is_undated)
        .prefetch_related(Prefetch("roles", roles.select_related("person"))).order_by("kind", "name", "pk")
    )  # fmt: skip
    return Section(
        key="works", title=_("Software and data sets"),
        rule=_("Software and data sets that somebody who was a member in the period worked on in it."),
        columns=(
            Column("name", _("Name")), Column("kind", _("Kind")), Column("people", _("People")),
            Column("time", _("Time")), Column("summary", _("Summary"), False),
        ),
        rows=[
            Row((
                text_cell(each.name, each.get_absolute_url()), text_cell(str(each.get_kind_display())),
                person_cell(*(role.person for role in each.roles.all())), text_cell(each.period),
                text_cell(each.summary),
            ))
            for each in works
        ],
        undated=ours.filter(is_undated).count(),
    )  # fmt: skip
