"""Lines of lists that are loaded by hand-written SQL and kept by what they print, beside the same through the ORM."""

from __future__ import annotations

import pytest
from django.utils import translation

from labsite.lib.search import read_question
from labsite.tests.factories import make_member, make_publication, make_venue
from people.models import Person
from publications.digests import flush_changes
from publications.finding import DIGESTS
from publications.lines import load_lines
from publications.models import Publication
from publications.row_html import publication_row
from publications.rows import people_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def papers() -> list[Publication]:
    ada = make_member("Ada Quint")
    made = [
        make_publication("Quiet Machines", authors=[ada], venue=make_venue("ICXM"), year=2024),
        make_publication("Loud Machines <b>", authors=[ada], year=None),
        make_publication("A draft", authors=[ada], is_published=False),
    ]
    flush_changes()
    return made


def load_all() -> list[Publication]:
    return load_lines(f"SELECT place FROM {DIGESTS}", [])  # noqa: S608 - names are ours


def by_orm() -> list[Publication]:
    return list(Publication.objects.published().with_rows().order_by("digest__place"))


def test_lines_are_what_the_orm_loads(papers, django_assert_num_queries):
    with django_assert_num_queries(1):
        lines = load_all()
        told = [(each.pk, each.slug, each.title, each.year, each.row, each.digest.place) for each in lines]
    assert told == [(each.pk, each.slug, each.title, each.year, each.row, each.digest.place) for each in by_orm()]
    assert [each.is_published for each in lines] == [True, True]
    assert [people_of(each) for each in lines] == [people_of(each) for each in by_orm()]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("is_owner", [False, True])
def test_a_kept_entry_prints_the_same(papers, language, is_owner):
    options = {"root": "https://lab.example", "owner": Person.objects.get(name="Ada Quint") if is_owner else None}
    with translation.override(language):
        for line, whole in zip(load_all(), by_orm(), strict=True):
            for heading in ("h2", "h4", "h2"):
                kept = publication_row(line, heading=heading, **options)
                assert kept == publication_row(whole, heading=heading, **options)


def test_an_entry_follows_its_record(papers):
    assert "Quiet" in publication_row(load_all()[1]) + publication_row(load_all()[0])
    papers[0].title = "Silent Machines"
    papers[0].save()
    flush_changes()
    printed = "".join(publication_row(each) for each in load_all())
    assert "Silent Machines" in printed and "Quiet" not in printed


@pytest.mark.parametrize("words", ["quiet", "ada", "qui quint", "“quiet machines”", "čapek", "capek", "nothing", "b"])
def test_a_line_without_the_words_is_printed_as_without_a_question(papers, words):
    """What is marked is the same, whether or not the line was looked through first."""
    make_publication("Über Karel Čapek", authors=[make_member("Şule Quint")], year=2023)
    flush_changes()
    question = read_question(words)
    lines = Publication.objects.published()
    plain = {paper.pk: publication_row(paper) for paper in lines.with_stored_rows()}
    written = {paper.pk: publication_row(paper, question=question) for paper in lines.with_rows()}
    found = {paper.pk: publication_row(paper, question=question) for paper in lines.with_stored_rows()}
    assert found == written
    assert all(("<mark>" in text) == (text != plain[key]) for key, text in found.items())
