"""Folders for al-folio and Hugo Blox: read again by the readers of these templates, public, and harmless."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils.translation import override

from activities.models import NewsItem, Project, ProjectRole, Talk
from labsite.accounts import ALFOLIO_ACCOUNTS, ALFOLIO_ADDRESSES, SERVICES
from labsite.lib.markdown import render_markdown
from labsite.lib.text import clean_text
from labsite.models import Document, LabProfile, Page
from labsite.site_archive.loading import load_archive
from labsite.site_export.accounts import ICONS, social
from labsite.site_export.texts import (
    as_attribute,
    as_html,
    as_words,
    for_hugo,
    for_jekyll,
    harmless,
    page,
    printed,
    title_of,
)  # fmt: skip
from labsite.site_export.writing import LIST, TEMPLATES, write_site
from labsite.site_import.fields import Fields, with_plain_signs
from labsite.site_import.links import link_of
from labsite.site_import.nodes import Node
from labsite.site_import.reading import read_site
from labsite.site_import.records import LinkRecord
from labsite.tests.archives.filled import AWKWARD
from labsite.tests.archives.sites import as_bytes
from labsite.tests.factories import make_group, make_member, make_news, make_organization, make_person, make_publication
from people.models import Membership, Person, Position, PositionPerson, ProfileLink, ProfileSection
from publications.models import Link, PositionPublication, Publication

ROOT = "https://lab.example.org"


@pytest.fixture
def small_lab(db, settings) -> Person:
    """A lab of two with one of everything, and texts that are hard to quote."""
    settings.SITE_URL = ROOT
    lead = make_member("Ada Quint", role="principal-investigator", given_name="Ada", family_name="Quint",
                       orcid="0000-0002-1825-0097", bio="I study *quiet* machines.", headline=AWKWARD)  # fmt: skip
    other = make_member("Bo Lind", given_name="Bo", family_name="Lind", bio="Hello {{ site.title }} and {% raw %}.")
    make_group(lead=lead)
    ProfileLink.objects.create(person=lead, kind="github", url="https://github.com/adaquint")
    ProfileLink.objects.create(person=other, kind="website", url="https://bo.example.org/")
    authors = [lead, other, "Somebody Else"]
    make_publication("A # title: “quoted” --- 张 🏆", authors, bibtex_key="quint2024", abstract=AWKWARD)
    make_news("We began: *work* # today", lead, date="2024-05")
    talk = Talk.objects.create(title="On: nothing", event="EXAMPLE 2024", date="2024-05-31")
    talk.speakers.add(lead)
    Project.objects.create(slug="quiet", name="Quiet: machines", summary="- not a list", body="Text {{< x >}}.")
    return lead


def front_of(path: Path) -> dict[str, Any]:
    begin, front, _ = path.read_text(encoding="utf-8").split("---\n", 2)
    assert begin == ""
    return yaml.safe_load(front)


@pytest.mark.parametrize("template", TEMPLATES)
def test_readers_find_what_was_written(small_lab, tmp_path, template):
    lines = write_site(tmp_path / "site", template)
    about = {
        "al-folio": "Ada Quint (/people/ada-quint/)", "hugoblox": "“Ada Quint”, with a page for each of 2 people",
    }  # fmt: skip
    assert (
        lines[0]
        == f"{tmp_path / 'site'}: {len(as_bytes(tmp_path / 'site')) - 1} files for {template}, about {about[template]}."
    )
    found = read_site(tmp_path / "site")
    assert found.kind == template and found.problems == ()
    people = {person.name: person for person in found.people if not person.is_known_only}
    assert people.keys() == {"Ada Quint", "Bo Lind"}
    assert people["Ada Quint"].bio == small_lab.bio and people["Ada Quint"].orcid == small_lab.orcid
    assert "https://github.com/adaquint" in [link.url for link in people["Ada Quint"].links]
    (paper,) = found.publications
    record = paper.entry.record
    assert record.title == "A # title: “quoted” --- 张 🏆" and record.key == "quint2024" and record.abstract == AWKWARD
    assert [author.name.natural for author in record.authors] == ["Ada Quint", "Bo Lind", "Somebody Else"]
    assert [project.name for project in found.projects] == ["Quiet: machines"]
    assert len(found.news) == 1 and "We began" in found.news[0].body
    # Whatever the readers leave behind is about how a page is drawn, or a day made of a month.
    assert not [each for each in found.unused if each.field in ("title", "authors", "abstract", "date", "summary")
                and template != "al-folio"]  # fmt: skip


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_same_record_gives_the_same_files(small_lab, tmp_path, template):
    with override("zh-hans"):
        write_site(tmp_path / "one", template)
    write_site(tmp_path / "two", template)
    assert as_bytes(tmp_path / "one") == as_bytes(tmp_path / "two")
    call_command("export_site", str(tmp_path / "one"), "--to", template, "--force")
    assert as_bytes(tmp_path / "one") == as_bytes(tmp_path / "two")
    (tmp_path / "one" / LIST).write_text("{}", encoding="utf-8")
    with pytest.raises(CommandError, match="is not the list of an export"):
        call_command("export_site", str(tmp_path / "one"), "--to", template, "--force")


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_file_is_what_its_generator_reads(filled, settings, tmp_path, template):
    """With every field filled: YAML that says what the record says, pictures and documents in their places."""
    settings.SITE_URL = ROOT
    load_archive(filled.write(tmp_path / "given"))
    Person.objects.filter(slug="people-0").update(user=None, email_visibility="public")
    write_site(tmp_path / "site", template, person="people-0")
    files = as_bytes(tmp_path / "site")
    for name in files:
        if name.endswith((".yml", ".yaml")):
            assert yaml.safe_load(files[name]) is not None
        elif name.endswith(".md") and "/person_" not in name:
            front_of(tmp_path / "site" / name)
    assert sum(name.endswith(".pdf") for name in files) == 3 and sum(name.endswith(".jpg") for name in files) >= 1
    if template == "hugoblox":
        front = front_of(tmp_path / "site/content/publication/publications-0/index.md")
        stored = Publication.objects.get(slug="publications-0")
        assert with_plain_signs(front["title"]).removeprefix("[Retracted] ") == stored.display_title
        assert with_plain_signs(front["abstract"]) == stored.abstract
    assert read_site(tmp_path / "site").kind == template


@pytest.mark.parametrize("template", TEMPLATES)
def test_what_is_not_public_stays_here(small_lab, tmp_path, template):
    make_person("Secret Person", is_published=False)
    make_publication("Secret paper", [small_lab], is_published=False)
    make_news("Secret news", is_published=False)
    make_news("Secret remark", kind="personal")
    Person.objects.filter(pk=small_lab.pk).update(
        email="secret@example.org", phone="secret", office="secret room", identity_note="secret", status_text="secret"
    )
    NewsItem.objects.first().people.add(Person.objects.get(name="Secret Person"))
    write_site(tmp_path / "site", template)
    assert [name for name, text in as_bytes(tmp_path / "site").items() if b"secret" in text.lower()] == []


def test_whom_it_is_about(small_lab, tmp_path):
    named = write_site(tmp_path / "one", "al-folio", person="bo-lind")
    assert named[0].endswith("about Bo Lind (/people/bo-lind/).") and len(named) == 2
    make_person("Never Member")
    first, become, chosen = write_site(tmp_path / "three", "al-folio")
    assert first.endswith("about Ada Quint (/people/ada-quint/).")
    assert "are those of Ada Quint; 1 other member has a text" in become and "1 more, who were never" in become
    assert chosen.startswith("Ada Quint was taken, who leads “")
    assert chosen.endswith("add --person SLUG: bo-lind, never-member.")
    assert "with a page for each of 3 people" in write_site(tmp_path / "four", "hugoblox")[0]
    with pytest.raises(CommandError, match="has the address 'nobody'"):
        call_command("export_site", str(tmp_path / "two"), "--to", "al-folio", "--person", "nobody")
    assert not (tmp_path / "two").exists()
    Person.objects.update(is_published=False)
    with pytest.raises(CommandError, match="--person SLUG"):
        call_command("export_site", str(tmp_path / "two"), "--to", "hugoblox")
    Person.objects.filter(slug="never-member").update(is_published=True)
    (alone, *_) = write_site(tmp_path / "alone", "al-folio")
    assert alone.endswith("about Never Member (/people/never-member/).")
    make_person("Second Nobody")
    with pytest.raises(CommandError, match="--person SLUG: never-member, second-nobody"):
        call_command("export_site", str(tmp_path / "two"), "--to", "al-folio")


def test_without_an_address_nothing_names_one(small_lab, settings, tmp_path):
    settings.SITE_URL = ""
    lines = write_site(tmp_path / "site", "al-folio")
    assert lines[-1].startswith("SITE_URL is not set")
    assert (
        yaml.safe_load((tmp_path / "site/_data/coauthors.yml").read_bytes())["lind"][0]["url"]
        == "https://bo.example.org/"
    )


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x]( <JavaScript:alert(1)> )",
    "[x](java&#x73;cript:alert(1))",
    "[x][y]\n\n[y]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "text\n{: onclick=\"alert(1)\"}",
    "{::nomarkdown}<b>{:/}",
    "![x](data:text/html,<script>)",
    "<!-- comment -->",
]  # fmt: skip


# What browsers and the generators may read as markup although our own reader of Markdown does not.
DISPUTED = [
    "\\`<img src=x>\\`", "``<img src=x>`", "` a\n`<img src=x>`", "` <img src=x> `<img src=y>`",
    "| a `<img src=x>|x` |\n|--|--|", "``` a`\n<img src=x>\n```", "```\n ```\n<img src=x>\n```\n",
    "> a\n```\n<img src=x>\n```", "`a\n# <img src=x> `", "~~~~\n<img src=x>\n~~~",
]  # fmt: skip


@pytest.mark.parametrize("text", DISPUTED)
def test_what_may_be_no_code_is_no_markup(text):
    assert "<img" not in harmless(text)


@pytest.mark.parametrize("address", [
    "javascript:alert(1)", "JavaScript&colon;alert(1)", "java&#x73;cript:alert(1)", " <javascript:alert(1)>",
    "vbscript:x", "data:text/html,x", "java\nscript:x", "ftp://example.org/",
])  # fmt: skip
@pytest.mark.parametrize("form", ["[x]({})", "![x]({})", "[x][y] and `code`\n\n[y]: {}", '`code` [x]({} "title")'])
def test_no_link_leads_to_anything_but_the_web(form, address):
    assert "[" not in harmless(form.format(address)) and "](" not in as_words(form.format(address))


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_does_nothing_that_it_did_not_do_here(text):
    found = harmless(text)
    assert "<script" not in found and "<img" not in found and "{:" not in found and "<!--" not in found
    assert "javascript:" not in render_markdown(found).replace("&#91;", "[") or "href" not in render_markdown(found)


def test_markdown_stays_what_it_was():
    text = "Some *text* with [a link](https://example.org/?a=b:c), <https://example.org> and a < b."
    text += "\n\n```\n<b>{: x}\n```\n`<i>`"
    assert harmless(text) == text
    assert harmless("[here](/people/ada/) [below](#x:y)") == "[here](/people/ada/) [below](#x:y)"


def test_commands_of_the_generators_are_text():
    assert for_jekyll("a {{ b }}") == "{% raw %}\na {{ b }}\n{% endraw %}" and for_jekyll("a { b }") == "a { b }"
    for end in ("{% endraw %}", "{%endraw%}", "{%- endraw -%}", "{%\nendraw x %}", "{%-\tEndRaw%}"):
        assert "{%" not in for_jekyll(f"{end}{{% include x %}}") and "{{" not in for_jekyll(f"`{end}{{{{ x }}}}`")
    assert "{{" not in for_hugo("`{{< x >}}` {{% y %}}") and for_hugo("{{ x }}") == "{{ x }}"


@pytest.mark.parametrize("text", [AWKWARD, "yes", "2024-05-31", "- a", "--- b", "…: # x", "‮rtl", "null", "'", "1e3"])
def test_front_matter_says_what_was_said(text):
    _, front, body = page({"title": text, "list": [text], "none": ""}, "Body").decode().split("---\n", 2)
    assert yaml.safe_load(front) == {"title": text, "list": [text]} and body == "\nBody\n"


PLAIN = [
    *HOSTILE, "AT&T", "a &amp; b", "&lt;b&gt;", "&copy 2024", "x < y > z", "x<y", "5 <", 'Ada "the Countess" Quint',
    "{{< x >}}", "{{ x }} {% y %}", "[x](https://example.org) & <b>", "a\u2060b",
]  # fmt: skip


@pytest.mark.parametrize("say", [as_html, as_attribute, as_words])
@pytest.mark.parametrize("text", PLAIN)
def test_plain_text_is_no_markup_and_is_read_as_it_was(say, text):
    written = say(text)
    assert not re.search(r"<(?:[A-Za-z/!?]|\Z)", written)
    assert with_plain_signs(written) == text
    fields = Fields(Node({"field": Node(written, 1)}, 1), "x.md")
    assert fields.text("field") == clean_text(text)
    if say is as_words:
        assert "{{<" not in written
    else:
        assert html.unescape(written) == text  # what a browser makes of it
        assert fields.plain("field") == clean_text(text)
    if say is as_attribute:
        assert '"' not in written


def test_what_needs_no_mending_is_not_mended():
    for text in ("AT&T", "R&D; x < y", "https://example.org/?a=1&copy=2", "Quint's & Lind’s {x} [1]"):
        assert printed({"field": [text]}, as_attribute) == printed({"field": [text]}, as_words) == {"field": [text]}
    assert printed("https://example.org/\"onclick='x'<b>", as_html) == "https://example.org/%22onclick=%27x%27%3Cb%3E"
    assert printed({"doi": "10.1/<a>", "n": 3, "t": True}, as_words, {"doi"}) == {"doi": "10.1/<a>", "n": 3, "t": True}


CANARY = '<img src=x onerror=alert(1)> "q" AT&T &lt; [c](javascript:alert(1))'


@pytest.mark.parametrize("template", TEMPLATES)
def test_front_matter_and_data_are_no_markup(small_lab, tmp_path, template):
    """Every plain text that a template prints as HTML; a bibliography is BibTeX, whose texts are its own."""
    Person.objects.update(headline=CANARY, bio="")
    Publication.objects.update(title=f"P {CANARY}", summary=CANARY, abstract=CANARY, venue_text=CANARY)
    Project.objects.update(name=CANARY, summary=CANARY)
    Talk.objects.update(title=CANARY, event=CANARY, place=CANARY)
    Page.objects.create(slug="more", title=CANARY, summary=CANARY, body="Some text.")
    LabProfile.objects.create(id=LabProfile.SINGLE_ID, name=CANARY, tagline=CANARY)
    ProfileLink.objects.create(person=small_lab, kind="other", url="https://example.org/", label=CANARY[:60])
    Position.objects.create(person=small_lab, kind="employment", title=CANARY, summary=CANARY, start="2020",
                            organization=make_organization(CANARY))  # fmt: skip
    write_site(tmp_path / "site", template)
    files = {name: text.decode() for name, text in as_bytes(tmp_path / "site").items() if not name.endswith(".bib")}
    assert [name for name, text in files.items() if "<img" in text] == []
    assert [name for name, text in files.items() if "[c](javascript" in text] == []
    assert [name for name, text in files.items() if "amp;T" in text] == []
    found = read_site(tmp_path / "site")
    owner = next(person for person in found.people if person.name == "Ada Quint")
    assert CANARY in (owner.headline, owner.bio, *(section.body for section in owner.sections))
    assert [(project.name, project.summary) for project in found.projects] == [(CANARY, CANARY)]
    assert [(page.title, page.summary) for page in found.pages if page.title != "talks"] == [(CANARY, CANARY)]
    if template == "al-folio":
        assert (CANARY, CANARY) in [(each.title, each.organization) for each in owner.positions]
    else:
        assert found.lab and (found.lab.name, found.lab.tagline) == (CANARY, CANARY)
        assert [(each.title, each.event, each.where) for each in found.talks] == [(CANARY, CANARY, CANARY)]
        assert [each.summary for each in found.publications] == [CANARY]


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_record_names_another_that_is_a_draft(small_lab, tmp_path, template):
    secret = make_organization("Secret University", url="https://secret.example.org/")
    hidden = make_person("Secret Person", is_published=False)
    group = make_group("Secret Group", organization=secret, lead=hidden, is_published=False)
    Membership.objects.create(person=small_lab, role="phd", start="2019", group=group)
    paper = make_publication("Secret paper", [hidden, small_lab], is_published=False)
    project = Project.objects.create(slug="secret", name="Secret project", is_published=False)
    talk = Talk.objects.create(title="Secret talk", event="EXAMPLE", date="2024", is_published=False)
    talk.speakers.add(small_lab)
    position = Position.objects.create(person=small_lab, kind="employment", title="Engineer", start="2020")
    PositionPerson.objects.create(position=position, person=hidden, role="manager")
    PositionPublication.objects.create(position=position, publication=paper)
    shown = Project.objects.get(slug="quiet")
    shown.publications.add(paper)
    ProjectRole.objects.create(project=shown, person=hidden)
    ProjectRole.objects.create(project=project, person=small_lab)
    project.publications.add(*Publication.objects.published())
    Talk.objects.get(event="EXAMPLE 2024").speakers.add(hidden)
    NewsItem.objects.get().people.add(hidden)
    NewsItem.objects.get().publications.add(paper)
    write_site(tmp_path / "site", template)
    files = as_bytes(tmp_path / "site").items()
    assert [name for name, text in files if "secret" in name or b"secret" in text.lower()] == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_document_that_is_not_there_moves_no_name_to_another_link(small_lab, tmp_path, template):
    paper = Publication.objects.get()
    lost = Document.objects.create(file="documents/lost.pdf", size=1, sha256="0" * 64)
    Link.objects.create(publication=paper, kind="other", url="https://example.org/1", label="First", order=1)
    Link.objects.create(publication=paper, kind="other", document=lost, label="Lost", order=2)
    Link.objects.create(publication=paper, kind="other", url="https://example.org/3", label="Third", order=3)
    write_site(tmp_path / "site", template)
    assert [name for name, text in as_bytes(tmp_path / "site").items() if b"lost" in text.lower()] == []
    if template == "hugoblox":
        (path,) = (tmp_path / "site/content/publication").glob("*/index.md")
        named = [(link["name"], link["url"]) for link in front_of(path)["links"]]
        assert named == [("First", "https://example.org/1"), ("Third", "https://example.org/3")]


def test_hugo_names_documents_on_its_own_host_and_interests_in_full(small_lab, tmp_path):
    stored = Document.objects.create(
        file=default_storage.save("documents/own.pdf", ContentFile(b"%PDF-1.4")), size=8, sha256="0" * 64
    )
    Link.objects.create(publication=Publication.objects.get(), kind="pdf", document=stored, order=1)
    long = f"**Compression**: {'pruning after training, ' * 12}and so on"
    ProfileSection.objects.create(person=small_lab, kind="interests", heading="Interests", body=f"* {long}\n- *Hush*")
    write_site(tmp_path / "site", "hugoblox")
    (path,) = (tmp_path / "site/content/publication").glob("*/index.md")
    assert front_of(path)["url_pdf"] == f"/media/documents/{Path(stored.file.name).name}"
    assert (tmp_path / "site/static" / front_of(path)["url_pdf"].lstrip("/")).exists()
    interests = front_of(tmp_path / "site/content/authors/ada-quint/_index.md")["interests"]
    assert interests == [long.replace("*", ""), "Hush"]


def test_titles_are_one_line():
    assert title_of("A *b*\n\nc") == "A b c" and title_of("word " * 40).endswith(" …")


def test_every_kind_of_link_has_a_name_and_a_sign():
    for kind in ProfileLink.Kind.values:
        name, value = social(kind, "https://example.org/x", "A label")
        assert name and value and ICONS[kind]
    assert social("github", "https://github.com/ada", "GitHub") == ("github_username", "ada")
    assert social("google-scholar", "https://scholar.google.com/citations?user=AbC-1&hl=en", "") == (
        "scholar_userid",
        "AbC-1",
    )


def test_what_is_written_of_an_account_is_read_as_the_same_link():
    for service, (field, _) in ALFOLIO_ACCOUNTS.items():
        kind, pattern, _ = SERVICES[service]
        account = "server.example/@ada" if service == "mastodon" else "1234"
        url = pattern.format(account)
        assert social(kind, url, "") == (field, account)
        assert link_of(field, account) == LinkRecord(url, kind)
    for service, field in ALFOLIO_ADDRESSES.items():
        kind, _, label = SERVICES[service]
        assert social(kind, "https://example.org/a", "") == (field, "https://example.org/a")
        assert link_of(field, "https://example.org/a") == LinkRecord("https://example.org/a", kind, label)
