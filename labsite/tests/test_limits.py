"""Pages that do not grow: what is more than a page holds is said, and led to."""

from __future__ import annotations

import re

import pytest

from activities.models import Award, AwardReceipt, Project
from labsite.tests.factories import make_group, make_member
from people.directory import PER_PAGE
from people.models import Membership, Person
from publications.digests import refresh_digests
from publications.models import Authorship, Publication

pytestmark = pytest.mark.django_db
ROW = re.compile(r'<article class="publication-row')
CARD = re.compile(r'<article class="card person-card')


def make_papers(count: int, **people: Person) -> list[Publication]:
    """Papers by all these people, the first of them the oldest, the author named `first` at the front."""
    papers = Publication.objects.bulk_create(
        Publication(slug=f"paper-{number}", title=f"Paper {number}", year=1990, date=f"1990-01-{1 + number % 28:02}")
        for number in range(count)
    )
    for number, paper in enumerate(papers):
        paper.year, paper.date = 1700 + number, None
    Publication.objects.bulk_update(papers, ["year", "date"])
    Authorship.objects.bulk_create(
        Authorship(publication=paper, position=place, printed_name=person.name, person=person)
        for paper in papers
        for place, person in enumerate(people.values(), start=1)
    )
    refresh_digests(paper.pk for paper in papers)
    return papers


def titles(html: str) -> list[int]:
    return [int(number) for number in re.findall(r"<bdi>Paper (\d+)</bdi>", html)]


def test_the_page_of_a_prolific_person(client, django_assert_num_queries):
    ada, bo = make_member("Ada Quint"), make_member("Bo Quint")
    make_papers(250, first=ada, second=bo)
    Publication.objects.filter(slug__in=["paper-3", "paper-240"]).update(is_selected=True)
    with django_assert_num_queries(4):  # one more than for few papers: the selected ones, which may be old
        html = client.get("/people/ada-quint/").content.decode()
    assert titles(html) == [240, 3, *range(249, 149, -1)]
    assert '<a href="/publications/?author=ada-quint">All publications <span class="muted">250</span></a>' in html
    assert '>Bo Quint</bdi> <span class="choice-count">100<' in html


def test_as_many_as_a_page_holds_are_all_of_them(client):
    make_papers(100, first=make_member("Ada Quint"))
    html = client.get("/people/ada-quint/").content.decode()
    assert len(ROW.findall(html)) == 100
    assert ">All publications <span" not in html
    assert '<span class="muted">100</span>' in html


def test_the_cv_of_a_prolific_person(client, django_assert_num_queries):
    make_papers(250, first=make_member("Ada Quint"))
    with django_assert_num_queries(4):
        html = client.get("/people/ada-quint/cv/?style=full").content.decode()
    assert "Paper 150<" in html
    assert "Paper 149<" not in html
    assert "250 publications" in html
    assert "/publications/?author=ada-quint" in html
    assert len(client.get("/people/ada-quint/resume.json").json()["publications"]) == 250


@pytest.fixture
def department():
    """A group of 230 doctoral students, a postdoc and 20 alumni."""
    group = make_group("Big Group")
    people = Person.objects.bulk_create(Person(slug=f"p{number}", name=f"P {number:04}") for number in range(251))
    Membership.objects.bulk_create(
        Membership(
            person=person, group=group, role="postdoc" if number == 229 else "phd", start="2000",
            end="2001" if number > 230 else None,
        )
        for number, person in enumerate(people)
    )  # fmt: skip
    return group


def names(html: str) -> list[str]:
    return re.findall(r'href="/people/(p\d+)/"><bdi>', html)


def test_the_list_of_a_department_has_pages(client, department, django_assert_num_queries):
    with django_assert_num_queries(3):
        first = client.get("/people/").content.decode()
    with django_assert_num_queries(4):
        second = client.get("/people/?page=2").content.decode()
    students = [f"p{number}" for number in range(231) if number != 229]
    assert names(first) == ["p229", *students[: PER_PAGE - 1]]
    assert names(second) == [*students[PER_PAGE - 1 :], *(f"p{number}" for number in range(231, 251))]
    assert "<strong>251</strong> people" in first
    assert 'rel="next" href="?page=2"' in first
    assert 'rel="prev" href="?page=1"' in second
    assert 'rel="next"' not in second


def test_pages_of_people_keep_the_filters(client, department):
    html = client.get("/people/?role=phd&group=big-group&q=p").content.decode()
    assert len(CARD.findall(html)) == PER_PAGE
    assert 'href="?role=phd&amp;group=big-group&amp;q=p&amp;page=2"' in html
    assert len(names(client.get("/people/?role=phd&group=big-group&q=p&page=2").content.decode())) == 50


@pytest.mark.parametrize("page", ["0", "3", "x", "9" * 30, "-1", "²"])
def test_a_page_of_people_that_is_not_there(client, department, page):
    html = client.get("/people/", {"page": page}).content.decode()
    assert "There is no page" in html
    assert names(html)[0] == "p229"


def test_a_big_group_leads_to_everybody(client, department):
    html = client.get("/groups/big-group/").content.decode()
    assert len(CARD.findall(html)) == PER_PAGE
    assert 'href="/people/?group=big-group"' in html


def test_awards_have_pages(client, django_assert_num_queries):
    ada, award = make_member("Ada Quint"), Award.objects.create(title="Prize")
    receipts = AwardReceipt.objects.bulk_create(AwardReceipt(award=award, year=str(1700 + n)) for n in range(230))
    AwardReceipt.people.through.objects.bulk_create(
        AwardReceipt.people.through(awardreceipt=receipt, person=ada) for receipt in receipts
    )
    with django_assert_num_queries(2):
        first = client.get("/awards/").content.decode()
    with django_assert_num_queries(3):
        second = client.get("/awards/?by=year&page=2").content.decode()
    assert (first.count('class="entry-title"'), second.count('class="entry-title"')) == (200, 30)
    assert 'href="?by=year&amp;page=2"' in first


def test_the_page_of_a_project_with_many_papers(client):
    area = Project.objects.create(slug="area", name="Area", kind="research-area")
    area.publications.set(make_papers(130, first=make_member("Ada Quint")))
    html = client.get("/research/area/").content.decode()
    assert titles(html) == list(range(129, 29, -1))
    assert '<span class="muted">130</span>' in html
