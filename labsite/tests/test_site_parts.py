"""The parts of reading a site, and what is wrong with one: each told with its file and line. No database."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labsite.site_import import folder as folders
from labsite.site_import.account import Account
from labsite.site_import.bodies import Body
from labsite.site_import.citations import read_citation
from labsite.site_import.dates import read_date, read_period
from labsite.site_import.emoji import with_signs
from labsite.site_import.fields import Fields, lines_of_html
from labsite.site_import.links import link_of, orcid_of
from labsite.site_import.nodes import MOST_DEPTH, DataError, Node, read_json, read_toml, read_yaml
from labsite.site_import.reading import UnknownSite, read_site, recognise
from labsite.site_import.records import LinkRecord, Place
from labsite.site_import.roles import role_of
from labsite.site_import.sections import news_kind, post_kind, read_item, sections_of


def leaves(node: Node) -> list[tuple[str, str, int]]:
    return [(name, leaf.value, leaf.line) for name, leaf in node.leaves()]


# Data files


def test_yaml_keeps_texts_as_written_and_their_lines():
    node = read_yaml("a: no\nb: 2024-05\nc:\n  - ~\n  - 'null'\nd: &x {e: 010}\nf: *x\n", 2)
    assert leaves(node) == [
        ("a", "no", 2), ("b", "2024-05", 3), ("c[0]", "", 5), ("c[1]", "null", 6), ("d.e", "010", 7), ("f.e", "010", 7),
    ]  # fmt: skip


def test_of_a_key_that_stands_twice_both_are_seen():
    node = read_yaml("a: one\na: two\n")
    assert [(name, leaf.value) for name, leaf in node.leaves()] == [("a (line 1)", "one"), ("a", "two")]
    assert "line 2" in node.value["a (line 1)"].reason


def test_merged_keys_of_yaml():
    assert leaves(read_yaml("x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\n"))[2:] == [("y.a", "1", 1), ("y.b", "3", 4)]


@pytest.mark.parametrize(("text", "line", "words"), [
    ("a: [1,\nb: 2\n", 3, "expected"),
    ("a: 1\nb: *none\n", 2, "stands nowhere before"),
    ("a: 1\nb:\n\t- 1\n", 3, "cannot start any token"),
    ("[" * (MOST_DEPTH + 5), 1, "levels deep"),
    ("a: b: c", 1, "mapping values"),
])  # fmt: skip
def test_yaml_that_cannot_be_read_is_told_with_its_line(text, line, words):
    with pytest.raises(DataError, match=words) as caught:
        read_yaml(text)
    assert caught.value.line == line


def test_aliases_cannot_multiply():
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
    with pytest.raises(DataError, match="more than 100000 values"):
        read_yaml(bomb)


def test_tags_of_yaml_make_no_objects():
    assert leaves(read_yaml("a: !!python/object/apply:os.getcwd []\nb: !x y\n")) == [("b", "y", 2)]


def test_toml_has_the_line_of_each_key():
    text = 'title = "x"\n[a.b]\nc = 1\n[[p]]\nq = "1"\n[[p]]\nq = """\nzz = 3\n"""\nr = 1979-05-27\n'
    text += "  [[p.s]]\n  t = true\n"
    assert leaves(read_toml(text, 2)) == [
        ("title", "x", 2), ("a.b.c", "1", 4), ("p[0].q", "1", 6), ("p[1].q", "zz = 3\n", 8),
        ("p[1].r", "1979-05-27", 11), ("p[1].s[0].t", "true", 13),
    ]  # fmt: skip
    with pytest.raises(DataError) as caught:
        read_toml('a = 1\nb = "', 5)
    assert caught.value.line == 6


def test_json_has_the_line_of_each_value():
    text = '{"a": [1, null,\n "\\u00e9"],\n "b": {"c": true}}'
    assert leaves(read_json(text)) == [("a[0]", "1", 1), ("a[1]", "", 1), ("a[2]", "é", 2), ("b.c", "true", 3)]
    for wrong, line in (('{"a": 1,}', 1), ('{\n"a" 1}', 2), ("[" * 100_000, 0)):
        with pytest.raises(DataError) as caught:
            read_json(wrong)
        assert caught.value.line == line


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("ab:-[]{}\"'&*#!|>\n\t ,é=.0<")), max_size=60))
def test_any_text_is_read_or_refused(text):
    for reader in (read_yaml, read_toml, read_json):
        try:
            list(reader(text).leaves())
        except DataError as error:
            assert f"{error}"


def test_a_field_of_the_wrong_form_stays_and_says_why():
    fields = Fields(read_yaml("date: soon\nurl: www.example.org\nflag: maybe\nname: [a, b]\n"), "x.yml")
    assert (fields.date("date"), fields.address("url"), fields.flag("flag", True), fields.text("name")) == (
        "",
        "",
        True,
        "",
    )
    account = Account(("x.yml",))
    account.add_data("x.yml", fields.node)
    account.close()
    told = [(each.place.line, each.field, each.reason) for each in account.unused]
    assert [(line, name) for line, name, _ in told] == [
        (1, "date"),
        (2, "url"),
        (3, "flag"),
        (4, "name[0]"),
        (4, "name[1]"),
    ]
    assert told[0][2].startswith("it is no date")
    assert told[1][2].startswith("it is no full web address")


# Dates, names, links


@pytest.mark.parametrize(("text", "date"), [
    ("2024", "2024"), ("2024-05", "2024-05"), ("2024.05.", "2024-05"), ("2024/5/1", "2024-05-01"),
    ("2024-05-31 10:00:00 +0200", "2024-05-31"), ("2024-05-31T10:00:00Z", "2024-05-31"), ("05/2024", "2024-05"),
    ("May 31, 2024", "2024-05-31"), ("Sept. 2019", "2019-09"), ("Spring 2015", "2015"), ("2024-13", ""),
    ("2024-02-30", ""), ("soon", ""), ("in 2020", ""), ("", ""),
])  # fmt: skip
def test_dates_are_never_made_more_exact(text, date):
    assert read_date(text) == date


@pytest.mark.parametrize(("text", "period"), [
    ("2017-2019", ("2017", "2019", False)), ("2023 - present", ("2023", "", True)),
    ("Sep 2019 – May 2021", ("2019-09", "2021-05", False)), ("Jan - May 2022", ("2022-01", "2022-05", False)),
    ("2018 (expected)", ("", "2018", False)), ("7th - 10th Sep. 2020", ("2020-09-07", "2020-09-10", False)),
    ("2024-05", ("", "2024-05", False)), ("once", None),
])  # fmt: skip
def test_stretches_of_time(text, period):
    assert read_period(text) == period


@pytest.mark.parametrize(("text", "names", "complete"), [
    ('Quint, A., & Moss, B. (2020). "On Ice." Journal. 3(2).', ["A. Quint", "B. Moss"], True),
    ("Ada Quint, Ben Moss, and Chen Lin. On Ice. Journal, 2020.", ["Ada Quint", "Ben Moss", "Chen Lin"], True),
    ("Quint AB, Moss C. On Ice. Journal. 2020", ["A. B. Quint", "C. Moss"], True),
    ("Quint, Ada; Moss, Ben: On Ice (2020)", ["Ada Quint", "Ben Moss"], True),
    ("Quint, A., Moss, B., et al. (2020). On Ice.", ["A. Quint", "B. Moss"], False),
    ("Quint, Ada (2009). On Ice.", ["Ada Quint"], True),
    ("van der Berg, J., & Łuk, Ż. (2020). On Ice.", ["J. van der Berg", "Ż. Łuk"], True),
    ("Quint, Moss, Lin (2020). On Ice.", [], False),
    ("A paper by the ice group (2020). On Ice.", [], False),
    ("On Ice.", [], False),
])  # fmt: skip
def test_authors_of_a_printed_reference(text, names, complete):
    citation = read_citation(text, "On Ice", "Journal")
    assert [author.name.natural for author in citation.authors] == names
    assert citation.is_complete == complete
    assert bool(citation.notes) == (not names)


@pytest.mark.parametrize(("name", "value", "url"), [
    ("github_username", "ada", "https://github.com/ada"), ("google-scholar", "x1", "https://scholar.google.com/citations?user=x1"),
    ("mastodon", "@ada@ice.example", "https://ice.example/@ada"), ("home-page", "https://a.example", "https://a.example"),
    ("brands/x", "https://x.com/ada", "https://x.com/ada"), ("pigeon", "loft 7", None), ("wechat", "ada", None),
    ("github", "javascript:alert(1) x", None), ("website", "https://[2020", None), ("twitter", "@ada", "https://x.com/ada"),
])  # fmt: skip
def test_accounts_are_links(name, value, url):
    found = link_of(name, value)
    assert (found.url if found else None) == url


def test_an_orcid_id_is_checked():
    assert orcid_of("https://orcid.org/0000-0002-1694-233X") == "0000-0002-1694-233X"
    assert orcid_of("0000-0002-1694-2330") == ""
    assert link_of("github", "https://github.com/ada") == LinkRecord("https://github.com/ada", "github")


@pytest.mark.parametrize(("words", "role"), [
    ("PhD Student", "phd"), ("Grad Students", "phd"), ("Postdoctoral researcher", "postdoc"),
    ("Assistant Professor", "faculty"),
    ("Principal Investigators", "principal-investigator"), ("Undergraduate", "undergraduate"), ("Lab manager", "staff"),
    ("Mascot", ""), ("Master's student", "master"), ("Visiting scholar", "visitor"), ("Summer intern", "intern"),
])  # fmt: skip
def test_roles_by_their_words(words, role):
    assert role_of(words) == role


# Texts


def markdown(text: str, base: str = "/") -> tuple[str, list[tuple[int, str]]]:
    account = Account(())
    found = Body("x.md", 10, account, base).markdown(text)
    return found, [(each.place.line, each.value) for each in account.unused]


@pytest.mark.parametrize(("text", "found"), [
    ('a <span style="color:red">red</span> word', "a red word"),
    ("<b>bold</b>, <i>soft</i><br/>next", "**bold**, *soft*  \nnext"),
    ("<a href='https://a.example/x(1)' target=_blank>it <b>is</b></a>", "[it **is**](https://a.example/x%281%29)"),
    ("{{ '/files/a.pdf' | relative_url }}", "/files/a.pdf"),
    ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
    ("[a](./b) [c](../d) [e](/f) [g](https://h.example) [i](#j) [k](mailto:a@example.org)",
     "[a](/p/b) [c](/d) [e](/f) [g](https://h.example) [i](#j) [k](mailto:a@example.org)"),
    ("`<b>{{ x }}</b> :tada:`".replace(" :tada:", ""), "`<b>{{ x }}</b>`"),
    ("```\n{% if x %}\n<p>\n```", "```\n{% if x %}\n<p>\n```"),
    ("{% highlight python %}\na = 1\n{% endhighlight %}", "```python\na = 1\n```"),
    (":heavy_check_mark: :sparkles: 10:30:45 :nosuchsign:", "✔ ✨ 10:30:45 :nosuchsign:"),
    ("2 < 3 and 5 > 4 & more", "2 < 3 and 5 > 4 & more"),
    ('{{< relref "/post/x" >}}', "/post/x"),
])  # fmt: skip
def test_what_is_no_markdown_is_made_markdown(text, found):
    assert markdown(text, "/p/q")[0] == found


@pytest.mark.parametrize("text", [
    "<!-- hidden\nwords -->", "{% include figure.html %}", "{{< figure src=x >}}", "![a](b.png)", "<img src='x'>",
    "<script>alert(1)</script>", "<iframe src='x'></iframe>", "{{ site.time }}", "{: .center}", "<svg><a>x</a></svg>",
])  # fmt: skip
def test_what_has_no_place_is_left_and_told_with_its_line(text):
    found, told = markdown(f"one\n\n{text}\n\ntwo")
    assert found == "one\n\ntwo"
    assert [line for line, _ in told] == [12]
    assert told[0][1].startswith(text.split("\n")[0][:10])


@pytest.mark.parametrize(
    "text", ["<a", "{% ", "<!--", "`", "[", "![", "<a href=x>", "{{ ", "<script>", "[a](", "```\n"]
)
def test_a_hostile_text_is_read_in_one_pass(text):
    """Each beginning has no end: were one sought for each, this would take minutes."""
    markdown(text * (100_000 // len(text)))


def test_signs_and_addresses():
    assert with_signs("a:b: :+1: http://x:80/:y: :mortar_board:") == "a:b: 👍 http://x:80/:y: 🎓"
    assert lines_of_html("<p>Room 1 </p>\n<p>  </p>\n<p>A &amp; B</p>") == "Room 1\nA & B"


@pytest.mark.parametrize(("text", "item"), [
    ("2022.01-05. Reviewer", ("2022-01", "2022-05", "Reviewer", False)),
    ("**[2024/05]** A thing", ("2024-05", "", "A thing", False)),
    ("[May 2024] A thing", ("2024-05", "", "A thing", False)),
    ("**2024.05. A thing!**", ("2024-05", "", "A thing!", True)),
    ("New!! **2024.05. A **very** good thing!**", ("2024-05", "", "A **very** good thing!", True)),
    ("31 May 2024: A thing", ("2024-05-31", "", "A thing", False)),
    ("05/2024 - A thing", ("2024-05", "", "A thing", False)),
    ("**2024**: A thing", ("2024", "", "A thing", False)),
    ("2024 things", None), ("2024.13. A thing", None), ("A thing of 2024.05.", None), ("2024.05.", None),
])  # fmt: skip
def test_items_of_news(text, item):
    found = read_item(text, 1)
    assert (None if found is None else (found.date, found.end, found.text, found.is_highlight)) == item


@pytest.mark.parametrize(("text", "kind"), [
    ("[Easily create](/post/getting-started/): S", ""),
    ("Read https://x.example/award/2020 and <https://y.example/talk>", ""),
    ("[A talk](/x/)", "talk"), ("Getting started", ""), ("I started as a postdoc", "position"), ("I get started", ""),
    ("An organism of the organization", ""), ("Co-organised a workshop", "service"), ("Organizer of X", "service"),
])  # fmt: skip
def test_kinds_of_news_are_known_by_words_and_not_by_addresses(text, kind):
    assert news_kind(text) == kind


@pytest.mark.parametrize(("title", "categories", "kind"), [
    ("Easily create", ["Demo"], ""), ("Easily create", ["Demo", "Talks"], "talk"),
    ("Best paper award", ["Talks"], "award"),
    ("Getting started", [], ""), ("", [], ""),
])  # fmt: skip
def test_a_post_is_of_the_kind_that_its_title_or_else_its_category_says(tmp_path, title, categories, kind):
    assert post_kind(title, categories) == kind
    page = f"---\ntitle: {title}\ndate: 2020-12-13\ncategories: {categories}\n---\n## Overview\n\nText.\n"
    content = read_site(site(tmp_path, **{"_posts/2020-12-13-getting-started.md": page}), "academicpages")
    assert [each.kind for each in content.news] == [kind]


def test_an_underline_below_a_heading_is_no_heading():
    lines = Body("x.md", 1, Account(())).lines("# One\n===\ntext\n\nTwo\n---\nmore")
    assert [(each.heading, each.line, each.body) for each in sections_of(lines)] == [
        ("One", 1, "===\ntext"), ("Two", 5, "more"),
    ]  # fmt: skip


# Folders


def site(top: Path, **files: str) -> Path:
    for name, text in {
        "_config.yml": "author:\n  name: Ada Quint\n",
        "_talks/a.md": "---\ntitle: A\n---\n",
        **files,
    }.items():
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return top


def told(top: Path) -> list[tuple[str, str]]:
    content = read_site(top, "academicpages")
    return [(f"{each.place}", each.message) for each in content.problems]


@pytest.mark.parametrize(("head", "kind"), [("layout: about", "al-folio"), ("author_profile: true", "academicpages")])
def test_a_page_about_somebody_is_enough(tmp_path, head, kind):
    (tmp_path / "_pages").mkdir()
    (tmp_path / "_pages/about.md").write_text(f"---\n{head}\n---\nHello.\n")
    assert recognise(tmp_path) == kind


def test_an_unknown_folder_is_refused_in_words(tmp_path):
    (tmp_path / "index.html").write_text("<p>finished</p>")
    with pytest.raises(UnknownSite, match="al-folio.*academicpages.*Hugo Blox.*Greene") as caught:
        recognise(tmp_path)
    assert "sources" in f"{caught.value}"
    assert "which holds 1 file." in f"{caught.value}"
    with pytest.raises(UnknownSite, match="is no template"):
        read_site(tmp_path, "wordpress")
    with pytest.raises(UnknownSite, match="is no folder"):
        read_site(tmp_path / "none")


def test_a_folder_of_two_templates_is_refused_and_a_kind_settles_it(tmp_path):
    site(tmp_path, **{
        "_publications/a.md": "---\ntitle: B\n---\n", "_teaching/a.md": "---\ntitle: C\n---\n",
        "_bibliography/papers.bib": "@article{a, title={D}, year=2020}", "_news/a.md": "---\ndate: 2020\n---\nE.\n",
        "_pages/about.md": "---\nlayout: about\n---\nHello.\n",
    })  # fmt: skip
    with pytest.raises(UnknownSite, match="--kind (.*) or --kind (?!\\1)"):
        recognise(tmp_path)
    assert read_site(tmp_path, "al-folio").kind == "al-folio"


def test_one_folder_that_another_template_has_too_is_no_question(tmp_path):
    site(tmp_path, **{
        "_bibliography/papers.bib": "@article{a, title={D}, year=2020}", "_news/a.md": "---\ndate: 2020\n---\nE.\n",
        "_pages/about.md": "---\nlayout: about\n---\nHello.\n",
    })  # fmt: skip
    assert recognise(tmp_path) == "al-folio"


ACADEMIC = {
    "_publications/a.md": "---\ntitle: B\n---\n", "_pages/about.md": "---\nauthor_profile: true\n---\nHi.\n",
    "_teaching/a.md": "---\ntitle: C\n---\n",
}  # fmt: skip
BIB = {"_bibliography/papers.bib": "@article{a, title={D}, year=2020}"}
AUTHOR = {"content/authors/admin/_index.md": "---\ntitle: Ada\n---\n"}


@pytest.mark.parametrize("more", [
    {**ACADEMIC, **BIB, **AUTHOR}, {**ACADEMIC, "content/publication/a/index.md": "---\ntitle: B\n---\n"},
    {**BIB, **AUTHOR, "_pages/about.md": "---\nlayout: about\n---\nHi.\n"},
    {**AUTHOR, "content/en/project/a.md": "---\ntitle: P\n---\n", "content/_index.md": "", "hugo.yaml": "title: A\n",
     "content/publication/a/index.md": "---\ntitle: B\n---\n"},
])  # fmt: skip
def test_a_site_of_jekyll_and_one_of_hugo_in_one_folder_are_two(tmp_path, more):
    with pytest.raises(UnknownSite, match="--kind (.*) or --kind (?!\\1)") as caught:
        recognise(site(tmp_path, **more))
    assert "hugoblox" in f"{caught.value}"


@pytest.mark.parametrize(("more", "kind"), [
    ({**ACADEMIC, **BIB}, "academicpages"), ({**ACADEMIC, "_members/a.md": "A"}, "academicpages"),
    ({**ACADEMIC, "content/notes.md": "A", "content/_index.md": "B"}, "academicpages"),
    ({**BIB, "_pages/about.md": "---\nlayout: about\n---\n", "_news/a.md": "---\ndate: 2020\n---\nE.\n"}, "al-folio"),
])  # fmt: skip
def test_a_stray_file_makes_no_second_site(tmp_path, more, kind):
    assert recognise(site(tmp_path, **more)) == kind


def test_a_stray_folder_beside_a_site_of_hugo_makes_no_second_one(tmp_path):
    for name, text in {**AUTHOR, **BIB, "content/project/p.md": "P", "_talks/a.md": "A"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert recognise(tmp_path) == "hugoblox"


@pytest.mark.parametrize(("file", "text", "place", "words"), [
    ("_talks/b.md", "---\ntitle: [A\ndate: 2020\n---\n", "_talks/b.md:3", "no YAML"),
    ("_talks/b.md", "---\ntitle: A\n", "_talks/b.md:1", "have no end"),
    ("_talks/b.md", "---\n- a\n- b\n---\n", "_talks/b.md:2", "holds no fields"),
    ("_talks/b.md", b"---\ntitle: A\n---\n\nC\xe9line\n", "_talks/b.md:5", "not written in UTF-8"),
    ("_data/cv.json", '{\n "basics": {,}\n}', "_data/cv.json:2", "no JSON"),
    ("_publications/b.md", "---\nvenue: X\n---\n", "_publications/b.md", "no title"),
    ("_publications/b.md", "---\ntitle: B\npaperurl: /files/no.pdf\n---\n", "_publications/b.md:3",
     "no file of the site"),
    ("_publications/b.md", "---\ntitle: B\nbibtexurl: /files/b.bib\n---\n", "files/b.bib:1", "has no title"),
])  # fmt: skip
def test_what_cannot_be_read_is_told_with_file_and_line(tmp_path, file, text, place, words):
    extra = {"files/b.bib": "@article{x, year = {2020}}\n"} if "bibtexurl" in f"{text}" else {}
    found = told(site(tmp_path, **{file: text}, **extra))
    assert any(where == place and words in message for where, message in found), found
    assert [talk.title for talk in read_site(tmp_path, "academicpages").talks][0] == "A"


@pytest.mark.parametrize(("field", "found", "left"), [
    ("doi: 10.1000/182", ("doi", "10.1000/182"), []),
    ("doi: https://doi.org/10.1000/AB", ("doi", "10.1000/ab"), []),
    ("arxiv: '2101.00001v2'", ("arxiv", "2101.00001"), []),
    ("arxiv: arXiv:2101.00001", ("arxiv", "2101.00001"), []),
    ("arxiv: https://arxiv.org/abs/2101.00001", ("arxiv", "2101.00001"), []),
    ("pmid: 12345", ("pmid", "12345"), []),
    ("doi: 10.1000/182\npaperurl: https://doi.org/10.1000/other", ("doi", "10.1000/182"), []),
    ("doi: soon", None, ["_publications/b.md:3 'soon' is not a valid DOI identifier, such as 10.1000/182."]),
])  # fmt: skip
def test_identifiers_of_an_academic_page(tmp_path, field, found, left):
    content = read_site(site(tmp_path, **{"_publications/b.md": f"---\ntitle: B\n{field}\n---\n"}), "academicpages")
    [paper] = content.publications
    assert paper.entry.record.identifiers == ((found,) if found else ())
    assert [f"{each.place} {each.reason}" for each in content.unused if each.place.path == paper.key] == left


def test_two_pages_cannot_have_one_address(tmp_path):
    top = site(tmp_path, **{
        "_pages/a.md": "---\npermalink: /x/\n---\nA.\n",
        "_pages/b.md": "---\npermalink: /b/\nredirect_from: /x/\n---\nB.\n",
    })  # fmt: skip
    content = read_site(top, "academicpages")
    assert [(f"{each.place}", each.message[:20]) for each in content.problems] == [
        ("_pages/b.md:3", "“/x/” leads to what ")
    ]
    assert [page.old_paths for page in content.pages] == [("/x/",), ("/b/",)]


@pytest.mark.parametrize(("file", "permalink", "path"), [
    ("_posts/2023-05-31-hello.md", "/blog/:year/:title/", "/blog/2023/hello/"),
    ("_posts/2023-05-31-hello.md", "/:collection/:i_month/:slug:output_ext", "/posts/5/hello.html"),
    ("_pages/sub/a.md", "/:path/:basename/", "/sub/a/"),
    ("_pages/a.md", "/:year/a/", ""),
    ("_pages/a.md", "/:nothing/a/", ""),
])  # fmt: skip
def test_a_pattern_that_a_page_chose_for_its_address_is_filled_or_told(tmp_path, file, permalink, path):
    text = f"---\ntitle: Hello\npermalink: {permalink}\n---\nSome text.\n"
    content = read_site(site(tmp_path, **{file: text}), "academicpages")
    record = next(each for each in (*content.pages, *content.news) if each.key == file)
    assert record.old_paths == ((path,) if path else ())
    told = [each.reason for each in content.unused if each.field == "permalink"]
    assert bool(told) == (not path) and all("it is a pattern" in reason for reason in told)


def test_a_pattern_of_hugo_is_told(tmp_path):
    top = site(tmp_path, **{
        "content/authors/me/_index.md": "---\ntitle: Ada Quint\n---\n",
        "content/publication/a/index.md": "---\ntitle: A\n---\n",
        "content/more.md": "---\ntitle: More\nurl: /:year/:slug/\n---\nSome text.\n",
    })  # fmt: skip
    content = read_site(top, "hugoblox")
    assert [page.old_paths for page in content.pages] == [()]
    assert [each.reason[:15] for each in content.unused if each.field == "url"] == ["it is a pattern"]


@pytest.mark.parametrize(
    "path", ["https://evil.example/x", "//evil.example", "/a/../b", "/a|b", "javascript:alert(1)", "/" * 9]
)
def test_an_address_of_another_site_is_no_former_address(tmp_path, path):
    top = site(tmp_path, **{"_pages/a.md": f"---\npermalink: /a/\nredirect_from: ['{path}']\n---\nA.\n"})
    content = read_site(top, "academicpages")
    assert content.pages[0].old_paths == ("/a/",)
    assert Place("_pages/a.md", 3) in {each.place for each in content.unused}


def test_links_out_of_the_folder_are_not_followed(tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "a.md").write_text("---\ntitle: Secret\n---\n")
    top = site(tmp_path / "site")
    os.symlink(secret, top / "_publications")
    os.symlink(secret / "a.md", top / "_talks/b.md")
    content = read_site(top, "academicpages")
    assert "Secret" not in f"{content}"
    reasons = {each.place.path: each.reason for each in content.unused}
    assert "not followed" in reasons["_publications"]
    assert "not followed" in reasons["_talks/b.md"]


def test_too_many_and_too_large_files_are_refused(tmp_path, monkeypatch):
    top = site(tmp_path, **{"_talks/b.md": "---\ntitle: B\n---\n" + "x" * 2_000})
    monkeypatch.setattr(folders, "LARGEST_FILE", 1_000)
    assert [message for _, message in told(top)] == ["It has 0 MB; up to 0 MB are read. Split it into parts."]
    bibliography = site(tmp_path / "papers", **{"_bibliography/papers.bib": "@article{a, title={A}}" + " " * 2_000})
    content = read_site(bibliography, "al-folio")
    assert "_bibliography/papers.bib" in {each.place.path for each in content.problems}
    assert content.publications == ()
    monkeypatch.setattr(folders, "MOST_FILES", 2)
    with pytest.raises(UnknownSite, match="more than 2 files"):
        read_site(top)


def test_windows_line_ends_and_a_byte_order_mark(tmp_path):
    top = site(tmp_path, **{"_talks/b.md": b"\xef\xbb\xbf---\r\ntitle: B\r\ndate: soon\r\n---\r\nText.\r\n"})
    content = read_site(top, "academicpages")
    assert [(talk.title, talk.body) for talk in content.talks] == [("A", ""), ("B", "Text.")]
    assert any(each.place == Place("_talks/b.md", 3) for each in content.unused)


def test_folders_of_programs_are_one_line_each(tmp_path):
    top = site(
        tmp_path, **{"node_modules/a/b.md": "x", ".git/HEAD": "x", "_layouts/a.html": "x", "_layouts/b.html": "x"}
    )
    told = {each.place.path: each.value for each in read_site(top, "academicpages").unused if not each.field}
    assert told == {"node_modules": "", ".git": "", "_layouts": "2 files"}
