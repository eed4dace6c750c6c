"""A CV as al-folio keeps it: RenderCV's sections, or its older list of tables. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from labsite.lib.text import clean_text
from labsite.site_import.account import printable
from labsite.site_import.career import UNTITLED, Owner, position_kind, simple_record, summary_of
from labsite.site_import.fields import Fields, with_plain_signs
from labsite.site_import.nodes import Node
from labsite.site_import.records import (
    AwardRecord,
    EducationRecord,
    LinkRecord,
    PersonRecord,
    Place,
    PositionRecord,
    ProjectRecord,
    ServiceRecord,
    TalkRecord,
)
from labsite.site_import.resume import OTHERS_WORDS, read_basics
from labsite.site_import.sections import kind_of
from labsite.site_import.site import Site
from labsite.site_import.texts import read_data
from publications.formats.addresses import find_identifiers

PRIVATE = re.compile(
    r"\bbirth\b|\bborn\b|\bage\b|\bnationality\b|\bmarital\b|\bgender\b|\bsex\b|\bpassport\b", re.IGNORECASE
)
KEPT_BACK = "private data of a person are not carried over"
HEADINGS = (
    ("education", r"\beducation\b|\bdegrees?\b|\bacademic background\b"),
    ("publications", r"\bpublications?\b|\bpapers?\b|\barticles?\b"),
    ("talks", r"\btalks?\b|\bpresentations?\b|\blectures?\b"),
    ("teaching", r"\bteaching\b|\bcourses?\b"),
    ("awards", r"\bawards?\b|\bhonou?rs?\b|\bscholarships?\b|\bfellowships?\b|\bprizes?\b"),
    ("volunteer", r"\bvolunteer|\bservice\b|\breview|\boutreach\b|\bcommittees?\b"),
    ("projects", r"\bprojects?\b|\bsoftware\b|\bopen.source\b"),
    ("positions", r"\bexperience\b|\bemployment\b|\bwork\b|\bpositions?\b|\bappointments?\b|\binternships?\b"),
    ("references", r"\breferences\b|\breferees\b"),
)  # fmt: skip
PATTERNS = [(part, re.compile(pattern, re.IGNORECASE)) for part, pattern in HEADINGS]


def read_cv(site: Site, person: PersonRecord, path: str) -> PersonRecord:
    """`person` with what the file at `path` says of them; "" is no file."""
    node = read_data(site.folder, path) if path else None
    if node is None:
        return person
    owner = Owner(site, person)
    if isinstance(node.value, list):
        for table in Fields(node, path).each(node):
            read_table(owner, table)
        return owner.person
    top = Fields(node, path)
    cv = top.fields("cv") or top
    read_basics(owner, rendered_basics(cv))
    sections = cv.fields("sections")
    for heading, part in sections.nodes.items():
        read_section(owner, heading, part, path)
    top.leave(
        "it tells RenderCV how to draw the CV", "design", "locale", "locale_catalog", "rendercv_settings", "settings"
    )
    return owner.person


def rendered_basics(cv: Fields) -> Fields:
    """The head of a RenderCV file under the names of JSON Resume."""
    names = {"website": "url", "headline": "label", "social_networks": "profiles"}
    nodes = {names.get(name, name): node for name, node in cv.nodes.items() if name != "sections"}
    if "location" in nodes and isinstance(nodes["location"].value, str):
        nodes["location"] = Node({"city": nodes["location"]}, nodes["location"].line)
    return Fields(Node(nodes, cv.node.line), cv.path)


def part_of(heading: str) -> str:
    """What the entries under a heading are: a part of a person's record, "" where they are text."""
    return next((part for part, pattern in PATTERNS if pattern.search(heading)), "")


def read_section(owner: Owner, heading: str, node: Node, path: str) -> None:
    """One section of RenderCV: entries of any of its kinds."""
    title = heading.replace("_", " ")
    title = title if title != title.lower() else title.capitalize()
    part = part_of(title)
    for item, text in entries_of(node, path):
        if item is None:
            owner.add_section(Place(path, node.line), title, [text], kind_of(title))
        elif part == "references":
            item.leave(OTHERS_WORDS)
        elif part:
            READERS[part](owner, item)
        else:
            read_line(owner, title, item)


def entries_of(node: Node, path: str) -> Iterator[tuple[Fields | None, str]]:
    """The mappings and the texts of a list; a text is taken as it is read."""
    for each in node.value if isinstance(node.value, list) else [node]:
        if isinstance(each.value, dict):
            yield Fields(each, path), ""
        elif isinstance(each.value, str) and each.value.strip():
            each.is_taken = True
            yield None, with_plain_signs(clean_text(printable(each.value)))


def span(item: Fields) -> tuple[str, str, bool]:
    """Beginning, end and whether it lasts, in whichever way an entry says it."""
    start = item.date("start_date", "startDate", "start")
    name = next((name for name in ("end_date", "endDate", "end") if item.peek(name)), "")
    if item.peek(name).lower() in ("present", "now", "current"):
        item.take(name)
        return start, "", True
    end = item.date(name) if name else ""
    if start or end:
        return start, end, bool(start and not end and not name)
    return item.period("year", "date", "years", "dates", "period")


def texts_of(item: Fields) -> tuple[str, tuple[str, ...]]:
    """The summary and the points of an entry; points may have points of their own, under a title."""
    points = list(item.texts("highlights"))
    for name in ("description", "items", "contents"):
        node = item.nodes.get(name)
        if node is None or isinstance(node.value, str):
            continue
        for inner, text in entries_of(node, item.path):
            points.append(text if inner is None else nested(inner))
    summary = owner_text(item, "summary") or owner_text(item, "description")
    return summary, tuple(points)


def owner_text(item: Fields, name: str) -> str:
    return with_plain_signs(item.lines(name))


def nested(item: Fields) -> str:
    title = item.text("title", "name")
    return f"{title}: {', '.join(item.texts('contents', 'items'))}".strip(": ")


def read_education(owner: Owner, item: Fields) -> None:
    start, end, _ = span(item)
    summary, points = texts_of(item)
    degree = item.text("studyType", "study_type", "degree", "title")
    record = EducationRecord(
        item.place(), item.text("institution", "organization", "name"), degree,
        item.text("area", "field"), unit=item.text("department"), where=item.text("location"), start=start, end=end,
        grade=item.text("score", "gpa"), note=summary_of(summary, item.address("url"), points=points),
        courses=item.texts("courses"), advisors=item.words("advisor", "advisors"),
    )  # fmt: skip
    owner.add("education", record, item)


def read_position(owner: Owner, item: Fields) -> None:
    start, end, lasts = span(item)
    summary, points = texts_of(item)
    title = item.text("position", "title")
    organization = item.text("company", "institution", "organization", "name")
    record = PositionRecord(
        item.place(), position_kind(title), organization or title, title if organization else "",
        team=item.text("department", "team"), where=item.text("location"), start=start, end=end, is_current=lasts,
        summary=summary_of(summary, points=points), url=item.address("url", "website"),
    )  # fmt: skip
    owner.add("positions", record, item)


def read_award(owner: Owner, item: Fields) -> None:
    """An award, or the awards of one year in a list."""
    start, end, _ = span(item)
    date = start or end
    lasted = f"{start} – {end}" if start and end and start != end else ""
    title, awarder = item.text("title", "name"), item.text("awarder", "institution", "organization")
    summary, points = texts_of(item)
    if title:
        note = summary_of(lasted, summary, item.text("location"), points=points)
        owner.add("awards", AwardRecord(item.place(), title, awarder, date, note, item.address("url")), item)
        return
    if not points:
        item.discard(UNTITLED)
    for point in points:
        record = AwardRecord(item.place(), point, awarder, date, summary_of(lasted, summary))
        owner.add("awards", record, Fields(None, item.path))


def read_service(owner: Owner, item: Fields) -> None:
    start, end, _ = span(item)
    summary, points = texts_of(item)
    title = item.text("position", "title", "role", "label")
    organization = item.text("organization", "company", "institution", "name")
    note = summary_of(item.text("location", "details"), summary, item.address("url"), points=points)
    record = ServiceRecord(
        item.place(), "volunteer", title or organization, organization=organization if title else "",
        date=start or end, end=end if start else "", note=note,
    )  # fmt: skip
    owner.add("services", record, item)


def read_course(owner: Owner, item: Fields) -> None:
    start, end, _ = span(item)
    summary, points = texts_of(item)
    note = summary_of(item.text("position", "role", "location"), summary, points=points)
    record = ServiceRecord(
        item.place(), "teaching", item.text("title", "name", "course"),
        organization=item.text("institution", "organization", "company"), date=start or end, end=end if start else "",
        note=note,
    )  # fmt: skip
    owner.add_course(item, record)


def read_publication(owner: Owner, item: Fields) -> None:
    title = item.plain("title", "name")
    start, end, _ = span(item)
    record = simple_record(
        title, authors=item.words("authors"), container=item.text("journal", "publisher", "venue"),
        date=item.date("releaseDate") or start or end, url=item.address("url"), doi=doi_of(item),
    )  # fmt: skip
    summary, points = texts_of(item)
    owner.add_publication(item, record, summary_of(summary, points=points))


def doi_of(item: Fields) -> str:
    """A DOI; what is none stays, and is reported."""
    if find_identifiers(item.peek("doi")):
        return item.text("doi")
    item.leave("it is no DOI, such as 10.1000/182", "doi")
    return ""


def read_talk(owner: Owner, item: Fields) -> None:
    start, end, _ = span(item)
    summary, points = texts_of(item)
    talk = TalkRecord(
        item.place(), f"{item.path}#{item.place().line}", item.text("title", "name"),
        event=item.text("event", "institution", "organization"), where=item.text("location"), date=start or end,
        body=summary_of(summary, points=points), people=(owner.person.key,), links=links_of(item),
    )  # fmt: skip
    owner.add_talk(item, talk)


def read_project(owner: Owner, item: Fields) -> None:
    start, end, _ = span(item)
    summary, points = texts_of(item)
    project = ProjectRecord(
        item.place(), f"{item.path}#{item.place().line}", item.plain("name", "title"), summary=summary,
        body=summary_of(item.text("location", "institution"), points=points), start=start, end=end,
        topics=item.words("keywords"), people=(owner.person.key,), links=links_of(item),
    )  # fmt: skip
    owner.add_project(item, project)


def links_of(item: Fields) -> tuple[LinkRecord, ...]:
    address = item.address("url", "link")
    return (LinkRecord(address, "other"),) if address else ()


def read_line(owner: Owner, heading: str, item: Fields) -> None:
    """An entry of a section that is text here: “**Name** (level): one, two”."""
    name = item.text("label", "name", "title", "language", "bullet", "number", "reversed_number", "institution")
    level = ", ".join(filter(None, (item.text(word) for word in ("level", "fluency", "issuer", "date", "year"))))
    words = [item.text(word) for word in ("details", "summary", "value", "description", "location")]
    words += [", ".join(item.texts(word)) for word in ("keywords", "items", "highlights")]
    rest = ". ".join(filter(None, (*words, item.address("url"))))
    head = f"**{name}**" + (f" ({level})" if level else "") if level or rest else name
    owner.add_section(item.place(), heading, [f"{head}: {rest}" if rest else head], kind_of(heading))
    item.leave("signs are not carried over", "icon")


READERS: dict[str, Callable[[Owner, Fields], None]] = {
    "education": read_education, "positions": read_position, "awards": read_award, "volunteer": read_service,
    "teaching": read_course, "publications": read_publication, "talks": read_talk, "projects": read_project,
}  # fmt: skip


# The older format: a list of tables


def read_table(owner: Owner, table: Fields) -> None:
    """One table: `type` is map, time_table, list or nested_list."""
    title = table.text("title")
    table.take("type")
    part = part_of(title)
    node = table.nodes.get("contents")
    if node is None:
        return
    for item, text in entries_of(node, table.path):
        if item is None:
            owner.add_section(table.place(), title, [text], kind_of(title))
        elif table.peek("type") == "map":
            read_pair(owner, title, item)
        elif part == "references":
            item.leave(OTHERS_WORDS)
        elif part and table.peek("type") == "time_table":
            READERS[part](owner, item)
        else:
            read_line(owner, title, item)


def read_pair(owner: Owner, title: str, item: Fields) -> None:
    """One line of general information: a name, an address, or what else there is."""
    name, value = item.peek("name"), item.peek("value")
    if PRIVATE.search(name):
        item.leave(KEPT_BACK)
        return
    known = {"full name": "name", "name": "name", "email": "email", "e-mail": "email", "phone": "phone",
             "pronouns": "pronouns", "address": "office", "office": "office"}.get(name.lower())  # fmt: skip
    item.take("name", "value")
    if known:
        if owner.fill(**{known: value}):
            item.discard("the site says it otherwise elsewhere, and that counts")
    elif value:
        heading = "Languages" if name.lower() == "languages" else title
        owner.add_section(item.place(), heading, [f"**{name}**: {value}" if name != heading else value], kind_of(name))
