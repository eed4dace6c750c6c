"""Django's tags that remember what they print: they print what Django's do, in each language."""

from __future__ import annotations

import pytest
from django.template import Context, Engine, TemplateSyntaxError, engines
from django.template.base import Template
from django.test import override_settings
from django.urls import NoReverseMatch, path, set_script_prefix
from django.utils import translation

urlpatterns = [path("other/", lambda request: None, name="home")]  # a site of its own, for a test
LANGUAGES = ("en", "zh-hans", "en", "zh-hans")
SOURCES = [
    '{% translate "People" %}',
    "{% trans 'People' %}",
    '{% translate "since" context "before a year" %}',
    '{% translate "since" context kind %}',
    '{% translate "100 % of <b>it</b>" %}',
    '{% translate "People" noop %}',
    '{% translate "People"|upper %}',
    "{% translate word %}",
    '{% translate "People" as word %}{{ word }}',
    '{% url "home" %}',
    "{% url 'people:people' %}",
    '{% url "home" as address %}{{ address }}',
    '{% url "nowhere" as address %}{{ address }}',
    '{% url "people:person" slug %}',
    '{% url "people:person" slug=slug %}',
    "{% url name %}",
    '{% url "admin:index" %}',
    "{% blocktranslate count number=2 %}{{ number }} paper{% plural %}{{ number }} papers{% endblocktranslate %}",
]
VALUES = {"word": "Venue", "slug": "ada", "name": "publications:venues", "kind": "before a year"}


def plain_engine() -> Engine:
    """Django's own tags, without ours."""
    return Engine(libraries={"i18n": "django.templatetags.i18n"})


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_printed_is_what_django_prints(source):
    text = f"{{% load i18n %}}{source}"
    ours, djangos = engines["django"].engine.from_string(text), plain_engine().from_string(text)
    for language in LANGUAGES:
        with translation.override(language):
            assert ours.render(Context(VALUES)) == djangos.render(Context(VALUES)), language


def test_an_address_that_is_not_there_is_an_error_as_often_as_it_is_asked_for():
    template = engines["django"].engine.from_string('{% url "nowhere" %}')
    for _ in range(2):
        with pytest.raises(NoReverseMatch, match="nowhere"):
            template.render(Context())


def test_addresses_follow_the_prefix_and_the_addresses_of_the_site():
    template = engines["django"].engine.from_string('{% url "home" %}')
    assert template.render(Context()) == "/"
    try:
        set_script_prefix("/lab/")
        assert template.render(Context()) == "/lab/"
    finally:
        set_script_prefix("/")
    with override_settings(ROOT_URLCONF="labsite.tests.test_kept_tags"):
        assert template.render(Context()) == "/other/"


# Frames


FRAMES = {
    "frame": "<{% block a %}A{% endblock %}|{% block b %}B{% block c %}C{% endblock %}{% endblock %}>",
    "middle": "{% extends 'frame' %}{% block b %}[{{ block.super }}]{% block d %}D{% endblock %}{% endblock %}",
    "page": "{% extends 'middle' %}{% block a %}{{ word }}{% endblock %}{% block d %}d{{ block.super }}{% endblock %}",
    "other": "{% extends 'frame' %}{% block c %}c{% endblock %}",
    "chosen": "{% extends name %}{% block a %}x{% endblock %}",
    "included": "{% include 'page' %}{% include 'other' %}{% include 'page' %}",
}


def frames(builtins: list[str]) -> Engine:
    loaders = [("django.template.loaders.cached.Loader", [("django.template.loaders.locmem.Loader", FRAMES)])]
    return Engine(loaders=loaders, builtins=builtins, libraries={"i18n": "django.templatetags.i18n"})


@pytest.mark.parametrize("name", [*FRAMES])
def test_frames_are_filled_as_django_fills_them(name):
    ours, djangos = frames(["labsite.templatetags.kept"]), frames([])
    for word in ("one", "two", "<three>"):
        for frame in ("frame", "middle", "other"):
            values = {"word": word, "name": frame}
            assert render(ours, name, values) == render(djangos, name, values)


def render(engine: Engine, name: str, values: dict[str, str]) -> str:
    template: Template = engine.get_template(name)
    return template.render(Context(values))


def test_extends_must_come_first():
    with pytest.raises(TemplateSyntaxError):
        frames(["labsite.templatetags.kept"]).from_string("{% block a %}{% endblock %}{% extends 'frame' %}")
