"""The site's policy in a browser: no page of any role breaks it, asks another host, or runs what somebody typed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, Route, expect

from labsite.models import LabProfile
from labsite.tests.browser.conftest import breaches_in
from labsite.tests.browser.pages import ADMIN, MEMBERS, PUBLIC, admin_pages
from labsite.tests.injection import MARKER, make_infected, own_pages
from labsite.tests.members import make_account, make_picture, sign_in
from people.models import Person

CORNER = ["/my/", "/my/profile/", "/my/photo/", "/my/publications/", "/my/removal/", "/my/password/"]


def sign_in_browser(page: Page, live_server, client: Client) -> None:
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])


def walk(page: Page, addresses: list[str]) -> None:
    """Opens each; the fixture `page` fails on breaches, script errors and foreign requests."""
    for address in addresses:
        answer = page.goto(address)
        assert answer.status in (200, 404), address


def test_j9_d3_pages_of_all_roles_keep_to_the_policy(page: Page, live_server, editor: Client):
    """Visitor, member, editor: each page there is, with what its scripts do when it opens."""
    LabProfile.objects.update(accent="#7a1f5c")  # with a style sheet of its own
    walk(page, list(PUBLIC.values()))
    member = make_account("member", role="Members", is_staff=True)
    person = Person.objects.get(slug="zihang-liu")
    Person.objects.filter(pk=person.pk).update(user=member)
    sign_in_browser(page, live_server, sign_in(member))
    walk(page, [*CORNER, *MEMBERS.values(), "/admin/", reverse("admin:people_person_change", args=[person.pk])])
    sign_in_browser(page, live_server, editor)
    assert len(ADMIN) > 40
    walk(page, [*MEMBERS.values(), *admin_pages().values(), "/zh-hans/admin/publications/publication/add/"])


def test_d3_the_admin_works_under_the_policy(signed_in_page: Page):
    """Autocomplete, rows that are added, the window of another record. No form has Django's date picker any more."""
    page = signed_in_page
    page.goto(reverse("admin:publications_publication_add"))
    page.locator(".field-venue .select2-selection").click()
    page.locator(".select2-search__field").last.fill("neur")
    page.locator(".select2-results__option--highlighted").click()
    assert page.locator("#id_venue").input_value()
    page.locator("#authorships-group .add-row a").click()
    expect(page.locator("#authorships-0 input[name$='-printed_name']")).to_be_visible()
    with page.expect_popup() as opened:
        page.locator("#add_id_venue").click()
    opened.value.wait_for_load_state()
    opened.value.locator("#id_name").fill("Workshop on Hush")
    opened.value.locator("#id_slug").fill("hush")
    opened.value.locator("#id_short_name").fill("Hush")
    opened.value.locator("input[name=_save]").first.click()
    expect(page.locator(".field-venue .select2-selection__rendered")).to_contain_text("Hush")


def test_d3_the_preview_shows_a_picture_that_is_not_stored(signed_in_page: Page):
    page = signed_in_page
    page.goto(reverse("admin:labsite_labprofile_change", args=[LabProfile.objects.get().pk]))
    picture = {"name": "lab.png", "mimeType": "image/png", "buffer": make_picture((640, 320))}
    page.locator("#id_picture").set_input_files(picture)
    page.locator("#id_picture_alt").fill("Our lab")
    page.locator("#id_accent").fill("#7a1f5c")
    page.locator("[data-preview-now]").click()
    frame = page.frame_locator(".preview-frame iframe")
    shown = frame.get_by_alt_text("Our lab")
    expect(shown).to_be_visible()
    assert shown.evaluate("each => each.decode().then(() => each.naturalWidth)") > 0
    colour = "getComputedStyle(document.documentElement).getPropertyValue('--accent')"
    assert frame.locator("html").evaluate(f"() => {colour}")


@pytest.fixture
def watched(chromium: Browser, live_server) -> Iterator[Page]:
    """A page that notes breaches and dialogs instead of failing, under the policy or, as `bypass`, without it."""
    context = chromium.new_context(base_url=live_server.url)
    page = context.new_page()
    page.noted = []
    page.on("console", lambda message: page.noted.extend(breaches_in(message)))
    yield page
    context.close()


def test_what_the_policy_forbids_is_forbidden_and_noticed(watched: Page, live_server, transactional_db):
    """Inline scripts and styles, handlers, code from uploads and from data, frames; and that the tests would see it."""
    watched.goto("/people/")
    insert = "document.body.insertAdjacentHTML('beforeend', {!r})"
    script = "const s = document.createElement('script'); {}; document.body.append(s)"
    attempts = {
        "inline script": script.format("s.text = 'window.ran = 1'"),
        "upload as script": script.format("s.src = '/media/x.jpg'"),
        "page as script": script.format("s.src = '/people/'"),
        "data as script": script.format("s.src = 'data:,window.ran=1'"),
        "handler": insert.format("<img src=/nowhere onerror=window.ran=1>"),
        "style": insert.format("<style>body{color:red}</style>"),
        "style attribute": insert.format("<p style=color:red>x</p>"),
        "frame": insert.format("<iframe src=/people/></iframe>"),
        "address of another host": "fetch('http://127.0.0.1:9/').catch(() => 0)",
        "base": "document.head.insertAdjacentHTML('beforeend', '<base href=//evil.example>')",
        "address that acts": insert.format("<a id=bad href=javascript:window.ran=1>x</a>") + "; bad.click()",
    }  # fmt: skip
    for name, attempt in attempts.items():
        before = len(watched.noted)
        watched.evaluate(f"() => {{ {attempt} }}")
        watched.wait_for_timeout(60)
        assert len(watched.noted) > before, name
    assert watched.evaluate("window.ran") is None


def answer_with(body: str, route: Route) -> None:
    route.fulfill(body=body, content_type="text/html")


def test_d5_no_page_stands_in_a_frame(watched: Page, live_server, transactional_db):
    """Not even in one of the same origin, from a page that has no policy: it is what is framed that refuses."""
    failed: dict[str, str] = {}
    watched.on("requestfailed", lambda request: failed.update({request.url: request.failure}))
    for name, body in (("framer", "<iframe></iframe>"), ("framed", "<h1>Seen</h1>")):
        watched.route(f"**/{name}", partial(answer_with, body))
    for address in ("/framed", "/people/", "/login/"):
        watched.goto("/framer")
        watched.evaluate("address => { document.querySelector('iframe').src = address }", address)
        url = f"{live_server.url}{address}"
        if address == "/framed":
            expect(watched.frame_locator("iframe").locator("h1")).to_have_text("Seen")
            continue
        watched.wait_for_function("() => document.querySelector('iframe').contentDocument === null")
        assert (failed[url], watched.frames[-1].url) == (
            "net::ERR_BLOCKED_BY_RESPONSE",
            "chrome-error://chromewebdata/",
        )


HTML = "text/html; charset=utf-8"
TOGETHER = 10  # pages in one document


def pages_together(addresses: list[str]) -> list[str]:
    """The pages as they are, one behind the other: a browser reads ten in the time of one, and each as it stands."""
    texts = [Client().get(address).getvalue().decode() for address in addresses]
    assert all(MARKER in text for text in texts)
    return ["".join(texts[first : first + TOGETHER]) for first in range(0, len(texts), TOGETHER)]


def test_c1_to_c6_nothing_typed_runs(chromium: Browser, live_server, transactional_db):
    """All payloads in all fields, on the pages that show them: the templates hold by themselves, without the policy."""
    addresses = make_infected()
    context = chromium.new_context(base_url=live_server.url, bypass_csp=True)
    page, found = context.new_page(), []
    sign_in_browser(page, live_server, sign_in(make_account("boss", is_staff=True, is_superuser=True)))
    context.add_init_script(f"window.{MARKER} = value => console.error('ran {MARKER}')")
    page.on("dialog", lambda dialog: found.append(f"dialog at {page.url}") or dialog.dismiss())
    page.on("console", lambda message: f"ran {MARKER}" in message.text and found.append(f"ran at {page.url}"))
    page.on(
        "request",
        lambda request: request.url.startswith((live_server.url, "data:")) or found.append(f"asked {request.url}"),
    )
    texts = pages_together(own_pages())
    together = {f"{live_server.url}/together/{number}": text for number, text in enumerate(texts)}
    context.route("**/together/*", lambda route: route.fulfill(body=together[route.request.url], content_type=HTML))
    addresses += together
    for address in addresses:
        assert page.goto(address).status == 200, address
        # What waits for a mouse or the keyboard gets one of each.
        page.evaluate(
            "() => document.querySelectorAll('main *').forEach(each => "
            "['mouseover', 'focus', 'toggle', 'pointerenter'].forEach(name => each.dispatchEvent(new Event(name))))"
        )
    page.set_content(f"<img src=/nowhere onerror={MARKER}(1)>")
    page.wait_for_timeout(200)
    assert found == ["ran at about:blank"] or found == [f"ran at {page.url}"]  # what does run is noticed
    context.close()
