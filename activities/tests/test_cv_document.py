"""What a curriculum vitae says, in which order, and what it never says."""

from __future__ import annotations

import pytest
from django.utils import translation

from activities.cv import biosketch
from activities.cv.document import text_of
from activities.cv.fitting import WEIGHTS
from activities.cv.styles import MAKERS, SECTIONS
from activities.models import Service, Talk
from activities.tests.curricula import ROOT, document_of, profile_of, text_of_document
from labsite.tests.factories import (
    make_award_receipt,
    make_group,
    make_member,
    make_mentorship,
    make_organization,
    make_person,
    make_publication,
    make_venue,
)  # fmt: skip
from labsite.tests.world import make_world
from publications.digests import flush_changes
from publications.models import Publication

pytestmark = pytest.mark.once


def section_named(document, name):
    return next(section for section in document.sections if section.name == name)


def lines_of(document, name):
    """Label, title and details of each entry of a section."""
    return [
        (entry.label, text_of(entry.title), [text_of(line) for line in entry.lines])
        for entry in section_named(document, name).entries
    ]


def test_every_section_is_made_and_weighed():
    assert set(MAKERS) | {"talks"} == set(SECTIONS) == set(WEIGHTS)


@pytest.mark.django_db
class TestDocument:
    def test_sections_in_their_order(self):
        make_world(1)
        ada = document_of("ada-quint")
        assert [section.name for section in ada.sections] == [
            "education", "interests", "awards", "experience", "highlights", "publications", "service", "mentees",
            "grants",
        ]  # fmt: skip
        assert ada.address == f"{ROOT}/people/ada-quint/"

    def test_hidden_sections_are_left_out_of_every_style(self):
        make_world(1)
        names = {section.name for section in document_of("ada-quint", hidden=("awards", "mentees")).sections}
        assert names == {"education", "interests", "experience", "highlights", "publications", "service", "grants"}
        assert "mentees" not in {each.name for each in document_of("ada-quint", "biosketch", ("mentees",)).sections}
        assert [each.name for each in document_of("ada-quint", "publications", ("awards",)).sections] == [
            "publications"
        ]

    def test_publication(self):
        ada = make_member("Ada Quint")
        venue = make_venue("ICXM", name="International Conference on Examples")
        paper = make_publication(
            "Led", [{"printed_name": "A. Quint", "person": ada, "is_equal": True, "link_basis": "explicit"},
                    {"printed_name": "B. Other", "is_equal": True}, "C. Third"],
            venue=venue, year=2024, slug="led",
        )  # fmt: skip
        paper.distinctions.create(kind="oral", rate_percent="1.7", submissions=8620)
        flush_changes()
        section = section_named(document_of("ada-quint"), "publications")
        entry = section.entries[0]
        assert entry.label == "[ICXM'24]"
        assert text_of(entry.title) == (
            "A. Quint*, B. Other*, C. Third, “Led”, International Conference on Examples, 2024."
            " Oral · 1.7% of 8,620 submissions."
        )
        assert [run.text for run in entry.title if run.is_strong][0] == "A. Quint"
        assert [run.link for run in entry.title if run.link] == [f"{ROOT}/publications/led/"]
        assert text_of(section.note) == (
            "1 publication, 1 as first author or with equal contribution. * indicates equal contribution."
        )

    def test_publications_are_counted_by_part(self):
        ada = make_member("Ada Quint")
        make_publication("One", [ada, "B. Other"])
        make_publication("Two", ["B. Other", ada])
        make_publication("Three", ["B. Other", ada])
        make_publication("Four", [{"printed_name": "A. Quint", "person": ada, "position": None}])
        flush_changes()
        section = section_named(document_of("ada-quint"), "publications")
        assert text_of(section.note) == ("4 publications, at least 1 as first author or with equal contribution.")
        assert [part.heading for part in section.parts] == [
            "First-authored or equal contribution (1)", "Co-authored (2)", "Order of authors not known (1)",
        ]  # fmt: skip

    def test_printed_venue_and_its_year_are_not_said_twice(self):
        ada = make_member("Ada Quint")
        make_publication("One", [ada], venue_text="The 63rd Annual Meeting, 2024.", year=2024, volume="7", issue="2")
        flush_changes()
        text = text_of(section_named(document_of("ada-quint"), "publications").entries[0].title)
        assert text == "Ada Quint, “One”, The 63rd Annual Meeting, 2024, 7(2)."

    def test_unfinished_and_retracted_work_says_so(self):
        ada = make_member("Ada Quint")
        preprint = make_publication("Waiting", [ada], status="submitted", kind="preprint", year=None)
        preprint.identifiers.create(scheme="arxiv", value="2401.00001")
        make_publication("Wrong", [ada], year=2020).notices.create(kind="retraction", date="2021")
        flush_changes()
        told = {
            entry.label: text_of(entry.title)
            for entry in section_named(document_of("ada-quint"), "publications").entries
        }
        assert told == {
            "[Preprint]": "Ada Quint, “Waiting”, arXiv:2401.00001. Submitted.",
            "[Conference paper'20]": "Ada Quint, “[Retracted] Wrong”, 2020. Retraction.",
        }

    def test_thousand_authors_are_shortened_and_the_owner_stays(self):
        ada = make_member("Ada Quint")
        others = [f"A. Author{number}" for number in range(60)]
        make_publication("Large", [*others[:30], ada, *others[30:]])
        flush_changes()
        text = text_of(section_named(document_of("ada-quint"), "publications").entries[0].title)
        assert text.startswith(
            "A. Author0, A. Author1, A. Author2, … 27 others …, Ada Quint, … 29 others …, A. Author59, “Large”"
        )

    def test_same_award_in_two_years_is_one_entry(self):
        ada = make_member("Ada Quint")
        make_award_receipt("Quiet Prize", ada, year="2022")
        make_award_receipt("Quiet Prize", ada, year="2023-05")
        make_award_receipt("Quiet Prize", ada, year="2020", amount=40000, currency="USD", recipients=24, note="Top 1%")
        assert lines_of(document_of("ada-quint"), "awards") == [
            ("2022, 2023", "Quiet Prize ×2", []),
            ("2020", "Quiet Prize", ["USD 40,000; 24 recipients worldwide; Top 1%"]),
        ]

    def test_position_with_project_people_and_papers(self):
        ada, mentor = make_member("Ada Quint"), make_person("Bo Mentor")
        paper = make_publication("On Quiet Machines", [ada], venue=make_venue("ICXM"), year=2024, slug="quiet")
        company = make_organization("Example Labs", url="https://example.org/")
        position = ada.positions.create(
            kind="internship", title="Intern", organization=company, team="Quiet team", place="Remote", mode="both",
            start="2023-12", end="2024-08", project="Silence", summary="- *One*\n- Two",
        )  # fmt: skip
        position.position_people.create(person=mentor, role="mentor")
        position.position_publications.create(publication=paper, label="Paper 1")
        flush_changes()
        entry = section_named(document_of("ada-quint"), "experience").entries[0]
        assert (entry.label, text_of(entry.title)) == ("December 2023 – August 2024", "Intern, Example Labs")
        assert [text_of(line) for line in entry.lines] == [
            "Quiet team, Remote, Part-time and full-time",
            "Project: Silence",
            "Mentor: Bo Mentor",
            "Paper 1: On Quiet Machines [ICXM'24]",
        ]
        assert [[text_of(line) for line in block.lines] for block in entry.blocks] == [["One", "Two"]]
        links = {run.text: run.link for line in (entry.title, *entry.lines) for run in line if run.link}
        assert links == {
            "Example Labs": "https://example.org/",
            "Bo Mentor": f"{ROOT}/people/bo-mentor/",
            "On Quiet Machines": f"{ROOT}/publications/quiet/",
        }

    def test_work_at_this_lab_is_experience_and_study_is_not(self):
        group = make_group("Quiet Machines Group", organization=make_organization())
        make_member("Ada Quint", role="postdoc", start="2021", group=group)
        make_member("Bo Student", role="phd", start="2021", group=group)
        assert lines_of(document_of("ada-quint"), "experience") == [
            ("2021 – present", "Postdoc, Quiet Machines Group", ["Example University"])
        ]
        assert document_of("bo-student").sections == ()

    def test_services_by_venue_with_their_editions(self):
        ada, conference, journal = make_member("Ada Quint"), make_venue("ICXM"), make_venue("JX", kind="journal")
        for year, number in ((2024, 1), (2022, 2)):
            Service.objects.create(person=ada, kind="reviewer", venue=conference, year=year, count=number)
        for date in ("2023-03", "2023-06", "2022"):
            Service.objects.create(person=ada, kind="journal-reviewer", venue=journal, date=date)
        Service.objects.create(person=ada, kind="volunteer", venue=conference, year=2024)
        Service.objects.create(person=ada, kind="teaching", title="Quiet course", organization=make_organization(),
                               date="2022-02")  # fmt: skip
        told = {
            entry.label: [
                text_of(line) for line in (*entry.lines, *(line for block in entry.blocks for line in block.lines))
            ]
            for entry in section_named(document_of("ada-quint"), "service").entries
        }
        assert told == {
            "Conference reviewer": ["ICXM 2024, 2022 ×2"],
            "Journal reviewer": ["JX (2023 ×2, 2022)"],
            "Volunteer": ["ICXM 2024"],
            "Teaching": ["Quiet course, Example University (February 2022)"],
        }

    def test_a_tutorial_is_told_once(self):
        ada = make_member("Ada Quint")
        tutorial = Talk.objects.create(title="Tutorial on silence", event="ICXM 2024", kind="tutorial", date="2024")
        tutorial.speakers.add(ada)
        ada.services.create(
            kind="tutorial", title="Tutorial on silence", year=2024, venue=make_venue("ICXM"), talk=tutorial
        )
        assert text_of_document(document_of("ada-quint")).count("Tutorial on silence") == 1
        alone = document_of("ada-quint", hidden=("service",))
        assert lines_of(alone, "talks") == [("2024", "Tutorial on silence", ["Tutorial; ICXM 2024"])]

    def test_mentee_with_levels_and_papers(self):
        ada, bo = make_member("Ada Quint"), make_person("Bo Mentee")
        paper = make_publication(
            "On Quiet Machines", [bo, ada], short_title="Quiet", venue=make_venue("ICXM"), slug="q"
        )
        mentorship = make_mentorship(ada, bo, publications=[paper], outcome="Began a PhD")
        mentorship.levels.create(level="undergraduate", organization=make_organization("A"))
        mentorship.levels.create(level="phd", organization=make_organization("B"), order=1)
        assert lines_of(document_of("ada-quint"), "mentees") == [
            ("2023 – 2024", "Bo Mentee (Undergraduate, A → PhD, B)", ["Papers: Quiet [ICXM'24]", "Began a PhD"])
        ]

    def test_head_says_who_and_where(self):
        group = make_group("Quiet Machines Group", organization=make_organization())
        ada = make_member("Ada Quint", headline="Silence", group=group, orcid="0000-0002-1825-0097",
                          email="ada@example.org", email_visibility="public", office="Room 1\nQuiet Street",
                          office_visibility="public", phone="+1 555 0100")  # fmt: skip
        ada.links.create(kind="github", url="https://example.org/ada")
        ada.metrics.create(name="citations", value=1390, source="Example Index", as_of="2025-07-04")
        ada.metrics.create(name="h-index", value=7, source="Example Index")
        assert [text_of(line) for line in document_of("ada-quint").head] == [
            "Silence",
            "PhD student, Quiet Machines Group, Example University",
            "ada@example.org · Room 1, Quiet Street",
            "ORCID: 0000-0002-1825-0097 · GitHub",
            "Citations: 1,390 (Example Index, 4 July 2025)",
        ]

    def test_biosketch_follows_the_common_form(self):
        make_world(2)
        document = document_of("ada-quint", "biosketch")
        assert [section.heading for section in document.sections] == [
            "Identifying information", "Professional preparation", "Appointments and positions", "Products",
            "Synergistic activities", "Mentoring",
        ]  # fmt: skip
        assert [part.heading for part in section_named(document, "publications").parts] == [
            "Most closely related", "Other significant products",
        ]  # fmt: skip
        assert "Course 0" not in text_of_document(document)

    def test_biosketch_names_five_products_of_each_kind_at_most(self):
        ada = make_member("Ada Quint")
        for number in range(7):
            make_publication(f"Chosen {number}", [ada], is_selected=True)
            make_publication(f"Other {number}", [ada])
        make_publication("Under review", [ada], status="submitted", is_selected=True, year=2025)
        make_publication("Taken back", [ada], year=2025, is_selected=True).notices.create(kind="retraction")
        flush_changes()
        parts = section_named(document_of("ada-quint", "biosketch"), "publications").parts
        assert [len(part.entries) for part in parts] == [5, 5]
        assert "Under review" not in text_of_document(document_of("ada-quint", "biosketch"))
        assert "Taken back" not in text_of_document(document_of("ada-quint", "biosketch"))

    def test_headings_are_in_the_readers_language(self):
        make_member("Ada Quint").education.create(organization=make_organization(), degree="Ph.D.", start="2020")
        with translation.override("zh-hans"):
            document = document_of("ada-quint")
        assert document.address == f"{ROOT}/zh-hans/people/ada-quint/"

    def test_drafts_are_not_in_it(self):
        ada = make_member("Ada Quint")
        hidden = make_person("Hidden Person", is_published=False)
        degree = ada.education.create(organization=make_organization(), degree="Ph.D.", start="2020", grade="Secret")
        degree.advisors.add(hidden)
        paper = make_publication("Hidden paper", [ada], is_published=False)
        position = ada.positions.create(title="Intern")
        position.position_people.create(person=hidden, role="mentor")
        position.position_publications.create(publication=paper)
        make_award_receipt("Prize", ada, publication=paper)
        make_mentorship(ada, hidden)
        ada.sections.create(kind="other", heading="Hidden section", body="x", is_published=False)
        talk = Talk.objects.create(title="Open talk", event="ICXM", publication=paper)
        talk.speakers.add(ada)
        ada.memberships.update(group=make_group("Hidden group", is_published=False))
        ada.memberships.update(role="postdoc")
        make_publication("Unconfirmed", [{"printed_name": "A. Quint", "person": ada, "link_status": "proposed"}])
        flush_changes()
        text = text_of_document(document_of("ada-quint"))
        assert "Open talk" in text
        for leak in ("Hidden", "Secret", "Unconfirmed"):
            assert leak not in text


@pytest.mark.django_db
class TestRecordsBehindEntries:
    def test_papers_and_services_say_what_they_were_made_of(self):
        make_world(1)
        profile = profile_of("ada-quint")
        document = document_of("ada-quint")
        papers = section_named(document, "publications").entries
        assert {entry.key for entry in papers} == {paper.slug for paper in profile.publications}
        services = section_named(document, "service").entries
        assert [entry.key for entry in services] == [group.kind for group in profile.services]
        keys = {entry.key for section in document_of("ada-quint", "short").sections for entry in section.entries}
        assert keys >= {entry.key for entry in (*papers, *services)}

    def test_products_are_looked_for_no_further_than_five(self, monkeypatch):
        ada = make_member("Ada Quint")
        for number in range(12):
            make_publication(f"Paper {number:02}", [ada], year=2024, is_selected=number == 3)
        flush_changes()
        profile = profile_of("ada-quint")
        looked = []
        monkeypatch.setattr(biosketch, "is_citable", lambda paper: not looked.append(paper.slug))
        monkeypatch.setattr(Publication, "__eq__", lambda *pair: pytest.fail("compared"))
        [section] = biosketch.products(profile, ROOT)
        assert [len(part.entries) for part in section.parts] == [1, 5]
        assert len(looked) == 6
        keys = [entry.key for entry in section.entries]
        assert len(set(keys)) == 6

    def test_coauthors_are_counted_once(self):
        make_world(1)
        profile = profile_of("ada-quint")
        assert profile.coauthors is profile.coauthors

    def test_positions_are_parted_by_kind(self):
        ada = make_member("Ada Quint")
        for kind in ("employment", "internship", "research", "project"):
            ada.positions.create(kind=kind, title=kind, start="2020")
        profile = profile_of("ada-quint")
        assert {position.kind for position in profile.work} == {"employment", "internship"}
        assert {position.kind for position in profile.research_positions} == {"research", "project"}
