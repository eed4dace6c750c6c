"""The labelled records are decided without a wrong link, and most without a question."""

from __future__ import annotations

import pytest

from publications.models import Publication
from publications.tests.name_benchmark import Part, report, run_benchmark, total

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def parts(django_db_setup, django_db_blocker) -> list[Part]:
    with django_db_blocker.unblock():
        found = run_benchmark()
        assert not Publication.objects.exists()
    return found


def test_no_link_is_wrong(parts):
    assert report([part for part in parts if part.wrong]).count("WRONG") == 0
    assert [part.precision for part in parts] == [1.0] * len(parts)


def test_nine_of_ten_are_linked_without_a_question(parts):
    """The demo's papers print initials of four people called Y. Zhang, or one author only: most of them must ask."""
    recalls = {part.name: part.recall for part in parts}
    assert recalls.pop("demo, from a file") > 0.4
    assert recalls.pop("demo, from own lists") > 0.6
    assert {name: recall >= 0.9 for name, recall in recalls.items()} == {
        "generated, cold": True,
        "generated, warm": True,
    }


def test_the_benchmark_is_large_enough(parts):
    everything = total(parts)
    assert everything.rows >= 1500
    assert everything.true_links >= 500


def test_the_report_lists_each_wrong_link():
    part = Part(
        "part",
        links=2,
        wrong=("A. Quint: linked to Ada Quint (same name)",),
        right=1,
        true_links=4,
        questions=1,
        rows=9,
    )
    assert report([part]).splitlines() == [
        "part                             9 authors,    4 to link:    2 links, 1 wrong, precision 0.500, recall 0.250, "
        "1 questions",
        "all                              9 authors,    4 to link:    2 links, 1 wrong, precision 0.500, recall 0.250, "
        "1 questions",
        "WRONG A. Quint: linked to Ada Quint (same name)",
    ]
