"""One page of a list of publications. Neighbours are found by place: page 10,000 costs what page 2 does."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext

from labsite.lib.questions import printable
from labsite.lib.search import Question
from labsite.lib.together import load_together
from publications.counting import EXACT, Counts, hits_of, is_cut
from publications.facet_names import ALL
from publications.filters import Problem, Selection
from publications.finding import DIGESTS, Sql, Wanted, cut, places, places_of, read_wanted, run
from publications.lines import load_lines, load_lines_at
from publications.models import Publication
from publications.places import END, UNDATED, YEAR
from publications.ranking import ranked_places
from publications.totals import FACETS

PER_PAGE = 50
DEEPEST = 20 * PER_PAGE  # rows that a page without a neighbour skips before it looks for a nearer year to begin with
FARTHEST = 20_000  # rows that are skipped at all: links to neighbours lead on from there


@dataclass
class Page:
    """Some publications in order, and the query strings of the pages before and after ("" where there is none)."""

    publications: list[Publication]
    number: int
    count: int
    count_is_capped: bool
    sort: str = "newest"
    previous: str = ""
    next: str = ""
    problems: list[Problem] = field(default_factory=list)

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PER_PAGE))

    @property
    def has_neighbours(self) -> bool:
        return bool(self.previous or self.next)


def read_page(data: QueryDict, selection: Selection, counts: Counts, *, in_full: bool = False) -> Page:
    """The page that `?page=` names, with `after=` or `before=` for a neighbour of a page that was shown.

    Where there is no such page, the first one with a problem that says so. Two queries; none where nothing is found.
    `in_full` loads what references print as well.
    """
    page = Page([], 1, counts.number, counts.is_capped)
    if selection.is_impossible:
        page.count, page.count_is_capped = 0, False
    asked = data.get("page", "").strip()
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 0
    if asked and not (number >= 1 and (page.count_is_capped or number <= page.pages)):
        message = gettext("There is no page “%(asked)s”: this list has %(pages)s. You see the first.") % {
            "asked": printable(asked),
            "pages": page.pages,
        }
        page.problems.append(Problem("page", gettext("Page"), message))
        number = 1
    page.number = number or 1
    if not page.count:
        return page
    fill(page, selection, data, counts, in_full=in_full)
    if not page.publications:  # beyond the end of a list that was not counted to its end, or too far to go
        message = gettext("There is no page %(number)s. You see the first.") % {"number": page.number}
        page.problems.append(Problem("page", gettext("Page"), message))
        page.number = 1
        fill(page, selection, QueryDict(), counts, in_full=in_full)
    return page


def fill(page: Page, selection: Selection, data: QueryDict, counts: Counts, *, in_full: bool) -> None:
    wanted = read_wanted(selection)
    if selection.sort == "best" and not page.count_is_capped:
        page.sort = "best"
        begin = (page.number - 1) * PER_PAGE
        keys = ranked_places(wanted, PER_PAGE + 1, begin, hits=page.count)
        load(page, keys, in_full=in_full)
        if page.number > 1:
            page.previous = selection.address(page=[str(page.number - 1)])
        if len(keys) > PER_PAGE:
            page.next = selection.address(page=[str(page.number + 1)])
        return
    page.sort = selection.sort if selection.sort != "best" else "newest"
    place, backwards = read_place(data) if page.number > 1 or "before" in data else (None, False)
    keys = find_places(page, wanted, place, backwards, counts)
    if place is not None and not keys:  # the publication behind which the page began is elsewhere by now
        keys, backwards = find_places(page, wanted, None, False, counts), False
    has_more = len(keys) > PER_PAGE
    load(page, keys[:PER_PAGE][::-1] if backwards else keys[:PER_PAGE], in_full=in_full)
    if page.publications:
        link_neighbours(page, selection, has_more=has_more or backwards)


def find_places(page: Page, wanted: Wanted, place: int | None, backwards: bool, counts: Counts) -> list[int]:
    """The places of the page, and one more where there is another page; [] for a page that lies too far to go."""
    offset = 0 if place is not None else (page.number - 1) * PER_PAGE
    if page.sort == "newest" and place is None and not offset and not backwards and has_first_page(counts):
        return counts.newest[: PER_PAGE + 1]
    if page.sort in ("newest", "oldest"):
        # What was counted by year tells where a page lies, unless it is what a sample or a chosen year holds.
        if offset > DEEPEST and not backwards and wanted.is_counted and not wanted.ranges:
            wanted, offset = skip_years(wanted, offset, counts.years, towards_older=page.sort == "newest")
        sql, values = by_date(wanted, page.sort, place, backwards, offset)
    else:
        sql, values = by_key(wanted, page, place, backwards, offset)
    return [row[0] for row in run(sql, values)] if offset <= FARTHEST else []


def has_first_page(counts: Counts) -> bool:
    """Whether counting has collected the newest places, as many as the first page needs or as there are."""
    at_hand = len(counts.newest or [])
    return at_hand > PER_PAGE or (counts.newest is not None and not counts.is_capped and at_hand == counts.number)


def link_neighbours(page: Page, selection: Selection, *, has_more: bool) -> None:
    first, last = (page.publications[index].digest.place for index in (0, -1))
    if page.number > 1:
        before = {"before": str(first)} if page.number > 2 else {}
        page.previous = neighbour(selection, page.number - 1, **before)
    if has_more:
        page.next = neighbour(selection, page.number + 1, after=str(last))


def load(page: Page, keys: list[int], *, in_full: bool) -> None:
    """Puts the publications at these places on the page."""
    page.publications = load_at(keys[:PER_PAGE], in_full=in_full)


def load_at(keys: list[int], *, in_full: bool = False) -> list[Publication]:
    """The publications at these places, in their order. What was unpublished a moment ago is not among them.

    One query. `in_full` loads what references print as well.
    """
    if in_full:
        found = Publication.objects.published().filter(digest__place__in=keys)
        found = load_together(rows=found.with_export_relations().select_related("digest"))["rows"]
    else:
        found = load_lines_at(keys)
    rows = {row.digest.place: row for row in found}
    return [rows[key] for key in keys if key in rows]


def load_newest(facet: str, limit: int) -> list[Publication]:
    """At most `limit` publications with a facet, newest first. One query."""
    return load_lines(*places_of(Wanted({facet.partition(":")[0]: (facet,)}), limit))


def best_places(question: Question, limit: int) -> list[int]:
    """At most `limit` places of what holds the words, the best first; the newest where too many do. Two queries."""
    wanted = Wanted(words=question)
    hits = [place for (place,) in run(*hits_of(wanted))]
    if hits and is_cut(wanted, len(hits), hits[-1]):
        return [place for place in hits if place < END][:limit]
    return ranked_places(wanted, limit, hits=len(hits))


def neighbour(selection: Selection, number: int, **place: str) -> str:
    address = selection.address(page=[str(number)] if number > 1 else None)
    return address + "".join(f"&{name}={key}" for name, key in place.items())


def read_place(data: QueryDict) -> tuple[int | None, bool]:
    """The place that `after=` or `before=` names, and whether to go backwards from it."""
    backwards = "before" in data
    text = data.get("before" if backwards else "after", "")
    valid = text.isascii() and text.isdigit() and len(text) < 20 and int(text) < END
    return (int(text), backwards) if valid else (None, False)


def by_date(wanted: Wanted, sort: str, place: int | None, backwards: bool, offset: int) -> Sql:
    """Places in the order of dates, one more than a page holds."""
    towards_older = (sort == "newest") != backwards
    sql, values = places_of(wanted, offset + PER_PAGE + 1, backwards=not towards_older, beyond=place)
    order = "ASC" if towards_older else "DESC"
    sql = f"SELECT place FROM ({sql}) AS found ORDER BY place {order} LIMIT %s OFFSET %s"
    return sql, [*values, PER_PAGE + 1, offset]


def skip_years(wanted: Wanted, offset: int, years: dict[int, int], *, towards_older: bool) -> tuple[Wanted, int]:
    """Where the page lies: the years before it are skipped by what was counted of each."""
    beyond = None
    for year in sorted(years, reverse=towards_older):
        if offset < years[year]:
            break
        offset -= years[year]
        beyond = (UNDATED - year + 1) * YEAR - 1 if towards_older else (UNDATED - year) * YEAR
    return cut(wanted, beyond, backwards=not towards_older), offset


COLUMNS = {"title": "title_key", "cited": "citations_key"}


def by_key(wanted: Wanted, page: Page, place: int | None, backwards: bool, offset: int) -> Sql:
    """Places in the order of titles or citations: few are collected and sorted, of many the ordered index is read."""
    column, order, word = COLUMNS[page.sort], "DESC" if backwards else "ASC", "<" if backwards else ">"
    conditions, values = [], []
    if page.count <= EXACT and not page.count_is_capped:
        sql, own = places_of(wanted, EXACT)
        conditions.append(f"d.place IN ({sql})")
        values += own
    else:
        for facets in list(wanted.groups.values()) or [(ALL,)]:
            conditions.append(
                f"(SELECT 1 FROM {FACETS} o WHERE o.place = d.place AND o.facet IN ({places(facets)}) LIMIT 1) = 1"
            )
            values += facets
        if wanted.ranges:
            conditions.append("(" + " OR ".join(["(d.place >= %s AND d.place < %s)"] * len(wanted.ranges)) + ")")
            values += [bound for bounds in wanted.ranges for bound in bounds]
        if wanted.words:
            sql, own = places_of(Wanted(words=wanted.words), END)
            conditions.append(f"d.place IN ({sql})")
            values += own
    if place is not None:
        conditions.append(f"(d.{column}, d.place) {word} (SELECT {column}, place FROM {DIGESTS} WHERE place = %s)")
        values.append(place)
    sql = (
        f"SELECT d.place FROM {DIGESTS} d WHERE {' AND '.join(conditions)} "
        f"ORDER BY d.{column} {order}, d.place {order} LIMIT %s OFFSET %s"
    )
    return sql, [*values, PER_PAGE + 1, offset]
