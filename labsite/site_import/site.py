"""A site as it is being read: what was found so far, and what its addresses lead to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from labsite.lib.paths import is_path
from labsite.site_import.bodies import Body, Line
from labsite.site_import.fields import Fields, with_plain_signs
from labsite.site_import.folder import SiteFolder
from labsite.site_import.jekyll import PLACEHOLDER, collection_of, filled
from labsite.site_import.lists import OF_OWNER, PEOPLE
from labsite.site_import.own_links import with_own_paths
from labsite.site_import.records import (
    GroupRecord,
    LabRecord,
    ListRecord,
    Media,
    NewsRecord,
    PageRecord,
    PersonRecord,
    Place,
    ProjectRecord,
    PublicationRecord,
    SiteContent,
    TalkRecord,
)
from labsite.site_import.sections import news_kind
from labsite.site_import.texts import TEXTS, SourceText
from publications.formats.addresses import find_identifiers, is_web_address

MOST_HOPS = 20
FULL = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
DOCUMENT_FOLDERS = (
    "assets/pdf", "files", "assets/files", "static/files", "static", "static/uploads", "pdf", "papers", "content",
)  # fmt: skip
SERVED_FROM = ("static", "content")  # folders whose name is not part of an address
DRAWING = "it tells the template how to draw the page"
PATTERN = "it is a pattern, and the file does not say all that it asks for: where the page stood is not known"


@dataclass
class Redirect:
    """A page that held nothing but the way to another one."""

    place: Place
    path: str
    target: str


@dataclass
class Site:
    """`prefix` is the path below which the whole site stood, "" for the top of a host."""

    kind: str
    folder: SiteFolder
    url: str = ""
    prefix: str = ""
    path_field: str = "permalink"  # what the template calls the address that a page chooses for itself
    owner: str = ""
    lab: LabRecord | None = None
    people: list[PersonRecord] = field(default_factory=list)
    groups: list[GroupRecord] = field(default_factory=list)
    publications: list[PublicationRecord] = field(default_factory=list)
    news: list[NewsRecord] = field(default_factory=list)
    talks: list[TalkRecord] = field(default_factory=list)
    projects: list[ProjectRecord] = field(default_factory=list)
    pages: list[PageRecord] = field(default_factory=list)
    group_names: dict[str, str] = field(default_factory=dict)  # by key
    claims: dict[str, Place] = field(default_factory=dict)
    redirects: list[Redirect] = field(default_factory=list)
    lists: list[ListRecord] = field(default_factory=list)
    made_lists: list[ListRecord] = field(default_factory=list)
    own_paths: list[str] = field(default_factory=list)  # of lists that the owner's page has here: their CV, talks

    # Texts

    def body(self, source: SourceText, base: str = "/") -> str:
        """The text of a source as Markdown; `base` is the path it stood at."""
        return self._body(source, base).markdown(source.body)

    def lines(self, source: SourceText, base: str = "/") -> list[Line]:
        """The text of a source as Markdown, line by line."""
        return self._body(source, base).lines(source.body)

    def _body(self, source: SourceText, base: str) -> Body:
        return Body(source.path, source.line, self.folder.account, f"{self.prefix}{base}", self.prefix)

    def leave_text(self, source: SourceText, reason: str) -> None:
        """The text of a source stays behind; one that says nothing is not mentioned."""
        if source.body.strip():
            self.folder.account.leave(source.place(source.line), source.body, reason, "text")

    def text(self, fields: Fields, *names: str) -> str:
        """A field that holds Markdown, as Markdown."""
        name = next((name for name in names if fields.peek(name)), "")
        if not name:
            return ""
        place = fields.place(name)
        body = Body(place.path, place.line, self.folder.account, f"{self.prefix}/", self.prefix)
        return with_plain_signs(body.markdown(fields.lines(name)))

    def picture(self, fields: Fields, name: str, *folders: str) -> Media | None:
        """The picture that a field names. One that is not there is a problem; one of another site stays behind."""
        path = fields.peek(name)
        if not path:
            return None
        media = self.media(path, *folders)
        if media is None and FULL.match(path):
            fields.leave("a picture at another address is not fetched: save it among the site's files", name)
            return None
        if media is None:
            fields.text(name)
            self.folder.account.refuse(fields.place(name), f"“{path[:100]}” names a file that is not there.")
            return None
        fields.text(name)
        return media

    # Files

    def find(self, address: str, *folders: str) -> str:
        """The path of the file that an address of the site means, relative or with its host, or "".

        `folders` are those in which a relative one may lie. A path may bear the site's own prefix, and need not.
        """
        path = address
        if FULL.match(address):
            path, folders = self._on_host(address), SERVED_FROM
        if not path:
            return ""
        below = path.removeprefix(self.prefix) if path.startswith(f"{self.prefix}/") else path
        return self.folder.find(path, *folders) or self.folder.find(below, *folders)

    def media(self, address: str, *folders: str) -> Media | None:
        """The file that an address of the site means (`find`), taken; `None` where there is none."""
        path = self.find(address, *folders)
        if path:
            self.folder.account.take(path)
        return Media(path) if path else None

    def document(self, address: str, *folders: str) -> Media | None:
        """The document that an address of the site means, taken. A page at a full address is none: it stays a link."""
        is_page = FULL.match(address) and address.lower().partition("?")[0].partition("#")[0].endswith(TEXTS)
        return None if is_page else self.media(address, *folders, *DOCUMENT_FOLDERS)

    def _on_host(self, address: str) -> str:
        """The path of a full address of this site, as it is written there; "" for one of another host."""
        try:
            parts, host = urlsplit(address), urlsplit(self.url).hostname
        except ValueError:
            return ""
        return parts.path if host and parts.hostname == host else ""

    # Former addresses

    def own_path(self, source: SourceText, default: str) -> str:
        """Where a source stood: the address it chooses, or else `default`; "" where its own is a pattern left open."""
        own = source.fields.peek(self.path_field)
        if not own:
            return default
        return self.filled_path(source, own) if PLACEHOLDER.search(own) else own

    def filled_path(self, source: SourceText, pattern: str) -> str:
        """A pattern that a page chose for its address (“/blog/:year/:title/”), filled as Jekyll does; "" if unknown.

        Hugo has other words for other things, and a pattern with a host is nobody's.
        """
        is_jekyll = self.path_field == "permalink" and not is_web_address(pattern)
        return filled(pattern, source, collection_of(source)) if is_jekyll else ""

    def paths(
        self, source: SourceText, default: str, formerly: tuple[str, ...] = ("redirect_from", "aliases")
    ) -> tuple[str, ...]:
        """Where a source was found: its own permalink or else `default`, and what led to it.

        `formerly` are the fields that name other addresses.
        """
        fields = source.fields
        name = self.path_field
        written = fields.peek(name)
        own = self.own_path(source, "")
        if written and not own:
            fields.leave(PATTERN, name)
            default = ""
        if is_web_address(own) and not self.normal(own):
            own = ""  # the page stood elsewhere
        found = [(own, fields.place(name))] if own else [(default, source.place())] if default else []
        if own:
            fields.take(name)
        for each in formerly:
            for leaf in leaves_of(fields, each):
                leaf.is_taken = True
                found.append((leaf.value.strip(), Place(fields.path, leaf.line)))
        kept = [self.claim(path, place) for path, place in found]
        return tuple(dict.fromkeys(path for path in kept if path))

    def claim(self, path: str, place: Place) -> str:
        """A path of the former site, for one record alone; "" where it is none, or another record's."""
        normal = self.normal(path)
        if not normal:
            self.folder.account.leave(place, path, "it is no path of this site that could lead anywhere", "address")
            return ""
        if normal.strip("/") in ("", "index.html"):
            return ""  # the top of a site is its home page, whoever's site it was
        first = self.claims.setdefault(normal, place)
        if first is not place and first.path != place.path:
            self.folder.account.refuse(
                place, f"“{normal}” leads to what {first} says already: one address cannot lead to two pages."
            )
            return ""
        return normal

    def add_list(self, page: str, paths: Iterable[str], place: Place) -> None:
        """Paths where the site printed a list, which lead to `page` (`lists`); of what is the owner's, to them."""
        if page == OF_OWNER and self.owner:
            self.own_paths += paths
        else:
            page = PEOPLE if page == OF_OWNER else page
            self.lists += [ListRecord(place, path, page) for path in paths]

    def add_made_list(self, page: str, path: str, place: Place, topic: str = "") -> None:
        """A list that the template made of itself; it counts unless something of the site stood there."""
        if normal := self.normal(path):
            self.made_lists.append(ListRecord(place, normal, page, topic))

    def normal(self, path: str) -> str:
        """`path` as this site printed it: with its prefix, without host, query and fragment; "" where it is no path."""
        if FULL.match(path):
            path = self._on_host(path)
            if not path:
                return ""
            path = path if path.startswith(f"{self.prefix}/") else f"{self.prefix}/{path.lstrip('/')}"
        else:
            path = f"{self.prefix}/{path.partition('#')[0].partition('?')[0].lstrip('/')}"
        path = unquote(path)
        return path if is_path(path) else ""

    def redirect(self, source: SourceText, default: str) -> bool:
        """Whether a source only leads elsewhere (`redirect_to`). It is then followed at the end."""
        fields = source.fields
        target = fields.peek("redirect_to")
        if not target:
            return False
        normal = self.normal(target)
        if not normal:
            fields.leave("it leads to another site, and this one leads to no other", "redirect_to")
        else:
            fields.take("redirect_to")
        place = fields.place("redirect_to")
        self.leave_text(source, "the page only leads elsewhere")
        for path in self.paths(source, default):
            if normal:
                self.redirects.append(Redirect(place, path, normal))
        return True

    # The end

    def content(self) -> SiteContent:
        """Everything that was read. What nobody took is reported now."""
        self._add_made_lists()
        for number, person in enumerate(self.people):
            if person.key == self.owner:
                self.people[number] = replace(person, old_paths=(*person.old_paths, *self.own_paths))
        self._follow_redirects()
        self._link_news()
        self._keep_own_files()
        self._relink_texts()
        account = self.folder.account
        account.close()
        return SiteContent(
            kind=self.kind, url=self.url, prefix=self.prefix, owner=self.owner, lab=self.lab, people=tuple(self.people),
            groups=tuple(self.groups), publications=tuple(self.publications), news=tuple(self.news),
            talks=tuple(self.talks), projects=tuple(self.projects), pages=tuple(self.pages),
            lists=tuple(self.lists), unused=tuple(account.unused), problems=tuple(account.problems),
            files=account.paths,
        )  # fmt: skip

    def _add_made_lists(self) -> None:
        taken = {slashless(path) for path in self.claims}
        for each in self.made_lists:
            if slashless(each.path) in taken:
                continue
            taken.add(slashless(each.path))
            if each.topic:
                self.lists.append(each)
            else:
                self.add_list(each.page, [each.path], each.place)

    def _follow_redirects(self) -> None:
        steps = {slashless(each.path): each for each in self.redirects}
        for each in self.redirects:
            seen, target = {slashless(each.path)}, slashless(each.target)
            while target in steps and target not in seen and len(seen) < MOST_HOPS:
                seen.add(target)
                target = slashless(steps[target].target)
            if target in seen:
                message = f"“{each.path}” leads in a circle by way of “{each.target}”: it leads nowhere here."
                self.folder.account.refuse(each.place, message)
            elif not self._add_path(each.path, target):
                self.folder.account.leave(
                    each.place, f"{each.path} → {each.target}", "no page that is taken over stands there", "redirect_to"
                )

    def _add_path(self, path: str, target: str) -> bool:
        """Gives `path` to the record or the list that `target` leads to."""
        records: list[Any]
        for records in (
            self.people, self.groups, self.publications, self.news, self.talks, self.projects, self.pages,
        ):  # fmt: skip
            for number, record in enumerate(records):
                if target in map(slashless, record.old_paths):
                    records[number] = replace(record, old_paths=(*record.old_paths, path))
                    return True
        for each in self.lists:
            if target == slashless(each.path):
                self.lists.append(replace(each, path=path))
                return True
        return False

    def _keep_own_files(self) -> None:
        """A link of a publication or a talk to a file of the site itself is that file; each document counts once."""
        for number, paper in enumerate(self.publications):
            if record := paper.entry.record:
                links, found = self._parted(record.links)
                entry = replace(paper.entry, record=replace(record, links=links))
                documents = tuple(dict.fromkeys([*paper.documents, *found]))
                self.publications[number] = replace(paper, entry=entry, documents=documents)
        for number, talk in enumerate(self.talks):
            kept, found = self._parted((link.kind, link.url) for link in talk.links)
            links = tuple(link for link in talk.links if (link.kind, link.url) in kept)
            self.talks[number] = replace(talk, links=links, documents=tuple(dict.fromkeys([*talk.documents, *found])))

    def _parted(
        self, links: Iterable[tuple[str, str]]
    ) -> tuple[tuple[tuple[str, str], ...], list[tuple[str, Media]]]:  # fmt: skip
        """(links that lead elsewhere, files of the site), each with its kind."""
        kept, documents = [], []
        for kind, address in links:
            media = self.document(address)
            if media is None:
                kept.append((kind, address))
            else:
                documents.append((document_kind(kind, media.path), media))
        return tuple(kept), documents

    def _relink_texts(self) -> None:
        """Full addresses of the site's own pages and files, in its texts, are paths as relative ones are."""
        known = {slashless(path) for path in (*self.claims, *(each.path for each in self.lists))}

        def path_of(address: str) -> str:
            normal = self.normal(address)
            is_here = slashless(normal) in known or self.find(address, *SERVED_FROM)
            return quote(normal, safe="/%:@!$&'*+,;=~") if normal and is_here else ""

        self.lab = with_own_paths(self.lab, path_of)
        records: list[Any]
        for records in (
            self.people, self.groups, self.publications, self.news, self.talks, self.projects, self.pages,
        ):  # fmt: skip
            records[:] = [with_own_paths(record, path_of) for record in records]

    def _link_news(self) -> None:
        """News names the publications whose identifiers stand in it, and its kind where its words tell it."""
        known = {
            identifier: publication.key
            for publication in self.publications
            if publication.entry.record
            for identifier in publication.entry.record.identifiers
        }
        for number, news in enumerate(self.news):
            named = [known[each] for each in find_identifiers(news.body) if each in known]
            self.news[number] = replace(
                news,
                kind=news.kind or news_kind(news.body),
                publications=tuple(dict.fromkeys([*news.publications, *named])),
            )


def document_kind(kind: str, address: str) -> str:
    """The kind of `Link` of an address or file: a paper's own address that is a PDF is that."""
    is_pdf = kind == "publisher" and address.lower().partition("?")[0].endswith(".pdf")
    return "pdf" if is_pdf else kind


def slashless(path: str) -> str:
    return path.rstrip("/").removesuffix("/index.html").removesuffix(".html") or "/"


def leaves_of(fields: Fields, name: str) -> list[Any]:
    """The texts of a field, alone or in a list, that say something."""
    return [leaf for _, leaf in fields.nodes[name].leaves() if leaf.value.strip()] if name in fields.nodes else []
