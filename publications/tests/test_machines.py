"""What pages and files say to machines, read by the programs that read them elsewhere."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs
from xml.etree import ElementTree

import extruct
import feedparser
import pytest
from lxml import html
from pytest_django.asserts import assertContains

from labsite.models import LabProfile
from labsite.tests.factories import make_group, make_member, make_news, make_organization, make_publication, make_venue
from publications.digests import flush_changes
from publications.models import Publication, Topic

pytestmark = pytest.mark.django_db
ROOT = "http://testserver"
DANGER = "</script><script>alert(1)</script>\u2028&"


@pytest.fixture
def paper() -> Publication:
    organization = make_organization("Example University")
    group = make_group("Quiet Machines Group", organization=organization)
    member = make_member("Ada Quint", orcid="0000-0002-1825-0097", native_name="阿达", group=group)
    member.links.create(kind="google-scholar", url="https://scholar.example.org/ada")
    member.education.create(organization=make_organization("First University"), degree="Ph.D.", end="2019")
    rows = [{"printed_name": "Ada Quint", "person": member, "affiliation_text": "Example University"}, "Bo van Loud"]
    venue = make_venue("ICXM", name="International Conference on Examples")
    made = make_publication(
        f"Quiet {DANGER}", rows, venue=venue, slug="quiet", date="2024-05", pages="1-20", summary="In short."
    )
    made.identifiers.create(scheme="doi", value="10.1000/182")
    made.links.create(kind="pdf", url="https://example.org/paper.pdf")
    made.topics.add(Topic.objects.create(slug="silence", name="Silence"))
    LabProfile.objects.create(id=1, name="Quiet Lab", tagline="We study silence.", organization=organization)
    flush_changes()
    return made


def meta(client, address: str) -> dict[str, list[str]]:
    """The meta tags of a page, by name."""
    tree = html.fromstring(client.get(address).content)
    found: dict[str, list[str]] = {}
    for tag in tree.xpath("//meta[@name or @property]"):
        found.setdefault(tag.get("name") or tag.get("property"), []).append(tag.get("content"))
    return found


def json_ld(client, address: str) -> dict[str, dict]:
    """The schema.org descriptions of a page, by type."""
    text = client.get(address).content.decode()
    assert "<script>alert" not in text
    return {data["@type"]: data for data in extruct.extract(text, base_url=ROOT, syntaxes=["json-ld"])["json-ld"]}


def test_google_scholar_finds_all_it_asks_for(client, paper):
    tags = meta(client, "/publications/quiet/")
    assert tags["citation_title"] == [paper.title]
    assert tags["citation_author"] == ["Quint, Ada", "van Loud, Bo"]
    assert tags["citation_author_institution"] == ["Example University"]
    assert tags["citation_publication_date"] == ["2024/05"]
    assert tags["citation_conference_title"] == ["International Conference on Examples"]
    assert (tags["citation_firstpage"], tags["citation_lastpage"]) == (["1"], ["20"])
    assert tags["citation_doi"] == ["10.1000/182"]
    assert tags["citation_pdf_url"] == ["https://example.org/paper.pdf"]
    assert tags["citation_abstract"] == ["In short."]


def test_abstract_is_always_sent(client):
    make_publication("Bare", [make_member("Ada Quint")], slug="bare")
    assert meta(client, "/publications/bare/")["citation_abstract"] == ["Bare"]


@pytest.mark.parametrize(
    ("kind", "tag"),
    [("journal-article", "citation_journal_title"), ("conference-paper", "citation_conference_title"),
     ("thesis", "citation_dissertation_institution"), ("report", "citation_technical_report_institution")],
)  # fmt: skip
def test_container_has_the_tag_of_its_kind(client, kind, tag):
    make_publication("A", [make_member("Ada Quint")], slug="a", kind=kind, venue_text="Here", institution="Here")
    assert meta(client, "/publications/a/")[tag] == ["Here"]


def test_publication_is_described_to_search_engines(client, paper):
    found = json_ld(client, "/publications/quiet/")
    article = found["ScholarlyArticle"]
    assert article["name"] == paper.title
    assert [author["name"] for author in article["author"]] == ["Ada Quint", "Bo van Loud"]
    assert article["author"][0]["sameAs"] == "https://orcid.org/0000-0002-1825-0097"
    assert article["author"][0]["url"] == f"{ROOT}/people/ada-quint/"
    assert article["datePublished"] == "2024-05"
    assert article["sameAs"] == ["https://doi.org/10.1000/182"]
    crumbs = found["BreadcrumbList"]["itemListElement"]
    assert [crumb["name"] for crumb in crumbs] == ["Home", "Publications", paper.title]
    assert crumbs[-1]["item"] == f"{ROOT}/publications/quiet/"


def test_person_is_described_to_search_engines(client, paper):
    page = json_ld(client, "/people/ada-quint/")["ProfilePage"]
    person = page["mainEntity"]
    assert person["sameAs"] == ["https://orcid.org/0000-0002-1825-0097", "https://scholar.example.org/ada"]
    assert person["affiliation"]["name"] == "Example University"
    assert [place["name"] for place in person["alumniOf"]] == ["First University"]
    assert person["@id"] == f"{ROOT}/people/ada-quint/#person"


def test_lab_is_described_to_search_engines(client, paper):
    lab = json_ld(client, "/")["ResearchOrganization"]
    assert (lab["name"], lab["parentOrganization"]["name"]) == ("Quiet Lab", "Example University")


def test_pages_have_one_address_and_a_card(client, paper):
    for address, kind in (("/", "website"), ("/publications/quiet/", "article"), ("/people/ada-quint/", "profile")):
        page = client.get(f"{address}?utm_source=x").content
        assert html.fromstring(page).xpath("//link[@rel='canonical']/@href") == [ROOT + address]
        tags = meta(client, address)
        assert tags["og:type"] == [kind]
        assert tags["og:url"] == [ROOT + address]
        assert tags["og:title"][0]


def links_of(header: str) -> list[tuple[str, str, str]]:
    """(rel, address, type) of each link of a Link header (RFC 8288)."""
    found = re.findall(r'<([^>]*)>; rel="([^"]*)"(?:; type="([^"]*)")?', header)
    return [(rel, address, kind) for address, rel, kind in found]


def test_signposts_stand_in_header_page_and_link_set(client, paper):
    response = client.head("/publications/quiet/")
    links = links_of(response["Link"])
    assert ("cite-as", "https://doi.org/10.1000/182", "") in links
    assert ("author", "https://orcid.org/0000-0002-1825-0097", "") in links
    assert ("item", "https://example.org/paper.pdf", "application/pdf") in links
    assert ("type", "https://schema.org/ScholarlyArticle", "") in links
    described = [(address, kind) for rel, address, kind in links if rel == "describedby"]
    assert {kind for _, kind in described} == {
        "application/x-bibtex", "application/x-research-info-systems", "application/ld+json",
        "application/vnd.citationstyles.csl+json",
    }  # fmt: skip
    for address, kind in described:
        answer = client.get(address.removeprefix(ROOT))
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith(kind)
    link_set = next(address for rel, address, _ in links if rel == "linkset")
    context = client.get(link_set.removeprefix(ROOT)).json()["linkset"][0]
    assert context["anchor"] == f"{ROOT}/publications/quiet/"
    assert context["cite-as"] == [{"href": "https://doi.org/10.1000/182"}]
    page = html.fromstring(client.get("/publications/quiet/").content)
    assert page.xpath("//link[@rel='cite-as']/@href") == ["https://doi.org/10.1000/182"]


def test_many_authors_are_left_to_the_link_set(client):
    people = [make_member(f"Ada {number}") for number in range(11)]
    make_publication("Many", people, slug="many")
    assert "author" not in [rel for rel, _, _ in links_of(client.head("/publications/many/")["Link"])]
    assert len(client.get("/publications/many/linkset.json").json()["linkset"][0]["author"]) == 11


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("*/*", "text/html"),
        ("application/x-bibtex", "application/x-bibtex"),
        ("application/vnd.citationstyles.csl+json, text/html;q=0.5", "application/vnd.citationstyles.csl+json"),
        ("application/ld+json", "application/ld+json"),
        ("image/png", "text/html"),
        ("application/x-research-info-systems;q=0.9, text/plain", "application/x-research-info-systems"),
    ],
)
def test_page_is_given_in_the_format_that_is_asked_for(client, paper, accept, kind):
    response = client.get("/publications/quiet/", headers={"accept": accept})
    assert response["Content-Type"].startswith(kind)
    assert "Accept" in response["Vary"]
    if kind != "text/html":
        ending = {"application/x-bibtex": "bib", "application/x-research-info-systems": "ris",
                  "application/ld+json": "jsonld"}.get(kind, "json")  # fmt: skip
        assert response.content == client.get(f"/publications/quiet/cite.{ending}").content


def test_zotero_finds_every_entry_of_a_list(client, paper):
    tree = html.fromstring(client.get("/publications/").content)
    titles = tree.xpath("//span[@class='Z3988']/@title")
    assert len(titles) == 1
    values = parse_qs(titles[0])
    assert values["rft.atitle"] == [paper.title]
    assert values["rft.au"] == ["Ada Quint", "Bo van Loud"]
    assert values["rft_id"] == ["info:doi/10.1000/182", f"{ROOT}/publications/quiet/"]


def test_feed_of_publications(client, paper):
    feed = feedparser.parse(client.get("/feeds/publications.atom").content)
    assert not feed.bozo
    assert feed.version == "atom10"
    (entry,) = feed.entries
    assert entry.title.startswith("Quiet")
    assert entry.link == f"{ROOT}/publications/quiet/"
    assert [author.name for author in entry.authors] == ["Ada Quint", "Bo van Loud"]
    before = (entry.id, entry.updated)
    paper.title = "Another title"
    paper.save()
    (entry,) = feedparser.parse(client.get("/feeds/publications.atom").content).entries
    assert entry.title == "Another title"
    assert entry.id == before[0]
    assert entry.updated > before[1]


def test_saving_without_a_change_is_no_news(client, paper):
    before = feedparser.parse(client.get("/feeds/publications.atom").content).entries[0].updated
    paper.save()
    assert feedparser.parse(client.get("/feeds/publications.atom").content).entries[0].updated == before


def test_feed_follows_the_filters_and_leaks_nothing(client, paper):
    make_publication("Quiet draft", [make_member("Bo Quint")], is_published=False)
    for query, count in (("", 1), ("?year=2024&venue=icxm", 1), ("?year=1999", 0), ("?venue=nowhere", 0)):
        response = client.get(f"/feeds/publications.atom{query}")
        feed = feedparser.parse(response.content)
        assert not feed.bozo
        assert len(feed.entries) == count, query
        assert b"draft" not in response.content


def test_feed_of_news(client):
    member = make_member("Ada Quint")
    make_news("**Loud** & clear", member, date="2024-05")
    make_news("Secret", is_published=False)
    make_news("Personal secret", kind="personal")
    response = client.get("/feeds/news.atom?person=ada-quint")
    feed = feedparser.parse(response.content)
    assert not feed.bozo
    assert [entry.title for entry in feed.entries] == ["Loud & clear"]
    assert b"ecret" not in response.content
    assert len(feedparser.parse(client.get("/feeds/news.atom?kind=award").content).entries) == 0


def addresses(client, path: str) -> list[str]:
    tree = ElementTree.fromstring(client.get(path).content)  # noqa: S314 - our own answer
    return [node.text for node in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]


def test_sitemap_names_every_public_page_once_and_no_other(client, paper):
    make_publication("Draft", [make_member("Bo Draft", is_published=False)], is_published=False)
    make_group("Draft Group", is_published=False)
    found = [page for part in addresses(client, "/sitemap.xml") for page in addresses(client, part.removeprefix(ROOT))]
    assert len(found) == len(set(found))
    assert {f"{ROOT}/", f"{ROOT}/publications/quiet/", f"{ROOT}/people/ada-quint/", f"{ROOT}/venues/icxm/",
            f"{ROOT}/topics/silence/", f"{ROOT}/groups/quiet-machines-group/"} <= set(found)  # fmt: skip
    assert not [address for address in found if "draft" in address]
    for address in found:
        assert client.get(address.removeprefix(ROOT)).status_code == 200, address
    assert b"<lastmod>" in client.get("/sitemap-publications.xml").content


def test_robots_may_read_and_are_shown_the_map(client):
    text = client.get("/robots.txt").content.decode()
    assert f"Sitemap: {ROOT}/sitemap.xml" in text
    assert "Disallow: /admin/" in text
    assert "Disallow: /\n" not in text
    assert "Crawl-delay: 1\n" in text
    for path in ("/search/", "/zh-hans/search/", "/zh-hans/my/", "/publications/?*&", "/zh-hans/publications/?*&"):
        assert f"Disallow: {path}\n" in text, path
    assert text.count("User-agent: ") == 1


@pytest.mark.parametrize(
    ("address", "told", "header"),
    [
        ("/publications/", "", None),
        ("/publications/?year=2020", "noindex, follow", None),
        ("/publications/?year=2020&year=2021", "noindex, nofollow", "noindex, nofollow"),
        ("/publications/?year=2020&venue=none", "noindex, nofollow", "noindex, nofollow"),
        ("/publications/?year=never", "noindex, nofollow", "noindex, nofollow"),
        ("/people/?role=phd", "noindex, follow", None),
        ("/people/?role=phd&status=alumni", "noindex, nofollow", "noindex, nofollow"),
        ("/publications/export.bib", None, "noindex, nofollow"),
        ("/publications/references.txt?year=2020", None, "noindex, nofollow"),
        ("/feeds/publications.atom", None, None),
        ("/feeds/publications.atom?year=2020", None, "noindex, nofollow"),
    ],
)
def test_robots_are_kept_from_endless_combinations(client, address, told, header):
    answer = client.get(address)
    assert answer.get("X-Robots-Tag") == header
    if told is not None:
        found = re.findall(r'<meta name="robots" content="([^"]+)">', answer.content.decode())
        assert found == ([told] if told else [])


def test_links_to_more_of_the_same_are_not_to_be_followed(client, paper):
    text = client.get("/publications/?year=2020").content.decode()
    links = re.findall(r'<a href="(\?[^"]*(?:sort|style)=[^"]*|[^"]*export[^"]*\?[^"]+)"([^>]*)>', text)
    assert links
    assert [address for address, rest in links if 'rel="nofollow"' not in rest] == []


def test_unchanged_pages_are_not_sent_again(client, paper):
    for address in ("/publications/quiet/cite.bib", "/feeds/publications.atom", "/api/v1/publications/quiet/"):
        tag = client.get(address)["ETag"]
        assert client.get(address, headers={"if-none-match": tag}).status_code == 304, address


def test_drafts_are_given_in_no_format(client):
    make_publication("Draft", [make_member("Ada Quint")], slug="draft", is_published=False)
    for ending in ("cite.bib", "cite.ris", "cite.json", "cite.jsonld", "linkset.json"):
        assert client.get(f"/publications/draft/{ending}").status_code == 404
    for ending in ("bib", "ris", "json", "jsonld"):
        assert b"Draft" not in client.get(f"/publications/export.{ending}").getvalue()


@pytest.mark.parametrize("query", ["?venue=nowhere", "?year=1999", "?q=%00", "?year=abc"])
def test_export_of_nothing_is_a_valid_empty_file(client, query):
    make_publication("Quiet", [make_member("Ada Quint")])
    assert client.get(f"/publications/export.bib{query}").getvalue() == b""
    assert client.get(f"/publications/export.ris{query}").getvalue() == b""
    assert json.loads(client.get(f"/publications/export.json{query}").getvalue()) == []
    assert json.loads(client.get(f"/publications/export.jsonld{query}").getvalue()) == []


def test_retraction_is_marked_everywhere(client, paper):
    member = paper.authorships.first().person
    paper.short_title = "QuietOne"
    paper.is_selected = True
    paper.save()
    paper.notices.create(kind="retraction", date="2025-01")
    news = make_news("Something of ours appeared", member)
    news.publications.add(paper)
    flush_changes()
    for address in ("/", "/publications/", "/publications/quiet/", "/people/ada-quint/", "/people/ada-quint/cv/",
                    "/venues/icxm/", "/topics/silence/", "/search/?q=quiet", "/feeds/publications.atom", "/news/",
                    "/publications/export.bib", "/oai?verb=ListRecords&metadataPrefix=oai_dc"):  # fmt: skip
        assert re.search("etract", client.get(address).getvalue().decode()), address
    assertContains(client.get("/news/"), "[Retracted] QuietOne")
    assert client.get("/api/v1/publications/quiet/").json()["is_retracted"] is True
    paper.notices.all().delete()
    assert "etract" not in client.get("/publications/").content.decode()


def test_references_for_any_filter(client):
    member = make_member("Ada Quint")
    for year in (2020, 2021, 2022):
        make_publication(f"Paper of {year}", [member, "Bo Loud"], year=year)
    response = client.get("/publications/?style=ieee&since=2021")
    texts = [text for _, text in response.context["references"]]
    assert [text[:37] for text in texts] == [f"A. Quint and B. Loud, “Paper of {year}," for year in (2022, 2021)]
    assertContains(response, texts[0])
    assertContains(response, 'data-copy="Copy the references on this page"')
    assert client.get("/publications/references.txt?style=ieee&since=2021").getvalue().decode().splitlines() == texts
    assert client.get("/publications/references.txt?venue=nowhere").getvalue() == b""
    assertContains(client.get("/publications/?style=poem"), "“poem” is not known here: use apa or ieee")
    assert len(client.get("/publications/?style=poem").context["page"].publications) == 3


def test_identifiers_do_not_follow_the_name_a_visitor_used(client, paper, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.SITE_URL = "https://lab.example.org"
    for host in ("testserver", "www.example.org", "[::1]"):
        feed = feedparser.parse(client.get("/feeds/publications.atom", headers={"host": host}).content)
        assert feed.entries[0].id.startswith("tag:lab.example.org,2026:publication/")
        harvest = client.get("/oai?verb=ListIdentifiers&metadataPrefix=oai_dc", headers={"host": host}).content
        assert b"oai:lab.example.org:publication/" in harvest


def test_abstract_goes_before_summary(client):
    make_publication("A", [make_member("Ada Quint")], slug="a", summary="In short.", abstract="At length.")
    assert meta(client, "/publications/a/")["citation_abstract"] == ["At length."]


def test_groups_and_venues_are_described_to_search_engines(client, paper):
    assert json_ld(client, "/venues/icxm/")["EventSeries"]["alternateName"] == ["ICXM"]
    group = json_ld(client, "/groups/quiet-machines-group/")["ResearchOrganization"]
    assert group["parentOrganization"]["name"] == "Example University"


def test_every_kind_is_an_item_with_a_title_for_zotero(client):
    member = make_member("Ada Quint")
    for kind in Publication.Kind.values:
        make_publication(f"A {kind}", [member], kind=kind)
    tree = html.fromstring(client.get("/publications/").content)
    for text in tree.xpath("//span[@class='Z3988']/@title"):
        values = parse_qs(text)
        is_book = values["rft_val_fmt"] == ["info:ofi/fmt:kev:mtx:book"]
        # Zotero takes atitle for articles, papers of proceedings and chapters, title for everything else.
        takes_article_title = not is_book or values["rft.genre"][0] in ("proceeding", "bookitem")
        assert ("rft.atitle" in values) == (takes_article_title and "dissertation" not in values["rft_val_fmt"][0]), (
            text
        )


def test_feed_of_a_filter_that_means_nothing_is_a_feed_of_its_own(client, paper):
    ids = {
        feedparser.parse(client.get(f"/feeds/publications.atom{query}").content).feed.id
        for query in ("", "?year=zz", "?venue=nowhere", "?year=2024")
    }
    assert len(ids) == 4


def test_identifiers_meant_to_last_are_cited(client):
    paper = make_publication("A", [make_member("Ada Quint")], slug="a")
    paper.identifiers.create(scheme="arxiv", value="2405.00001")
    assert ("cite-as", "https://arxiv.org/abs/2405.00001", "") in links_of(client.head("/publications/a/")["Link"])
    paper.identifiers.create(scheme="handle", value="10754/673833")
    assert ("cite-as", "https://hdl.handle.net/10754/673833", "") in links_of(client.head("/publications/a/")["Link"])
