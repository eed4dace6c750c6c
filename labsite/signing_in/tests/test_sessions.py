"""E10, E16: sessions get a new key, end at once where they must, and obey roles as they are now."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from labsite.page_cache.marking import is_somebody
from labsite.signing_in.models import AccountSession, Happening, SignInEvent
from labsite.signing_in.sessions import SEEN_EVERY, SessionStore
from labsite.signing_in.tests.people import WRONG, confirmed, give_app, is_in, make_staff, try_password
from labsite.tests.forms import form_values
from labsite.tests.members import PASSWORD, make_account, make_own, sign_in
from labsite.visitors import browser_of

pytestmark = pytest.mark.django_db
NEW = "harbour lantern quietly rowing"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def change_password(client: Client) -> object:
    data = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    return client.post("/my/password/", data)


def test_e10_the_key_changes_at_sign_in_and_a_planted_one_is_worth_nothing():
    make_own()
    client = Client()
    client.get("/login/")
    planted = SessionStore()
    planted["x"] = "from a stranger"
    planted.save()
    client.cookies["sessionid"] = planted.session_key
    try_password(client)
    assert is_in(client)
    assert client.cookies["sessionid"].value != planted.session_key
    assert not AccountSession.objects.filter(session_key=planted.session_key).exists()


def test_e10_the_key_changes_between_the_steps():
    account = make_account("ada")
    app = give_app(account)
    client = Client()
    try_password(client)
    between = client.cookies["sessionid"].value
    client.post("/login/code/", {"code": app.now()})
    assert is_in(client)
    assert client.cookies["sessionid"].value != between


def test_e10_a_session_says_whose_it_is():
    account = make_account("ada")
    client = Client(REMOTE_ADDR="192.0.2.77", headers={"user-agent": FIREFOX})
    try_password(client)
    row = AccountSession.objects.get(account=account)
    assert (row.address, row.browser) == ("192.0.2.0/24", "Firefox, Linux")
    assert row.session_key == client.cookies["sessionid"].value
    assert "192.0.2.77" not in str(row.get_decoded())
    client.post("/logout/")
    assert not AccountSession.objects.filter(account=account).exists()


def test_e10_a_new_password_ends_every_other_session_at_once():
    person = make_own()
    here, there = confirmed(person.user), confirmed(person.user)
    key = here.session.session_key
    assertRedirects(change_password(here), "/my/")
    assert here.session.session_key != key
    assertRedirects(there.get("/my/"), "/login/?next=/my/")
    assert AccountSession.objects.filter(account=person.user).count() == 1
    assert SignInEvent.objects.filter(what=Happening.PASSWORD_SET, account=person.user).exists()


def test_the_log_says_from_which_network_a_password_was_changed(caplog):
    person = make_own()
    client = Client(REMOTE_ADDR="192.0.2.77")
    try_password(client)
    with caplog.at_level(logging.INFO, "labsite.signing_in"):
        assertRedirects(change_password(client), "/my/")
    told = [record.getMessage() for record in caplog.records if record.getMessage().startswith("password-set")]
    assert told == [f"password-set account={person.user.pk} network=192.0.2.0/24 by=-"]
    person.user.set_password(PASSWORD)  # by a command, which has no network
    person.user.save()
    events = SignInEvent.objects.filter(what=Happening.PASSWORD_SET, account=person.user).order_by("pk")
    assert list(events.values_list("address", flat=True)) == ["192.0.2.0/24", ""]


@pytest.mark.parametrize("way", ["admin", "code"])
def test_e10_a_password_set_by_another_ends_all_sessions(way):
    person = make_own()
    client = confirmed(person.user)
    SignInEvent.objects.all().delete()
    if way == "admin":
        root = sign_in(make_account("root", is_staff=True, is_superuser=True))
        SignInEvent.objects.all().delete()
        data = {"password1": NEW, "password2": NEW, "usable_password": "true"}
        address = reverse("admin:auth_user_password_change", args=[person.user.pk])
        assert root.post(address, data).status_code == 302
    else:
        account = get_user_model().objects.get(username="ada")
        account.set_password(NEW)
        account.save()
    assertRedirects(client.get("/my/"), "/login/?next=/my/")
    assert SignInEvent.objects.get(what=Happening.PASSWORD_SET).account == person.user


def test_e10_closing_an_account_ends_its_sessions_for_good():
    person = make_own()
    client = confirmed(person.user)
    root = sign_in(make_account("root", is_staff=True, is_superuser=True))
    address = reverse("admin:auth_user_change", args=[person.user.pk])
    data = form_values(root.get(address))
    del data["is_active"]
    assert root.post(address, data).status_code == 302
    assert not AccountSession.objects.filter(account=person.user).exists()
    assertRedirects(client.get("/my/"), "/login/?next=/my/")
    get_user_model().objects.filter(username="ada").update(is_active=True)
    assertRedirects(client.get("/my/"), "/login/?next=/my/")
    assert SignInEvent.objects.filter(what=Happening.CLOSED, account=person.user).count() == 1


def test_sessions_go_with_their_account():
    account = make_account("ada")
    client = confirmed(account)
    account.delete()
    assert not AccountSession.objects.exists()
    assert client.get("/my/").status_code == 302


def test_sign_out_everywhere():
    person = make_own()
    here, there, bo = confirmed(person.user), confirmed(person.user), confirmed(make_account("bo"))
    assertContains(here.get("/my/signing-in/"), "This browser")
    key = here.session.session_key
    response = here.post("/my/signing-in/sessions/end/", follow=True)
    assertContains(response, "You are signed out everywhere else.")
    assert here.session.session_key != key
    assertRedirects(there.get("/my/"), "/login/?next=/my/")
    assert is_in(bo)
    assertContains(here.post("/my/signing-in/sessions/end/", follow=True), "There was no other browser.")


@pytest.mark.parametrize(
    ("column", "period", "ends"),
    [("began_at", timedelta(days=13, hours=23), False), ("began_at", timedelta(days=14), True),
     ("seen_at", timedelta(hours=71), False), ("seen_at", timedelta(hours=72), True)],
)  # fmt: skip
def test_sessions_end_by_age_and_by_idleness(column, period, ends):
    person = make_own()
    client = confirmed(person.user)
    AccountSession.objects.update(**{column: timezone.now() - period})
    assert client.get("/my/").status_code == (302 if ends else 200)
    assert AccountSession.objects.filter(account=person.user).exists() is not ends


def test_length_and_idleness_are_settings(settings):
    settings.SESSION_LENGTH, settings.SESSION_IDLE = timedelta(days=30), timedelta(minutes=10)
    person = make_own()
    client = confirmed(person.user)
    AccountSession.objects.update(began_at=timezone.now() - timedelta(days=29))
    assert client.get("/my/").status_code == 200
    AccountSession.objects.update(seen_at=timezone.now() - timedelta(minutes=11))
    assert client.get("/my/").status_code == 302


def test_using_a_session_is_noted_now_and_then_and_makes_it_no_younger():
    client = confirmed(make_own().user)
    began = AccountSession.objects.get().began_at
    before = timezone.now() - SEEN_EVERY
    AccountSession.objects.update(seen_at=before)
    client.get("/my/")
    noted = AccountSession.objects.get().seen_at
    assert noted > before
    client.get("/my/")
    assert AccountSession.objects.get().seen_at == noted
    client.post("/my/signing-in/sessions/end/")
    assert AccountSession.objects.get().began_at.replace(microsecond=0) == began.replace(microsecond=0)


def test_ended_sessions_are_deleted_by_the_command():
    account = make_account("ada")
    for _number in range(3):
        confirmed(account)
    one, other, _young = AccountSession.objects.order_by("pk")
    AccountSession.objects.filter(pk=one.pk).update(seen_at=timezone.now() - timedelta(days=4))
    AccountSession.objects.filter(pk=other.pk).update(expire_date=timezone.now() - timedelta(days=1))
    call_command("forget_sign_ins")
    assert AccountSession.objects.count() == 1


def test_e16_a_role_that_was_taken_away_is_gone_at_the_next_request():
    account = make_staff()
    client = confirmed(account)
    people = reverse("admin:people_person_changelist")
    assert client.get(people).status_code == 200
    account.groups.clear()
    assert client.get(people).status_code == 403
    account.groups.add(Group.objects.get(name="Editors"))
    assert client.get(people).status_code == 200
    account.is_staff = False
    account.save()
    assert client.get(people).status_code == 302
    assert client.post(reverse("admin:people_person_add"), {"name": "X"}).status_code == 302


def test_e16_a_superuser_who_is_none_any_more():
    account = make_account("root", is_staff=True, is_superuser=True)
    client = sign_in(account)
    address = reverse("admin:signing_in_signinevent_changelist")
    assert client.get(address).status_code == 200
    get_user_model().objects.update(is_superuser=False)
    assert client.get(address).status_code == 403


def test_whoever_waits_at_the_door_is_somebody_to_the_page_cache(rf):
    """A session of any kind goes by the page cache, and visitors who only looked at the page have none."""
    give_app(make_account("ada"))
    client = Client()
    client.get("/login/")
    assert "sessionid" not in client.cookies
    try_password(client, "ada", WRONG)
    assert "sessionid" not in client.cookies
    try_password(client, "ada")
    request = rf.get("/")
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    assert is_somebody(request)


def test_sessions_of_nobody_are_short_and_those_of_somebody_are_not():
    """Anybody can have one made; what they leave behind is gone within the hour."""
    account = make_account("ada")
    app = give_app(account)
    client = Client()
    client.post("/login/passkey/question/")
    try_password(client)
    soon = timezone.now() + timedelta(minutes=16)
    assert [row.expire_date < soon for row in AccountSession.objects.all()] == [True] * AccountSession.objects.count()
    client.post("/login/code/", {"code": app.now()})
    row = AccountSession.objects.get(account=account)
    assert row.expire_date > timezone.now() + timedelta(days=13)
    assert client.cookies["sessionid"]["max-age"] == 14 * 86_400


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (FIREFOX, "Firefox, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605 Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0", "Edge, Windows"),
        ("<script>alert(1)</script>", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_browsers_are_named_in_words_of_ours(rf, header, words):
    assert browser_of(rf.get("/", headers={"user-agent": header}).META) == words


def test_nobody_deletes_the_account_they_are_signed_in_with(admin_client, admin_user):
    other = make_account("bo")
    accounts = reverse("admin:auth_user_changelist")
    own = admin_client.get(reverse("admin:auth_user_change", args=[admin_user.pk]))
    assert reverse("admin:auth_user_delete", args=[admin_user.pk]) not in own.content.decode()
    assert (
        admin_client.post(reverse("admin:auth_user_delete", args=[admin_user.pk]), {"post": "yes"}).status_code == 403
    )
    chosen = {"action": "delete_selected", "_selected_action": [admin_user.pk, other.pk]}
    assertNotContains(admin_client.post(accounts, chosen), 'name="post"')
    admin_client.post(accounts, chosen | {"post": "yes"})
    assert get_user_model().objects.count() == 2
