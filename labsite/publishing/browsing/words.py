"""The words of publications, by their first two signs: a question fetches the files of its own words only."""

from __future__ import annotations

import unicodedata
from array import array
from itertools import pairwise

from labsite.lib.text import foldings
from publications.facet_names import ALL
from publications.models import PublicationDigest

COLUMNS = ("title_text", "author_text", "body_text")  # in the order of their weight
BEGINNING = 2  # signs of a word that name its file
# Signs that a visitor may type and that are no ASCII: Latin letters, marks, raised and lowered ones, ligatures.
TYPED = [
    (0x80, 0x400), (0x1D00, 0x1DC0), (0x1E00, 0x1F00), (0x2000, 0x2200), (0x2460, 0x2500), (0x2C60, 0x2C80),
    (0xA720, 0xA800), (0xAB30, 0xAB70), (0xFB00, 0xFB07), (0xFF01, 0xFF5F),
]  # fmt: skip


class WordIndex:
    """By word, the keys of publications that hold it, for each column. Some bytes for each word of each publication."""

    def __init__(self) -> None:
        self.shards: dict[str, dict[str, list[array[int]]]] = {}

    def add(self, key: int, column: int, text: str) -> None:
        for word in dict.fromkeys(text.split(" ")):
            if word:
                of_shard = self.shards.setdefault(shard_of(word), {})
                of_shard.setdefault(word, [array("q") for _ in COLUMNS])[column].append(key)

    def shard(self, name: str) -> dict[str, list[list[int]]]:
        """By word and column, the first key and then by how much each is more than the one before it."""
        found = self.shards.get(name, {})
        return {word: [differences(keys) for keys in columns] for word, columns in found.items()}


def differences(keys: array[int]) -> list[int]:
    return [*keys[:1], *(later - earlier for earlier, later in pairwise(keys))]


def shard_of(word: str) -> str:
    """The name of a word's file: its first signs as numbers, so that any file system takes it."""
    return "-".join(f"{ord(sign):x}" for sign in word[:BEGINNING])


def read_words():
    """The rows of the index, in the order of keys. One query."""
    listed = PublicationDigest.objects.filter(facets__facet=ALL, publication__is_published=True)
    return listed.order_by("publication").values_list("publication", *COLUMNS).iterator(chunk_size=2_000)


def load_words() -> WordIndex:
    """The index of all words. One query."""
    index = WordIndex()
    for key, *texts in read_words():
        for column, text in enumerate(texts):
            index.add(key, column, text)
    return index


def folding() -> dict[str, str]:
    """What each sign that may be typed is folded to, where that is another one: `labsite.lib.text.fold` as a table."""
    found = {}
    for begin, end in TYPED:
        for number in range(begin, end):
            sign = chr(number)
            if not unicodedata.category(sign).startswith("C"):
                folded = foldings(sign)[0]
                if folded != sign:
                    found[sign] = folded
    return found
