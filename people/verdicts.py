"""What is asked of an author and what is answered: plain data. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from people.likeness import Likeness
from people.names import NameParts
from people.readings import FoldedName


@dataclass(frozen=True)
class Clue:
    """One author of a record, in order."""

    name: NameParts
    orcid: str = ""
    affiliation: str = ""


@dataclass(frozen=True)
class Candidate:
    """A person an author may be, with what speaks for and against it in words. `score` runs from 0 to 100."""

    person_id: int
    name: str
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What the evidence says of one author: a person, or a question where there are candidates, or nobody.

    `basis` is a value of `Authorship.LinkBasis`: identifier, explicit (named in full) or inferred; "" without a link.
    """

    person_id: int | None = None
    basis: str = ""
    reason: str = ""
    candidates: tuple[Candidate, ...] = ()


class NobodyKnown:
    """The acquaintance of a site without papers."""

    def load(self, person_ids: Iterable[int]) -> None:
        """Nothing to load."""

    def papers_of(self, person_id: int) -> int:
        return 0

    def papers_together(self, person_id: int, other_id: int) -> int:
        return 0

    def papers_with_name(self, person_id: int, name: FoldedName) -> tuple[int, Likeness]:
        return 0, Likeness.DIFFERENT

    def known_names(self, name: FoldedName) -> Sequence[FoldedName]:
        return ()
