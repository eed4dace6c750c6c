"""Full-text search behind one small interface: FTS5 on SQLite, tsvector on PostgreSQL.

A table is given an index over some of its text columns by `IndexText` in a migration. From then on the database keeps
the index right on every write, bulk and raw ones included. The columns hold folded words (`search_text`), so that both
databases cut and compare them alike, without extensions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.db import DatabaseError, connections, models, transaction
from django.db.migrations.operations.base import Operation
from django.db.models.expressions import RawSQL
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from labsite.lib.frequent import frequent_words
from labsite.lib.reading import reading_connection
from labsite.lib.text import SHORT, fold, foldings

# Chinese, Japanese and Korean are written without blanks: each sign is a word, and signs together are a phrase.
SIGN = r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]"
WORD = re.compile(rf"{SIGN}|(?:(?!{SIGN})[^\W_])+")
PHRASE = re.compile(r'"([^"]*)"|(\S+)')
INDEXED_BEGINNINGS = (2, 3)  # letters: the option `prefix` of SQLite's indexes
MANY = 5_000
MAX_TERMS = 30  # of one question: a whole title fits, and the condition stays small for the database
INDEX_EVENTS = ("insert", "delete", "update")  # of SQLite's triggers
WEIGHTS = "ABCD"  # PostgreSQL's names; the first column weighs most
MARK = "="  # begins what is a mark in PostgreSQL's index: no word does


def search_text(*parts: str) -> str:
    """The folded words of `parts`, parted by single blanks: what an indexed column holds."""
    return " ".join(WORD.findall(fold(" ".join(part for part in parts if part))))


@dataclass(frozen=True)
class Question:
    """What is looked for: each term is a run of words that stand together, the last one perhaps only begun.

    Every term must be found. In quotation marks several words are one term, and its last word is whole.
    """

    terms: tuple[tuple[tuple[str, ...], bool], ...] = ()  # (words, whether the last word is whole)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The distinct words, in order."""
        return tuple(dict.fromkeys(word for words, _ in self.terms for word in words))


def read_question(text: str) -> Question:
    """The question that `text` asks. `GPT-4` is one term of two words; signs that are no letters mean nothing."""
    terms: dict[tuple[tuple[str, ...], bool], None] = {}
    for quoted, plain in PHRASE.findall(text.replace("“", '"').replace("”", '"')):
        words = tuple(WORD.findall(foldings(quoted or plain)[0]))  # the index holds every spelling
        if words:
            terms[(words, bool(quoted))] = None
    return Question(tuple(terms))


def needles(question: Question) -> list[str]:
    """What an indexed column holds, between blanks, if it holds the terms: `GPT-4` is “ gpt 4 ”, `quiet` “ quiet”."""
    found = []
    for words, whole in question.terms[:MAX_TERMS]:
        is_whole = whole or len(words[-1]) == 1
        found.append(f" {' '.join(words)}{' ' if is_whole else ''}")
    return found


def index_name(table: str) -> str:
    return f"{table}_text"


def q_match(queryset: models.QuerySet, question: Question) -> models.QuerySet:
    """Rows of `queryset`'s indexed model that hold every term."""
    if not question.terms:
        return queryset.none()
    sql, values = matching(queryset, question)
    own = {f"{key_field(queryset.model).name}__in": RawSQL(sql, values)}  # noqa: S611 - words are parameters, names are ours
    return queryset.filter(**own)


def matching(queryset: models.QuerySet, question: Question) -> tuple[str, list[Any]]:
    """SQL that gives the keys of matching rows, and its parameters."""
    model, database = queryset.model, vendor(queryset)
    table, key = model._meta.db_table, key_field(model).column
    query, values = words_query(model, question, database)
    if database == "postgresql":
        return f'SELECT "{key}" FROM "{table}" WHERE "search_document" @@ {query}', values  # noqa: S608
    name = index_name(table)
    return f'SELECT rowid FROM "{name}" WHERE "{name}" MATCH {query}', values  # noqa: S608


def words_query(
    model: type[models.Model], question: Question, database: str, *, first: int = 0
) -> tuple[str, list[Any]]:
    """The question to a database's text index as an expression of SQL, and its parameters.

    In all columns that hold words, or on SQLite in the `first` ones of them. A model whose index holds marks as well
    names the columns of words in `SEARCH_COLUMNS`.
    """
    if database == "postgresql":
        # In all columns always: a weight would make PostgreSQL read and unpack every row that its index finds.
        frequent = frequent_words(reading_connection(), model._meta.db_table, MANY)
        return "to_tsquery('simple', %s)", [postgresql_query(question, frequent)]
    columns = getattr(model, "SEARCH_COLUMNS", ())[: first or None]
    return sqlite_expression(index_name(model._meta.db_table), question, columns)


def sqlite_expression(name: str, question: Question, columns: Sequence[str]) -> tuple[str, list[Any]]:
    """The question in FTS5's syntax, as an expression that SQLite puts together.

    A word is looked for with all that begin like it, which FTS5 collects before it gives the first hit: at a million
    rows a tenth of a second. Where more than `MANY` rows hold the word itself, these are enough.
    """
    parts, values = [], []
    within = f"{{{' '.join(columns)}}} : " if columns else ""
    for words, whole in question.terms[:MAX_TERMS]:
        phrase = f'{within}"{" ".join(words)}"'
        if whole or len(words[-1]) == 1:  # a letter alone is an initial, or a sign that is a word
            parts.append("%s")
            values.append(phrase)
        elif len(words) == 1 and len(words[0]) in INDEXED_BEGINNINGS:
            parts.append("%s")
            values.append(f"{phrase} *")
        else:
            many = f'SELECT count(*) FROM (SELECT 1 FROM "{name}" WHERE "{name}" MATCH %s LIMIT {MANY + 1})'  # noqa: S608
            parts.append(f"(CASE WHEN ({many}) > {MANY} THEN %s ELSE %s END)")
            values += [phrase, phrase, f"{phrase} *"]
    return "(" + " || ' AND ' || ".join(parts) + ")", values


def key_field(model: type[models.Model]) -> models.Field:
    """By what the index knows a row: the field that the model names `SEARCH_KEY`, else its key."""
    name = getattr(model, "SEARCH_KEY", "")
    return model._meta.get_field(name) if name else model._meta.pk


def highlight(text: str, question: Question) -> SafeString:
    """`text`, escaped, with every word that begins like a word of the question in `<mark>`."""
    words = question.words
    return _highlighted(text, words) if len(text) < SHORT else _highlight(text, words)


def _highlight(text: str, words: tuple[str, ...]) -> SafeString:
    if not any(word in spelling for spelling in foldings(text) for word in words):
        return mark_safe(escape(text))  # noqa: S308 - nothing to mark: what most names of authors are
    pieces, begin = [], 0
    for match in WORD.finditer(text):
        if any(spelling.startswith(words) for spelling in foldings(match.group())):
            pieces += [escape(text[begin : match.start()]), "<mark>", escape(match.group()), "</mark>"]
            begin = match.end()
    marked = "".join([*pieces, escape(text[begin:])])
    return mark_safe(marked.replace("</mark><mark>", ""))  # noqa: S308 - every piece is escaped


_highlighted = lru_cache(maxsize=4096)(_highlight)  # names of authors, which a list repeats


def vendor(queryset: models.QuerySet) -> str:
    return connections[queryset.db].vendor


def postgresql_query(question: Question, frequent: frozenset[str] = frozenset()) -> str:
    """In tsquery's syntax.

    Of the words that are `frequent`, what begins like them is not looked for: collecting it costs most of a search.
    """
    found = []
    for words, whole in question.terms[:MAX_TERMS]:
        # A letter alone is an initial, or a sign that is a word.
        is_whole = whole or len(words[-1]) == 1 or (len(words) == 1 and words[0] in frequent)
        phrase = " <-> ".join([f"'{word}'" for word in words])
        found.append(f"({phrase})" if is_whole else f"({phrase}:*)")
    return " & ".join(found)


class IndexText(Operation):
    """Migration operation: a full-text index over text columns of a model, the weightiest first.

    The database keeps it. On SQLite a later migration that remakes the table must drop it before (`DropTextIndex`)
    and repeat this operation. `key` is the unique integer column by which it knows rows, the model's key where none
    is named: hits come in its order. `marks` is a column of words that are no text, which questions of words never
    find: SQLite's index has it as its last column, PostgreSQL's with a `MARK` in front of each. With `database`, it is
    done on databases of this kind only.
    """

    reversible = True
    atomic = True

    def __init__(
        self, model_name: str, columns: list[str], key: str = "", *, marks: str = "", database: str = ""
    ) -> None:
        self.model_name, self.columns, self.key, self.marks, self.database = model_name, columns, key, marks, database

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        named = {name: value for name in ("key", "marks", "database") if (value := getattr(self, name))}
        return type(self).__name__, [self.model_name, self.columns], named

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The index is the database's own: models do not know it."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        meta = to_state.apps.get_model(app_label, self.model_name)._meta
        kind = schema_editor.connection.vendor
        if self.database not in ("", kind):
            return
        make = postgresql_index if kind == "postgresql" else sqlite_index
        for statement in make(meta.db_table, self.key or meta.pk.column, self.columns, self.marks):
            schema_editor.execute(statement)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table
        if self.database not in ("", schema_editor.connection.vendor):
            return
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f'ALTER TABLE "{table}" DROP COLUMN "search_document"')
            return
        for event in INDEX_EVENTS:
            schema_editor.execute(f'DROP TRIGGER "{index_name(table)}_{event}"')
        schema_editor.execute(f'DROP TABLE "{index_name(table)}"')

    def describe(self) -> str:
        return f"Full-text index of {self.model_name}"


class DropTextIndex(IndexText):
    """Migration operation: takes away what `IndexText` made with the same arguments."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Drop the full-text index of {self.model_name}"


def postgresql_index(table: str, key: str, columns: list[str], marks: str = "") -> list[str]:
    parts = " || ".join(
        f"setweight(to_tsvector('simple', \"{column}\"), '{weight}')"
        for column, weight in zip(columns, WEIGHTS, strict=False)
    )
    if marks:
        signed = f"string_to_array('{MARK}' || replace(\"{marks}\", ' ', ' {MARK}'), ' ')"
        parts += f" || array_to_tsvector(array_remove({signed}, '{MARK}'))"
    return [
        f'ALTER TABLE "{table}" ADD COLUMN "search_document" tsvector GENERATED ALWAYS AS ({parts}) STORED',
        f'CREATE INDEX "{index_name(table)}" ON "{table}" USING gin ("search_document")',
    ]


def sqlite_index(table: str, key: str, columns: list[str], marks: str = "") -> list[str]:
    """An external-content FTS5 table and the three triggers that SQLite's manual prescribes for it."""
    columns = [*columns, *([marks] if marks else [])]
    name, listed = index_name(table), ", ".join(f'"{column}"' for column in columns)
    old = ", ".join(f'old."{column}"' for column in columns)
    new = ", ".join(f'new."{column}"' for column in columns)
    remove = f'INSERT INTO "{name}"("{name}", rowid, {listed}) VALUES (\'delete\', old."{key}", {old});'  # noqa: S608
    add = f'INSERT INTO "{name}"(rowid, {listed}) VALUES (new."{key}", {new});'  # noqa: S608
    return [
        f'CREATE VIRTUAL TABLE "{name}" USING fts5({listed}, content="{table}", content_rowid="{key}", '
        "tokenize='unicode61 remove_diacritics 0', prefix='2 3')",
        f'CREATE TRIGGER "{name}_insert" AFTER INSERT ON "{table}" BEGIN {add} END',
        f'CREATE TRIGGER "{name}_delete" AFTER DELETE ON "{table}" BEGIN {remove} END',
        f'CREATE TRIGGER "{name}_update" AFTER UPDATE OF {listed}, "{key}" ON "{table}" BEGIN {remove} {add} END',
        f'INSERT INTO "{name}"("{name}") VALUES (\'rebuild\')',  # noqa: S608
    ]


def rebuild_index(model: type[models.Model], connection: Any) -> None:
    """Makes the index anew from the columns. SQLite's may be broken by a power cut on bad disks; PostgreSQL's not."""
    name = index_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f'REINDEX INDEX "{name}"')
        else:
            cursor.execute(f'INSERT INTO "{name}"("{name}") VALUES (\'rebuild\')')  # noqa: S608


def forget_deleted(model: type[models.Model], connection: Any) -> None:
    """Takes the words of rows that are gone out of the index's pages, where SQLite leaves them until it merges these.

    PostgreSQL's vacuum does so by itself. Costs some seconds for each hundred thousand rows.
    """
    if connection.vendor == "sqlite":
        name = index_name(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f'INSERT INTO "{name}"("{name}") VALUES (\'optimize\')')  # noqa: S608


# Whether the index is as it should be


def find_index_triggers(model: type[models.Model], connection: Any) -> list[str]:
    """Which of the triggers that keep the index are missing. PostgreSQL needs none: there, the index if it is."""
    name = index_name(model._meta.db_table)
    wanted = [name] if connection.vendor == "postgresql" else [f"{name}_{event}" for event in INDEX_EVENTS]
    query = (
        "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = {row[0] for row in cursor.fetchall()}
    return [each for each in wanted if each not in found]


def mend_index_triggers(model: type[models.Model], connection: Any) -> None:
    """Makes what is missing of the triggers, or PostgreSQL's index. What they missed is for `rebuild_index`."""
    missing = find_index_triggers(model, connection)
    if not missing:
        return
    table, name = model._meta.db_table, index_name(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f'CREATE INDEX "{name}" ON "{table}" USING gin ("search_document")')
            return
        cursor.execute(f'PRAGMA table_info("{name}")')
        columns = [row[1] for row in cursor.fetchall()]
        for statement in sqlite_index(table, key_field(model).column, columns):
            if any(statement.startswith(f'CREATE TRIGGER "{each}"') for each in missing):
                cursor.execute(statement)


def index_is_right(model: type[models.Model], connection: Any) -> bool:
    """Whether SQLite's index holds what the columns do. PostgreSQL's is part of the table and cannot differ."""
    if connection.vendor == "postgresql":
        return not find_index_triggers(model, connection)
    name = index_name(model._meta.db_table)
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(f'INSERT INTO "{name}"("{name}", rank) VALUES (\'integrity-check\', 1)')  # noqa: S608
    except DatabaseError:
        return False
    return True
