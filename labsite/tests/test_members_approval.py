"""Where members' changes need approval: what waits, what an editor sees, what agreeing and refusing do."""

from __future__ import annotations

import difflib
import threading

import pytest
from django.db import connection
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from labsite.members.approval import AnsweredMeanwhile, agree, compare_texts, fingerprint
from labsite.members.changes import save_values
from labsite.members.record import digests_of, read_values
from labsite.tests.factories import make_person, make_publication
from labsite.tests.members import (
    client_of,
    form_of,
    give_photo,
    make_account,
    make_own,
    make_picture,
    need_approval,
    save_photo,
    save_profile,
    sign_in,
    waiting,
)
from people.models import Person, ProfileChange, RemovalRequest
from publications.models import Authorship

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ada():
    need_approval()
    return make_own("Ada Quint", bio="Old words")


@pytest.fixture
def client(ada) -> Client:
    return client_of(ada)


@pytest.fixture
def editor() -> Client:
    return sign_in(make_account("editor", "Editors", is_staff=True))


def today(person: Person) -> Person:
    return Person.objects.get(pk=person.pk)


def address_of(change: ProfileChange) -> str:
    return f"/admin/requests/change/{change.pk}/"


def press(editor: Client, change: ProfileChange, button: str, **values):
    """Presses a button of the page as it looks now."""
    seen = editor.get(address_of(change)).context["seen"]
    return editor.post(address_of(change), {"seen": seen, button: "x", **values})


# What waits


def test_saving_makes_one_request_and_changes_nothing(ada, client):
    assertRedirects(save_profile(client, bio="New words"), "/my/profile/", fetch_redirect_response=False)
    assertContains(client.get("/my/profile/"), "It waits for an editor")
    change = waiting(ada)
    assert change.values == {"bio": {"from": "Old words", "to": "New words"}}
    assert (change.created_by, today(ada).bio) == (ada.user, "Old words")
    assertContains(client.get("/my/profile/"), "New words</textarea>")
    assertContains(client.get("/my/"), "An editor has not answered yet.")
    assertNotContains(Client().get("/people/ada-quint/"), "New words")
    save_profile(client, headline="Machines", **{"links-0-url": "https://example.org/"})
    change = waiting(ada)
    assert {name: each["to"] for name, each in change.values.items()} == {
        "bio": "New words", "headline": "Machines",
        "links": [{"kind": "website", "url": "https://example.org/", "label": ""}],
    }  # fmt: skip
    assert not ada.links.exists()


def test_going_back_to_what_is_withdraws(ada, client):
    save_profile(client, bio="New words")
    save_profile(client, bio="Old words")
    assert ProfileChange.objects.get().status == "withdrawn"
    assertContains(client.get("/my/profile/"), "Old words</textarea>")


def test_member_takes_it_back(ada, client):
    save_profile(client, bio="New words")
    response = client.post("/my/profile/", {"withdraw": "yes"}, follow=True)
    assertContains(response, "Your page stays as it is.")
    assert ProfileChange.objects.get().status == "withdrawn"
    assertContains(client.post("/my/profile/", {"withdraw": "yes"}, follow=True), "Nothing waits")
    save_profile(client, bio="Newer words")
    assert ProfileChange.objects.filter(status="waiting").count() == 1


def test_what_could_not_be_saved_does_not_wait_either(ada, client):
    make_person("Bo Okafor", orcid="0000-0002-1825-0097")
    assert save_profile(client, orcid="0000-0002-1825-0097").status_code == 422
    assert not ProfileChange.objects.exists()


def test_without_approval_any_more_what_is_saved_waits_no_longer(ada, client):
    save_profile(client, bio="New words", headline="Machines")
    need_approval(False)
    save_profile(client, bio="Newest words")
    assert today(ada).bio == "Newest words"
    assert set(waiting(ada).values) == {"headline"}
    save_profile(client, headline="Engines")
    assert today(ada).headline == "Engines"
    assert ProfileChange.objects.get().status == "withdrawn"


# What an editor does


def test_editor_sees_the_difference_and_agrees(ada, client, editor):
    save_profile(client, bio="New words", email="ada@example.org", email_visibility="public")
    assertContains(editor.get("/admin/"), "1 change by a member that waits")
    change = waiting(ada)
    assertContains(editor.get("/admin/review/changes/"), address_of(change))
    page = editor.get(address_of(change))
    assertContains(page, "<del>")
    assert [(each.name, each.today, each.wanted, each.is_conflict) for each in page.context["differences"]] == [
        ("bio", "Old words", "New words", False), ("email", "", "ada@example.org", False),
        ("email_visibility", "Only editors and the person", "Everyone on the web", False),
    ]  # fmt: skip
    assertRedirects(press(editor, change, "agree", answer="Fine."), "/admin/#review-changes")
    own = today(ada)
    assert (own.bio, own.email, own.email_visibility) == ("New words", "ada@example.org", "public")
    change.refresh_from_db()
    assert (change.status, change.answer, change.answered_by.username) == ("agreed", "Fine.", "editor")
    assert change.answered_at is not None
    assert ada.history.first().history_change_reason == f"Request {change.pk} of the member, agreed to"
    assertContains(client.get("/my/"), "Fine.")
    assertNotContains(editor.get("/admin/"), "change by a member that waits")
    assertContains(editor.get(address_of(change)), "Agreed")


def test_only_what_the_member_changed_is_written(ada, client, editor):
    save_profile(client, bio="New words")
    Person.objects.update(headline="By an editor", is_published=False)
    press(editor, waiting(ada), "agree")
    own = today(ada)
    assert (own.bio, own.headline, own.is_published) == ("New words", "By an editor", False)


def test_refusing_needs_words_and_changes_nothing(ada, client, editor):
    save_profile(client, bio="New words")
    change = waiting(ada)
    assertContains(press(editor, change, "refuse"), "Say in a sentence why", status_code=422)
    assert waiting(ada) == change
    press(editor, change, "refuse", answer="Too short.")
    assert today(ada).bio == "Old words"
    assertContains(client.get("/my/"), "Too short.")
    assertContains(client.get("/my/profile/"), "Old words</textarea>")


def test_both_changed_the_field_and_the_editor_chooses(ada, client, editor):
    save_profile(client, bio="New words", headline="Machines")
    Person.objects.update(bio="By an editor")
    change = waiting(ada)
    page = editor.get(address_of(change))
    for words in ("The record changed since", "Old words", "By an editor", "New words"):
        assertContains(page, words)
    assertContains(press(editor, change, "agree"), "Choose for each field", status_code=422)
    assert (today(ada).bio, today(ada).headline) == ("By an editor", "")
    press(editor, change, "agree", **{"choice-bio": "today"})
    assert (today(ada).bio, today(ada).headline) == ("By an editor", "Machines")


def test_the_editor_may_take_the_members_words(ada, client, editor):
    save_profile(client, bio="New words")
    Person.objects.update(bio="By an editor")
    press(editor, waiting(ada), "agree", **{"choice-bio": "wanted"})
    assert today(ada).bio == "New words"


def test_what_changed_while_the_editor_looked_is_looked_at_again(ada, client, editor):
    save_profile(client, bio="New words")
    change = waiting(ada)
    seen = editor.get(address_of(change)).context["seen"]
    save_profile(client, bio="Something else")
    response = editor.post(address_of(change), {"seen": seen, "agree": "x"})
    assertContains(response, "changed while you looked", status_code=422)
    assert today(ada).bio == "Old words"
    assert [each.wanted for each in response.context["differences"]] == ["Something else"]


@pytest.mark.parametrize("button", ["agree", "refuse"])
def test_nothing_is_answered_that_was_not_read(ada, client, editor, button):
    save_profile(client, bio="New words")
    change = waiting(ada)
    seen = editor.get(address_of(change)).context["seen"]
    save_profile(client, bio="Something else")
    for data in ({"seen": seen}, {}):
        response = editor.post(address_of(change), {**data, button: "x", "answer": "My typed answer"})
        assertContains(response, "changed while you looked", status_code=422)
        assertContains(response, "My typed answer", status_code=422)
        assert waiting(ada).answer == ""
    press(editor, change, button, answer="Read.")
    change.refresh_from_db()
    assert change.answer == "Read."


def test_answered_or_withdrawn_meanwhile(ada, client, editor):
    save_profile(client, bio="New words")
    change = waiting(ada)
    seen = editor.get(address_of(change)).context["seen"]
    client.post("/my/profile/", {"withdraw": "yes"})
    for button in ("agree", "refuse"):
        response = editor.post(address_of(change), {"seen": seen, button: "x", "answer": "x"})
        assertContains(response, "answered or withdrawn meanwhile", status_code=422)
    assert (today(ada).bio, ProfileChange.objects.get().answer) == ("Old words", "")


def test_what_the_record_does_not_take_any_more_is_told(ada, client, editor):
    save_profile(client, orcid="0000-0002-1825-0097", bio="New words")
    make_person("Bo Okafor", orcid="0000-0002-1825-0097")
    response = press(editor, waiting(ada), "agree")
    assertContains(response, "Another person has this ORCID iD.", status_code=422)
    assert today(ada).bio == "Old words"
    assert waiting(ada).is_waiting


def test_links_sections_and_papers_are_shown_in_words_and_written(ada, client, editor):
    paper = make_publication("On Quiet Machines", [ada]).authorships.get()
    client.post("/my/publications/", {"disown": paper.pk})
    save_profile(client, cv_hidden=["talks"], **{
        "links-0-url": "https://example.org/", "sections-0-heading": "Skills", "sections-0-body": "Sewing",
    })  # fmt: skip
    change = waiting(ada)
    page = editor.get(address_of(change))
    for words in ("Website: https://example.org/", "Sewing", "On Quiet Machines", "Talks"):
        assertContains(page, words)
    press(editor, change, "agree")
    assert [(each.heading, each.body) for each in ada.sections.all()] == [("Skills", "Sewing")]
    assert ada.links.get().url == "https://example.org/"
    assert today(ada).cv_hidden == ["talks"]
    assert Authorship.objects.get().link_status == "rejected"


def test_texts_of_members_are_escaped(ada, client, editor):
    save_profile(client, bio="<script>alert(1)</script>")
    assertNotContains(editor.get(address_of(waiting(ada))), "<script>alert")
    assertContains(press(editor, waiting(ada), "refuse", answer="<b>no</b>"), "", status_code=302)
    assertContains(client.get("/my/"), "&lt;b&gt;no&lt;/b&gt;")


def test_photo_moves_with_the_answer(ada, client, editor, tmp_path, django_capture_on_commit_callbacks):
    old = give_photo(ada)
    save_photo(client, make_picture())
    change = waiting(ada)
    new = change.photo.name
    with django_capture_on_commit_callbacks(execute=True):
        press(editor, change, "agree")
    assert (today(ada).photo.name, ProfileChange.objects.get().photo.name) == (new, "")
    assert [path.name for path in tmp_path.glob("photos/*.jpg")] == [new.removeprefix("photos/")]
    assert old != new
    save_photo(client, make_picture((50, 50)))
    with django_capture_on_commit_callbacks(execute=True):
        press(editor, waiting(ada), "refuse", answer="Another one, please.")
    assert today(ada).photo.name == new
    assert [path.name for path in tmp_path.glob("photos/*.jpg")] == [new.removeprefix("photos/")]


# Who may answer


def test_members_and_strangers_answer_nobody(ada, client):
    save_profile(client, bio="New words")
    change = waiting(ada)
    removal = RemovalRequest.objects.create(person=ada, message="All")
    staff = sign_in(make_account("staff", "Members", is_staff=True))
    own = client_of(ada)
    ada.user.is_staff = True
    ada.user.save()
    for path in (address_of(change), f"{address_of(change)}photo.jpg", f"/admin/requests/removal/{removal.pk}/"):
        for method in ("get", "post"):
            assert getattr(Client(), method)(path).status_code == 302
            for visitor in (staff, own):
                assert getattr(visitor, method)(path, {"agree": "x", "unpublish": "x"}).status_code in (403, 405)
    assert (today(ada).bio, today(ada).is_published) == ("Old words", True)


def test_unknown_requests_are_not_found(editor):
    for key in (0, 999, 10**30):
        for kind in ("change", "removal"):
            assert editor.get(f"/admin/requests/{kind}/{key}/").status_code == 404


def test_answers_need_a_token_and_a_button(ada, client, editor):
    save_profile(client, bio="New words")
    change = waiting(ada)
    assertContains(editor.post(address_of(change)), "Choose whether", status_code=422)
    editor.handler.enforce_csrf_checks = True
    assert editor.post(address_of(change), {"agree": "x"}).status_code == 403
    assert waiting(ada) == change


# Removal


def press_removal(editor: Client, wish: RemovalRequest, **values: str):
    """Presses a button of the page as it looks now."""
    path = f"/admin/requests/removal/{wish.pk}/"
    return editor.post(path, {"seen": editor.get(path).context["seen"], **values})


@pytest.mark.parametrize("button", ["unpublish", "settled", "refuse"])
def test_no_wish_is_answered_that_was_not_read(ada, client, editor, button):
    client.post("/my/removal/", {"message": "Everything"})
    wish = RemovalRequest.objects.get()
    path = f"/admin/requests/removal/{wish.pk}/"
    seen = editor.get(path).context["seen"]
    assertContains(editor.get(path), f'<input type="hidden" name="seen" value="{seen}">', html=True)
    client.post("/my/removal/", {"message": "Only my photo"})
    for data in ({"seen": seen}, {}):
        response = editor.post(path, {**data, button: "x", "answer": "My typed answer"})
        for words in ("wrote something else while you looked", "Only my photo", "My typed answer"):
            assertContains(response, words, status_code=422)
        wish.refresh_from_db()
        assert (wish.status, wish.answer, today(ada).is_published) == ("waiting", "", True)


def test_removal_is_asked_for_changed_and_taken_back(ada, client):
    assert client.post("/my/removal/", {"message": "  "}).status_code == 422
    client.post("/my/removal/", {"message": "My photo"})
    assertContains(client.post("/my/removal/", {"message": "Everything\x00"}), "Null", status_code=422)
    client.post("/my/removal/", {"message": "Everything"})
    wish = RemovalRequest.objects.get()
    assert (wish.message, wish.status, wish.created_by) == ("Everything", "waiting", ada.user)
    assertContains(client.get("/my/removal/"), "An editor has not answered yet.")
    client.post("/my/removal/", {"withdraw": "yes"})
    assert RemovalRequest.objects.get().status == "withdrawn"
    assertContains(client.post("/my/removal/", {"withdraw": "yes"}, follow=True), "Nothing waits any more.")


def test_agreeing_to_a_removal_takes_the_page_off(ada, client, editor):
    paper = make_publication("On Quiet Machines", [ada])
    client.post("/my/removal/", {"message": "Take me off, please"})
    wish = RemovalRequest.objects.get()
    path = f"/admin/requests/removal/{wish.pk}/"
    assertContains(editor.get("/admin/"), "1 member who asks to be taken off the site")
    assertContains(editor.get(path), "Papers stay, with the names printed on them.")
    assertRedirects(press_removal(editor, wish, unpublish="x", answer="Done."), "/admin/#review-removals")
    assert today(ada).is_published is False
    assert Client().get("/people/ada-quint/").status_code == 404
    assertContains(Client().get(paper.get_absolute_url()), "Ada Quint")
    assertNotContains(Client().get(paper.get_absolute_url()), "/people/ada-quint/")
    page = client.get("/my/removal/")
    assertContains(page, "Done.")
    assertContains(client.get("/my/"), "Your page is not public")
    assert ada.history.first().history_change_reason == f"Removal request {wish.pk} of the member, agreed to"
    assertContains(editor.post(path, {"refuse": "x", "answer": "No"}), "answered or withdrawn", status_code=422)


@pytest.mark.parametrize(("button", "status"), [("settled", "agreed"), ("refuse", "refused")])
def test_other_answers_to_a_removal_need_words_and_change_nothing(ada, editor, button, status):
    wish = RemovalRequest.objects.create(person=ada, message="My old news")
    path = f"/admin/requests/removal/{wish.pk}/"
    assert editor.post(path, {button: "x"}).status_code == 422
    assert editor.post(path, {"answer": "x"}).status_code == 422
    press_removal(editor, wish, **{button: "x", "answer": "I took it off."})
    wish.refresh_from_db()
    assert (wish.status, wish.answer, today(ada).is_published) == (status, "I took it off.", True)


# Texts and races


def test_comparing_texts():
    assert [(each.kind, each.text) for each in compare_texts("one two three", "one 2 three")] == [
        ("same", "one "), ("gone", "two "), ("new", "2 "), ("same", "three"),
    ]  # fmt: skip
    assert list(compare_texts("", "")) == []
    assert [(each.kind, each.text) for each in compare_texts(" \na b", " \na b c")] == [
        ("same", " \na "), ("gone", "b"), ("new", "b c"),
    ]  # fmt: skip
    long = "word " * 4000
    assert [each.kind for each in compare_texts(f"a\n{long}", f"b\n{long}")] == ["gone", "new", "same"]


WORDS = [" ".join(f"{letter}{number}" for number in range(700)) for letter in "ab"]
LINES = ["".join(f"{letter}{number % 7}\n" for number in range(25_000)) for letter in "ab"]


@pytest.mark.parametrize("by_line", [False, True])
@pytest.mark.parametrize(
    ("old", "new"),
    [WORDS, LINES, ["a " * 700, "a b " * 700], ["x\n" * 25_000, "y\nx\n" * 25_000], ["字" * 50_000, "词" * 50_000]],
    ids=["words", "lines", "alike words", "alike lines", "no blanks"],
)
def test_long_texts_are_compared_with_little_work(monkeypatch, old, new, by_line):
    sizes = []

    class Counted(difflib.SequenceMatcher):
        def __init__(self, isjunk: None, a: list[str], b: list[str], **options: bool) -> None:
            sizes.append(len(a) + len(b))
            super().__init__(isjunk, a, b, **options)

    monkeypatch.setattr("labsite.members.approval.difflib.SequenceMatcher", Counted)
    found = compare_texts(f"Same.\n{old}\nEnd.", f"Same.\n{new}\nEnd.", by_line=by_line)
    assert all(size <= 400 for size in sizes)
    assert "".join(each.text for each in found if each.kind != "new") == f"Same.\n{old}\nEnd."
    assert "".join(each.text for each in found if each.kind != "gone") == f"Same.\n{new}\nEnd."


def test_texts_too_long_to_compare_go_and_come_as_a_whole():
    old, new = LINES
    assert [(each.kind, each.text) for each in compare_texts(f"{old}End.", f"{new}End.")] == [
        ("gone", old), ("new", new), ("same", "End."),
    ]  # fmt: skip


def test_editors_page_bears_the_longest_texts(ada, client, editor):
    Person.objects.update(bio=LINES[0][:50_000])
    save_profile(client, bio=LINES[1][:50_000])
    assertContains(editor.get(address_of(waiting(ada))), "<del>")


def test_agreeing_twice_is_told(ada, client):
    save_profile(client, bio="New words")
    change = waiting(ada)
    seen, user = fingerprint(change), make_account("editor")
    agree(change.pk, user, seen)
    with pytest.raises(AnsweredMeanwhile):
        agree(change.pk, user, seen)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite takes one writer at a time")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_saves_at_once_make_one_request():
    need_approval()
    person = make_own("Ada Quint")
    seen = digests_of(read_values(person))
    outcomes = []

    def save(number: int) -> None:
        try:
            outcomes.append(save_values(person, person.user, {FIELDS[number]: f"x{number}"}, seen).waiting)
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=[number]) for number in range(len(FIELDS))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == sorted((name,) for name in FIELDS)
    assert set(waiting(person).values) == set(FIELDS)


FIELDS = ("headline", "bio", "pronouns", "pronunciation", "status_text")


def test_form_shows_what_waits_and_saves_it_again_unchanged(ada, client):
    save_profile(client, bio="New words")
    assert form_of(client)["bio"] == "New words"
    before = waiting(ada).created_at
    save_profile(client)
    assert waiting(ada).created_at == before
