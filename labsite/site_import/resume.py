"""A CV as JSON Resume (https://jsonresume.org/schema), and as academicpages writes it: fields of a person. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from labsite.site_import.career import Owner, position_kind, simple_record, summary_of
from labsite.site_import.fields import Fields
from labsite.site_import.links import link_of, orcid_of
from labsite.site_import.records import (
    AwardRecord,
    EducationRecord,
    LinkRecord,
    PersonRecord,
    PositionRecord,
    ProjectRecord,
    ServiceRecord,
    TalkRecord,
)
from labsite.site_import.site import Site
from labsite.site_import.texts import read_data
from labsite.site_import.told_again import LASTS

SAID_ALREADY = "the site says it otherwise elsewhere, and that counts"
OTHERS_WORDS = "what others say of somebody is not carried over: ask them, and write it here"


def read_resume(site: Site, person: PersonRecord, path: str) -> PersonRecord:
    """`person` with what the file at `path` says of them; "" is no file."""
    node = read_data(site.folder, path) if path else None
    if node is None:
        return person
    resume = Fields(node, path)
    owner = Owner(site, person)
    read_basics(owner, resume.fields("basics"))
    for name, read in PARTS.items():
        for item in resume.items(name):
            read(owner, item)
    for item in resume.items("references"):
        item.leave(OTHERS_WORDS)
    resume.leave("it describes the file, not the person", "$schema", "meta")
    return owner.person


def read_basics(owner: Owner, basics: Fields) -> None:
    location = basics.fields("location")
    office = "\n".join(filter(None, (
        location.text("address"), " ".join(filter(None, (location.text("postalCode"), location.text("city")))),
        location.text("region"), location.text("countryCode", "country"),
    )))  # fmt: skip
    links = [
        LinkRecord(address, "website", place=basics.place(name))
        for name in ("url", "website")
        if (address := basics.address(name))
    ]
    orcid = ""
    for profile in basics.items("profiles"):
        network, address = profile.text("network"), profile.address("url")
        value = address or profile.peek("username")
        profile.take("username")
        if "orcid" in network.lower() and orcid_of(value):
            orcid = orcid_of(value)
        elif link := link_of(network, value):
            links.append(replace(link, place=profile.place()))
        else:
            profile.discard("it is no account or address of a service that is known here")
        profile.leave("signs are not carried over", "icon")
    known = {
        "name": "name", "label": "headline", "email": "email", "phone": "phone", "summary": "bio",
        "pronouns": "pronouns",
    }  # fmt: skip
    for name, part in known.items():
        text = owner.site.text(basics, name) if name == "summary" else basics.text(name)
        if owner.fill(**{part: text}):
            basics.untake(name, SAID_ALREADY)
    if owner.fill(office=office):
        location.discard(SAID_ALREADY)
    if owner.fill(orcid=orcid):
        basics.leave(SAID_ALREADY, "profiles")
    if owner.person.photo is None:
        owner.fill(
            photo=owner.site.picture(basics, "image", "assets/img", "images") or owner.site.picture(basics, "picture")
        )
    basics.leave(SAID_ALREADY, "image", "picture")
    owner.person = replace(owner.person, links=tuple(dict.fromkeys([*owner.person.links, *links])))


def end_of(item: Fields, *names: str) -> tuple[str, bool]:
    """The date of an end, and whether it lasts: said so, or begun and not ended."""
    name = next((name for name in names if item.peek(name)), "")
    if item.peek(name).lower() in LASTS:
        item.take(name)
        return "", True
    return item.date(*names), False


def read_work(owner: Owner, item: Fields) -> None:
    start, title = item.date("startDate", "start_date"), item.text("position")
    end, lasts = end_of(item, "endDate", "end_date")
    organization = item.text("name", "company", "organization")
    record = PositionRecord(
        item.place(), position_kind(title), organization or title, title if organization else "",
        where=item.text("location"), start=start, end=end, is_current=lasts or bool(start and not end),
        summary=summary_of(
            item.text("description"), owner.site.text(item, "summary"), points=item.texts("highlights")
        ),
        url=item.address("url", "website"),
    )  # fmt: skip
    owner.add("positions", record, item)


def read_volunteer(owner: Owner, item: Fields) -> None:
    end, _ = end_of(item, "endDate")
    where, url = item.text("location"), item.address("url", "website")
    note = summary_of(where, owner.site.text(item, "summary"), url, points=item.texts("highlights"))
    record = ServiceRecord(
        item.place(), "volunteer", item.text("position"), organization=item.text("organization"),
        date=item.date("startDate"), end=end, note=note,
    )  # fmt: skip
    owner.add("services", record, item)


def read_education(owner: Owner, item: Fields) -> None:
    end, _ = end_of(item, "endDate")
    record = EducationRecord(
        item.place(), item.text("institution"), item.text("studyType"), item.text("area"), where=item.text("location"),
        start=item.date("startDate"), end=end, grade=item.text("score", "gpa"), courses=item.texts("courses"),
        note=summary_of(item.text("summary", "thesis"), item.address("url")),
    )  # fmt: skip
    owner.add("education", record, item)


def read_award(owner: Owner, item: Fields) -> None:
    end = item.date("endDate", "enddate", "end_date")
    note = summary_of(item.text("summary"), f"until {end}" if end else "")
    record = AwardRecord(
        item.place(), item.text("title"), item.text("awarder"), item.date("date", "startdate", "startDate"), note,
        item.address("url"),
    )  # fmt: skip
    owner.add("awards", record, item)


def read_publication(owner: Owner, item: Fields) -> None:
    title, address = item.text("name", "title"), item.address("url", "website")
    record = simple_record(
        title, container=item.text("publisher", "journal"), date=item.date("releaseDate", "date"), url=address,
        authors=item.words("authors"),
    )  # fmt: skip
    owner.add_publication(item, record, item.text("summary", "description"))


def read_skill(owner: Owner, item: Fields) -> None:
    owner.add_section(item.place(), "Skills", [named_list(item)], "skills")
    item.leave("signs are not carried over", "icon")


def read_interest(owner: Owner, item: Fields) -> None:
    owner.add_section(item.place(), "Interests", [named_list(item)], "interests")
    item.leave("signs are not carried over", "icon")


def named_list(item: Fields) -> str:
    """“**Name** (level): one, two”."""
    level = item.text("level")
    head = f"**{item.text('name')}**" + (f" ({level})" if level else "")
    words = ", ".join(item.texts("keywords"))
    return f"{head}: {words}" if words else head


def read_language(owner: Owner, item: Fields) -> None:
    line = ": ".join(filter(None, (item.text("language"), item.text("fluency"))))
    owner.add_section(item.place(), "Languages", [line], "skills")
    item.leave("signs are not carried over", "icon")


def read_certificate(owner: Owner, item: Fields) -> None:
    name, address = item.text("name"), item.address("url")
    line = ", ".join(
        filter(None, (f"[{name}]({address})" if address else name, item.text("issuer"), item.date("date")))
    )
    owner.add_section(item.place(), "Certificates", [line], "other")
    item.leave("signs are not carried over", "icon")


def read_project(owner: Owner, item: Fields) -> None:
    end, _ = end_of(item, "endDate")
    address = item.peek("url")
    links = (LinkRecord(item.address("url"), "project"),) if address.startswith("http") else ()
    roles = ", ".join((*item.texts("roles"), *item.texts("entity"), *item.texts("type")))
    project = ProjectRecord(
        item.place(), f"{item.path}#{item.place().line}", item.text("name"),
        summary=owner.site.text(item, "summary", "description"),
        body=summary_of(roles, points=item.texts("highlights")),
        start=item.date("startDate", "date"), end=end, topics=item.words("keywords", "category"),
        people=(owner.person.key,), links=links,
    )  # fmt: skip
    owner.add_project(item, project)


def read_presentation(owner: Owner, item: Fields) -> None:
    talk = TalkRecord(
        item.place(), f"{item.path}#{item.place().line}", item.text("name", "title"), event=item.text("event"),
        where=item.text("location"), date=item.date("date"), body=owner.site.text(item, "description"),
        people=(owner.person.key,),
        links=(LinkRecord(item.address("url"), "other"),) if item.peek("url").startswith("http") else (),
    )  # fmt: skip
    owner.add_talk(item, talk)


def read_course(owner: Owner, item: Fields) -> None:
    note = summary_of(". ".join(filter(None, (item.text("role"), item.text("location")))), item.text("description"))
    service = ServiceRecord(
        item.place(), "teaching", item.text("course", "name"), organization=item.text("institution"),
        date=item.date("date"), note=note,
    )  # fmt: skip
    owner.add_course(item, service)


PARTS: dict[str, Callable[[Owner, Fields], None]] = {
    "work": read_work, "volunteer": read_volunteer, "education": read_education, "awards": read_award,
    "certificates": read_certificate, "publications": read_publication, "skills": read_skill,
    "languages": read_language, "interests": read_interest, "projects": read_project, "portfolio": read_project,
    "presentations": read_presentation, "teaching": read_course,
}  # fmt: skip
