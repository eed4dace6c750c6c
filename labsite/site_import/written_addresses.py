"""E-mail addresses that stand within what is said of somebody: they are taken out, as nobody agreed to show them. Pure.

Also found are those written for people alone: “ada at example dot org”, “ada [at] example.org”.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from labsite.site_import.records import PersonRecord

INSTEAD = "(e-mail address)"
MAILTO = re.compile(r"\[([^\[\]\n]{0,200})\]\(mailto:([^()\s?]{1,200})(?:\?[^()\s]{0,500})?\)", re.IGNORECASE)
PLAIN = re.compile(r"<?(?<![\w.+@/-])(?!git@)([\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6})>?")
AT = r"(?:\s{0,2}\\?[\[({<]\s?(?:at|@)\s?\\?[\])}>]\s{0,2}|\s{1,2}at\s{1,2})"
DOT = r"(?:\s{0,2}\\?[\[({<]\s?(?:dot|\.)\s?\\?[\])}>]\s{0,2}|\s{1,2}dot\s{1,2}|\.)"
SPELLED = re.compile(rf"(?<![\w.+@/-])([\w.+-]{{1,64}}){AT}([\w-]{{1,63}}(?:{DOT}[\w-]{{1,63}}){{1,6}})", re.IGNORECASE)
BRACKETS = re.compile(r"[\[({<]\s?(?:at|@)\s?\\?[\])}>]", re.IGNORECASE)
SPELLED_DOT = re.compile(r"\bdot\b", re.IGNORECASE)
LABEL_ALONE = re.compile(
    rf"[\W_]*(?:e-?mails?|mail|contact|address|邮箱|电子邮箱|电子邮件)?[\W_]*{re.escape(INSTEAD)}[\W_]*", re.IGNORECASE
)


@dataclass(frozen=True)
class Cleaned:
    """A text without addresses, and the addresses that stood in it."""

    text: str
    addresses: tuple[str, ...]


def without_addresses(text: str) -> Cleaned:
    """`text` with `INSTEAD` for each address; a line that said nothing else goes."""
    found: list[str] = []

    def linked(match: re.Match[str]) -> str:
        found.append(match.group(2))
        words = match.group(1).strip()
        return INSTEAD if not words or "@" in words or SPELLED.search(words) else f"{words} {INSTEAD}"

    def plain(match: re.Match[str]) -> str:
        found.append(match.group(1))
        return INSTEAD

    def spelled(match: re.Match[str]) -> str:
        if not (BRACKETS.search(match.group()) or SPELLED_DOT.search(match.group(2))):
            return match.group()  # “she works at example.org” is no address
        found.append(f"{match.group(1)}@{re.sub(DOT, '.', match.group(2), flags=re.IGNORECASE)}")
        return INSTEAD

    changed = SPELLED.sub(spelled, PLAIN.sub(plain, MAILTO.sub(linked, text)))
    if not found:
        return Cleaned(text, ())
    lines = [line for line in changed.split("\n") if not LABEL_ALONE.fullmatch(line)]
    return Cleaned("\n".join(lines).strip(), tuple(dict.fromkeys(found)))


def clean_person(record: PersonRecord) -> tuple[PersonRecord, tuple[str, ...]]:
    """Somebody without addresses in their texts, and the names of the texts that had some.

    The first one may be theirs, where the site says none elsewhere; it may be their advisor's as well.
    """
    texts = {"bio": without_addresses(record.bio), "headline": without_addresses(record.headline)}
    bodies = [without_addresses(section.body) for section in record.sections]
    found = [address for each in (*texts.values(), *bodies) for address in each.addresses]
    if not found:
        return record, ()
    sections = tuple(
        replace(section, body=each.text) for section, each in zip(record.sections, bodies, strict=True) if each.text
    )
    headings = [section.heading for section, each in zip(record.sections, bodies, strict=True) if each.addresses]
    written = "" if record.email else found[0]
    cleaned = replace(
        record, written_email=written, sections=sections, **{name: each.text for name, each in texts.items()}
    )
    return cleaned, (*(name for name, each in texts.items() if each.addresses), *headings)
