"""Which of several records a row is about, where they are alike but for a date."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from labsite.lib.tables.target import Target


class Matching:
    """Chooses among records; `claims` holds, by identity, those that rows were about and the rows' numbers."""

    claims: dict[int, int]

    def values_of(self, target: Target) -> dict[str, Any]:
        raise NotImplementedError

    def words(self, name: str, value: Any) -> str:
        raise NotImplementedError

    def choose(self, given: dict[str, Any], targets: list[Target], column: str) -> Target | None:
        """The one of `targets`, alike but for the date in `column`, that a row is about; None for a new one.

        A row without date may mean the only candidate. Of two dates one of which is more exact (2021, 2021-09), or
        not known, the row's is taken.
        """
        date = given.get(column)
        dates = {id(target): self.values_of(target)[column] for target in targets}
        free = [target for target in targets if id(target.record) not in self.claims]
        same = [target for target in free if dates[id(target)] == date]
        if not same:
            rows = [self.claims[id(each.record)] for each in targets if each not in free and dates[id(each)] == date]
            if rows:
                raise ValidationError(f"Row {rows[0]} is about the same: keep one of the two.")
            if date is None and len(targets) > 1:
                words = ", ".join(str(dates[id(each)]) for each in targets)
                raise ValidationError({column: f"There are several ({words}): say which one is meant."})
            same = free if date is None else nearest(free, dates, str(date))
        equal = [target for target in same if self.says(target, given)]
        if len(same) > 1 and not equal:
            raise ValidationError({column: f"{len(same)} records fit this row: change them on their own page."})
        return next(iter(equal or same), None)

    def says(self, target: Target, given: dict[str, Any]) -> bool:
        """Whether the record holds already what the row gives."""
        values = self.values_of(target)
        return all(self.words(name, values[name]) == self.words(name, value) for name, value in given.items() if value)


def nearest(targets: list[Target], dates: dict[int, Any], date: str) -> list[Target]:
    """Those of `targets` whose date is `date` less or more exactly; the most exact ones among them."""
    texts = {id(target): str(dates[id(target)] or "") for target in targets}
    fitting = [each for each in targets if date.startswith(texts[id(each)]) or texts[id(each)].startswith(date)]
    longest = max((len(texts[id(each)]) for each in fitting), default=0)
    return [each for each in fitting if len(texts[id(each)]) == longest]
