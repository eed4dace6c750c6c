"""Bringing a site in through the admin and by the command."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.translation import override

from labsite.models import SiteImport
from labsite.site_import import work
from labsite.site_import.archives import uploads
from labsite.site_import.reading import UnknownSite
from labsite.site_import.runs import SourceSite
from labsite.site_import.showing import added_of
from labsite.site_import.survey import Options
from labsite.tests.factories import make_person
from labsite.tests.members import make_account
from labsite.tests.moving import difference, make_content, make_files, tables
from people.models import Person
from publications.digests import flush_changes
from publications.models import Import, Publication

pytestmark = pytest.mark.django_db
ADD = reverse("admin:labsite_siteimport_add")


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path_factory):
    """Uploads of one test are nobody else's."""
    settings.DATA_DIR = tmp_path_factory.mktemp("data")
    settings.MEDIA_ROOT, settings.IMPORT_WORKER = settings.DATA_DIR / "media", "inline"


@pytest.fixture(autouse=True)
def known_site(monkeypatch):
    """Whatever is packed is the site of `make_content`: reading has tests of its own."""

    def read(folder, kind, options):
        if not (folder / "files").is_dir():
            raise UnknownSite("No known template was found.")
        return SourceSite(make_content(), folder, Options.of(options))

    monkeypatch.setattr(work, "read", read)
    monkeypatch.setattr("labsite.management.commands.import_site.read", read)


@pytest.fixture
def editor(client):
    client.force_login(make_account("edith", "Editors", is_staff=True))
    return client


def packed_site(tmp_path, name="site.zip"):
    folder, content = make_files(tmp_path / "lab-main"), io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in folder.rglob("*"):
            archive.write(path, f"lab-main/{path.relative_to(folder).as_posix()}")
    return SimpleUploadedFile(name, content.getvalue(), "application/zip")


def upload(client, tmp_path):
    answer = client.post(ADD, {"file": packed_site(tmp_path), "kind": "auto"})
    assert answer.status_code == 302, answer.content.decode()
    return SiteImport.objects.get(), answer["Location"]


def test_upload_look_apply_take_back(editor, tmp_path):
    make_person("Bo Stillman")
    before = tables()
    batch, address = upload(editor, tmp_path)
    assert (batch.state, batch.name, batch.kind) == ("planned", "site.zip", "al-folio")
    assert difference(before, tables()) == {}
    page = editor.get(address)
    assert page.context["shown"].name == "decide"
    assert "Who is Bo Stillman?" in page.content.decode()
    decide = reverse("admin:labsite_siteimport_decide", args=[batch.pk])
    assert editor.post(decide, {"person-bo": "bo-stillman", "keep": "1"})["Location"] == address
    assert editor.get(address).context["shown"].name == "lab"
    assert editor.post(decide, {"apply": "1"})["Location"] == address
    batch.refresh_from_db()
    assert (batch.state, batch.source, list(uploads().iterdir())) == ("applied", "", [])
    assert sorted(Person.objects.values_list("slug", flat=True)) == ["ada-quint", "bo-stillman"]
    assert Person.history.filter(name="Ada Quint").first().history_user.username == "edith"
    assert "Take the whole site back" in editor.get(address).content.decode()
    editor.post(reverse("admin:labsite_siteimport_undo", args=[batch.pk]))
    flush_changes()
    assert "Taken back on" in editor.get(address).content.decode()
    assert difference(before, tables()) == {}


def test_every_tab_costs_the_same(editor, tmp_path, django_assert_max_num_queries):
    _, address = upload(editor, tmp_path)
    for name in ("lab", "people", "publications", "news", "unused", "chores", "nonsense"):
        with django_assert_max_num_queries(9):
            assert editor.get(address, {"show": name, "p": "x"}).status_code == 200


def test_giving_up_forgets_the_upload(editor, tmp_path):
    batch, _ = upload(editor, tmp_path)
    assert len(list(uploads().iterdir())) == 1
    decide = reverse("admin:labsite_siteimport_decide", args=[batch.pk])
    editor.post(decide, {"person-ada": "skip", "keep": "1"})
    assert Import.objects.filter(state="planned").exists()
    editor.post(reverse("admin:labsite_siteimport_drop", args=[batch.pk]))
    batch.refresh_from_db()
    assert (batch.state, batch.report, list(uploads().iterdir())) == ("failed", {}, [])
    assert batch.options == {}
    assert not Import.objects.exists()  # else its publications could be applied without the site


def test_a_choice_that_was_not_looked_at_yet_is_not_applied(editor, tmp_path):
    batch, address = upload(editor, tmp_path)
    decide = reverse("admin:labsite_siteimport_decide", args=[batch.pk])
    answer = editor.post(decide, {"person-bo": "skip", "apply": "1"}, follow=True)
    batch.refresh_from_db()
    assert (batch.state, batch.options["people"]) == ("planned", {"bo": "skip"})
    assert "made anew with what you chose" in answer.content.decode()
    assert not Person.objects.exists()
    page = editor.get(f"{address}?show=people").content.decode()
    assert '<option value="skip" selected>' in page
    editor.post(decide, {"person-bo": "", "keep": "1"})  # a choice can be taken back
    batch.refresh_from_db()
    assert batch.options["people"] == {}


def test_who_was_recognised_can_be_somebody_else(editor, tmp_path):
    make_person("Ada Quint", orcid="0000-0002-1825-0097")
    batch, address = upload(editor, tmp_path)
    page = editor.get(f"{address}?show=people").content.decode()
    assert "Somebody else?" in page
    assert '<option value="ada-quint">Ada Quint (ada-quint)</option>' in page
    decide = reverse("admin:labsite_siteimport_decide", args=[batch.pk])
    editor.post(decide, {"person-ada": "new", "keep": "1"})
    editor.post(decide, {"person-ada": "new", "apply": "1"})
    assert Person.objects.filter(name="Ada Quint").count() == 2


def test_a_worker_that_comes_too_late_says_nothing(editor, tmp_path, monkeypatch):
    """The command took the site back while the worker was about to: the import is taken back, and not failed."""
    batch, _ = upload(editor, tmp_path)
    editor.post(reverse("admin:labsite_siteimport_decide", args=[batch.pk]), {"apply": "1"})
    own = work.undo_site

    def twice(key, user):
        own(key, user)
        own(key, user)

    monkeypatch.setattr(work, "undo_site", twice)
    editor.post(reverse("admin:labsite_siteimport_undo", args=[batch.pk]))
    batch.refresh_from_db()
    assert (batch.state, batch.problem) == ("undone", "")


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.zip", b"no zip"), ("empty.zip", b""), ("a.zip", b"PK\x05\x06" + b"\xff" * 18)],
)
def test_what_is_no_archive_is_refused_on_the_form(editor, name, content):
    answer = editor.post(ADD, {"file": SimpleUploadedFile(name, content), "kind": "auto"})
    assert answer.status_code == 422
    assert (SiteImport.objects.count(), list(uploads().iterdir())) == (0, [])


def test_what_is_no_site_says_so(editor):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.txt", "nothing")
    answer = editor.post(ADD, {"file": SimpleUploadedFile("a.zip", content.getvalue()), "kind": "auto"}, follow=True)
    assert "No known template was found." in answer.content.decode()
    assert list(uploads().iterdir()) == []


def test_a_second_press_makes_no_second_import(editor, tmp_path):
    key = "0" * 32
    for _ in range(2):
        editor.post(ADD, {"file": packed_site(tmp_path), "kind": "auto", "form_key": key})
    assert SiteImport.objects.count() == 1


def test_members_do_not_reach_it(client, tmp_path, admin_client):
    batch, address = upload(admin_client, tmp_path)
    client.force_login(make_account("mia", "Members", is_staff=True))
    for path in (ADD, address, reverse("admin:labsite_siteimport_changelist")):
        assert client.get(path).status_code == 403
    for name in ("decide", "undo", "drop"):
        assert client.post(reverse(f"admin:labsite_siteimport_{name}", args=[batch.pk])).status_code == 403


def test_an_import_is_not_applied_twice(editor, tmp_path):
    batch, address = upload(editor, tmp_path)
    decide = reverse("admin:labsite_siteimport_decide", args=[batch.pk])
    editor.post(decide, {"apply": "1"})
    answer = editor.post(decide, {"apply": "1"}, follow=True)
    assert "applied already" in answer.content.decode()
    assert Publication.objects.count() == 2


def test_the_plan_shows_what_a_new_person_would_say_but_nothing_private(editor, tmp_path):
    batch, address = upload(editor, tmp_path)
    page = editor.get(f"{address}?show=people").content.decode()
    for word in ("She listens.", "Quiet machines", "0000-0002-1825-0097", "安静", "img/ada.png"):
        assert f"<bdi>{word}</bdi>" in page
    assert page.count("stored, and shown to nobody") == 2  # an address and an office
    assert "ada@example.org" not in page and "Room 1" not in page
    assert "state-rejected" not in page  # a co-author who is not made a person is no fault


def test_the_plan_shows_a_long_text_whole(editor, tmp_path, monkeypatch):
    biography = "She listens. " * 100 + "And hears."
    content = make_content()
    ada, *others = content.people
    content = replace(content, people=(replace(ada, bio=biography), *others))
    monkeypatch.setattr(work, "read", lambda folder, kind, options: SourceSite(content, folder, Options.of(options)))
    _, address = upload(editor, tmp_path)
    page = editor.get(f"{address}?show=people").content.decode()
    assert page.count(biography) == 1
    assert '<details class="import-whole"><summary><bdi>She listens.' in page
    assert page.count("import-whole") == 1  # what is short has nothing to open


def test_the_plan_says_of_each_part_what_it_is(editor, tmp_path):
    _, address = upload(editor, tmp_path)
    page = editor.get(f"{address}?show=people").content.decode()
    for words in (
        "course: Hush 1", "section: Interests", "award: Quiet Prize, 2020", "old address: /about/", "also A. Quint",
        "position: Researcher, Quiet Institute", "GitHub: https://github.com/ada-quint",
    ):  # fmt: skip
        assert f"<li><bdi>{words}</bdi></li>" in page, words
    with override("zh-hans"):
        parts = {"added": ["Hush 1", "Quiet Prize", "people: Ada"], "added_kinds": ["courses", "awards"]}
        assert added_of(parts) == ["课程: Hush 1", "奖项: Quiet Prize", "people: Ada"]
    assert added_of({"added": ["Hush 1"]}) == ["Hush 1"]  # a report of before it said kinds


# The command


def run(*arguments, **options):
    out = io.StringIO()
    call_command("import_site", *map(str, arguments), stdout=out, **options)
    return out.getvalue()


def test_the_command_says_what_it_would_do(tmp_path):
    folder = make_files(tmp_path / "site")
    before = tables()
    told = run(folder, dry_run=True)
    assert told.endswith("Nothing was written.\n")
    assert "People: 2 new, 1 left out." in told
    assert "_projects/hush.md projects.topics: left behind. There is no topic “Noise” here: make it first." in told
    assert "To do: 1 photo is stored" in told
    assert difference(before, tables()) == {}


def test_the_command_brings_in_and_takes_back(tmp_path):
    folder = make_files(tmp_path / "site")
    before = tables()
    report = json.loads(run(folder, format="json"))
    assert report["counts"]["people"] == {"new": 2, "left-out": 1}
    assert (report["publications"]["created"], report["dry_run"]) == (2, False)
    again = json.loads(run(folder, format="json"))
    assert not any(counts.get("new") or counts.get("update") for counts in again["counts"].values())
    told = run(undo=report["import"])
    assert told.startswith("Taken back: ")
    flush_changes()
    assert difference(before, tables()) == {}


def test_the_command_takes_a_packed_site(tmp_path):
    path = tmp_path / "site.zip"
    path.write_bytes(packed_site(tmp_path).read())
    assert "People: 2 new" in run(path, drafts=True)
    assert not Person.objects.filter(is_published=True).exists()


@pytest.mark.parametrize(
    ("arguments", "word"),
    [(["nowhere"], "is not there"), ([], "is not there"), (["--undo", "7"], "no import of a site with the number 7")],
)
def test_the_command_refuses_in_words(arguments, word):
    with pytest.raises(CommandError, match=word):
        run(*arguments)


def test_the_command_refuses_an_unknown_layout(tmp_path):
    with pytest.raises(CommandError, match="No known template"):
        run(tmp_path)


def test_who_is_whom_can_be_told_to_the_command(tmp_path):
    make_person("Bo Stillman")
    run(make_files(tmp_path / "site"), person=["bo=bo-stillman"])
    assert Person.objects.filter(name="Bo Stillman").count() == 1
    with pytest.raises(CommandError, match="KEY=SLUG"):
        run(tmp_path / "site", person=["bo"])
    with pytest.raises(CommandError, match="nobody of the site has the key “bob”. There are: ada, bo, third"):
        run(tmp_path / "site", person=["bob=bo-stillman"])
    with pytest.raises(CommandError, match="nobody at /people/nosuch/"):
        run(tmp_path / "site", person=["bo=nosuch"])


def test_a_question_says_by_which_key_it_is_answered(tmp_path):
    make_person("Bo Stillman")
    assert "--person 'bo=SLUG'" in run(make_files(tmp_path / "site"), dry_run=True)


def test_a_run_that_changes_nothing_leaves_no_import(tmp_path):
    folder = make_files(tmp_path / "site")
    run(folder)
    before = list(SiteImport.objects.values_list("pk", flat=True))
    told = run(folder)
    assert told.endswith("Nothing changed, so there is nothing to take back.\n")
    assert list(SiteImport.objects.values_list("pk", flat=True)) == before
