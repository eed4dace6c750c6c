"""Sign-in at another server: whom it lets in, and all that proves nothing. The server is one of the tests' own."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from labsite import environment
from labsite.signing_in import single_sign_on
from labsite.signing_in.models import AccountSession, Happening, OutsideIdentity, SignInEvent, Tries
from labsite.signing_in.tests.people import confirmed, give_app, is_in, make_staff
from labsite.signing_in.tests.provider import CLIENT, SECRET, Provider, serve_provider
from labsite.signing_in.tries import BEGINNING_BOUNDS
from labsite.tests.members import make_account, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[Provider]:
    with serve_provider() as provider:
        yield provider


@pytest.fixture
def provider(server, settings) -> Provider:
    server.__init__(int(server.issuer.rpartition(":")[2]))
    settings.OIDC = {
        "server": server.issuer, "client_id": CLIENT, "client_secret": SECRET, "name": "Example University",
    }  # fmt: skip
    single_sign_on.forget_servers()
    return server


@pytest.fixture
def ada():
    return make_account("ada", email="ada@example.org")


def leave(client: Client, path: str = "/login/with/", **data: str) -> str:
    """Presses the button; gives the address at the other server."""
    response = client.post(path, data)
    assert response.status_code == 200, response
    return html.unescape(re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', response.content.decode())[1])


def return_from(provider: Provider, client: Client, **data: str) -> object:
    return client.get(provider.authorize(leave(client, **data)))


def test_a_verified_e_mail_signs_its_account_in(provider, ada):
    client = Client()
    assertContains(client.get("/login/"), "Sign in with Example University")
    assertRedirects(return_from(provider, client, next="/my/password/"), "/my/password/")
    assert client.session["_auth_user_id"] == str(ada.pk)
    identity = OutsideIdentity.objects.get()
    assert (identity.account, identity.issuer, identity.subject) == (ada, provider.issuer, "248289761001")
    assert SignInEvent.objects.filter(account=ada, what=Happening.SIGNED_IN, means="other server").count() == 1


def test_the_owner_is_told_when_the_account_is_linked_by_its_e_mail_and_not_again(provider, ada, settings, mailoutbox):
    settings.MAIL_IS_CONFIGURED = True
    for _ in range(2):
        return_from(provider, Client())
    assert SignInEvent.objects.filter(account=ada, what=Happening.LINKED).count() == 1
    assert ["was linked with Example University" in mail.body for mail in mailoutbox] == [True]


def test_afterwards_the_subject_counts_whatever_the_e_mail_is(provider, ada):
    return_from(provider, Client())
    other = make_account("bo", email="new@example.org")
    provider.claims["email"] = "new@example.org"
    client = Client()
    return_from(provider, client)
    assert client.session["_auth_user_id"] == str(ada.pk) != str(other.pk)


def test_the_page_leads_there_without_a_script_or_a_redirect_of_a_form(provider, ada):
    response = Client().post("/login/with/")
    assert response.status_code == 200
    assertContains(response, 'http-equiv="refresh"')
    assertContains(response, f'class="button" href="{provider.issuer}/authorize?')
    assert response.headers["Cache-Control"] == "private, no-store"
    assertNotContains(response, "<script")


@pytest.mark.parametrize("verified", [False, None, "true", 1, "yes"])
def test_an_e_mail_that_is_not_verified_takes_no_account_over(provider, ada, verified):
    provider.claims["email_verified"] = verified
    client = Client()
    response = return_from(provider, client)
    assertContains(response, "no account of this site has your verified e-mail", status_code=403)
    assert not is_in(client) and not OutsideIdentity.objects.exists()


def test_no_account_is_made(provider, ada):
    provider.claims |= {"email": "stranger@example.org", "groups": ["staff"], "is_staff": True}
    client = Client()
    assert return_from(provider, client).status_code == 403
    assert get_user_model().objects.count() == 1
    assert not is_in(client)


@pytest.mark.parametrize("case", ["two accounts", "closed", "linked with another", "letters that look alike", "none"])
def test_an_e_mail_has_to_mean_one_open_account(provider, ada, case):
    if case == "two accounts":
        make_account("bo", email="ADA@example.org")
    elif case == "closed":
        get_user_model().objects.update(is_active=False)
    elif case == "linked with another":
        return_from(provider, Client())
        provider.claims["sub"] = "who got the address later"
    elif case == "letters that look alike":
        provider.claims["email"] = "аda@example.org"  # Cyrillic
    else:
        get_user_model().objects.update(email="")
        provider.claims["email"] = ""
    client = Client()
    assert return_from(provider, client).status_code == 403
    assert not is_in(client)


def test_a_linked_account_that_is_closed_stays_out(provider, ada):
    return_from(provider, Client())
    get_user_model().objects.update(is_active=False)
    client = Client()
    assert return_from(provider, client).status_code == 403
    assert not is_in(client)


def test_the_second_factor_is_asked_for_all_the_same(provider, ada):
    app = give_app(ada)
    client = Client()
    assertRedirects(return_from(provider, client), "/login/code/")
    assert not is_in(client)
    assertRedirects(client.post("/login/code/", {"code": app.now()}), "/my/")
    assert SignInEvent.objects.filter(means="other server, app").count() == 1


def test_staff_need_their_second_factor_here(provider, settings):
    settings.STAFF_SECOND_FACTOR = "required"
    make_staff(email="ada@example.org")
    client = Client()
    return_from(provider, client)
    assertRedirects(client.get("/admin/"), "/my/signing-in/")


def test_the_password_goes_on_working(provider, ada):
    return_from(provider, Client())
    assert is_in(confirmed(ada))


LIES = {
    "another nonce": {"nonce": "x"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "another site"},
    "two audiences": {"aud": [CLIENT, "another site"]},
    "another party": {"aud": [CLIENT, "another site"], "azp": "another site"},
    "another issuer": {"iss": "https://evil.example"},
    "too late": {"exp": int(time.time()) - 3600},
    "from the future": {"iat": int(time.time()) + 3600},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a long subject": {"sub": "x" * 256},
    "no end": {"exp": None},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_says_something_wrong_is_refused(provider, ada, lie):
    provider.lies = LIES[lie]
    client = Client()
    assertContains(return_from(provider, client), "did not work out", status_code=422)
    assert not is_in(client)
    assert SignInEvent.objects.filter(what=Happening.REFUSED_ELSEWHERE).count() == 1


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_without_a_signature_of_the_server_is_refused(provider, ada, algorithm):
    provider.algorithm = algorithm
    client = Client()
    assert return_from(provider, client).status_code == 422
    assert not is_in(client)


def test_a_token_signed_by_a_stranger_is_refused(provider, ada):
    provider.rotate()
    provider.kid, provider.published = "one", [(provider.published[0][0], "other")]
    client = Client()
    assert return_from(provider, client).status_code == 422
    assert not is_in(client)


def test_new_keys_of_the_server_are_found(provider, ada, monkeypatch):
    return_from(provider, Client())
    provider.rotate()
    started = time.monotonic()
    monkeypatch.setattr(single_sign_on.time, "monotonic", lambda: started + 61)
    client = Client()
    return_from(provider, client)
    assert is_in(client)
    assert provider.asked.count("/keys") == 2
    assert provider.asked.count("/.well-known/openid-configuration") == 1


@pytest.mark.parametrize(
    "case", ["another state", "no state", "no code", "error", "another browser", "twice", "issuer", "late"]
)
def test_an_answer_has_to_belong_to_a_question(provider, ada, case, monkeypatch):
    client = Client()
    back = provider.authorize(leave(client))
    if case == "another state":
        back = re.sub(r"state=[^&]+", "state=x", back)
    elif case == "no state":
        back = re.sub(r"&state=[^&]+", "", back)
    elif case == "no code":
        back = back.replace("code=", "coda=")
    elif case == "error":
        back += "&error=access_denied"
    elif case == "another browser":
        client = Client()
        leave(client)
    elif case == "twice":
        client.get(back)
        client.post("/logout/")
    elif case == "issuer":
        back += "&iss=https://evil.example"
    else:
        monkeypatch.setattr(single_sign_on, "STATE_SECONDS", -1)
    assert client.get(back).status_code == 422
    assert not is_in(client)


def test_a_stranger_who_was_not_sent_leaves_no_trace(provider):
    for _number in range(3):
        assert Client().get("/login/with/back/?state=x&code=y").status_code == 422
    assert (SignInEvent.objects.count(), AccountSession.objects.count(), Tries.objects.count()) == (0, 0, 0)


def test_beginning_is_bounded_for_each_address(provider, monkeypatch):
    few = (replace(BEGINNING_BOUNDS[0], most=3),)
    monkeypatch.setattr("labsite.signing_in.tries.BEGINNING_BOUNDS", few)
    answers = [Client().post("/login/with/") for _number in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 3 + [429] * 2
    assertContains(answers[-1], "Too many tries", status_code=429)
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3600
    assert AccountSession.objects.count() == 3
    assert Client(REMOTE_ADDR="192.0.2.4").post("/login/with/").status_code == 200
    assert Client().post("/login/passkey/question/").status_code == 429
    assert AccountSession.objects.count() == 4


def test_a_code_is_bound_to_the_browser_that_asked(provider, ada):
    """A stranger's code in our browser's answer is worth nothing: its verifier is another (PKCE)."""
    stranger, client = Client(), Client()
    stolen = re.search(r"code=([^&]+)", provider.authorize(leave(stranger)))[1]
    back = re.sub(r"code=[^&]+", f"code={stolen}", provider.authorize(leave(client)))
    assert client.get(back).status_code == 422
    assert not is_in(client)


@pytest.mark.parametrize(
    "discovery",
    [{"issuer": "https://evil.example"}, {"token_endpoint": "http://evil.example/"}, {"jwks_uri": None},
     {"authorization_endpoint": "javascript:alert(1)"}],
)  # fmt: skip
def test_a_server_that_names_strange_addresses_is_not_used(provider, discovery):
    provider.discovery = discovery
    assertContains(Client().post("/login/with/"), "does not answer at the moment", status_code=503)


def test_a_server_that_is_down_leaves_the_password(provider, ada):
    provider.down = True
    response = Client().post("/login/with/")
    assertContains(response, "Example University does not answer at the moment.", status_code=503)
    assertContains(response, 'name="password"', status_code=503)
    provider.down = False
    client = Client()
    back = provider.authorize(leave(client))
    provider.down = True
    assert client.get(back).status_code == 422
    assert not is_in(client)


def test_the_secret_may_go_in_the_form(provider, ada):
    provider.discovery = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    client = Client()
    return_from(provider, client)
    assert is_in(client)


def test_the_e_mail_may_stand_in_the_user_information(provider, ada):
    provider.lies = {"email": None, "email_verified": None}
    provider.userinfo = {"sub": "somebody else", "email": "ada@example.org", "email_verified": True}
    client = Client()
    assert return_from(provider, client).status_code == 403
    provider.userinfo["sub"] = "248289761001"
    return_from(provider, client)
    assert is_in(client)


def test_next_leads_on_within_this_site(provider, ada):
    assertRedirects(return_from(provider, Client(), next="//evil.example/"), "/my/", fetch_redirect_response=False)


def test_a_member_links_and_unlinks_an_account(provider):
    ada = make_account("ada")  # without an e-mail
    client = confirmed(ada)
    assertContains(client.get("/my/signing-in/"), "Your account is not linked.")
    response = client.get(provider.authorize(leave(client, "/my/signing-in/link/")), follow=True)
    assertContains(response, "Your account was linked with Example University.")
    other = Client()
    return_from(provider, other)
    assert other.session["_auth_user_id"] == str(ada.pk)
    assertContains(client.post("/my/signing-in/unlink/", follow=True), "no longer linked")
    assert return_from(provider, Client()).status_code == 403
    assert SignInEvent.objects.filter(account=ada, what__in=["linked", "unlinked"]).count() == 2


def test_whoever_has_no_password_keeps_the_link(provider, ada):
    client = Client()
    return_from(provider, client)
    ada.set_unusable_password()
    ada.save()
    client = Client()
    return_from(provider, client)
    assertContains(client.post("/my/signing-in/unlink/", follow=True), "your account has no password")
    assert OutsideIdentity.objects.get().account == ada
    assert not SignInEvent.objects.filter(what=Happening.UNLINKED).exists()


def test_one_identity_belongs_to_one_account(provider, ada):
    return_from(provider, Client())
    bo = confirmed(make_account("bo"))
    response = bo.get(provider.authorize(leave(bo, "/my/signing-in/link/")), follow=True)
    assertContains(response, "Nothing was linked")
    assert OutsideIdentity.objects.get().account == ada


def test_linking_needs_whoever_began_it(provider, ada):
    client = confirmed(ada)
    back = provider.authorize(leave(client, "/my/signing-in/link/"))
    client.post("/logout/")
    assert client.get(back).status_code == 422
    assert not OutsideIdentity.objects.exists()
    assert sign_in(ada).post("/my/signing-in/link/").url.startswith("/my/confirm/")


def test_without_a_server_there_is_nothing(client):
    assertNotContains(client.get("/login/"), "/login/with/")
    assert client.post("/login/with/").status_code == 404
    assert client.get("/login/with/back/").status_code == 404
    assert client.get("/login/with/").status_code == 405


# The variables


def set_variables(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name in ("SERVER", "CLIENT_ID", "CLIENT_SECRET", "NAME"):
        monkeypatch.delenv(f"OIDC_{name}", raising=False)
    for name, value in values.items():
        monkeypatch.setenv(f"OIDC_{name}", value)


def test_the_variables_are_read(monkeypatch):
    set_variables(monkeypatch)
    assert environment.read_oidc() is None
    address = "https://login.example.org/realms/lab/.well-known/openid-configuration"
    set_variables(monkeypatch, SERVER=address, CLIENT_ID="a", CLIENT_SECRET="b")
    assert environment.read_oidc() == {
        "server": "https://login.example.org/realms/lab", "client_id": "a", "client_secret": "b",
        "name": "login.example.org",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"SERVER": "https://x.example"}, "OIDC_CLIENT_ID is not set"),
        ({"CLIENT_ID": "a", "CLIENT_SECRET": "b"}, "OIDC_SERVER is not set"),
        ({"SERVER": "http://x.example", "CLIENT_ID": "a", "CLIENT_SECRET": "b"}, "OIDC_SERVER is 'http://x.example'"),
        ({"SERVER": "x.example", "CLIENT_ID": "a", "CLIENT_SECRET": "b"}, "OIDC_SERVER is 'x.example'"),
    ],
)
def test_wrong_variables_are_named(monkeypatch, values, message):
    set_variables(monkeypatch, **values)
    with pytest.raises(ImproperlyConfigured, match=f"^{message}"):
        environment.read_oidc()
