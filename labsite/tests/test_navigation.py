"""The lab's own links in the page header and foot."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from labsite.models import LabProfile
from labsite.models.site import read_links, validate_links
from labsite.tests.factories import make_member

LINKS = "Members | /zh-hans/people/\nData | /api/v1/openapi.json\nHome | /\nElsewhere | https://example.org/"


@pytest.fixture
def profile(db) -> LabProfile:
    return LabProfile.objects.create(pk=1, name="Quiet Lab", header_links=LINKS, footer_links="Join | /pages/join/")


def header(client, path: str) -> str:
    text = client.get(path).content.decode()
    return text[text.index('class="site-nav-list"') : text.index("</nav>")]


def test_links_lead_to_the_language_of_the_page(client, profile):
    plain, chinese = header(client, "/"), header(client, "/zh-hans/")
    assert 'href="/people/"' in plain
    assert 'href="/zh-hans/people/"' in chinese
    for text in (plain, chinese):
        assert 'href="/api/v1/openapi.json"' in text
        assert 'href="https://example.org/"' in text
        assert "zh-hans/zh-hans" not in text


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_the_current_link_is_marked(client, profile, prefix):
    ada = make_member("Ada Quint")
    assert f'href="{prefix}/people/" aria-current="page"' in header(client, f"{prefix}/people/")
    assert f'href="{prefix}/people/" aria-current="true"' in header(client, prefix + ada.get_absolute_url())
    assert "aria-current" not in header(client, f"{prefix}/news/")


def test_a_lab_without_links_has_the_sites_own(client, db):
    assert 'href="/mentorship/"' in header(client, "/")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("People /people/", "Line 1"),
        ("People | /people/\n\n| /x/", "Line 3"),
        ("Evil | javascript:alert(1)", "javascript:alert(1)"),
        ("Evil | //evil.example", "//evil.example"),
        ("Evil | people/", "people/"),
    ],
)
def test_bad_lines_are_named(text, named):
    with pytest.raises(ValidationError, match=named.replace("(", r"\(").replace(")", r"\)")):
        validate_links(text)


def test_lines_are_read_from_the_right(db):
    assert read_links("A | B | /people/\n\n") == [("A | B", "/people/")]
