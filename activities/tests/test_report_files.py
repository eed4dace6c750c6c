"""A report as a page and as files: who may have it, what they hold, what they cost, what bad questions are told."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import zipfile
from html.parser import HTMLParser

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook

from activities.models import Grant, Project, Service, Talk
from activities.reporting.making import SECTIONS
from activities.reporting.sections import Report
from activities.reporting.spreadsheets import shortened, summary_dataset
from activities.reporting.typeset import absolute
from labsite.models import LabProfile
from labsite.tests.factories import (
    make_award_receipt,
    make_group,
    make_member,
    make_mentorship,
    make_organization,
    make_person,
    make_publication,
    make_venue,
)
from labsite.tests.world import make_world

pytestmark = [pytest.mark.django_db, pytest.mark.once]
PERIOD = "?from=2024&until=2024"
ENDINGS = ("docx", "pdf", "csv", "xlsx", "zip")


@pytest.fixture
def reader(client):
    """The client of somebody with an account and no rights."""
    client.force_login(get_user_model().objects.create_user("reader"))
    return client


@pytest.fixture
def record():
    """One of everything that a report counts in 2024, with texts that could do harm."""
    LabProfile.objects.create(
        pk=LabProfile.SINGLE_ID, name="Quiet Lab", organization=make_organization("Example University")
    )
    group = make_group("=Quiet Group", slug="quiet")
    ada = make_member("Zoë Quint 张三", start="2024", end="2024-11", group=group, next_destination='=HYPERLINK("x")')
    bo = make_member("Bo <b>Quint</b>", role="postdoc", start="2020", end="2024-03", group=group)
    bo.memberships.create(role="staff", start="2024-03", group=group)
    venue = make_venue("QC")
    paper = make_publication("Quiet #machines & *stars* 🎉", [ada, bo], venue=venue, kind="journal-article")
    paper.distinctions.create(kind="oral", rate_percent="1.5", submissions=1000)
    make_publication("+Second paper", [bo], date="2024-05", kind="thesis")
    make_award_receipt("-Prize", ada, amount="100", currency="USD")
    grant = Grant.objects.create(
        title="@Grant", amount="5000", currency="USD", start="2024", number="N-1", funder=make_organization("Fund")
    )
    grant.roles.create(person=bo, role="pi")
    bo.education.create(organization=make_organization(), degree="Ph.D.", end="2024-06")
    talk = Talk.objects.create(title="Talk", event="Meeting", date="2024-05-06")
    talk.speakers.add(ada)
    Service.objects.create(person=ada, kind="reviewer", venue=venue, year=2024, count=2)
    make_mentorship(bo, ada, start="2024-01", end="2024-05")
    work = Project.objects.create(slug="soft", name="Software", kind="software", start="2024")
    work.roles.create(person=ada)


class Page(HTMLParser):
    """The rows of a page's tables, and its references, by the section they stand in."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: dict[str, list[list[str]]] = {}
        self.section = ""
        self.cell: str | None = None
        self.feed(text)

    def is_cell(self, tag: str) -> bool:
        return tag == "a" if self.section == "publications" else tag in ("td", "th")

    def handle_starttag(self, tag, attributes):
        if tag == "section":
            self.section = dict(attributes).get("id", "")
            self.rows[self.section] = []
        elif self.section and tag in ("tr", "li"):
            self.rows[self.section].append([])
        elif self.section and self.is_cell(tag):
            self.cell = ""

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data

    def handle_endtag(self, tag):
        if tag == "section":
            self.section = ""
        elif self.cell is not None and self.is_cell(tag):
            self.rows[self.section][-1].append(squeezed(self.cell))
            self.cell = None


def page_rows(client, query: str = PERIOD) -> dict[str, list[list[str]]]:
    return Page(client.get(f"/report/{query}").content.decode()).rows


def file_of(client, ending: str, query: str = PERIOD) -> bytes:
    response = client.get(f"/report/report.{ending}{query}")
    assert response.status_code == 200, response.content[:300]
    return response.content


def squeezed(text: str) -> str:
    return " ".join(text.split())


# Who may have it


@pytest.mark.parametrize(
    "path", ["/report/", *(f"/report/report.{ending}" for ending in ENDINGS), "/report/report.exe"]
)
def test_without_an_account_one_is_sent_to_the_login_page(client, path):
    response = client.get(f"{path}{PERIOD}")
    assert response.status_code == 302
    assert response["Location"].startswith(f"/login/?next={path}")


def test_a_report_is_kept_by_nobody_and_found_by_no_search_engine(reader):
    response = reader.get("/report/")
    assert "no-store" in response["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in response.content.decode()


def test_a_report_is_only_read(reader):
    assert reader.post("/report/").status_code == 405
    assert reader.post("/report/report.pdf").status_code == 405


def test_editors_find_it_on_the_front_page_of_the_admin(admin_client):
    assert f'href="{reverse("activities:report")}"' in admin_client.get("/admin/").content.decode()


# The page


def test_the_page_shows_every_list_with_its_number(reader, record):
    rows = page_rows(reader)
    summary = {row[0]: int(row[1]) for row in rows["summary"][1:]}
    keys = {
        "Distinctions of publications": "distinctions", "Awards": "awards", "Grants": "grants", "Members": "members",
        "Joined": "joined", "Changed role or group": "changed", "Left": "left", "Graduated": "graduated",
        "Talks": "talks", "Service": "services", "Mentorships begun": "mentorships-begun",
        "Mentorships ended": "mentorships-ended", "Software and data sets": "works",
    }  # fmt: skip
    assert {label: len(rows[key]) - 1 for label, key in keys.items()} == {label: summary[label] for label in keys}
    assert summary["Publications"] == len(rows["publications"]) == 2
    assert (summary["Journal articles"], summary["Theses"]) == (1, 1)
    assert sorted({*rows} - {"summary", "rules", ""}) == sorted(SECTIONS)


def test_the_page_says_its_rule_and_escapes_what_people_wrote(reader, record):
    text = reader.get(f"/report/{PERIOD}").content.decode()
    assert "has a confirmed author who was a member on some day of the period" in text
    assert "Bo &lt;b&gt;Quint&lt;/b&gt;" in text
    assert "<b>Quint" not in text
    assert "style=" not in re.sub(r"&amp;style=|\?style=|\"style=", "", text)


def test_headings_and_tables_are_real(reader, record):
    text = reader.get(f"/report/{PERIOD}").content.decode()
    assert text.count("<h1") == 1
    assert text.count("<table") == text.count("<caption") == text.count("<thead") == 14
    tables = re.findall(r"<table.*?</table>", text, re.S)
    assert all('scope="col"' in table and 'scope="row"' in table for table in tables)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?from=soon&until=2024", "“soon” is not a date: write 2024, 2024-05 or 2024-05-31."),
        ("?group=nobody", "There is no group “nobody” here."),
        ("?style=%3Cb%3E", "There is no style “<b>”: use apa, ieee, acm, chicago, mla, vancouver."),
        ("?from=2025&until=2024", "The period ends (2024) before it begins (2025): swap the two dates."),
    ],
)
def test_a_wrong_question_is_answered_in_words_without_numbers(reader, record, query, words):
    response = reader.get(f"/report/{query}")
    assert response.status_code == 200
    text = response.content.decode()
    assert words.replace("<", "&lt;").replace(">", "&gt;") in text
    assert "report-summary" not in text
    assert "report.docx" not in text
    for ending in ENDINGS:
        refused = reader.get(f"/report/report.{ending}{query}")
        assert (refused.status_code, refused["Content-Type"]) == (400, "text/plain; charset=utf-8")
        assert refused.content.decode() == f"{words}\n"


def test_what_was_typed_wrong_stays_in_the_form(reader):
    text = reader.get("/report/?from=soon&until=2024").content.decode()
    assert 'name="from" value="soon"' in text
    assert 'name="until" value="2024"' in text


def test_too_many_papers_are_refused_in_words(reader, record, monkeypatch):
    monkeypatch.setattr("activities.reporting.publications.MOST_PAPERS", 1)
    words = (
        "There are 2 publications in this period: a report takes at most 1. Choose a shorter period or fewer groups."
    )
    assert words in reader.get(f"/report/{PERIOD}").content.decode()
    refused = reader.get(f"/report/report.docx{PERIOD}")
    assert (refused.status_code, refused.content.decode()) == (400, f"{words}\n")


def test_a_pdf_takes_fewer_papers_than_other_files(reader, record, monkeypatch):
    monkeypatch.setattr("activities.reporting.publications.MOST_TYPESET", 1)
    refused = reader.get(f"/report/report.pdf{PERIOD}")
    assert (refused.status_code, refused.content.decode()) == (
        400,
        "There are 2 publications in this period: a PDF takes at most 1. "
        "Choose another kind of file, a shorter period or fewer groups.\n",
    )
    assert [reader.get(f"/report/report.{ending}{PERIOD}").status_code for ending in ("docx", "csv")] == [200, 200]
    assert reader.get(f"/report/{PERIOD}").context["report"].section("publications").count == 2


def test_the_page_speaks_chinese_and_its_csv_files_do_not(reader, record):
    page = reader.get(f"/zh-hans/report/{PERIOD}")
    assert page.status_code == 200
    assert 'href="/zh-hans/report/report.docx?from=2024&amp;until=2024"' in page.content.decode()
    plain = file_of(reader, "csv", f"{PERIOD}&section=members")
    assert reader.get(f"/zh-hans/report/report.csv{PERIOD}&section=members").content == plain
    assert reader.get(f"/zh-hans/report/report.pdf{PERIOD}").content.startswith(b"%PDF-")


# Files


@pytest.mark.parametrize("ending", ["exe", "html", "doc", "PDF"])
def test_other_endings_are_not_found(reader, ending):
    assert reader.get(f"/report/report.{ending}").status_code == 404


@pytest.mark.parametrize(
    ("ending", "query", "name"),
    [
        ("docx", PERIOD, "quiet-lab-report-2024.docx"),
        ("pdf", "?from=2023-09&until=2024-08&group=quiet", "quiet-lab-report-2023-09-to-2024-08-quiet.pdf"),
        ("xlsx", PERIOD, "quiet-lab-report-2024.xlsx"),
        ("zip", PERIOD, "quiet-lab-report-2024.zip"),
        ("csv", PERIOD, "quiet-lab-report-2024-summary.csv"),
        ("csv", f"{PERIOD}&section=awards", "quiet-lab-report-2024-awards.csv"),
    ],
)
def test_files_are_named_by_lab_period_and_groups(reader, record, ending, query, name):
    response = reader.get(f"/report/report.{ending}{query}")
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'


def test_a_document_has_the_rows_of_the_page_under_real_headings(reader, record):
    document = Document(io.BytesIO(file_of(reader, "docx")))
    page = page_rows(reader)
    headings = [(int(p.style.name[-1]), p.text) for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert headings[:5] == [
        (1, "Report 2024"), (2, "Summary"), (2, "Publications (2)"), (3, "Journal articles (1)"), (3, "Theses (1)"),
    ]  # fmt: skip
    tables = [[[squeezed(cell.text) for cell in row.cells] for row in table.rows] for table in document.tables]
    expected = [page["summary"], *(page[key] for key in SECTIONS if key != "publications")]
    assert tables == expected
    references = [squeezed(p.text) for p in document.paragraphs if p.style.name == "List Number"]
    assert [text.partition("  [")[0].partition(" [")[0] for text in references] == [
        row[0] for row in page["publications"]
    ]


def test_a_document_names_itself_and_its_language_and_repeats_its_table_heads(reader, record):
    document = Document(io.BytesIO(file_of(reader, "docx")))
    properties = document.core_properties
    assert (properties.title, properties.author, properties.language) == ("Report 2024", "Quiet Lab", "en-GB")
    assert properties.comments == ""
    for table in document.tables:
        head, *rows = table._tbl.tr_lst
        assert head.xpath("./w:trPr/w:tblHeader")
        assert not any(row.xpath("./w:trPr/w:tblHeader") for row in rows)
    footer = document.sections[0].footer._element
    assert footer.xpath(".//w:fldSimple/@w:instr") == ["PAGE", "NUMPAGES"]
    language = document.styles.element.xpath(".//w:docDefaults//w:lang/@w:val")
    assert language == ["en-GB"]
    used = set(document.element.xpath("//w:pStyle/@w:val | //w:rStyle/@w:val | //w:tblStyle/@w:val"))
    assert used <= {style.style_id for style in document.styles}


def test_a_document_leads_to_the_site(reader, record):
    document = Document(io.BytesIO(file_of(reader, "docx")))
    targets = {part.target_ref for part in document.part.rels.values() if part.is_external}
    assert "http://testserver/people/zoe-quint-zhangsan/" in {each.replace("zhang-san", "zhangsan") for each in targets}
    assert all(target.startswith("http://testserver/") for target in targets)


def test_a_workbook_has_a_sheet_for_each_section_with_the_rows_of_the_page(reader, record):
    book = load_workbook(io.BytesIO(file_of(reader, "xlsx")))
    page = page_rows(reader)
    assert len(book.sheetnames) == len(SECTIONS) + 2
    assert (book.sheetnames[0], book.sheetnames[1], book.sheetnames[-1]) == ("Summary", "Publications", "Rules")
    for sheet, key in zip(book.worksheets[1:-1], SECTIONS, strict=True):
        cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
        heads = page[key][0] if key != "publications" else ["Reference"]
        places = [cells[0].index(head) for head in heads]
        found = [
            [str(row[place] if row[place] is not None else "").removeprefix("'") for place in places]
            for row in cells[1:]
        ]
        shown = page[key][1:] if key != "publications" else page[key]
        assert len(found) == len(shown), key
        assert [row[0] for row in found] == [
            row[0].partition(" (")[0] if key == "awards" else row[0] for row in shown
        ], key
    members = book["Members"]
    assert [cell.font.bold for cell in members[1]] == [True] * 4
    assert members.freeze_panes == "A2"
    assert book["Grants"]["F2"].value == 5000
    assert book.properties.title == "Report 2024"


def test_cells_that_look_like_formulas_are_made_harmless(reader, record):
    book = load_workbook(io.BytesIO(file_of(reader, "xlsx")))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert not [cell.value for cell in cells if str(cell.value)[0] in "=+-@"]
    archive = zipfile.ZipFile(io.BytesIO(file_of(reader, "zip")))
    for name in archive.namelist():
        for row in csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"))):
            assert not [cell for cell in row if cell and cell[0] in "=+-@\t\r"], name


def test_an_archive_holds_a_csv_file_of_every_section(reader, record):
    archive = zipfile.ZipFile(io.BytesIO(file_of(reader, "zip")))
    assert archive.namelist() == ["summary.csv", *(f"{key}.csv" for key in SECTIONS)]
    for key in ("summary", *SECTIONS):
        assert archive.read(f"{key}.csv") == file_of(reader, "csv", f"{PERIOD}&section={key}")


def test_one_section_as_csv(reader, record):
    rows = list(csv.reader(io.StringIO(file_of(reader, "csv", f"{PERIOD}&section=publications").decode("utf-8-sig"))))
    assert rows[0] == [
        "Type", "Date", "Reference", "Remarks", "Title", "Authors", "Venue", "Distinctions", "DOI", "Address",
    ]  # fmt: skip
    assert [row[:2] + row[4:8] for row in rows[1:]] == [
        ["Journal articles", "2024", "Quiet #machines & *stars* 🎉", "Zoë Quint 张三; Bo <b>Quint</b>", "QC 2024",
         "Oral · 1.5% of 1,000 submissions"],
        ["Theses", "2024-05", "'+Second paper", "Bo <b>Quint</b>", "Thesis 2024", ""],
    ]  # fmt: skip


def test_an_unknown_section_is_refused_with_the_known_ones(reader):
    response = reader.get(f"/report/report.csv{PERIOD}&section=nothing")
    assert response.status_code == 400
    assert response.content.decode() == f"There is no section “nothing”: use summary, {', '.join(SECTIONS)}.\n"


def test_a_pdf_prints_titles_and_numbers_as_they_stand(reader, record, tmp_path, caplog):
    content = file_of(reader, "pdf")
    assert content.startswith(b"%PDF-")
    assert len(content) > 20_000
    assert caplog.records == []  # it is up to PDF/UA-1: no glyph is missing
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed")
    path = tmp_path / "report.pdf"
    path.write_bytes(content)
    command = [shutil.which("pdftotext"), "-layout", path, "-"]
    text = squeezed(subprocess.run(command, capture_output=True, check=True).stdout.decode())  # noqa: S603
    for words in (
        "Report 2024", "Quiet Lab · Example University", "Publications (2)", "Quiet #machines & *stars*",
        "+Second paper", "Zoë Quint 张三", "Bo <b>Quint</b>", "Page 1 of", "=Quiet Group", "How this report counts",
    ):  # fmt: skip
        assert words in text


def test_an_empty_report_is_a_file_too(reader):
    for ending in ENDINGS:
        assert file_of(reader, ending, "?from=1950&until=1950")


# Leaks and costs


@pytest.mark.parametrize("ending", ["", *ENDINGS])
def test_nothing_that_is_not_public_is_in_it(reader, record, ending):
    secret = "Zyxwv"  # noqa: S105 - a word to look for
    ada, group = make_member(f"Ada {secret}-free"), make_group(f"{secret} group", is_published=False)
    ada.memberships.create(role="staff", start="2024-02", group=group)
    hidden = make_member(f"{secret} Person", start="2024", is_published=False, email="z@example.org")
    draft = make_publication(f"{secret} paper", [ada, hidden], is_published=False)
    make_award_receipt("Shared prize", ada, hidden, publication=draft)
    make_award_receipt(f"{secret} prize", hidden)
    for grant in Grant.objects.all():
        grant.roles.create(person=hidden, role="staff")
    for talk in Talk.objects.all():
        talk.speakers.add(hidden)
        talk.publication = draft
        talk.save()
    Talk.objects.create(title=f"{secret} talk", event="M", date="2024", is_published=False).speakers.add(ada)
    make_mentorship(ada, hidden, start="2024")
    Service.objects.create(person=hidden, kind="reviewer", venue_text=f"{secret} venue", year=2024)
    hidden.education.create(organization=make_organization(), degree=f"{secret} degree", end="2024")
    ada.names.create(name=f"{secret} Former", kind="former", is_public=False)
    for work in Project.objects.all():
        work.roles.create(person=hidden)
    path = f"/report/report.{ending}{PERIOD}" if ending else f"/report/{PERIOD}"
    text = words_of(reader.get(path).content, ending)
    assert "Shared prize" in text or ending == "csv"
    for leak in (secret, secret.lower() + "-", "z@example.org"):
        assert leak not in text.replace(f"Ada {secret}-free", "").replace(f"ada-{secret.lower()}-free", "")


def words_of(content: bytes, ending: str) -> str:
    """What a file says. Of PDF its text, where that can be read here."""
    if ending in ("docx", "xlsx", "zip"):
        archive = zipfile.ZipFile(io.BytesIO(content))
        return " ".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    if ending != "pdf":
        return content.decode()
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed")
    command = [shutil.which("pdftotext"), "-", "-"]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode()  # noqa: S603


# session and account (2); lab; groups; papers counted, their rows with six relations, undated ones (9); memberships;
# awards, their people, undated ones; grants with roles, undated ones (3); degrees; talks with speakers, undated ones
# (3); services, undated ones; mentorships; works with roles, undated ones (3)
QUERIES = 30


@pytest.mark.parametrize("count", [1, 4])
def test_queries_do_not_grow(reader, django_assert_num_queries, count):
    world_of(count)
    reader.get("/healthz")  # what is derived from the rows is derived before a request
    for path in ("/report/", *(f"/report/report.{ending}" for ending in ENDINGS)):
        with django_assert_num_queries(QUERIES):
            assert reader.get(f"{path}{PERIOD}").status_code == 200


def world_of(count: int) -> None:
    ada = make_world(count)
    for number in range(count):
        make_publication(f"Paper of 2024, {number}", [ada, make_member(f"New {number}", start="2024", end="2024")])
        make_mentorship(ada, make_person(f"Guided {number}"), start="2024")
        ada.education.create(organization=make_organization(), degree=f"Degree {number}", end="2024")
        work = Project.objects.create(slug=f"soft-{number}", name=f"Software {number}", kind="software", start="2024")
        work.roles.create(person=ada)


# Pieces


def test_addresses_of_the_site_get_the_site_in_front():
    assert absolute("/people/x/", "https://lab.example.org") == "https://lab.example.org/people/x/"
    assert absolute("https://example.org/", "https://lab.example.org") == "https://example.org/"
    assert absolute("", "https://lab.example.org") == ""


def test_a_cell_holds_what_a_spreadsheet_can():
    assert shortened("a" * 40_000) == "a" * 32_751 + "…"
    assert shortened("short") == "short"
    assert shortened(3) == 3


def test_a_summary_of_nothing_has_its_headings():
    empty = Report(title="", lab="", organization="", period="", groups="", made_on="", style="", sections=[])
    assert summary_dataset(empty).headers == ["Section", "Of these", "Number", "Remark"]
    assert len(summary_dataset(empty)) == 0
