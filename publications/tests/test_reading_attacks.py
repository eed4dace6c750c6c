"""Files made to break a reader: cases B1 to B16 of the reliability plan that a reader answers (B12, B13 and B15 stand
with encodings, accents and fuzzing).
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys

import pytest

from publications.exporting import FORMATS, record_of, write_one
from publications.formats.bibtex_syntax import MAX_FIELDS, MAX_STRING
from publications.importing.runs import import_entries
from publications.models import Import, Publication
from publications.reading import ROOT, Limits, read_bounded
from publications.records import SourceEntry

GOOD = "\n@misc{good, title={Good}}\n"
TOO_MANY = "This entry has {} authors: 5,000 are the most that can be kept."
UNCLOSED = "It has no closing brace before the entry in line {}."
TOO_LONG = "This entry is longer than 1,000,000 letters: look for a missing closing brace."


@pytest.fixture
def attack(tmp_path):
    """Reads an attack and an entry behind it in the child, in at most 5 seconds of computing and 300 MB."""

    def read(text: str, behind: str = GOOD) -> list[SourceEntry]:
        path = tmp_path / "attack.bib"
        path.write_text(text + behind, encoding="utf-8")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        entries = list(read_bounded(path))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 5
        if not behind:
            return entries
        assert (entries[-1].label, entries[-1].problem) == ("good", "")
        return entries[:-1]

    return read


def told(entries: list[SourceEntry]) -> list[tuple[int, str]]:
    return [(entry.line, entry.problem) for entry in entries]


def test_no_child_may_take_more_than_300_megabytes():
    assert (Limits().memory, Limits().seconds) == (300_000_000, 4)


def test_b1_strings_that_double_are_refused_where_they_grow_too_long(attack):
    doubling = [f"@string{{s{number} = s{number - 1} # s{number - 1}}}" for number in range(1, 31)]
    entries = attack("\n".join(["@string{s0 = {0123456789}}", *doubling]) + "\n")
    problem = f"With its @string macros put in, this grows to more than {MAX_STRING:,} letters."
    assert told(entries)[0] == (12, problem)
    assert {message for _, message in told(entries)} == {problem}


def test_b1_values_that_repeat_a_long_string_are_refused(attack):
    entries = attack("@string{a={" + "x" * 19_000 + "}}\n@misc{b, title = " + "a # " * 200_000 + "a}")
    assert told(entries) == [(2, "With its @string macros put in, this grows to more than 999,999 letters.")]


def test_b1_strings_without_number_are_refused(attack):
    entries = attack("\n".join(f"@string{{s{number}={{{'x' * 10_000}}}}}" for number in range(410)))
    assert {entry.problem for entry in entries} == {
        "All @string values together exceed 4,000,000 letters: shorten them."
    }


def test_b2_fifty_thousand_authors_are_counted_and_refused(attack):
    authors = " and ".join(f"Quint{number}, Ada" for number in range(50_000))
    assert told(attack(f"@article{{a, title={{X}}, author={{{authors}}}}}")) == [(1, TOO_MANY.format("50,000"))]


def test_b3_ten_thousand_entries_are_all_read(attack):
    entries = attack(
        "".join(f"@article{{k{number},\n  title = {{T {number}}},\n  year = 2020\n}}\n" for number in range(10_000))
    )
    assert [entry.label for entry in entries] == [f"k{number}" for number in range(10_000)]
    assert [entry.line for entry in entries] == list(range(1, 40_000, 4))
    assert {entry.problem for entry in entries} == {""}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("@article{a, title=" + "{" * 200_000 + "}" * 200_000 + "}",
        "Braces are nested 200,001 deep: 100 are the most that are read."),
        ("@article{a, title=" + "{" * 200_000, UNCLOSED.format(2)),
        ("@article{a, title={" + "{x}" * 200_000 + "}}", ""),
        ("}" * 200_000, None),
        ("@misc{a, title={T}, author={" + "{\\'" * 90 + "e" + "}" * 90 + "}}", ""),
    ],
    ids=["closed", "open", "side by side", "closing", "accents"],
)  # fmt: skip
def test_b4_nested_braces(attack, text, problem):
    assert told(attack(text)) == ([] if problem is None else [(1, problem)])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("@article{a, title={" + "x" * 1_000_000, UNCLOSED.format(2)),
        ("@article{a, title={" + "x \n" * 350_000, UNCLOSED.format(350_002)),
        ("@article{a, title={" + "x \n" * 400_000 + "}}", TOO_LONG),
        ('@article(a, title="' + "x" * 500_000, UNCLOSED.format(2)),
    ],
    ids=["one line", "lines", "too long", "parenthesis"],
)  # fmt: skip
def test_b5_a_brace_that_is_never_closed(attack, text, problem):
    assert told(attack(text)) == [(1, problem)]


@pytest.mark.parametrize(
    ("text", "count"),
    [("@" * 200_000, 1), ("@\n" * 200_000, 1), ("@ " * 200_000, 1), ("@a{" * 200_000, 1), ("@a{\n" * 2_000, 2_000)],
)
def test_b6_two_hundred_thousand_at_signs(attack, text, count):
    entries = attack(text)
    assert len(entries) == count
    assert entries[0].line == 1
    assert "" not in {entry.problem for entry in entries}


@pytest.mark.parametrize("comment", ["@comment{", "@comment{\n", "@comment{\n@misc{a, title={x}}\n"])
def test_b7_fifty_thousand_comments_that_are_never_closed(attack, comment):
    entries = attack(comment * (5_000 if "misc" in comment else 50_000))
    assert told(entries)[0] == (1, "This comment has no closing brace: what follows was read as if it were no comment.")
    assert len({entry.problem for entry in entries}) <= 2


def test_b8_a_hundred_thousand_ands(attack):
    assert told(attack("@article{a, title={X}, author={" + "and " * 100_000 + "}}")) == [(1, TOO_MANY.format("50,001"))]
    assert told(attack("@article{a, title={X}, author={" + " and" * 30 + "}}"))[0] == (1, "")


def test_b9_five_thousand_keys_that_stand_twice_are_told_by_line(attack):
    entries = attack("".join(f"@misc{{same, title={{T{number}}}}}\n" for number in range(5_000)))
    assert (entries[0].record.title, len(entries)) == ("T0", 5_000)
    assert told(entries)[1:] == [
        (line, "The key “same” was used in line 1 already, by another entry: give this one, in line "
               f"{line}, a key of its own.")
        for line in range(2, 5_001)
    ]  # fmt: skip


MACROS = [
    r"\input{/etc/passwd}",
    r"\write18{id}",
    r"\def\a{\a\a}\a",
    r"\immediate\openin1=/etc/passwd",
    r"\catcode`\@=11",
]


@pytest.mark.parametrize("macro", MACROS)
def test_b14_macros_that_act_are_shown_as_text(attack, macro):
    (entry,) = attack(f"@misc{{a, title={{Title {macro} end}}}}")
    assert entry.record.title.startswith("Title \\")
    assert entry.record.title.endswith(" end")
    assert "root:" not in entry.record.title
    assert [note for note in entry.notes if "is no TeX we know" in note]


def test_b14_links_in_titles_are_their_text(attack):
    (entry,) = attack(
        r"@misc{a, title={\href{javascript:alert(1)}{word} <script>alert(1)</script>}, url={javascript:alert(1)}}"
    )
    assert entry.record.title == "word <script>alert(1)</script>"
    assert (entry.record.links, entry.record.extra) == ((), {"url": "javascript:alert(1)"})


def test_b14_no_program_is_started_and_no_file_opened(tmp_path):
    """The reader opens nothing but its input and modules, and starts nothing: the interpreter reports both."""
    path = tmp_path / "attack.bib"
    path.write_text("".join(f"@misc{{k{number}, title={{T {macro}}}}}\n" for number, macro in enumerate(MACROS)))
    watcher = (
        "import sys\nfound = []\n"
        "sys.addaudithook(lambda event, details: found.append((event, details[0])) if event in "
        "('open', 'subprocess.Popen', 'os.system', 'os.exec', 'socket.connect') else None)\n"
        "from publications.reading import read_entries\nfrom publications.formats.latex import decode_latex\n"
        "decode_latex('\\\\zeta')\nfound.clear()\n"
        f"entries = list(read_entries(open({str(path)!r}, 'rb')))\n"
        "assert len(entries) == 5\nprint(found)\n"
    )
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", watcher], capture_output=True, text=True, check=True, cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert done.stdout.strip() == str([("open", str(path))])


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("@misc{b, title={x}, " + ",".join(f"f{number}={{x}}" for number in range(90_000)) + "}",
        [f"This entry has more than {MAX_FIELDS} fields."]),
        ("[" * 200_000, ["This JSON text ends before its last bracket."]),
        ('[{"title": "x", "author": [' + ",".join(['{"family": "a"}'] * 50_000) + "]}]",
         ["This item has 50,000 authors: 5,000 are the most that can be kept."]),
        ('[{"title": ' + "1" * 900_000 + "}]", ["This JSON holds a number that is too long."]),
        ("TY  - JOUR\n" + "AU  - a\n" * 100_000,
         ["This entry has more than 20,000 lines: look for a missing line “ER  - ”."]),
        ("a " * 3_000_000, []),
    ],
    ids=["fields", "brackets", "authors", "digits", "lines", "words"],
)  # fmt: skip
def test_b16_other_formats_are_capped_as_well(attack, text, problems):
    behind = "" if text.startswith("[[") else GOOD  # brackets that are never closed take the rest of the file
    assert [entry.problem for entry in attack(text, behind)] == problems


def test_b16_memory_does_not_grow_with_the_file(tmp_path):
    path = tmp_path / "large.bib"
    entry = (
        "@article{{k{},\n  title = {{T}},\n  author = {{Quint, Ada}},\n  abstract = {{" + "words " * 500 + "}}\n}}\n"
    )
    with path.open("w") as file:
        for number in range(8_000):
            file.write(entry.format(number))
    assert path.stat().st_size > 24_000_000
    entries = read_bounded(path, limits=Limits(memory=110_000_000))
    assert sum(1 for entry in entries if entry.record) == 8_000


@pytest.mark.django_db
def test_b14_macros_survive_import_and_export(attack):
    found = attack("".join(f"@misc{{k{number}, title={{T{number} {macro}}}}}\n" for number, macro in enumerate(MACROS)))
    import_entries(found, Import.objects.create(name="test"))
    stored = Publication.objects.with_export_relations().order_by("pk")
    assert [publication.title for publication in stored] == [entry.record.title for entry in found]
    for publication, entry in zip(stored, found, strict=True):
        assert f"title = {{{entry.record.source['title']}}}" in write_one(publication, FORMATS["bib"], "")
        assert record_of(publication).title == entry.record.title
