"""People: who is current, what a page shows, and what it must not show."""

from __future__ import annotations

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from pytest_django.asserts import assertContains, assertNotContains

from labsite.roles import EDITORS, MEMBERS
from labsite.tests.factories import (
    make_group,
    make_member,
    make_mentorship,
    make_news,
    make_organization,
    make_person,
    make_publication,
)
from people.models import Membership, Person, PersonName

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 6, 15)
DAY = datetime.timedelta(days=1)


def iso(day: datetime.date) -> str:
    return day.isoformat()


@pytest.fixture
def everyone():
    """Members at every edge of `TODAY`, by what they are on that day."""
    plans = {
        "current": [
            ("2020", None), (None, None), ("2020", "2026"), ("2026-06", None), ("2020", "2026-06"),
            ("2020", iso(TODAY)), ("2020", iso(TODAY + DAY)), (iso(TODAY), None),
        ],
        "upcoming": [(iso(TODAY + DAY), None), ("2026-07", "2027"), ("2027", None)],
        "alumni": [("2020", "2025"), ("2020", iso(TODAY - DAY)), (None, "2026-05"), ("2020", "unknown")],
    }  # fmt: skip
    for status, periods in plans.items():
        for number, (start, end) in enumerate(periods):
            person = make_person(f"{status} {number}")
            unknown = end == "unknown"
            Membership.objects.create(
                person=person, role="phd", start=start, end=None if unknown else end, end_is_unknown=unknown
            )
    returning = make_member("upcoming returning", start="2020", end="2021")
    Membership.objects.create(person=returning, role="postdoc", start="2027")
    twice = make_member("current twice", start="2020", end="2021")
    Membership.objects.create(person=twice, role="postdoc", start="2025")
    Membership.objects.create(person=twice, role="staff", start="2025")
    make_person("no member")
    return plans


def test_statuses_partition_the_members(everyone):
    parts = {status: list(getattr(Person.objects, status)(TODAY)) for status in ("current", "upcoming", "alumni")}
    for status, people in parts.items():
        assert {person.name.partition(" ")[0] for person in people} == {status}
    together = [person.pk for people in parts.values() for person in people]
    assert len(together) == len(set(together)) == Person.objects.members().count()


def test_loaded_rule_agrees_with_the_database(everyone):
    current = set(Person.objects.current(TODAY))
    loaded = {m.person for m in Membership.objects.select_related("person") if m.is_active(TODAY)}
    assert loaded == current


def test_list_by_role_names_a_person_once(client):
    person = make_member("Ada Quint", role="staff")
    Membership.objects.create(person=person, role="faculty", start="2020")
    response = client.get("/people/")
    assert [group.heading for group in response.context["directory"].current] == ["Faculty"]
    assert response.content.decode().count("Ada Quint") == 1


@pytest.fixture
def moved():
    """A postdoc of one group who was a PhD student of another, as visitors of the list ask for them."""
    old, new = make_group("Old Group"), make_group("New Group")
    person = make_member("Ada Quint", role="phd", group=old, start="2015", end="2019", next_destination="New Group")
    Membership.objects.create(person=person, role="postdoc", group=new, start="2020")
    return person


@pytest.mark.parametrize(
    ("query", "part", "role"),
    [
        ("", "current", "postdoc"),
        ("role=postdoc", "current", "postdoc"),
        ("role=phd", None, None),
        ("role=phd&status=current", None, None),
        ("role=phd&on=2018", "current", "phd"),
        ("group=new-group", "current", "postdoc"),
        ("group=old-group", "alumni", "phd"),
        ("group=old-group&status=current", None, None),
        ("group=old-group&on=2014", "upcoming", "phd"),
        ("on=2014", "upcoming", "phd"),
    ],
)
def test_role_group_and_day_are_about_one_membership(client, moved, query, part, role):
    directory = client.get(f"/people/?{query}").context["directory"]
    found = {"current": [entry for group in directory.current for entry in group.entries]}
    found |= {"upcoming": directory.upcoming, "alumni": directory.alumni}
    shown = [(name, entry.membership.role) for name, entries in found.items() for entry in entries]
    assert shown == ([(part, role)] if part else [])


def test_group_page_tells_who_has_left_it(client, moved):
    response = client.get("/groups/old-group/")
    assertContains(response, ">Alumni<")
    assertContains(response, "<td>New Group</td>", html=True)
    assertNotContains(response, "Postdocs")
    assertContains(client.get("/groups/new-group/"), "Postdocs")


def test_group_page_leads_to_all_its_publications(client):
    person = make_member("Ada Quint", group=make_group("Quiet Group"))
    make_member("Elsewhere Quint")
    for number in range(21):
        make_publication(f"Paper {number}", [person])
    assertContains(client.get("/groups/quiet-group/"), 'href="/publications/?author=ada-quint"')


def test_card_speaks_of_the_latest_stay(client):
    person = make_member("Ada Quint", role="intern", start="2012", end="2012")
    Membership.objects.create(person=person, role="phd", start="2014", end="2018", next_destination="Elsewhere")
    Membership.objects.create(person=person, role="visitor", start="2010", end_is_unknown=True)
    (entry,) = client.get("/people/").context["directory"].alumni
    assert entry.membership.next_destination == "Elsewhere"


def test_filters(client):
    group = make_group("Quiet Group")
    make_member("Ada Quint", group=group)
    make_member("Bo Postdoc", role="postdoc")
    make_member("Cy Alum", start="2018", end="2020", next_destination="Professor at Elsewhere")
    shown = {
        query: [
            name
            for name in ("Ada Quint", "Bo Postdoc", "Cy Alum")
            if name in client.get(f"/people/?{query}").content.decode()
        ]
        for query in (
            "role=phd",
            "group=quiet-group",
            "status=alumni",
            "status=current",
            "q=cy",
            "on=2019",
            "on=2019-05",
        )
    }
    assert shown == {
        "role=phd": ["Ada Quint", "Cy Alum"],
        "group=quiet-group": ["Ada Quint"],
        "status=alumni": ["Cy Alum"],
        "status=current": ["Ada Quint", "Bo Postdoc"],
        "q=cy": ["Cy Alum"],
        "on=2019": ["Ada Quint", "Bo Postdoc", "Cy Alum"],
        "on=2019-05": ["Ada Quint", "Bo Postdoc", "Cy Alum"],
    }
    assertContains(client.get("/people/?status=alumni"), "Professor at Elsewhere")
    then = client.get("/people/?on=2019&status=current")
    assertContains(then, "Cy Alum")
    assertNotContains(then, "Ada Quint")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("role=king", "There is no role “king”"),
        ("status=gone", "There is no status “gone”: use current, upcoming, alumni."),
        ("group=nowhere", "There is no group “nowhere” here."),
        ("group=%00", "There is no group “” here."),
        ("on=yesterday", "“yesterday” is not a date: write 2024, 2024-05 or 2024-05-31."),
        ("on=2024-02-30", "“2024-02-30” is not a date"),
        ("on=" + "9" * 5000, "is not a date"),
        ("q=" + "x" * 300, "is longer than 200 letters"),
    ],
)
def test_wrong_filter_is_explained(client, query, message):
    make_member("Ada Quint")
    response = client.get(f"/people/?{query}")
    assertContains(response, message)
    assertContains(response, "Show everyone")
    assertNotContains(response, "Ada Quint")


def test_chosen_filters_can_be_taken_away_one_by_one(client):
    response = client.get("/people/?role=phd&status=current&on=2024-05")
    for rest in ("?role=phd&amp;on=2024-05", "?status=current&amp;on=2024-05", "?status=current&amp;role=phd"):
        assertContains(response, f'href="{rest}"')


@pytest.mark.parametrize("query", ["q=%00", "q=%ff", "on=", "role=", "x=y", "q=%F0%9F%A6%89"])
def test_strange_filter_is_answered(client, query):
    assert client.get(f"/people/?{query}").status_code == 200


def test_private_facts_are_for_whom_they_are_meant(client):
    person = make_person(
        "Ada Quint", email="ada@example.org", phone="+1 555 0100", office="Room 1", email_visibility="members",
        office_visibility="public",
    )  # fmt: skip
    path = person.get_absolute_url()
    anonymous = client.get(path)
    assertContains(anonymous, "Room 1")
    for private in ("ada@example.org", "ada at example", "555 0100"):
        assertNotContains(anonymous, private)
    colleague = get_user_model().objects.create_user("bo", password="x")
    client.force_login(colleague)
    assertContains(client.get(path), "ada at example dot org")
    assertNotContains(client.get(path), "555 0100")
    person.user = colleague
    person.save()
    assertContains(client.get(path), "555 0100")


def test_account_of_a_member_opens_only_its_own_record(client):
    """The role lets members view and change people, which the admin narrows to themselves; so must these pages."""
    members = Group.objects.get(name=MEMBERS)
    own = get_user_model().objects.create_user("ada", password="x")
    own.groups.add(members)
    make_person("Ada Quint", user=own, phone="+1 555 0111", is_published=False)
    other = make_person("Bo Other", phone="+1 555 0100", email="bo@example.org", office="Room 1")
    draft = make_member("Draft Person", is_published=False)
    client.force_login(own)
    assertContains(client.get("/people/ada-quint/"), "555 0111")
    for path in (other.get_absolute_url(), f"{other.get_absolute_url()}cv/"):
        for private in ("555 0100", "bo at example", "Room 1"):
            assertNotContains(client.get(path), private)
    assert client.get(draft.get_absolute_url()).status_code == 404


def test_editor_reads_private_facts_and_drafts(client):
    editor = get_user_model().objects.create_user("editor", password="x")
    editor.groups.add(Group.objects.get(name=EDITORS))
    draft = make_member("Draft Person", phone="+1 555 0100", is_published=False)
    client.force_login(editor)
    assertContains(client.get(draft.get_absolute_url()), "555 0100")


def test_public_email_is_spelled_out(client):
    person = make_person("Ada Quint", email="ada@example.org", email_visibility="public")
    response = client.get(person.get_absolute_url())
    assertContains(response, "ada at example dot org")
    assertNotContains(response, "ada@example.org")


def test_page_leaks_no_drafts(client):
    person = make_member("Ada Quint", identity_note="Secret note", photo="photos/secret.jpg")
    hidden = make_person("Hidden Person", is_published=False)
    PersonName.objects.create(person=person, name="Formername Quint", kind="former", is_public=False)
    person.sections.create(heading="Secret section", body="x", is_published=False)
    make_publication("Secret paper", [person], is_published=False)
    make_mentorship(person, hidden)
    make_news("Secret news", person, is_published=False)
    make_news("Personal remark", person, kind="personal")
    group = make_group("Secret group", is_published=False)
    Membership.objects.create(person=person, role="phd", group=group, start="2021")
    degree = person.education.create(
        organization=make_organization(), degree="Ph.D.", grade="Secret grade", rank="Secret rank"
    )
    degree.advisors.add(hidden)
    position = person.positions.create(title="Intern")
    position.position_people.create(person=hidden, role="mentor")
    for path in (person.get_absolute_url(), f"{person.get_absolute_url()}cv/", "/mentorship/", "/people/"):
        response = client.get(path)
        for leak in (
            "Hidden Person", "Formername", "Secret note", "Secret section", "Secret paper", "Secret news", "secret.jpg",
            "Personal remark", "Secret group", "Secret grade", "Secret rank",
        ):  # fmt: skip
            assertNotContains(response, leak, msg_prefix=path)


def test_draft_person_is_for_staff(client, admin_user):
    person = make_member("Draft Person", is_published=False)
    for path in (person.get_absolute_url(), f"{person.get_absolute_url()}cv/"):
        assert client.get(path).status_code == 404
    assertNotContains(client.get("/people/"), "Draft Person")
    client.force_login(admin_user)
    assertContains(client.get(person.get_absolute_url()), "This is a draft")


def test_collaborator_keeps_out_of_search_engines(client):
    assertContains(client.get(make_person("Bo").get_absolute_url()), 'content="noindex"')
    assertNotContains(client.get(make_member("Ada").get_absolute_url()), "noindex")


def test_publications_are_split_by_part(client):
    person = make_member("Ada Quint")
    make_publication("Led", [person, "B. Other"])
    make_publication("Equal", ["B. Other", {"printed_name": "A. Quint", "person": person, "is_equal": True}])
    make_publication("Joined", ["B. Other", person])
    profile = client.get(person.get_absolute_url()).context["profile"]
    assert {paper.title for paper in profile.leading} == {"Led", "Equal"}
    assert {paper.title for paper in profile.others} == {"Joined"}


@pytest.mark.parametrize(
    "name",
    [
        "X",
        "🦉🦉🦉",
        "Wolfeschlegelsteinhausenbergerdorff" * 5,
        "عائشة عبد الرحمن",
        "张逸骅",
        "O’Connor-Ó Dálaigh",
        "  A   B  ",
    ],
)
def test_any_name_has_a_page(client, name):
    person = make_member(name)
    for path in (
        "/people/",
        person.get_absolute_url(),
        f"{person.get_absolute_url()}cv/",
        "/search/?q=" + name.strip()[:20],
    ):
        assert client.get(path).status_code == 200


def test_switches_of_the_page(client):
    person = make_member("Ada Quint", show_links=False, show_news=False, show_selected=False, show_profile_card=False)
    person.links.create(kind="website", url="https://example.org/me")
    make_news("Something new", person)
    make_publication("Chosen", [person], is_selected=True)
    response = client.get(person.get_absolute_url())
    for off in ("https://example.org/me", "Something new", "Selected", "profile-card"):
        assertNotContains(response, off)


def test_link_without_address_prints_its_name_only(client):
    person = make_member("Ada Quint")
    person.links.create(kind="github", url="")
    response = client.get(person.get_absolute_url())
    assertContains(response, "GitHub")
    assertNotContains(response, 'href=""')
