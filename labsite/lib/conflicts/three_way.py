"""Two edits of one record, compared with what both were made from. Pure.

`before` is what my form was made from, `theirs` what is stored by now, `mine` what I posted. What one side alone
changed is taken; what both changed differently needs a choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from labsite.lib.conflicts.snapshots import Snapshot, Values
from labsite.lib.conflicts.values import Plain


class Verdict(StrEnum):
    """Who changed it: they alone, I alone, or both, each to something else."""

    THEIRS = "theirs"
    MINE = "mine"
    BOTH = "both"


class Fate(StrEnum):
    """What became of a row."""

    CHANGED = "changed"
    THEY_ADDED = "they added"
    THEY_DELETED = "they deleted"
    I_ADDED = "I added"
    I_DELETED = "I deleted"


@dataclass(frozen=True)
class Change:
    """One field, or the order of a table. `before` is None where nobody knows it any more."""

    before: Plain | None
    theirs: Plain
    mine: Plain
    verdict: Verdict


@dataclass(frozen=True)
class PostedRow:
    """A row of a table as I posted it, at its place in the form."""

    index: int
    values: Values
    is_deleted: bool = False


@dataclass(frozen=True)
class PostedTable:
    """Rows that were stored when my form was made, by key, and those that I added."""

    known: dict[str, PostedRow] = field(default_factory=dict)
    added: tuple[PostedRow, ...] = ()


@dataclass(frozen=True)
class RowChange:
    """One row of a table. `key` is its primary key, or “new-3” for my fourth form of the table."""

    key: str
    fate: Fate
    verdict: Verdict
    fields: dict[str, Change] = field(default_factory=dict)
    before: Values | None = None
    theirs: Values | None = None
    mine: PostedRow | None = None


@dataclass(frozen=True)
class TableChange:
    rows: tuple[RowChange, ...] = ()
    order: Change | None = None  # of keys; None where both sides agree, or rows are not numbered 1, 2, 3 …
    order_field: str = ""  # empty where places are values like others
    orders: tuple[list[str], list[str]] = ((), ())  # theirs and mine


@dataclass(frozen=True)
class Comparison:
    fields: dict[str, Change]
    tables: dict[str, TableChange]

    @property
    def verdicts(self) -> Iterator[Verdict]:
        yield from (each.verdict for each in self.fields.values())
        for table in self.tables.values():
            yield from ([table.order.verdict] if table.order else [])
            for row in table.rows:
                yield from (each.verdict for each in row.fields.values()) if row.fields else [row.verdict]

    @property
    def has_mine(self) -> bool:
        """Whether there is anything left of what I wanted."""
        return any(each is not Verdict.THEIRS for each in self.verdicts)

    @property
    def open_choices(self) -> list[str]:
        """The names of the choices to be made, in the order of the form."""
        found = [name for name, each in self.fields.items() if each.verdict is Verdict.BOTH]
        for prefix, table in self.tables.items():
            found += [f"{prefix}-order"] if table.order and table.order.verdict is Verdict.BOTH else []
            for row in table.rows:
                found += [
                    f"{prefix}-{row.key}-{name}" for name, each in row.fields.items() if each.verdict is Verdict.BOTH
                ]
                found += [f"{prefix}-{row.key}"] if row.verdict is Verdict.BOTH and not row.fields else []
        return found


def judge(before: Plain | None, theirs: Plain, mine: Plain) -> Verdict | None:
    """None where both say the same by now."""
    if theirs == mine:
        return None
    if before == theirs:
        return Verdict.MINE
    return Verdict.THEIRS if before == mine else Verdict.BOTH


def compare_values(before: Values | None, theirs: Values, mine: Values, without: str = "") -> dict[str, Change]:
    found = {}
    for name, own in mine.items():
        if name == without or name not in theirs:
            continue
        earlier = before.get(name) if before is not None else None
        verdict = judge(earlier, theirs[name], own)
        if verdict:
            found[name] = Change(earlier, theirs[name], own, verdict)
    return found


def compare(
    before: Snapshot | None,
    theirs: Snapshot,
    fields: Values,
    tables: Mapping[str, PostedTable],
    numbered: Mapping[str, str],
) -> Comparison:
    """`fields` and `tables` are mine; `numbered` names the field that holds a row's place, by table."""
    return Comparison(
        compare_values(before.fields if before else None, theirs.fields, fields),
        {
            prefix: compare_table(
                before.rows.get(prefix, {}) if before else None, theirs.rows[prefix], table, numbered.get(prefix, "")
            )
            for prefix, table in tables.items()
            if prefix in theirs.rows
        },
    )


def compare_table(
    before: dict[str, Values] | None, theirs: dict[str, Values], mine: PostedTable, order_field: str
) -> TableChange:
    places = Places.read(before, theirs, mine, order_field) if order_field else None
    without = order_field if places else ""
    rows = [
        change
        for key, values in theirs.items()
        if (change := compare_stored(key, None if before is None else before.get(key), before, values, mine, without))
    ]
    repeated = find_repeated(before, theirs, mine, order_field)
    rows = [row for row in rows if row.fate is not Fate.THEY_ADDED or row.key not in repeated.values()]
    rows += missing_rows(before or {}, theirs, mine, knows=before is not None)
    rows += [
        RowChange(f"new-{row.index}", Fate.I_ADDED, Verdict.MINE, mine=row)
        for row in mine.added
        if f"new-{row.index}" not in repeated
    ]
    if places is None:
        return TableChange(tuple(rows))
    return TableChange(tuple(rows), places.change, without, (places.theirs, places.mine))


def compare_stored(
    key: str,
    earlier: Values | None,
    before: dict[str, Values] | None,
    theirs: Values,
    mine: PostedTable,
    without: str,
) -> RowChange | None:
    """A row that is stored now; None where nobody changed it."""
    own = mine.known.get(key)
    if own is None:
        if before is not None and earlier is None:
            return RowChange(key, Fate.THEY_ADDED, Verdict.THEIRS, theirs=theirs)
        own = PostedRow(-1, earlier or theirs)
    if own.is_deleted:
        is_same = earlier is not None and all(earlier[name] == theirs.get(name) for name in earlier if name != without)
        verdict = Verdict.MINE if is_same else Verdict.BOTH
        return RowChange(key, Fate.I_DELETED, verdict, before=earlier, theirs=theirs, mine=own)
    fields = compare_values(earlier, theirs, own.values, without)
    if not fields:
        return None
    verdicts = {each.verdict for each in fields.values()}
    verdict = verdicts.pop() if len(verdicts) == 1 else Verdict.BOTH
    return RowChange(key, Fate.CHANGED, verdict, fields, earlier, theirs, own)


def missing_rows(
    before: dict[str, Values], theirs: dict[str, Values], mine: PostedTable, *, knows: bool
) -> list[RowChange]:
    """Rows that my form held and that are gone by now."""
    found = []
    for key in dict.fromkeys([*before, *mine.known]):
        own, earlier = mine.known.get(key), before.get(key)
        if key in theirs or (own is not None and own.is_deleted):
            continue
        has_changed = own is not None and (not knows or own.values != earlier)
        verdict = Verdict.BOTH if has_changed else Verdict.THEIRS
        found.append(RowChange(key, Fate.THEY_DELETED, verdict, before=earlier, mine=own))
    return found


def find_repeated(
    before: dict[str, Values] | None, theirs: dict[str, Values], mine: PostedTable, order_field: str
) -> dict[str, str]:
    """My new rows that say what a row says that they added meanwhile, with the keys of those: both mean the same."""
    known = {*(before or {}), *mine.known}
    left = {key: without_place(values, order_field) for key, values in theirs.items() if key not in known}
    found = {}
    for row in mine.added:
        values = without_place(row.values, order_field)
        key = next((key for key, each in left.items() if each == values), None)
        if key is not None:
            del left[key]
            found[f"new-{row.index}"] = key
    return found


def without_place(values: Values, order_field: str) -> Values:
    return {name: value for name, value in values.items() if name != order_field}


@dataclass(frozen=True)
class Places:
    """The order of the rows of a table, where each side numbers them 1, 2, 3 … without a gap."""

    change: Change | None
    theirs: list[str]
    mine: list[str]

    @classmethod
    def read(
        cls, before: dict[str, Values] | None, theirs: dict[str, Values], mine: PostedTable, name: str
    ) -> Places | None:
        """None where somebody's numbers have gaps or repeat: then they are values like others.

        A row that I delete leaves a gap, which saving closes.
        """
        own = {key: row.values for key, row in mine.known.items() if not row.is_deleted}
        own |= {f"new-{row.index}": row.values for row in mine.added}
        i_delete = any(row.is_deleted for row in mine.known.values())
        sides = [sequence(values, name) for values in (before or theirs, theirs)]
        sides.append(sequence(own, name, may_have_gaps=i_delete))
        if any(each is None for each in sides):
            return None
        earlier, stored, posted = sides
        common = set(earlier) & set(stored) & set(posted)
        orders = [[key for key in each if key in common] for each in sides]
        verdict = judge(*orders) if before is not None else judge(None, *orders[1:])
        change = Change(earlier if before is not None else None, stored, posted, verdict) if verdict else None
        return cls(change, stored, posted)


def sequence(rows: Mapping[str, Values], name: str, *, may_have_gaps: bool = False) -> list[str] | None:
    """The keys by their numbers; None unless the numbers are 1, 2, 3 …, or at least no two the same."""
    numbers = {key: str(values.get(name, "")) for key, values in rows.items()}
    if not all(number.isascii() and number.isdecimal() and len(number) < 7 for number in numbers.values()):
        return None
    keys = sorted(numbers, key=lambda key: int(numbers[key]))
    if may_have_gaps:
        return keys if len({int(number) for number in numbers.values()}) == len(keys) else None
    return keys if [int(numbers[key]) for key in keys] == list(range(1, len(keys) + 1)) else None


def weave(leading: list[str], other: list[str], kept: Iterable[str]) -> list[str]:
    """All of `kept` in the order of `leading`; what only `other` has stands behind what it stands behind there.

    What stands at the end there stands at the end here too.
    """
    wanted = set(kept)
    result = [key for key in leading if key in wanted]
    shared = [place for place, key in enumerate(other) if key in result]
    end = shared[-1] + 1 if shared else 0
    previous = None
    for key in other[:end]:
        if key in wanted and key not in result:
            result.insert(result.index(previous) + 1 if previous in result else 0, key)
        if key in result:
            previous = key
    return [*result, *(key for key in other[end:] if key in wanted)]
