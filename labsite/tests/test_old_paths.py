"""Addresses of a former site lead to what they were about: only where no page is, never in circles, never elsewhere."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from activities.models import NewsItem, Project, Talk
from labsite.models import OldPath, Page
from labsite.tests.factories import make_group, make_member, make_person, make_publication
from people.models import OldAddress
from publications.models import Topic

pytestmark = pytest.mark.django_db


def targets():
    speaker = make_member("Ada Quint")
    talk = Talk.objects.create(title="How to be quiet", event="NQM")
    talk.speakers.add(speaker)
    return {
        "publication": make_publication("On Quiet Machines"),
        "project": Project.objects.create(slug="hush", name="Hush"),
        "page": Page.objects.create(slug="join", title="Join us", body="Write."),
        "group": make_group("Hush Group"),
        "news_item": NewsItem.objects.create(date="2024", body="News."),
        "talk": talk,
    }


def test_every_kind_of_record_can_be_led_to(client):
    expected = {
        "publication": "/publications/on-quiet-machines/", "project": "/research/hush/", "page": "/pages/join/",
        "group": "/groups/hush-group/", "news_item": "/news/#news-", "talk": "/people/ada-quint/",
    }  # fmt: skip
    for name, record in targets().items():
        OldPath.objects.create(path=f"/old/{name}.html", **{name: record})
        answer = client.get(f"/old/{name}.html")
        assert (answer.status_code, answer["Cache-Control"]) == (301, "no-cache")
        assert answer["Location"].startswith(expected[name])
        assert client.get(f"/zh-hans/old/{name}.html")["Location"].startswith(f"/zh-hans{expected[name]}")
        if hasattr(record, "is_published"):
            record.is_published = False
            record.save()
            assert client.get(f"/old/{name}.html").status_code == 404


def test_news_is_led_to_on_the_page_that_has_it(client, django_assert_max_num_queries):
    items = [
        NewsItem.objects.create(date=f"20{10 + number // 20}", end_date="2012" if number % 7 == 0 else None,
                                order=number % 3, body=f"News {number}.",
                                kind="personal" if number % 5 == 0 else "group", show_personal=number % 2 == 0)
        for number in range(130)
    ]  # fmt: skip
    for item in items:
        OldPath.objects.create(path=f"/posts/{item.pk}/", news_item=item)
    client.get(f"/posts/{items[1].pk}/")
    with django_assert_max_num_queries(4):  # content version, people, others, what stands before
        client.get(f"/posts/{items[1].pk}/")
    pages = {page: client.get(page).content.decode() for page in ("/news/", "/news/?page=2", "/news/?page=3")}
    for item in items:
        answer = client.get(f"/posts/{item.pk}/")
        page, _, mark = answer.get("Location", "").partition("#")
        assert (f'id="{mark}"' in pages[page]) if item.is_public else answer.status_code == 404
    NewsItem.objects.filter(pk__gt=items[20].pk).delete()
    assert client.get(f"/posts/{items[1].pk}/")["Location"] == f"/news/#news-{items[1].pk}"


@pytest.mark.parametrize("asked", ["/blog/quiet/", "/blog/quiet", "/blog/quiet/index.html"])
def test_spellings_of_one_address_lead_to_the_same(client, asked):
    OldPath.objects.create(path="/blog/quiet/", page=Page.objects.create(slug="q", title="Q", body="Q"))
    assert client.get(asked)["Location"] == "/pages/q/"


@pytest.mark.parametrize("page", OldPath.ListPage.values)
def test_every_list_can_be_led_to_in_every_language(client, page, django_assert_max_num_queries):
    OldPath.objects.create(path="/former/list.html", list_page=page)
    client.get("/former/list.html")
    with django_assert_max_num_queries(3):
        assert client.get("/former/list.html")["Location"] == f"/{page}/"
    assert client.get("/zh-hans/former/list.html")["Location"] == f"/zh-hans/{page}/"
    assert client.get(f"/{page}/").status_code == 200


def test_a_topic_that_only_drafts_have_is_led_to_by_nothing(client):
    topic = Topic.objects.create(slug="hush", name="Hush")
    paper = make_publication("On Quiet Machines")
    paper.topics.add(topic)
    OldPath.objects.create(path="/tags/hush/", topic=topic)
    OldPath.objects.create(path="/topics/hush/", topic=topic)
    assert client.get("/tags/hush/")["Location"] == "/topics/hush/"
    type(paper).objects.update(is_published=False)
    assert [client.get(path).status_code for path in ("/tags/hush/", "/topics/hush/")] == [404, 404]


@pytest.mark.parametrize("path", ["/topics/hush/", "/topics/hush"])
def test_what_would_lead_to_itself_is_refused(path):
    topic = Topic.objects.create(slug="hush", name="Hush")
    with pytest.raises(ValidationError, match="lead to itself"):
        OldPath(path=path, topic=topic).full_clean()
    OldPath(path="/topics/hush.html", topic=topic).full_clean()


def test_a_page_of_ours_always_wins(client):
    page = Page.objects.create(slug="join", title="Join us", body="Write.")
    OldPath.objects.create(path="/pages/join/", page=page)  # circular, were it followed
    assert client.get("/pages/join/").status_code == 200
    Page.objects.update(is_published=False)
    assert client.get("/pages/join/").status_code == 404


def test_asking_costs_three_queries_at_most(client, django_assert_max_num_queries):
    page = Page.objects.create(slug="join", title="Join us", body="Write.")
    OldAddress.objects.create(path="/a.html", person=make_person())
    for number in range(3):
        OldPath.objects.create(path=f"/old/{number}", page=page)
    client.get("/old/1")
    with django_assert_max_num_queries(3):
        assert client.get("/old/1").status_code == 301


@pytest.mark.parametrize("path", ["about", "//evil.example.org/", "/people/", "/a?b", "/a#b", "/\\evil", "/\x07"])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ValidationError):
        OldPath(path=path, page=Page.objects.create(slug="j", title="J", body="J")).full_clean()


def test_an_old_path_leads_to_exactly_one_record():
    page = Page.objects.create(slug="j", title="J", body="J")
    for values in (
        {}, {"page": page, "publication": make_publication()}, {"page": page, "list_page": "news"},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            OldPath.objects.create(path="/old", **values)


def test_a_record_that_goes_takes_its_old_paths_along(client):
    paper = make_publication("On Quiet Machines")
    OldPath.objects.create(path="/old", publication=paper)
    paper.delete()
    assert (OldPath.objects.count(), client.get("/old").status_code) == (0, 404)
