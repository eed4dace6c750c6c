"""The public record as content of Hugo Blox, a template of Hugo: its files, laid over a copy of the template."""

from __future__ import annotations

import re
from typing import Any

from django.core.files.storage import default_storage

from labsite.backups.files import pieces
from labsite.lib.markdown import plain_text
from labsite.lib.text import free_slug
from labsite.models import Document
from labsite.site_archive.folders import Staging
from labsite.site_export.accounts import ICONS
from labsite.site_export.content import (
    Content,
    documents_of,
    file_of,
    links_of,
    news,
    pages,
    photo_of,
    projects,
    role_of,
    talks,
    with_documents,
)  # fmt: skip
from labsite.site_export.texts import as_words, for_hugo, full_date, page, printed, title_of, to_yaml
from people.models import Person, ProfileSection
from publications.formats.bibtex import write_bibtex
from publications.models import Link, Publication
from publications.records import CSL_TYPES, Record

DOCUMENTS = "media/documents"  # the same path as here, on whichever host the site will stand
BULLET = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
URL_FIELDS = {
    "pdf": "url_pdf", "code": "url_code", "data": "url_dataset", "poster": "url_poster", "project": "url_project",
    "slides": "url_slides", "video": "url_video", "publisher": "url_source",
}  # fmt: skip
IDENTIFIERS = {"doi"}  # “<” is a sign of some
KEPT = "edtf"  # what is known of a date, where Hugo wants a day


def about(content: Content) -> list[str]:
    """What the site is about: the whole lab, in which everybody has a page."""
    people = len(content.people)
    return [f"“{content.title}”, with a page for {f'each of {people} people' if people != 1 else '1 person'}"]


def write(staging: Staging, content: Content) -> None:
    """Writes every file of the site into `staging`."""
    tagline = content.lab.tagline if content.lab else content.owner.headline
    identity = {"type": "organization", "name": content.title, "tagline": tagline}
    staging.add("config/_default/params.yaml", to_yaml(printed({"hugoblox": {"identity": identity}}, as_words)))
    named = {"title": content.title, "baseURL": f"{content.root}/"}
    staging.add("config/_default/hugo.yaml", to_yaml(printed(named, as_words)))
    for person in content.people:
        write_person(staging, content, person)
    documents = write_publications(staging, content) | write_talks(staging)
    write_news(staging)
    for project in projects():
        write_project(staging, project)
    for each in pages():
        front = {"title": each.title, "summary": each.summary, "type": "page"}
        staging.add(f"content/pages/{each.slug}/index.md", front_page(front, for_hugo(each.body)))
    for name in sorted(documents):
        with default_storage.open(documents[name].file.name, "rb") as source:
            staging.add(f"static/{DOCUMENTS}/{name}", pieces(source))


def front_page(front: dict[str, Any], body: str = "") -> bytes:
    """A page of the template, which prints some fields as HTML, some as Markdown and some as they are."""
    return page(printed(front, as_words, IDENTIFIERS), body)


def write_person(staging: Staging, content: Content, person: Person) -> None:
    folder = f"content/authors/{person.slug}"
    profile = content.profile(person)
    interests = [part for part in profile.sections if part.kind == ProfileSection.Kind.INTERESTS]
    social = [
        {"icon": ICONS[link.kind][0], "icon_pack": ICONS[link.kind][1], "link": link.url, "label": link.text}
        for link in links_of(person)
    ]
    if profile.contact.get("email"):
        social.insert(0, {"icon": "envelope", "icon_pack": "fas", "link": f"mailto:{profile.contact['email']}"})
    if person.orcid:
        social.append({"icon": "orcid", "icon_pack": "ai", "link": f"https://orcid.org/{person.orcid}"})
    groups = [stay.group for stay in person.memberships.all() if stay.group and stay.group.is_published]
    organizations = {group.organization for group in groups if group.organization}
    front = {
        "title": person.name, "first_name": person.given_name, "last_name": person.family_name,
        "superuser": person.pk == content.owner.pk, "role": role_of(person, content.today),
        "organizations": [
            {"name": each.name, "url": each.url} for each in sorted(organizations, key=lambda each: each.name)
        ],
        "bio": person.headline, "interests": [line for part in interests for line in items_of(part.body)],
        "education": {"courses": [degree(each) for each in profile.education]} if profile.education else {},
        "social": social, "user_groups": list(dict.fromkeys(group.name for group in groups)),
        "aliases": [f"/people/{person.slug}/"],
    }  # fmt: skip
    parts = [part for part in profile.sections if part.kind != ProfileSection.Kind.INTERESTS]
    body = "\n\n".join([person.bio, *(f"## {' '.join(part.heading.split())}\n\n{part.body}" for part in parts)])
    staging.add(f"{folder}/_index.md", front_page(front, for_hugo(body)))
    if stored := photo_of(person):
        with default_storage.open(stored, "rb") as source:
            staging.add(f"{folder}/avatar.jpg", pieces(source))


def items_of(body: str) -> list[str]:
    """The lines of a list in Markdown, without their signs."""
    lines = (plain_text(BULLET.sub("", line)) for line in body.splitlines())
    return [line for line in lines if line]


def degree(row: Any) -> dict[str, Any]:
    course = ", ".join(part for part in (row.degree, row.field) if part)
    return {"course": course, "institution": str(row.organization), "year": str(row.end or row.start or "")}


def write_publications(staging: Staging, content: Content) -> dict[str, Document]:
    documents: dict[str, Document] = {}
    for publication, record in content.publications():
        own, links = with_documents(record, publication, f"/{DOCUMENTS}/")
        documents |= documents_of(links)
        folder = f"content/publication/{publication.slug}"
        staging.add(f"{folder}/index.md", front_page(paper(publication, own, links)))
        staging.add(f"{folder}/cite.bib", write_bibtex(own).encode())
    return documents


def paper(publication: Publication, record: Record, rows_of_links: list[Link]) -> dict[str, Any]:
    """The front matter of a paper. Its authors are their pages where they have one, else as printed.

    `rows_of_links` are the rows that the links of `record` were made of, one for each.
    """
    rows = list(publication.authorships.all())
    marks = ["Equal contribution" if row.is_equal else "" for row in rows]
    front: dict[str, Any] = {
        "title": record.marked_title,
        "authors": [row.linked_person.slug if row.linked_person else row.printed_name for row in rows],
        "author_notes": marks if any(marks) else [],
        "date": full_date(publication.date) or (f"{publication.year:04d}-01-01" if publication.year else ""),
        KEPT: record.best_date,
        "publication_types": [CSL_TYPES[record.kind]],
        "publication": record.container,
        "publication_short": record.container_short,
        "abstract": record.abstract,
        "summary": publication.summary,
        "tags": list(record.topics),
        "featured": record.is_selected,
        "doi": record.identifier("doi"),
        "projects": sorted(project.slug for project in publication.projects.all() if project.is_published),
        "aliases": [f"/publications/{publication.slug}/"],
    }
    links = []
    for (kind, address), link in zip(record.links, rows_of_links, strict=True):
        name = URL_FIELDS.get(kind, "")
        if name and name not in front:
            front[name] = address
        else:
            links.append({"name": link.text, "url": address})
    arxiv = record.identifier("arxiv")
    if arxiv:
        links.append({"name": "arXiv", "url": f"https://arxiv.org/abs/{arxiv}"})
    return {**front, "links": links}


def write_talks(staging: Staging) -> dict[str, Document]:
    documents: dict[str, Document] = {}
    taken: set[str] = set()
    for talk in talks():
        name = free_slug((talk.date, talk.event, talk.title), "talk", taken)
        links = []
        for link in talk.links.all():
            if link.document_id is None:
                links.append({"name": link.label, "url": link.url})
            elif default_storage.exists(link.document.file.name):
                documents[file_of(link.document)] = link.document
                links.append({"name": link.label, "url": f"/{DOCUMENTS}/{file_of(link.document)}"})
        front = {
            "title": talk.title or f"{talk.get_kind_display()}, {talk.event}", "event": talk.event,
            "location": talk.place, "date": full_date(talk.date), KEPT: str(talk.date or ""), "all_day": True,
            "authors": [person.slug for person in talk.speakers.all()], "links": links,
        }  # fmt: skip
        staging.add(f"content/event/{name}/index.md", front_page(front))
    return documents


def write_news(staging: Staging) -> None:
    taken: set[str] = set()
    for item in news():
        name = free_slug((item.date, *title_of(item.body).split()[:6]), "news", taken)
        front = {
            "title": title_of(item.body), "date": full_date(item.date), KEPT: str(item.date or ""),
            "authors": [person.slug for person in item.people.all()],
        }  # fmt: skip
        staging.add(f"content/post/{name}/index.md", front_page(front, for_hugo(item.body)))


def write_project(staging: Staging, project: Any) -> None:
    links = [{"name": link.label, "url": link.url} for link in project.links.all()]
    front = {
        "title": project.name, "summary": project.summary, "date": full_date(project.start),
        KEPT: str(project.start or ""), "authors": [role.person.slug for role in project.roles.all()],
        "tags": [topic.name for topic in project.topics.all()], "links": links,
        "aliases": [f"/research/{project.slug}/"],
    }  # fmt: skip
    staging.add(f"content/project/{project.slug}/index.md", front_page(front, for_hugo(project.body)))
