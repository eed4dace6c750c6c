"""A publication with all that its page prints: its own record, and what other records say of it."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils import timezone

from activities.models import AwardReceipt, Mentorship, Metric, NewsItem, Project, Talk
from labsite.lib.together import Plan
from people.models import Person
from publications.models import PositionPublication, Publication

PERMISSION = "publications.view_publication"  # of whoever may read drafts


def load_publication(slug: str, viewer: Any) -> tuple[Publication, dict[str, Any]]:
    """The publication with its relations, and what is said of it elsewhere as far as that is published. One query.

    `today` is asked for by what is printed only where it matters: most pages are the same tomorrow.
    Raises `Http404` where there is none, or a draft that `viewer` may not read.
    """
    rows = PAGE.load(slug=slug)
    found = rows.pop("publications")
    if not found or not (found[0].is_published or viewer.has_perm(PERMISSION)):
        raise Http404
    return found[0], {**rows, "today": timezone.localdate}


def querysets(slug: str) -> dict[str, QuerySet]:
    own = {"publication__slug": slug}
    positions = PositionPublication.objects.filter(**own, position__person__is_published=True)
    talks = Talk.objects.published().filter(**own).select_related("publication")
    linked = {"publications__slug": slug}
    return {
        "publications": Publication.objects.filter(slug=slug).with_export_relations(),
        "awards": AwardReceipt.objects.filter(**own).with_page_relations(),
        "mentorships": Mentorship.objects.published().filter(**linked).select_related("mentor", "mentee"),
        "projects": Project.objects.published().filter(**linked),
        "positions": positions.select_related("position__person", "position__organization"),
        "talks": talks.prefetch_related("links", Prefetch("speakers", Person.objects.published())),
        "news": NewsItem.objects.public().filter(**linked).newest_first(),
        "metrics": Metric.objects.published().filter(**own),
    }


PAGE = Plan(querysets, slug=str)
