"""Catalogues, dates and plural forms; pages of two languages that know each other; files that are the same in all."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, ngettext
from lxml import html

from labsite.lib.dates import PartialDate, display_period, display_stored
from labsite.lib.english import english
from labsite.tests.factories import make_member, make_publication, make_venue
from labsite.tests.test_public_pages import QUERIES
from labsite.tests.world import make_world
from publications.digests import refresh_digests
from publications.models import Publication, PublicationDigest
from publications.printing import distinction_text, in_words, rate_text

pytestmark = pytest.mark.once

CATALOGUES = sorted(Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/django.po"))
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes", "on"}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%")
TAG = re.compile(r"</?\w+")
CHINESE = "zh-hans"


@pytest.mark.skipif(not shutil.which("xgettext") and not IN_CI, reason="gettext is not installed")
def test_every_word_of_the_interface_is_translated():
    command = [sys.executable, ".ci/messages.py", "--check"]
    found = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert (found.stdout.strip(), found.returncode) == ("", 0)


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_what_is_compiled_is_what_is_written(path):
    written = {(each.msgctxt, each.msgid): each.msgstr or each.msgstr_plural for each in polib.pofile(str(path))}
    compiled = polib.mofile(str(path.with_suffix(".mo")))
    assert {(each.msgctxt, each.msgid): each.msgstr or each.msgstr_plural for each in compiled} == written
    assert len(written) > 500


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_translations_keep_placeholders_and_elements(path):
    broken = []
    for entry in polib.pofile(str(path)):
        asked = entry.msgid_plural or entry.msgid
        for text in [entry.msgstr] if entry.msgstr else entry.msgstr_plural.values():
            same_places = sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(asked))
            if not same_places or sorted(TAG.findall(text)) != sorted(TAG.findall(asked)) or entry.fuzzy:
                broken.append((asked, text))
    assert broken == []


def test_there_is_a_catalogue_for_every_language():
    known = {path.parent.parent.name for path in CATALOGUES}
    assert {translation.to_locale(code) for code, _ in settings.LANGUAGES} - {"en"} == known


DAY, MONTH, YEAR = PartialDate("2024-05-31"), PartialDate("2024-05"), PartialDate("2024")


@pytest.mark.parametrize(
    ("arguments", "english_text", "chinese_text"),
    [
        ({"start": DAY, "end": DAY}, "31 May 2024", "2024年5月31日"),
        ({"start": MONTH, "end": MONTH}, "May 2024", "2024年5月"),
        ({"start": YEAR, "end": YEAR}, "2024", "2024年"),
        ({"start": YEAR, "end": DAY}, "2024 – 31 May 2024", "2024年 – 2024年5月31日"),
        ({"start": MONTH, "end": None}, "May 2024 – present", "2024年5月 – 至今"),
        ({"start": MONTH, "end": None, "end_is_unknown": True}, "from May 2024", "2024年5月起"),
        ({"start": None, "end": MONTH}, "until May 2024", "至2024年5月"),
        ({"start": None, "end": None}, "", ""),
    ],
)
def test_periods_in_both_languages(arguments, english_text, chinese_text):
    assert display_period(**arguments) == english_text
    with translation.override(CHINESE):
        assert display_period(**arguments) == chinese_text


def test_every_month_is_a_number_in_chinese():
    with translation.override(CHINESE):
        shown = [PartialDate(f"2024-{month:02}").display() for month in range(1, 13)]
    assert shown == [f"2024年{month}月" for month in range(1, 13)]


def test_dates_that_are_stored_as_text():
    with translation.override(CHINESE):
        assert [display_stored(text) for text in ("2024-05", "May 2024", "2024-13", "")] == [
            "2024年5月", "May 2024", "2024-13", "",
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "english_text"), [(0, "0 publications"), (1, "1 publication"), (2, "2 publications")]
)
def test_plural_forms(number, english_text):
    form = "%(number)s publication", "%(number)s publications", number
    assert ngettext(*form) % {"number": number} == english_text
    with translation.override(CHINESE):
        assert ngettext(*form) % {"number": number} == f"{number} 篇论文"


@pytest.mark.parametrize(
    ("arguments", "english_text", "chinese_text"),
    [
        (("", None, None), "", ""),
        (("1.7", None, None), "1.7%", "1.7%"),
        (("1.7", None, 0), "1.7%", "1.7%"),
        (("1.7", None, 8620), "1.7% of 8,620 submissions", "占 8,620 篇投稿的 1.7%"),
        (("100", None, 1), "100% of 1 submission", "占 1 篇投稿的 100%"),
        (("0.4", 61, 15671), "0.4%, 61 of 15,671 submissions", "0.4%，从 15,671 篇投稿中选出 61 篇"),
        (("", 0, 2), "0 of 2 submissions", "从 2 篇投稿中选出 0 篇"),
    ],
)
def test_rates_in_both_languages(arguments, english_text, chinese_text):
    assert rate_text(*arguments) == english_text
    with translation.override(CHINESE):
        assert rate_text(*arguments) == chinese_text


def test_rows_that_were_stored_as_text_print_as_they_are():
    with translation.override(CHINESE):
        assert distinction_text("Oral · 1.7% of 8,620 submissions") == "Oral · 1.7% of 8,620 submissions"
        assert distinction_text({"text": "Oral", "percent": "2"}) == "口头报告 · 2%"
        assert [in_words(text) for text in ("Oral", "", "What nobody translates")] == [
            "口头报告", "", "What nobody translates",
        ]  # fmt: skip


def test_english_is_given_whatever_language_is_active():
    with translation.override(CHINESE):
        assert (gettext("Oral"), english(Publication.Kind.PREPRINT.label)) == ("口头报告", "Preprint")


# Pages

pages = pytest.mark.django_db


def page_of(client, address: str) -> html.HtmlElement:
    response = client.get(address)
    assert response.status_code == 200, address
    return html.fromstring(response.content.decode())


@pages
def test_pages_of_two_languages_lead_to_each_other(client, settings):
    settings.SITE_URL = "https://lab.example.org"
    make_member("Ada Quint")
    plain, chinese = page_of(client, "/people/?q=ada"), page_of(client, "/zh-hans/people/?q=ada")
    expected = [
        ("en", "https://lab.example.org/people/"),
        ("zh-Hans", "https://lab.example.org/zh-hans/people/"),
        ("x-default", "https://lab.example.org/people/"),
    ]
    for page, own, code in ((plain, "/people/", "en"), (chinese, "/zh-hans/people/", CHINESE)):
        assert [(each.get("hreflang"), each.get("href")) for each in page.xpath("//link[@hreflang]")] == expected
        assert page.xpath("//link[@rel='canonical']/@href") == [f"https://lab.example.org{own}"]
        assert page.get("lang") == code
    switch = "//footer//a[@hreflang]"
    assert [each.get("href") for each in plain.xpath(switch)] == ["/zh-hans/people/?q=ada"]
    assert [each.get("href") for each in chinese.xpath(switch)] == ["/people/?q=ada"]


@pages
@pytest.mark.parametrize(
    ("address", "language", "words"),
    [
        ("/xx/people/", "en", "There is no page here"),
        ("/zh-hans/people/nobody/", CHINESE, "这里没有页面"),
        ("/zh-hans/nothing", CHINESE, "这里没有页面"),
    ],
)
def test_a_missing_page_is_missing_in_the_language_of_its_address(client, address, language, words):
    response = client.get(address)
    page = html.fromstring(response.content.decode())
    assert (response.status_code, page.get("lang"), response["Content-Language"]) == (404, language, language)
    assert page.xpath("string(//h1)") == words
    other = page.xpath("//footer//a[@hreflang]/@href")
    assert other == [address.removeprefix("/zh-hans") if language == CHINESE else f"/zh-hans{address}"]


@pages
def test_the_address_decides_not_the_browser(client):
    make_member("Ada Quint")
    plain = client.get("/people/", headers={"accept-language": "zh-CN"})
    assert (plain["Content-Language"], b"Set-Cookie" in plain.serialize_headers()) == ("en", False)
    assert "PhD students" in plain.content.decode()
    assert "博士生" in client.get("/zh-hans/people/", headers={"accept-language": "en"}).content.decode()


@pages
def test_an_old_address_of_a_person_leads_to_the_page_in_the_same_language(client):
    make_member("Ada Quint").old_addresses.create(path="/about-ada.html")
    assert client.get("/about-ada.html")["Location"] == "/people/ada-quint/"
    assert client.get("/zh-hans/about-ada.html")["Location"] == "/zh-hans/people/ada-quint/"


@pages
def test_a_merged_slug_is_found_in_every_language(client):
    make_member("Ada Quint").old_addresses.create(path="/people/ada-q/")
    for prefix in ("", "/zh-hans"):
        page = page_of(client, f"{prefix}/publications/?author=ada-q")
        assert page.xpath("//*[@role='alert']") == []


@pages
def test_people_stand_in_the_same_order(client):
    for name in ("Zoë Abel", "张逸", "Ada Quint", "Élan Moor", "Bo Åker"):
        make_member(name)
    found = [
        [each.rsplit("/people/", 1)[1] for each in page_of(client, address).xpath("//main//li//h3//a/@href")]
        for address in ("/people/", "/zh-hans/people/")
    ]
    assert found[0] == found[1]
    assert len(found[0]) == 5


@pages
def test_an_error_names_the_input_in_chinese(client):
    page = page_of(client, "/zh-hans/publications/?venue=nowhere&year=abc")
    words = page.xpath("string(//*[@role='alert'])")
    assert "这里没有“nowhere”这个会议或期刊。请从列表中选择。" in words
    assert "这里没有“abc”这个年份。请写四位数字" in words


MACHINES = [
    "/publications/export.bib", "/publications/export.ris", "/publications/export.json", "/publications/export.jsonld",
    "/publications/references.txt?style=apa", "/publications/paper-0/cite.bib", "/publications/paper-0/cite.ris",
    "/publications/paper-0/cite.json", "/publications/paper-0/cite.jsonld", "/publications/paper-0/linkset.json",
    "/feeds/publications.atom", "/feeds/publications.atom?year=2020", "/feeds/news.atom",
    "/oai?verb=Identify", "/oai?verb=ListSets",
]  # fmt: skip


@pages
@pytest.mark.parametrize("address", MACHINES)
def test_files_are_the_same_in_every_language(client, address):
    make_world(1)
    plain, chinese = client.get(address), client.get(f"/zh-hans{address}")
    body = plain.getvalue()
    times = re.compile(rb"<(?:updated|responseDate)>[^<]*")
    assert times.sub(b"", chinese.getvalue()) == times.sub(b"", body)
    assert len(body) > 50
    assert [each.get("Content-Language") for each in (plain, chinese)] == ["en", "en"]
    assert (chinese.get("Link"), b"zh-hans" in body) == (plain.get("Link"), False)


@pages
@pytest.mark.parametrize(
    "address", ["/", "/people/ada-quint/", "/publications/paper-0/", "/venues/v0/", "/groups/group-0/"]
)
def test_identifiers_are_the_same_in_every_language(client, address):
    make_world(1)
    found = []
    for prefix in ("", "/zh-hans"):
        page = page_of(client, f"{prefix}{address}")
        scripts = [json.loads(each) for each in page.xpath("//script[@type='application/ld+json']/text()")]
        found.append({
            "ids": [identifier for script in scripts for identifier in ids_of(script)],
            "citation": page.xpath("//meta[starts-with(@name,'citation_')]/@content"),
            "links": page.xpath("//link[not(@hreflang)][not(@rel='canonical')][not(contains(@type, 'oembed'))]/@href"),
            "coins": page.xpath("//span[@class='Z3988']/@title"),
        })  # fmt: skip
    assert found[0] == found[1]
    assert found[0]["ids"]


def ids_of(data: object) -> list[str]:
    if isinstance(data, list):
        return [identifier for each in data for identifier in ids_of(each)]
    if not isinstance(data, dict):
        return []
    return [*([data["@id"]] if "@id" in data else []), *(each for value in data.values() for each in ids_of(value))]


@pages
def test_a_row_is_stored_without_a_language(client):
    venue = make_venue("ICXM")
    paper = make_publication("First", [make_member("Ada Quint")], venue=venue, status="accepted")
    loose = make_publication("Second", [make_member("Bo Quint")], kind="preprint", status="submitted")
    paper.distinctions.create(kind="oral", rate_percent="1.50", submissions=1000)
    paper.notices.create(kind="erratum", date="2024-05")
    keys = [paper.pk, loose.pk]
    stored = []
    for language in ("en", CHINESE):
        PublicationDigest.objects.all().delete()
        with translation.override(language):
            refresh_digests(keys)
        stored.append(list(PublicationDigest.objects.order_by("pk").values_list("row", "record_hash")))
    assert stored[0] == stored[1]
    row = stored[0][0][0]
    assert (row["status"], row["venue"]) == ("Accepted", "/venues/icxm/")
    assert row["notices"] == [{"kind": "erratum", "label": "Erratum", "date": "2024-05"}]
    assert row["distinctions"] == [{"text": "Oral", "percent": "1.5", "submissions": 1000}]
    page = page_of(client, "/zh-hans/publications/")
    words = " ".join(page.xpath("string(//ol[@class='publication-list'])").split())
    for text in ("已录用", "勘误", "2024年5月", "口头报告 · 占 1,000 篇投稿的 1.5%"):
        assert text in words
    assert "预印本 2024" in page.xpath("string(//main)")
    assert page.xpath("//a[contains(@class,'badge-venue')]/@href") == ["/zh-hans/venues/icxm/"]


@pages
@pytest.mark.parametrize("path", QUERIES)
def test_chinese_pages_ask_as_often(client, django_assert_num_queries, path):
    """The literal counts hold in every language; what has no page in another language is not asked for there."""
    if path.startswith("/sitemap"):
        assert client.get(f"/zh-hans{path}").status_code == 404
        return
    make_world(1)
    with django_assert_num_queries(QUERIES[path]):
        response = client.get(f"/zh-hans{path}")
        assert response.status_code == 200
        response.getvalue()


# Style sheets

STYLES = sorted((settings.BASE_DIR / "labsite" / "static").rglob("*.css"))
PHYSICAL = re.compile(
    r"(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)\b|(?<![-\w])(?:left|right)\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)|border-(?:top|bottom)-(?:left|right)-radius"
)
ADDED = re.compile(r"(?<![-\w])content\s*:([^;]*)")


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_styles_know_neither_left_nor_right_nor_words(path):
    """Margins and places are logical, so that they are mirrored; `content` adds signs, which nobody translates."""
    lines = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL).splitlines()
    assert [line.strip() for line in lines if PHYSICAL.search(line)] == []
    assert [text for line in lines for text in ADDED.findall(line) if has_words(text)] == []


def has_words(content: str) -> bool:
    """Whether what a style sheet adds holds letters between quotation marks; `attr(href)` holds none."""
    return any(re.search("[A-Za-z]", text) for text in re.findall(r'"([^"]*)"', content))
