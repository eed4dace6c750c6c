"""Sites of the academicpages template (Jekyll, after Minimal Mistakes): one person and their work. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from labsite.site_import.about import DRAWING, DRAWN, is_published, read_about, read_page, read_post
from labsite.site_import.citations import read_citation
from labsite.site_import.dates import read_date
from labsite.site_import.fields import Fields
from labsite.site_import.folder import SiteFolder
from labsite.site_import.jekyll import collection_path, is_jekyll, page_path, post_path
from labsite.site_import.leftovers import leave_template
from labsite.site_import.links import read_accounts
from labsite.site_import.papers import (
    identifiers_of,
    kind_of_venue,
    merged,
    read_bibliography,
    read_identifiers,
    sort_link,
    with_problem,
)
from labsite.site_import.records import (
    LinkRecord,
    Media,
    PersonRecord,
    PositionRecord,
    ProjectRecord,
    PublicationRecord,
    ServiceRecord,
    TalkRecord,
)
from labsite.site_import.resume import read_resume
from labsite.site_import.site import DOCUMENT_FOLDERS, Site
from labsite.site_import.texts import TEXTS, SourceText, read_mapping, read_source
from publications.formats.addresses import is_web_address
from publications.records import Record, SourceEntry

KIND = "academicpages"
COLLECTIONS = ("_publications", "_talks", "_teaching", "_portfolio")
OWNER = "author"
ITEM_PATH = "/:collection/:path/"
POST_PATH = "/:categories/:title/"
ABOUT = ("_pages/about.md", "_pages/about.html", "index.md", "_pages/index.md", "_pages/home.md")
CATEGORIES = {
    "books": "book", "manuscripts": "journal-article", "conferences": "conference-paper", "preprints": "preprint",
    "workshops": "workshop-paper", "theses": "thesis", "thesis": "thesis", "reports": "report", "chapters": "chapter",
    "journals": "journal-article", "datasets": "dataset", "software": "software",
}  # fmt: skip
TALK_KINDS = (
    ("tutorial", r"\btutorial\b"), ("seminar", r"\bseminar\b|\bcolloquium\b"), ("spotlight", r"\bspotlight\b"),
    ("invited", r"\binvited\b|\bkeynote\b|\bplenary\b|\bguest\b"),
    ("contributed", r"\btalk\b|\bpresentation\b|\bposter\b"),
)  # fmt: skip
URLS = {
    "paperurl": "publisher", "slidesurl": "slides", "codeurl": "code", "posterurl": "poster", "videourl": "video",
    "dataurl": "data", "projecturl": "project", "pdfurl": "pdf", "link": "publisher",
}  # fmt: skip
DOWNLOAD = re.compile(
    r"^\s*(?:\[(?:download|access|read|see|view|get)[^\]\n]{0,60}\]\(([^()\s]+)\)\.?\s*)$", re.IGNORECASE
)
RECOMMENDED = re.compile(r"^\s*(?:\*\*)?recommended citation:?", re.IGNORECASE)
PUBLISHER_SETTING = "it tells the template how to build or draw the site"
NO_FILES = "files of a project have no place here: add them to a publication"
PICTURE = re.compile(
    r"""<img\b[^<>]*?\bsrc\s*=\s*["']([^"'<>]+)["'][^<>]*>|!\[[^\]\n]*\]\(([^()\s]+)\)""", re.IGNORECASE
)
NAMELESS = "it is not known whose page this is"
OWN_SITE = "the site is one person's: the lab keeps its own name and statement"


def signs(folder: SiteFolder) -> int:
    """How much speaks for this template: each of its folders and files counts."""
    found = sum(bool(folder.under(name, *TEXTS)) for name in COLLECTIONS)
    found += 2 * folder.holds("_pages/about.md", "author_profile:")
    found += bool(folder.first("_includes/author-profile.html", "_data/cv.json", "markdown_generator/publications.py"))
    return found + (bool(folder.first("_config.yml")) if found else 0)


def has_records(folder: SiteFolder) -> bool:
    """Whether it holds records of a Jekyll site in folders that this template calls so."""
    return is_jekyll(folder) and any(folder.under(name, *TEXTS) for name in COLLECTIONS)


def read(site: Site) -> None:
    """Reads all of the site into `site`."""
    folder = site.folder
    config = read_mapping(folder, "_config.yml", "_config.yaml")
    site.url = config.address("url").rstrip("/")
    site.prefix = re.sub("/+", "/", f"/{config.text('baseurl').strip('/')}").rstrip("/")
    site.owner = OWNER
    person = read_owner(site, config)
    for path in folder.under("_publications", *TEXTS):
        if source := read_source(folder, path):
            read_publication(site, config, source)
    for path in folder.under("_talks", *TEXTS):
        if source := read_source(folder, path):
            read_talk(site, config, source)
    for path in folder.under("_teaching", *TEXTS):
        if source := read_source(folder, path):
            person = read_teaching(site, config, source, person)
    for path in folder.under("_portfolio", *TEXTS):
        if source := read_source(folder, path):
            read_portfolio(site, config, source)
    for path in [*folder.under("_posts", *TEXTS), *folder.under("_drafts", *TEXTS)]:
        if source := read_source(folder, path):
            read_post(site, source, post_path(config, POST_PATH, source), (OWNER,))
    person = read_pages(site, config, person)
    person = read_resume(site, person, folder.first("_data/cv.json", "assets/json/resume.json"))
    if person.name:
        site.people.insert(0, person)
    else:
        site.owner = ""
        folder.account.leave(person.place, person.bio, NAMELESS)
    config.leave(OWN_SITE, "title", "name", "description", "subtitle", "logo", "masthead_title", "social", "og_image")
    config.leave(PUBLISHER_SETTING)
    leave_template(folder)


def read_owner(site: Site, config: Fields) -> PersonRecord:
    """The person whom the site is about: the author of its settings."""
    author = config.fields("author")
    name = author.text("name") or config.text("name", "title")
    if config.peek("name") == name:
        config.take("name")
    if config.peek("title") == name:
        config.take("title")
    place = author.place("name") if author else config.place()
    if not name:
        site.folder.account.refuse(
            place if place.path else replace(place, path="_config.yml"),
            "It does not say whose site this is: write “name: …” below “author:”.",
        )
    employer, where = author.text("employer"), author.text("location")
    position = PositionRecord(author.place("employer"), "employment", employer, where=where, is_current=True)
    known = ("name", "avatar", "bio", "location", "employer", "email", "pronouns", "orcid")
    orcid, links = read_accounts(author, [name for name in author.nodes if name not in known or name == "orcid"])
    return PersonRecord(
        place=place, key=OWNER, name=name, orcid=orcid, links=links, headline=site.text(author, "bio"),
        pronouns=author.text("pronouns"), email=author.text("email"), office="" if employer else where,
        photo=site.picture(author, "avatar", "images", "assets/images"),
        positions=(position,) if employer else (), organization=employer,
    )  # fmt: skip


def read_pages(site: Site, config: Fields, person: PersonRecord) -> PersonRecord:
    """The page about the owner, their CV and other pages."""
    folder = site.folder
    about = folder.first(*ABOUT)
    tops = [path for path in folder.under("", *TEXTS) if "/" not in path and not is_reading_matter(path)]
    for path in [*folder.under("_pages", *TEXTS), *tops]:
        source = read_source(folder, path)
        if source is None:
            continue
        fields = source.fields
        default = page_path(config, source)
        is_cv = source.name.lower() in ("cv", "resume", "vitae")
        if path != about and not is_cv:
            read_page(site, source, default)
            continue
        base = site.own_path(source, default)
        page = read_about(site, source, base, fields.peek("title") if is_cv else "")
        fields.leave(DRAWING, *DRAWN)
        if path == about:
            fields.leave("the page bears its owner's name here", "title", "excerpt", "subtitle")
            person = replace(person, bio=page.bio, place=source.place())
        else:
            fields.leave("it heads a page that is part of its owner's page here", "title", "excerpt")
        person = replace(
            person,
            sections=(*person.sections, *page.sections),
            old_paths=(*person.old_paths, *site.paths(source, default)),
        )
    return person


def is_reading_matter(path: str) -> bool:
    """README and the like are for whoever builds the site."""
    return path.partition(".")[0].upper() in ("README", "CONTRIBUTING", "LICENSE", "CHANGELOG", "CODE_OF_CONDUCT")


def read_publication(site: Site, config: Fields, source: SourceText) -> None:
    fields, folder = source.fields, site.folder
    title = fields.plain("title")
    default = collection_path(config, "publications", ITEM_PATH, source)
    if not title:
        folder.account.refuse(source.place(), "This publication has no title: write “title: …” at its beginning.")
        site.leave_text(source, "a publication needs a title")
        fields.discard("a publication needs a title")
        return
    date = fields.date("date") or read_date(source.date)
    venue = fields.plain("venue")
    reference = fields.plain("citation")
    citation = read_citation(reference, title, venue)
    links, documents = read_links(site, fields, list(URLS))
    identifiers = dict(read_identifiers(fields))
    body = site.body(source, site.own_path(source, default))
    abstract = without_boilerplate(body, reference, links)
    category = fields.peek("category").lower()
    kind = CATEGORIES.get(category, "")
    if kind:
        fields.take("category")
    fields.leave("it is no kind of publication that is known here", "category")
    record = Record(
        key=source.name, kind=kind or kind_of_venue(venue, reference), title=title, authors=citation.authors,
        authors_complete=citation.is_complete, year=int(date[:4]) if date else None, date=date, container=venue,
        volume=citation.volume, issue=citation.issue, pages=citation.pages, abstract=abstract,
        identifiers=tuple((dict(identifiers_of(*(address for _, address in links))) | identifiers).items()),
        links=tuple(dict.fromkeys(links)), topics=fields.words("tags", "keywords"),
    )  # fmt: skip
    record, notes = with_bibtex(site, fields, record, citation.notes)
    if reference:  # word for word, and no field of an exported entry
        record = replace(record, source={**record.source, "citation": reference})
    site.publications.append(
        PublicationRecord(
            source.place(), source.path,
            SourceEntry(fields.place("title").line, source.name, record, notes=notes),
            summary=site.text(fields, "excerpt"), is_published=is_published(source), documents=documents,
            old_paths=site.paths(source, default),
        )
    )  # fmt: skip
    fields.leave(DRAWING, *DRAWN)


def read_links(site: Site, fields: Fields, names: list[str]) -> tuple[
    list[tuple[str, str]], tuple[tuple[str, Media], ...]
]:  # fmt: skip
    """The addresses and the files that fields name, each with the kind of `Link` that the name of its field means."""
    links: list[tuple[str, str]] = []
    documents: list[tuple[str, Media]] = []
    for name in names:
        value = fields.peek(name)
        found = sort_link(site, URLS.get(name, "other"), value) if value else None
        if found is None:
            if value:
                fields.text(name)
                site.folder.account.refuse(
                    fields.place(name), f"“{value[:100]}” is no web address and no file of the site."
                )
            continue
        fields.text(name)
        (documents if isinstance(found[1], Media) else links).append(found)
    return links, tuple(documents)


def with_bibtex(
    site: Site, fields: Fields, record: Record, notes: tuple[str, ...]
) -> tuple[Record, tuple[str, ...]]:  # fmt: skip
    """The record with what the BibTeX file that its page offers says."""
    value = fields.peek("bibtexurl")
    if not value:
        return record, notes
    path = site.find(value, "files")
    if not path:
        fields.leave("its BibTeX stands in no file of the site", "bibtexurl")
        return record, notes
    fields.take("bibtexurl")
    entries = with_problem(read_bibliography(site.folder, path), site.folder, path)
    if len(entries) != 1 or entries[0].record is None:
        fields.untake("bibtexurl", f"its file holds {len(entries)} entries, not one")
        return record, notes
    both, differences = merged(entries[0].record, record)
    return both, (*(() if both.authors else notes), *entries[0].notes, *differences)


def without_boilerplate(body: str, reference: str, links: list[tuple[str, str]]) -> str:
    """The text of a publication's page without the link to its paper and its reference once more."""
    kept = []
    for line in body.split("\n"):
        if match := DOWNLOAD.match(line):
            if is_web_address(match.group(1)):
                links.append(("pdf" if match.group(1).lower().endswith(".pdf") else "publisher", match.group(1)))
                continue
            if not links:
                kept.append(line)
            continue
        if RECOMMENDED.match(line) and reference:
            continue
        kept.append(line)
    return "\n".join(kept).strip()


def read_talk(site: Site, config: Fields, source: SourceText) -> None:
    fields = source.fields
    default = collection_path(config, "talks", ITEM_PATH, source)
    links: tuple[LinkRecord, ...] = ()
    if is_web_address(fields.peek("permalink")) and not site.normal(fields.peek("permalink")):
        links = (LinkRecord(fields.text("permalink"), "other"),)
    found, documents = read_links(site, fields, ["slidesurl", "videourl", "link"])
    links += tuple(LinkRecord(address, kind) for kind, address in found)
    type_text = fields.peek("type")
    kind = next((kind for kind, pattern in TALK_KINDS if re.search(pattern, type_text, re.IGNORECASE)), "")
    if kind:
        fields.take("type")
    else:
        fields.leave("it is no kind of talk that is known here", "type")
    date = fields.date("date") if read_date(fields.peek("date")) else fields.period("date")[0]
    site.talks.append(
        TalkRecord(
            source.place(), source.path, fields.plain("title"), kind, event=fields.plain("venue"),
            where=fields.plain("location"), date=date or read_date(source.date),
            body=site.body(source, site.own_path(source, default)), people=(OWNER,), links=links,
            is_published=is_published(source), old_paths=site.paths(source, default), documents=documents,
        )
    )  # fmt: skip
    fields.leave(DRAWING, *(name for name in DRAWN if name != "type"))


def read_teaching(site: Site, config: Fields, source: SourceText, person: PersonRecord) -> PersonRecord:
    """A course is a service of the owner; its former page leads to theirs."""
    fields = source.fields
    default = collection_path(config, "teaching", ITEM_PATH, source)
    place, kind = fields.text("location"), fields.text("type")
    body = site.body(source, site.own_path(source, default))
    note = ". ".join(filter(None, (kind, place)))
    service = ServiceRecord(
        source.place(), "teaching", fields.plain("title"), organization=fields.plain("venue"),
        date=fields.date("date") or read_date(source.date), note="\n\n".join(filter(None, (note, body))),
    )  # fmt: skip
    if not is_published(source):
        site.folder.account.leave(source.place(), service.title, "a draft of a course: courses have no drafts here")
        return person
    fields.leave(DRAWING, *DRAWN)
    paths = site.paths(source, default)
    return replace(person, services=(*person.services, service), old_paths=(*person.old_paths, *paths))


def first_picture(site: Site, source: SourceText) -> tuple[Media | None, SourceText]:
    """The first picture in the lines about a project or in its text, and the text without it."""
    node = source.fields.nodes.get("excerpt")
    excerpt = node.value if node is not None and isinstance(node.value, str) else ""
    for text in (excerpt, source.body):
        match = PICTURE.search(text)
        media = site.media(next(filter(None, match.groups()), ""), "images") if match else None
        if match and media and node is not None and text is excerpt:
            node.value = text.replace(match.group(), "")
            return media, source
        if match and media:
            return media, replace(source, body=text.replace(match.group(), "", 1))
    return None, source


def read_portfolio(site: Site, config: Fields, source: SourceText) -> None:
    fields = source.fields
    default = collection_path(config, "portfolio", ITEM_PATH, source)
    date = fields.date("date")
    found, documents = read_links(site, fields, ["link", "codeurl", "projecturl"])
    for name in ("link", "codeurl", "projecturl") if documents else ():
        if site.find(fields.peek(name), *DOCUMENT_FOLDERS):
            fields.untake(name, NO_FILES)
    picture, source = first_picture(site, source)
    site.projects.append(
        ProjectRecord(
            source.place(), source.path, fields.plain("title") or source.name,
            summary=site.text(fields, "excerpt"), body=site.body(source, site.own_path(source, default)),
            start=date, people=(OWNER,), topics=fields.words("tags", "categories"),
            links=tuple(LinkRecord(url, kind) for kind, url in found), picture=picture,
            is_published=is_published(source), old_paths=site.paths(source, default),
        )
    )  # fmt: skip
    fields.leave(DRAWING, *DRAWN)
