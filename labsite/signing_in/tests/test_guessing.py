"""E7, E8, E15: who guesses passwords is slowed, learns nothing about accounts, and writes no lines into logs."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from labsite.operations.logs import PlainFormatter
from labsite.signing_in import tries
from labsite.signing_in.models import Happening, SignInEvent, Tries
from labsite.signing_in.noting import note
from labsite.signing_in.tests.people import WRONG, CountingHasher, is_in, make_staff, try_password
from labsite.signing_in.tries import ACCOUNT, ADDRESS, PASSWORD_BOUNDS
from labsite.tests.members import PASSWORD, make_account, sign_in

pytestmark = pytest.mark.django_db
STRANGER, HOME = "203.0.113.9", "192.0.2.4"
TRIES = 10


def guess(name: str = "ada", address: str = STRANGER, times: int = TRIES) -> list[int]:
    client = Client(REMOTE_ADDR=address)
    return [try_password(client, name, WRONG).status_code for _number in range(times)]


def later(**period: int) -> None:
    """As if that time had passed since the last try."""
    gone = timedelta(**period)
    for row in Tries.objects.all():
        row.began_at -= gone
        row.ends_at -= gone
        row.locked_until = row.locked_until and row.locked_until - gone
        row.save()


def test_e7_eleven_wrong_passwords_lock_even_the_right_one_out(client):
    make_account("ada")
    assert guess(times=TRIES + 1) == [200] * TRIES + [429]
    response = try_password(Client(REMOTE_ADDR=STRANGER))
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 900
    assertContains(response, "Too many tries. Try again in 15 minutes, at ", status_code=429)
    assert SignInEvent.objects.filter(what=Happening.LOCKED, account__username="ada").count() == 1


def test_e7_a_lock_out_ends_by_itself():
    make_account("ada")
    guess(times=TRIES + 1)
    later(minutes=16)
    stranger = Client(REMOTE_ADDR=STRANGER)
    assert try_password(stranger).status_code == 302
    assert is_in(stranger)


def test_e7_waiting_is_not_prolonged_by_trying():
    make_account("ada")
    guess(times=TRIES + 1)
    until = Tries.objects.get(locked_until__isnull=False).locked_until
    guess(times=5)
    assert Tries.objects.get(locked_until__isnull=False).locked_until == until


def test_e7_a_stranger_locks_nobody_else_out():
    make_account("ada")
    guess(times=TRIES + 5)
    home = Client(REMOTE_ADDR=HOME)
    assert try_password(home).status_code == 302
    assert is_in(home)


def test_e7_an_account_without_rows_is_locked_like_one_that_exists():
    """Else the lock-out would tell which accounts there are."""
    make_account("ada")
    pages = []
    for name in ("ada", "nobody"):
        guess(name, times=TRIES + 1)
        response = try_password(Client(REMOTE_ADDR=STRANGER), name)
        assert response.status_code == 429
        text = response.content.decode().replace(f'value="{name}"', "")
        pages.append("\n".join(line for line in text.splitlines() if "csrfmiddlewaretoken" not in line))
    assert pages[0] == pages[1]


def test_e7_right_passwords_are_no_tries():
    make_account("ada")
    for _round in range(3):
        guess(times=TRIES - 1)
        assert try_password(Client(REMOTE_ADDR=STRANGER)).status_code == 302


def few(monkeypatch: pytest.MonkeyPatch, scope: str, most: int) -> None:
    """Only the bound of `scope`, with `most` tries."""
    bounds = tuple(replace(each, most=most) for each in PASSWORD_BOUNDS if each.scope == scope)
    monkeypatch.setattr("labsite.signing_in.forms.PASSWORD_BOUNDS", bounds)


def test_e7_one_address_cannot_try_many_accounts(monkeypatch):
    few(monkeypatch, ADDRESS, 6)
    make_account("ada")
    client = Client(REMOTE_ADDR=STRANGER)
    assert [try_password(client, f"name{number}", WRONG).status_code for number in range(7)] == [200] * 6 + [429]
    assert try_password(client).status_code == 429
    assert try_password(Client(REMOTE_ADDR=HOME)).status_code == 302


def test_e7_a_stranger_behind_the_address_of_a_campus_locks_nobody_out_there(monkeypatch):
    few(monkeypatch, ADDRESS, 6)
    make_account("ada")
    assert try_password(Client(REMOTE_ADDR=STRANGER)).status_code == 302
    assert [status for number in range(7) for status in guess(f"name{number}", times=1)] == [200] * 6 + [429]
    home = Client(REMOTE_ADDR=STRANGER)
    assert try_password(home).status_code == 302, "she has signed in from there before"
    assert is_in(home)


def test_e7_at_home_the_usual_lock_out_still_holds():
    make_account("ada")
    assert try_password(Client(REMOTE_ADDR=HOME)).status_code == 302
    assert guess(address=HOME, times=TRIES + 1) == [200] * TRIES + [429]


def test_e7_signing_in_at_home_gives_no_tries_for_other_accounts(monkeypatch):
    """What was not counted for an address is not taken off its count either."""
    few(monkeypatch, ADDRESS, 6)
    make_account("ada")
    try_password(Client(REMOTE_ADDR=HOME))
    guess("bo", address=HOME, times=6)
    for _number in range(3):
        assert try_password(Client(REMOTE_ADDR=HOME)).status_code == 302
    assert guess("bo", address=HOME, times=1) == [429]


def test_e7_an_address_of_ipv6_is_a_whole_household(monkeypatch):
    few(monkeypatch, ADDRESS, 4)
    statuses = [
        try_password(Client(REMOTE_ADDR=f"2001:db8:1:2::{number}"), "ada", WRONG).status_code for number in range(5)
    ]
    assert statuses == [200] * 4 + [429]
    assert try_password(Client(REMOTE_ADDR="2001:db8:1:3::1"), "ada", WRONG).status_code == 200


def test_e7_many_machines_cannot_guess_for_one_account_nor_lock_it_out(monkeypatch):
    few(monkeypatch, ACCOUNT, 6)
    make_account("ada")
    assert try_password(Client(REMOTE_ADDR=HOME)).status_code == 302
    statuses = [try_password(Client(REMOTE_ADDR=f"203.0.{number}.1"), "ada", WRONG).status_code for number in range(7)]
    assert statuses == [200] * 6 + [429]
    assert try_password(Client(REMOTE_ADDR="198.51.100.1")).status_code == 429
    assert try_password(Client(REMOTE_ADDR=HOME)).status_code == 302, "the owner's network is known"
    SignInEvent.objects.update(at=timezone.now() - tries.KNOWN_FOR)
    assert try_password(Client(REMOTE_ADDR=HOME)).status_code == 429


def test_the_real_bounds_are_what_the_documents_say():
    assert [(each.scope, each.most, each.window, each.pause) for each in PASSWORD_BOUNDS] == [
        ("address", 100, timedelta(hours=1), timedelta(hours=1)),
        ("account and address", 10, timedelta(minutes=15), timedelta(minutes=15)),
        ("account", 100, timedelta(days=1), timedelta(hours=1)),
    ]


def test_tries_are_counted_before_they_are_looked_at(monkeypatch):
    """Many at once would else all be let through: what counts after hashing comes too late."""
    make_account("ada")
    seen = []
    monkeypatch.setattr(
        "django.contrib.auth.forms.authenticate",
        lambda *args, **kwargs: seen.append(max(Tries.objects.values_list("number", flat=True))),
    )
    guess(times=3)
    assert seen == [1, 2, 3]


@pytest.mark.parametrize(("proxy", "seen"), [(False, "198.51.100.7"), (True, "203.0.113.0")])
def test_the_visitors_address_is_the_proxys_word_only_behind_one(settings, proxy, seen):
    settings.BEHIND_PROXY = proxy
    client = Client(REMOTE_ADDR="198.51.100.7", HTTP_X_FORWARDED_FOR="10.0.0.1, 192.0.2.77, 203.0.113.9")
    try_password(client, "ada", WRONG)
    network = SignInEvent.objects.get().address
    assert network == f"{seen.rpartition('.')[0]}.0/24"


@pytest.mark.parametrize("text", ["", "unknown", "999.1.1.1", "a\nb", "::ffff:99999", "'; --"])
def test_an_address_that_cannot_be_read_is_none(settings, text):
    settings.BEHIND_PROXY = True
    client = Client(REMOTE_ADDR="", HTTP_X_FORWARDED_FOR=text)
    assert try_password(client, "ada", WRONG).status_code == 200
    assert SignInEvent.objects.get().address == ""


# E8: known and unknown


@pytest.mark.parametrize("case", ["known", "unknown", "closed", "without password", "too long"])
def test_e8_the_hasher_runs_once_whoever_is_asked_for(settings, case):
    settings.PASSWORD_HASHERS = ["labsite.signing_in.tests.people.CountingHasher"]
    account = make_account("ada", is_active=case != "closed")
    if case == "without password":
        account.set_unusable_password()
        account.save()
    CountingHasher.runs = 0
    name, password = ("nobody" if case == "unknown" else "ada"), WRONG * (100 if case == "too long" else 1)
    response = try_password(Client(), name, password)
    assertContains(response, "do not belong together")
    assert CountingHasher.runs == 1


# E15: the log


@pytest.mark.parametrize("name", ["ada\nWARNING: signed in: account 1", "ada\r\nx", "ada\x1b[2J", "ada\u2028x", "%s%n"])
def test_e15_a_name_adds_no_line_to_the_log(caplog, name):
    with caplog.at_level(logging.INFO, "labsite.signing_in"):
        response = try_password(Client(REMOTE_ADDR=STRANGER), name, WRONG)
    assert response.status_code == 200
    lines = [record.getMessage() for record in caplog.records if record.name == "labsite.signing_in"]
    assert lines == ["wrong-password account=unknown network=203.0.113.0/24 by=-"]


@pytest.mark.parametrize("what", Happening.values)
def test_the_log_does_not_hide_its_own_words(caplog, what, rf):
    """What stands behind “password: ” or “token ” is taken for a secret where lines are put together."""
    account = make_account("ada")
    with caplog.at_level(logging.INFO, "labsite.signing_in"):
        note(what, rf.get("/", REMOTE_ADDR=STRANGER), account, "password, recovery code")
    line = PlainFormatter().format(caplog.records[-1])
    told = f"{what.replace(' ', '-')} account={account.pk} network=203.0.113.0/24 by=password,recovery-code"
    assert line.endswith(f" {told}")


def test_the_log_holds_networks_and_nothing_that_was_typed():
    make_account("ada")
    guess(times=1)
    guess("my secret password typed into the wrong box", times=1)
    known, unknown = SignInEvent.objects.order_by("pk").filter(what=Happening.WRONG_PASSWORD)
    assert (known.account.username, known.address) == ("ada", "203.0.113.0/24")
    assert (unknown.account, unknown.address, unknown.means) == (None, "203.0.113.0/24", "")
    assert not Tries.objects.filter(key__contains="secret").exists()


# Unlocking


def test_command_unlocks_one_account(capsys):
    make_account("ada")
    guess(times=TRIES + 1)
    guess("bo", times=TRIES + 1)
    call_command("unlock_sign_in", "ada")
    assert "1 lock-out ended." in capsys.readouterr().out
    assert try_password(Client(REMOTE_ADDR=STRANGER)).status_code == 302
    assert try_password(Client(REMOTE_ADDR=STRANGER), "bo").status_code == 429
    call_command("unlock_sign_in", "--all")
    assert try_password(Client(REMOTE_ADDR=STRANGER), "bo").status_code == 200
    assert SignInEvent.objects.filter(what=Happening.UNLOCKED).count() == 2


def test_commands_name_what_is_wrong():
    for arguments in (["nobody"], [], ["ada", "--all"]):
        with pytest.raises(CommandError):
            call_command("unlock_sign_in", *arguments)
    with pytest.raises(CommandError, match="no account “nobody”"):
        call_command("remove_second_factor", "nobody")
    with pytest.raises(CommandError, match="--days"):
        call_command("forget_sign_ins", "--days", "-1")


def test_superusers_see_and_end_lock_outs_in_the_admin(django_assert_max_num_queries):
    root = sign_in(make_account("root", is_staff=True, is_superuser=True))
    names = [f"name{number}" for number in range(6)]
    for name in names:
        make_account(name)
        guess(name, times=TRIES + 1)
    address = reverse("admin:signing_in_tries_changelist")
    with django_assert_max_num_queries(12):
        response = root.get(address)
    assert [name for name in names if name not in response.content.decode()] == []
    row = Tries.objects.get(account__username="name1", locked_until__isnull=False)
    response = root.post(address, {"action": "unlock", "_selected_action": [row.pk]}, follow=True)
    assertContains(response, "1 lock-out is ended.")
    assert SignInEvent.objects.filter(what=Happening.UNLOCKED, account__username="name1").count() == 1
    assert try_password(Client(REMOTE_ADDR=STRANGER), "name1").status_code == 302
    assert try_password(Client(REMOTE_ADDR=STRANGER), "name2").status_code == 429


def test_log_costs_the_same_for_many_lines(django_assert_max_num_queries):
    root = sign_in(make_account("root", is_staff=True, is_superuser=True))
    for number in range(8):
        guess(make_account(f"name{number}").username, times=1)
    with django_assert_max_num_queries(12):
        response = root.get(reverse("admin:signing_in_signinevent_changelist"))
    assertContains(response, "203.0.113.0/24", count=8)
    assertContains(root.get(reverse("admin:signing_in_signinevent_changelist"), {"q": "name3"}), "name3")


@pytest.mark.parametrize("name", ["signinevent", "tries"])
def test_only_superusers_see_the_log(name):
    address = reverse(f"admin:signing_in_{name}_changelist")
    editor = sign_in(make_staff())
    assert editor.get(address).status_code == 403
    assert editor.post(address, {"action": "unlock"}).status_code == 403
    assertNotContains(editor.get("/admin/"), "Sign-in log")
    root = sign_in(make_account("root", is_staff=True, is_superuser=True))
    assert root.get(address).status_code == 200
    for verb in ("add/", "1/change/", "1/delete/"):
        assert root.post(address + verb, {}).status_code in (302, 403, 404)
    assert SignInEvent.objects.exists(), "nothing can be deleted by hand"


def test_old_lines_are_forgotten_and_young_ones_kept(capsys):
    make_account("ada")
    guess(times=2)
    SignInEvent.objects.update(at=timezone.now() - timedelta(days=181))
    guess(times=1)
    later(days=2)
    call_command("forget_sign_ins")
    assert SignInEvent.objects.count() == 1
    assert not Tries.objects.exists()
    assert "lines of the sign-in log deleted." in capsys.readouterr().out


def test_counts_that_are_over_go_when_others_come():
    guess("ada", times=2)
    later(days=2)
    guess("bo", address=HOME, times=1)
    assert {row.number for row in Tries.objects.all()} == {1}


# One page to sign in on


def test_e9_the_admins_sign_in_is_the_one_page():
    make_staff()
    client = Client()
    assertRedirects(client.get("/admin/login/?next=/admin/people/"), "/login/?next=/admin/people/")
    assertRedirects(client.post("/admin/login/", {"username": "ada", "password": PASSWORD}), "/login/?next=/admin/")
    assert not is_in(client)
    assertRedirects(client.get("/admin/", follow=True), "/login/?next=/admin/")
    response = client.post("/login/", {"username": "ada", "password": PASSWORD, "next": "/admin/"})
    assertRedirects(response, "/admin/")


def test_a_member_who_may_not_edit_is_told_who_they_are():
    client = sign_in(make_account("ada"))
    response = client.get("/admin/", follow=True)
    assertContains(response, "You are signed in as <bdi>ada</bdi>.")


@pytest.mark.parametrize("path", ["", "code/", "passkey/", "passkey/question/", "with/", "forgotten/"])
def test_e9_nobody_signs_somebody_in_from_elsewhere(path):
    client = Client(enforce_csrf_checks=True)
    assert client.post(f"/login/{path}", {"username": "ada", "password": PASSWORD}).status_code == 403


@pytest.mark.parametrize("path", ["/admin/login/?next=//evil.example/", "/admin/login/?next=https://evil.example/"])
def test_d2_the_admins_sign_in_leads_nobody_elsewhere(client, path):
    make_staff()
    there = client.get(path)["Location"]
    response = client.post(there, {"username": "ada", "password": PASSWORD})
    assertRedirects(response, "/my/", fetch_redirect_response=False)


def test_e7_who_is_locked_out_writes_nothing_whatever_names_they_try(monkeypatch):
    bounds = tuple(replace(each, most=2) if each.scope == ADDRESS else each for each in PASSWORD_BOUNDS)
    monkeypatch.setattr("labsite.signing_in.forms.PASSWORD_BOUNDS", bounds)
    assert [guess(f"name{number}", times=1) for number in range(3)] == [[200], [200], [429]]
    rows = Tries.objects.count()
    events = SignInEvent.objects.count()
    for number in range(20):
        assert guess(f"other{number}", times=1) == [429]
    assert (Tries.objects.count(), SignInEvent.objects.count()) == (rows, events)


def test_e7_the_table_of_tries_is_bounded_and_locks_stay(monkeypatch):
    monkeypatch.setattr(tries, "MOST_ROWS", 20)
    monkeypatch.setattr(tries, "EVERY", 10)
    guess(times=11)
    locked = Tries.objects.get(locked_until__isnull=False)
    for number in range(40):
        guess(f"name{number}", f"198.51.100.{number}", times=1)
    assert Tries.objects.count() < 20 + 2 * 10 + 3
    assert Tries.objects.filter(pk=locked.pk).exists()
