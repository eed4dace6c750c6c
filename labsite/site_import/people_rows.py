"""People of a site as rows: who they are, as what they were here, their links, names and old addresses."""

from __future__ import annotations

from collections import Counter

from labsite.lib.text import clean_text, fold
from labsite.site_import.career_rows import add_career
from labsite.site_import.identities import Identity, identify
from labsite.site_import.old_paths import add_old_paths
from labsite.site_import.records import LinkRecord, PersonRecord, Place, Unused
from labsite.site_import.rows import Planned, Row, origin_key
from labsite.site_import.survey import Survey
from labsite.site_import.written_addresses import INSTEAD, clean_person
from people.models import Membership, Person, PersonName, ProfileLink, ProfileSection
from publications.importing.comparing import plain_address

COLUMNS = (
    "name", "given_name", "family_name", "native_name", "honorific", "pronouns", "orcid", "headline", "bio", "email",
    "phone", "office",
)  # fmt: skip
# Of these somebody has one; of the others (websites, blogs) any number.
SINGLE = frozenset({"google-scholar", "semantic-scholar", "dblp", "openreview", "linkedin", "wechat"})


def plan_people(survey: Survey) -> None:
    """Puts everybody of the site on the plan."""
    cleaned = [without_written_addresses(survey, record) for record in survey.content.people]
    survey.addresses = Counter(
        address.casefold() for each in cleaned for address in {each.email, each.written_email} - {""}
    )
    cleaned.sort(key=lambda record: record.is_known_only)  # a co-author may be somebody whom the site itself shows
    same = shown_coauthors([record for record in cleaned if record.key not in survey.options.people])
    records = [record for record in cleaned if record.key not in same]
    identities = identify(survey, records)
    waiting = 0
    for record in records:
        planned = plan_person(survey, record, identities[record.key])
        waiting += bool(planned and planned.row and "photo" in planned.row.files)
    for record in cleaned:
        if record.key in same:
            add_to_shown(survey, record, survey.rows.get(("people", same[record.key].key)), same[record.key].name)
    if waiting:
        survey.plan.chores.append(
            f"{waiting} photo{'s are' if waiting != 1 else ' is'} stored but shown to nobody: tick “agreed to show the "
            "photo” on the record of everybody who agreed."
        )


def shown_coauthors(records: list[PersonRecord]) -> dict[str, PersonRecord]:
    """By key of a co-author with a link, the one person of the site with a page who bears their name."""
    shown: dict[str, dict[str, PersonRecord]] = {}
    for record in records:
        for name in () if record.is_known_only else record.names:
            shown.setdefault(name, {})[record.key] = record
    found = {}
    for record in records:
        fitting = {key: each for name in record.names for key, each in shown.get(name, {}).items()}
        if record.is_known_only and len(fitting) == 1:
            found[record.key] = next(iter(fitting.values()))
    return found


def add_to_shown(survey: Survey, record: PersonRecord, row: Row | None, name: str) -> None:
    """Gives a co-author's links to the person of the same plan who they are."""
    planned = Planned("people", record.key, record.place, record.name)
    if row is None:
        planned.notes.append(f"They are {name} of the same site, who is left out: the link stays behind with them.")
    else:
        planned.notes.append(f"They are {name} of the same site: the link comes to that page.")
        add_links(survey, record.links, row, record.place)
    survey.leave_out(planned, "")


def without_written_addresses(survey: Survey, record: PersonRecord) -> PersonRecord:
    """Somebody without the e-mail addresses that stand in their texts, which is said; not what the addresses are."""
    cleaned, names = clean_person(record)
    for name in names:
        survey.plan.unused.append(
            Unused(
                record.place, name, "",
                f"An e-mail address in the text: {INSTEAD} stands there instead. It is kept where nobody sees it, "
                "unless another one is known already or it is somebody else's.",
            )
        )  # fmt: skip
    return cleaned


def plan_person(survey: Survey, record: PersonRecord, identity: Identity) -> Planned | None:
    planned = Planned(
        "people", record.key, record.place, record.name, candidates=identity.candidates, chosen=identity.chosen
    )
    if record.is_known_only and identity.person is None:
        planned.candidates = []
        planned.notes.append("A co-author with a link and no page: papers name them, nobody gets a page by it.")
        survey.leave_out(planned, "")
        return None
    if record.is_known_only and identity.person is not None:
        rows = (row for (kind, _), row in survey.rows.items() if kind == "people" and row.found == identity.person)
        if (row := next(rows, None)) is not None:
            planned.candidates = []
            add_to_shown(survey, record, row, identity.person.name)
            return None
    if identity.problem:
        survey.leave_out(planned, identity.problem)
        if identity.candidates:
            survey.plan.chores.append(f"Decide who “{record.name}” is ({record.place}): {identity.problem}")
        return None
    row = Row(Person, origin_key("people", record.key), "people", record.name, found=identity.person)
    if not record.is_known_only:
        row.values = {name: getattr(record, name) for name in COLUMNS}
        row.values["email"] = record.email or own_written_address(survey, record, row)
        check_orcid(survey, record, row)
        row.defaults = {"is_published": survey.is_published()}
        add_photo(survey, record, row)
    if not survey.settle(planned, row):
        return None
    if identity.reason:
        planned.notes.append(f"They are {identity.person.name} here: {identity.reason}.")
    add_links(survey, record.links, row, record.place)
    if not record.is_known_only:
        add_names(survey, record, row)
        add_memberships(survey, record, row)
        add_career(survey, record, row)
        add_sections(survey, record, row)
        add_old_paths(survey, record.old_paths, row, record.place)
    return planned


def own_written_address(survey: Survey, record: PersonRecord, row: Row) -> str:
    """The e-mail address that their texts name, "" where it is known to be another's: an advisor's. One query."""
    address = record.written_email.casefold()
    if not address:
        return ""
    others = Person.objects.filter(email__iexact=address).exclude(pk=row.found.pk if row.found else None)
    return "" if survey.addresses[address] > 1 or others.exists() else record.written_email


def check_orcid(survey: Survey, record: PersonRecord, row: Row) -> None:
    """An ORCID iD belongs to one person: that of somebody else stays behind."""
    if not record.orcid:
        return
    others = Person.objects.filter(orcid=record.orcid).exclude(pk=row.found.pk if row.found else None)
    owner = survey.orcids.setdefault(record.orcid, record.key)
    if owner != record.key or others.exists():
        del row.values["orcid"]
        survey.leave(record.place, "people.orcid", record.orcid, "Somebody else has this ORCID iD.")


def add_photo(survey: Survey, record: PersonRecord, row: Row) -> None:
    """A portrait is stored and not shown: whether somebody agreed is nowhere on a site."""
    has_one = row.found is not None and bool(row.found.photo)
    photo = None if has_one else survey.picture(record.photo, record.place)
    if photo:
        row.files["photo"] = photo
        row.values["photo_alt"] = photo.alt or record.name


def add_links(survey: Survey, links: tuple[LinkRecord, ...], person: Row, place: Place) -> None:
    here = list(person.found.links.all()) if person.found else []
    planned = {plain_address(row.values["url"]) for row in person.children if row.model is ProfileLink}
    for order, link in enumerate(links, start=len(planned)):
        kind = link.kind if link.kind in ProfileLink.Kind.values else "other"
        row = Row(
            ProfileLink, origin_key(person.key, "link", kind, plain_address(link.url)), "links",
            f"{ProfileLink.Kind(kind).label}: {link.url}", {"url": link.url, "label": link.label},
            {"kind": kind, "order": order}, parent="person",
        )  # fmt: skip
        if any(each.url and plain_address(each.url) == plain_address(link.url) for each in here):
            continue
        if plain_address(link.url) in planned:
            continue
        planned.add(plain_address(link.url))
        same_kind = [each for each in here if each.kind == kind]
        row.found = next((each for each in same_kind if not each.url), None)  # named here without its address
        if row.found is None and same_kind and kind in SINGLE:
            survey.note(link.place or place, row, f"Another one is here: {same_kind[0].url}.")
            continue
        survey.add_part(person, row, link.place or place)


def add_names(survey: Survey, record: PersonRecord, person: Row) -> None:
    known = {fold(record.name), fold(record.native_name)}
    if person.found:
        known |= {fold(person.found.name), fold(person.found.native_name)}
        known |= {fold(name) for name in person.found.names.values_list("name", flat=True)}
    for name in record.other_names:
        if fold(name) in known or not clean_text(name):
            continue
        known.add(fold(name))
        row = Row(
            PersonName, origin_key(person.key, "name", fold(name)), "names", f"also {name}", {"name": clean_text(name)},
            {"kind": PersonName.Kind.PUBLISHED, "is_public": True}, parent="person",
        )  # fmt: skip
        survey.add_part(person, row, record.place)


def add_memberships(survey: Survey, record: PersonRecord, person: Row) -> None:
    """One for each group, or one of the whole lab. Whoever has one here that this one is not keeps it alone."""
    if record.role not in Membership.Role.values:
        told = ", ".join(filter(None, (record.title, record.start, record.end, record.next_destination)))
        if told:
            survey.leave(record.place, "people.role", told, "It does not say as what they were here.")
        if not record.positions or record.title:
            survey.plan.chores.append(f"Give {record.name} a membership: the site does not say as what they are here.")
        return
    groups = [row for key in record.groups if (row := survey.rows.get(("groups", key)))]
    for key in record.groups:
        if ("groups", key) not in survey.rows:
            survey.leave(record.place, "people.groups", key, "There is no such group on the site.")
    here = list(person.found.memberships.all()) if person.found else []
    for group in groups or [None]:
        row = Row(
            Membership, origin_key(person.key, "membership", record.role, group.key if group else ""), "memberships",
            f"{Membership.Role(record.role).label}{f', {group.label}' if group else ''}",
            {"start": record.start, "end": record.end, "title": record.title, "role": record.role,
             "next_destination": record.next_destination, **({"group": group} if group else {})},
            {"end_is_unknown": record.is_alumnus and not record.end}, parent="person",
        )  # fmt: skip
        row.found = next((each for each in here if is_same_stay(each, record, group)), None)
        if row.found is None and here:
            known = ("memberships", row.key) in survey.origins
            if not known:
                survey.note(record.place, row, f"They are here as {here[0].role_text} already.")
                continue
        survey.add_part(person, row, record.place)


def is_same_stay(here: Membership, record: PersonRecord, group: Row | None) -> bool:
    """Whether a membership here is this one: the same role, and no other group."""
    other = group is not None and here.group_id is not None and (group.found is None or group.found.pk != here.group_id)
    return here.role == record.role and not other


def add_sections(survey: Survey, record: PersonRecord, person: Row) -> None:
    here = {fold(each.heading): each for each in person.found.sections.all()} if person.found else {}
    for order, section in enumerate(record.sections):
        kind = section.kind if section.kind in ProfileSection.Kind.values else "other"
        row = Row(
            ProfileSection, origin_key(person.key, "section", fold(section.heading)), "sections", section.heading,
            {"heading": section.heading, "body": section.body},
            {"kind": kind, "order": order, "is_published": survey.is_published()}, parent="person",
        )  # fmt: skip
        row.found = here.get(fold(section.heading))
        survey.add_part(person, row, section.place)
