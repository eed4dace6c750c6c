"""The ways in which a printed name can be read, folded for comparing. Pure: no database.

“Gabriel García Márquez” may have one family name or two, “Nagy István” may begin with it, “Chen PY” certainly does.
A name is therefore a few readings: those the source states, and those it leaves open.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from anyascii import anyascii

from people.names import DEGREES, HAN_KANA_HANGUL, PARTICLES, TITLES, NameParts, split_name, without_titles

LONGEST_NAME = 300
# Family names of two signs; every other Chinese or Korean one is the first sign.
LONG_FAMILY_NAMES = frozenset({
    "欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "夏侯", "东方", "東方", "皇甫",
    "尉迟", "公孙", "公孫", "令狐", "慕容", "司徒", "남궁", "황보", "제갈", "선우",
})  # fmt: skip
# German and Nordic letters are printed with an e behind the vowel where they cannot be printed themselves.
WITH_E = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue",
                        "Ø": "Oe", "Å": "Aa"})  # fmt: skip
PLAIN_A = str.maketrans("åÅ", "aA")
LETTER_WITH_E = re.compile("[äöüøåÄÖÜØÅ]")
PERHAPS_UMLAUT = re.compile(r"(?<=[a-z])(?<![gq])([aou])e(?=[bcdfghjklmnpqrstvwxz])")
NICKNAME = re.compile(r"""[("“„]\s*([^()"“”„]*?)\s*[)"”“]""")
HYPHEN = re.compile(r"\.?\s*-+\s*")
NOISE = re.compile(r"[^a-z0-9\- ]+")
NUMBER = re.compile(r"\A\d+\Z")  # DBLP tells namesakes apart so: “Wei Wang 0001”
NO_NAMES = TITLES | DEGREES
SUFFIX_NAMES = {"junior": "jr", "senior": "sr", "2nd": "ii", "3rd": "iii", "4th": "iv"}


class Reading(NamedTuple):
    """One reading. Words are folded; parts of a hyphenated given name stay together (“pin-yu”, “p-y”)."""

    family: tuple[str, ...]
    given: tuple[str, ...] = ()
    particles: tuple[str, ...] = ()
    suffix: str = ""
    is_stated: bool = True  # not a guess at order, family name or spelling

    @property
    def joined(self) -> str:
        return "".join(self.particles + self.family)


class FoldedName(NamedTuple):
    """A name ready for comparing. Two names that are compatible share a key."""

    readings: tuple[Reading, ...]
    keys: tuple[str, ...]
    is_full: bool  # the first given name is written out
    family: str  # as stated, for asking how common it is


@lru_cache(maxsize=1 << 14)
def fold_name(name: NameParts) -> FoldedName:
    """The readings of `name` and the keys under which compatible names are found. Remembers names.

    About 8 µs for two plain words, 30 for others.
    """
    readings = tuple(dict.fromkeys(_read(name)))
    keys: dict[str, None] = {}
    for reading in readings:
        families, given = reading.family, reading.given
        if len(families) > 1 or reading.particles:
            families = (*families, "".join(families), reading.joined)
        for initial in [word[0] for word in given] or [""]:
            for family in families:
                keys[f"{family} {initial}"] = None
    stated = [reading for reading in readings if reading.is_stated]
    is_full = any(not reading.given or not is_initial(reading.given[0]) for reading in stated)
    return FoldedName(readings, tuple(keys), is_full, stated[0].family[-1] if stated else "")


def fold_printed(printed: str) -> FoldedName:
    """`fold_name` of a name printed as one text."""
    return fold_name(split_name(printed[:LONGEST_NAME]))


def is_initial(word: str) -> bool:
    """“p”, “p-y”: no part of the word is written out."""
    return len(word) == 1 or all(len(part) == 1 for part in word.split("-"))


def _read(name: NameParts) -> Iterator[Reading]:
    if _is_plain(name):
        yield from _read_plain(name.family.lower(), name.given.lower())
        return
    text = name.natural[:LONGEST_NAME]
    if text.isascii() and not name.literal and '"' not in text and "(" not in text:
        yield from _read_latin(name)
        return
    text = unicodedata.normalize("NFKC", text)
    native = "".join(char for char in text if HAN_KANA_HANGUL.match(char) or char in "·・")
    if native:
        yield from _read_native(name, native)
        text = re.sub(r"\(\s*\)", "", "".join(char for char in text if not HAN_KANA_HANGUL.match(char))).strip(" ,·・")
        name = NameParts(literal=text)
    found = False
    for each in _without_nickname(name):
        for reading in _read_spellings(each):
            found = True
            yield reading
    if not found and not native and text.strip():
        yield Reading((text.strip().casefold(),))


def _is_plain(name: NameParts) -> bool:
    """Whether the name is two words in ASCII, each a capital and small letters: the most frequent case by far."""
    family, given = name.family, name.given
    return (
        not name.suffix
        and not name.literal
        and family[1:].islower()
        and given[1:].islower()
        and (family + given).isascii()
        and (family + given).isalpha()
        and not {family.lower(), given.lower()} & NO_NAMES
    )


def _read_plain(family: str, given: str) -> Iterator[Reading]:
    """What `_read_latin` reads, at a fifth of the cost."""
    yield Reading((family,), (given,))
    if PERHAPS_UMLAUT.search(family) or PERHAPS_UMLAUT.search(given):
        yield from _guesses(Reading((family,), (given,)))
    yield Reading((given,), (family,), is_stated=False)


def _read_native(name: NameParts, native: str) -> Iterator[Reading]:
    """Han, Kana and Hangul: the signs themselves, then as they are pronounced, family name first."""
    parts = [part for part in re.split(r"[\s·・]+", f"{name.family} {name.given} {name.literal}") if part]
    parts = [part for part in parts if HAN_KANA_HANGUL.match(part)]
    whole = "".join(parts) if name.family and parts else native.replace("·", "").replace("・", "")
    yield Reading((whole,))
    if len(parts) == 2:
        yield Reading((parts[1] + parts[0],), is_stated=False)
        family, given = parts
    else:
        length = 2 if whole[:2] in LONG_FAMILY_NAMES and len(whole) > 2 else 1
        family, given = whole[:length], whole[length:]
    said, called = cut(family), cut(given)
    if said and called:
        yield Reading(("".join(said),), ("".join(called),), is_stated=False)


def _without_nickname(name: NameParts) -> Iterator[NameParts]:
    """“Robert (Bob) Quint” is Robert Quint and Bob Quint."""
    text = name.natural
    match = NICKNAME.search(text)
    if not match:
        yield name
        return
    rest = NameParts(*(" ".join(NICKNAME.sub(" ", part).split()) for part in _fields(name)))
    yield rest
    if match[1] and rest.family:
        yield NameParts(family=rest.family, given=match[1], suffix=rest.suffix)


def _fields(name: NameParts) -> tuple[str, str, str, str]:
    return name.family, name.given, name.suffix, name.literal


def _read_spellings(name: NameParts) -> Iterator[Reading]:
    """“Jörg Müller” is also Joerg Mueller, Joerg Muller and Jorg Mueller: print mixes them."""
    if not LETTER_WITH_E.search(name.natural):
        yield from _read_latin(name)
        return
    for family in _spellings(name.family):
        for given in _spellings(name.given):
            for literal in _spellings(name.literal):
                yield from _read_latin(NameParts(family, given, name.suffix, literal))


def _spellings(text: str) -> tuple[str, ...]:
    if not LETTER_WITH_E.search(text):
        return (text,)
    return tuple(dict.fromkeys((text, text.translate(WITH_E), text.translate(PLAIN_A).translate(WITH_E))))


def _read_latin(name: NameParts) -> Iterator[Reading]:
    if name.literal:
        name = split_name(name.literal)
    words = {word.replace(".", "").casefold() for word in name.natural.split()}
    if words & NO_NAMES:
        name = without_titles(name)
    if NUMBER.match(name.family):
        name = split_name(name.given)
    if name.literal:
        family = tuple(cut(name.literal, hyphens=True))
        if family:
            yield Reading(family)
        return
    suffix = (name.suffix or "").replace(".", "").casefold()
    suffix = SUFFIX_NAMES.get(suffix, suffix)
    for family, given, is_stated in _orders(name.family, name.given):
        whole = Reading(family, given, (), suffix, is_stated)
        base = _with_particles(whole)
        yield base
        if len(base.given) < len(given) and not name.given.split()[-1].islower():  # Minh Van Nguyen, or his Van Nguyen
            yield whole
        yield from _guesses(base)


def _orders(family: str, given: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], bool]]:
    """Which words are the family name, which the given ones, and whether the print says so."""
    capitals = family.isupper() and given.isupper()
    family_words, given_words = tuple(cut(family, hyphens=True)), tuple(cut(_spread(given, capitals)))
    if not family_words or not given_words:
        if family_words or given_words:
            yield family_words or given_words, (), True
        return
    yield family_words, given_words, True
    if capitals and len(given) <= 3 and given.isalpha():  # “JA QUINT”
        yield family_words, tuple(given.lower()), False
    as_full = tuple(cut(given))
    if given.isupper() and not capitals and len(as_full[0]) > 1 and "." not in given:  # “ZHANG Yihua”
        yield tuple(cut(given, hyphens=True)), tuple(cut(family)), True
    elif _is_block(family, capitals) and not is_initial(given_words[0]):  # “Chen PY”
        yield tuple(cut(given, hyphens=True)), tuple(cut(" ".join(family.replace(".", "")))), True
    elif not is_initial(given_words[0]):  # “Nagy István”
        yield tuple(given_words[0].split("-")), given_words[1:] + family_words, False


def _guesses(base: Reading) -> Iterator[Reading]:
    """A family name of two words, and vowels that were printed with an e for want of a letter."""
    if base.is_stated and len(base.given) > 1 and base.particles in ((), ("y",)) and len(base.given[-1]) > 1:
        family = tuple(base.given[-1].split("-")) + base.family
        yield base._replace(family=family, given=base.given[:-1], particles=(), is_stated=False)
    family = tuple(_perhaps(word) for word in base.family)
    given = tuple(_perhaps(word) for word in base.given)
    if base.is_stated and (family != base.family or given != base.given):
        yield base._replace(family=family, given=given, is_stated=False)


def _perhaps(word: str) -> str:
    return PERHAPS_UMLAUT.sub(r"\1", word) if len(word) > 4 else word


def _with_particles(reading: Reading) -> Reading:
    """Particles apart from the family name, also where they are printed as the end of the given names."""
    given, particles = list(reading.given), []
    while len(given) > 1 and given[-1] in PARTICLES:
        particles.insert(0, given.pop())
    core = tuple(word for word in reading.family if word not in PARTICLES)
    if core:
        particles += [word for word in reading.family if word in PARTICLES]
    if not particles:
        return reading
    return reading._replace(family=core or reading.family, given=tuple(given), particles=tuple(particles))


def _is_block(word: str, capitals: bool) -> bool:
    """Whether capital letters stand for given names: “PY”, “P.Y.”. In a name all in capitals only without a vowel."""
    letters = word.replace(".", "")
    if not (letters.isalpha() and letters.isupper() and len(letters) <= 3):
        return False
    return len(letters) == 1 or not capitals or not set("AEIOU") & set(letters)


def _spread(given: str, capitals: bool) -> str:
    """Initials printed as one word become words: “PY” → “P Y”."""
    return " ".join(" ".join(word) if _is_block(word, capitals) and "." not in word else word for word in given.split())


def _fold(text: str) -> str:
    if not text.isascii():
        text = anyascii(unicodedata.normalize("NFKC", text))
    return text.lower()


def cut(text: str, *, hyphens: bool = False) -> list[str]:
    """The words of a text, folded: no accents, case, full stops, apostrophes and numbers; no hyphens if `hyphens`."""
    text = _fold(text).replace("'", "").replace("`", "")
    if "-" in text:
        text = HYPHEN.sub(" " if hyphens else "-", text)
    words = NOISE.sub(" ", text).split()
    return [word for word in (word.strip("-") for word in words) if word and not NUMBER.match(word)]
