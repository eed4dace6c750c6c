"""A site of another template for tests: one of everything, by invented people; and every table, to compare."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.apps import apps
from PIL import Image

from labsite.merging.ledger import dump_row
from labsite.models import SiteImport
from labsite.site_import.records import (
    AwardRecord,
    EducationRecord,
    GroupRecord,
    LabRecord,
    LinkRecord,
    Media,
    NewsRecord,
    PageRecord,
    PersonRecord,
    Place,
    PositionRecord,
    ProjectRecord,
    PublicationRecord,
    SectionRecord,
    ServiceRecord,
    SiteContent,
    TalkRecord,
)
from labsite.site_import.report import SiteReport
from labsite.site_import.runs import SourceSite, apply, begin
from labsite.site_import.survey import Options
from labsite.tests.documents import PDF
from publications.digests import flush_changes
from publications.tests.importing import entry, record

# What grows with every change, or only says who worked when.
BOOKS = {
    "labsite.contentversion", "labsite.siteimport", "labsite.siteorigin", "publications.import",
    "publications.importentry", "publications.facettotal",
}  # fmt: skip


def make_files(folder: Path) -> Path:
    """The files that `make_content` names."""
    for name in ("img/ada.png", "img/lab.png", "img/logo.png"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = io.BytesIO()
        Image.new("RGB", (40, 40), (20, 90, 160)).save(picture, "PNG")
        path.write_bytes(picture.getvalue())
    for name in ("files/quiet.pdf", "files/slides.pdf"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PDF + name.encode())
    return folder


def make_people() -> tuple[PersonRecord, ...]:
    place = Place("_data/people.yml", 3)
    ada = PersonRecord(
        place, "ada", "Ada Quint", orcid="0000-0002-1825-0097", headline="Quiet machines", bio="She listens.",
        email="ada@example.org", office="Room 1", role="principal-investigator", groups=("hush",), start="2019",
        native_name="安静", other_names=("A. Quint",), old_paths=("/about/",),
        links=(LinkRecord("https://github.com/ada-quint", "github"), LinkRecord("https://example.org/ada", "website")),
        photo=Media("img/ada.png", alt="Ada at a desk"),
        positions=(PositionRecord(place, "employment", "Quiet Institute", "Researcher", start="2015", end="2018"),),
        education=(EducationRecord(place, "Example University", "Ph.D.", "Silence", end="2015", courses=("Hush 1",)),),
        awards=(AwardRecord(place, "Quiet Prize", "Quiet Institute", "2020"),),
        services=(ServiceRecord(place, "reviewer", venue="NQM", date="2021"),),
        sections=(SectionRecord(place, "Interests", "Silence, and *noise*.", "interests"),),
    )  # fmt: skip
    bo = PersonRecord(
        Place("_data/people.yml", 20), "bo", "Bo Stillman", role="phd", is_alumnus=True, end="2022",
        next_destination="Scientist at Hush Ltd", groups=("hush",),
    )  # fmt: skip
    known = PersonRecord(
        Place("_data/coauthors.yml", 1), "third", "Cy Third", is_known_only=True,
        links=(LinkRecord("https://example.org/cy", "website"),),
    )  # fmt: skip
    return ada, bo, known


def make_papers() -> tuple[PublicationRecord, ...]:
    quiet = record("On Quiet Machines", "Ada Quint", "Cy Third", key="quint2020quiet", year=2020)
    loud = record("On Loud Machines", "Bo Stillman", key="stillman2021loud", year=2021)
    return (
        PublicationRecord(
            Place("papers.bib", 1), "quint2020quiet", entry(quiet), summary="Machines can be quiet.", people=("ada",),
            projects=("hush",), documents=(("pdf", Media("files/quiet.pdf")),), old_paths=("/papers/quiet/",),
        ),
        PublicationRecord(Place("papers.bib", 20), "stillman2021loud", entry(loud, 20), is_published=False),
    )  # fmt: skip


def make_content(**changes: Any) -> SiteContent:
    content = SiteContent(
        "al-folio", "https://former.example.org",
        lab=LabRecord(Place("_config.yml", 1), "Quiet Lab", "We listen.", "All about *silence*.",
                      logo=Media("img/logo.png"), picture=Media("img/lab.png", alt="The lab", caption="2020")),
        people=make_people(),
        groups=(GroupRecord(Place("_data/groups.yml", 1), "hush", "Hush Group", "Silence", old_paths=("/hush.html",)),),
        publications=make_papers(),
        news=(NewsRecord(Place("_news/1.md"), "1", "2021-05-03", "Ada won a *prize*.", "award", people=("ada",),
                         publications=("quint2020quiet",), old_paths=("/news/1/",)),
              NewsRecord(Place("_news/2.md"), "2", "2021-06", "A secret.", is_published=False)),
        talks=(TalkRecord(Place("_talks/a.md"), "a", "How to be quiet", "invited", "NQM 2021", "Springfield",
                          "2021-05", people=("ada",), publications=("quint2020quiet",),
                          links=(LinkRecord("https://example.org/video", label="Video"),
                                 LinkRecord("/files/slides.pdf", label="Slides")), old_paths=("/talks/a",)),),
        projects=(ProjectRecord(Place("_projects/hush.md"), "hush", "Hush", summary="A quiet project.", body="Sshh.",
                                people=("ada", "bo"), publications=("stillman2021loud",), topics=("Noise",),
                                links=(LinkRecord("https://example.org/code", "code", "Code"),),
                                old_paths=("/projects/hush/",)),),
        pages=(PageRecord(Place("_pages/join.md"), "join", "Join us", "Write to *us*.", old_paths=("/join.html",)),),
        files=("files/quiet.pdf", "files/slides.pdf", "img/ada.png"),
    )  # fmt: skip
    return replace(content, **changes)


def make_site(folder: Path, content: SiteContent | None = None, **options: Any) -> SourceSite:
    return SourceSite(content or make_content(), make_files(folder), Options.of(options))


def bring_in(site: SourceSite, user: Any = None) -> tuple[SiteImport, SiteReport]:
    """Plans and applies, as the command does."""
    batch = SiteImport.objects.create(name="former-site", created_by=user)
    begin(site, batch)
    report = apply(site, batch, user)
    flush_changes()
    return SiteImport.objects.get(pk=batch.pk), report


def tables() -> dict[str, list[str]]:
    """Every row of every table that holds records, as text; histories and books of work are left out."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label_lower
        is_ours = label.partition(".")[0] in ("labsite", "people", "publications", "activities")
        if is_ours and "historical" not in label and label not in BOOKS and model._meta.managed:
            rows = [dump_row(row) for row in model._base_manager.order_by("pk")]
            found[label] = [json.dumps({**row, "changed_at": ""}, sort_keys=True, default=str) for row in rows]
    return found


def difference(before: dict[str, list[str]], after: dict[str, list[str]]) -> dict[str, tuple[list[str], list[str]]]:
    """By table, rows that went and rows that came."""
    return {
        label: (sorted(set(before[label]) - set(after[label])), sorted(set(after[label]) - set(before[label])))
        for label in before
        if before[label] != after[label]
    }
