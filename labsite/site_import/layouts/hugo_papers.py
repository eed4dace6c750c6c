"""Publications of a Hugo Blox site: `index.md` with fields, and `cite.bib` beside it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from labsite.lib.text import clean_text, match_key
from labsite.site_import.about import DRAWING, DRAWN, is_published
from labsite.site_import.account import printable
from labsite.site_import.fields import Fields
from labsite.site_import.nodes import Node
from labsite.site_import.papers import (
    identifiers_of,
    kind_of_venue,
    merged,
    read_bibliography,
    read_identifiers,
    sort_link,
    with_problem,
)
from labsite.site_import.records import LinkRecord, Media, Place, PublicationRecord
from labsite.site_import.signs import legend_of, part_signs, signed_authors
from labsite.site_import.site import Site, leaves_of
from labsite.site_import.texts import SourceText
from people.likeness import compare
from people.names import NameParts
from people.readings import fold_name
from publications.formats.addresses import is_web_address
from publications.records import Record, RecordAuthor, SourceEntry

# Types of the template's first years were numbers; since then they are those of CSL.
TYPES = {
    "0": "other", "1": "conference-paper", "2": "journal-article", "3": "preprint", "4": "report", "5": "book",
    "6": "chapter", "7": "thesis", "8": "other", "paper-conference": "conference-paper",
    "article-journal": "journal-article", "article": "preprint", "manuscript": "preprint", "report": "report",
    "book": "book", "chapter": "chapter", "thesis": "thesis", "patent": "other", "dataset": "dataset",
    "software": "software", "source": "other", "speech": "other",
}  # fmt: skip
KINDS = {
    "pdf": "pdf", "preprint": "pdf", "code": "code", "source": "code", "dataset": "data", "data": "data",
    "poster": "poster", "slides": "slides", "video": "video", "project": "project", "site": "project",
    "external": "other", "publisher": "publisher", "custom": "other", "arxiv": "publisher", "event": "other",
}  # fmt: skip
URL_FIELDS = (
    "url_pdf", "url_preprint", "url_code", "url_dataset", "url_poster", "url_project", "url_slides", "url_source",
    "url_video",
)  # fmt: skip
EQUAL, CORRESPONDING = re.compile(r"\bequal", re.IGNORECASE), re.compile(r"\bcorrespond", re.IGNORECASE)
EMPHASIS = re.compile(r"(?<!\w)[*_]{1,3}|[*_]{1,3}(?!\w)")
NO_AUTHOR = "it is not certain which author it means: write the names alike here and in cite.bib, with a mark for each"
SIGN = "signs are not carried over"


def read_publication(site: Site, source: SourceText, path: str, names: tuple[str, ...], keys: tuple[str, ...]) -> None:
    """One publication; `names` and `keys` are its authors and those of them who are people of the site."""
    fields, folder = source.fields, site.folder
    title = fields.plain("title")
    below = source.path.rpartition("/")[0]
    is_bundle = source.path.rpartition("/")[2].startswith("index.")
    bib = folder.first(f"{below}/cite.bib") if is_bundle else ""
    entries = with_problem(read_bibliography(folder, bib), folder, bib) if bib else []
    if not title and not entries:
        folder.account.refuse(source.place(), "This publication has no title: write “title: …” at its beginning.")
        site.leave_text(source, "a publication needs a title")
        fields.discard("a publication needs a title")
        return
    links, documents = read_links(site, source, keeps_labels=False)
    if is_bundle and (own := folder.first(f"{below}/{source.name}.pdf")):
        folder.account.take(own)
        is_named = any(media.path == own for _, media in documents)
        documents = documents if is_named else (*documents, ("pdf", Media(own)))
    record, notes = record_of(site, fields, source, names, links)
    if len(entries) == 1 and entries[0].record:
        own = record
        record, more = merged(entries[0].record, own)
        record, left = with_people(record, {person.name: person.orcid for person in site.people}, own.authors)
        leave_marks(fields, left)
        notes = (*notes, *entries[0].notes, *more)
    elif len(entries) > 1:
        folder.account.refuse(Place(bib), f"It holds {len(entries)} entries; one publication has one.")
    if not record.title:
        return
    site.publications.append(
        PublicationRecord(
            source.place(), source.path,
            SourceEntry(fields.place("title").line or source.line, record.key or source.name, record, notes=notes),
            summary=site.text(fields, "summary"), people=keys, projects=fields.texts("projects"),
            is_published=is_published(source), documents=documents, old_paths=site.paths(source, path),
        )
    )  # fmt: skip
    fields.leave("publications have no pictures here", "image")
    fields.leave("it says when the page was put online, not when it appeared", "publishDate", "lastmod")
    fields.leave("slides that a program draws have no place here", "slides")
    fields.leave(DRAWING, *(name for name in DRAWN if name != "featured"))


def record_of(
    site: Site, fields: Fields, source: SourceText, names: tuple[str, ...], links: tuple[LinkRecord, ...]
) -> tuple[Record, tuple[str, ...]]:
    """What the fields of a publication say, and notes on signs behind the names of its authors."""
    date = fields.date("date") or fields.date("publishDate")
    venue = EMPHASIS.sub("", fields.plain("publication")).strip()
    venue = re.sub(r"\AIn:?\s+", "", venue)
    short = re.sub(r"\AIn:?\s+", "", EMPHASIS.sub("", fields.plain("publication_short")).strip())
    types = fields.texts("publication_types")
    kind = next((TYPES[text.lower()] for text in types if text.lower() in TYPES), "")
    if types and not kind:
        fields.untake("publication_types", "it is no kind of publication that is known here")
    groups = (fields, fields.fields("hugoblox").fields("ids"), fields.fields("ids"))
    identifiers = [each for group in groups for each in read_identifiers(group)]
    orcids = {person.name: person.orcid for person in site.people}
    marks = [clean_text(printable(leaf.value)) for leaf in marks_of(fields)]
    fields.take("author_notes")
    abstract, body = site.text(fields, "abstract"), site.body(source)
    signed, notes = signed_authors(names, legend_of(*marks, abstract, body))
    authors = tuple(
        replace(
            author, orcid=orcids.get(part_signs(name).name, ""),
            is_equal=author.is_equal or bool(EQUAL.search(mark)),
            is_corresponding=author.is_corresponding or bool(CORRESPONDING.search(mark)),
        )
        for name, author, mark in zip(names, signed, [*marks, *[""] * len(names)], strict=False)
    )  # fmt: skip
    others = [mark for mark in marks if mark and not is_fact(mark)]
    leave_marks(fields, range(len(names), len(marks)))
    record = Record(
        key=source.name, kind=kind or kind_of_venue(venue), title=fields.plain("title"), authors=authors,
        authors_complete=bool(authors), year=int(date[:4]) if date else None, date=date, container=venue,
        container_short=short, abstract=abstract or body, note="; ".join(dict.fromkeys(others)),
        identifiers=tuple(dict.fromkeys([*identifiers, *identifiers_of(*(link.url for link in links))])),
        links=tuple(dict.fromkeys((link.kind, link.url) for link in links)),
        topics=tuple(dict.fromkeys([*fields.words("tags"), *fields.words("categories")])),
        is_selected=fields.flag("featured", False),
    )  # fmt: skip
    if abstract and body:
        site.folder.account.leave(source.place(source.line), body, "a publication has one text, its abstract", "text")
    return record, notes


def read_links(
    site: Site, source: SourceText, *, keeps_files: bool = True, keeps_labels: bool = True
) -> tuple[tuple[LinkRecord, ...], tuple[tuple[str, Media], ...]]:
    """Addresses and files of a page, each with a kind of `Link`; without `keeps_files`, files stay behind.

    Without `keeps_labels`, links have kinds only, and what else they are called is reported.
    """
    fields, account = source.fields, site.folder.account
    links: list[LinkRecord] = []
    documents: list[tuple[str, Media]] = []
    below = source.path.rpartition("/")[0]
    named = [(fields, name, KINDS[name.removeprefix("url_")], "") for name in URL_FIELDS]
    for item in [*fields.items("links"), *fields.items("url_custom")]:
        item.leave(SIGN, "icon", "icon_pack")
        label, name = item.peek("name", "label"), "url" if item.peek("url") else "link"
        kind = KINDS.get((item.peek("type") or label).lower(), "other")
        if item.peek("type").lower() in KINDS:
            item.take("type")
        if keeps_labels or label.lower() in KINDS:
            item.take("name", "label")
        item.leave("a link of a publication bears the name of its kind", "name", "label", "type")
        named.append((item, name, kind, label))
    for item, name, kind, label in named:
        value = item.peek(name)
        if not value:
            continue
        item.take(name)
        found = sort_link(site, kind, value, below)
        if found is None:
            path = site.normal(value) if value.startswith("/") else ""
            if path and not is_web_address(value) and "." not in value.rpartition("/")[2]:
                item.untake(name, "it leads to a page of the former site")
                item.untake("name", "it names a link that is not taken over")
            else:
                item.untake("name", "it names a link that is not taken over")
                account.refuse(item.place(name), f"“{value[:100]}” is no web address and no file of the site.")
        elif isinstance(found[1], Media) and not keeps_files:
            item.untake(name, "files of a project have no place here: add them to a publication")
        elif isinstance(found[1], Media):
            documents.append((found[0], found[1]))
        else:
            links.append(LinkRecord(found[1], found[0], label if keeps_labels and label.lower() not in KINDS else ""))
    return tuple(dict.fromkeys(links)), tuple(documents)


def with_people(
    record: Record, orcids: dict[str, str], printed: Sequence[RecordAuthor]
) -> tuple[Record, list[int]]:  # fmt: skip
    """The record with the ORCID iDs of its authors who are people of the site, and what the page says of `printed`.

    Also the places in `printed` of those of whom the page says something and who are no author of the record for sure.
    """
    places = same_authors(record.authors, printed)
    nobody = RecordAuthor(NameParts())
    authors = tuple(
        replace(
            author, orcid=author.orcid or orcids.get(author.name.natural, "") or own.orcid,
            is_equal=author.is_equal or own.is_equal,
            is_corresponding=author.is_corresponding or own.is_corresponding,
        )
        for number, author in enumerate(record.authors)
        for own in [printed[places[number]] if number in places else nobody]
    )  # fmt: skip
    left = [
        number
        for number, author in enumerate(printed)
        if (author.is_equal or author.is_corresponding) and number not in places.values()
    ]
    return replace(record, authors=authors), left


def same_authors(authors: Sequence[RecordAuthor], printed: Sequence[RecordAuthor]) -> dict[int, int]:
    """By place in `authors`, the place in `printed` of the same name; of lists of one length, of one that fits there.

    One list may abbreviate what the other writes out: “Lee, A.” is Ann Lee where both are first of three.
    """
    names = {match_key(author.name.natural): number for number, author in enumerate(printed)}
    keys = [match_key(author.name.natural) for author in authors]
    found = {number: names[key] for number, key in enumerate(keys) if key in names}
    for number, author in enumerate(authors if len(authors) == len(printed) else ()):
        is_open = number not in found and number not in found.values()
        if is_open and compare(fold_name(author.name), fold_name(printed[number].name)):
            found[number] = number
    return found


def marks_of(fields: Fields) -> list[Node]:
    """What `author_notes` says of each author in order; an empty one says nothing of the author at its place."""
    node = fields.nodes.get("author_notes")
    if node is None:
        return []
    return [each for each in (node.value if isinstance(node.value, list) else [node]) if isinstance(each.value, str)]


def is_fact(mark: str) -> bool:
    return bool(EQUAL.search(mark) or CORRESPONDING.search(mark))


def leave_marks(fields: Fields, numbers: Iterable[int]) -> None:
    """Says of the marks of these authors, or of the signs behind their names, that they stay behind."""
    marks, names = marks_of(fields), leaves_of(fields, "authors")
    for number in numbers:
        is_mark = number < len(marks) and (number >= len(names) or is_fact(marks[number].value))
        leaf = marks[number] if is_mark else names[number]
        leaf.is_taken, leaf.reason = False, NO_AUTHOR
