"""What speaks for a person as the author of a record: co-authors, fellow members, affiliation, dates. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from labsite.lib.text import fold
from people.likeness import Likeness
from people.readings import FoldedName, is_initial
from people.roster import Fit, Profile

BY_INITIALS = 0.5  # what an author known by initials counts beside one with a full name
COMMON = 0.8  # one whose family name is among the commonest of the world, for somebody of whom that is true too
VERY_COMMON = 0.6  # and whose given name is short: Wei Zhang
OFTEN, OFTEN_FACTOR = 2, 1.4  # papers together, and what they add
UNPLACED = 0.4  # fellow members of another group or another time
LEADER = 0.5  # who leads a lab publishes with everybody: a weaker sign for initials
CROWD, CROWD_OF_FULL_NAMES = 60, 600  # members of a group above which being of it says less
MANY = 8  # an author who can be more people than this says nothing
AT_AFFILIATION, INITIALS_AT_AFFILIATION = 1.0, 0.4
YEARS_AROUND_STAY = (1, 5)  # fellow members publish together from a year before to five years after
YEARS_AROUND_STAY_FOR_INITIALS = (1, 2)
SHORT_GIVEN_NAME = 4
REASONS_SHOWN = 3

# Family names that more than about ten million people bear, and the commonest of Korea, Vietnam and Europe (after the
# censuses' lists of China 2020, Korea 2015, India, the United States 2010, Germany and Spain).
COMMON_FAMILY_NAMES = frozenset({
    "wang", "li", "zhang", "liu", "chen", "yang", "huang", "zhao", "wu", "zhou", "xu", "sun", "ma", "zhu", "hu",
    "guo", "he", "lin", "gao", "luo", "zheng", "liang", "xie", "song", "tang", "han", "feng", "deng", "cao", "peng",
    "zeng", "xiao", "tian", "dong", "pan", "yuan", "cai", "jiang", "yu", "du", "ye", "cheng", "wei", "su", "lu",
    "lyu", "ding", "ren", "shen", "yao", "cui", "zhong", "tan", "kim", "lee", "park", "choi", "jung", "kang", "cho",
    "yoon", "jang", "lim", "nguyen", "tran", "le", "pham", "hoang", "phan", "vu", "vo", "dang", "bui", "do", "ho",
    "singh", "kumar", "sharma", "gupta", "khan", "patel", "shah", "das", "ahmed", "ali", "sato", "suzuki", "tanaka",
    "watanabe", "takahashi", "smith", "johnson", "williams", "brown", "jones", "miller", "davis", "garcia",
    "rodriguez", "martinez", "hernandez", "lopez", "gonzalez", "perez", "sanchez", "muller", "mueller", "schmidt",
    "schneider", "fischer", "weber", "silva", "santos", "ivanov", "rossi", "martin", "bernard", "dubois",
})  # fmt: skip


class Acquaintance(Protocol):
    """Who has published with whom, as far as it is certain. `publications.evidence.Evidence` is one."""

    def load(self, person_ids: Iterable[int]) -> None:
        """Makes what is known of these people ready."""

    def papers_of(self, person_id: int) -> int:
        """How many papers are certainly theirs."""

    def papers_together(self, person_id: int, other_id: int) -> int:
        """How many of them are the other's too."""

    def papers_with_name(self, person_id: int, name: FoldedName) -> tuple[int, Likeness]:
        """How many of them name a co-author, not linked to anybody, whose name is like `name`; and how much."""

    def known_names(self, name: FoldedName) -> Sequence[FoldedName]:
        """Every full name printed on any paper that may be like `name`."""


class Support(NamedTuple):
    """`total` in units of one co-author known by the full name. `is_broad`: from two authors, or one in full."""

    total: float = 0.0
    is_broad: bool = False
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paper:
    """One record: its authors as printed and as people, and its year.

    `fits` shrinks as people are placed; `certain` are the places of people known by an identifier.
    """

    names: tuple[FoldedName, ...]
    printed: tuple[str, ...]
    affiliations: tuple[str, ...]
    fits: list[list[Fit]]
    year: int | None
    group_sizes: Mapping[int | None, int]
    certain: set[int] = field(default_factory=set)

    def is_too_early(self, profile: Profile) -> bool:
        """Whether it came out before the person can have published."""
        return bool(self.year and profile.earliest and self.year < profile.earliest)

    def is_within_stays(self, profile: Profile, around: tuple[int, int] = YEARS_AROUND_STAY) -> bool:
        """Whether it came out while the person was a member, or soon after. True where no dates are known."""
        before, after = around
        if not self.year:
            return True
        first, last = profile.first_year, profile.last_year
        return not (first and self.year < first - before) and not (last and self.year > last + after)

    def dates_in_words(self, profile: Profile) -> Iterator[str]:
        if not self.year:
            return
        if self.is_too_early(profile):
            yield f"{self.year} is before their first papers can be expected"
        elif profile.first_year and self.year < profile.first_year:
            yield f"came to the lab in {profile.first_year}, after this paper"
        elif profile.last_year and self.year > profile.last_year:
            yield f"left the lab in {profile.last_year}, before this paper"

    def likeness_in_words(self, place: int, fit: Fit) -> str:
        printed = self.printed[place]
        if fit.likeness is Likeness.SAME:
            return "same name"
        if fold(printed) in fit.profile.printed_as:
            return f"published as {printed}"
        if fit.likeness is Likeness.INITIALS:
            return f"the initials of {fit.profile.name}"
        return (
            "same name without a part of it" if fit.likeness is Likeness.SHORTENED else "same name arranged otherwise"
        )


class _Sign(NamedTuple):
    """What one other author says for a person. `who` is a person's key, or of nobody known the place as text."""

    weight: float
    reason: str
    who: int | str


def weigh(paper: Paper, evidence: Acquaintance, place: int, fit: Fit) -> Support:
    """What speaks for `fit` as the author at `place`: everybody else in the list, each once, and the affiliation."""
    signs: dict[int | str, _Sign] = {}
    for other in range(len(paper.names)):
        if other != place:
            for sign in _signs(paper, evidence, place, fit, other):
                if sign.weight > (signs[sign.who].weight if sign.who in signs else 0):
                    signs[sign.who] = sign
    strongest = sorted(signs.values(), key=lambda sign: (-sign.weight, sign.reason))
    total, reasons = sum(sign.weight for sign in strongest), [sign.reason for sign in strongest[:REASONS_SHOWN]]
    if paper.affiliations[place] and fit.profile.is_at(paper.affiliations[place]):
        is_strong = fit.likeness.is_full and paper.is_within_stays(fit.profile)
        total += AT_AFFILIATION if is_strong else INITIALS_AT_AFFILIATION
        reasons.append("the affiliation printed is theirs")
    return Support(total, len(strongest) > 1 or bool(strongest and strongest[0].weight >= 1), tuple(reasons))


def _signs(paper: Paper, evidence: Acquaintance, place: int, fit: Fit, other: int) -> Iterator[_Sign]:
    """The strongest of what the author at `other` says for `fit`."""
    own, name, found = fit.profile, paper.names[other], []
    others = [each for each in paper.fits[other] if each.profile is not own]
    if len(others) > MANY:
        others = []
    for each in others:
        strength = 1.0 if other in paper.certain else _strength(fit, paper.names[place], name, each.likeness)
        if each.likeness is Likeness.INITIALS:
            strength /= len(others)
        found += _acquainted(paper, evidence, fit, each, other, strength)
    papers, likeness = evidence.papers_with_name(own.person_id, name)
    if papers:
        weight = _strength(fit, paper.names[place], name, likeness) * (OFTEN_FACTOR if papers >= OFTEN else 1)
        found.append(_Sign(weight, _in_papers(paper.printed[other], papers), f"name {paper.printed[other]}"))
    if found:
        yield max(found, key=lambda sign: sign.weight)


def _acquainted(
    paper: Paper, evidence: Acquaintance, fit: Fit, each: Fit, other: int, strength: float
) -> Iterator[_Sign]:
    """What it says for `fit` if the author at `other` is the person `each`, which is as certain as `strength`."""
    one, two, printed = fit.profile, each.profile, paper.printed[other]
    by_initials = fit.likeness is Likeness.INITIALS
    papers = evidence.papers_together(one.person_id, two.person_id)
    if papers:
        share = min(1.0, 2 * papers / max(papers, evidence.papers_of(two.person_id))) if by_initials else 1.0
        often = OFTEN_FACTOR if papers >= OFTEN else 1
        yield _Sign(strength * share * often, _in_papers(printed, papers), two.person_id)
    if by_initials and two.is_leader:
        strength *= LEADER
    if two.person_id in one.related:
        yield _Sign(strength, f"{printed} advised or worked with them", two.person_id)
    if one.stays and two.stays:
        weight = strength * _fellowship(paper, fit, each)
        yield _Sign(weight, f"{printed} is of the lab too", two.person_id)


def _fellowship(paper: Paper, one: Fit, two: Fit) -> float:
    """What being members together counts: less in different groups, at different times and in large groups."""
    shared = one.profile.groups() & two.profile.groups()
    if not (shared and paper.is_within_stays(one.profile) and paper.is_within_stays(two.profile)):
        return UNPLACED
    size = min(paper.group_sizes.get(group, 0) for group in shared)
    crowd = CROWD_OF_FULL_NAMES if one.likeness.is_full and two.likeness.is_full else CROWD
    return min(1.0, crowd / size) if size else 1.0


def is_common_name(name: FoldedName) -> bool:
    """Whether the family name is among the commonest."""
    return name.family in COMMON_FAMILY_NAMES


def _strength(fit: Fit, own: FoldedName, name: FoldedName, likeness: Likeness) -> float:
    """What an author called `name` says for `fit`, printed `own`: less where both could be anybody."""
    strength = 1.0 if likeness.is_full else BY_INITIALS
    is_rare = fit.likeness.is_full and likeness.is_full and not is_common_name(own)
    return strength if is_rare else strength * _rarity(name)


def _rarity(name: FoldedName) -> float:
    if not is_common_name(name):
        return 1.0
    given = name.readings[0].given
    is_short = bool(given) and not is_initial(given[0]) and len("".join(given)) <= SHORT_GIVEN_NAME
    return VERY_COMMON if is_short else COMMON


def _in_papers(printed: str, papers: int) -> str:
    return f"co-author of {printed} in {papers} paper{'' if papers == 1 else 's'}"
