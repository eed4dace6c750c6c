"""The guides cannot rot: their pictures, links and the words of the site they quote are there. `/help/` shows them."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from lxml import html

from labsite.help.documents import GUIDES, anchor_of, document_paths, load_documents
from labsite.help.searching import find_sections
from labsite.lib.search import read_question
from labsite.tests.browser.pages import admin_pages
from labsite.tests.members import make_account
from people.models import Person, RemovalRequest
from publications.models import Authorship, Publication

pytestmark = pytest.mark.once

ROOT = Path(settings.BASE_DIR)
GUIDE_FOLDER = ROOT / "docs" / "guides"
PICTURES = GUIDE_FOLDER / "pictures"
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *document_paths().values()]
CODE = re.compile(r"^(?: {4,}\S[^\n]*|```.*?^```)$", re.MULTILINE | re.DOTALL)
PAPER = "@misc{q, title={Quiet Machines at Work}, author={Zhang, Yihua and Yi, Kai and Doe, Jane}, year={2025}}"
MOST_BYTES = 2_500_000
# Pages whose words are quoted, beside all those of the admin.
OF_VISITORS = [
    "/", "/people/yihua-zhang/", "/people/yihua-zhang/cv/", "/publications/?venue=neurips&year=2024", "/groups/optml/",
]  # fmt: skip
OF_MEMBERS = [
    "/my/", "/my/profile/", "/my/photo/", "/my/publications/", "/my/removal/", "/my/signing-in/", "/report/", "/help/",
]  # fmt: skip


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def anchors_of(path: Path) -> set[str]:
    seen: dict[str, int] = {}
    headings = re.findall(r"^#{1,6} (.+)$", re.sub(r"^```.*?^```$", "", read(path), flags=re.M | re.S), re.MULTILINE)
    return {anchor_of(heading.replace("`", "").replace("*", ""), seen) for heading in headings}


# Files


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_of_a_document_leads_somewhere(path):
    dead = []
    for address in re.findall(r"\]\(([^()\s]+)\)", CODE.sub("", read(path))):
        if address.startswith(("http://", "https://", "…")):
            continue
        file, _, anchor = address.partition("#")
        target = (path.parent / file).resolve() if file else path
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors_of(target)):
            dead.append(address)
    assert dead == []


def test_pictures_are_there_and_said_in_words():
    named = {}
    for path in GUIDE_FOLDER.glob("*.md"):
        for words, address in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", read(path)):
            assert len(words.split()) > 3, f"{path.name}: what does {address} show?"
            named[(path.parent / address).resolve()] = path
    assert {path for path in named if not path.exists()} == set()
    assert set(PICTURES.iterdir()) == set(named), "pictures that no guide shows"
    assert sum(path.stat().st_size for path in PICTURES.iterdir()) < MOST_BYTES


def test_guides_are_all_known_and_linked_from_the_first_page():
    assert {path.stem for path in GUIDE_FOLDER.glob("*.md")} == set(GUIDES)
    assert all(f"docs/guides/{name}.md" in read(ROOT / "README.md") for name in GUIDES)


# The words that guides quote


def words_of(client: Client, address: str) -> set[str]:
    """What a page says where one clicks or looks: short texts, words of buttons, what is read out."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    page = html.fromstring(answer.content.decode())
    found = {value for each in page.iter("input") for value in [each.get("value", "")]}
    for each in page.iter():
        if isinstance(each.tag, str) and each.tag not in ("script", "style", "html", "body", "main"):
            found |= {each.text or "", (each.text or "").partition(":")[0]}  # “Levels: what the mentee studied, …”
            if len(text := each.text_content()) < 200:
                found.add(text)
    return {plain(text) for text in found}


def plain(text: str) -> str:
    """As it is compared: one blank between words, no colon at the end, all in small letters."""
    return " ".join(text.split()).strip(" :…").casefold()


@pytest.fixture(scope="module")
def quoted(demo_rows, django_db_blocker) -> set[str]:
    """Every word of the pages that guides speak of, on the demo data and an import, a request and a proposed author."""
    with django_db_blocker.unblock():
        editor, member = Client(), Client()
        editor.force_login(get_user_model().objects.create_superuser("guide-editor"))
        account = make_account("guide-member", "Members")
        person = Person.objects.get(slug="yihua-zhang")
        person.user = account
        person.save()
        paper = Publication.objects.create(title="Proposed", slug="proposed", kind="other")
        paper.authorships.create(
            printed_name="Yihua Zhang", person=person, position=1, link_status=Authorship.LinkStatus.PROPOSED
        )
        member.force_login(account)
        request = RemovalRequest.objects.create(person=person, message="Everything")
        added = editor.post(reverse("admin:publications_import_add"), {"text": PAPER}, follow=True)
        plan = added.redirect_chain[-1][0]
        merge = re.search(r'href="([^"]*/merge/people\.person/[^"]*)"', editor.get("/admin/").content.decode())[1]
        version = person.history.first().pk
        addresses = [
            *admin_pages().values(), plan, unescape(merge), "/admin/merge/people.person/",
            f"/admin/people/person/{person.pk}/history/{version}/", "/admin/auth/user/", "/admin/auth/user/add/",
            f"/admin/auth/user/{account.pk}/change/", "/admin/changes/", "/admin/merges/",
            reverse("admin:removal_request", args=[request.pk]), reverse("admin:labsite_siteimport_changelist"),
        ]  # fmt: skip
        found = {word for address in dict.fromkeys(addresses) for word in words_of(editor, address)}
        found |= {word for address in OF_VISITORS for word in words_of(Client(), address)}
        found |= {word for address in OF_MEMBERS for word in words_of(member, address)}
        editor.post(reverse("admin:publications_import_decide", args=[plan.split("/")[-3]]), {"apply": "yes"})
        return found


# What stands on pages that this test does not come to.
ELSEWHERE = {
    "add another membership": "Django's script makes the link",
    "copy": "labsite/static/labsite/copy.js makes the button",
    "take back": "beside a merge, of which there is none here",
    "take the whole import back": "templates/admin/publications/import/plan.html, once it is applied",
    "bring the whole site in": "templates/admin/labsite/siteimport/plan.html, of a site that was read",
    "take the whole site back": "the same, once it is applied",
    "left to do": "labsite/site_import/showing.py, on the same page",
    "save these changes": "templates/admin/import_export/_table_preview.html, once a table was uploaded",
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", GUIDES)
def test_every_word_in_bold_is_on_a_page(quoted, name):
    text = CODE.sub("", read(GUIDE_FOLDER / f"{name}.md"))
    bold = {plain(each) for each in re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL)}
    assert len(bold) > 3
    missing = sorted(bold - quoted - ELSEWHERE.keys())
    assert missing == [], "\n".join(missing)


# /help/


def test_help_is_for_accounts(client, db):
    for address in ("/help/", "/help/admin/", "/help/nothing/"):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/login/?next={address}")


@pytest.fixture
def member(db) -> Client:
    client = Client()
    client.force_login(make_account("mia", "Members"))
    return client


def test_every_document_is_a_page(member, django_assert_num_queries):
    """Session, account, lab profile, and whether the account has a person: whatever the document."""
    ids = {}
    for name in document_paths():
        with django_assert_num_queries(3):
            answer = member.get(f"/help/{name}/")
        assert answer.status_code == 200, name
        page = html.fromstring(answer.content)
        ids[name] = set(page.xpath("//article//@id"))
        assert len(page.xpath("//h1")) == 1, f"{name}: one title, the first heading"
        assert page.xpath("//article[@lang='en']")
        for source in page.xpath("//article//img/@src"):
            assert source.startswith("/static/guides/") and (PICTURES / Path(source).name).exists()
    for name in document_paths():
        page = html.fromstring(member.get(f"/help/{name}/").content)
        for address in page.xpath("//article//a/@href | //nav[contains(@class, 'contents')]//a/@href"):
            if address.startswith(("http://", "https://")):
                continue
            own, _, anchor = address.partition("#")
            target = own.removeprefix("/help/").strip("/") if own else name
            assert not target or target in ids, f"{name}: {address}"
            assert not anchor or anchor in ids[target], f"{name}: {address}"
    assert member.get("/help/nothing/").status_code == 404
    assert 'href="/zh-hans/help/admin/"' in member.get("/zh-hans/help/tour/").content.decode()


def found_by(words: str) -> list[tuple[str, str]]:
    hits = find_sections(load_documents("en"), read_question(words))
    return [(hit.document.name, hit.section.heading) for hit in hits]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("merge duplicates", None), ("photo", ("admin", "Put up a photo")),
        ("take import back", ("admin", "Take an import back")),
        ("PHOT agree", ("member", "Make your page good in ten minutes")),
        ("mentor", ("admin", "Note who mentored whom")), ("restore drill", ("operator", "Ten things in a year")),
    ],
)  # fmt: skip
def test_words_are_found_in_headings_and_guides_first(words, first):
    found = found_by(words)
    assert found and len(found) <= 30
    if first:
        assert first in found[:3]


def test_the_search_shows_where_and_marks_it(member, django_assert_num_queries):
    with django_assert_num_queries(3):
        text = member.get("/help/?q=award").content.decode()
    assert 'href="/help/admin/#add-an-award"' in text and "<mark>award</mark>" in text
    assert "No guide holds all of these words" in member.get("/help/?q=zzzzxq").content.decode()
    hostile = member.get("/help/", {"q": "<script>alert(1)</script>\x00"}).content.decode()
    assert "<script>alert" not in hostile
    assert member.get("/help/", {"q": "a " * 400}).status_code == 200


def test_the_way_to_help_is_at_hand(admin_client, member):
    assert 'href="/help/"' in admin_client.get("/admin/").content.decode()
    assert 'href="/help/"' in admin_client.get("/admin/people/person/").content.decode()
    assert 'href="/help/member/"' in member.get("/my/").content.decode()


def test_marks_for_commands_are_not_shown():
    assert [each.name for each in load_documents("en") if "&lt;!--" in each.html] == []
