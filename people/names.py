"""Printed names taken apart, for formats that ask for family and given name. Pure: no database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from unicodedata import bidirectional, category

PARTICLES = frozenset({
    "af", "al", "ap", "av", "bar", "ben", "bin", "bint", "da", "dal", "de", "degli", "dei", "del", "della", "den",
    "der", "des", "di", "do", "dos", "du", "el", "ibn", "la", "las", "le", "les", "lo", "los", "op", "ten", "ter",
    "the", "to", "van", "vande", "vander", "vom", "von", "y", "zu", "zum", "zur",
})  # fmt: skip
SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})
HAN_KANA_HANGUL = re.compile(r"[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")

# Words before and behind a name that are no part of it, folded, without full stops.
TITLES = frozenset({
    "dame", "dipl-ing", "dr", "dr-ing", "drs", "frau", "herr", "ir", "mr", "mrs", "ms", "prof", "professor", "sir",
})  # fmt: skip
WITHHELD = "Name withheld"  # of somebody who was erased and whose papers print no name (labsite.privacy)
DEGREES = frozenset({"cphys", "dphil", "dsc", "facs", "frs", "ieee", "msc", "phd", "scd"})


@dataclass(frozen=True)
class NameParts:
    """A name as bibliographies order it. `literal` is set instead where the parts are not known to be parts."""

    family: str = ""
    given: str = ""
    suffix: str = ""
    literal: str = ""

    @property
    def inverted(self) -> str:
        """“Family, Suffix, Given”: the form that BibTeX, RIS and Google Scholar read without guessing."""
        return self.literal or ", ".join(part for part in (self.family, self.suffix, self.given) if part)

    @property
    def natural(self) -> str:
        """“Given Family Suffix”."""
        return self.literal or " ".join(part for part in (self.given, self.family, self.suffix) if part)


def split_name(printed: str) -> NameParts:
    """The parts of a personal name as printed: “Family, Given” or “Given Family”.

    Lower-case particles belong to the family name (BibTeX's rule for “von”). A name of one word, and a name in Han,
    Kana or Hangul without blanks, stays whole.
    """
    name = " ".join(printed.split())
    if name == WITHHELD:
        return NameParts(literal=name)
    if "," in name:
        first, *others = (part.strip() for part in name.split(","))
        suffix = next((part for part in others if part.lower() in SUFFIXES), "")
        given = " ".join(part for part in others if part and part != suffix)
        if first and suffix and not given and " " in first:  # “Sammy Quint, Jr.”
            whole = split_name(first)
            return NameParts(whole.family, whole.given, suffix) if whole.family else NameParts(literal=name)
        if first and (given or suffix):
            return NameParts(family=first, given=given, suffix=suffix)
        return NameParts(literal=first or given or name)
    words = name.split()
    suffix = words.pop() if len(words) > 2 and words[-1].lower() in SUFFIXES else ""
    if len(words) < 2 or HAN_KANA_HANGUL.search(words[0]):
        return NameParts(literal=name)
    begin = len(words) - 1
    while begin > 1 and words[begin - 1] in PARTICLES:
        begin -= 1
    return NameParts(family=" ".join(words[begin:]), given=" ".join(words[:begin]), suffix=suffix)


def without_titles(parts: NameParts) -> NameParts:
    """The name without “Prof. Dr.” before it and “Ph.D.” behind it, wherever a format has put them."""
    given, family = parts.given.split(), parts.family.split()
    while given and _plain(given[0]) in TITLES:
        given.pop(0)
    while given and _plain(given[-1]) in DEGREES:
        given.pop()
    while len(given) + len(family) > 2 and family and _plain(family[-1]) in DEGREES:
        family.pop()
    if given and family:
        return NameParts(" ".join(family), " ".join(given), parts.suffix)
    return split_name(" ".join([*given, *family, parts.suffix]).strip())


def _plain(word: str) -> str:
    return word.replace(".", "").casefold()


# Signs that belong to the one before: skin tones, tags of flags, variation selectors, and the joiner itself.
JOINER = "\u200d"
BELONGING = re.compile("[\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\ufe00-\ufe0f\u20e3]")
FLAG_HALVES = re.compile("[\U0001f1e6-\U0001f1ff]")


def first_sign(text: str) -> str:
    """The first sign as a reader sees it: a letter with its accents, a whole emoji, both halves of a flag.

    A short form of Unicode's grapheme clusters (UAX 29); Hangul is expected composed (NFC).
    """
    end = 1
    while end < len(text):
        before, char = text[end - 1], text[end]
        is_pair = end == 1 and FLAG_HALVES.match(before) and FLAG_HALVES.match(char)
        if not (char == JOINER or before == JOINER or BELONGING.match(char) or is_pair or category(char)[0] == "M"):
            break
        end += 1
    return text[:end].rstrip(JOINER)


def initials_of(name: str) -> str:
    """One or two signs that stand for a name: of its first and its last word, “AQ” for Ada Quint; "" for none.

    Chinese, Japanese and Korean names without blanks give their first sign, which is the family name. Letters of
    scripts that join are kept apart. A name without letters gives its first emoji.
    """
    words = [word.lstrip("([{'\"‘“«-") for word in name.split()]
    lettered = [word for word in words if word and word[0].isalnum()]
    if not lettered:
        return first_sign(next((word for word in words if word and category(word[0]) == "So"), ""))
    chosen = lettered[:1] + lettered[1:][-1:]
    if all(HAN_KANA_HANGUL.match(word) for word in chosen):
        return first_sign(chosen[0])
    signs = [first_sign(word) for word in chosen]
    return "\u200c".join(signs) if bidirectional(signs[0][0]) == "AL" else "".join(map(upper_sign, signs))


def upper_sign(sign: str) -> str:
    """In capitals, where that is still one sign: not “SS” for ß."""
    upper = sign.upper()
    return upper if len(upper) == len(sign) else sign
