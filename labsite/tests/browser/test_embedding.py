"""A list of ours within a page of another site, in a real frame."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from labsite.tests.factories import make_member, make_publication
from publications.digests import flush_changes

OTHER = "https://department.example.org/"
WIDTH = 300


@pytest.fixture
def other_site(page: Page, live_server, request: pytest.FixtureRequest) -> Page:
    """A browser that finds a page of another site, which frames two of ours: one that may be, and one that may not."""
    make_publication("On Quiet Machines That Are Framed", [make_member("Ada Quint")], slug="quiet")
    flush_changes()
    frames = "".join(
        f'<iframe title="{name}" src="{live_server.url}{path}" width="{WIDTH}" height="500"></iframe>'
        for name, path in (("ours", "/embed/publications/?author=ada-quint"), ("forbidden", "/publications/"))
    )
    # The frames are on this machine, which Chromium asks leave for.
    context = page.context.browser.new_context(permissions=["local-network-access"])
    other = context.new_page()
    other.route(f"{OTHER}**", lambda route: route.fulfill(content_type="text/html", body=f"<!doctype html>{frames}"))
    yield other
    context.close()


def test_d5_a_list_stands_in_the_frame_of_another_site_and_nothing_else_does(other_site: Page, live_server):
    breaches: list[str] = []
    other_site.on("console", lambda message: breaches.append(message.text))
    other_site.goto(OTHER)
    ours = other_site.frame_locator("iframe[title=ours]")
    expect(ours.get_by_role("link", name="On Quiet Machines That Are Framed")).to_be_visible()
    frames = {frame.frame_element().get_attribute("title"): frame for frame in other_site.frames[1:]}
    assert frames["ours"].evaluate("document.documentElement.scrollWidth") <= WIDTH
    assert frames["ours"].evaluate("document.cookie") == ""
    assert frames["ours"].evaluate("getComputedStyle(document.body).padding") != "0px"  # its style sheets are let in
    assert frames["forbidden"].locator("text=On Quiet Machines").count() == 0
    # Chromium reports the one that is refused, and nothing of the other.
    assert [text for text in breaches if "frame-ancestors" in text]
    assert [text for text in breaches if "embed" in text] == []
    # A link leads the whole page to this site.
    ours.get_by_role("link", name="On Quiet Machines That Are Framed").click()
    other_site.wait_for_url(f"{live_server.url}/publications/quiet/")
