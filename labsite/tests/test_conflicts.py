"""G2, G3, G5: two editors open one record; the second reads what happened, loses nothing and chooses."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.contrib.admin import site
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group as AccountGroup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pytest_django.asserts import assertContains, assertNotContains

from labsite.lib.conflicts.guarding import GuardedAdmin
from labsite.lib.conflicts.three_way import Verdict
from labsite.models import Page, SiteImport, SubmittedForm
from labsite.tests.factories import make_award_receipt, make_member, make_person, make_publication, make_venue
from labsite.tests.forms import form_values
from labsite.tests.test_admin import MODELS, address, every
from people.models import Person, Position, PositionPerson
from publications.models import Import, Publication, Topic

pytestmark = pytest.mark.django_db


def sign_in(name: str, group: str = "Editors") -> Client:
    user = get_user_model().objects.create_user(name, password="correct horse battery", is_staff=True)
    user.groups.add(AccountGroup.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ada() -> Client:
    return sign_in("ada")


@pytest.fixture
def bo() -> Client:
    return sign_in("bo")


def open_form(client: Client, record) -> dict:
    return form_values(client.get(page_of(record)))


def page_of(record) -> str:
    return address(type(record), "change", record.pk)


def save(client: Client, record, values: dict, **changed):
    return client.post(page_of(record), {**values, **changed})


def lines(response) -> dict:
    return {line.label: line for _heading, part in response.context["parts"] for line in part}


def resolve(client: Client, record, response, **choices):
    """What a browser sends from the page of two edits."""
    posted: dict[str, list[str]] = {}
    for name, value in response.context["hidden"]:
        posted.setdefault(name, []).append(value)
    posted["seen-now"] = response.context["seen_now"]
    if response.context["kept_files"]:
        posted["kept-files"] = response.context["kept_files"]
    return client.post(page_of(record), {**posted, **{f"choice-{name}": value for name, value in choices.items()}})


# Fields


def test_the_second_reads_what_the_first_wrote_and_chooses(ada, bo):
    topic = Topic.objects.create(slug="silence", name="Silence", code="1")
    first, second = open_form(ada, topic), open_form(bo, topic)
    assert save(ada, topic, first, name="Quiet").status_code == 302
    response = save(bo, topic, second, name="Calm")
    assert response.status_code == 409
    line = lines(response)["Name"]
    assert (line.before, line.theirs, line.mine, line.verdict) == ("Silence", "Quiet", "Calm", Verdict.BOTH)
    assert line.who.startswith("ada, at ")
    assertContains(response, "ada, at", status_code=409)
    topic.refresh_from_db()
    assert topic.name == "Quiet"
    assert resolve(bo, topic, response).status_code == 409  # nothing chosen
    topic.refresh_from_db()
    assert topic.name == "Quiet"
    assert resolve(bo, topic, response, name="mine").status_code == 302
    topic.refresh_from_db()
    assert (topic.name, topic.history.first().history_user.username) == ("Calm", "bo")


def test_keeping_theirs_keeps_what_else_was_typed(ada, bo):
    topic = Topic.objects.create(slug="silence", name="Silence", code="1")
    first, second = open_form(ada, topic), open_form(bo, topic)
    save(ada, topic, first, name="Quiet")
    response = save(bo, topic, second, name="Calm", code="2")
    assert lines(response)["Code"].verdict is Verdict.MINE
    assert resolve(bo, topic, response, name="theirs").status_code == 302
    topic.refresh_from_db()
    assert (topic.name, topic.code) == ("Quiet", "2")


def test_different_fields_are_both_kept_without_a_choice(ada, bo):
    paper = make_publication("Before", venue=make_venue("ICXM"))
    other = make_venue("ICYM", slug="icym")
    topic = Topic.objects.create(slug="silence", name="Silence")
    first, second = open_form(ada, paper), open_form(bo, paper)
    save(ada, paper, first, title="After", venue=other.pk)
    response = save(bo, paper, second, summary="Mine", topics=[topic.pk], is_selected="on")
    found = lines(response)
    assert not response.context["has_choices"]
    assert (found["Title"].theirs, found["Venue"].theirs) == ("After", "ICYM")
    assert (found["Summary"].mine, found["Topics"].mine, found["Selected"].mine) == ("Mine", "Silence", "yes")
    assert resolve(bo, paper, response).status_code == 302
    paper.refresh_from_db()
    assert (paper.title, paper.venue, paper.summary, paper.is_selected) == ("After", other, "Mine", True)
    assert list(paper.topics.all()) == [topic]


def test_saved_twice_in_two_tabs_it_was_you(ada):
    topic = Topic.objects.create(slug="silence", name="Silence")
    first, second = open_form(ada, topic), open_form(ada, topic)
    save(ada, topic, first, name="Quiet")
    assert lines(save(ada, topic, second, name="Calm"))["Name"].who.startswith("you, at ")


def test_who_saves_what_is_there_already_is_told_so(ada, bo):
    topic = Topic.objects.create(slug="silence", name="Silence")
    first, second = open_form(ada, topic), open_form(bo, topic)
    save(ada, topic, first, name="Quiet")
    response = bo.post(page_of(topic), {**second, "name": "Quiet"}, follow=True)
    assertContains(response, "Nothing was left to save")
    assert topic.history.count() == 2


def test_a_change_of_derived_data_is_no_conflict(ada):
    paper = make_publication("Before", ["A. One"])
    values = open_form(ada, paper)
    Publication.objects.filter(pk=paper.pk).update(search_text="else", match_key="else")
    make_publication("Another")
    assert save(ada, paper, values, title="After").status_code == 302


def test_changed_again_while_choosing_asks_again(ada, bo):
    topic = Topic.objects.create(slug="silence", name="Silence", code="1")
    first, second = open_form(ada, topic), open_form(bo, topic)
    save(ada, topic, first, name="Quiet")
    response = save(bo, topic, second, name="Calm")
    save(ada, topic, open_form(ada, topic), name="Quieter")
    again = resolve(bo, topic, response, name="mine")
    assertContains(again, "Somebody changed this again", status_code=409)
    assert (lines(again)["Name"].theirs, lines(again)["Name"].chosen) == ("Quieter", "mine")
    assert resolve(bo, topic, again, name="mine").status_code == 302
    topic.refresh_from_db()
    assert topic.name == "Calm"


@pytest.mark.parametrize("token", ["", "junk", "other"])
def test_without_a_true_token_every_difference_is_asked_about(ada, token):
    topic = Topic.objects.create(slug="silence", name="Silence")
    other = Topic.objects.create(slug="noise", name="Noise")
    values = open_form(ada, topic)
    values["seen"] = open_form(ada, other)["seen"] if token == "other" else token
    response = save(ada, topic, values, name="Calm")
    line = lines(response)["Name"]
    assert (line.before, line.theirs, line.mine, line.verdict) == (None, "Silence", "Calm", Verdict.BOTH)
    assertContains(response, "not known any more", status_code=409)
    assert resolve(ada, topic, response, name="mine").status_code == 302


def test_both_edits_together_may_be_wrong_and_are_shown_as_a_form(ada, bo):
    member = make_member("Ada Quint")
    first, second = open_form(ada, member), open_form(bo, member)
    save(ada, member, first, headline="Theirs")
    response = save(bo, member, second, orcid="0000-0002-1825-0098")
    shown = resolve(bo, member, response)
    assert shown.status_code == 200
    assert shown.context["adminform"].form["headline"].value() == "Theirs"
    values = form_values(shown)
    assert save(bo, member, values, orcid="").status_code == 302
    member.refresh_from_db()
    assert member.headline == "Theirs"


class TestEveryForm:
    @every(MODELS)
    def test_every_form_notices_another_edit(self, admin_client, ada, world_with_versions, model):
        """Whatever is edited: of two who save, the second reads a page of both edits, and can save from there."""
        record = model.objects.first()
        mine, theirs = open_form(admin_client, record), open_form(ada, record)
        name = next(each for each in TEXTS if each in mine)
        assert save(ada, record, theirs, **{name: "Theirs"}).status_code == 302
        response = save(admin_client, record, mine, **{name: "Mine"})
        assert response.status_code == 409
        record.refresh_from_db()
        assert str(getattr(record, name)) == "Theirs"
        assert [line.choice for line in lines(response).values()] == [name]
        assert resolve(admin_client, record, response, **{name: "mine"}).status_code == 302
        record.refresh_from_db()
        assert str(getattr(record, name)) == "Mine"


# The first of these that a form has is what both change.
TEXTS = (
    "source", "name", "title", "body", "degree", "printed_name", "event", "note", "outcome", "next_destination",
)  # fmt: skip


def test_accounts_and_their_groups_notice_it_too(admin_client):
    boss = Client()
    boss.force_login(get_user_model().objects.create_superuser("boss"))
    user = get_user_model().objects.create_user("cy", password="correct horse battery", email="cy@example.org")
    group = AccountGroup.objects.create(name="Guests")
    for record, name, theirs, mine in ((user, "first_name", "Theirs", "Mine"), (group, "name", "Hosts", "Friends")):
        first, second = open_form(boss, record), open_form(admin_client, record)
        assert save(boss, record, first, **{name: theirs}).status_code == 302
        response = save(admin_client, record, second, **{name: mine})
        assert [(line.theirs, line.who[:4]) for line in lines(response).values()] == [(theirs, "boss")]
        assert resolve(admin_client, record, response, **{name: "mine"}).status_code == 302
        record.refresh_from_db()
        assert getattr(record, name) == mine
    user.refresh_from_db()
    assert user.check_password("correct horse battery")


def test_every_admin_that_changes_anything_is_guarded(rf):
    """Whichever module registers it last."""
    asked = rf.get("/")
    asked.user = get_user_model().objects.create_superuser("boss")
    changing = {model: each for model, each in site._registry.items() if each.has_change_permission(asked)}
    assert get_user_model() in changing and AccountGroup in changing and len(changing) > 20
    # An import is no record that is typed: its page holds decisions, each of which is taken under a lock of its own.
    assert {model for model, each in changing.items() if not isinstance(each, GuardedAdmin)} == {
        Import,
        SiteImport,
    }


def test_nobody_types_when_an_account_signed_in(admin_client):
    user = get_user_model().objects.create_user("cy")
    values = open_form(admin_client, user)
    assert {"last_login_0", "date_joined_0"}.isdisjoint(values)
    posted = {"last_login_0": "2001-01-01", "last_login_1": "00:00", "first_name": "Cy"}
    assert save(admin_client, user, values, **posted).status_code == 302
    user.refresh_from_db()
    assert (user.last_login, user.first_name) == (None, "Cy")


def test_no_list_is_edited_in_place(admin_client):
    """Lists whose cells are edited would need the same care; there are none."""
    for model in MODELS:
        response = admin_client.get(address(model, "changelist"), follow=True)
        assert not getattr(response.context.get("cl"), "list_editable", ()), model


# Files


def photo() -> SimpleUploadedFile:
    target = BytesIO()
    Image.new("RGB", (300, 300), "teal").save(target, "PNG")
    return SimpleUploadedFile("me.png", target.getvalue(), content_type="image/png")


def test_a_file_that_came_with_the_form_is_not_lost(ada, bo, settings, tmp_path):
    settings.MEDIA_ROOT, settings.DATA_DIR = tmp_path / "media", tmp_path
    member = make_member("Ada Quint")
    first, second = open_form(ada, member), open_form(bo, member)
    save(ada, member, first, headline="Theirs")
    response = save(bo, member, second, photo=photo(), photo_alt="Ada")
    assert lines(response)["Photo"].mine == "the file you chose, me.png"
    assert resolve(bo, member, response).status_code == 302
    member.refresh_from_db()
    assert (member.headline, bool(member.photo)) == ("Theirs", True)


def test_nobody_takes_another_account_s_file(ada, bo, settings, tmp_path):
    settings.MEDIA_ROOT, settings.DATA_DIR = tmp_path / "media", tmp_path
    member = make_member("Ada Quint")
    first, second = open_form(ada, member), open_form(bo, member)
    save(ada, member, first, headline="Theirs")
    response = save(bo, member, second, photo=photo(), photo_alt="Ada")
    own = save(ada, member, open_form(ada, member), **{"kept-files": response.context["kept_files"]})
    assert own.status_code == 302
    member.refresh_from_db()
    assert not member.photo


# Rows


def authors(paper) -> list[tuple]:
    return list(paper.authorships.values_list("position", "printed_name"))


def add_row(values: dict, prefix: str, **row) -> dict:
    index = int(values[f"{prefix}-TOTAL_FORMS"])
    cells = {f"{prefix}-{index}-{name}": value for name, value in row.items()}
    return {**values, f"{prefix}-TOTAL_FORMS": str(index + 1), **cells}


def author(values: dict, name: str, position: int) -> dict:
    return add_row(values, "authorships", printed_name=name, position=position, link_status="confirmed")


def test_both_add_an_author_and_nobody_leaves_a_hole(ada, bo):
    paper = make_publication("Quiet", ["A. One", "B. Two"])
    first, second = open_form(ada, paper), open_form(bo, paper)
    save(ada, paper, author(first, "C. Theirs", 3))
    response = save(bo, paper, author(second, "D. Mine", 3))
    assert (lines(response)["C. Theirs"].note, lines(response)["D. Mine"].note) == (
        "added by somebody else", "added by you",
    )  # fmt: skip
    assert resolve(bo, paper, response).status_code == 302
    assert authors(paper) == [(1, "A. One"), (2, "B. Two"), (3, "C. Theirs"), (4, "D. Mine")]


@pytest.mark.parametrize("deletes_first", [True, False])
def test_a_deletion_and_two_additions_are_joined_without_a_number_to_mend(ada, bo, deletes_first):
    paper = make_publication("Quiet", ["A. One", "B. Two", "C. Three"])
    first, second = open_form(ada, paper), open_form(bo, paper)
    deleting = {"authorships-1-DELETE": "on"}
    assert save(ada, paper, author(first, "D. Theirs", 4), **(deleting if deletes_first else {})).status_code == 302
    response = save(bo, paper, author(second, "E. Mine", 4), **({} if deletes_first else deleting))
    assert resolve(bo, paper, response).status_code == 302
    assert [position for position, _ in authors(paper)] == [1, 2, 3, 4]
    assert {name for _, name in authors(paper)} == {"A. One", "C. Three", "D. Theirs", "E. Mine"}


def test_both_add_the_same_author_once(ada, bo):
    paper = make_publication("Quiet", ["A. One"])
    first, second = open_form(ada, paper), open_form(bo, paper)
    save(ada, paper, author(first, "B. Two", 2))
    response = save(bo, paper, author(second, "B. Two", 2), summary="Mine")
    assert "B. Two" not in lines(response)
    assert resolve(bo, paper, response).status_code == 302
    assert authors(paper) == [(1, "A. One"), (2, "B. Two")]


def test_one_reorders_while_another_adds(ada, bo):
    """G6."""
    paper = make_publication("Quiet", ["A. One", "B. Two", "C. Three"])
    first, second = open_form(ada, paper), open_form(bo, paper)
    added = author(first, "D. Four", 1) | {
        "authorships-0-position": "2", "authorships-1-position": "3", "authorships-2-position": "4",
    }  # fmt: skip
    assert save(ada, paper, added).status_code == 302
    order = {"authorships-0-position": "2", "authorships-1-position": "3", "authorships-2-position": "1"}
    response = save(bo, paper, second, **order)
    assert lines(response)["Order"].mine == "1. C. Three\n2. A. One\n3. B. Two"
    assert resolve(bo, paper, response).status_code == 302
    assert authors(paper) == [(1, "D. Four"), (2, "C. Three"), (3, "A. One"), (4, "B. Two")]


@pytest.mark.parametrize(("choice", "expected"), [("mine", "C A B"), ("theirs", "B A C")])
def test_two_orders_need_a_choice(ada, bo, choice, expected):
    paper = make_publication("Quiet", ["A", "B", "C"])
    first, second = open_form(ada, paper), open_form(bo, paper)
    swapped = {"authorships-0-position": "2", "authorships-1-position": "1"}
    assert save(ada, paper, first, **swapped).status_code == 302
    order = {"authorships-0-position": "2", "authorships-1-position": "3", "authorships-2-position": "1"}
    response = save(bo, paper, second, **order)
    line = lines(response)["Order"]
    assert (line.before, line.theirs) == ("1. A\n2. B\n3. C", "1. B\n2. A\n3. C")
    assert line.who.startswith("ada, at")
    assert resolve(bo, paper, response, **{"authorships-order": choice}).status_code == 302
    assert [name for _, name in authors(paper)] == expected.split()


def test_one_row_changed_by_both_is_chosen_field_by_field(ada, bo):
    paper = make_publication("Quiet", ["A. One", "B. Two"])
    first, second = open_form(ada, paper), open_form(bo, paper)
    save(ada, paper, first, **{"authorships-1-printed_name": "B. Theirs"})
    mine = {"authorships-1-printed_name": "B. Mine", "authorships-1-is_equal": "on", "authorships-0-is_equal": "on"}
    response = save(bo, paper, second, **mine)
    row = paper.authorships.get(position=2)
    name = f"authorships-{row.pk}-printed_name"
    line = next(each for each in lines(response).values() if each.choice == name)
    assert (line.before, line.theirs, line.mine) == ("B. Two", "B. Theirs", "B. Mine")
    assert resolve(bo, paper, response, **{name: "theirs"}).status_code == 302
    assert [row.is_equal for row in paper.authorships.all()] == [True, True]
    assert authors(paper)[1] == (2, "B. Theirs")


@pytest.mark.parametrize(("choice", "left"), [("mine", ["A. One"]), ("theirs", ["A. One", "B. Theirs"])])
def test_a_row_that_i_delete_and_they_change(ada, bo, choice, left):
    paper = make_publication("Quiet", ["A. One", "B. Two"])
    first, second = open_form(ada, paper), open_form(bo, paper)
    row = paper.authorships.get(position=2)
    save(ada, paper, first, **{"authorships-1-printed_name": "B. Theirs"})
    response = save(bo, paper, second, **{"authorships-1-DELETE": "on"})
    assert lines(response)["B. Theirs"].note == "deleted by you"
    assert resolve(bo, paper, response, **{f"authorships-{row.pk}": choice}).status_code == 302
    assert [name for _, name in authors(paper)] == left


KEPT_GONE = [(1, "A. One"), (2, "C. Three")]
BROUGHT_BACK = [(1, "A. One"), (2, "B. Mine"), (3, "C. Three")]


@pytest.mark.parametrize(("choice", "left"), [("mine", BROUGHT_BACK), ("theirs", KEPT_GONE)])
def test_a_row_that_they_delete_and_i_change(ada, bo, choice, left):
    paper = make_publication("Quiet", ["A. One", "B. Two", "C. Three"])
    first, second = open_form(ada, paper), open_form(bo, paper)
    row = paper.authorships.get(position=2)
    assert save(ada, paper, first, **{"authorships-1-DELETE": "on", "authorships-2-position": "2"}).status_code == 302
    response = save(bo, paper, second, **{"authorships-1-printed_name": "B. Mine"})
    assert lines(response)["B. Two"].note == "deleted by somebody else"
    assert resolve(bo, paper, response, **{f"authorships-{row.pk}": choice}).status_code == 302
    assert authors(paper) == left


def test_rows_with_several_people_are_kept_whole(ada, bo):
    one, two = make_person("Cy One"), make_person("Di Two")
    receipt = make_award_receipt("Quiet Prize", one)
    award = receipt.award
    first, second = open_form(ada, award), open_form(bo, award)
    save(ada, award, first, **{"receipts-0-people": [one.pk, two.pk]})
    response = save(bo, award, second, **{"receipts-0-note": "Mine"})
    assert any("Di Two" in each.theirs for each in lines(response).values())
    assert resolve(bo, award, response).status_code == 302
    receipt.refresh_from_db()
    assert (set(receipt.people.all()), receipt.note) == ({one, two}, "Mine")


def test_a_row_of_somebody_else_s_record_is_refused_beside_a_conflict(ada, bo):
    """E4: a foreign key of a row is no way into another record."""
    paper, other = make_publication("Quiet", ["A. One"]), make_publication("Other", ["Z. Foreign"], slug="other")
    foreign = other.authorships.get()
    first, second = open_form(ada, paper), open_form(bo, paper)
    save(ada, paper, first, summary="Theirs")
    tampered = {"authorships-0-id": foreign.pk, "authorships-0-printed_name": "Hacked"}
    response = save(bo, paper, second, **tampered)
    resolve(bo, paper, response, **dict.fromkeys([f"authorships-{foreign.pk}"], "mine"))
    foreign.refresh_from_db()
    assert (foreign.publication, foreign.printed_name) == (other, "Z. Foreign")


# Deleting


def test_saving_what_was_deleted_says_who_and_keeps_what_was_typed(ada, bo):
    paper = make_publication("Quiet", ["A. One"])
    values = open_form(bo, paper)
    delete = address(Publication, "delete", paper.pk)
    assert ada.post(delete, {"post": "yes", "seen": ada.get(delete).context["seen"]}).status_code == 302
    response = save(bo, paper, values, summary="Typed for an hour")
    assert response.status_code == 409
    assertContains(response, "deleted or merged by <strong>ada, at", status_code=409)
    assertContains(response, "Typed for an hour", status_code=409)
    hidden = dict(response.context["hidden"]) | {"form_key": response.context["form_key"], "_continue": "1"}
    again = bo.post(response.context["address"], hidden)
    assert again.status_code == 302, again.context["errors"]
    made = Publication.objects.get()
    assert (made.summary, authors(made)) == ("Typed for an hour", [(1, "A. One")])


def test_a_member_whose_page_is_gone_learns_no_names(ada):
    member, account = make_member("Ada Quint"), sign_in("member", "Members")
    Person.objects.filter(pk=member.pk).update(user=get_user_model().objects.get(username="member"))
    values = form_values(account.get(page_of(member)))
    secret = make_person("Cy Secret")
    key = member.pk
    member.delete()
    response = account.post(address(Person, "change", key), {**values, "headline": "Mine"})
    assertContains(response, "Mine", status_code=409)
    assertNotContains(response, "Ada Quint”", status_code=409)
    secret_key = secret.pk
    assert account.post(address(Person, "change", secret_key), values).status_code in (302, 403)


@pytest.mark.parametrize("name", ["title", "row"])
def test_a_record_that_changed_is_not_deleted_unseen(ada, bo, name):
    """G3."""
    paper = make_publication("Quiet", ["A. One"])
    delete = address(Publication, "delete", paper.pk)
    seen = bo.get(delete).context["seen"]
    changed = {"title": "Changed"} if name == "title" else {"authorships-0-printed_name": "A. Changed"}
    save(ada, paper, open_form(ada, paper), **changed)
    response = bo.post(delete, {"post": "yes", "seen": seen})
    assertContains(response, "this was changed since you were asked, by ada, at", status_code=409)
    assert Publication.objects.count() == 1
    assert bo.post(delete, {"post": "yes", "seen": response.context["seen"]}).status_code == 302
    assert Publication.objects.count() == 0


def test_chosen_records_that_changed_are_not_deleted_unseen(ada, bo):
    topics = [Topic.objects.create(slug=f"t{number}", name=f"Topic {number}") for number in range(3)]
    chosen = {"action": "delete_selected", "_selected_action": [topic.pk for topic in topics]}
    page = address(Topic, "changelist")
    asked = bo.post(page, chosen)
    seen = asked.context["seen"]
    assertContains(asked, seen)
    save(ada, topics[1], open_form(ada, topics[1]), name="Changed")
    response = bo.post(page, {**chosen, "post": "yes", "seen": seen})
    assertContains(response, "Nothing was deleted", status_code=409)
    assert Topic.objects.count() == 3
    assert bo.post(page, {**chosen, "post": "yes", "seen": response.context["seen"]}).status_code == 302
    assert Topic.objects.count() == 0


def test_going_back_to_a_version_asks_where_somebody_was_faster(ada, bo):
    topic = Topic.objects.create(slug="silence", name="Silence")
    save(ada, topic, open_form(ada, topic), name="Quiet")
    version = address(Topic, "history", topic.pk) + f"{topic.history.last().pk}/"
    shown = bo.get(version)
    save(ada, topic, open_form(ada, topic), name="Quieter")
    values = {"name": "Silence", "slug": "silence", "seen": shown.context["seen"]}
    assertContains(bo.post(version, values, follow=True), "Nothing was changed back")
    topic.refresh_from_db()
    assert topic.name == "Quieter"


# Pressing twice


def test_fifty_presses_add_one_record(ada):
    """G5."""
    page = reverse("admin:labsite_page_add")
    shown = ada.get(page)
    values = {"title": "Join us", "body": "Come.", "is_published": "on", "form_key": shown.context["form_key"]}
    answers = {
        (answer.status_code, answer.headers["Location"]) for answer in (ada.post(page, values) for _ in range(50))
    }
    assert answers == {(302, reverse("admin:labsite_page_changelist"))}
    assert (Page.objects.count(), Page.history.count(), SubmittedForm.objects.count()) == (1, 1, 1)


def test_fifty_presses_save_one_change(ada):
    paper = make_publication("Quiet", ["A. One"])
    values = author(open_form(ada, paper), "B. Two", 2)
    assert {save(ada, paper, values).status_code for _ in range(50)} == {302}
    assert authors(paper) == [(1, "A. One"), (2, "B. Two")]
    assert paper.history.count() == 2


def test_a_form_sent_again_after_another_s_change_is_no_repetition(ada, bo):
    """Ada saves, Bo saves something else, Ada goes back and saves the same form again."""
    paper = make_publication("Quiet", ["A. One"])
    values = open_form(ada, paper) | {"title": "Ada's"}
    assert save(ada, paper, values).status_code == 302
    assert save(bo, paper, open_form(bo, paper), title="Bo's").status_code == 302
    response = save(ada, paper, values)
    assert response.status_code == 409
    assert [line.theirs for line in lines(response).values()] == ["Bo's"]
    assert resolve(ada, paper, response, title="mine").status_code == 302
    paper.refresh_from_db()
    assert paper.title == "Ada's"


def test_a_form_sent_again_after_another_s_new_row_is_no_repetition(ada, bo):
    paper = make_publication("Quiet", ["A. One"])
    values = author(open_form(ada, paper), "B. Two", 2)
    assert save(ada, paper, values).status_code == 302
    theirs = open_form(bo, paper) | {"authorships-1-printed_name": "C. Three"}
    assert save(bo, paper, theirs).status_code == 302
    assert "says all this already" not in save(ada, paper, values).content.decode()
    assert (2, "C. Three") in authors(paper)


def test_pressing_twice_with_a_file_is_a_repetition(ada, settings, tmp_path):
    settings.MEDIA_ROOT, settings.DATA_DIR = tmp_path / "media", tmp_path
    person = make_member("Ada Quint")
    values = open_form(ada, person) | {"photo_alt": "Ada"}
    assert [save(ada, person, values, photo=photo()).status_code for _ in range(2)] == [302, 302]
    assert person.history.count() == 2


def test_the_same_form_with_other_words_is_another_record(ada):
    page = reverse("admin:labsite_page_add")
    values = {"body": "Come.", "form_key": ada.get(page).context["form_key"]}
    for title in ("One", "Two", "One"):
        assert ada.post(page, {**values, "title": title}).status_code == 302
    assert Page.objects.count() == 2


def test_a_form_that_was_wrong_can_be_sent_again(ada):
    page = reverse("admin:labsite_page_add")
    values = {"title": "", "form_key": ada.get(page).context["form_key"]}
    assert [ada.post(page, values).status_code for _ in range(2)] == [200, 200]
    assert SubmittedForm.objects.count() == 0


def test_an_untouched_row_is_checked_against_what_its_record_becomes(admin_client):
    """Nobody holds a position with themselves: the row is as it was, the record around it is not."""
    ada, bo = make_member("Ada Quint"), make_member("Bo Zhang")
    position = Position.objects.create(person=ada, kind="internship", title="Engineer", start="2023")
    PositionPerson.objects.create(position=position, person=bo, role="mentor")
    values = open_form(admin_client, position)
    assert save(admin_client, position, values, title="Researcher").status_code == 302
    answer = save(admin_client, position, open_form(admin_client, position), person=str(bo.pk))
    assert answer.status_code == 200
    position.refresh_from_db()
    assert (position.person, position.title) == (ada, "Researcher")


def test_signing_in_is_no_edit_of_an_account(admin_client):
    user = get_user_model().objects.create_user("bo", password="correct horse battery", is_staff=True)
    delete = reverse("admin:auth_user_delete", args=[user.pk])
    asked = admin_client.get(delete).context["seen"]
    get_user_model().objects.filter(pk=user.pk).update(last_login=timezone.now(), password="rehashed")
    assert admin_client.post(delete, {"post": "yes", "seen": asked}).status_code == 302
    assert not get_user_model().objects.filter(pk=user.pk).exists()


def test_an_edit_of_an_account_asks_again_before_it_is_deleted(admin_client):
    user = get_user_model().objects.create_user("bo", password="correct horse battery", is_staff=True)
    delete = reverse("admin:auth_user_delete", args=[user.pk])
    asked = admin_client.get(delete).context["seen"]
    get_user_model().objects.filter(pk=user.pk).update(first_name="Bo")
    assert admin_client.post(delete, {"post": "yes", "seen": asked}).status_code == 409
    user.groups.add(AccountGroup.objects.get(name="Editors"))
    asked = admin_client.get(delete).context["seen"]
    user.groups.clear()
    assert admin_client.post(delete, {"post": "yes", "seen": asked}).status_code == 409
