"""Members and papers at every extreme: pages stay within the screen, cards hold what is in them, no script runs."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client
from playwright.sync_api import Page

from labsite.models import LabProfile
from labsite.tests.factories import make_group, make_member, make_news, make_organization, make_publication, make_venue
from people.models import Person
from publications.models import Authorship

WIDTHS = (320, 390, 1440)
UNBROKEN = "x" * 200
ADDRESS = "https://example.org/" + "y" * 400
SCRIPT = "<script>window.ran = 1</script><img src=x onerror='window.ran = 1'><svg onload='window.ran = 1'>"
BOMB = "\n\n".join([
    SCRIPT, "[press](javascript:window.ran=1)", "> " * 300 + "deep", "*" * 3000, "[" * 2000, "`" * 1999, UNBROKEN * 5,
    f"<{ADDRESS}>", f"[{UNBROKEN}]({ADDRESS})", "    " + "code" * 400,
    "| a | b |\n|---|---|\n" + f"| {UNBROKEN} | b |\n",
    "- " * 100 + "nested", "### " + "heading " * 200, "1. " * 50 + "one",
])  # fmt: skip


def make_script() -> Person:
    person = make_member(f"{SCRIPT} Quint"[:200], slug="script", headline=SCRIPT[:200], bio=BOMB, status_is_shown=True)
    person.sections.create(kind="research", heading=SCRIPT[:200], body=BOMB)
    person.links.create(url="https://example.org/", label=SCRIPT[:120])
    return person


def make_unbroken() -> Person:
    group = make_group("G" * 200, organization=make_organization("O" * 200))
    person = make_member(
        "W" * 200, slug="unbroken", group=group, title="T" * 120, headline=UNBROKEN, pronunciation="p" * 120,
        pronouns="q" * 40, native_name="字" * 120, native_language="zh-Hans", honorific="H" * 30, bio=ADDRESS,
        status_text="s" * 300, status_is_shown=True, office=UNBROKEN, office_visibility="public",
        email=f"{'e' * 60}@{'d' * 60}.example.org", email_visibility="public",
    )  # fmt: skip
    for number in range(300):
        person.links.create(url=f"{ADDRESS}/{number}", label="L" * 120)
    university = make_organization("U" * 200)
    person.positions.create(organization=university, title="P" * 200, team="T" * 100, place="Q" * 100, project=UNBROKEN)
    person.education.create(organization=university, degree="D" * 100, field="F" * 100, place="Q" * 100)
    return person


def make_words() -> Person:
    return make_member(
        ("word " * 40).strip(), slug="words", headline=("many words " * 18).strip(), bio="word " * 10_000
    )


def make_empty() -> Person:
    """A name and nothing else: no photo, no role's dates, no text, no paper."""
    person = make_member("O", slug="empty")
    person.memberships.update(start=None)
    return person


STRESS = {
    "script": make_script,
    "unbroken": make_unbroken,
    "words": make_words,
    "emoji": lambda: make_member("🦉👩🏽\u200d🔬🇩🇪", slug="emoji", headline="🦉" * 100, bio="🦉 " * 500),
    "rtl": lambda: make_member(
        "محمد بن عبد الله القحطاني", slug="rtl", headline="تعلم الآلة \u202e evil", bio="نص عربي طويل " * 200,
        native_name="محمد", native_language="ar",
    ),
    "empty": make_empty,
    "marks": lambda: make_member("A" + "\u0301" * 60 + " Z\u0337\u0322" * 20, slug="marks", headline="h\u0337" * 90),
}  # fmt: skip


@pytest.fixture
def world() -> None:
    """One member of each extreme, a paper of 400 authors, a venue without a blank in its name."""
    with transaction.atomic():
        make_world()


def make_world() -> None:
    LabProfile.objects.update_or_create(id=1, defaults={"name": "Stress Lab", "tagline": "We study extremes."})
    people = [make() for make in STRESS.values()]
    venue = make_venue("V" * 60, name="V" * 300)
    paper = make_publication(
        "T" * 480, people, slug="long", venue=venue, is_selected=True, summary=UNBROKEN * 5, abstract=UNBROKEN * 10,
        note=ADDRESS,
    )  # fmt: skip
    Authorship.objects.bulk_create(
        Authorship(publication=paper, position=100 + number, printed_name=f"{'A' * 60} {number}")
        for number in range(400)
    )
    paper.links.create(kind="code", url=ADDRESS, label="L" * 100)
    make_publication(f"{SCRIPT} and a title", people, slug="script-paper", venue=venue, abstract=SCRIPT, year=None)
    make_news(BOMB, *people)


@pytest.fixture
def problems(page: Page) -> list[str]:
    """What a script that came with the data would do."""
    found: list[str] = []
    page.on("dialog", lambda dialog: found.append(dialog.message) or dialog.dismiss())
    return found


# What sticks out of its card: not what scrolls or is cut within it, nor what is shown to screen readers only.
STICKING_OUT = """() => {
  const found = [];
  for (const card of document.querySelectorAll(".card, .site-main, .site-header, .site-footer")) {
    const box = card.getBoundingClientRect();
    for (const part of card.querySelectorAll("*")) {
      const own = part.getBoundingClientRect();
      if (!own.width || !own.height || part.closest(".visually-hidden, svg")) continue;
      let holder = part.parentElement, isHeld = false;
      while (holder && holder !== card) {
        isHeld ||= getComputedStyle(holder).overflowX !== "visible";
        holder = holder.parentElement;
      }
      if (!isHeld && (own.right > box.right + 1 || own.left < box.left - 1)) {
        found.push(`${card.className}: ${part.tagName}.${part.className} from ${own.left} to ${own.right}`);
      }
    }
  }
  return found.slice(0, 5);
}"""


def look_at(page: Page, path: str, *, is_public: bool = True) -> list[str]:
    """What is wrong with the page at any of the widths."""
    wrong = []
    page.set_viewport_size({"width": WIDTHS[0], "height": 800})
    response = page.goto(path)
    if response.status != 200:
        return [f"{path} answers {response.status}"]
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        whole, seen = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        if whole > seen:
            wrong.append(f"{path} at {width}: {whole} pixels wide")
        if is_public:
            wrong += [f"{path} at {width}: {each}" for each in page.evaluate(STICKING_OUT)]
    headings = page.locator("h1").all_inner_texts()
    if len(headings) != 1 or not headings[0].strip():
        wrong.append(f"{path}: headings {headings}")
    if page.evaluate("window.ran"):
        wrong.append(f"{path}: a script ran")
    return wrong


def test_a_member_at_every_extreme(page: Page, world, problems):
    paths = [f"/people/{slug}/{end}" for slug in STRESS for end in ("", "cv/")]
    assert [wrong for path in paths for wrong in look_at(page, path)] == []
    assert problems == []


def test_lists_of_extremes(page: Page, world, problems):
    paths = [
        "/", "/people/", "/people/?q=word", "/publications/", "/publications/long/", "/publications/script-paper/",
        "/news/", "/search/?q=word", "/venues/", "/zh-hans/people/",
    ]  # fmt: skip
    assert [wrong for path in paths for wrong in look_at(page, path)] == []
    assert problems == []


def test_the_admin_s_lists_of_extremes(page: Page, live_server, world, problems):
    user = get_user_model().objects.create_superuser("admin", "admin@example.org", "a password for a test")
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    paths = ["/admin/people/person/", "/admin/publications/publication/", "/admin/people/group/"]
    assert [wrong for path in paths for wrong in look_at(page, path, is_public=False)] == []
    assert problems == []


def test_names_are_read_as_text_and_faces_stand_for_them(page: Page, world):
    """Whatever the name, a card has a name to press and something in the place of a photo."""
    page.goto("/people/")
    cards = page.locator(".person-card")
    assert cards.count() == len(STRESS)
    for number in range(cards.count()):
        card = cards.nth(number)
        assert card.locator("a").first.inner_text().strip()
        face = card.locator(".avatar")
        assert face.inner_text().strip()
        assert round(face.bounding_box()["width"]) == round(face.bounding_box()["height"])


def test_a_name_of_ten_thousand_words_is_refused_in_words(admin_client):
    response = admin_client.post("/admin/people/person/add/", {"name": "word " * 10_000})
    assert response.context["errors"][0] == ["Ensure this value has at most 200 characters (it has 49999)."]
    assert not Person.objects.exists()
