"""What a printed venue says, and which of our venues it is. Pure: reads loaded venues, asks the database nothing.

Documents print one series in many ways: “Proceedings of the 41st International Conference on Machine Learning”,
“ICML'24”, “ICML 2024”, “CVPRW'23”, “Advances in Neural Information Processing Systems 36”.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from labsite.lib.text import foldings
from publications.models import Venue
from publications.records import Record

YEAR = re.compile(r"\b(?:19|20)\d{2}\b|['’](\d{2})(?=W?\b)|(?<=[A-Za-z])(\d{2})(?=W?\b)")
ORDINAL = re.compile(
    r"\b\d+(?:st|nd|rd|th)\b"
    r"|\b(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[- ]?)?"
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth"
    r"|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth)\b"
    r"|\b(?:twentieth|thirtieth|fortieth|fiftieth|sixtieth|seventieth|eightieth|ninetieth|hundredth)\b",
    re.IGNORECASE,
)
LEAD = re.compile(
    r"\A(?:in\s+)?(?:(?:the|conference|companion|adjunct)\s+)*"
    r"(?:proceedings|proc\.?|advances)\s+(?:of|in|on)?\s*(?:the\s+)?(?=\S)|\A(?:in:?\s+)?the\s+",
    re.IGNORECASE,
)
PRESENTED = re.compile(r"\b(?:oral|spotlight|poster|highlight)s?\b", re.IGNORECASE)
WORKSHOP = re.compile(r"\bworkshops?\b", re.IGNORECASE)
TAG_OF_WORKSHOP = re.compile(r"\A([A-Z][A-Za-z]*?[A-Z][A-Za-z]*?)(-W|W|\s+W)\Z")
# “… Learning Representations, ICLR, Vienna, Austria”, as DBLP prints conferences, and “… Computer Vision (ECCV)”
NAME_AND_ACRONYM = re.compile(
    r"\A(.{10,}?)(?:,\s*(?P<comma>[A-Z][\w/&@-]{1,14})|\s*\((?P<brackets>[A-Z][\w/&@-]{1,14})\))\s*(?:,.*)?\Z"
)
FINDINGS = re.compile(r"\bfindings\b", re.IGNORECASE)  # a series of its own, not its conference
HOST = re.compile(r"(?:\bat\b|@|\bin conjunction with\b|\bof\b)\s+(?:the\s+)?(.+)\Z", re.IGNORECASE)
ACRONYM = re.compile(r"\(([A-Z][\w&/@-]{1,14})\)|\b([A-Z][A-Za-z]*[A-Z][A-Za-z]*)\b")
ARXIV = re.compile(r"\barxiv\b|\bcorr\b|\bpreprint\b", re.IGNORECASE)
# Words that one spelling of a series has and another leaves out.
DROPPED = frozenset({
    "the", "of", "on", "in", "and", "for", "a", "an", "annual", "international", "int", "conference", "conf", "meeting",
    "ieee", "cvf", "acm", "proceedings", "proc",
})  # fmt: skip
PERIODICALS = frozenset({Venue.Kind.JOURNAL, Venue.Kind.MAGAZINE})
GATHERINGS = frozenset({Venue.Kind.CONFERENCE, Venue.Kind.WORKSHOP, Venue.Kind.BOOK_SERIES, Venue.Kind.OTHER})
KIND_OF_RECORD = {
    "journal-article": Venue.Kind.JOURNAL,
    "conference-paper": Venue.Kind.CONFERENCE,
    "workshop-paper": Venue.Kind.WORKSHOP,
    "chapter": Venue.Kind.BOOK_SERIES,
}


@dataclass(frozen=True)
class PrintedVenue:
    """A printed venue taken apart: the words of the series alone, its acronym, the edition, whether it is a workshop.

    `host` is what is left of a tag like “CVPRW”: a workshop there, if that is a conference we know.
    """

    series: str = ""
    acronym: str = ""
    year: int | None = None
    is_workshop: bool = False
    host: str = ""


def read_venue(text: str) -> PrintedVenue:
    """Takes a printed venue apart. “ICML'25W” → ICML, 2025, a workshop; never raises."""
    match = YEAR.search(text)
    year = None
    if match:
        year = int(match.group()) if len(match.group()) == 4 else 2000 + int(match.group(1) or match.group(2))
    words = YEAR.sub(" ", text.replace("{", "").replace("}", ""))
    words = PRESENTED.sub(" ", ORDINAL.sub(" ", words))
    words = re.sub(r"\(\s*\)|\[\s*\]", " ", words)
    words = re.sub(r"\b(?:vol(?:ume)?\.?\s*)?\d+\s*\Z", " ", words.strip(" .,;:"))  # the volume of a yearbook
    before = None
    while before != words:
        before, words = words, LEAD.sub("", " ".join(words.split()).strip(" .,;:-–'’"))
    named = NAME_AND_ACRONYM.match(words)
    words, acronym = (named.group(1).strip(" ,"), named["comma"] or named["brackets"]) if named else (words, "")
    tag = TAG_OF_WORKSHOP.match(words)
    is_marked = bool(tag and tag.group(2) != "W")  # “NeurIPS-W” says so; “WWW” only ends in W
    series = tag.group(1) if tag and is_marked else words
    host = tag.group(1) if tag else ""
    return PrintedVenue(series, acronym, year, bool(WORKSHOP.search(words)) or is_marked, host)


def key_of(text: str) -> str:
    """Letters and digits alone, folded."""
    return "".join(char for char in foldings(text)[0] if char.isalnum())


def loose_key_of(text: str) -> str:
    """Like `key_of`, without the words that spellings of one series differ in. Kinds must agree as well."""
    return "".join(words_of(text))


def words_of(text: str) -> list[str]:
    words = re.findall(r"[^\W_]+", foldings(text.replace("&", " "))[0])
    return [word for word in words if word not in DROPPED]


def begins(begun: list[str], words: list[str]) -> bool:
    """Whether each of `begun` begins the word at the same place."""
    return len(begun) == len(words) and all(whole.startswith(part) for part, whole in zip(begun, words, strict=True))


@dataclass(frozen=True)
class VenueMatch:
    """Which venue a record means: one of ours, or a new one to be made, or none. `how` says why, for the plan."""

    venue: Venue | None = None
    new_name: str = ""
    new_short_name: str = ""
    new_kind: str = ""
    parent: Venue | None = None
    how: str = ""

    @property
    def label(self) -> str:
        return self.venue.label if self.venue else self.new_short_name or self.new_name


@dataclass
class VenueIndex:
    """Our venues by every name they go by. A name that two share finds neither."""

    exact: dict[str, list[Venue]] = field(default_factory=dict)
    loose: dict[str, list[Venue]] = field(default_factory=dict)
    found: dict[tuple[str, ...], VenueMatch] = field(default_factory=dict)
    by_id: dict[int, Venue] = field(default_factory=dict)

    @classmethod
    def of(cls, venues: Iterable[Venue]) -> VenueIndex:
        index = cls()
        for venue in venues:
            index.add(venue)
        return index

    def add(self, venue: Venue) -> None:
        """From now on `venue` is found."""
        self.found.clear()
        self.by_id[venue.pk] = venue
        aliases = [alias for alias in venue.aliases if isinstance(alias, str)]
        names = dict.fromkeys([venue.name, venue.short_name, *aliases])
        for name in names:
            for index, key in ((self.exact, key_of(name)), (self.loose, loose_key_of(name))):
                if key and venue not in index.setdefault(key, []):
                    index[key].append(venue)

    def resolve(self, record: Record) -> VenueMatch:
        """The venue of `record`. Preprints are given a venue only where we have it: their servers are not venues."""
        question = (record.kind, record.container, record.container_short)
        if question not in self.found:
            self.found[question] = self._resolve(*question)
        return self.found[question]

    def _resolve(self, kind: str, container: str, short: str) -> VenueMatch:
        if not (container or short) or kind in ("thesis", "report", "proposal", "book", "dataset", "software"):
            return VenueMatch()
        printed = self._hosted(read_venue(container or short))
        tag = self._hosted(read_venue(short))
        is_workshop = printed.is_workshop or tag.is_workshop or kind == "workshop-paper"
        for text in dict.fromkeys([container, printed.series, short, tag.series]):
            venue = self._only(self.exact.get(key_of(text), []) if text else [], kind, is_workshop)
            if venue:
                return VenueMatch(venue, how="" if text in (venue.name, venue.short_name) else f"printed “{text}”")
        venue = self._only(self.loose.get(loose_key_of(printed.series), []), kind, is_workshop)
        if not venue and not FINDINGS.search(printed.series):
            venue = self._by_acronym(f"{printed.series} {printed.acronym}", kind, is_workshop)
        venue = venue or self._by_abbreviations(container, kind, is_workshop)
        if venue:
            return VenueMatch(venue, how=f"printed “{container or short}”")
        if kind == "preprint" or ARXIV.search(container) or len(printed.series) < 2:
            return VenueMatch()
        return self._new(kind, printed, tag, is_workshop)

    def _only(self, venues: list[Venue], kind: str, is_workshop: bool) -> Venue | None:
        """The one venue that a record of this kind can mean; None for none or several."""
        wanted = PERIODICALS if kind == "journal-article" else GATHERINGS
        fitting = [venue for venue in venues if venue.kind in wanted or kind not in KIND_OF_RECORD]
        if is_workshop or kind in ("conference-paper", "workshop-paper"):
            fitting = [venue for venue in fitting if venue.is_workshop == is_workshop]
        return fitting[0] if len(fitting) == 1 else None

    def _by_acronym(self, series: str, kind: str, is_workshop: bool) -> Venue | None:
        for match in ACRONYM.finditer(series):
            venue = self._only(self.exact.get(key_of(match.group(1) or match.group(2)), []), kind, is_workshop)
            if venue:
                return venue
        return None

    def _hosted(self, printed: PrintedVenue) -> PrintedVenue:
        """“CVPRW” is a workshop at CVPR if we know CVPR and no CVPRW."""
        if printed.host and key_of(printed.host) in self.exact and key_of(printed.series) not in self.exact:
            return replace(printed, series=printed.host, is_workshop=True)
        return printed

    def _by_abbreviations(self, text: str, kind: str, is_workshop: bool) -> Venue | None:
        """“IEEE Trans. Signal Process.”: each word begins a word of the name, in order, and one ends in a full stop."""
        if not re.search(r"[A-Za-z]\.", text):
            return None
        begun = words_of(read_venue(text).series)
        fitting = [
            venue for venues in self.loose.values() for venue in venues
            if len(begun) > 1 and begins(begun, words_of(venue.name))
        ]  # fmt: skip
        return self._only(list(dict.fromkeys(fitting)), kind, is_workshop)

    def _new(self, kind: str, printed: PrintedVenue, tag: PrintedVenue, is_workshop: bool) -> VenueMatch:
        parent = None
        if is_workshop:
            host = HOST.search(printed.series)
            for text in filter(None, (host and host.group(1), WORKSHOP.sub(" ", printed.series), tag.series)):
                parent = parent or self._host(text)
        venue_kind = Venue.Kind.WORKSHOP if is_workshop else KIND_OF_RECORD.get(kind, Venue.Kind.OTHER)
        name = printed.series if not (is_workshop and parent and len(printed.series) < 8) else ""
        name = name or f"Workshops at {parent}"
        known = self.exact.get(key_of(name), [])
        if len(known) == 1:
            return VenueMatch(known[0], how=f"printed “{printed.series}”")
        return VenueMatch(
            new_name=name[:250],
            new_short_name=(tag.series if tag.series != printed.series else printed.acronym)[:60],
            new_kind=venue_kind, parent=parent, how="not known yet",
        )  # fmt: skip

    def _host(self, text: str) -> Venue | None:
        words = read_venue(text).series
        for index, key in ((self.exact, key_of(words)), (self.loose, loose_key_of(words))):
            venue = self._only(index.get(key, []), "conference-paper", False)
            if venue:
                return venue
        return self._by_acronym(words, "conference-paper", False)
