"""Styles whose answers are kept print what the style itself prints: for every type, with and without each field."""

from __future__ import annotations

import json
from functools import cache
from itertools import chain
from typing import Any

import pytest

from publications.formats import references
from publications.formats.references import STYLES, read_style
from publications.records import CSL_TYPES

NAMES = [{"family": f"Quint{number}", "given": "Ada Bea-Cleo"} for number in range(9)]
WHOLE = {
    "id": "Made2024", "title": "Quiet engines: a study of silence", "title-short": "Quiet engines",
    "issued": {"date-parts": [[2024, 5, 7]]}, "container-title": "Journal of Silence", "volume": "12", "issue": "3",
    "page": "101-119", "number": "e7", "publisher": "Quiet Press", "DOI": "10.5555/made", "ISBN": "9780000000002",
    "URL": "https://example.org/made", "archive": "arXiv", "archive_location": "2405.00001", "note": "In print.",
    "status": "retracted",
}  # fmt: skip
LISTS = [NAMES[:number] for number in (1, 2, 3, 7, 9)]
LISTS.append([{"literal": "The Silence Collaboration"}, *NAMES[:2]])


def items() -> list[dict[str, Any]]:
    """A third of these: whole, with lists of authors of many lengths, without one field after another; of each type."""
    whole = {**WHOLE, "author": NAMES[:2]}
    lacking = [{key: value for key, value in whole.items() if key != lost} for lost in whole if lost != "id"]
    made = chain([whole, {"id": "x", "title": "Alone"}], ({**whole, "author": names} for names in LISTS), lacking)
    return [{**item, "type": kind} for item in made for kind in sorted(set(CSL_TYPES.values()))][::3]


@pytest.mark.once
@pytest.mark.parametrize("style", STYLES)
def test_a_prepared_style_prints_the_same(monkeypatch, style):
    texts = [json.dumps(item, sort_keys=True) for item in items()]
    write, style_file = references._format.__wrapped__, STYLES[style][1]
    quick = [write(text, style_file) for text in texts]
    monkeypatch.setattr(references, "_style", cache(read_style))
    assert quick == [write(text, style_file) for text in texts]
