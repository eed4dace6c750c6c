"""Mentorships as a table."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models

from activities.models import Mentorship, MentorshipLevel
from activities.tables.finding import PERSON_HELP, ActivityTable
from labsite.lib.english import english_choices
from labsite.lib.tables.cells import Cell, as_text
from labsite.lib.tables.columns import (
    Choice,
    Column,
    Date,
    End,
    One,
    Several,
    Text,
    by_slug,
    end_of,
    plain_text,
    set_end,
)
from labsite.lib.tables.lookups import Lookup
from labsite.lib.tables.target import Target, check_record, save_record

LEVEL = "|".join(re.escape(text) for pair in english_choices(MentorshipLevel.Level) for text in pair)
LEVEL_PART = re.compile(rf";\s*(?=(?:{LEVEL})\s*(?:[@;]|\Z))", re.IGNORECASE)  # names of places may hold a semicolon


class Levels(Choice):
    """Levels of study in their order, each with its place: `Master's @ Example University; PhD`."""

    def __init__(self) -> None:
        super().__init__(MentorshipLevel.Level)

    def clean(self, value: Cell, row: Any = None, *, lookups: dict[str, Lookup], **kwargs: Any) -> tuple[Any, ...]:
        levels = []
        for part in filter(None, LEVEL_PART.split(as_text(value).strip("; "))):
            level, _, place = (text.strip() for text in part.partition("@"))
            levels.append((super().clean(level), lookups["organizations"].find(place) if place else None))
        return tuple(levels)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Cell:
        rendered = ((super(Levels, self).render(level), organization) for level, organization in value or ())
        return "; ".join(
            f"{level} @ {organization.name}" if organization else level for level, organization in rendered
        )


class MentorshipTable(ActivityTable):
    """Mentorships: who guided whom, when, at which levels, and what came of it."""

    mentor = Column("Mentor", One("people", by_slug), PERSON_HELP, "ada-example", identity=True)
    mentee = Column("Mentee", One("people", by_slug), PERSON_HELP, "bo-example", identity=True)
    kind = Column("Kind", Choice(Mentorship.Kind), "Advisor, Co-advisor, Mentor, …", "Mentor", identity=True)
    start = Column("Start", Date(), "2024, 2024-05 or 2024-05-31.", "2023-09", also=("from", "begin"))
    end = Column("End", End(), "The same; “present”, or “unknown” when it is over.", "2024", also=("until", "to"))
    levels = Column(
        "Levels", Levels(), "What the mentee studied @ where, “; ” between.", "Master's @ Example University; PhD"
    )
    publications = Column(
        "Publications", Several("publications", by_slug), "The ends of their addresses, “; ” between."
    )
    outcome = Column("Outcome", Text(), "What came of it.", "Began a PhD")

    needs = (("mentor",), ("mentee",))
    file_name = "mentorships"
    publication_column = "publications"
    kinds = ("people", "organizations", "publications")

    def load_records(self) -> None:
        self.mentorships: dict[tuple[int, int, str], list[Mentorship]] = defaultdict(list)
        mentorships = Mentorship.objects.order_by("pk").prefetch_related("levels__organization", "publications")
        self.attach(mentorships, mentor="people", mentee="people")
        for each in mentorships:
            self.mentorships[each.mentor_id, each.mentee_id, each.kind].append(each)

    def targets(self, queryset: models.QuerySet) -> Iterable[Target]:
        related = ("mentor", "mentee", "levels__organization", "publications")
        for mentorship in queryset.prefetch_related(None).prefetch_related(*related):
            yield Target(mentorship, mentorship)

    def find(self, values: dict[str, Any]) -> Target:
        self.needed(values, "mentor", "mentee")
        mentor, mentee = values["mentor"], values["mentee"]
        kind = values.get("kind") or Mentorship.Kind.MENTOR
        known = [Target(each, each) for each in self.mentorships[mentor.pk, mentee.pk, kind]]
        found = self.choose(values, known, "start")
        if found:
            return found
        made = Mentorship(mentor=mentor, mentee=mentee, kind=kind)
        return Target(made, made)

    def levels_of(self, mentorship: Mentorship) -> tuple[Any, ...]:
        if hasattr(mentorship, "planned_levels"):
            return mentorship.planned_levels
        return tuple((row.level, row.organization) for row in mentorship.levels.all()) if mentorship.pk else ()

    def publications_of(self, mentorship: Mentorship) -> tuple[Any, ...]:
        if hasattr(mentorship, "planned_publications"):
            return mentorship.planned_publications
        return tuple(mentorship.publications.all()) if mentorship.pk else ()

    def values_of(self, target: Target) -> dict[str, Any]:
        mentorship = target.record
        return {
            **{name: getattr(mentorship, name) for name in ("mentor", "mentee", "kind", "start", "outcome")},
            "end": end_of(mentorship),
            "levels": self.levels_of(mentorship),
            "publications": self.publications_of(mentorship),
        }

    def put(self, target: Target, values: dict[str, Any]) -> None:
        mentorship = target.record
        if "end" in values:
            set_end(mentorship, values["end"])
        own = {"start": values["start"]} if "start" in values else {}
        if "outcome" in values:
            own["outcome"] = plain_text(values["outcome"])
        check_record(mentorship, own, {"end_is_unknown": "end"})

    def accept(self, target: Target, values: dict[str, Any]) -> None:
        mentorship = target.record
        if "levels" in values:
            mentorship.planned_levels = values["levels"] or ()
        if "publications" in values:
            mentorship.planned_publications = values["publications"] or ()
        known = self.mentorships[mentorship.mentor_id, mentorship.mentee_id, mentorship.kind]
        if all(mentorship is not each for each in known):
            known.append(mentorship)

    def store(self, target: Target, values: dict[str, Any]) -> None:
        mentorship = target.record
        if mentorship.pk is None or values.keys() & {"start", "end", "outcome"}:
            save_record(mentorship, self.reason)
        if "levels" in values:
            self.store_levels(mentorship, values["levels"] or ())
        if "publications" in values:
            mentorship.publications.set(values["publications"] or ())

    def store_levels(self, mentorship: Mentorship, levels: tuple[Any, ...]) -> None:
        """Row by row, so that what stays keeps its history."""
        stored = list(mentorship.levels.all())
        for order, (level, organization) in enumerate(levels):
            row = stored[order] if order < len(stored) else MentorshipLevel(mentorship=mentorship)
            row.level, row.organization, row.order = level, organization, order
            save_record(row, self.reason)
        for row in stored[len(levels) :]:
            row.delete()

    def label(self, target: Target) -> str:
        return str(target.record)
