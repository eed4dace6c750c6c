"""Who was made an editor, who got which right, who was switched off: shown to whom it concerns, without secrets."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains
from simple_history.models import HistoricalRecords

from labsite.privacy.erasing import erase
from labsite.tests.factories import make_member
from labsite.tests.forms import seen
from labsite.tests.test_admin import account, address
from labsite.tests.test_audit import PAGE, edits
from labsite.tests.test_conflicts import lines, open_form, resolve, save
from people.models import Person

pytestmark = pytest.mark.django_db
User = get_user_model()


@pytest.fixture
def cy():
    return User.objects.create_user("cy", password="correct horse battery", email="cy@example.org")


@pytest.fixture
def boss() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def delete(client: Client, record) -> None:
    page = address(type(record), "delete", record.pk)
    assert client.post(page, {"post": "yes", **seen(client, page)}).status_code == 302


def looker(*models: type) -> Client:
    """Somebody in the admin who may look at these and do nothing else."""
    user = User.objects.create_user("looker", is_staff=True)
    kinds = [ContentType.objects.get_for_model(each) for each in models]
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_", content_type__in=kinds))
    client = Client()
    client.force_login(user)
    return client


def parts(edit) -> set:
    return {(part.act, part.fields) for part in edit.parts}


def test_who_made_whom_an_editor_and_who_was_switched_off(admin_client, cy):
    editors = Group.objects.get(name="Editors")
    assert save(admin_client, cy, open_form(admin_client, cy), is_staff="on", groups=[editors.pk]).status_code == 302
    edit = edits(admin_client, kind="auth.user")[0]
    assert (edit.record, edit.kind, edit.who) == ("cy", "Account", "admin")
    assert parts(edit) >= {("changed", ("Staff status",)), ("changed", ("Groups",))}
    values = open_form(admin_client, cy)
    del values["is_active"]
    assert save(admin_client, cy, values).status_code == 302
    assert parts(edits(admin_client, kind="auth.user")[0]) >= {("changed", ("Active",))}
    shown = admin_client.get(edit.address)
    assertContains(shown, "<li><strong>Groups:</strong> <del>[]</del> → <ins>[Editors]</ins></li>", html=True)
    assertContains(shown, "<li><strong>Active:</strong> <del>True</del> → <ins>False</ins></li>", html=True)
    assertNotContains(shown, f"{edit.address}1/")


def test_which_right_a_group_got_is_said_alone(admin_client):
    editors = Group.objects.get(name="Editors")
    right = Permission.objects.get(codename="view_user")
    held = set(editors.permissions.values_list("pk", flat=True))
    values = open_form(admin_client, editors)
    assert save(admin_client, editors, values, permissions=[*held, right.pk]).status_code == 302
    edit = edits(admin_client, kind="auth.group")[0]
    assert (edit.record, edit.kind, parts(edit) >= {("changed", ("Permissions",))}) == (
        "Editors", "Group of accounts", True,
    )  # fmt: skip
    shown = admin_client.get(edit.address)
    assertContains(shown, f"<li><strong>Permissions:</strong> <del>[]</del> → <ins>[{right}]</ins></li>", html=True)


@pytest.mark.parametrize("count", [1, 4])
def test_the_history_of_a_group_costs_the_same_for_many_rights(admin_client, django_assert_num_queries, count):
    editors = Group.objects.get(name="Editors")
    for right in list(editors.permissions.all()[:count]):
        editors.permissions.remove(right)
    ContentType.objects.clear_cache()
    page = address(Group, "history", editors.pk)
    # session, user, group, count, versions, what lists held, the rights that moved, type of accounts, lab
    with django_assert_num_queries(9):
        assert admin_client.get(page).status_code == 200


@pytest.mark.parametrize("change", ["add", "remove", "clear", "set"])
def test_a_group_that_takes_accounts_in_or_puts_them_out_changes_each(cy, change):
    group = Group.objects.create(name="Guests")
    if change in ("remove", "clear"):
        group.user_set.add(cy)
    before = cy.history.count()
    getattr(group.user_set, change)(*{"clear": (), "set": ([cy],)}.get(change, (cy,)))
    assert cy.history.count() == before + 1
    held = set(cy.history.first().groups.values_list("group_id", flat=True))
    assert held == ({group.pk} if change in ("add", "set") else set())


def test_a_group_that_is_deleted_is_gone_from_the_versions_of_who_was_in_it(admin_client, cy):
    group = Group.objects.create(name="Guests")
    cy.groups.add(group)
    delete(admin_client, group)
    assert not Group.objects.filter(name="Guests").exists()
    newest = cy.history.first()
    assert (newest.groups.count(), newest.history_user.username) == (0, "admin")
    assert "Guests" in {edit.record for edit in edits(admin_client, kind="auth.group")}
    assertContains(admin_client.get(address(User, "history", cy.pk)), f"[deleted ({group.pk})]")


def test_signing_in_and_a_digest_made_anew_write_no_version(cy):
    before = cy.history.count()
    client = Client()
    assert client.login(username="cy", password="correct horse battery")
    cy.set_password("another horse battery")
    cy.save(update_fields=["password"])
    cy.groups.add()
    cy.groups.add(*[])
    assert cy.history.count() == before


def test_that_a_password_was_changed_is_said_and_never_what_it_is(admin_client, cy):
    page = f"/admin/auth/user/{cy.pk}/password/"
    typed = dict.fromkeys(("password1", "password2"), "quite another horse")
    response = admin_client.post(page, {**typed, "usable_password": "true"})
    assert response.status_code == 302, response.context["form"].errors
    cy.refresh_from_db()
    edit = edits(admin_client, kind="auth.user")[0]
    assert (edit.reason, edit.who) == ("Password changed", "admin")
    kept = {field.name for field in User.history.model._meta.get_fields()}
    assert kept.isdisjoint({"password", "last_login", "date_joined"})
    for shown in (admin_client.get(edit.address), admin_client.get(PAGE)):
        assertContains(shown, "Password changed")
        for secret in (cy.password, cy.password.split("$")[-1][:10], "pbkdf2", "scrypt", "argon2"):
            assertNotContains(shown, secret)


def test_whose_own_account_goes_is_nobody_by_then(rf, admin_user, monkeypatch):
    request = rf.post("/")
    request.user = admin_user
    monkeypatch.setattr(HistoricalRecords.context, "request", request, raising=False)
    key = admin_user.pk
    admin_user.delete()
    gone = User.history.filter(id=key).first()
    assert (gone.history_type, gone.history_user) == ("-", None)


def test_of_a_deleted_account_its_name_and_rights_are_left(admin_client, cy):
    cy.first_name, cy.last_name = "Cyrus", "Secretname"
    cy.save()
    key = cy.pk
    delete(admin_client, cy)
    assert not User.objects.filter(pk=key).exists()
    edit = edits(admin_client, kind="auth.user")[0]
    assert (edit.record, {part.act for part in edit.parts}) == ("cy", {"deleted"})
    assert set(User.history.filter(id=key).values_list("username", "email", "last_name")) == {("cy", "", "")}
    assert admin_client.get(edit.address).status_code == 200


def test_whoever_is_erased_leaves_no_account_in_history_of_before_either():
    person = make_member("Zephyrine Quillfeather")
    for name in ("zephyrine-first", "zephyrine"):
        person.user = User.objects.create_user(name)
        person.save()
    User.objects.get(username="zephyrine-first").delete()
    person = Person.objects.get(pk=person.pk)
    assert User.history.filter(username__startswith="zephyrine").count() >= 3
    erase(person)
    assert not User.history.filter(username__startswith="zephyrine").exists()


def test_the_page_of_two_edits_says_who_changed_what(admin_client, boss, cy):
    """Rights too: who gave them is asked of them alone, whoever changed something else since."""
    other = Client()
    other.force_login(User.objects.create_superuser("dee"))
    editors = Group.objects.get(name="Editors")
    mine = open_form(admin_client, cy)
    del mine["password"]  # browsers send none: the page has no such input
    save(boss, cy, open_form(boss, cy), groups=[editors.pk])
    save(other, cy, open_form(other, cy), first_name="Theirs")
    response = save(admin_client, cy, mine, first_name="Mine")
    said = lines(response)
    assert said["Groups"].theirs == "Editors"
    assert said["Groups"].who.startswith("boss, at")
    assert said["First name"].who.startswith("dee, at")
    assertContains(response, "it was changed by <strong>dee, at", status_code=409)
    assertNotContains(response, cy.password, status_code=409)
    assert resolve(admin_client, cy, response, first_name="mine").status_code == 302
    cy.refresh_from_db()
    assert (cy.first_name, list(cy.groups.all())) == ("Mine", [editors])


def test_who_deleted_an_account_that_is_being_edited_is_said(admin_client, boss, cy):
    mine = open_form(admin_client, cy)
    page = address(User, "change", cy.pk)
    delete(boss, cy)
    assertContains(admin_client.post(page, {**mine, "first_name": "Mine"}), "boss, at", status_code=409)


def test_editors_read_nothing_of_accounts(client, cy):
    client.force_login(account("Editors"))
    assert {edit.kind for edit in edits(client)}.isdisjoint({"Account", "Group of accounts"})
    assertNotContains(client.get(PAGE), "auth.user")
    assert [edit.kind for edit in edits(client, kind="auth.user")] == []
    assert client.get(address(User, "history", cy.pk)).status_code == 403


def test_whoever_may_look_at_accounts_reads_those_alone(cy):
    make_member("Ada Quint")
    client = looker(User, Group)
    assert {edit.kind for edit in edits(client)} == {"Account", "Group of accounts"}
    assert client.get(address(User, "history", cy.pk)).status_code == 200
    assertContains(client.get("/admin/"), PAGE)


def test_looking_at_groups_alone_shows_no_account(cy):
    client = looker(Group)
    assert client.get(PAGE).status_code == 403
    assert client.get(address(User, "history", cy.pk)).status_code == 403


def test_every_account_and_group_of_before_has_a_first_version():
    """What migrations made: the three groups, each with its rights."""
    for group in Group.objects.all():
        first = group.history.last()
        held = set(group.permissions.values_list("pk", flat=True))
        assert set(first.permissions.values_list("permission_id", flat=True)) == held != set()
