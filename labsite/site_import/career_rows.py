"""What somebody did, as rows: positions, degrees, awards and services."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from django.db.models import Model

from activities.models import Award, AwardReceipt, Service
from labsite.lib.text import fold
from labsite.site_import.records import AwardRecord, EducationRecord, PersonRecord, PositionRecord, ServiceRecord
from labsite.site_import.rows import Row, fit, origin_key
from labsite.site_import.survey import Gone, Survey
from people.models import Course, Education, Person, PersonName, Position

IS_HERE = "The award is here already and says something else, or nothing: set it there."


def add_career(survey: Survey, record: PersonRecord, person: Row) -> None:
    for position in record.positions:
        add_position(survey, position, person)
    for education in record.education:
        add_education(survey, education, person)
    for award in record.awards:
        add_award(survey, award, person)
    for order, service in enumerate(record.services):
        add_service(survey, service, person, order)
    if record.organization and not (record.role or record.positions):
        place = record.place
        stated = PositionRecord(
            place, "employment", record.organization, record.title, is_current=not record.is_alumnus
        )
        add_position(survey, stated, person)
    elif record.organization:
        survey.leave(record.place, "people.organization", record.organization, "Memberships and positions say where.")


def add_position(survey: Survey, record: PositionRecord, person: Row) -> None:
    organization = survey.organization(record.organization, record.place)
    kind = record.kind if record.kind in Position.Kind.values else "employment"
    row = Row(
        Position, origin_key(person.key, "position", fold(record.organization), fold(record.title), record.start),
        "positions", ", ".join(filter(None, (record.title, record.organization))),
        {"title": record.title, "team": record.team, "place": record.where, "start": record.start, "end": record.end,
         "summary": record.summary, "organization": organization},
        {"kind": kind, "end_is_unknown": bool(record.start) and not record.end and not record.is_current},
        parent="person",
    )  # fmt: skip
    here = person.found.positions.select_related("organization") if person.found else ()
    find_here(survey, row, person, (each for each in here if is_same_position(each, record)))
    survey.leave(record.place, "positions.url", record.url, "A position has no address of its own here.")
    if not (record.title or organization):
        survey.note(record.place, row, "It says neither what it was nor where.")
        return
    survey.add_part(person, row, record.place)


def find_here(survey: Survey, row: Row, person: Row, fitting: Iterable[Model]) -> None:
    """Sets what a row is here: what it became when the site was read before, else the first that fits and is free."""
    with suppress(Gone):
        row.found = survey.known(row.model, row.kind, row.key)
    if row.found is None:
        taken = {part.found.pk for part in person.children if part.found is not None and part.model is row.model}
        row.found = next((each for each in fitting if each.pk not in taken), None)


def is_same_position(here: Position, record: PositionRecord) -> bool:
    where = fold(here.organization.name) if here.organization else ""
    if where and record.organization and where != fold(record.organization):
        return False
    same_title = fold(here.title) == fold(record.title)
    same_start = not record.start or not here.start or str(here.start)[:4] == record.start[:4]
    return same_title and same_start


def add_education(survey: Survey, record: EducationRecord, person: Row) -> None:
    said = fold(record.organization), fold(record.degree), fold(record.field)
    label = ", ".join(filter(None, (record.degree or record.field, record.organization)))
    row = Row(
        Education, origin_key(person.key, "education", *said), "education", label,
        {"organization": survey.organization(record.organization, record.place),
         "degree": record.degree or record.field, "field": record.field if record.degree else "",
         "unit": record.unit, "place": record.where, "start": record.start, "end": record.end, "grade": record.grade,
         "note": record.note},
        parent="person",
    )  # fmt: skip
    here = person.found.education.select_related("organization") if person.found else ()
    find_here(survey, row, person, (each for each in here if is_same_degree(each, record)))
    row.pairs["advisors"] = [found for name in record.advisors if (found := find_advisor(survey, name, record))]
    added = survey.add_part(person, row, record.place)
    if added is None:
        return
    known = {fold(course.name) for course in row.found.courses.all()} if row.found else set()
    for order, name in enumerate(record.courses):
        if fold(name) not in known:
            course = Row(Course, origin_key(row.key, "course", fold(name)), "courses", name, {"name": name},
                         {"order": order}, parent="education")  # fmt: skip
            survey.add_part(row, course, record.place)


def is_same_degree(here: Education, record: EducationRecord) -> bool:
    same_place = fold(here.organization.name) == fold(record.organization)
    return same_place and fold(here.degree) == fold(record.degree or record.field)


def find_advisor(survey: Survey, name: str, record: EducationRecord) -> Row | None:
    """Whom this site or this database knows by the name; if that is not exactly one, the name stays behind."""
    own = [row for (kind, _), row in survey.rows.items() if kind == "people" and fold(row.label) == fold(name)]
    if len(own) == 1:
        return own[0]
    keys = set(Person.objects.filter(name__iexact=name).values_list("pk", flat=True)[:2])
    keys |= set(PersonName.objects.filter(name__iexact=name, is_public=True).values_list("person", flat=True)[:2])
    if len(keys) != 1:
        survey.leave(record.place, "education.advisors", name, "Nobody here is known by this name alone.")
        return None
    person = Person.objects.get(pk=keys.pop())
    return Row(Person, origin_key("person", person.pk), "advisors", name, found=person)


def add_award(survey: Survey, record: AwardRecord, person: Row) -> None:
    organization = survey.organization(record.organization, record.place) if record.organization else None
    award = survey.rows.get(("awards", fold(record.title)))
    if award is None:
        values = {"title": record.title, "url": record.url, "organization": organization}
        award = Row(Award, origin_key("award", fold(record.title)), "awards", record.title, values)
        award.found = find_award(record, organization)
        problem = fit(award, record.place, survey.plan.unused)
        if problem:
            survey.note(record.place, award, problem)
            return
        survey.rows[("awards", fold(record.title))] = award
        if award.found:
            report_otherwise(survey, record, award.found, organization)
    else:
        complete_award(survey, award, record, organization)
    row = Row(
        AwardReceipt, origin_key(person.key, "award", fold(record.title), record.date), "awards",
        f"{record.title}{f', {record.date}' if record.date else ''}",
        {"award": award, "year": record.date, "note": record.note}, pairs={"people": [person]},
    )  # fmt: skip
    if award.found and person.found:
        receipts = award.found.receipts.filter(people=person.found.pk)
        fitting = (each for each in receipts if not record.date or str(each.year or "")[:4] in ("", record.date[:4]))
        find_here(survey, row, person, fitting)
    survey.add_part(person, row, record.place)


def complete_award(survey: Survey, award: Row, record: AwardRecord, organization: Row | None) -> None:
    """Gives an award that the site names twice what only this mention says of it; what differs is reported."""
    if award.found:
        report_otherwise(survey, record, award.found, organization)
        return
    own = Row(Award, "", "awards", record.title, {"url": record.url, "organization": organization})
    fit(own, record.place, survey.plan.unused)
    for name, value in own.values.items():
        if value and award.values.setdefault(name, value) != value:
            told = organization.label if name == "organization" else value
            survey.leave(record.place, f"awards.{name}", told, "The site says it otherwise elsewhere, and one counts.")


def report_otherwise(survey: Survey, record: AwardRecord, here: Award, organization: Row | None) -> None:
    """An award that is here stays as it is: who gives it, and where it is told of, are set there."""
    giver = organization.found.pk if organization and organization.found else None
    if organization and (giver is None or giver != here.organization_id):
        survey.leave(record.place, "awards.organization", organization.label, IS_HERE)
    if record.url and record.url != here.url:
        survey.leave(record.place, "awards.url", record.url, IS_HERE)


def find_award(record: AwardRecord, organization: Row | None) -> Award | None:
    """The award of this title, of this giver if one is named. One query."""
    found = list(Award.objects.filter(search_text=fold(record.title)))
    giver = organization.found.pk if organization and organization.found else None
    own = [each for each in found if giver is None or each.organization_id in (None, giver)]
    return own[0] if own else None


def add_service(survey: Survey, record: ServiceRecord, person: Row, order: int) -> None:
    kind = record.kind if record.kind in Service.Kind.values else "other"
    year = int(record.date[:4]) if record.date[:4].isdecimal() else None
    what = record.venue or record.title or record.organization
    said = fold(what)
    row = Row(
        Service, origin_key(person.key, "service", kind, said, record.date), "services",
        " ".join(filter(None, (str(Service.Kind(kind).label), what, record.date))),
        {"title": record.title, "venue_text": record.venue, "date": record.date, "end_date": record.end,
         "note": record.note, "year": year if record.venue else None,
         "organization": survey.organization(record.organization, record.place)},
        {"kind": kind}, parent="person",
    )  # fmt: skip
    here = person.found.services.select_related("venue", "organization") if person.found else ()
    find_here(survey, row, person, (each for each in here if is_same_service(each, kind, said, year)))
    if not said:
        survey.note(record.place, row, "It says neither where nor what it was.")
        return
    survey.add_part(person, row, record.place)


def is_same_service(here: Service, kind: str, said: str, year: int | None) -> bool:
    names = {fold(here.venue_text), fold(here.title), fold(str(here.organization or ""))}
    names |= {fold(here.venue.name), fold(here.venue.label)} if here.venue else set()
    its_year = here.year or (here.date.year if here.date else None)
    return here.kind == kind and said in names and (not year or not its_year or year == its_year)
