"""Sites of other templates as they are: brought in, brought in again, taken back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from labsite.models import OldPath
from labsite.site_import.reading import read_site
from labsite.site_import.runs import SourceSite, preview
from labsite.site_import.undoing import undo_site
from labsite.tests.moving import bring_in, difference, tables
from people.models import Person
from publications.digests import flush_changes
from publications.models import Publication, Topic

pytestmark = pytest.mark.django_db
SITES = Path(__file__).parent / "sites"
NAMES = sorted(path.name for path in SITES.iterdir() if path.is_dir())


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path_factory):
    """Uploads of one test are nobody else's."""
    settings.DATA_DIR = tmp_path_factory.mktemp("data")
    settings.MEDIA_ROOT = settings.DATA_DIR / "media"


@pytest.mark.parametrize("name", NAMES)
def test_a_site_comes_in_once_and_goes_whole(name):
    empty = tables()
    site = SourceSite(read_site(SITES / name), SITES / name)
    batch, report = bring_in(site)
    assert Person.objects.exists() and Publication.objects.exists()
    assert batch.kind == site.content.kind
    records = [record for kind in ("people", "groups", "publications", "news", "talks", "projects", "pages")
               for record in getattr(site.content, kind)]  # fmt: skip
    assert sum(sum(counts.values()) for kind, counts in report.counts.items() if kind not in ("lab", "lists")) == len(
        records
    )
    once = tables()
    _, again = bring_in(site)
    assert difference(once, tables()) == {}
    assert not again.changes_something, [each for each in again.records if each["state"] in ("new", "update")]
    assert undo_site(batch.pk)["kept"] == []
    flush_changes()
    assert difference(empty, tables()) == {}


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        ("alfolio", {"/mira/people/": "/people/", "/mira/publications": "/publications/", "/mira/blog/2023/": "/news/",
                     "/mira/blog/tag/felt/index.html": "/news/"}),
        ("academicpages", {"/cv/": "/people/ada-quint/"}),
        ("greenelab", {"/team/": "/people/", "/team": "/people/"}),
        ("hugoblox", {"/publication/": "/publications/", "/post/": "/news/", "/project/": "/research/",
                      "/tags/charts/": "/topics/charts/", "/category/acoustics": "/publications/",
                      "/tags/weather/": "/news/", "/tags/": "/topics/"}),
    ],
)  # fmt: skip
def test_old_addresses_of_lists_lead_to_the_list_that_is_like_them(client, name, paths):
    Topic.objects.create(slug="charts", name="Charts")
    bring_in(SourceSite(read_site(SITES / name), SITES / name))
    for path, target in paths.items():
        answer = client.get(path)
        assert (path, answer.status_code, answer.get("Location")) == (path, 301, target)
        assert client.get(target).status_code == 200


def test_an_old_list_that_somebody_led_elsewhere_or_deleted_stays_so(client):
    site = SourceSite(read_site(SITES / "alfolio"), SITES / "alfolio")
    bring_in(site)
    people = OldPath.objects.get(path="/mira/people/")
    people.list_page = "awards"
    people.save()
    OldPath.objects.get(path="/mira/publications/").delete()
    batch, report = bring_in(site)
    assert not report.changes_something
    assert client.get("/mira/people/")["Location"] == "/awards/"
    assert client.get("/mira/publications/").status_code == 404


def test_a_list_whose_address_is_another_page_here_is_left_to_do(tmp_path):
    shutil.copytree(SITES / "greenelab", tmp_path / "site")
    (tmp_path / "site/research").mkdir()
    (tmp_path / "site/research/index.md").write_text('---\ntitle: R\n---\n{% include list.html data="citations" %}\n')
    _, report = bring_in(SourceSite(read_site(tmp_path / "site"), tmp_path / "site"))
    assert any("“/research/” was a list" in each and "“/publications/”" in each for each in report.chores)
    assert not OldPath.objects.filter(path__startswith="/research").exists()


@pytest.mark.parametrize(
    ("name", "path", "before", "after", "place"),
    [
        ("alfolio", "_bibliography/papers.bib", "year         = {2023}", "year = {20x4}", "_bibliography/papers.bib:6"),
        ("academicpages", "_publications/2024-05-01-meltline.md", "date: 2024-05-01", "date: 20x4",
         "_publications/2024-05-01-meltline.md:"),
        ("academicpages", "files/firnnet.bib", "year", "year = {20x4}, x", "_publications/2022-09-01-firnnet.md:"),
        ("hugoblox", "content/publication/tide/index.md", "date =", "date = '20x4'\nlost =",
         "content/publication/tide/index.md:"),
        ("greenelab", "_data/citations.yaml", "date: ", "date: 20x4 # ", "_data/citations.yaml:"),
    ],
)  # fmt: skip
def test_a_year_that_is_none_is_told_with_file_and_line(name, path, before, after, place, tmp_path):
    shutil.copytree(SITES / name, tmp_path / "site")
    text = (tmp_path / "site" / path).read_text()
    assert before in text
    (tmp_path / "site" / path).write_text(text.replace(before, after, 1))
    report = preview(SourceSite(read_site(tmp_path / "site"), tmp_path / "site"))
    told = [line for line in report.lines() if line.startswith(place)]
    told += [f"{each['place']} {each['value']}" for each in report.unused if each["place"].startswith(place)]
    assert any("20x4" in line for line in told), told
