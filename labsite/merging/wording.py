"""What moves, in the words of somebody who never saw the tables. A relation without words of its own is named after
its model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.text import Truncator

from labsite.merging.relations import Relation

MOST_EXAMPLES = 3
LONGEST_EXAMPLE = 80


@dataclass(frozen=True)
class Words:
    """One, many, and where in a row the thing stands that an example names; empty for the row itself."""

    one: str
    many: str
    example: str = ""


WORDS = {
    "activities.award.organization": Words("award it gives", "awards it gives"),
    "activities.awardreceipt.publication": Words("award", "awards"),
    "activities.awardreceipt_people.person": Words("award", "awards"),
    "activities.grant.funder": Words("grant it pays", "grants it pays"),
    "activities.grantrole.person": Words("role in a grant", "roles in grants", "grant"),
    "activities.mentorship.mentee": Words("mentorship received", "mentorships received", "mentor"),
    "activities.mentorship.mentor": Words("mentorship given", "mentorships given", "mentee"),
    "activities.mentorship_publications.publication": Words("mentorship", "mentorships"),
    "activities.mentorshiplevel.organization": Words("level of a mentee", "levels of mentees", "mentorship"),
    "activities.metric.person": Words("figure", "figures"),
    "activities.metric.publication": Words("figure", "figures"),
    "activities.newsitem_people.person": Words("news item", "news items"),
    "activities.newsitem_publications.publication": Words("news item", "news items"),
    "activities.project_publications.publication": Words("project", "projects"),
    "activities.projectrole.person": Words("part in a project", "parts in projects", "project"),
    "activities.service.organization": Words("service", "services"),
    "activities.service.person": Words("service", "services"),
    "activities.service.venue": Words("service", "services"),
    "activities.talk.publication": Words("talk", "talks"),
    "activities.talk.venue": Words("talk", "talks"),
    "activities.talk_speakers.person": Words("talk", "talks"),
    "labsite.labprofile.organization": Words("lab profile", "lab profiles"),
    "people.education.organization": Words("degree", "degrees", "person"),
    "people.education.person": Words("degree", "degrees"),
    "people.education_advisors.person": Words("degree they advised", "degrees they advised"),
    "people.education_committee.person": Words("degree as committee member", "degrees as committee member"),
    "people.group.lead": Words("group they lead", "groups they lead"),
    "people.group.organization": Words("group", "groups"),
    "people.membership.person": Words("membership", "memberships", "role_text"),
    "people.oldaddress.person": Words("old address", "old addresses"),
    "people.organization.parent": Words("part of it", "parts of it"),
    "people.personname.person": Words("other name", "other names"),
    "people.position.organization": Words("position", "positions", "person"),
    "people.position.person": Words("position", "positions"),
    "people.positionperson.person": Words("mention in a position", "mentions in positions", "position"),
    "people.profilechange.person": Words("change they proposed", "changes they proposed"),
    "people.profilelink.person": Words("web link", "web links"),
    "people.profilesection.person": Words("section of their page", "sections of their page"),
    "people.removalrequest.person": Words("request for removal", "requests for removal"),
    "publications.authorship.person": Words("publication", "publications", "publication"),
    "publications.authorship.publication": Words("author", "authors"),
    "publications.distinction.publication": Words("distinction", "distinctions"),
    "publications.identifier.publication": Words("identifier", "identifiers"),
    "publications.import.person": Words("import", "imports"),
    "publications.importentry.publication": Words("entry of an import", "entries of imports"),
    "publications.link.publication": Words("link", "links"),
    "publications.notice.publication": Words("notice", "notices"),
    "publications.oldslug.publication": Words("old address", "old addresses"),
    "publications.oldslug.venue": Words("old address", "old addresses"),
    "publications.positionpublication.publication": Words("position", "positions", "position"),
    "publications.publication.venue": Words("publication", "publications"),
    "publications.publication_topics.publication": Words("topic", "topics"),
    "publications.rejection.person": Words("“not this person” decision", "“not this person” decisions"),
    "publications.venue.parent": Words("workshop", "workshops"),
}


def words_of(relation: Relation) -> Words:
    words = WORDS.get(relation.name)
    if words:
        return words
    model = relation.partner.related_model if relation.is_of_pairs else relation.model
    return Words(str(model._meta.verbose_name), str(model._meta.verbose_name_plural))


def count_words(relation: Relation, count: int) -> str:
    words = words_of(relation)
    return f"{count:,} {words.one if count == 1 else words.many}"


def find_examples(relation: Relation, key: Any, leave_out: set[Any]) -> list[str]:
    """The first few things that move, by name. One query."""
    rows = relation.rows(key).exclude(pk__in=leave_out).select_related(*paths_to_load(relation))
    return [name_row(relation, row) for row in rows[:MOST_EXAMPLES]]


def name_row(relation: Relation, row: models.Model) -> str:
    """What an example says of a row. Reads what `paths_to_load` names."""
    name = relation.partner.name if relation.is_of_pairs else words_of(relation).example
    return Truncator(str(getattr(row, name) if name else row)).chars(LONGEST_EXAMPLE)


def paths_to_load(relation: Relation) -> list[str]:
    """What the name of a row may be made of: what it points to, and what the thing that stands for it points to."""
    model, name = relation.model, relation.partner.name if relation.is_of_pairs else words_of(relation).example
    paths = [each.name for each in model._meta.concrete_fields if each.many_to_one or each.one_to_one]
    if name in paths:
        target = model._meta.get_field(name).related_model
        paths += [f"{name}__{each.name}" for each in target._meta.concrete_fields if each.many_to_one]
    return paths
