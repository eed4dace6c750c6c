"""The table of members: out and in again, matched, previewed, refused in words, and only for editors."""

from __future__ import annotations

import csv
import datetime
import io
import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group as AccountGroup
from django.contrib.auth.models import Permission
from django.core.management import call_command
from pytest_django.asserts import assertContains, assertNotContains

from labsite.lib.tables import waiting
from labsite.lib.tables.files import FORMATS, read_table
from labsite.tests.factories import make_group, make_member, make_person, make_publication
from labsite.tests.forms import form_values_of_history
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
from people.models import Group, Membership, Organization, Person
from people.tables import MemberTable
from publications.models import Publication

pytestmark = pytest.mark.django_db

ORCID, OTHER_ORCID = "0000-0002-1825-0097", "0000-0001-5109-3700"


def account(name: str, *, group: str = "", permissions: tuple[str, ...] = ()):
    user = get_user_model().objects.create_user(name, password="correct horse battery", is_staff=True)
    if group:
        user.groups.add(AccountGroup.objects.get(name=group))
    user.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
    return user


@pytest.fixture(autouse=True)
def data_folder(tmp_path, settings):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def editor(client):
    client.force_login(account("editor", group="Editors"))
    return client


def plan_of(client, *rows, **options):
    response = upload(client, Person, csv_file(*rows), **options)
    assert response.status_code == 200, response
    assert "plan" in response.context, response.context["form"].errors
    return response.context["plan"]


# Out


def test_export_of_the_demo_data_reads_back_unchanged():
    call_command("loaddata", "demo", verbosity=0)
    for each in FORMATS:
        data = each().export_data(MemberTable(sees_private=True).export(Person.objects.all()))
        for empties in (False, True):
            table = MemberTable(sees_private=True, empties=empties)
            plan = table.plan(read_table(data, table.knows))
            assert (len(plan.unchanged), len(plan.rows), table.ignored) == (len(plan.rows), 73, [])


def exported(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def test_export_has_a_row_for_each_stay(editor):
    group = make_group("Quiet Machines")
    ada = make_member(
        "Ada Quint", start="2020-09", end="2024", group=group, title="Lab poet", next_destination="-> Elsewhere",
        headline="=cmd", orcid=ORCID, native_name="阿达",
    )  # fmt: skip
    ada.memberships.create(role="visitor", start="2025-05-31", end_is_unknown=True)
    ada.names.create(name="A. Quint")
    ada.names.create(name="Ada Old", kind="former", is_public=False)
    ada.links.create(kind="github", url="https://example.org/a;b")
    ada.links.create(kind="website", label="My [old]; page", order=1)
    response = editor.post(page(Person, "export"), {"format": "csv"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="members-2')
    headings, *rows = exported(response)
    links = "GitHub https://example.org/a;b; Website [My [old]; page]"
    person = ["ada-quint", "Ada Quint", "", "", "阿达", "A. Quint", ORCID, "'=cmd", links, "yes"]
    assert headings == [
        "Address", "Name", "Given name", "Family name", "Native name", "Published as", "ORCID", "Headline", "Links",
        "Published", "Role", "Title", "Group", "Start", "End", "Next destination",
    ]  # fmt: skip
    assert rows == [
        [*person, "PhD student", "Lab poet", "Quiet Machines", "2020-09", "2024", "'-> Elsewhere"],
        [*person, "Visitor", "", "", "2025-05-31", "unknown", ""],
    ]
    again = upload(editor, Person, response.content)
    assert outline(again.context["plan"]) == [(2, "skip"), (3, "skip")]


@pytest.mark.parametrize("name", ["'s-Hertogenbosch", "-Quint", "'-Quint", "＝Quint", "@quint"])
@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_names_that_look_like_formulas_come_back(editor, name, extension):
    make_person(name, slug="quint")
    content = editor.post(page(Person, "export"), {"format": extension}).content
    assert outline(upload(editor, Person, content).context["plan"]) == [(2, "skip")]
    Person.objects.all().delete()
    import_table(editor, Person, content)
    assert list(Person.objects.values_list("slug", "name")) == [("quint", name)]


def test_export_follows_search_filters_and_choice(editor):
    make_member("Ada Quint")
    make_member("Bo Richtárik", role="postdoc")
    make_person("Cy Draft", is_published=False)

    def names(query="", **data):
        return [row[1] for row in exported(editor.post(page(Person, "export") + query, {"format": "csv", **data}))[1:]]

    assert names() == ["Cy Draft", "Ada Quint", "Bo Richtárik"]
    assert names("?q=richtarik") == ["Bo Richtárik"]
    assert names("?memberships__role__exact=phd") == ["Ada Quint"]
    assert names("?is_published__exact=0") == ["Cy Draft"]
    chosen = Person.objects.get(name="Cy Draft").pk
    asked = editor.post(page(Person, "changelist"), {"action": "export_chosen", "_selected_action": [chosen]})
    assertContains(asked, "the 1 chosen person.")
    assert names(chosen=asked.context["form"].initial["chosen"]) == ["Cy Draft"]
    assert editor.post(page(Person, "export"), {"format": "csv", "chosen": "1;DROP"}).status_code == 200
    assert editor.get(page(Person, "export") + "?bogus__exact=1").status_code == 302
    assertContains(editor.get(page(Person, "export") + "?q=quint"), "1 person.")


@pytest.mark.parametrize("count", [1, 4])
def test_queries_of_an_export_do_not_grow(editor, django_assert_num_queries, count):
    for number in range(count):
        person = make_member(f"Ada Quint {number}", group=make_group(f"Group {number}"))
        person.names.create(name=f"A. Quint {number}")
        person.links.create(kind="blog", url="https://example.org/")
    # session, user, two of its permissions; groups for the list's filter and the table; people, their names, stays,
    # those's groups, links
    with django_assert_num_queries(11):
        assert len(exported(editor.post(page(Person, "export"), {"format": "csv"}))) == count + 1


# Who may


def test_private_columns_are_exported_when_they_are_asked_for(editor):
    make_person("Ada Quint", email="ada@example.org", phone="555-0100")
    plain = editor.post(page(Person, "export"), {"format": "csv"})
    assertNotContains(plain, "ada@example.org")
    assertNotContains(plain, "555-0100")
    private = editor.post(page(Person, "export"), {"format": "csv", "private": "on"})
    assertContains(private, "ada@example.org")
    assertContains(private, "555-0100")


def test_private_columns_are_nothing_to_a_table_of_somebody_else():
    make_person("Ada Quint", email="ada@example.org", slug="ada")
    table = MemberTable()
    assert "ada@example.org" not in str(table.export(Person.objects.all()).dict)
    plan = table.plan(read_table(csv_file(["Address", "E-mail"], ["ada", "new@example.org"]), table.knows))
    assert (outline(plan), table.ignored) == ([(2, "skip")], ["E-mail"])


PATHS = ("export", "import", "process_import")


@pytest.mark.parametrize(
    ("group", "permissions"),
    [
        ("Members", ()),
        ("", ("view_person",)),
        ("", ("view_person", "change_person")),
        ("", ("view_person", "add_person")),
    ],
)
def test_others_than_editors_get_no_table(client, group, permissions):
    user = account("other", group=group, permissions=permissions)
    make_person("Ada Own", user=user, email="own@example.org")
    make_person("Else Secret", email="else@example.org")
    client.force_login(user)
    for name in PATHS:
        for response in (client.get(page(Person, name)), client.post(page(Person, name), {"format": "csv"})):
            assert response.status_code == 403, name
            assert b"Secret" not in response.content
            assert b"else@example.org" not in response.content
    assert client.get(page(Person, "import") + "template.csv").status_code == 403
    assertNotContains(client.get(page(Person, "changelist")), "export/")
    client.post(page(Person, "changelist"), {"action": "export_chosen", "_selected_action": [1]})
    assert upload(client, Person, csv_file(["Name"], ["Eve"])).status_code == 403


def test_anonymous_is_sent_to_the_login(client):
    for name in PATHS:
        assert client.get(page(Person, name)).status_code == 302
        assert client.post(page(Person, name)).status_code == 302


def test_who_may_only_change_groups_still_finds_no_import_of_people(client):
    client.force_login(account("other", permissions=("change_group", "view_group")))
    assert client.get(page(Person, "import")).status_code == 403


def test_list_offers_import_and_export_with_its_filters(editor):
    response = editor.get(page(Person, "changelist") + "?q=quint")
    assertContains(response, page(Person, "export") + "?q=quint")
    assertContains(response, page(Person, "import"))


# In: the preview


def test_preview_says_what_becomes_of_every_row_and_writes_nothing(editor):
    make_member("Ada Quint", start="2020", headline="Before")
    make_person("Bo Quint")
    preview = upload(
        editor,
        Person,
        csv_file(
            ["address", " NAME ", "head-line", "Role", "from", "until", "Favourite colour"],
            ["ada-quint", "Ada Quint", "After", "PhD student", "2020", "2024-05", "red"],
            ["bo-quint", "Bo Quint", "", "", "", "", ""],
            ["", "Cy Newcomer", "Silence", "phd", "May-24", "", ""],
            ["", "Dee", "", "Wizard", "5/6/2024", "", ""],
        ),
    )
    plan = preview.context["plan"]
    assert outline(plan) == [(2, "update"), (3, "skip"), (4, "new"), (5, "invalid")]
    assert changes(plan.rows[0]) == [("Headline", "Before", "After"), ("End", "", "2024-05")]
    assert changes(plan.rows[2]) == [
        ("Name", "", "Cy Newcomer"), ("Headline", "", "Silence"), ("Role", "", "PhD student"), ("Start", "", "2024-05"),
    ]  # fmt: skip
    assert [(number, heading) for number, heading, _ in problems(plan)] == [(5, "Role"), (5, "Start")]
    assertContains(preview, "“Wizard” is none of the choices: Principal investigator, Faculty,")
    assertContains(preview, "Ignored columns: Favourite colour.")
    assertContains(preview, "<del>Before</del> → <ins>After</ins>")
    assert (Person.objects.count(), Membership.objects.count()) == (2, 1)
    assert Person.objects.get(slug="ada-quint").headline == "Before"


def test_confirmed_rows_are_written_with_history_and_can_be_taken_back(editor):
    ada = make_member("Ada Quint", start="2020", headline="Before")
    version = ada.history.first()
    done = import_table(
        editor,
        Person,
        csv_file(
            ["Name", "Headline", "Published as", "Links", "Role", "Start", "End", "Published"],
            [
                "Ada Quint",
                "After",
                "A. Quint; A. Q.",
                "GitHub https://example.org/a",
                "PhD student",
                "2020",
                "2024",
                "",
            ],
            ["Bo Quint", "", "", "", "Postdoc", "2021", "unknown", "no"],
            ["Bo Quint", "", "", "", "Visitor", "2023-05", "present", "no"],
        ),
    )
    assert said(done) == ["Imported: 2 new, 1 changed, 0 unchanged."]
    ada.refresh_from_db()
    assert (ada.headline, str(ada.memberships.get().end)) == ("After", "2024")
    assert sorted(name.name for name in ada.names.all()) == ["A. Q.", "A. Quint"]
    assert [(link.kind, link.url) for link in ada.links.all()] == [("github", "https://example.org/a")]
    bo = Person.objects.get(slug="bo-quint")
    stays = bo.memberships.order_by("start").values_list("role", "start", "end", "end_is_unknown")
    assert [(role, str(start), end, unknown) for role, start, end, unknown in stays] == [
        ("postdoc", "2021", None, True), ("visitor", "2023-05", None, False),
    ]  # fmt: skip
    assert bo.is_published is False
    newest = ada.history.first()
    assert (newest.history_user.username, newest.history_change_reason) == ("editor", "Imported from table.csv")
    assert bo.history.get().history_user.username == "editor"
    back = f"/admin/people/person/{ada.pk}/history/{version.pk}/"
    assert editor.post(back, form_values_of_history(editor.get(back))).status_code == 302
    ada.refresh_from_db()
    assert ada.headline == "Before"


def test_same_file_twice_changes_nothing_the_second_time(editor):
    rows = [
        ["Name", "ORCID", "Published as", "Links", "Role", "Start", "End", "Next destination"],
        ["Ada Quint", ORCID, "A. Quint", "Blog [Notes] https://example.org/b", "PhD student", "2020", "2024", "Away"],
        ["Ada Quint", ORCID, "A. Quint", "Blog [Notes] https://example.org/b", "Postdoc", "2025", "", ""],
        ["Bo Quint", "", "", "", "", "", "", ""],
    ]
    import_table(editor, Person, csv_file(*rows))
    assert (Person.objects.count(), Membership.objects.count()) == (2, 2)
    written = Person.history.count(), Membership.history.count()
    preview = upload(editor, Person, xlsx_file(*rows))
    assert outline(preview.context["plan"]) == [(2, "skip"), (3, "skip"), (4, "skip")]
    assertContains(preview, "There is nothing to save.")
    confirm(editor, Person, preview)
    assert (Person.history.count(), Membership.history.count()) == written


def test_file_with_a_broken_row_writes_nothing_unless_it_is_left_out(editor):
    data = csv_file(["Name", "Start", "Role"], ["Ada Quint", "2020", "PhD student"], ["Bo", "20x", "Postdoc"])
    preview = upload(editor, Person, data)
    refused = confirm(editor, Person, preview)
    assert said(refused)[0].startswith("Nothing was saved, for rows are refused")
    assert not Person.objects.exists()
    done = confirm(editor, Person, refused, without_refused="on")
    assert said(done) == ["Imported: 1 new, 0 changed, 0 unchanged. 1 refused rows were left out."]
    assert [person.name for person in Person.objects.all()] == ["Ada Quint"]


def test_a_refused_row_leaves_no_trace_for_the_rows_after_it(editor):
    make_member("Ada Quint", start="2020", headline="Before")
    plan = plan_of(
        editor,
        ["Name", "Headline", "Role", "Start", "End"],
        ["Ada Quint", "After", "PhD student", "2020", "2019"],
        ["Ada Quint", "", "PhD student", "2020", ""],
    )
    assert outline(plan) == [(2, "invalid"), (3, "skip")]
    assert problems(plan) == [(2, "End", "The end (2019) is before the start (2020).")]


def test_what_changed_since_the_preview_is_shown_again(editor):
    ada = make_person("Ada Quint", headline="Before")
    preview = upload(editor, Person, csv_file(["Name", "Headline"], ["Ada Quint", "After"]))
    ada.headline = "Meanwhile"
    ada.save()
    again = confirm(editor, Person, preview)
    assert said(again)[0].startswith("Nothing was saved: records were changed since you saw the preview.")
    assert changes(again.context["plan"].rows[0]) == [("Headline", "Meanwhile", "After")]
    ada.refresh_from_db()
    assert ada.headline == "Meanwhile"
    confirm(editor, Person, again)
    ada.refresh_from_db()
    assert ada.headline == "After"


def test_confirmation_counts_once_and_for_its_own_account(editor):
    preview = upload(editor, Person, csv_file(["Name"], ["Ada Quint"]))
    other = editor.__class__()
    other.force_login(account("second", group="Editors"))
    assert said(confirm(other, Person, preview)) == ["This preview was made by another account or for another table."]
    assert not Person.objects.exists()
    confirm(editor, Person, preview)
    twice = confirm(editor, Person, preview)
    assert said(twice)[0].startswith("The uploaded file is no longer here")
    assert Person.objects.count() == 1
    forged = editor.post(page(Person, "process_import"), {"token": "forged"}, follow=True)
    assert said(forged) == ["This preview is older than a day: upload the file again."]
    assert editor.get(page(Person, "process_import")).status_code == 405


def test_the_file_is_deleted_when_it_is_imported_or_refused(editor):
    preview = upload(editor, Person, csv_file(["Name"], ["Ada Quint"]))
    assert len(list(waiting.folder().iterdir())) == 1
    confirm(editor, Person, preview)
    upload(editor, Person, b"%PDF")
    assert list(waiting.folder().iterdir()) == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"%PDF-1.7", "This is a PDF: export the table as CSV or XLSX instead."),
        (b"Colour,Taste\nred,sour\n", "has no column “Address” or “ORCID” or “Name”. It says: Colour, Taste."),
        (b"Name,name\nAda,Bo\n", "Two columns are called “Name” (“Name” and “name”): keep one of them."),
        (b"", "The submitted file is empty."),
    ],
)
def test_file_that_is_no_table_of_members_is_refused_in_words(editor, data, words):
    response = upload(editor, Person, data)
    assert words in str(response.context["form"].errors["file"].as_data())


def test_template_is_read_and_passed_over(editor):
    for extension in ("csv", "xlsx"):
        template = editor.get(page(Person, "import") + f"template.{extension}")
        plan = upload(editor, Person, template.content).context["plan"]
        assert [(row.number, row.label) for row in plan.unchanged] == [(2, "The example of the template")]
        assert len(plan.rows) == 1
    assert editor.get(page(Person, "import") + "template.xls").status_code == 404


def test_pages_hold_no_inline_style_or_script(editor):
    make_member("Ada Quint")
    preview = upload(editor, Person, csv_file(["Name", "Role"], ["Ada Quint", "Wizard"], ["Bo", "Staff"]))
    for response in (preview, editor.get(page(Person, "import")), editor.get(page(Person, "export"))):
        html = response.content.decode()
        main = html[html.index('<div id="content-main"') :]
        assert not re.search(r"<style|<script|\sstyle=|\son[a-z]+=|javascript:", main)


def test_spreadsheets_change_dates_but_not_what_is_imported(editor):
    ada = make_member("Ada Quint", start="2024-05")
    data = xlsx_file(
        ["Address", "Role", "Start", "End"],
        ["ada-quint", "PhD student", datetime.datetime(2024, 5, 1), 2025.0],
        formats={"C2": "mmm-yy"},
    )
    plan = upload(editor, Person, data).context["plan"]
    assert changes(plan.rows[0]) == [("End", "", "2025")]
    assert str(ada.memberships.get().start) == "2024-05"


# In: who is meant


def test_people_are_found_by_address_then_orcid_then_name(editor):
    make_person("Ada Quint", orcid=ORCID)
    make_person("Bo Quint").names.create(name="B. Q. Quint")
    plan = plan_of(
        editor,
        ["Address", "ORCID", "Name", "Headline"],
        ["https://example.org/people/ada-quint/", "", "", "one"],
        ["", "", "BO  QUINT", ""],
        ["", f"https://orcid.org/{ORCID}", "", "one"],
        ["", "", "b q quint", ""],
    )
    assert [row.label for row in plan.rows][:1] == ["Ada Quint"]
    assert outline(plan)[0] == (2, "update")
    assert outline(plan)[2] == (4, "skip")
    assert changes(plan.rows[1]) == [("Name", "Bo Quint", "BO QUINT")]
    assert plan.refused == [plan.rows[3]]  # row 3 gave Bo another spelling


def test_two_people_of_one_name_are_a_question(editor):
    make_person("Yi Zhang", slug="yi-zhang")
    make_person("Yi Zhang", slug="yi-zhang-2", orcid=ORCID)
    plan = plan_of(editor, ["Address", "ORCID", "Name"], ["", "", "Yi Zhang"], ["yi-zhang-3", "", "Yi Zhang"])
    words = "Two people are called “Yi Zhang”: give one of yi-zhang, yi-zhang-2."
    assert problems(plan) == [(2, "Name", words)]
    assert (plan.rows[1].import_type, plan.rows[1].notes) == (
        "new", ["Somebody else is called so: yi-zhang.", "Somebody else is called so: yi-zhang-2."],
    )  # fmt: skip
    assert plan_of(editor, ["ORCID", "Name"], [ORCID, "Yi Zhang"]).unchanged[0].label == "Yi Zhang"


def test_orcid_of_somebody_else_is_refused(editor):
    make_person("Ada Quint", orcid=ORCID)
    make_person("Bo Quint")
    plan = plan_of(
        editor,
        ["Address", "ORCID", "Name"],
        ["bo-quint", ORCID, ""],
        ["", OTHER_ORCID, "Ada Quint"],
        ["bo-quint", "0000-0000-0000-0000", ""],
        ["no-such-person", "", ""],
        ["", "", ""],
        ["", "", "Cy"],
    )
    assert problems(plan) == [
        (2, "ORCID", "Ada Quint (ada-quint) has this ORCID iD: correct one of them."),
        (3, "ORCID", f"Ada Quint (ada-quint) has another ORCID iD, {ORCID}: give the address of whom you mean, or a "
                     "new address for somebody new."),
        (4, "ORCID", "'0000-0000-0000-0000' is not an ORCID iD: it has four groups of four, such as "
                     "0000-0002-1825-0097, and its last character checks the others."),
        (5, "Address", "Nobody has the address “no-such-person”: correct it, or add a name."),
    ]  # fmt: skip


def test_rows_that_contradict_each_other_are_refused(editor):
    make_person("Ada Quint")
    plan = plan_of(
        editor,
        ["Name", "Headline", "Role", "Start"],
        ["Ada Quint", "One", "PhD student", "2020"],
        ["Ada Quint", "Two", "Postdoc", "2024"],
        ["Ada Quint", "One", "PhD student", "2020"],
        ["Ada Quint", "", "", "2020"],
    )
    assert problems(plan) == [
        (3, "Headline", "Row 2 says “One” of the same record: let both say the same."),
        (4, "", "Row 2 is about the same: keep one of the two."),
        (5, "Role", "Say as what: Start is about a stay here."),
    ]


def test_two_new_people_of_one_name_need_their_addresses(editor):
    data = csv_file(["Address", "Name"], ["yi", "Yi Zhang"], ["yi-2", "Yi Zhang"], ["", "Bo"], ["", "Bo"])
    import_table(editor, Person, data)
    assert sorted(Person.objects.values_list("slug", "name")) == [
        ("bo", "Bo"), ("yi", "Yi Zhang"), ("yi-2", "Yi Zhang"),
    ]  # fmt: skip


# In: stays


def test_stay_is_found_by_role_and_start(editor):
    ada = make_member("Ada Quint", role="phd", start="2020")
    ada.memberships.create(role="intern", start="2018-06", end="2018-08")
    ada.memberships.create(role="intern", start="2019-06", end="2019-08")
    plan = plan_of(
        editor,
        ["Name", "Role", "Start", "End"],
        ["Ada Quint", "PhD student", "", "2024"],
        ["Ada Quint", "intern", "2019-06", "2019-09"],
        ["Ada Quint", "intern", "2017-06", "2017-09"],
        ["Ada Quint", "intern", "", "2018"],
    )
    assert [(row.number, row.import_type, changes(row)) for row in plan.rows[:2]] == [
        (2, "update", [("End", "", "2024")]),
        (3, "update", [("End", "2019-08", "2019-09")]),
    ]
    assert (plan.rows[2].import_type, len(plan.rows[2].notes)) == ("new", 2)
    assert problems(plan) == [(5, "Start", "There are several (2019-06, 2018-06, 2017-06): say which one is meant.")]


def test_more_exact_start_belongs_to_the_same_stay(editor):
    make_member("Ada Quint", role="phd", start="2020")
    plan = plan_of(editor, ["Name", "Role", "Start"], ["Ada Quint", "PhD student", "2020-09"])
    assert (plan.rows[0].import_type, changes(plan.rows[0])) == ("update", [("Start", "2020", "2020-09")])


def test_groups_are_found_by_name_and_unknown_ones_refused(editor):
    make_group("Quiet Machines", short_name="QM", slug="quiet")
    make_group("Twin", slug="twin-1")
    make_group("Twin", slug="twin-2")
    names = ["quiet machines", "QM", "quiet", "Twin", "twin-2", "Loud"]
    plan = plan_of(editor, ["Name", "Role", "Group"], *[[f"P{n}", "Staff", name] for n, name in enumerate(names)])
    assert [changes(row)[-1][2] for row in plan.new] == ["Quiet Machines"] * 3 + ["twin-2"]
    assert problems(plan) == [
        (5, "Group", "Two groups are called “Twin”: give one of twin-1, twin-2."),
        (7, "Group", "No group is called “Loud”. Write the name of a group of this site; add new groups first."),
    ]
    assert Group.objects.count() == 3


# In: empty cells


def test_empty_cells_leave_what_is_there_unless_they_shall_empty_it(editor):
    ada = make_member("Ada Quint", headline="Stays", next_destination="Away", end="2024", given_name="Ada")
    rows = ["Address", "Name", "Headline", "Published", "Role", "Start", "End", "Next destination"], [
        "ada-quint", "Ada Quint", "", "", "PhD student", "2020", "", "",
    ]  # fmt: skip
    preview = upload(editor, Person, csv_file(*rows))
    assert (outline(preview.context["plan"]), preview.context["plan"].kept) == ([(2, "skip")], 4)
    assertContains(preview, "4 empty cells leave what is there.")
    preview = upload(editor, Person, csv_file(*rows), empties="on")
    assert changes(preview.context["plan"].rows[0]) == [
        ("Headline", "Stays", ""), ("End", "2024", ""), ("Next destination", "Away", ""),
    ]  # fmt: skip
    confirm(editor, Person, preview)
    ada.refresh_from_db()
    stay = ada.memberships.get()
    assert (ada.headline, ada.given_name, ada.is_published, stay.end, stay.next_destination) == (
        "",
        "Ada",
        True,
        None,
        "",
    )
    refused = plan_of(editor, ["Address", "Name"], ["ada-quint", ""], empties="on")
    assert problems(refused) == [(2, "Name", "This field cannot be blank.")]


def test_links_are_replaced_and_what_stays_keeps_its_history(editor):
    ada = make_person("Ada Quint")
    kept = ada.links.create(kind="github", url="https://example.org/a", order=0)
    ada.links.create(kind="x", url="https://example.org/x", order=1)
    cell = "Blog https://example.org/b; GitHub [Code] https://example.org/a; WeChat [id]; https://example.org/w"
    import_table(editor, Person, csv_file(["Name", "Links"], ["Ada Quint", cell]))
    assert [(link.kind, link.label, link.url) for link in ada.links.all()] == [
        ("blog", "", "https://example.org/b"), ("github", "Code", "https://example.org/a"), ("wechat", "id", ""),
        ("website", "", "https://example.org/w"),
    ]  # fmt: skip
    assert ada.links.get(kind="github").pk == kept.pk
    plan = plan_of(editor, ["Name", "Links"], ["Ada Quint", "GitHub javascript:alert(1)"], ["Bo", "Fax https://a.b/"])
    assert [(number, heading) for number, heading, _ in problems(plan)] == [(2, "Links"), (3, "Links")]


def test_rules_of_the_models_hold_for_tables(editor):
    plan = plan_of(
        editor,
        ["Address", "Name", "Headline", "E-mail", "Role", "Title"],
        ["no such slug!", "Ada", "", "", "", ""],
        ["", "Bo", "x" * 201, "", "", ""],
        ["", "Cy", "", "no address", "", ""],
        ["", "Dee", "", "", "Staff", "y" * 121],
    )
    assert [(number, heading) for number, heading, _ in problems(plan)] == [
        (2, "Address"), (3, "Headline"), (4, "E-mail"), (5, "Title"),
    ]  # fmt: skip


# What follows an import


def test_author_names_in_lists_follow_an_imported_name(editor, django_capture_on_commit_callbacks):
    ada = make_person("Ada Quint")
    paper = make_publication("On Quiet Machines", [ada])
    preview = upload(editor, Person, csv_file(["Address", "Name", "Role"], ["ada-quint", "Ada Loud", "Staff"]))
    with django_capture_on_commit_callbacks(execute=True):
        confirm(editor, Person, preview)
    row = Publication.objects.get(pk=paper.pk).digest
    assert "loud" in row.author_text


@pytest.mark.parametrize("count", [1, 6])
def test_queries_of_a_preview_do_not_grow(editor, django_assert_num_queries, count):
    group = make_group("Quiet Machines")
    rows = [["Name", "Headline", "Published as", "Links", "Role", "Start", "Group"]]
    for number in range(count):
        make_member(f"Ada Quint {number}", group=group).names.create(name=f"A. Quint {number}")
        common = ["New", "A. Q.", "Blog https://example.org/"]
        rows.append([f"Ada Quint {number}", *common, "PhD student", "2020", "Quiet Machines"])
        rows.append([f"Bo Quint {number}", *common, "Postdoc", "2021", ""])
    # session, user, two of its permissions; groups; people, their names, stays, those's groups, links; the lab's name
    with django_assert_num_queries(11):
        plan = plan_of(editor, *rows)
    assert (len(plan.changed), len(plan.new)) == (count, count)


def test_other_names_of_an_organization_can_be_edited(admin_client):
    organization = Organization.objects.create(name="Example University", other_names=["EU"])
    assertContains(admin_client.get(f"/admin/people/organization/{organization.pk}/change/"), "id_other_names")
