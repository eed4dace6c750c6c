"""Words looked for in the documents: in memory, over headings and text. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from labsite.help.documents import Document, Section
from labsite.lib.search import Question, highlight
from labsite.lib.text import fold

MOST = 30
AROUND = 90  # letters before and after the first word that was found


@dataclass(frozen=True)
class Hit:
    """A section that holds every word, with the heading and the place of the text marked."""

    document: Document
    section: Section
    heading: SafeString
    excerpt: SafeString


def find_sections(documents: list[Document], question: Question) -> list[Hit]:
    """At most thirty sections that hold every word or its beginning: in headings first, in guides first."""
    if not question.words:
        return []
    found = []
    for order, document in enumerate(documents):
        for section in document.sections:
            rank = rank_of(section, question)
            if rank is not None:
                found.append((rank + (0 if document.is_guide else 1), order, document, section))
    found.sort(key=lambda each: each[:2])
    return [
        Hit(document, section, highlight(section.heading, question), highlight(cut(section.text, question), question))
        for _, _, document, section in found[:MOST]
    ]


def rank_of(section: Section, question: Question) -> int | None:
    """0 where the heading holds all words, 2 where heading and text together do; None where they do not."""
    heading = words_in(section.heading)
    if all(begins(word, heading) for word in question.words):
        return 0
    every = heading | words_in(section.text)
    return 2 if all(begins(word, every) for word in question.words) else None


def words_in(text: str) -> set[str]:
    letters = "".join(sign if sign.isalnum() else " " for sign in fold(text))
    return set(letters.split())


def begins(word: str, words: set[str]) -> bool:
    return word in words or any(each.startswith(word) for each in words)


def cut(text: str, question: Question) -> str:
    """The surroundings of the first word that is found; the beginning where that is in the heading."""
    folded = text.lower()
    places = [place for word in question.words if (place := folded.find(word)) >= 0]
    begin = max(0, min(places, default=0) - AROUND)
    begin = text.find(" ", begin) + 1 if begin else 0  # whole words
    end = begin + 2 * AROUND
    if end < len(text):
        end = text.rfind(" ", begin, end)
    return f"{'… ' if begin else ''}{text[begin:end]}{' …' if end < len(text) else ''}"
