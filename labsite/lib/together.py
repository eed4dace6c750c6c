"""Several querysets by one statement.

A page of a record prints thirty kinds of rows, few of each. Asking for them one after another costs thirty times the
way to the database, and putting the questions into SQL costs more than answering them. Here each queryset becomes one
branch of a UNION ALL that gives its rows as one JSON array; what a queryset prefetches becomes further branches, whose
keys are the branch of its parent. A `Plan` is put into SQL once in a process and database and from then on only bound
to values.

What comes out is what the querysets alone would give: instances with `select_related`, `only`, annotations and
prefetched relations, rows of `values_list`, or a number.
"""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models.fields.related_descriptors import (
    ForwardManyToOneDescriptor,
    ManyToManyDescriptor,
    ReverseManyToOneDescriptor,
)
from django.db.models.query import Prefetch, QuerySet
from django.db.models.sql import Query

from labsite.lib.instances import KEPT_AS_TEXT, NOT_IN_JSON, decoders_of, make_reader
from labsite.lib.reading import preparing_cursor, reading_connection
from labsite.lib.samples import bind, make_sample

MOST_ARGUMENTS = 90  # of one call of a function: PostgreSQL takes 100, SQLite 127


@dataclass(frozen=True)
class Number:
    """How many rows a queryset has, in place of the rows; of one that ends at a limit, as many as it gives."""

    queryset: QuerySet


class Loaded(QuerySet):
    """Rows of a relation that were loaded whole, as `prefetch_related` leaves them. They cannot be asked further."""

    def _chain(self, **kwargs: Any) -> QuerySet:
        raise TypeError("These rows were loaded together with others: filter and sort them in Python.")


@dataclass
class Branch:
    """A queryset, how its rows are read, and which relation of which other branch they fill."""

    queryset: QuerySet
    is_number: bool = False
    sql: str = ""
    params: tuple[Any, ...] = ()
    children: list[Relation] = field(default_factory=list)
    read: Callable[[list[list[Any]]], list[Any]] = list


@dataclass
class Relation:
    """The rows of a relation: of whom (`path` leads there from the parent's rows), and under which name they stand."""

    path: tuple[str, ...]
    name: str
    cache_name: str
    rows: Branch
    key: models.Field | None = None  # of the rows, which names their owner; None for many to many
    pairs: Branch | None = None  # of keys, for many to many
    to_attr: str = ""


def load_together(**querysets: QuerySet | Number) -> dict[str, Any]:
    """The rows of each queryset as a list, or the number of a `Number`. One query; none where all are empty."""
    return Statement(querysets).load({})


class Plan:
    """Querysets that differ in a few values only. `make` gives them for values of the types named, by name.

    It is called once for each database, with samples: it must use every value, and in conditions alone.
    """

    def __init__(self, make: Callable[..., dict[str, QuerySet | Number]], **types: type) -> None:
        self.make, self.types = make, types
        self.statements: dict[tuple[str, str], Statement] = {}

    def load(self, **values: Any) -> dict[str, Any]:
        """The rows of each queryset for these values. One query."""
        connection = reading_connection()
        place = (connection.alias, str(connection.settings_dict["NAME"]))
        if place not in self.statements:
            samples = {name: make_sample(kind, number) for number, (name, kind) in enumerate(self.types.items())}
            self.statements[place] = Statement(self.make(**samples), samples)
        return self.statements[place].load(values)


class Statement:
    """The SQL of several querysets, and how its answer is read."""

    def __init__(self, querysets: dict[str, QuerySet | Number], samples: dict[str, Any] | None = None) -> None:
        self.roots = {name: make_branch(each) for name, each in querysets.items()}
        self.branches = [each for root in self.roots.values() for each in walk(root)]
        self.asked = [(number, branch) for number, branch in enumerate(self.branches) if branch.sql]
        self.sql = " UNION ALL ".join(f"SELECT {number} AS number, {branch.sql}" for number, branch in self.asked)
        texts = {name: str(sample) for name, sample in (samples or {}).items()}
        self.params: list[tuple[str, Any]] = []  # the name of the value, or "", and what it stands in
        for _, branch in self.asked:
            for param in branch.params:
                name = next((name for name, text in texts.items() if text in str(param)), "") if texts else ""
                self.params.append((name, str(param).replace(texts[name], "{}") if name else param))
        unused = set(texts) - {name for name, _ in self.params}
        if unused:
            raise ValueError(f"No condition of these querysets holds the values {sorted(unused)}.")

    def load(self, values: dict[str, Any]) -> dict[str, Any]:
        bound = {name: str(value) if isinstance(value, datetime.date) else value for name, value in values.items()}
        params = [bind(bound[name], place) if name else place for name, place in self.params]
        answers: dict[int, list[list[Any]]] = {}
        if self.asked:
            with preparing_cursor(reading_connection()) as cursor:
                cursor.execute(self.sql, params)
                answers = {number: json.loads(text) for number, text in cursor.fetchall()}
        rows = {id(branch): branch.read(answers.get(number, [])) for number, branch in enumerate(self.branches)}
        for branch in self.branches:
            for relation in branch.children:
                fill(relation, rows[id(branch)], rows)
        return {
            name: (rows[id(root)][0][0] if rows[id(root)] else 0) if root.is_number else rows[id(root)]
            for name, root in self.roots.items()
        }


def walk(branch: Branch) -> Iterator[Branch]:
    """The branch and all that hang on it, parents first."""
    yield branch
    for relation in branch.children:
        if relation.pairs:
            yield relation.pairs
        yield from walk(relation.rows)


def make_branch(asked: QuerySet | Number) -> Branch:
    """The branch of a queryset, put into SQL, with those of what it prefetches."""
    if isinstance(asked, Number):
        is_limited = asked.queryset.query.is_sliced
        branch = Branch(asked.queryset if is_limited else asked.queryset.order_by().values("pk"), is_number=True)
    else:
        branch = Branch(asked)
    compile_branch(branch)
    for lookup in asked._prefetch_related_lookups if isinstance(asked, QuerySet) else ():
        add_relation(branch, lookup if isinstance(lookup, Prefetch) else Prefetch(lookup))
    return branch


# From querysets to SQL


def compile_branch(branch: Branch) -> None:
    """Puts the branch into SQL, unless it can hold nothing."""
    queryset = branch.queryset
    if queryset._known_related_objects:
        raise ValueError("Ask the model's own manager, not that of a record: a plan serves every record.")
    connection = connections[queryset.db]
    compiler = queryset.query.clone().get_compiler(connection=connection)
    try:
        sql, branch.params = compiler.as_sql(with_col_aliases=True)
    except EmptyResultSet:
        return
    quote, is_sqlite = connection.ops.quote_name, connection.vendor == "sqlite"
    if branch.is_number:
        call = "json_array(json_array(count(*)))" if is_sqlite else "json_build_array(json_build_array(count(*)))::text"
        branch.sql = f"{call} AS found FROM ({sql}) AS part"
        return
    kinds = [expression.output_field.get_internal_type() for expression, _, _ in compiler.select]
    if lost := NOT_IN_JSON & set(kinds):
        raise ValueError(f"Columns of {sorted(lost)} cannot be loaded together with others.")
    names = [quote(alias) for _, _, alias in compiler.select]
    if is_sqlite:
        branch.sql = f"json_group_array({make_row(names, 'json_array')}) AS found FROM ({sql}) AS part"
    else:
        names = [f"{name}::text" if kind in KEPT_AS_TEXT else name for name, kind in zip(names, kinds, strict=True)]
        row = make_row(names, "json_build_array")
        branch.sql = f"coalesce(json_agg({row})::text, '[]') AS found FROM ({sql}) AS part"
    decoders = [] if is_sqlite else decoders_of(kinds)
    branch.read = make_reader(queryset, compiler, decoders, is_long=len(names) > MOST_ARGUMENTS)


def make_row(names: list[str], call: str) -> str:
    """One row as a JSON array; a long one as an array of arrays."""
    if len(names) <= MOST_ARGUMENTS:
        return f"{call}({', '.join(names)})"
    pieces = [names[begin : begin + MOST_ARGUMENTS] for begin in range(0, len(names), MOST_ARGUMENTS)]
    return f"{call}({', '.join(make_row(piece, call) for piece in pieces)})"


def add_relation(branch: Branch, lookup: Prefetch) -> None:
    """Hangs what `lookup` prefetches on the branch, or on one that hangs on it already."""
    path: list[str] = []
    hops = lookup.prefetch_through.split("__")
    model, related = branch.queryset.model, branch.queryset.query.select_related
    for place, hop in enumerate(hops):
        descriptor = getattr(model, hop)
        is_last = place == len(hops) - 1
        if isinstance(descriptor, ForwardManyToOneDescriptor):
            if is_last or not (isinstance(related, dict) and hop in related):
                raise ValueError(f"'{hop}' of {model.__name__} is not among what is selected with it.")
            path.append(hop)
            model, related = descriptor.field.related_model, related[hop]
            continue
        made = next((each for each in branch.children if (each.path, each.name) == (tuple(path), hop)), None)
        if made is None:
            made = make_relation(branch, tuple(path), hop, descriptor, lookup if is_last else Prefetch(hop))
            branch.children.append(made)
        if not is_last:
            rest = Prefetch("__".join(hops[place + 1 :]), lookup.queryset)
            rest.to_attr, rest.prefetch_to = lookup.to_attr, lookup.prefetch_to
            add_relation(made.rows, rest)
        return


def make_relation(branch: Branch, path: tuple[str, ...], name: str, descriptor: Any, lookup: Prefetch) -> Relation:
    """The relation `name` of those whom `path` leads to."""
    parents = branch.queryset if branch.queryset.query.is_sliced else branch.queryset.order_by()
    owners = parents.select_related(None).values("__".join(path) or "pk")
    to_attr = lookup.to_attr if lookup.to_attr != lookup.prefetch_through.rpartition("__")[2] else ""
    rel = descriptor.rel
    if isinstance(descriptor, ManyToManyDescriptor):
        field_ = rel.field
        source, target = field_.m2m_field_name(), field_.m2m_reverse_field_name()
        model, cache_name = field_.related_model, field_.name
        if descriptor.reverse:
            source, target, model, cache_name = target, source, field_.model, field_.related_query_name()
        links = rel.through._base_manager.filter(**{f"{source}__in": owners})
        rows = lookup.queryset if lookup.queryset is not None else model._default_manager.all()
        rows = make_branch(rows.filter(pk__in=links.values(target)))
        pairs = make_branch(links.order_by().values_list(f"{source}_id", f"{target}_id"))
        return Relation(path, name, cache_name, rows, pairs=pairs, to_attr=to_attr)
    if isinstance(descriptor, ReverseManyToOneDescriptor):
        rows = lookup.queryset if lookup.queryset is not None else rel.related_model._default_manager.all()
        rows = make_branch(rows.filter(**{f"{rel.field.name}__in": owners}))
        return Relation(path, name, rel.cache_name, rows, key=rel.field, to_attr=to_attr)
    raise ValueError(f"'{name}' of {descriptor!r} is no relation to many.")


# The relations


def fill(relation: Relation, parents: list[Any], rows: dict[int, list[Any]]) -> None:
    """Gives each owner its rows, in their order."""
    owners = [owner for parent in parents if (owner := follow(parent, relation.path)) is not None]
    own: dict[Any, list[Any]] = defaultdict(list)
    found = rows[id(relation.rows)]
    if relation.key is not None:
        name = relation.key.attname
        for row in found:
            own[getattr(row, name)].append(row)
    elif relation.pairs is not None:
        linked: dict[Any, list[Any]] = defaultdict(list)
        for owner, key in rows[id(relation.pairs)]:
            linked[key].append(owner)
        for row in found:
            for owner in linked[row.pk]:
                own[owner].append(row)
    model, query = relation.rows.queryset.model, Query(relation.rows.queryset.model)
    for owner in owners:
        each = own.get(owner.pk, [])
        if relation.key is not None:
            for row in each:
                if not relation.key.is_cached(row):
                    relation.key.set_cached_value(row, owner)
        if relation.to_attr:
            setattr(owner, relation.to_attr, each)
            continue
        loaded = Loaded(model, query)
        loaded._result_cache, loaded._prefetch_done = each, True
        if not hasattr(owner, "_prefetched_objects_cache"):
            owner._prefetched_objects_cache = {}
        owner._prefetched_objects_cache[relation.cache_name] = loaded


def follow(row: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        row = getattr(row, name) if row is not None else None
    return row
