"""What a record and the rows inside its page hold now, as a digest: two that are alike say that nobody wrote since."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db import connection, models

from labsite.lib.reading import preparing_cursor

Table = tuple[type[models.Model], models.ForeignKey]  # of rows inside the page, and their field that holds the record


def digest_of_state(
    model: type[models.Model], key: Any, tables: Iterable[Table], *, without: tuple[str, ...] = (), hold: bool = False
) -> str:
    """One statement, however many tables.

    To `hold`, for whoever is going to write, is another one before on PostgreSQL: nobody writes the rows until this
    transaction ends. It is one of its own, because a statement that waits for a row reads everything else as it was
    before it waited. New rows, and what a relation to many links, are not held. Columns that are derived count for
    nothing, nor do those of the record that are to be left out: they change behind everybody's back.
    """
    tables = tuple(tables)
    with preparing_cursor(connection) as cursor:
        if hold and connection.vendor == "postgresql":
            cursor.execute(_holding_statement(model, tables), [key] * (1 + len(tables)))
        statement, places = _statement(connection.vendor, model, tables, without)
        cursor.execute(statement, [key] * places)
        found = cursor.fetchone()
    return hashlib.sha256(repr((model._meta.label_lower, key, found)).encode()).hexdigest()


@cache
def _holding_statement(model: type[models.Model], tables: tuple[Table, ...]) -> str:
    """Holds the rows, not against those who only point at one: who edits an account need not wait for its owner's
    import, nor who edits a group for its members.
    """
    quote, parts = connection.ops.quote_name, []
    for rows_of, column in [(model, model._meta.pk), *tables]:
        rows, at, number = (quote(each) for each in (rows_of._meta.db_table, column.column, rows_of._meta.pk.column))
        held = f"SELECT 1 FROM {rows} WHERE {at} = %s ORDER BY {number} FOR NO KEY UPDATE"  # noqa: S608
        parts.append(f"(SELECT count(*) FROM ({held}) AS held)")  # noqa: S608
    return f"SELECT {', '.join(parts)}"  # noqa: S608


@cache
def _statement(
    vendor: str, model: type[models.Model], tables: tuple[Table, ...], without: tuple[str, ...]
) -> tuple[str, int]:
    """The statement and how often it takes the record's key. Written once, since Django would take longer to put it
    together than the database to answer it.
    """
    key, quote = model._meta.pk, connection.ops.quote_name
    parts = []
    if hasattr(model, "history"):
        versions = model.history.model._meta
        own = quote(versions.get_field(key.name).column)
        parts.append(f"SELECT max(history_id) FROM {quote(versions.db_table)} WHERE {own} = %s")  # noqa: S608
    for rows_of, column in [(model, key), *tables]:
        meta, left_out = rows_of._meta, without if rows_of is model else ()
        rows, at, number = quote(meta.db_table), quote(column.column), quote(meta.pk.column)
        columns = [quote(each.column) for each in _fields(rows_of) if each.attname not in left_out]
        read = f"SELECT {', '.join(columns)} FROM {rows} WHERE {at} = %s ORDER BY {number}"  # noqa: S608
        parts.append(_as_json(vendor, columns, read))
        for each in meta.many_to_many:
            through = each.remote_field.through._meta
            links = quote(through.db_table)
            one, other = (
                quote(through.get_field(name).column) for name in (each.m2m_field_name(), each.m2m_reverse_field_name())
            )
            read = (
                f"SELECT {one}, {other} FROM {links} WHERE {one} IN "  # noqa: S608
                f"(SELECT {number} FROM {rows} WHERE {at} = %s) ORDER BY {one}, {other}"
            )
            parts.append(_as_json(vendor, [one, other], read))
    return f"SELECT {', '.join(f'({part})' for part in parts)}", len(parts)  # noqa: S608


def _as_json(vendor: str, columns: list[str], read: str) -> str:
    """The rows that `read` gives as one text."""
    if vendor == "postgresql":
        return f"SELECT json_agg(found)::text FROM ({read}) AS found"  # noqa: S608
    return f"SELECT json_group_array(json_array({', '.join(columns)})) FROM ({read})"  # noqa: S608


def _fields(model: type[models.Model]) -> list[models.Field]:
    return [each for each in model._meta.concrete_fields if each.editable or each.primary_key]
