"""Columns: what a heading holds, how its cells are read and written. Each reader raises `ValidationError` in words."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from import_export.fields import Field
from import_export.widgets import Widget

from labsite.lib.dates import PartialDate
from labsite.lib.english import english_choices
from labsite.lib.tables.cells import (
    EMPTY,
    Cell,
    as_text,
    read_amount,
    read_date,
    read_flag,
    read_whole,
    shown,
    split_list,
)
from labsite.lib.tables.lookups import Lookup
from labsite.lib.text import match_key


class Column(Field):
    """One column of a table.

    `shared` columns say something of a record that several rows may be about (the person of two stays, the award of
    two receipts). `identity` columns find the record and never change one. `clearable` ones may be emptied. `private`
    ones are only for those who may see them.
    """

    def __init__(
        self,
        heading: str,
        widget: Widget,
        help_text: str,
        example: Cell = "",
        *,
        also: tuple[str, ...] = (),
        shared: bool = False,
        identity: bool = False,
        private: bool = False,
        clearable: bool = True,
    ) -> None:
        super().__init__(column_name=heading, widget=widget)
        self.help_text, self.example, self.also = help_text, example, also
        self.shared, self.identity, self.private, self.clearable = shared, identity, private, clearable

    @property
    def heading(self) -> str:
        return self.column_name

    def read(self, cell: Cell, lookups: dict[str, Lookup]) -> Any:
        """The value in `cell`; None where it says nothing."""
        return None if cell in EMPTY or not as_text(cell) else self.widget.clean(cell, lookups=lookups)

    def write(self, value: Any, lookups: dict[str, Lookup]) -> Cell:
        return self.widget.render(value, lookups=lookups)

    def words(self, value: Any, lookups: dict[str, Lookup]) -> str:
        """The value as a preview prints it, and as two values are compared."""
        return as_text(self.write(value, lookups))

    def keys(self, name: str) -> set[str]:
        """Under which folded headings the column is found."""
        return {match_key(text) for text in (self.heading, name, *self.also)}


class Text(Widget):
    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> str:
        return as_text(value)


class Reader(Widget):
    """Reads with a function of `cells` and writes numbers as numbers."""

    def __init__(self, read: Any) -> None:
        super().__init__()
        self.read = read

    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> Any:
        return self.read(value)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Cell:
        return "" if value is None else value


class Whole(Reader):
    def __init__(self) -> None:
        super().__init__(read_whole)


class Amount(Reader):
    """An amount with two decimals."""

    def __init__(self) -> None:
        super().__init__(read_amount)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Cell:
        return "" if value is None else round(value, 2)


class Flag(Reader):
    def __init__(self) -> None:
        super().__init__(read_flag)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Cell:
        return "" if value is None else ("yes" if value else "no")


class Date(Reader):
    def __init__(self) -> None:
        super().__init__(read_date)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Cell:
        return str(value or "")


class EndKind:
    """What stands in an end's place: `PRESENT` lasts, `UNKNOWN` is over nobody knows since when."""

    PRESENT, UNKNOWN = "present", "unknown"


class End(Widget):
    """The end of a period: a date, “present”, or “unknown” for what is over since nobody knows when."""

    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> PartialDate | str | None:
        text = as_text(value).casefold()
        if text in ("present", "now", "today", "current", "ongoing"):
            return EndKind.PRESENT
        if text in ("unknown", "?"):
            return EndKind.UNKNOWN
        return read_date(value)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Cell:
        return "" if value in (None, EndKind.PRESENT) else str(value)


def end_of(period: Any) -> Any:
    """The end of a loaded period as its column holds it."""
    return EndKind.UNKNOWN if period.end_is_unknown else period.end


def set_end(period: Any, value: Any) -> None:
    """Gives a period the end that its column holds."""
    period.end_is_unknown = value == EndKind.UNKNOWN
    period.end = value if isinstance(value, PartialDate) else None


class Choice(Widget):
    """One of a model's choices, by its value or its label, whatever the case."""

    def __init__(self, choices: type[models.TextChoices]) -> None:
        super().__init__()
        self.choices = choices
        self.labels = dict(english_choices(choices))  # a table reads the same in every language
        self.known = {match_key(str(text)): value for value, label in self.labels.items() for text in (value, label)}

    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> str:
        key = match_key(as_text(value))
        if key not in self.known:
            labels = ", ".join(self.labels.values())
            raise ValidationError(f"“{shown(value)}” is none of the choices: {labels}.")
        return self.known[key]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Cell:
        return self.labels[self.choices(value)] if value else ""


class One(Widget):
    """A record that `lookups[kind]` finds; written as what finds it again."""

    def __init__(self, kind: str, text: Any) -> None:
        super().__init__()
        self.kind, self.text = kind, text

    def clean(self, value: Cell, row: Any = None, *, lookups: dict[str, Lookup], **kwargs: Any) -> Any:
        return lookups[self.kind].find(as_text(value))

    def render(self, value: Any, obj: Any = None, *, lookups: dict[str, Lookup], **kwargs: Any) -> Cell:
        return self.text(value, lookups.get(self.kind)) if value else ""


class Several(One):
    """Records between semicolons, each once. Their order says nothing: they are written by their keys."""

    def clean(self, value: Cell, row: Any = None, *, lookups: dict[str, Lookup], **kwargs: Any) -> tuple[Any, ...]:
        found = [lookups[self.kind].find(text) for text in split_list(value)]
        return tuple(dict.fromkeys(found))

    def render(self, value: Any, obj: Any = None, *, lookups: dict[str, Lookup], **kwargs: Any) -> Cell:
        return "; ".join(sorted(self.text(record, lookups.get(self.kind)) for record in value or ()))


class Texts(Widget):
    """Texts between semicolons."""

    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> tuple[str, ...]:
        return tuple(dict.fromkeys(split_list(value)))

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Cell:
        return "; ".join(value or ())


def by_slug(record: Any, lookup: Lookup | None) -> str:
    return record.slug


def plain_text(value: Any) -> Any:
    """What an emptied cell leaves in a column of text; other values as they are."""
    return "" if value is None else value
