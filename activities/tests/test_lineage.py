"""Who guided whom: three sources, one list; circles and long lines end."""

from __future__ import annotations

import itertools
import math

import pytest

from activities.lineage import MAX_DEPTH, Edge, Strand, all_edges, edges_of, make_forest, merge
from labsite.lib.dates import parse_edtf
from labsite.tests.factories import make_mentorship, make_organization, make_person
from people.models import Person

pytestmark = pytest.mark.django_db


def edge(mentor, mentee):
    return Edge(mentor, mentee, [Strand("Mentor")])


def strand(kind="Advisor", start=None, end=None, **values):
    return Strand(kind, parse_edtf(start), parse_edtf(end), **values)


def shape(branches):
    return [(branch.person.name, shape(branch.branches)) for branch in branches]


def told(edges):
    """Every strand of the edges: mentor, mentee, kind, period, occasions."""
    return [
        (edge.mentor.name, edge.mentee.name, strand.kind, strand.period, strand.occasions)
        for edge in edges
        for strand in edge.strands
    ]


def test_three_sources_become_one_list():
    mentor, mentee, advisor, judge = (make_person(name) for name in ("Mentor", "Mentee", "Advisor", "Judge"))
    make_mentorship(mentor, mentee)
    degree = mentee.education.create(organization=make_organization(), degree="Ph.D.")
    degree.advisors.add(advisor, mentee)
    degree.committee.add(judge)
    position = mentee.positions.create(title="Intern", start="2024", end="2025")
    position.position_people.create(person=mentor, role="mentor")
    position.position_people.create(person=judge, role="colleague")
    position.position_people.create(person=judge, role="advisor")
    assert told(all_edges()) == [
        ("Mentor", "Mentee", "Mentor", "2023 – 2025", ("Intern",)),
        ("Advisor", "Mentee", "Advisor", "", ("Ph.D., Example University",)),
        ("Judge", "Mentee", "Committee member", "", ("Ph.D., Example University",)),
        ("Judge", "Mentee", "Advisor", "2024 – 2025", ("Intern",)),
    ]
    given, received = edges_of(mentee)
    assert given == []
    assert [edge.mentor for edge in received] == [mentor, advisor, judge]
    assert [edge.mentee for edge in edges_of(judge)[0]] == [mentee]


@pytest.mark.parametrize(
    ("one", "other", "periods"),
    [
        ((None, None), ("2022", None), ["2022 – present"]),
        (("2022", None), (None, None), ["2022 – present"]),
        (("2020", "2021"), ("2021-06", "2023"), ["2020 – 2023"]),
        (("2020", "2023"), ("2021", "2022"), ["2020 – 2023"]),
        (("2020", "2021"), ("2022", "2023"), ["2020 – 2021", "2022 – 2023"]),
        (("2020", "2021-05"), ("2021-06", None), ["2020 – May 2021", "June 2021 – present"]),
        ((None, "2021"), ("2020", "2022"), ["until 2022"]),
    ],
)
def test_same_guidance_stated_twice_is_one_strand(one, other, periods):
    ann, ben = make_person("Ann"), make_person("Ben")
    (edge,) = merge([(ann, ben, strand(start=one[0], end=one[1])), (ann, ben, strand(start=other[0], end=other[1]))])
    assert [each.period for each in edge.strands] == periods


def test_kinds_of_guidance_stay_apart():
    ann, ben = make_person("Ann"), make_person("Ben")
    (edge,) = merge([(ann, ben, strand("Advisor")), (ann, ben, strand("Committee member")), (ann, ben, strand())])
    assert [each.kind for each in edge.strands] == ["Advisor", "Committee member"]


def test_joined_strands_keep_what_each_says_once():
    ann, ben = make_person("Ann"), make_person("Ben")
    one, two = strand(occasions=("Ph.D.",), outcomes=("Thesis",)), strand(occasions=("Ph.D.", "Intern"))
    (edge,) = merge([(ann, ben, one), (ann, ben, two)])
    assert [(each.occasions, each.outcomes) for each in edge.strands] == [(("Ph.D.", "Intern"), ("Thesis",))]


def test_drafts_are_not_named_on_either_side():
    person, hidden = make_person("Ada"), make_person("Hidden", is_published=False)
    degree = person.education.create(organization=make_organization(), degree="Ph.D.")
    degree.advisors.add(hidden)
    degree.committee.add(hidden)
    make_mentorship(hidden, person)
    make_mentorship(person, hidden)
    person.positions.create(title="Intern").position_people.create(person=hidden, role="mentor")
    assert all_edges() == []
    assert edges_of(person) == ([], [])


def test_preview_of_a_draft_names_published_people():
    draft, advisor = make_person("Draft", is_published=False), make_person("Advisor")
    make_mentorship(advisor, draft)
    assert [edge.mentor for edge in edges_of(draft)[1]] == [advisor]
    assert edges_of(advisor) == ([], [])


def test_forest_nests_generations():
    ann, ben, cy = make_person("Ann"), make_person("Ben"), make_person("Cy")
    assert shape(make_forest([edge(ben, cy), edge(ann, ben)])) == [("Ann", [("Ben", [("Cy", [])])])]


def test_circle_ends_where_it_closes():
    ann, ben = make_person("Ann"), make_person("Ben")
    assert shape(make_forest([edge(ann, ben), edge(ben, ann)])) == [("Ann", [("Ben", [("Ann", [])])])]


def test_mentee_of_two_is_opened_once():
    ann, ben, cy, dee = (make_person(name) for name in ("Ann", "Ben", "Cy", "Dee"))
    forest = shape(make_forest([edge(ann, cy), edge(ben, cy), edge(cy, dee)]))
    assert forest == [("Ann", [("Cy", [("Dee", [])])]), ("Ben", [("Cy", [])])]


def test_line_that_stands_elsewhere_is_linked(client):
    ann, ben, cy, dee = (make_person(name) for name in ("Ann", "Ben", "Cy", "Dee"))
    for mentor, mentee in ((ann, cy), (ben, cy), (cy, dee)):
        make_mentorship(mentor, mentee)
    forest = client.get("/mentorship/").context["forest"]
    assert [(branch.person.name, branch.branches[0].is_elsewhere) for branch in forest] == [
        ("Ann", False),
        ("Ben", True),
    ]
    html = client.get("/mentorship/").content.decode()
    assert html.count('id="lineage-cy"') == html.count('href="#lineage-cy"') == 1


def test_long_line_goes_on_as_another_tree():
    people = [Person(pk=10_000 + number, name=f"N{number}", sort_key=f"{number:04}") for number in range(1001)]
    forest = make_forest(edge(*pair) for pair in itertools.pairwise(people))
    assert len(forest) == math.ceil(1000 / MAX_DEPTH)
    assert depth(forest) == MAX_DEPTH + 1
    assert [branch.person.name for branch in forest[:3]] == ["N0", "N12", "N24"]


def depth(branches) -> int:
    return 1 + max((depth(branch.branches) for branch in branches), default=0) if branches else 0


def test_page_of_a_long_line(client):
    people = [make_person(f"Generation {number}") for number in range(40)]
    for mentor, mentee in itertools.pairwise(people):
        make_mentorship(mentor, mentee)
    response = client.get("/mentorship/")
    assert response.status_code == 200
    assert response.content.decode().count("badge") >= 39
