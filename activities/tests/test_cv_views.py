"""`/people/<slug>/cv/` and `cv.pdf`: who may see what, what may be chosen, and words for what is wrong."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group as AccountGroup
from pytest_django.asserts import assertContains, assertNotContains

from activities.cv.styles import SECTIONS
from activities.tests.curricula import squeezed, text_of_pdf
from labsite.tests.factories import make_member
from labsite.tests.world import make_world
from people.models.person import CVStyle

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ADA = "/people/ada-quint/"


@pytest.fixture
def ada():
    """A member with one field of each visibility, in the world of one of everything."""
    person = make_world(1)
    person.email, person.email_visibility = "ada@example.org", "public"
    person.office, person.office_visibility = "Room 1", "members"
    person.phone, person.phone_visibility = "+1 555 0100", "private"
    person.user = get_user_model().objects.create_user("ada", password="x")
    person.save()
    return person


@pytest.fixture
def editor():
    user = get_user_model().objects.create_user("editor", password="x")
    user.groups.add(AccountGroup.objects.get(name="Editors"))
    return user


def test_page_and_file_say_the_same(client, ada, tmp_path):
    page = client.get(f"{ADA}cv/")
    text = squeezed(text_of_pdf(client.get(f"{ADA}cv.pdf").content, tmp_path))
    document = page.context["document"]
    assert len(document.entries) > 8
    for section in document.sections:
        assertContains(page, f">{section.heading}</h2>")
        assert squeezed(section.heading) in text
        for entry in section.entries:
            assert squeezed("".join(run.text for run in entry.title)) in text
    assertContains(page, "ada at example dot org")
    assertNotContains(page, "ada@example.org")
    assert "ada@example.org" in text


@pytest.mark.parametrize("style", CVStyle.values)
@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_file(client, ada, style, paper):
    response = client.get(f"{ADA}cv.pdf?style={style}&paper={paper}")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/pdf")
    assert response.headers["Content-Disposition"] == 'inline; filename="cv-ada-quint.pdf"'
    assert response.content.startswith(b"%PDF-1.7")
    width = {"a4": b"595.", "letter": b"612 792"}[paper]
    assert b"/MediaBox[0 0 " + width in response.content


def test_own_style_is_the_default(client, ada):
    ada.cv_style = "biosketch"
    ada.save()
    assert client.get(f"{ADA}cv/").context["document"].style == "biosketch"
    assert client.get(f"{ADA}cv/?style=full").context["document"].style == "full"


def test_page_offers_every_style_and_file(client, ada):
    response = client.get(f"{ADA}cv/?style=short")
    for style, label in CVStyle.choices:
        assertContains(response, f'href="?style={style}"')
        assertContains(response, label)
    for address in ("cv.pdf?style=short&amp;paper=a4", "cv.pdf?style=short&amp;paper=letter", "resume.json",
                    "publications.bib"):  # fmt: skip
        assertContains(response, f'href="{ADA}{address}"')
    assertContains(response, 'aria-current="true">Two pages<')
    assertContains(response, 'content="noindex"')


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("style=long", "There is no style “long”. Choose one of: full, short, publications, biosketch."),
        ("paper=a5", "There is no size of paper “a5”. Choose one of: a4, letter."),
        ("hide=hats", f"There is no section “hats”. Choose one of: {', '.join(SECTIONS)}."),
        ("show=hats", f"There is no section “hats”. Choose one of: {', '.join(SECTIONS)}."),
        ("private=age", "There is no private field “age”. Choose one of: email, phone, office."),
        ("style=%00%0A", "There is no style “”."),
    ],
)
def test_mistakes_are_said(client, ada, query, words):
    page = client.get(f"{ADA}cv/?{query}")
    assertContains(page, words)
    assert page.context["document"].style == "full"
    assertContains(client.get(f"{ADA}cv.pdf?{query}"), words, status_code=404)
    answer = client.get(f"{ADA}resume.json?{query}")
    assert answer.status_code == 404
    assert words in answer.json()["detail"]


@pytest.mark.parametrize("query", ["private=phone", "hide=awards", "show=awards", "private=phone,office&style=short"])
def test_choices_of_the_person_are_refused_to_others(client, ada, query):
    words = "is for Ada Quint and for editors of this site, after they have logged in."
    response = client.get(f"{ADA}cv/?{query}")
    assertContains(response, words)
    assertNotContains(response, "555 0100")
    assert "awards" in {section.name for section in response.context["document"].sections}
    refused = client.get(f"{ADA}cv.pdf?{query}")
    assertContains(refused, words, status_code=403)
    assert client.get(f"{ADA}resume.json?{query}").status_code == 403
    client.force_login(get_user_model().objects.create_user("colleague"))
    assert client.get(f"{ADA}cv.pdf?{query}").status_code == 403


def test_private_fields_print_only_where_they_are_asked_for(client, ada, editor, tmp_path):
    def read(query: str = "") -> tuple[bool, bool, bool]:
        text = text_of_pdf(client.get(f"{ADA}cv.pdf{query}").content, tmp_path)
        return "ada@example.org" in text, "Room 1" in text, "555 0100" in text

    assert read() == (True, False, False)
    client.force_login(get_user_model().objects.create_user("colleague"))
    assert read() == (True, True, False)
    for account in (ada.user, editor):
        client.force_login(account)
        assert read() == (True, True, False)
        assert read("?private=phone") == (True, True, True)
        assertContains(client.get(f"{ADA}cv/?private=phone"), "555 0100")
        assert "555 0100" in client.get(f"{ADA}resume.json?private=phone").json()["basics"]["phone"]
        assert "phone" not in client.get(f"{ADA}resume.json").json()["basics"]


def test_sections_left_out_and_brought_back(client, ada):
    ada.cv_hidden = ["awards", "mentees", "nonsense", 7]
    ada.save()

    def names(query: str = "") -> set[str]:
        return {section.name for section in client.get(f"{ADA}cv/{query}").context["document"].sections}

    everything = {"education", "interests", "experience", "highlights", "publications", "service", "grants"}
    assert names() == everything
    assert "awards" not in client.get(f"{ADA}resume.json").json()
    client.force_login(ada.user)
    shown = everything - {"grants", "service"} | {"awards", "talks"}  # a talk that the section on service told
    assert names("?show=awards&hide=grants,service") == shown


@pytest.mark.parametrize("stored", [None, {}, "awards", 3, [["awards"]]])
def test_odd_stored_choice_hides_nothing(client, ada, stored):
    type(ada).objects.filter(pk=ada.pk).update(cv_hidden=stored if stored is not None else [], cv_style="odd")
    assert "awards" in {section.name for section in client.get(f"{ADA}cv/").context["document"].sections}


def test_person_is_offered_their_own_choices(client, ada):
    assertNotContains(client.get(f"{ADA}cv/"), "For this download only")
    client.force_login(ada.user)
    response = client.get(f"{ADA}cv/")
    assertContains(response, "For this download only")
    assertContains(response, 'name="private" value="phone"')
    assertNotContains(response, 'name="private" value="email"')


@pytest.mark.parametrize("path", ["cv/", "cv.pdf", "resume.json", "publications.bib"])
def test_draft_is_for_those_who_may_preview_it(client, editor, path):
    draft = make_member("Draft Person", is_published=False)
    assert client.get(f"{draft.get_absolute_url()}{path}").status_code == 404
    client.force_login(editor)
    assert client.get(f"{draft.get_absolute_url()}{path}").status_code == 200
    assert client.get(f"/people/nobody/{path}").status_code == 404


@pytest.mark.parametrize("path", ["cv/", "cv.pdf", "resume.json", "publications.bib"])
@pytest.mark.parametrize("name", ["🦉🦉🦉", "Wolfeschlegel" * 15, "عائشة عبد الرحمن", "张逸骅", "#let x = 1", "A B"])
def test_any_name_has_every_file(client, name, path):
    person = make_member(name)
    response = client.get(f"{person.get_absolute_url()}{path}")
    assert response.status_code == 200
    assert response.getvalue() or path == "publications.bib"


def test_hostile_text_is_escaped_on_the_page(client):
    ada = make_member("Ada <script>alert(1)</script>", headline="<b>x</b>")
    ada.sections.create(kind="research", heading="<i>x</i>", body='[a](javascript:alert(1)) <img src=x onerror="x()">')
    response = client.get(f"{ada.get_absolute_url()}cv/")
    for hostile in ("<script>alert", "<b>x</b>", "<i>x</i>", "<img src=x", 'href="javascript'):
        assertNotContains(response, hostile)


def test_too_many_papers_for_a_file_are_said(client, ada, monkeypatch):
    monkeypatch.setattr("people.views.curriculum.MOST_PAPERS", 1)
    assertContains(client.get(f"{ADA}cv.pdf"), "has 2 publications, and a PDF file holds at most 1", status_code=404)
    assert client.get(f"{ADA}cv/").status_code == 200
    assert client.get(f"{ADA}cv.pdf?style=biosketch").status_code == 200


def test_answers_are_the_same_until_something_changes(client, ada):
    for path in ("cv.pdf", "resume.json"):
        first = client.get(f"{ADA}{path}")
        again = client.get(f"{ADA}{path}", headers={"if-none-match": first.headers["ETag"]})
        assert again.status_code == 304, path


def test_chinese_page_has_a_chinese_file(client, ada):
    response = client.get(f"/zh-hans{ADA}cv.pdf")
    assert response.status_code == 200
    assert b"/Lang(zh-CN)" in response.content
    page = client.get(f"/zh-hans{ADA}cv/")
    assertContains(page, f'href="/zh-hans{ADA}cv.pdf?style=full&amp;paper=a4"')
    assertContains(page, f'href="{ADA}resume.json"')
