"""Search: what is found, in which order, and that the index follows every write."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django.asserts import assertContains, assertNotContains

from labsite.lib.search import Question, highlight, index_name, read_question, search_text
from labsite.suggestions import suggest
from labsite.tests.factories import make_member, make_news, make_person, make_publication, make_venue
from people.models import PersonName
from publications.digests import flush_changes, refresh_digests
from publications.models import Publication, PublicationDigest, Topic

pytestmark = pytest.mark.django_db


def found(words: str) -> set[str]:
    flush_changes()
    return set(Publication.objects.search(words).values_list("slug", flat=True))


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Quiet machines", [("quiet",), ("machines",)]),
        ('"quiet machines" r2mu', [("quiet", "machines"), ("r2mu",)]),
        ("GPT-4", [("gpt", "4")]),
        ("R²MU Richtárik", [("r2mu",), ("richtarik",)]),
        ("张逸骅", [("张", "逸", "骅")]),
        ("GPT张", [("gpt", "张")]),
        ("“quiet machines”", [("quiet", "machines")]),
        ("* OR ( NEAR \x00 !", [("or",), ("near",)]),
        ("  ", []),
    ],
)
def test_questions(text, terms):
    assert [words for words, _ in read_question(text).terms] == terms


@pytest.fixture
def papers():
    ada = make_member("Peter Richtárik", native_name="彼得")
    yihua = make_member("Yihua Zhang", native_name="张逸骅")
    PersonName.objects.create(person=ada, name="Petr Vormals", kind="former", is_public=False)
    PersonName.objects.create(person=ada, name="Piotr Otherwise")
    venue = make_venue("NeurIPS", name="Neural Information Processing Systems", aliases=["NIPS"])
    first = make_publication("Quiet R²MU for GPT-4", [ada], venue=venue, slug="first", abstract="On unlearning.")
    make_publication("Unlearning machines", ["Y. Zhang", yihua], slug="second", year=2020)
    make_publication("Machines that are quiet", [yihua], slug="third", other_titles=["Formerly louder"], year=2025)
    first.topics.add(Topic.objects.create(slug="silence", name="Total silence"))


@pytest.mark.parametrize(
    ("words", "slugs"),
    [
        ("richtarik", {"first"}), ("RICHTÁRIK", {"first"}), ("r2mu", {"first"}), ("R²MU", {"first"}),
        ("张逸骅", {"second", "third"}), ("zhang machines", {"second", "third"}), ("unlearn", {"first", "second"}),
        ("learning", set()), ('"quiet machines"', set()), ('"machines that"', {"third"}), ("gpt-4", {"first"}),
        ("neurips", {"first"}), ("nips", {"first"}), ("silence", {"first"}), ("louder", {"third"}), ("彼得", {"first"}),
        ("otherwise", {"first"}), ("vormals", set()), ("quiet zhang", {"third"}), ("'; DROP TABLE", set()),
        ('"', set()), ("*", set()), ("a OR b", set()), ("quie*", {"first", "third"}), ("4", {"first"}),
    ],
)  # fmt: skip
def test_what_is_found(papers, words, slugs):
    assert found(words) == slugs


def test_title_stands_before_abstract(client, papers):
    page = client.get("/publications/?q=unlearning").context["page"]
    assert [paper.slug for paper in page.publications] == ["second", "first"]
    page = client.get("/publications/?q=unlearning&sort=newest").context["page"]
    assert [paper.slug for paper in page.publications] == ["first", "second"]


def test_index_follows_every_write(papers):
    paper = Publication.objects.get(slug="third")
    paper.title = "Loud engines"
    paper.save()
    assert found("engines") == {"third"}
    assert found("machines quiet") == set()
    paper.authorships.create(position=2, printed_name="Zed Newcomer")
    assert found("newcomer") == {"third"}
    paper.authorships.filter(printed_name="Zed Newcomer").first().delete()
    assert found("newcomer") == set()
    topic = Topic.objects.create(slug="noise", name="Pure noise")
    topic.publications.add(paper)
    assert found("noise") == {"third"}
    topic.name = "Clamour"
    topic.save()
    assert found("clamour") == {"third"}
    paper.topics.clear()
    assert found("clamour") == set()
    venue = Publication.objects.get(slug="first").venue
    venue.name = "Renamed Conference"
    venue.save()
    assert found("renamed") == {"first"}
    paper.authorships.first().person.names.create(name="Called Otherwise")
    assert found("called") == {"second", "third"}
    paper.delete()
    assert found("engines") == set()


def test_bulk_writes_are_followed_when_they_say_so(admin_client):
    papers = [make_publication(f"Quiet {number}", [make_member(f"Ada {number}")]) for number in range(3)]
    flush_changes()
    chosen = {"action": "unpublish", "_selected_action": [paper.pk for paper in papers]}
    admin_client.post("/admin/publications/publication/", chosen)
    flush_changes()
    assert not any(digest.row["is_published"] for digest in PublicationDigest.objects.all())


def test_index_can_be_rebuilt(papers, capsys):
    flush_changes()
    PublicationDigest.objects.update(title_text="wrong", author_text="", body_text="")
    assert found("richtarik") == set()
    call_command("rebuild_search")
    assert "3 publications looked at, 3 lines changed" in capsys.readouterr().out
    assert found("richtarik") == {"first"}
    if connection.vendor == "sqlite":  # which keeps its index beside the table, where a broken disk may lose it
        with connection.cursor() as cursor:
            name = index_name(PublicationDigest._meta.db_table)
            cursor.execute(f"INSERT INTO {name}({name}) VALUES ('delete-all')")  # noqa: S608
        assert found("richtarik") == set()
    call_command("rebuild_search")
    assert "0 lines changed" in capsys.readouterr().out
    assert found("richtarik") == {"first"}


def test_unchanged_digests_are_not_written(papers):
    flush_changes()
    before = dict(PublicationDigest.objects.values_list("pk", "changed_at"))
    assert refresh_digests(before) == 0
    assert dict(PublicationDigest.objects.values_list("pk", "changed_at")) == before


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("Quiet R²MU", "r2mu", "Quiet <mark>R²MU</mark>"),
        ("Peter Richtárik", "richt", "Peter <mark>Richtárik</mark>"),
        ("张逸骅 writes", "张逸", "<mark>张逸</mark>骅 writes"),
        ("<b>quiet</b>", "quiet b", "&lt;<mark>b</mark>&gt;<mark>quiet</mark>&lt;/<mark>b</mark>&gt;"),
        ("Nothing", "", "Nothing"),
    ],
)
def test_highlighting(text, words, marked):
    assert highlight(text, read_question(words)) == marked


def test_highlighting_of_no_question_escapes():
    assert highlight("<&>", Question()) == "&lt;&amp;&gt;"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("zhnag", "zhang"), ("Richtarick", "richtarik"), ("yihua zheng", "yihua zhang"), ("neurisp", "neurips")],
)
def test_misspelt_names_are_understood(client, papers, typed, meant):
    assert meant in suggest(typed)
    assertContains(client.get("/search/", {"q": typed}), "Did you mean")


def test_nothing_is_suggested_for_what_is_there_or_secret(client, papers):
    make_person("Zebulon Hidden", is_published=False)
    assert suggest("richt") == []
    assert suggest("hiden") == []
    assert suggest("vormls") == []
    assert suggest("yiuha zhang") == ["yihua zhang"]
    assertNotContains(client.get("/search/?q=richtarik"), "Did you mean")


def test_search_page_finds_every_kind(client, papers):
    make_news("A **silent** prize", make_member("Ada Quint"))
    make_news("A silent secret", is_published=False)
    response = client.get("/search/?q=silen")
    for heading in ("Topics", "News", "Publications"):
        assertContains(response, f">{heading}</h2>")
    assertNotContains(response, "secret")
    assertContains(client.get("/search/?q=neurips"), ">Venues</h2>")
    assertContains(client.get("/search/?q=yihua"), ">People</h2>")
    assertContains(client.get("/search/?q=r2mu"), "<mark>R²MU</mark>")
    assertContains(client.get("/search/?q=richtarik"), "<bdi>Peter <mark>Richtárik</mark></bdi>")
    assertContains(client.get("/search/?q=张逸骅"), "<mark>张逸骅</mark>")
    assertContains(client.get("/publications/?q=zhang"), "Y. <mark>Zhang</mark>")


def test_search_offers_filters_too(client, papers):
    response = client.get("/search/?q=oral papers at neurips since 2023")
    assertContains(response, 'href="/publications/?venue=neurips&amp;award=oral&amp;since=2023"')


@pytest.mark.parametrize("path", ["/search/", "/publications/", "/people/"])
@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("x" * 201, "is longer than 200 letters"),
        ("a\x00b", "“ab” holds signs that cannot be seen"),
        ("\u202e\u202d", "holds signs that cannot be seen"),
        ("zhang \u2067gnahz", "“zhang gnahz” holds signs that cannot be seen"),
        ("!!!", "There is nothing to look for in “!!!”."),
        (" ".join(f"w{number}" for number in range(40)), "has 40 words. Use at most 30 of them."),
    ],
)
def test_what_cannot_be_searched_is_refused_in_words(client, path, words, message):
    make_publication("Zhang ab", [make_member("Zhang ab")])
    response = client.get(path, {"q": words})
    assertContains(response, message)
    assertNotContains(response, "/zhang-ab/")


def test_one_sign_may_stand_for_many_words(client):
    assert client.get("/search/", {"q": "\ufdfa" * 100}).status_code == 200


def test_search_text_holds_words_only():
    assert search_text("R²MU: (GPT-4)", "", "Richtárik_张") == "r²mu gpt 4 richtárik 张 r2mu gpt 4 richtarik zhang"
