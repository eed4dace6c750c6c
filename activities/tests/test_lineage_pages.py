"""The mentorship pages: drawings beside lists, a file of its own, one person's line, bad input."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.utils import timezone

from activities.lineage import Edge, Strand, all_edges
from activities.lineage.drawing import draw_file, kinds_of
from activities.lineage.pictures import make_own_picture, make_pictures
from activities.lineage.trees import Again, edges_about, make_trees, stays_by_person
from activities.models import Mentorship
from activities.profile import load_profile
from labsite.lib.dates import parse_edtf
from labsite.tests.factories import (
    make_group,
    make_member,
    make_mentorship,
    make_organization,
    make_person,
    make_publication,
)
from labsite.tests.world import make_world
from people.models import OldAddress, Person

pytestmark = pytest.mark.django_db
SVG = "{http://www.w3.org/2000/svg}"


def someone(number: int, name: str = "") -> Person:
    return Person(pk=number, name=name or f"Person {number}", slug=f"person-{number}", sort_key=f"{number:05}")


def ties(*pairs) -> list[Edge]:
    people = {number: someone(number) for pair in pairs for number in pair}
    return [Edge(people[one], people[other], [Strand("Mentor")]) for one, other in pairs]


def drawn(trees) -> list[tuple[str, str]]:
    """Mentor and mentee of every line on every sheet."""
    return sorted(
        (edge.mentor.slug, edge.mentee.slug)
        for tree in trees
        for sheet in tree.sheets
        for edges in sheet.lines.values()
        for edge, _is_back in edges
    )


def parse(svg) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - what the site itself has made


def texts(root, tag: str) -> list[str]:
    return ["".join(each.itertext()) for each in root.iter() if each.tag.rpartition("}")[2] == tag]


def test_page_draws_every_line_and_lists_it(client):
    ann, ben = make_person("Ann Quint"), make_member("Ben Quint", role="postdoc")
    paper = make_publication("On Echoes", [ben], short_title="Echoes")
    make_mentorship(ann, ben, publications=[paper], kind="advisor", start="2020-09", end="2023")
    response = client.get("/mentorship/")
    (picture,) = response.context["pictures"]
    root = parse(picture.sheets[0])
    told = "Ann Quint → Ben Quint. Advisor, September 2020 – 2023. Papers: Echoes · Conference paper 2024."
    titles = texts(root, "title")
    assert titles == [
        "The line of Ben Quint",
        told,
        "Ann Quint",
        "Ben Quint, Postdoc. Ann Quint: Advisor, September 2020 – 2023, 1 paper",
    ]
    assert [link.get("href") for link in root.iter("a")] == ["/people/ann-quint/", "/people/ben-quint/"]
    assert texts(root, "text") == ["2020–2023", "1 paper", "Ann Quint", "Ben Quint", "Postdoc"]
    html = response.content.decode()
    assert html.count("Echoes · Conference paper 2024") >= 2, "in the drawing and in the list"
    assert picture.size == "2 people in 2 generations"


def test_nobody_is_said_in_words(client):
    make_person("Ada Quint")
    html = client.get("/mentorship/").content.decode()
    assert "No mentorship is recorded yet." in html
    assert "<select" not in html
    assert client.get("/mentorship/tree.svg").status_code == 200


def test_one_persons_line_leaves_others_out(client):
    ann, ben, cy, dee = (make_person(name) for name in ("Ann", "Ben", "Cy", "Dee"))
    for mentor, mentee in ((ann, ben), (ben, cy), (ann, dee)):
        make_mentorship(mentor, mentee)
    response = client.get("/mentorship/?person=ben")
    assert drawn(make_trees(edges_about(all_edges(), ben))) == [("ann", "ben"), ("ben", "cy")]
    assert [branch.person.name for branch in response.context["forest"]] == ["Ann"]
    assert "/people/dee/" not in response.content.decode()
    assert '<meta name="robots" content="noindex, follow">' in response.content.decode()
    file = client.get("/mentorship/tree.svg?person=ben")
    links = [link.get("href") for link in parse(file.content).iter(f"{SVG}a")]
    assert links == [f"http://testserver/people/{slug}/" for slug in ("ann", "ben", "cy")]
    assert file["Content-Disposition"] == 'attachment; filename="mentorship-ben.svg"'


def test_person_without_a_line_and_unknown_persons(client):
    make_mentorship(make_person("Ann"), make_person("Ben"))
    make_person("Cy")
    make_person("Hidden", is_published=False)
    assert "No mentorship is recorded for <bdi>Cy</bdi> yet." in client.get("/mentorship/?person=cy").content.decode()
    for slug in ("hidden", "nobody", "<script>", "\x00", "a" * 500):
        response = client.get("/mentorship/", {"person": slug})
        assert response.status_code == 200
        assert "There is no person “" in response.content.decode()
        assert len(response.context["forest"]) == 1
        assert client.get("/mentorship/tree.svg", {"person": slug}).status_code == 404


def test_address_from_before_a_merge_leads_on(client):
    ann, ben = make_person("Ann"), make_person("Ben")
    make_mentorship(ann, ben)
    OldAddress.objects.create(person=ann, path="/people/anna/")
    assert client.get("/mentorship/?person=anna").context["person"] == ann


def test_drafts_are_neither_drawn_nor_offered(client):
    ann, hidden = make_person("Ann"), make_person("Zyxwv", is_published=False)
    make_mentorship(hidden, ann)
    make_mentorship(ann, make_person("Ben"), publications=[make_publication("Zyxwv paper", is_published=False)])
    secret = make_group("Zyxwv group", is_published=False)
    ann.memberships.create(role="phd", group=secret, start="2020")
    for path in ("/mentorship/", "/mentorship/?person=ann", "/mentorship/tree.svg", "/people/ann/"):
        assert "zyxwv" not in client.get(path).content.decode().lower()


def test_file_stands_alone(client):
    make_world(2)
    response = client.get("/mentorship/tree.svg", HTTP_HOST="testserver")
    assert response["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="mentorship.svg"'
    root = parse(response.content)
    assert root.tag == f"{SVG}svg"
    assert [child.tag for child in root][:2] == [f"{SVG}style", f"{SVG}title"]
    assert "var(" not in response.content.decode()
    assert all(link.get("href").startswith("http://testserver/people/") for link in root.iter(f"{SVG}a"))
    assert len(list(root.iter(f"{SVG}polygon"))) >= len(all_edges()) + 2
    assert response.content == client.get("/mentorship/tree.svg").content


PAYLOADS = ["</svg><script>alert(1)</script>", '"><img src=x onerror=1>', "]]>&amp;<!--", "a\x0bb\x00c\ufffe", "‮evil"]


@pytest.mark.parametrize("name", PAYLOADS)
def test_names_cannot_break_out(name):
    edges = [Edge(someone(1, name), someone(2, name), [Strand(name, outcomes=(name,))])]
    (picture,) = make_pictures(make_trees(edges))
    root = parse(picture.sheets[0])
    assert {child.tag for child in root.iter()} <= {"svg", "title", "desc", "g", "path", "polygon", "text", "a", "rect"}
    file = draw_file(make_trees(edges), name, kinds_of(edges), lambda person: f"/people/{person.slug}/")
    assert parse(file).tag == f"{SVG}svg"
    assert b"<script" not in file


def test_right_to_left_names_begin_at_the_right():
    edges = [Edge(someone(1, "محمد بن موسى"), someone(2, "Ada"), [Strand("Mentor")])]
    root = parse(make_pictures(make_trees(edges))[0].sheets[0])
    written = {"".join(each.itertext()): each for each in root.iter("text")}
    assert (written["محمد بن موسى"].get("direction"), written["محمد بن موسى"].get("text-anchor")) == ("rtl", "end")
    assert written["Ada"].get("direction") is None


def test_namesakes_are_two_boxes_and_two_choices(client):
    one, two, mentee = make_person("Ann Quint"), make_person("Ann Quint"), make_person("Ben")
    make_mentorship(one, mentee)
    make_mentorship(two, mentee)
    html = client.get("/mentorship/").content.decode()
    assert "Ann Quint (ann-quint)" in html
    assert "Ann Quint (ann-quint-2)" in html
    (tree,) = make_trees(all_edges())
    assert len(tree.sheets[0].layout.boxes) == 3


def test_two_who_guided_each_other_share_a_line_with_two_arrows():
    trees = make_trees(ties((1, 2), (2, 1)))
    root = parse(make_pictures(trees)[0].sheets[0])
    assert len(list(root.iter("polygon"))) == 2
    assert drawn(trees) == [("person-1", "person-2"), ("person-2", "person-1")]


def test_trees_stand_apart_largest_first():
    trees = make_trees(ties((1, 2), (3, 4), (3, 5), (6, 5)))
    assert [[person.pk for person in tree.people] for tree in trees] == [[3, 4, 5, 6], [1, 2]]
    assert [tree.hub.pk for tree in trees] == [3, 1]


@pytest.mark.parametrize(
    "pairs",
    [
        list(itertools.pairwise(range(1, 1001))),
        [((number - 2) // 4 + 1, number) for number in range(2, 1001)],
        [(1, number) for number in range(2, 1001)],
        [*itertools.pairwise(range(1, 30)), (29, 3), (20, 4), (2, 28)],
    ],
)
def test_large_trees_are_drawn_in_bounded_sheets(pairs):
    edges = ties(*pairs)
    trees = make_trees(edges)
    assert drawn(trees) == sorted((edge.mentor.slug, edge.mentee.slug) for edge in edges)
    sheets = [sheet for tree in trees for sheet in tree.sheets]
    assert max(sheet.layout.columns for sheet in sheets) <= 6
    assert max(sheet.layout.width for sheet in sheets) < 1700
    once = [key for sheet in sheets for key in sheet.cards if not isinstance(key, Again)]
    assert sorted(once) == sorted({person for pair in pairs for person in pair})


def test_large_trees_are_folded_on_the_page():
    small, large = (
        make_pictures(make_trees(ties((1, 2)))),
        make_pictures(make_trees(ties(*[(1, n) for n in range(2, 60)]))),
    )
    assert [picture.is_folded for picture in (*small, *large)] == [False, True]


def test_a_thousand_people_on_the_page(client, django_assert_num_queries):
    people = Person.objects.bulk_create(
        Person(name=f"Person {number}", slug=f"person-{number}", sort_key=f"{number:04}") for number in range(1000)
    )
    Mentorship.objects.bulk_create(
        Mentorship(mentor=people[(number - 1) // 3], mentee=people[number], start="2020") for number in range(1, 1000)
    )
    with django_assert_num_queries(3):
        response = client.get("/mentorship/")
    assert response.content.decode().count('class="tree-node"') == 1000
    links = parse(client.get("/mentorship/tree.svg").content).iter(f"{SVG}a")
    assert len({link.get("href") for link in links}) == 1000


def test_closest_kind_decides_the_line():
    ann, ben = make_person("Ann"), make_person("Ben")
    degree = ben.education.create(organization=make_organization(), degree="Ph.D.", start="2020", end="2024")
    degree.advisors.add(ann)
    degree.committee.add(ann)
    (edge,) = all_edges()
    assert (edge.code, [strand.code for strand in edge.strands]) == ("advisor", ["advisor", "committee"])
    assert kinds_of([edge]) == [("advisor", "Advisor")]


@pytest.mark.parametrize(
    ("periods", "years"),
    [
        ([("2020", "2021")], "2020–2021"), ([("2020", None)], "2020–"), ([(None, "2021")], "–2021"),
        ([(None, None)], ""), ([("2020-01", "2020-12")], "2020"), ([("2022", "2023"), ("2019", "2020")], "2019–2023"),
        ([("2019", "2020"), (None, None)], "2019–2020"), ([("2019", "2020"), ("2022", None)], "2019–"),
    ],
)  # fmt: skip
def test_years_of_an_edge(periods, years):
    strands = [Strand("Mentor", parse_edtf(start), parse_edtf(end)) for start, end in periods]
    assert Edge(someone(1), someone(2), strands).years == years


@pytest.mark.parametrize(
    ("others", "years"),
    [([], "2020"), ([("2018", "2019")], "2018"), ([("2021", None)], "2020–"), ([(None, None)], "2020")],
)
def test_an_end_that_nobody_knows_does_not_last(others, years):
    strands = [Strand("Mentor", parse_edtf(start), parse_edtf(end)) for start, end in others]
    strands.append(Strand("Mentor", parse_edtf("2020"), end_is_unknown=True))
    assert Edge(someone(1), someone(2), strands).years == years
    assert strands[-1].period == "from 2020"


def test_card_names_todays_highest_role_and_a_public_group(client):
    group = make_group("Quiet Machines Group", short_name="QMG")
    ann = make_member("Ann", role="intern", start="2010", end="2011")
    ann.memberships.create(role="phd", start="2020", group=group)
    ann.memberships.create(role="visitor", start="2021")
    assert stays_by_person(timezone.localdate())[ann.pk].role == "phd"
    make_mentorship(ann, make_person("Ben"))
    assert "PhD student, QMG" in client.get("/mentorship/").content.decode()


def test_own_picture_is_of_one_generation_up_and_down():
    ann = someone(1)
    edges = ties((2, 1), (3, 1), (1, 4))
    picture = make_own_picture(ann, edges)
    root = parse(picture.sheets[0])
    assert [link.get("class") for link in root.iter("a")].count("tree-node tree-own") == 1
    assert len(list(root.iter("a"))) == 4
    assert make_own_picture(ann, []) is None


def test_own_part_on_a_persons_page_asks_nothing(client, django_assert_num_queries):
    ada = make_world(2)
    profile = load_profile(Person.objects.with_memberships().get(pk=ada.pk), AnonymousUser(), timezone.localdate())
    with django_assert_num_queries(0):
        html = render_to_string("activities/_own_lineage.html", {"profile": profile, "person": ada})
    assert 'href="/mentorship/?person=ada-quint"' in html
    svg = html[html.index('<svg class="tree"') : html.index("</svg>") + len("</svg>")]
    own = [link for link in parse(svg).iter("a") if "tree-own" in link.get("class")]
    assert [link.get("class") for link in own] == ["tree-node tree-member tree-own"]


def test_own_part_of_nobody_is_nothing():
    profile = load_profile(make_person("Ann"), AnonymousUser(), timezone.localdate())
    assert render_to_string("activities/_own_lineage.html", {"profile": profile}).strip() == ""


def test_pages_in_chinese_link_to_chinese_pages(client):
    make_mentorship(make_person("Ann"), make_person("Ben"))
    assert 'href="/zh-hans/people/ann/"' in client.get("/zh-hans/mentorship/").content.decode()
