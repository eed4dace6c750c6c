"""What an editor chose on the page of a plan, read from its form and kept with the entries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from people.models import Person
from publications.importing.planning import Decisions, Planner
from publications.importing.runs import source_entry
from publications.models import Import, ImportEntry, Venue

CHOICES = {"create", "skip", "open"}  # or "is-<publication>"
SLUG = re.compile(r"\(([-\w]+)\)\s*\Z")


def read_decisions(data: Mapping[str, str], row: ImportEntry) -> tuple[dict[str, Any], list[str]]:
    """The decisions on one entry, as JSON keeps them, and what could not be understood, in words."""
    begin = f"e{row.pk}-"
    own = {name.removeprefix(begin): value for name, value in data.items() if name.startswith(begin)}
    decided = Decisions.of(row.plan.get("decided"))
    choice = own.get("choice", "")
    if choice in CHOICES:
        decided.choice, decided.target = ("" if choice == "open" else choice), None
    elif choice.startswith("is-") and choice[3:].isdecimal():
        decided.choice, decided.target = "update", int(choice[3:])
    for name, value in own.items():
        if name.startswith("stamp-"):
            field = name.removeprefix("stamp-")
            decided.changes[field] = {"take": f"take-{field}" in own, "stamp": value}
    decided.authors = [dict(author) for author in row.plan.get("authors", [])]
    problems = [read_person(author, own, place) for place, author in enumerate(decided.authors)]
    if own.get("venue", "").strip():
        venue, problem = find_named(Venue, own["venue"], "venue")
        problems.append(problem)
        decided.venue = venue or decided.venue
    return vars(decided), [problem for problem in problems if problem]


def read_person(author: dict[str, Any], own: Mapping[str, str], place: int) -> str:
    """Sets what was chosen for one author; gives what could not be understood, or ""."""
    chosen = own.get(f"person-{place}", "")
    other = own.get(f"other-{place}", "").strip()
    candidates = {candidate["person_id"]: candidate["name"] for candidate in author["candidates"]}
    if other:
        person, problem = find_named(Person, other, "person")
        if person:
            link(author, person, Person.objects.values_list("name", flat=True).get(pk=person))
        return problem
    if chosen == "none" and author["choice"] != "none":
        author |= {"choice": "none", "person": None, "person_name": "", "refused": list(candidates)}
        author |= {"basis": "", "reason": "decided by an editor", "is_decided": True}
    elif chosen == "ask" and author["choice"] != "ask":
        author |= {"choice": "ask", "person": None, "person_name": "", "refused": [], "is_decided": True}
    elif chosen.isdecimal() and int(chosen) in candidates and int(chosen) != author["person"]:
        link(author, int(chosen), candidates[int(chosen)])
    return ""


def link(author: dict[str, Any], person: int, name: str) -> None:
    author |= {"choice": "link", "person": person, "person_name": name, "refused": []}
    author |= {"basis": "editor", "reason": "decided by an editor", "is_decided": True}


def find_named(model: Any, text: str, noun: str) -> tuple[int | None, str]:
    """The key of the record that “Name (end-of-its-address)”, the end of its address or its name alone means."""
    match = SLUG.search(text)
    slug = match.group(1) if match else text.strip()
    keys = list(model.objects.filter(slug=slug).values_list("pk", flat=True)[:2])
    if not keys:
        keys = list(model.objects.filter(name__iexact=text.strip()).values_list("pk", flat=True)[:2])
    if len(keys) == 1:
        return keys[0], ""
    if keys:
        return None, f"Two {noun} records are called “{text}”: choose from the list, which adds the end of the address."
    return None, f"No {noun} is called “{text[:80]}”: choose from the list, or add them first."


def decide_rows(batch: Import, rows: list[ImportEntry], data: Mapping[str, str]) -> list[str]:
    """Keeps what was chosen on these entries, and plans them anew with it; gives what was not understood."""
    problems: list[str] = []
    for row in rows:
        decided, wrong = read_decisions(data, row)
        problems += wrong
        row.plan = {**row.plan, "decided": decided}
    again = [row for row in rows if row.record and not row.plan.get("same_as")]  # a repeated entry follows the first
    decisions = {row.number: Decisions.of(row.plan["decided"]) for row in again}
    plans = Planner(batch.person).plan([(row.number, source_entry(row)) for row in again], decisions)
    for row, plan in zip(again, plans, strict=True):
        row.plan = {**plan.as_json(), "decided": row.plan["decided"]}
        row.state, row.choice, row.problem, row.publication = plan.state, plan.choice, plan.problem, plan.publication
        row.has_question = plan.has_question
    columns = ["plan", "state", "choice", "problem", "publication", "has_question"]
    ImportEntry.objects.bulk_update(rows, columns, batch_size=100)
    return problems
