"""E13: authenticator apps and recovery codes; whom they are asked of; what staff must have."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pyotp
import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from labsite.signing_in.entering import CONFIRMED, WAIT_SECONDS, WAITING
from labsite.signing_in.models import AccountSession, AuthenticatorApp, Happening, RecoveryCode, SignInEvent, Tries
from labsite.signing_in.sealing import CannotOpen, open_sealed, seal
from labsite.signing_in.second_factor import (
    SECONDS,
    address_for_app,
    make_recovery_codes,
    make_secret,
    picture_of,
    step_of,
    take_app_code,
    take_recovery_code,
)
from labsite.signing_in.tests.people import confirmed, give_app, is_in, make_staff, next_step, try_password
from labsite.tests.members import PASSWORD, make_account, make_own, sign_in
from people.models import Person

pytestmark = pytest.mark.django_db
NOW = 1_700_000_000.0
# RFC 6238, appendix B (SHA-1), the last six of their eight digits.
VECTORS = [
    (59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037"),
    (20000000000, "353130"),
]  # fmt: skip
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def at_the_door(account: object, **more: str) -> Client:
    """A browser whose password was right."""
    client = Client()
    response = try_password(client, account.get_username(), **more)
    assertRedirects(response, "/login/code/")
    return client


def give_code(client: Client, code: str) -> object:
    return client.post("/login/code/", {"code": code})


@pytest.mark.parametrize(("now", "code"), VECTORS)
def test_codes_are_those_of_the_standard(now, code):
    assert step_of(RFC_SECRET, code, float(now)) == now // SECONDS
    assert step_of(RFC_SECRET, f" {code[:3]} {code[3:]} ", float(now)) == now // SECONDS


@pytest.mark.parametrize(("steps", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_wrong_by_one_step(steps, is_right):
    code = pyotp.TOTP(RFC_SECRET).at(int(NOW) + steps * SECONDS)
    assert (step_of(RFC_SECRET, code, NOW) is not None) is is_right


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "12 34", "١٢٣٤٥٦x", "\x00" * 6, "-12345"])
def test_what_is_no_code_is_wrong(code):
    assert step_of(RFC_SECRET, code, NOW) is None


def test_full_width_digits_are_digits():
    code = pyotp.TOTP(RFC_SECRET).at(int(NOW))
    wide = "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in code)
    assert step_of(RFC_SECRET, wide, NOW) == int(NOW) // SECONDS


def test_e13_a_code_is_taken_once():
    account = make_account("ada")
    app = give_app(account)
    code = app.at(int(NOW))
    assert take_app_code(account, code, NOW)
    assert not take_app_code(account, code, NOW)
    assert not take_app_code(account, app.at(int(NOW) - SECONDS), NOW), "nor an older one after it"
    assert take_app_code(account, app.at(int(NOW) + SECONDS), NOW)


def test_recovery_codes_work_once_each_and_only_the_last_ten():
    ada, bo = make_account("ada"), make_account("bo")
    old = make_recovery_codes(ada)
    codes = make_recovery_codes(ada)
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", code) for code in codes)
    assert not take_recovery_code(ada, old[0])
    assert not take_recovery_code(bo, codes[0])
    assert take_recovery_code(ada, codes[0].upper().replace("-", " "))
    assert not take_recovery_code(ada, codes[0])
    assert take_recovery_code(ada, codes[1])
    stored = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert not any(code.replace("-", "") in stored for code in codes)


def test_a_stored_secret_is_sealed_with_the_sites_key(settings):
    secret = make_secret()
    sealed = seal(secret)
    assert secret not in sealed
    assert open_sealed(sealed) == secret
    first = settings.SECRET_KEY
    settings.SECRET_KEY = "another" * 10
    with pytest.raises(CannotOpen):
        open_sealed(sealed)
    settings.SECRET_KEY_FALLBACKS = [first]
    assert open_sealed(sealed) == secret


def test_a_secret_of_another_key_is_a_wrong_code_not_an_error(settings):
    account = make_account("ada")
    app = give_app(account)
    codes = make_recovery_codes(account)
    settings.SECRET_KEY = "another" * 10
    client = at_the_door(account)
    assert give_code(client, app.now()).status_code == 422
    assertRedirects(give_code(client, codes[0]), "/my/")


def test_the_picture_says_the_address_without_styles():
    address = address_for_app("ABC", "ada:x", "Lab: one & two")
    assert address == "otpauth://totp/Lab%20%20one%20%26%20two:ada%20x?secret=ABC&issuer=Lab%20%20one%20%26%20two"
    picture = picture_of(address)
    assert picture.startswith('<svg aria-hidden="true"') and "style" not in picture


# Signing in


def test_e13_the_password_alone_lets_nobody_in():
    person = make_own()
    app = give_app(person.user)
    client = at_the_door(person.user, headers={"user-agent": "Firefox/1"})
    assert not is_in(client)
    assertRedirects(client.get("/my/"), "/login/?next=/my/")
    response = client.get("/login/code/")
    assertContains(response, 'autocomplete="one-time-code"')
    assert response.headers["Cache-Control"] == "private, no-store"
    assert give_code(client, "000000").status_code == 422
    assert not is_in(client)
    assertRedirects(give_code(client, app.now()), "/my/")
    assert is_in(client)
    events = SignInEvent.objects.exclude(what=Happening.PASSWORD_SET).order_by("pk").values_list("what", "means")
    assert list(events) == [("wrong code", ""), ("signed in", "password, app")]


def test_the_way_goes_on_where_it_was_going():
    account = make_staff()
    app = give_app(account)
    client = Client()
    client.post("/login/", {"username": "ada", "password": PASSWORD, "next": "/admin/"})
    assertRedirects(give_code(client, app.now()), "/admin/")


def test_a_recovery_code_lets_in_once():
    account = make_account("ada")
    give_app(account)
    codes = make_recovery_codes(account)
    assertRedirects(give_code(at_the_door(account), codes[3]), "/my/")
    assert give_code(at_the_door(account), codes[3]).status_code == 422
    assert SignInEvent.objects.filter(what=Happening.CODE_USED).count() == 1


def test_codes_cannot_be_guessed():
    account = make_account("ada")
    app = give_app(account)
    client = at_the_door(account)
    assert [give_code(client, "000000").status_code for _number in range(6)] == [422] * 5 + [429]
    response = give_code(client, app.now())
    assert response.status_code == 429
    assert not is_in(client)
    assertContains(response, "Too many tries", status_code=429)
    Tries.objects.all().delete()
    assertRedirects(give_code(client, app.now()), "/my/")


@pytest.mark.parametrize("case", ["too late", "new password", "closed", "broken"])
def test_the_second_step_waits_for_one_person_for_five_minutes(case):
    account = make_account("ada")
    app = give_app(account)
    client = at_the_door(account)
    session = client.session
    if case == "too late":
        session[WAITING] = session[WAITING] | {"at": session[WAITING]["at"] - WAIT_SECONDS - 1}
    elif case == "broken":
        session[WAITING] = "nonsense"
    elif case == "closed":
        account.is_active = False
        account.save()
    else:
        account.set_password("something else entirely")
        account.save()
    session.save()
    assertRedirects(give_code(client, app.now()), "/login/")
    assert not is_in(client)


def test_without_a_password_there_is_no_second_step(client):
    assertRedirects(client.get("/login/code/"), "/login/")
    assertRedirects(give_code(client, "123456"), "/login/")


def test_whoever_was_signed_in_is_not_while_another_waits():
    give_app(make_account("ada"))
    client = sign_in(make_account("bo"))
    try_password(client, "ada")
    assert not is_in(client)


# Setting one up


def add_app(client: Client) -> tuple[pyotp.TOTP, object]:
    page = client.get("/my/signing-in/app/")
    app = pyotp.TOTP(page.context["secret"].replace(" ", ""))
    return app, client.post("/my/signing-in/app/", {"code": app.now()})


def test_a_member_adds_an_app_and_is_asked_for_it_next_time(settings):
    settings.MAIL_IS_CONFIGURED = True
    person = make_own()
    person.user.email = "ada@example.org"
    person.user.save()
    client, other = confirmed(person.user), confirmed(person.user)
    before = client.session.session_key
    app, response = add_app(client)
    codes = re.findall(r"<code translate=\"no\">([a-z2-7-]{19})</code>", response.content.decode())
    assert len(codes) == 10
    assert client.session.session_key != before
    assert is_in(client)
    assertRedirects(other.get("/my/"), "/login/?next=/my/")
    assert SignInEvent.objects.filter(what=Happening.APP_ADDED, account=person.user).count() == 1
    assert [letter.to for letter in mail.outbox] == [["ada@example.org"]]
    assertContains(client.get("/my/signing-in/"), "10 codes are left.")
    door = at_the_door(person.user)
    assert give_code(door, app.now()).status_code == 422, "the code that set it up is used"
    next_step(person.user)
    assertRedirects(give_code(door, app.now()), "/my/")
    assert app.secret not in AuthenticatorApp.objects.get().secret


def test_an_app_that_shows_something_else_is_not_added():
    client = confirmed(make_account("ada"))
    secret = client.get("/my/signing-in/app/").context["secret"]
    response = client.post("/my/signing-in/app/", {"code": "000000"})
    assertContains(response, "Is the clock of the phone right?", status_code=422)
    assert response.context["secret"] == secret
    assert not AuthenticatorApp.objects.exists()


def test_a_secret_comes_from_this_site_alone():
    """Nobody sets up an app with a secret that somebody else chose."""
    client = confirmed(make_account("ada"))
    secret = make_secret()
    client.post("/my/signing-in/app/", {"code": pyotp.TOTP(secret).now(), "secret": secret})
    assert not AuthenticatorApp.objects.exists()


def test_removing_the_last_factor_removes_the_codes():
    account = make_account("ada")
    client = confirmed(account)
    add_app(client)
    assertContains(client.post("/my/signing-in/app/remove/", follow=True), "The authenticator app was removed")
    assert not RecoveryCode.objects.exists()
    assert try_password(Client()).url == "/my/"


def test_new_codes_replace_the_old():
    account = make_account("ada")
    client = confirmed(account)
    assertRedirects(client.post("/my/signing-in/codes/"), "/my/signing-in/")
    add_app(client)
    old = set(RecoveryCode.objects.values_list("digest", flat=True))
    assertContains(client.post("/my/signing-in/codes/"), "They are shown only now.")
    assert old.isdisjoint(RecoveryCode.objects.values_list("digest", flat=True))
    assert RecoveryCode.objects.count() == 10


LOCKS = [
    "/my/signing-in/app/", "/my/signing-in/app/remove/", "/my/signing-in/codes/", "/my/signing-in/passkeys/",
    "/my/signing-in/passkeys/question/", "/my/signing-in/passkeys/1/remove/", "/my/signing-in/link/",
    "/my/signing-in/unlink/",
]  # fmt: skip


@pytest.mark.parametrize("path", LOCKS)
def test_locks_are_changed_by_who_proved_to_be_there(path):
    account = make_account("ada")
    give_app(account)
    client = sign_in(account)
    response = client.post(path)
    assert response.status_code == 302 and response.url.startswith("/my/confirm/?next=")
    assert client.post("/my/confirm/", {"password": "wrong"}).status_code == 422
    response = client.post("/my/confirm/", {"password": PASSWORD, "next": "//evil.example"})
    assertRedirects(response, "/my/signing-in/")
    assert not client.post(path).headers.get("Location", "").startswith("/my/confirm/")


def test_a_proof_is_good_for_a_quarter_of_an_hour():
    client = confirmed(make_account("ada"))
    assert client.get("/my/signing-in/app/").status_code == 200
    session = client.session
    session[CONFIRMED] = int(time.time()) - timedelta(minutes=15).seconds
    session.save()
    assertRedirects(client.get("/my/signing-in/app/"), "/my/confirm/?next=%2Fmy%2Fsigning-in%2Fapp%2F")


def test_proving_is_bounded_like_signing_in():
    client = sign_in(make_account("ada"))
    statuses = [client.post("/my/confirm/", {"password": "wrong"}).status_code for _number in range(11)]
    assert statuses == [422] * 10 + [429]
    assert client.post("/my/confirm/", {"password": PASSWORD}).status_code == 429


@pytest.mark.parametrize("path", [*LOCKS, "/my/signing-in/", "/my/confirm/", "/my/signing-in/sessions/end/"])
def test_strangers_are_asked_to_sign_in(client, path):
    for method in ("get", "post"):
        response = getattr(client, method)(path)
        assert response.status_code == 405 or response.url == f"/login/?next={path}"
        assert response.headers["Cache-Control"] == "private, no-store"


def test_the_page_costs_the_same_for_many_sessions(django_assert_num_queries):
    account = make_account("ada")
    client = sign_in(account)
    client.get("/my/signing-in/")
    # session, account; sessions, passkeys, app, codes; person; frame
    with django_assert_num_queries(8):
        client.get("/my/signing-in/")
    for _number in range(6):
        sign_in(account)
    assert AccountSession.objects.filter(account=account).count() == 7
    with django_assert_num_queries(8):
        client.get("/my/signing-in/")


# Staff must have one


@pytest.fixture
def required(settings):
    settings.STAFF_SECOND_FACTOR = "required"


@pytest.mark.parametrize(
    "path", ["/admin/", "/", "/people/", "/my/", "/my/data/", "/my/password/", "/zh-hans/admin/", "/report/"]
)
def test_e13_staff_reach_nothing_before_they_have_a_second_factor(required, path):
    client = confirmed(make_staff())
    for response in (client.get(path), client.post(path, {})):
        assert response.status_code == 302
        assert response.url.endswith("/my/signing-in/")
    assertContains(client.get("/my/signing-in/"), '<li class="banner banner-warning">', 2)  # in either language


def test_e13_staff_set_one_up_and_go_on(required):
    client = confirmed(make_staff())
    app, response = add_app(client)
    assertContains(response, "They are shown only now.")
    assert client.get("/admin/").status_code == 200
    response = client.post("/my/signing-in/app/remove/", follow=True)
    assertContains(response, "add another one before")
    assert AuthenticatorApp.objects.exists()
    assert client.post("/logout/").status_code == 302


def test_e13_a_session_from_before_is_not_enough(required):
    account = make_staff()
    old = sign_in(account)
    app = give_app(account)
    assertRedirects(old.get("/admin/"), "/login/?next=/admin/")
    assert not is_in(old)
    client = at_the_door(account)
    give_code(client, app.now())
    assert client.get("/admin/").status_code == 200


def test_e13_who_becomes_staff_is_asked_at_once(required):
    account = make_account("ada")
    client = sign_in(account)
    assert client.get("/people/").status_code == 200
    account.is_staff = True
    account.save()
    assertRedirects(client.get("/people/"), "/my/signing-in/")


def test_members_and_visitors_are_not_asked(required, client):
    assert client.get("/people/").status_code == 200
    assert sign_in(make_own().user).get("/my/").status_code == 200


def test_it_costs_no_query_after_a_strong_sign_in(settings):
    account = make_staff()
    app = give_app(account)
    client = at_the_door(account)
    give_code(client, app.now())
    assert is_in(client)
    counts = []
    for word in ("optional", "required", "optional"):
        settings.STAFF_SECOND_FACTOR = word
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/my/password/").status_code == 200
        counts.append(len(queries))
    assert counts[1] == counts[2]


def test_optional_asks_staff_who_have_one_and_nobody_else():
    assert confirmed(make_staff("bo")).get("/admin/").status_code == 200
    account = make_staff()
    give_app(account)
    assert not is_in(at_the_door(account))


# Lost everything


def test_command_takes_the_second_factor_off(capsys):
    account = make_account("ada")
    give_app(account)
    client = sign_in(account)
    call_command("remove_second_factor", "ada")
    call_command("remove_second_factor", "ada")
    assert "Removed." in (said := capsys.readouterr().out) and "It had none." in said
    assertRedirects(client.get("/my/"), "/login/?next=/my/")
    assert try_password(Client()).url == "/my/"
    assert SignInEvent.objects.filter(what=Happening.FACTORS_REMOVED).count() == 1


def test_superusers_take_it_off_in_the_admin_and_nobody_else():
    account = make_staff()
    give_app(account)
    address, act = reverse("admin:auth_user_changelist"), {"action": "remove_second_factors"}
    chosen = act | {"_selected_action": [account.pk]}
    manager = make_account("manager", is_staff=True)
    manager.user_permissions.set(_permissions("change_user", "view_user"))
    sign_in(manager).post(address, chosen)
    assert AuthenticatorApp.objects.exists()
    root = sign_in(make_account("root", is_staff=True, is_superuser=True))
    response = root.post(address, chosen, follow=True)
    assertContains(response, "1 account signs in with its password alone now.")
    assert not AuthenticatorApp.objects.exists()
    assertNotContains(sign_in(manager).get(address), "remove_second_factors")


def _permissions(*names: str) -> object:
    permission = Person._meta.apps.get_model("auth", "Permission")
    return permission.objects.filter(codename__in=names)
