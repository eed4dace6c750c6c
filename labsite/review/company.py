"""Who published with whom, from a bounded number of papers: enough to ask by, where imports need all to decide by."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from people.likeness import Likeness, compare
from people.readings import FoldedName, fold_printed
from publications.models import Authorship

MOST_AUTHORS = 10_000


class RecentCompany:
    """An `Acquaintance` (people.support) of the people it is made for. One query, for the authors added last."""

    def __init__(self, people: set[int]) -> None:
        self._papers: Counter[int] = Counter()
        self._together: dict[int, Counter[int]] = defaultdict(Counter)
        self._names: dict[tuple[int, str], Counter[FoldedName]] = defaultdict(Counter)  # by person and key of the name
        for authors in load_lists(people):
            linked = {person for person, _ in authors if person}
            names = [(name, key) for name in names_of(authors) for key in name.keys]
            for person in linked & people:
                self._papers[person] += 1
                self._together[person].update(linked - {person})
                for name, key in names:
                    self._names[person, key][name] += 1

    def load(self, person_ids: Iterable[int]) -> None:
        """Everything was loaded at once."""

    def papers_of(self, person_id: int) -> int:
        return self._papers[person_id]

    def papers_together(self, person_id: int, other_id: int) -> int:
        return self._together[person_id][other_id]

    def papers_with_name(self, person_id: int, name: FoldedName) -> tuple[int, Likeness]:
        met = {known: count for key in name.keys for known, count in self._names.get((person_id, key), {}).items()}
        alike = {known: compare(known, name) for known in met}
        best = max(alike.values(), default=Likeness.DIFFERENT)
        return sum(met[known] for known, own in alike.items() if best and own == best), best

    def known_names(self, name: FoldedName) -> Sequence[FoldedName]:
        """None: a namesake elsewhere makes a link doubtful, but not a question."""
        return ()


def names_of(authors: list[tuple[int | None, str]]) -> list[FoldedName]:
    """The names of those who are nobody here."""
    return [fold_printed(printed) for person, printed in authors if not person]


def load_lists(people: set[int]) -> Iterable[list[tuple[int | None, str]]]:
    """The author lists of papers that are certainly of these people: person, if certain, and printed name."""
    own = Authorship.objects.confirmed().filter(person__in=people)
    rows = Authorship.objects.filter(publication__in=own.order_by().values("publication")).order_by("-publication_id")
    lists: dict[int, list[tuple[int | None, str]]] = defaultdict(list)
    columns = ("publication", "person", "link_status", "printed_name")
    for publication, person, status, printed in rows.values_list(*columns)[:MOST_AUTHORS]:
        lists[publication].append((person if status == Authorship.LinkStatus.CONFIRMED else None, printed))
    return lists.values()
