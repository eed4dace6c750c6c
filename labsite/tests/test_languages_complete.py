"""Every word of the interface passes through the catalogue: nothing English is left where everything is translated.

A language of this test's own puts every translated text in ⟦brackets⟧, and the world's data is written in Greek. Latin
letters outside brackets are then words that nobody can translate.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import _lru_cache_wrapper

import pytest
from django.apps import apps
from django.db import models
from django.utils import translation
from django.utils.translation import trans_real
from lxml import html

from labsite.lib.text import DerivedTextField
from labsite.tests.factories import make_member, make_publication
from labsite.tests.test_public_pages import QUERIES
from labsite.tests.world import make_world
from publications.digests import refresh_digests
from publications.models import Publication

pytestmark = [pytest.mark.django_db, pytest.mark.once]

LATIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
GREEK = str.maketrans(LATIN, "αβψδεφγηιξκλμνοπϙρστθωϛχυζΑΒΨΔΕΦΓΗΙΞΚΛΜΝΟΠϘΡΣΤΘΩϚΧΥΖ")
ROOMS = ("labsite", "people", "publications", "activities")
# Names that are the same in every language.
NAMES = {
    "BibTeX", "RIS", "CSL", "JSON", "LD", "APA", "IEEE", "ACM", "Chicago", "MLA", "Vancouver", "USD", "English",
    "Labsite", "ORCID", "iD", "DOI", "arXiv", "API", "PDF", "CV", "CSV", "SVG", "DOCX",
    "Letter", "Resume", "Feed",
}  # fmt: skip
# What programs read, and what is printed as machines write it.
UNREAD = "//script | //style | //head/*[not(self::title)] | //pre | //*[@data-copy]"
WORDED = ("aria-label", "title", "placeholder", "alt", "data-copy", "data-label")
ADDRESS = re.compile(r"https?://\S+|/[\w/.-]+|\S+@\S+")
BRACKETS = re.compile("⟦[^⟦⟧]*⟧")
WORD = re.compile(r"[A-Za-z]{2,}")


class Bracketed(trans_real.DjangoTranslation):
    """A language in which every text of the interface is itself, in brackets."""

    def __init__(self) -> None:
        super().__init__("zh-hans")

    def gettext(self, message: str) -> str:
        return f"⟦{message.rsplit(trans_real.CONTEXT_SEPARATOR, 1)[-1]}⟧"

    def ngettext(self, one: str, many: str, number: int) -> str:
        return self.gettext(one if number == 1 else many)


@pytest.fixture
def bracketed(monkeypatch) -> Iterator[None]:
    monkeypatch.setitem(trans_real._translations, "zh-hans", Bracketed())
    forget_printed_words()
    yield
    forget_printed_words()


def forget_printed_words() -> None:
    """What was printed in the other catalogue and remembered by its language's code, whose meaning changes here."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ROOMS:
            for value in [value for value in vars(module).values() if isinstance(value, _lru_cache_wrapper)]:
                value.cache_clear()


def write_in_greek() -> None:
    """Every text that people typed, in Greek letters: slugs, addresses, numbers and choices stay."""
    with translation.override("en"):
        for model in (model for room in ROOMS for model in apps.get_app_config(room).get_models()):
            fields = [field.attname for field in model._meta.fields if is_text(field)]
            if not fields or model.__name__.startswith("Historical") or model._meta.model_name == "publicationdigest":
                continue
            for row in model._base_manager.all():
                changes = {name: getattr(row, name).translate(GREEK) for name in fields if getattr(row, name)}
                model._base_manager.filter(pk=row.pk).update(**changes)
    refresh_digests(Publication.objects.values_list("pk", flat=True))


def is_text(field: models.Field) -> bool:
    plain = isinstance(field, models.CharField | models.TextField)
    coded = isinstance(field, models.SlugField | models.URLField | models.EmailField | DerivedTextField)
    return plain and not coded and not field.choices and not hasattr(field, "max_digits") and field.name not in CODES


CODES = {"currency", "scheme", "orcid", "ror", "path", "bibtex_key", "code", "native_language", "accent", "country"} | {
    "start", "end", "date", "year", "preprint_date", "end_date", "as_of", "value", "number", "pages", "model", "key",
}  # fmt: skip


def english_left(content: str) -> set[str]:
    """The words of a page that a reader sees or hears and that stand outside brackets."""
    page = html.fromstring(content)
    for each in page.xpath("//*[@class='Z3988']"):
        each.drop_tree()
    texts = [each.get(name) for each in page.iter() for name in WORDED if isinstance(each.tag, str) and each.get(name)]
    texts += page.xpath("//meta[@name='description']/@content")
    for each in page.xpath(UNREAD):
        each.drop_tree()
    texts += [" ".join(page.itertext())]
    found = set()
    for text in texts:
        before = None
        while before != text:
            before, text = text, BRACKETS.sub(" ", text)
        found |= {*WORD.findall(ADDRESS.sub(" ", text))} - NAMES
    return found


# Words that a page may quote: those of the question, and the member's folded name, which is suggested.
def quoted(path: str) -> set[str]:
    return {*WORD.findall(path), "quint"}


PAGES = [
    "/",
    "/?a=b",
    "/nowhere/",
    *(path for path in QUERIES if not re.search(r"\.[a-z]+(\?|$)|^/oai|^/oembed", path)),
]


@pytest.mark.parametrize("path", PAGES)
def test_no_word_escapes_translation(client, bracketed, path):
    make_world(2)
    write_in_greek()
    response = client.get(f"/zh-hans{path}")
    assert english_left(response.content.decode()) - quoted(path) == set()


@pytest.mark.parametrize(
    "path",
    [
        "/publications/?venue=nowhere&year=abc&type=x&topic=x&author=x&award=x&since=x&until=x&code=x&workshops=x",
        "/publications/?style=x&sort=x&page=999",
        "/publications/?q=nothing-like-it",
        "/publications/?q=oral+since+2020+code",
        "/people/?role=x&status=x&group=x&on=x",
        "/people/?q=nothing-like-it",
        "/news/?kind=x&person=x&page=x",
        "/awards/?by=x",
        "/search/?q=nothing-like-it",
        "/search/?q=%00",
    ],
)
def test_no_message_escapes_translation(client, bracketed, path):
    """What the visitor wrote is quoted inside a translated sentence."""
    make_world(1)
    write_in_greek()
    assert english_left(client.get(f"/zh-hans{path}").content.decode()) - quoted(path) == set()


def test_what_editors_see_of_a_draft_is_translated(admin_client, bracketed):
    make_publication("Ϙ", [make_member("Ϙ", slug="member")], slug="draft", is_published=False, status="submitted")
    assert english_left(admin_client.get("/zh-hans/publications/draft/").content.decode()) == set()
