"""Sites of the al-folio template (Jekyll): one person or a small group, with a bibliography. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from labsite.lib.text import match_key
from labsite.site_import.about import (
    DRAWING,
    DRAWN,
    ONLY_LISTS,
    is_published,
    read_about,
    read_page,
    read_post,
)
from labsite.site_import.cv_data import read_cv
from labsite.site_import.dates import read_date
from labsite.site_import.fields import Fields
from labsite.site_import.folder import SiteFolder
from labsite.site_import.jekyll import collection_path, is_jekyll, page_path, post_path, slug_of, suffix
from labsite.site_import.layouts.alfolio_papers import read_entries
from labsite.site_import.leftovers import leave_folder, leave_template
from labsite.site_import.links import label_of, link_of, orcid_of
from labsite.site_import.lists import NEWS, PEOPLE
from labsite.site_import.records import (
    LinkRecord,
    PersonRecord,
    Place,
    ProjectRecord,
    ServiceRecord,
)
from labsite.site_import.resume import read_resume
from labsite.site_import.site import Site, leaves_of
from labsite.site_import.texts import TEXTS, SourceText, read_mapping, read_source
from people.names import split_name

KIND = "al-folio"
OWNER = "author"
POST_PATH = "/blog/:year/:title/"
IMAGES = ("assets/img", "assets/img/publication_preview", "assets/images")
DATA = ("_data/coauthors.yml", "_data/venues.yml", "_data/repositories.yml", "_data/socials.yml")
SETTING = "it tells the template how to build or draw the site"
OWN_SITE = "the site is one person's: the lab keeps its own name and statement"
NO_ADDRESS = "it is no account or address of a service that is known here"
VENUE = "addresses and colours of venues are set at the venue, once it is here"
# A name in its own script, in brackets behind the Latin one.
NATIVE = re.compile(r"\s*[(（]\s*([\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af·\s]{2,40})[)）]")
# Fields of the settings that name an account, in versions that had no `socials.yml`.
ACCOUNT = re.compile(r".+_(?:username|userid|id|url|profile)\Z")


def signs(folder: SiteFolder) -> int:
    """How much speaks for this template: each of its folders and files counts."""
    found = bool(folder.under("_bibliography", ".bib")) + bool(folder.under("_news", *TEXTS))
    found += bool(folder.first(*DATA)) + bool(folder.first("_data/cv.yml", "assets/json/resume.json"))
    found += bool(folder.first("_layouts/bib.liquid", "_layouts/bib.html", "_includes/selected_papers.liquid"))
    found += 2 * folder.holds("_pages/about.md", "layout: about", "selected_papers:")
    found += folder.holds("_config.yml", "\nfirst_name:", "\nscholar:")
    return found + bool(folder.under("_projects", *TEXTS))


def has_records(folder: SiteFolder) -> bool:
    """Whether it holds records of a Jekyll site in folders that this template calls so."""
    return is_jekyll(folder) and bool(folder.under("_bibliography", ".bib") or folder.under("_news", *TEXTS))


def read(site: Site) -> None:
    """Reads all of the site into `site`."""
    folder = site.folder
    config = read_mapping(folder, "_config.yml", "_config.yaml")
    site.url = config.address("url").rstrip("/")
    site.prefix = re.sub("/+", "/", f"/{config.text('baseurl').strip('/')}").rstrip("/")
    site.owner = OWNER
    person = read_owner(site, config)
    for path in folder.under("_bibliography", ".bib"):
        read_entries(site, path)
    person = read_socials(person, read_mapping(folder, "_data/socials.yml"), site)
    person = read_repositories(site, person, read_mapping(folder, "_data/repositories.yml"))
    for path in folder.under("_projects", *TEXTS):
        if source := read_source(folder, path):
            read_project(site, config, source)
    person = read_pages(site, config, person)
    for path in folder.under("_teachings", *TEXTS):
        if source := read_source(folder, path):
            person = read_course(site, config, source, person)
    person = read_cv(site, person, folder.first("_data/cv.yml"))
    person = read_resume(site, person, folder.first("assets/json/resume.json"))
    for path in folder.under("_news", *TEXTS):
        if source := read_source(folder, path):
            read_post(site, source, collection_path(config, "news", item_path(config), source), people_of(site))
    for path in [*folder.under("_posts", *TEXTS), *folder.under("_drafts", *TEXTS)]:
        if source := read_source(folder, path):
            add_archives(site, source)
            read_post(site, source, post_path(config, POST_PATH, source), people_of(site))
    if person.name:
        site.people.insert(0, person)
    else:
        site.owner = ""
        folder.account.leave(person.place, person.bio, "it is not known whose page this is")
        message = "It does not say whose site this is: write “first_name: …” and “last_name: …”."
        folder.account.refuse(Place(config.path or "_config.yml"), message)
    read_coauthors(site, read_mapping(folder, "_data/coauthors.yml"))
    read_mapping(folder, "_data/venues.yml").leave(VENUE)
    config.leave(OWN_SITE, "title", "description", "keywords", "footer_text", "contact_note", "icon", "og_image")
    config.leave(SETTING)
    leave_folder(folder.account, "_books", "reading lists have no place here")
    leave_template(folder)


def add_archives(site: Site, source: SourceText) -> None:
    """Pages that the template makes of a post's year, tags and categories: here all of that is the news."""
    fields, place = source.fields, source.place()
    names = [read_date(fields.peek("date") or source.date)[:4]]
    for kind, name in (("tag", "tags"), ("category", "categories"), ("category", "category")):
        words = [leaf.value for leaf in leaves_of(fields, name)]
        words = words[0].split() if fields.peek(name) else words
        names += [f"{kind}/{slug_of(word)}" for word in words]
    for name in filter(None, names):
        site.add_made_list(NEWS, f"/blog/{name}/", place)


def people_of(site: Site) -> tuple[str, ...]:
    return (site.owner,) if site.owner else ()


def item_path(config: Fields) -> str:
    return f"/:collection/:path{suffix(config, POST_PATH)}"


def read_owner(site: Site, config: Fields) -> PersonRecord:
    """The person whom the site is about, from its settings."""
    given = " ".join(filter(None, (config.text("first_name"), config.text("middle_name"))))
    family = config.text("last_name")
    name = " ".join(filter(None, (given, family)))
    scholar = config.fields("scholar")
    families = scholar.texts("last_name")
    others = [f"{first} {last}" for last in families for first in scholar.texts("first_name")]
    scholar.take("first_name", "last_name")
    if not name:
        name = config.peek("title")
        name = "" if name.lower() == "blank" else name
    person = PersonRecord(
        config.place("first_name"), OWNER, name, given_name=given, family_name=family,
        other_names=tuple(dict.fromkeys(other for other in others if other != name)),
    )  # fmt: skip
    accounts = [key for key in config.nodes if ACCOUNT.match(key) or key in ("email", "phone")]
    accounts = [key for key in accounts if not key.startswith(("google_", "bing_", "impressum", "github_trophies"))]
    selected = Fields(type(config.node)({key: config.nodes[key] for key in accounts}, config.node.line), config.path)
    return read_socials(person, selected, site)


def read_socials(person: PersonRecord, socials: Fields, site: Site) -> PersonRecord:
    """Accounts and addresses, each under the name of its service; some are mappings with an address."""
    links: list[LinkRecord] = []
    for name in socials.nodes:
        value = socials.peek(name)
        if name == "email":
            person = first_of(person, "email", socials, name)
        elif name in ("phone", "whatsapp_number"):
            person = first_of(person, "phone", socials, name)
        elif name == "orcid_id" and orcid_of(value):
            person = replace(person, orcid=person.orcid or orcid_of(socials.text(name)))
        elif name in ("cv_pdf", "rss_icon", "wechat_qr"):
            socials.leave("the site makes CVs and feeds itself, and shows no pictures of codes", name)
        elif inner := socials.fields(name):
            if link := read_custom(name, inner):
                links.append(replace(link, place=socials.place(name)))
        elif link := link_of(name, value):
            socials.text(name)
            links.append(replace(link, place=socials.place(name)))
        else:
            socials.leave(NO_ADDRESS, name)
    return replace(person, links=tuple(dict.fromkeys([*person.links, *links])))


def first_of(person: PersonRecord, part: str, fields: Fields, name: str) -> PersonRecord:
    """Sets a part that is not known yet; a second value is reported."""
    if getattr(person, part):
        fields.leave("the site says it elsewhere already", name)
        return person
    return replace(person, **{part: fields.text(name)})


def read_custom(name: str, fields: Fields) -> LinkRecord | None:
    """An account that is a mapping: one at Academia.edu, or a link that somebody added, with a sign of its own."""
    if name.startswith("academia"):
        organization, user = fields.text("organization"), fields.text("username")
        address = f"https://{organization or 'independent'}.academia.edu/{user}"
        return LinkRecord(address, "other", "Academia.edu") if user else None
    address = fields.address("url")
    fields.leave("signs are not carried over", "logo", "icon", "width", "height", "object-fit")
    if not address:
        return None
    found = link_of(name, address)
    label = fields.text("title") or label_of(name)
    return replace(found, label=label) if found else LinkRecord(address, "other", label)


def read_repositories(site: Site, person: PersonRecord, fields: Fields) -> PersonRecord:
    """Accounts are links of the owner, repositories are software."""
    users = [link_of("github", name) for name in fields.texts("github_users")]
    repositories = fields.nodes["github_repos"].value if "github_repos" in fields.nodes else []
    for node in repositories if isinstance(repositories, list) else []:
        name = node.value if isinstance(node.value, str) else ""
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", name):
            node.reason = "it is no repository: write owner/name"
            continue
        node.is_taken = True
        place = Place(fields.path, node.line)
        link = LinkRecord(f"https://github.com/{name}", "code")
        site.projects.append(
            ProjectRecord(
                place, f"{fields.path}#{name}", name.split("/")[1], "software", people=(OWNER,), links=(link,)
            )
        )
    fields.leave(DRAWING)
    return replace(person, links=tuple(dict.fromkeys([*person.links, *filter(None, users)])))


def read_project(site: Site, config: Fields, source: SourceText) -> None:
    fields = source.fields
    default = collection_path(config, "projects", item_path(config), source)
    links = []
    if address := fields.address("redirect"):
        links.append(LinkRecord(address, "project"))
    if github := link_of("github", fields.peek("github")):
        fields.take("github")
        links.append(replace(github, kind="code"))
    site.projects.append(
        ProjectRecord(
            source.place(), source.path, fields.plain("title") or source.name,
            summary=fields.plain("description"), body=site.body(source, site.own_path(source, default)),
            start=fields.date("date"), topics=fields.words("category", "tags"), people=people_of(site),
            links=tuple(links), picture=site.picture(fields, "img", "assets/img"),
            is_published=is_published(source), old_paths=site.paths(source, default),
        )
    )  # fmt: skip
    fields.leave("the order of projects is set here by hand", "importance")
    fields.leave("the publications of a project are named by no key", "related_publications")
    fields.leave(DRAWING, *DRAWN)


def read_course(site: Site, config: Fields, source: SourceText, person: PersonRecord) -> PersonRecord:
    """A course is a service of the owner; its former page leads to theirs. Its weeks stay behind."""
    fields = source.fields
    default = collection_path(config, "teachings", item_path(config), source)
    parts = [fields.plain(name) for name in ("course_id", "term", "location", "time", "instructor")]
    note = "\n\n".join(filter(None, (
        ". ".join(filter(None, parts)), fields.plain("description"), site.body(source, site.own_path(source, default)),
    )))  # fmt: skip
    date = fields.date("year", "date")
    service = ServiceRecord(source.place(), "teaching", fields.plain("title") or source.name, date=date, note=note)
    fields.leave("the weeks of a course have no place here", "schedule")
    fields.leave(DRAWING, *DRAWN)
    paths = site.paths(source, default)
    return replace(person, services=(*person.services, service), old_paths=(*person.old_paths, *paths))


def read_pages(site: Site, config: Fields, person: PersonRecord) -> PersonRecord:
    """The page about the owner, profiles of others, and other pages."""
    folder = site.folder
    documents = [read_source(folder, path) for path in folder.under("_pages", *TEXTS)]
    pages = [page for page in documents if page]
    profiles = [page for page in pages if page.fields.peek("layout") == "profiles" or page.fields.items("profiles")]
    contents = {f"_pages/{item.peek('content')}" for page in profiles for item in page.fields.items("profiles")}
    about = next((page for page in pages if is_about(page)), None)
    for page in pages:
        default = page_path(config, page)
        if page is about:
            person = read_own_page(site, page, default, person)
        elif page in profiles:
            read_profiles(site, page, {each.path: each for each in pages}, default)
        elif page.path not in contents:
            read_page(site, page, default)
    return person


def is_about(source: SourceText) -> bool:
    return source.fields.peek("layout") == "about" or source.path == "_pages/about.md"


def read_own_page(site: Site, source: SourceText, default: str, person: PersonRecord) -> PersonRecord:
    fields = source.fields
    page = read_about(site, source, site.own_path(source, default))
    profile = fields.fields("profile")
    person = replace(
        person, place=source.place(), bio=page.bio, sections=(*person.sections, *page.sections),
        headline=fields.plain("subtitle") or fields.plain("description"),
        photo=site.picture(profile, "image", *IMAGES), office=office_of(profile),
        old_paths=(*person.old_paths, *site.paths(source, default)),
    )  # fmt: skip
    profile.leave(DRAWING, "align", "image_circular")
    if native := NATIVE.match(page.bio.removeprefix(person.name)) if page.bio.startswith(person.name) else None:
        person = replace(person, native_name=person.native_name or native.group(1))
    fields.leave("the page bears its owner's name here", "title", "description")
    fields.leave(DRAWING, *DRAWN)
    return person


def office_of(profile: Fields) -> str:
    """The lines of an address that is written in HTML."""
    return profile.html_lines("more_info", "address")


def read_profiles(site: Site, source: SourceText, pages: dict[str, SourceText], default: str) -> None:
    """A page of several people, each with a text in a file of its own."""
    account = site.folder.account
    for item in source.fields.items("profiles"):
        path = f"_pages/{item.text('content')}"
        text = pages.get(path)
        if text is None:
            account.refuse(item.place("content"), f"“{path}” is not there, or cannot be read.")
            item.discard("nothing is known of this person but a picture")
            continue
        fields = text.fields
        page = read_about(site, text, site.own_path(text, default))
        sections = list(page.sections)
        name = fields.text("title", "name")
        if not name and sections and not page.bio:
            name = sections[0].heading
            page = replace(page, bio=sections.pop(0).body)
        if not name:
            account.refuse(text.place(), "It does not say whose profile it is: write “title: …” at its beginning.")
            account.leave(text.place(text.line), page.bio, "it is not known whose profile this is", "text")
            item.discard("it is not known whose profile this is")
            continue
        site.people.append(
            PersonRecord(
                text.place(), text.path, name, bio=page.bio, sections=tuple(sections),
                photo=site.picture(item, "image", *IMAGES), office=office_of(item), role="",
                headline=fields.plain("description", "subtitle"),
            )
        )  # fmt: skip
        item.leave(DRAWING, "align", "image_circular")
        fields.leave(DRAWING, *DRAWN)
    site.add_list(PEOPLE, site.paths(source, default), source.place())
    source.fields.leave(ONLY_LISTS)
    site.leave_text(source, ONLY_LISTS)


def read_coauthors(site: Site, fields: Fields) -> None:
    """Names with an address each: whom the site links without a page of their own."""
    printed = {
        (match_key(author.name.family), match_key(author.name.given)): author.name.natural
        for publication in site.publications
        if publication.entry.record
        for author in publication.entry.record.authors
    }
    for family, node in fields.nodes.items():
        for item in fields.each(node):
            firsts = item.texts("firstname", "first_name")
            address = item.address("url")
            if not firsts:
                item.discard("a co-author needs a first name")
                continue
            own = family.title() if family == family.lower() else family
            names = [printed.get((match_key(family), match_key(first)), f"{first} {own}") for first in firsts]
            parts = split_name(names[0])
            site.people.append(
                PersonRecord(
                    item.place(), f"{fields.path}#{family}-{firsts[0]}", names[0], parts.given, parts.family,
                    other_names=tuple(dict.fromkeys(names[1:])), is_known_only=True,
                    links=(LinkRecord(address, "website"),) if address else (),
                )
            )  # fmt: skip
