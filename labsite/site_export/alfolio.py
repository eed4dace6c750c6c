"""The public record as content of al-folio, a template of Jekyll: its files, laid over a copy of the template."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from django.core.files.storage import default_storage

from activities.models import Talk
from labsite.backups.files import pieces
from labsite.lib.text import free_slug
from labsite.models import Document
from labsite.site_archive.folders import Staging
from labsite.site_export.accounts import social
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
    slugs_of,
    talks,
    website_of,
    with_documents,
)  # fmt: skip
from labsite.site_export.texts import (
    as_attribute,
    as_html,
    for_jekyll,
    full_date,
    html_lines,
    page,
    printed,
    title_of,
    to_yaml,
)  # fmt: skip
from people.models import Person
from publications.formats.bibtex import write_bibtex

NO_FRONT = "---\n---\n\n"  # without it Jekyll leaves the bibliography alone
CATEGORIES = {"research-area": "research", "project": "projects", "software": "software", "dataset": "data"}
DOCUMENTS = "assets/pdf"
HTML = {"more_info"}  # fields whose HTML is ours


def about(content: Content) -> list[str]:
    """Whom the site is about; then in sentences what becomes of everybody else, and how to choose."""
    owner, others = content.owner, [person for person in content.people if person.pk != content.owner.pk]
    lines = [f"{owner.name} (/people/{owner.slug}/)"]
    members = sum(bool(person.memberships.all()) for person in others)
    if others:
        left = len(others) - members
        rest = f" {left} more, who were never members, have no text there." if left else ""
        lines.append(
            f"al-folio is about one person. Its home page, CV, accounts and contact are those of {owner.name}; "
            f"{members} other member{'s have' if members != 1 else ' has'} a text and a photo on the page “people”."
            f"{rest} Papers, news, projects and talks are those of the whole lab."
        )
    if others and content.reason:
        lines.append(
            f"{owner.name} was taken, who {content.reason}. For another one add --person SLUG: {slugs_of(others)}."
        )
    return lines


def write(staging: Staging, content: Content) -> None:
    """Writes every file of the site into `staging`."""
    staging.add("_config.yml", to_yaml(printed(config(content), as_attribute, {"scholar"})))
    documents = write_bibliography(staging, content)
    staging.add("_data/coauthors.yml", to_yaml(printed(coauthors(content), as_attribute, {"firstname"})))
    staging.add("_data/socials.yml", to_yaml(printed(socials(content), as_attribute)))
    resume = printed(content.resume(content.owner), as_html)
    staging.add("assets/json/resume.json", (json.dumps(resume, ensure_ascii=False, indent=2) + "\n").encode())
    staging.add("_data/cv.yml", to_yaml({"cv": cv(resume)}))
    write_people(staging, content)
    documents |= write_talks(staging)
    write_news(staging)
    write_projects(staging)
    for each in pages():
        front = {"layout": "page", "permalink": f"/pages/{each.slug}/", "title": each.title,
                 "description": each.summary}  # fmt: skip
        staging.add(f"_pages/{each.slug}.md" if each.slug not in RESERVED else f"_pages/own-{each.slug}.md",
                    front_page(front, for_jekyll(each.body)))  # fmt: skip
    for name in sorted(documents):
        with default_storage.open(documents[name].file.name, "rb") as source:
            staging.add(f"{DOCUMENTS}/{name}", pieces(source))


def front_page(front: dict[str, Any], body: str = "") -> bytes:
    """A page of the template, which prints its fields as they are: between quotation marks too."""
    return page(printed(front, as_attribute, HTML), body)


RESERVED = {"about", "profiles", "talks"}


def config(content: Content) -> dict[str, Any]:
    """What of the settings is the lab's: the template's own settings stay as they are."""
    owner = content.owner
    family = owner.family_name or owner.name.split()[-1]
    given = owner.given_name or owner.name.removesuffix(family).strip()
    return {
        "title": content.title,
        "first_name": given,
        "last_name": family,
        "url": content.root,
        "baseurl": "",
        "description": content.lab.tagline if content.lab else owner.headline,
        "scholar": {
            "last_name": [family],
            "first_name": [name for name in (given, f"{given[:1]}.") if name.strip(".")],
            "source": "/_bibliography/",
            "bibliography": "papers.bib",
        },
    }


def write_bibliography(staging: Staging, content: Content) -> dict[str, Document]:
    """All papers; gives the documents that they name."""
    documents: dict[str, Document] = {}

    def entries() -> Any:
        yield NO_FRONT.encode()
        for publication, record in content.publications():
            own, links = with_documents(record, publication, "")
            documents.update(documents_of(links))
            yield f"{write_bibtex(own)}\n".encode()

    staging.add("_bibliography/papers.bib", entries())
    return documents


def coauthors(content: Content) -> dict[str, list[dict[str, Any]]]:
    """By family name in small letters, whom a name of a paper leads to."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for person in content.people:
        address = website_of(person, content.root)
        if person.pk != content.owner.pk and address and person.name.split():
            family = person.family_name or person.name.split()[-1]
            given = person.given_name or person.name.removesuffix(family).strip()
            names = [name for name in dict.fromkeys((given, f"{given[:1]}.")) if name.strip(".")]
            found[family.lower()].append({"firstname": names, "url": address})
    return dict(sorted(found.items()))


def socials(content: Content) -> dict[str, Any]:
    owner, found = content.owner, {}
    contact = content.profile(owner).contact
    if contact.get("email"):
        found["email"] = contact["email"]
    if owner.orcid:
        found["orcid_id"] = owner.orcid
    for link in links_of(owner):
        name, value = social(link.kind, link.url, link.text)
        number, free = 1, name
        while free in found:
            number += 1
            free = f"custom_{name.removeprefix('custom_')}_{number}"
        found[free] = value if free == name else {"logo": "", "title": link.text, "url": link.url}
    return found


def cv(resume: dict[str, Any]) -> dict[str, Any]:
    """The résumé as RenderCV has it, whose files the template prints."""
    basics = resume["basics"]
    named = {"name": basics["name"], "label": basics.get("label"), "email": basics.get("email"),
             "website": basics.get("url"), "summary": basics.get("summary")}  # fmt: skip
    sections = {
        "Education": [
            lean(institution=each.get("institution"), area=each.get("area"), degree=each.get("studyType"),
                 score=each.get("score"), courses=each.get("courses"), **dates(each))
            for each in resume.get("education", [])
        ],
        "Experience": [
            lean(company=each.get("name") or each.get("position"), position=each.get("position"),
                 location=each.get("location"), summary=each.get("summary"), highlights=each.get("highlights"),
                 **dates(each))
            for each in resume.get("work", [])
        ],
        "Awards": [
            lean(title=each["title"], awarder=each.get("awarder"), date=each.get("date"), summary=each.get("summary"))
            for each in resume.get("awards", [])
        ],
        "Service": [
            lean(position=each.get("position"), organization=each.get("organization"), summary=each.get("summary"),
                 **dates(each))
            for each in resume.get("volunteer", [])
        ],
        "Skills": [lean(name=each.get("name"), keywords=each.get("keywords")) for each in resume.get("skills", [])],
        "Interests": [
            lean(name=each.get("name"), keywords=each.get("keywords")) for each in resume.get("interests", [])
        ],
    }  # fmt: skip
    return lean(**named, sections={heading: rows for heading, rows in sections.items() if rows})


def lean(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", None, [], {})}


def dates(row: dict[str, Any]) -> dict[str, Any]:
    return {"start_date": row.get("startDate"), "end_date": row.get("endDate")}


def write_people(staging: Staging, content: Content) -> None:
    """The owner's own page, and one of everybody else, each with a text in a file of its own."""
    owner = content.owner
    contact = content.profile(owner).contact
    front = {
        "layout": "about", "title": "about", "permalink": "/", "subtitle": owner.headline,
        "profile": lean(
            align="right", image=add_photo(staging, owner, "prof_pic.jpg"), image_circular=False,
            more_info=html_lines(contact.get("office", "")),
        ),
        "redirect_from": [f"/people/{owner.slug}/"],
        "selected_papers": True, "social": True,
        "announcements": {"enabled": True, "scrollable": True, "limit": 5},
    }  # fmt: skip
    staging.add("_pages/about.md", front_page(front, for_jekyll(biography(owner))))
    profiles = []
    for person in content.people:
        if person.pk == owner.pk or not person.memberships.all():
            continue
        name = f"person_{person.slug}.md"
        role = role_of(person, content.today)
        profiles.append(
            lean(align="left", image=add_photo(staging, person, f"{person.slug}.jpg"), content=name,
                 image_circular=False, more_info=html_lines(role))
        )  # fmt: skip
        heading = f"## {for_heading(person.name)}\n\n"
        staging.add(f"_pages/{name}", (for_jekyll(heading + biography(person)) + "\n").encode())
    front = {"layout": "profiles", "permalink": "/people/", "title": "people", "nav": True, "nav_order": 6,
             "profiles": profiles}  # fmt: skip
    staging.add("_pages/profiles.md", front_page(front))


def biography(person: Person) -> str:
    """What somebody says of themselves: the text on top of their page, and the parts with headings."""
    parts = [person.bio, *(f"### {for_heading(each.heading)}\n\n{each.body}" for each in person.sections.all())]
    return "\n\n".join(part.strip() for part in parts if part.strip())


def for_heading(text: str) -> str:
    """A text on one line that Markdown draws as it is."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]#<{|" else sign for sign in " ".join(text.split()))


def add_photo(staging: Staging, person: Person, name: str) -> str:
    stored = photo_of(person)
    if not stored:
        return ""
    with default_storage.open(stored, "rb") as source:
        staging.add(f"assets/img/{name}", pieces(source))
    return name


def write_news(staging: Staging) -> None:
    taken: set[str] = set()
    for item in news():
        name = free_slug((item.date, *title_of(item.body).split()[:6]), "news", taken)
        front = {"layout": "post", "date": full_date(item.date), "edtf": str(item.date or ""), "inline": True,
                 "related_posts": False}  # fmt: skip
        staging.add(f"_news/{name}.md", front_page(front, for_jekyll(item.body)))


def write_projects(staging: Staging) -> None:
    for number, project in enumerate(projects(), start=1):
        links = list(project.links.all())
        github = next((link.url for link in links if "//github.com/" in link.url), "")
        people = ", ".join(role.person.name for role in project.roles.all())
        below = [f"[{for_heading(link.label)}]({link.url})" for link in links]
        front = {
            "layout": "page", "title": project.name, "description": project.summary, "importance": number,
            "category": CATEGORIES[project.kind], "date": full_date(project.start), "edtf": str(project.start or ""),
            "github": github, "redirect_from": [f"/research/{project.slug}/"],
            "related_publications": bool(project.publications.all()),
        }  # fmt: skip
        parts = [project.body, f"With {people}." if people else "", " · ".join(below)]
        keys = [publication.citation_key for publication in project.publications.all()]
        cited = " ".join(f"{{% cite {key} %}}" for key in keys)
        body = "\n\n".join(filter(None, (*(for_jekyll(part) for part in parts if part.strip()), cited)))
        staging.add(f"_projects/{number:02d}_{project.slug}.md", front_page(front, body))


def write_talks(staging: Staging) -> dict[str, Document]:
    """The template has no talks: they are a list on a page. Gives the documents that it names."""
    documents: dict[str, Document] = {}
    lines = []
    for talk in talks():
        links = []
        for link in talk.links.all():
            if link.document_id is None:
                links.append(f"[{for_heading(link.label)}]({link.url})")
            elif default_storage.exists(link.document.file.name):
                documents[file_of(link.document)] = link.document
                links.append(f"[{for_heading(link.label)}](/{DOCUMENTS}/{file_of(link.document)})")
        lines.append(f"- {talk_line(talk)}" + (f" ({', '.join(links)})" if links else ""))
    if lines:
        front = {"layout": "page", "permalink": "/talks/", "title": "talks", "nav": True, "nav_order": 5}
        staging.add("_pages/talks.md", front_page(front, for_jekyll("\n".join(lines))))
    return documents


def talk_line(talk: Talk) -> str:
    people = ", ".join(person.name for person in talk.speakers.all())
    title = f"**{for_heading(talk.title)}**" if talk.title else ""
    parts = (people, talk.event, talk.place, str(talk.date or ""))
    return ". ".join(filter(None, (title, ", ".join(for_heading(part) for part in parts if part))))
