"""One page of a list of publications. Neighbours are found by key: page 10,000 costs what page 2 does."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext

from labsite.lib.questions import printable
from labsite.lib.search import read_question
from publications.filters import SORTS, Problem, Selection
from publications.models import Publication, PublicationDigest

PER_PAGE = 50
COUNT_LIMIT = 10_000  # beyond this a count says “more than”
RANKED_LIMIT = 5_000  # beyond this many answers a search is ordered by date
PLACE = ("page", "after", "before")


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


def read_page(data: QueryDict, selection: Selection, found: QuerySet) -> Page:
    """The page that `?page=` names, with `after=` or `before=` for a neighbour of a page that was shown.

    `found` is not ordered. Where there is no such page, the first one with a problem that says so.
    """
    count = found.order_by()[: COUNT_LIMIT + 1].values("pk").count()
    capped = count > COUNT_LIMIT
    page = Page([], 1, min(count, COUNT_LIMIT), capped)
    asked = data.get("page", "").strip()
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 0
    if asked and not (number >= 1 and (capped or number <= page.pages)):
        message = gettext("There is no page “%(asked)s”: this list has %(pages)s. You see the first.") % {
            "asked": printable(asked),
            "pages": page.pages,
        }
        page.problems.append(Problem("page", gettext("Page"), message))
        number = 1
    page.number = number or 1
    fill(page, selection, found, data, count)
    if count and not page.publications:  # beyond the end of a list that was not counted to its end
        page.problems.append(
            Problem(
                "page",
                gettext("Page"),
                gettext("There is no page %(number)s. You see the first.") % {"number": page.number},
            )
        )
        page.number = 1
        fill(page, selection, found, QueryDict(), count)
    return page


def fill(page: Page, selection: Selection, found: QuerySet, data: QueryDict, count: int) -> None:
    if selection.sort == "best" and count <= RANKED_LIMIT:
        page.sort = "best"
        fill_ranked(page, selection, found)
    else:
        page.sort = selection.sort if selection.sort in SORTS else "newest"
        fill_ordered(page, selection, found, data)


def fill_ranked(page: Page, selection: Selection, found: QuerySet) -> None:
    """The page of the best answers first. Three queries."""
    keys = found.best_answers(read_question(selection.values["q"][0]), RANKED_LIMIT)
    begin = (page.number - 1) * PER_PAGE
    shown = keys[begin : begin + PER_PAGE]
    rows = {row.pk: row for row in Publication.objects.filter(pk__in=shown).with_rows()}
    page.publications = [rows[key] for key in shown if key in rows]
    if page.number > 1:
        page.previous = selection.address(page=[str(page.number - 1)])
    if begin + PER_PAGE < len(keys):
        page.next = selection.address(page=[str(page.number + 1)])


def fill_ordered(page: Page, selection: Selection, found: QuerySet, data: QueryDict) -> None:
    """The page in the chosen order. Two queries; one more for a page that is reached from its neighbour."""
    keys = SORTS[page.sort]
    found = found.filter(digest__newest_key__isnull=False)  # an inner join: the order is then that of an index
    place = read_place(data, keys) if page.number > 1 or "before" in data else None
    if place:
        values, backwards = place
        ordered = found.filter(beyond(keys, values, backwards)).order_by(
            *(f"-{key}" for key in keys) if backwards else keys
        )
        begin = 0
    else:
        ordered, backwards, begin = found.order_by(*keys), False, (page.number - 1) * PER_PAGE
    # Keys first: skipping rows is cheap in an index and dear in a table of long texts.
    shown = list(ordered.values_list("pk", flat=True)[begin : begin + PER_PAGE + 1])
    has_more = len(shown) > PER_PAGE
    shown = shown[:PER_PAGE][::-1] if backwards else shown[:PER_PAGE]
    rows = {row.pk: row for row in Publication.objects.filter(pk__in=shown).with_rows()}
    page.publications = [rows[key] for key in shown if key in rows]
    if not page.publications:
        return
    if page.number > 1:
        before = {"before": str(shown[0])} if page.number > 2 else {}
        page.previous = neighbour(selection, page.number - 1, **before)
    if has_more or backwards:
        page.next = neighbour(selection, page.number + 1, after=str(shown[-1]))


def neighbour(selection: Selection, number: int, **place: str) -> str:
    address = selection.address(page=[str(number)] if number > 1 else None)
    return address + "".join(f"&{name}={key}" for name, key in place.items())


def read_place(data: QueryDict, keys: list[str]) -> tuple[dict[str, object], bool] | None:
    """The sort values of the publication that `after=` or `before=` names, and whether to go backwards from it."""
    backwards = "before" in data
    text = data.get("before" if backwards else "after", "")
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        return None
    columns = [key.removeprefix("digest__") for key in keys]
    values = PublicationDigest.objects.filter(pk=int(text)).values(*columns).first()
    return (dict(zip(keys, (values[column] for column in columns), strict=True)), backwards) if values else None


def beyond(keys: list[str], values: dict[str, object], backwards: bool) -> Q:
    """Rows after (before, if `backwards`) the one with these values, all keys ascending."""
    word = "lt" if backwards else "gt"
    first = keys[0]
    condition, equal = Q(), Q()
    for key in keys:
        condition |= equal & Q(**{f"{key}__{word}": values[key]})
        equal &= Q(**{key: values[key]})
    return condition & Q(**{f"{first}__{word}e": values[first]})  # tells the database where in the index to begin
