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
    model: type[models.Model], key: Any, tables: Iterable[Table], *, without: tuple[str, ...] = ()
) -> str:
    """One statement, however many tables.

    In a transaction it holds the rows, so that nobody writes them before we do; what a relation to many links is not
    held. Columns that are derived count for nothing, nor do those of the record that are to be left out: they change
    behind everybody's back.
    """
    statement, places = _statement(connection.vendor, model, tuple(tables), without, _hold())
    with preparing_cursor(connection) as cursor:
        cursor.execute(statement, [key] * places)
        found = cursor.fetchone()
    return hashlib.sha256(repr((model._meta.label_lower, key, found)).encode()).hexdigest()


def _hold() -> str:
    """Not against those who only point at the row: who edits an account need not wait for its owner's import."""
    if not connection.features.has_select_for_update or not connection.in_atomic_block:
        return ""
    return " FOR NO KEY UPDATE" if connection.features.has_select_for_no_key_update else " FOR UPDATE"


@cache
def _statement(
    vendor: str, model: type[models.Model], tables: tuple[Table, ...], without: tuple[str, ...], hold: str
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
        read = f"SELECT {', '.join(columns)} FROM {rows} WHERE {at} = %s ORDER BY {number}{hold}"  # noqa: S608
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
