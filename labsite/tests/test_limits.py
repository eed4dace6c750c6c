"""Pages that do not grow: what is more than a page holds is said, and led to."""

from __future__ import annotations

import re
from html import unescape

import pytest

from activities.models import Award, AwardReceipt, Project
from labsite.tests.factories import make_group, make_member
from people.directory import LETTERS, MOST, PER_PAGE
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
    with django_assert_num_queries(5):  # one more than for few papers: the selected ones, which may be old
        html = client.get("/people/ada-quint/").content.decode()
    assert titles(html) == [240, 3, *range(249, 199, -1)]
    assert "The newest 50 of 250." in html
    assert '<a href="/publications/?author=ada-quint">All publications <span class="muted">250</span></a>' in html
    assert '>Bo Quint</bdi> <span class="choice-count">50<' in html


def test_as_many_as_a_page_holds_are_all_of_them(client):
    make_papers(100, first=make_member("Ada Quint"))
    html = client.get("/people/ada-quint/").content.decode()
    assert len(ROW.findall(html)) == 100
    assert ">All publications <span" not in html
    assert "The newest" not in html
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


def test_a_list_that_fits_on_a_page_is_by_role(client, department, django_assert_num_queries):
    Person.objects.filter(slug__in=[f"p{number}" for number in range(MOST, 251)]).update(is_published=False)
    with django_assert_num_queries(4):
        html = client.get("/people/").content.decode()
    assert f"<strong>{MOST}</strong> people" in html
    assert len(names(html)) == MOST
    assert "PhD students" in html
    assert "page=" not in html
    assert "letter=" not in html


def test_the_list_of_a_department_is_by_name(client, department, django_assert_num_queries):
    with django_assert_num_queries(4):
        first = client.get("/people/").content.decode()
    with django_assert_num_queries(5):
        second = client.get("/people/?page=2&after=p49").content.decode()
    assert names(first) == [f"p{number}" for number in range(50)]
    assert names(second) == [f"p{number}" for number in range(50, 100)]
    assert f"More than {MOST} people, by name" in first
    assert 'rel="next" href="?page=2&amp;after=p49"' in first
    assert 'rel="prev"' not in first
    assert 'rel="next" href="?page=3&amp;after=p99"' in second
    assert 'rel="prev" href="?"' in second


def follow(client, address: str, link: str) -> list[list[str]]:
    """Everybody on the pages from `address` on, as far as the link of this kind leads."""
    found: list[list[str]] = []
    while True:
        html = client.get(f"/people/{address}").content.decode()
        found.append(names(html))
        match = re.search(rf'rel="{link}" href="([^"]*)"', html)
        if match is None:
            return found
        address = unescape(match[1])


def test_pages_of_people_lead_forth_and_back(client, department):
    """Some bear one name: they stand in the order of their addresses."""
    for person in Person.objects.filter(slug__in=[f"p{number}" for number in range(40, 60)]):
        person.name = "Quint"
        person.save()
    everybody = list(Person.objects.order_by("sort_key", "slug").values_list("slug", flat=True))
    forth = follow(client, "", "next")
    assert [slug for page in forth for slug in page] == everybody
    assert [len(page) for page in forth] == [50, 50, 50, 50, 50, 1]
    back = follow(client, f"?page=6&after={forth[4][-1]}", "prev")
    assert back == forth[::-1]
    assert names(client.get("/people/?page=4").content.decode()) == forth[3]  # a published copy knows numbers alone


def test_people_by_letter(client, department):
    for number, name in enumerate(["Ada Quint", "Bo Quint", "R 2D", "张三", "Zoë Zeta", "Éa Östberg"]):
        person = Person.objects.get(slug=f"p{number}")
        person.name = name
        person.save()
    assert 'href="?letter=q"' in client.get("/people/").content.decode()
    found = {letter: follow(client, f"?letter={letter}", "next") for letter in [*LETTERS, "other"]}
    assert [found[letter] for letter in "qo"] == [[["p0", "p1"]], [["p5"]]]
    assert "p4" in found["z"][0]
    assert "p2" in [slug for page in found["other"] for slug in page]
    placed = [slug for pages in found.values() for page in pages for slug in page]
    assert sorted(placed) == sorted(Person.objects.values_list("slug", flat=True))
    page = client.get("/people/?letter=other&status=current&group=big-group&q=p").content.decode()
    assert 'href="?status=current&amp;group=big-group&amp;letter=other&amp;q=p&amp;page=2&amp;after=' in page
    assert "Nobody fits all of this" in client.get("/people/?letter=x").content.decode()
    assert "There is no letter" in client.get("/people/?letter=ß").content.decode()


def test_pages_of_people_keep_the_filters(client, department):
    html = client.get("/people/?role=phd&group=big-group&q=p").content.decode()
    assert len(CARD.findall(html)) == PER_PAGE
    assert 'href="?role=phd&amp;group=big-group&amp;q=p&amp;page=2&amp;after=p49"' in html
    assert len(names(client.get("/people/?role=phd&group=big-group&q=p&page=5").content.decode())) == 50
    alumni = client.get("/people/?role=phd&group=big-group&q=p&status=alumni")
    assert alumni.context["directory"].count == 20
    assert ">Alumni<" in alumni.content.decode()


@pytest.mark.parametrize("page", ["0", "7", "x", "9" * 30, "-1", "²"])
def test_a_page_of_people_that_is_not_there(client, department, page):
    html = client.get("/people/", {"page": page}).content.decode()
    assert "There is no page" in html
    assert names(html)[0] == "p0"


@pytest.mark.parametrize("place", ["after=nobody", "before=nobody", "after=%00", "after=a/b", "before=" + "x" * 200])
def test_a_page_that_begins_at_nobody_is_found_by_its_number(client, department, place):
    assert names(client.get(f"/people/?page=2&{place}").content.decode())[0] == "p50"


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
