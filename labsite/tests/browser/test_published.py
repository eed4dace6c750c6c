"""The published copy of the demo, from a plain file server: a visitor can do there what they can on the site itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.db import transaction
from playwright.sync_api import Browser, Page

from labsite.publishing.run import publish
from labsite.publishing.visiting import Visitor, answering_as
from labsite.tests.browser.conftest import watched_page
from labsite.tests.browser.visiting import SCENARIOS, Scenario
from labsite.tests.sharing import copy_site
from publications.digests import flush_changes

# What is asked of the lists and of search, of the site itself and of the copy's scripts.
QUESTIONS = [
    "/publications/?venue=neurips&year=2024", "/publications/?venue=icml&venue=iclr&sort=title",
    "/publications/?author=yihua-zhang&workshops=hide&sort=oldest", "/publications/?since=2022&until=2023&code=yes",
    "/publications/?type=conference-paper&topic=machine-unlearning", "/publications/?award=oral&venue=cvpr",
    "/publications/?q=unlearning", "/publications/?q=r2mu", "/publications/?q=R%C2%B2MU",
    "/publications/?q=zeroth-order",
    "/publications/?q=Richt%C3%A1rik", "/publications/?q=%22machine+unlearning%22",
    "/publications/?q=learn+zhang&year=2023",
    "/publications/?q=neurips+2024+oral", "/publications/?q=nothing-like-this", "/publications/?year=none",
    "/publications/?venue=nowhere", "/publications/?since=soon", "/publications/?page=2", "/publications/?page=99",
    "/publications/?q=%E5%BC%A0", "/publications/?q=l", "/publications/?year=2024&year=2025&topic=federated-learning",
    "/search/?q=zhang", "/search/?q=unlearning", "/search/?q=neurips", "/search/?q=federated+learning",
    "/search/?q=kai+yi", "/search/?q=Peter+Richt%C3%A1rik", "/search/?q=no-such-word", "/search/?q=award",
    "/zh-hans/publications/?venue=neurips&year=2024", "/zh-hans/search/?q=unlearning",
]  # fmt: skip
# What of a page of the list or of search its readers see, with the links of results.
READ = """(root) => {
  const texts = (selector) =>
    [...root.querySelectorAll(selector)].map((each) => each.textContent.replace(/\\s+/gu, " ").trim());
  const links = (selector) => [...root.querySelectorAll(selector)].map((each) => each.getAttribute("href"));
  return {
    title: root.title, count: texts("#results-count"), years: texts(".year-heading"),
    results: links("main .publication-title a, .search-results .person-card-name a, .search-results .chip"),
    rows: texts(".publication-row"),
    marked: texts("mark").filter((text) => /^[\x20-\u024f]*$/u.test(text)), news: texts(".search-results .news-item"),
    headings: texts("h2"), bars: [...root.querySelectorAll(".histogram a")].map((each) => each.textContent),
    facets: [...root.querySelectorAll(".filter-form .facet li")].map((each) => [
      each.textContent.replace(/\\s+/gu, " ").trim(), each.querySelector("input").checked]),
    more: texts(".filter-form details summary"), notes: texts(".filter-form details p"),
    chips: texts(".chosen-filters .chip"), hint: texts(".hint a"),
    sorts: texts(".sort-links a"), sort: texts(".sort-links [aria-current]"), pages: texts(".pagination"),
    problems: texts("[role=alert] p:first-child"), empty: texts(".empty p:first-child, .plain-list li"),
  };
}"""


FEWER_CHOICES = 20  # of the demo's venues and topics


class QuietHandler(SimpleHTTPRequestHandler):
    """`python -m http.server` without its log."""

    def log_message(self, *arguments: object) -> None:
        """Nobody reads it."""


def publish_demo(folder: Path, url: str) -> dict[str, str]:
    """Writes the copy; gives what the site itself answers to `QUESTIONS`. Nothing of the demo stays in the database.

    Cards are drawn in tests of their own. A filter offers few values, so that both say that there are others.
    """
    with ExitStack() as stack:
        stack.enter_context(transaction.atomic())
        stack.enter_context(patch("labsite.card_views.draw", lambda shown: b"drawn"))
        for module in ("publications.counting", "publications.facets", "labsite.publishing.browsing.wording"):
            stack.enter_context(patch(f"{module}.MOST_CHOICES", FEWER_CHOICES))
        call_command("loaddata", "demo", verbosity=0)
        flush_changes()
        publish(folder, url)
        with answering_as(url):
            visitor = Visitor(url)
            answers = {question: visitor.make_page(question).body.decode() for question in QUESTIONS}
        transaction.set_rollback(True)
    return answers


@pytest.fixture(scope="module")
def published(tmp_path_factory, stored_rows, django_db_blocker) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of the copy, and what the site itself answers to `QUESTIONS`. One run of publishing for all."""
    folder = tmp_path_factory.mktemp("published")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=folder))
    url = f"http://127.0.0.1:{server.server_port}"
    with django_db_blocker.unblock():
        answers = copy_site(tmp_path_factory, folder, url, publish_demo)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield url, answers
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(chromium: Browser, published: tuple[str, dict[str, str]]) -> Iterator[Page]:
    with watched_page(chromium, published[0]) as page:
        yield page


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_a_visitor_can(page: Page, scenario: Scenario):
    scenario(page)


def test_scripts_answer_what_the_site_answers(page: Page, published: tuple[str, dict[str, str]]):
    """Every difference is told at once: a table of questions, each with what differs."""
    different = {}
    for question, answer in published[1].items():
        page.goto(question)
        page.wait_for_function("document.querySelector('.results-count, .search-results > *') !== null")
        page.wait_for_load_state("networkidle")
        wanted = page.evaluate(f"(html) => ({READ})(new DOMParser().parseFromString(html, 'text/html'))", answer)
        found = page.evaluate(f"() => ({READ})(document)")
        own = {name: (wanted[name], found[name]) for name in wanted if wanted[name] != found[name]}
        if own:
            different[question] = own
    assert different == {}


def test_a_question_from_the_site_itself_finds_its_file(page: Page):
    """Its addresses with one question: the file that answers, the narrowed list, or that nobody fits."""
    page.goto("/news/?kind=paper")
    page.wait_for_url("**/news/kind/paper/")
    page.goto("/people/?role=phd")
    page.wait_for_selector('main p[role="status"] a')
    assert "Yihua Zhang" in page.inner_text("main") and "Zihang Liu" not in page.inner_text("main")
    page.goto("/people/?status=upcoming")
    page.wait_for_selector(".empty")


OFFERED = """() => ({
  frames: [...document.querySelectorAll(".embed-offer code")].map((each) => each.textContent),
  feeds: [...document.querySelectorAll('#publications a[href*="/feeds/"]')].map((each) => each.getAttribute("href")),
})"""


def test_what_a_narrowed_list_offers_is_of_what_it_lists_or_absent(page: Page):
    """“Embed this list” and feeds: files of the copy that are there, at every step; “Clear all” clears all of it."""

    def offered(step: str) -> tuple[str, list[str]]:
        page.wait_for_load_state("networkidle")
        found = page.evaluate(OFFERED)
        assert len(found["frames"]) <= 1
        addresses = [*found["feeds"], *(code.split('src="')[1].split('"')[0] for code in found["frames"])]
        for address in addresses:
            assert page.request.get(address).ok, (step, address)
        code = found["frames"][0] if found["frames"] else ""
        return code, sorted({each.removeprefix("/feeds/publications") for each in found["feeds"]})

    whole = ["", [".atom", ".json"]]
    page.goto("/publications/")
    first, feeds = offered("whole")
    assert ("/embed/publications/" in first, feeds) == (True, whole[1])
    page.check("#filter-venue-neurips")
    page.wait_for_url("**/publications/?venue=neurips")
    page.locator(".embed-offer code", has_text="/venue/neurips/").wait_for(state="attached")
    code, feeds = offered("venue")
    assert "/embed/publications/venue/neurips/" in code and 'title="Publications: NeurIPS"' in code
    assert feeds == ["/venue/neurips.atom", "/venue/neurips.json"]
    page.fill("#filters [name=q]", "learning")
    page.press("#filters [name=q]", "Enter")
    page.wait_for_url("**q=learning*")
    page.locator(".embed-offer").wait_for(state="detached")
    assert offered("venue and words") == ("", [])
    page.click(".chip-clear")
    page.wait_for_url("**/publications/")
    page.locator(".embed-offer").wait_for(state="attached")
    assert offered("cleared") == (first, whole[1])
    assert page.locator(".chosen-filters").count() == 0 and page.input_value("#filters [name=q]") == ""
    page.goto("/publications/venue/neurips/?year=2024")  # a file, narrowed further, then all of it cleared
    page.locator(".embed-offer").wait_for(state="detached")
    assert offered("file and year") == ("", [])
    page.click(".filter-form p.cluster a")
    page.wait_for_url("**/publications/")
    page.locator(".embed-offer").wait_for(state="attached")
    assert offered("cleared from a file") == (first, whole[1])
    page.goto("/publications/?type=preprint")
    page.locator(".embed-offer").wait_for(state="detached")
    assert offered("no file of it") == ("", [])
