"""What the four sample sites say, fact by fact. No database."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from labsite.site_import.citations import read_citation
from labsite.site_import.reading import read_site
from labsite.site_import.records import LinkRecord, Media, Place, SiteContent
from publications.formats.bibtex import write_bibtex

SITES = Path(__file__).parent / "sites"


@cache
def site(name: str) -> SiteContent:
    return read_site(SITES / name)


def reason(content: SiteContent, path: str, line: int) -> str:
    return "; ".join(each.reason for each in content.unused if each.place == Place(path, line))


def problem(content: SiteContent, path: str) -> str:
    return "; ".join(f"{each.place.line} {each.message}" for each in content.problems if each.place.path == path)


def paper(content: SiteContent, title: str):
    found = [each for each in content.publications if each.entry.record and each.entry.record.title.startswith(title)]
    assert len(found) == 1
    return found[0]


# academicpages


def test_the_owner_of_an_academic_page():
    person = site("academicpages").people[0]
    assert (person.key, person.name, person.orcid) == ("author", "Ada Quint", "0000-0002-1825-0097")
    assert person.email == "ada.quint@example.org"
    assert person.photo == Media("images/portrait.jpg")
    assert person.office == "Isvegen 3\n9000 Tromsø\nTroms\nNO"
    assert LinkRecord("https://ice.example/@ada", "mastodon") in person.links
    assert person.old_paths == ("/teaching/2022-spring-snow", "/about/", "/about.html", "/cv/", "/resume")
    assert [each.organization for each in person.positions] == ["Northern Ice Institute", "Radar North"]
    assert person.bio.startswith("I study how glaciers keep a record")
    assert "crevasses" not in person.bio + "".join(each.body for each in person.sections)


def test_interests_and_other_headings_are_sections():
    sections = {each.heading: each for each in site("academicpages").people[0].sections}
    assert sections["Research Interests"].kind == "interests"
    assert sections["Research Interests"].place == Place("_pages/about.md", 15)
    assert sections["Research Interests"].body.startswith("* **Ice cores**: layers by machine")
    assert sections["What's New"].body == "* A line without a date stays where it is."
    assert sections["Reaching me"].body.endswith("(/files/map.pdf). ✨")
    assert "[door](/door)" in sections["Reaching me"].body


def test_a_list_of_news_has_dates_lines_and_no_noise():
    news = {each.place.line: each for each in site("academicpages").news if each.place.path == "_pages/about.md"}
    assert sorted(news) == list(range(26, 44))
    assert not any("New!!" in each.body or "span" in each.body or "**" in each.body for each in news.values())
    assert (news[38].date, news[38].end, news[38].kind) == ("2022-01", "2022-05", "service")
    assert (news[41].date, news[41].kind) == ("2021-04-28", "talk")
    assert news[37].body.endswith("(https://arxiv.org/abs/2209.04005)！")
    assert news[31].body.endswith("as an Oral (acceptance rate 1.2%, 12/1002)!")
    assert [line for line, each in news.items() if each.is_highlight] == [27, 31, 32, 35, 40]
    assert news[30].publications == ("_publications/2022-09-01-firnnet.md",)
    assert news[36].kind == ""


def test_authors_in_a_printed_reference_are_taken_only_where_sure():
    content = site("academicpages")
    meltline = paper(content, "MELTLINE")
    record = meltline.entry.record
    assert [author.name.inverted for author in record.authors] == ["Quint, Ada", "Moss, Ben", "Lin, Chen"]
    assert record.authors_complete
    assert (record.volume, record.issue, record.pages) == ("12", "1", "5-19")
    assert meltline.documents == (
        ("pdf", Media("files/meltline.pdf")), ("slides", Media("files/slides-meltline.pdf")),
    )  # fmt: skip
    drift = paper(content, "Drift")
    assert drift.entry.record.authors == ()
    assert not drift.entry.record.authors_complete
    assert "could not be taken apart" in drift.entry.notes[0]
    assert (drift.entry.record.extra, drift.entry.record.source) == (
        {}, {"citation": "The drift group (2021). Drift as a Witness."},
    )  # fmt: skip
    assert not drift.is_published


@pytest.mark.parametrize(
    ("text", "equal", "corresponding"),
    [
        ("Vale*, D., Moss*, B., & Lin, C.† (2020). Title.", "Vale Moss", "Lin"),
        ("**Dora Vale***, Ben Moss and Chen Lin✉. Title. 2020.", "Vale", "Lin"),
        ("*Vale, D.*, Moss, B.*, & Lin, C. (2020). Title. *Corresponding author", "", "Moss"),
        ("**Vale, D.**, Moss, B., & Lin, C. (2020). Title.", "", ""),
    ],
)
def test_signs_behind_names_in_a_printed_reference_are_facts(text, equal, corresponding):
    found = read_citation(text, "Title", "")
    assert [author.name.family for author in found.authors] == ["Vale", "Moss", "Lin"]
    assert " ".join(each.name.family for each in found.authors if each.is_equal) == equal
    assert " ".join(each.name.family for each in found.authors if each.is_corresponding) == corresponding


def test_the_bibtex_of_a_page_counts_and_its_identifier_is_found():
    firnnet = paper(site("academicpages"), "FirnNet").entry.record
    assert firnnet.key == "quint2022firnnet"
    assert firnnet.identifier("arxiv") == "2209.04004"
    assert firnnet.abstract == "Snow is not simple. We show how much of it a radar can read."
    assert (firnnet.date, firnnet.pages) == ("2022-09-01", "10-21")


def test_a_redirect_adds_its_path_to_the_page_it_leads_to():
    page = next(each for each in site("academicpages").pages if each.title == "Joining the ice")
    assert page.old_paths == ("/join/", "/jobs/", "/door")
    assert "See [the map](/files/map.pdf)." in page.body
    assert "Braces such as {{ these }} are only code." in page.body


def test_posts_are_news_and_long_ones_pages_as_well():
    content = site("academicpages")
    posts = {each.place.path: each for each in content.news if each.place.path.startswith(("_posts", "_drafts"))}
    assert posts["_posts/2023-01-10-first-snow.md"].old_paths == ("/posts/2023/01/first-snow/",)
    long = posts["_posts/2023-08-14-how-we-drill.md"]
    assert long.body == "[How we drill](/how-we-drill/): Ten metres a day."
    page = next(each for each in content.pages if each.title == "How we drill")
    assert page.old_paths == ("/how-we-drill/",)
    assert '{"metres": 10}  # {{ not a template }}' in page.body
    assert not posts["_drafts/thoughts.md"].is_published


def test_talks_courses_and_projects():
    content = site("academicpages")
    talks = {each.title: each for each in content.talks}
    assert talks["Serac, a Clock That Falls"].kind == "invited"
    assert talks["Serac, a Clock That Falls"].documents == (("slides", Media("files/slides-firnnet.pdf")),)
    assert talks["Firn for Beginners"].date == "2020-09-07"
    assert talks["Firn for Beginners"].links == (LinkRecord("https://conf.example/firn-talk"),)
    courses = [each for each in content.people[0].services if each.kind == "teaching"]
    assert [each.title for each in courses] == ["Snow for Everybody", "Ice Seminar"]
    assert content.projects[0].picture == Media("images/hut.jpg")
    assert content.projects[0].summary == "A radar on runners"


# al-folio


def test_the_owner_of_an_al_folio_page():
    person = site("alfolio").people[0]
    assert (person.name, person.native_name) == ("Mira J. Thorn", "棘米拉")
    assert person.other_names == ("Mira Thorn", "M. Thorn", "M. J. Thorn")
    assert person.office == "Room 12\n7 Felt Lane\nDelft, South Holland\nThe Netherlands"
    assert person.headline == "Quiet Works, Delft"
    assert person.orcid == "0000-0002-1694-233X"
    assert [each.heading for each in person.sections][:4] == [
        "Industry: Fans and Pumps That Keep Still", "Theme 1: Felt, Oil, and Patience",
        "Theme 2: Clocks Without a Tick", "Working Together",
    ]  # fmt: skip
    assert person.sections[0].body.endswith("Do write to me if you know one!**")
    assert person.sections[3].place == Place("_pages/about.md", 44)
    assert "secrets" not in person.bio
    assert reason(site("alfolio"), "_pages/about.md", 27) == "it is commented out, so that nobody saw it"


def test_every_field_of_a_bibliography_is_kept():
    hush = paper(site("alfolio"), "Hush")
    record = hush.entry.record
    assert hush.place == Place("_bibliography/papers.bib", 6)
    assert record.is_selected
    assert record.container_short == "JQM"
    assert record.identifier("doi") == "10.5555/jqm.2023.11"
    assert record.link("code") == "https://github.com/mirathorn/hush"
    assert record.distinctions[0][0] == "best-paper"
    assert {kind: media.path for kind, media in hush.documents} == {
        "pdf": "assets/pdf/hush.pdf", "slides": "assets/pdf/hush-slides.pdf", "poster": "assets/pdf/hush-poster.pdf",
        "other": "assets/pdf/hush-supplement.pdf",
    }  # fmt: skip
    assert [(each.name.natural, each.is_equal) for each in record.authors] == [
        ("Mira J. Thorn", False), ("Tobi Okoro", False), ("Dora Vale", True),
    ]  # fmt: skip
    assert record.extra == {"hal": "hal-00000001"}
    left = {
        (each.place.line, each.field) for each in site("alfolio").unused if each.place.path.endswith("papers.bib")
    }  # fmt: skip
    assert left == {
        (8, "bibtex_show"), (30, "preview"), (31, "altmetric"), (32, "dimensions"), (33, "google_scholar_id"),
        (34, "additional_info"), (37, "award"), (39, "inspirehep_id"),
    }  # fmt: skip
    written = write_bibtex(record)
    assert "author = {Thorn, Mira J. and Okoro, Tobi and Vale, Dora}" in written and "author+an = {3=equal}" in written
    assert not re.search(r"bibtex_show|preview|altmetric|dimensions|scholar|additional|annotation|hush\.pdf", written)
    assert not any("no full web address" in note for note in hush.entry.notes)


def test_what_a_bibliography_lacks_is_a_problem_with_its_line():
    told = problem(site("alfolio"), "_bibliography/papers.bib")
    assert "52 okoro2022still: pdf names “lost.pdf”, which is not there." in told
    assert "56 nobody2021: This entry has no title: add one." in told


def test_two_forms_of_one_cv_are_one_record():
    person = site("alfolio").people[0]
    assert [(each.organization, each.title) for each in person.positions] == [
        ("Quiet Works", "Senior engineer"), ("Loud Ltd", "Summer intern"),
    ]  # fmt: skip
    assert person.positions[1].kind == "internship"
    assert [each.degree for each in person.education] == ["PhD", "BSc"]
    assert [each.title for each in person.awards] == ["Golden Ear", "Felt Scholarship"]
    assert [each.title for each in person.services] == ["Felt for engineers", "Helper", "Coach"]
    assert person.services[0].note.startswith("felt-for-engineers. Autumn. Hall 2. Mondays at nine")
    assert person.old_paths == ("/mira/", "/mira/teachings/felt/")
    assert reason(site("alfolio"), "assets/json/resume.json", 13).startswith("the same stands in _data/cv.yml:28")
    assert "ask them" in reason(site("alfolio"), "_data/cv.yml", 80)
    titles = [each.entry.record.title for each in site("alfolio").publications]
    assert titles == ["Hush: A Motor That Listens", "Still Life with Gears", "On Felt"]


def test_a_cv_of_the_older_form(tmp_path):
    (tmp_path / "_data").mkdir()
    (tmp_path / "_config.yml").write_text("first_name: Mira\nlast_name: Thorn\n")
    (tmp_path / "_data/cv.yml").write_text(OLDER_CV)
    content = read_site(tmp_path, "al-folio")
    person = content.people[0]
    assert [(each.organization, each.unit, each.start, each.end) for each in person.education] == [
        ("University of Leiden", "Machines", "2010", "2015")
    ]  # fmt: skip
    assert person.education[0].note == "* Felt and its uses.\n* Prizes: Best thesis, Second prize"
    assert [(each.organization, each.start, each.is_current) for each in person.positions] == [
        ("Quiet Works", "2016", True)
    ]
    assert [(each.title, each.date) for each in person.awards] == [("Golden Ear", "2020"), ("Silver Ear", "2020")]
    assert [(each.heading, each.kind, each.body) for each in person.sections] == [
        ("Languages", "skills", "* Dutch, English"),
        ("Academic Interests", "interests", "* **Quiet**: felt, oil\n* Bells"),
    ]  # fmt: skip
    assert content.projects[0].name == "fan"
    assert "not carried over" in reason(content, "_data/cv.yml", 5)
    assert "the words stay" in reason(content, "_data/cv.yml", 24)


OLDER_CV = """\
- title: General Information
  type: map
  contents:
    - {name: Full Name, value: Mira Thorn}
    - {name: Date of Birth, value: 1st April 1980}
    - {name: Languages, value: "Dutch, English"}
- title: Education
  type: time_table
  contents:
    - title: PhD
      institution: University of Leiden
      department: Machines
      year: 2010 - 2015
      description:
        - Felt and its uses.
        - title: Prizes
          contents: [Best thesis, Second prize]
- title: Experience
  type: time_table
  contents: [{title: Engineer, institution: Quiet Works, year: 2016 - present}]
- title: Open Source Projects
  type: time_table
  contents:
    - {title: "<a href='https://fan.example'>fan</a>", year: 2015-now, description: A fan.}
- title: Honors and Awards
  type: time_table
  contents: [{year: 2020, items: [Golden Ear, Silver Ear]}]
- title: Academic Interests
  type: nested_list
  contents: [{title: Quiet, items: [felt, oil]}, Bells]
"""


def test_coauthors_are_known_by_a_link_only():
    people = [each for each in site("alfolio").people if each.is_known_only]
    assert [(each.name, each.other_names) for each in people] == [
        ("Tobi Okoro", ("T. Okoro",)), ("Dora Vale", ("D. Vale",)),
    ]  # fmt: skip
    assert people[0].links == (LinkRecord("https://okoro.example/", "website"),)


def test_profiles_are_people_and_one_without_text_is_a_problem():
    okoro = next(each for each in site("alfolio").people if each.key == "_pages/about_okoro.md")
    assert (okoro.name, okoro.office, okoro.headline) == ("Tobi Okoro", "Room 13\n7 Felt Lane", "Springs")
    assert "_pages/about_nobody.md" in problem(site("alfolio"), "_pages/profiles.md")


def test_paths_of_a_site_below_a_folder_have_it():
    content = site("alfolio")
    news = {each.key: each for each in content.news}
    assert news["_news/announcement_1.md"].old_paths == ("/mira/news/announcement_1/",)
    assert news["_news/announcement_1.md"].body.endswith("is out! ✨ 😄")
    assert news["_posts/2023-05-21-hush.md"].old_paths == ("/mira/blog/2023/hush/",)
    assert content.people[0].sections[3].body.count("](/mira/") == 2
    assert problem(content, "_news/undated.md").startswith("0 It has no date")


# Hugo Blox


def test_people_of_three_spellings():
    people = {each.key: each for each in site("hugoblox").people}
    nora, lin, tom = people["admin"], people["lin-chen"], people["me"]
    assert (nora.role, nora.orcid, nora.email) == (
        "principal-investigator", "0000-0003-1419-2405", "nora.ebb@example.org",
    )  # fmt: skip
    assert nora.photo == Media("content/authors/admin/avatar.jpg")
    assert [(each.degree, each.field, each.end) for each in nora.education] == [
        ("PhD", "Coastal Physics", "2009"), ("BSc", "Physics", "2004"),
    ]  # fmt: skip
    assert (lin.role, lin.positions[0].organization, lin.awards[0].date) == ("phd", "Blue Works", "2018-03-01")
    assert lin.positions[0].place == Place("content/authors/lin-chen/_index.md", 13)
    assert lin.old_paths == ("/author/lin-chen/", "/author/l-chen/", "/authors/lin-chen/")
    assert (tom.native_name, tom.role, tom.photo) == ("汤姆", "postdoc", Media("assets/media/authors/me.jpg"))
    assert people["Eva Sand"].is_alumnus
    assert [(each.key, each.name) for each in site("hugoblox").groups] == [("deepwater", "Deep Water")]


def test_a_publication_with_its_bibtex_marks_and_files():
    seabed = paper(site("hugoblox"), "Seabed")
    record = seabed.entry.record
    assert record.key == "ebb2021seabed"
    assert [author.name.natural for author in record.authors] == ["Nora Ebb", "Lin Chen", "Robert Foord"]
    assert record.authors[0].orcid == "0000-0003-1419-2405"
    assert (record.container, record.container_short) == ("Proceedings of the Conference on Shallow Water", "CSW")
    assert any("Conference on Shallow Water" in note for note in seabed.entry.notes)
    assert (seabed.people, seabed.projects) == (("admin", "lin-chen"), ("buoy",))
    assert [kind for kind, _ in seabed.documents] == ["poster", "slides", "pdf"]
    assert "not a valid PubMed" in reason(site("hugoblox"), "content/publication/seabed/index.md", 26)
    tide = paper(site("hugoblox"), "Tide")
    assert (tide.is_published, tide.entry.record.kind, tide.entry.record.identifier("arxiv")) == (
        False, "journal-article", "1509.00001",
    )  # fmt: skip


def test_broken_front_matter_refuses_its_file_alone():
    told = problem(site("hugoblox"), "content/publication/shell/index.md")
    assert told.startswith("4 It is no YAML that can be read")
    assert len(site("hugoblox").publications) == 2


def test_a_lab_has_its_name_and_words():
    lab = site("hugoblox").lab
    assert (lab.name, lab.tagline) == ("Tidewater Group", "We listen to the sea")
    assert lab.introduction.endswith("We measure **tides**.")
    assert site("hugoblox").owner == ""
    talk = site("hugoblox").talks[0]
    assert (talk.event, talk.date) == ("Harbour Days", "2022-06-01")
    assert talk.where == "Harbour Museum, 1 Quay, Ebbtown, EB, 1000, Sandland"
    assert site("hugoblox").projects[0].picture == Media("content/project/buoy/featured.jpg")
    buoy = "content/project/buoy/index.md"
    assert [reason(site("hugoblox"), buoy, line) for line in (10, 11)] == ["projects have no pictures here"] * 2
    pages = {each.title: each.old_paths for each in site("hugoblox").pages}
    assert pages == {"Diary": ("/post/diary/",), "Contact": ("/contact/",), "Privacy": ("/privacy-notice/",)}


def test_a_site_with_one_owner_is_about_them(tmp_path):
    (tmp_path / "content/authors/admin").mkdir(parents=True)
    (tmp_path / "content/home").mkdir()
    (tmp_path / "config/_default").mkdir(parents=True)
    (tmp_path / "config/_default/config.toml").write_text('title = "Ada"\nbaseurl = "https://ada.example/a/"\n')
    (tmp_path / "content/authors/admin/_index.md").write_text("---\ntitle: Ada Quint\nsuperuser: true\n---\nHello.\n")
    (tmp_path / "content/home/experience.md").write_text(
        '+++\nwidget = "experience"\ntitle = "Experience"\n\n[[experience]]\n  title = "CEO"\n  company = "Ice Ltd"\n'
        '  date_start = "2017-01-01"\n  date_end = ""\n+++\n'
    )
    content = read_site(tmp_path)
    assert (content.owner, content.lab, content.url) == ("admin", None, "https://ada.example/a")
    assert content.people[0].positions[0].organization == "Ice Ltd"
    assert content.people[0].old_paths == ("/a/author/ada-quint/", "/a/authors/admin/")


# The Greene Lab's template


def test_members_of_a_lab():
    people = {each.key: each for each in site("greenelab").people}
    rosa, jun, olu = people["rosa-stein"], people["jun-park"], people["olu-ade"]
    assert (rosa.role, rosa.other_names, rosa.old_paths) == (
        "principal-investigator", ("R. Stein", "R Stein"), ("/members/rosa-stein.html", "/pi/"),
    )  # fmt: skip
    assert (rosa.phone, rosa.office) == ("+1 555 0101", "4 Boulder Road")
    assert (jun.role, jun.start, jun.end, jun.is_alumnus) == ("phd", "2019-09", "2023", True)
    assert (olu.role, olu.title) == ("", "Keeper of the herbarium")
    assert "who this is" in problem(site("greenelab"), "_members/nameless.md")


def test_papers_of_two_files_are_one_and_bare_identifiers_are_looked_up():
    content = site("greenelab")
    slow = paper(content, "How slow")
    assert slow.people == ("rosa-stein", "jun-park")
    assert slow.entry.record.authors[0].orcid == "0000-0002-9079-593X"
    assert slow.summary == "What a ruler says of *time*."
    assert slow.entry.record.topics == ("growth", "patience")
    assert "counts" in reason(content, "_data/citations.yaml", 16)
    looked_up = [each for each in content.publications if each.entry.lookup]
    assert [(each.entry.lookup, each.entry.line) for each in looked_up] == [(("doi", "10.5555/moss.7"), 13)]
    assert "shell:7" in problem(content, "_data/sources.yaml")


def test_redirects_in_a_circle_lead_nowhere():
    content = site("greenelab")
    assert "in a circle" in problem(content, "circle-a.md")
    assert "in a circle" in problem(content, "circle-b.md")
    paths = [path for each in (*content.people, *content.pages, *content.news) for path in each.old_paths]
    assert not any("circle" in path for path in paths)


def test_pages_and_cards_of_a_lab():
    content = site("greenelab")
    assert [(each.title, each.old_paths) for each in content.pages] == [("Join us", ("/join-us/", "/jobs/"))]
    assert [(each.name, each.kind) for each in content.projects] == [
        ("Stone watch", "project"), ("Slow ruler", "software"),
    ]  # fmt: skip
    assert content.lab.introduction.endswith("We look at **stones**.")
    assert [each.is_published for each in content.news] == [False, True]


@pytest.mark.parametrize("name", ["academicpages", "alfolio", "hugoblox", "greenelab"])
def test_reading_twice_gives_the_same(name):
    assert read_site(SITES / name) == site(name)
