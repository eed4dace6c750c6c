"""What of a curriculum vitae may be kept: by caches on the way, by the site's own cache, by search engines."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group as AccountGroup
from django.core.cache import cache

from activities.cv import fitting, typesetting
from activities.cv.document import Document, Entry, Part, Section, plain
from activities.cv.fitting import Candidate, choose, choose_once, fit_document
from activities.cv.styles import make_document
from activities.tests.curricula import ROOT, profile_of
from labsite.tests.factories import make_member, make_publication
from labsite.tests.world import make_world
from publications.digests import flush_changes

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ADA = "/people/ada-quint/"
PATHS = ["cv/", "cv/?style=short", "cv.pdf", "cv.pdf?style=short", "resume.json", "publications.bib"]
PRIVATE = "private, no-store"


@pytest.fixture(autouse=True)
def nothing_kept():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def ada():
    person = make_world(1)
    person.email, person.email_visibility = "ada@example.org", "members"
    person.phone, person.phone_visibility = "+1 555 0100", "private"
    person.user = get_user_model().objects.create_user("ada", password="x")
    person.save()
    return person


def is_kept_private(response) -> bool:
    return response.headers.get("Cache-Control") == PRIVATE


@pytest.mark.parametrize("path", PATHS)
def test_answer_for_a_reader_who_is_signed_in_is_private(client, ada, path):
    assert not is_kept_private(client.get(ADA + path))
    client.force_login(get_user_model().objects.create_user("colleague"))
    assert is_kept_private(client.get(ADA + path))


@pytest.mark.parametrize("path", ["cv/", "cv.pdf", "resume.json"])
def test_answer_to_who_asks_for_private_fields_is_private(client, ada, path):
    assert is_kept_private(client.get(f"{ADA}{path}?private=phone"))
    client.force_login(ada.user)
    response = client.get(f"{ADA}{path}?private=phone")
    assert (response.status_code, is_kept_private(response)) == (200, True)


@pytest.mark.parametrize("path", PATHS)
def test_answer_about_a_draft_is_private(client, path):
    editor = get_user_model().objects.create_user("editor")
    editor.groups.add(AccountGroup.objects.get(name="Editors"))
    client.force_login(editor)
    draft = make_member("Draft Person", is_published=False)
    response = client.get(draft.get_absolute_url() + path)
    assert (response.status_code, is_kept_private(response)) == (200, True)


@pytest.mark.parametrize("path", ["cv.pdf", "resume.json", "publications.bib"])
def test_file_that_is_the_same_for_all_does_not_vary_by_cookie(client, path):
    make_member("Bo")
    assert "Cookie" not in client.get(f"/people/bo/{path}").headers.get("Vary", "")


def test_own_cache_keeps_what_everybody_may_see_and_nothing_else(client, ada, monkeypatch):
    stored = []
    monkeypatch.setattr(typesetting.cache, "set", lambda key, *args: stored.append(key.rpartition("-")[0]))
    for style in ("full", "short"):
        client.force_login(ada.user)
        assert client.get(f"{ADA}cv.pdf?style={style}&private=phone").status_code == 200
        assert client.get(f"{ADA}cv.pdf?style={style}").status_code == 200
        assert client.get(f"{ADA}cv/?style={style}").status_code == 200
        client.logout()
    type(ada).objects.update(is_published=False)
    client.force_login(ada.user)
    assert client.get(f"{ADA}cv.pdf?style=short").status_code == 200
    assert [key for key in stored if key.startswith("cv-")] == []
    type(ada).objects.update(is_published=True)
    client.logout()
    assert client.get(f"{ADA}cv.pdf?style=short").status_code == 200
    assert [key for key in stored if key.startswith("cv-")] == ["cv-fit", "cv-pdf"]


@pytest.mark.parametrize("path", ["cv.pdf", "resume.json", "publications.bib"])
def test_files_stay_out_of_search_engines(client, ada, path):
    assert client.get(ADA + path).headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize(("query", "status"), [("style=long", 404), ("private=phone", 403)])
@pytest.mark.parametrize("path", ["cv.pdf", "resume.json"])
def test_refusals_stay_out_of_search_engines(client, ada, path, query, status):
    response = client.get(f"{ADA}{path}?{query}")
    assert (response.status_code, response.headers["X-Robots-Tag"]) == (status, "noindex")


def test_robots_follow_no_choice(client, ada):
    page = client.get(f"{ADA}cv/").content.decode()
    bar = page[page.index('class="cv-toolbar') : page.index('class="cv"')]
    assert bar.count("<a ") == bar.count('rel="nofollow"') == 8


@pytest.mark.parametrize("path", ["resume.json", "resume.json?style=long", "publications.bib"])
def test_files_for_programs_are_the_same_in_every_language(client, ada, path):
    english, chinese = client.get(ADA + path), client.get(f"/zh-hans{ADA}{path}")
    assert chinese.status_code == english.status_code
    assert chinese.headers["Content-Language"] == settings.LANGUAGE_CODE
    content = english.getvalue()
    assert content
    assert chinese.getvalue() == content


# The choice of the two-page style


def document_of_lines(number: int) -> Document:
    entries = tuple(Entry(plain(f"Line {each}")) for each in range(number))
    return Document(
        name="Ada Quint", kind="Curriculum vitae", style="short", address=ROOT, today="2025-11-21",
        sections=(Section("awards", "Honours", (Part("dated", entries),)),),
    )  # fmt: skip


def candidates_of(number: int) -> list[Candidate]:
    return [Candidate(float(place), 0, 0, place) for place in range(number)]


@pytest.fixture
def counted(monkeypatch):
    """Pages are counted by entries, thirty on each; gives what was counted."""
    calls: list[int] = []

    def count(document: Document, paper: str) -> int:
        calls.append(len(document.entries))
        return -(-len(document.entries) // 30)

    monkeypatch.setattr(fitting, "count_pages", count)
    return calls


def test_no_more_is_tried_after_three_failures(counted):
    assert choose(document_of_lines(400), candidates_of(400)) == list(range(60))
    assert counted[-3:] == [61, 61, 61]
    assert len(counted) <= 2 * 10 + 3


def test_choice_outlasts_the_day(counted):
    ada = make_member("Ada Quint")
    ada.sections.create(kind="interests", heading="Interests", body="Silence")
    profile = profile_of("ada-quint")
    document = make_document(profile, "short", root=ROOT)
    fit_document(document, profile, ROOT)
    done = len(counted)
    tomorrow = fit_document(replace(document, today="2025-11-22"), profile, ROOT)
    assert (len(counted), tomorrow.today) == (done, "2025-11-22")


def test_choice_is_of_these_candidates(counted):
    """What is selected decides what comes first, and stands nowhere in the document."""
    ada = make_member("Ada Quint")
    for number in range(70):
        make_publication(f"Paper {number:02}", [ada, "B. Other"], year=2024, slug=f"paper-{number:02}")
    flush_changes()
    profile = profile_of("ada-quint")
    document = make_document(profile, "short", root=ROOT)
    last = document.entries[-1].key
    chosen = replace(profile, selected=[paper for paper in profile.publications if paper.slug == last])
    assert last not in {entry.key for entry in fit_document(document, profile, ROOT).entries}
    assert {entry.key for entry in fit_document(document, chosen, ROOT).entries} == {
        *(entry.key for entry in document.entries[:59]), last,
    }  # fmt: skip


def test_second_visitor_waits_for_the_first(counted, monkeypatch):
    """While one request is choosing, another takes what that one finds."""
    document, candidates, taken = document_of_lines(40), candidates_of(40), []

    def choose_slowly(*arguments):
        monkeypatch.setattr(fitting.time, "sleep", lambda seconds: cache.set(locked_key(), [0, 1], 60))
        taken.append(choose_once(document, candidates))
        return [0, 1, 2]

    locks = []
    add = cache.add
    monkeypatch.setattr(fitting.cache, "add", lambda key, *rest: locks.append(key) or add(key, *rest))

    def locked_key() -> str:
        return locks[0].removesuffix("-lock")

    monkeypatch.setattr(fitting, "choose", choose_slowly)
    assert choose_once(document, candidates) == [0, 1, 2]
    assert taken == [[0, 1]]
    assert cache.get(locks[0]) is None


def test_failure_of_the_first_leaves_no_lock(counted, monkeypatch):
    document, candidates = document_of_lines(3), candidates_of(3)

    def fail(*arguments):
        raise ValueError("no paper")

    with monkeypatch.context() as patch:
        patch.setattr(fitting, "choose", fail)
        with pytest.raises(ValueError, match="no paper"):
            choose_once(document, candidates)
    monkeypatch.setattr(fitting.time, "sleep", lambda seconds: pytest.fail("waited"))
    assert choose_once(document, candidates) == [0, 1, 2]


def test_who_waited_in_vain_chooses_themself(counted, monkeypatch):
    document, candidates, naps = document_of_lines(3), candidates_of(3), []
    monkeypatch.setattr(fitting.time, "sleep", naps.append)
    monkeypatch.setattr(fitting.cache, "add", lambda *arguments: False)
    real = cache.get
    monkeypatch.setattr(fitting.cache, "get", lambda key: True if key.endswith("-lock") else real(key))
    assert choose_once(document, candidates) == [0, 1, 2]
    assert sum(naps) == pytest.approx(fitting.LONGEST_WAIT)
