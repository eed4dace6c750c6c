"""Sites of four templates as plain records: nothing lost in silence, lines as in the files. No database."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest
import yaml

from labsite.site_import.about import ASIDE
from labsite.site_import.reading import KINDS, read_site, recognise
from labsite.site_import.records import SiteContent

SITES = Path(__file__).parent / "sites"
FOLDERS = {"al-folio": "alfolio", "academicpages": "academicpages", "hugoblox": "hugoblox", "greenelab": "greenelab"}
DATA = {".yml", ".yaml", ".toml", ".json"}
Marks = dict[str, tuple[str, str]]  # the file and the value by marker


def site_of(kind: str) -> Path:
    return SITES / FOLDERS[kind]


@pytest.fixture(scope="module", params=KINDS)
def kind(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def content(kind) -> SiteContent:
    return read_site(site_of(kind))


def said_by(content: SiteContent) -> str:
    """Everything that records and report say, as one text."""
    return json.dumps(asdict(content) | {"files": ()}, ensure_ascii=False, default=str)


def test_each_sample_is_recognised(kind, content):
    assert recognise(site_of(kind)) == kind
    assert content.kind == kind


def test_every_file_is_used_or_reported(kind, content):
    files = {path.relative_to(site_of(kind)).as_posix() for path in site_of(kind).rglob("*") if path.is_file()}
    assert set(content.files) == files
    told = said_by(content)
    reported = {entry.place.path for entry in (*content.unused, *content.problems)}
    silent = {path for path in files if path not in told and not any(path.startswith(f"{each}/") for each in reported)}
    # The first leads to another page, the second is part of the publication beside it.
    assert silent <= {"_pages/old-door.md", "content/publication/seabed/cite.bib", "files/firnnet.bib"}


def marks_in_yaml(text: str, marks: Marks, name: str) -> str:
    """Front matter or a data file with a marker of its own in place of each scalar value."""
    nodes = {node.start_mark.index: node for node in scalars(yaml.compose(text))}  # an alias is its anchor's node
    for _, node in sorted(nodes.items(), reverse=True):
        if not node.value.strip() or node.tag == "tag:yaml.org,2002:null":
            continue
        marker = mark(marks, name, f"{node.start_mark.line + 1} {node.value[:30]}")
        behind = "\n" if node.style in (">", "|") else ""
        anchor = re.match(r"&\w+ ", text[node.start_mark.index :])
        before = text[: node.start_mark.index] + (anchor.group() if anchor else "")
        text = before + marker + behind + text[node.end_mark.index :]
    return text


def scalars(node):
    """Values, not keys; aliases once."""
    if isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from scalars(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from scalars(value)
    elif node is not None:
        yield node


def marks_in_json(text: str, marks: Marks, name: str) -> str:
    def change(value, path):
        if isinstance(value, dict):
            return {key: change(each, f"{path}.{key}") for key, each in value.items()}
        if isinstance(value, list):
            return [change(each, f"{path}[]") for each in value]
        if not value:
            return value
        return mark(marks, name, path)

    return json.dumps(change(json.loads(text), ""), indent=1)


def marks_in_toml(text: str, marks: Marks, name: str) -> str:
    def change(match):
        return f'{match.group(1)}"{mark(marks, name, match.group(0)[:50])}"'

    return re.sub(r'^(\s*\w+ = )(?:"""[^"]+"""|"[^"\n]+"|[\w.:-]+)[ \t]*$', change, text, flags=re.MULTILINE)


def plant(path: Path, name: str, marks: Marks) -> None:
    """Puts markers in all fields of one file, and one at the end of its text."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        text = marks_in_json(text, marks, name)
    elif path.suffix in (".yml", ".yaml"):
        text = marks_in_yaml(text, marks, name)
    elif path.suffix == ".toml":
        text = marks_in_toml(text, marks, name)
    elif text.startswith("---\n"):
        head, rest = text[4:].split("\n---", 1)
        text = f"---\n{marks_in_yaml(head, marks, name)}\n---{rest}\n\n{mark(marks, name, 'its text')}\n"
    elif text.startswith("+++\n"):
        head, rest = text[4:].split("\n+++", 1)
        text = f"+++\n{marks_in_toml(head, marks, name)}\n+++{rest}\n\n{mark(marks, name, 'its text')}\n"
    path.write_text(text, encoding="utf-8")


def mark(marks: Marks, name: str, what: str) -> str:
    marker = f"qx{len(marks):05d}xq"
    marks[marker] = (name, what)
    return marker


BROKEN = "content/publication/shell/index.md"  # its front matter is no YAML, on purpose


def test_every_field_is_in_a_record_or_in_the_report(kind, tmp_path):
    """A marker in place of each value: none may vanish, whatever became of the rest. Data files one by one."""
    sources = [path.relative_to(site_of(kind)) for path in sorted(site_of(kind).rglob("*")) if path.is_file()]
    texts = [path for path in sources if path.suffix in (".md", ".html") and path.as_posix() != BROKEN]
    data = [[path] for path in sources if path.suffix in DATA]
    lost = []
    for number, group in enumerate([texts, *data]):
        folder = tmp_path / str(number)
        shutil.copytree(site_of(kind), folder, copy_function=link)
        marks = {}
        for path in group:
            (folder / path).unlink()
            shutil.copy(site_of(kind) / path, folder / path)
            plant(folder / path, path.as_posix(), marks)
        content = read_site(folder, kind)
        told, whole = said_by(content), {entry.place.path for entry in content.unused if not entry.field}
        for marker, (path, what) in marks.items():
            is_reported = path in whole or any(path.startswith(f"{each}/") for each in whole)
            lost += [] if is_reported or marker in told else [f"{path}: {what}"]
    assert lost == []


def link(source: str, target: str) -> None:
    Path(target).hardlink_to(source)


def test_a_day_that_there_is_not_is_named_as_such(tmp_path):
    shutil.copytree(SITES / "alfolio", tmp_path / "site")
    path = tmp_path / "site/_news/impossible.md"
    path.write_text("---\nlayout: post\ndate: 2024-02-30\n---\nA leap too far.\n")
    [told] = [each for each in read_site(tmp_path / "site").problems if each.place.path == "_news/impossible.md"]
    assert (told.place.line, told.message.startswith("“2024-02-30” is no day")) == (3, True)


def lists_of(folder: Path) -> dict[str, str]:
    return {each.path: each.page for each in read_site(folder).lists}


def write(folder: Path, texts: dict[str, str]) -> Path:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_lists_of_al_folio_are_known_by_what_they_print_and_by_name(tmp_path):
    shutil.copytree(SITES / "alfolio", tmp_path / "site")
    write(tmp_path / "site/_pages", {
        "cv.md": "---\nlayout: cv\npermalink: /cv/\n---\n",
        "teaching.md": "---\npermalink: /teaching/\nredirect_from: /courses/\n---\n{% for each in site.teachings %}\n",
        "software.md": "---\npermalink: /code/\n---\n{% for repo in site.data.repositories.github_repos %}{% endfor %}",
        "blog.md": "---\npermalink: /notes/\n---\n{% for post in site.posts %}<h3>{{ post.title }}</h3>{% endfor %}",
        "pubs.md": "---\npermalink: /pubs/\nredirect_from: /papers.html\n---\n"
                   "See also Google Scholar.\n\n{% bibliography %}\n",
        "essay.md": "---\ntitle: Why felt\npermalink: /essay/\n---\n" + "Felt is quiet. " * 40
                    + "\n\n{% bibliography %}\n",
        "old-pubs.md": "---\npermalink: /old-pubs/\nredirect_to: /pubs/\n---\n",
    })  # fmt: skip
    content = read_site(tmp_path / "site")
    assert lists_of(tmp_path / "site") == {
        "/mira/people/": "people", "/mira/publications/": "publications", "/mira/code/": "research",
        "/mira/notes/": "news", "/mira/pubs/": "publications", "/mira/papers.html": "publications",
        "/mira/old-pubs/": "publications", "/mira/blog/2023/": "news", "/mira/blog/tag/felt/": "news",
        "/mira/blog/tag/motors/": "news", "/mira/blog/category/stories/": "news",
    }  # fmt: skip
    owner = next(each for each in content.people if each.key == content.owner)
    assert {"/mira/cv/", "/mira/teaching/", "/mira/courses/"} <= set(owner.old_paths)
    [aside] = [each for each in content.unused if each.place.path == "_pages/pubs.md" and not each.field]
    assert (aside.value, aside.reason) == ("See also Google Scholar.", ASIDE)
    essay = next(each for each in content.pages if each.title == "Why felt")
    assert essay.body.endswith("[Why felt](/publications/)") and essay.old_paths == ("/mira/essay/",)


def test_lists_of_academicpages(tmp_path):
    shutil.copytree(SITES / "academicpages", tmp_path / "site")
    write(tmp_path / "site/_pages", {
        "talks.html": "---\npermalink: /talks/\n---\n{% if site.talkmap_link %}<p>Also as a map.</p>{% endif %}\n"
                      "{% for post in site.talks reversed %}{% include archive-single-talk.html %}{% endfor %}",
        "portfolio.html": "---\npermalink: /portfolio/\n---\n{% for post in site.portfolio %}{% endfor %}",
        "year-archive.html": "---\npermalink: /year-archive/\nredirect_from:\n  - /wordpress/blog-posts/\n---\n"
                             "{% for post in site.posts %}{% endfor %}",
    })  # fmt: skip
    content = read_site(tmp_path / "site")
    assert lists_of(tmp_path / "site") == {
        "/publications/": "publications", "/portfolio/": "research", "/year-archive/": "news",
        "/wordpress/blog-posts/": "news",
    }  # fmt: skip
    assert "/talks/" in content.people[0].old_paths


def test_lists_of_hugo_are_there_without_a_file(tmp_path):
    shutil.copytree(SITES / "hugoblox", tmp_path / "site")
    write(tmp_path / "site/content/reading", {
        "index.md": "---\ntitle: All papers\nsections:\n- block: collection\n  content:\n    title: Papers\n"
                    "    filters:\n      folders: [publication]\n---\n",
    })  # fmt: skip
    lists = lists_of(tmp_path / "site")
    assert lists.items() >= {
        "/publication/": "publications", "/post/": "news", "/project/": "research", "/people/": "people",
        "/authors/": "people", "/tags/": "topics", "/reading/": "publications", "/event/": "people",
        "/tag/charts/": "publications", "/tags/weather/": "news",
    }.items()  # fmt: skip
    topics = {each.topic: each.path for each in read_site(tmp_path / "site").lists if each.topic}
    assert topics.keys() == {"Charts", "Acoustics", "Weather", "Buoys", "Sound"}


def test_lists_of_the_greene_lab_template(tmp_path):
    shutil.copytree(SITES / "greenelab", tmp_path / "site")
    (tmp_path / "site/_config.yaml").write_text(
        (tmp_path / "site/_config.yaml").read_text().replace('baseurl: ""', "baseurl: /lichen")
    )
    write(tmp_path / "site", {
        "research/index.md": "---\ntitle: Research\n---\n# Research\n\n{% include list.html data=\"citations\" %}\n",
        "projects/index.md": "---\ntitle: Projects\n---\n{% include list.html data=\"projects\" component=\"card\" %}",
        "blog/index.md": "---\ntitle: Blog\n---\n{% include list.html data=\"posts\" component=\"post-excerpt\" %}\n",
    })  # fmt: skip
    assert lists_of(tmp_path / "site") == {
        "/lichen/team/": "people", "/lichen/research/": "publications", "/lichen/projects/": "research",
        "/lichen/blog/": "news",
    }  # fmt: skip
