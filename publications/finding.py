"""Finds the publications of a list by their facets and words, as SQL whose cost does not grow with the table.

A `Wanted` says what is asked for. `places_of` turns it into SQL that gives places, newest first, reading an index in
that order and stopping at a limit: of the table of facets for one filter, of the text index for words.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from labsite.lib.reading import reading_connection
from labsite.lib.search import MARK, Question, read_question, words_query
from publications.facet_names import ALL, word_of
from publications.filters import UNDATED, Selection
from publications.models import PublicationDigest
from publications.places import END, UNDATED_RANGE, range_of_years
from publications.totals import FACETS

DIGESTS = PublicationDigest._meta.db_table
# Parameters that are facets, those first that usually leave least: the first one chosen is walked, the others asked.
PARAMETERS = ("award", "author", "topic", "venue", "code", "type", "workshops")
SINGLE = ("venue", "type", "code", "workshops")  # of which a publication has one value at most

# Of hits of SQLite's text index. Of the two indexes of facets this is the one that counting reads next, for the same
# hits: pages of the file that are read anyhow.
IS_LISTED = (
    f" AND EXISTS (SELECT 1 FROM {FACETS} l INDEXED BY publications_facet_place "  # noqa: S608 - names are ours
    f"WHERE l.place = {DIGESTS}_text.rowid AND l.facet = '{ALL}')"
)

Sql = tuple[str, list[Any]]


@dataclass(frozen=True)
class Wanted:
    """What publications are asked for: in one of `ranges` of places, with one facet of each group, with the words."""

    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by parameter
    ranges: tuple[tuple[int, int], ...] = ()  # begin, and what it ends before; () for everywhere
    words: Question | None = None

    @property
    def is_counted(self) -> bool:
        """Whether totals by year tell how many there are: at most one group, whose facets exclude each other."""
        if self.words or len(self.groups) > 1:
            return False
        return all(len(facets) == 1 or name in SINGLE for name, facets in self.groups.items())

    @property
    def counted_facets(self) -> tuple[str, ...]:
        return next(iter(self.groups.values()), (ALL,))

    def without(self, name: str) -> Wanted:
        return replace(self, groups={other: facets for other, facets in self.groups.items() if other != name})


def read_wanted(selection: Selection, *, leave_out: str = "") -> Wanted:
    """What the valid filters of `selection` ask for, but for `leave_out`."""
    values = {name: own for name, own in selection.values.items() if own and name != leave_out}
    groups = {name: facets_asked(name, values[name]) for name in PARAMETERS if name in values}
    words = read_question(values["q"][0]) if "q" in values else None
    return Wanted(groups, ranges_of(values), words)


def facets_asked(name: str, values: list[str]) -> tuple[str, ...]:
    """An author is a member or a guest of the lab: whoever asks need not know."""
    kinds = ("author", "guest") if name == "author" else (name,)
    return tuple(f"{kind}:{value}" for value in dict.fromkeys(values) for kind in kinds)


def ranges_of(values: dict[str, list[str]]) -> tuple[tuple[int, int], ...]:
    """The ranges of places that the chosen years are, in order; what asks for no year gives ()."""
    since, until = (int(values[name][0]) if values.get(name) else None for name in ("since", "until"))
    bounds = range_of_years(since, until) if since or until else None
    years = values.get("year")
    if not years:
        return (bounds,) if bounds else ()
    own = sorted(UNDATED_RANGE if each == UNDATED else range_of_years(int(each), int(each)) for each in set(years))
    if bounds:
        own = [(max(begin, bounds[0]), min(end, bounds[1])) for begin, end in own]
    found = tuple((begin, end) for begin, end in own if begin < end)
    return found or ((END, END),)


def places_of(wanted: Wanted, limit: int, *, backwards: bool = False, beyond: int | None = None) -> Sql:
    """SQL for at most `limit` places, newest first or oldest first, beyond a place in that direction."""
    wanted = cut(wanted, beyond, backwards=backwards)
    parts = [branch for bounds in wanted.ranges or (None,) for branch in branches(wanted, bounds)]
    order = "DESC" if backwards else "ASC"
    limited = [
        (f"SELECT place FROM ({sql} ORDER BY place {order} LIMIT %s) AS part", [*own, limit]) for sql, own in parts
    ]
    if len(limited) == 1:
        return limited[0]
    sql = " UNION ".join(sql for sql, _ in limited)  # no publication twice
    values = [value for _, own in limited for value in own]
    return f"SELECT place FROM ({sql}) AS every ORDER BY place {order} LIMIT %s", [*values, limit]


def cut(wanted: Wanted, beyond: int | None, *, backwards: bool) -> Wanted:
    """`wanted` with its ranges cut to what lies beyond a place."""
    if beyond is None:
        return wanted
    low, high = (0, beyond) if backwards else (beyond + 1, END)
    own = [(max(begin, low), min(end, high)) for begin, end in wanted.ranges or ((0, END),)]
    return replace(wanted, ranges=tuple((begin, end) for begin, end in own if begin < end) or ((END, END),))


def branches(wanted: Wanted, bounds: tuple[int, int] | None) -> list[Sql]:
    """SELECTs that together give the places, each of which an index can read in order."""
    if wanted.words or (len(wanted.groups) > 1 and reading_connection().vendor == "sqlite"):
        return [by_text(wanted, bounds)]
    (walked, *asked) = list(wanted.groups.values()) or [(ALL,)]
    joins, conditions, values = [], [], []
    for number, facets in enumerate(asked):
        if len(facets) == 1:  # both lists are read in the order of places, side by side
            joins.append(f"JOIN {FACETS} o{number} ON o{number}.place = f.place AND o{number}.facet = %s")
            values += facets
    for facets in asked:
        if len(facets) > 1:
            # Not EXISTS: PostgreSQL would make it a join of both whole lists.
            conditions.append(
                f"(SELECT 1 FROM {FACETS} o WHERE o.place = f.place AND o.facet IN ({places(facets)}) LIMIT 1) = 1"
            )
            values += facets
    if bounds:
        conditions.append("f.place >= %s AND f.place < %s")
        values += bounds
    sql = f"SELECT f.place AS place FROM {FACETS} f {' '.join(joins)} WHERE "
    return [(sql + " AND ".join([*conditions, "f.facet = %s"]), [*values, facet]) for facet in walked]


def places(values: tuple[Any, ...]) -> str:
    return ", ".join(["%s"] * len(values))


def by_text(wanted: Wanted, bounds: tuple[int, int] | None) -> Sql:
    """By the text index, which holds facets as words: both databases intersect its lists faster than tables."""
    query, values = text_query(wanted)
    if reading_connection().vendor == "postgresql":
        name, sql = "place", f"SELECT place FROM {DIGESTS} WHERE search_document @@ {query}"
    else:
        name, sql = "rowid", f"SELECT rowid AS place FROM {DIGESTS}_text WHERE {DIGESTS}_text MATCH {query}"
        if not wanted.groups:
            sql += IS_LISTED
    if bounds:
        sql, values = f"{sql} AND {name} >= %s AND {name} < %s", [*values, *bounds]
    return sql, values


def text_query(wanted: Wanted, *, first: int = 0) -> Sql:
    """The question to the text index as an expression of SQL: words and facets, without ranges.

    The words in all columns of words, or in the `first` ones of them. On SQLite words alone find what is not listed
    too: `IS_LISTED` tells. Its index would look every hit up among all that is listed, nine times as slowly.
    """
    database = reading_connection().vendor
    asked = list(wanted.groups.values())
    if not asked and not (wanted.words and database == "sqlite"):
        asked = [(ALL,)]  # any facet of a list says that it is listed
    groups = [tuple(word_of(facet) for facet in facets) for facets in asked]
    question, values = words_query(PublicationDigest, wanted.words, database, first=first) if wanted.words else ("", [])
    if database == "postgresql":
        marks = " & ".join("(" + " | ".join(f"'{MARK}{word}'" for word in words) + ")" for words in groups)
        return (f"({question} && %s::tsquery)", [*values, marks]) if question else ("%s::tsquery", [marks])
    facets = " AND ".join("(" + " OR ".join(f"facet_text : {word}" for word in words) + ")" for words in groups)
    if not facets:
        return question, values
    return (f"({question} || %s)", [*values, f" AND {facets}"]) if question else ("%s", [facets])


def run(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with reading_connection().cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
