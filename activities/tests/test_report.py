"""What a report counts: who was a member when, what is dated in the period, and what never shows."""

from __future__ import annotations

import datetime
from functools import partial

import pytest
from django.http import QueryDict
from django.utils import translation

from activities.models import Grant, Project, Service, Talk
from activities.reporting.events import sums_of
from activities.reporting.making import SECTIONS, make_report
from activities.reporting.period import ReportPeriod, quick_choices, year_before
from activities.reporting.publications import MOST_STYLED, TooManyPapers, plain_reference
from activities.reporting.scope import began_before
from activities.reporting.sections import Report, Section
from activities.reporting.selection import read_report_selection
from activities.reporting.spreadsheets import SUMMARY, dataset_of
from labsite.lib.dates import PartialDate
from labsite.tests.factories import (
    make_award_receipt,
    make_group,
    make_member,
    make_mentorship,
    make_organization,
    make_person,
    make_publication,
    make_venue,
)
from labsite.tests.world import make_world
from people.names import NameParts
from publications.records import Record, RecordAuthor

TODAY = datetime.date(2026, 11, 21)


def select(query: str):
    return read_report_selection(QueryDict(query), TODAY)


def report_of(query: str = "from=2024&until=2024") -> Report:
    selection = select(query)
    assert selection.problems == []
    return make_report(selection, lab="Quiet Lab", organization="", root="https://lab.example.org", today=TODAY)


def rows_of(key: str, query: str = "from=2024&until=2024") -> list[list[str]]:
    """The cells of one section as text."""
    return [[cell.full_text for cell in row.cells] for row in report_of(query).section(key).rows]


def titles(query: str = "from=2024&until=2024") -> list[str]:
    return sorted(row[4] for row in rows_of("publications", query))


def names(key: str, query: str = "from=2024&until=2024") -> list[str]:
    return [row[0] for row in rows_of(key, query)]


# The question


class TestSelection:
    pytestmark = pytest.mark.django_db

    def test_without_a_period_it_is_the_last_calendar_year(self):
        selection = select("")
        assert (str(selection.period.start), str(selection.period.end)) == ("2025", "2025")
        assert selection.problems == []
        assert selection.typed == {"from": "2025", "until": "2025"}

    @pytest.mark.parametrize(
        ("query", "first", "last"),
        [
            ("from=2024&until=2024", "2024-01-01", "2024-12-31"),
            ("from=2023-09&until=2024-02", "2023-09-01", "2024-02-29"),
            ("from=2024-05-31&until=2024-05-31", "2024-05-31", "2024-05-31"),
            ("from=%202024%20&until=2024-06", "2024-01-01", "2024-06-30"),
        ],
    )
    def test_a_period_is_inclusive_at_both_ends(self, query, first, last):
        period = select(query).period
        assert (period.first_day.isoformat(), period.last_day.isoformat()) == (first, last)

    @pytest.mark.parametrize(
        ("query", "problem"),
        [
            ("from=2024", "Say where the period ends: fill in “until”."),
            ("until=2024", "Say where the period begins: fill in “from”."),
            ("from=soon&until=2024", "“soon” is not a date: write 2024, 2024-05 or 2024-05-31."),
            ("from=2024-13&until=2025", "“2024-13” is not a date: write 2024, 2024-05 or 2024-05-31."),
            ("from=0000&until=2025", "“0000” is not a date: write 2024, 2024-05 or 2024-05-31."),
            ("from=2025&until=2024", "The period ends (2024) before it begins (2025): swap the two dates."),
            ("from=2024&from=2023&until=2024", "“from” is given more than once: give it once."),
            ("group=nobody", "There is no group “nobody” here."),
            ("group=%00", "There is no group “” here."),
            ("style=mine", "There is no style “mine”: use apa, ieee, acm, chicago, mla, vancouver."),
        ],
    )
    def test_what_is_wrong_is_said_in_words(self, query, problem):
        selection = select(query)
        assert selection.problems == [problem]

    def test_a_draft_of_a_group_is_no_choice(self):
        make_group("Quiet Group", slug="quiet")
        make_group("Hidden Group", slug="hidden", is_published=False)
        selection = select("group=hidden")
        assert selection.problems == ["There is no group “hidden” here."]
        assert [group.slug for group in selection.choices] == ["quiet"]

    def test_groups_stand_once_in_their_own_order(self):
        make_group("First", slug="first", order=1)
        make_group("Second", slug="second", order=2)
        selection = select("group=second&group=first&group=second&group=")
        assert [group.slug for group in selection.groups] == ["first", "second"]
        assert selection.query == "from=2025&until=2025&group=first&group=second"
        assert selection.slug == "report-2025-first-second"

    def test_usual_periods_keep_groups_and_style(self):
        make_group("First", slug="first")
        selection = select("from=2025&until=2025&group=first&style=ieee")
        assert selection.quick(TODAY) == [
            ("This year", "?from=2026&until=2026&group=first&style=ieee", False),
            ("Last year", "?from=2025&until=2025&group=first&style=ieee", True),
            ("Last academic year", "?from=2025-09&until=2026-08&group=first&style=ieee", False),
            ("Last 12 months", "?from=2025-11-22&until=2026-11-21&group=first&style=ieee", False),
        ]


@pytest.mark.parametrize(
    ("today", "academic", "twelve"),
    [
        (datetime.date(2026, 8, 31), "2024-09-to-2025-08", "2025-09-01-to-2026-08-31"),
        (datetime.date(2026, 9, 1), "2025-09-to-2026-08", "2025-09-02-to-2026-09-01"),
        (datetime.date(2024, 2, 29), "2022-09-to-2023-08", "2023-03-01-to-2024-02-29"),
    ],
)
def test_usual_periods_of_a_day(today, academic, twelve):
    slugs = [period.slug for _, period in quick_choices(today)]
    assert slugs[2:] == [academic, twelve]
    assert year_before(datetime.date(2024, 2, 29)) == datetime.date(2023, 2, 28)


@pytest.mark.parametrize(
    ("start", "end", "date", "remark"),
    [
        ("2024", "2024", "2024", ""),
        ("2023", "2024-12", "2024", ""),
        ("2024-01-01", "2024-12-31", "2024", ""),
        ("2024-02", "2024", "2024", "year only"),
        ("2023-09", "2024-08", "2024", "year only"),
        ("2024-05", "2024-08", "2024-05", ""),
        ("2024-05-02", "2024-08", "2024-05", "month only"),
        ("2024-05-02", "2024-08", "2024-05-03", ""),
    ],
)
def test_dates_that_may_lie_outside_are_remarked_on(start, end, date, remark):
    assert ReportPeriod(PartialDate(start), PartialDate(end)).remark(PartialDate(date)) == remark


@pytest.mark.parametrize(
    ("start", "date", "expected"),
    [
        (None, "2024", True),
        ("2023-09", "2024", True),
        ("2024-01", "2024", False),
        ("2024-01", "2024-06", True),
        ("2024-06", "2024-06-15", False),
        ("2025", "2024-06", False),
    ],
)
def test_began_before_is_about_what_is_certain(start, date, expected):
    assert began_before(PartialDate(start) if start else None, PartialDate(date)) is expected


# Whose papers


@pytest.mark.django_db
class TestPublications:
    @pytest.mark.parametrize(
        ("stay", "counts"),
        [
            ({"start": "2020"}, True),
            ({"start": None}, True),  # an unknown start counts as begun
            ({"start": "2024-12-31"}, True),  # joins on the last day
            ({"start": "2025-01-01"}, False),
            ({"start": "2025"}, False),
            ({"start": "2020", "end": "2024-01-01"}, True),  # leaves on the first day
            ({"start": "2020", "end": "2023-12-31"}, False),
            ({"start": "2020", "end": "2023"}, False),
            ({"start": "2020", "end": "2024"}, True),
            ({"start": None, "end": "2023-12"}, False),
            ({"start": "2020", "end_is_unknown": True}, False),  # nobody knows whether they were still there
            ({"start": "2024-03", "end_is_unknown": True}, True),  # there on the day they came
            ({"start": None, "end_is_unknown": True}, False),
        ],
    )
    def test_an_author_has_to_be_a_member_on_some_day_of_the_period(self, stay, counts):
        person = make_person("Ada Quint")
        person.memberships.create(role="phd", **stay)
        make_publication("A paper", [person])
        assert titles() == (["A paper"] if counts else [])
        assert names("members") == (["Ada Quint"] if counts else [])

    @pytest.mark.parametrize(
        ("values", "query", "remark"),
        [
            ({"year": 2024}, "from=2024&until=2024", ""),
            ({"year": 2024}, "from=2023-09&until=2024-08", "year only"),
            ({"year": 2024, "date": "2024"}, "from=2024-12&until=2025-01", "year only"),
            ({"year": 2024, "date": "2024-05"}, "from=2024-05-31&until=2024-06-30", "month only"),
            ({"year": 2024, "date": "2024-05-31"}, "from=2024-05-31&until=2024-05-31", ""),
            ({"year": 2024, "date": "2024-05-30"}, "from=2024-05-31&until=2024-05-31", None),
            ({"year": 2024, "date": "2024-05"}, "from=2024-06&until=2024-12", None),
            ({"year": 2023}, "from=2024&until=2024", None),
            ({"year": 2025}, "from=2024&until=2024", None),
            ({"year": None, "preprint_date": "2024-05"}, "from=2024&until=2024", None),
        ],
    )
    def test_a_paper_has_to_be_dated_in_the_period(self, values, query, remark):
        make_publication("A paper", [make_member()], **values)
        found = report_of(query).section("publications")
        assert [row.marks for row in found.rows] == ([] if remark is None else [tuple(filter(None, [remark]))])
        assert found.undated == (1 if values["year"] is None else 0)

    def test_drafts_and_links_that_are_not_certain_never_count(self):
        ada, hidden = make_member("Ada Quint"), make_member("Hidden Person", is_published=False)
        make_publication("Draft", [ada], is_published=False)
        make_publication("By a draft of a person", [hidden])
        for status in ("proposed", "rejected"):
            make_publication(f"A {status} link", [{"printed_name": "Ada Quint", "person": ada, "link_status": status}])
        make_publication("Name alone", ["Ada Quint"])
        make_publication("By somebody from elsewhere", [make_person("Ev Elsewhere")])
        assert titles() == []
        assert names("members") == ["Ada Quint"]

    def test_namesakes_are_different_people(self):
        make_member("Ada Quint", end="2022")
        other = make_member("Ada Quint", start="2024")
        make_publication("Hers", [other])
        make_publication("Not hers", [make_person("Ada Quint")])
        assert titles() == ["Hers"]
        assert names("members") == ["Ada Quint"]

    def test_a_paper_of_two_members_in_two_groups_and_stays_counts_once(self):
        one, two = make_group("One", slug="one"), make_group("Two", slug="two")
        ada, bo = make_member("Ada Quint", group=one), make_member("Bo Quint", group=two)
        ada.memberships.create(role="postdoc", group=two, start="2024")
        make_publication("Joint", [ada, bo])
        for query in ("", "&group=one", "&group=two", "&group=one&group=two"):
            assert titles(f"from=2024&until=2024{query}") == ["Joint"]

    def test_a_group_counts_its_own_members_at_their_time_in_it(self):
        one, two = make_group("One", slug="one"), make_group("Two", slug="two")
        ada = make_member("Ada Quint", group=one, end="2023")
        ada.memberships.create(role="postdoc", group=two, start="2024")
        make_publication("Paper", [ada])
        make_publication("Of the lab", [make_member("No Group")])
        assert titles("from=2024&until=2024&group=one") == []
        assert titles("from=2024&until=2024&group=two") == ["Paper"]
        assert titles() == ["Of the lab", "Paper"]

    def test_papers_stand_by_kind_and_workshops_are_known_by_their_venue(self):
        ada = make_member()
        workshop = make_venue("QWS", kind="workshop")
        make_publication("At a workshop", [ada], kind="conference-paper", venue=workshop)
        make_publication("At a conference", [ada], kind="conference-paper")
        make_publication("In a journal", [ada], kind="journal-article")
        make_publication("A thesis", [ada], kind="thesis")
        make_publication("A preprint", [ada], kind="preprint", status="preprint")
        section = report_of().section("publications")
        assert section.headings == [
            ("Journal articles", 1), ("Conference papers", 1), ("Workshop papers", 1), ("Preprints", 1), ("Theses", 1),
        ]  # fmt: skip
        assert [row.marks for row in section.rows] == [()] * 5

    def test_marks_say_distinctions_and_what_is_not_published_yet(self):
        ada = make_member()
        paper = make_publication("Accepted", [ada], status="accepted")
        paper.distinctions.create(kind="oral", rate_percent="1.5", submissions=1000)
        paper.notices.create(kind="retraction", date="2024")
        type(paper).objects.filter(pk=paper.pk).update(is_retracted=True)
        report = report_of("from=2024-02&until=2024")
        assert report.section("publications").rows[0].marks == (
            "Oral · 1.5% of 1,000 submissions",
            "Accepted",
            "year only",
        )
        assert report.section("publications").rows[0].cells[2].text.count("[Retracted]") == 1
        assert rows_of("distinctions") == [
            ["[Retracted] Accepted", "Conference paper 2024", "Oral", "1.5% of 1,000 submissions"]
        ]

    def test_distinctions_are_said_as_everywhere_on_the_site_in_every_language(self):
        paper = make_publication("Heard", [make_member()])
        paper.distinctions.create(kind="other", label="Oral", rate_percent="2")
        with translation.override("zh-hans"):
            assert report_of().section("publications").rows[0].marks == ("口头报告 · 2%",)
            assert rows_of("distinctions")[0][2:] == ["口头报告", "2%"]

    def test_references_are_formatted_in_the_chosen_style(self):
        make_publication("Quiet machines", [make_member("Ada Quint")], kind="journal-article", venue_text="J. Quiet")
        apa, ieee = rows_of("publications")[0][2], rows_of("publications", "from=2024&until=2024&style=ieee")[0][2]
        assert apa.startswith("Quint, A. (2024). Quiet machines. J. Quiet.")
        assert ieee.startswith("A. Quint, “Quiet machines,” J. Quiet, 2024")

    def test_many_references_are_printed_plainly_and_too_many_are_refused(self, monkeypatch):
        ada = make_member("Ada Quint")
        for number in range(3):
            make_publication(f"Paper {number}", [ada])
        monkeypatch.setattr("activities.reporting.publications.MOST_STYLED", 2)
        monkeypatch.setattr("activities.reporting.making.MOST_STYLED", 2)
        report = report_of()
        assert report.section("publications").rows[0].cells[2].text == (
            "Ada Quint (2024). Paper 0. https://lab.example.org/publications/paper-0/"
        )
        assert report.style == ""
        assert report.remarks[-1] == "References are printed in a plain form: there are more than 2 of them."
        monkeypatch.setattr("activities.reporting.publications.MOST_PAPERS", 2)
        with pytest.raises(TooManyPapers, match="There are 3 publications in this period: a report takes at most 2"):
            report_of()


def test_a_plain_reference_names_what_there_is():
    authors = tuple(RecordAuthor(NameParts(family=family, given="A.")) for family in ("Quint", "Okafor"))
    full = Record(
        key="k", kind="journal-article", title="Quiet machines.", authors=authors, year=2024, container="J. Quiet",
        volume="3", issue="2", pages="1-9", identifiers=(("doi", "10.1000/1"),), authors_complete=False,
    )  # fmt: skip
    assert plain_reference(full) == (
        "A. Quint, A. Okafor, et al. (2024). Quiet machines. J. Quiet, 3(2), 1-9. https://doi.org/10.1000/1"
    )
    bare = Record(key="k", kind="other", title="Alone", address="https://lab.example.org/p/")
    assert plain_reference(bare) == "Alone. https://lab.example.org/p/"
    assert MOST_STYLED < 5_000


# People


@pytest.mark.django_db
class TestPeople:
    def test_joined_and_left_hold_at_both_ends(self):
        make_member("First Day", start="2024-01-01", end="2024-01-01")
        make_member("Last Day", start="2024-12-31", end="2025-01-01")
        make_member("Before", start="2023-12-31", end="2024", next_destination="Assistant professor elsewhere")
        make_member("Year Only", start="2024")
        assert rows_of("joined") == [
            ["First Day", "PhD student", "", "1 January 2024"],
            ["Last Day", "PhD student", "", "31 December 2024"],
            ["Year Only", "PhD student", "", "2024"],
        ]
        assert rows_of("left") == [
            ["Before", "PhD student", "", "2024", "Assistant professor elsewhere"],
            ["First Day", "PhD student", "", "1 January 2024", ""],
        ]

    @pytest.mark.parametrize(
        ("first", "second", "joined", "changed", "left"),
        [
            ({"start": "2020", "end": "2023-12-31"}, {"start": "2024-01-01"}, 0, 1, 0),
            ({"start": "2020", "end": "2024-06"}, {"start": "2024-07"}, 0, 1, 0),
            ({"start": "2020", "end": "2024"}, {"start": "2024"}, 0, 1, 0),
            ({"start": "2020", "end": "2024-05"}, {"start": "2024-07"}, 1, 0, 1),
            ({"start": "2020"}, {"start": "2024-07"}, 0, 1, 0),
            ({"start": "2020"}, {"start": "2023", "end": "2024-07"}, 0, 0, 0),
            ({"start": "2024", "end": "2024-03"}, {"start": "2024", "end": "2024-03"}, 1, 1, 1),
            ({"start": "2020", "end_is_unknown": True}, {"start": "2024-07"}, 1, 0, 0),
        ],
    )
    def test_who_goes_on_in_another_role_neither_joined_nor_left(self, first, second, joined, changed, left):
        person = make_person("Ada Quint")
        person.memberships.create(role="phd", **first)
        person.memberships.create(role="postdoc", **second)
        report = report_of()
        counts = [report.section(key).count for key in ("members", "joined", "changed", "left")]
        assert counts == [1, joined, changed, left]

    def test_a_change_says_from_what_to_what(self):
        group = make_group("Quiet Group")
        ada = make_member("Ada Quint", end="2024-06")
        ada.memberships.create(role="postdoc", start="2024-07", group=group)
        assert rows_of("changed") == [["Ada Quint", "PhD student", "Postdoc", "Quiet Group", "July 2024"]]
        assert rows_of("members") == [
            ["Ada Quint", "PhD student; Postdoc", "Quiet Group", "2020 – June 2024; July 2024 – present"]
        ]

    def test_degrees_count_for_who_was_a_member_before_they_ended(self):
        university = make_organization("Example University")
        ada, late = make_member("Ada Quint", start="2020"), make_member("Late Comer", start="2024-08")
        gone, hidden = make_member("Gone Before", end="2023"), make_member("Hidden Person", is_published=False)
        for person in (ada, late, gone, hidden, make_person("Never Member")):
            person.education.create(
                organization=university, degree="Ph.D.", field="Quiet Science", end="2024", grade="4.0", rank="1/2"
            )
        ada.education.create(organization=university, degree="M.Sc.", end="2023")
        ada.education.create(organization=university, degree="M.A.")
        assert rows_of("graduated") == [["Ada Quint", "Ph.D., Quiet Science", "Example University", "2024"]]

    def test_mentorships_begin_and_end_in_the_period(self):
        ada, bo, hidden = make_member("Ada Quint"), make_person("Bo Quint"), make_member("Hidden", is_published=False)
        make_mentorship(ada, bo, start="2024-12-31", end=None)
        make_mentorship(bo, ada, start="2020", end="2024-01-01", outcome="Began a PhD")
        make_mentorship(ada, hidden, start="2024", end="2024")
        make_mentorship(make_person("Ev Elsewhere"), bo, start="2024", end="2024")
        make_mentorship(ada, bo, kind="advisor", start="2023", end="2025")
        assert rows_of("mentorships-begun") == [["Ada Quint", "Bo Quint", "Mentor", "31 December 2024 – present", ""]]
        assert rows_of("mentorships-ended") == [
            ["Bo Quint", "Ada Quint", "Mentor", "2020 – 1 January 2024", "Began a PhD"]
        ]


# What happened


@pytest.mark.django_db
class TestEvents:
    def test_awards_of_members_and_of_their_papers(self):
        ada, out = make_member("Ada Quint"), make_person("Ev Elsewhere")
        hidden = make_member("Hidden Person", is_published=False)
        paper, draft = make_publication("Paper", [ada]), make_publication("Draft", [ada], is_published=False)
        make_award_receipt("Amount", ada, out, hidden, amount="1234.50", currency="EUR", note="Top 1%")
        make_award_receipt("Paper prize", publication=paper)
        make_award_receipt("Draft prize", publication=draft)
        make_award_receipt("Draft of a paper, a person", ada, publication=draft)
        make_award_receipt("Of others", out)
        make_award_receipt("Of a draft", hidden)
        make_award_receipt("Hidden one's, for a paper", hidden, publication=paper)
        make_award_receipt("Next year", ada, year="2025-01")
        make_award_receipt("Undated", ada, year=None)
        section = report_of().section("awards")
        assert [[cell.full_text for cell in row.cells][:5] for row in section.rows] == [
            ["Amount (Top 1%)", "Ev Elsewhere, Ada Quint", "", "2024", "EUR\u00a01,234.50"],
            ["Draft of a paper, a person", "Ada Quint", "", "2024", ""],
            ["Paper prize", "Paper", "", "2024", ""],
        ]
        assert section.undated == 1
        assert [cell.full_text for cell in section.rows[1].cells][6] == ""

    @pytest.mark.parametrize(
        ("times", "counts", "undated"),
        [
            ({"start": "2024-12-31"}, 1, 0),
            ({"start": "2025"}, 0, 0),
            ({"start": "2020", "end": "2024-01-01"}, 1, 0),
            ({"start": "2020", "end": "2023"}, 0, 0),
            ({"start": "2020"}, 1, 0),
            ({"end": "2026"}, 1, 0),
            ({"start": "2020", "end_is_unknown": True}, 0, 0),
            ({}, 0, 1),
        ],
    )
    def test_grants_count_while_they_run(self, times, counts, undated):
        grant = Grant.objects.create(title="Grant", amount=100, currency="USD", **times)
        grant.roles.create(person=make_member(), role="pi")
        section = report_of().section("grants")
        assert (section.count, section.undated) == (counts, undated)

    def test_grants_say_what_is_public_and_are_summed_by_currency(self):
        ada, hidden = make_member("Ada Quint"), make_member("Hidden Person", is_published=False)
        funder = make_organization("Quiet Fund")
        values = {"start": "2024", "end": "2025", "funder": funder}
        for title, amount, currency in (
            ("A", "1000.50", "USD"),
            ("B", "2000", "USD"),
            ("C", "5", "EUR"),
            ("D", None, ""),
        ):
            grant = Grant.objects.create(title=title, amount=amount, currency=currency, number=f"N-{title}", **values)
            grant.roles.create(person=ada, role="pi")
            grant.roles.create(person=hidden, role="co-pi")
        other = Grant.objects.create(title="Of a draft", amount=9, currency="USD", **values)
        other.roles.create(person=hidden, role="pi")
        section = report_of().section("grants")
        assert [cell.full_text for cell in section.rows[0].cells] == [
            "A", "Quiet Fund", "N-A", "2024 – 2025", "Ada Quint (Principal investigator)", "USD\u00a01,000.50", "USD",
            "",
        ]  # fmt: skip
        assert section.sums == ("EUR\u00a05", "USD\u00a03,000.50", "1 without a stated amount")
        assert sums_of([]) == ()

    def test_talks_of_members(self):
        ada, hidden = make_member("Ada Quint"), make_member("Hidden Person", is_published=False)
        for title, date, speakers, published in (
            ("Ours", "2024-05-06", [ada, hidden], True),
            ("Untitled", None, [ada], True),
            ("Draft", "2024", [ada], False),
            ("Of a draft", "2024", [hidden], True),
            ("Of others", "2024", [make_person("Ev Elsewhere")], True),
        ):
            talk = Talk.objects.create(title=title, event="Meeting", place="Here", date=date, is_published=published)
            talk.speakers.set(speakers)
        assert rows_of("talks") == [["Ours", "Contributed talk", "Meeting (Here)", "Ada Quint", "6 May 2024", "Here"]]
        assert report_of().section("talks").undated == 1

    @pytest.mark.parametrize(
        ("values", "counts", "undated"),
        [
            ({"year": 2024}, 1, 0),
            ({"year": 2025}, 0, 0),
            ({"year": 2025, "date": "2024-12-31"}, 1, 0),
            ({"year": 2024, "date": "2023-11"}, 0, 0),
            ({"year": 2024, "date": "2023-11", "end_date": "2024-01-01"}, 1, 0),
            ({}, 0, 1),
        ],
    )
    def test_service_counts_when_it_was_done(self, values, counts, undated):
        Service.objects.create(person=make_member(), kind="reviewer", venue_text="Quiet Conf", **values)
        Service.objects.create(person=make_person("Ev Elsewhere"), kind="reviewer", venue_text="Other", year=2024)
        section = report_of().section("services")
        assert (section.count, section.undated) == (counts, undated)

    def test_service_says_how_often_and_is_exact_for_spreadsheets(self):
        Service.objects.create(
            person=make_member(), kind="reviewer", venue_text="Quiet Conf", year=2024, count=3, title="Area chair"
        )
        row = report_of("from=2024-06&until=2025").section("services").rows[0]
        assert [cell.full_text for cell in row.cells] == [
            "Conference reviewer", "Ada Quint", "Quiet Conf 2024 (Area chair)", "2024 (year only)", "3", "Area chair",
        ]  # fmt: skip
        assert [cell.exact for cell in row.cells][2:5] == ["Quiet Conf 2024", "2024", 3]

    def test_software_and_data_sets_that_were_worked_on(self):
        ada, hidden = make_member("Ada Quint"), make_member("Hidden Person", is_published=False)
        for number, (kind, times, people, published) in enumerate(
            [
                ("software", {"start": "2020"}, [ada, hidden], True),
                ("dataset", {"start": "2024-12"}, [ada], True),
                ("dataset", {}, [ada], True),
                ("software", {"start": "2025"}, [ada], True),
                ("software", {"start": "2024"}, [hidden], True),
                ("software", {"start": "2024"}, [ada], False),
                ("project", {"start": "2024"}, [ada], True),
            ]
        ):
            work = Project.objects.create(
                slug=f"w{number}", name=f"Work {number}", kind=kind, is_published=published, **times
            )
            for person in people:
                work.roles.create(person=person)
        section = report_of().section("works")
        assert [[cell.full_text for cell in row.cells][:4] for row in section.rows] == [
            ["Work 1", "Data set", "Ada Quint", "December 2024 – present"],
            ["Work 0", "Software", "Ada Quint", "2020 – present"],
        ]
        assert section.undated == 1


# The whole


@pytest.mark.django_db
def test_an_empty_record_makes_an_empty_report():
    report = report_of()
    assert [(section.key, section.count) for section in report.sections] == [(key, 0) for key in SECTIONS]
    assert [line.count for line in report.summary] == [0] * len(SECTIONS)
    assert report.filled == []
    assert len(report.remarks) == 1


@pytest.mark.django_db
def test_sections_are_those_that_are_named():
    make_world(2)
    report = report_of()
    assert [section.key for section in report.sections] == list(SECTIONS)
    assert [report.section(key) for key in SECTIONS] == report.sections
    for find in (report.section, partial(dataset_of, report)):
        with pytest.raises(KeyError, match="nothing"):
            find("nothing")
    assert dataset_of(report, SUMMARY).height == len(report.summary)


@pytest.mark.django_db
def test_every_number_is_the_length_of_its_list_and_what_has_no_date_is_said():
    ada = make_member("Ada Quint", start="2024")
    for kind in ("thesis", "thesis", "preprint"):
        make_publication(f"A {kind}", [ada], kind=kind)
    make_publication("Undated", [ada], year=None)
    report = report_of()
    lines = {line.label: line.count for line in report.summary if line.count}
    assert lines == {"Publications": 3, "Preprints": 1, "Theses": 2, "Members": 1, "Joined": 1}
    assert report.remarks[1] == "Not counted for want of a date: 1 under “Publications”."


@pytest.mark.django_db
def test_a_report_speaks_the_active_language_and_addresses_follow_it():
    make_publication("A paper", [make_member()])
    with translation.override("zh-hans"):
        row = report_of().section("publications").rows[0]
    assert row.cells[2].links[0].address == "/zh-hans/publications/a-paper/"
    assert row.cells[9].text == "https://lab.example.org/publications/a-paper/"


def test_columns_in_which_nothing_stands_are_not_printed():
    section = Section(key="k", title="T", rule="", columns=())
    assert section.printed_columns == []
    assert section.printed_rows == []
