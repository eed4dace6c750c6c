"""What other sites show of ours: lists to be framed, oEmbed, JSON Feed, read as those sites read them."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree import ElementTree

import pytest
from lxml import html

from labsite.models import LabProfile
from labsite.tests.factories import make_group, make_member, make_publication, make_venue
from publications.digests import flush_changes
from publications.models import OldSlug, Publication

pytestmark = pytest.mark.django_db
ROOT = "http://testserver"
DANGER = "\"><img src=x onerror=alert(1)>'</iframe><script>alert(1)</script>"


@pytest.fixture
def lab() -> None:
    """Ada in one group with three papers, Bo in another with one; a draft; a lab with a colour."""
    LabProfile.objects.create(pk=1, name="Quiet Lab", accent="#8a1a4a")
    quiet, loud = make_group("Quiet Group", slug="quiet"), make_group("Loud Group", slug="loud")
    ada, bo = make_member("Ada Quint", group=quiet), make_member("Bo Loud", group=loud)
    venue = make_venue("ICXM")
    for year in (2022, 2024, 2023):
        make_publication(f"Silence {year}", [ada, "Cy Guest"], slug=f"silence-{year}", year=year, venue=venue)
    make_publication("Noise", [bo], slug="noise", date="2024-05-06")
    make_publication("Hush", [ada], slug="hush", is_published=False)
    flush_changes()


def titles(client, address: str) -> list[str]:
    page = html.fromstring(client.get(address).content)
    return [each.text_content() for each in page.xpath("//h2[contains(@class, 'publication-title')]")]


def test_an_embedded_list_is_the_list_newest_first(client, lab):
    assert titles(client, "/embed/publications/") == ["Noise", "Silence 2024", "Silence 2023", "Silence 2022"]
    ada = ["Silence 2024", "Silence 2023", "Silence 2022"]
    assert titles(client, "/embed/publications/?author=ada-quint") == ada
    assert titles(client, "/embed/publications/?group=quiet") == ada
    assert titles(client, "/embed/publications/?group=quiet&year=2023&year=2022&limit=1") == ["Silence 2023"]
    assert titles(client, "/embed/publications/?group=loud&venue=icxm") == []
    assert titles(client, "/embed/publications/?q=silence&since=2024") == ["Silence 2024"]
    assert titles(client, "/embed/publications/silence-2023/") == ["Silence 2023"]


def test_an_embedded_page_leads_out_of_its_frame(client, lab):
    page = html.fromstring(client.get("/embed/publications/?group=quiet").content)
    assert page.xpath("//base/@target") == ["_top"]
    assert page.xpath("//p[contains(@class, 'embed-source')]/a/@href") == ["/groups/quiet/"]
    assert page.xpath("//link[@rel='canonical']/@href") == [f"{ROOT}/groups/quiet/"]
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert page.findtext(".//title") == "Publications: Quiet Group · Quiet Lab"
    assert page.xpath("//header | //footer | //nav | //form | //script") == []
    chinese = html.fromstring(client.get("/zh-hans/embed/publications/?year=2024").content)
    assert chinese.get("lang") == "zh-hans"
    assert chinese.xpath("//p[contains(@class, 'embed-source')]/a/@href") == ["/zh-hans/publications/?year=2024"]


@pytest.mark.parametrize(("theme", "sheet"), [("", "?accent=8a1a4a"), ("dark", "?accent=8a1a4a&scheme=dark")])
def test_an_embedded_page_has_the_labs_colour(client, lab, theme, sheet):
    page = html.fromstring(client.get(f"/embed/publications/?theme={theme}").content)
    assert page.xpath("//link[contains(@href, 'theme.css')]/@href") == [f"/theme.css{sheet}"]
    assert page.xpath("//meta[@name='color-scheme']/@content") == [theme or "light dark"]
    css = client.get(f"/theme.css{sheet}").content.decode()
    assert ("prefers-color-scheme" in css, ":root{color-scheme:dark" in css) == (
        not theme,
        bool(theme),
    )


def test_references_instead_of_lines(client, lab):
    text = html.fromstring(client.get("/embed/publications/?style=apa&author=bo-loud").content).text_content()
    assert "Loud, B. (2024" in text
    assert "Loud, B. (2024" in client.get("/embed/publications/noise/?style=apa").content.decode()


@pytest.mark.parametrize(
    ("query", "status", "named"),
    [
        ("author=nobody", 404, "“nobody”"), ("group=nobody", 404, "“nobody”"), ("venue=x&venue=icxm", 404, "“x”"),
        ("limit=51", 400, "“51”"), ("limit=-1", 400, "“-1”"), ("limit=%C2%B2", 400, "“²”"),
        ("theme=pink", 400, "“pink”"),
        ("style=bad", 400, "“bad”"), ("group=%00", 404, "“”"), ("year=x", 404, "“x”"),
    ],
)  # fmt: skip
def test_what_means_nothing_is_said_in_the_frame(client, lab, query, status, named):
    answer = client.get(f"/embed/publications/?{query}")
    assert (answer.status_code, answer.headers["Content-Security-Policy"].count("frame-ancestors *")) == (status, 1)
    assert named in answer.content.decode()
    assert bool(titles(client, f"/embed/publications/?{query}")) == (status == 400)


def test_drafts_are_shown_to_nobody(client, admin_client, lab):
    make_group("Secret Group", slug="secret", is_published=False)
    for reader in (client, admin_client):
        for address in ("/embed/publications/", "/embed/publications/?group=quiet", "/feeds/publications.json"):
            assert "Hush" not in reader.get(address).content.decode()
        for address in ("/embed/publications/hush/", "/embed/publications/?group=secret"):
            assert reader.get(address).status_code == 404
        for path in ("/publications/hush/", "/groups/secret/", "/people/nobody/"):
            assert reader.get("/oembed", {"url": ROOT + path}).status_code == 404


def frame_in(code: str) -> dict[str, str]:
    """The attributes of the one element that `code` is."""
    parts = html.fragments_fromstring(code)
    assert [part.tag for part in parts] == ["iframe"]
    assert (len(parts[0]), (parts[0].text or "") + (parts[0].tail or "")) == (0, "")
    return dict(parts[0].attrib)


@pytest.mark.parametrize(
    ("path", "title", "frame"),
    [
        ("/people/ada-quint/", "Publications: Ada Quint", "/embed/publications/?author=ada-quint"),
        ("/groups/quiet/", "Publications: Quiet Group", "/embed/publications/?group=quiet"),
        ("/venues/icxm/", "Publications: ICXM", "/embed/publications/?venue=icxm"),
        ("/publications/", "Publications", "/embed/publications/"),
        ("/publications/?year=2024&author=ada-quint&sort=title&page=2", "Publications: 2024, Ada Quint",
         "/embed/publications/?year=2024&author=ada-quint"),
        ("/publications/noise/", "Noise", "/embed/publications/noise/"),
        ("/zh-hans/publications/noise/", "Noise", "/zh-hans/embed/publications/noise/"),
    ],
)  # fmt: skip
def test_oembed_says_how_a_page_is_shown_elsewhere(client, lab, path, title, frame):
    answer = client.get("/oembed", {"url": ROOT + path})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json; charset=utf-8")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    data = answer.json()
    assert (data["version"], data["type"], data["title"]) == ("1.0", "rich", title)
    assert (data["provider_name"], data["provider_url"], data["cache_age"]) == ("Quiet Lab", f"{ROOT}/", 3600)
    attributes = frame_in(data["html"])
    assert (attributes["src"], attributes["title"]) == (ROOT + frame, title)
    assert (attributes["width"], attributes["height"]) == (str(data["width"]), str(data["height"]))
    assert client.get(frame).status_code == 200
    # The same in XML, in the same order.
    tree = ElementTree.fromstring(client.get("/oembed", {"url": ROOT + path, "format": "xml"}).content)  # noqa: S314 - ours
    assert (tree.tag, {each.tag: each.text for each in tree}) == ("oembed", {n: str(v) for n, v in data.items()})


def test_former_addresses_lead_to_what_was_merged(client, lab):
    OldSlug.objects.create(slug="loud-noise", publication=Publication.objects.get(slug="noise"))
    answer = client.get("/embed/publications/loud-noise/?theme=dark")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/embed/publications/noise/?theme=dark")
    code = client.get("/oembed", {"url": f"{ROOT}/publications/loud-noise/"}).json()["html"]
    assert frame_in(code)["src"] == f"{ROOT}/embed/publications/noise/"


def test_oembed_fits_into_what_is_asked_for(client, lab):
    url = f"{ROOT}/people/ada-quint/"
    data = client.get("/oembed", {"url": url, "maxwidth": "320", "maxheight": "99999"}).json()
    assert (data["width"], data["height"], data["author_name"]) == (320, 600, "Ada Quint")
    assert client.get("/oembed", {"url": url, "maxheight": "100"}).json()["height"] == 100


@pytest.mark.parametrize(
    ("query", "status", "named"),
    [
        ({}, 400, "“url” is missing"),
        ({"url": f"{ROOT}/people/ada-quint/", "format": "yaml"}, 501, "“yaml”"),
        ({"url": f"{ROOT}/people/ada-quint/", "maxwidth": "wide"}, 400, "“maxwidth”"),
        ({"url": f"{ROOT}/people/ada-quint/", "maxheight": "0"}, 400, "“maxheight”"),
        ({"url": "https://evil.example.org/people/ada-quint/"}, 404, "no address of a page of this site"),
        ({"url": "//testserver/people/ada-quint/"}, 404, "no address of a page of this site"),
        ({"url": "javascript:alert(1)"}, 404, "no address of a page of this site"),
        ({"url": "http://[half"}, 404, "no address of the web"),
        ({"url": "http://user@testserver/people/ada-quint/"}, 404, "no address of a page of this site"),
        ({"url": f"{ROOT}/people/nobody/"}, 404, "“nobody”"),
        ({"url": f"{ROOT}/publications/?venue=x"}, 404, "“x”"),
        ({"url": f"{ROOT}/admin/"}, 404, "can be embedded"),
        ({"url": f"{ROOT}/embed/publications/"}, 404, "can be embedded"),
        ({"url": f"{ROOT}/pub\x00"}, 404, "can be embedded"),
    ],
)  # fmt: skip
def test_oembed_refuses_in_words(client, lab, query, status, named):
    answer = client.get("/oembed", query)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/plain; charset=utf-8")
    assert named in answer.content.decode()


def test_oembed_knows_every_name_of_the_site(client, lab, settings):
    settings.SITE_URL = "https://lab.example.org"
    data = client.get("/oembed", {"url": "https://lab.example.org/people/ada-quint/"}).json()
    assert frame_in(data["html"])["src"] == "https://lab.example.org/embed/publications/?author=ada-quint"
    assert client.get("/oembed", {"url": f"{ROOT}/people/ada-quint/"}).status_code == 200
    assert client.get("/oembed", {"url": "https://lab.example.org:8000/people/ada-quint/"}).status_code == 404


@pytest.mark.parametrize(
    "path", ["/people/ada-quint/", "/groups/quiet/", "/venues/icxm/", "/publications/", "/publications/?year=2024",
             "/publications/noise/", "/zh-hans/people/ada-quint/"],
)  # fmt: skip
def test_pages_say_that_they_can_be_embedded(client, lab, path):
    page = html.fromstring(client.get(path).content)
    for media_type in ("application/json", "text/xml"):
        (address,) = page.xpath(f"//link[@rel='alternate'][@type='{media_type}+oembed']/@href")
        assert parse_qs(urlsplit(address).query)["url"] == [ROOT + path]
        answer = client.get(address.removeprefix(ROOT))
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, f"{media_type}; charset=utf-8")


@pytest.mark.parametrize(
    ("path", "frame"),
    [("/people/ada-quint/", "?author=ada-quint&"), ("/groups/quiet/", "?group=quiet&"), ("/publications/", "?"),
     ("/publications/?venue=icxm&style=ieee&sort=title", "?venue=icxm&style=ieee&")],
)  # fmt: skip
def test_a_page_offers_the_code_to_paste(client, lab, path, frame):
    page = html.fromstring(client.get(path).content)
    (code,) = page.xpath("//details[contains(@class, 'embed-offer')]//pre[@data-copy]")
    assert frame_in(code.text_content())["src"] == f"{ROOT}/embed/publications/{frame}limit=10"
    assert page.xpath("//script[contains(@src, 'labsite/copy')]")
    for address in page.xpath("//details[contains(@class, 'embed-offer')]//a/@href"):
        assert client.get(address).status_code == 200
    assert page.xpath("//link[@type='application/feed+json']")


def test_drafts_offer_nothing(admin_client, lab):
    text = admin_client.get("/publications/hush/").content.decode()
    assert "Hush" in text and "oembed" not in text


def test_nothing_typed_gets_out_of_its_place(client):
    LabProfile.objects.create(pk=1, name=DANGER)
    group = make_group(DANGER, slug="g")
    member, venue = make_member(DANGER, slug="p", group=group), make_venue(DANGER[:60], slug="v")
    make_publication(DANGER, [member], slug="d", venue=venue)
    flush_changes()
    for path in ("/embed/publications/?group=g", "/embed/publications/d/", "/people/p/", "/groups/g/",
                 "/publications/?" + urlencode({"q": DANGER}), "/embed/publications/?" + urlencode({"group": DANGER}),
                 "/zh-hans/embed/publications/?author=p&style=apa"):  # fmt: skip
        page = html.fromstring(client.get(path).content)
        assert page.xpath("//*[@onerror] | //img[@src='x'] | //iframe | //script[not(@src) and not(@type)]") == [], path
    for path in ("/people/p/", "/groups/g/", "/venues/v/", "/publications/d/", "/publications/?author=p"):
        data = client.get("/oembed", {"url": ROOT + path}).json()
        assert DANGER[:20] in data["title"]
        assert set(frame_in(data["html"])) == {"src", "title", "width", "height", "frameborder", "loading"}
        tree = ElementTree.fromstring(client.get("/oembed", {"url": ROOT + path, "format": "xml"}).content)  # noqa: S314 - ours
        assert tree.findtext("html") == data["html"]


def test_json_feed_is_the_list_newest_first(client, lab):
    answer = client.get("/feeds/publications.json?group=quiet&limit=2")
    assert answer.headers["Content-Type"] == "application/feed+json; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    feed = answer.json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert (feed["title"], feed["language"]) == ("Quiet Lab: Quiet Group", "en")
    assert feed["home_page_url"] == f"{ROOT}/groups/quiet/"
    assert feed["feed_url"] == f"{ROOT}/feeds/publications.json?group=quiet&limit=2"
    first, second = feed["items"]
    assert (first["title"], second["title"]) == ("Silence 2024", "Silence 2023")
    assert first["url"] == f"{ROOT}/publications/silence-2024/"
    assert first["content_text"] == "Ada Quint, Cy Guest. Silence 2024. ICXM 2024"
    assert first["authors"] == [{"name": "Ada Quint"}, {"name": "Cy Guest"}]
    assert first["_publication"]["year"] == 2024
    # Only what is known to the day has a date, which JSON Feed wants whole.
    assert "date_published" not in first and "date_modified" in first
    noise = client.get("/feeds/publications.json?author=bo-loud").json()["items"][0]
    assert noise["date_published"] == "2024-05-06T00:00:00+00:00"
    assert client.get("/zh-hans/feeds/publications.json").content == client.get("/feeds/publications.json").content


def test_feeds_of_what_is_not_here_are_empty(client, lab):
    for query in ("author=nobody", "group=nobody", "venue=x"):
        feed = json.loads(client.get(f"/feeds/publications.json?{query}").content)
        assert (feed["items"], feed["feed_url"]) == ([], f"{ROOT}/feeds/publications.json?{query}")
        assert b"<entry>" not in client.get(f"/feeds/publications.atom?{query}").content
    assert client.get("/feeds/publications.atom?group=quiet").content.count(b"<entry>") == 3


def test_the_cost_has_a_bound(client, lab, django_assert_max_num_queries):
    ada = make_member("Eve Many")
    for number in range(60):
        make_publication(f"Many {number}", [ada], slug=f"many-{number}")
    flush_changes()
    with django_assert_max_num_queries(5):
        assert len(titles(client, "/embed/publications/?author=eve-many&limit=50")) == 50
    assert len(client.get("/feeds/publications.json?author=eve-many").json()["items"]) == 50
    assert Publication.objects.listed().count() == 64
