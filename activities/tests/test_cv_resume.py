"""A person's record as JSON Resume and their publications as BibTeX: valid, complete, read again by others."""

from __future__ import annotations

from datetime import date

import jsonschema
import pytest
from bibtexparser import parse_string

from activities.models import Service
from labsite.tests.factories import make_member, make_organization, make_person, make_publication
from labsite.tests.world import make_world
from publications.digests import flush_changes

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ADA = "/people/ada-quint/"
# What JSON Resume 1.0.0 (github.com/jsonresume/resume-schema) asks of each part, written down by hand.
DATE = {"type": "string", "pattern": r"^([1-2][0-9]{3}-[0-1][0-9]-[0-3][0-9]|[1-2][0-9]{3}-[0-1][0-9]|[1-2][0-9]{3})$"}
TEXT, TEXTS = {"type": "string"}, {"type": "array", "items": {"type": "string"}}
ADDRESS = {"type": "string", "format": "uri", "pattern": "^https?://"}
PERIOD = {"startDate": DATE, "endDate": DATE}


def part(**properties):
    return {"type": "object", "additionalProperties": False, "properties": properties}


def parts(**properties):
    return {"type": "array", "items": part(**properties)}


JSON_RESUME = part(
    **{"$schema": ADDRESS},
    basics=part(
        name=TEXT, label=TEXT, image=TEXT, email={"type": "string", "format": "email"}, phone=TEXT, url=ADDRESS,
        summary=TEXT, location=part(address=TEXT, postalCode=TEXT, city=TEXT, countryCode=TEXT, region=TEXT),
        profiles=parts(network=TEXT, username=TEXT, url=ADDRESS),
    ),
    work=parts(
        name=TEXT, location=TEXT, description=TEXT, position=TEXT, url=ADDRESS, summary=TEXT, highlights=TEXTS, **PERIOD
    ),
    volunteer=parts(organization=TEXT, position=TEXT, url=ADDRESS, summary=TEXT, highlights=TEXTS, **PERIOD),
    education=parts(institution=TEXT, url=ADDRESS, area=TEXT, studyType=TEXT, score=TEXT, courses=TEXTS, **PERIOD),
    awards=parts(title=TEXT, date=DATE, awarder=TEXT, summary=TEXT),
    publications=parts(name=TEXT, publisher=TEXT, releaseDate=DATE, url=ADDRESS, summary=TEXT),
    skills=parts(name=TEXT, level=TEXT, keywords=TEXTS),
    interests=parts(name=TEXT, keywords=TEXTS),
    projects=parts(
        name=TEXT, description=TEXT, highlights=TEXTS, keywords=TEXTS, url=ADDRESS, roles=TEXTS, entity=TEXT, type=TEXT,
        **PERIOD,
    ),
    meta=part(canonical=ADDRESS, version=TEXT, lastModified=TEXT),
)  # fmt: skip


def test_resume_is_valid_and_complete(client):
    make_world(2, with_versions=True)
    data = client.get(f"{ADA}resume.json").json()
    jsonschema.validate(data, JSON_RESUME, format_checker=jsonschema.FormatChecker())
    assert set(data) == {
        "$schema", "basics", "work", "volunteer", "education", "awards", "publications", "interests", "projects",
        "meta",
    }  # fmt: skip
    assert data["meta"] | {"lastModified": ""} == {
        "canonical": "http://testserver/people/ada-quint/resume.json", "version": "v1.0.0", "lastModified": "",
    }  # fmt: skip
    assert date.fromisoformat(data["meta"]["lastModified"][:10])


def test_resume_of_almost_nothing_is_valid(client):
    make_person("Bo")
    data = client.get("/people/bo/resume.json").json()
    jsonschema.validate(data, JSON_RESUME)
    assert set(data) == {"$schema", "basics", "meta"}


def test_resume_says_what_the_record_says(client):
    ada = make_member("Ada Quint", role="postdoc", start="2021")
    school = make_organization("Example University", url="https://example.org/")
    ada.education.create(degree="Ph.D.", field="Silence", organization=school, start="2015-09", end="2020", grade="1.0",
                         rank="1/68")  # fmt: skip
    ada.positions.create(title="Intern", organization=school, start="2014", end="2014-08", summary="- One\n- *Two*")
    ada.positions.create(kind="project", project="Quiet dialogue", summary="Text")
    ada.sections.create(kind="skills", heading="Languages of programs", body="Python, Rust")
    Service.objects.create(person=ada, kind="reviewer", venue_text="ICXM", year=2024, count=2)
    data = client.get(f"{ADA}resume.json").json()
    assert data["education"] == [
        {"institution": "Example University", "url": "https://example.org/", "area": "Silence", "studyType": "Ph.D.",
         "startDate": "2015-09", "endDate": "2020"}
    ]  # fmt: skip
    assert data["work"] == [
        {"position": "Postdoc", "startDate": "2021"},
        {"name": "Example University", "position": "Intern", "url": "https://example.org/",
         "highlights": ["One", "Two"], "startDate": "2014", "endDate": "2014-08"},
    ]  # fmt: skip
    assert data["projects"] == [{"name": "Quiet dialogue", "highlights": ["Text"], "type": "research"}]
    assert data["skills"] == [{"name": "Languages of programs", "keywords": ["Python, Rust"]}]
    assert data["volunteer"] == [
        {"organization": "ICXM 2024", "position": "Conference reviewer", "startDate": "2024", "highlights": ["2 times"]}
    ]


def test_resume_is_the_same_in_every_language(client):
    make_world(1, with_versions=True)
    assert client.get(f"/zh-hans{ADA}resume.json").json() == client.get(f"{ADA}resume.json").json()


def test_bibliography_is_read_again(client):
    ada = make_member("Ada Quint")
    make_publication("On Quiet Machines", [ada, "B. Other"], slug="quiet", year=2024)
    make_publication("Hidden", [ada], is_published=False)
    make_publication("Proposed", [{"printed_name": "A. Quint", "person": ada, "link_status": "proposed"}])
    make_publication("By others", ["B. Other"])
    flush_changes()
    response = client.get(f"{ADA}publications.bib")
    assert response.headers["Content-Type"] == "application/x-bibtex; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="publications-ada-quint.bib"'
    library = parse_string(response.getvalue().decode())
    assert [entry.key for entry in library.entries] == ["quiet"]
    assert library.entries[0]["title"].strip("{}") == "On Quiet Machines"
    assert library.failed_blocks == []


def test_bibliography_of_nothing_is_a_valid_file(client):
    make_member("Ada Quint")
    assert parse_string(client.get(f"{ADA}publications.bib").getvalue().decode()).blocks == []
