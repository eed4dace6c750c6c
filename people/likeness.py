"""How much two printed names are alike. Pure: no database.

| likeness | what differs | alike |
|---|---|---|
| `SAME` | accents, case, hyphens, blanks, titles, umlauts written out | Jörg-Ulrich Müller, JOERG ULRICH MUELLER |
| `SHORTENED` | middle names left out or initials; a suffix on one side | Kush R. Varshney, Kush Varshney |
| `ARRANGED` | order, part of a compound family name, particle, guessed umlaut | Nagy István, István Nagy |
| `INITIALS` | the first given name is an initial on one side | P.-Y. Chen, Pin-Yu Chen |
| `DIFFERENT` | anything else | Yihua Zhang, Yimeng Zhang |

A likeness is as weak as its weakest part. It says that two names can be one person's, never that they are.
"""

from __future__ import annotations

from enum import IntEnum

from people.readings import FoldedName, Reading, is_initial


class Likeness(IntEnum):
    """Stronger ones are larger; `DIFFERENT` is false."""

    DIFFERENT = 0
    INITIALS = 1
    ARRANGED = 2
    SHORTENED = 3
    SAME = 4

    @property
    def is_full(self) -> bool:
        """Whether both names have the first given name written out."""
        return self >= Likeness.ARRANGED


def compare(one: FoldedName, other: FoldedName) -> Likeness:
    """The best likeness of any two readings, one of which at least is stated. Symmetric; about 3 µs.

    A name that is written out is the `SAME` as itself; initials are only ever `INITIALS`, also of themselves.
    """
    best = Likeness.DIFFERENT
    for first in one.readings:
        for second in other.readings:
            if not (first.is_stated or second.is_stated):
                continue  # two guesses are none
            likeness = compare_readings(first, second)
            if likeness > best:
                best = likeness
                if best is Likeness.SAME:
                    return best
    return best


def compare_readings(one: Reading, other: Reading) -> Likeness:
    family = compare_families(one, other)
    if not family:
        return family
    given = compare_given(one.given, other.given)
    is_guess = not (one.is_stated and other.is_stated)
    if is_guess and given is Likeness.SHORTENED:
        return Likeness.DIFFERENT  # a guess and a middle name left out: Divya Rao Gupta, Divya Lee Rao
    likeness = min(family, given)
    if likeness and one.suffix != other.suffix:
        if one.suffix and other.suffix:
            return Likeness.DIFFERENT
        likeness = min(likeness, Likeness.SHORTENED)
    if is_guess:
        likeness = min(likeness, Likeness.ARRANGED)
    return likeness


def compare_families(one: Reading, other: Reading) -> Likeness:
    """`ARRANGED` where one has a particle or a part that the other lacks: García for García Márquez."""
    if one.joined == other.joined:
        return Likeness.SAME
    if one.particles and other.particles and not set(one.particles) & set(other.particles):
        return Likeness.DIFFERENT
    short, long = sorted((one.family, other.family), key=len)
    same_core = short == long or "".join(short) == "".join(long)
    is_part = len(long) > 1 and short in (long[: len(short)], long[-len(short) :])
    return Likeness.ARRANGED if same_core or is_part else Likeness.DIFFERENT


def compare_given(one: tuple[str, ...], other: tuple[str, ...]) -> Likeness:
    """Given names in order. A name of one word has none, and only such a name is like it."""
    if one == other:
        return Likeness.SAME if not one or not is_initial(one[0]) else Likeness.INITIALS
    if not one or not other:
        return Likeness.DIFFERENT
    if not is_initial(one[0]) and not is_initial(other[0]):
        if "".join(one).replace("-", "") == "".join(other).replace("-", ""):
            return Likeness.SAME
        if sorted(one) == sorted(other):  # Van Minh, Minh Van
            return Likeness.ARRANGED
    if len(one) != len(other) and ("-" in one[0]) != ("-" in other[0]):
        one, other = _apart(one), _apart(other)
    first = compare_words(one[0], other[0])
    if first:
        return min(first, Likeness.SHORTENED) if _fit(one[1:], other[1:]) else Likeness.DIFFERENT
    return Likeness.ARRANGED if _is_known_by_middle(one, other) else Likeness.DIFFERENT


def compare_words(one: str, other: str) -> Likeness:
    """Two given names: `SAME`, `INITIALS` where one abbreviates the other, or `DIFFERENT`."""
    if one == other:
        return Likeness.INITIALS if is_initial(one) else Likeness.SAME
    if one[0] != other[0]:
        return Likeness.DIFFERENT
    short, long = one.split("-"), other.split("-")
    if is_initial(other) and not is_initial(one):
        short, long = long, short
    if is_initial("-".join(short)):
        return Likeness.INITIALS if _abbreviates(short, long) else Likeness.DIFFERENT
    if "".join(short) == "".join(long):
        return Likeness.SAME
    if 1 < len(short) == len(long) and all(map(compare_words, short, long)):  # Jean-L. and Jean-Luc
        return Likeness.INITIALS
    return Likeness.DIFFERENT


def _abbreviates(initials: list[str], parts: list[str]) -> bool:
    """“p-y” abbreviates pin-yu and pinyu, not peng; “p” abbreviates all three."""
    if len(initials) <= len(parts) or is_initial("-".join(parts)):
        return all(part.startswith(initial) for initial, part in zip(initials, parts, strict=False))
    place, word = 0, "".join(parts)
    for initial in initials[1:]:
        place = word.find(initial, place + 2)
        if place < 0:
            return False
    return word.startswith(initials[0])


def _fit(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether the fewer middle names can be the others with some left out. None at all fits everything."""
    short, long = sorted((one, other), key=len)
    rest = iter(long)
    return all(any(compare_words(word, candidate) for candidate in rest) for word in short)


def _is_known_by_middle(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """“F. Scott” and “Scott”."""
    short, long = sorted((one, other), key=len)
    return (
        len(long) > len(short)
        and is_initial(long[0])
        and not is_initial(short[0])
        and compare_words(long[1], short[0]) is Likeness.SAME
        and _fit(long[2:], short[1:])
    )


def _apart(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part for word in words for part in word.split("-"))
