"""Passkeys in a real Chromium, whose authenticator is virtual; the second step without a script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from labsite.signing_in.models import Passkey
from labsite.signing_in.tests.people import give_app
from labsite.tests.browser.axe import find_violations
from labsite.tests.members import PASSWORD, make_own
from people.models import Person

AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def ada(transactional_db) -> Person:
    return make_own()


def type_password(page: Page) -> None:
    page.goto("/login/")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page).to_have_url("/")


def test_a_passkey_from_adding_it_to_using_it_both_ways(page: Page, ada):
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    type_password(page)
    page.goto("/my/signing-in/")
    page.get_by_label("Name").fill("my laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    assert Passkey.objects.get().name == "my laptop"
    page.get_by_role("link", name="I have kept them").click()
    sign_out(page)

    page.goto("/login/?next=/my/password/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url("/my/password/")
    sign_out(page)

    type_password(page)
    expect(page).to_have_url("/login/code/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url("/my/")


def test_a_browser_without_the_passkey_says_so(page: Page, ada):
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    page.goto("/login/")
    page.evaluate(
        "() => { navigator.credentials.get = () => Promise.reject(new DOMException('x', 'NotAllowedError')); }"
    )
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("status")).to_have_text("The browser gave no passkey. Try again, or come in another way.")


@pytest.mark.parametrize("width", [320, 1440])
def test_pages_of_signing_in_fit_and_pass_axe(page: Page, ada, width: int):
    page.set_viewport_size({"width": width, "height": 900})

    def look() -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
        assert find_violations(page, enhanced=True) == [], page.url

    page.goto("/login/forgotten/")
    look()
    type_password(page)
    for path in ("/my/signing-in/", "/my/signing-in/app/", "/my/confirm/", "/my/password/"):
        page.goto(path)
        look()
    sign_out(page)
    give_app(ada.user)
    type_password(page)
    look()


@pytest.fixture
def plain_page(chromium: Browser, live_server) -> Iterator[Page]:
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield page
    context.close()


def test_the_second_step_needs_no_script(plain_page: Page, ada):
    app = give_app(ada.user)
    type_password(plain_page)
    plain_page.get_by_label("Code").fill(app.now())
    plain_page.get_by_role("button", name="Go on").click()
    expect(plain_page).to_have_url("/my/")
    plain_page.goto("/my/signing-in/")
    expect(plain_page.get_by_role("link", name="Move it to another phone")).to_be_visible()
    expect(plain_page.locator("form[data-passkey]")).to_be_hidden()
