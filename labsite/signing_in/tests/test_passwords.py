"""E11, E12: what a password may be, and a new one by mail."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from labsite import environment
from labsite.signing_in.mail import send
from labsite.signing_in.models import SignInEvent
from labsite.signing_in.passwords import CONSONANTS, GROUPS, SYLLABLES, VOWELS, suggest_password
from labsite.signing_in.tests.people import confirmed, give_app, is_in, try_password
from labsite.tests.members import PASSWORD, make_account, make_own

pytestmark = pytest.mark.django_db
NEW = "harbour lantern quietly rowing"

GOOD = [
    NEW, "correct horse battery staple", "xxxJk2!mPq 9vLw", "密码是很长的一句话没有人知道它", "ünï cödé wörds tögéther",
    "nodigitsorsignsinthisone", "🦀🐙🐢🦑🐡 sea animals", "z9" + NEW * 2, NEW + "y" * 70,
]  # fmt: skip
BAD = [
    "", "short", "eleven char", "aaaaaaaaaaaa", "abcabcabcabc", "121212121212", "qwertyuiopas", "abcdefghijkl",
    "123456789012", "password1234", "Password2026!", "P@ssw0rd2026!!", "labsitelabsite", "labsite2026!!",
    "987654321098", "welcome-labsite1", "admin-password", "qwertyuiop[]", "iloveyou1234", "adalovelace9",
    "Ada-Lovelace-2026",
    "secret\x00 words and more", "x y z" * 300, "a b c d e f g h i j",
]  # fmt: skip


@pytest.mark.parametrize("password", GOOD)
def test_e12_length_is_enough(password):
    validate_password(password, make_account("adalovelace"))


@pytest.mark.parametrize("password", BAD)
def test_e12_what_everybody_would_try_is_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password, make_account("adalovelace"))


@pytest.mark.parametrize("length", [64, 128, 1000])
def test_e12_long_ones_are_kept_whole(length):
    words = (NEW + " and then the river bends again towards ") * 20
    password = words[: length - 1] + "!"
    client = confirmed(make_own().user)
    data = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
    assertRedirects(client.post("/my/password/", data), "/my/")
    assert try_password(Client(), "ada", password).status_code == 302
    assert try_password(Client(), "ada", password[:-1]).status_code == 200


def test_e12_fifteen_are_suggested_without_a_script_and_pasting_is_free():
    assert any("15 or more are better" in text for text in password_validators_help_texts())
    client = confirmed(make_own().user)
    page = client.get("/my/password/")
    assertContains(page, "15 or more are better")
    assertContains(page, 'autocomplete="new-password"', count=2)
    assertContains(page, 'autocomplete="current-password"')
    form = page.content.decode().partition('<form method="post" class="card')[2].partition("</form>")[0]
    assert "new_password2" in form
    assert [word for word in ("onpaste", "maxlength", "pattern=", "<script", "<ul") if word in form] == []
    found = re.search(r'<code translate="no">([a-z-]+)</code>', page.content.decode())[1]
    validate_password(found)
    assert found not in client.get("/my/password/").content.decode()


def test_suggestions_are_strong_and_pass():
    assert GROUPS * SYLLABLES * math.log2(len(CONSONANTS) * len(VOWELS)) > 70
    made = {suggest_password() for _number in range(50)}
    assert len(made) == 50
    for password in made:
        validate_password(password)


def test_a_refused_password_says_what_is_better():
    client = confirmed(make_own().user)
    data = {"old_password": PASSWORD, "new_password1": "abcabcabcabc", "new_password2": "abcabcabcabc"}
    assertContains(client.post("/my/password/", data), "Four or five words that do not belong together are better.")


def test_the_old_password_is_guessed_ten_times_at_most():
    client = confirmed(make_own().user)
    data = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
    assert [client.post("/my/password/", data).status_code for _number in range(11)] == [200] * 10 + [429]
    assert client.post("/my/password/", data | {"old_password": PASSWORD}).status_code == 429


# E11: by mail


@pytest.fixture
def with_mail(settings):
    settings.MAIL_IS_CONFIGURED = True
    settings.SITE_URL = "https://lab.example.org"


def ask(email: str, **more: str) -> object:
    return Client(**more).post("/login/forgotten/", {"email": email})


def link_of(letter: object) -> str:
    """The path of the link in a letter, which begins with the configured address."""
    return re.search(r"^https://lab\.example\.org(/login/new/\S+)$", letter.body, re.MULTILINE)[1]


@pytest.fixture
def letter(with_mail):
    make_account("ada", email="ada@example.org")
    signed_in = confirmed_client()  # before: signing in spends a link
    assertRedirects(ask("Ada@example.org"), "/login/forgotten/sent/")
    letter = mail.outbox.pop()
    letter.signed_in = signed_in
    return letter


def set_password(link: str, client: Client | None = None) -> object:
    client = client or Client()
    response = client.get(link, follow=True)
    return client.post(response.request["PATH_INFO"], {"new_password1": NEW, "new_password2": NEW})


def test_e11_a_link_sets_a_password_once(letter):
    link = link_of(letter)
    assertRedirects(set_password(link), "/login/")
    assert try_password(Client(), "ada", NEW).status_code == 302
    assert try_password(Client(), "ada", PASSWORD).status_code == 200
    assertRedirects(letter.signed_in.get("/my/password/"), "/login/?next=/my/password/")
    assertContains(Client().get(link), "This link was used already")
    assert set_password(link).status_code == 200
    assert letter.to == ["ada@example.org"]


def confirmed_client() -> Client:
    client = Client()
    client.login(username="ada", password=PASSWORD)
    return client


def test_e11_a_link_that_was_opened_works_no_more_after_another_was_used(letter):
    link = link_of(letter)
    waiting = Client()
    path = waiting.get(link, follow=True).request["PATH_INFO"]
    set_password(link)
    response = waiting.post(path, {"new_password1": NEW + "x", "new_password2": NEW + "x"})
    assertContains(response, "This link was used already")


@pytest.mark.parametrize(("minutes", "works"), [(59, True), (61, False)])
def test_e11_a_link_works_for_an_hour(letter, monkeypatch, minutes, works):
    later = datetime.now() + timedelta(minutes=minutes)  # noqa: DTZ005 - as the generator's own clock
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: later)
    assert (set_password(link_of(letter)).status_code == 302) is works


def test_e11_the_token_leaves_the_address_and_no_referrer_goes_out(letter):
    link = link_of(letter)
    token = link.rstrip("/").rpartition("/")[2]
    client = Client()
    first = client.get(link)
    assert first.status_code == 302 and token not in first.url
    second = client.get(first.url)
    for response in (first, second):
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "private, no-store"
    assert token not in second.content.decode()


def test_d1_the_link_names_the_configured_address_whatever_the_visitor_used(settings, with_mail):
    settings.ALLOWED_HOSTS = ["*"]
    make_account("ada", email="ada@example.org")
    ask("ada@example.org", HTTP_HOST="evil.example", HTTP_X_FORWARDED_HOST="evil.example")
    assert "evil" not in mail.outbox[0].body
    assert link_of(mail.outbox[0])


def test_known_unknown_and_closed_are_answered_alike(with_mail):
    make_account("ada", email="ada@example.org")
    make_account("closed", email="closed@example.org", is_active=False)
    sso = make_account("sso", email="sso@example.org")
    sso.set_unusable_password()
    sso.save()
    answers = set()
    for email in ("ada@example.org", "nobody@example.org", "closed@example.org", "sso@example.org"):
        response = ask(email)
        answers.add((response.status_code, response["Location"]))
    assert answers == {(302, "/login/forgotten/sent/")}
    assert [each.to for each in mail.outbox] == [["ada@example.org"]]
    assertContains(Client().get("/login/forgotten/sent/"), "within 60 minutes")


def test_nobody_floods_a_mailbox(with_mail):
    make_account("ada", email="ada@example.org")
    for number in range(6):
        assert ask("ada@example.org", REMOTE_ADDR=f"203.0.{number}.1").status_code == 302
    assert len(mail.outbox) == 3


def test_a_link_lets_nobody_by_the_second_factor(letter):
    account = confirmed_account()
    give_app(account)
    set_password(link_of(letter))
    client = Client()
    assertRedirects(try_password(client, "ada", NEW), "/login/code/")
    assert not is_in(client)


def confirmed_account() -> object:
    return SignInEvent.objects.filter(account__username="ada").first().account


@pytest.mark.parametrize(
    "key",
    ["1/set-password", "zz/x-y", "ffffffffffffffffffff/a-b", "-/a"],
)
def test_links_that_are_none_say_so(client, key):
    assertContains(client.get(f"/login/new/{key}/"), "This link was used already, is too old, or is not whole.")


def test_without_mail_the_page_says_whom_to_ask(client):
    make_account("ada", email="ada@example.org")
    assertNotContains(client.get("/login/"), "/login/forgotten/")
    assertContains(client.get("/login/forgotten/"), "Ask one of its editors for a new password.")
    assertContains(client.post("/login/forgotten/", {"email": "ada@example.org"}), "Ask one of its editors")
    assert mail.outbox == []


def test_the_owner_is_told_of_a_new_password(with_mail):
    account = make_account("ada", email="ada@example.org")
    client = confirmed(account)
    data = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    client.post("/my/password/", data)
    assert "Your password was changed." in mail.outbox[0].body
    assert NEW not in mail.outbox[0].body


def test_mail_that_cannot_be_sent_is_logged_without_its_address(settings, letter, caplog, monkeypatch):
    def fail(self: object, *args: object) -> None:
        raise OSError("no route to ada@example.org")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", fail)
    monkeypatch.setattr("labsite.signing_in.mail.logger.propagate", True)
    send(letter)
    assert "EMAIL_URL" in caplog.text and "ada" not in caplog.text


def test_e14_there_is_no_account_from_the_start():
    assert not SignInEvent.objects.exists()
    fixtures = Path(site_settings.BASE_DIR) / "fixtures"
    assert not [path.name for path in fixtures.glob("*.json") if '"auth.user"' in path.read_text(encoding="utf-8")]


# EMAIL_URL


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://me:p%40ss@mail.example.org", ("mail.example.org", 587, "me", "p@ss", True, False)),
        ("smtps://me:x@mail.example.org", ("mail.example.org", 465, "me", "x", False, True)),
        ("smtp://localhost", ("localhost", 25, "", "", False, False)),
        ("smtp://mail.example.org:2525", ("mail.example.org", 2525, "", "", True, False)),
    ],
)
def test_mail_is_read_from_one_variable(monkeypatch, url, expected):
    monkeypatch.setenv("EMAIL_URL", url)
    monkeypatch.setenv("SITE_URL", "https://lab.example.org")
    found = environment.read_mail()
    names = ("host", "port", "user", "password", "starttls", "tls")
    assert tuple(found[name] for name in names) == expected


@pytest.mark.parametrize(
    "url", ["mail.example.org", "http://x", "smtp://", "smtp://h:port", "smtp://h/path", "smtp://h?x=1"]
)
def test_a_wrong_mail_address_names_the_variable(monkeypatch, url):
    monkeypatch.setenv("EMAIL_URL", url)
    monkeypatch.setenv("SITE_URL", "https://lab.example.org")
    with pytest.raises(ImproperlyConfigured, match="^EMAIL_URL cannot be read: use 'smtp://"):
        environment.read_mail()


def test_mail_needs_the_sites_address(monkeypatch):
    monkeypatch.setenv("EMAIL_URL", "console")
    monkeypatch.delenv("SITE_URL", raising=False)
    with pytest.raises(ImproperlyConfigured, match="SITE_URL is not"):
        environment.read_mail()
    monkeypatch.setenv("SITE_URL", "https://lab.example.org")
    assert environment.read_mail() == {"backend": "django.core.mail.backends.console.EmailBackend"}
    monkeypatch.delenv("EMAIL_URL")
    assert environment.read_mail() is None
