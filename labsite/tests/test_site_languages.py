"""Sites of Hugo in several languages: one of them is brought in, and the files of the others are told. No database."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsite.site_import.layouts.hugo_languages import OTHER_LANGUAGE
from labsite.site_import.reading import read_site, recognise
from labsite.site_import.records import SiteContent

AUTHOR = "---\ntitle: Ann Lee\nsuperuser: true\n---\nShe reads.\n"


def post(title: str) -> str:
    return f"---\ntitle: {title}\ndate: 2021-01-01\n---\n{title}.\n"


def read(folder: Path, texts: dict[str, str]) -> SiteContent:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    assert recognise(folder) == "hugoblox"
    return read_site(folder)


def left(content: SiteContent) -> dict[str, str]:
    return {each.place.path: each.value for each in content.unused if each.reason == OTHER_LANGUAGE}


def news(content: SiteContent) -> dict[str, str]:
    return {each.body.partition("\n")[0]: each.old_paths[0] for each in content.news}


@pytest.mark.parametrize(
    "settings",
    [
        {"config/_default/languages.yaml": "en:\n  languageCode: en-us\nzh:\n  languageCode: zh\n"},
        {"config.toml": "defaultContentLanguage = 'en'\n[languages.en]\nweight = 1\n[languages.zh]\nweight = 2\n"},
        {"hugo.yaml": "DefaultContentLanguage: en\nLanguages:\n  zh: {weight: 2}\n"},
        {"config/_default/languages.zh.toml": "languageName = 'X'\n", "config/_default/hugo.yaml": "title: Ann Lee\n"},
    ],
)
def test_translations_by_file_name_stay_behind_each_with_a_line(tmp_path, settings):
    content = read(tmp_path, {
        **settings, "content/authors/admin/_index.md": AUTHOR, "content/authors/admin/_index.zh.md": AUTHOR,
        "content/_index.zh.md": "---\ntitle: Z\n---\nZ.\n", "content/_index.en.md": "---\ntitle: E\n---\nWelcome.\n",
        "content/post/a/index.md": post("Here"), "content/post/a/index.zh.md": post("There"),
        "content/post/b/index.en.md": post("English"), "content/post/c.en.md": post("Short"),
        "content/post/_index.en.md": "---\ntitle: Posts\n---\n", "content/post/_index.zh.md": "---\ntitle: Z\n---\n",
        "content/publication/p/index.zh.md": "---\ntitle: Z\ndate: 2020-01-01\n---\n",
    })  # fmt: skip
    assert news(content) == {"**Here**": "/post/a/", "**English**": "/post/b/", "**Short**": "/post/c/"}
    assert left(content).keys() == {
        "content/authors/admin/_index.zh.md", "content/_index.zh.md", "content/post/a/index.zh.md",
        "content/post/_index.zh.md", "content/publication/p/index.zh.md",
    }  # fmt: skip
    [ann] = content.people
    assert [(each.heading, each.body) for each in ann.sections] == [("Welcome", "Welcome.")]
    assert (ann.key, content.publications, content.pages) == ("admin", (), ())
    assert "content/post/a/index.zh.md" in content.files


def test_a_site_whose_own_language_is_another_one(tmp_path):
    content = read(tmp_path, {
        "hugo.yaml": "defaultContentLanguage: zh\nlanguages:\n  en: {weight: 2}\n  zh: {weight: 1}\n",
        "content/authors/admin/_index.md": AUTHOR, "data/authors/admin.yaml": "name: Ann Lee\n",
        "content/post/a/index.zh.md": post("Own"),
        "content/post/a/index.en.md": post("Other"),
    })  # fmt: skip
    assert (news(content), left(content)) == ({"**Own**": "/post/a/"}, {"content/post/a/index.en.md": ""})


@pytest.mark.parametrize(
    ("settings", "own", "other"),
    [
        ("en: {}\nzh: {contentDir: content/zh}\n", "content", "content/zh"),
        ("en: {contentDir: content/en}\nzh: {contentDir: content/zh}\n", "content/en", "content/zh"),
        ("en: {contentDir: content/en}\nzh: {contentDir: content}\n", "content/en", "content"),
        ("en: {contentDir: content}\nzh: {contentDir: inhalt/zh}\n", "content", "inhalt/zh"),
        ("en: {}\nzh: {}\n", "content/en", "content"),
    ],
)
def test_a_folder_of_another_language_is_one_line_and_no_more_than_that_folder(tmp_path, settings, own, other):
    content = read(tmp_path, {
        "config/_default/languages.yaml": settings, "data/authors/admin.yaml": "name: Ann Lee\n",
        f"{own}/authors/admin/_index.md": AUTHOR, f"{own}/post/a/index.md": post("Own"),
        f"{own}/post/a/notes.pdf": "%PDF-1.4", f"{other}/post/a/index.md": post("Other"),
        f"{other}/post/a/featured.jpg": "x",
    })  # fmt: skip
    assert (news(content), left(content)) == ({"**Own**": "/post/a/"}, {other: "2 files"})
    assert f"{own}/post/a/notes.pdf" in {each.place.path for each in content.unused}


def test_a_name_with_a_point_is_no_language(tmp_path):
    content = read(tmp_path, {
        "config/_default/languages.yaml": "en: {}\n", "content/authors/admin/_index.md": AUTHOR,
        "content/post/v2.md": post("Two"), "content/post/v1.zh.md": post("One"),
    })  # fmt: skip
    assert (news(content), left(content)) == ({"**One**": "/post/v1.zh/", "**Two**": "/post/v2/"}, {})
