"""What a CV says that a site says elsewhere too: one record, completed; what differs is told with its place."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from activities.models import Award
from labsite.site_import.reading import read_site
from labsite.site_import.records import AwardRecord, Place, SiteContent
from labsite.site_import.runs import SourceSite, preview
from labsite.tests.moving import bring_in, make_content, make_people, make_site
from people.models import Organization

CV = """\
cv:
  sections:
    Awards:
      - {name: Golden Ear, date: 2021}
      - {name: Silver Ear, date: 2019, awarder: City}
      - {name: Silver Ear, date: 2020}
    Experience:
      - {company: Quiet Works, position: Engineer, start_date: 2016-01, end_date: present}
"""
RESUME = {
    "awards": [
        {"title": "Golden Ear", "date": "2021-11-01", "awarder": "Royal Society", "url": "https://ear.example"},
        {"title": "Silver Ear", "date": "2019", "awarder": "Town", "summary": "For fans."},
    ],
    "work": [
        {"name": "Quiet Works", "position": "Engineer", "startDate": "2016-01", "endDate": "2020", "location": "Delft"}
    ],
}


def read(folder: Path, cv: str, resume: dict) -> SiteContent:
    for name, text in {
        "_config.yml": "first_name: Mira\nlast_name: Thorn\n", "_data/cv.yml": cv,
        "assets/json/resume.json": json.dumps(resume, indent=1),
    }.items():  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return read_site(folder, "al-folio")


def test_a_second_file_completes_what_the_first_says_and_the_rest_is_told(tmp_path):
    content = read(tmp_path, CV, RESUME)
    [owner] = content.people
    assert [(each.title, each.date, each.organization, each.url, each.note) for each in owner.awards] == [
        ("Golden Ear", "2021-11-01", "Royal Society", "https://ear.example", ""),
        ("Silver Ear", "2019", "City", "", "For fans."), ("Silver Ear", "2020", "", "", ""),
    ]  # fmt: skip
    [position] = owner.positions
    assert (position.where, position.end, position.is_current) == ("Delft", "", True)
    told = {each.field: (each.value, each.reason) for each in content.unused if each.place.path.endswith(".json")}
    same, other = "the same stands in _data/cv.yml:", "says it otherwise, and that counts"
    assert told == {
        "awards[0].title": ("Golden Ear", f"{same}4"),
        "awards[1].title": ("Silver Ear", f"{same}5"), "awards[1].date": ("2019", f"{same}5"),
        "awards[1].awarder": ("Town", f"_data/cv.yml:5 {other}"),
        "work[0].name": ("Quiet Works", f"{same}8"), "work[0].position": ("Engineer", f"{same}8"),
        "work[0].startDate": ("2016-01", f"{same}8"), "work[0].endDate": ("2020", f"_data/cv.yml:8 {other}"),
    }  # fmt: skip


@pytest.mark.django_db
def test_a_link_that_cannot_be_kept_is_told_where_it_stands(tmp_path):
    files = {
        "_config.yml": "author:\n  name: Eve Mal\n  uri: https://uri\n",
        "_pages/about.md": "---\npermalink: /\n---\nHi.\n",
        "_data/cv.json": json.dumps({"basics": {"name": "Eve Mal", "website": "https://u", "profiles": [
            {"network": "Blog", "url": "https://v"}]}}, indent=1),
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    report = preview(SourceSite(read_site(tmp_path, "academicpages"), tmp_path))
    assert {each["place"]: each["value"] for each in report.unused if each["field"] == "links.url"} == {
        "_config.yml:3": "https://uri", "_data/cv.json:4": "https://u", "_data/cv.json:6": "https://v",
    }  # fmt: skip


@pytest.mark.django_db
def test_an_award_received_twice_has_the_giver_that_either_names(tmp_path):
    place = Place("cv.yml", 3)
    awards = [AwardRecord(place, "Golden Ear", "", "2019"), AwardRecord(place, "Golden Ear", "Society", "2021"),
              AwardRecord(place, "Golden Ear", "Guild", "2022")]  # fmt: skip
    ada = replace(make_people()[0], awards=tuple(awards))
    content = make_content(people=(ada,), publications=(), news=(), talks=(), projects=(), pages=(), groups=())
    _, report = bring_in(make_site(tmp_path, content))
    assert Award.objects.get().organization == Organization.objects.get(name="Society")
    assert [each["value"] for each in report.unused if each["field"] == "awards.organization"] == ["Guild"]
    _, again = bring_in(make_site(tmp_path, content))
    assert not again.changes_something
