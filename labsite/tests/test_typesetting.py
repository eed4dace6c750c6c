"""PDF files: what no font has is left out before, text is never markup, and a template stays in its folder."""

from __future__ import annotations

import logging
import shutil
import subprocess
from pathlib import Path

import pytest
import typst

from labsite.lib.typesetting import (
    cjk_folder,
    compile_pdf,
    families,
    language_and_region,
    missing_clusters,
    printable_data,
    split_clusters,
)

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATE = """#let data = json(bytes(sys.inputs.data))
#set document(title: data.title)
#let region = if sys.inputs.region == "" { none } else { sys.inputs.region }
#set text(font: json(bytes(sys.inputs.fonts)), lang: sys.inputs.lang, region: region)
= #data.title
#for line in data.lines [#line #strong(line) #emph(line)

]
"""


@pytest.fixture
def template(tmp_path) -> Path:
    path = tmp_path / "inside" / "letter.typ"
    path.parent.mkdir()
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


def text_of(pdf: bytes, folder: Path) -> str:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed")
    path = folder / "made.pdf"
    path.write_bytes(pdf)
    command = [shutil.which("pdftotext"), "-layout", path, "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()  # noqa: S603 - our own file


def test_a_file_is_made_in_every_language_without_falling_back(template, caplog):
    for language in ("en", "zh-hans", "ar"):
        pdf = compile_pdf(
            template, {"title": "Report", "lines": ["Zoë Łukasz 张三 李四 Ελένη Јована"]}, language=language
        )
        assert pdf.startswith(b"%PDF-")
    assert caplog.records == []


def test_text_is_never_markup(template, tmp_path):
    line = '#panic("run") *stars* _lines_ $x$ `code` @ref <label> // comment #read("/etc/passwd") \\ = head'
    found = text_of(compile_pdf(template, {"title": "Any", "lines": [line]}), tmp_path)
    assert " ".join(line.split()) in " ".join(found.split())


def test_signs_that_no_font_has_are_left_out_and_the_rest_is_printed(template, tmp_path, caplog):
    pdf = compile_pdf(template, {"title": "Zoë 🎉 张三", "lines": ["a😀b ไทย c\x00d", "😀 👍"]})
    assert caplog.records == []  # PDF/UA refuses glyphs that a font lacks
    found = " ".join(text_of(pdf, tmp_path).split())
    assert found == "Zoë 张三 ab cd ab cd ab cd ???"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("plain", "plain"),
        ("Zoe\u0308", "Zoë"),
        ("张三 😀", "张三 "),
        ("😀", "?"),
        ("", ""),
        ("  ", "  "),
        ("a\u202eb\u200bc\ue000\ud800", "abc"),
        ("line\nnext\ttab", "line\nnext\ttab"),
        (3, 3),
        (None, None),
        ({"k😀": ["é", ("x😀",)]}, {"k😀": ["é", ["x"]]}),
    ],
)
def test_data_keeps_what_can_be_printed(given, expected):
    assert printable_data(given) == expected


def test_marks_stay_with_the_sign_they_stand_on():
    assert list(split_clusters("ax\u0301\u0327é张")) == ["x\u0301\u0327", "é", "张"]
    assert list(split_clusters("plain")) == []


def test_what_was_asked_once_is_remembered(monkeypatch):
    signs = {"ß", "😅"}
    assert missing_clusters(signs) == {"😅"}
    monkeypatch.setattr("labsite.lib.typesetting._ask", lambda clusters: pytest.fail(f"asked again: {clusters}"))
    assert missing_clusters(signs) == {"😅"}


def test_a_text_of_eight_thousand_different_signs_is_checked():
    text = "".join(map(chr, range(0x4E00, 0x4E00 + 8000)))
    assert printable_data(text) == text


def test_fonts_are_the_same_everywhere():
    assert families()[0] == "Libertinus Serif"
    assert families()[1] in ("Noto Sans CJK SC", "Noto Sans CJK TC")
    assert any(path.suffix in (".otf", ".ttc") for path in cjk_folder().iterdir())


def test_without_the_package_debian_s_font_serves(monkeypatch, tmp_path):
    monkeypatch.setattr("labsite.lib.typesetting.CJK_PACKAGE", "no-such-package-here")
    monkeypatch.setattr("labsite.lib.typesetting.DEBIAN_CJK", tmp_path)
    assert cjk_folder() == tmp_path
    monkeypatch.setattr("labsite.lib.typesetting.DEBIAN_CJK", tmp_path / "none")
    assert cjk_folder() is None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("en", ("en", "")),
        ("zh-hans", ("zh", "cn")),
        ("zh-hant", ("zh", "tw")),
        ("pt-br", ("pt", "br")),
        ("ar", ("ar", "")),
    ],
)
def test_a_language_is_named_as_typst_names_it(code, expected):
    assert language_and_region(code) == expected


def test_a_template_reads_nothing_outside_its_folder(template):
    (template.parent.parent / "secret.txt").write_text("secret")
    (template.parent / "near.txt").write_text("near")
    template.write_text('#set document(title: "T")\n#read("near.txt")')
    assert compile_pdf(template, {}).startswith(b"%PDF-")
    for path in ("../secret.txt", str(template.parent.parent / "secret.txt")):
        template.write_text(f'#set document(title: "T")\n#read("{path}")')
        with pytest.raises(typst.TypstError):
            compile_pdf(template, {})


def test_a_wrong_template_is_an_error_and_one_below_the_standard_is_logged(template, caplog):
    template.write_text("#unknown-word")
    with pytest.raises(typst.TypstError, match="unknown variable"):
        compile_pdf(template, {})
    template.write_text("A page without a title")  # which PDF/UA asks for
    with caplog.at_level(logging.WARNING):
        assert compile_pdf(template, {}).startswith(b"%PDF-")
    assert [record.name for record in caplog.records] == ["labsite.lib.typesetting"]


TEMPLATES = sorted(
    path for room in ("labsite", "people", "activities", "templates") for path in (ROOT / room).rglob("*.typ")
)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_run_no_text_and_fetch_nothing(path):
    source = path.read_text(encoding="utf-8")
    assert [word for word in ("eval(", '"@') if word in source] == []
