"""PDF files by typst: text is data that a template prints, never markup that is run.

    compile_pdf(Path("…/letter.typ"), {"title": "Any text: #emoji, *stars*, 张三"}, language="en")

A template reads its inputs: `#let data = json(bytes(sys.inputs.data))`, the fonts in the order in which they are tried,
`json(bytes(sys.inputs.fonts))`, and for the language `sys.inputs.lang` and `sys.inputs.region` ("" for none).
It must not call `eval` nor import packages (`@preview/…`, which would be fetched): tests look at every template.
"""

from __future__ import annotations

import datetime
import json
import logging
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import typst

logger = logging.getLogger(__name__)

CJK_PACKAGE = "cvttf-NotoSansCJK-Regular"
DEBIAN_CJK = Path("/usr/share/fonts/opentype/noto")  # of fonts-noto-cjk, where the package is not installed
FONT_ENDINGS = (".otf", ".ttf", ".ttc")
LATIN = "Libertinus Serif"  # comes with typst, as do the other two
OTHER_FAMILIES = ("New Computer Modern", "DejaVu Sans Mono")
CJK_FAMILIES = ("Noto Sans CJK SC", "Noto Sans CJK TC")
ACCESSIBLE = "ua-1"  # PDF/UA-1 (ISO 14289-1): tagged, titled, in a named language, every glyph readable as text
ERROR_LINE = re.compile(r"\.typ:(\d+):\d+")
STANDARD_ERROR = re.compile(r"PDF/\S+ error")
NOTHING_LEFT = "?"  # for a text of which no sign can be printed: an empty place would look like a mistake
MOST_REMEMBERED = 1 << 16
# Signs that no page shows: control, surrogates, private use, unassigned, and marks of direction and joining.
UNPRINTABLE = frozenset({"Cc", "Cs", "Co", "Cn", "Cf"})

_can_print: dict[str, bool] = {}


def compile_pdf(
    template: Path,
    data: Any,
    *,
    language: str = "en",
    standards: Sequence[str] = (ACCESSIBLE,),
    created: datetime.datetime | None = None,
) -> bytes:
    """The PDF that `template` makes of `data`, which JSON must be able to hold.

    Signs that no font has are left out of `data` first. The template may read files beside it and below, no others.
    `language` is a code such as “en” or “zh-hans”; `created` is written into the file (now, where it is None).
    What is not up to `standards` is made without them, and logged. Raises `typst.TypstError` for a wrong template.
    """
    lang, region = language_and_region(language)
    inputs = {
        "data": json.dumps(printable_data(data), ensure_ascii=False),
        "fonts": json.dumps(families()),
        "lang": lang,
        "region": region,
    }
    values: dict[str, Any] = {
        "root": template.parent,
        "font_paths": fonts(),
        "sys_inputs": inputs,
        "timestamp": created,
    }
    try:
        return typst.compile(template, pdf_standards=list(standards), **values)
    except typst.TypstError as error:
        if not STANDARD_ERROR.search(error.message):
            raise
        logger.warning("%s is not up to %s: %s", template.name, ", ".join(standards), error.message)
    return typst.compile(template, **values)


def language_and_region(code: str) -> tuple[str, str]:
    """What typst calls a language: Chinese is told apart by region, which decides the shapes of shared characters."""
    language, _, script = code.lower().partition("-")
    if language == "zh":
        return "zh", "tw" if script in ("hant", "tw", "hk") else "cn"
    return language, script if len(script) == 2 else ""


# Fonts


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """Typst's own fonts and one for Chinese, Japanese and Korean: the same everywhere, whatever a system has."""
    folder = cjk_folder()
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder] if folder else [])


@lru_cache(maxsize=1)
def families() -> list[str]:
    """Names of families in the order in which a sign is looked for."""
    present = set(fonts().families())
    return [family for family in (LATIN, *CJK_FAMILIES, *OTHER_FAMILIES) if family in present]


def cjk_folder() -> Path | None:
    """The folder of the CJK font: the installed package's, else Debian's; None where there is neither."""
    try:
        files = distribution(CJK_PACKAGE).files or []
    except PackageNotFoundError:
        files = []
    for file in files:
        # The package puts a second copy at the root of the environment, which would be searched through.
        if file.suffix in FONT_ENDINGS and len(file.parts) > 1 and file.parts[0] != "..":
            return Path(str(file.locate())).resolve().parent
    return DEBIAN_CJK if DEBIAN_CJK.is_dir() else None


# Signs that can be printed


def printable_data(data: Any) -> Any:
    """`data` with every text composed (NFC) and without what no font can show. Keys stay as they are."""
    composed = _map_texts(data, _compose)
    clusters = {cluster for text in _texts(composed) if not text.isascii() for cluster in split_clusters(text)}
    missing = missing_clusters(clusters)
    return _map_texts(composed, lambda text: _without(text, missing)) if missing else composed


def split_clusters(text: str) -> Iterator[str]:
    """Signs with the marks that stand on them, which one font has to show together. ASCII alone is left out."""
    cluster = ""
    for sign in text:
        if cluster and unicodedata.category(sign).startswith("M"):
            cluster += sign
            continue
        if cluster and not cluster.isascii():
            yield cluster
        cluster = sign
    if cluster and not cluster.isascii():
        yield cluster


def missing_clusters(clusters: set[str]) -> set[str]:
    """Those that no font can show upright, bold and slanted. Asks typst once for what it has not been asked before."""
    unknown = sorted(cluster for cluster in clusters if cluster not in _can_print)
    if unknown:
        if len(_can_print) + len(unknown) > MOST_REMEMBERED:
            _can_print.clear()
            unknown = sorted(clusters)
        missing = _ask(unknown)
        _can_print.update({cluster: cluster not in missing for cluster in unknown})
    return {cluster for cluster in clusters if not _can_print[cluster]}


def _ask(clusters: list[str]) -> set[str]:
    """Sets each on a line of its own, under a standard that refuses glyphs a font lacks; reads which lines failed."""
    lines = [
        f'#set document(title: "-"); #set text(lang: "en", font: {_code(families())})',
        *(f"#for set-as in (text, strong, emph) {{ set-as({_code(cluster)}) }}" for cluster in clusters),
    ]
    try:
        typst.compile("\n".join(lines).encode(), font_paths=fonts(), pdf_standards=["a-2u"])
    except typst.TypstError as error:
        if not STANDARD_ERROR.search(error.message):
            raise
        failed = {int(number) for number in ERROR_LINE.findall(error.diagnostic)}
        return {cluster for line, cluster in enumerate(clusters, start=2) if line in failed}
    return set()


def _code(value: str | list[str]) -> str:
    """A text or a list of texts in the language of typst, every letter written as its number."""
    if isinstance(value, list):
        return f"({''.join(f'{_code(item)}, ' for item in value)})"
    return '"' + "".join(f"\\u{{{ord(sign):x}}}" for sign in value) + '"'


def _compose(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    if composed.isprintable():
        return composed
    return "".join(sign for sign in composed if sign in "\n\t" or unicodedata.category(sign) not in UNPRINTABLE)


def _without(text: str, missing: set[str]) -> str:
    if text.isascii():
        return text
    kept = text
    for cluster in sorted(set(split_clusters(text)) & missing, key=len, reverse=True):
        kept = kept.replace(cluster, "")
    return kept if kept.strip() or not text.strip() else NOTHING_LEFT


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _texts(value)


def _map_texts(data: Any, change: Any) -> Any:
    if isinstance(data, str):
        return change(data)
    if isinstance(data, dict):
        return {key: _map_texts(value, change) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_map_texts(value, change) for value in data]
    return data
