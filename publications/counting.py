"""How many publications a list has, and how many each choice beside it would leave: one statement for all of it.

Totals by year (`FacetTotal`) tell most of it. Where they do not, hits are counted: all of them up to `EXACT`, beyond
that the newest `SAMPLE`, so that the cost stays what it is.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from labsite.lib.reading import reading_connection
from publications.facet_names import CITED
from publications.filters import Selection
from publications.finding import Sql, Wanted, places, places_of, read_wanted, run, text_query
from publications.places import END, UNDATED, YEAR
from publications.text_hits import HITS
from publications.totals import FACETS, TOTALS

EXACT, SAMPLE = 1_000, 200
MOST_HITS = EXACT  # of words that are looked for: up to here they are counted, and the best can come first
MOST_CHOICES = 60  # of one facet: each costs some 15 µs and 300 bytes, and what has fewer is found by its name
AT_HAND = 100  # places that a count gives away: the first page needs them
AS_THEY_COME = -1  # in place of a year: the facets of all that was collected, as JSON
ANY_COUNTED = "f.facet > 'all;' AND f.facet < 'workshops:'"  # all but the first and the last, which everything has
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
    newest: list[int] | None = None  # places of the newest `AT_HAND`, where they were collected to be counted


def hits_of(wanted: Wanted) -> Sql:
    """SQL for the places that are counted, newest first: one more than `EXACT`, for words than `MOST_HITS`. Of frequent
    words PostgreSQL collects `SAMPLE` and, where there are more, `END` in place of another: it would have to read all.
    """
    if not wanted.words:
        return places_of(wanted, EXACT + 1)
    if reading_connection().vendor != "postgresql" or len(wanted.ranges) > 1:
        return places_of(wanted, MOST_HITS + 1)
    query, values = text_query(wanted)
    ((since, till),) = wanted.ranges or ((0, END),)
    return f"SELECT place FROM {HITS}({query}, %s, %s, %s, %s) AS place", [
        *values, since, till, MOST_HITS + 1, SAMPLE + 1
    ]  # fmt: skip


def is_cut(wanted: Wanted, number: int, last: int) -> bool:
    """Whether there may be more hits than the `number` that `hits_of` gave, the `last` of which is the highest."""
    return last == END or number > (MOST_HITS if wanted.words else EXACT)


class Statement:
    """Collects what is to be counted; asks for all of it at once. Rows are (what, facet, year, number), of hits
    (“hits”, base, the highest place, number), of facets that are not counted yet (what, their JSON, `AS_THEY_COME`, 1).
    """

    def __init__(self) -> None:
        self.bases: list[Wanted] = []
        self.parts: list[Sql] = []
        self.counted: dict[str, list[str]] = {}  # the parameters whose facets are counted from each base

    def base(self, wanted: Wanted) -> str:
        """The name of the places of `wanted`, which are collected once."""
        if wanted in self.bases:
            return str(self.bases.index(wanted))
        self.bases.append(wanted)
        index = str(len(self.bases) - 1)
        self.parts.append((f"SELECT 'hits', '{index}', coalesce(max(place), 0), count(*) FROM hits{index}", []))
        return index

    def count_facets(self, base: str, name: str) -> None:
        """Asks for the number of each facet of a parameter among what was collected."""
        self.counted.setdefault(base, []).append(name)

    def facet_parts(self) -> list[Sql]:
        """Of several parameters all facets are counted at once, which costs a third of one parameter after another."""
        parts: list[Sql] = []
        # SQLite would sort all facets to count them: they are given as they come, and counted by `sort_facets`.
        counted, group = "f.facet, 0, count(*)", " GROUP BY f.facet"
        if reading_connection().vendor == "sqlite":
            counted, group = f"json_group_array(f.facet), {AS_THEY_COME}, 1", ""
        for base, names in self.counted.items():
            kinds = FIELDS[names[0]] if len(names) == 1 else ()
            ranges = " OR ".join(["(f.facet >= %s AND f.facet < %s)"] * len(kinds)) or ANY_COUNTED
            sql = (
                f"SELECT 'facets{base}', {counted} FROM base{base} b CROSS JOIN {FACETS} f "
                f"WHERE f.place = b.place AND ({ranges}){group}"
            )
            parts.append((sql, [bound for kind in kinds for bound in (f"{kind}:", f"{kind};")]))
        return parts

    def is_sampled(self, base: str | None, hits: dict[str, tuple[int, int]]) -> bool:
        """Whether what was counted from a base was counted among the newest of its hits."""
        return base is not None and (hits[base][0] > EXACT or hits[base][1] == END)

    def run(self) -> list[tuple[str, str, int, int]]:
        tables, values = [], []
        for index, wanted in enumerate(self.bases):
            sql, own = hits_of(wanted)
            tables.append(f"hits{index} AS MATERIALIZED ({sql})")
            tables.append(
                f"base{index} AS MATERIALIZED (SELECT place FROM hits{index} ORDER BY place LIMIT "
                f"(SELECT CASE WHEN count(*) > {EXACT} OR max(place) = {END} THEN {SAMPLE} ELSE {EXACT} END "
                f"FROM hits{index}))"
            )
            values += own
        head = f"WITH {', '.join(tables)} " if tables else ""
        parts = [*self.parts, *self.facet_parts()]
        body = " UNION ALL ".join(f"SELECT * FROM ({sql}) AS part{number}" for number, (sql, _) in enumerate(parts))
        return run(f"{head}{body}", [*values, *(value for _, own in parts for value in own)])


def count_list(selection: Selection) -> Counts:
    """Everything that the page of a list counts. One query."""
    statement, counts = Statement(), Counts()
    wanted = read_wanted(selection)
    whole = count_whole(statement, wanted)
    origins = {
        name: count_choices(statement, name, wanted.without(name), chosen=wanted.groups.get(name, ()))
        for name in FIELDS
    }
    years = count_years(statement, read_wanted(selection, leave_out="year"))
    statement.parts.append((f"SELECT 'cited', '', 0, number FROM {TOTALS} WHERE facet = %s AND year = 0", [CITED]))
    if whole is not None:
        statement.parts.append((f"SELECT 'newest', '', 0, place FROM base{whole} ORDER BY place LIMIT {AT_HAND}", []))
    found = statement.run()
    hits = {base: (number, last) for what, base, last, number in found if what == "hits"}
    if whole is None:
        counts.number = sum(number for what, _, _, number in found if what == "whole")
    else:
        counts.newest = [place for what, _, _, place in found if what == "newest"]
        counts.is_capped = is_cut(wanted, *hits[whole])
        counts.number = hits[whole][0] - counts.is_capped  # without the one that says that there are more
    counts.has_citations = any(number > 0 for what, _, _, number in found if what == "cited")
    facets = sort_facets(found)
    for name in FIELDS:
        counts.facets[name] = of_parameter(name, facets, origins[name])
        if statement.is_sampled(origins[name], hits):
            counts.samples.add(name)
    counts.years = {year: number for what, _, year, number in found if what == "year" and number > 0}
    if statement.is_sampled(years, hits):
        counts.samples.add("year")
    return counts


def sort_facets(found: list[tuple[str, str, int, int]]) -> dict[tuple[str, str], dict[str, int]]:
    """The numbers of facets by what they were counted for, a parameter or a base, and by the field of the facet."""
    sorted_: dict[tuple[str, str], dict[str, int]] = {}
    for what, facet, year, number in found:
        if number > 0 and facet:
            own = Counter(json.loads(facet)).items() if year == AS_THEY_COME else [(facet, number)]
            for each, times in own:
                sorted_.setdefault((what, each[: each.find(":")]), {})[each] = times
    return sorted_


def of_parameter(name: str, facets: dict[tuple[str, str], dict[str, int]], base: str | None) -> dict[str, int]:
    """By facet, what was counted for a parameter: by totals, or among the facets of a base."""
    what = name if base is None else f"facets{base}"
    return {facet: number for kind in FIELDS[name] for facet, number in facets.get((what, kind), {}).items()}


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


def count_choices(statement: Statement, name: str, wanted: Wanted, *, chosen: tuple[str, ...] = ()) -> str | None:
    """Asks how many each value of a parameter would leave; gives the name of the base it is counted from.

    Of many values, totals tell those that most have, and the `chosen` ones.
    """
    plain = not wanted.groups and not wanted.words
    year = one_year(wanted)
    if plain and year is not None:
        told = f"SELECT '{name}', facet, 0, number FROM {TOTALS} WHERE"
        most = f"{told} field = %s AND year = %s AND number > 0 ORDER BY number DESC, facet LIMIT %s"
        statement.parts.append((most, [FIELDS[name][0], year, MOST_CHOICES + 1]))
        if chosen:
            statement.parts.append((f"{told} facet IN ({places(chosen)}) AND year = %s", [*chosen, year]))
        return None
    index = statement.base(wanted)
    statement.count_facets(index, name)
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
    base = count_choices(statement, "author", Wanted({kind: (facet,)}))
    counted = of_parameter("author", sort_facets(statement.run()), base)
    return {found.partition(":")[2]: number for found, number in counted.items() if found.startswith("author:")}
