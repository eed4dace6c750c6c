"""The PDF file: text is text, every sign prints, two pages are two pages, and long records stay bounded."""

from __future__ import annotations

import logging
import re
from dataclasses import replace

import pytest
from django.core.cache import cache

from activities.cv import fitting
from activities.cv.document import Document, Entry, Part, Run, Section, plain
from activities.cv.fitting import fit_document
from activities.cv.styles import make_document
from activities.cv.typesetting import PAPERS, TEMPLATE, count_pages, line_data, make_data, make_pdf
from activities.tests.curricula import ROOT, document_of, profile_of, squeezed, text_of_pdf
from labsite.tests.factories import (
    make_award_receipt,
    make_member,
    make_mentorship,
    make_organization,
    make_person,
    make_publication,
    make_venue,
)  # fmt: skip
from publications.digests import flush_changes
from publications.models import Publication

pytestmark = pytest.mark.once

MARKUP = '#read("/etc/passwd") $x^2$ *stars* [brackets] \\ back @cite <label> `code` #import "@preview/x:1.0.0" // ='


def make_sample(*entries: Entry, name: str = "Ada Quint", layout: str = "dated") -> Document:
    return Document(
        name=name, kind="Curriculum vitae", style="full", address=ROOT, today="2025-11-21",
        sections=(Section("awards", "Honours", (Part(layout, entries),)),),
    )  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_kept():
    cache.clear()


def test_text_is_never_markup(tmp_path):
    document = make_sample(
        Entry(plain(MARKUP), label=MARKUP, lines=(plain(MARKUP),)),
        name=MARKUP,
    )
    sections = (replace(document.sections[0], heading=MARKUP, note=plain(MARKUP)), *document.sections)
    text = squeezed(text_of_pdf(make_pdf(replace(document, sections=sections, head=(plain(MARKUP),))), tmp_path))
    for part in ('#read("/etc/passwd")', "$x^2$", "*stars*", "[brackets]", "\\back", "@cite", "<label>", "`code`"):
        assert text.count(squeezed(part)) >= 5, part
    assert "root:" not in text


def test_template_reads_and_fetches_nothing():
    template = TEMPLATE.read_text(encoding="utf-8")
    code = "\n".join(line for line in template.splitlines() if not line.startswith("//"))
    assert not re.search(r"\b(?:eval|read|include|import|plugin|image|csv|toml|yaml|xml)\b", code)
    assert [path.name for path in TEMPLATE.parent.iterdir()] == ["cv.typ"]


@pytest.mark.parametrize("layout", ["dated", "papers", "facts", "prose"])
def test_file_is_up_to_the_standard_for_screen_readers(layout, caplog):
    caplog.set_level(logging.WARNING)
    entry = Entry(plain("Title"), label="2024", lines=((Run("line", "https://example.org/"),),))
    assert make_pdf(make_sample(entry, layout=layout)).startswith(b"%PDF-")
    assert caplog.records == []


def test_signs_no_font_has_are_left_out_and_the_others_print(tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    shown = ["Zoë Łukasz", "张逸骅", "דנה", "Ελένη", "Јована", "𝐀", "ℝ", "안녕", "こんにちは", "x²"]
    gone = ["🦉", "👩‍🔬", "\ue000", "\u0e01\u0e02", "\U0010fffe", "\x07"]
    document = make_sample(*(Entry(plain(f"A{text}B")) for text in (*shown, *gone)))
    text = squeezed(text_of_pdf(make_pdf(document), tmp_path))
    for sign in shown:
        assert squeezed(sign) in text or squeezed(sign)[::-1] in text, sign
    assert text.count("AB") == len(gone)
    assert caplog.records == []  # a sign that printed as a box would be a fault of the standard


def test_metadata_language_and_links():
    document = make_sample(
        Entry(
            plain(
                "Title",
            ),
            lines=((Run("here", "https://example.org/quiet"),),),
        )
    )
    pdf = make_pdf(replace(document, keywords=("Silence",)))
    assert b"https://example.org/quiet" in pdf
    for part in (b"/Lang(en)", b"Curriculum vitae of Ada Quint", b"Silence"):
        assert part in pdf, part
    assert re.search(rb"/CreationDate\(D:20251121", pdf)


def test_same_document_same_bytes():
    first = make_pdf(make_sample(Entry(plain("Title"))))
    cache.clear()
    assert make_pdf(make_sample(Entry(plain("Title")))) == first


def test_file_is_kept_until_the_document_changes(monkeypatch):
    made = make_pdf(make_sample(Entry(plain("Title"))))
    monkeypatch.setattr("activities.cv.typesetting.compile_pdf", lambda *args, **kwargs: b"anew")
    assert make_pdf(make_sample(Entry(plain("Title")))) == made
    assert make_pdf(make_sample(Entry(plain("Other")))) == b"anew"
    assert make_pdf(make_sample(Entry(plain("Title"))), "letter") == b"anew"


def test_runs_that_look_alike_are_one():
    line = (Run("a"), Run("b"), Run("c", is_strong=True), Run("d", "https://example.org/"), Run(""))
    assert line_data(line) == [
        ["ab", "", "", "", ""], ["c", "", "s", "", ""], ["d", "https://example.org/", "", "", ""],
    ]  # fmt: skip


def test_long_word_stays_on_the_page(tmp_path):
    word = "W" * 300
    text = text_of_pdf(make_pdf(make_sample(Entry(plain(word), label=word), name=word)), tmp_path)
    assert max(len(line) for line in text.splitlines()) < 100
    assert squeezed(text).count("W") >= 900


def test_paper_sizes():
    data = {paper: make_data(make_sample(Entry(plain("x"))), paper)["paper"] for paper in PAPERS}
    assert data == {"a4": "a4", "letter": "us-letter"}


def fill_record(count: int) -> None:
    """`count` of everything a CV prints, with long texts."""
    ada, long = make_member("Ada Quint"), "word " * 300
    organization = make_organization("Example University " * 8)
    kinds = ("skills", "research", "interests", "other")
    for number in range(count):
        year = str(1990 + number % 30)
        ada.positions.create(title=f"Intern {number}", organization=organization, start=year, summary=long)
        ada.positions.create(kind="research", title=f"Researcher {number}", summary=f"- {long}\n" * 10)
        ada.education.create(degree=f"Degree {number}", organization=organization, note="word " * 50)
        ada.sections.create(kind=kinds[number % 4], heading=f"H{number}", body=long)
        ada.links.create(kind="website", url=f"https://example.org/{number}", label="A link with a long label " * 4)
        make_award_receipt(f"Prize {number} " * 10, ada, year=year, note="word " * 50)
        make_mentorship(ada, make_person(f"Mentee {number}"))
        ada.services.create(kind="organizer", title="Workshop " * 20, venue=make_venue(f"V{number}"))
        make_publication(f"Paper {number} " + "on long titles " * 25, [ada, *(f"Author {n}" for n in range(30))])
    flush_changes()


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, 1, 3, 24])
def test_short_style_fills_two_pages_at_most(count):
    make_member("Bo Other")
    fill_record(count)
    document = document_of("ada-quint", "short")
    assert [count_pages(document, paper) <= 2 for paper in PAPERS] == [True, True]
    if count == 24:
        assert "Publications: " in document.left_out
        assert len(document.entries) >= 5


@pytest.mark.django_db
def test_short_style_of_a_short_record_leaves_out_nothing():
    ada = make_member("Ada Quint")
    ada.education.create(degree="Ph.D.", organization=make_organization(), start="2020")
    document = document_of("ada-quint", "short")
    assert (document.left_out, document.sections) == ("", document_of("ada-quint").sections)


@pytest.mark.django_db
def test_short_style_prefers_what_is_selected_and_says_what_is_missing():
    ada = make_member("Ada Quint")
    for number in range(60):
        make_publication(f"Paper {number:02}", [ada, "B. Other"], year=2024, venue=None)
    Publication.objects.filter(title="Paper 59").update(is_selected=True)
    flush_changes()
    document = document_of("ada-quint", "short")
    entries = document.entries
    titles = ["".join(run.text for run in entry.title) for entry in entries]
    assert any("Paper 59" in title for title in titles)
    assert document.left_out == (f"Left out here, besides details: Publications: {60 - len(entries)} of 60. In full: ")
    assert document.sections[0].parts[0].heading == ""
    assert document.full_address == f"{ROOT}/people/ada-quint/cv/?style=full"


@pytest.mark.django_db
def test_what_fits_is_remembered(monkeypatch):
    fill_record(4)
    profile = profile_of("ada-quint")
    document = make_document(profile, "short", root=ROOT)
    first = fit_document(document, profile, ROOT)
    monkeypatch.setattr(fitting, "count_pages", lambda *args: pytest.fail("set again"))
    assert fit_document(document, profile, ROOT) == first
