"""Records found by what a person writes for them: the end of an address, a name, a short name. Loaded once a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError

from labsite.lib.questions import printable
from labsite.lib.text import clean_text, match_key


class Lookup:
    """Records of one kind under their keys and their names.

    A key (slug, ORCID iD) is exact and wins over names; the name as printed wins over its foldings.
    """

    def __init__(self, one: str, many: str, mend: str, make: Callable[[str], Any] | None = None) -> None:
        """`mend` says what to do about an unknown name; with `make`, an unknown one is made of its name instead."""
        self.one, self.many, self.mend, self.make = one, many, mend, make
        self.records: list[Any] = []
        self.keys: dict[str, int] = {}
        self.printed: dict[str, set[int]] = defaultdict(set)
        self.folded: dict[str, set[int]] = defaultdict(set)
        self.labels: dict[int, str] = {}

    def add(self, record: Any, label: str, *, keys: Iterable[str] = (), names: Iterable[str] = ()) -> None:
        """`label` is what tells `record` from others of its name in a message."""
        number = len(self.records)
        self.records.append(record)
        self.labels[number] = label
        self.keys.update({key.casefold(): number for key in keys if key})
        for name in filter(None, map(clean_text, names)):
            self.printed[name].add(number)
            key = match_key(name)
            if key:
                self.folded[key].add(number)

    def candidates(self, text: str) -> list[Any]:
        """Whoever `text` may mean: one by key, else all whose printed name it is, else all whose folded name it is."""
        text = clean_text(text)
        number = self.keys.get(last_part(text).casefold())
        if number is not None:
            return [self.records[number]]
        found = self.printed.get(text) or self.folded.get(match_key(text)) or ()
        records = [self.records[number] for number in sorted(found)]
        return [record for place, record in enumerate(records) if all(record is not each for each in records[:place])]

    def by_key(self, text: str) -> Any:
        """The record with this key, or None."""
        number = self.keys.get(last_part(clean_text(text)).casefold())
        return None if number is None else self.records[number]

    def find(self, text: str) -> Any:
        """The one record that `text` means; none or several is a `ValidationError` that says what to write."""
        found = self.candidates(text)
        if len(found) == 1:
            return found[0]
        if not found and self.make:
            self.add(self.make(clean_text(text)), clean_text(text), names=[text])
            return self.records[-1]
        if not found:
            raise ValidationError(f"No {self.one} is called “{printable(text)}”. {self.mend}")
        raise ValidationError(self.ambiguity(text, found))

    def ambiguity(self, text: str, found: list[Any]) -> str:
        labels = ", ".join(self.label(record) for record in found[:5])
        return f"{count_in_words(len(found))} {self.many} are called “{printable(text)}”: give one of {labels}."

    def label(self, record: Any) -> str:
        return next(self.labels[number] for number, each in enumerate(self.records) if each is record)

    def text_for(self, record: Any, text: str, key: str) -> str:
        """`text` if it finds nothing but `record`, else `key`."""
        found = self.candidates(text)
        return text if len(found) == 1 and same_record(found[0], record) else key

    def news_from(self, number: int) -> list[str]:
        """What was made after the first `number` records, in words."""
        made = range(number, len(self.records)) if self.make else ()
        return [f"The {self.one} “{self.labels[each]}” is made too." for each in made]

    def forget_from(self, number: int) -> None:
        """Takes back what was added after the first `number` records."""
        del self.records[number:]
        for numbers in (*self.printed.values(), *self.folded.values()):
            numbers.difference_update(range(number, len(self.labels)))
        self.keys = {key: each for key, each in self.keys.items() if each < number}
        self.labels = {each: label for each, label in self.labels.items() if each < number}


def same_record(one: Any, other: Any) -> bool:
    return one is other or (one.pk is not None and one.pk == other.pk)


def last_part(text: str) -> str:
    """The end of an address, where a whole address was pasted."""
    return text.rstrip("/").rpartition("/")[2] if text.startswith(("http://", "https://", "/")) else text


def count_in_words(number: int) -> str:
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
    return words[number] if number < len(words) else str(number)
