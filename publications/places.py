"""Where a publication stands among all, as one number: the smaller, the newer. Pure.

From its high bits to its low ones a place holds the date (newest first, what has no year before all others), the
beginning of the folded title, and what makes it unique. So a place alone gives the order of lists, a year is a range
of places, and an index of anything by place can be read newest first.
"""

from __future__ import annotations

TITLE_BITS, OWN_BITS = 30, 11
UNDATED = 9999  # stands for “no year”: newer than anything printed
DAYS = 13 * 32  # numbers that a year takes: no month and twelve, each with no day and 31
YEAR = DAYS << (TITLE_BITS + OWN_BITS)  # places that a year takes
LETTERS = TITLE_BITS // 5
END = UNDATED * YEAR + YEAR  # beyond every place; below 2**63


def place_of(year: int | None, month: int | None, day: int | None, title: str, number: int) -> int:
    """The place of a publication; `title` is folded, `number` any of its own. Two may get the same one: see `spread`.

    Of one day, titles are in order by their first six letters.
    """
    days = ((UNDATED - (year or UNDATED)) * 13 + 12 - (month or 0)) * 32 + 31 - (day or 0)
    return (((days << TITLE_BITS) + _letters(title)) << OWN_BITS) + number % (1 << OWN_BITS)


def _letters(title: str) -> int:
    value = 0
    for sign in title[:LETTERS].ljust(LETTERS):
        value = value * 32 + _rank(sign)
    return value


def _rank(sign: str) -> int:
    """0 for a blank, then digits by pairs, then letters; what is no Latin letter comes last."""
    if "a" <= sign <= "z":
        return 6 + ord(sign) - ord("a")
    if "0" <= sign <= "9":
        return 1 + int(sign) // 2
    return 0 if sign < "0" else 31


def same_rank(one: int, other: int) -> bool:
    """Whether two places differ in nothing but what makes them unique."""
    return one >> OWN_BITS == other >> OWN_BITS


def year_of(place: int) -> int | None:
    """The year of a publication at `place`."""
    year = UNDATED - place // YEAR
    return None if year == UNDATED else year


def range_of_years(since: int | None, until: int | None) -> tuple[int, int]:
    """Where the places of these years begin, and where they have ended; what has no year is in no range."""
    begin = UNDATED - min(until or UNDATED - 1, UNDATED - 1)
    end = UNDATED - max(since or 0, 0)
    return begin * YEAR, max((end + 1) * YEAR, begin * YEAR)


UNDATED_RANGE = (0, YEAR)
