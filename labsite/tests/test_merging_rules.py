"""What merging asks and refuses of people, publications, venues and organizations in particular."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from labsite.merging import MergeRefused, merge, plan_merge, undo
from labsite.tests.factories import (
    make_member,
    make_mentorship,
    make_organization,
    make_person,
    make_publication,
    make_venue,
)
from people.models import OldAddress, Organization, Person, PersonName
from publications.models import Authorship, OldSlug, Publication, Rejection, Venue

pytestmark = pytest.mark.django_db


def problems(kept, merged) -> list[str]:
    return [problem.text for problem in plan_merge(kept, merged).problems]


def warnings(kept, merged) -> list[str]:
    return plan_merge(kept, merged).settlement.warnings


def notes(kept, merged) -> list[str]:
    return plan_merge(kept, merged).settlement.notes


def names_of(person: Person) -> list[tuple[str, str, bool]]:
    return sorted(person.names.values_list("name", "kind", "is_public"))


@pytest.fixture
def ada() -> Person:
    return make_member("Ada Quint")


@pytest.fixture
def abby() -> Person:
    return make_person("A. Quint")


# People: papers


def test_two_authors_of_one_paper_are_two_people(ada, abby):
    paper = make_publication("Shared", [ada, abby])
    assert problems(ada, abby) == [
        "Both are authors of “Shared”, as “Ada Quint” and “A. Quint”: one person cannot be two of its authors."
    ]
    assert plan_merge(ada, abby).problems[0].record == paper
    with pytest.raises(MergeRefused, match="Both are authors of “Shared”"):
        merge(ada, abby)
    assert Person.objects.filter(pk=abby.pk).exists()


def test_many_papers_of_both_are_counted(ada, abby):
    for number in range(8):
        make_publication(f"Shared {number}", [ada, abby])
    assert (len(problems(ada, abby)), problems(ada, abby)[-1]) == (
        6, "They are both authors of 3 more: they are two people.",
    )  # fmt: skip


def test_a_likely_link_gives_way_to_a_certain_one(ada, abby):
    likely = {"printed_name": "A. Q.", "person": abby, "link_status": "proposed"}
    paper = make_publication("Shared", [ada, likely])
    assert notes(ada, abby) == ["In “Shared” the likely link of “A. Q.” goes: they are another author of it."]
    record = merge(ada, abby)
    assert list(paper.authorships.values_list("person", "printed_name")) == [(ada.pk, "Ada Quint"), (None, "A. Q.")]
    undo(record)
    assert paper.authorships.get(position=2).person_id == record.merged_id


def test_not_this_person_beside_a_certain_link_refuses_nothing(ada, abby):
    rejected = {"printed_name": "A. Quint", "person": abby, "link_status": "rejected"}
    paper = make_publication("Shared", [ada, rejected])
    assert problems(ada, abby) == []
    merge(ada, abby)
    assert list(paper.authorships.values_list("person", "link_status")) == [
        (ada.pk, "confirmed"), (ada.pk, "rejected"),
    ]  # fmt: skip


def test_a_decision_against_one_of_them_is_brought_up(ada, abby):
    paper = make_publication("Shared", [{"printed_name": "A. Quint", "person": ada}])
    Rejection.objects.create(person=abby, match_key=paper.match_key, printed_name="A. QUINT")
    Rejection.objects.create(person=abby, match_key="something", printed_name="A. Quint")
    assert warnings(ada, abby) == [
        "An editor decided that “A. Quint” of “Shared” is not A. Quint, while one of the two is linked there. "
        "Are they one person?"
    ]
    merge(ada, abby)
    assert ada.rejections.count() == 2


def test_names_as_printed_are_not_rewritten(ada, abby):
    paper = make_publication("Hers", [{"printed_name": "Quint, A.", "person": abby}])
    merge(ada, abby)
    assert list(paper.authorships.values_list("printed_name", "person")) == [("Quint, A.", ada.pk)]


# People: each other


def test_nobody_mentors_themselves(ada, abby):
    make_mentorship(abby, ada)
    assert problems(ada, abby) == ["A. Quint mentors Ada Quint: nobody mentors themselves."]


@pytest.mark.parametrize("field", ["advisors", "committee"])
def test_nobody_advises_themselves(ada, abby, field):
    degree = ada.education.create(degree="Ph.D.", organization=make_organization())
    getattr(degree, field).add(abby)
    expected = ["One of them advised the other for “Ph.D., Example University”: correct that first."]
    assert problems(ada, abby) == problems(abby, ada) == expected


def test_nobody_works_beside_themselves(ada, abby):
    ada.positions.create(title="Intern").position_people.create(person=abby, role="mentor")
    expected = ["“Mentor: A. Quint” stands in the position “Intern” of the other: correct that first."]
    assert problems(ada, abby) == problems(abby, ada) == expected


# People: warnings


def test_two_orcid_ids_warn():
    kept = make_person("Ada Quint", orcid="0000-0002-1825-0097")
    merged = make_person("A. Quint", orcid="0000-0001-5109-3700")
    assert warnings(kept, merged) == [
        "They have different ORCID iDs, 0000-0002-1825-0097 and 0000-0001-5109-3700: two iDs are nearly always two "
        "people."
    ]
    record = merge(kept, merged)
    assert Person.objects.get(pk=kept.pk).orcid == "0000-0002-1825-0097"
    undo(record)
    assert Person.objects.get(pk=record.merged_id).orcid == "0000-0001-5109-3700"


def test_an_orcid_id_moves():
    kept, merged = make_person("Ada Quint"), make_person("A. Quint", orcid="0000-0001-5109-3700")
    record = merge(kept, merged)
    assert Person.objects.get(pk=kept.pk).orcid == "0000-0001-5109-3700"
    assert undo(record) == []
    assert list(Person.objects.order_by("pk").values_list("orcid", flat=True)) == ["", "0000-0001-5109-3700"]


def test_two_accounts_warn():
    users = [get_user_model().objects.create(username=name) for name in ("ada", "abby")]
    kept, merged = (make_person(user.username, user=user) for user in users)
    assert warnings(kept, merged) == [
        "Both have an account. “abby” can go on signing in, but will have no profile to edit."
    ]


def test_a_draft_that_takes_over_a_page_warns(abby):
    assert len(warnings(make_person("Ada Quint", is_published=False), abby)) == 1


# People: names


def test_names_are_kept_and_found(ada, abby):
    Person.objects.filter(pk=abby.pk).update(native_name="安静")
    Person.objects.filter(pk=ada.pk).update(native_name="静安")
    abby.names.create(name="Abby", kind="nickname")
    merge(Person.objects.get(pk=ada.pk), Person.objects.get(pk=abby.pk))
    assert names_of(ada) == [("A. Quint", "published", True), ("Abby", "nickname", True), ("安静", "native", True)]
    assert list(Person.objects.search("A. Quint")) == [ada]


def test_a_name_that_is_known_already_is_not_added(ada, abby):
    ada.names.create(name="A. Quint", kind="nickname")
    merge(ada, abby)
    assert names_of(ada) == [("A. Quint", "nickname", True)]


def test_the_name_of_a_draft_is_not_made_public(ada):
    merge(ada, make_person("A. Secret", is_published=False))
    assert names_of(ada) == [("A. Secret", "published", False)]


def test_former_names_stay_former_and_hidden(ada, abby):
    abby.names.create(name="A. Former", kind="former", is_public=False)
    ada.names.create(name="A. FORMER", kind="published")
    record = merge(ada, abby)
    assert names_of(ada) == [
        ("A. FORMER", "published", False), ("A. Former", "former", False), ("A. Quint", "published", True),
    ]  # fmt: skip
    undo(record)
    assert names_of(ada) == [("A. FORMER", "published", True)]


def test_a_record_under_a_former_name_leaves_no_trace_in_public(ada, client):
    old = make_person("Ada Former", slug="ada-former")
    ada.names.create(name="Ada Former", kind="former", is_public=False)
    plan = plan_merge(ada, old)
    assert (plan.settlement.addresses, plan.settlement.names) == ([], [])
    merge(ada, old)
    assert names_of(ada) == [("Ada Former", "former", False)]
    assert (client.get("/people/ada-former/").status_code, OldAddress.objects.count()) == (404, 0)


def test_the_editor_says_that_a_name_is_former(ada, client):
    old = make_person("Ada Former", slug="ada-former", native_name="安")
    record = merge(ada, old, {"names": "former", "native_name": "kept"})
    assert names_of(ada) == [("Ada Former", "former", False), ("安", "former", False)]
    assert client.get("/people/ada-former/").status_code == 404
    assert undo(record) == []
    assert client.get("/people/ada-former/").status_code == 200


def test_a_former_name_is_not_printed(ada):
    new = make_person("Ada New")
    new.names.create(name="Ada Quint", kind="former", is_public=False)
    assert problems(ada, new) == [
        "“Ada Quint” would stay in the address or on the page of Ada Quint, although it is a former name. Swap the "
        "two, so that the record with the former name is the one that goes."
    ]
    assert problems(new, ada) == []
    merge(new, ada)
    assert (names_of(new), OldAddress.objects.count()) == ([("Ada Quint", "former", False)], 0)


def test_a_name_that_is_replaced_cannot_be_former_while_the_address_has_it(ada, abby):
    with pytest.raises(MergeRefused, match="Swap the two"):
        merge(ada, abby, {"name": "merged", "names": "former"})


def test_former_addresses_of_the_other_lead_here(ada, abby):
    third = make_person("Cy Third")
    merge(abby, third)
    merge(ada, abby)
    assert sorted(ada.old_addresses.values_list("path", flat=True)) == ["/people/a-quint/", "/people/cy-third/"]


# Publications: authors


def authors_of(paper: Publication) -> list[tuple]:
    return list(paper.authorships.values_list("position", "printed_name", "person__name", "link_status"))


def test_links_are_carried_over_and_the_list_stays():
    ada, bo = make_member("Ada Quint"), make_member("Bo Other")
    kept = make_publication("Paper", ["A. Quint", "Bo Other", "C. Third"])
    merged = make_publication("Paper", [ada, bo, {"printed_name": "Cy Third", "is_equal": True}])
    record = merge(kept, merged)
    assert authors_of(kept) == [
        (1, "A. Quint", "Ada Quint", "confirmed"),
        (2, "Bo Other", "Bo Other", "confirmed"),
        (3, "C. Third", None, "confirmed"),
    ]
    assert list(kept.authorships.values_list("is_equal", "link_basis")) == [
        (False, "explicit"), (False, "explicit"), (True, ""),
    ]  # fmt: skip
    undo(record)
    assert [row[2] for row in authors_of(kept)] == [None, None, None]


def test_a_link_of_its_own_wins(ada, abby):
    kept = make_publication("Paper", [{"printed_name": "A. Quint", "person": ada}])
    merged = make_publication("Paper", [{"printed_name": "A. Quint", "person": abby}])
    assert warnings(kept, merged) == [
        "“A. Quint” is linked to A. Quint (certain) in the one that goes; here the link of “A. Quint” stays as it is."
    ]
    merge(kept, merged)
    assert authors_of(kept) == [(1, "A. Quint", "Ada Quint", "confirmed")]


def test_a_likely_link_becomes_certain(ada):
    kept = make_publication("Paper", [{"printed_name": "A. Quint", "person": ada, "link_status": "proposed"}])
    merged = make_publication("Paper", [ada])
    merge(kept, merged)
    assert authors_of(kept) == [(1, "A. Quint", "Ada Quint", "confirmed")]


def test_not_this_person_is_carried_over(ada):
    kept = make_publication("Paper", ["A. Quint"])
    merged = make_publication("Paper", [{"printed_name": "A. Quint", "person": ada, "link_status": "rejected"}])
    merge(kept, merged)
    assert authors_of(kept) == [(1, "A. Quint", "Ada Quint", "rejected")]


def test_one_initial_for_two_people_is_not_guessed():
    """Two lists in different orders: nothing says which “Y. Zhou” is which."""
    yan, yu = make_member("Yan Zhou"), make_member("Yu Zhou")
    kept = make_publication("Paper", ["Y. Zhou", "Bo Other", "Y. Zhou"])
    merged = make_publication("Paper", ["Bo Other", yan, yu])
    merge(kept, merged)
    assert [row[2] for row in authors_of(kept)] == [None, None, None]


def test_one_initial_for_two_people_is_told_by_its_place_in_equal_lists():
    yan, yu = make_member("Yan Zhou"), make_member("Yu Zhou")
    kept = make_publication("Paper", ["Y. Zhou", "Bo Other", "Y. Zhou"])
    merged = make_publication("Paper", [yan, "Bo Other", yu])
    merge(kept, merged)
    assert [row[2] for row in authors_of(kept)] == ["Yan Zhou", None, "Yu Zhou"]


def test_authors_that_a_complete_list_lacks_go():
    kept = make_publication("Paper", ["Ada Quint"])
    merged = make_publication("Paper", ["Ada Quint", "Bo Other"])
    assert warnings(kept, merged) == [
        "The two lists of authors differ. Only in the one that goes, and going with it: “Bo Other”. "
        "If that list is the right one, swap the two."
    ]
    record = merge(kept, merged)
    assert authors_of(kept) == [(1, "Ada Quint", None, "confirmed")]
    undo(record)
    assert len(authors_of(Publication.objects.get(pk=record.merged_id))) == 2


def test_authors_come_into_an_incomplete_list():
    unplaced = {"printed_name": "Bo Other", "position": None}
    kept = make_publication("Paper", ["Ada Quint", unplaced], author_list_complete=False)
    merged = make_publication("Paper", ["Ada Quint", "Bo Other", "Cy Third"])
    assert notes(kept, merged)[0] == "The list of authors is incomplete. Coming in: “Cy Third”."
    merge(kept, merged)
    kept.refresh_from_db()
    assert [row[:2] for row in authors_of(kept)] == [(1, "Ada Quint"), (2, "Bo Other"), (3, "Cy Third")]
    assert kept.author_list_complete


def test_an_author_whose_place_is_taken_has_none():
    kept = make_publication("Paper", ["Ada Quint"], author_list_complete=False)
    merged = make_publication("Paper", ["Bo Other"], author_list_complete=False)
    merge(kept, merged)
    kept.refresh_from_db()
    assert [row[:2] for row in authors_of(kept)] == [(1, "Ada Quint"), (None, "Bo Other")]
    assert not kept.author_list_complete


def test_an_empty_list_takes_the_other_one(ada):
    kept = make_publication("Paper")
    merged = make_publication("Paper", [ada, "Bo Other"], author_list_complete=False)
    merge(kept, merged)
    kept.refresh_from_db()
    assert [row[:2] for row in authors_of(kept)] == [(1, "Ada Quint"), (2, "Bo Other")]
    assert not kept.author_list_complete
    assert Authorship.objects.count() == 2


# Publications: everything else


def test_different_identifiers_of_one_scheme_warn_and_stay():
    kept, merged = make_publication("Paper"), make_publication("Paper")
    kept.identifiers.create(scheme="doi", value="10.1000/1")
    merged.identifiers.create(scheme="doi", value="10.1000/2")
    merged.identifiers.create(scheme="arxiv", value="2401.00001")
    assert warnings(kept, merged) == [
        "They have different DOI identifiers: 10.1000/1 and 10.1000/2. Both stay. Are they one work?"
    ]
    merge(kept, merged)
    assert kept.identifiers.count() == 3


def test_different_titles_warn_and_are_kept():
    kept = make_publication("Paper", other_titles=["First"])
    merged = make_publication("Another paper", short_title="AnP", other_titles=["first", "Second"])
    assert warnings(kept, merged) == ["Their titles differ. Similar titles can be different papers: are they one work?"]
    merge(kept, merged)
    kept.refresh_from_db()
    assert (kept.short_title, kept.other_titles) == ("AnP", ["First", "Another paper", "Second"])


def test_a_title_that_is_a_description_is_no_name():
    kept = make_publication("Paper")
    merge(kept, make_publication("A paper about quiet", title_is_description=True))
    kept.refresh_from_db()
    assert kept.other_titles == []


def test_the_key_to_cite_by_moves_where_there_is_none():
    kept, merged = make_publication("Paper", slug="paper"), make_publication("Paper", bibtex_key="quint2024")
    assert notes(kept, merged) == ["It has been cited as “paper”, and will be cited as “quint2024” from now on."]
    merge(kept, merged)
    kept.refresh_from_db()
    assert kept.citation_key == "quint2024"


def test_the_key_to_cite_by_stays_where_there_is_one():
    kept, merged = make_publication("Paper", bibtex_key="own"), make_publication("Paper", bibtex_key="other")
    assert notes(kept, merged) == ["The key “other”, as which the one that goes was cited, goes with it."]
    merge(kept, merged)
    kept.refresh_from_db()
    assert kept.citation_key == "own"


def test_records_of_sources_are_united():
    kept = make_publication("Paper", raw_record={"tags": ["A"], "source": "a"}, extra={"keywords": "a"})
    merged = make_publication("Paper", raw_record={"tags": ["A", "B"], "source": "b", "also": "c"}, extra={"isbn": "1"})
    merge(kept, merged)
    kept.refresh_from_db()
    assert kept.raw_record == {"tags": ["A", "B"], "source": "a", "also": "c"}
    assert kept.extra == {"keywords": "a", "isbn": "1"}


def test_notes_of_editors_stand_one_below_the_other():
    kept, merged = make_publication("Paper", editor_note="One."), make_publication("Paper", editor_note="Two.")
    merge(kept, merged)
    kept.refresh_from_db()
    assert kept.editor_note == "One.\n\nTwo."


def test_year_and_date_go_together():
    kept = make_publication("Paper", year=2024)
    merge(kept, make_publication("Paper", year=2023, date="2023-05"))
    kept.refresh_from_db()
    assert (kept.year, kept.date) == (2024, None)
    undated = make_publication("Other", year=None)
    merge(undated, make_publication("Other", year=2023, date="2023-05"))
    undated.refresh_from_db()
    assert (undated.year, str(undated.date)) == (2023, "2023-05")


def test_an_address_that_led_elsewhere_leads_here():
    """Its end was used again since: the one it led to last is meant."""
    first, second, third = (make_publication(f"Paper {number}") for number in range(3))
    OldSlug.objects.create(slug="paper-1", publication=third)
    record = merge(first, second)
    assert OldSlug.objects.get(slug="paper-1").publication == first
    undo(record)
    assert OldSlug.objects.get(slug="paper-1").publication == third


# What belongs to what


@pytest.mark.parametrize("make", [make_venue, make_organization])
def test_what_belongs_to_the_other_becomes_it(make):
    top, outer, inner = make("Top"), make("Outer"), make("Inner")
    type(top).objects.filter(pk=outer.pk).update(parent=top)
    type(top).objects.filter(pk=inner.pk).update(parent=outer)
    outer.refresh_from_db(), inner.refresh_from_db()
    assert warnings(inner, outer) == ["“Inner” belongs to “Outer”: are they really one?"]
    record = merge(inner, outer)
    inner.refresh_from_db()
    assert inner.parent == top
    undo(record)
    inner.refresh_from_db()
    assert (inner.parent_id, inner.parent.parent) == (record.merged_id, top)


def test_the_outer_one_takes_in_the_inner_one():
    outer = make_venue("Outer")
    inner = make_venue("Inner", parent=outer)
    below = make_venue("Below", parent=inner)
    merge(outer, inner)
    outer.refresh_from_db(), below.refresh_from_db()
    assert (outer.parent, below.parent) == (None, outer)


def test_a_circle_is_refused():
    outer = make_venue("Outer")
    between = make_venue("Between", parent=outer)
    inner = make_venue("Inner", parent=between)
    assert problems(inner, outer) == ["“Inner” belongs to “Between”, which belongs to “Outer”: change that first."]


def test_no_circle_is_made_by_filling_in():
    kept = make_venue("Kept")
    between = make_venue("Between", parent=kept)
    merged = make_venue("Merged", parent=between)
    assert problems(kept, merged) == []
    merge(kept, merged)
    kept.refresh_from_db()
    assert kept.parent is None


def test_kinds_and_numbers_that_differ_warn():
    conference, workshop = make_venue("A"), make_venue("B", kind="workshop")
    assert warnings(conference, workshop) == [
        "One is a conference, the other a workshop: a workshop is not its conference."
    ]
    one, other = make_organization("A", ror="05hs6h993"), make_organization("B", ror="02mhbdp94")
    assert warnings(one, other) == ["They have different ROR ids, 05hs6h993 and 02mhbdp94: are they one?"]


def test_an_organization_is_found_by_its_other_names():
    kept, merged = make_organization("Quiet University"), make_organization("University of Quiet", short_name="UQ")
    merge(kept, merged)
    kept = Organization.objects.get(pk=kept.pk)
    assert (kept.short_name, kept.other_names) == ("UQ", ["University of Quiet"])
    assert kept.search_text == "quiet university uq university of quiet"


def test_a_venue_is_found_by_its_other_names():
    kept, merged = make_venue("NQM"), make_venue("NoQM")
    merge(kept, merged)
    assert list(Venue.objects.search("NoQM")) == [kept]


def test_names_of_people_that_are_twins_by_rule_become_one(ada, abby):
    for person in (ada, abby):
        PersonName.objects.create(person=person, name="Same")
    record = merge(ada, abby)
    assert names_of(ada) == [("A. Quint", "published", True), ("Same", "published", True)]
    assert undo(record) == []
    assert PersonName.objects.filter(name="Same").count() == 2
