"""What earlier papers say about who an author is: co-authors that are certain, names known, decisions kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from labsite.lib.text import fold
from people.likeness import Likeness, compare
from people.matching import Directory, decide
from people.names import NameParts
from people.readings import FoldedName, fold_name, fold_printed
from publications.models import Authorship, Rejection

__all__ = [
    "Evidence", "decide", "forget_rejection", "keep_rejections", "rejected_people", "rejections_of",
    "remember_before_deletion", "remember_rejections", "remember_written",
]  # fmt: skip

BATCH = 500


class _Company:
    """Whom one person has published with: people by key, everybody else by the name printed."""

    def __init__(self) -> None:
        self.papers = 0
        self.people: Counter[int] = Counter()
        self.names: dict[str, Counter[FoldedName]] = defaultdict(Counter)

    def add(self, people: Iterable[int], names: Iterable[FoldedName]) -> None:
        self.papers += 1
        self.people.update(people)
        for name in names:
            for key in name.keys:
                self.names[key][name] += 1


class Evidence:
    """Who has published with whom, from confirmed links and from what this import has linked so far.

    What is known of a person is loaded when first asked for, in one query for each 500, and remembered: make a new
    one for each import. With `directory`, only names that can be confused with somebody in it are kept in memory.
    """

    def __init__(self, directory: Directory | None = None) -> None:
        self._directory = directory
        self._company: dict[int, _Company] = {}
        self._stored: dict[str, list[str]] | None = None
        self._known: dict[str, dict[FoldedName, None]] = {}
        self._added: dict[str, dict[FoldedName, None]] = defaultdict(dict)

    def load(self, person_ids: Iterable[int]) -> None:
        """Makes what is known of these people ready. One query for each 500 of them, none for those known already."""
        missing = sorted({key for key in person_ids if key not in self._company})
        for begin in range(0, len(missing), BATCH):
            self._load(missing[begin : begin + BATCH])

    def _load(self, keys: list[int]) -> None:
        self._company.update((key, _Company()) for key in keys)
        own = Authorship.objects.confirmed().filter(person__in=keys).values("publication")
        rows = Authorship.objects.filter(publication__in=own).order_by("publication").values_list(
            "publication", "person", "link_status", "printed_name"
        )  # fmt: skip
        paper: list[tuple[int | None, str]] = []
        last = None
        for publication, person, status, printed in rows.iterator(chunk_size=2000):
            if publication != last:
                self._add(paper, keys)
                paper, last = [], publication
            paper.append((person if status == Authorship.LinkStatus.CONFIRMED else None, printed))
        self._add(paper, keys)

    def _add(self, paper: list[tuple[int | None, str]], keys: Iterable[int]) -> None:
        people = {person for person, _ in paper if person}
        own = people.intersection(keys)
        names = [fold_printed(printed) for person, printed in paper if not person] if own else []
        for key in own:
            self._company[key].add(people - {key}, names)

    def add_paper(self, names: Sequence[NameParts], linked: Sequence[int | None]) -> None:
        """Counts a paper of this import: its names are known from now on, its links are evidence for the next."""
        folded = [fold_name(name) for name in names]
        self._keep(folded)
        people = {person for person in linked if person}
        self.load(people)
        outside = [name for name, person in zip(folded, linked, strict=True) if not person]
        for person in people:
            self._company[person].add(people - {person}, outside)

    def note_names(self, names: Iterable[FoldedName]) -> None:
        """Takes note of names of this import before its papers are decided, and loads whom they may name at once.

        One query for each 500 people where a directory was given; without this, there is one for each paper.
        """
        names = list(names)
        if self._directory is not None:
            self.load({fit.profile.person_id for name in names for fit in self._directory.fitting(name)})
        self._keep(names)

    def _keep(self, names: Iterable[FoldedName]) -> None:
        for name in names:
            if name.is_full and (self._directory is None or self._directory.knows(name)):
                for key in name.keys:
                    self._added[key][name] = None

    def papers_of(self, person_id: int) -> int:
        """How many papers are certainly theirs."""
        return self._company[person_id].papers if person_id in self._company else 0

    def papers_together(self, person_id: int, other_id: int) -> int:
        """How many of them are certainly the other's too."""
        return self._company[person_id].people[other_id] if person_id in self._company else 0

    def papers_with_name(self, person_id: int, name: FoldedName) -> tuple[int, Likeness]:
        """How many of them name an author who is no person here and whose name is like `name`; and how much."""
        company = self._company.get(person_id)
        if company is None:
            return 0, Likeness.DIFFERENT
        found = {
            known: count for key in name.keys if key in company.names for known, count in company.names[key].items()
        }
        alike = {known: compare(known, name) for known in found}
        best = max(alike.values(), default=Likeness.DIFFERENT)
        return sum(found[known] for known, likeness in alike.items() if best and likeness == best), best

    def known_names(self, name: FoldedName) -> list[FoldedName]:
        """Every full name printed on a paper of the site or of this import that is like `name`.

        The first call reads the names of all papers in one query, about two seconds for half a million.
        """
        found: dict[FoldedName, None] = {}
        for key in name.keys:
            if key not in self._known:
                self._known[key] = self._stored_names(key)
            found |= self._known[key] | self._added.get(key, {})
        return [known for known in found if compare(known, name)]

    def _stored_names(self, key: str) -> dict[FoldedName, None]:
        """Full names of papers that have this key, found by the first and the last word of the name."""
        if self._stored is None:
            self._stored = defaultdict(list)
            names = Authorship.objects.order_by().values_list("printed_name", "search_text").distinct()
            for printed, folded in names.iterator(chunk_size=5000):
                words = folded.replace("-", " ").replace(",", " ").split()
                if len(words) > 1:
                    for guess in (
                        f"{words[-1]} {words[0][0]}",
                        f"{words[0]} {words[1][0]}",
                        f"{words[0]} {words[-1][0]}",
                    ):
                        self._stored[guess].append(printed)
        folded = (fold_printed(printed) for printed in self._stored.get(key, ()))
        return {name: None for name in folded if name.is_full and key in name.keys}


# Decisions that a name is not a person


def rejected_people(match_keys: Iterable[str]) -> dict[tuple[str, str], frozenset[int]]:
    """Whom the authors of works with these title keys are decided not to be, by (title key, folded printed name).

    From the decisions kept and from the rows of papers that stand. Two queries.
    """
    keys = {key for key in match_keys if key}
    kept = Rejection.objects.filter(match_key__in=keys).values_list("match_key", "printed_name", "person")
    rows = Authorship.objects.filter(
        publication__match_key__in=keys, link_status=Authorship.LinkStatus.REJECTED, person__isnull=False
    ).values_list("publication__match_key", "printed_name", "person")  # fmt: skip
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for match_key, printed, person in [*kept, *rows]:
        found[match_key, fold(printed)].add(person)
    return {key: frozenset(people) for key, people in found.items()}


def rejections_of(
    rejected: Mapping[tuple[str, str], frozenset[int]], match_key: str, names: Sequence[NameParts]
) -> dict[int, frozenset[int]]:
    """What `rejected_people` says of the authors of one record, by their index: the argument of `decide`.

    A decision holds for the name as it was printed and, where the record does not print it so, for every name like it.
    """
    found: dict[int, set[int]] = defaultdict(set)
    for (key, printed), people in rejected.items():
        if key != match_key:
            continue
        places = [place for place, name in enumerate(names) if fold(name.natural) == printed]
        folded = fold_printed(printed)
        places = places or [place for place, name in enumerate(names) if compare(fold_name(name), folded)]
        for place in places:
            found[place] |= people
    return {place: frozenset(people) for place, people in found.items()}


def remember_rejections(
    sender: Any, instance: Authorship, raw: bool = False, created: bool = False, **kwargs: Any
) -> None:
    """After a save of an author: “this is not them” is kept, and the same person confirmed by an editor ends it.

    Imports link only new rows by themselves and say why: any other confirmed link is an editor's. At most three
    queries for a decision, one for an editor's link, none for the rows of an import.
    """
    if raw or not instance.person_id:
        return
    by_editor = not created or instance.link_basis in ("", Authorship.LinkBasis.EDITOR)
    if instance.link_status == Authorship.LinkStatus.REJECTED:
        keep_rejections([instance])
    elif by_editor and instance.link_status == Authorship.LinkStatus.CONFIRMED:
        forget_rejection(instance)


def remember_before_deletion(sender: Any, instance: Authorship, **kwargs: Any) -> None:
    """Before a deletion of an author or the paper: keeps the decision under the title of today."""
    keep_rejections([instance])


def remember_written(sender: Any, instances: Sequence[Any], **kwargs: Any) -> None:
    """After a bulk write: keeps the decisions among its rows."""
    if sender is Authorship:
        keep_rejections(instances)


def keep_rejections(rows: Iterable[Authorship]) -> None:
    """Keeps the decisions among `rows` apart from them: they outlive the rows and their papers. Two queries at most."""
    own = [row for row in rows if row.person_id and row.link_status == Authorship.LinkStatus.REJECTED]
    if not own:
        return
    Rejection.objects.bulk_create(
        [
            Rejection(person_id=row.person_id, match_key=row.publication.match_key, printed_name=row.printed_name)
            for row in own
            if row.publication.match_key
        ],
        ignore_conflicts=True,
    )


def forget_rejection(row: Authorship) -> None:
    """Ends the decision that a confirmed author is not the person, unless another row of the list still says so."""
    kept = Rejection.objects.filter(person=row.person_id, match_key=row.publication.match_key)
    ended = [each.pk for each in kept if fold(each.printed_name) == fold(row.printed_name)]
    if not ended:
        return
    rejected = Authorship.objects.filter(publication=row.publication_id, person=row.person_id)
    others = rejected.filter(link_status=Authorship.LinkStatus.REJECTED).values_list("printed_name", flat=True)
    if fold(row.printed_name) not in map(fold, others):
        kept.filter(pk__in=ended).delete()
