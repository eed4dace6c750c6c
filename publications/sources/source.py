"""What every source online has in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from labsite.lib.http import Web, WebError
from publications.records import Record, SourceEntry


class Source(Protocol):
    """A service that is asked for publications: its name for people, and the only hosts that are asked."""

    name: str
    hosts: tuple[str, ...]

    def entries(self, web: Web, value: str) -> Iterator[SourceEntry]:
        """What the service says of `value`, an identifier in its normal form.

        Raises `WebError` where it cannot be asked and `ValueError` where its answer has another shape than documented.
        A record of a list that cannot be read is a rejected entry; the others go on.
        """


def read_each(
    source: Source, items: Iterable[Any], label_of: Callable[[Any], str], read: Callable[[Any], Record], first: int = 1
) -> Iterator[SourceEntry]:
    """An entry for each item, numbered from `first`; one that `read` refuses says why."""
    for number, item in enumerate(items, start=first):
        try:
            record = read(item)
        except ValueError as error:
            label = safe_label(item, label_of)
            yield SourceEntry(number, label, problem=f"{source.name}'s record of it cannot be read ({error}).")
        else:
            yield SourceEntry(number, record.title[:80], record)


def safe_label(item: Any, label_of: Callable[[Any], str]) -> str:
    try:
        return label_of(item)[:80]
    except ValueError:
        return ""


def rejected(line: int, label: str, error: ValueError) -> SourceEntry:
    """The entry of something that could not be looked up, with the reason in words."""
    if isinstance(error, WebError):
        return SourceEntry(line, label, problem=f"{label}: {error}")
    return SourceEntry(line, label, problem=f"{label}: the answer cannot be read ({error}): try again later.")
