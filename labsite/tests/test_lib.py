"""Leaf helpers: partial dates, folding, Markdown."""

from __future__ import annotations

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from labsite.lib.dates import PartialDate, display_period, parse_edtf
from labsite.lib.markdown import plain_text, render_markdown
from labsite.lib.text import clean_text, fold, make_slug
from labsite.tests.factories import make_person
from people.models import Membership


@pytest.mark.parametrize(
    ("text", "words", "earliest", "latest"),
    [
        ("2024", "2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "February 2024", "2024-02-01", "2024-02-29"),
        ("2024-05-31", "31 May 2024", "2024-05-31", "2024-05-31"),
        ("0001", "0001", "0001-01-01", "0001-12-31"),
    ],
)
def test_partial_date(text, words, earliest, latest):
    date = PartialDate(text)
    assert (date.display(), date.earliest.isoformat(), date.latest.isoformat()) == (words, earliest, latest)
    assert str(parse_edtf(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "24",
        "2024-13",
        "2024-02-30",
        "2024-5",
        "2024-05-31T00:00",
        "May 2024",
        "٢٠٢٤",
        "2024\n",
        "2024/05",
        "0000",
        "9" * 5000,
    ],
)
def test_what_is_no_date_is_refused(text):
    if text == "2024\n":
        assert str(parse_edtf(text)) == "2024"
        return
    with pytest.raises(ValidationError) as error:
        parse_edtf(text)
    assert text.strip()[:10] in error.value.message


def test_nothing_is_no_date():
    assert parse_edtf("") is None
    assert parse_edtf(None) is None
    assert str(parse_edtf(datetime.date(987, 6, 5))).endswith("-06-05")


def test_dates_sort_by_time_then_precision():
    texts = ["2024-05-31", "2023", "2024", "2024-05", "2024-06"]
    assert [str(date) for date in sorted(map(PartialDate, texts))] == [
        "2023",
        "2024",
        "2024-05",
        "2024-05-31",
        "2024-06",
    ]


@pytest.mark.parametrize(
    ("start", "end", "unknown", "words"),
    [
        (None, None, False, ""),
        ("2022", None, False, "2022 – present"),
        ("2022", None, True, "from 2022"),
        ("2022", "2022", False, "2022"),
        ("2022-05", "2024", False, "May 2022 – 2024"),
        (None, "2019-06", False, "until June 2019"),
    ],
)
def test_period_in_words(start, end, unknown, words):
    assert display_period(parse_edtf(start), parse_edtf(end), end_is_unknown=unknown) == words


@pytest.mark.django_db
@pytest.mark.parametrize(("start", "end", "allowed"), [
    ("2024-05", "2024", True), ("2024", "2024-01", True), ("2024-05", "2024-04", False),
    ("2024-05-31", "2024-05", True), ("2025", "2024-12-31", False), (None, "2024", True), ("2024", None, True),
])  # fmt: skip
def test_database_refuses_an_end_before_the_start(start, end, allowed):
    person = make_person()
    if allowed:
        Membership.objects.create(person=person, role="phd", start=start, end=end)
    else:
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.create(person=person, role="phd", start=start, end=end)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Peter Richtárik", "peter richtarik"),
        ("R²MU", "r2mu"),
        ("STRASSE Straße", "strasse strasse"),
        ("Łukasz Øst", "lukasz ost"),
        ("a\u202eb\x00c", "abc"),
        ("e\u0301", "e"),
        ("  two   blanks ", "two blanks"),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded


def test_fold_keeps_other_scripts_in_both_forms():
    assert fold("张逸骅") == "张逸骅 zhangyihua"


@pytest.mark.parametrize(
    ("text", "slug"), [("Peter Richtárik", "peter-richtarik"), ("!!!", "person"), ("x" * 200, "x" * 80)]
)
def test_slug(text, slug):
    assert make_slug(text, "person") == slug


def test_clean_text_is_composed():
    assert clean_text("e\u0301") == "é"


@pytest.mark.parametrize(
    "payload",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "<style>body{}</style>",
        '<a href="https://example.org" onclick="x()">x</a>',
        "![x](https://example.org/x.png)",
        "<iframe src=//example.org></iframe>",
        '<p id="content" class="x" style="y">x</p>',
        "[x](//example.org)",
    ],
)
def test_markdown_is_safe(payload):
    for html in (render_markdown(payload), render_markdown(plain_text(payload))):
        for bad in (
            "<script",
            "<img",
            "<style",
            "<iframe",
            'href="javascript',
            'href="data',
            'href="vbscript',
            "<p id",
        ):
            assert bad not in html.lower()


def test_markdown_keeps_what_people_write():
    html = render_markdown("**bold** [link](https://example.org)\n\n- one\n- two")
    assert "<strong>bold</strong>" in html
    assert 'href="https://example.org"' in html
    assert html.count("<li>") == 2
    assert "noopener" in html
