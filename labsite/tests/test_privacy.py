"""What a person may ask of us: to be forgotten with all history, not to be found, and not to be kept too long."""

from __future__ import annotations

import datetime
import json
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from activities.models import Mentorship, NewsItem
from labsite.merging import merge
from labsite.merging.undoing import undo
from labsite.models import Dismissal, Erasure, LabProfile, LinkCheck, Merge, Page
from labsite.privacy.blanks import texts_at, with_empty
from labsite.privacy.erasing import WITHHELD, ErasureRefused, erase, plan_erasure
from labsite.privacy.photos import EMPTY
from labsite.privacy.retention import find_overdue, forget_overdue, months_before
from labsite.review.rows import make_key
from labsite.tests.factories import make_member, make_person, make_publication
from labsite.tests.forms import form_values_of_history
from labsite.tests.members import client_of, give_photo, make_account, make_own, save_profile, sign_in
from labsite.tests.world import make_world
from people.models import Person, PersonName, ProfileChange
from people.photos import rendition_address
from publications.digests import flush_changes
from publications.models import Authorship, Import, ImportEntry, Publication

pytestmark = pytest.mark.django_db
NAME, FORMER, PRINTED_ONCE = "Zephyrine Quillfeather", "Zephyrine Oldname", "Oldnameship"
NUMBER, OWN_HOST = "0000-0002-1825-0097", "https://quillfeather-own.example.org/"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def person():
    """Somebody who is tied to everything, who changed and lost things, and who has an account."""
    make_world(1, with_versions=True)
    person = Person.objects.get(slug="ada-quint")
    person.name, person.email, person.phone = NAME, "zephyrine@example.org", "0123 456"
    person.user = make_account("zephyrine", "Members")
    person.save()
    person.names.create(name=FORMER, kind="former", is_public=False)
    person.names.filter(kind="former").delete()  # in history only
    PersonName.objects.bulk_create(
        [PersonName(person=person, name=PRINTED_ONCE, kind="former", is_public=False)]
    )  # without history
    person.links.create(kind="website", url="https://example.org/zephyrine")
    person.links.create(kind="website", url=OWN_HOST)
    LinkCheck.objects.create(url=OWN_HOST, problem="It does not answer.")
    Dismissal.objects.create(kind="dead-links", key=make_key(OWN_HOST))
    Authorship.objects.filter(person=person).update(printed_name=NAME, link_note=f"The index names {NAME}.")
    Authorship.objects.filter(person=person).first().save()  # a version of it
    ProfileChange.objects.create(person=person, values={"headline": {"from": "", "to": f"{NAME} on quiet machines"}})
    Authorship.objects.filter(pk=person.authorships.last().pk).update(link_note=f"The same ORCID iD, {NUMBER}.")
    give_photo(person)
    double = make_member("Zephyrine Q.")
    give_photo(double)
    merge(person, double)
    paper = Publication.objects.get(slug="paper-0")
    paper.raw_record = {"authors": [NAME, "Somebody Else"]}
    paper.save()
    client_of(person)  # a session
    flush_changes()
    return Person.objects.get(pk=person.pk)


def dump() -> str:
    """Every text in every table."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - names of the database
            found += [str(row) for row in cursor.fetchall()]
    return "\n".join(found)


def test_nothing_is_left_of_somebody_who_is_erased(person, django_capture_on_commit_callbacks):
    photos, papers = stored_photos(), set(person.authorships.values_list("publication", flat=True))
    text = dump()
    told = (NAME, FORMER, PRINTED_ONCE, "zephyrine@example.org", "0123 456", "/zephyrine", NUMBER, OWN_HOST)
    assert (len(photos), [word for word in told if word not in text]) == (2, [])
    with django_capture_on_commit_callbacks(execute=True):
        erasure = erase(person, withhold_name=True)
    flush_changes()
    text = dump()
    for word in ("Zephyrine", "zephyrine", "0123 456", "Oldname", NUMBER, "quillfeather-own"):
        assert word not in text, text[max(text.index(word) - 200, 0) :][:400]
    assert stored_photos() == []
    assert set(Publication.objects.filter(pk__in=papers).values_list("pk", flat=True)) == papers
    assert Authorship.objects.filter(printed_name=WITHHELD).count() >= len(papers) == erasure.papers
    assert (Erasure.objects.count(), erasure.records > 10) == (1, True)
    for address in ("/", "/people/", "/publications/", "/publications/paper-0/", "/mentorship/", "/awards/"):
        assert Client().get(address).status_code == 200
    assert Client().get("/people/ada-quint/").status_code == 404


def test_what_editors_wrote_is_found_by_a_former_name_that_has_no_history(person):
    page = Page.objects.create(slug="about", title="About", body=f"{PRINTED_ONCE} was here.")
    assert (page, "body") in plan_erasure(person).mentions


def test_papers_keep_the_name_as_it_was_printed(person):
    erase(person)
    flush_changes()
    row = Authorship.objects.filter(publication__slug="paper-0", printed_name=NAME).get()
    assert row.person is None
    page = Client().get("/publications/paper-0/").content.decode()
    assert NAME in page
    assert "ada-quint" not in page
    assert not Authorship.history.filter(person_id=person.pk).exists()
    assert "zephyrine@example.org" not in dump()


def test_others_keep_what_is_theirs(person):
    bo = Person.objects.get(slug="bo-quint-0")
    own = bo.memberships.count(), Person.history.filter(id=bo.pk).count(), bo.authorships.count()
    merged = merge(bo, make_member("Bo Q."))
    erase(person)
    bo.refresh_from_db()
    assert bo.memberships.count() == own[0] + 1
    assert Person.history.filter(id=bo.pk).count() > own[1] - 1
    assert bo.authorships.count() == own[2]
    assert Merge.objects.get() == merged
    assert not Mentorship.objects.filter(mentee=person.pk).exists()


def test_an_account_of_the_admin_is_not_erased_by_the_way(person):
    person.user.is_staff = True
    person.user.save()
    with pytest.raises(ErasureRefused, match="works in the admin"):
        erase(person)
    assert Person.objects.filter(pk=person.pk).exists()


def test_who_is_called_almost_alike_is_left_alone(person):
    paper = make_publication(
        "Two alike", [person, f"{NAME}s"], raw_record={"authors": [NAME, f"{NAME}s", f"by {NAME}."]}
    )
    other = make_member(f"{NAME}s")
    merged = merge(other, make_member("Z. Quillfeathers"))
    batch = Import.objects.create(name=f"Works of {NAME}", person=person, state="applied")
    ImportEntry.objects.create(
        batch=batch, number=1, state="new", publication=paper, record={"authors": [NAME, f"{NAME}s"]}
    )
    erase(person, withhold_name=True)
    paper.refresh_from_db()
    assert paper.raw_record == {"authors": [WITHHELD, f"{NAME}s", f"by {WITHHELD}."]}
    assert set(paper.authorships.values_list("printed_name", flat=True)) == {WITHHELD, f"{NAME}s"}
    assert Merge.objects.get() == merged
    assert Person.history.filter(history_change_reason__contains=f"{NAME}s").exists()
    assert ImportEntry.objects.get().record == {"authors": [WITHHELD, f"{NAME}s"]}
    assert Import.objects.get().name == f"Works of {WITHHELD}"


def test_texts_that_name_somebody_are_shown_and_left(person):
    NewsItem.objects.create(body=f"A prize for {NAME}.", date="2024-05")
    NewsItem.objects.create(body=f"A prize for {NAME.upper()}.", date="2024-05")
    plan = plan_erasure(person)
    assert [(type(record), field) for record, field in plan.mentions] == [(NewsItem, "body")] * 2
    assert plan.papers == person.authorships.count()
    out = StringIO()
    call_command("erase_person", person.slug, stdout=out)
    assert "rewrite it by hand" in out.getvalue()
    assert "Nothing was erased" in out.getvalue()
    assert Person.objects.filter(pk=person.pk).exists()
    call_command("erase_person", person.slug, "--yes", stdout=out)
    assert not Person.objects.filter(pk=person.pk).exists()
    with pytest.raises(CommandError, match="There is nobody at /people/ada-quint/"):
        call_command("erase_person", person.slug)


def test_a_name_of_a_draft_or_of_two_people_is_erased_for_one(person):
    namesake = make_person(NAME)
    assert all(record != namesake for record, _ in plan_erasure(person).mentions)
    erase(person)
    assert Person.objects.get(name=NAME) == namesake
    assert Person.history.get(id=namesake.pk).name == NAME


@pytest.mark.parametrize("name", ["Plato", "王伟", "O'Neil-Öz"])
def test_versions_of_others_lose_the_name_and_nothing_else(name):
    """Also where the name is one word, and stands on papers with which it stays."""
    person = make_member(name)
    make_publication("On caves", [person])
    bodies = [f"A prize (for {name}), no. 1.", "Nothing; at all - here!", f"{name}s and {name}ns"]
    items = [NewsItem.objects.create(body=body, date="2024-05") for body in bodies]
    assert [(record, column) for record, column in plan_erasure(person).mentions] == [(items[0], "body")]
    erase(person)
    assert list(NewsItem.history.order_by("id").values_list("body", flat=True)) == [
        f"A prize (for {WITHHELD}), no. 1.", *bodies[1:],
    ]  # fmt: skip


# Search engines


def test_who_does_not_want_to_be_found_is_not_listed():
    own = make_own("Mia Own")
    other = make_member("Bo Found")
    page = f"/people/{own.slug}/"
    assert "noindex" not in Client().get(page).content.decode()
    assert save_profile(client_of(own), kept_out_of_search="on").status_code == 302
    assert '<meta name="robots" content="noindex, noimageindex">' in Client().get(page).content.decode()
    assert "noindex" not in Client().get(f"/people/{other.slug}/").content.decode()
    listed = Client().get("/sitemap-people.xml").content.decode()
    assert other.slug in listed
    assert own.slug not in listed


def test_pictures_and_data_of_who_does_not_want_to_be_found_say_so_too():
    own, other = make_own("Mia Own"), make_member("Bo Found")
    give_photo(own)
    give_photo(other)
    Person.objects.filter(pk=own.pk).update(kept_out_of_search=True)
    for path in ("/cards/people/{0.slug}.png", "/media/{0.photo.name}", "{1}"):
        answers = [Client().get(path.format(person, rendition_address(person, "96", "jpg"))) for person in (own, other)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert [answer.headers.get("X-Robots-Tag") for answer in answers] == ["noindex, noimageindex", None], path
    for person in (own, other):
        assert Client().get(f"/api/v1/people/{person.slug}/").headers["X-Robots-Tag"] == "noindex"


# Consent to a photo


def stored_photos() -> list[str]:
    return sorted(default_storage.listdir("photos")[1]) if default_storage.exists("photos") else []


@pytest.fixture
def one_of_two():
    """Somebody whose record was entered twice, each time with a photo, and made one."""
    kept, merged = make_member("Ada Quint"), make_member("A. Quint")
    give_photo(merged)
    made = merge(kept, merged)
    return Person.objects.get(pk=kept.pk), made


def take_consent_back(person: Person) -> None:
    person.photo_consent = False
    person.save()


def test_a_merge_that_is_taken_back_brings_no_photo_without_consent(one_of_two, django_capture_on_commit_callbacks):
    person, made = one_of_two
    assert person.photo and stored_photos()
    with django_capture_on_commit_callbacks(execute=True):
        take_consent_back(person)
    assert stored_photos() == []
    undo(Merge.objects.get(pk=made.pk))
    for each in Person.objects.all():
        assert (each.photo.name, each.photo_alt, each.photo_consent) == ("", "", False)
    assert "photos/" not in json.dumps(list(Merge.objects.values_list("effect", flat=True)))


def test_a_request_that_a_merge_remembers_keeps_its_shape():
    """What a member asked for stands in it as “from” and “to”."""
    row = {"photo": "photos/b.jpg", "values": {"photo": {"from": "photos/a.jpg", "to": "uploaded"}, "headline": "x"}}
    effect = {"entries": [{"rows": [row]}, {"fields": {"photo_consent": [False, True], "photo": ["", "photos/c.jpg"]}}]}
    photos = {"photos/a.jpg", "photos/b.jpg", "photos/c.jpg", "uploaded", ""}
    assert set(texts_at(effect, "photo")) == photos
    row = {"photo": "", "values": {"photo": {"from": "", "to": ""}, "headline": "x"}}
    fields = {"photo_consent": [False, False], "photo": ["", ""]}
    assert with_empty(effect, EMPTY) == {"entries": [{"rows": [row]}, {"fields": fields}]}


def test_consent_is_taken_back_where_a_merge_remembers_requests(one_of_two):
    person, made = one_of_two
    effect = {"entries": [*made.effect["entries"], {"act": "delete", "model": "people.ProfileChange", "rows": [
        {"values": {"photo": {"from": "", "to": "uploaded"}, "photo_consent": {"from": False, "to": True}}}
    ]}]}  # fmt: skip
    Merge.objects.filter(pk=made.pk).update(effect=effect)
    take_consent_back(person)
    values = Merge.objects.get().effect["entries"][-1]["rows"][0]["values"]
    assert values == {"photo": {"from": "", "to": ""}, "photo_consent": {"from": False, "to": False}}


def test_whoever_was_one_with_somebody_else_for_a_while_loses_nothing(one_of_two, django_capture_on_commit_callbacks):
    person, made = one_of_two
    with django_capture_on_commit_callbacks(execute=True):
        undo(made)
        person.refresh_from_db()
        give_photo(person)
    assert len(stored_photos()) == 2
    with django_capture_on_commit_callbacks(execute=True):
        take_consent_back(person)
    other = Person.objects.get(name="A. Quint")
    assert other.photo_consent and stored_photos() == [other.photo.name.removeprefix("photos/")]


def test_going_back_to_a_version_without_consent_leaves_the_photo(admin_client, django_capture_on_commit_callbacks):
    person = make_member("Ada Quint")
    give_photo(person)
    first = person.history.last()
    person.history.filter(pk=first.pk).update(photo_consent=False, photo="", photo_alt="", headline="Before")
    person.headline = "After"
    person.save()
    path = f"/admin/people/person/{person.pk}/history/{first.pk}/"
    page = admin_client.get(path)
    shown = {name for name, _ in page.context["adminform"].form.fields.items()}
    assert not {"photo_consent", "photo_alt", "photo_focus_x"} & shown
    with django_capture_on_commit_callbacks(execute=True):
        response = admin_client.post(path, form_values_of_history(page))
    assert response.status_code == 302
    person.refresh_from_db()
    assert (person.headline, person.photo_consent, person.photo_alt) == ("Before", True, "Ada")
    assert default_storage.exists(person.photo.name)


WIDE = {
    "email": "wide@example.org", "email_visibility": "public", "office": "Room 1", "office_visibility": "members",
    "status_text": "Looking for work", "status_is_shown": True, "show_news": True,
}  # fmt: skip
NARROW = {
    "email_visibility": "private", "office_visibility": "private", "status_is_shown": False, "show_news": False,
    "kept_out_of_search": True, "cv_hidden": ["awards"], "is_published": False,
}  # fmt: skip


def values_of(person: Person) -> dict[str, object]:
    person.refresh_from_db()
    return {name: getattr(person, name) for name in NARROW}


@pytest.mark.parametrize("further", [[], ["Data managers"]])
def test_going_back_to_an_earlier_version_shows_nothing_that_was_hidden_since(further):
    person = make_member("Ada Quint", headline="Before", **WIDE)
    person.names.create(name="Ada Former", kind="nickname")
    first = person.history.first()
    Person.objects.filter(pk=person.pk).update(headline="After", **NARROW)
    person.names.update(kind="former", is_public=False)
    editor = make_account("edith", "Editors", is_staff=True)
    editor.groups.add(*Group.objects.filter(name__in=further))
    client = sign_in(editor)
    path = f"/admin/people/person/{person.pk}/history/{first.pk}/"
    page = client.get(path)
    assert not {*NARROW} & {*page.context["adminform"].form.fields}
    assert client.post(path, form_values_of_history(page)).status_code == 302
    assert values_of(person) == NARROW
    assert person.headline == "Before"
    assert person.names.get().kind == "former"


def test_a_merge_that_is_taken_back_shows_nothing_that_was_hidden_since():
    kept, merged = make_member("Ada Quint", **WIDE), make_member("A. Quint", **WIDE)
    made = merge(kept, merged)
    person = Person.objects.get(pk=kept.pk)
    for name, value in NARROW.items():
        setattr(person, name, value)
    person.save()
    undo(made)
    assert values_of(Person.objects.get(name="A. Quint")) == NARROW


def test_a_merge_that_is_taken_back_brings_a_record_as_it_was():
    kept, merged = make_member("Ada Quint", **NARROW | {"is_published": True}), make_member("A. Quint", **WIDE)
    undo(merge(kept, merged))
    assert Person.objects.get(name="A. Quint").email_visibility == "public"


# Records that were deleted


def test_somebody_whose_record_was_deleted_is_erased_by_the_former_address():
    person = make_member("Delphine Quillfeather", email="delphine@example.org", bio="About owls")
    person.delete()
    assert "delphine@example.org" in dump()
    out = StringIO()
    call_command("erase_person", "delphine-quillfeather", stdout=out)
    assert "was deleted before" in out.getvalue()
    call_command("erase_person", "delphine-quillfeather", "--yes", stdout=out)
    text = dump()
    assert not [word for word in ("elphine", "About owls") if word in text]
    with pytest.raises(CommandError, match="no version of anybody"):
        call_command("erase_person", "delphine-quillfeather")


def test_contact_data_of_deleted_records_go_after_their_time():
    gone, late = (make_member(name, email="gone@example.org") for name in ("Gone Long", "Gone Late"))
    merged = make_member("Part Of", email="part@example.org")
    merge(make_member("Whole One"), merged)
    for person in (gone, late):
        person.delete()
    Person.history.filter(name="Gone Long").update(history_date=datetime.datetime(2024, 5, 1, tzinfo=datetime.UTC))
    assert forget_overdue(datetime.date(2026, 11, 21), 12) == 1
    assert not Person.history.filter(name="Gone Long").exclude(email="").exists()
    assert Person.history.filter(name="Gone Late", email="gone@example.org").exists()
    assert Person.history.filter(name="Part Of", email="part@example.org").exists()


def test_contact_data_that_stand_in_versions_and_requests_alone_go_too():
    today = datetime.date(2026, 11, 21)
    person, asking = (
        make_member(name, start="2017", end="2019", email=email)
        for name, email in (("Gone Long", "once@example.org"), ("Gone Too", ""))
    )
    person.email = ""
    person.save()
    ProfileChange.objects.create(person=asking, values={"phone": {"from": "", "to": "0123 9"}})
    assert [each.name for each in find_overdue(today, 1)] == ["Gone Long", "Gone Too"]
    assert forget_overdue(today, 1) == 2
    assert not [text for text in ("once@example.org", "0123 9") if text in dump()]
    assert not find_overdue(today, 1).exists()


def test_a_name_is_withheld_in_the_order_of_sources_too_and_keys_are_listed(person):
    paper = make_publication(
        "Deep", [person], bibtex_key="quillfeather2020deep", raw_record={"author": "Quillfeather, Zephyrine and B. Two"}
    )
    assert (paper, "bibtex_key") in plan_erasure(person).mentions
    erase(person, withhold_name=True)
    paper.refresh_from_db()
    assert paper.raw_record == {"author": f"{WITHHELD} and B. Two"}
    assert "author = {{Name withheld}}" in Client().get(f"/publications/{paper.slug}/cite.bib").content.decode()


def test_consent_is_not_taken_back_without_the_photo():
    person = make_member("Ada Quint")
    give_photo(person)
    person.photo_consent = False
    with pytest.raises(ValueError, match="save “photo” and “photo_alt”"):
        person.save(update_fields=["photo_consent"])
    person.save(update_fields=["photo_consent", "photo", "photo_alt"])
    assert not Person.objects.get().photo


# Retention


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [("2026-03-31", 1, "2026-02-28"), ("2024-03-31", 1, "2024-02-29"), ("2026-01-15", 12, "2025-01-15"),
     ("2026-11-21", 0, "2026-11-21"), ("2026-05-31", 24, "2024-05-31")],
)  # fmt: skip
def test_months_before(day, months, before):
    assert months_before(datetime.date.fromisoformat(day), months).isoformat() == before


def test_contact_data_of_leavers_go_and_nobody_elses():
    today = datetime.date(2026, 11, 21)
    private = {"email": "x@example.org", "phone": "0123", "office": "Room 1", "email_visibility": "public"}
    gone = make_member("Gone Long", end="2024-05", **private)
    kept = [
        make_member("Gone Late", end="2026-05", **private),
        make_member("Still Here", **private),
        make_member("Back Again", end="2024-05", **private),
        make_person("Never Member", **private),
        make_member("Gone Sometime This Year", end="2026", **private),
        make_member("Gone Sometime Last Year", end="2025", **private),  # perhaps in December
    ]
    kept[2].memberships.create(role="postdoc", start="2027-01")
    make_member("Gone Empty", end="2024-05")
    ProfileChange.objects.create(person=gone, values={"email": {"from": "", "to": "x@example.org"}, "bio": "b"})
    assert list(find_overdue(today, 12)) == [gone]
    assert list(find_overdue(today, 36)) == []
    assert [person.name for person in find_overdue(today, 6)] == ["Gone Long", "Gone Sometime Last Year"]
    gone.names.create(name="G. Long")
    merge(gone, make_member("G. L.", end="2024-03", email="old@example.org"))
    assert forget_overdue(today, 12) == 1
    gone.refresh_from_db()
    assert (gone.email, gone.phone, gone.office, gone.email_visibility) == ("", "", "", "private")
    assert not Person.history.filter(id=gone.pk).exclude(email="").exists()
    assert ProfileChange.objects.get().values == {"bio": "b"}
    assert "old@example.org" not in dump()
    for person in kept:
        person.refresh_from_db()
        assert person.phone == "0123"
    assert list(find_overdue(today, 12)) == []


def test_contact_data_go_from_records_that_were_one_with_theirs_for_a_while():
    kept, gone = make_member("Still Here"), make_member("Gone Long", end="2024-05", email="gone@example.org")
    kept.office = "Room 1"
    kept.save()
    undo(merge(kept, gone))
    assert "gone@example.org" in json.dumps(Merge.objects.get().effect)
    assert Person.history.filter(id=kept.pk, email="gone@example.org").exists()
    assert forget_overdue(datetime.date(2026, 11, 21), 12) == 1
    assert "gone@example.org" not in dump()
    assert Person.history.filter(id=kept.pk, office="Room 1").exists()


def test_retention_is_reported_before_it_is_applied():
    make_member("Gone Long", end="2020", email="x@example.org")
    out = StringIO()
    call_command("apply_retention", "--apply", stdout=out)  # daily: no time is a decision, not an error
    assert "months that contact data are kept" in out.getvalue()
    assert Person.objects.get(name="Gone Long").email
    LabProfile.objects.update_or_create(pk=1, defaults={"name": "Lab", "retention_months": 12})
    call_command("apply_retention", stdout=out)
    assert "/people/gone-long/\n1 people" in out.getvalue()
    assert Person.objects.get(name="Gone Long").email
    call_command("apply_retention", "--apply", stdout=out)
    assert not Person.objects.get(name="Gone Long").email
    with pytest.raises(CommandError, match="0 or more"):
        call_command("apply_retention", "--months", "-1")


def test_the_log_of_an_erasure_does_not_say_who(person):
    user = make_account("edith", "Editors")
    erasure = erase(person, user=user)
    stored = {name: str(value) for name, value in vars(Erasure.objects.get(pk=erasure.pk)).items()}
    assert not any("ephyrine" in value or "quint" in value for value in stored.values())
    assert erasure.created_by == user
    assert PersonName.history.filter(name=FORMER).count() == 0
    assert ContentType.objects.count() > 10
    assert make_publication("Another").pk
