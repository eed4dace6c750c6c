"""Every public page is valid HTML as a strict parser reads it, and what refers to something refers to what is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser

from labsite.models import Page
from labsite.tests.browser.pages import MEMBERS, PUBLIC
from people.models import Person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_rows"), pytest.mark.once]

REFERENCES = ["aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "headers", "for", "list"]
LABELLED = {"input", "select", "textarea"}
UNLABELLED = {"hidden", "submit", "button", "image", "reset"}
INTERACTIVE = {"a", "button", "input", "select", "textarea", "label", "summary", "iframe"}


def parse(html: str) -> Element:
    """The tree of a page; a mistake of the markup is an error of the test."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)


def walk(element: Element, above: tuple[Element, ...] = ()) -> Iterator[tuple[Element, tuple[Element, ...]]]:
    """Each element below `element` with those it stands in, outermost first."""
    for child in element:
        if isinstance(child.tag, str):
            yield child, above
            yield from walk(child, (*above, child))


def describe(element: Element) -> str:
    return f"<{element.tag} {' '.join(f'{key}={value!r}' for key, value in element.attrib.items())[:100]}>"


def text_of(element: Element) -> str:
    return "".join(element.itertext()).strip()


def mistakes_of(tree: Element) -> list[str]:
    """What a parser lets through, each with the element."""
    everything = list(walk(tree))
    ids = Counter(element.get("id") for element, above in everything if element.get("id") is not None)
    found = [f"id {name!r} stands {number} times" for name, number in ids.items() if number > 1 or not name]
    labels = {element.get("for") for element, above in everything if element.tag == "label"}
    for element, above in everything:
        for name in REFERENCES:
            found += [f"{describe(element)} names {each!r}" for each in element.get(name, "").split() if not ids[each]]
        anchor = element.get("href", "")
        if anchor.startswith("#") and len(anchor) > 1 and not ids[anchor[1:]] and element.tag == "a":
            found.append(f"{describe(element)} leads to {anchor!r}")
        found += mistakes_at(element, above, labels)
    return [*found, *mistakes_of_headings([element for element, above in everything])]


def mistakes_at(element: Element, above: tuple[Element, ...], labels: set[str | None]) -> Iterator[str]:
    inside = {each.tag for each in above}
    if element.tag == "img" and element.get("alt") is None:
        yield f"{describe(element)} has no alt"
    if element.tag in LABELLED and element.get("type") not in UNLABELLED:
        named = {"aria-label", "aria-labelledby"} & set(element.keys())
        if not named and "label" not in inside and element.get("id") not in labels:
            yield f"{describe(element)} has no label"
    if element.tag in {"a", "button"} and {"a", "button"} & inside:
        yield f"{describe(element)} stands in another"
    if element.tag == "label" and "label" in inside:
        yield f"{describe(element)} stands in another"
    if element.tag in INTERACTIVE and {"summary"} & inside:
        yield f"{describe(element)} stands in a summary"
    is_script = element.tag == "script" and element.get("type") != "application/ld+json" and text_of(element)
    if is_script or element.tag == "style" or element.get("style") is not None:
        yield f"{describe(element)} is inline, which the site's policy forbids"
    if (
        element.tag == "table"
        and element.find("caption") is None
        and not {"aria-label", "aria-labelledby"} & set(element.keys())
    ):
        yield f"{describe(element)} has no caption"
    if element.tag == "th" and element.get("scope") is None:
        yield f"{describe(element)} has no scope"


def mistakes_of_headings(elements: list[Element]) -> Iterator[str]:
    levels = [(int(each.tag[1]), each) for each in elements if each.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}]
    if sum(level == 1 for level, each in levels) != 1:
        yield f"{sum(level == 1 for level, each in levels)} headings of the first level"
    for (before, _), (level, each) in zip(levels, levels[1:], strict=False):
        if level > before + 1:
            yield f"{describe(each)} {text_of(each)[:60]!r} follows a heading of level {before}"


PAGE = "<!doctype html><html lang=en><title>x</title><h1>x</h1>{}</html>"
MISTAKES = [
    ("<p id=a></p><p id=a></p>", "id 'a' stands 2 times"),
    ("<p aria-labelledby=b></p>", "<p aria-labelledby='b'> names 'b'"),
    ("<a href='#c'>x</a>", "<a href='#c'> leads to '#c'"),
    ("<img src=x>", "<img src='x'> has no alt"),
    ("<input name=d>", "<input name='d'> has no label"),
    ("<p style='color:red'></p>", "<p style='color:red'> is inline, which the site's policy forbids"),
    ("<h3>x</h3>", "<h3 > 'x' follows a heading of level 1"),
    ("<h1>x</h1>", "2 headings of the first level"),
    ("<table><caption>x</caption><tr><th>x</th></tr></table>", "<th > has no scope"),
    ("<table></table>", "<table > has no caption"),
]


@pytest.mark.parametrize(("html", "mistake"), MISTAKES)
def test_a_mistake_is_found(html: str, mistake: str):
    assert mistakes_of(parse(PAGE.format(html))) == [mistake]
    assert mistakes_of(parse(PAGE.format(""))) == []


@pytest.mark.parametrize("html", ["<p><div></p>", "<b><i></b></i>", "<p a=1 a=2></p>"])
def test_what_is_nested_wrongly_is_found(html: str):
    with pytest.raises(html5lib.html5parser.ParseError):
        parse(PAGE.format(html))


@pytest.mark.parametrize("kind", PUBLIC)
def test_public_pages(client, kind: str):
    response = client.get(PUBLIC[kind])
    assert response.status_code == (404 if kind == "nowhere" else 200)
    assert mistakes_of(parse(response.content.decode())) == []


@pytest.fixture
def member() -> AbstractUser:
    user = get_user_model().objects.create_superuser("editor", password="not typed anywhere")
    Person.objects.filter(slug="yihua-zhang").update(user=user)
    return user


@pytest.mark.parametrize("kind", MEMBERS)
def test_pages_of_members(client, member: AbstractUser, kind: str):
    client.force_login(member)
    response = client.get(MEMBERS[kind])
    assert response.status_code == 200
    assert mistakes_of(parse(response.content.decode())) == []


@pytest.mark.parametrize("language", [code for code, name in settings.LANGUAGES])
def test_every_page_says_its_language_and_describes_itself(client, language: str):
    assert Page.objects.count() == 2
    start = "" if language == settings.LANGUAGE_CODE else f"/{language}"
    for path in ("/", "/people/", "/publications/deepzero/", "/pages/privacy/", "/nowhere/"):
        tree = parse(client.get(start + path).content.decode())
        assert tree.get("lang") == language, path
        described = [each.get("content") for each in tree.iter("meta") if each.get("name") == "description"]
        assert len(described) == 1 and described[0].strip(), path
        assert text_of(tree.find(".//title")), path
