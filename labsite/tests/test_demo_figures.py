"""The figures of the demo data, counted once more row by row."""

from __future__ import annotations

import datetime
from collections import Counter
from itertools import combinations

import pytest

from activities.figures import awards, coauthors, members, publications
from activities.figures.selection import FigureSelection
from activities.models import AwardReceipt
from people.models import Membership
from publications.models import Authorship, Publication

pytestmark = [pytest.mark.usefixtures("demo_rows"), pytest.mark.django_db]
TODAY = datetime.date(2026, 7, 1)
ALL = FigureSelection()


def test_papers():
    listed = Publication.objects.listed().select_related("venue")
    expected = Counter(paper.year for paper in listed)
    figure = publications.make_figure(ALL)
    shown = {row[0]: row[-1] for row in figure.table.rows}
    assert shown.pop("Undated", 0) == expected.pop(None, 0)
    assert {int(year): count for year, count in shown.items() if count} == expected
    of_workshops = sum(paper.is_workshop_paper for paper in listed)
    column = figure.table.headings.index("Workshop")
    assert sum(row[column] for row in figure.table.rows) == of_workshops


def test_awards():
    expected = Counter(receipt.year.year for receipt in AwardReceipt.objects.public() if receipt.year)
    shown = {int(row[0]): row[-1] for row in awards.make_figure(ALL).table.rows if row[-1]}
    assert shown == expected


def test_members():
    expected = {}
    for year in range(1990, 2027):
        present = {
            stay.person_id
            for stay in Membership.objects.filter(person__is_published=True, start__isnull=False)
            if stay.start.year <= year
            and (stay.end.year >= year if stay.end else not stay.end_is_unknown or stay.start.year == year)
        }
        expected[year] = len(present)
    shown = {int(row[0]): row[-1] for row in members.make_figure(ALL, members.load_stays(), TODAY).table.rows}
    assert shown == {year: count for year, count in expected.items() if min(shown) <= year <= max(shown)}
    assert sum(expected.values()) == sum(shown.values())


def test_joint_papers():
    papers: dict[int, set[int]] = {}
    listed = set(Publication.objects.listed().values_list("pk", flat=True))
    for row in Authorship.objects.confirmed().filter(person__is_published=True):
        if row.publication_id in listed:
            papers.setdefault(row.publication_id, set()).add(row.person_id)
    inside = set(Membership.objects.values_list("person", flat=True))
    expected = Counter(
        pair for people in papers.values() for pair in combinations(sorted(people), 2) if inside & set(pair)
    )
    assert coauthors.count_pairs(ALL) == expected
