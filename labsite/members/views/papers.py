"""“Is this paper yours?”: what imports propose, what is certain, what was denied."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from labsite.context import load_lab_profile
from labsite.lib.questions import read_key
from labsite.members.changes import waiting_change
from labsite.members.papers import (
    NotYours,
    answer,
    confirmed_papers,
    disown,
    disowned_keys,
    keep_paper,
    last_answer,
    proposed_papers,
    rejected_papers,
    undo,
)
from labsite.members.views.frame import go_to, own_page
from labsite.review.answers import DecidedMeanwhile
from people.models import Person
from publications.models import Authorship

MOST_SHOWN = 500
JUST_ANSWERED = "members_answered"  # in the session: the author row whose answer can be taken back at once


@own_page("GET", "HEAD", "POST")
def publications(request: HttpRequest, person: Person) -> HttpResponse:
    """The lists; POST answers for one of their papers."""
    if request.method == "POST":
        return decide(request, person)
    change = waiting_change(person)
    waiting = set(disowned_keys(change.values)) if change else set()
    confirmed = list(confirmed_papers(person)[:MOST_SHOWN])
    context = {
        "here": "publications",
        "person": person,
        "proposed": list(proposed_papers(person)[:MOST_SHOWN]),
        "confirmed": [row for row in confirmed if row.pk not in waiting],
        "waiting": [row for row in confirmed if row.pk in waiting],
        "rejected": list(rejected_papers(person)[:MOST_SHOWN]),
        "answered": just_answered(request, person),
        "needs_approval": load_lab_profile().changes_need_approval,
    }
    return render(request, "members/publications.html", context)


def just_answered(request: HttpRequest, person: Person) -> Authorship | None:
    """What the last button said, once, if it can be taken back."""
    key = request.session.pop(JUST_ANSWERED, None)
    if key is None:
        return None
    row = Authorship.objects.filter(pk=key, person=person).select_related("publication").first()
    return row if row and last_answer(row, request.user) else None


def decide(request: HttpRequest, person: Person) -> HttpResponse:
    """One button: `yes`, `no`, `disown`, `undo` or `keep`, whose value is the author row."""
    acts: dict[str, Callable[[int], str]] = {
        "yes": lambda key: say_answer(request, answer(person, key, is_mine=True)),
        "no": lambda key: say_answer(request, answer(person, key, is_mine=False)),
        "disown": lambda key: say_disowned(request, key, disown(person, request.user, key)),
        "undo": lambda key: say_undone(undo(person, request.user, key)),
        "keep": lambda key: say_kept(keep_paper(person, key)),
    }
    name = next((name for name in acts if name in request.POST), "")
    key = read_key(request.POST.get(name, ""))
    if not name or key is None:
        messages.warning(request, _("No paper was named: nothing was changed."))
        return go_to("publications")
    try:
        words = acts[name](key)
    except (NotYours, DecidedMeanwhile) as problem:
        messages.warning(request, str(problem))
        return go_to("publications")
    if words:
        messages.success(request, words)
    return go_to("publications", "answered")


def say_answer(request: HttpRequest, row: Authorship) -> str:
    request.session[JUST_ANSWERED] = row.pk
    return ""


def say_disowned(request: HttpRequest, key: int, waits: bool) -> str:
    if waits:
        return _("It waits for an editor, and leaves your page once they agree.")
    request.session[JUST_ANSWERED] = key
    return ""


def say_undone(row: Authorship) -> str:
    return _("Taken back: “%(title)s” is as it was before.") % {"title": row.publication.marked_title}


def say_kept(nothing: None) -> str:
    return _("Taken back: the paper stays yours.")
