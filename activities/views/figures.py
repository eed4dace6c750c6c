"""Figures of the lab, each as a picture, a table and files: `?group= since= until=` narrows them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from activities.figures.catalogue import NAMES, make_figures
from activities.figures.figure import Figure
from activities.figures.selection import FigureSelection, read_figure_selection
from labsite.lib.web import attachment, refusal, same_in_every_language
from labsite.page_cache.marking import shared_page


@shared_page("group", "since", "until")
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """All four. What is wrong with the question is said above them."""
    selection = read_figure_selection(request.GET)
    context = {
        "section": "figures",
        "selection": selection,
        "figures": make_figures(selection, timezone.localdate()),
        "query": f"?{selection.query}" if selection.query else "",
    }
    return render(request, "activities/figures.html", context)


def check_name(name: str) -> None:
    """Raises `Http404` where no figure has this name."""
    if name not in NAMES:
        raise Http404(_("There is no such figure."))


def make_one(name: str, selection: FigureSelection) -> Figure:
    return make_figures(selection, timezone.localdate(), (name,))[0]


def problems_of(selection: FigureSelection) -> list[str]:
    return [f"{label}: {message}" for label, message in selection.problems]


@shared_page("group", "since", "until")
@require_safe
def figure_svg(request: HttpRequest, name: str) -> HttpResponse:
    """The picture alone; 404 where there is nothing to draw."""
    check_name(name)
    selection = read_figure_selection(request.GET)
    if selection.problems:
        return refusal(problems_of(selection))
    figure = make_one(name, selection)
    if figure.chart is None:
        raise Http404(figure.takeaway)
    return attachment(figure.file(selection), "image/svg+xml; charset=utf-8", f"{name}.svg")


@shared_page("group", "since", "until")
@require_safe
@same_in_every_language
def figure_csv(request: HttpRequest, name: str) -> HttpResponse:
    """The table behind the picture."""
    check_name(name)
    selection = read_figure_selection(request.GET)
    if selection.problems:
        return refusal(problems_of(selection))
    return attachment(make_one(name, selection).table.csv(), "text/csv; charset=utf-8", f"{name}.csv")
