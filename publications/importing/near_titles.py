"""Titles that are nearly alike, without comparing each with every other."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from itertools import combinations

from rapidfuzz import fuzz

from labsite.lib.text import match_key
from publications.models import Publication

NEAR = 88  # of 100, letters alike: six pairs of different papers in the demo data reach 62 at most
MOST_TITLES = 200_000  # beyond, near titles are not compared: reading all of them would take too long
LONG_WORD = re.compile(r"\w{4,}")
LONG_ENOUGH = 25  # letters of a title that another may go on from
MOST_PER_PAIR = 60  # titles: a pair of words that more share tells nothing
SIGNATURE = 4  # longest words of a title: two titles that share two of theirs are compared


class NearTitles:
    """Titles by pairs of their longest words: titles that differ in a word or two meet in one of them.

    A title has a place in the order of coming, so that an entry that becomes a publication keeps what leads to it.
    """

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.numbers = array("q")  # by place: whose title it is
        self.pairs = Pairs()
        self.nicknames: dict[str, list[int]] = defaultdict(list)
        self.entries: dict[int, int] = {}  # places of entries of this input, by their numbers

    @classmethod
    def load(cls) -> NearTitles:
        """All titles of the database; none where there are more than can be compared. Two queries."""
        index = cls()
        if Publication.objects.count() <= MOST_TITLES:
            rows = Publication.objects.order_by().values_list("pk", "title", "short_title")
            for pk, title, short_title in rows.iterator(chunk_size=10_000):
                index.add(pk, title, short_title)
        return index

    def add(self, number: int, title: str, short_title: str = "") -> None:
        place = len(self.titles)
        self.titles.append(title.lower())
        self.numbers.append(number)
        if number < 0:
            self.entries[number] = place
        for key in signature(title):
            self.pairs.add(key, place)
        for name in {nickname(title), match_key(short_title)} - {""}:
            self.nicknames[name].append(place)

    def became(self, number: int, key: int) -> bool:
        """The entry `number` is the publication `key` from now on; False if its title is not here."""
        place = self.entries.pop(number, None)
        if place is not None:
            self.numbers[place] = key
        return place is not None

    def alike(self, title: str, *, stored: bool = True) -> list[int]:
        """At most five whose titles are alike, the likeliest first: publications, or entries of this input if not
        `stored`.
        """
        lower = title.lower()
        named = [place for place in self.nicknames.get(nickname(title), ()) if (self.numbers[place] > 0) == stored]
        scores = dict.fromkeys(named, 100.0)
        for key in signature(title):
            found = self.pairs.of(key)
            for place in found if len(found) <= MOST_PER_PAIR else ():
                if (self.numbers[place] > 0) == stored and place not in scores:
                    scores[place] = likeness(lower, self.titles[place], least=NEAR)
        likely = [place for place, score in scores.items() if score >= NEAR]
        return [self.numbers[place] for place in sorted(likely, key=lambda place: -scores[place])[:5]]


class Pairs:
    """The places of titles by pairs of words. Sixteen bytes each: as lists in a dictionary they would take ten times
    as much, and an import of a hundred thousand entries has half a million.
    """

    BUCKETS = 1 << 16

    def __init__(self) -> None:
        self.buckets: dict[int, array[int]] = {}

    def add(self, key: int, place: int) -> None:
        self.buckets.setdefault(key % self.BUCKETS, array("q")).extend((key, place))

    def of(self, key: int) -> list[int]:
        bucket = self.buckets.get(key % self.BUCKETS, ())
        return [bucket[at + 1] for at in range(0, len(bucket), 2) if bucket[at] == key]


def signature(title: str) -> list[int]:
    words = sorted(set(LONG_WORD.findall(title.lower())), key=lambda word: (-len(word), word))[:SIGNATURE]
    return [hash(pair) for pair in combinations(sorted(words), 2)]


def nickname(title: str) -> str:
    """The one word before a colon, or a title of one made-up word (“PV-Tuning”, not “Editorial”); "" for any other."""
    head, colon, _ = title.partition(":")
    head = head.strip()
    is_name = " " not in head and (bool(colon) or not head[1:].islower())
    word = match_key(head) if is_name else ""
    return word if len(word) > 3 else ""


def likeness(one: str, other: str, *, least: int = 0) -> float:
    """0 to 100 for two titles in lower case; 0 below `least`. A title that begins or ends the other is like it."""
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= LONG_ENOUGH and (longer.startswith(shorter) or longer.endswith(shorter)):
        return 95
    whole = fuzz.ratio(one, other, score_cutoff=least)
    if whole >= NEAR or (":" not in one and ":" not in other):
        return whole
    heads = [fuzz.ratio(tail(one), other, score_cutoff=least), fuzz.ratio(one, tail(other), score_cutoff=least)]
    return max(whole, *heads)


def tail(title: str) -> str:
    """What follows the colon, or the whole title."""
    return title.partition(":")[2].strip() or title
