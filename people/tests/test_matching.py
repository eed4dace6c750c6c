"""Who the authors of a record are: rules, with people and papers made by hand; no database but for the directory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from labsite.tests.factories import make_group, make_member, make_organization, make_person
from people.likeness import Likeness, compare
from people.matching import Clue, Directory, NobodyKnown, Verdict, decide, load_directory
from people.models import Education, PersonName, Position, PositionPerson
from people.names import split_name
from people.readings import FoldedName, fold_printed
from people.roster import Profile, Stay, make_profile

ADA, BEN, CHLOE, DORA = 1, 2, 3, 4
ORCID, OTHER_ORCID = "0000-0002-1825-0097", "0000-0001-5109-3700"


def member(key: int, name: str, start: int | None = 2020, end: int | None = None, **values) -> Profile:
    stay = Stay(start, end, values.pop("role", "phd"), values.pop("group", 1))
    return make_profile(key, name, stays=(stay,), **values)


def people(*more: Profile) -> Directory:
    return Directory([member(ADA, "Ada Quint"), member(BEN, "Ben Thorne"), *more])


class Papers(NobodyKnown):
    """Evidence from a list of papers, each of people by key and others by printed name."""

    def __init__(self, *papers: Sequence[int | str]) -> None:
        self.papers, self.asked = papers, set()

    def load(self, person_ids: Iterable[int]) -> None:
        self.asked |= set(person_ids)

    def papers_of(self, person_id: int) -> int:
        return sum(person_id in paper for paper in self.papers)

    def papers_together(self, person_id: int, other_id: int) -> int:
        return sum(person_id in paper and other_id in paper for paper in self.papers)

    def papers_with_name(self, person_id: int, name: FoldedName) -> tuple[int, Likeness]:
        own = [each for paper in self.papers if person_id in paper for each in paper if isinstance(each, str)]
        alike = [compare(fold_printed(each), name) for each in own]
        best = max(alike, default=Likeness.DIFFERENT)
        return (alike.count(best) if best else 0), best

    def known_names(self, name: FoldedName) -> list[FoldedName]:
        own = [fold_printed(each) for paper in self.papers for each in paper if isinstance(each, str)]
        return [each for each in own if each.is_full and compare(each, name)]


def verdicts(directory: Directory, *printed: str, papers: NobodyKnown | None = None, year=2022, **values):
    clues = [Clue(split_name(name)) for name in printed]
    return decide(directory, papers or NobodyKnown(), clues, year=year, **values)


def linked(directory: Directory, *printed: str, **values) -> list[int | None]:
    return [verdict.person_id for verdict in verdicts(directory, *printed, **values)]


def asked(verdict: Verdict) -> tuple[str, list[int]]:
    assert verdict.person_id is None
    return verdict.reason, [candidate.person_id for candidate in verdict.candidates]


# The name alone


def test_nobody_fits():
    assert verdicts(people(), "Zoe Other", "Y. Else") == [Verdict(), Verdict()]


def test_a_full_name_alone_is_a_question():
    [verdict, nobody] = verdicts(people(), "Ada Quint", "Zoe Other")
    assert asked(verdict) == ("only the name speaks for Ada Quint", [ADA])
    assert verdict.candidates[0].reasons == ("same name",)
    assert nobody == Verdict()


def test_fellow_members_speak_for_each_other():
    [ada, ben] = verdicts(people(), "Ada Quint", "Ben Thorne")
    assert (ada.person_id, ada.basis, ada.reason) == (ADA, "explicit", "same name; Ben Thorne is of the lab too")
    assert (ben.person_id, ben.basis) == (BEN, "explicit")


def test_members_of_other_groups_and_other_times_speak_less():
    directory = Directory([member(ADA, "Ada Quint", 2020), member(BEN, "Ben Thorne", 2020, group=2),
                           member(CHLOE, "Chloé Brandt", 2001, 2004)])  # fmt: skip
    assert linked(directory, "Ada Quint", "Ben Thorne") == [None, None]
    assert linked(directory, "Ada Quint", "Chloé Brandt") == [None, None]


def test_two_common_names_in_one_list_are_not_enough():
    directory = Directory([member(ADA, "Wei Zhang"), member(BEN, "Yang Liu")])
    assert linked(directory, "Wei Zhang", "Yang Liu") == [None, None]
    assert linked(directory, "Wei Zhang", "Yang Liu", papers=Papers([ADA, BEN], [ADA, BEN])) == [ADA, BEN]


# Co-authors


def test_a_confirmed_co_author_is_enough_for_a_full_name():
    [verdict, _] = verdicts(people(), "Ada Quint", "Zoe Other", papers=Papers([ADA, "Zoe Other"]))
    assert (verdict.person_id, verdict.reason) == (ADA, "same name; co-author of Zoe Other in 1 paper")


def test_co_authors_by_initials_are_told_apart_by_number():
    papers = Papers([ADA, "Zoe Other", "Max Vogel"])
    assert linked(people(), "Ada Quint", "Z. Other", papers=papers) == [None, None]
    assert linked(people(), "Ada Quint", "Z. Other", "M. Vogel", papers=papers) == [ADA, None, None]


def test_initials_need_company():
    papers = Papers([ADA, BEN, "Zoe Other"])
    [alone, _] = verdicts(people(), "A. Quint", "N. Else", papers=papers)
    assert asked(alone) == ("initials only, and too little speaks for Ada Quint: is it Ada Quint?", [ADA])
    [verdict, ben, _] = verdicts(people(), "A. Quint", "B. Thorne", "Z. Other", papers=papers)
    assert (verdict.person_id, verdict.basis, ben.person_id) == (ADA, "inferred", BEN)


def test_common_initials_need_more_company_than_the_leader_gives():
    leader = member(DORA, "Dora Liu", 2000, role="principal-investigator")
    directory = Directory([member(ADA, "Yihua Zhang"), member(BEN, "Ben Thorne"), leader])
    assert linked(directory, "Y. Zhang", "D. Liu") == [None, None]
    papers = Papers([ADA, BEN, DORA], [ADA, BEN, DORA], [ADA, BEN, "Max Vogel"])
    assert linked(directory, "Y. Zhang", "B. Thorne", "D. Liu", "M. Vogel", papers=papers)[0] == ADA


def test_who_publishes_with_everybody_says_little_about_initials():
    """A leader of forty papers, two of them with her: another Y. Zhang is as likely."""
    directory = Directory(
        [member(ADA, "Yihua Zhang"), make_profile(DORA, "Dora Vogel"), make_profile(CHLOE, "Ida Kerr")]
    )
    papers = Papers(*[[ADA, DORA, CHLOE]] * 2, *[[DORA, CHLOE]] * 38)
    assert linked(directory, "Y. Zhang", "D. Vogel", "I. Kerr", papers=papers)[0] is None


@pytest.mark.parametrize("shares_company", [True, False])
def test_initials_of_a_known_namesake_are_a_question(shares_company):
    """Not only members count: a name printed on a paper anywhere may be who the initials stand for."""
    company = ["Zoe Other", "Max Vogel"] if shares_company else ["Nina Else"]
    papers = Papers([ADA, "Zoe Other"], [ADA, "Max Vogel"], ["Astrid Quint", *company])
    verdict = verdicts(people(), "A. Quint", "Z. Other", "M. Vogel", papers=papers)[0]
    assert asked(verdict) == ("Ada Quint, or another A. Quint, who is known too: choose", [ADA])
    assert linked(people(), "A. Quint", "Z. Other", "M. Vogel", papers=Papers(*papers.papers[:2]))[0] == ADA


# Dates and affiliation


def test_a_paper_before_the_studies_began_is_a_question():
    directory = people(member(CHLOE, "Chloé Brandt", earliest=2016))
    assert linked(directory, "Chloé Brandt", "Ben Thorne", year=2022) == [CHLOE, BEN]
    [verdict, _] = verdicts(directory, "Chloé Brandt", "Ben Thorne", year=2015, papers=Papers([CHLOE, BEN]))
    assert asked(verdict) == ("too early for Chloé Brandt: is it somebody else?", [CHLOE])
    assert verdict.candidates[0].reasons[-1] == "2015 is before their first papers can be expected"


def test_alumni_go_on_publishing():
    directory = people(member(CHLOE, "Chloé Brandt", 2015, 2019))
    verdict = verdicts(directory, "Chloé Brandt", "Ben Thorne", year=2021)[0]
    assert verdict.candidates[0].reasons == (
        "same name", "Ben Thorne is of the lab too", "left the lab in 2019, before this paper",
    )  # fmt: skip
    assert verdict.person_id == CHLOE
    assert linked(directory, "C. Brandt", "B. Thorne", year=2023)[0] is None
    assert linked(directory, "C. Brandt", "B. Thorne", year=2021)[0] == CHLOE


def test_initials_before_somebody_came_are_a_question():
    directory = people(member(CHLOE, "Chloé Brandt", 2023))
    papers = Papers([CHLOE, BEN, "Max Vogel"], [CHLOE, BEN, "Max Vogel"])
    verdict = verdicts(directory, "C. Brandt", "B. Thorne", "M. Vogel", year=2020, papers=papers)[0]
    assert asked(verdict)[0] == "initials only, and Chloé Brandt was not in the lab then: is it Chloé Brandt?"


def test_an_affiliation_speaks_for_a_full_name_only():
    directory = Directory([member(ADA, "Ada Quint", affiliations=frozenset({" example university "}))])
    here, there = "Dept. of Physics, Example University, Sometown", "Other University"
    found = [
        decide(directory, NobodyKnown(), [Clue(split_name(name), affiliation=at)], year=2022)[0].person_id
        for name, at in [("Ada Quint", here), ("Ada Quint", there), ("A. Quint", here)]
    ]
    assert found == [ADA, None, None]


# Identifiers


def by_orcid(directory: Directory, name: str, orcid: str, *others: str, **values) -> Verdict:
    clues = [Clue(split_name(name), orcid=orcid), *(Clue(split_name(other)) for other in others)]
    return decide(directory, NobodyKnown(), clues, year=2022, **values)[0]


@pytest.mark.parametrize("orcid", [ORCID, f"https://orcid.org/{ORCID}"])
@pytest.mark.parametrize("name", ["Ada Quint", "A. Quint", "Ada Newname"])
def test_the_same_orcid_is_certain(name, orcid):
    verdict = by_orcid(Directory([member(ADA, "Ada Quint", orcid=ORCID)]), name, orcid)
    assert (verdict.person_id, verdict.basis, verdict.reason) == (ADA, "identifier", "same ORCID")
    assert verdict.candidates[0].score == 100


def test_another_orcid_excludes_also_a_former_name():
    directory = people(member(CHLOE, "Chloé Brandt", orcid=ORCID, others=["Chloé Former"]))
    assert by_orcid(directory, "Chloé Brandt", OTHER_ORCID, "Ben Thorne") == Verdict()
    assert by_orcid(directory, "Chloé Former", OTHER_ORCID, "Ben Thorne") == Verdict()
    assert by_orcid(directory, "Chloé Former", "", "Ben Thorne").person_id == CHLOE


def test_an_orcid_beside_the_wrong_name_is_a_question():
    verdict = by_orcid(Directory([member(ADA, "Ada Quint", orcid=ORCID)]), "Zoe Other", ORCID, "Ada Quint")
    assert asked(verdict) == ("the ORCID iD of Ada Quint stands beside another name: choose", [ADA])


def test_one_orcid_twice_is_a_question():
    clues = [Clue(split_name("Ada Quint"), orcid=ORCID), Clue(split_name("A. Quint"), orcid=ORCID)]
    found = decide(Directory([member(ADA, "Ada Quint", orcid=ORCID)]), NobodyKnown(), clues, year=2022)
    assert [asked(each)[0] for each in found] == ["two authors have the ORCID iD of Ada Quint: choose"] * 2


def test_an_orcid_takes_the_person_from_the_other_authors():
    directory = Directory([member(ADA, "Yihua Zhang", orcid=ORCID), member(BEN, "Yimeng Zhang")])
    clues = [Clue(split_name("Y. Zhang")), Clue(split_name("Y. Zhang"), orcid=ORCID)]
    one, two = decide(directory, NobodyKnown(), clues, year=2022)
    assert (two.person_id, [candidate.person_id for candidate in one.candidates]) == (ADA, [BEN])


# Own lists of works


def test_the_list_of_somebodys_works_settles_who_fits():
    assert linked(people(), "A. Quint", "Zoe Other", own=ADA) == [ADA, None]
    directory = people(member(CHLOE, "Astrid Quint"))
    assert linked(directory, "A. Quint", "Zoe Other", own=ADA) == [ADA, None]
    assert linked(directory, "Ada Quint", "A. Quint", own=ADA)[0] == ADA


def test_the_list_of_somebodys_works_settles_nothing_where_two_fit():
    found = verdicts(people(), "A. Quint", "A. Quint", own=ADA)
    assert [asked(each)[0] for each in found] == ["two authors of this list fit Ada Quint: choose"] * 2


def test_the_list_of_somebodys_works_may_be_wrong():
    [verdict] = verdicts(Directory([member(ADA, "Ada Quint", earliest=2016)]), "Ada Quint", own=ADA, year=2015)
    assert asked(verdict)[0] == "too early for Ada Quint, whose works the source lists: choose"
    assert linked(people(), "Zoe Other", own=ADA) == [None]
    assert linked(people(), "Ada Quint", own=ADA, rejected={0: frozenset({ADA})}) == [None]


# Two people for one author, two authors for one person


def test_two_members_of_one_name_are_a_question():
    directory = people(member(CHLOE, "Ada Quint"))
    assert asked(verdicts(directory, "Ada Quint", "Ben Thorne")[0]) == ("two members match: choose", [ADA, CHLOE])


def test_of_two_people_of_one_name_the_one_who_is_known_here_is_left():
    directory = people(make_profile(CHLOE, "Ada Quint"))
    papers = Papers([ADA, BEN, "Zoe Other"], [CHLOE, "Nina Else"])
    assert linked(directory, "Ada Quint", "Zoe Other", "Ben Thorne", papers=papers)[0] == ADA
    both = Papers(*papers.papers, [CHLOE, "Zoe Other"])
    assert linked(directory, "Ada Quint", "Zoe Other", "Ben Thorne", papers=both)[0] is None


def test_initials_of_two_people_are_a_question_whatever_speaks_for_one():
    directory = people(make_profile(CHLOE, "Astrid Quint"))
    papers = Papers(*[[ADA, BEN, "Zoe Other"]] * 9)
    verdict = verdicts(directory, "A. Quint", "Zoe Other", "Ben Thorne", papers=papers)[0]
    assert asked(verdict) == ("two people match: choose", [ADA, CHLOE])


def test_a_full_name_in_the_list_settles_the_initials_beside_it():
    directory = people(member(CHLOE, "Astrid Quint"))
    assert linked(directory, "Astrid Quint", "A. Quint", "Ben Thorne") == [CHLOE, ADA, BEN]


def test_two_authors_for_one_person_are_a_question():
    found = verdicts(people(), "A. Quint", "A. Quint", "Ben Thorne")
    assert [asked(each)[0] for each in found[:2]] == ["two authors of this list fit Ada Quint: choose"] * 2


def test_a_rejected_person_is_never_proposed():
    [verdict, ben] = verdicts(people(), "Ada Quint", "Ben Thorne", rejected={0: frozenset({ADA})})
    assert (verdict, ben.person_id) == (Verdict(), None)
    assert (
        by_orcid(Directory([member(ADA, "Ada", orcid=ORCID)]), "Ada", ORCID, rejected={0: frozenset({ADA})})
        == Verdict()
    )


def test_evidence_is_loaded_for_candidates_only():
    papers = Papers([ADA, BEN])
    verdicts(people(), "Zoe Other", "Max Vogel", papers=papers)
    assert papers.asked == set()
    verdicts(people(), "Ada Quint", "Max Vogel", papers=papers)
    assert papers.asked == {ADA}


# The directory


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_the_directory_costs_the_same_for_any_number(django_assert_num_queries, count):
    """Persons, names, memberships, positions, education, advisors, committees, people alongside."""
    for number in range(count):
        person = make_member(f"Ada Quint{number}", start="2020")
        PersonName.objects.create(person=person, name=f"Ada Former{number}", kind="former", is_public=False)
    with django_assert_num_queries(8):
        directory = load_directory()
    assert len(directory.profiles) == count


@pytest.mark.django_db
def test_the_directory_knows_names_dates_affiliations_and_relations():
    university = make_organization("Example University", short_name="EXU", other_names=["University of Examples"])
    ada = make_member("Ada Quint", role="phd", start="2020-09", end="2024", group=make_group(organization=university),
                      orcid=ORCID, native_name="艾达", given_name="Ada", family_name="Quint")  # fmt: skip
    PersonName.objects.create(person=ada, name="Ada Former", kind="former", is_public=False)
    advisor, mentor = make_person("Ben Thorne"), make_person("Chloé Brandt")
    study = Education.objects.create(person=ada, organization=university, degree="B.Sc.", start="2015-10")
    study.advisors.add(advisor)
    firm = make_organization("Quiet Machines Ltd", parent=make_organization("Loud Holding"))
    stay = Position.objects.create(person=ada, organization=firm, start="2022")
    PositionPerson.objects.create(position=stay, person=mentor)
    directory = load_directory()
    profile = directory.profiles[ada.pk]
    assert (profile.name, profile.orcid, profile.earliest) == ("Ada Quint", ORCID, 2016)
    assert [(stay.start, stay.end, stay.role) for stay in profile.stays] == [(2020, 2024, "phd")]
    assert profile.related == {advisor.pk, mentor.pk}
    assert directory.profiles[advisor.pk].related == {ada.pk}
    found = [profile.is_at(text) for text in ("Dept. X, EXU", "Univ. of Examples", "University of Examples, Oslo",
                                              "Loud Holding (Berlin)", "Other University", "EXUX")]  # fmt: skip
    assert found == [True, False, True, True, False, False]
    assert [len(directory.fitting(fold_printed(name))) for name in ("A. Former", "艾达", "Ada Quint", "Ada")] == [
        1,
        1,
        1,
        0,
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "start", "earliest"),
    [("phd", "2020", 2013), ("undergraduate", "2020", 2017), ("principal-investigator", "2020", None),
     ("phd", None, None)],
)  # fmt: skip
def test_the_first_stay_says_since_when_papers_can_be_theirs(role, start, earliest):
    person = make_member("Ada Quint", role=role, start=start)
    assert load_directory().profiles[person.pk].earliest == earliest
