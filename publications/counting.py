"""How many publications a list has, and how many each choice beside it would leave: one statement for all of it.

Totals by year (`FacetTotal`) tell most of it. Where they do not, hits are counted: all of them up to `EXACT`, beyond
that the newest `SAMPLE`, so that the cost stays what it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from labsite.lib.reading import reading_connection
from publications.facet_names import CITED
from publications.filters import Selection
from publications.finding import Sql, Wanted, places, places_of, read_wanted, run, text_query
from publications.places import END, UNDATED, YEAR
from publications.text_hits import HITS
from publications.totals import FACETS, TOTALS

EXACT, SAMPLE = 1_000, 500
MOST_HITS = 5_000  # of words that are looked for: up to here they are counted, and the best can come first
MOST_CHOICES = 100  # of one facet
# Which fields of facets each parameter's choices come from.
FIELDS = {
    "venue": ("venue",), "type": ("type",), "topic": ("topic",), "author": ("author", "guest"), "award": ("award",),
    "code": ("code",),
}  # fmt: skip


@dataclass
class Counts:
    """`number` publications, or more where it `is_capped`; by facet, and by year (9999 without one).

    `samples` names the parameters whose choices are counted among the newest `SAMPLE` alone; “year” may be one.
    """

    number: int = 0
    is_capped: bool = False
    facets: dict[str, dict[str, int]] = field(default_factory=dict)  # by parameter, then by facet
    years: dict[int, int] = field(default_factory=dict)
    samples: set[str] = field(default_factory=set)
    has_citations: bool = False


def hits_of(wanted: Wanted) -> Sql:
    """SQL for the places that are counted, newest first: one more than `EXACT`, for words than `MOST_HITS`. Of frequent
    words PostgreSQL collects `SAMPLE` and one: it would have to read all of them.
    """
    if not wanted.words:
        return places_of(wanted, EXACT + 1)
    if not cut_at(wanted):
        return places_of(wanted, MOST_HITS + 1)
    query, values = text_query(wanted)
    ((since, till),) = wanted.ranges or ((0, END),)
    return f"SELECT place FROM {HITS}({query}, %s, %s, %s, %s) AS place", [
        *values, since, till, MOST_HITS + 1, SAMPLE + 1
    ]  # fmt: skip


def cut_at(wanted: Wanted) -> int:
    """As many hits as there are when no more were collected although there may be; 0 for what is always collected."""
    is_postgresql = reading_connection().vendor == "postgresql"
    return SAMPLE + 1 if wanted.words and is_postgresql and len(wanted.ranges) < 2 else 0


def is_cut(wanted: Wanted, number: int) -> bool:
    """Whether there may be more hits than the `number` that `hits_of` gave."""
    return number == cut_at(wanted) > 0 or number > (MOST_HITS if wanted.words else EXACT)


class Statement:
    """Collects what is to be counted; asks for all of it at once. Rows are (what, facet, year, number)."""

    def __init__(self) -> None:
        self.bases: list[Wanted] = []
        self.parts: list[Sql] = []

    def base(self, wanted: Wanted) -> str:
        """The name of the places of `wanted`, which are collected once."""
        if wanted in self.bases:
            return str(self.bases.index(wanted))
        self.bases.append(wanted)
        index = str(len(self.bases) - 1)
        self.parts.append((f"SELECT 'hits', '{index}', 0, count(*) FROM hits{index}", []))
        return index

    def is_sampled(self, base: str | None, hits: dict[str, int]) -> bool:
        """Whether what was counted from a base was counted among the newest of its hits."""
        return base is not None and (hits[base] > EXACT or hits[base] == cut_at(self.bases[int(base)]))

    def run(self) -> list[tuple[str, str, int, int]]:
        tables, values = [], []
        for index, wanted in enumerate(self.bases):
            sql, own = hits_of(wanted)
            tables.append(f"hits{index} AS MATERIALIZED ({sql})")
            tables.append(
                f"base{index} AS MATERIALIZED (SELECT place FROM hits{index} ORDER BY place LIMIT "
                f"(SELECT CASE WHEN count(*) > {EXACT} OR count(*) = {cut_at(wanted)} THEN {SAMPLE} ELSE {EXACT} END "
                f"FROM hits{index}))"
            )
            values += own
        head = f"WITH {', '.join(tables)} " if tables else ""
        body = " UNION ALL ".join(
            f"SELECT * FROM ({sql}) AS part{number}" for number, (sql, _) in enumerate(self.parts)
        )
        return run(f"{head}{body}", [*values, *(value for _, own in self.parts for value in own)])


def count_list(selection: Selection) -> Counts:
    """Everything that the page of a list counts. One query."""
    statement, counts = Statement(), Counts()
    wanted = read_wanted(selection)
    whole = count_whole(statement, wanted)
    origins = {
        name: count_choices(statement, name, wanted.without(name) if name in wanted.groups else wanted)
        for name in FIELDS
    }
    years = count_years(statement, read_wanted(selection, leave_out="year"))
    statement.parts.append((f"SELECT 'cited', '', 0, number FROM {TOTALS} WHERE facet = %s AND year = 0", [CITED]))
    found = statement.run()
    hits = {place: number for what, place, _, number in found if what == "hits"}
    counts.number = sum(number for what, _, _, number in found if what == "whole") if whole is None else hits[whole]
    counts.is_capped = whole is not None and is_cut(wanted, counts.number)
    counts.number -= counts.is_capped  # the one that says that there are more
    counts.has_citations = any(number > 0 for what, _, _, number in found if what == "cited")
    for name in FIELDS:
        counts.facets[name] = {facet: number for what, facet, _, number in found if what == name and number > 0}
        if statement.is_sampled(origins[name], hits):
            counts.samples.add(name)
    counts.years = {year: number for what, _, year, number in found if what == "year" and number > 0}
    if statement.is_sampled(years, hits):
        counts.samples.add("year")
    return counts


def count_removals(selection: Selection, names: list[str]) -> dict[str, int]:
    """How many there would be without each of these parameters, up to one more than are counted. One query."""
    parts, values = [], []
    for name in names:
        sql, own = hits_of(read_wanted(selection, leave_out=name))
        parts.append(f"SELECT '{name}', count(*) FROM ({sql}) AS hits")
        values += own
    return dict(run(" UNION ALL ".join(parts), values)) if parts else {}


def count_whole(statement: Statement, wanted: Wanted) -> str | None:
    """Asks how many there are: by totals, or by the hits of the base whose name it gives."""
    if not wanted.is_counted:
        return statement.base(wanted)
    facets, (when, values) = wanted.counted_facets, years_of(wanted)
    sql = f"SELECT 'whole', '', 0, coalesce(sum(number), 0) FROM {TOTALS} WHERE facet IN ({places(facets)}) AND {when}"
    statement.parts.append((sql, [*facets, *values]))
    return None


def count_choices(statement: Statement, name: str, wanted: Wanted) -> str | None:
    """Asks how many each value of a parameter would leave; gives the name of the base it is counted from."""
    plain = not wanted.groups and not wanted.words
    year = one_year(wanted)
    if plain and year is not None:
        for kind in FIELDS[name]:
            sql = (
                f"SELECT '{name}', facet, 0, number FROM {TOTALS} WHERE field = %s AND year = %s AND number > 0 "
                "ORDER BY number DESC LIMIT %s"
            )
            statement.parts.append((sql, [kind, year, MOST_CHOICES]))
        return None
    index = statement.base(wanted)
    ranges = " OR ".join(["(f.facet >= %s AND f.facet < %s)"] * len(FIELDS[name]))
    sql = (
        f"SELECT '{name}', f.facet, 0, count(*) FROM base{index} b CROSS JOIN {FACETS} f "
        f"WHERE f.place = b.place AND ({ranges}) GROUP BY f.facet"
    )
    statement.parts.append((sql, [bound for kind in FIELDS[name] for bound in (f"{kind}:", f"{kind};")]))
    return index


def count_years(statement: Statement, wanted: Wanted) -> str | None:
    if wanted.is_counted:
        facets, (when, values) = wanted.counted_facets, years_of(wanted)
        own = f"facet IN ({places(facets)}) AND {when if wanted.ranges else 'year > 0'}"
        sql = f"SELECT 'year', '', year, sum(number) FROM {TOTALS} WHERE {own} GROUP BY year"
        statement.parts.append((sql, [*facets, *values]))
        return None
    index = statement.base(wanted)
    year = f"{UNDATED} - place / {YEAR}"
    statement.parts.append((f"SELECT 'year', '', {year}, count(*) FROM base{index} GROUP BY {year}", []))
    return index


def years_of(wanted: Wanted) -> tuple[str, list[Any]]:
    """The condition on totals that its ranges are."""
    if not wanted.ranges:
        return "year = 0", []
    spans = [(max(UNDATED - (end - 1) // YEAR, 1), UNDATED - begin // YEAR) for begin, end in wanted.ranges]
    return "(" + " OR ".join(["year BETWEEN %s AND %s"] * len(spans)) + ")", [year for span in spans for year in span]


def one_year(wanted: Wanted) -> int | None:
    """The year whose totals hold all of it: 0 is all years; None where it is several."""
    if not wanted.ranges:
        return 0
    ((begin, end), *others) = wanted.ranges
    return UNDATED - begin // YEAR if not others and end - begin == YEAR else None


def count_by_year(facet: str) -> dict[int | None, int]:
    """Publications with a facet by year, newest first, those without one under None before all. One query."""
    rows = run(
        f"SELECT year, number FROM {TOTALS} WHERE facet = %s AND year > 0 AND number > 0 ORDER BY year DESC", [facet]
    )
    return {None if year == UNDATED else year: number for year, number in rows}


def count_values(kind: str, limit: int) -> dict[str, int]:
    """Publications by each value of a field, the most frequent first: slugs of venues, of topics. One query."""
    rows = run(
        f"SELECT facet, number FROM {TOTALS} WHERE field = %s AND year = 0 AND number > 0 "
        "ORDER BY number DESC, facet LIMIT %s",
        [kind, limit],
    )
    return {facet.partition(":")[2]: number for facet, number in rows}


def count_named(facets: list[str]) -> dict[str, int]:
    """Publications with each of these facets; one that has none is not there. One query."""
    if not facets:
        return {}
    sql = f"SELECT facet, number FROM {TOTALS} WHERE facet IN ({places(tuple(facets))}) AND year = 0 AND number > 0"
    return dict(run(sql, list(facets)))


def count_members(facet: str) -> dict[str, int]:
    """Members by slug, with how many publications of a facet are theirs: of its newest where it has many. One query."""
    statement = Statement()
    kind = facet.partition(":")[0]
    count_choices(statement, "author", Wanted({kind: (facet,)}))
    return {
        found.partition(":")[2]: number for what, found, _, number in statement.run()
        if what == "author" and found.startswith("author:")
    }  # fmt: skip
