"""One run of publishing: what has to be made is made and written, what is no more is taken away."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone, translation

from labsite.page_cache.triggers import VERSION_TABLE
from labsite.publishing import browsing, hosting
from labsite.publishing.fingerprint import fingerprint
from labsite.publishing.folder import Folder, digest_of
from labsite.publishing.layout import NOT_FOUND, Layout, file_of
from labsite.publishing.memory import Memory, PageMade
from labsite.publishing.problems import PublishingError
from labsite.publishing.rewriting import Rewritten, redirect_page, rewrite, rewrite_feed, rewrite_sitemap
from labsite.publishing.routes import first_addresses, kept_from_search_engines, languages
from labsite.publishing.visiting import Answer, Visitor, answering_as
from labsite.publishing.watching import Sources, ask

NOWHERE = "/nowhere-at-all/"  # an address that nothing answers, whose answer is the page for such addresses
FEEDS = ("application/atom+xml", "application/feed+json")
MARKED_UP = ("text/html", "image/svg+xml")
PAGES_AT_ONCE = 200  # between two moments at which what was made is sure to be remembered
TRIES = 5  # to make a page while nobody writes
# Answers that say that the site could not answer, not what there is: too many questions, or a fault of its own.
NO_ANSWERS = {429, *range(500, 600)}
REDIRECTS = {301, 302, 307, 308}
ROUNDS = 3  # of a run during which somebody writes
# Answers that may be others although no record has changed: files lie on the disk.
ASKED_AGAIN = (settings.STATIC_URL, settings.MEDIA_URL)


@dataclass
class Report:
    """What a run did: files by name, seconds, and the addresses that make no file, with the reason."""

    made: int = 0
    kept: int = 0
    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    files: int = 0
    size: int = 0
    seconds: float = 0.0
    left_out: list[str] = field(default_factory=list)
    is_settled: bool = True


class Run:
    """`folder` is where the copy lies, `root` its address, `live` that of the site itself if pages may lead there."""

    def __init__(
        self, path: Path, root: str, *, live: str = "", is_full: bool = False, is_trial: bool = False,
        say: Callable[[int], None] | None = None,
    ) -> None:  # fmt: skip
        self.layout = Layout(root, live, self.follow)
        self.folder = Folder(path, is_trial=is_trial)
        self.memory = Memory(memory_path(path), is_trial=is_trial)
        self.visitor = Visitor(root)
        self.report, self.is_full, self.say = Report(), is_full, say
        self.followed: list[Sources] = []  # what is asked about links of the page that is being made
        self.owners: dict[str, str] = {}  # by file, the address that it is of
        self.redirects: list[tuple[str, str]] = []
        self.version = ""

    def publish(self) -> Report:
        began = time.monotonic()
        try:
            for _ in range(ROUNDS):
                self.visit_all()
                self.report.is_settled = read_version() == self.memory.fact("version")
                if self.report.is_settled:
                    break
            self.report.removed = self.folder.remove_all_but(set(self.owners))
            self.memory.tidy()
            self.folder.finish()
        finally:
            self.memory.close()
            self.folder.close()
        self.report.files, self.report.seconds = len(self.owners), time.monotonic() - began
        return self.report

    def visit_all(self) -> None:
        """Every address that there is, from the first ones on along the links of pages."""
        self.owners, self.redirects, self.report.kept, self.report.size = {}, [], 0, 0
        self.report.left_out = []
        self.prepare()
        pending, known = deque(self.begin()), set()
        while pending:
            address = pending.popleft()
            if address in known:
                continue
            known.add(address)
            page = self.keep(address) or self.make(address)
            if (self.report.made + self.report.kept) % PAGES_AT_ONCE == 0:
                self.memory.keep()
                if self.say:
                    self.say(self.report.made)
            self.note(page)
            pending.extend(each for each in page.links if each not in known)
        for page in list(self.memory.pages()):
            if page.address not in known:
                self.memory.remove(page.address)
        first = self.visitor.ask("/")
        refuse_no_answer("/", first)
        self.write_own(hosting.files(self.layout, first.headers, self.redirects, kept_from_search_engines()))
        self.report.left_out += [
            f"{old} stays out of _redirects, which would take it for a pattern of other addresses"
            for old, _ in sorted(self.redirects) if hosting.is_pattern(old)
        ]  # fmt: skip

    def prepare(self) -> None:
        """Finds out what must be made anew."""
        made_by = fingerprint(self.layout.root, self.layout.live)
        if self.is_full or self.memory.fact("fingerprint") != made_by:
            self.memory.forget()
            self.is_full = False  # a further round goes on from this one
        self.version = read_version()
        self.visitor.forget()
        if self.memory.fact("version") != self.version:
            changed = {
                number: answer for number, question, before in self.memory.questions()
                if (answer := ask(question)) != before
            }  # fmt: skip
            self.memory.change_answers(changed)
        self.memory.pass_midnight(timezone.localdate().isoformat())
        self.memory.set_fact("fingerprint", made_by)
        self.memory.set_fact("version", self.version)

    def begin(self) -> Iterator[str]:
        yield NOWHERE
        for language in languages():
            yield browsing.address_of(browsing.INDEX, language)
        yield from first_addresses()

    def keep(self, address: str) -> PageMade | None:
        """The page as it was made before; None where it has to be made."""
        page = self.memory.page(address)
        if page is None or page.questions is None:
            return None
        if page.file and self.folder.stamp(page.file) != (page.size, page.stamp):
            return None
        if page.file:
            self.folder.digests[page.file] = page.digest
        self.report.kept += 1
        return page

    def make(self, address: str) -> PageMade:
        """Asks the site, writes the file and remembers what it was made from."""
        self.report.made += 1
        today = timezone.localdate().isoformat()  # before it is asked: across midnight it is of the day before
        answer, numbers, (body, links) = self.ask(address)
        is_page = answer.kind == "text/html" or bool(answer.location)
        name = NOT_FOUND if address == NOWHERE else file_of(address, is_page=is_page) if body else ""
        target = self.target_of(address, answer)
        if body and not name:
            self.report.left_out.append(f"{address} cannot be the name of a file")
        if answer.location and self.owners.get(name, address) != address:
            self.report.left_out.append(f"{address} would be the file of {self.owners[name]}")
            name, body, numbers = "", b"", None  # looked at again each time: the other one may be gone by then
            target = ""  # some web servers follow rules before they look for files: none may hide that page
        if name:
            self.claim(name, address)
            if self.folder.write(name, body):
                self.report.written.append(name)
        day = today if answer.sources and answer.sources.asked_day else ""
        size, stamp = self.folder.stamp(name) if name else (-1, -1)
        if self.folder.is_trial:
            size, stamp = len(body), -1
        page = PageMade(
            address, name, digest_of(body) if name else "", size, stamp, target, tuple(links), day, numbers,
        )  # fmt: skip
        self.memory.put(page)
        return page

    def ask(self, address: str) -> tuple[Answer, tuple[int, ...] | None, tuple[bytes, list[str]]]:
        """The answer, and the numbers of the questions it was made from, whose answers were the same all the while; and
        what `finish` makes of it, which may ask as well.
        """
        for _ in range(TRIES):
            before = read_version()
            if before != self.version:
                self.version = before
                self.visitor.forget()
            answer = self.visitor.ask(address)
            refuse_no_answer(address, answer)
            self.followed = []
            done, sources = self.finish(address, answer), answer.sources
            if sources is not None:
                for each in self.followed:
                    sources.add(each)
            if sources is None or not sources.is_known or address.startswith(ASKED_AGAIN):
                return answer, None, done
            known = {question: self.memory.number_of(question) for question in sources.questions}
            new = {question: ask(question) for question, number in known.items() if number is None}
            if read_version() == before:
                # Answers that are known are those of the round's beginning. Where somebody wrote since, the page may be
                # made from others, even if they come back: the next round makes it anew.
                if before != self.memory.fact("version"):
                    return answer, None, done
                made = {question: self.memory.add_question(question, own) for question, own in new.items()}
                numbers = (number if number is not None else made[question] for question, number in known.items())
                return answer, tuple(sorted(numbers)), done
        return answer, None, done

    def follow(self, path: str) -> str:
        """Where the site leads from a path that is no route, "" where nothing answers there."""
        answer = self.visitor.follow(path)
        refuse_no_answer(path, answer)
        if answer.sources is not None:
            self.followed.append(answer.sources)
        return answer.location if answer.status in REDIRECTS else ""

    def finish(self, address: str, answer: Answer) -> tuple[bytes, list[str]]:
        """The answer as it is published, and the addresses it names; nothing for what is no page and no file."""
        if address != NOWHERE and answer.status in REDIRECTS:
            link = self.layout.link(answer.location, address.partition("?")[0])
            if link is None or not link.href:
                return b"", []
            canonical = link.href if "://" in link.href else f"{self.layout.origin}{link.href}"
            return redirect_page(link.href, canonical).encode(), [link.address] if link.address else []
        if answer.status != (404 if address == NOWHERE else 200):
            return b"", []
        done = self.rewrite(address, answer)
        return (answer.body, self.links_of(address, answer)) if done is None else (done.text.encode(), done.links)

    def rewrite(self, address: str, answer: Answer) -> Rewritten | None:
        if answer.kind in MARKED_UP:
            policy = answer.headers.get("Content-Security-Policy", "") if answer.kind == "text/html" else ""
            return rewrite(answer.body.decode(), self.layout, address, policy=policy)
        if answer.kind in FEEDS:
            return rewrite_feed(answer.body.decode(), self.layout)
        if answer.kind.endswith("/xml") and "sitemap" in address:
            return rewrite_sitemap(answer.body.decode(), self.layout)
        inside = address.partition(f"/{browsing.FOLDER}/")[2]
        if inside.startswith(browsing.MARKUP):
            return rewrite_pieces(answer.body, self.layout, address)
        return None

    def links_of(self, address: str, answer: Answer) -> list[str]:
        if address.endswith(f"/{browsing.FOLDER}/{browsing.INDEX}"):
            language = translation.get_language_from_path(address) or settings.LANGUAGE_CODE
            return browsing.files_of(answer.body, language)
        return []

    def target_of(self, address: str, answer: Answer) -> str:
        link = self.layout.link(answer.location, address.partition("?")[0]) if answer.location else None
        return link.href if link else ""

    def claim(self, name: str, address: str) -> None:
        """Raises where two addresses would be one file."""
        owner = self.owners.setdefault(name, address)
        if owner != address:
            raise PublishingError(f"{owner} and {address} would both be {name}: change the end of one address.")

    def note(self, page: PageMade) -> None:
        if page.file:
            self.claim(page.file, page.address)
            self.report.size += max(page.size, 0)
        if page.target and page.address != NOWHERE:
            self.redirects.append((page.address.partition("?")[0], page.target))

    def write_own(self, files: dict[str, bytes]) -> None:
        for name, body in files.items():
            self.claim(name, name)
            self.report.size += len(body)
            if self.folder.write(name, body):
                self.report.written.append(name)


def rewrite_pieces(body: bytes, layout: Layout, address: str) -> Rewritten:
    """A file of pieces of pages: each is put right as if it stood on the page of publications."""
    links: dict[str, None] = {}

    def put_right(value):
        if isinstance(value, str) and "<" in value:
            done = rewrite(value, layout, address)
            links.update(dict.fromkeys(done.links))
            return done.text
        if isinstance(value, list):
            return [put_right(each) for each in value]
        if isinstance(value, dict):
            return {name: put_right(each) for name, each in value.items()}
        return value

    return Rewritten(browsing.write(put_right(json.loads(body))).decode(), list(links))


def refuse_no_answer(address: str, answer: Answer) -> None:
    """Raises where the site could not answer, so that no page is taken away, nor its absence remembered."""
    if answer.status in NO_ANSWERS:
        raise PublishingError(
            f"The site could not answer {address} (status {answer.status}: see its log). Nothing was taken away. "
            "Run it again: it goes on from there."
        )


def read_version() -> str:
    """What differs after every change of anything that visitors see (labsite.page_cache.triggers). One query."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT sum(token), count(*) FROM {VERSION_TABLE}")  # noqa: S608 - a name of ours
        return str(cursor.fetchone())


def memory_path(folder: Path) -> Path:
    """Where a folder's memory lies: outside it, so that it is not published with it."""
    return Path(settings.DATA_DIR) / "publishing" / f"{digest_of(str(folder.resolve()).encode())[:16]}.sqlite3"


def publish(path: Path, root: str, **options) -> Report:
    """Makes the folder the copy of the site for the address `root`. See `Run` for the options."""
    with answering_as(root):
        return Run(path, root, **options).publish()
