"""Groups, news, talks, projects, pages and the lab itself as rows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from django.db.models import Model
from django.utils import timezone

from activities.models import NewsItem, Project, ProjectLink, ProjectRole, Talk, TalkLink
from labsite.lib.text import fold
from labsite.models import LabProfile, Page, SiteOrigin
from labsite.site_import.document_rows import document_row
from labsite.site_import.old_paths import add_old_paths
from labsite.site_import.records import LinkRecord, Media, NewsRecord, Place, ProjectRecord, TalkRecord
from labsite.site_import.rows import Planned, Row, origin_key
from labsite.site_import.survey import Gone, Survey
from people.models import Group
from publications.models import Topic

TALK_LABELS = {"pdf": "PDF"}  # of documents whose kind is no word
DELETED = "It was deleted here since it was brought in."


def find(survey: Survey, planned: Planned, model: type[Model], own: Iterable[Model]) -> tuple[Model | None, bool]:
    """The record here: the one that came of it before, else the first of `own`; and whether it is to be planned."""
    try:
        record = survey.known(model, planned.kind, origin_key(planned.kind, planned.key))
    except Gone:
        survey.leave_out(planned, DELETED)
        return None, False
    return record or next(iter(own), None), True


def people_of(survey: Survey, keys: Iterable[str], planned: Planned) -> list[Row]:
    """The people with these keys; who is left out is named."""
    found = []
    for key in keys:
        row = survey.rows.get(("people", key))
        if row is not None:
            found.append(row)
        else:
            planned.notes.append(f"“{key}” is not named in it: they are left out, or not on the site.")
    return found


def plan_groups(survey: Survey) -> None:
    for record in survey.content.groups:
        planned = Planned("groups", record.key, record.place, record.name)
        same = (each for each in Group.objects.all() if fold(record.name) in (fold(each.name), fold(each.short_name)))
        found, is_open = find(survey, planned, Group, same)
        if not is_open:
            continue
        values = {"name": record.name, "summary": record.summary, "body": record.body, "url": record.url}
        row = Row(Group, origin_key("groups", record.key), "groups", record.name, values,
                  {"is_published": survey.is_published()}, found=found)  # fmt: skip
        if survey.settle(planned, row):
            add_old_paths(survey, record.old_paths, row, record.place)


def plan_news(survey: Survey) -> None:
    for record in survey.content.news:
        plan_news_item(survey, record)


def plan_news_item(survey: Survey, record: NewsRecord) -> None:
    planned = Planned("news", record.key, record.place, f"{record.date}: {record.body[:80]}")
    same = (each for each in NewsItem.objects.filter(date=record.date) if fold(each.body) == fold(record.body))
    found, is_open = find(survey, planned, NewsItem, same if record.date else ())
    if not is_open:
        return
    kind = record.kind if record.kind in NewsItem.Kind.values else NewsItem.Kind.GROUP
    row = Row(
        NewsItem, origin_key("news", record.key), "news", planned.label,
        {"date": record.date, "end_date": record.end, "body": record.body},
        {"kind": kind, "is_published": survey.is_published(record.is_published), "is_highlight": record.is_highlight},
        found=found,
    )  # fmt: skip
    row.pairs["people"] = people_of(survey, record.people, planned)
    if survey.settle(planned, row):
        add_old_paths(survey, record.old_paths, row, record.place)


def plan_talks(survey: Survey) -> None:
    for record in survey.content.talks:
        plan_talk(survey, record)


def plan_talk(survey: Survey, record: TalkRecord) -> None:
    planned = Planned("talks", record.key, record.place, record.title)
    dated = Talk.objects.filter(date=record.date or None)
    found, is_open = find(survey, planned, Talk, (each for each in dated if fold(each.title) == fold(record.title)))
    if not is_open:
        return
    kind = record.kind if record.kind in Talk.Kind.values else Talk.Kind.CONTRIBUTED
    event = record.event or record.where
    row = Row(
        Talk, origin_key("talks", record.key), "talks", record.title,
        {"title": record.title, "event": event or record.title, "place": record.where if record.event else "",
         "date": record.date},
        {"kind": kind, "is_published": survey.is_published(record.is_published)}, found=found,
    )  # fmt: skip
    if not event:
        planned.notes.append("It does not say at what event: its title stands there too.")
    survey.leave(record.place, "talks.body", record.body, "A talk has no text here: a news item or a page can hold it.")
    row.pairs["speakers"] = people_of(survey, record.people or filter(None, [survey.content.owner]), planned)
    if not survey.settle(planned, row):
        return
    add_old_paths(survey, record.old_paths, row, record.place)
    here = {each.url for each in row.found.links.all()} if row.found else set()
    for order, link in enumerate(record.links):
        add_talk_link(survey, row, link, order, here, record.place)
    for order, (kind, media) in enumerate(record.documents, start=len(record.links)):
        add_talk_document(survey, row, TALK_LABELS.get(kind, kind.capitalize()), media, order, record.place)


def add_talk_link(survey: Survey, talk: Row, link: LinkRecord, order: int, here: set[str], place: Place) -> None:
    label = link.label or link.kind.replace("-", " ").capitalize()
    key = origin_key(talk.key, "link", link.url)
    row = Row(TalkLink, key, "links", f"{label}: {link.url}", {"label": label}, {"order": order}, parent="talk")
    if link.url in here:
        return
    if is_elsewhere(link.url):
        row.values["url"] = link.url
        survey.add_part(talk, row, place)
        return
    media = file_of(survey, link.url)
    if media is None or not add_talk_document(survey, talk, label, media, order, place):
        survey.note(place, row, "It leads to a file or page of the former site that is no PDF file.")


def add_talk_document(survey: Survey, talk: Row, label: str, media: Media, order: int, place: Place) -> bool:
    """Slides and the like that the site keeps itself; False where the file is no document, which is reported."""
    document = document_row(survey, media, place)
    if document is None:
        return False
    row = Row(
        TalkLink, origin_key(talk.key, "document", media.path), "links", f"{label}: {media.path}",
        {"label": label, "document": document}, {"order": order}, parent="talk",
    )  # fmt: skip
    if talk.found and document.found:
        row.found = talk.found.links.filter(document=document.found.pk).first()
    survey.add_part(talk, row, place)
    return True


def is_elsewhere(url: str) -> bool:
    return url.lower().startswith(("https://", "http://"))


def file_of(survey: Survey, url: str) -> Media | None:
    """The file of the site that a path of it names, if it is there."""
    path = PurePosixPath(url.removeprefix(f"{survey.content.prefix}/").lstrip("/"))
    if ".." in path.parts or not path.parts:
        return None
    own = set(survey.content.files)
    tries = (path.as_posix(), f"static/{path}", f"content/{path}")
    return next((Media(each) for each in tries if each in own and (survey.folder / each).is_file()), None)


def plan_projects(survey: Survey) -> None:
    topics = {fold(topic.name): topic for topic in Topic.objects.all()}
    for record in survey.content.projects:
        plan_project(survey, record, topics)


def plan_project(survey: Survey, record: ProjectRecord, topics: dict[str, Topic]) -> None:
    planned = Planned("projects", record.key, record.place, record.name)
    same = (each for each in Project.objects.all() if fold(each.name) == fold(record.name))
    found, is_open = find(survey, planned, Project, same)
    if not is_open:
        return
    row = Row(
        Project, origin_key("projects", record.key), "projects", record.name,
        {"name": record.name, "summary": record.summary, "body": record.body, "start": record.start, "end": record.end},
        {"kind": record.kind if record.kind in Project.Kind.values else Project.Kind.PROJECT,
         "status": Project.Status.FINISHED if is_past(record.end) else Project.Status.ACTIVE,
         "is_published": survey.is_published(record.is_published)},
        found=found,
    )  # fmt: skip
    known = [topics[fold(name)] for name in record.topics if fold(name) in topics]
    row.pairs["topics"] = [Row(Topic, origin_key("topic", each.pk), "topics", each.name, found=each) for each in known]
    for name in record.topics:
        if fold(name) not in topics:
            survey.leave(record.place, "projects.topics", name, f"There is no topic “{name}” here: make it first.")
    if record.picture:
        survey.leave(record.place, "projects.picture", record.picture.path, "A project has no picture here.")
    if not survey.settle(planned, row):
        return
    add_old_paths(survey, record.old_paths, row, record.place)
    here = {each.url for each in row.found.links.all()} if row.found else set()
    for order, link in enumerate(record.links):
        label = link.label or link.kind.replace("-", " ").capitalize()
        part = Row(ProjectLink, origin_key(row.key, "link", link.url), "links", f"{label}: {link.url}",
                   {"url": link.url, "label": label}, {"order": order}, parent="project")  # fmt: skip
        if not is_elsewhere(link.url):
            survey.note(record.place, part, "It leads to a page or file of the former site.")
        elif link.url not in here:
            survey.add_part(row, part, record.place)
    roles = {each.person_id for each in row.found.roles.all()} if row.found else set()
    for order, person in enumerate(people_of(survey, record.people, planned)):
        part = Row(ProjectRole, origin_key(row.key, "person", person.key), "roles", person.label, {"person": person},
                   {"order": order}, parent="project")  # fmt: skip
        if person.found is None or person.found.pk not in roles:
            survey.add_part(row, part, record.place)


def is_past(end: str) -> bool:
    return bool(end) and end[:10] < timezone.localdate().isoformat()[: len(end[:10])]


def plan_pages(survey: Survey) -> None:
    """Pages of one title are one, unless another site brought that one in: everybody has a page “Teaching”."""
    others = SiteOrigin.objects.filter(kind="pages", model=Page._meta.label_lower).exclude(site=survey.plan.site)
    own = Page.objects.exclude(pk__in=others.values("record_id"))
    for record in survey.content.pages:
        planned = Planned("pages", record.key, record.place, record.title)
        same = (each for each in own if fold(each.title) == fold(record.title))
        found, is_open = find(survey, planned, Page, same)
        if not is_open:
            continue
        values = {"title": record.title, "summary": record.summary, "body": record.body}
        row = Row(Page, origin_key("pages", record.key), "pages", record.title, values,
                  {"is_published": survey.is_published(record.is_published)}, found=found)  # fmt: skip
        if survey.settle(planned, row):
            add_old_paths(survey, record.old_paths, row, record.place)


def plan_lab(survey: Survey) -> None:
    """The one profile: what is empty in it is filled."""
    record = survey.content.lab
    if record is None:
        return
    found = LabProfile.objects.first()
    planned = Planned("lab", "lab", record.place, record.name or "the lab")
    row = Row(
        LabProfile, origin_key("lab", "lab"), "lab", planned.label,
        {"name": record.name, "tagline": record.tagline, "introduction": record.introduction}, {"id": 1}, found=found,
    )  # fmt: skip
    if found is not None and not record.name:
        row.values["name"] = found.name
    survey.leave(record.place, "lab.url", record.url, "The former address: set it if it stays the site's.")
    for name, media in (("logo", record.logo), ("picture", record.picture)):
        picture = None if found and getattr(found, name) else survey.picture(media, record.place)
        if picture:
            row.files[name] = picture
            if name == "picture":
                row.values |= {"picture_alt": picture.alt or planned.label, "picture_caption": picture.caption}
    survey.settle(planned, row)
