"""What an import would do, entry by entry: new, update, unchanged, possible duplicate, rejected. Writes nothing.

The plan is made by the same code for the page, the command and the application itself: applying makes the plan anew
inside its transaction and follows the decisions that were made on what is still as it was shown.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from labsite.lib.text import fold, match_key
from people.matching import Clue, Directory, Verdict, load_directory
from people.models import Person
from people.names import NameParts, split_name
from people.readings import fold_name
from publications.evidence import Evidence, decide, rejected_people, rejections_of
from publications.importing.comparing import Change, Comparison, pair_authors
from publications.importing.fitting import Unfit, fit_record
from publications.importing.matching import Found, PublicationIndex, known_record
from publications.importing.venue_names import VenueIndex, VenueMatch
from publications.models import Authorship, ImportEntry, Publication, Topic, Venue
from publications.records import Record, SourceEntry

State, Choice, Result = ImportEntry.State, ImportEntry.Choice, ImportEntry.Result


@dataclass
class AuthorPlan:
    """Who an author is proposed to be. `choice`: link, ask (nobody is linked yet), none (nobody here)."""

    name: str
    choice: str = "none"
    person: int | None = None
    person_name: str = ""
    basis: str = ""
    reason: str = ""
    candidates: list[dict[str, Any]] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)  # people an editor said it is not
    is_decided: bool = False


@dataclass
class Decisions:
    """What an editor decided on an entry, on top of what was proposed. Empty: everything as proposed."""

    choice: str = ""
    target: int | None = None  # the publication that a possible duplicate is
    changes: dict[str, dict[str, Any]] = field(default_factory=dict)  # by field: {"take": …, "stamp": …}
    authors: list[dict[str, Any]] = field(default_factory=list)  # as shown, with what was chosen
    venue: int | None = None

    @classmethod
    def of(cls, data: dict[str, Any] | None) -> Decisions:
        known = {name: value for name, value in (data or {}).items() if name in cls.__dataclass_fields__}
        return cls(**known)


@dataclass
class EntryPlan:
    """What is to become of one entry."""

    number: int
    entry: SourceEntry
    state: str = State.REJECTED
    choice: str = Choice.SKIP
    record: Record | None = None
    venue: VenueMatch = field(default_factory=VenueMatch)
    publication: Publication | None = None
    same_as: int = 0  # the number of an earlier entry of this input that is the same paper
    found: list[Found] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    authors: list[AuthorPlan] = field(default_factory=list)
    problem: str = ""
    notes: list[str] = field(default_factory=list)
    comparison: Comparison | None = None
    links: dict[int, AuthorPlan] = field(default_factory=dict)  # author rows here that are to be linked
    stale: list[str] = field(default_factory=list)  # fields decided on that have changed since
    result: str = ""
    effect: dict[str, Any] = field(default_factory=dict)

    @property
    def questions(self) -> int:
        """How many authors wait for an editor."""
        return sum(author.choice == "ask" and not author.is_decided for author in self.authors)

    @property
    def has_question(self) -> bool:
        """Whether an editor is to decide something: which publication it is, which value counts, who an author is."""
        undecided = self.choice == Choice.OPEN or any(change.is_open for change in self.changes)
        return undecided or bool(self.stale) or (self.choice != Choice.SKIP and bool(self.questions))

    def as_json(self) -> dict[str, Any]:
        """What the page shows, as JSON keeps it."""
        return {
            "same_as": self.same_as,
            "found": [asdict(found) for found in self.found],
            "changes": [change.as_json() for change in self.changes],
            "authors": [asdict(author) for author in self.authors],
            "venue": {
                "label": self.venue.label, "how": self.venue.how, "is_new": bool(self.venue.new_name),
                "name": self.venue.venue.name if self.venue.venue else self.venue.new_name,
            },
            "stale": self.stale,
            "title": self.record.title if self.record else "",
            "reader_notes": list(self.entry.notes),
            "is_draft": self.entry.is_draft,
            "known": self.entry.known,
        }  # fmt: skip


class Planner:
    """Plans the entries of one input, batch by batch; remembers what came before in it."""

    def __init__(self, own: Person | None = None) -> None:
        self.own = own
        self.index = PublicationIndex()
        self.look_again()
        self.directory: Directory = load_directory()
        self.evidence = Evidence(self.directory)
        self.seen: dict[int, int] = {}  # publication: the entry of this input that it was first
        self.taken: dict[int, set[str]] = {}  # publication: the fields that entries of this input change
        self.planned: dict[int, EntryPlan] = {}  # new entries of the batch that is planned now, by number

    def end_batch(self, *, is_stored: bool) -> None:
        """Lets go of the batch that was planned last; where it is stored, the database has what later entries ask."""
        self.planned = {}
        if is_stored:
            self.index.forget_stored()

    def look_again(self) -> None:
        """Reads venues and topics anew: somebody may have made or merged some since the last batch. Two queries."""
        self.venues = VenueIndex.of(Venue.objects.select_related("parent"))
        self.topics = {fold(topic.name): topic for topic in Topic.objects.all()}

    def plan(
        self,
        entries: Sequence[tuple[int, SourceEntry]],
        decisions: dict[int, Decisions] | None = None,
        *,
        to_apply: bool = False,
    ) -> list[EntryPlan]:
        """Plans (number, entry) pairs in order. A fixed number of queries for a batch, more for what is found here.

        `to_apply`: the plan is applied in this transaction, so that nobody else may edit what it compares with.
        """
        decisions = decisions or {}
        self.planned = {}
        plans = [self._begin(number, entry, decisions.get(number, Decisions())) for number, entry in entries]
        open_plans = [plan for plan in plans if plan.record is not None]
        answers = self.index.find_all([plan.record for plan in open_plans])
        wanted = {found.id for answer in answers for found in answer if found.is_same}
        wanted |= {each.target for each in decisions.values() if each.target}
        wanted |= {plan.entry.known for plan in open_plans}
        stored = load_publications((key for key in wanted if key > 0), to_change=to_apply)
        rejected = rejected_people({match_key(plan.record.title) for plan in open_plans})
        self.evidence.note_names(fold_name(author.name) for plan in open_plans for author in plan.record.authors)
        for plan, answer in zip(open_plans, answers, strict=True):
            self._settle(plan, answer, stored, decisions.get(plan.number, Decisions()))
            self._match_people(plan, rejected, decisions.get(plan.number, Decisions()))
        return plans

    def _begin(self, number: int, entry: SourceEntry, decided: Decisions) -> EntryPlan:
        plan = EntryPlan(number, entry, notes=list(entry.notes), problem=entry.problem)
        if entry.record is None:
            plan.problem = plan.problem or "This identifier was not looked up."
            return plan
        try:
            fitted = fit_record(entry.record)
        except Unfit as error:
            plan.problem = str(error)
            return plan
        plan.record = self._with_topics(fitted.record)
        plan.notes += fitted.notes
        chosen = self.venues.by_id.get(decided.venue) if decided.venue else None
        plan.venue = VenueMatch(chosen, how="chosen by an editor") if chosen else self.venues.resolve(plan.record)
        return plan

    def _with_topics(self, record: Record) -> Record:
        """Keywords that are topics of ours; the others are kept word for word."""
        if not record.topics:
            return record
        known = tuple(name for name in record.topics if fold(name) in self.topics)
        extra = dict(record.extra)
        if len(known) < len(record.topics):
            extra.setdefault("keywords", record.source.get("keywords") or ", ".join(record.topics))
        return replace(record, topics=known, extra=extra)

    # Which publication

    def _settle(self, plan: EntryPlan, answer: list[Found], stored: dict[int, Publication], decided: Decisions) -> None:
        plan.found = self.index.add_earlier(plan.record, answer)
        same = [found for found in plan.found if found.is_same]
        if decided.choice == Choice.SKIP:
            plan.state, plan.choice = State.NEW if not plan.found else State.DUPLICATE, Choice.SKIP
            self.index.remember(known_record(plan.record, -plan.number))  # a repetition is left out with it
        elif decided.target and decided.target in stored:
            self._update(plan, stored[decided.target], decided)
        elif len({found.id for found in same}) > 1:
            plan.state, plan.choice = State.DUPLICATE, Choice.OPEN
            plan.problem = "Its identifiers belong to several publications here: merge those first."
        elif same and same[0].id < 0:
            self._repeat(plan, -same[0].id, same[0].reason)
        elif same and same[0].id in stored:
            self._update(plan, stored[same[0].id], decided)
        elif not decided.choice and plan.entry.known in stored and plan.entry.known in {each.id for each in plan.found}:
            self._update(plan, stored[plan.entry.known], decided)
        elif plan.found and decided.choice != Choice.CREATE:
            plan.state, plan.choice = State.DUPLICATE, Choice.OPEN
            plan.problem = plan.found[0].reason.capitalize() + "."
        else:
            self._create(plan)

    def _create(self, plan: EntryPlan) -> None:
        plan.state, plan.choice = State.NEW, Choice.CREATE
        self.index.remember(known_record(plan.record, -plan.number))
        self.planned[plan.number] = plan

    def _repeat(self, plan: EntryPlan, first: int, reason: str) -> None:
        """An earlier entry is the same paper: what that one lacks is taken, what differs is named."""
        plan.state, plan.choice, plan.same_as = State.UNCHANGED, Choice.SKIP, first
        plan.notes.append(f"The same paper as entry {first} of this input ({reason}).")
        earlier = self.planned.get(first)
        if earlier is None:
            return
        earlier.record, differing = enrich(earlier.record, plan.record)
        if differing:
            plan.notes.append(f"It says otherwise than entry {first}, which is kept: {', '.join(differing)}.")

    def _update(self, plan: EntryPlan, publication: Publication, decided: Decisions) -> None:
        plan.publication = publication
        plan.comparison = Comparison(plan.record, plan.venue, publication)
        first = self.seen.setdefault(publication.pk, plan.number)
        earlier = self.taken.get(publication.pk, set())
        for change in plan.comparison.changes():
            if first != plan.number and (change.old not in ("", None, False, []) or change.field in earlier):
                continue  # of two entries of one input, the first one counts
            kept = decided.changes.get(change.field)
            if kept and kept.get("stamp") != change.stamp:
                plan.stale.append(change.field)
                change = replace(change, take=False, reason="changed since it was decided: look again")
            elif kept:
                change = replace(change, take=bool(kept.get("take")), is_decided=True)
            plan.changes.append(change)
        if now := {change.field for change in plan.changes if change.take}:
            self.taken[publication.pk] = earlier | now
        self.index.extend(publication.pk, known_record(plan.record, publication.pk))
        if first != plan.number:
            plan.same_as = first
            plan.notes.append(f"The same paper as entry {first} of this input.")
        plan.state = State.UPDATE if plan.changes else State.UNCHANGED
        plan.choice = Choice.UPDATE if plan.changes else Choice.SKIP

    # Who

    def _match_people(
        self, plan: EntryPlan, rejected: dict[tuple[str, str], frozenset[int]], decided: Decisions
    ) -> None:
        if plan.state not in (State.NEW, State.UPDATE, State.DUPLICATE, State.UNCHANGED) or plan.same_as:
            return
        if plan.publication and not self._has_news_of_people(plan):
            return
        names = [author.name for author in plan.record.authors]
        refused = rejections_of(rejected, match_key(plan.record.title), names)
        if len(decided.authors) == len(names):
            plan.authors = [
                as_shown(shown, refused.get(place), self.directory.profiles)
                for place, shown in enumerate(decided.authors)
            ]
        else:
            plan.authors = self._propose_people(plan.record, refused)
        if plan.publication:
            self._propose_links(plan)
        if plan.state == State.NEW:
            linked = [author.person if author.choice == "link" else None for author in plan.authors]
            self.evidence.add_paper(names, linked)

    def _propose_people(self, record: Record, refused: dict[int, frozenset[int]]) -> list[AuthorPlan]:
        clues = [Clue(author.name, author.orcid, author.affiliation) for author in record.authors]
        own = self.own.pk if self.own else None
        verdicts = decide(self.directory, self.evidence, clues, year=record.year, own=own, rejected=refused)
        return [
            plan_author(author.name.natural, verdict, self.directory)
            for author, verdict in zip(record.authors, verdicts, strict=True)
        ]

    def _propose_links(self, plan: EntryPlan) -> None:
        """Authors of a paper that is here, not linked yet, whom this record makes certain."""
        if any(change.field == "authors" for change in plan.changes):
            return
        rows = list(plan.publication.authorships.all())
        taken = {row.person_id for row in rows if row.link_status == Authorship.LinkStatus.CONFIRMED}
        names = []
        for row, author in zip(pair_authors(rows, plan.record.authors), plan.authors, strict=True):
            open_row = row is not None and (row.person_id is None or row.link_status == Authorship.LinkStatus.PROPOSED)
            if open_row and author.choice == "link" and author.person not in taken:
                plan.links[row.pk] = author
                taken.add(author.person)
                names.append(f"{row.printed_name}: {author.person_name} ({author.reason})")
        if names:
            plan.changes.append(Change("people", [], names, True, "not linked here yet"))
            plan.state, plan.choice = State.UPDATE, Choice.UPDATE

    def applied(self, plan: EntryPlan) -> None:
        """A new entry has become a publication: later entries find that instead."""
        self.index.became(plan.number, plan.publication.pk)
        self.seen[plan.publication.pk] = plan.number

    def _has_news_of_people(self, plan: EntryPlan) -> bool:
        """People of a paper that is here are matched anew only where the record says more: authors, whose it is, names.

        Everybody else was decided when the paper came, or waits in the review queue: the second import of a file
        changes nothing.
        """
        rows = list(plan.publication.authorships.all())
        pairs = zip(pair_authors(rows, plan.record.authors), plan.record.authors, strict=True)
        return (
            bool(self.own)
            or any(change.field == "authors" for change in plan.changes)
            or any(author.orcid for author in plan.record.authors)
            or any(row is not None and says_more(row, author.name) for row, author in pairs)
        )


def plan_author(name: str, verdict: Verdict, directory: Directory) -> AuthorPlan:
    candidates = [asdict(candidate) for candidate in verdict.candidates]
    plan = AuthorPlan(name, basis=verdict.basis, reason=verdict.reason, candidates=candidates)
    if verdict.person_id:
        plan.choice, plan.person = "link", verdict.person_id
        plan.person_name = directory.profiles[verdict.person_id].name
    elif candidates:
        plan.choice = "ask"
    return plan


def says_more(row: Authorship, name: NameParts) -> bool:
    """Whether a name that is written out here was printed with initials on a row that nobody is linked to."""
    given = split_name(row.printed_name).given.split()
    fuller = name.given.split()
    return (
        row.person_id is None and bool(given and fuller) and len(given[0].strip(".")) == 1 < len(fuller[0].strip("."))
    )


def as_shown(shown: dict[str, Any], refused: frozenset[int] | None, people: Container[int]) -> AuthorPlan:
    """What the page showed and the editor chose; a link that was refused elsewhere since becomes a question."""
    plan = AuthorPlan(**shown)
    if plan.choice == "link" and plan.person not in people:
        plan.choice, plan.person, plan.reason = "ask", None, f"{plan.person_name} is not here any more: choose again"
    if refused and plan.choice == "link" and plan.person in refused and not plan.is_decided:
        plan.choice, plan.person, plan.reason = "ask", None, "decided elsewhere not to be them"
    return plan


def load_publications(keys: Iterable[int], *, to_change: bool = False) -> dict[int, Publication]:
    """Publications with everything a comparison reads. Seven queries, none where there is nothing to load.

    `to_change`: they are held until the transaction ends, so that no editor's word is overwritten.
    """
    keys = set(keys)
    if not keys:
        return {}
    if to_change:
        list(Publication.objects.select_for_update().filter(pk__in=keys).order_by("pk").values_list("pk"))
    return {each.pk: each for each in Publication.objects.filter(pk__in=keys).with_export_relations()}


ADDED = ("identifiers", "links", "distinctions", "topics")
FILLED = ("date", "container", "volume", "issue", "pages", "publisher", "institution", "abstract", "note", "year")


def enrich(first: Record, second: Record) -> tuple[Record, list[str]]:
    """`first` with what only `second` says, and the names of fields in which they differ."""
    values: dict[str, Any] = {
        name: tuple(dict.fromkeys([*getattr(first, name), *getattr(second, name)])) for name in ADDED
    }
    differing = []
    for name in FILLED:
        own, theirs = getattr(first, name), getattr(second, name)
        if not own and theirs and not (name == "date" and first.year and not str(theirs).startswith(str(first.year))):
            values[name] = theirs
        elif own and theirs and own != theirs:
            differing.append(name)
    if not first.authors:
        values |= {"authors": second.authors, "authors_complete": second.authors_complete}
    values["extra"] = {**second.extra, **first.extra}
    return replace(first, **values), differing
