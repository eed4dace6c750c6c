"""The skew of invented data: Zipf's law for venues, topics, people and words; years and author lists."""

from __future__ import annotations

import random
from functools import cache
from itertools import accumulate

YEARS = range(1990, 2027)
VOCABULARY = 20_000
SYLLABLES = [first + vowel for first in "bdfgklmnprstvz" for vowel in ("a", "e", "i", "o", "u")]


def author_count(chance: random.Random) -> int:
    draw = chance.random()
    if draw < 0.10:
        return 1
    if draw < 0.85:
        return chance.randint(2, 6)
    return chance.randint(7, 14) if draw < 0.98 else chance.randint(15, 60)


def zipf(chance: random.Random, count: int, exponent: float) -> int:
    """A rank from 0 to `count` - 1, the first the likeliest: the law's integral, turned round."""
    draw = chance.random()
    if exponent == 1.0:
        return min(int((count + 1) ** draw) - 1, count - 1)
    power = 1 - exponent
    return min(int((1 + draw * ((count + 1) ** power - 1)) ** (1 / power)) - 1, count - 1)


@cache
def year_weights() -> list[float]:
    return list(accumulate((year - YEARS[0] + 1) ** 1.3 for year in YEARS))


def word(rank: int) -> str:
    """The word of this rank: 0 stands in nearly every abstract, 60 in one of ten, 15,000 in one of two thousand."""
    return vocabulary()[rank % VOCABULARY]


@cache
def vocabulary() -> list[str]:
    """Invented words of three syllables, all different and none the beginning of another."""
    count = len(SYLLABLES)
    return [
        SYLLABLES[number * 31 % count] + SYLLABLES[number // count * 17 % count] + SYLLABLES[number // count**2] + "n"
        for number in range(VOCABULARY)
    ]


@cache
def word_weights() -> list[float]:
    return list(accumulate(1 / (rank + 1) for rank in range(VOCABULARY)))


def words(chance: random.Random, count: int) -> list[str]:
    return chance.choices(vocabulary(), cum_weights=word_weights(), k=count)
