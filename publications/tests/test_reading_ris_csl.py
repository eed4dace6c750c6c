"""RIS and CSL-JSON as programs and services write them, to records; and back to what was written."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labsite.tests.fuzz import cases
from people.names import NameParts
from publications.formats.csl import csl_item
from publications.formats.csl_reader import record_of_csl
from publications.formats.markup import plain_text
from publications.formats.ris import write_ris
from publications.reading import read_entries
from publications.records import Record, RecordAuthor, SourceEntry

REAL = (Path(__file__).parent / "real.bib").read_text(encoding="utf-8")


def read(text: str) -> list[SourceEntry]:
    return list(read_entries(io.BytesIO(text.encode())))


def ris(*lines: str, kind: str = "JOUR") -> Record:
    (entry,) = read("\n".join([f"TY  - {kind}", *lines, "ER  - "]))
    return entry.record


def csl(**values: Any) -> Record:
    return record_of_csl({"title": "T", **values})


# RIS

ENDNOTE = """TY  - JOUR
AU  - van der Berg, Jan, Jr.
AU  - ACME Group
T1  - A title: of two
      lines
JF  - Journal of Quiet Machines
JO  - J. Quiet Mach.
VL  - 3
IS  - 2
SP  - 101
EP  - 109
PY  - 2020
DA  - 2020/05/03
DO  - https://doi.org/10.1000/ABC
SN  - 1234-5678
AN  - 12345678
DB  - PubMed
KW  - one
two
KW  - three; four
N2  - An abstract
that goes on.
UR  - https://a.org/x
L1  - internal-pdf://x.pdf
ID  - 17
ER  -


"""


def test_a_file_of_endnote_is_read():
    (entry,) = read(ENDNOTE)
    found = entry.record
    assert [author.name for author in found.authors] == [
        NameParts("van der Berg", "Jan", "Jr."), NameParts(literal="ACME Group"),
    ]  # fmt: skip
    assert (found.title, found.container) == ("A title: of two lines", "Journal of Quiet Machines")
    assert (found.volume, found.issue, found.pages, found.year, found.date) == ("3", "2", "101–109", 2020, "2020-05-03")
    assert found.identifiers == (("doi", "10.1000/abc"), ("pmid", "12345678"))
    assert (found.topics, found.abstract) == (("one", "two", "three", "four"), "An abstract that goes on.")
    assert (found.links, found.key, found.kind) == ((("publisher", "https://a.org/x"),), "17", "journal-article")
    assert entry.notes == ("L1: “internal-pdf://x.pdf” is no full web address: no link was made.",)


def test_older_tags_and_single_blanks_are_read():
    found = ris(
        "T1 - Title",
        "A1 - Quint, Ada",
        "A1 - Okafor, B.",
        "Y1 - 2001/12//",
        "BT - Proceedings",
        "M3 - 10.1000/x",
        kind="CONF",
    )
    assert (found.kind, found.title, found.container, found.date) == (
        "conference-paper",
        "Title",
        "Proceedings",
        "2001-12",
    )
    assert [author.name.inverted for author in found.authors] == ["Quint, Ada", "Okafor, B."]
    assert found.identifiers == (("doi", "10.1000/x"),)


def test_web_of_science_and_books_are_read():
    found = ris(
        "TI  - Book",
        "SN  - 978-0-306-40615-7 (print)",
        "AN  - WOS:000123456700001",
        "PB  - Pub",
        "CT  - No",
        kind="BOOK",
    )
    assert (found.title, found.identifiers, found.publisher) == ("Book", (("isbn", "9780306406157"),), "Pub")
    chapter = ris("TI  - Chapter", "BT  - Book", "SN  - 978-0-306-40615-7", kind="CHAP")
    assert (chapter.container, chapter.identifiers, chapter.extra) == ("Book", (), {"isbn": "9780306406157"})


@pytest.mark.parametrize(
    ("lines", "year", "date"),
    [
        (["PY  - 2020"], 2020, ""), (["PY  - 2020///"], 2020, ""), (["DA  - 2020/05//"], 2020, "2020-05"),
        (["PY  - 2020", "DA  - 2019/12/31"], 2020, ""), (["Y1  - 2020/5/3/Spring"], 2020, "2020-05-03"),
        (["DA  - May 31, 2020"], 2020, "2020-05-31"), (["DA  - 2020-05"], 2020, "2020-05"), (["PY  - 2020 May"], 2020,
        "2020-05"),
        (["PY  - soon"], None, ""), (["PY  - 2020/99/99"], 2020, ""), (["PY  - 2020/02/31"], 2020, "2020-02"),
        ([], None, ""),
    ],
)  # fmt: skip
def test_dates_of_ris_keep_their_precision(lines, year, date):
    found = ris("TI  - T", *lines)
    assert (found.year, found.date) == (year, date)


def test_arxiv_in_ris_is_a_preprint():
    found = ris("TI  - T", "UR  - http://arxiv.org/abs/2310.12508v2", "DO  - 10.48550/arXiv.2310.12508", kind="GEN")
    assert (found.kind, found.status, found.links) == ("preprint", "preprint", ())
    assert found.identifiers == (("doi", "10.48550/arxiv.2310.12508"), ("arxiv", "2310.12508"))


def test_entries_of_ris_without_an_end_or_a_title_are_told():
    entries = read("TY  - JOUR\nTI  - A\nTY  - JOUR\nAU  - B\nER  - \n\nTY  - JOUR\nTI  - C\nER  - \n")
    assert [(entry.line, entry.label, entry.problem, len(entry.notes)) for entry in entries] == [
        (1, "A", "", 1), (3, "TY - JOUR AU - B ER -", "This entry has no title: add a line “TI  - ”.", 0), (7, "C",
        "", 0),
    ]  # fmt: skip


# CSL-JSON

CROSSREF = {
    "status": "ok", "message-type": "work",
    "message": {
        "DOI": "10.1000/ABC", "type": "proceedings-article", "title": ["Quiet <i>machines</i> &amp;amp; loud"],
        "subtitle": ["A study"], "container-title": ["Lecture Notes in Computer Science", "Proceedings of Meetings"],
        "short-container-title": ["PoM"], "ISBN": ["http://id.crossref.org/isbn/9780306406157"], "ISSN": ["1234-5678"],
        "author": [
            {"given": "Ada", "family": "Quint", "ORCID": "http://orcid.org/0000-0002-1825-0097", "sequence": "first",
             "affiliation": [{"name": "University of A"}, {"name": "Lab B"}]},
            {"family": "Berg", "given": "Jan", "non-dropping-particle": "van den", "suffix": "Jr."},
            {"name": "The ACME Group"}, {"literal": "Plato"}, None, 7, {},
        ],
        "issued": {"date-parts": [["2024", "5"]]}, "page": "1-9", "volume": 3, "issue": "2", "publisher": "Pub",
        "abstract": "<jats:title>Abstract</jats:title><jats:p>If a&lt;b, x<jats:sup>2</jats:sup>.</jats:p>"
                    "<jats:p>End.</jats:p>",
        "URL": "http://dx.doi.org/10.1000/ABC",
        "link": [{"URL": "https://a.org/p.pdf", "content-type": "application/pdf"}],
    },
}  # fmt: skip
DATACITE = {
    "type": "article", "id": "https://doi.org/10.48550/arxiv.2310.12508", "categories": ["Machine Learning (cs.LG)"],
    "author": [{"family": "Fan", "given": "Chongyu"}], "issued": {"date-parts": [[2023]]},
    "abstract": "Text.", "DOI": "10.48550/ARXIV.2310.12508", "publisher": "arXiv", "title": "SalUn", "version": "5",
}  # fmt: skip
ZOTERO = [
    {
        "id": "http://zotero.org/users/1/items/X", "citation-key": "quint2020", "type": "article-journal", "title": "T",
        "title-short": "S", "container-title": "J", "journalAbbreviation": "JJ", "issued": {"date-parts": [[2020,
        "5", 3]]},
        "author": [{"family": "Quint", "given": "Ada"}], "keyword": "one, two",
    }
]  # fmt: skip


def test_an_answer_of_crossref_is_read():
    (entry,) = read(json.dumps(CROSSREF))
    found = entry.record
    assert (found.title, found.kind) == ("Quiet machines & loud: A study", "conference-paper")
    assert found.container == "Proceedings of Meetings"
    assert [author.name.inverted for author in found.authors] == [
        "Quint, Ada",
        "van den Berg, Jr., Jan",
        "The ACME Group",
        "Plato",
    ]
    assert (found.authors[0].orcid, found.authors[0].affiliation) == ("0000-0002-1825-0097", "University of A; Lab B")
    assert (found.year, found.date, found.pages, found.volume) == (2024, "2024-05", "1-9", "3")
    assert found.abstract == "If a<b, x2. End."
    assert (found.identifiers, found.links) == ((("doi", "10.1000/abc"),), (("pdf", "https://a.org/p.pdf"),))
    assert found.extra == {"isbn": "9780306406157"}


def test_an_answer_of_datacite_is_read():
    found = record_of_csl(DATACITE)
    assert (found.kind, found.status, found.container, found.key) == ("preprint", "preprint", "arXiv", "")
    assert found.identifiers == (("doi", "10.48550/arxiv.2310.12508"), ("arxiv", "2310.12508"))


def test_a_library_of_zotero_is_read():
    (entry,) = read(json.dumps(ZOTERO))
    found = entry.record
    assert (found.key, found.short_title, found.container_short, found.date) == ("quint2020", "S", "JJ", "2020-05-03")
    assert found.topics == ("one", "two")


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        ({"type": "posted-content"}, "preprint"), ({"type": "journal-article"}, "journal-article"),
        ({"type": "article"}, "preprint"),
        ({"type": "report", "genre": "Preprint"}, "preprint"), ({"type": "dissertation"}, "thesis"),
        ({"type": "monograph"}, "book"),
        ({"type": "book-chapter"}, "chapter"), ({"type": "book-chapter", "event": {"name": "Meeting"}},
        "conference-paper"),
        ({"type": "chapter", "container-title": "Proceedings of X"}, "conference-paper"), ({"type": ["book"]}, "book"),
        ({"type": "article-journal", "container-title": "arXiv"}, "preprint"), ({"type": {"a": 1}}, "other"), ({},
        "other"),
    ],
)  # fmt: skip
def test_types_of_csl_become_kinds(item, kind):
    assert csl(**item).kind == kind


@pytest.mark.parametrize(
    ("issued", "year", "date"),
    [
        ({"date-parts": [[2024, 5, 31]]}, 2024, "2024-05-31"), ({"date-parts": [["2024", "05"]]}, 2024, "2024-05"),
        ({"date-parts": [[None]]}, None, ""), ({"date-parts": [[2024, None, None]]}, 2024, ""),
        ({"date-parts": []}, None, ""),
        ({"date-parts": [[2024, 13, 1]]}, 2024, ""), ({"date-parts": [2024, 5]}, 2024, "2024-05"),
        ({"raw": "2024-05"}, 2024, "2024-05"),
        ({"literal": "May 31, 2024"}, 2024, "2024-05-31"), ("2024-05-31", 2024, "2024-05-31"), (2024, 2024, ""),
        ([2024], None, ""),
        ({"date-parts": [[True]]}, None, ""), ({"date-parts": [["٢٠٢٤"]]}, None, ""), ({"date-parts": [[-44]]}, None,
        ""),
        ({"date-parts": [[2024, 5], [2024, 6]]}, 2024, "2024-05"), ({"raw": {"x": 1}}, None, ""), (None, None, ""),
    ],
)  # fmt: skip
def test_dates_of_csl_keep_their_precision(issued, year, date):
    found = csl(issued=issued)
    assert (found.year, found.date) == (year, date)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[{"type": "book"}]', "This item has no title: add one."),
        ('[{"title": {"x": 1}}]', "This item has no title: add one."),
        ('{"items": [7]}', "This is no CSL-JSON item, which is an object in braces."),
        ("[[1, 2]]", "This is no CSL-JSON item, which is an object in braces."),
        ('[{"title": "x" "y"}]', "This is no valid JSON: expecting ',' delimiter (line 1 of the item, column 15)."),
        ('["no"]', "This text is no entry and holds no identifier: “no”."),
        ('[{"title": "x"', "This JSON text ends before its last bracket."),
        ('{"a": ' + "[" * 200 + "]" * 200 + "}", "Brackets are nested more than 100 deep."),
        ("[{", "This JSON text ends before its last bracket."),
    ],
)  # fmt: skip
def test_wrong_json_is_rejected_in_words(text, problem):
    entries = read(f"\n{text}\n")
    assert [(entry.line, entry.problem) for entry in entries] == [(2, problem)]


def test_a_broken_item_costs_no_other():
    entries = read(
        '[{"title": "A"},\n {"title": },\n {"title": "C", "author": "wrong", "DOI": 5,'
        ' "URL": ["x"]},\n "10.1000/1"]\n10.1000/2'
    )
    assert [(entry.line, entry.label, bool(entry.problem)) for entry in entries] == [
        (1, "A", False), (2, '{"title": }', True), (3, "C", False), (4, "10.1000/1", False), (5, "10.1000/2", False),
    ]  # fmt: skip


def test_letters_no_database_keeps_are_left_out():
    (entry,) = read(
        '{"title": "A\\u0000\\ud800 B\\ud83d\\ude00", "author": [{"literal": "N\\u0000"}], "note": "\\udfff"}'
    )
    assert (entry.record.title, entry.record.authors[0].name.literal, entry.record.note) == ("A B😀", "N", "")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("CO<sub>2</sub> &amp; <b>more</b>", "CO2 & more"), ("if a<b and c>d", "if a<b and c>d"),
        ("&lt;i&gt;x&lt;/i&gt;", "x"),
        ("<p>One</p><p>Two</p>", "One Two"), ("<script>alert(1)</script>", "<script>alert(1)</script>"), ("AT&amp;T",
        "AT&T"),
        ("<mml:math><mml:mi>x</mml:mi></mml:math>-net", "x-net"), ("a\u0308\n b", "ä b"), ("&notanentity; & <",
        "&notanentity; & <"),
    ],
)  # fmt: skip
def test_markup_becomes_plain_text(text, plain):
    assert plain_text(text) == plain


# Round trips


def real_records() -> list[Record]:
    return [entry.record for entry in read(REAL)]


def comparable(record: Record, *, lost: dict[str, Any]) -> Record:
    """A record without what neither format holds, in the spelling that both have in common."""
    begin, end = record.page_range
    return replace(
        record, source={}, source_type="", extra={}, distinctions=(), is_selected=False, has_code=False, status="",
        pages=f"{begin}–{end}" if end else begin, container=record.series,
        authors=tuple(RecordAuthor(author.name) for author in record.authors), **lost,
    )  # fmt: skip


@pytest.mark.parametrize("before", real_records(), ids=lambda record: record.key)
def test_real_records_survive_csl(before):
    (entry,) = read(json.dumps([csl_item(before)]))
    lost = {"links": (), "publisher": "", "institution": ""}
    kept = [link for link in before.links if link[0] in ("publisher", "pdf", "project")][:1]
    assert comparable(entry.record, lost=lost) == comparable(before, lost=lost)
    assert (entry.record.publisher or entry.record.institution) == (before.publisher or before.institution)
    assert [address for _, address in entry.record.links] == [address for _, address in kept]


@pytest.mark.parametrize("before", real_records(), ids=lambda record: record.key)
def test_real_records_survive_ris(before):
    (entry,) = read(write_ris(before))
    lost = {"links": (), "publisher": "", "institution": "", "container_short": ""}
    assert comparable(entry.record, lost=lost) == comparable(before, lost=lost)
    assert (entry.record.publisher or entry.record.institution) == (before.publisher or before.institution)
    assert (entry.record.container_short, entry.notes) == (before.container_short, ())


@pytest.mark.parametrize("retracted", ["yes", "2024", "2024-05-31"])
@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize("note", ["", "A note."])
def test_retractions_and_open_lists_survive(retracted, complete, note):
    before = Record(kind="book", title="T", note=note, retracted=retracted, authors_complete=complete,
                    authors=(RecordAuthor(NameParts("Quint", "Ada")),))  # fmt: skip
    for text in (write_ris(before), json.dumps(csl_item(before))):
        (entry,) = read(text)
        found = entry.record
        assert (found.title, found.note, found.retracted, found.authors_complete) == ("T", note, retracted, complete)


# Anything


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats(allow_nan=True) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3), max_leaves=6,
)  # fmt: skip
KEYS = [
    "id", "type", "title", "subtitle", "author", "issued", "container-title", "page", "DOI", "ISBN", "PMID", "URL",
    "link",
    "keyword", "note", "abstract", "custom", "event", "institution", "archive", "archive_location", "number", "items",
    "message", "publisher", "genre", "status", "volume",
]  # fmt: skip


@settings(max_examples=cases(200), deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), json_values, max_size=8), st.booleans())
def test_any_item_of_csl_is_answered(item, has_title):
    if has_title:
        item["title"] = "T"
    (*entries,) = read(json.dumps([item]))
    assert [bool(entry.record) != bool(entry.problem) for entry in entries if not entry.lookup] == [True] * len(entries)
    for entry in entries:
        json.dumps(entry.record.as_json() if entry.record else {}).encode()


@settings(max_examples=cases(200), deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["TI", "AU", "PY", "DA", "DO", "SN", "KW", "UR", "L1", "AN", "SP", "EP",
"ER", "TY", "??"]),
                          st.text(max_size=20)), max_size=12))  # fmt: skip
def test_any_entry_of_ris_is_answered(pairs):
    text = "TY  - JOUR\n" + "".join(f"{tag}  - {value}\n" for tag, value in pairs)
    entries = read(text)
    assert entries
    assert all(bool(entry.record) + bool(entry.problem) + bool(entry.lookup) == 1 for entry in entries)


@pytest.mark.parametrize(
    ("issued", "said"),
    [
        ('{"date-parts": [["20x4", 5]]}', "20x4-5"), ('{"raw": "some day"}', "some day"), ('"20x4"', "20x4"),
        ('{"date-parts": [[null]]}', ""), ("null", ""), ('{"date-parts": [[2024]]}', ""), ("[]", ""), ("{}", ""),
    ],
)  # fmt: skip
def test_a_year_that_is_none_is_noted(issued, said):
    text = f'[{{"title": "T", "type": "book", "issued": {issued}}}]'
    (entry,) = read_entries(io.BytesIO(text.encode()), "json")
    assert entry.notes == ((f"The year “{said}” could not be read. Write four digits.",) if said else ())
    text = f"TY  - BOOK\nTI  - T\nPY  - {said or '2024'}\nER  - \n"
    (entry,) = read_entries(io.BytesIO(text.encode()), "ris")
    assert entry.notes == ((f"The year “{said}” could not be read. Write four digits.",) if said else ())
