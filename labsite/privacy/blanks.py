"""JSON that remembers records: columns in it are emptied, or read, wherever they stand. Pure.

A column's value may stand by itself, as what it was before and after, or as a member's request has it (from, to): the
shape stays, because whoever takes a merge or an import back reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any


def with_empty(value: Any, empty: Mapping[str, Any]) -> Any:
    """`value` in which the columns named in `empty` hold what that says."""
    return changed(value, lambda name, each: filled(each, empty[name]) if name in empty else with_empty(each, empty))


def filled(value: Any, empty: Any) -> Any:
    """The shape of `value` with `empty` in every place where something stands."""
    if isinstance(value, dict | list):
        return changed(value, lambda _, each: filled(each, empty))
    return value if value is None else empty


def changed(value: Any, change: Callable[[str, Any], Any]) -> Any:
    """`value` with each part of it changed; the parts of a list have no name."""
    if isinstance(value, dict):
        return {name: change(name, each) for name, each in value.items()}
    return [change("", each) for each in value] if isinstance(value, list) else value


def texts_at(value: Any, column: str, *, is_inside: bool = False) -> Iterator[str]:
    """Every text that stands in `column`."""
    if isinstance(value, str):
        yield from [value] if is_inside else []
    elif isinstance(value, dict | list):
        for name, each in value.items() if isinstance(value, dict) else (("", each) for each in value):
            yield from texts_at(each, column, is_inside=is_inside or name == column)
