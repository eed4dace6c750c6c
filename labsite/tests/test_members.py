"""The members' own corner: who gets in, whose record they reach, signing in and out, the start page."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from labsite.tests.factories import make_member, make_publication
from labsite.tests.members import PASSWORD, client_of, give_photo, make_account, make_own, need_approval, sign_in
from people.models import Person, ProfileChange, RemovalRequest
from publications.digests import flush_changes

pytestmark = pytest.mark.django_db

PAGES = ["/my/", "/my/profile/", "/my/photo/", "/my/publications/", "/my/data/", "/my/removal/", "/my/password/"]
OWN = [page for page in PAGES if page != "/my/password/"]
PRIVATE = "private, no-store"


# Who gets in


@pytest.mark.parametrize("method", ["get", "head", "post"])
@pytest.mark.parametrize("path", [*PAGES, "/my/photo/waiting.jpg"])
def test_strangers_and_closed_accounts_are_asked_to_sign_in(client, path, method):
    make_own()
    closed = sign_in(make_account("closed", is_active=False))
    for visitor in (client, closed):
        response = getattr(visitor, method)(path)
        if response.status_code == 405:
            assert (method, path) in {("post", page) for page in ("/my/", "/my/data/", "/my/photo/waiting.jpg")}
            continue
        assertRedirects(response, f"/login/?next={path}", fetch_redirect_response=False)
        assert response.headers["Cache-Control"] == PRIVATE


def test_an_account_that_is_closed_while_signed_in_is_out_at_once():
    person = make_own()
    client = client_of(person)
    assert client.get("/my/").status_code == 200
    get_user_model().objects.update(is_active=False)
    assertRedirects(client.get("/my/"), "/login/?next=/my/", fetch_redirect_response=False)


@pytest.mark.parametrize("path", OWN)
def test_account_without_a_person_is_told_whom_to_ask(path):
    make_own("Bo Okafor")
    client = sign_in(make_account("nobody", "Members"))
    response = client.get(path)
    assert response.status_code == (200 if path == "/my/" else 403)
    assertContains(response, "not linked to a person yet", status_code=response.status_code)
    assertNotContains(response, "Okafor", status_code=response.status_code)
    assertNotContains(response, 'href="/admin/">Edit this site</a></p>', status_code=response.status_code)
    assert client.post(path, {"headline": "x"}).status_code in (403, 405)
    assert set(Person.objects.values_list("headline", flat=True)) == {""}


def test_editor_without_a_person_is_led_to_the_admin():
    client = sign_in(make_account("editor", "Editors", is_staff=True))
    assertContains(client.get("/my/"), 'href="/admin/">Edit this site</a></p>')


@pytest.mark.parametrize("path", PAGES)
def test_own_pages_answer_and_nobody_keeps_them(path):
    client = client_of(make_own())
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == PRIVATE
    assert response.headers["X-Robots-Tag"] == "noindex"
    if path != "/my/data/":
        assertContains(response, '<meta name="robots" content="noindex">', html=True)
    assert client.put(path).status_code == 405 or path == "/my/password/"


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/my/profile/", {"headline": "Mine"}),
        ("/my/profile/", {"withdraw": "yes"}),
        ("/my/photo/", {"remove": "yes"}),
        ("/my/publications/", {"yes": "1"}),
        ("/my/removal/", {"message": "All"}),
        ("/my/password/", {"old_password": PASSWORD}),
        ("/logout/", {}),
        ("/login/", {"username": "ada", "password": PASSWORD}),
    ],
)
def test_every_post_needs_a_token(path, data):
    client = client_of(make_own())
    client.handler.enforce_csrf_checks = True
    assert client.post(path, data).status_code == 403


def test_draft_says_who_sees_it():
    """The owner is told that they do; editors of other people's drafts are not taken for the owner."""
    ada = make_own("Ada Quint", is_published=False)
    editor = sign_in(make_account("editor", "Editors", is_staff=True))
    for path in ("/people/ada-quint/", "/people/ada-quint/cv/"):
        assertContains(client_of(ada).get(path), "Only editors and you can see it.")
        assertContains(editor.get(path), "This is a draft. Only staff can see it.")
    nobodys = make_member("Bo Okafor", is_published=False)
    assertContains(editor.get(nobodys.get_absolute_url()), "This is a draft. Only staff can see it.")


def test_no_address_names_anybody_else():
    """Whatever a member adds to a request, it is about themselves."""
    ada, bo = make_own("Ada Quint", headline="Mine"), make_own("Bo Okafor", headline="Theirs", bio="Secret of Bo")
    client = client_of(ada)
    for path in OWN:
        for extra in (f"?person={bo.pk}", f"?slug={bo.slug}", f"?user={bo.user_id}&id={bo.pk}"):
            response = client.get(path + extra)
            assert response.status_code == 200
            assert b"Okafor" not in response.content and b"Secret of Bo" not in response.content


def test_corner_answers_in_every_language():
    client = client_of(make_own())
    response = client.get("/zh-hans/my/")
    assert response.headers["Content-Language"] == "zh-hans"
    assertContains(response, 'href="/zh-hans/my/profile/"')
    assertRedirects(Client().get("/zh-hans/my/"), "/zh-hans/login/?next=/zh-hans/my/", fetch_redirect_response=False)


# Signing in


def test_member_signs_in_without_being_staff_and_out_again(client):
    make_own()
    assertContains(client.get("/login/"), 'autocomplete="current-password"')
    response = client.post("/login/", {"username": "ada", "password": PASSWORD})
    assertRedirects(response, "/my/")
    assert client.get("/logout/").status_code == 405
    assertRedirects(client.post("/logout/"), "/")
    assertRedirects(client.get("/my/"), "/login/?next=/my/")


def test_sign_in_leads_on_within_the_site(client):
    make_own()
    data = {"username": "ada", "password": PASSWORD, "next": "/my/photo/"}
    assertRedirects(client.post("/login/", data), "/my/photo/")


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example", "///evil.example", "\\\\evil.example", "/\\evil.example", "https:evil.example",
        "https:/evil.example", "https:///evil.example", "https://evil.example/", "http:\\\\evil.example",
        "\t//evil.example", "\n//evil.example", "/\t/evil.example", "/\n/evil.example", " //evil.example",
        "javascript:alert(1)", "data:text/html,x", "//testserver@evil.example", "https://testserver@evil.example/",
        "https://testserver.evil.example/", "//evil.example/%2f..", "\x00//evil.example", "ftp://testserver/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("where", ["query", "body"])
def test_sign_in_leads_nobody_elsewhere(client, address, where):
    make_own()
    data = {"username": "ada", "password": PASSWORD}
    query = {"next": address} if where == "query" else {}
    response = client.post("/login/", data | ({} if query else {"next": address}), query_params=query)
    assertRedirects(response, "/my/", fetch_redirect_response=False)


def test_one_slash_of_either_kind_is_a_path_of_this_site(client):
    make_own()
    response = client.post("/login/", {"username": "ada", "password": PASSWORD, "next": "\\evil.example"})
    assert urljoin("http://testserver/login/", response.url).startswith("http://testserver/")


@pytest.mark.parametrize("address", ["//evil.example", "/\\evil.example", "https://evil.example/"])
def test_signing_out_leads_nobody_elsewhere(address):
    client = client_of(make_own())
    response = client.post("/logout/", {"next": address})
    assertRedirects(response, "/logout/" if response.url == "/logout/" else "/", fetch_redirect_response=False)


def test_unknown_known_and_closed_accounts_are_told_the_same(client):
    make_own()
    make_account("closed", is_active=False)
    pages = set()
    for name, password in (("ada", "wrong"), ("unknown", "wrong"), ("closed", "wrong"), ("closed", PASSWORD)):
        response = client.post("/login/", {"username": name, "password": password})
        assert response.status_code == 200
        text = response.content.decode()
        text = text.replace(str(response.context["csrf_token"]), "").replace(f'value="{name}"', "")
        pages.add("\n".join(line for line in text.splitlines() if "csrfmiddlewaretoken" not in line))
    assert len(pages) == 1
    assert "do not belong together" in pages.pop()


def test_new_password(client):
    person = make_own()
    client = client_of(person)
    new = "another long enough one"
    wrong = {"old_password": "no", "new_password1": "short", "new_password2": "other"}
    response = client.post("/my/password/", wrong)
    assertContains(response, 'aria-describedby="id_old_password_error"')
    data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    response = client.post("/my/password/", data, follow=True)
    assertContains(response, "Your password is changed.")
    assert Client().login(username="ada", password=new)
    assert not Client().login(username="ada", password=PASSWORD)


# The start page


def test_overview_says_what_waits_and_what_is_missing():
    person = make_own()
    make_publication("Perhaps", [{"printed_name": "A. Quint", "person": person, "link_status": "proposed"}])
    make_publication("Draft", [{"printed_name": "A.", "person": person, "link_status": "proposed"}], is_published=False)
    response = client_of(person).get("/my/")
    assertContains(response, "1 paper may be yours")
    assert [lack.address for lack in response.context["lacks"]] == [
        "/my/profile/#id_headline", "/my/profile/#id_bio", "/my/profile/#id_orcid", "/my/photo/",
    ]  # fmt: skip
    for address in ("/people/ada-quint/", "/people/ada-quint/cv/", "/people/ada-quint/cv.pdf", "/report/"):
        assertContains(response, f'href="{address}"')


def test_overview_of_a_record_that_lacks_nothing():
    person = make_own(headline="Machines", bio="Quiet.", orcid="0000-0002-1825-0097")
    give_photo(person)
    response = client_of(person).get("/my/")
    assertContains(response, "Your record is complete")
    Person.objects.update(photo_alt="", photo_consent=False)
    lacks = client_of(person).get("/my/").context["lacks"]
    assert [lack.address for lack in lacks] == ["/my/photo/#id_photo_alt", "/my/photo/#id_photo_consent"]


def test_overview_shows_answers_of_editors():
    person = make_own()
    ProfileChange.objects.create(person=person, status="refused", answer="Too long, please.")
    RemovalRequest.objects.create(person=person, message="My photo", status="agreed", answer="It is gone.")
    response = client_of(person).get("/my/")
    assertContains(response, "Too long, please.")
    assertContains(response, "It is gone.")


@pytest.mark.parametrize("count", [1, 4])
def test_overview_costs_the_same_whatever_there_is(django_assert_num_queries, count):
    need_approval()
    person = make_own()
    for number in range(count):
        make_publication(f"Paper {number}", [{"printed_name": "A.", "person": person, "link_status": "proposed"}])
        make_publication(f"Own {number}", [person])
        person.links.create(url=f"https://example.org/{number}")
    values = {"headline": {"from": "", "to": "x"}, "papers": {"from": [], "to": [1, 2]}}
    ProfileChange.objects.create(person=person, values=values)
    client = client_of(person)
    flush_changes()
    # session, account, person; requests 2; papers 2; whether a member; frame
    with django_assert_num_queries(OVERVIEW_QUERIES):
        client.get("/my/")


OVERVIEW_QUERIES = 9


def test_members_do_not_reach_the_admin_around_an_approval():
    person = make_own(user=make_account("ada", "Members", is_staff=True))
    client = client_of(person)
    address = f"/admin/people/person/{person.pk}/change/"
    assertContains(client.get(address), 'name="headline"')
    need_approval()
    assertNotContains(client.get(address), 'name="headline"')
    assert client.post(address, {"headline": "Around"}).status_code == 403
    person.refresh_from_db()
    assert person.headline == ""


def test_robots_stay_away(client):
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert {"Disallow: /my/", "Disallow: /login/"} <= set(lines)
    assert "/my/" not in client.get("/sitemap.xml").content.decode()


def test_other_members_never_meet_in_a_list():
    ada = make_own("Ada Quint")
    bo = make_member("Bo Okafor")
    make_publication("Of Bo", [{"printed_name": "B. Okafor", "person": bo, "link_status": "proposed"}, bo])
    response = client_of(ada).get("/my/publications/")
    assertNotContains(response, "Of Bo")
