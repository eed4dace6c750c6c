"""Sites of Hugo Blox (formerly Wowchemy and Academic): one person, or a group with many. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from labsite.lib.text import match_key
from labsite.site_import.about import DRAWING, is_published, leave_list, read_post
from labsite.site_import.fields import Fields
from labsite.site_import.folder import SiteFolder
from labsite.site_import.jekyll import slug_of
from labsite.site_import.layouts.hugo_languages import (
    OTHER_LANGUAGE,
    language_folders,
    leave_languages,
    read_languages,
)
from labsite.site_import.layouts.hugo_pages import leave_common, read_home, read_other_page
from labsite.site_import.layouts.hugo_papers import read_links, read_publication
from labsite.site_import.layouts.hugo_people import read_author
from labsite.site_import.leftovers import leave_folder, leave_template
from labsite.site_import.lists import NEWS, OF_OWNER, PEOPLE, RESEARCH, TOPICS, page_named
from labsite.site_import.lists import PUBLICATIONS as PUBLICATIONS_PAGE
from labsite.site_import.records import (
    GroupRecord,
    LabRecord,
    LinkRecord,
    Media,
    PersonRecord,
    Place,
    ProjectRecord,
    TalkRecord,
)
from labsite.site_import.signs import part_signs
from labsite.site_import.site import Site, leaves_of
from labsite.site_import.texts import TEXTS, SourceText, read_data, read_source

KIND = "hugoblox"
PUBLICATIONS = ("publication", "publications")
EVENTS = ("event", "events", "talk", "talks")
POSTS = ("post", "posts", "blog", "news", "updates")
PROJECTS = ("project", "projects")
AUTHORS = ("authors", "author")
CONFIG = re.compile(r"(?:config/_default/\w+|config|hugo|hugoblox|theme)\.(?:ya?ml|toml|json)\Z")
DATA = (".yaml", ".yml", ".toml", ".json")
SETTING = "it tells the template how to build or draw the site"
NO_PICTURE = "projects have no pictures here"
TALK_IMAGE = "talks and news have no pictures here"


def signs(folder: SiteFolder) -> int:
    """How much speaks for this template: each of its folders and files counts."""
    tops = ("content", *language_folders(folder))
    parts = (AUTHORS, PUBLICATIONS, EVENTS, PROJECTS)
    found = sum(any(folder.under(f"{top}/{name}", *TEXTS) for name in names for top in tops) for names in parts)
    found += bool(folder.under("data/authors", *DATA)) + bool(folder.under("config/_default", *DATA))
    return found + bool(folder.first("hugoblox.yaml", "theme.toml", *(f"{top}/_index.md" for top in tops)))


def has_records(folder: SiteFolder) -> bool:
    """Whether it holds people or publications of a Hugo site."""
    tops = ("content", *language_folders(folder))
    return any(folder.under(f"{top}/{name}", *TEXTS) for top in tops for name in (*AUTHORS, *PUBLICATIONS))


def read(site: Site) -> None:
    """Reads all of the site into `site`."""
    folder = site.folder
    site.path_field = "url"
    configs = [
        Fields(node, path) for path in folder.paths if CONFIG.fullmatch(path) and (node := read_data(folder, path))
    ]
    languages = read_languages(folder, configs)
    leave_languages(folder, languages)
    folder.language, top = languages.own, languages.top
    read_address(site, configs)
    owners = read_people(site, top)
    for names, reader in (
        (PROJECTS, read_project), (PUBLICATIONS, read_paper), (EVENTS, read_event), (POSTS, read_news),
    ):  # fmt: skip
        read_items(site, top, names, reader)
    read_site_settings(site, configs, owners)
    read_home(site, top)
    for path in folder.under(top, *TEXTS):
        if path in folder.account.taken or path.startswith((f"{top}/home/", f"{top}/slides/")):
            continue
        if source := read_source(folder, path):
            read_other_page(site, source, page_path(top, source))
    add_groups(site)
    add_made_lists(site, top)
    for config in configs:
        config.leave(SETTING)
    leave_folder(folder.account, f"{top}/slides", "slides that a program draws have no place here")
    if top != "content":
        leave_folder(folder.account, "content", OTHER_LANGUAGE, apart=top)
    leave_folder(folder.account, "data/themes", "it belongs to the template")
    leave_folder(folder.account, "data/fonts", "it belongs to the template")
    leave_template(folder)


def read_address(site: Site, configs: list[Fields]) -> None:
    """The address of the site; what is behind its host stood before every path."""
    for config in configs:
        name = next((name for name in config.nodes if name.lower() == "baseurl"), "")
        if address := config.address(name) if name else "":
            site.url = site.url or address.rstrip("/")
            site.prefix = site.prefix or urlsplit(address).path.rstrip("/")


def read_people(site: Site, top: str) -> list[str]:
    """Everybody; gives the keys of those whom the site is about."""
    folder, owners = site.folder, []
    found: list[tuple[str, Fields, SourceText | None, str]] = []
    for path in folder.under("data/authors", *DATA):
        node = read_data(folder, path)
        key = path.rpartition("/")[2].rpartition(".")[0]
        found.append((key, Fields(node, path), None, f"/authors/{key}/"))
    for name in AUTHORS:
        for path in folder.under(f"{top}/{name}", *TEXTS):
            source = read_source(folder, path)
            if source is None:
                continue
            if (source.path.rpartition("/")[0], source.stem) == (f"{top}/{name}", "_index"):
                read_list(site, source, "/authors/")
                continue
            slug = slug_of(source.fields.peek("title") or source.name)
            found.append((source.name, source.fields, source, f"/author/{slug}/"))
    for key, fields, source, path in found:
        is_owner = "true" in (fields.peek("superuser").lower(), fields.peek("is_owner").lower())
        person = read_author(site, key, fields, source, path)
        if person is None:
            continue
        if source and (more := site.claim(f"/authors/{slug_of(key)}/", source.place())):
            person = replace(person, old_paths=tuple(dict.fromkeys([*person.old_paths, more])))
        first = next((number for number, each in enumerate(site.people) if each.key == key), None)
        if first is not None:
            person = both(site.people.pop(first), person)
        site.people.append(person)
        if is_owner or key in ("admin", "me"):
            owners.append(key)
    return list(dict.fromkeys(owners)) or [person.key for person in site.people if len(site.people) == 1]


def both(first: PersonRecord, second: PersonRecord) -> PersonRecord:
    """One person of two files: what the first says, with what only the second says."""
    values = {}
    for name, value in vars(first).items():
        other = getattr(second, name)
        is_list = isinstance(value, tuple)
        values[name] = tuple(dict.fromkeys([*value, *other])) if is_list else value or other
    return PersonRecord(**values)


def read_list(site: Site, source: SourceText, path: str) -> None:
    """The page of a list, which this site has itself."""
    leave_list(site, source, path, site.body(source), page_named(path))


def read_items(site: Site, top: str, names: tuple[str, ...], reader: Callable[[Site, SourceText, str], None]) -> None:
    """Every item below folders of these names; the lists' own pages stay behind."""
    for name in names:
        for path in site.folder.under(f"{top}/{name}", *TEXTS):
            source = read_source(site.folder, path)
            if source is None:
                continue
            if path.rpartition("/")[2].startswith("_index."):
                read_list(site, source, page_path(top, source))
            else:
                add_terms(site, source, NEWS if names == POSTS else PUBLICATIONS_PAGE)
                reader(site, source, page_path(top, source))


def page_path(top: str, source: SourceText) -> str:
    """Where Hugo puts a page: the path of its file, in small letters, with its slug in place of its name."""
    parts = [*source.path.removeprefix(f"{top}/").split("/")[:-1], source.stem]
    parts = [part for part in parts if part not in ("index", "_index")]
    if parts and source.fields.peek("slug"):
        parts[-1] = source.fields.text("slug")
    return re.sub("/+", "/", "/" + "/".join(parts).lower().replace(" ", "-") + "/")


def people_named(site: Site, fields: Fields) -> tuple[str, ...]:
    """The keys of the people whom `authors` lists; whoever is nobody of the site is reported."""
    _, keys = authors_named(site, fields)
    people = {match_key(text) for person in site.people for text in (person.key, person.name)}
    for leaf in leaves_of(fields, "authors"):
        if match_key(leaf.value) not in people:
            leaf.is_taken, leaf.reason = False, "they are nobody of the site"
    return keys


def authors_named(site: Site, fields: Fields) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(names as printed, keys of people of the site) of those whom `authors` lists by key or by name."""
    by_key = {person.key: person for person in site.people}
    by_name = {match_key(person.name): person for person in site.people}
    names, keys = [], []
    for text in fields.texts("authors"):
        signed = part_signs(text)
        person = by_key.get(text) or by_key.get(signed.name) or by_name.get(match_key(signed.name))
        signs = "" if text in by_key else "".join(signed.signs)  # a key is no printed name
        names.append(f"{person.name}{signs}" if person else text)
        keys += [person.key] if person else []
    return tuple(names), tuple(keys)


def featured(site: Site, source: SourceText) -> Media | None:
    """The picture beside a page. The words about it in the front matter have no place without it."""
    folder = source.path.rpartition("/")[0]
    image = source.fields.fields("image")
    candidates = [path for path in site.folder.under(folder, ".jpg", ".jpeg", ".png", ".webp", ".gif")
                  if path.startswith(f"{folder}/featured")]  # fmt: skip
    path = candidates[0] if candidates and source.path.rpartition("/")[2].startswith("index.") else ""
    image.leave(DRAWING, "focal_point", "preview_only", "placement", "url")
    if not path:
        image.leave("there is no picture beside the page that it would describe", "caption", "alt_text")
        return site.picture(image, "filename", folder, "assets/media")
    site.folder.account.take(path)
    image.leave(NO_PICTURE, "caption", "alt_text")
    return Media(path)


def read_paper(site: Site, source: SourceText, path: str) -> None:
    names, keys = authors_named(site, source.fields)
    read_publication(site, source, path, names, keys)


def read_project(site: Site, source: SourceText, path: str) -> None:
    fields = source.fields
    links, _ = read_links(site, source, keeps_files=False)
    if address := fields.address("external_link"):
        links = (LinkRecord(address, "project"), *links)
    picture = featured(site, source)
    keys = people_named(site, fields)
    body = "\n\n".join(filter(None, (site.text(fields, "abstract"), site.body(source, path))))
    site.projects.append(
        ProjectRecord(
            source.place(), source.name, fields.plain("title") or source.name,
            summary=site.text(fields, "summary"), body=body, start=fields.date("date", "date_start"),
            end=fields.date("date_end"), topics=fields.words("tags"), people=keys, links=links, picture=picture,
            is_published=is_published(source), old_paths=site.paths(source, path),
        )
    )  # fmt: skip
    leave_common(fields)


def read_event(site: Site, source: SourceText, path: str) -> None:
    fields = source.fields
    links, documents = read_links(site, source)
    event = fields.plain("event", "event_name")
    if address := fields.address("event_url"):
        links = (LinkRecord(address, "other", event[:120]), *links)
    address = fields.fields("address")
    parts = [fields.text("location"), *(address.text(name) for name in
             ("street", "city", "region", "postcode", "country"))]  # fmt: skip
    keys = people_named(site, fields)
    body = "\n\n".join(filter(None, (
        site.text(fields, "abstract"), site.text(fields, "summary"), site.body(source, path),
    )))  # fmt: skip
    site.talks.append(
        TalkRecord(
            source.place(), source.name, fields.plain("title"), event=event,
            where=", ".join(dict.fromkeys(filter(None, parts))), date=fields.date("date", "date_start"), body=body,
            people=keys or ((site.owner,) if site.owner else ()), links=links, is_published=is_published(source),
            old_paths=site.paths(source, path), documents=documents,
        )
    )  # fmt: skip
    fields.leave("a talk has one date here", "date_end", "all_day", "time_start", "time_end")
    fields.leave("talks have no topics here", "tags", "categories")
    fields.leave("talks are not tied to projects by the site", "projects")
    fields.leave(TALK_IMAGE, "image")
    leave_common(fields)


def read_news(site: Site, source: SourceText, path: str) -> None:
    fields = source.fields
    keys = people_named(site, fields)
    fields.leave(TALK_IMAGE, "image")
    fields.leave("news is not tied to projects by the site", "projects")
    read_post(site, source, path, keys)
    leave_common(fields)


def read_site_settings(site: Site, configs: list[Fields], owners: list[str]) -> None:
    """Whose site it is: a lab's name and statement, or one person."""
    titles = [config.peek("title") for config in configs if config.peek("title")]
    identities = [fields for config in configs if (fields := config.fields("hugoblox").fields("identity"))]
    is_lab = any(each.peek("type") in ("organization", "local_business") for each in identities)
    is_lab = is_lab or sum(1 for person in site.people if person.role) > 1 or len(site.people) > 1 and not owners
    if not is_lab and owners:
        site.owner = owners[0]
        for fields in (*configs, *identities):
            fields.leave(
                "the site is one person's: the lab keeps its own name", "title", "name", "description", "tagline"
            )
        return
    name = next((each.text("name") for each in identities if each.peek("name")), "") or (titles[0] if titles else "")
    for config in configs:
        if config.peek("title") == name:
            config.take("title")
    taglines = [each.text("tagline") for each in identities if each.peek("tagline")]
    texts = [each.text("description") for each in (*identities, *configs) if each.peek("description")]
    place = next((config.place("title") for config in configs if config.peek("title")), Place("config"))
    if name:
        tagline = taglines[0] if taglines else texts.pop(0) if texts else ""
        site.lab = LabRecord(place, name, tagline, texts[0] if texts else "", site.url, logo=logo_of(site))


def logo_of(site: Site) -> Media | None:
    path = site.folder.first(*(f"assets/media/logo{ending}" for ending in (".png", ".svg", ".jpg", ".webp")))
    if path:
        site.folder.account.take(path)
    return Media(path) if path else None


def add_made_lists(site: Site, top: str) -> None:
    """Pages that Hugo makes of folders and of tags, whether or not a file describes them."""
    place = Place(top)
    for page, names in (
        (PUBLICATIONS_PAGE, PUBLICATIONS), (OF_OWNER, EVENTS), (NEWS, POSTS), (RESEARCH, PROJECTS),
    ):  # fmt: skip
        for name in names:
            if site.folder.under(f"{top}/{name}", *TEXTS):
                site.add_made_list(page, f"/{name}/", place)
    for path, page in (("/authors/", PEOPLE), ("/tags/", TOPICS), ("/categories/", TOPICS)):
        site.add_made_list(page, path, place)


def add_terms(site: Site, source: SourceText, page: str) -> None:
    """Pages that Hugo makes of the tags and categories of a page: of a topic here, else like the list `page`."""
    for name, single in (("tags", "tag"), ("categories", "category")):
        for leaf in leaves_of(source.fields, name):
            for folder in (name, single):
                path = f"/{folder}/{slug_of(leaf.value)}/"
                site.add_made_list(page, path, Place(source.path, leaf.line), leaf.value.strip())


def add_groups(site: Site) -> None:
    """Groups that people of the site belong to and that are no roles."""
    for person in site.people:
        for key in person.groups:
            if key not in {group.key for group in site.groups}:
                site.groups.append(GroupRecord(person.place, key, site.group_names.get(key, key)))
