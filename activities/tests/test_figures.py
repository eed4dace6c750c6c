"""What the figures count: each checked against another way of counting; and their pages and files."""

from __future__ import annotations

import csv
import datetime
import io
from xml.etree import ElementTree

import pytest
from django.http import QueryDict

from activities.figures import awards, coauthors, members, publications
from activities.figures.catalogue import NAMES, make_figures
from activities.figures.figure import Table
from activities.figures.selection import FigureSelection, read_figure_selection
from labsite.lib.tables.cells import restored
from labsite.tests.factories import (
    make_award_receipt,
    make_group,
    make_member,
    make_person,
    make_publication,
    make_venue,
)
from labsite.tests.world import make_world
from people.models import Person
from publications.models import Authorship, Publication

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 7, 1)
ALL = FigureSelection()


def table_of(figure) -> list[list[str]]:
    return [figure.table.headings, *([str(cell) for cell in row] for row in figure.table.rows)]


def asked(query: str) -> FigureSelection:
    return read_figure_selection(QueryDict(query))


def parse(data) -> ElementTree.Element:
    return ElementTree.fromstring(data)  # noqa: S314 - what the site itself has made


# Papers


def test_papers_by_year_and_type_of_venue():
    ada = make_member("Ada Quint")
    journal, server, books = (make_venue(kind, kind=kind) for kind in ("journal", "preprint-server", "book-series"))
    make_publication("A", [ada], year=2020, venue=make_venue())
    make_publication("B", [ada], year=2022, venue=journal)
    make_publication("C", [ada], year=2022, venue=server)
    make_publication("D", [ada], year=2022, venue=books, kind="conference-paper")
    make_publication("E", [ada], year=2022, venue=journal, kind="workshop-paper")
    make_publication("F", [ada], year=2022, kind="thesis")
    make_publication("G", [ada], year=None, kind="dataset")
    make_publication("H", [make_person("Nobody's member")], year=2022)
    make_publication("I", [ada], year=2022, is_published=False)
    figure = publications.make_figure(ALL)
    assert table_of(figure) == [
        ["Year", "Conference", "Journal or magazine", "Workshop", "Preprint", "Thesis or report", "Other", "All"],
        ["2020", "1", "0", "0", "0", "0", "0", "1"],
        ["2021", "0", "0", "0", "0", "0", "0", "0"],
        ["2022", "1", "1", "1", "1", "1", "0", "5"],
        ["Undated", "0", "0", "0", "0", "0", "1", "1"],
    ]
    assert figure.takeaway == "6 papers from 2020 to 2022; the most came out in 2022: 5."
    assert figure.notes == ["1 paper has no year and is not in the picture."]
    assert [series.label for series in figure.chart.series] == table_of(figure)[0][1:6]


def test_years_and_groups_narrow_papers():
    group = make_group("Quiet Machines Group")
    ada, ben = make_member("Ada Quint", group=group), make_member("Ben Quint")
    for year in (2019, 2020, 2021, None):
        make_publication(f"Ada {year}", [ada], year=year)
    make_publication("Ben", [ben], year=2020)
    figure = publications.make_figure(asked("group=quiet-machines-group&since=2020&until=2021"))
    assert [row[0] for row in figure.table.rows] == ["2020", "2021"]
    assert figure.takeaway == "2 papers from 2020 to 2021."
    assert publications.make_figure(asked("until=2019")).takeaway == "1 paper in 2019."


# Awards


def test_awards_by_year_and_kind():
    ada, ben, hidden = make_member("Ada"), make_member("Ben"), make_person("Hidden", is_published=False)
    make_award_receipt("Joint prize", ada, ben, hidden, year="2021-05")
    make_award_receipt("Own prize", ada, year="2023")
    make_award_receipt("Hidden prize", hidden, year="2022")
    make_award_receipt("Undated prize", ada, year=None)
    other = make_award_receipt("Grant to travel", ben, year="2023-01-02")
    other.award.kind = "travel-grant"
    other.award.save()
    figure = awards.make_figure(ALL)
    assert table_of(figure) == [
        ["Year", "Award", "Travel grant", "All"],
        ["2021", "1", "0", "1"],
        ["2022", "0", "0", "0"],
        ["2023", "1", "1", "2"],
    ]
    assert figure.takeaway == "3 awards from 2021 to 2023; the most were received in 2023: 2."
    assert len(figure.notes) == 1
    assert table_of(awards.make_figure(asked("since=2022")))[1:] == [["2023", "1", "1", "2"]]
    assert awards.make_figure(asked("since=2022")).notes == []


def test_awards_of_a_group_are_its_members_and_its_papers():
    group = make_group("Quiet Machines Group")
    ada, ben = make_member("Ada", group=group), make_member("Ben")
    make_award_receipt("Of Ada", ada, year="2020")
    make_award_receipt("Of Ben", ben, year="2020")
    make_award_receipt("Paper", year="2021", publication=make_publication("P", [ada]))
    make_award_receipt("Other paper", year="2021", publication=make_publication("Q", [ben]))
    figure = awards.make_figure(asked("group=quiet-machines-group"))
    assert [row[-1] for row in figure.table.rows] == [1, 1]


# Members


@pytest.mark.parametrize(
    ("period", "years"),
    [
        ({"start": "2020", "end": "2022-01"}, [2020, 2021, 2022]),
        ({"start": "2024-09", "end": None}, [2024, 2025, 2026]),
        ({"start": "2024", "end": None, "end_is_unknown": True}, [2024]),
        ({"start": None, "end": "2021"}, [2021]),
        ({"start": None, "end": None}, [2026]),
        ({"start": None, "end": None, "end_is_unknown": True}, []),
        ({"start": "2027", "end": None}, []),
        ({"start": "2025", "end": "2030"}, [2025, 2026]),
    ],
)
def test_a_stay_counts_in_the_years_that_are_certain(period, years):
    ada = make_person("Ada")
    ada.memberships.create(role="phd", **period)
    (stay,) = members.load_stays()
    assert list(stay.years(TODAY)) == years


def test_members_count_once_a_year_in_their_highest_role():
    ada, ben = make_member("Ada", role="phd", start="2020", end="2022-06"), make_member("Ben", role="phd", start="2022")
    ada.memberships.create(role="postdoc", start="2022-07", end="2023")
    make_member("Hidden", role="phd", start="2020", is_published=False)
    ben.memberships.create(role="intern", start="2020", end_is_unknown=True)
    figure = members.make_figure(asked("until=2023"), members.load_stays(), TODAY)
    assert table_of(figure) == [
        ["Year", "Postdocs", "PhD students", "Interns", "All"],
        ["2020", "0", "1", "1", "2"],
        ["2021", "0", "1", "0", "1"],
        ["2022", "1", "1", "0", "2"],
        ["2023", "1", "1", "0", "2"],
    ]
    assert figure.takeaway == "2 members in 2023, 2 in 2020."
    assert figure.notes[1].startswith("The beginning or end of the stay of 1 person is not known")


# Co-authors


def test_joint_papers_of_members():
    ada, ben = make_member("Ada Quint"), make_member("Ben Quint")
    cy, dee, hidden = make_person("Cy Other"), make_person("Dee Other"), make_person("Hidden", is_published=False)
    make_publication("One", [ada, ben, cy])
    make_publication("Two", [ben, ada, hidden])
    make_publication("Three", [cy, dee], listing="always")
    make_publication("Draft", [ada, dee], is_published=False)
    proposed = {"printed_name": "D. Other", "person": dee, "link_status": "proposed"}
    make_publication("Four", [ada, proposed])
    figure = make_figures(ALL, TODAY, ("coauthors",))[0]
    assert table_of(figure) == [
        ["Author", "Co-author", "Joint papers"],
        ["Ada Quint", "Ben Quint", "2"],
        ["Cy Other", "Ada Quint", "1"],
        ["Cy Other", "Ben Quint", "1"],
    ]
    assert figure.takeaway == "Ada Quint and Ben Quint wrote the most together: 2 papers."
    assert [(node.name, node.weight, node.is_member) for node in figure.chart.nodes] == [
        ("Ada Quint", 3, True), ("Ben Quint", 3, True), ("Cy Other", 2, False),
    ]  # fmt: skip


def test_somebody_twice_on_a_paper_counts_once():
    ada, ben = make_member("Ada"), make_member("Ben")
    make_publication("One", [ada, ben, ben])
    assert list(coauthors.count_pairs(ALL).values()) == [1]


def test_network_is_bounded_and_fair_to_every_member():
    ada, ben = make_member("Ada"), make_member("Ben")
    others = [make_person(f"Other {number:02}") for number in range(70)]
    for other in others:
        make_publication(f"With {other}", [ada, other])
    friend = make_person("Friend of Ben")
    make_publication("Ben's", [ben, friend])
    figure = make_figures(ALL, TODAY, ("coauthors",))[0]
    names = {node.name for node in figure.chart.nodes}
    assert len(names) == coauthors.MOST_PEOPLE
    assert {"Ada", "Ben", "Friend of Ben"} <= names
    assert figure.notes == [
        "25 more people wrote with a member and are left out: the picture shows those who wrote most."
    ]


# Pages and files


def test_page_says_draws_and_tabulates_each(client):
    make_world(2)
    response = client.get("/figures/")
    assert [figure.name for figure in response.context["figures"]] == list(NAMES)
    html = response.content.decode()
    for figure in response.context["figures"]:
        root = parse(figure.svg)
        assert (root.get("role"), root.get("aria-labelledby")) == ("img", f"figure-{figure.name}-title")
        assert [child.tag for child in root][:2] == ["title", "desc"]
        assert (root[0].text, root[1].text) == (figure.title, figure.takeaway)
        assert f"<caption>{figure.table.caption}</caption>" in html
        for ending in ("svg", "csv"):
            assert f'href="/figures/{figure.name}.{ending}"' in html
    assert [html.count(f'<h2 id="{name}-heading">') for name in NAMES] == [1] * html.count("<details>") == [1] * 4
    assert "style=" not in html.partition("<main")[2]


@pytest.mark.parametrize("name", NAMES)
def test_files_hold_the_same_as_the_page(client, name):
    make_world(3)
    figure = next(each for each in client.get("/figures/").context["figures"] if each.name == name)
    response = client.get(f"/figures/{name}.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="{name}.csv"'
    text = response.content.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline=""), strict=True)) == table_of(figure)
    assert text.endswith("\r\n")
    picture = client.get(f"/figures/{name}.svg")
    assert picture["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert picture["Content-Disposition"] == f'attachment; filename="{name}.svg"'
    root = parse(picture.content)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "var(" not in picture.content.decode()
    fills = {each.get("fill")[5:-1] for each in root.iter() if (each.get("fill") or "").startswith("url(#")}
    assert fills <= {each.get("id") for each in root.iter()}
    assert (picture.content, response.content) == tuple(
        client.get(f"/figures/{name}.{ending}").content for ending in ("svg", "csv")
    )


def test_csv_is_the_same_in_every_language(client):
    make_world(1)
    for name in NAMES:
        assert client.get(f"/zh-hans/figures/{name}.csv").content == client.get(f"/figures/{name}.csv").content


def test_narrowed_page_links_narrowed_files(client):
    make_world(2)
    html = client.get("/figures/?group=group-0&since=2020&x=1").content.decode()
    assert 'href="/figures/awards.csv?group=group-0&amp;since=2020"' in html
    assert "Shown: <bdi>Group 0, since 2020</bdi>." in html
    assert '<meta name="robots" content="noindex, follow">' in html


@pytest.mark.parametrize(
    ("query", "label", "words"),
    [
        ("group=nobody", "Group", "There is no group “nobody” here."),
        ("group=zyxwv", "Group", "There is no group “zyxwv” here."),
        ("group=%00", "Group", "There is no group “” here."),
        ("since=20x4", "Since", "“20x4” is not a year. Write four digits."),
        ("until=99999999999999999999", "Until", "“99999999999999999999” is not a year. Write four digits."),
        ("since=2024&until=2020", "Years", "2024 comes after 2020: swap the two years."),
    ],
)
def test_bad_questions_are_explained(client, query, label, words):
    make_world(1)
    make_group("Zyxwv", is_published=False)
    response = client.get(f"/figures/?{query}")
    assert response.context["selection"].problems == [(label, words)]
    assert f"<strong>{label}:</strong> <bdi>" in response.content.decode()
    for ending in ("svg", "csv"):
        refused = client.get(f"/figures/awards.{ending}?{query}")
        assert (refused.status_code, refused["Content-Type"]) == (400, "text/plain; charset=utf-8")
        assert refused.content.decode() == f"{label}: {words}\n"


@pytest.mark.parametrize("ending", ["svg", "csv"])
def test_a_refused_question_makes_no_figure(client, monkeypatch, ending):
    made = []
    monkeypatch.setattr("activities.views.figures.make_figures", lambda *asked: made.append(asked))
    assert client.get(f"/figures/coauthors.{ending}?since=20x4").status_code == 400
    assert client.get(f"/figures/nothing.{ending}?since=20x4").status_code == 404
    assert made == []


def test_unknown_figures_are_not_found(client):
    assert [client.get(f"/figures/{name}").status_code for name in ("x.svg", "x.csv", "awards.png", "x")] == [404] * 4


def test_empty_lab_gets_sentences(client):
    html = client.get("/figures/").content.decode()
    for sentence in (
        "No paper is listed.",
        "No paper of a member with another person of these pages is listed.",
        "No membership with a known year is recorded.",
        "No award with a year is recorded.",
    ):
        assert f'<p class="empty">{sentence}</p>' in html
    assert [client.get(f"/figures/{name}.svg").status_code for name in NAMES] == [404] * 4
    assert [client.get(f"/figures/{name}.csv").status_code for name in NAMES] == [200] * 4


PAYLOADS = ["</svg><script>alert(1)</script>", '"><img src=x onerror=1>', "a\x0bb", "=HYPERLINK(1)"]


@pytest.mark.parametrize("name", PAYLOADS)
def test_names_cannot_break_out(client, name):
    make_publication("Paper", [make_member(name, slug="one"), make_member("Ben", slug="two")])
    html = client.get("/figures/").content.decode()
    assert "<script>alert" not in html
    assert "<img" not in html.partition("<main")[2]
    root = parse(client.get("/figures/coauthors.svg").content)
    assert {each.tag.rpartition("}")[2] for each in root.iter()} == {
        "svg", "style", "title", "rect", "g", "text", "line", "circle",
    }  # fmt: skip
    rows = list(csv.reader(io.StringIO(client.get("/figures/coauthors.csv").content.decode("utf-8-sig"), newline="")))
    assert restored(rows[1][0]) in (name.replace("\x0b", ""), "Ben")
    assert not any(cell.startswith("=") for row in rows for cell in row)


def test_table_disarms_formulas():
    data = Table("Caption", ["Name", "Count"], [["=1+1", 2], ["-x", -3]]).csv().decode("utf-8-sig")
    assert data == '"Name","Count"\r\n"\'=1+1","2"\r\n"\'-x","-3"\r\n'


def test_counting_asks_once_for_everything(django_assert_num_queries):
    ada = make_member("Ada")
    people = Person.objects.bulk_create(Person(name=f"P{n}", slug=f"p{n}", sort_key=f"p{n}") for n in range(150))
    papers = Publication.objects.bulk_create(
        Publication(title=f"T{n}", slug=f"t{n}", year=2000 + n % 20) for n in range(300)
    )
    Authorship.objects.bulk_create(
        Authorship(publication=paper, position=position, printed_name="x", person=person)
        for index, paper in enumerate(papers)
        for position, person in enumerate((ada, people[index % 150]), start=1)
    )
    with django_assert_num_queries(2):
        figures = make_figures(ALL, TODAY)
    assert figures[0].table.rows[0][-1] == 15
    assert len(figures[1].table.rows) == coauthors.MOST_PEOPLE - 1
