"""What moves, in the words of somebody who never saw the tables. A relation without words of its own is named after
its model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

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
    "activities.award.organization": Words(_("award it gives"), _("awards it gives")),
    "activities.awardreceipt.publication": Words(_("award"), _("awards")),
    "activities.awardreceipt_people.person": Words(_("award"), _("awards")),
    "activities.grant.funder": Words(_("grant it pays"), _("grants it pays")),
    "activities.grantrole.person": Words(_("role in a grant"), _("roles in grants"), "grant"),
    "activities.mentorship.mentee": Words(_("mentorship received"), _("mentorships received"), "mentor"),
    "activities.mentorship.mentor": Words(_("mentorship given"), _("mentorships given"), "mentee"),
    "activities.mentorship_publications.publication": Words(_("mentorship"), _("mentorships")),
    "activities.mentorshiplevel.organization": Words(_("level of a mentee"), _("levels of mentees"), "mentorship"),
    "activities.metric.person": Words(_("figure"), _("figures")),
    "activities.metric.publication": Words(_("figure"), _("figures")),
    "activities.newsitem_people.person": Words(_("news item"), _("news items")),
    "activities.newsitem_publications.publication": Words(_("news item"), _("news items")),
    "activities.project_publications.publication": Words(_("project"), _("projects")),
    "activities.projectrole.person": Words(_("part in a project"), _("parts in projects"), "project"),
    "activities.service.organization": Words(_("service"), _("services")),
    "activities.service.person": Words(_("service"), _("services")),
    "activities.service.venue": Words(_("service"), _("services")),
    "activities.talk.publication": Words(_("talk"), _("talks")),
    "activities.talk.venue": Words(_("talk"), _("talks")),
    "activities.talk_speakers.person": Words(_("talk"), _("talks")),
    "labsite.labprofile.organization": Words(_("lab profile"), _("lab profiles")),
    "labsite.oldpath.publication": Words(_("old address"), _("old addresses")),
    "people.education.organization": Words(_("degree"), _("degrees"), "person"),
    "people.education.person": Words(_("degree"), _("degrees")),
    "people.education_advisors.person": Words(_("degree they advised"), _("degrees they advised")),
    "people.education_committee.person": Words(_("degree as committee member"), _("degrees as committee member")),
    "people.group.lead": Words(_("group they lead"), _("groups they lead")),
    "people.group.organization": Words(_("group"), _("groups")),
    "people.membership.person": Words(_("membership"), _("memberships"), "role_text"),
    "people.oldaddress.person": Words(_("old address"), _("old addresses")),
    "people.organization.parent": Words(_("part of it"), _("parts of it")),
    "people.personname.person": Words(_("other name"), _("other names")),
    "people.position.organization": Words(_("position"), _("positions"), "person"),
    "people.position.person": Words(_("position"), _("positions")),
    "people.positionperson.person": Words(_("mention in a position"), _("mentions in positions"), "position"),
    "people.profilechange.person": Words(_("change they proposed"), _("changes they proposed")),
    "people.profilelink.person": Words(_("web link"), _("web links")),
    "people.profilesection.person": Words(_("section of their page"), _("sections of their page")),
    "people.removalrequest.person": Words(_("request for removal"), _("requests for removal")),
    "publications.authorship.person": Words(_("publication"), _("publications"), "publication"),
    "publications.authorship.publication": Words(_("author"), _("authors")),
    "publications.distinction.publication": Words(_("distinction"), _("distinctions")),
    "publications.identifier.publication": Words(_("identifier"), _("identifiers")),
    "publications.import.person": Words(_("import"), _("imports")),
    "publications.importentry.publication": Words(_("entry of an import"), _("entries of imports")),
    "publications.link.publication": Words(_("link"), _("links")),
    "publications.notice.publication": Words(_("notice"), _("notices")),
    "publications.oldslug.publication": Words(_("old address"), _("old addresses")),
    "publications.oldslug.venue": Words(_("old address"), _("old addresses")),
    "publications.positionpublication.publication": Words(_("position"), _("positions"), "position"),
    "publications.publication.venue": Words(_("publication"), _("publications")),
    "publications.publication_topics.publication": Words(_("topic"), _("topics")),
    "publications.rejection.person": Words(_("“not this person” decision"), _("“not this person” decisions")),
    "publications.venue.parent": Words(_("workshop"), _("workshops")),
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
