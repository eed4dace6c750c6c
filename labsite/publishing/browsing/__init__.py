"""What scripts in the browser need to filter lists and to search, as small JSON files.

Records are named by their key in the database, which feeds tell as well, and lie in files by it: an edit changes the
file of its record and leaves the others as they are.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings

from labsite.publishing.browsing import people, publications, wording, words
from labsite.publishing.watching import Sources, watching

FOLDER = "published"  # of these files, at the root of the copy and of each language
# By folder: how many records a file holds, and what writes the file of a number.
CHUNKS: dict[str, tuple[int, Callable[[int, int], dict[str, Any]]]] = {
    "facts": (publications.FACTS, publications.facts),
    "titles": (publications.FACTS, publications.title_keys),
    "texts": (publications.ROWS, publications.texts),
    "rows": (publications.ROWS, publications.rows),
    "cards": (people.CARDS, people.cards),
}
IN_EVERY_LANGUAGE = ("rows", "cards")
# Files of one kind each, in every language.
SINGLE: dict[str, Callable[[], Any]] = {
    "labels.json": wording.labels,
    "wording.json": wording.wording,
    "people.json": people.people,
    "news.json": people.news,
}
INDEX = "index.json"  # tells which files there are
MARKUP = ("rows/", "cards/", "news.json")  # hold pieces of pages: their links are put right like those of pages


class Indexes:
    """Makes files from one state of the database. The words of all publications are read once, for all that need them.

    `word_sources` is what they were made from.
    """

    def __init__(self) -> None:
        self.words: words.WordIndex | None = None
        self.word_sources = Sources()

    def load_words(self) -> words.WordIndex:
        if self.words is None:
            with watching() as self.word_sources:
                self.words = words.load_words()
        return self.words

    def make(self, name: str) -> bytes | None:
        """The file `name` within the folder, in the active language; None where there is none."""
        folder, _, file = name.partition("/")
        number = file.removesuffix(".json")
        found: Any = None
        if name == INDEX:
            found = {
                "files": {folder: chunk_numbers(folder) for folder in CHUNKS},
                "sizes": {folder: size for folder, (size, _) in CHUNKS.items()},
                "shards": sorted(self.load_words().shards),
            }
        elif name in SINGLE:
            return write(SINGLE[name]())
        elif name == "folding.json":
            found = words.folding()
        elif folder == "words":
            found = self.load_words().shard(number)
        elif folder in CHUNKS and number.isdecimal():
            size, make = CHUNKS[folder]
            found = make(int(number) * size, int(number) * size + size)
        return write(found) if found else None


def needs_words(name: str) -> bool:
    return name == INDEX or name.startswith("words/")


def files_of(index: bytes, language: str) -> list[str]:
    """The paths of all files that an index tells of, in the language of its folder."""
    told = json.loads(index)
    is_first = language == settings.LANGUAGE_CODE
    found = [*SINGLE]
    for folder, numbers in told["files"].items():
        if is_first or folder in IN_EVERY_LANGUAGE:
            found += [f"{folder}/{number}.json" for number in numbers]
    if is_first:
        found += ["folding.json", *(f"words/{shard}.json" for shard in told["shards"])]
    return [address_of(name, language) for name in found]


def chunk_numbers(folder: str) -> list[int]:
    """The numbers of a folder's files that hold something. One query."""
    rows = people.keys() if folder == "cards" else publications.keys()
    return sorted({key // CHUNKS[folder][0] for key in rows})


def address_of(name: str, language: str) -> str:
    """The path of a file on the site."""
    return f"/{FOLDER}/{name}" if language == settings.LANGUAGE_CODE else f"/{language}/{FOLDER}/{name}"


def write(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
