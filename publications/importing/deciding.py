"""What an editor chose on the page of a plan, read from its form and kept with the entries."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from labsite.lib.questions import read_key
from people.models import Person
from publications.importing.inputs import ImportProblem
from publications.importing.matching import known_record
from publications.importing.planning import Decisions, Planner
from publications.importing.runs import source_entry
from publications.models import Import, ImportEntry, Venue
from publications.records import record_from_json

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
    elif choice.startswith("is-") and (target := read_key(choice[3:])):
        decided.choice, decided.target = "update", target
    for name, value in own.items():
        if name.startswith("stamp-"):
            field = name.removeprefix("stamp-")
            answer = own.get(f"take-{field}", "")
            decided.changes.pop(field, None)
            if answer in ("take", "keep"):
                decided.changes[field] = {"take": answer == "take", "stamp": value}
    decided.authors = [dict(author) for author in row.plan.get("authors", [])]
    problems = [read_person(author, own, place) for place, author in enumerate(decided.authors)]
    problems += ask_about_doubles(decided.authors)
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
    elif (person := read_key(chosen)) in candidates and person != author["person"]:
        link(author, person, candidates[person])
    return ""


def ask_about_doubles(authors: list[dict[str, Any]]) -> list[str]:
    """Nobody is two authors of one paper: the later one becomes a question again."""
    seen: dict[int, int] = {}
    problems = []
    for place, author in enumerate(authors, start=1):
        if author["choice"] == "link" and seen.setdefault(author["person"], place) != place:
            problems.append(
                f"{author['person_name']} is author {seen[author['person']]} already: who is author {place}?"
            )
            author |= {"choice": "ask", "person": None, "person_name": "", "is_decided": False}
    return problems


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


@transaction.atomic
def decide_rows(batch: Import, keys: list[int], data: Mapping[str, str]) -> list[str]:
    """Keeps what was chosen on these entries, and plans them anew with it; gives what was not understood.

    Raises `ImportProblem` where the import is applied, or being applied, by now.
    """
    if not Import.objects.select_for_update().filter(pk=batch.pk, state=Import.State.PLANNED).exists():
        raise ImportProblem("This import is applied already.")
    problems: list[str] = []
    rows = list(batch.entries.filter(pk__in=keys).order_by("number"))
    for row in rows:
        is_outdated = data.get(f"e{row.pk}-seen", row.decided_digest) != row.decided_digest
        stored = copy.deepcopy(row.plan)
        decided, wrong = read_decisions(data, row)
        if is_outdated and decided != stored.get("decided"):  # somebody else decided otherwise since the page was made
            row.plan = stored
            problems.append(
                gettext("Entry %(number)s was decided by somebody else meanwhile: that stays. Look at it again.")
                % {"number": row.number}
            )
            continue
        problems += wrong
        row.plan = {**row.plan, "decided": decided}
    rows = [row for row in rows if row.plan.get("decided")]
    again = [row for row in rows if row.record and not row.plan.get("same_as")]  # a repeated entry follows the first
    decisions = {row.number: Decisions.of(row.plan["decided"]) for row in again}
    planner = Planner(batch.person)
    remember_earlier(batch, again, planner)
    plans = planner.plan([(row.number, source_entry(row)) for row in again], decisions)
    for row, plan in zip(again, plans, strict=True):
        row.plan = {**plan.as_json(), "decided": row.plan["decided"]}
        row.state, row.choice, row.problem, row.publication = plan.state, plan.choice, plan.problem, plan.publication
        row.has_question = plan.has_question
    columns = ["plan", "state", "choice", "problem", "publication", "has_question"]
    ImportEntry.objects.bulk_update(rows, columns, batch_size=100)
    return problems


def remember_earlier(batch: Import, rows: list[ImportEntry], planner: Planner) -> None:
    """Entries on other pages that these may be the same as: they are found again. One query."""
    own = {row.number for row in rows}
    numbers = {-found["id"] for row in rows for found in row.plan.get("found", []) if found["id"] < 0} - own
    for row in batch.entries.filter(number__in=numbers).exclude(record={}):
        planner.index.remember(known_record(record_from_json(row.record), -row.number))
