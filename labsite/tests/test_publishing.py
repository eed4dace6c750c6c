"""Publishing: which addresses become which files, whose folder it is, and what the command says."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from decimal import Decimal
from pathlib import Path
from unittest import mock

import pytest
from django.conf import settings as site_settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from activities.models import NewsItem
from labsite.models import OldPath
from labsite.publishing import folder, hosting, routes, run
from labsite.publishing.browsing import words
from labsite.publishing.fingerprint import fingerprint
from labsite.publishing.layout import Layout, canonical_address, file_of
from labsite.publishing.problems import PublishingError
from labsite.publishing.rewriting import redirect_page, rewrite
from labsite.publishing.routes import records
from labsite.publishing.watching import read_params, write_params
from labsite.tests.factories import make_group, make_member, make_news, make_publication, make_venue
from labsite.tests.members import give_photo
from labsite.tests.routes import all_routes
from labsite.tests.test_publishing_edits import quick, read_all  # noqa: F401 - a fixture
from people.models import Person, PersonName
from publications.digests import flush_changes
from publications.models import Publication, Topic

ROOT = "https://lab.example.org/~quiet"
LAYOUT = Layout(ROOT)
INSIDE = r'(?:href|src|action)="(?:https://lab\.example\.org)?/~quiet(/[^"?#]*)'


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("/", "index.html"),
        ("/people/ada-quint/", "people/ada-quint/index.html"),
        ("/publications/?venue=icml", "publications/venue/icml/index.html"),
        ("/publications/?venue=icml&page=2", "publications/venue/icml/page/2/index.html"),
        ("/publications/export.bib?year=2024", "publications/export/year/2024.bib"),
        ("/feeds/publications.atom?venue=icml", "feeds/publications/venue/icml.atom"),
        ("/zh-hans/people/?status=alumni", "zh-hans/people/status/alumni/index.html"),
        ("/theme.css?accent=224466", "theme.css"),
        ("/sitemap-people.xml?p=2", "sitemap-people/p/2.xml"),
        ("/about.html", "about.html"),
        ("/~quint", "~quint/index.html"),
        ("/cgi/show.php", ""),
        ("/../secret", ""),
        ("/.git/config", ""),
        ("/a//b/", ""),
    ],
)
def test_each_address_has_its_file(address: str, file: str):
    is_page = not address.partition("?")[0].endswith((".bib", ".atom", ".xml", ".css"))
    assert file_of(address, is_page=is_page) == file


@pytest.mark.parametrize(
    ("href", "shown"),
    [
        ("/people/", "/~quiet/people/"),
        ("?venue=icml", "/~quiet/publications/venue/icml/"),
        ("?year=2024&page=2&after=12345", "/~quiet/publications/year/2024/page/2/"),
        ("?page=1", "/~quiet/publications/"),
        ("?venue=icml&year=2024", "/~quiet/publications/?venue=icml&year=2024"),
        ("?q=quiet+machines", "/~quiet/publications/?q=quiet+machines"),
        (f"{ROOT}/cards/site.png?v=12", f"{ROOT}/cards/site.png?v=12"),
        ("/figures/?since=2020", ""),
        ("/login/", ""),
        ("/admin/", ""),
        ("/api/v1/openapi.json", ""),
        ("/report/", ""),
    ],
)
def test_links_lead_to_files_or_are_left_out(href: str, shown: str):
    assert LAYOUT.link(href, "/publications/").href == shown


@pytest.mark.parametrize("href", ["https://example.org/", "//example.org/", "#more", "mailto:a@example.org", ""])
def test_other_links_stay(href: str):
    assert LAYOUT.link(href, "/publications/") is None


def test_doors_that_need_a_server_lead_to_the_site_itself():
    live = Layout(ROOT, "https://live.example.org")
    assert live.link("/login/?next=/my/", "/").href == "https://live.example.org/login/?next=/my/"


@pytest.mark.once
def test_every_public_route_is_published_or_has_a_reason():
    for route in all_routes():
        if not routes.reason_against(route.name):
            path = route.address
            assert canonical_address(path) == path, route.name
            assert file_of(path, is_page=path.endswith("/")), route.name
    names = {route.name for route in all_routes()} | {route.name.partition(":")[0] for route in all_routes()}
    assert {name for name in routes.NOT_PUBLISHED if name != "styleguide"} <= names
    assert set(routes.CHOSEN_BY) | routes.NARROWED_IN_BROWSER <= names


PAGE = """<!doctype html><html><head><meta charset="utf-8"></head><body>
<!-- <a href="/x/"> --><a href='/people/?a=1&amp;b=2'>all</a> <img srcset="/a.png 1x, /static/b.png 2x" alt="a > b">
<ul><li><a href="/login/" rel="nofollow">Sign in</a></li>
<li><a href="/news/">News</a> <a href="/admin/">Edit</a></li></ul>
<form method="post" action="/my/"><p><button>Go</button></p></form><form action="/search/"><input name="q"></form>
<form action="/figures/"><input></form><script>if (1 < 2) { "<a href='/x/'>" }</script><p>1 < 2</p>
<svg><linearGradient/><a xlink:href="/news/"/></svg><a href="/venues/" data-hx-boost="true">V</a></body></html>"""


@pytest.mark.once
def test_a_page_is_put_right_and_nothing_else_of_it_changes():
    done = rewrite(PAGE, LAYOUT, "/people/", policy="default-src 'none'; frame-ancestors 'none'; img-src 'self'")
    assert "/login/" not in done.text and "Sign in" not in done.text and "<li></li>" not in done.text
    assert '<li><a href="/~quiet/news/">News</a> </li>' in done.text
    assert "<button>" not in done.text and 'action="/~quiet/search/"' in done.text and "/figures/" not in done.text
    assert '<!-- <a href="/x/"> -->' in done.text and "<p>1 < 2</p>" in done.text
    assert "\"<a href='/x/'>\"" in done.text
    assert 'srcset="/~quiet/static/b.png 2x"' in done.text and 'alt="a > b"' in done.text
    assert '<linearGradient/><a xlink:href="/~quiet/news/"/>' in done.text and "data-hx" not in done.text
    assert 'content="default-src &#x27;none&#x27;; img-src &#x27;self&#x27;"' in done.text
    assert {"/people/", "/news/", "/static/b.png", "/venues/", "/search/"} == set(done.links)


@pytest.mark.once
def test_words_stay_where_a_link_leads_nowhere():
    leads = {"/people": "/people/", "/old.php": "/publications/zygotes/", "/away": "https://example.org/x"}
    layout = Layout(ROOT, follow=lambda path: leads.get(path, ""))
    page = """<p>See <a class="x" href="/nobody"><b>our <i>former</i> a</b></a>, <a href="/people#now">people</a>,
    <a href="old.php">paper</a> <a href="/away">there</a> <img src="/lost.png" alt="Two cats">
    <a href="/login/">Sign in</a> <a href="/people/ada-quint/?utm_source=x">Ada</a></p>"""
    done = rewrite(page, layout, "/", policy="")
    assert "See <b>our <i>former</i> a</b>, " in done.text and "/nobody" not in done.text
    assert '<a href="/~quiet/people/#now">people</a>' in done.text
    assert '<a href="/~quiet/publications/zygotes/">paper</a> <a href="https://example.org/x">there</a>' in done.text
    assert " Two cats\n" in done.text and "Sign in" not in done.text
    assert '<a href="/~quiet/people/ada-quint/">Ada</a>' in done.text
    assert set(done.links) == {"/people/", "/publications/zygotes/", "/people/ada-quint/"}


@pytest.mark.once
def test_a_redirect_is_a_page_that_says_where_to():
    text = redirect_page('/~quiet/people/"x"/', f"{ROOT}/people/x/")
    assert '<meta http-equiv="refresh" content="0; url=/~quiet/people/&quot;x&quot;/">' in text
    assert f'<link rel="canonical" href="{ROOT}/people/x/">' in text


@pytest.mark.once
def test_redirects_of_any_name_are_told_to_web_servers():
    told = hosting.files(LAYOUT, {}, [("/our team.html", "/~quiet/people/"), ("/成员.html", "/~quiet/zh-hans/people/")])
    lines = told["_redirects"].decode().splitlines()
    assert lines[0] == "/~quiet/our%20team.html /~quiet/people/ 301"
    assert lines[1] == "/~quiet/%E6%88%90%E5%91%98.html /~quiet/zh-hans/people/ 301"
    rules = told[".htaccess"].decode()
    assert r'RedirectMatch permanent "^/~quiet/成员\\.html$" "/~quiet/zh-hans/people/"' in rules
    assert r'RedirectMatch permanent "^/~quiet/our team\\.html$" "/~quiet/people/"' in rules


def apache_leads(path: str, redirects: list[tuple[str, str]], base: str = "") -> str:
    """Where Apache sends those who ask for a path, its percents read, by the rules of `.htaccess`; "" for nowhere."""
    rules = hosting.files(Layout(f"https://lab.example.org{base}"), {}, redirects)[".htaccess"].decode()
    quoted = r'"((?:[^"\\]|\\.)*)"'
    for rule in re.findall(rf"^  RedirectMatch permanent {quoted} {quoted}$", rules, re.MULTILINE):
        pattern, target = (re.sub(r'\\(["\\])', r"\1", word) for word in rule)
        if found := re.search(pattern, path):
            parts = re.findall(r"\\(.)|\$(\d)|(.)", target)
            return "".join(sign or (number and found.group(int(number))) or plain for sign, number, plain in parts)
    return ""


@pytest.mark.once
def test_apache_redirects_one_address_and_nothing_below_it():
    given = [("/blog/2023/", "/news/"), ("/blog/2023/hello/", "/publications/hello/"), ("/people", "/people/ada/")]
    assert apache_leads("/blog/2023/", given) == "/news/"
    assert apache_leads("/blog/2023/hello/", given) == "/publications/hello/"
    assert [apache_leads(path, given) for path in ("/people", "/people/", "/people/ada/", "/x/blog/2023/")] == [
        "/people/ada/", "", "", "",
    ]  # fmt: skip


@pytest.mark.once
@pytest.mark.parametrize(
    ("old", "asked", "new", "led"),
    [
        ("/a.html", "/axhtml", "/x/", ""),
        ("/a+(b)[1]$&'*?", "", "/x/", ""),  # no path: a question mark begins what is asked of one
        ("/a+(b)[1]$&'*;", "/a+(b)[1]$&'*;", "/x/", "/x/"),
        ("/%E6%88%90", "/成", "/zh/%E6%88%90/", "/zh/成/"),  # Apache writes percents itself, or there are two
        ("/old", "/old", "/p$1&co/?a=1&b=%20#c$2", "/p$1&co/?a=1&b=%20#c$2"),
        ("/old", "/old", "https://example.org/%3Fx", ""),
        ("/100%25", "/100%", "https://example.org/a b", "https://example.org/a b"),
    ],
)
def test_apache_reads_addresses_as_they_are(old: str, asked: str, new: str, led: str):
    assert apache_leads(asked, [(old, new)]) == led
    assert apache_leads(f"/~quiet.x{asked}", [(old, new)], "/~quiet.x") == led


@pytest.mark.once
def test_a_path_that_would_be_a_pattern_redirects_nothing_else():
    given = [("/*", "/a/"), ("/blog/:year/", "/b/"), ("/x%2Ay", "/c/"), ("/2019:1/", "/d/"), ("/a b\nc", "/e/")]
    told = hosting.files(Layout("https://lab.example.org"), {}, given)["_redirects"].decode()
    assert told == "/2019:1/ /d/ 301\n/a%20b%0Ac /e/ 301\n"


@pytest.mark.once
def test_another_address_to_write_to_makes_pages_anew(settings):
    before = fingerprint(ROOT, "")
    settings.DEFAULT_FROM_EMAIL = "other@example.org"
    assert fingerprint(ROOT, "") != before


@pytest.mark.once
def test_words_are_found_in_their_file():
    index = words.WordIndex()
    index.add(3, 0, "quiet machines")
    index.add(7, 2, "quiet")
    assert index.shard(words.shard_of("quiet")) == {"quiet": [[3], [], [7]]}
    assert words.shard_of("a") == "61" and words.shard_of("机器") == "673a-5668"
    folded = words.folding()
    assert (folded["á"], folded["ß"], folded["²"], folded["Ł"]) == ("a", "ss", "2", "l")


@pytest.mark.once
def test_parameters_of_questions_come_back_as_they_were():
    day = datetime.date(2024, 5, 1)
    moment = datetime.datetime(2024, 5, 1, 12, tzinfo=datetime.UTC)
    values = [1, "a", None, [1, "b"], True, 1.5, day, moment, Decimal("1.50")]
    assert read_params(write_params(values)) == values
    with pytest.raises(TypeError):
        write_params([object()])


@pytest.mark.once
@pytest.mark.django_db
def test_a_record_without_the_end_of_its_address_is_named():
    paper = make_publication("Quiet zygotes", ["Ada Quint"])
    Publication.objects.filter(pk=paper.pk).update(slug="")
    with pytest.raises(PublishingError, match=f"publication with the key {paper.pk} has no slug"):
        list(records())


class TestFolder:
    def open(self, path: Path) -> folder.Folder:
        return folder.Folder(path)

    def test_files_of_others_are_refused_by_name(self, tmp_path):
        (tmp_path / "thesis.tex").write_text("mine")
        with pytest.raises(PublishingError, match=r"thesis\.tex.*empty folder"):
            self.open(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]

    def test_a_repository_of_pages_is_welcome(self, tmp_path):
        (tmp_path / ".git").mkdir()
        (tmp_path / ".git" / "config").write_text("")
        (tmp_path / "CNAME").write_text("lab.example.org")
        opened = self.open(tmp_path)
        opened.write("index.html", b"page")
        opened.remove_all_but({"index.html"})
        opened.finish()
        assert {path.name for path in tmp_path.iterdir()} == {".git", "CNAME", "index.html", folder.MANIFEST}

    def test_a_run_that_was_killed_is_gone_on_with(self, tmp_path):
        opened = self.open(tmp_path)
        opened.write("people/index.html", b"half a site")
        opened.journal.close()  # killed here
        (tmp_path / f"news.html{folder.PART}").write_text("half a file")
        again = self.open(tmp_path)
        again.write("index.html", b"page")
        again.remove_all_but({"index.html"})
        again.finish()
        assert sorted(read_all(tmp_path)) == [folder.MANIFEST, "index.html"]
        assert not (tmp_path / "people").exists()

    def test_two_runs_do_not_write_at_once(self, tmp_path):
        opened = self.open(tmp_path)
        with pytest.raises(PublishingError, match="Another run"):
            self.open(tmp_path)
        opened.close()
        self.open(tmp_path).close()

    def test_links_out_of_the_folder_are_not_followed(self, tmp_path):
        outside, inside = tmp_path / "outside", tmp_path / "inside"
        outside.mkdir()
        opened = self.open(inside)
        (inside / "people").symlink_to(outside)
        with pytest.raises(PublishingError, match="leads out of"):
            opened.write("people/index.html", b"page")
        opened.close()
        assert list(outside.iterdir()) == []

    def test_the_manifest_is_one_that_sha256sum_reads(self, tmp_path):
        opened = self.open(tmp_path)
        opened.write("index.html", b"page")
        opened.finish()
        told = (tmp_path / folder.MANIFEST).read_text()
        assert told == f"{hashlib.sha256(b'page').hexdigest()}  index.html\n"
        assert folder.check(tmp_path) == []
        (tmp_path / "index.html").write_text("other")
        (tmp_path / "extra.html").write_text("other")
        assert folder.check(tmp_path) == ["extra.html was not published", "index.html was changed"]


@pytest.mark.django_db
class TestCommand:
    # Tests that are marked look at files alone: one database is enough.

    def publish(self, path: Path, capsys, **options) -> str:
        flush_changes()
        call_command("publish", str(path), address=ROOT, **options)
        return capsys.readouterr().out

    @pytest.fixture(autouse=True)
    def lab(self, quick):  # noqa: F811 - the fixture
        self.step = quick
        self.ada = make_member("Ada Quint")
        self.venue = make_venue("V0")
        self.paper = make_publication("Quiet zygotes", [self.ada, "C. Third"], venue=self.venue, slug="zygotes")
        group = make_group("Hidden Canarygroup", is_published=False)
        stay = make_member("Kai Stay").memberships.get()
        stay.group = group
        stay.save()
        draft = make_publication(
            "A draft nobody sees", [self.ada], is_published=False, slug="a-draft", venue=make_venue("Canaryvenue")
        )
        draft.topics.add(Topic.objects.create(name="Canarytopic", slug="canarytopic"))
        PersonName.objects.create(person=self.ada, name="Formername Quint", kind="former", is_public=False)
        make_news("News of [us](/people/).", self.ada)
        quick()

    def test_everything_is_there_and_nothing_that_visitors_may_not_see(self, capsys, tmp_path):
        self.publish(tmp_path / "copy", capsys)
        found = read_all(tmp_path / "copy")
        assert {
            "index.html", "404.html", "people/index.html", "people/ada-quint/index.html", "publications/index.html",
            "publications/zygotes/index.html", "publications/zygotes/cite.bib", "publications/zygotes/linkset.json",
            "publications/export.bib", "publications/venue/v0/index.html", "publications/year/2024/index.html",
            "feeds/publications.atom", "feeds/news.atom", "sitemap.xml", "robots.txt", "search/index.html",
            "zh-hans/index.html", "_headers", "_redirects", ".htaccess", ".nojekyll", "cards/site.png",
            "published/index.json", "zh-hans/published/wording.json",
        } <= found.keys()  # fmt: skip
        everything = b"".join(found.values())
        for secret in (
            b"a-draft",
            b"nobody sees",
            b"ormername",
            b"csrfmiddlewaretoken",
            b'/login/"',
            b'/admin/"',
            b"anary",
        ):
            assert secret not in everything, secret
        page = found["publications/zygotes/index.html"].decode()
        assert f'<link rel="canonical" href="{ROOT}/publications/zygotes/">' in page
        policy = page.partition('http-equiv="Content-Security-Policy" content="')[2].partition('"')[0]
        assert "style-src &#x27;self&#x27;" in policy and "lab.example.org" not in policy  # it has other names as well
        assert "lab.example.org" not in found["_headers"].decode()
        assert json.loads(found["published/labels.json"])["venue"]["v0"][0] == "V0"

    @pytest.mark.once
    def test_search_engines_are_told_of_files_what_the_site_tells_them(self, capsys, tmp_path, client):
        kai = Person.objects.get(slug="kai-stay")
        for person in (self.ada, kai):
            give_photo(person)
        self.ada.kept_out_of_search = True
        self.ada.save()
        self.publish(tmp_path / "copy", capsys)
        found = read_all(tmp_path / "copy")
        rules = re.findall(r"^/~quiet/(.+)\n  X-Robots-Tag: (.+)$", found["_headers"].decode(), re.MULTILINE)
        slow = {
            f"people/{slug}/{name}"
            for slug in ("ada-quint", "kai-stay")
            for name in ("resume.json", "publications.bib")
        }
        names = slow | set(found)  # the fixture leaves out what is typeset
        told = {}
        for rule, value in rules:
            pattern = re.escape(rule).replace(r"\*", ".*").replace(":slug", "[^/]+")
            told |= {name: value for name in names if re.fullmatch(pattern, name)}
        asked = [name for name in names if not name.endswith(".html") and not name.startswith(("static/", "_"))]
        answers = {name: client.get(f"/{name}") for name in asked}
        said = {name: each.headers.get("X-Robots-Tag") for name, each in answers.items() if each.status_code == 200}
        assert said == {name: told.get(name) for name in said}
        photos = [name for name in told if name.startswith("media/photos/")]
        assert photos and all(self.ada.photo.name.removesuffix(".jpg") in name for name in photos)
        assert slow <= said.keys() and {said[name] for name in slow} == {"noindex"}
        assert told["cards/people/ada-quint.png"] == "noindex, noimageindex"
        assert not any(name.endswith(".html") for name in told)
        assert {"people/:slug/cv.pdf", "people/:slug/cv/style/*.pdf"} <= dict(rules).keys()

    @pytest.mark.once
    def test_lists_for_other_sites_are_files_of_their_own(self, capsys, tmp_path):
        OldPath.objects.create(path="/2019/zygotes.html", publication=self.paper)
        OldPath.objects.create(path="/files/zygotes.pdf", publication=self.paper)
        OldPath.objects.create(path="/team/", list_page="people")
        self.publish(tmp_path / "copy", capsys)
        found = {name: body.decode() for name, body in read_all(tmp_path / "copy").items() if name[-3:] != "png"}
        frame = f"{ROOT}/embed/publications/author/ada-quint/"
        page = found["people/ada-quint/index.html"]
        assert f"src=&quot;{frame}&quot;" in page and "limit" not in page and "oembed" not in page
        assert 'href="/~quiet/feeds/publications/author/ada-quint.json"' in page
        assert "Quiet zygotes" in found["embed/publications/author/ada-quint/index.html"]
        feed = json.loads(found["feeds/publications/author/ada-quint.json"])
        assert feed["feed_url"] == f"{ROOT}/feeds/publications/author/ada-quint.json"
        assert [item["title"] for item in feed["items"]] == ["Quiet zygotes"]
        assert (
            f'href="{ROOT}/feeds/publications/author/ada-quint.atom"'
            in found["feeds/publications/author/ada-quint.atom"]
        )
        assert "nowhere-at-all" not in found["404.html"] and "There is nothing at this address." in found["404.html"]
        assert "frame-ancestors" not in found["_headers"] + found[".htaccess"]
        assert "/~quiet/publications/zygotes/" in found["2019/zygotes.html"]
        assert 'content="0; url=/~quiet/people/"' in found["team/index.html"]
        assert "/~quiet/files/zygotes.pdf /~quiet/publications/zygotes/ 301" in found["_redirects"]

    @pytest.mark.once
    def test_every_link_within_the_copy_leads_to_a_file(self, capsys, tmp_path):
        self.publish(tmp_path / "copy", capsys)
        found = read_all(tmp_path / "copy")
        dead = set()
        for name, body in found.items():
            if name.endswith(".html"):
                for href in re.findall(
                    r'(?:href|src|action)="(?:https://lab\.example\.org)?/~quiet(/[^"?#]*)', body.decode()
                ):
                    file = href.strip("/")
                    if file not in found and f"{file}/index.html".strip("/") not in found:
                        dead.add((name, href))
        assert dead == set()

    @pytest.mark.once
    def test_links_lead_where_the_site_would_send_them(self, capsys, tmp_path):
        copy = tmp_path / "copy"
        self.ada.bio = "See [us](/people), [mine](/cgi/old.php) and [theirs](/cgi/lost.php)."
        self.ada.save()
        self.step()
        self.publish(copy, capsys)
        page = (copy / "people/ada-quint/index.html").read_text()
        assert 'See <a href="/~quiet/people/"' in page and "mine and theirs." in page
        OldPath.objects.create(path="/cgi/old.php", publication=self.paper)
        self.step()
        self.publish(copy, capsys)
        page = (copy / "people/ada-quint/index.html").read_text()
        assert re.search('<a href="/~quiet/publications/zygotes/"[^>]*>mine</a> and theirs', page)

    def test_who_is_withdrawn_is_gone_at_the_next_run(self, capsys, tmp_path):
        copy = tmp_path / "copy"
        self.publish(copy, capsys)
        self.ada.is_published = False
        self.ada.save()
        self.step()
        self.publish(copy, capsys)
        assert [name for name in read_all(copy) if "ada-quint" in name] == []
        assert b"/people/ada-quint/" not in b"".join(read_all(copy).values())

    def test_an_old_address_of_news_leads_to_the_page_of_the_copy_that_has_it(self, capsys, tmp_path):
        first = NewsItem.objects.create(date="2001", body="The very first.")
        OldPath.objects.create(path="/2001/first.html", news_item=first)
        self.step()
        self.publish(tmp_path / "copy", capsys)
        assert f"/~quiet/news/#news-{first.pk}" in (tmp_path / "copy/2001/first.html").read_text()
        for number in range(NewsItem.PER_PAGE):
            NewsItem.objects.create(date="2024", body=f"Later {number}.")
        self.step()
        self.publish(tmp_path / "copy", capsys)
        assert f"/~quiet/news/page/2/#news-{first.pk}" in (tmp_path / "copy/2001/first.html").read_text()
        assert f'id="news-{first.pk}"' in (tmp_path / "copy/news/page/2/index.html").read_text()

    @pytest.mark.once
    def test_an_old_address_never_takes_the_file_of_a_page(self, capsys, tmp_path):
        copy = tmp_path / "copy"
        for path in ("/people", "/me", "/me/", "/me.html", "/cgi/me.php", "/cgi/*"):
            self.ada.old_addresses.create(path=path)
        self.step()
        flush_changes()
        report = run.publish(copy, ROOT)
        found = read_all(copy)
        assert b"<h1>People</h1>" in found["people/index.html"]
        for name in ("me/index.html", "me.html"):
            assert b'content="0; url=/~quiet/people/ada-quint/"' in found[name]
        assert b"/~quiet/cgi/me.php /~quiet/people/ada-quint/ 301" in found["_redirects"]
        assert [line.split()[0] for line in report.left_out] == ["/cgi/*", "/cgi/me.php", "/me/", "/people", "/cgi/*"]
        assert "_redirects, which would take it for a pattern" in report.left_out[-1]
        told = found["_redirects"].decode().splitlines()
        assert [line.split()[0] for line in told] == ["/~quiet/cgi/me.php", "/~quiet/me", "/~quiet/me.html"]
        rules = re.findall(r'RedirectMatch permanent "([^"]+)"', found[".htaccess"].decode())
        assert [rule.replace("\\", "") for rule in rules] == [
            "^/~quiet/cgi/*$", "^/~quiet/cgi/me.php$", "^/~quiet/me$", "^/~quiet/me.html$",
        ]  # fmt: skip

    @pytest.mark.once
    def test_the_same_run_again_writes_nothing_and_loses_no_time(self, capsys, tmp_path):
        copy = tmp_path / "copy"
        self.publish(copy, capsys)
        assert re.search(r" 0 files written, 0 removed\.", self.publish(copy, capsys))
        with CaptureQueriesContext(connection) as asked:
            self.publish(copy, capsys)
        assert len(asked) < 150

    @pytest.mark.once
    def test_a_file_that_somebody_changed_is_made_again(self, capsys, tmp_path):
        copy = tmp_path / "copy"
        self.publish(copy, capsys)
        before = read_all(copy)
        (copy / "people/index.html").write_text("hacked")
        (copy / "robots.txt").unlink()
        with pytest.raises(CommandError, match="2 files"):
            call_command("publish", str(copy), check=True)
        assert "robots.txt is missing" in capsys.readouterr().out
        self.publish(copy, capsys)
        assert read_all(copy) == before
        call_command("publish", str(copy), check=True)

    @pytest.mark.once
    def test_a_trial_writes_nothing(self, capsys, tmp_path):
        copy = tmp_path / "copy"
        assert "would write" in self.publish(copy, capsys, dry_run=True)
        assert not copy.exists() and not (tmp_path / "data").exists()
        self.publish(copy, capsys)
        before = read_all(copy)
        Publication.objects.filter(slug="zygotes").update(pages="7")
        self.step()
        assert "would write publications/zygotes/cite.bib" in self.publish(copy, capsys, dry_run=True)
        assert read_all(copy) == before
        self.publish(copy, capsys)
        assert read_all(copy) != before

    @pytest.mark.once
    def test_without_its_memory_a_run_writes_only_what_differs(self, capsys, tmp_path):
        copy = tmp_path / "copy"
        self.publish(copy, capsys)
        run.memory_path(copy).write_bytes(b"no database at all" * 100)
        assert re.search(r" 0 kept; 0 files written, 0 removed\.", self.publish(copy, capsys))

    @pytest.mark.once
    def test_a_run_that_fails_halfway_is_completed_by_the_next(self, capsys, tmp_path, monkeypatch):
        copy, whole = tmp_path / "copy", tmp_path / "whole"
        monkeypatch.setattr(run, "PAGES_AT_ONCE", 5)
        put, number = folder.Folder.put, iter(range(10_000))

        def fail_once(self, name, body):
            if next(number) == 40:
                raise OSError("No space left on device")
            put(self, name, body)

        monkeypatch.setattr(folder.Folder, "put", fail_once)
        with pytest.raises(CommandError, match=r"No space left.*Run it again"):
            self.publish(copy, capsys)
        self.publish(copy, capsys)
        self.publish(whole, capsys)
        assert read_all(copy) == read_all(whole)

    @pytest.mark.once
    def test_a_page_that_the_site_cannot_answer_stays_as_it_was(self, capsys, tmp_path, monkeypatch):
        copy, words = tmp_path / "copy", r"could not answer /people/ada-quint/ \(status 503.*Run it again"
        self.publish(copy, capsys)
        before = read_all(copy)
        Person.objects.update(headline="Edited")
        self.step()
        locked = mock.Mock(side_effect=OperationalError("database is locked"))
        with monkeypatch.context() as patched:
            patched.setattr("people.views.pages.contents_of", locked)
            for _ in range(2):
                with pytest.raises(CommandError, match=words):
                    self.publish(copy, capsys)
        assert before.keys() <= read_all(copy).keys()
        self.publish(copy, capsys)
        assert "Edited" in (copy / "people/ada-quint/index.html").read_text()

    @pytest.mark.once
    def test_the_bounds_on_strangers_do_not_bound_it(self, capsys, tmp_path, monkeypatch):
        whole, copy = tmp_path / "whole", tmp_path / "copy"
        self.publish(whole, capsys)
        monkeypatch.setattr("labsite.bounds.work.Bounds.exceeded", lambda *arguments: ("network", 60))
        self.publish(copy, capsys)
        assert read_all(copy) == read_all(whole)

    def test_what_is_edited_while_it_runs_is_published_too(self, capsys, tmp_path, monkeypatch):
        copy = tmp_path / "copy"
        make, edits = run.Run.make, iter([lambda: Person.objects.update(headline="Edited meanwhile")])

        def edit_once(self, address):
            if address == "/people/ada-quint/":
                for edit in edits:
                    made = make(self, address)
                    edit()
                    step()
                    return made
            return make(self, address)

        step = self.step
        monkeypatch.setattr(run.Run, "make", edit_once)
        self.publish(copy, capsys)
        assert "Edited meanwhile" in (copy / "people/ada-quint/index.html").read_text()

    def test_what_is_edited_and_taken_back_while_it_runs_leaves_nothing(self, capsys, tmp_path, monkeypatch):
        copy = tmp_path / "copy"
        self.publish(copy, capsys)
        before, make, done = read_all(copy), run.Run.make, []

        def edit_and_take_back(self, address):
            if address != "/people/ada-quint/" or done:
                return make(self, address)
            Person.objects.filter(slug="ada-quint").update(headline="A secret")
            step()
            made = make(self, address)
            Person.objects.filter(slug="ada-quint").update(headline="")
            step()
            done.append(made)
            return made

        step = self.step
        monkeypatch.setattr(run.Run, "make", edit_and_take_back)
        (copy / "people/ada-quint/index.html").unlink()
        self.publish(copy, capsys)
        assert done and read_all(copy) == before

    @pytest.mark.parametrize(
        ("options", "problem"),
        [
            ({}, "--address"),
            ({"address": "lab.example.org"}, "use an address like"),
            ({"address": "https://lab.example.org/?x=1"}, "use an address like"),
            ({"address": "https://lab.example.org", "live": "javascript:x"}, "--live is"),
            ({"check": True}, "nothing was published there"),
        ],
    )
    def test_mistakes_are_told(self, options, problem, tmp_path):
        with pytest.raises(CommandError, match=problem):
            call_command("publish", str(tmp_path / "copy"), **options)

    def test_settings_are_as_before(self, capsys, tmp_path):
        before = (site_settings.SITE_URL, site_settings.DEBUG, list(site_settings.ALLOWED_HOSTS))
        self.publish(tmp_path / "copy", capsys)
        assert (site_settings.SITE_URL, site_settings.DEBUG, list(site_settings.ALLOWED_HOSTS)) == before
