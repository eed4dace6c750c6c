"""Files and pages that a site names by its own full address are the files and pages of its folder. No database."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsite.site_import.reading import read_site
from labsite.site_import.records import LinkRecord, Media, SiteContent


def write(folder: Path, texts: dict[str, str]) -> Path:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def academic(folder: Path, baseurl: str = "", **files: str) -> SiteContent:
    """A site of `academicpages` at eve.github.io, with a paper, its slides and its BibTeX."""
    write(folder, {
        "_config.yml": f"url: https://eve.github.io\nbaseurl: '{baseurl}'\nauthor:\n  name: Eve Mal\n",
        "_pages/about.md": "---\npermalink: /\n---\nHi.\n",
        "files/b.pdf": "%PDF-1.4", "files/slides.pdf": "%PDF-1.4",
        "files/b.bib": "@article{b, title={B}, author={Mal, Eve}, year=2020, volume=7}",
        **files,
    })  # fmt: skip
    return read_site(folder, "academicpages")


def left(content: SiteContent) -> set[str]:
    return {each.place.path for each in content.unused if not each.field}


@pytest.mark.parametrize(
    ("address", "baseurl"),
    [
        ("https://eve.github.io", ""), ("http://eve.github.io", ""), ("https://EVE.github.io", ""),
        ("//eve.github.io", ""), ("https://eve.github.io/mal", "/mal"), ("https://eve.github.io", "/mal"),
        ("/mal", "/mal"), ("", "/mal"),
    ],
)  # fmt: skip
def test_a_file_named_by_the_sites_own_address_is_that_file(tmp_path, address, baseurl):
    page = (
        f"---\ntitle: B\ndate: 2020-01-01\npaperurl: '{address}/files/b.pdf'\nslidesurl: '{address}/files/slides.pdf'\n"
        f"bibtexurl: '{address}/files/b.bib'\n---\n[Download paper here]({address}/files/b.pdf)\n"
    )
    content = academic(tmp_path, baseurl, **{"_publications/b.md": page})
    [paper] = content.publications
    assert dict(paper.documents) == {"pdf": Media("files/b.pdf"), "slides": Media("files/slides.pdf")}
    assert len(paper.documents) == 2
    assert (paper.entry.record.links, paper.entry.record.volume) == ((), "7")
    assert left(content) == set() and content.problems == ()


@pytest.mark.parametrize(
    "address",
    ["https://www.eve.github.io/files/b.pdf", "https://eve.example/files/b.pdf", "https://eve.github.io/demo/b.pdf"],
)
def test_an_address_that_is_none_of_the_site_stays_a_link(tmp_path, address):
    page = f"---\ntitle: B\ndate: 2020-01-01\npaperurl: '{address}'\n---\n"
    content = academic(tmp_path, **{"_publications/b.md": page})
    [paper] = content.publications
    assert (paper.documents, paper.entry.record.links) == ((), (("pdf", address),))
    assert "files/b.pdf" in left(content)


def test_pictures_talks_and_projects_named_by_the_full_address(tmp_path):
    content = academic(tmp_path, **{
        "_config.yml": "url: https://eve.github.io\nauthor:\n  name: Eve Mal\n"
                       "  avatar: http://eve.github.io/images/eve.jpg\n",
        "images/eve.jpg": "x",
        "_talks/t.md": "---\ntitle: T\ndate: 2020\nslidesurl: https://eve.github.io/files/slides.pdf\n---\n",
        "_portfolio/p.md": "---\ntitle: P\nlink: https://eve.github.io/files/b.pdf\n---\n",
    })  # fmt: skip
    assert content.people[0].photo == Media("images/eve.jpg")
    assert content.talks[0].documents == (("slides", Media("files/slides.pdf")),)
    assert (content.projects[0].links, [each.field for each in content.unused if "_portfolio" in each.place.path]) == (
        (), ["link"]
    )  # fmt: skip


def test_links_in_texts_to_pages_and_files_of_the_site_are_paths(tmp_path):
    content = academic(tmp_path, **{
        "_pages/about.md": "---\npermalink: /\n---\nSee [b](https://eve.github.io/files/b.pdf), "
                           "[join](http://Eve.github.io/join#how), [demo](https://eve.github.io/demo/), "
                           "[me](https://eve.github.io/), [him](https://adam.example/join/).\n",
        "_pages/join.md": "---\npermalink: /join/\n---\nCome [along](https://eve.github.io/files/b.pdf?raw=1).\n",
    })  # fmt: skip
    assert content.people[0].bio == (
        "See [b](/files/b.pdf), [join](/join#how), [demo](https://eve.github.io/demo/), [me](https://eve.github.io/), "
        "[him](https://adam.example/join/)."
    )
    assert content.pages[0].body == "Come [along](/files/b.pdf)."


def test_a_bibliography_that_names_files_by_the_full_address(tmp_path):
    write(tmp_path, {
        "_config.yml": "first_name: Mira\nlast_name: Thorn\nurl: https://thorn.example\nbaseurl: /mira\n",
        "_bibliography/papers.bib": "@article{b, title={B}, author={Thorn, Mira}, year=2020,\n"
                                    "pdf={https://thorn.example/mira/assets/pdf/b.pdf},\n"
                                    "html={https://thorn.example/mira/demo.html}}\n",
        "assets/pdf/b.pdf": "%PDF-1.4", "demo.html": "<p>Hello</p>",
    })  # fmt: skip
    content = read_site(tmp_path, "al-folio")
    [paper] = content.publications
    assert paper.documents == (("pdf", Media("assets/pdf/b.pdf")),)
    assert paper.entry.record.links == (("publisher", "https://thorn.example/mira/demo.html"),)
    assert left(content) == {"demo.html"}


@pytest.mark.parametrize(
    ("named", "file"),
    [
        ("my slides.pdf", "my slides.pdf"), ("my%20slides.pdf", "my slides.pdf"),
        ("my%20slides.pdf", "my%20slides.pdf"),
        ("{my slides.PDF}", "my slides.PDF"), (r"my\_slides.pdf", "my_slides.pdf"),
        ("my talk v1.2.pptx", "my talk v1.2.pptx"),
        ("/assets/pdf/my slides.pdf", "my slides.pdf"),
    ],
)  # fmt: skip
def test_a_bibliography_names_a_file_with_blanks(tmp_path, named, file):
    bib = f"@article{{b, title={{B}}, author={{Thorn, Mira}}, year=2020,\n slides={{{named}}}\n}}\n"
    write(tmp_path, {
        "_config.yml": "first_name: Mira\nlast_name: Thorn\n", "_bibliography/papers.bib": bib,
        f"assets/pdf/{file}": "%PDF-1.4",
    })  # fmt: skip
    content = read_site(tmp_path, "al-folio")
    [paper] = content.publications
    assert paper.documents == (("slides", Media(f"assets/pdf/{file}")),)
    assert (content.unused, content.problems, paper.entry.notes, paper.entry.record.extra) == ((), (), (), {})
    (tmp_path / "assets/pdf" / file).unlink()
    [told] = read_site(tmp_path, "al-folio").problems
    assert (f"{told.place}", told.message.startswith("b: slides names “")) == ("_bibliography/papers.bib:2", True)


def test_hugo_and_the_greene_lab_template(tmp_path):
    write(tmp_path / "hugo", {
        "hugo.yaml": "baseURL: https://ann.example.org/\n", "static/uploads/t.pdf": "%PDF-1.4",
        "content/authors/admin/_index.md": "---\ntitle: Ann Lee\n---\n", "content/publication/p/p1.pdf": "%PDF-1.4",
        "content/publication/p/index.md": "---\ntitle: P\ndate: 2020-01-01\n"
                                          "url_pdf: https://ann.example.org/publication/p/p1.pdf\n---\n",
        "content/event/e/index.md": "---\ntitle: E\ndate: 2020-01-01\n"
                                    "url_slides: https://ann.example.org/uploads/t.pdf\n---\n",
    })  # fmt: skip
    hugo = read_site(tmp_path / "hugo", "hugoblox")
    assert hugo.publications[0].documents == (("pdf", Media("content/publication/p/p1.pdf")),)
    assert hugo.talks[0].documents == (("slides", Media("static/uploads/t.pdf")),)
    write(tmp_path / "greene", {
        "_config.yaml": "title: Lab\nurl: https://lab.example\n", "_members/a.md": "---\nname: Ann Lee\n---\n",
        "_data/sources.yaml": "- id: doi:10.5555/1\n  title: P\n  date: 2020-01-01\n  buttons:\n"
                              "    - {type: pdf, link: 'https://lab.example/files/p.pdf'}\n"
                              "    - {type: code, link: 'https://lab.example/code/'}\n",
        "files/p.pdf": "%PDF-1.4",
    })  # fmt: skip
    [paper] = read_site(tmp_path / "greene", "greenelab").publications
    assert paper.documents == (("pdf", Media("files/p.pdf")),)
    assert paper.entry.record.links == (("code", "https://lab.example/code/"),)


def test_a_presentation_of_a_cv_keeps_its_slides(tmp_path):
    cv = (
        '{"presentations": [{"name": "T", "date": "2020", "url": "https://eve.github.io/files/slides.pdf"},'
        ' {"name": "U", "date": "2021", "url": "https://u.example/"}]}'
    )
    talks = academic(tmp_path, **{"_data/cv.json": cv}).talks
    assert [(each.links, each.documents) for each in talks] == [
        ((), (("other", Media("files/slides.pdf")),)), ((LinkRecord("https://u.example/"),), ())
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("named", "documents"),
    [
        ("", ["pdf"]), ("url_pdf: p.pdf", ["pdf"]), ("url_preprint: ./p.pdf", ["pdf"]),
        ("url_slides: p.pdf", ["slides"]), ("url_pdf: /publication/p/p.pdf", ["pdf"]),
        ("url_pdf: https://ann.example.org/publication/p/p.pdf", ["pdf"]),
        ("links: [{type: pdf, url: p.pdf}]", ["pdf"]),
    ],
)  # fmt: skip
def test_a_file_beside_a_page_that_the_page_names_too_is_one_document(tmp_path, named, documents):
    write(tmp_path, {
        "hugo.yaml": "baseURL: https://ann.example.org/\n", "content/publication/p/p.pdf": "%PDF-1.4",
        "content/publication/p/index.md": f"---\ntitle: P\ndate: 2020-01-01\n{named}\n---\n",
    })  # fmt: skip
    content = read_site(tmp_path, "hugoblox")
    assert [kind for kind, _ in content.publications[0].documents] == documents
    assert {media.path for _, media in content.publications[0].documents} == {"content/publication/p/p.pdf"}
    assert content.problems == ()
