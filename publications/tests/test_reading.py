"""Files of any mixture and encoding, identifiers in lines, and the bounded reader in another process."""

from __future__ import annotations

import ast
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labsite.tests.fuzz import cases
from publications.formats.addresses import find_identifiers, is_web_address
from publications.formats.bibtex import write_bibtex
from publications.formats.lines import CHUNK, LONGEST_PIECE, Lines
from publications.reading import (
    NOTHING,
    ROOT,
    WORKER,
    Limits,
    entry_as_json,
    entry_from_json,
    read_bounded,
    read_entries,
)
from publications.records import SourceEntry

REAL = Path(__file__).parent / "real.bib"
MIXTURE = """Dear all, please add these:
10.1000/182
* https://arxiv.org/abs/2310.12508v2, doi:10.1000/ABC
@misc{a, title={A}}
- https://openreview.net/forum?id=hbHwZYqk9T
PMID: 12345678
nothing here
nor here

TY  - JOUR
TI  - B
ER  -
[{"title": "C"}, {"title": "D"}]
{"title": "E"}
% a comment with 10.1000/no
@misc{f,
  title = {F}}
Thanks!
"""


def read(data: bytes | str, form: str = "") -> list[SourceEntry]:
    return list(read_entries(io.BytesIO(data.encode() if isinstance(data, str) else data), form))


def told(entries: list[SourceEntry]) -> list[tuple[int, str]]:
    return [(entry.line, entry.label or entry.problem) for entry in entries]


# Mixtures


def test_a_mixture_is_read_stretch_by_stretch():
    entries = read(MIXTURE)
    assert told(entries) == [
        (1, "Dear all, please add these:"), (2, "10.1000/182"), (3, "2310.12508"), (3, "10.1000/abc"), (4, "a"),
        (5, "hbHwZYqk9T"), (6, "12345678"), (7, "nothing here"), (10, "B"), (13, "C"), (13, "D"), (14, "E"), (16, "f"),
    ]  # fmt: skip
    assert [entry.lookup for entry in entries if entry.lookup] == [
        ("doi", "10.1000/182"), ("arxiv", "2310.12508"), ("doi", "10.1000/abc"), ("openreview", "hbHwZYqk9T"), ("pmid",
        "12345678"),
    ]  # fmt: skip
    assert [entry.problem for entry in entries if entry.problem] == [
        "This line is no entry and holds no identifier: “Dear all, please add these:”.",
        "Lines 7 to 8 are no entries and hold no identifier. They begin with “nothing here”.",
    ]
    assert [entry.read for entry in entries] == [len(MIXTURE)] * len(entries)


@pytest.mark.parametrize(
    ("form", "expected"),
    [("bib", ["a", "f"]), ("ris", ["B"]), ("json", ["C", "D", "E"]), ("list", ["10.1000/182", "2310.12508"])],
)
def test_one_form_can_be_asked_for(form, expected):
    found = [
        entry.label for entry in read(MIXTURE, form) if not entry.problem and (entry.lookup is None or form == "list")
    ]
    assert found[: len(expected)] == expected
    assert [entry.label for entry in read(MIXTURE, form) if entry.record] == ([] if form == "list" else expected)


@pytest.mark.parametrize(
    "read_in", [lambda: list(read_entries(io.BytesIO(b""), "xml")), lambda: list(read_bounded(REAL, "xml"))]
)
def test_a_form_nobody_knows_is_refused(read_in):
    with pytest.raises(ValueError, match="“xml” is no form of input: choose one of bib, ris, json, list."):
        read_in()


@pytest.mark.parametrize("data", [b"% only a comment\n", b"\n \n\xef\xbb\xbf\n", b"@comment{x}\n", b"\0\0\0"])
def test_a_file_without_entries_says_so(data):
    assert [(entry.line, entry.problem) for entry in read(data)] == [(1, NOTHING)]


def test_an_empty_file_has_no_entries():
    assert read(b"") == []


# Identifiers in lines


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("* https://doi.org/10.1016/S0140-6736(05)12345-6.", [("doi", "10.1016/s0140-6736(05)12345-6")]),
        ("(see doi:10.1000/182), DOI 10.1000/183;", [("doi", "10.1000/182"), ("doi", "10.1000/183")]),
        ("10.1000%2F182", [("doi", "10.1000/182")]), ("http://dx.doi.org/10.1000/182", [("doi", "10.1000/182")]),
        ("10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O", [("doi",
        "10.1002/(sici)1097-4571(199806)49:8<693::aid-asi4>3.0.co;2-o")]),
        ("https://link.springer.com/content/pdf/10.1007/978-3_2.pdf?x=1", [("doi", "10.1007/978-3_2")]),
        ("https://www.frontiersin.org/articles/10.3389/fnins.2020.1/full", [("doi", "10.3389/fnins.2020.1")]),
        ("https://doi.org/10.48550/arXiv.2310.12508", [("arxiv", "2310.12508")]), ("2310.12508v3", [("arxiv",
        "2310.12508")]),
        ("arXiv:2310.12508 [cs.LG]", [("arxiv", "2310.12508")]), ("https://arxiv.org/pdf/2310.12508v3.pdf", [("arxiv",
        "2310.12508")]),
        ("hep-th/9901001", [("arxiv", "hep-th/9901001")]), ("cs.LG/0501001", [("arxiv", "cs.lg/0501001")]),
        ("https://huggingface.co/papers/2310.12508", [("arxiv", "2310.12508")]), ("version 2399.12508", []),
        ("1234.5678 dollars", []),
        ("https://openreview.net/pdf?id=hbHwZYqk9T", [("openreview", "hbHwZYqk9T")]),
        ("https://openreview.net/forum?noteId=1&id=hbHwZYqk9T", [("openreview", "hbHwZYqk9T")]),
        ("https://pubmed.ncbi.nlm.nih.gov/123/", [("pmid", "123")]), ("PMID 123 and 456", [("pmid", "123")]),
        ("https://aclanthology.org/2024.emnlp-main.1.pdf", [("acl", "2024.emnlp-main.1")]), ("10.5 apples", []), ("",
        []),
        ("10.1000/182 https://doi.org/10.1000/182", [("doi", "10.1000/182")]), ("10.1000/" + "x" * 400, []),
        ("[1] A. Quint. Title. 2020. doi: 10.1000/182", [("doi", "10.1000/182")]), ("“10.1000/182”", [("doi",
        "10.1000/182")]),
    ],
)  # fmt: skip
def test_identifiers_are_found_in_any_spelling(text, found):
    assert find_identifiers(text) == found


@pytest.mark.parametrize(
    "piece",
    [
        "10.1234/",
        "10.1234/a ",
        "2310.12508 ",
        "PMID ",
        "openreview.net/a?&",
        "aclanthology.org/",
        "arxiv ",
        "10.1000/a)",
        "https://",
    ],
)
def test_finding_identifiers_takes_linear_time(piece):
    begin = time.process_time()
    assert isinstance(find_identifiers(piece * (300_000 // len(piece))), list)
    assert time.process_time() - begin < 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [("https://a.org/x?y=1#z", True), ("http://a.org", True), ("ftp://a.org", False), ("javascript:alert(1)", False),
     ("//a.org", False), ("https://", False), ("https://[x", False), ("https://a b", False),
     ("https://a.org/" + "x" * 500, False)],
)  # fmt: skip
def test_only_whole_addresses_of_the_web_are_links(text, expected):
    assert is_web_address(text) is expected


# Encodings: B12

BIBTEX = "@misc{a,\n title={Zoë’s 张 naïve 😀}, author={Łódź, Ada}}\n"
TITLE = "Zoë’s 张 naïve 😀"


@pytest.mark.parametrize(
    ("data", "title", "note"),
    [
        (BIBTEX.encode(), TITLE, ""), (b"\xef\xbb\xbf" + BIBTEX.encode(), TITLE, ""),
        (BIBTEX.encode("utf-16"), TITLE, ""), (b"\xfe\xff" + BIBTEX.encode("utf-16-be"), TITLE, ""),
        (BIBTEX.replace("\n", "\r\n").encode(), TITLE, ""), (BIBTEX.replace("\n", "\r").encode(), TITLE, ""),
        ("@misc{a,\n title={Zoe\u0308 Ångstro\u0308m}}".encode(), "Zoë Ångström", ""),
        ("@misc{a,\n title={Zoë naïve}}".encode("latin-1"), "Zoë naïve",
         "Byte 19 (0xEB) is no UTF-8: the line was read as Windows-1252 (Latin-1)."),
        ("@misc{a,\n title={Zoë’s}}".encode("cp1252"), "Zoë’s",
         "Byte 19 (0xEB) is no UTF-8: the line was read as Windows-1252 (Latin-1)."),
        (b"@misc{a,\n title={Zo\0e}}", "Zoe", "Characters that no text may hold (U+0000 at byte 19) were left out."),
        ("@misc{a,\n title={Zo\0e}}".encode("utf-16"), "Zoe",
        "Characters that no text may hold (U+0000 at byte 40) were left out."),
        (b"@misc{a,\n title={Zo\xed\xa0\x80e}}", "Zo\ufffde",
        "Half of a character (a lone surrogate at byte 19) was replaced by \ufffd."),
        (b"@misc{a,\n title={Zo\xed\xa0\xbd\xed\xb8\x80e}}", "Zo😀e", ""),
        ("@misc{a,\n title={Zo\ud800e}}".encode("utf-16-le", "surrogatepass").join([b"\xff\xfe", b""]), "Zo\ufffde",
         "Half of a character (a lone surrogate at byte 40) was replaced by \ufffd."),
        (b"@misc{a,\n title={A\x81B}}", "A\ufffdB",
        "Byte 18 (0x81) is no UTF-8: the line was read as Windows-1252 (Latin-1)."),
    ],
    ids=["utf-8", "bom", "utf-16", "utf-16-be", "crlf", "cr", "nfd", "latin-1", "windows", "nul", "nul in utf-16",
         "surrogate", "pair", "surrogate in utf-16", "undefined byte"],
)  # fmt: skip
def test_b12_encodings_give_the_right_text_or_the_byte(data, title, note):
    (entry,) = read(data)
    assert (entry.record.title, entry.notes) == (title, (note,) if note else ())
    assert entry.line == 1


def test_b12_a_note_counts_bytes_over_the_whole_file():
    data = b"% x\r\n" * 40_000 + b"@misc{a, title={\xe9}}"
    (entry,) = read(data)
    assert entry.notes == (
        f"Byte {data.index(0xE9):,} (0xE9) is no UTF-8: the line was read as Windows-1252 (Latin-1).",
    )
    assert entry.line == 40_001


def test_a_file_that_was_cut_in_two_bytes_is_read():
    assert [entry.record.title for entry in read(BIBTEX.encode("utf-16") + b"x")] == [TITLE]


@pytest.mark.parametrize("length", [CHUNK - 1, CHUNK, CHUNK + 1, LONGEST_PIECE * 2 + 3, 5])
@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r"])
def test_lines_do_not_depend_on_where_a_chunk_ends(length, line_break):
    text = "é" * (length // 2) + "x" * (length % 2)
    lines = list(Lines(io.BytesIO(f"{text}{line_break}end{line_break}".encode())))
    assert "".join(line.text for line in lines) == f"{text}\nend\n"
    assert (lines[-1].number, lines[-1].begins) == (2, True)
    assert {line.number for line in lines[:-1]} == {1}


class Slow(io.BytesIO):
    """Gives one byte at a time."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(1 if size else 0)


@pytest.mark.parametrize("data", [MIXTURE.encode(), BIBTEX.encode("utf-16"), b"@misc{a,\r\n title={\xe9}}\r\n"])
def test_any_size_of_chunk_gives_the_same(data):
    slow = list(read_entries(Slow(data)))
    assert [(entry.line, entry.label, entry.problem, entry.notes) for entry in slow] == [
        (entry.line, entry.label, entry.problem, entry.notes) for entry in read(data)
    ]


# In another process


@pytest.fixture
def bounded(tmp_path):
    def read_in_child(data: bytes | str, **limits: int) -> list[SourceEntry]:
        path = tmp_path / "input"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return list(read_bounded(path, limits=Limits(**limits)))

    return read_in_child


def test_the_child_reads_the_same(bounded):
    data = REAL.read_bytes() + MIXTURE.encode()
    assert bounded(data) == read(data)


def test_entries_survive_as_json():
    for entry in read(REAL.read_bytes() + MIXTURE.encode()):
        assert entry_from_json(json.loads(json.dumps(entry_as_json(entry)))) == entry


# Runs `read_bounded`'s child with a reader that misbehaves once it has given an entry.
BAD_READER = """
import sys, publications.reading_worker as worker
from publications.records import SourceEntry
def read_entries(file, form):
    file.read(100)
    yield SourceEntry(3, label="first")
    {}
worker.read_entries = read_entries
sys.exit(worker.main())
"""


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        ("import re; re.match('(a*)*b', 'a' * 60)", "it takes more than 1 seconds"),
        ("while True: pass", "it takes more than 1 seconds"),
        ("x = bytearray(10**9)", "it takes more than 300 MB of memory"),
        ("raise KeyError('fault')", "it has a fault that stopped the reader"),
    ],
    ids=["regular expression", "loop", "memory", "fault"],
)
def test_a_child_that_misbehaves_ends_in_a_message(deed, reason, tmp_path, monkeypatch):
    (tmp_path / "bad_reader.py").write_text(BAD_READER.format(deed))
    (tmp_path / "publications").symlink_to(ROOT / "publications")
    (tmp_path / "people").symlink_to(ROOT / "people")
    monkeypatch.setattr("publications.reading.WORKER", "bad_reader")
    monkeypatch.setattr("publications.reading.ROOT", tmp_path)
    begin = time.monotonic()
    entries = list(read_bounded(REAL, limits=Limits(seconds=1)))
    assert time.monotonic() - begin < 20
    assert told(entries) == [
        (3, "first"),
        (3, f"What follows line 3 could not be read: {reason}. Nothing from there on was taken; look for an entry that "
            "is very long or very deeply nested, and take it out."),
    ]  # fmt: skip


def test_a_silent_child_is_ended(tmp_path, monkeypatch):
    (tmp_path / "bad_reader.py").write_text("import time\ntime.sleep(600)\n")
    monkeypatch.setattr("publications.reading.WORKER", "bad_reader")
    monkeypatch.setattr("publications.reading.ROOT", tmp_path)
    (entry,) = read_bounded(REAL, limits=Limits(silence=1))
    assert entry.problem.startswith("What follows line 1 could not be read: it takes more than 4 seconds.")


def test_closing_the_reader_ends_the_child(tmp_path):
    path = tmp_path / "long.bib"
    path.write_text("".join(f"@misc{{k{number}, title={{{'x' * 200}}}}}\n" for number in range(20_000)))
    children = set(os.listdir("/proc")) if sys.platform == "linux" else set()
    reader = read_bounded(path)
    assert next(reader).label == "k0"
    reader.close()
    workers = [pid for pid in set(os.listdir("/proc")) - children if pid.isdigit() and str(path) in command_of(pid)]
    assert workers == []


def command_of(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def test_a_file_that_is_not_there_is_an_error():
    with pytest.raises(FileNotFoundError):
        list(read_bounded(Path("/nonexistent/file.bib")))


def test_the_child_needs_no_settings():
    environment = {"PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", WORKER, str(REAL), "", "4", "300000000"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)  # noqa: S603 - our own
    assert done.stderr == b""
    assert json.loads(done.stdout.splitlines()[-1]) == {"end": "all"}


def test_reading_looks_at_no_database_and_no_settings():
    names = set()
    for path in [
        ROOT / "publications/reading.py",
        ROOT / f"{WORKER.replace('.', '/')}.py",
        *(ROOT / "publications/formats").glob("*.py"),
    ]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names.add(node.module)
    assert {name for name in names if name.startswith(("django", "publications.models", "labsite"))} == set()


# Anything: B15

pieces = st.sampled_from([
    "@", "@article{", "@misc(", "@string{", "@comment{", "@preamble{", "{", "}", "(", ")", '"', "#", ",", "=", "\n",
    " ", "%",
    "title", "author", " and ", "year", "2024", "key", "crossref", "xdata", "\\'e", "$", "~", "TY  - JOUR\n", "TI  - ",
    "ER  - \n",
    "[", "]", '{"title":', '"x"', ":", "10.1000/x", "arXiv:2310.12508", "é", "\r\n", "\0", "\ufeff",
    "@misc{a, title={A}}\n",
    "@proceedings{p, title={P}}\n", "doi", "url", "https://a.org", "and others", "--", "*", "\u2028", "\ufdd0",
])  # fmt: skip
VALID = [f"@misc{{v{number}, title = {{Valid {number}}}, year = {2000 + number}}}\n" for number in range(3)]


def check(data: bytes) -> None:
    entries = read(data)
    size = data.count(b"\n") + data.count(b"\r") + 1
    for entry in entries:
        assert bool(entry.record) + bool(entry.problem) + bool(entry.lookup) == 1
        assert 1 <= entry.line <= size
        assert 0 < entry.read <= len(data)
        assert entry_from_json(json.loads(json.dumps(entry_as_json(entry)))) == entry
        if entry.record:
            text = write_bibtex(entry.record)
            text.encode()
            (again,) = read(text, "bib")
            assert again.problem == ""
            assert write_bibtex(again.record) == text
    assert bool(entries) == bool(data)


@settings(max_examples=cases(1_200), deadline=None)
@given(st.lists(pieces, max_size=40).map("".join))
def test_b15_any_file_of_a_grammar_is_answered(text):
    check(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=cases(400), deadline=None)
@given(st.binary(max_size=200))
def test_b15_any_file_of_bytes_is_answered(data):
    check(data)


MUTATED = REAL.read_bytes()


@settings(max_examples=cases(150), deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(MUTATED) - 1), st.integers(0, 40), st.binary(max_size=4)), min_size=1, max_size=4
    )
)
def test_b15_any_mutation_of_a_real_file_is_answered(cuts):
    data = MUTATED
    for position, length, inserted in cuts:
        data = data[:position] + inserted + data[position + length :]
    check(data)


@settings(max_examples=cases(300), deadline=None)
@given(st.lists(pieces.filter(lambda piece: "@" not in piece), max_size=12).map("".join))
def test_b15_what_stands_between_costs_no_valid_entry(text):
    entries = read(VALID[0] + "@misc{x, " + text + "\n" + VALID[1] + VALID[2])
    titles = [entry.record.title for entry in entries if entry.record and entry.label.startswith("v")]
    assert titles == ["Valid 0", "Valid 1", "Valid 2"]
