"""What became of a site: every record and field of it, for people and for machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from labsite.site_import.bodies import WRAPPING
from labsite.site_import.career import SAID_BEFORE
from labsite.site_import.rows import DIFFERS, LEFT_OUT, QUESTION, STATES
from labsite.site_import.survey import Survey
from publications.importing.planning import EntryPlan
from publications.importing.report import COUNTS, Report
from publications.models import ImportEntry

# In the order in which a report names them.
KINDS = {
    "lab": "The lab", "groups": "Groups", "people": "People", "publications": "Publications", "projects": "Projects",
    "talks": "Talks", "news": "News", "pages": "Pages",
    "lists": "Old addresses of lists",
}  # fmt: skip
IN_WORDS = {
    "new": "new", "update": "completed", "differs": "different here, and kept", "question": "to decide",
    "left-out": "left out", "unchanged": "as they are",
}  # fmt: skip

LONGEST_SHOWN = 60  # letters of a value in a line
MOST_ALIKE = 3  # records of a kind with the same note that are named one by one


@dataclass
class SiteReport:
    """Counts, every record with its state, every field that stays behind, problems with their places, and chores."""

    kind: str
    site: str
    dry_run: bool = False
    key: int | None = None  # of the SiteImport, to take it back
    records: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    publications: dict[str, Any] = field(default_factory=dict)
    unused: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    chores: list[str] = field(default_factory=list)
    files: int = 0

    @classmethod
    def of(
        cls, survey: Survey, plans: Iterable[EntryPlan], *, dry_run: bool = False, key: int | None = None
    ) -> SiteReport:
        """Of a plan."""
        papers = Report(dry_run=dry_run)
        papers.add(plans)
        report = cls._of(survey, key)
        report.dry_run = dry_run
        data = papers.as_json()
        report.publications = {name: data[name] for name in (*COUNTS.values(), "open_author_questions")}
        report.publications["entries"] = [
            entry for entry in data["entries"] if entry.get("reason") or entry.get("notes")
        ]
        return report

    @classmethod
    def of_applied(cls, survey: Survey, entries: Iterable[ImportEntry], key: int) -> SiteReport:
        """Of what was done."""
        entries = list(entries)
        report = cls._of(survey, key)
        counts = Counter(entry.result for entry in entries)
        report.publications = {name: counts[result] for result, name in COUNTS.items()}
        report.publications["entries"] = [
            {"number": entry.number, "line": entry.line, "label": entry.label, "result": COUNTS.get(entry.result, ""),
             "reason": entry.problem, "notes": entry.notes}
            for entry in entries if entry.problem or entry.notes
        ]  # fmt: skip
        return report

    @classmethod
    def _of(cls, survey: Survey, key: int | None) -> SiteReport:
        plan = survey.plan
        counts = plan.counts()
        return cls(
            plan.kind, plan.site, key=key, records=[planned.as_json() for planned in plan.records],
            counts={kind: dict(counts[kind]) for kind in KINDS if kind in counts},
            unused=[
                {"place": str(each.place), "field": each.field, "value": each.value, "reason": each.reason}
                for each in dict.fromkeys(plan.unused)
            ],
            problems=[
                {"place": str(each.place), "message": each.message} for each in dict.fromkeys(plan.problems)
            ],
            chores=list(dict.fromkeys(plan.chores)), files=len(survey.content.files),
        )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """The report for machines; the keys are a contract."""
        return {
            "template": self.kind, "site": self.site, "dry_run": self.dry_run, "import": self.key, "files": self.files,
            "counts": self.counts, "publications": self.publications, "records": self.records, "unused": self.unused,
            "problems": self.problems, "chores": self.chores,
        }  # fmt: skip

    @property
    def changes_something(self) -> bool:
        return any(each.get("new") or each.get("update") for each in self.counts.values())

    def lines(self) -> Iterator[str]:
        """The report in words: what stays behind first, the counts last."""
        for problem in self.problems:
            yield f"{problem['place']}: {problem['message']}"
        alike = Counter(line_of(each) for each in self.unused)
        for each in self.unused:
            yield line_of(each, with_value=alike[line_of(each)] > 1)
        notes = Counter((record["kind"], note) for record in self.records for note in record.get("notes", ()))
        for record in self.records:
            yield from lines_of(record, {note for (kind, note), count in notes.items() if count <= MOST_ALIKE})
        for (kind, note), count in notes.items():
            if count > MOST_ALIKE:
                yield f"{KINDS[kind]}, {count} of them: {note}"
        for entry in self.publications.get("entries", ()):
            for words in filter(None, [entry.get("reason"), *entry.get("notes", ())]):
                yield f"{entry.get('label', '')}: {words}"
        for chore in self.chores:
            yield f"To do: {chore}"
        for kind, counts in self.counts.items():
            numbers = (f"{counts[state]} {IN_WORDS[state]}" for state in STATES if counts.get(state))
            yield f"{KINDS[kind]}: {', '.join(numbers)}."


def line_of(unused: dict[str, Any], *, with_value: bool = False) -> str:
    """What stays behind and why. What the site says elsewhere, or only loses its wrapping, is not called lost."""
    field, value, reason = f" {unused['field']}" if unused["field"] else "", unused["value"], unused["reason"]
    told = f" “{shorten(value)}”" if with_value and value else ""
    if SAID_BEFORE.match(reason):
        return f"{unused['place']}{field}{told}: kept once, as {reason}."
    fate = "kept as text." if reason == WRAPPING else "left behind."
    return f"{unused['place']}{field}{told}: {fate} {reason}"


def shorten(value: str) -> str:
    return value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}…"


def lines_of(record: dict[str, Any], notes: Container[str]) -> Iterator[str]:
    """What an editor should know of one record; of its notes those in `notes`."""
    name = f"{record['place']}, {record.get('label', '')}"
    if record["state"] in (QUESTION, LEFT_OUT) and record.get("problem"):
        yield f"{name}: {record['problem']}"
        for each in record.get("candidates", ()):
            yield f"    {each['name']} (/people/{each['slug']}/): {'; '.join(each['reasons'])}"
        if record["kind"] == "people" and record.get("candidates"):
            yield f"    Say who it is: --person '{record['key']}=SLUG'; for SLUG also “new” or “skip”."
    for change in record.get("changes", ()):
        if not change["take"]:
            what = f"{change['of']}, {change['field']}" if change["of"] else change["field"]
            if "new" in change:
                here, there = shorten(change["old"]), shorten(change["new"])
                yield f"{name}: {what} is “{here}” here and “{there}” there: kept."
            else:
                yield f"{name}: {what} is another one there: kept."
    if record["state"] == DIFFERS or record.get("notes"):
        for note in record.get("notes", ()):
            if note in notes:
                yield f"{name}: {note}"
