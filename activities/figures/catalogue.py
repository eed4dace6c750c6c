"""The figures by name, in the order of the page."""

from __future__ import annotations

import datetime

from activities.figures import awards, coauthors, members, publications
from activities.figures.figure import Figure
from activities.figures.selection import FigureSelection

NAMES = ("publications", "coauthors", "members", "awards")


def make_figures(selection: FigureSelection, today: datetime.date, names: tuple[str, ...] = NAMES) -> list[Figure]:
    """Those of the four that are in `names`. At most five queries, whatever there is."""
    stays = members.load_stays() if {"coauthors", "members"} & set(names) else []
    makers = {
        "publications": lambda: publications.make_figure(selection),
        "coauthors": lambda: coauthors.make_figure(selection, members.members_of(stays, selection.group)),
        "members": lambda: members.make_figure(selection, stays, today),
        "awards": lambda: awards.make_figure(selection),
    }
    return [makers[name]() for name in NAMES if name in names]
