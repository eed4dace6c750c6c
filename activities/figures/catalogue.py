"""The figures by name, in the order of the page."""

from __future__ import annotations

import datetime

from activities.figures import awards, coauthors, members, publications
from activities.figures.figure import Figure
from activities.figures.selection import FigureSelection
from labsite.lib.together import load_together

NAMES = ("publications", "coauthors", "members", "awards")


def make_figures(selection: FigureSelection, today: datetime.date, names: tuple[str, ...] = NAMES) -> list[Figure]:
    """Those of the four that are in `names`. At most two queries, whatever there is."""
    querysets = {
        "publications": lambda: publications.paper_rows(selection),
        "coauthors": lambda: coauthors.pair_rows(selection),
        "awards": lambda: awards.award_rows(selection),
    }
    parts = {name: ask() for name, ask in querysets.items() if name in names}
    if {"coauthors", "members"} & set(names):
        parts["members"] = members.stay_rows()
    rows = load_together(**parts)
    stays = [members.Stay(*row) for row in rows.get("members", [])]
    makers = {
        "publications": lambda: publications.make_figure(selection, rows["publications"]),
        "coauthors": lambda: coauthors.make_figure(
            selection, members.members_of(stays, selection.group), rows["coauthors"]
        ),
        "members": lambda: members.make_figure(selection, stays, today),
        "awards": lambda: awards.make_figure(selection, rows["awards"]),
    }
    return [makers[name]() for name in NAMES if name in names]
