"""Pages of a Hugo Blox site: the home page, which is made of blocks, and pages of their own. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from labsite.site_import.about import DRAWING, DRAWN, is_published, leave_list, read_page, with_list
from labsite.site_import.career import Owner
from labsite.site_import.fields import Fields
from labsite.site_import.layouts.hugo_people import read_award, read_lists, read_position, skill_line
from labsite.site_import.lists import PEOPLE, RESEARCH, is_aside, page_named
from labsite.site_import.records import PageRecord, Place
from labsite.site_import.site import Site, leaves_of
from labsite.site_import.texts import TEXTS, SourceText, read_source


def read_home(site: Site, top: str) -> None:
    """The blocks of a home page: those that say something of the owner are parts of their record."""
    folder = site.folder
    for path in folder.under(f"{top}/home", *TEXTS):
        if source := read_source(folder, path):
            read_block(site, source.fields, source)
    names = ("_index", f"_index.{folder.language}", "index", f"index.{folder.language}")
    path = folder.first(*(f"{top}/{name}.md" for name in names))
    source = read_source(folder, path) if path else None
    if source is None:
        return
    for block in source.fields.items("sections"):
        read_block(site, block.fields("content"), None)
        block.leave(DRAWING)
    source.fields.leave("the home page is the site's own", "title")
    source.fields.leave(DRAWING)
    if text := site.body(source):
        add_text(site, source.place(source.line), "", text)


def read_block(site: Site, content: Fields, source: SourceText | None) -> None:
    """One block, or one widget of the older template."""
    number = next((number for number, person in enumerate(site.people) if person.key == site.owner), None)
    title = content.plain("title")
    text = site.text(content, "text", "description")
    text = "\n\n".join(filter(None, (text, site.body(source) if source else "")))
    if number is not None:
        owner = Owner(site, site.people[number])
        for name, reader in (("experience", read_position), ("item", read_award)):
            for item in content.items(name):
                reader(owner, item)
        for item in content.items("items"):
            if item.peek("company", "position"):
                read_position(owner, item)
            elif item.peek("organization", "awarder", "certificate_url"):
                read_award(owner, item)
            elif item.peek("name", "title"):
                owner.add_section(item.place(), title or "Skills", [skill_line(item)], "skills")
        for item in content.items("feature"):
            owner.add_section(item.place(), title or "Skills", [skill_line(item)], "skills")
        read_lists(owner, content)
        site.people[number] = owner.person
    if text:
        add_text(site, content.place("text"), title, text)
    elif number is None or not (content.has("items") or content.has("item") or content.has("feature")):
        content.untake("title", "it heads a list that this site makes itself")
    content.leave("blocks of the home page are drawn by this site itself")
    if source and not content.has("sections"):
        site.folder.account.take(source.path)


def add_text(site: Site, place: Place, title: str, text: str) -> None:
    """A text of the home page: of the lab's introduction, or a section of the owner's page."""
    if site.owner:
        number = next(number for number, person in enumerate(site.people) if person.key == site.owner)
        owner = Owner(site, site.people[number])
        owner.add_text(place, title or "Welcome", text)
        site.people[number] = owner.person
    elif site.lab:
        words = f"### {title}\n\n{text}" if title and site.lab.introduction else text
        introduction = "\n\n".join(filter(None, (site.lab.introduction, words)))
        site.lab = replace(site.lab, introduction=introduction)
    else:
        site.folder.account.leave(place, text, "it is not known whose text this is", "text")


def read_other_page(site: Site, source: SourceText, path: str) -> None:
    """A page of its own; one that is made of blocks is the text of its blocks."""
    fields = source.fields
    blocks = fields.items("sections")
    if not blocks:
        read_page(site, source, path)
        leave_common(fields)
        fields.leave("it says when the page was put online, not when it happened", "date")
        return
    texts = []
    for block in blocks:
        content = block.fields("content")
        title, text = content.plain("title"), site.text(content, "text")
        texts += [f"## {title}" if title and text else "", text]
        if title and not text:
            content.untake("title", "it heads a list that this site makes itself")
        content.leave("blocks of a page are drawn by the template")
        block.leave(DRAWING)
    body = "\n\n".join(filter(None, [*texts, site.body(source, path)]))
    page = page_of_blocks(blocks)
    if page and is_aside(body) or not re.search(r"\w", body):
        leave_list(site, source, path, body, page or page_named(path))
    else:
        name = fields.plain("title") or source.name
        site.pages.append(
            PageRecord(
                source.place(), source.path, name, with_list(body, name, page),
                summary=fields.plain("summary", "description"), is_published=is_published(source),
                old_paths=site.paths(source, path),
            )
        )  # fmt: skip
    leave_common(fields)
    fields.leave("it says when the page was put online, not when it happened", "date")


def page_of_blocks(blocks: list[Fields]) -> str:
    """The list that the first block prints that prints one; "" where none does."""
    for block in blocks:
        kind, filters = block.peek("block"), block.fields("content").fields("filters")
        if kind in ("people", "team-showcase"):
            return PEOPLE
        folders = [leaf.value for name in ("folders", "page_type") for leaf in leaves_of(filters, name)]
        if page := page_named(*(f"/{name}/" for name in folders)):
            return page
        if kind == "portfolio":
            return RESEARCH
    return ""


def leave_common(fields: Fields) -> None:
    fields.leave("it says when the page was put online, not when it happened", "publishDate", "lastmod", "expiryDate")
    fields.leave("slides that a program draws have no place here", "slides")
    fields.leave(DRAWING, *DRAWN)
