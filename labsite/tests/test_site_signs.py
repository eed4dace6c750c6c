"""Signs behind authors' names: no part of the name, whatever the template, and read as what they mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsite.site_import.reading import read_site
from labsite.site_import.signs import part_signs

PAGE = """---
title: Shallow Tides
authors: ["admin", "Lin Chen*", "Foord, Robert†", "Eva Sand#"]
publication_types: ["2"]
date: 2021-05-01
---
† Corresponding author.
"""
SOURCES = """- id: x:1
  title: Shallow Tides
  date: 2021-05-01
  description: "‡ These two contributed equally. * Corresponding author."
  authors: [Lin Chen‡, Robert Foord*, 'Eva Sand#']
"""


def write(folder: Path, path: str, text: str) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "name", "signs"),
    [
        ("Ada Quint*", "Ada Quint", "*"), ("Quint*, Ada", "Quint, Ada", "*"), ("Ada Quint *,†", "Ada Quint", "*†"),
        ("Ada Quint\\*", "Ada Quint", "*"), ("Ada Quint (‡)", "Ada Quint", "‡"), ("**Ada Quint**#", "Ada Quint", "#"),
        ("*Ada Quint*", "Ada Quint", ""), ("Ada Quint", "Ada Quint", ""), ("*", "*", ""),
    ],
)  # fmt: skip
def test_a_name_is_parted_from_its_signs(text, name, signs):
    signed = part_signs(text)
    assert (signed.name, "".join(signed.signs)) == (name, signs)


def facts(content):
    (paper,) = content.publications
    return [(each.name.natural, each.is_equal, each.is_corresponding) for each in paper.entry.record.authors]


def test_authors_of_a_hugo_blox_page(tmp_path):
    write(tmp_path, "content/authors/admin/_index.md", "---\ntitle: Nora Ebb\n---\n")
    write(tmp_path, "content/authors/lin-chen/_index.md", "---\ntitle: Lin Chen\n---\n")
    write(tmp_path, "content/publication/tides/index.md", PAGE)
    content = read_site(tmp_path, "hugoblox")
    people = [("Nora Ebb", False, False), ("Lin Chen", True, False), ("Robert Foord", False, True)]
    assert facts(content) == [*people, ("Eva Sand", False, False)]
    assert content.publications[0].people == ("admin", "lin-chen")
    assert content.publications[0].entry.notes == ("The sign “#” was left out behind the name “Sand, Eva”.",)


def test_signs_of_a_page_count_beside_its_bibtex(tmp_path):
    write(tmp_path, "content/authors/admin/_index.md", "---\ntitle: Nora Ebb\n---\n")
    write(tmp_path, "content/publication/tides/index.md", PAGE)
    bib = "@article{a, title={Shallow Tides}, author={Ebb, Nora and Chen, Lin and Foord, Robert}, year=2021}"
    write(tmp_path, "content/publication/tides/cite.bib", bib)
    people = [("Nora Ebb", False, False), ("Lin Chen", True, False), ("Robert Foord", False, True)]
    assert facts(read_site(tmp_path, "hugoblox")) == people


NOTED = """---
title: Shallow Tides
authors: [admin, Lin Chen, Robert Foord]
author_notes: {notes}
date: 2021-05-01
---
"""


@pytest.mark.parametrize(
    ("names", "notes", "equal", "corresponding", "left"),
    [
        ("Ebb, N. and Chen, L. and Foord, R.", "[Equal contribution, Equal contribution, Corresponding author]",
         ["N. Ebb", "L. Chen"], ["R. Foord"], []),
        ("Foord, Robert and Ebb, N. and Chen, Lin", "[Equal contribution, Equal contribution, Corresponding author]",
         ["Lin Chen"], ["Robert Foord"], ["author_notes[0]"]),
        ("Ebb, N. and Chen, L.", "[Equal contribution, Equal contribution, Corresponding author]", [], [],
         ["author_notes[0]", "author_notes[1]", "author_notes[2]"]),
        ("Ebb, Nora and Chen, Lin and Foord, R.", "['', '', Corresponding author]", [], ["R. Foord"], []),
        ("Ebb, N. and Dorn, L. and Foord, R.", "['', Equal contribution]", [], [], ["author_notes[1]"]),
        ("Ebb, N. and Chen, L. and Foord, R.", "['', '', '', Equal contribution]", [], [], ["author_notes[3]"]),
    ],
)  # fmt: skip
def test_marks_of_a_page_whose_bibtex_spells_the_names_otherwise(tmp_path, names, notes, equal, corresponding, left):
    write(tmp_path, "content/authors/admin/_index.md", "---\ntitle: Nora Ebb\n---\n")
    write(tmp_path, "content/publication/tides/index.md", NOTED.format(notes=notes))
    write(tmp_path, "content/publication/tides/cite.bib", f"@article{{a, title={{T}}, author={{{names}}}, year=2021}}")
    content = read_site(tmp_path, "hugoblox")
    assert [name for name, is_equal, _ in facts(content) if is_equal] == equal
    assert [name for name, _, is_corresponding in facts(content) if is_corresponding] == corresponding
    told = [each for each in content.unused if each.place.path.endswith("tides/index.md")]
    assert [each.field for each in told] == left
    assert {each.place.line for each in told} <= {4} and all("write the names alike" in each.reason for each in told)


def test_a_sign_behind_a_name_that_the_bibtex_does_not_have_is_told(tmp_path):
    write(tmp_path, "content/authors/admin/_index.md", "---\ntitle: Nora Ebb\n---\n")
    write(tmp_path, "content/publication/tides/index.md", PAGE)
    write(tmp_path, "content/publication/tides/cite.bib", "@article{a, title={Shallow Tides}, author={Ebb, N.}}")
    told = {each.field: each.value for each in read_site(tmp_path, "hugoblox").unused}
    assert told["authors[1]"] == "Lin Chen*" and told["authors[2]"] == "Foord, Robert†"


def test_authors_of_a_lab_are_members_without_their_signs(tmp_path):
    write(
        tmp_path, "_members/lin-chen.md", "---\nname: Lin Chen\nrole: phd\nlinks:\n  orcid: 0000-0003-1419-2405\n---\n"
    )
    write(tmp_path, "_data/sources.yaml", SOURCES)
    content = read_site(tmp_path, "greenelab")
    assert facts(content) == [("Lin Chen", True, False), ("Robert Foord", False, True), ("Eva Sand", False, False)]
    assert content.publications[0].people == ("lin-chen",)
    assert content.publications[0].entry.record.authors[0].orcid == "0000-0003-1419-2405"
    assert content.publications[0].entry.notes == ("The sign “#” was left out behind the name “Sand, Eva”.",)
