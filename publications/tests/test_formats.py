"""BibTeX, RIS, CSL-JSON and references: read by the programs that others use."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import bibtexparser
import pytest
import rispy
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import parse_string as parse_with_pybtex

from labsite.tests.factories import make_member, make_publication, make_venue
from people.names import NameParts, split_name
from publications.exporting import FORMATS, UNWRITTEN, record_of, stream, write_one
from publications.formats.bibtex import write_bibtex
from publications.formats.bibtex_names import author_field
from publications.formats.csl import csl_item
from publications.formats.latex import decode_latex, encode_latex
from publications.formats.references import STYLES, format_reference
from publications.formats.ris import write_ris
from publications.importing.runs import import_entries
from publications.models import Import, Publication
from publications.reading import read_entries
from publications.records import BIBTEX_TYPES, CSL_TYPES, RIS_TYPES, Record, RecordAuthor, SourceEntry

REAL = (Path(__file__).parent / "real.bib").read_text(encoding="utf-8")


def loaded(publication: Publication) -> Publication:
    return Publication.objects.with_export_relations().get(pk=publication.pk)


def entries_of(text: str) -> list[SourceEntry]:
    return list(read_entries(io.BytesIO(text.encode()), "bib"))


def records_of(text: str) -> list[Record]:
    return [entry.record for entry in entries_of(text) if entry.record]


def imported(records: Iterable[Record]) -> list[Publication]:
    """The publications that an import of `records` makes, in their order."""
    entries = [SourceEntry(line=line, label=record.key, record=record) for line, record in enumerate(records, start=1)]
    before = set(Publication.objects.values_list("pk", flat=True))
    report = import_entries(entries, Import.objects.create(name="test"))
    assert [row["result"] for row in report.entries] == ["created"] * len(entries)
    return list(Publication.objects.exclude(pk__in=before).order_by("pk"))


def fields_of(text: str) -> dict[str, dict[str, str]]:
    """Every entry's type and fields, as bibtexparser reads them."""
    return {
        entry.key: {"type": entry.entry_type, **{field.key.lower(): field.value for field in entry.fields}}
        for entry in bibtexparser.parse_string(text).entries
    }


def test_every_kind_has_a_type_in_every_format():
    for types in (BIBTEX_TYPES, RIS_TYPES, CSL_TYPES):
        assert set(types) == set(Publication.Kind.values)


def test_real_entries_are_read():
    entries = entries_of(REAL)
    assert [entry.problem for entry in entries if entry.problem] == []
    by_key = {entry.label: entry.record for entry in entries}
    salun, thesis, odd = by_key["fan2024salun"], by_key["vonbraun1999"], by_key["undated_thing"]
    assert salun.title.startswith("SalUn: Empowering")
    assert (salun.year, salun.date, salun.identifier("arxiv")) == (2024, "2024-05", "2310.12508")
    assert [author.name.natural for author in salun.authors][2] == "Yihua Zhang"
    assert by_key["malinovskii2024pvtuning"].authors[-1].name == NameParts(family="Richtárik", given="Peter")
    assert by_key["malinovskii2024pvtuning"].container == "Advances in Neural Information Processing Systems"
    assert by_key["zhang2024blo"].title.endswith("Signal Processing & Machine Learning")
    assert (thesis.title, thesis.institution) == ("Über Hilberträume und $L^2$-Schätzungen", "Universität Zürich")
    assert not thesis.authors_complete
    assert thesis.authors[0].name == NameParts(family="von Braun", given="Jörg-Ulrich", suffix="Jr.")
    assert thesis.authors[1].name.literal == "The ACME Group"
    assert [author.name.natural for author in odd.authors] == ["Văn Nguyễn", "Åge Ørsted", "Zoë Łódź"]
    assert odd.title == "A 100% odd title: #1 in _everything_, ñandús ~ more"
    # A volume waits until no entry can need it any more.
    assert [entry.line for entry in entries] == [4, 20, 31, 41, 50, 59, 67, 75, 83, 91, 105, 127, 145, 99]


@pytest.mark.django_db
def test_what_was_imported_comes_out_with_nothing_lost():
    before = fields_of(REAL)
    records = records_of(REAL)
    for record, publication in zip(records, imported(records), strict=True):
        written = write_one(loaded(publication), FORMATS["bib"], "https://lab.example.org")
        after = fields_of(written)[record.key]
        ours = {name for name in after if name not in before[record.key]}
        # The address of its page here, what we call its venue, and what signs behind names said.
        assert ours <= {"url", "abbr", "author+an"}, ours
        assert not ("url" in ours and record.extra.get("url"))
        if "author+an" in ours:
            before[record.key] |= {"author": author_field(record.authors, record.authors_complete)}
            assert "*" not in after["author"]
        assert {name: after[name] for name in before[record.key]} == before[record.key]
        (again,) = records_of(written)
        same = {"links": (), "source": {}, "container_short": ""}
        assert replace(again, **same) == replace(record, **same)
        parse_with_pybtex(written, "bibtex")


@pytest.mark.django_db
def test_an_edited_field_is_written_anew_and_the_others_word_for_word():
    (publication,) = imported(records_of(REAL)[:1])
    publication.title = "Another title of SalUn"
    publication.save()
    written = fields_of(write_one(loaded(publication), FORMATS["bib"], ""))["fan2024salun"]
    assert written["title"] == "Another title of {SalUn}"
    assert written["author"].startswith("Fan, Chongyu and Liu, Jiancheng")
    assert written["eprint"] == "2310.12508v5"
    assert written["note"] == r"Spotlight, top 5\%"


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"{\"u}", "ü"), (r"\'{\i}", "í"), (r"\o{}", "ø"), (r"{\v c}", "č"), (r"\c{c}", "ç"), (r"{\ss}", "ß"),
        (r"\~n", "ñ"), (r"{\L}ukasz", "Łukasz"), (r"\aa", "å"), (r"$x^2$", "$x^2$"), (r"a~b", "a b"), ("1--2", "1–2"),
        (r"\input{/etc/passwd}", r"\input{/etc/passwd}"), (r"100\% {Pure}", "100% Pure"), ("plain", "plain"),
        (r"\textbraceleft{}", "{"),
    ],
)  # fmt: skip
def test_latex_is_decoded(tex, text):
    assert decode_latex(tex) == text


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp", "Co"]), max_size=60))
def test_any_text_survives_encoding(text):
    plain = " ".join(text.split())
    expected = decode_latex(encode_latex(plain))
    assert decode_latex(encode_latex(expected)) == expected
    record = Record(key="k", title=f"x {plain}", authors=(RecordAuthor(NameParts(literal=f"n {plain}")),))
    (entry,) = entries_of(write_bibtex(record))
    assert entry.problem == ""
    assert entry.record.title == decode_latex(encode_latex(record.title))


@pytest.fixture
def paper(db):
    member = make_member("Ada Quint", orcid="0000-0002-1825-0097", given_name="Ada", family_name="Quint")
    rows = [member, "Peter van der Richtárik", {"printed_name": "张逸骅"}, {"printed_name": "Plato"}]
    venue = make_venue("ICXM", name="International Conference on Examples")
    made = make_publication(
        "Quiet & loud: 100% of {SalUn} \\ R²MU", rows, venue=venue, date="2024-05-31", pages="1-20", abstract="A\nB.",
        author_list_complete=False,
    )  # fmt: skip
    made.identifiers.create(scheme="doi", value="10.1000/182")
    made.identifiers.create(scheme="arxiv", value="2405.00001")
    made.links.create(kind="pdf", url="https://example.org/paper.pdf")
    return loaded(made)


def test_bibtex_is_read_by_two_programs(paper):
    text = write_one(paper, FORMATS["bib"], "https://lab.example.org")
    entry = fields_of(text)[paper.slug]
    assert entry["author"] == "Quint, Ada and van der Richtárik, Peter and {张逸骅} and {Plato} and others"
    assert (entry["year"], entry["month"], entry["doi"]) == ("2024", "may", "10.1000/182")
    other = parse_with_pybtex(text, "bibtex").entries[paper.slug]
    assert [str(person) for person in other.persons["author"]][:2] == ["Quint, Ada", "van der Richtárik, Peter"]
    assert records_of(text)[0].title == paper.title


def test_ris_is_read(paper):
    entry = rispy.loads(write_one(paper, FORMATS["ris"], "https://lab.example.org"))[0]
    assert entry["type_of_reference"] == "CPAPER"
    assert entry["title"] == paper.title
    assert entry["authors"] == ["Quint, Ada", "van der Richtárik, Peter", "张逸骅", "Plato"]
    assert (entry["year"], entry["start_page"], entry["end_page"], entry["doi"]) == ("2024", "1", "20", "10.1000/182")
    assert entry["abstract"] == "A B."


def test_csl_json_is_valid(paper):
    item = json.loads(write_one(paper, FORMATS["json"], "https://lab.example.org"))[0]
    assert item["type"] == "paper-conference"
    assert item["issued"] == {"date-parts": [[2024, 5, 31]]}
    assert item["author"][0] == {"family": "Quint", "given": "Ada"}
    assert item["author"][2] == {"literal": "张逸骅"}
    assert item["DOI"] == "10.1000/182"


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("apa", "Quint, A., van der Richtárik, P., 张逸骅, Plato, et al. (2024)."),
        ("ieee", "A. Quint, P. van der Richtárik, 张逸骅, Plato, et al., “"),
        ("acm", "Ada Quint, Peter van der Richtárik, 张逸骅, Plato, et al. 2024."),
        ("chicago", "Quint, Ada, Peter van der Richtárik, 张逸骅, Plato, et al. 2024."),
        ("mla", "Quint, Ada, et al. “"),
        ("vancouver", "Quint A, van der Richtárik P, 张逸骅, Plato, et al."),
    ],
)
def test_references_follow_the_published_styles(paper, style, expected):
    text = format_reference(csl_item(record_of(paper)), style)
    assert text.startswith(expected), text
    assert "1–20" in text
    assert paper.title.casefold() in text.casefold()  # some styles capitalize titles


@pytest.mark.parametrize("style", STYLES)
def test_marks_and_ranges_are_printed_as_people_print_them(style):
    record = Record(key="k", kind="journal-article", title="Is it so?", year=2024, container="Journal", pages="e12–e19",
                    authors=(RecordAuthor(split_name("Ada Quint")),))  # fmt: skip
    text = format_reference(csl_item(record), style)
    assert "?." not in text
    assert "?”." not in text
    assert "--" not in text
    assert "..." not in text


@pytest.mark.parametrize(
    ("style", "part"), [("ieee", "“Quiet title,” in "), ("chicago", "“Quiet Title.” "), ("mla", "“Quiet Title.” ")]
)
def test_american_styles_close_the_quotation_after_the_stop(style, part):
    record = Record(key="k", kind="conference-paper", title="Quiet title", year=2024, container="Meeting",
                    authors=(RecordAuthor(split_name("Ada Quint")),), retracted="")  # fmt: skip
    assert part in format_reference(csl_item(record), style)
    assert "Edition" not in format_reference(csl_item(replace(record, retracted="2024")), style)


def test_every_style_has_a_label():
    assert [label for label, _ in STYLES.values()] == ["APA", "IEEE", "ACM", "Chicago", "MLA", "Vancouver"]


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_retraction_is_in_every_export(paper, form):
    assert "etracted" not in write_one(paper, form, "")
    paper.notices.create(kind="retraction", date="2025")
    text = write_one(loaded(paper), form, "")
    assert "[Retracted] Quiet" in text


def test_retraction_is_in_every_reference(paper):
    paper.notices.create(kind="retraction")
    for style in STYLES:
        assert "[Retracted] Quiet" in format_reference(csl_item(record_of(loaded(paper))), style)


def test_ris_values_stay_on_one_line():
    text = write_ris(Record(key="k", title="One\nTY  - JOUR\r\nTwo"))
    assert text.count("\nTY") == 0
    assert rispy.loads(text)[0]["title"] == "One TY - JOUR Two"


@pytest.mark.parametrize(
    ("printed", "family", "given", "literal"),
    [
        ("Yihua Zhang", "Zhang", "Yihua", ""),
        ("Zhang, Yihua", "Zhang", "Yihua", ""),
        ("P.-Y. Chen", "Chen", "P.-Y.", ""),
        ("Ludwig van Beethoven", "van Beethoven", "Ludwig", ""),
        ("van den Berg, Jan", "van den Berg", "Jan", ""),
        ("Plato", "", "", "Plato"),
        ("张逸骅", "", "", "张逸骅"),
        ("María José García Márquez", "Márquez", "María José García", ""),
    ],
)
def test_names_are_taken_apart(printed, family, given, literal):
    parts = split_name(printed)
    assert (parts.family, parts.given, parts.literal) == (family, given, literal)
    assert " ".join(parts.natural.split()) == printed or "," in printed


@pytest.mark.django_db
def test_keys_are_unique_and_stable():
    first = make_publication("Quiet", bibtex_key="quint2024")
    second = make_publication("Loud", slug="loud")
    assert (first.citation_key, second.citation_key) == ("quint2024", "loud")
    third = Record(key="quint2024", kind="other", title="Third")
    fourth = Record(key="loud", kind="other", title="Fourth")
    fifth = Record(key="x" * 121, kind="other", title="Quint2024")
    keys = [publication.citation_key for publication in imported([third, fourth, fifth])]
    assert keys == ["third", "fourth", "quint2024-2"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "values"), [("bibtex_key", {"bibtex_key": "loud"}), ("slug", {"slug": "quint2024"})], ids=["key", "slug"]
)
def test_no_two_publications_are_cited_alike(field, values):
    make_publication("Quiet", bibtex_key="quint2024")
    make_publication("Loud", slug="loud")
    with pytest.raises(ValidationError) as error:
        Publication(**{"title": "Third", "slug": "third", **values}).full_clean()
    assert "Another publication is cited as" in str(error.value.message_dict[field])


@pytest.mark.django_db
def test_a_file_of_everything_reads_no_column_that_it_does_not_write(django_assert_num_queries):
    """Else a published copy would make it anew for each summary."""
    make_publication("First", [make_member("Ada Quint")], summary="Nobody reads this here.")
    for form in FORMATS.values():
        with django_assert_num_queries(7) as asked:
            text = "".join(stream(Publication.objects.published(), form, ""))
        assert "First" in text
        read = asked.captured_queries[0]["sql"]
        assert not [name for name in UNWRITTEN if f'"publications_publication"."{name}"' in read]
