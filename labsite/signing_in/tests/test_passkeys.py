"""E13: passkeys, as a second factor and in place of a password. The authenticator is software of the tests."""

from __future__ import annotations

import json

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from labsite.signing_in import passkeys
from labsite.signing_in.models import AccountSession, Happening, Passkey, RecoveryCode, SignInEvent
from labsite.signing_in.tests.people import (
    ORIGIN,
    SoftAuthenticator,
    add_passkey,
    confirmed,
    is_in,
    make_staff,
    try_password,
)
from labsite.tests.members import make_account, sign_in

pytestmark = pytest.mark.django_db
QUESTION = "/login/passkey/question/"


def ask(client: Client, path: str = QUESTION) -> dict:
    response = client.post(path)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "private, no-store"
    return response.json()


def show(client: Client, answer: str, to: str = "/login/passkey/", **more: str) -> object:
    return client.post(to, {"credential": answer, **more})


@pytest.fixture(autouse=True)
def address(settings):
    """Browsers give passkeys to sites over https alone."""
    settings.SITE_URL = ORIGIN


@pytest.fixture
def ada():
    return make_account("ada")


def test_a_passkey_is_added_with_recovery_codes(ada):
    client = confirmed(ada)
    made = add_passkey(client)
    passkey = Passkey.objects.get()
    assert (passkey.account, passkey.name) == (ada, "my laptop")
    assert RecoveryCode.objects.count() == 10
    assertContains(client.get("/my/signing-in/"), "my laptop")
    assert made.handle and made.handle != str(ada.pk).encode(), "the handle tells nothing of the account"
    options = client.post("/my/signing-in/passkeys/question/").json()
    assert [each["id"] for each in options["excludeCredentials"]] == [passkey.credential_id]
    assert options["rp"]["id"] == "testserver"


def test_a_passkey_signs_in_without_name_and_password(ada):
    made = add_passkey(confirmed(ada))
    client = Client()
    options = ask(client)
    assert not options.get("allowCredentials"), "nothing tells which accounts there are"
    assert options["userVerification"] == "required"
    assertRedirects(show(client, made.show(options), next="/my/password/"), "/my/password/")
    assert is_in(client)
    assert SignInEvent.objects.filter(what=Happening.SIGNED_IN, means="passkey").count() == 1


def test_a_passkey_is_a_second_factor(ada):
    made = add_passkey(confirmed(ada))
    client = Client()
    assertRedirects(try_password(client), "/login/code/")
    assertContains(client.get("/login/code/"), "data-passkey")
    options = ask(client)
    assert [each["id"] for each in options["allowCredentials"]] == [Passkey.objects.get().credential_id]
    made.verified = False  # a key without finger or PIN is enough after a password
    assertRedirects(show(client, made.show(options), "/login/code/"), "/my/")
    assert is_in(client)


def test_a_key_that_was_not_unlocked_does_not_stand_for_a_password(ada):
    made = add_passkey(confirmed(ada))
    made.verified = False
    client = Client()
    assert show(client, made.show(ask(client))).status_code == 422
    assert not is_in(client)


def test_staff_satisfy_the_site_with_a_passkey(settings):
    settings.STAFF_SECOND_FACTOR = "required"
    client = confirmed(make_staff())
    assertRedirects(client.get("/admin/"), "/my/signing-in/")
    made = add_passkey(client)
    assert client.get("/admin/").status_code == 200
    other = Client()
    show(other, made.show(ask(other)))
    assert other.get("/admin/").status_code == 200


def test_an_answer_that_nobody_asked_for_leaves_no_trace():
    assert show(Client(), "{}").status_code == 422
    assert (SignInEvent.objects.count(), AccountSession.objects.count()) == (0, 0)


def test_an_answer_is_taken_once(ada):
    made = add_passkey(confirmed(ada))
    client = Client()
    answer = made.show(ask(client))
    assert show(client, answer).status_code == 302
    client.post("/logout/")
    assert show(client, answer).status_code == 422
    ask(client)
    assert show(client, answer).status_code == 422
    assert not is_in(client)


@pytest.mark.parametrize(
    "change", ["origin", "rp", "key", "handle", "identifier", "challenge", "other kind", "count", "closed", "late"]
)
def test_what_proves_nothing_lets_nobody_in(ada, change, monkeypatch):
    made, bo = add_passkey(confirmed(ada)), add_passkey(confirmed(make_account("bo")))
    client = Client()
    options = ask(client)
    if change == "origin":
        made.origin = "https://evil.example"
    elif change == "rp":
        made.rp = "evil.example"
    elif change in ("key", "handle", "identifier"):
        setattr(made, change, getattr(bo, change))
    elif change == "challenge":
        options["challenge"] = ask(Client())["challenge"]
    elif change == "count":
        made.uses = 0
    elif change == "closed":
        ada.is_active = False
        ada.save()
    elif change == "late":
        monkeypatch.setattr(passkeys, "SECONDS", -1)
    answer = made.make(options | {"user": {"id": ""}}) if change == "other kind" else made.show(options)
    response = show(client, answer)
    assertContains(response, "The passkey was not accepted.", status_code=422)
    assert not is_in(client)
    assert SignInEvent.objects.filter(what=Happening.WRONG_PASSKEY).exists()


def test_keys_that_do_not_count_go_on_working(ada):
    made = add_passkey(confirmed(ada), counts=False)
    for _round in range(2):
        client = Client()
        assert show(client, made.show(ask(client))).status_code == 302


def test_anothers_passkey_is_no_second_factor(ada):
    add_passkey(confirmed(ada))
    bo = add_passkey(confirmed(make_account("bo")))
    client = Client()
    try_password(client)
    assert show(client, bo.show(ask(client)), "/login/code/").status_code == 422
    assert not is_in(client)


@pytest.mark.parametrize(
    "answer",
    ["", "x", "[]", "null", "{}", '{"id": 1}', '{"rawId": "!!", "response": []}', "[" * 5000, "1" * 30_000,
     json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA"}}),
     json.dumps({"id": "AA", "rawId": "AA", "response": {"clientDataJSON": "e30", "attestationObject": "oA"}})],
)  # fmt: skip
def test_nonsense_is_refused_without_an_error(ada, answer):
    add_passkey(confirmed(ada))
    door = Client()
    ask(door)
    assert show(door, answer).status_code == 422
    second = Client()
    try_password(second)
    ask(second)
    assert show(second, answer, "/login/code/").status_code == 422
    bo = confirmed(make_account("bo"))
    bo.post("/my/signing-in/passkeys/question/")
    assert show(bo, answer, "/my/signing-in/passkeys/", name="x").status_code == 422
    assert Passkey.objects.count() == 1


@pytest.mark.parametrize("change", ["origin", "rp", "known", "asked of another", "not asked", "no name"])
def test_a_passkey_that_is_not_asked_for_is_not_added(ada, change):
    client = confirmed(ada)
    made = SoftAuthenticator()
    options = client.post("/my/signing-in/passkeys/question/").json()
    if change == "origin":
        made.origin = "https://evil.example"
    elif change == "rp":
        made.rp = "evil.example"
    elif change == "known":
        made.identifier = add_passkey(confirmed(make_account("bo"))).identifier
    answer = made.make(options)
    if change == "asked of another":
        client = confirmed(make_account("cy"))
    elif change == "not asked":
        client = confirmed(ada)
    response = client.post(
        "/my/signing-in/passkeys/", {"name": "" if change == "no name" else "x", "credential": answer}
    )
    assert response.status_code == 422
    assert not Passkey.objects.filter(account=ada).exists()


def test_members_remove_their_own_passkeys_alone(ada):
    client = confirmed(ada)
    add_passkey(client)
    bo = confirmed(make_account("bo"))
    own = Passkey.objects.get()
    bo.post(f"/my/signing-in/passkeys/{own.pk}/remove/")
    assert Passkey.objects.filter(pk=own.pk).exists()
    response = client.post(f"/my/signing-in/passkeys/{own.pk}/remove/", follow=True)
    assertContains(response, "A passkey was removed")
    assert not Passkey.objects.exists() and not RecoveryCode.objects.exists()
    assert SignInEvent.objects.filter(what=Happening.PASSKEY_REMOVED, account=ada).count() == 1


@pytest.mark.parametrize(
    ("origin", "can"),
    [("https://lab.example.org", True), ("http://localhost:8000", True), ("https://192.0.2.1", False),
     ("http://127.0.0.1:8000", False), ("http://[::1]", False), ("http://lab.example.org", False)],
)  # fmt: skip
def test_addresses_without_a_name_have_no_passkeys(settings, rf, origin, can):
    settings.SITE_URL = origin
    assert passkeys.can_have_passkeys(rf.get("/")) is can
    page = Client().get("/login/")
    (assertContains if can else assertNotContains)(page, "passkeys.js")


def test_nothing_shows_before_a_script_found_that_it_works():
    text = Client().get("/login/").content.decode()
    form = text.partition("data-passkey")[2].partition(">")[0]
    assert form.endswith(" hidden")
    assert "needs JavaScript" in text


def test_answers_hold_for_the_configured_address_alone(settings, ada):
    settings.SITE_URL = "https://lab.example.org"
    made = add_passkey(confirmed(ada), rp="lab.example.org", origin="https://lab.example.org")
    assert Passkey.objects.count() == 1
    client = Client()
    made.origin = "https://www.lab.example.org"
    assert show(client, made.show(ask(client))).status_code == 422
    made.origin = "https://lab.example.org"
    assert show(client, made.show(ask(client))).status_code == 302


def test_an_administrator_takes_passkeys_off_too(ada):
    add_passkey(confirmed(ada))
    call_command("remove_second_factor", "ada")
    assert not Passkey.objects.exists()
    assert try_password(Client()).url == "/my/"


def test_an_old_session_cannot_add_one(ada):
    response = sign_in(ada).post("/my/signing-in/passkeys/question/")
    assert response.status_code == 302 and "/my/confirm/" in response.url
