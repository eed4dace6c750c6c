"""Identifiers in their normal form."""

from __future__ import annotations

import pytest

from publications.identifiers import identifier_url, normalize_identifier


@pytest.mark.parametrize(
    ("scheme", "text", "value"),
    [
        ("doi", "10.1000/ABC", "10.1000/abc"),
        ("doi", "https://doi.org/10.1000/abc.", "10.1000/abc"),
        ("doi", "http://dx.doi.org/10.1000/abc", "10.1000/abc"),
        ("doi", "doi: 10.1000/abc", "10.1000/abc"),
        ("arxiv", "https://arxiv.org/abs/2112.12989", "2112.12989"),
        ("arxiv", "https://arxiv.org/pdf/2112.12989.pdf", "2112.12989"),
        ("arxiv", "arXiv:2112.12989v3", "2112.12989"),
        ("arxiv", "math.GT/0309136", "math.gt/0309136"),
        ("openreview", "https://openreview.net/forum?id=hbHwZYqk9T", "hbHwZYqk9T"),
        ("handle", "https://hdl.handle.net/10754/673833", "10754/673833"),
        ("pmid", "https://pubmed.ncbi.nlm.nih.gov/12345678/", "12345678"),
        ("isbn", "978-3-16-148410-0", "9783161484100"),
        ("other", " any thing ", "any thing"),
    ],
)
def test_normal_form(scheme, text, value):
    assert normalize_identifier(scheme, text) == value


@pytest.mark.parametrize(
    ("scheme", "text"),
    [
        ("acl", "P19-1234; drop"),
        ("arxiv", "12405.14852"),
        ("isbn", "none"),
        ("isbn", "978-3-16-148410-1"),
        ("doi", "abc"),
        ("doi", ""),
        ("arxiv", "hello"),
        ("openreview", "x"),
        ("pmid", "12a"),
        ("handle", "none"),
    ],
)
def test_nonsense_is_refused(scheme, text):
    with pytest.raises(ValueError, match=r"not a|not an|Give the identifier"):
        normalize_identifier(scheme, text)


def test_addresses():
    assert identifier_url("arxiv", "2112.12989") == "https://arxiv.org/abs/2112.12989"
    assert identifier_url("other", "x") == ""
    assert identifier_url("doi", "10.1000/a#b<c>") == "https://doi.org/10.1000/a%23b%3Cc%3E"
