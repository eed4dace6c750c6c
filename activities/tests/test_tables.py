"""The tables of awards, mentorships and services: out and in again, matched, and refused in words."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group as AccountGroup
from django.contrib.auth.models import Permission
from django.core.management import call_command

from activities.models import Award, AwardReceipt, Mentorship, Service
from activities.tables import AwardTable, MentorshipTable, ServiceTable
from labsite.lib.tables.files import FORMATS, read_table
from labsite.tests.factories import (
    make_award_receipt,
    make_mentorship,
    make_organization,
    make_person,
    make_publication,
    make_venue,
)
from labsite.tests.tables import (
    changes,
    confirm,
    csv_file,
    import_table,
    outline,
    page,
    problems,
    said,
    upload,
    xlsx_file,
)
from people.models import Organization
from publications.digests import flush_changes

pytestmark = pytest.mark.django_db

TABLES = [(AwardTable, Award, 22), (MentorshipTable, Mentorship, 6), (ServiceTable, Service, 54)]
MODELS = [Award, Mentorship, Service]


@pytest.fixture(autouse=True)
def data_folder(tmp_path, settings):
    settings.DATA_DIR = tmp_path


def account(name: str, *, group: str = "", permissions: tuple[str, ...] = ()):
    user = get_user_model().objects.create_user(name, password="correct horse battery", is_staff=True)
    if group:
        user.groups.add(AccountGroup.objects.get(name=group))
    user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
    return user


@pytest.fixture
def editor(client):
    client.force_login(account("editor", group="Editors"))
    return client


def plan_of(client, model, *rows, **options):
    response = upload(client, model, csv_file(*rows), **options)
    assert "plan" in response.context, response.context["form"].errors
    return response.context["plan"]


def exported(client, model) -> list[list[str]]:
    response = client.post(page(model, "export"), {"format": "csv"})
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


# All three


def test_exports_of_the_demo_data_read_back_unchanged():
    call_command("loaddata", "demo", verbosity=0)
    for table_class, model, count in TABLES:
        for file_format in FORMATS:
            data = file_format().export_data(table_class().export(model.objects.all()))
            for empties in (False, True):
                table = table_class(empties=empties)
                plan = table.plan(read_table(data, table.knows))
                found = (table_class, len(plan.unchanged), len(plan.rows), table.ignored)
                assert found == (table_class, count, count, [])


def test_demo_data_comes_back_from_its_tables(editor):
    """What the tables hold is written again as it was, into a site that has the people, venues and papers only."""
    call_command("loaddata", "demo", verbosity=0)
    for table_class, model, count in TABLES:
        data = FORMATS[0]().export_data(table_class().export(model.objects.all()))
        before = table_class().export(model.objects.order_by("pk")).dict
        model.objects.all().delete()
        import_table(editor, model, data)
        after = table_class().export(model.objects.order_by("pk")).dict
        assert len(after) == count
        assert sorted(map(str, after)) == sorted(map(str, before))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    ("group", "permissions"),
    [("Members", ()), ("", ("view_{}",)), ("", ("view_{}", "add_{}"))],
)
def test_only_who_may_change_records_gets_a_table(client, model, group, permissions):
    permissions = tuple(each.format(model._meta.model_name) for each in permissions)
    client.force_login(account("other", group=group, permissions=permissions))
    for name in ("export", "import", "process_import"):
        for response in (client.get(page(model, name)), client.post(page(model, name), {"format": "csv"})):
            assert response.status_code == 403, name


@pytest.mark.parametrize("model", MODELS)
def test_who_may_change_but_not_add_exports_only(client, model):
    name = model._meta.model_name
    client.force_login(account("other", permissions=(f"view_{name}", f"change_{name}")))
    assert client.get(page(model, "export")).status_code == 200
    assert client.get(page(model, "import")).status_code == 403
    assert client.post(page(model, "process_import")).status_code == 403


@pytest.mark.parametrize("model", MODELS)
def test_templates_are_read_and_passed_over(editor, model):
    for extension in ("csv", "xlsx"):
        template = editor.get(page(model, "import") + f"template.{extension}")
        preview = upload(editor, model, template.content)
        assert [row.label for row in preview.context["plan"].unchanged] == ["The example of the template"]


EXPORT_QUERIES = {
    Award: 8,  # session, user, two of its permissions; awards, receipts, their people, papers; no organization
    Mentorship: 7,  # …; mentorships with their people, levels, papers; no organization of a level
    Service: 6,  # …; venues, services with their relations
}


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize("model", MODELS)
def test_queries_of_an_export_do_not_grow(editor, django_assert_num_queries, model, count):
    fill(count)
    with django_assert_num_queries(EXPORT_QUERIES[model]):
        assert len(exported(editor, model)) == count + 1


def fill(count: int) -> None:
    mentor = make_person("Ada Mentor")
    for number in range(count):
        mentee = make_person(f"Bo Mentee {number}")
        paper = make_publication(f"Paper {number}", [mentee])
        make_award_receipt(f"Prize {number}", mentee, publication=paper)
        make_mentorship(mentor, mentee, publications=[paper]).levels.create(level="phd")
        Service.objects.create(person=mentee, kind="reviewer", venue=make_venue(f"V{number}"), year=2024)
    flush_changes()


PREVIEW_QUERIES = {
    # session, user, two of its permissions, the lab's name; people, their names, organizations, papers that are named;
    Award: 13,  # awards, their receipts, those's people and papers
    Mentorship: 12,  # mentorships, their levels, their papers; no organization of a level
    Service: 10,  # venues instead of papers; services
}


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize("model", MODELS)
def test_queries_of_an_unchanged_preview_do_not_grow(editor, django_assert_num_queries, model, count):
    fill(count)
    rows = exported(editor, model)
    with django_assert_num_queries(PREVIEW_QUERIES[model]):
        plan = plan_of(editor, model, *rows)
    assert len(plan.unchanged) == count


# Awards


def test_award_has_a_row_for_each_time_it_was_received(editor):
    ada, bo = make_person("Ada Quint"), make_person("Bo Quint")
    paper = make_publication("On Quiet Machines", [ada])
    award = Award.objects.create(title="=Prize", organization=make_organization("Example University"))
    receipt = AwardReceipt.objects.create(award=award, year="2023-05", amount="12500", currency="USD", recipients=3)
    receipt.people.set([bo, ada])
    AwardReceipt.objects.create(award=award, year="2024", publication=paper, note="-10%")
    Award.objects.create(title="Nobody's", kind="fellowship")
    assert exported(editor, Award) == [
        ["Award", "Organization", "Kind", "Year", "People", "Publication", "Amount", "Currency", "Recipients", "Note"],
        ["'=Prize", "Example University", "Award", "2023-05", "ada-quint; bo-quint", "", "12500.00", "USD", "3", ""],
        ["'=Prize", "Example University", "Award", "2024", "", "on-quiet-machines", "", "", "", "'-10%"],
        ["Nobody's", "", "Fellowship", "", "", "", "", "", "", ""],
    ]


def test_awards_are_imported_with_their_receipts(editor):
    ada = make_person("Ada Quint")
    make_organization("Example University", short_name="EU", other_names=["The Example"])
    rows = [
        ["award", "organisation", "Organization", "Kind", "Received", "People", "Amount", "Currency", "Recipients"],
        ["Quiet Prize", "", "eu", "fellowship", "May-24", "Ada Quint", "12,500.00", "USD", "1,234"],
        ["Quiet Prize", "", "The Example", "Fellowship", "2025", "ada-quint", "", "", ""],
        ["Loud Prize", "", "", "", "", "", "", "", ""],
    ]
    done = import_table(editor, Award, csv_file(*rows, separator=";"))
    assert said(done) == ["Imported: 3 new, 0 changed, 0 unchanged."]
    award = Award.objects.get(title="Quiet Prize")
    assert (award.kind, award.organization.name) == ("fellowship", "Example University")
    receipts = award.receipts.order_by("year")
    assert [(str(each.year), each.amount, each.recipients, list(each.people.all())) for each in receipts] == [
        ("2024-05", Decimal("12500.00"), 1234, [ada]), ("2025", None, None, [ada]),
    ]  # fmt: skip
    newest = receipts[0].history.first()
    assert [person.person for person in newest.people.all()] == [ada]
    assert (newest.history_user.username, newest.history_change_reason) == ("editor", "Imported from table.csv")
    again = upload(editor, Award, xlsx_file(*rows))
    assert outline(again.context["plan"]) == [(2, "skip"), (3, "skip"), (4, "skip")]


def test_receipts_of_one_year_are_told_apart_by_who_received_them(editor):
    ada, bo = make_person("Ada Quint"), make_person("Bo Quint")
    receipt = make_award_receipt("Quiet Prize", ada, year="2024")
    plan = plan_of(
        editor,
        Award,
        ["Award", "Year", "People", "Note"],
        ["Quiet Prize", "2024", "bo-quint", ""],
        ["Quiet Prize", "2024", "ada-quint; bo-quint", "Together"],
        ["quiet prize", "2024", "Ada Quint", ""],
    )
    assert outline(plan) == [(2, "new"), (3, "update"), (4, "invalid")]
    assert changes(plan.rows[1]) == [("People", "ada-quint", "ada-quint; bo-quint"), ("Note", "", "Together")]
    assert [message for _, _, message in problems(plan)] == ["Row 3 is about the same: keep one of the two."]
    assert (list(receipt.people.all()), bo.award_receipts.count()) == ([ada], 0)


def test_mistakes_in_awards_are_named_with_their_column(editor):
    make_person("Ada Quint")
    make_person("Yi Zhang", slug="yi-zhang")
    make_person("Yi Zhang", slug="yi-zhang-2")
    Award.objects.create(title="Twin", organization=make_organization("One"))
    Award.objects.create(title="Twin", organization=make_organization("Two"))
    plan = plan_of(
        editor,
        Award,
        ["Award", "Organization", "Year", "People", "Publication", "Amount", "Currency"],
        ["", "", "2024", "ada-quint", "", "", ""],
        ["Prize", "Nowhere", "2024", "Yi Zhang", "no-such-paper", "12.500", ""],
        ["Prize", "", "2024", "ada-quint", "", "5", ""],
        ["Prize", "", "2024", "", "", "", ""],
        ["Prize", "", "2023", "ada-quint; Nobody", "", "-5", "usd"],
        ["Twin", "", "2024", "ada-quint", "", "", ""],
        ["Prize", "", "2022", "ada-quint", "", "-5", "USD"],
    )
    assert [(number, heading) for number, heading, _ in problems(plan)] == [
        (2, "Award"),
        (3, "Organization"), (3, "People"), (3, "Publication"), (3, "Amount"),
        (4, "Currency"), (5, "People"), (6, "People"), (7, "Organization"), (8, "Amount"),
    ]  # fmt: skip
    words = {(number, heading): message for number, heading, message in problems(plan)}
    assert words[3, "People"] == "Two people are called “Yi Zhang”: give one of yi-zhang, yi-zhang-2."
    assert words[3, "Amount"] == "“12.500” may be 12500 or 12.50: write it without separator of thousands."
    assert words[4, "Currency"] == "Say in which currency the amount is, e.g. USD."
    assert words[7, "Organization"] == "“Twin” is given by several (One, Two): say by whom."
    assert not AwardReceipt.objects.exists()


def test_unknown_organizations_are_refused_or_made(editor):
    make_person("Ada Quint")
    rows = [
        ["Award", "Organization", "Year", "People"],
        ["Quiet Prize", "Newcomer Foundation", "2024", "ada-quint"],
        ["Loud Prize", "Newcomer  foundation", "2024", "ada-quint"],
        ["Broken Prize", "Never Made", "soon", "ada-quint"],
    ]
    refused = plan_of(editor, Award, *rows)
    assert {heading for _, heading, _ in problems(refused)} == {"Organization", "Year"}
    preview = upload(editor, Award, csv_file(*rows), makes_organizations="on")
    plan = preview.context["plan"]
    assert [row.notes for row in plan.rows] == [["The organization “Newcomer Foundation” is made too."], [], []]
    assert not Organization.objects.exists()
    confirm(editor, Award, preview, without_refused="on")
    organization = Organization.objects.get()
    assert (organization.name, organization.history.get().history_user.username) == ("Newcomer Foundation", "editor")
    assert set(organization.awards.values_list("title", flat=True)) == {"Quiet Prize", "Loud Prize"}


# Mentorships


def test_mentorships_are_imported_and_changed(editor):
    make_person("Ada Quint"), make_person("Bo Quint")
    make_organization("Example University; East"), make_organization("Other University", short_name="OU")
    paper, other = make_publication("On Quiet Machines"), make_publication("On Loud Machines")
    headings = ["Mentor", "Mentee", "Kind", "Start", "End", "Levels", "Publications", "Outcome"]
    first = ["Ada Quint", "bo-quint", "Mentor", "2023-09", "present", "Undergraduate @ Example University; East; phd",
             "on-quiet-machines", "=x"]  # fmt: skip
    import_table(editor, Mentorship, csv_file(headings, first))
    mentorship = Mentorship.objects.get()
    levels = [(row.level, str(row.organization or "")) for row in mentorship.levels.all()]
    assert levels == [("undergraduate", "Example University; East"), ("phd", "")]
    assert (list(mentorship.publications.all()), mentorship.outcome, mentorship.end) == ([paper], "=x", None)
    kept = mentorship.levels.first().pk
    second = ["ada-quint", "bo-quint", "mentor", "2023-09", "2024-08", "Master's @ OU",
              "https://example.org/publications/on-loud-machines/; on-quiet-machines", ""]  # fmt: skip
    preview = upload(editor, Mentorship, csv_file(headings, second))
    assert changes(preview.context["plan"].rows[0]) == [
        ("End", "", "2024-08"),
        ("Levels", "Undergraduate @ Example University; East; PhD", "Master's @ Other University"),
        ("Publications", "on-quiet-machines", "on-loud-machines; on-quiet-machines"),
    ]
    confirm(editor, Mentorship, preview)
    mentorship.refresh_from_db()
    assert [(row.pk, row.level) for row in mentorship.levels.all()] == [(kept, "master")]
    assert (set(mentorship.publications.all()), str(mentorship.end)) == ({paper, other}, "2024-08")
    assert outline(plan_of(editor, Mentorship, *exported(editor, Mentorship))) == [(2, "skip")]


def test_mistakes_in_mentorships_are_named(editor):
    make_person("Ada Quint"), make_person("Bo Quint")
    plan = plan_of(
        editor,
        Mentorship,
        ["Mentor", "Mentee", "Start", "End", "Levels"],
        ["Ada Quint", "ada-quint", "2023", "", ""],
        ["Ada Quint", "", "2023", "", ""],
        ["Ada Quint", "Bo Quint", "2023", "2022", ""],
        ["Ada Quint", "Bo Quint", "2023", "", "PhD @ Nowhere"],
        ["Ada Quint", "Bo Quint", "2023", "", "Wizard @ Nowhere"],
    )
    assert problems(plan)[:3] == [
        (2, "Mentee", "Nobody mentors themselves: choose another person."),
        (3, "Mentee", "This cell is empty: every row needs “Mentee”."),
        (4, "End", "The end (2022) is before the start (2023)."),
    ]
    assert [(number, heading) for number, heading, _ in problems(plan)[3:]] == [(5, "Levels"), (6, "Levels")]


# Services


def test_services_are_imported_and_counted_up(editor):
    make_person("Ada Quint")
    make_venue("ICXM", aliases=["Quiet Conf"])
    make_organization("Example University")
    rows = [
        ["Person", "Kind", "Venue", "Venue text", "Organization", "Edition", "Title", "Count", "Date", "Until"],
        ["Ada Quint", "Conference reviewer", "quiet conf", "", "", 2024.0, "", "", "", ""],
        ["Ada Quint", "journal reviewer", "", "Journal of Silence", "", "", "", 2, "2023-06", ""],
        ["Ada Quint", "journal reviewer", "", "Journal of Silence", "", "", "", 1, "2023-03", ""],
        ["Ada Quint", "Campus service", "", "", "Example University", "", "", 1, "2022", "2023"],
    ]
    done = import_table(editor, Service, xlsx_file(*rows))
    assert said(done) == ["Imported: 4 new, 0 changed, 0 unchanged."]
    found = Service.objects.order_by("pk").values_list("kind", "venue__short_name", "venue_text", "year", "count")
    assert list(found) == [
        ("reviewer", "ICXM", "", 2024, 1),
        ("journal-reviewer", None, "Journal of Silence", None, 2),
        ("journal-reviewer", None, "Journal of Silence", None, 1),
        ("campus", None, "", None, 1),
    ]
    rows[1][7] = 3
    plan = upload(editor, Service, xlsx_file(*rows)).context["plan"]
    assert outline(plan) == [(2, "update"), (3, "skip"), (4, "skip"), (5, "skip")]
    assert changes(plan.rows[0]) == [("Count", "1", "3")]


def test_mistakes_in_services_are_named(editor):
    make_person("Ada Quint")
    make_venue("ICXM", slug="icxm-1")
    make_venue("ICXM", slug="icxm-2")
    service = Service.objects.create(person=make_person("Bo Quint"), title="Course")
    plan = plan_of(
        editor,
        Service,
        ["Person", "Venue", "Edition", "Title", "Count"],
        ["Ada Quint", "ICXM", "2024", "", "1"],
        ["Ada Quint", "Nowhere", "MMXX", "", "3.5"],
        ["Ada Quint", "", "2024", "", "1"],
        ["Ada Quint", "icxm-2", "24", "", "0"],
        ["Bo Quint", "", "", "Course", ""],
        ["", "icxm-1", "2024", "", ""],
    )
    assert [(number, heading) for number, heading, _ in problems(plan)] == [
        (2, "Venue"), (3, "Venue"), (3, "Edition"), (3, "Count"), (4, "Venue"), (5, "Edition"), (5, "Count"),
        (7, "Person"),
    ]  # fmt: skip
    assert [row.number for row in plan.unchanged] == [6]
    assert problems(plan)[0][2] == "Two venues are called “ICXM”: give one of icxm-1, icxm-2."
    assert Service.objects.get() == service


def test_service_for_a_new_organization_alone_is_accepted(editor):
    make_person("Ada Quint")
    data = csv_file(["Person", "Kind", "Organization"], ["Ada Quint", "Campus service", "New College"])
    preview = upload(editor, Service, data, makes_organizations="on")
    assert outline(preview.context["plan"]) == [(2, "new")]
    confirm(editor, Service, preview)
    assert Service.objects.get().organization.name == "New College"
    assert outline(upload(editor, Service, data).context["plan"]) == [(2, "skip")]
