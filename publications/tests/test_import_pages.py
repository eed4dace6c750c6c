"""“Add publications” in the admin: paste, look, decide, apply, take back; who may, and what bad input gets."""

from __future__ import annotations

import io
import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group as AccountGroup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from labsite.roles import EDITORS, MEMBERS
from labsite.tests.bibliography import make_bibliography
from labsite.tests.factories import make_member, make_publication, make_venue
from publications.admin import imports
from publications.importing import inputs, runs
from publications.models import Authorship, Import, ImportEntry, Publication, Rejection
from publications.tests.importing import entry, record

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path


ADD = "/admin/publications/import/add/"
TITLE = "On Quiet Machines and Men"
NEW = f"@article{{quint2024, title={{{TITLE}}}, author={{Ada Quint and Bo Okafor}}, year=2024, journal={{Hush}}}}"


def paste(client: Client, text: str, **values: object):
    return client.post(ADD, {"text": text, **values}, follow=True)


def page_of(batch: Import) -> str:
    return reverse("admin:publications_import_change", args=[batch.pk])


def form_of(response) -> dict[str, str]:
    """What a browser would send of the plan's form as it stands."""
    html = response.content.decode()
    values: dict[str, object] = {"entry": re.findall(r'name="entry" value="(\d+)"', html)}
    for tag in re.findall(r"<input[^>]+>", html):
        name = re.search(r'name="(e\d+-[^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="(\w+)"', tag)
        if name and (kind[1] in ("hidden", "text") or "checked" in tag):
            values[name[1]] = value[1] if value else ("" if kind[1] == "text" else "on")
    for name, options in re.findall(r'<select name="(e\d+-[^"]+)".*?>(.*?)</select>', html, re.DOTALL):
        chosen = re.search(r'value="(\w+)" selected', options)
        values[name] = chosen[1] if chosen else ""
    return values


def decide(client: Client, response, *, apply: bool = False, **changes: str):
    """Sends the plan's form with some answers changed: `person_1="none"` sets the field that ends so."""
    values = form_of(response)
    for ending, value in changes.items():
        names = [name for name in values if name.endswith("-" + ending.replace("_", "-"))]
        names = names or [f"e{values['entry'][0]}-{ending.replace('_', '-')}"]
        for name in names:
            if value is None:
                values.pop(name)
            else:
                values[name] = value
    batch = Import.objects.latest("pk")
    address = reverse("admin:publications_import_decide", args=[batch.pk])
    return client.post(address, {**values, "apply" if apply else "keep": "1"}, follow=True)


def test_paste_look_apply_and_take_back(admin_client):
    ada = make_member("Ada Quint")
    make_member("Bo Okafor")
    page = paste(admin_client, NEW)
    assertContains(page, "On Quiet Machines and Men")
    assertContains(page, "2 linked")
    assert Publication.objects.count() == 0
    done = decide(admin_client, page, apply=True)
    assertContains(done, "1 created")
    paper = Publication.objects.get()
    assert paper.history.get().history_user.username == "admin"
    assertContains(admin_client.get(ada.get_absolute_url()), "On Quiet Machines and Men")
    undo = reverse("admin:publications_import_undo", args=[Import.objects.get().pk])
    assertContains(admin_client.post(undo, follow=True), "Taken back: 1 publications removed")
    assert Publication.objects.count() == 0
    assertNotContains(admin_client.get(ada.get_absolute_url()), "On Quiet Machines and Men")


def test_a_plan_says_what_it_would_do_to_what_is_here(admin_client):
    make_publication("On Quiet Machines and Men", ["Ada Quint", "Bo Okafor"], kind="journal-article", note="Ours.")
    page = paste(admin_client, NEW.replace("year=2024", "year=2024, note={Theirs.}, pages={1--9}"))
    assertContains(page, "Ours.")
    assertContains(page, "Theirs.")
    assertContains(page, "empty here")
    decide(admin_client, page, apply=True)
    assert (Publication.objects.get().note, Publication.objects.get().pages) == ("Ours.", "1–9")


def test_an_editor_takes_what_differs_and_leaves_what_would_be_filled(admin_client):
    make_publication("On Quiet Machines and Men", ["Ada Quint", "Bo Okafor"], kind="journal-article", note="Ours.")
    page = paste(admin_client, NEW.replace("year=2024", "year=2024, note={Theirs.}, pages={1--9}"))
    decide(admin_client, page, apply=True, take_note="take", take_pages="keep")
    assert (Publication.objects.get().note, Publication.objects.get().pages) == ("Theirs.", "")
    again = paste(admin_client, NEW.replace("year=2024", "year=2024, note={Theirs.}, pages={1--9}"))
    assertContains(again, "Unchanged")
    assert ImportEntry.objects.latest("pk").state == "unchanged"  # what was refused is not asked again


def test_what_changed_between_plan_and_apply_is_not_overwritten(admin_client):
    paper = make_publication(TITLE, ["Ada Quint", "Bo Okafor"], kind="journal-article", note="Ours.")
    page = paste(admin_client, NEW.replace("year=2024", "year=2024, note={Theirs.}"))
    paper.note = "Newer words."
    paper.save()
    done = decide(admin_client, page, apply=True, take_note="take")
    paper.refresh_from_db()
    assert paper.note == "Newer words."
    assert "note" in ImportEntry.objects.get().plan["stale"]
    assertContains(done, "On Quiet Machines and Men")


@pytest.mark.parametrize(
    ("choice", "papers", "result"),
    [("create", 2, "created"), ("skip", 1, "unchanged"), ("open", 1, "conflict"), ("is", 1, "updated")],
)
def test_a_possible_duplicate_is_decided_by_the_editor(admin_client, choice, papers, result):
    paper = make_publication("On Quiet Machines and Men", ["Cy Weiss"])
    page = paste(admin_client, NEW.replace("year=2024", "year=2024, pages={1--9}"))
    assertContains(page, "Same title, but other authors.")
    assertContains(page, "It is this one")
    decide(admin_client, page, apply=True, choice=f"is-{paper.pk}" if choice == "is" else choice)
    assert (Publication.objects.count(), ImportEntry.objects.get().result) == (papers, result)


def test_what_was_left_open_can_be_decided_later(admin_client):
    make_publication("On Quiet Machines and Men", ["Cy Weiss"])
    decide(admin_client, paste(admin_client, NEW), apply=True)
    first = Import.objects.get()
    page = admin_client.post(reverse("admin:publications_import_rest", args=[first.pk]), follow=True)
    assertContains(page, f"What import {first.pk} left open")
    decide(admin_client, page, apply=True, choice="create")
    assert Publication.objects.count() == 2


def test_an_ambiguous_author_is_settled_and_the_choice_kept(admin_client):
    yihua, yimeng = make_member("Yihua Zhang"), make_member("Yimeng Zhang")
    page = paste(admin_client, NEW.replace("Ada Quint", "Y. Zhang"))
    assertContains(page, "1 to decide")
    kept = decide(admin_client, page, person_0=str(yimeng.pk))
    assertContains(kept, "Your choices are kept.")
    assertContains(kept, "Nothing is left to decide")
    decide(admin_client, kept, apply=True)
    row = Authorship.objects.get(printed_name="Y. Zhang")
    assert (row.person, row.link_status, row.link_basis) == (yimeng, "confirmed", "editor")
    assert yihua.authorships.count() == 0


def test_nobody_of_these_is_kept_for_later_imports(admin_client):
    yihua, yimeng = make_member("Yihua Zhang"), make_member("Yimeng Zhang")
    page = paste(admin_client, NEW.replace("Ada Quint", "Y. Zhang"))
    decide(admin_client, page, apply=True, person_0="none")
    assert {each.person for each in Rejection.objects.all()} == {yihua, yimeng}
    assert not Authorship.objects.confirmed().filter(person__in=[yihua, yimeng]).exists()


def test_somebody_who_was_not_proposed_can_be_named(admin_client):
    cy = make_member("Cy Weiss")
    page = paste(admin_client, NEW)
    decide(admin_client, page, apply=True, other_0=f"Cy Weiss ({cy.slug})")
    assert Authorship.objects.get(printed_name="Ada Quint").person == cy


def test_a_name_that_nobody_has_is_named_and_the_rest_kept(admin_client):
    page = decide(admin_client, paste(admin_client, NEW), apply=True, other_0="Nobody Known")
    assertContains(page, "No person is called “Nobody Known”")
    assert Publication.objects.count() == 0


def test_another_venue_can_be_named(admin_client):
    make_publication("Old", venue=None)
    hush = make_venue("Quiet Letters", kind="journal")
    page = paste(admin_client, NEW)
    decide(admin_client, page, apply=True, venue=f"x ({hush.slug})")
    assert Publication.objects.get(title="On Quiet Machines and Men").venue == hush


def test_applying_twice_applies_once(admin_client):
    page = paste(admin_client, NEW)
    decide(admin_client, page, apply=True)
    again = decide(admin_client, page, apply=True)
    assertContains(again, "This import is applied already.")
    assert Publication.objects.count() == 1


def test_a_file_is_uploaded_read_and_not_kept(admin_client):
    file = SimpleUploadedFile("../../la\u202eb.bib", NEW.encode("utf-8-sig"))
    page = admin_client.post(ADD, {"text": "", "file": file}, follow=True)
    assertContains(page, "On Quiet Machines and Men")
    assert Import.objects.get().name == "lab.bib"
    assert list(inputs.folder().glob("*.txt")) == []


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"text": ""}, "Paste entries or choose a file."),
        ({"text": NEW, "file": SimpleUploadedFile("a.bib", b"x")}, "not both"),
    ],
)
def test_an_empty_form_says_what_is_missing(admin_client, values, words):
    assertContains(admin_client.post(ADD, values), words)
    assert Import.objects.count() == 0


def test_a_broken_entry_is_named_by_its_line_and_the_rest_comes(admin_client):
    page = paste(admin_client, "@article{bad, title={No end, year=2024\n" + NEW)
    decide(admin_client, page, apply=True)
    assert [(row.line, row.result) for row in ImportEntry.objects.all()] == [(1, "rejected"), (2, "created")]


def test_identifiers_are_named_when_nobody_may_be_asked(admin_client):
    page = paste(admin_client, "10.5555/12345678")
    assertContains(page, "ONLINE_SOURCES")


def test_text_that_is_nothing_is_refused_in_words(admin_client):
    page = paste(admin_client, "Dear Sir or Madam,")
    assertContains(page, "holds no identifier")


@pytest.mark.parametrize(
    "text",
    ["\x00", "@" * 5000, "{" * 5000, "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
     "@article{a, title={\x00x}}", "[" * 3000, '{"title": 1e999}',
     "TY  - JOUR\nTI  - \u202e\nER  - ", "@string{a = a # a}\n@article{a, title=a}"],
)  # fmt: skip
def test_no_text_breaks_the_page(admin_client, text):
    response = paste(admin_client, text)
    assert response.status_code == 200
    if Import.objects.exists() and Import.objects.get().state == "planned":
        assert decide(admin_client, response, apply=True).status_code == 200


def test_a_request_that_is_too_large_is_refused_unread(client):  # B16, a 1 GB upload
    class Unread(io.BytesIO):
        def read(self, *args: object) -> bytes:
            raise AssertionError("the body was read")

    response = client.generic("POST", ADD, b"", CONTENT_LENGTH=str(2**30), **{"wsgi.input": Unread()})
    assert response.status_code == 413
    assertContains(response, "larger than 100 MB", status_code=413)


def test_a_large_file_is_read_by_a_worker_and_shows_its_progress(admin_client, monkeypatch):
    monkeypatch.setattr(imports, "SMALL", 10)
    monkeypatch.setattr(imports, "start_worker", lambda: None)
    page = paste(admin_client, NEW)
    assertContains(page, "Being read")
    assert page.headers["Refresh"] == "2"
    monkeypatch.undo()
    assertContains(admin_client.get(page_of(Import.objects.get()), follow=True), "On Quiet Machines and Men")


def test_many_entries_have_pages_and_all_are_applied(admin_client):
    page = paste(admin_client, "".join(make_bibliography(60)))
    assertContains(page, "Page 1 of 3")
    decide(admin_client, page, apply=True)
    assert Publication.objects.count() == 60


@pytest.mark.parametrize("count", [1, 3])
def test_a_plan_costs_the_same_queries_however_long(admin_client, django_assert_num_queries, count):
    make_publication("An older paper here", ["Ada Quint"])
    paste(admin_client, "".join(make_bibliography(count)))
    address = page_of(Import.objects.get())
    with django_assert_num_queries(9):
        admin_client.get(address)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_imports_costs_the_same_queries_however_long(admin_client, django_assert_num_queries, count):
    for _ in range(count):
        paste(admin_client, NEW)
    with django_assert_num_queries(6):
        admin_client.get("/admin/publications/import/")


def test_leaving_out_the_first_of_two_leaves_out_its_repetition(admin_client):
    page = paste(admin_client, NEW + "\n" + NEW.replace("quint2024", "again"))
    decide(admin_client, page, apply=True, choice="skip")  # only the first one has a choice
    values = list(ImportEntry.objects.order_by("number").values_list("result", flat=True))
    assert (Publication.objects.count(), values) == (0, ["unchanged", "unchanged"])


def test_history_names_who_applied_and_who_took_back(admin_client, admin_user):
    other = get_user_model().objects.create_superuser("other", password="a long enough password")
    page = paste(admin_client, NEW)
    Import.objects.update(created_by=other)
    decide(admin_client, page, apply=True)
    assert Publication.history.get().history_user == admin_user
    second = Client()
    second.force_login(other)
    second.post(reverse("admin:publications_import_undo", args=[Import.objects.get().pk]))
    assert Publication.history.filter(history_type="-").get().history_user == other


def test_what_an_entry_said_is_kept_only_while_it_is_open(admin_client):
    make_publication("A paper that others wrote before", ["Cy Weiss"])
    text = NEW + "\n@article{open, title={A paper that others wrote before}, author={Di Moreau}, year=2024}"
    decide(admin_client, paste(admin_client, text), apply=True)
    kept = {row.result: bool(row.record) for row in ImportEntry.objects.all()}
    assert kept == {"created": False, "conflict": True}


def test_nobody_is_two_authors_of_one_paper(admin_client):
    yihua = make_member("Yihua Zhang")
    make_member("Yimeng Zhang")
    page = paste(admin_client, NEW.replace("Ada Quint and Bo Okafor", "Y. Zhang and Zhang, Y."))
    kept = decide(admin_client, page, apply=True, person_0=str(yihua.pk), person_1=str(yihua.pk))
    assertContains(kept, "Yihua Zhang is author 1 already: who is author 2?")
    assert Publication.objects.count() == 0


def test_a_plan_that_would_change_nothing_waits_for_nobody(admin_client):
    decide(admin_client, paste(admin_client, NEW), apply=True)
    page = paste(admin_client, NEW)
    assertContains(page, "Nothing changed.")
    assert Import.objects.latest("pk").state == "applied"


def test_a_person_who_is_gone_when_it_is_applied_is_a_question_again(admin_client):
    ada = make_member("Ada Quint")
    page = paste(admin_client, NEW.replace("Ada Quint", "Xu Li"))
    kept = decide(admin_client, page, other_0=f"x ({ada.slug})")
    ada.delete()
    decide(admin_client, kept, apply=True)
    row = Authorship.objects.get(printed_name="Xu Li")
    assert (row.person, "not here any more" in row.link_note) == (None, True)


def test_a_field_that_nobody_touched_stays_open(admin_client):
    make_publication(TITLE, ["Ada Quint", "Bo Okafor"], kind="journal-article", note="Ours.")
    page = paste(admin_client, NEW.replace("year=2024", "year=2024, note={Theirs.}"))
    decide(admin_client, page, apply=True)
    again = paste(admin_client, NEW.replace("year=2024", "year=2024, note={Theirs.}"))
    assertContains(again, "Theirs.")
    assert ImportEntry.objects.latest("pk").has_question


def test_it_is_this_one_can_be_taken_back(admin_client):
    paper = make_publication(TITLE, ["Cy Weiss"])
    page = decide(admin_client, paste(admin_client, NEW), choice=f"is-{paper.pk}")
    assertContains(page, "It is another paper: add it")
    decide(admin_client, page, apply=True, choice="create")
    assert Publication.objects.count() == 2


def test_an_entry_like_an_earlier_one_says_which(admin_client):
    near = NEW.replace("Machines and Men", "Machines and Man").replace("quint2024", "near")
    page = paste(admin_client, NEW + "\n" + near)
    assertContains(page, "entry 1</a> of this input")
    kept = decide(admin_client, page)
    assertContains(kept, "entry 1</a> of this input")


def test_a_choice_after_applying_changes_nothing(admin_client):
    page = paste(admin_client, NEW)
    decide(admin_client, page, apply=True)
    before = list(ImportEntry.objects.values())
    decide(admin_client, page, choice="skip")
    assert list(ImportEntry.objects.values()) == before


@pytest.mark.parametrize("key", ["9" * 5000, "x", "9" * 30, "١"])
def test_an_odd_number_in_an_address_is_not_found(admin_client, key):
    assert admin_client.get(f"/admin/publications/import/{key}/change/").status_code == 404


def test_many_identifiers_are_looked_up_by_a_worker(admin_client, monkeypatch):
    asked, started = [], []
    monkeypatch.setattr(inputs, "look_up", lambda *question: asked.append(question) or [])
    monkeypatch.setattr(imports, "start_worker", lambda: started.append(True))
    page = paste(admin_client, "\n".join(f"10.5555/number.{number}" for number in range(10)))
    assert (len(asked), Import.objects.get().state) == (3, "reading")
    assert started
    assertContains(page, "Being read")


def test_a_fault_of_our_own_ends_in_words_and_does_not_hold_up_others(admin_client, monkeypatch):
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("a secret of the machine")

    page = paste(admin_client, NEW)
    monkeypatch.setattr(runs, "apply_plans", fail)
    done = decide(admin_client, page, apply=True)
    assertContains(done, "The site met a fault (RuntimeError)")
    assertNotContains(done, "a secret of the machine")
    assert (Import.objects.get().state, Publication.objects.count()) == ("failed", 0)


def test_a_command_that_was_cut_off_can_be_taken_back(admin_client):
    batch = runs.begin_import(Import.Origin.COMMAND, "lab.bib", "")
    runs.import_entries([entry(record(TITLE, "Ada Quint"))], batch)
    page = admin_client.get(page_of(batch))
    assertContains(page, "Take the whole import back")
    admin_client.post(reverse("admin:publications_import_undo", args=[batch.pk]))
    assert Publication.objects.count() == 0


# Who may


@pytest.fixture
def batch(admin_client) -> Import:
    paste(admin_client, NEW)
    return Import.objects.get()


@pytest.mark.parametrize(("role", "may"), [(EDITORS, True), (MEMBERS, False), ("", False)])
def test_only_editors_bring_publications_in(batch, role, may):
    user = get_user_model().objects.create_user("u", password="a long enough password", is_staff=True)
    if role:
        user.groups.add(AccountGroup.objects.get(name=role))
    client = Client()
    client.force_login(user)
    ada = make_member("Ada Quint")
    gets = [ADD, page_of(batch), reverse("admin:publications_import_sync", args=[ada.pk])]
    posts = [reverse(f"admin:publications_import_{name}", args=[batch.pk]) for name in ("decide", "undo", "rest")]
    for address in gets:
        response = client.get(address)
        assert response.status_code == (200 if may else 403), address
        assert may or b"On Quiet Machines and Men" not in response.content
    for address in posts:
        assert client.post(address).status_code == (302 if may else 403), address
        assert client.get(address).status_code == 405
    assert Publication.objects.count() == 0


def test_strangers_are_sent_to_the_login(client, batch):
    client.logout()
    assert client.get(page_of(batch)).status_code == 302
    assert Client().get(ADD).status_code == 302


# Sync


def test_a_member_without_a_known_record_is_told_so(admin_client):
    assertContains(admin_client.get(reverse("admin:publications_import_sync", args=[make_member().pk])), "no ORCID iD")


def test_a_sync_proposes_and_writes_nothing(admin_client, monkeypatch):
    ada = make_member("Ada Quint", orcid="0000-0002-1825-0097")
    asked = []

    def works_of(kind: str, address: str):
        asked.append((kind, address))
        yield entry(record("On Quiet Machines and Men", "A. Quint", "Di Moreau", key="orcid1"))

    monkeypatch.setattr(inputs, "works_of", works_of)
    address = reverse("admin:publications_import_sync", args=[ada.pk])
    assertContains(admin_client.get(address), "Ask ORCID")
    page = admin_client.post(address, {"source": "orcid"}, follow=True)
    assert asked == [("orcid", "0000-0002-1825-0097")]
    assert Publication.objects.count() == 0
    assertContains(page, "1 linked")
    decide(admin_client, page, apply=True)
    assert Authorship.objects.confirmed().get(person=ada).printed_name == "A. Quint"


def test_a_source_that_fails_is_named(admin_client):
    ada = make_member("Ada Quint", orcid="0000-0002-1825-0097")
    page = admin_client.post(reverse("admin:publications_import_sync", args=[ada.pk]), {"source": "orcid"}, follow=True)
    assertContains(page, "ONLINE_SOURCES")
    assert Import.objects.get().state == "failed"


# Two editors, or one who presses twice


def test_a_decision_of_somebody_else_is_not_overwritten_unseen(admin_client):
    page = paste(admin_client, NEW)
    decide(admin_client, page, choice="skip")
    answer = decide(admin_client, page, choice="create", apply=True)
    assertContains(answer, "Entry 1 was decided by somebody else meanwhile")
    assert (ImportEntry.objects.get().choice, Publication.objects.count()) == ("skip", 0)


def test_the_same_decision_sent_twice_is_no_conflict(admin_client):
    page = paste(admin_client, NEW)
    decide(admin_client, page, choice="skip")
    assertNotContains(decide(admin_client, page, choice="skip"), "meanwhile")


def test_reading_the_same_form_twice_makes_one_import(admin_client):
    form_key = admin_client.get(ADD).context["form_key"]
    answers = {paste(admin_client, NEW, form_key=form_key).request["PATH_INFO"] for _press in range(10)}
    assert answers == {page_of(Import.objects.get())}
