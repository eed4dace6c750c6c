"""The style guide: every public partial is shown there or named here with the reason, and its colours can be read."""

from __future__ import annotations

import datetime
from fnmatch import fnmatch
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.test.signals import template_rendered
from django.utils import translation

from labsite.look_views import styleguide
from labsite.styleguide import PAIRS, Swatch, hex_colour, make_samples, read_tokens, swatches
from labsite.theme import contrast

pytestmark = pytest.mark.once

TEMPLATES = Path(settings.BASE_DIR) / "templates"
# Partials that the guide does not show, and why.
ELSEWHERE = {
    "errors/_ways_on.html": "links at the foot of pages about errors",
    "activities/_branch.html": "a tree of people, seen at /mentorship/",
    "activities/_figure.html": "a drawing made of the record, seen at /figures/",
    "activities/_own_lineage.html": "a person's part of the tree, seen on their page",
    "activities/_report_form.html": "a form that leads to /report/, seen there",
    "activities/_tree*.html": "the tree as a drawing, seen at /mentorship/",
    "help/_search.html": "for accounts: seen at /help/",
    "includes/_copy_script.html": "a script: nothing to see",
    "includes/_published_scripts.html": "a script: nothing to see",
    "includes/_site_footer.html": "the foot of every page, this one too: printed once and kept",
    "labsite/_picture.html": "needs an uploaded picture, seen at /",
    "members/_*.html": "parts of forms of the members' own corner, seen at /my/",
    "publications/_embed_offer.html": "code to paste, at the end of lists: seen at /publications/",
    "people/_alumni.html": "a whole section of /people/",
    "people/_cv_*.html": "parts of a CV, whose looks are its own: seen at /people/…/cv/",
    "people/_directory.html": "the whole list of /people/",
    "people/_people_section.html": "a whole section of /people/, of person cards",
    "people/_photo_focus*.html": "a widget of forms with an uploaded photo",
    "people/_record.html": "the whole record of a person, of the entries shown here",
    "publications/_affiliations.html": "a list of facts on a paper's page",
    "publications/_chips.html": "what is chosen of the filters, seen at /publications/",
    "publications/_filter_form.html": "the filters, seen at /publications/",
    "publications/_histogram.html": "the years as bars, seen at /publications/",
    "publications/_problems.html": "the banners shown here, around problems of filters",
}


@pytest.fixture
def rendered(db):
    """The page and the names of all templates it is made of."""
    names = set()

    def note(template, **kwargs):
        names.add(template.name)

    request = RequestFactory().get("/styleguide/")
    request.user = AnonymousUser()
    template_rendered.connect(note)
    try:
        text = styleguide(request).content.decode()
    finally:
        template_rendered.disconnect(note)
    return text, names


def public_partials() -> set[str]:
    found = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("_*.html")}
    return {name for name in found if not name.startswith("admin/")}


def test_every_public_partial_is_shown_or_named_with_a_reason(rendered):
    _, names = rendered
    left = {name for name in public_partials() - names if not any(fnmatch(name, pattern) for pattern in ELSEWHERE)}
    assert left == set(), "show them in templates/labsite/styleguide.html or say in ELSEWHERE why not"


def test_no_reason_is_left_for_a_partial_that_is_gone_or_shown(rendered):
    _, names = rendered
    hidden = public_partials() - names
    assert [pattern for pattern in ELSEWHERE if not any(fnmatch(name, pattern) for name in hidden)] == []


def test_the_guide_is_headed_and_anchored(rendered):
    text, _ = rendered
    assert text.count("<h1") == 1
    anchors = [part.partition('"')[0] for part in text.split('class="chip" href="#')[1:]]
    assert {"tokens", "forms", "people", "publications", "entries"} <= set(anchors)
    assert [anchor for anchor in anchors if f'id="{anchor}"' not in text] == []
    assert "style=" not in text


def test_the_guide_asks_the_database_for_the_frame_alone(db, django_assert_num_queries):
    with django_assert_num_queries(1):  # the lab's profile
        request = RequestFactory().get("/styleguide/")
        request.user = AnonymousUser()
        assert styleguide(request).status_code == 200


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_that_is_read_has_enough_contrast(scheme):
    shown = {swatch.name: swatch for swatch in swatches(scheme)}
    assert set(PAIRS) <= set(shown)
    assert [swatch for swatch in shown.values() if not swatch.is_enough] == []
    assert shown["ink"].ratio == min(
        contrast(shown["ink"].colour, shown[ground].colour) for ground in ("paper", "surface", "surface-sunk")
    )


def test_a_colour_that_is_hard_to_read_is_told_apart():
    assert not Swatch("a", "#777777", ("b",), 4.4, 7.0).is_enough
    assert Swatch("a", "#777777").is_enough


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("#1a4a9c", "#1a4a9c"),
        ("hsl(0 0% 100%)", "#ffffff"),
        ("hsl(120 100% 50%)", "#00ff00"),
        ("hsl(0 0% 0%)", "#000000"),
    ],
)
def test_colours_are_read_in_either_notation(value, expected):
    assert hex_colour(value) == expected


def test_tokens_differ_by_scheme_and_share_names():
    tokens = read_tokens()
    assert set(tokens["light"]) == set(tokens["dark"])
    assert tokens["light"]["paper"] != tokens["dark"]["paper"]


def test_samples_speak_every_language_without_a_database():
    with translation.override("zh-hans"):
        samples = make_samples(datetime.date(2026, 5, 1))
    assert samples["person"].get_absolute_url() == "/people/ada-quint/"
