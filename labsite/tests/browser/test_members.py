"""A member in a real browser: signs in, edits with a preview, uploads a photo, answers for a paper; the public page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from labsite.tests.browser.axe import find_violations
from labsite.tests.factories import make_publication
from labsite.tests.members import PASSWORD, make_own, make_picture, need_approval
from people.models import Person, ProfileChange

OWN_PAGES = ("/my/", "/my/profile/", "/my/photo/", "/my/publications/", "/my/removal/", "/my/password/")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def ada(transactional_db) -> Person:
    person = make_own("Ada Quint")
    author = {"printed_name": "A. Quint", "person": person, "link_status": "proposed"}
    make_publication("On Quiet Machines", [author])
    return person


def sign_in(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Quint")


def upload_photo(page: Page) -> None:
    page.goto("/my/photo/")
    picture = {"name": "me.png", "mimeType": "image/png", "buffer": make_picture((300, 200))}
    page.get_by_label("Picture").set_input_files(picture)
    page.get_by_label("What the photo shows").fill("Ada smiling")
    page.get_by_label("I agree that this photo is shown").check()


def save_photo(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".corner-messages")).to_contain_text("Saved")


def answer_for_paper(page: Page) -> None:
    page.goto("/my/")
    page.get_by_role("link", name="1 paper may be yours").click()
    page.get_by_role("button", name=re.compile("^Yes, mine")).click()
    expect(page.locator("#answered")).to_contain_text("“On Quiet Machines” is yours.")


def expect_public_page(page: Page) -> None:
    page.goto("/people/ada-quint/")
    expect(page.get_by_role("link", name="On Quiet Machines")).to_be_visible()
    expect(page.locator("strong", has_text="Softly")).to_be_visible()
    expect(page.get_by_role("img", name="Ada smiling")).to_be_visible()


def test_member_edits_previews_uploads_and_confirms(page: Page, ada):
    page.set_viewport_size({"width": 1280, "height": 900})
    sign_in(page)
    page.goto("/my/profile/")
    bio = page.get_by_label("Biography")
    bio.fill("**Softly**.")
    preview = page.locator("#preview")
    expect(preview).to_be_hidden()
    page.get_by_role("button", name="Preview").click()
    expect(preview.locator("strong")).to_have_text("Softly")
    expect(preview).to_be_focused()
    bio.fill("**Softly**, every day.")  # the preview follows
    expect(preview.locator(".prose")).to_have_text("Softly, every day.")
    assert Person.objects.get().bio == ""
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".corner-messages")).to_have_text(re.compile("Saved. Visitors see it now."))
    upload_photo(page)
    expect(page.locator(".focus-crop canvas")).to_be_visible()
    page.locator(".focus-photo").click(position={"x": 30, "y": 20})
    assert int(page.locator("[name=photo_focus_x]").input_value()) < 30
    save_photo(page)
    answer_for_paper(page)
    expect_public_page(page)


@pytest.fixture
def plain_page(chromium, live_server):
    """A browser without JavaScript."""
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 800})
    yield page
    context.close()


def test_the_same_without_javascript(plain_page: Page, ada):
    page = plain_page
    sign_in(page)
    page.goto("/my/profile/")
    page.get_by_label("Biography").fill("**Softly**.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview strong")).to_have_text("Softly")
    assert Person.objects.get().bio == ""
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".corner-messages")).to_contain_text("Saved")
    upload_photo(page)
    page.locator("[name=photo_focus_x]").fill("20")
    save_photo(page)
    answer_for_paper(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name=re.compile("^Yes, mine"))).to_be_visible()
    answer_for_paper(page)
    expect_public_page(page)


def test_mistakes_are_led_to_by_keyboard(page: Page, ada):
    sign_in(page)
    page.goto("/my/profile/")
    orcid = page.get_by_label("ORCID iD")
    orcid.fill("wrong")
    orcid.press("Enter")
    link = page.locator("#problems a", has_text="ORCID iD")
    link.focus()
    page.keyboard.press("Enter")
    expect(orcid).to_be_focused()
    expect(orcid).to_have_value("wrong")
    expect(orcid).to_have_attribute("aria-invalid", "true")
    described = orcid.get_attribute("aria-describedby").split()
    assert "is not an ORCID iD" in " ".join(page.locator(f"#{name}").inner_text() for name in described)


def test_focus_is_never_under_the_buttons(page: Page, ada):
    """The bar with the buttons stays in sight; what the Tab key reaches is above it."""
    page.set_viewport_size({"width": 1280, "height": 800})
    sign_in(page)
    page.goto("/my/profile/")
    page.get_by_label("In a few words").focus()
    for _ in range(60):
        page.keyboard.press("Tab")
        covered = page.evaluate(
            """() => { const bar = document.querySelector(".form-acts"), now = document.activeElement;
            return !bar.contains(now) && document.querySelector("form[data-preview]").contains(now)
              && now.getBoundingClientRect().top >= bar.getBoundingClientRect().top; }"""
        )
        assert not covered, page.evaluate("document.activeElement.outerHTML")
        if page.evaluate("document.activeElement.textContent").strip() == "Preview":
            break


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_own_pages_fit_and_pass_axe(page: Page, ada, width: int):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/login/")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert find_violations(page, enhanced=True) == []
    sign_in(page)
    for path in OWN_PAGES:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert find_violations(page, enhanced=True) == [], path


def test_editor_agrees_to_what_waits(page: Page, ada):
    need_approval()
    sign_in(page)
    page.goto("/my/profile/")
    page.get_by_label("Biography").fill("**Softly**.")
    page.get_by_role("button", name="Ask for these changes").click()
    expect(page.locator(".corner-messages")).to_contain_text("waits for an editor")
    page.get_by_role("button", name="Sign out").click()
    ada.user.is_staff = ada.user.is_superuser = True  # the same account as an editor saves a second sign-in form
    ada.user.save()
    sign_in(page)
    change = ProfileChange.objects.get()
    page.goto(f"/admin/requests/change/{change.pk}/")
    expect(page.locator("ins")).to_contain_text("Softly")
    for width in (320, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert find_violations(page, enhanced=False) == []
    page.get_by_role("button", name="Agree").click()
    page.goto("/people/ada-quint/")
    expect(page.locator("strong", has_text="Softly")).to_be_visible()
