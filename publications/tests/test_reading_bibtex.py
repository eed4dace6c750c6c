"""BibTeX and biblatex as people write them: macros, inheritance, broken entries, the fields of lab websites."""

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import bibtexparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pybtex.database import parse_string as parse_with_pybtex

from labsite.tests.fuzz import cases
from people.names import NameParts
from publications.formats import bibtex_reader
from publications.formats.bibtex import write_bibtex
from publications.reading import read_entries
from publications.records import Record, RecordAuthor, SourceEntry

REAL = (Path(__file__).parent / "real.bib").read_text(encoding="utf-8")


def read(text: str) -> list[SourceEntry]:
    return list(read_entries(io.BytesIO(text.encode())))


def one(fields: str, kind: str = "article") -> SourceEntry:
    (entry,) = read(f"@{kind}{{k, title = {{T}}, {fields}}}")
    return entry


def record(fields: str, kind: str = "article") -> Record:
    return one(fields, kind).record


def summary(entries: list[SourceEntry]) -> list[tuple[int, str, str]]:
    return [(entry.line, entry.label, entry.problem) for entry in entries]


# Syntax


def test_strings_are_put_in_and_joined():
    entries = read(
        '@string{acm = "ACM"} @STRING(long = acm # { } # "Press")\n'
        '@misc{a, title = "T", publisher = LONG # {, NY}, month = "3~" # mar, year = 2020}\n'
    )
    (entry,) = entries
    assert entry.record.publisher == "ACM Press, NY"
    assert (entry.record.date, entry.notes) == ("2020-03-03", ())
    assert entry.record.source["month"] == "3~mar"


def test_a_macro_nobody_defined_is_kept_by_name_with_a_note():
    entry = one("journal = nature # { X}")
    assert entry.record.container == "nature X"
    assert entry.notes == ("The macro “nature” is not defined by any @string before: its name was kept.",)


def test_comments_preambles_and_text_between_entries_are_no_entries():
    entries = read(
        "A file of ours.\n@preamble{\"\\newcommand{\\x}{y}\"}\n@comment{jabref-meta: @misc{no, title={No}};}\n"
        "% @misc{neither\n@misc{a, title={A}} and so on\n\n@control{x, y}\nThe end.\n"
    )  # fmt: skip
    assert [(entry.line, entry.label, entry.problem) for entry in entries][-1] == (5, "a", "")


def test_a_commented_entry_is_read_as_bibtex_reads_it():
    assert [entry.label for entry in read("@comment{@misc{no, title={No}}}\n@misc{a, title={A}}")] == ["a"]


@pytest.mark.parametrize(
    ("text", "key", "title", "note"),
    [
        ("@article(a, title = {A (b) c}, year = 2000)", "a", "A (b) c", ""),
        ("@article{a\n title={A}, year=2000}", "a", "A", "A comma is missing after the key “a”."),
        ("@article{a, title={A}\n year=2000}", "a", "A", "A comma is missing after the field title."),
        ("@article{, title={A}}", "", "A", "The entry has no key: it is cited by the end of its address."),
        ("@article{title={A}}", "", "A", "The entry has no key: it is cited by the end of its address."),
        ("@article{a, title={A}, title={B}}", "a", "A", "The field title stands twice: “B” was left out."),
        ("@article{a, title={A}, title={A}}", "a", "A", ""),
        ("@article{a,, title={A},,}", "a", "A", ""),
        ("@article{a, title={A}, pages = 12-34 b, year=2000}", "a", "A", "“12-34 b” has no braces around it."),
        ("@article{a, title={A}, % no\n year=2000}", "a", "A", "“% no” is a comment and was left out."),
        ("@article{a, title={A}, oh no, year=2000}", "a", "A",
        "“oh no” is no field (name = {value}) and was left out."),
        ("@article\n{a, title={A}}", "a", "A", ""),
        ("@ARTICLE { a b , TITLE = {A} }", "a b", "A", ""),
        ('@article{a, title = "M\\"uller"}', "a", "Müller", ""),
        ("@article{a, title={A}}, year={2000}}", "a", "A",
        "It closes before “year={2000}}”: what follows was not read."),
        ("@article{a, title={\\foo{A}}}", "a", "\\foo{A}",
        "\\foo in the title is no TeX we know: it was kept as it is written."),
    ],
)  # fmt: skip
def test_what_is_nearly_right_is_read(text, key, title, note):
    (entry,) = read(text)
    assert (entry.record.key, entry.record.title) == (key, title)
    assert entry.notes == ((note,) if note else ())


def test_a_broken_entry_in_the_middle_costs_no_other():
    entries = read(
        "@misc{a, title={A}}\n"
        "@misc{b, title={B\n"
        "@misc{c, title={C}}\n\n"
        "@misc{d year}\n"
        "@misc{e, title={}}\n"
        "@misc{f, title={F}}\n"
        "@misc{g, title={G}"
    )
    assert summary(entries) == [
        (1, "a", ""),
        (2, "@misc{b, title={B", "It has no closing brace before the entry in line 3."),
        (3, "c", ""),
        (5, "d year", "This entry has no title: add one."),
        (6, "e", "This entry has no title: add one."),
        (7, "f", ""),
        (8, "@misc{g, title={G}", "It has no closing brace: it runs on to the end of the file."),
    ]


def test_keys_that_stand_twice_are_told_with_both_lines():
    entries = read("@misc{a, title={A}}\n@misc{a, title={B}}\n@misc{a,\n title={A}}\n@misc{A, title={C}}")
    assert [(entry.line, entry.problem[:40], entry.notes) for entry in entries] == [
        (1, "", ()),
        (2, "The key “a” was used in line 1 already, ", ()),
        (3, "", ("The same entry, word for word, stands in line 1 already.",)),
        (5, "", ()),
    ]


# Inheritance

CHILD = "@inproceedings{c, title={Child}, author={Quint, Ada}, crossref={P}}\n"
PARENT = "@proceedings{p, title={Proc. of Meetings}, year={2001}, month=may, publisher={Pub}, doi={10.1000/volume}}\n"


@pytest.mark.parametrize("text", [CHILD + PARENT, PARENT + CHILD], ids=["parent last", "parent first"])
def test_crossref_is_inherited_from_before_and_behind(text):
    by_label = {entry.label: entry for entry in read(text)}
    child = by_label["c"].record
    assert (child.container, child.year, child.date, child.publisher) == ("Proc. of Meetings", 2001, "2001-05", "Pub")
    assert (child.title, child.identifiers, child.extra) == ("Child", (), {})
    assert by_label["c"].notes == ("Taken from “P”: year, month, publisher, booktitle.",)
    assert by_label["p"].problem.startswith("This volume only lends its fields")
    assert list(by_label) == (["c", "p"])
    (again,) = read(write_bibtex(child))
    assert again.record == replace(child, source=again.record.source)
    assert "crossref" not in again.record.source


def test_a_parent_that_never_comes_is_named():
    (entry,) = read(CHILD)
    assert entry.notes == ("No entry “P”, which crossref names, was found among the volumes of this file.",)
    assert entry.record.extra == {"crossref": "P"}
    assert "crossref = {P}" in write_bibtex(entry.record)


def test_children_that_wait_are_bounded(monkeypatch):
    monkeypatch.setattr(bibtex_reader, "MAX_WAITING_TOTAL", 200)
    children = "".join(CHILD.replace("{c,", f"{{c{number},") for number in range(5))
    entries = read(children + PARENT)
    assert [entry.record.year for entry in entries if entry.record] == [None, None, None, 2001, 2001]
    assert [len(entry.notes) for entry in entries if entry.record] == [1] * 5


def test_xdata_and_generations_are_inherited_and_circles_end():
    entries = read(
        "@xdata{x, publisher={Pub}, xdata={y}}\n@xdata{y, location={Bonn}, xdata={x}}\n"
        "@book{b, title={B}, xdata={x}, year=2003}\n"
        "@inbook{i, title={I}, crossref={b}, pages={1--2}}\n@book{self, title={S}, crossref={self}}\n"
    )
    by_label = {entry.label: entry.record for entry in entries}
    assert (by_label["b"].publisher, by_label["b"].extra) == ("Pub", {"location": "Bonn"})
    assert (by_label["i"].container, by_label["i"].year, by_label["i"].publisher) == ("B", 2003, "Pub")
    assert list(by_label) == ["b", "i", "self"]


def test_a_volume_nobody_needs_is_a_publication():
    (entry,) = read(PARENT)
    assert (entry.record.title, entry.record.identifiers) == ("Proc. of Meetings", (("doi", "10.1000/volume"),))


# Names


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("Quint, Ada and Bo Okafor", ["Quint, Ada", "Okafor, Bo"]),
        ("{ACME Group and Sons} and {Barnes {\\& N}oble}", ["ACME Group and Sons", "Barnes & Noble"]),
        ("van der Berg, Jr., Jan and Ludwig van Beethoven", ["van der Berg, Jr., Jan", "van Beethoven, Ludwig"]),
        ("Gabriel {Garc{\\'\\i}a M{\\'a}rquez}", ["García Márquez, Gabriel"]),
        ("Gabriel {Two Words}", ["Two Words, Gabriel"]),
        ("{\\O}rsted, {\\AA}ge", ["Ørsted, Åge"]),
        ("Quint, Ada AND Okafor, Bo\nand\tLi, Wei", ["Quint, Ada", "Okafor, Bo", "Li, Wei"]),
        ("family=Berg, given=Jan, prefix=van den", ["van den Berg, Jan"]),
        ("Yang Zhang 0001 and Li, Wei 0002", ["Zhang, Yang", "Li, Wei"]),
        ("张逸骅 and Plato", ["张逸骅", "Plato"]),
        ("Anderson, Brandon and Sandy Andover", ["Anderson, Brandon", "Andover, Sandy"]),
        ("Quint, A.; Okafor, B.", ["Quint, A.", "Okafor, B."]),
    ],
)  # fmt: skip
def test_names_are_read(field, names):
    assert [author.name.inverted for author in record(f"author = {{{field}}}").authors] == names


@pytest.mark.parametrize(
    ("field", "complete"),
    [
        ("Quint, Ada", True),
        ("Quint, Ada and others", False),
        ("Quint, Ada and et al.", False),
        ("Quint, Ada et al.", False),
    ],
)
def test_others_leave_the_list_open(field, complete):
    read_record = record(f"author = {{{field}}}")
    assert [author.name.inverted for author in read_record.authors] == ["Quint, Ada"]
    assert read_record.authors_complete is complete


def test_marks_behind_names_mean_equal_contribution():
    entry = one(
        "author = {Quint*, Ada and Okafor, Bo\\textsuperscript{*} and Li$^{*}$, Wei and Weiss†, Eva and Haddad, Sam}"
    )
    assert [author.is_equal for author in entry.record.authors] == [True, True, True, False, False]
    assert [author.name.family for author in entry.record.authors] == ["Quint", "Okafor", "Li", "Weiss", "Haddad"]
    assert [author.is_corresponding for author in entry.record.authors] == [False, False, False, True, False]
    assert entry.notes == ("The sign “†” behind the name “Weiss, Eva” was read as “corresponding author”.",)
    written = write_bibtex(entry.record)
    assert "author = {Quint, Ada and Okafor, Bo and Li, Wei and Weiss, Eva and Haddad, Sam}" in written
    assert "author+an = {1=equal;2=equal;3=equal;4=corresponding}" in written


@pytest.mark.parametrize(
    ("authors", "legend", "facts", "notes"),
    [
        ("Vale*, Dora and Moss†, Ben", "* Equal contribution. † Corresponding author", ["equal", "corresponding"], 0),
        ("Vale*, Dora and Moss†, Ben", "* Corresponding author", ["corresponding", "corresponding"], 1),
        ("Vale$^{*\\dagger}$, Dora and Moss\\textsuperscript{1,*}, Ben", "", ["equal,corresponding", "equal"], 1),
        ("Vale‡, Dora and Moss‡, Ben", "‡ Equal advising", ["", ""], 2),
        ("Vale‡, Dora and Moss, Ben", "$^{\\ddagger}$: contributed equally", ["equal", ""], 0),
        ("Dora Vale✉ and Ben Moss", "", ["corresponding", ""], 1),
    ],
)  # fmt: skip
def test_a_legend_says_what_signs_behind_names_mean(authors, legend, facts, notes):
    entry = one(f"author = {{{authors}}}, annotation = {{{legend}}}")
    found = [["equal"] * each.is_equal + ["corresponding"] * each.is_corresponding for each in entry.record.authors]
    assert [",".join(words) for words in found] == facts
    assert [each.name.family for each in entry.record.authors] == ["Vale", "Moss"]
    assert len(entry.notes) == notes, entry.notes
    written = write_bibtex(entry.record)
    assert not re.search(r"[*†‡✉]|dagger", written.partition("author = ")[2].partition("\n")[0])
    assert ("annotation" in entry.record.extra) == (legend == "‡ Equal advising" or not legend)


def test_an_annotation_that_says_more_than_a_legend_stays():
    assert one("author = {Vale*, Dora}, annotation = {* Equal contribution. Read by all.}").record.extra


def test_biblatex_annotations_of_authors():
    found = record("author = {Quint, Ada and Okafor, Bo}, author+an = {1=equal; 2=equal,corresponding}")
    assert [(author.is_equal, author.is_corresponding) for author in found.authors] == [(True, False), (True, True)]
    assert found.extra == {}
    partly = record("author = {Quint, Ada}, author+an = {1=corresponding,student; 1:given=x; 9=equal}")
    assert (partly.authors[0].is_corresponding, list(partly.extra)) == (True, ["author+an"])


def test_authors_with_signs_and_an_annotation_are_written():
    found = record("author = {Quint*, Ada and Okafor, Bo}, author+an = {2=corresponding}")
    written = write_bibtex(found)
    assert "author = {Quint, Ada and Okafor, Bo}" in written
    assert "author+an = {1=equal;2=corresponding}" in written


def test_homonyms_of_dblp_leave_a_note():
    assert one("author = {Yang Zhang 0001}").notes == ("DBLP counts several people of this name: Yang Zhang 0001.",)


# Fields


@pytest.mark.parametrize(
    ("fields", "year", "date"),
    [
        ("year = 2024", 2024, ""), ("year = {2024}, month = {5}", 2024, "2024-05"), ("year=2024, month=may", 2024,
        "2024-05"),
        ("year = 2024, month = {May}, day = {3}", 2024, "2024-05-03"), ("year=2024, month={31 May}", 2024,
        "2024-05-31"),
        ('year=2024, month = may # "~31"', 2024, "2024-05-31"), ("year=2024, month={Sept.}", 2024, "2024-09"),
        ("year=2024, month={31 February}", 2024, "2024-02"), ("date = {2024-05-31}", 2024, "2024-05-31"),
        ("date = {2024-05}, year = 2024", 2024, "2024-05"), ("date = {2024}", 2024, ""),
        ("date={2024-05/2024-07}", 2024, "2024-05"),
        ("date = {2024/}", 2024, ""), ("date={2024-21}", 2024, ""), ("date={2024?}", 2024, ""),
        ("year = {2020a}", 2020, ""),
        ("year = {(2020)}", 2020, ""), ("year = {in press}", None, ""), ("date = {199X}", None, ""),
        ("year = {0000}", None, ""),
        ("year = {２０２４}", None, ""), ("year=2024, month={soon}", 2024, ""), ("date={2024-05-31T10:00:00Z}", 2024,
        "2024-05-31"),
    ],
)  # fmt: skip
def test_dates_keep_their_precision(fields, year, date):
    found = record(fields)
    assert (found.year, found.date) == (year, date)


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ("date={2024-05/2024-07}", "The date “2024-05/2024-07” is a range: its beginning was kept."),
        ("date={2024/}", "The date “2024/” is a range without an end: its beginning was kept."),
        ("date={2024~}", "The date “2024~” is uncertain; it was kept as if it were not."),
        ("year={20x4}", "The year “20x4” could not be read: it was kept as it is. Write four digits."),
        ("year={0000}", "The year “0000” could not be read: it was kept as it is. Write four digits."),
        ("date={199X}", "The date “199X” could not be read: it was kept as it is."),
        ("date={2024}, year={2023}", "The date says 2024, the year 2023: the date counts."),
        ("year={2020b}", "The year “2020b” was read as 2020."),
        ("doi={none yet}", "doi: 'none yet' is not a valid DOI identifier, such as 10.1000/182. It was kept as it is."),
        ("pdf={paper.pdf}", "pdf: “paper.pdf” is no full web address: it was kept, but is no link."),
        (
            "url={javascript:alert(1)}",
            "url: “javascript:alert(1)” is no full web address: it was kept, but is no link.",
        ),
    ],
)
def test_what_was_understood_otherwise_is_noted(fields, note):
    assert one(fields).notes == (note,)


@pytest.mark.parametrize(
    ("fields", "identifiers"),
    [
        ("doi = {https://doi.org/10.1000/ABC.}", [("doi", "10.1000/abc")]),
        ("doi = {10.1007/978-3\\_2}", [("doi", "10.1007/978-3_2")]),
        ("doi = {10.1007/978-3{\\_}2}", [("doi", "10.1007/978-3_2")]),
        ("url = {https://doi.org/10.1000/abc}", [("doi", "10.1000/abc")]),
        ("note = {doi: 10.1000/abc}", [("doi", "10.1000/abc")]), ("ee = {https://doi.org/10.1000/abc}", [("doi",
        "10.1000/abc")]),
        ("howpublished = {\\url{https://doi.org/10.1000/abc}}", [("doi", "10.1000/abc")]),
        ("note = {Extended version of arXiv:2301.00001}", []), ("note = {Erratum: 10.1000/other}", []),
        ("eprint = {2310.12508v5}, archiveprefix = {arXiv}", [("arxiv", "2310.12508")]),
        ("eprint = {2310.12508}, eprinttype = {arxiv}, eprintclass={cs.LG}", [("arxiv", "2310.12508")]),
        ("eprint = {123456}, eprinttype = {pubmed}", [("pmid", "123456")]), ("eprint={x1}, eprinttype={googlebooks}",
        []),
        ("journal = {arXiv preprint arXiv:2310.12508}", [("arxiv", "2310.12508")]),
        ("journal = {CoRR}, volume = {abs/2310.12508}", [("arxiv", "2310.12508")]),
        ("url = {http://arxiv.org/abs/2310.12508v2}", [("arxiv", "2310.12508")]), ("arxiv = {2310.12508}", [("arxiv",
        "2310.12508")]),
        ("pdf = {https://arxiv.org/pdf/2310.12508}", [("arxiv", "2310.12508")]),
        ("doi = {10.48550/arXiv.2310.12508}", [("doi", "10.48550/arxiv.2310.12508"), ("arxiv", "2310.12508")]),
        ("url = {https://openreview.net/forum?id=hbHwZYqk9T}", [("openreview", "hbHwZYqk9T")]),
        ("url = {https://aclanthology.org/2024.emnlp-main.1/}", [("acl", "2024.emnlp-main.1")]),
        ("isbn = {978-0-306-40615-7}", []),  # of the journal
    ],
)  # fmt: skip
def test_identifiers_are_found(fields, identifiers):
    found = record(fields)
    assert list(found.identifiers) == identifiers
    (again,) = read(write_bibtex(found))
    assert set(again.record.identifiers) == set(identifiers)


def test_an_isbn_names_a_book_and_not_its_chapters():
    assert record("isbn = {978-0-306-40615-7}", "book").identifiers == (("isbn", "9780306406157"),)
    assert record("isbn = {978-0-306-40615-7}", "incollection").extra == {"isbn": "978-0-306-40615-7"}


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        ("article", "", "journal-article"), ("inproceedings", "", "conference-paper"), ("phdthesis", "", "thesis"),
        ("thesis", "type={mathesis}", "thesis"), ("report", "type={techreport}", "report"), ("online", "", "other"),
        ("online", "eprint={2310.12508}, eprinttype={arxiv}", "preprint"), ("misc", "eprint={2310.12508}", "preprint"),
        ("article", "journal={arXiv preprint arXiv:2310.12508}", "preprint"), ("article", "journal={CoRR}", "preprint"),
        ("article", "eprint={2310.12508}, journal={Nature}", "journal-article"), ("article", "eprint={2310.12508}",
        "preprint"),
        ("inproceedings", "eprint={2310.12508}", "conference-paper"), ("collection", "", "book"), ("dataset", "",
        "dataset"),
        ("article", "journal={ArXival Science}", "journal-article"), ("wonder", "", "other"),
    ],
)  # fmt: skip
def test_types_become_kinds(kind, fields, expected):
    assert record(fields, kind).kind == expected


@pytest.mark.parametrize(
    ("fields", "status"),
    [("pubstate={inpress}", "accepted"), ("note={To appear}", "accepted"), ("year={in press}", "accepted"),
     ("note={Under review}", "submitted"), ("note={Accepted by nobody}", ""), ("", "")],
)  # fmt: skip
def test_states_are_read_from_exact_words(fields, status):
    assert record(fields).status == status


BIBLATEX = """@article{k,
  title = {Main},
  subtitle = {And Sub},
  author = {Quint, Ada},
  author+an = {1=corresponding},
  journaltitle = {Journal},
  journalsubtitle = {Series B},
  date = {2024-05-31},
  volume = {3},
  number = {2},
  eid = {e17},
  location = {Bonn},
  eprint = {2310.12508},
  eprinttype = {arxiv},
  eprintclass = {cs.LG},
  eventtitle = {A Meeting},
  annotation = {Mine},
  pubstate = {inpress},
  langid = {english},
  keywords = {deep nets, {\\'e}t{\\'e}; more},
}
"""
AL_FOLIO = """@inproceedings{k,
  abbr = {NeurIPS},
  title = {T},
  author = {Quint*, Ada and Okafor*, Bo and Li, Wei},
  booktitle = {Advances in Things},
  year = {2023},
  note = {Oral},
  selected = {true},
  bibtex_show = {true},
  preview = {teaser.gif},
  pdf = {https://a.org/p.pdf},
  code = {https://github.com/a/b},
  slides = {slides.pdf},
  poster = {https://a.org/poster.pdf},
  video = {https://a.org/v},
  website = {https://a.org/site},
  html = {https://a.org/html},
  blog = {https://a.org/blog},
  supp = {https://a.org/supp},
  arxiv = {2310.12508},
  award = {Best Paper Award; Test of time},
  award_name = {Best Paper},
  altmetric = {248277},
  dimensions = {true},
  google_scholar_id = {qjMakFHDy7sC},
  inspirehep_id = {3255},
  additional_info = {. *More* information},
  annotation = {* Equal},
}
"""
DBLP = """@inproceedings{DBLP:conf/x/Zhang24,
  author = {Yang Zhang 0001 and
            Ada Quint},
  title = {T},
  booktitle = {Meeting},
  pages = {1--9},
  year = {2024},
  url = {https://doi.org/10.1000/x},
  doi = {10.1000/X},
  timestamp = {Mon, 01 Jan 2024 00:00:00 +0100},
  biburl = {https://dblp.org/rec/conf/x/Zhang24.bib},
  bibsource = {dblp computer science bibliography, https://dblp.org}
}
"""


def test_biblatex_fields_have_their_place():
    (entry,) = read(BIBLATEX)
    found = entry.record
    assert (found.title, found.container) == ("Main: And Sub", "Journal: Series B")
    assert (found.date, found.volume, found.issue, found.article_number) == ("2024-05-31", "3", "2", "e17")
    assert (found.identifiers, found.status) == ((("arxiv", "2310.12508"),), "accepted")
    assert found.topics == ("deep nets", "été", "more")
    assert list(found.extra) == ["location", "eprintclass", "eventtitle", "annotation", "langid"]


def test_fields_of_al_folio_have_their_place():
    (entry,) = read(AL_FOLIO)
    found = entry.record
    assert (found.container_short, found.is_selected, found.has_code, found.note) == ("NeurIPS", True, True, "")
    assert [author.is_equal for author in found.authors] == [True, True, False]
    assert found.links == (
        ("publisher", "https://a.org/html"), ("pdf", "https://a.org/p.pdf"), ("code", "https://github.com/a/b"),
        ("project", "https://a.org/site"), ("poster", "https://a.org/poster.pdf"), ("video", "https://a.org/v"),
        ("other", "https://a.org/blog"), ("other", "https://a.org/supp"),
    )  # fmt: skip
    assert found.distinctions == (("oral", ""), ("best-paper", "Best Paper"))
    assert found.identifiers == (("arxiv", "2310.12508"),)
    assert list(found.extra) == [
        "bibtex_show", "preview", "slides", "award", "altmetric", "dimensions", "google_scholar_id", "inspirehep_id",
        "additional_info",
    ]  # fmt: skip
    assert entry.notes == ("slides: “slides.pdf” is no full web address: it was kept, but is no link.",)


def test_fields_of_hugo_blox_have_their_place():
    found = record(
        "featured={true}, publication_short={ICXM}, url_pdf={https://a.org/p.pdf}, url_code={https://a.org/c}, "
        "tags={x, y}"
    )
    assert (found.is_selected, found.container_short, found.topics) == (True, "ICXM", ("x", "y"))
    assert found.links == (("pdf", "https://a.org/p.pdf"), ("code", "https://a.org/c"))
    assert record("selected={false}").is_selected is False


def test_fields_of_dblp_have_their_place():
    (entry,) = read(DBLP)
    assert entry.record.authors[0].name == NameParts("Zhang", "Yang")
    assert list(entry.record.extra) == ["timestamp", "biburl", "bibsource"]
    assert (entry.record.identifiers, entry.record.links) == ((("doi", "10.1000/x"),), ())


@pytest.mark.parametrize(
    ("words", "distinctions", "note"),
    [
        ("Oral", (("oral", ""),), ""), ("Spotlight", (("spotlight", ""),), ""), ("Best Paper Award", (("best-paper",
        ""),), ""),
        ("Best Paper Runner-up", (("best-paper-runner-up", ""),), ""), ("{H}ighlight", (("highlight", ""),), ""),
        ("Oral presentation", (("oral", "Oral presentation"),), ""), ("Spotlight, top 5\\%", (), "Spotlight, top 5%"),
        ("Oral history", (), "Oral history"),
    ],
)  # fmt: skip
def test_notes_are_distinctions_only_in_exact_words(words, distinctions, note):
    found = record(f"note = {{{words}}}")
    assert (found.distinctions, found.note) == (distinctions, note)


# Writing what was read


@pytest.mark.parametrize(
    "text", [*REAL.split("\n\n")[1:], BIBLATEX, AL_FOLIO, DBLP], ids=lambda text: text[:24].strip()
)
def test_what_was_read_is_written_word_for_word(text):
    strings = REAL.split("\n\n")[0].split("\n", 1)[1] + "\n"
    (first,) = read(strings + text)
    written = write_bibtex(first.record)
    (second,) = read(written)
    assert write_bibtex(second.record) == written
    assert replace(second.record, source={}, extra={}) == replace(first.record, source={}, extra={})
    before = {field.key.lower(): field.value for field in bibtexparser.parse_string(strings + text).entries[0].fields}
    after = {field.key.lower(): field.value for field in bibtexparser.parse_string(written).entries[0].fields}
    own = {"author", "author+an", "annotation"} if any(each.is_equal for each in first.record.authors) else set()
    assert {name: after[name] for name in before if name not in own} == {
        name: value for name, value in before.items() if name not in own
    }
    assert set(after) - set(before) <= {"url", *own}
    parse_with_pybtex(written, "bibtex")


@pytest.mark.parametrize(
    ("changes", "gone", "written"),
    [
        ({"title": "New"}, ["  subtitle"], ["title = {New}"]),
        ({"container": "Other"}, ["journalsubtitle"], ["journaltitle = {Other}"]),
        ({"date": "2025-01", "year": 2025}, ["date ="], ["year = {2025}", "month = {jan}"]),
        ({"identifiers": (("doi", "10.1000/1"),)}, ["eprint =", "eprinttype"], ["doi = {10.1000/1}"]),
        ({"authors": (RecordAuthor(NameParts("Li", "Wei"), is_equal=True),)}, ["Quint"], ["author = {Li, Wei}",
        "author+an = {1=equal}"]),
        ({"topics": ("one",)}, ["deep nets"], ["keywords = {one}"]),
        ({"status": "submitted"}, ["inpress"], ["pubstate = {submitted}"]),
        ({"is_selected": True, "distinctions": (("oral", ""), ("other", "Test of Time"))}, [], ["selected = {true}",
        "award = {Oral; Test of Time}"]),
        ({"article_number": ""}, ["eid"], []),
        ({"container_short": "J"}, [], ["abbr = {J}"]),
        ({"retracted": "2024"}, ["  subtitle"], ["title = {[Retracted] Main: And Sub}", "note = {Retracted, 2024.}"]),
    ],
)  # fmt: skip
def test_what_was_edited_is_written_anew(changes, gone, written):
    (entry,) = read(BIBLATEX)
    edited = replace(entry.record, **changes)
    text = write_bibtex(edited)
    assert [words for words in gone if words in text] == []
    assert [words for words in written if words not in text] == []
    assert "volume = {3}" in text
    (again,) = read(text)
    assert {name: getattr(again.record, name) for name in changes} == changes


FULL = Record(
    key="k", kind="conference-paper", title="Quiet & loud: a 100% {SalUn} -- R²MU", short_title="Q",
    authors=(RecordAuthor(NameParts("van der Berg", "Jan", "Jr."), is_equal=True, is_corresponding=True),
             RecordAuthor(NameParts(literal="ACME and Sons")), RecordAuthor(NameParts("Li", "Wei"))),
    authors_complete=False, year=2024, date="2024-05-31", container="Meeting of Meetings", container_short="MoM",
    volume="3", issue="2", pages="1–9", article_number="e17", publisher="Pub & Sons", abstract="A\\B.", note="Note_1",
    identifiers=(("doi", "10.1000/a_b"), ("arxiv", "2310.12508"), ("openreview", "hbHwZYqk9T")),
    links=(("publisher", "https://a.org/x_y~z"), ("pdf", "https://a.org/p.pdf"), ("code", "https://a.org/c"),
           ("project", "https://a.org/w"), ("slides", "https://a.org/s"), ("video", "https://a.org/v")),
    topics=("one", "two words"), distinctions=(("oral", ""), ("best-paper", "Best Paper")), status="accepted",
    has_code=True, is_selected=True, retracted="2025-01",
)  # fmt: skip


def test_a_record_that_was_never_bibtex_survives_writing():
    (entry,) = read(write_bibtex(FULL))
    assert entry.notes == ()
    found = replace(entry.record, source={}, source_type="", extra={})
    assert set(found.links) == set(FULL.links)
    assert replace(found, links=FULL.links) == FULL
    assert entry.record.extra == {}
    parse_with_pybtex(write_bibtex(FULL), "bibtex")


text_values = st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp", "Co", "Cn"]), max_size=30)


@settings(max_examples=cases(150), deadline=None)
@given(st.dictionaries(st.sampled_from(["note", "abstract", "publisher", "container", "title", "volume"]), text_values))
def test_any_text_of_a_record_survives_writing(values):
    plain = {name: " ".join(unicodedata.normalize("NFC", text).split()) for name, text in values.items()}
    before = Record(key="k", kind="book", **{**plain, "title": f"x{plain.get('title', '')}"})
    (first,) = read(write_bibtex(before))
    (second,) = read(write_bibtex(first.record))
    assert replace(second.record, source={}, extra={}) == replace(first.record, source={}, extra={})
    assert first.record.publisher == before.publisher
