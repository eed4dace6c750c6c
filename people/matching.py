"""Who the authors of one record are. Pure: reads plain data, asks the database nothing, writes nothing.

A name alone links nobody. What speaks for a person is weighed in units of one co-author known by the full name;
docs/matching.md states the rules in words, with the figures of the benchmark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from people.likeness import Likeness
from people.readings import FoldedName, fold_name
from people.roster import Directory, Fit, Profile, load_directory
from people.support import YEARS_AROUND_STAY_FOR_INITIALS, Acquaintance, Paper, Support, is_common_name, weigh
from people.verdicts import Candidate, Clue, NobodyKnown, Verdict

__all__ = [
    "Acquaintance", "Candidate", "Clue", "Directory", "NobodyKnown", "Verdict", "decide", "load_directory",
]  # fmt: skip

ENOUGH = 0.8  # for a full name: one co-author or fellow member with a full name that is not among the commonest
ENOUGH_FOR_INITIALS = 0.5  # one author whose initials fit too, where neither family name is common
ENOUGH_FOR_COMMON_INITIALS = 1.5  # from two authors at least, where the family name is among the commonest
ENOUGH_AGAINST_ANOTHER = 1.5  # where somebody else bears the name, but nothing speaks for them
NOTHING = 0.3  # support up to this speaks for nobody
NAME_SCORES = {
    Likeness.SAME: 40, Likeness.SHORTENED: 35, Likeness.ARRANGED: 30, Likeness.INITIALS: 15, Likeness.DIFFERENT: 0,
}  # fmt: skip
LONGEST_REASON, MOST_CANDIDATES = 300, 8
PASSES = 2  # who is placed in the first narrows the second


NOBODY, NO_SUPPORT = Verdict(), Support()


class _Link(NamedTuple):
    profile: Profile
    basis: str
    reason: str


def decide(
    directory: Directory,
    evidence: Acquaintance,
    clues: Sequence[Clue],
    *,
    year: int | None,
    own: int | None = None,
    rejected: Mapping[int, frozenset[int]] = MappingProxyType({}),
) -> list[Verdict]:
    """A verdict for each of `clues`, in order. Links nobody twice and nobody whom another may be.

    `own` is the person among whose works the source lists this one: enough for the one author it fits. `rejected`
    holds for the index of a clue whom it is decided not to be. Where no name fits, it costs the folding of the names;
    otherwise `evidence` may load what it knows of the people whose names fit.
    """
    names = [fold_name(clue.name) for clue in clues]
    fits = [
        _fits(directory, clue, name, rejected.get(place, frozenset()))
        for place, (clue, name) in enumerate(zip(clues, names, strict=True))
    ]
    if not any(fits):
        return [NOBODY] * len(clues)
    evidence.load({fit.profile.person_id for own_fits in fits for fit in own_fits})
    printed = tuple(clue.name.natural for clue in clues)
    paper = Paper(tuple(names), printed, tuple(clue.affiliation for clue in clues), fits, year, directory.group_sizes)
    return _Case(paper, evidence, clues, own).verdicts()


def _fits(directory: Directory, clue: Clue, name: FoldedName, rejected: frozenset[int]) -> list[Fit]:
    """Who an author can be: the owner of the ORCID iD, or else everybody with the name and without another iD."""
    orcid = clue.orcid.rstrip("/").rpartition("/")[2].upper()
    owner = directory.by_orcid.get(orcid) if orcid else None
    if owner:
        return [Fit(owner, owner.likeness(name))] if owner.person_id not in rejected else []
    if not directory.knows(name):
        return []
    return [
        fit
        for fit in directory.fitting(name)
        if fit.profile.person_id not in rejected and not (orcid and fit.profile.orcid)
    ]


class _Case:
    """One record while it is decided: strongest evidence first, so that what is certain narrows the rest."""

    def __init__(self, paper: Paper, evidence: Acquaintance, clues: Sequence[Clue], own: int | None) -> None:
        self.paper, self.evidence, self.own = paper, evidence, own
        self.has_orcid = [bool(clue.orcid) for clue in clues]
        self.links: dict[int, _Link] = {}
        self.questions: dict[int, str] = {}
        self.certain_questions: dict[int, str] = {}  # which no weighing answers
        self.supports: dict[tuple[int, int], Support] = {}

    def verdicts(self) -> list[Verdict]:
        self._link_by_orcid()
        if self.own is not None:
            self._link_own(self.own)
        order = [(-fits[0].likeness, place) for place, fits in enumerate(self.paper.fits) if fits]
        for _ in range(PASSES):
            for _, place in sorted(order):
                if place not in self.links and place not in self.certain_questions:
                    self._settle(place)
        return [self._verdict(place) for place in range(len(self.paper.fits))]

    # What settles an author without weighing

    def _link_by_orcid(self) -> None:
        owners = {
            place: fits[0].profile
            for place, fits in enumerate(self.paper.fits)
            if fits and self.has_orcid[place] and fits[0].profile.orcid
        }
        for place, profile in owners.items():
            if sum(each is profile for each in owners.values()) > 1:
                self.certain_questions[place] = f"two authors have the ORCID iD of {profile.name}: choose"
            elif not profile.likeness(self.paper.names[place]) and self._others(place, profile):
                self.certain_questions[place] = f"the ORCID iD of {profile.name} stands beside another name: choose"
            else:
                self._link(place, profile, "identifier", "same ORCID")

    def _link_own(self, own: int) -> None:
        """The source says that they are an author: whoever alone fits is the one, unless the year speaks against it."""
        if any(link.profile.person_id == own for link in self.links.values()):
            return
        places = {
            place: fit
            for place, fits in enumerate(self.paper.fits)
            for fit in fits
            if fit.profile.person_id == own and place not in self.links
        }
        best = max((fit.likeness for fit in places.values()), default=Likeness.DIFFERENT)
        chosen = [place for place, fit in places.items() if fit.likeness == best]
        if best.is_full or len(places) == 1:
            places = {place: places[place] for place in chosen}
        for place, fit in places.items():
            if len(places) > 1:
                self.certain_questions[place] = f"two authors of this list fit {fit.profile.name}: choose"
            elif self.paper.is_too_early(fit.profile):
                self.certain_questions[place] = (
                    f"too early for {fit.profile.name}, whose works the source lists: choose"
                )
            else:
                self._link(place, fit.profile, "identifier", f"among the works of {fit.profile.name} at the source")

    def _link(self, place: int, profile: Profile, basis: str, reason: str) -> None:
        """Links, and takes the person from every other author of the list: nobody is twice in one."""
        self.links[place] = _Link(profile, basis, reason[:LONGEST_REASON])
        if basis == "identifier":
            self.paper.certain.add(place)
        self.paper.fits[place] = [fit for fit in self.paper.fits[place] if fit.profile is profile]
        for other, fits in enumerate(self.paper.fits):
            if other != place:
                self.paper.fits[other] = [fit for fit in fits if fit.profile is not profile]

    def _others(self, place: int, profile: Profile) -> list[int]:
        """The other authors whose name can be this person's and who are nobody yet."""
        return [
            other
            for other, name in enumerate(self.paper.names)
            if other != place and other not in self.links and profile.likeness(name)
        ]

    # Weighing

    def _settle(self, place: int) -> None:
        """Links the author at `place` if one person is left, or says what the question is."""
        for fit in self.paper.fits[place]:
            self.supports[place, fit.profile.person_id] = weigh(self.paper, self.evidence, place, fit)
        ranked = self._ranked(place)
        if not ranked:
            return
        fit = ranked[0]
        question = self._doubt(place, fit, ranked[1:])
        if question:
            self.questions[place] = question
            return
        self.questions.pop(place, None)
        basis = "explicit" if fit.likeness >= Likeness.SHORTENED else "inferred"
        self._link(place, fit.profile, basis, "; ".join(self._reasons(place, fit)))

    def _support(self, place: int, fit: Fit) -> Support:
        return self.supports.get((place, fit.profile.person_id), NO_SUPPORT)

    def _ranked(self, place: int) -> list[Fit]:
        return sorted(
            self.paper.fits[place],
            key=lambda fit: (-self._score(place, fit), fit.profile.name, fit.profile.person_id),
        )

    def _doubt(self, place: int, fit: Fit, rivals: list[Fit]) -> str:
        """Why the author at `place` cannot be linked to the best candidate; "" where nothing is in the way."""
        support, name = self._support(place, fit), fit.profile.name
        if any(self._is_rival(place, fit, rival) for rival in rivals):
            who = "members" if all(each.profile.stays for each in (fit, *rivals)) else "people"
            count = "two" if len(rivals) == 1 else str(len(rivals) + 1)
            return f"{count} {who} match: choose"
        if any(self._competes(place, fit, other) for other in self._others(place, fit.profile)):
            return f"two authors of this list fit {name}: choose"
        if self.paper.is_too_early(fit.profile):
            return f"too early for {name}: is it somebody else?"
        doubt = self._doubt_of_support(place, fit, rivals)
        if doubt or fit.likeness is Likeness.SAME:
            return doubt
        namesakes = self._namesakes(place, fit)
        if namesakes and (support.total < ENOUGH_AGAINST_ANOTHER or self._is_connected(namesakes)):
            return f"{name}, or another {self.paper.printed[place]}, who is known too: choose"
        return ""

    def _doubt_of_support(self, place: int, fit: Fit, rivals: list[Fit]) -> str:
        """Whether what speaks for `fit` is enough; "" where it is."""
        support, name = self._support(place, fit), fit.profile.name
        if fit.likeness is Likeness.INITIALS:
            if not self.paper.is_within_stays(fit.profile, YEARS_AROUND_STAY_FOR_INITIALS):
                return f"initials only, and {name} was not in the lab then: is it {name}?"
            is_common = is_common_name(self.paper.names[place])
            enough = ENOUGH_FOR_COMMON_INITIALS if is_common else ENOUGH_FOR_INITIALS
            if support.total < enough or (is_common and not support.is_broad):
                return f"initials only, and too little speaks for {name}: is it {name}?"
        elif support.total < (ENOUGH_AGAINST_ANOTHER if rivals and rivals[0].likeness.is_full else ENOUGH):
            return f"only the name speaks for {name}" if support.total <= NOTHING else f"is it {name}?"
        return ""

    def _is_rival(self, place: int, fit: Fit, rival: Fit) -> bool:
        """Whether `rival` can be the author too. Of initials anybody can; of a full name who has something to show."""
        if fit.likeness is Likeness.INITIALS:
            return True
        support = self._support(place, rival).total
        if rival.likeness is Likeness.INITIALS or self.paper.is_too_early(rival.profile):
            return support > ENOUGH
        return support > NOTHING or self._support(place, fit).total < ENOUGH_AGAINST_ANOTHER

    def _competes(self, place: int, fit: Fit, other: int) -> bool:
        """Whether the author at `other` can be the same person: not if only this one is named in full."""
        return not fit.likeness.is_full or fit.profile.likeness(self.paper.names[other]) >= fit.likeness

    def _namesakes(self, place: int, fit: Fit) -> list[FoldedName]:
        """Full names known from papers that the printed one can be, other than the person's and this list's."""
        listed = self.paper.names
        return [
            name
            for name in self.evidence.known_names(listed[place])
            if not fit.profile.likeness(name) and name not in listed
        ]

    def _is_connected(self, names: list[FoldedName]) -> bool:
        """Whether one of who bear `names` has published with somebody of this list."""
        people = {fit.profile.person_id for fits in self.paper.fits for fit in fits}
        return any(self.evidence.papers_with_name(person, name)[0] for name in names for person in people)

    # Words

    def _score(self, place: int, fit: Fit) -> int:
        score = NAME_SCORES[fit.likeness] + min(55, round(35 * self._support(place, fit).total))
        return min(score, 20) if self.paper.is_too_early(fit.profile) else score

    def _reasons(self, place: int, fit: Fit) -> tuple[str, ...]:
        support = self._support(place, fit)
        return (self.paper.likeness_in_words(place, fit), *support.reasons, *self.paper.dates_in_words(fit.profile))

    def _verdict(self, place: int) -> Verdict:
        link = self.links.get(place)
        if link:
            score = (
                100 if link.basis == "identifier" else max(self._score(place, fit) for fit in self.paper.fits[place])
            )
            reasons = (link.reason,)
            if link.basis != "identifier":
                reasons = self._reasons(place, self.paper.fits[place][0])
            candidate = Candidate(link.profile.person_id, link.profile.name, score, reasons)
            return Verdict(link.profile.person_id, link.basis, link.reason, (candidate,))
        ranked = self._ranked(place)
        if not any(self._is_worth_asking(place, fit) for fit in ranked):
            return NOBODY
        candidates = tuple(
            Candidate(fit.profile.person_id, fit.profile.name, self._score(place, fit), self._reasons(place, fit))
            for fit in ranked[:MOST_CANDIDATES]
        )
        reason = self.certain_questions.get(place) or self.questions.get(place, f"is it {ranked[0].profile.name}?")
        return Verdict(None, "", reason, candidates)

    def _is_worth_asking(self, place: int, fit: Fit) -> bool:
        """Initials for which nothing speaks are asked about only of people who were members then."""
        if fit.likeness is not Likeness.INITIALS or self._support(place, fit).total > NOTHING:
            return True
        return bool(fit.profile.stays) and self.paper.is_within_stays(fit.profile)
