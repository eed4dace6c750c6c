"""Home, search, errors, old addresses, health."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from labsite.models import LabProfile
from labsite.tests.factories import make_group, make_member, make_news, make_person, make_publication, make_venue
from labsite.views import MOST_COUNTED
from people.models import Membership, OldAddress, Person, PersonName
from publications.digests import flush_changes
from publications.models import Publication

pytestmark = pytest.mark.django_db


def fill(count: int) -> None:
    """Everything the home page and the search page list, `count` times, each with relations."""
    for number in range(count):
        group = make_group(f"Quiet Group {number}", lead=make_person(f"Lea Quiet {number}"))
        member = make_member(f"Ada Quiet {number}", group=group)
        venue = make_venue(f"Quiet{number}")
        paper = make_publication(
            f"Quiet paper {number}", [member, "B. Other"], venue=venue, is_selected=True, has_code=True
        )
        paper.links.create(kind="code", url="https://example.org/code")
        paper.distinctions.create(kind="oral")
        paper.identifiers.create(scheme="arxiv", value=f"2405.0000{number}")
        news = make_news(f"Quiet news {number}", member)
        news.publications.add(paper)
        news.groups.add(group)
    flush_changes()


# lab profile; everything else
HOME_QUERIES = 2
# lab profile; best answers (2); everything that is found; names of filters
SEARCH_QUERIES = 5


@pytest.mark.parametrize("count", [1, 3])
def test_home_queries(client, django_assert_num_queries, count):
    fill(count)
    with django_assert_num_queries(HOME_QUERIES):
        response = client.get("/")
    assertContains(response, f"Ada Quiet {count - 1}")
    assertContains(response, f"Quiet paper {count - 1}")
    assertContains(response, f"Quiet news {count - 1}")


@pytest.mark.parametrize("count", [1, 3])
def test_search_queries(client, django_assert_num_queries, count):
    fill(count)
    with django_assert_num_queries(SEARCH_QUERIES):
        response = client.get("/search/?q=quiet")
    assertContains(response, f"/people/ada-quiet-{count - 1}/")
    assertContains(response, f"/publications/quiet-paper-{count - 1}/")


def test_home_shows_the_newest_of_what_is_selected(client):
    ada = make_member("Ada Quint")
    for number in range(8):
        make_publication(f"Selected {number}", [ada], is_selected=True, year=2000 + number)
    hidden = {
        "A draft": {"is_published": False}, "Kept out": {"listing": "never"}, "By nobody here": {"authors": []},
        "Not selected": {"is_selected": False},
    }  # fmt: skip
    for title, given in hidden.items():
        make_publication(title, **{"authors": [ada], "is_selected": True, "year": 2026, **given})
    flush_changes()
    titles = [paper.title for paper in client.get("/").context["publications"]]
    assert titles == [f"Selected {number}" for number in (7, 6, 5, 4, 3, 2)]
    paper = Publication.objects.get(title="Selected 7")
    paper.is_selected = False
    paper.save()
    flush_changes()
    assert client.get("/").context["publications"][0].title == "Selected 6"


def test_home_counts_members_as_far_as_it_is_worth_it(client):
    people = Person.objects.bulk_create(Person(slug=f"p{number}", name=f"P {number}") for number in range(MOST_COUNTED))
    Membership.objects.bulk_create(Membership(person=person, role="phd", start="2000") for person in people)
    Membership.objects.create(person=people[0], role="staff", start="2001")
    make_member("A draft", is_published=False)
    make_member("Gone Quint", start="2000", end="2001")
    assert client.get("/").context["numbers"][0][0] == "1,000"
    make_member("Ada Quint")
    assert client.get("/").context["numbers"][0][0] == "1,000+"


def test_home_of_an_empty_site_says_what_to_do(client):
    assertContains(client.get("/"), "Nothing is published here yet")


def test_home_shows_the_lab_profile(client):
    LabProfile.objects.create(id=1, name="Quiet Lab", tagline="We study silence.", introduction="**Softly**")
    response = client.get("/")
    assertContains(response, "We study silence.")
    assertContains(response, "<strong>Softly</strong>")


def test_home_leaks_no_drafts(client):
    make_member("Draft Person", is_published=False)
    make_group("Draft Group", is_published=False)
    make_publication("Draft Paper", [make_member("Ada Quint")], is_selected=True, is_published=False)
    make_news("Draft news", is_published=False)
    response = client.get("/")
    assertContains(response, "Ada Quint")
    for leak in ("Draft Person", "Draft Group", "Draft Paper", "Draft news"):
        assertNotContains(response, leak)


@pytest.mark.parametrize("words", ["richtarik", "RICHTÁRIK", "Richtárik Peter", "peter  richt"])
def test_search_folds_accents_case_and_order(client, words):
    make_member("Peter Richtárik")
    assertContains(client.get("/search/", {"q": words}), 'href="/people/peter-richtarik/"')


def test_search_finds_native_script_and_transliteration(client):
    person = make_member("Ada Quint", native_name="张逸骅")
    PersonName.objects.create(person=person, name="A. Q. Elsewhere")
    for words in ("张逸骅", "zhang", "elsewhere"):
        assertContains(client.get("/search/", {"q": words}), "Ada Quint", msg_prefix=words)


def test_search_does_not_find_by_a_former_name(client):
    person = make_member("Ada Quint")
    PersonName.objects.create(person=person, name="Oldname Quint", kind="former", is_public=False)
    assertContains(client.get("/search/?q=quint"), person.get_absolute_url())
    assertNotContains(client.get("/search/?q=oldname"), person.get_absolute_url())


def test_search_leaks_no_drafts(client):
    make_member("Quiet Draft", is_published=False)
    make_publication("Quiet draft paper", [make_member("Ada Quint")], is_published=False)
    response = client.get("/search/?q=quiet")
    assertContains(response, "Nothing here holds all the words")
    assertNotContains(response, "Quiet Draft")
    assertNotContains(response, "Quiet draft paper")


@pytest.mark.parametrize(
    "words",
    ["%00", "a%00b", "%ff", "%25_%5C", "(", "'; DROP TABLE", "x" * 10_000, "%E2%80%AE%E2%80%AEtxt", "+" * 50, "🦉"],
)
def test_search_answers_anything(client, words):
    make_member("Ada Quint")
    assert client.get(f"/search/?q={words}").status_code == 200


def test_search_says_what_is_wrong_with_an_overlong_question(client):
    assertContains(client.get("/search/", {"q": "x" * 201}), "is longer than 200 letters")


def test_unknown_page_helps(client):
    response = client.get("/no/such/page")
    assertContains(response, "There is no page here", status_code=404)
    assertContains(response, "/no/such/page", status_code=404)


@pytest.mark.parametrize("path", ["/people/nobody/", "/publications/nothing/", "/venues/nowhere/", "/groups/none/"])
def test_unknown_slug_is_404(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/%00", "/people/%00/", "/%ff%fe", "/" + "x" * 5000, "/<script>alert(1)</script>"])
def test_strange_paths_are_404(client, path):
    response = client.get(path)
    assert response.status_code == 404
    assert b"<script>alert" not in response.content


def test_old_address_leads_to_the_person(client):
    person = make_member("Ada Quint")
    OldAddress.objects.create(person=person, path="/about.html")
    assertRedirects(client.get("/about.html"), person.get_absolute_url(), status_code=301)


def test_old_address_of_a_draft_stays_unknown(client):
    person = make_member("Ada Quint", is_published=False)
    OldAddress.objects.create(person=person, path="/about.html")
    assert client.get("/about.html").status_code == 404


def test_old_address_never_hides_a_page(client):
    OldAddress.objects.create(person=make_member("Ada Quint"), path="/people/")
    assert client.get("/people/").status_code == 200


def test_error_page_needs_nothing_that_may_have_failed(monkeypatch, rf):
    client = Client(raise_request_exception=False)

    def fail(*args, **kwargs):
        raise RuntimeError("the database is gone")

    monkeypatch.setattr("labsite.context.LAB.load", fail)
    response = client.get("/")
    assertContains(response, "Something went wrong", status_code=500)
    assertNotContains(response, "RuntimeError", status_code=500)


def test_health_touches_no_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert response.json() == {"status": "ok"}


def test_robots(client):
    assertContains(client.get("/robots.txt"), "Disallow: /admin/")


def test_anonymous_visitors_get_no_cookie(client):
    make_member("Ada Quint")
    for path in ("/", "/people/", "/publications/", "/search/?q=ada", "/people/ada-quint/"):
        assert client.get(path).cookies == {}, path


@pytest.mark.parametrize("path", ["/", "/search/", "/people/", "/publications/", "/news/", "/awards/"])
def test_only_reading_is_allowed(client, path):
    assert client.post(path).status_code == 405
