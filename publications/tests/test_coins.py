"""The title of a COinS span is a query string as any reader of forms understands it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode

from hypothesis import given
from hypothesis import strategies as st

from people.names import NameParts
from publications.metadata import coins, form_encoded
from publications.records import Record, RecordAuthor

KEYS = st.sampled_from(["rft.au", "rft_id", "rfr_id"])
TEXTS = st.text(st.characters(exclude_characters="\n", codec="utf-8"), min_size=1)


@given(st.lists(st.tuples(KEYS, TEXTS), max_size=5))
def test_it_is_what_the_standard_library_makes(pairs):
    assert form_encoded(pairs) == urlencode(pairs)


def test_every_value_comes_back():
    authors = tuple(
        RecordAuthor(NameParts(literal=name)) for name in ("A. Quint & Sons", "Bo=Okafor", "C\nThird", "零")
    )
    record = Record(
        key="k", kind="journal-article", title="1 + 1 = 2 & 50 %", year=2024, container="J?", authors=authors
    )
    found = parse_qs(coins(record))
    assert found["rft.atitle"] == ["1 + 1 = 2 & 50 %"] and found["rft.jtitle"] == ["J?"]
    assert found["rft.au"] == ["A. Quint & Sons", "Bo=Okafor", "C Third", "零"]
