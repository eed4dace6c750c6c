"""Sites of the Greene Lab's template (Jekyll): a lab with members, cited papers, projects and posts. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from labsite.lib.text import match_key
from labsite.site_import.about import DRAWING, DRAWN, read_about, read_page, read_post, without_title
from labsite.site_import.fields import Fields
from labsite.site_import.folder import SiteFolder
from labsite.site_import.jekyll import collection_path, is_jekyll, page_path, post_path, suffix
from labsite.site_import.leftovers import leave_template
from labsite.site_import.links import link_of, orcid_of
from labsite.site_import.papers import identifiers_of, kind_of_venue
from labsite.site_import.records import (
    LabRecord,
    LinkRecord,
    Media,
    PersonRecord,
    ProjectRecord,
    PublicationRecord,
)
from labsite.site_import.roles import is_former, role_of
from labsite.site_import.signs import legend_of, part_signs, signed_authors
from labsite.site_import.site import Site
from labsite.site_import.texts import TEXTS, SourceText, read_data, read_mapping, read_source
from publications.formats.addresses import is_web_address
from publications.identifiers import normalize_identifier
from publications.records import Record, SourceEntry

KIND = "greenelab"
ROLES = {
    "pi": "principal-investigator", "principal-investigator": "principal-investigator", "postdoc": "postdoc",
    "phd": "phd", "grad": "phd", "master": "master", "masters": "master", "undergrad": "undergraduate",
    "programmer": "staff", "staff": "staff", "visitor": "visitor", "intern": "intern", "professor": "faculty",
}  # fmt: skip
BUTTONS = {
    "manubot": "other", "preprint": "pdf", "pdf": "pdf", "source": "code", "code": "code", "website": "project",
    "data": "data", "video": "video", "slides": "slides", "poster": "poster", "docs": "other", "server": "project",
    "app": "project", "package": "code", "software": "code", "github": "code",
}  # fmt: skip
SCHEMES = {"doi": "doi", "arxiv": "arxiv", "pmid": "pmid", "pubmed": "pmid", "isbn": "isbn", "openreview": "openreview"}
TYPES = {
    "paper": "", "journal": "journal-article", "article": "journal-article", "preprint": "preprint", "book": "book",
    "thesis": "thesis", "dataset": "dataset", "software": "software", "conference": "conference-paper",
}  # fmt: skip
SOURCES = ("sources", "orcid", "pubmed", "google-scholar")
PROJECTS = ("projects", "resources", "tools", "portfolio", "research")
OPTIONS = "it tells the program that gathers citations where to look"
SAID_FIRST = "the lab's own file says it otherwise, and that counts"
NO_PICTURE = "publications have no pictures here"
READ_BY_BUILDERS = {"README.md", "LICENSE.md", "CHANGELOG.md", "CONTRIBUTING.md"}
SETTING = "it tells the template how to build or draw the site"


def signs(folder: SiteFolder) -> int:
    """How much speaks for this template: each of its folders and files counts."""
    found = bool(folder.under("_members", *TEXTS)) + bool(data_file(folder, "sources"))
    found += bool(data_file(folder, "citations")) + bool(folder.first("_cite/cite.py", "_config.yaml"))
    return found + bool(data_file(folder, "projects") or data_file(folder, "types"))


def has_records(folder: SiteFolder) -> bool:
    """Whether it holds records of a Jekyll site in folders that this template calls so."""
    return is_jekyll(folder) and bool(folder.under("_members", *TEXTS))


def data_file(folder: SiteFolder, name: str) -> str:
    return folder.first(f"_data/{name}.yaml", f"_data/{name}.yml")


def read(site: Site) -> None:
    """Reads all of the site into `site`."""
    folder = site.folder
    config = read_mapping(folder, "_config.yaml", "_config.yml")
    site.url = config.address("url").rstrip("/")
    site.prefix = re.sub("/+", "/", f"/{config.text('baseurl').strip('/')}").rstrip("/")
    read_lab(site, config)
    for path in folder.under("_members", *TEXTS):
        if source := read_source(folder, path):
            read_member(site, config, source)
    read_citations(site)
    for name in PROJECTS:
        if path := data_file(folder, name):
            read_projects(site, path)
    for path in [*folder.under("_posts", *TEXTS), *folder.under("_drafts", *TEXTS)]:
        if source := read_source(folder, path):
            read_lab_post(site, config, source)
    for path in folder.under("", *TEXTS):
        is_known = path in folder.account.taken or path.startswith(("_", "."))
        if is_known or path.rpartition("/")[2] in READ_BY_BUILDERS:
            continue
        if source := read_source(folder, path):
            read_lab_page(site, source, page_path(config, source))
    config.leave(SETTING)
    leave_template(folder)


def read_lab(site: Site, config: Fields) -> None:
    """The lab's name, statement and pictures."""
    links = config.fields("links")
    title, subtitle = config.text("title"), config.plain("subtitle")
    description = site.text(config, "description")
    picture = site.picture(config, "header") if config.peek("header") else None
    logo = site.folder.first("images/logo.png", "images/logo.jpg", "images/logo.svg")
    if logo:
        site.folder.account.take(logo)
    site.lab = LabRecord(
        config.place("title"), title, tagline=subtitle or description, introduction=description if subtitle else "",
        url=site.url, picture=picture, logo=Media(logo) if logo else None,
    )  # fmt: skip
    links.leave("the lab's own accounts are set in its profile")
    config.leave("a picture behind the foot of every page has no place here", "footer")


def read_member(site: Site, config: Fields, source: SourceText) -> None:
    fields = source.fields
    name = fields.text("name", "title")
    if not name:
        site.folder.account.refuse(source.place(), "It does not say who this is: write “name: …” at its beginning.")
        site.leave_text(source, "it is not known who this is")
        fields.discard("it is not known who this is")
        return
    default = collection_path(config, "members", f"/:collection/:path{suffix(config, '')}", source)
    role_text = fields.text("role")
    description = fields.plain("description")
    role = ROLES.get(role_text.lower(), "") or role_of(role_text, description)
    group = fields.text("group")
    person = PersonRecord(
        source.place(), source.name, name, other_names=fields.texts("aliases"), role=role,
        title="" if role_text.lower() in ROLES else role_text or description[:120], headline=description,
        organization=fields.text("affiliation"), is_alumnus=is_former(group, role_text),
        photo=site.picture(fields, "image", "images"), start=fields.date("start", "start_date"),
        end=fields.date("end", "end_date"),
    )  # fmt: skip
    if group and not person.is_alumnus:
        fields.untake("group", "how a page sorts its members is no group of the lab")
    person = read_accounts(person, fields.fields("links"))
    aliases = fields.nodes.get("aliases")
    if aliases:  # other names here, not addresses
        fields.take("aliases")
    page = read_about(site, source, site.own_path(source, default))
    paths = site.paths(source, default, formerly=("redirect_from",))
    site.people.append(replace(person, bio=page.bio, sections=page.sections, old_paths=paths))
    fields.leave(DRAWING, *DRAWN)


def read_accounts(person: PersonRecord, fields: Fields) -> PersonRecord:
    """Accounts and addresses of a member, each under the name of its service."""
    links: list[LinkRecord] = []
    for name in fields.nodes:
        value = fields.peek(name)
        if not value:
            continue
        if name == "email":
            person = replace(person, email=fields.text(name).removeprefix("mailto:"))
        elif name == "phone":
            person = replace(person, phone=fields.text(name).removeprefix("tel:"))
        elif name == "address":
            person = replace(person, office=fields.lines(name))
        elif name == "orcid" and orcid_of(value):
            person = replace(person, orcid=orcid_of(fields.text(name)))
        elif link := link_of(name, value):
            fields.text(name)
            links.append(replace(link, place=fields.place(name)))
        else:
            fields.leave("it is no account or address of a service that is known here", name)
    return replace(person, links=tuple(links))


def read_citations(site: Site) -> None:
    """Papers: what the lab lists, and what its program has found out about each."""
    folder = site.folder
    found: dict[str, list[Fields]] = {}
    for name in ("citations", *SOURCES):
        path = data_file(folder, name)
        node = read_data(folder, path) if path else None
        for number, item in enumerate(Fields(node, path).each(node) if node else ()):
            if name in SOURCES[1:] and not item.peek("id"):
                item.leave(OPTIONS)
                continue
            found.setdefault(item.peek("id").lower() or f"{path}#{number}", []).append(item)
    members = members_by_name(site)
    for parts in found.values():
        read_citation(site, parts, members)


def read_citation(site: Site, parts: list[Fields], members: dict[str, PersonRecord]) -> None:
    """One paper, of one or two files: what the lab wrote itself (`sources`) counts before what was found."""
    ordered = sorted(parts, key=lambda item: "citations" in item.path)
    first = ordered[0]
    identifier, title, link = said(ordered, "id"), said(ordered, "title"), said(ordered, "link")
    for item in ordered:
        item.leave(NO_PICTURE, "image")
        item.leave(OPTIONS, "_cache", "file", "plugin", "remove", "cache", "extra", "input", "orcid", "google-scholar")
    if any(item.peek("remove").lower() == "true" for item in ordered):
        for item in ordered:
            item.discard("it is marked to be left out")
        return
    links, topics = buttons_of(ordered)
    for item in ordered if not is_web_address(link) else ():
        item.untake("link", "it is no full web address: begin it with https://")
    scheme, _, value = identifier.partition(":")
    known = identifiers_in(scheme, value)
    place = first.place()
    key = identifier or f"{place.path}#{place.line}"
    lister = next((item for item in ordered if item.has("authors")), None)
    names = lister.texts("authors") if lister else ()
    date, summary = said_date(ordered), said(ordered, "description")
    authors, notes = signed_authors(names, legend_of(summary))
    linked = {name: members[key] for name in names if (key := match_key(part_signs(name).name)) in members}
    authors = tuple(
        replace(author, orcid=linked[name].orcid) if name in linked else author
        for name, author in zip(names, authors, strict=True)
    )
    publisher, kind = said(ordered, "publisher"), kind_said(ordered)
    repo = link_of("github", said(ordered, "repo"))
    links += [("code", repo.url)] if repo else []
    if not title:
        if not known:
            site.folder.account.refuse(place, f"“{key}” has no title and no DOI, arXiv or PubMed number: add one.")
            for item in ordered:
                item.discard("it is not known which paper this is")
            return
        entry = SourceEntry(place.line, identifier, lookup=known[0])
    else:
        record = Record(
            key=re.sub(r"[^\w.-]+", "-", identifier) or match_key(title)[:40], title=title,
            kind=kind or kind_of_venue(publisher), container=publisher,
            authors=authors,
            authors_complete=bool(authors), date=date, year=int(date[:4]) if date else None,
            identifiers=known or identifiers_of(link),
            links=tuple(dict.fromkeys([*([("publisher", link)] if is_web_address(link) else []), *links])),
            topics=topics,
            extra={} if known or not identifier else {"identifier": identifier},
        )  # fmt: skip
        entry = SourceEntry(place.line, identifier or title[:60], record, notes=notes)
    people = tuple(person.key for person in linked.values())
    site.publications.append(PublicationRecord(place, key, entry, summary=summary, people=people))


def said(parts: list[Fields], name: str) -> str:
    """What the first of `parts` says; what others say otherwise is reported."""
    speakers = [part for part in parts if part.peek(name)]
    for other in speakers[1:]:
        if other.peek(name) == speakers[0].peek(name):
            other.take(name)
        else:
            other.leave(SAID_FIRST, name)
    return speakers[0].plain(name) if speakers else ""


def said_date(parts: list[Fields]) -> str:
    """The first date; another one is reported."""
    found = ""
    for part in parts:
        date = part.date("date")
        if date and found and date != found:
            part.untake("date", SAID_FIRST)
        found = found or date
    return found


def kind_said(parts: list[Fields]) -> str:
    """A kind of publication, "" where none is named that is known here."""
    found = ""
    for part in parts:
        kind = TYPES.get(part.peek("type").lower())
        if kind is None:
            part.leave("it is no kind of publication that is known here", "type")
        elif not found or kind == found:
            part.take("type")
            found = found or kind
        else:
            part.leave(SAID_FIRST, "type")
    return found


def identifiers_in(scheme: str, value: str) -> tuple[tuple[str, str], ...]:
    """“doi:10.…” as an identifier, () where it is none that is known here."""
    name = SCHEMES.get(scheme.lower(), "")
    try:
        return ((name, normalize_identifier(name, value)),) if name else ()
    except ValueError:
        return ()


def buttons_of(parts: list[Fields]) -> tuple[list[tuple[str, str]], tuple[str, ...]]:
    """Links with kinds of `Link`, and topics."""
    links: list[tuple[str, str]] = []
    topics: list[str] = []
    for part in parts:
        topics += part.words("tags")
        for button in [*part.items("buttons"), *part.items("extra-links"), *part.items("links")]:
            address = button.address("link", "url")
            name = "type" if button.peek("type") else "text"
            kind = BUTTONS.get(button.peek(name).lower(), "")
            if kind and address:
                button.take(name)
            if address:
                links.append((kind or "other", address))
            button.leave(
                "a link of a publication bears the name of its kind", "text", "icon", "tooltip", "style", "type"
            )
    return list(dict.fromkeys(links)), tuple(dict.fromkeys(topics))


def members_by_name(site: Site) -> dict[str, PersonRecord]:
    """Members by each name that is theirs alone."""
    found: dict[str, list[PersonRecord]] = {}
    for person in site.people:
        for key in {match_key(name) for name in (person.name, *person.other_names)}:
            found.setdefault(key, []).append(person)
    return {key: people[0] for key, people in found.items() if len(people) == 1}


def read_projects(site: Site, path: str) -> None:
    """Cards of projects, software and resources."""
    node = read_data(site.folder, path)
    for item in Fields(node, path).each(node) if node else ():
        name = item.plain("title", "name")
        if not name:
            item.leave("a project needs a title")
            continue
        links = []
        if address := item.address("link", "url"):
            links.append(LinkRecord(address, "project"))
        if repo := link_of("github", item.peek("repo")):
            item.take("repo")
            links.append(replace(repo, kind="code"))
        group = item.text("group")
        is_software = any(word in match_key(f"{group} {path}") for word in ("software", "tool"))
        item.leave("it leads to a page of the former site", "link")
        site.projects.append(
            ProjectRecord(
                item.place(), f"{path}#{item.place().line}", name, "software" if is_software else "project",
                summary=". ".join(filter(None, (item.plain("subtitle"), site.text(item, "description")))),
                topics=tuple(dict.fromkeys([*item.words("tags"), *([group] if group else [])])), links=tuple(links),
                picture=site.picture(item, "image", "images"),
            )
        )  # fmt: skip
        item.leave(DRAWING, "style", "tooltip", "icon")


def read_lab_post(site: Site, config: Fields, source: SourceText) -> None:
    """A post; `author` names members by key."""
    fields = source.fields
    default = post_path(config, "", source)
    by_key = {person.key: person.key for person in site.people}
    named = [by_key.get(name) or by_key.get(match_key(name)) for name in fields.texts("author", "authors")]
    keys = tuple(filter(None, named))
    if len(keys) < len(named):
        for name in ("author", "authors"):
            fields.untake(name, "whoever wrote it is no member of the site")
    fields.leave("it says when the page was changed", "last_modified_at")
    fields.leave("where it appeared first is told in its text", "source")
    read_post(site, source, default, keys)


def read_lab_page(site: Site, source: SourceText, default: str) -> None:
    """A page of the site; the home page is the lab's introduction."""
    fields = source.fields
    fields.fields("nav").leave(DRAWING)
    default = re.sub(r"/index(?:\.html|/)?\Z", "/", default)
    if source.path in ("index.md", "index.html"):
        text = site.body(source)
        if text and site.lab:
            text = without_title(text, site.lab.name)
            introduction = "\n\n".join(filter(None, (site.lab.introduction, text)))
            site.lab = replace(site.lab, introduction=introduction)
        fields.leave("the home page is the site's own", "title", "description")
        fields.leave(DRAWING)
        return
    read_page(site, source, default)
    fields.leave(DRAWING)
