"""Which of our publications a record is: by identifier, else by title with year and authors. Near titles are shown.

Nothing here decides alone on a likeness: `Found.is_same` is set only where an identifier, or the folded title together
with year and authors, leaves no doubt; everything else is a question for an editor.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from labsite.lib.text import fold, match_key
from people.names import NameParts, split_name
from publications.importing.near_titles import NearTitles, likeness
from publications.models import Authorship, Identifier, Publication
from publications.records import Record

SHORT_KEY = 16  # letters: shorter titles (“Editorial”, “Introduction”) belong to many papers
OTHER_TITLE = 45  # of 100: below it, one identifier under two such titles is a question
YEARS_APART = 1  # of two printings of one paper
PREPRINT_YEARS = 4  # that a preprint may be older than the paper
UNIQUE_SCHEMES = ("doi", "pmid", "openreview", "arxiv", "acl")  # one paper has one of these, but see `contradicts`
ARXIV_DOI = "10.48550/arxiv."


@dataclass(frozen=True)
class Known:
    """What is compared of a paper. `id` is a publication's, or minus the number of an earlier entry of this input."""

    id: int
    title: str
    keys: frozenset[str]
    year: int | None
    families: frozenset[str]
    identifiers: frozenset[tuple[str, str]]
    place: tuple[str, str, str] = ("", "", "")  # volume, issue, first page
    is_preprint: bool = False
    cite_key: str = ""


@dataclass(frozen=True)
class Found:
    """A paper that a record is (`is_same`) or may be, and why, in words."""

    id: int
    is_same: bool
    reason: str
    score: int


@lru_cache(maxsize=1 << 15)
def family_of(name: NameParts) -> str:
    """The folded family name without particles; the last word of a name whose parts are not known."""
    words = re.split(r"[\s-]+", fold(name.family or name.literal).strip())
    return words[-1] if words else ""


def known_record(record: Record, number: int) -> Known:
    return Known(
        id=number,
        title=record.title,
        keys=frozenset({match_key(record.title)} - {""}),
        year=record.year,
        families=frozenset(family_of(author.name) for author in record.authors) - {""},
        identifiers=frozenset(record.identifiers),
        place=(record.volume, record.issue, record.page_range[0]),
        is_preprint=record.kind == "preprint",
        cite_key=record.key,
    )


class PublicationIndex:
    """Finds records among the publications of the database and the earlier entries of one input."""

    def __init__(self) -> None:
        self.by_identifier: dict[tuple[str, str], int] = {}
        self.by_key: dict[str, list[int]] = defaultdict(list)
        self.known: dict[int, Known] = {}
        self.near: NearTitles | None = None
        self.with_other_titles: dict[str, list[int]] | None = None
        self.extended: set[int] = set()  # publications of which this input says more than the database did

    def forget_stored(self) -> None:
        """Lets go of publications that the database has as they are known here: they are read again when asked for."""
        gone = [self.known[key] for key in self.known if key > 0 and key not in self.extended]
        for known in gone:
            del self.known[known.id]
            for identifier in known.identifiers:
                if self.by_identifier.get(identifier) == known.id:
                    del self.by_identifier[identifier]
            for title_key in known.keys & self.by_key.keys():
                rest = [key for key in self.by_key[title_key] if key != known.id]
                if rest:
                    self.by_key[title_key] = rest
                else:
                    del self.by_key[title_key]

    def remember(self, known: Known, *, is_near: bool = False) -> None:
        """An entry of this input, or a publication made since, is found from now on. `is_near`: its title is there."""
        for identifier in known.identifiers:
            self.by_identifier.setdefault(identifier, known.id)
        for key in known.keys:
            self.by_key[key].append(known.id)
        self.known[known.id] = known
        if self.near is not None and not is_near:
            self.near.add(known.id, known.title)

    def became(self, number: int, key: int) -> None:
        """Entry `number` of this input has become the publication `key`."""
        known = self.known.pop(-number, None)
        if known is None:
            return
        for identifier in known.identifiers:
            if self.by_identifier.get(identifier) == -number:
                del self.by_identifier[identifier]
        for title_key in known.keys:
            self.by_key[title_key].remove(-number)
        self.remember(replace(known, id=key), is_near=bool(self.near and self.near.became(-number, key)))

    def extend(self, key: int, asked: Known) -> None:
        """What a record adds to the publication `key` belongs to it from now on, for later entries of this input."""
        for identifier in asked.identifiers:
            self.by_identifier.setdefault(identifier, key)
        known = self.known.get(key)
        if known and not (asked.identifiers <= known.identifiers and asked.keys <= known.keys):
            self.extended.add(key)
            self.known[key] = replace(
                known, identifiers=known.identifiers | asked.identifiers, keys=known.keys | asked.keys
            )
            for title_key in asked.keys:
                if key not in self.by_key[title_key]:
                    self.by_key[title_key].append(key)

    def find_all(self, records: Sequence[Record]) -> list[list[Found]]:
        """For each record what it is or may be, the likeliest first. Eight queries at most, whatever the number."""
        asked = [known_record(record, 0) for record in records]
        stored = self._stored(asked)
        hits = [self._hits(each, stored) for each in asked]
        self._load({pk for own in hits for pk in own if pk > 0} - self.known.keys())
        answers = [self._judge(each, own) for each, own in zip(asked, hits, strict=True)]
        lost = [place for place, answer in enumerate(answers) if not any(found.is_same for found in answer)]
        if lost:
            self._add_near(asked, answers, lost)
        return answers

    def add_earlier(self, record: Record, answer: list[Found]) -> list[Found]:
        """`answer` and what is found through the entries remembered since it was given. No query."""
        asked = known_record(record, 0)
        seen = {found.id for found in answer}
        own = {pk for identifier in asked.identifiers if (pk := self.by_identifier.get(identifier))}
        own |= {pk for key in asked.keys for pk in self.by_key.get(key, ())}
        fresh = self._judge(asked, own - seen)
        if self.near is not None and not any(found.is_same for found in [*answer, *fresh]):
            near = set(self.near.alike(record.title, stored=False)) - seen - own
            fresh += self._judge_near(asked, near)
        return sorted([*answer, *fresh], key=lambda found: (not found.is_same, -found.score))

    def _stored(self, asked: list[Known]) -> dict[object, list[int]]:
        """By identifier and by title key, the publications of the database. Two queries, one more the first time."""
        stored: dict[object, list[int]] = defaultdict(list)
        values = {value for each in asked for _, value in each.identifiers}
        for scheme, value, pk in Identifier.objects.filter(value__in=values).values_list(
            "scheme", "value", "publication"
        ):
            stored[(scheme, value)].append(pk)
        keys = {key for each in asked for key in each.keys}
        for key, pk in Publication.objects.filter(match_key__in=keys).order_by().values_list("match_key", "pk"):
            stored[key].append(pk)
        cited = {each.cite_key for each in asked} - {""}
        for key, pk in Publication.objects.filter(bibtex_key__in=cited).order_by().values_list("bibtex_key", "pk"):
            stored[("key", key)].append(pk)
        if self.with_other_titles is None:
            self.with_other_titles = defaultdict(list)
            titles = Publication.objects.exclude(other_titles=[]).order_by().values_list("pk", "other_titles")
            for pk, others in titles:
                for title in others if isinstance(others, list) else ():
                    self.with_other_titles[match_key(str(title))].append(pk)
        return stored

    def _hits(self, each: Known, stored: dict[object, list[int]]) -> set[int]:
        hits: set[int] = set()
        for identifier in each.identifiers:
            hits.update(stored.get(identifier, ()))
            hits.update({self.by_identifier[identifier]} if identifier in self.by_identifier else ())
        for key in each.keys:
            hits.update(stored.get(key, ()), self.by_key.get(key, ()), (self.with_other_titles or {}).get(key, ()))
        hits.update(stored.get(("key", each.cite_key), ()))
        return hits

    def _load(self, keys: set[int]) -> None:
        """What is compared of these publications. Three queries."""
        if not keys:
            return
        families: dict[int, set[str]] = defaultdict(set)
        for pk, name in Authorship.objects.filter(publication__in=keys).values_list("publication", "printed_name"):
            families[pk].add(family_of(split_name(name)))
        identifiers: dict[int, set[tuple[str, str]]] = defaultdict(set)
        for pk, scheme, value in Identifier.objects.filter(publication__in=keys).values_list(
            "publication", "scheme", "value"
        ):
            identifiers[pk].add((scheme, value))
        rows = Publication.objects.filter(pk__in=keys).order_by()
        for row in rows.only(
            "title", "other_titles", "year", "volume", "issue", "pages", "kind", "match_key", "bibtex_key"
        ):
            others = [title for title in row.other_titles if isinstance(title, str)]
            self.known[row.pk] = Known(
                id=row.pk,
                title=row.title,
                keys=frozenset({row.match_key, *map(match_key, others)} - {""}),
                year=row.year,
                families=frozenset(families[row.pk] - {""}),
                identifiers=frozenset(identifiers[row.pk]),
                place=(row.volume, row.issue, Record(pages=row.pages).page_range[0]),
                is_preprint=row.kind == Publication.Kind.PREPRINT,
                cite_key=row.bibtex_key,
            )

    def _judge(self, asked: Known, hits: Iterable[int]) -> list[Found]:
        found = [judge(asked, self.known[pk]) for pk in hits if pk in self.known]
        return sorted((each for each in found if each), key=lambda each: (not each.is_same, -each.score))

    def _add_near(self, asked: list[Known], answers: list[list[Found]], lost: list[int]) -> None:
        if self.near is None:
            self.near = NearTitles.load()
            for known in self.known.values():
                if known.id < 0:
                    self.near.add(known.id, known.title)
        alike = {place: set(self.near.alike(asked[place].title)) for place in lost}
        self._load({pk for own in alike.values() for pk in own if pk > 0} - self.known.keys())
        for place in lost:
            seen = {found.id for found in answers[place]}
            answers[place] += self._judge_near(asked[place], alike[place] - seen)

    def _judge_near(self, asked: Known, hits: Iterable[int]) -> list[Found]:
        found = [judge_near(asked, self.known[pk]) for pk in hits if pk in self.known]
        return sorted((each for each in found if each), key=lambda each: -each.score)


def judge(asked: Known, known: Known) -> Found | None:
    """Whether two papers that share an identifier or a title are one."""
    shared = asked.identifiers & known.identifiers
    same_title = bool(asked.keys & known.keys)
    authors = share_authors(asked, known)
    if shared:
        name = " ".join(min(shared))
        if same_title or authors is not False or title_ratio(asked, known) >= OTHER_TITLE:
            return Found(known.id, True, f"same identifier ({name})", 100)
        return Found(known.id, False, f"same identifier ({name}), but another title and other authors", 90)
    if asked.cite_key and asked.cite_key == known.cite_key:
        if same_title and not contradicts(asked, known):
            return Found(known.id, True, "same BibTeX key and title", 97)
        alike = authors is True and years_agree(asked, known) and title_ratio(asked, known) >= OTHER_TITLE
        return Found(known.id, False, "same BibTeX key and an author in common", 75) if alike else None
    return judge_title(asked, known, authors) if same_title else None


def judge_title(asked: Known, known: Known, authors: bool | None) -> Found | None:
    if len(min(asked.keys, default="")) < SHORT_KEY:
        alike = authors is not False and asked.year == known.year and not differ(asked.place, known.place)
        return (
            Found(known.id, authors is True and asked.year is not None, "same short title, year and authors", 85)
            if alike
            else None
        )
    if authors is False:
        return Found(known.id, False, "same title, but other authors", 70)
    if not years_agree(asked, known):
        return Found(known.id, False, f"same title, but {asked.year} and {known.year}", 80)
    scheme = contradicts(asked, known)
    if scheme:
        return Found(known.id, False, f"same title and authors, but another {scheme} number", 85)
    return Found(known.id, True, "same title, year and authors" if authors else "same title and year", 95)


def judge_near(asked: Known, known: Known) -> Found | None:
    """Near titles are never one paper by themselves; without an author in common they are not even shown."""
    if share_authors(asked, known) is False or contradicts(asked, known) in ("doi", "pmid"):
        return None
    return Found(known.id, False, "nearly the same title, and an author in common", 60)


def share_authors(asked: Known, known: Known) -> bool | None:
    """Whether a family name stands in both lists; None where a list is empty."""
    if not asked.families or not known.families:
        return None
    return bool(asked.families & known.families)


def years_agree(asked: Known, known: Known) -> bool:
    if asked.year is None or known.year is None:
        return True
    apart = PREPRINT_YEARS if asked.is_preprint or known.is_preprint else YEARS_APART
    return abs(asked.year - known.year) <= apart


def title_ratio(asked: Known, known: Known) -> float:
    return likeness(asked.title.lower(), known.title.lower())


def contradicts(asked: Known, known: Known) -> str:
    """The scheme in which the two have different numbers, as one paper never has; "" where there is none.

    A preprint's DOI beside the paper's is no contradiction, nor is a number that only one of them has.
    """
    for scheme in UNIQUE_SCHEMES:
        own = {value for name, value in asked.identifiers if name == scheme and not value.startswith(ARXIV_DOI)}
        other = {value for name, value in known.identifiers if name == scheme and not value.startswith(ARXIV_DOI)}
        if own and other and not own & other and not (scheme == "doi" and asked.is_preprint != known.is_preprint):
            return scheme
    return ""


def differ(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two places in a periodical differ where both are stated."""
    return any(own and theirs and own != theirs for own, theirs in zip(one, other, strict=True))
