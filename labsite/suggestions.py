"""What somebody may have meant who misspelt a name."""

from __future__ import annotations

from collections import defaultdict

from rapidfuzz import fuzz, process

from labsite.lib.search import WORD
from labsite.lib.text import fold
from labsite.lib.together import load_together
from people.models import Person, PersonName
from publications.models import Venue

CUTOFF = 75  # percent alike: one wrong, missing or swapped letter in a name of four
NEARLY = 8  # points behind the nearest name within which another one may be meant
SHORTEST = 4
MAX_WORDS = 6
MAX_SUGGESTIONS = 3


def known_words() -> dict[str, set[str]]:
    """Every word of a public name, folded, with the words it stands beside. One query."""
    public = PersonName.objects.filter(is_public=True, person__is_published=True)
    found = load_together(
        people=Person.objects.published().order_by().values_list("search_text"),
        names=public.order_by().values_list("search_text"),
        venues=Venue.objects.public().order_by().values_list("search_text"),
    )
    names = [name for rows in found.values() for (name,) in rows]
    words: dict[str, set[str]] = defaultdict(set)
    for name in names:
        own = WORD.findall(name)
        for word in own:
            words[word].update(own)
    return words


def suggest(words: str) -> list[str]:
    """At most three spellings in which unknown words are replaced by names that are nearly alike; best first.

    A word that begins a known name is left as it is. [] where nothing is to be mended.
    """
    asked = WORD.findall(fold(words))[:MAX_WORDS]
    known = known_words()
    found: list[str] = []
    for position, word in enumerate(asked):
        if len(word) < SHORTEST or any(name.startswith(word) for name in known):
            continue
        beside = set(asked) - {word}
        alike = process.extract(word, list(known), scorer=fuzz.ratio, score_cutoff=CUTOFF, limit=10)
        # Of names that are equally alike, the one that stands beside the other words.
        alike.sort(key=lambda match: (-len(beside & known[match[0]]), -match[1]))
        if alike and beside & known[alike[0][0]]:
            alike = [match for match in alike if beside & known[match[0]]]
        alike = [match for match in alike if match[1] >= alike[0][1] - NEARLY]
        found += [" ".join([*asked[:position], name, *asked[position + 1 :]]) for name, _, _ in alike]
    return list(dict.fromkeys(found))[:MAX_SUGGESTIONS]
