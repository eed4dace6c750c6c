"""Two publications that may be one. What makes papers alike is decided where imports decide it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from django.db.models import Exists, OuterRef
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from labsite.lib.text import match_key
from labsite.review.rows import Kind, Row, Scope, make_pair_row, newest
from publications.exporting import record_of
from publications.importing.matching import Found, Known, judge, judge_near, known_record
from publications.importing.near_titles import NearTitles
from publications.models import Publication

SAME_TITLE_AMONG = 10_000
NEAR_TITLE_AMONG = 1_000
MOST_PAIRS = 200
NUMERAL = re.compile(r"\b(?:\d+(?:\.\d+)*|[ivx]+)\b", re.IGNORECASE)  # “Part II” is not “Part I”
Pair = tuple[int, int]


def find_papers(scope: Scope) -> list[Row]:
    """Pairs of one title, or nearly so, that share an author; the pair with the newest paper first.

    Looks for the titles of the 10,000 papers added last among all, and for near titles among the last 1,000. At most
    200 pairs are judged. Two queries find them, and seven load what they are judged by.
    """
    pairs = sorted({*same_titles(), *near_titles()}, reverse=True)[:MOST_PAIRS]
    papers = load_papers({pk for pair in pairs for pk in pair})
    known = {pk: known_publication(paper) for pk, paper in papers.items()}
    return scope.without_dismissed(
        make_row(papers[newer], papers[older], found)
        for newer, older in pairs
        if newer in known and older in known and (found := judge_pair(known[newer], known[older]))
    )


def same_titles() -> Iterator[Pair]:
    """Papers added last beside the last earlier one with the same folded title. One query."""
    earlier = Publication.objects.filter(match_key=OuterRef("match_key"), pk__lt=OuterRef("pk")).order_by("-pk")
    rows = newest(Publication.objects.exclude(match_key=""), SAME_TITLE_AMONG).filter(Exists(earlier))
    yield from rows.annotate(earlier=earlier.values("pk")[:1]).values_list("pk", "earlier")[:MOST_PAIRS]


def near_titles() -> Iterator[Pair]:
    """Papers among those added last whose titles, or other titles, are nearly alike. One query."""
    index = NearTitles()
    titles: dict[int, str] = {}
    other_keys: dict[str, int] = {}
    rows = Publication.objects.order_by("-pk").values_list("pk", "title", "other_titles", "match_key")
    for pk, title, others, key in rows[:NEAR_TITLE_AMONG]:
        for earlier in index.alike(title):
            if numerals(title) == numerals(titles[earlier]):
                yield earlier, pk
        index.add(pk, title)
        titles[pk] = title
        for name in {key, *(match_key(other) for other in others if isinstance(other, str))} - {""}:
            other = other_keys.setdefault(name, pk)
            if other != pk:
                yield other, pk


def numerals(title: str) -> list[str]:
    return sorted(match.group().lower() for match in NUMERAL.finditer(title))


def load_papers(keys: set[int]) -> dict[int, Publication]:
    """Seven queries; none where there is nothing to load."""
    return {paper.pk: paper for paper in Publication.objects.filter(pk__in=keys).with_export_relations()}


def known_publication(paper: Publication) -> Known:
    known = known_record(record_of(paper), paper.pk)
    others = {match_key(title) for title in paper.other_titles if isinstance(title, str)}
    return replace(known, keys=known.keys | others - {""})


def judge_pair(newer: Known, older: Known) -> Found | None:
    return judge(newer, older) if newer.keys & older.keys else judge_near(newer, older)


def make_row(newer: Publication, older: Publication, found: Found) -> Row:
    labels = (f"{older.marked_title} ({older.venue_tag})", f"{newer.marked_title} ({newer.venue_tag})")
    return make_pair_row(older, newer, labels, f"{found.reason[:1].upper()}{found.reason[1:]}.")


KINDS = [
    Kind(
        "similar-papers",
        _("possible duplicate among publications"),
        _("possible duplicates among publications"),
        _("One title, or nearly one, and as a rule an author in common."),
        ("publications.change_publication", "publications.delete_publication"),
        find_papers,
        format_lazy(
            _(
                "Same titles are looked for from the {SAME_TITLE_AMONG} papers added last, near ones "
                "among the last {NEAR_TITLE_AMONG}."
            ),
            SAME_TITLE_AMONG=f"{SAME_TITLE_AMONG:,}",
            NEAR_TITLE_AMONG=f"{NEAR_TITLE_AMONG:,}",
        ),
    )
]
