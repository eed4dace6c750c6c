"""What the pages of a site's import print: tabs with counts, records of one kind, what stays behind. No queries."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext_lazy as _

KIND_NAMES = {
    "lab": _("The lab"), "groups": _("Groups"), "people": _("People"), "publications": _("Publications"),
    "projects": _("Projects"), "talks": _("Talks"), "news": _("News"), "pages": _("Pages"),
    "lists": _("Old addresses of lists"),
}  # fmt: skip
STATE_NAMES = {
    "new": _("New"), "update": _("Completed"), "differs": _("Different here"), "question": _("To decide"),
    "left-out": _("Left out"), "unchanged": _("As it is"),
}  # fmt: skip
# Parts of a record whose words alone do not say what they are, by the kind of their row.
PART_NAMES = {
    "memberships": _("membership"), "positions": _("position"), "education": _("education"), "courses": _("course"),
    "awards": _("award"), "services": _("service"), "sections": _("section"), "roles": _("person"),
    "old paths": _("old address"),
}  # fmt: skip
# The colours of `imports.css`, which knows the states of publications.
LOOKS = {
    "new": "new", "update": "update", "differs": "duplicate", "question": "duplicate", "left-out": "rejected",
    "unchanged": "unchanged",
}  # fmt: skip
DECIDE, UNUSED, PROBLEMS, CHORES = "decide", "unused", "problems", "chores"


@dataclass(frozen=True)
class Tab:
    """One choice of what is shown, with how many there are."""

    name: str
    label: Any
    count: int
    is_shown: bool


class Shown:
    """One report, and the part of it that is asked for."""

    def __init__(self, report: dict[str, Any], asked: str) -> None:
        self.report = report
        records = report.get("records", [])
        counts = [(DECIDE, _("To decide"), sum(each["state"] == "question" for each in records))]
        counts += [(kind, name, sum(each["kind"] == kind for each in records)) for kind, name in KIND_NAMES.items()]
        counts += [
            (PROBLEMS, _("Problems"), len(report.get("problems", []))),
            (CHORES, _("Left to do"), len(report.get("chores", []))),
            (UNUSED, _("Left behind"), len(report.get("unused", []))),
        ]
        there = [(name, label, count) for name, label, count in counts if count]
        names = [name for name, _, _ in there]
        self.name = asked if asked in names else next(iter(names), "")
        self.tabs = [Tab(name, label, count, name == self.name) for name, label, count in there]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What the chosen tab lists, in the report's own shape."""
        if self.name in (PROBLEMS, UNUSED):
            return self.report[self.name]
        if self.name == CHORES:
            return [{"message": text} for text in self.report[CHORES]]
        records = self.report.get("records", [])
        if self.name == DECIDE:
            return [each for each in records if each["state"] == "question"]
        return [each for each in records if each["kind"] == self.name]

    @property
    def is_of_records(self) -> bool:
        return self.name in KIND_NAMES or self.name == DECIDE

    @property
    def summary(self) -> list[tuple[Any, list[tuple[Any, int]]]]:
        """By kind of record, how many are in each state."""
        return [
            (KIND_NAMES[kind], [(STATE_NAMES[state], number) for state, number in counts.items()])
            for kind, counts in self.report.get("counts", {}).items()
        ]


def look_of(record: dict[str, Any]) -> str:
    """What is left out without a problem, as co-authors are, is no fault to be mended."""
    is_meant = record["state"] == "left-out" and not record.get("problem")
    return LOOKS["unchanged" if is_meant else record["state"]]


def added_of(record: dict[str, Any]) -> list[str]:
    """What is added, each with what it is: “course: Friction I”. Reports of before say no kinds."""
    pairs = zip_longest(record.get("added", ()), record.get("added_kinds", ()), fillvalue="")
    return [f"{PART_NAMES[kind]}: {text}" if kind in PART_NAMES else text for text, kind in pairs]


def dressed(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records with the names and looks of their states."""
    return [
        {**each, "state_name": STATE_NAMES[each["state"]], "look": look_of(each),
         "kind_name": KIND_NAMES[each["kind"]], "added": added_of(each), "people": people_of(each)}
        for each in records
    ]  # fmt: skip


def people_of(record: dict[str, Any]) -> list[dict[str, str]]:
    """Who somebody of the site may be, for a choice: those who fit, and whom they were recognised as."""
    known = {each["slug"]: each["name"] for each in record.get("candidates", ())}
    if record.get("slug"):
        known.setdefault(record["slug"], record["record"])
    return [{"slug": slug, "name": name} for slug, name in known.items()]
