"""What an archive holds: a file for each kind of record, and the rows that stand within another row.

Fields are named as in the models. Every concrete field is taken unless `LEFT_OUT` says why not: a test holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from activities.models import (
    Award,
    AwardReceipt,
    Grant,
    GrantRole,
    Mentorship,
    MentorshipLevel,
    Metric,
    NewsItem,
    Project,
    ProjectLink,
    ProjectRole,
    Service,
    Talk,
    TalkLink,
)  # fmt: skip
from labsite.models import Document, LabProfile, OldPath, Page
from people.models import (
    Course,
    Education,
    Group,
    Membership,
    OldAddress,
    Organization,
    Person,
    PersonName,
    Position,
    PositionPerson,
    ProfileLink,
    ProfileSection,
)  # fmt: skip
from publications.models import (
    Authorship,
    Distinction,
    Identifier,
    Link,
    Notice,
    OldSlug,
    PositionPublication,
    Publication,
    Rejection,
    Topic,
    Venue,
)  # fmt: skip

KEY = "key"  # the member that names a row whose model has no name of its own


@dataclass(frozen=True)
class Part:
    """Rows that belong to one row of another model and stand within it, in the order in which they were entered."""

    model: type[models.Model]
    parent: str  # the field that leads to the row they stand in
    parts: Mapping[str, Part] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """A file of an archive: `data/<name>.json`.

    `key` is the field by which other rows refer to a row; `naming`, where there is no such field, gives the texts
    that its key is made from. `only` tells its rows from those of the model that stand within others.
    """

    name: str
    model: type[models.Model]
    key: str = KEY
    naming: Callable[[Any], list[Any]] | None = None
    parts: Mapping[str, Part] = field(default_factory=dict)
    only: models.Q = field(default_factory=models.Q)


KINDS: tuple[Kind, ...] = (
    Kind(
        "people", Person, "slug",
        parts={
            "names": Part(PersonName, "person"),
            "links": Part(ProfileLink, "person"),
            "sections": Part(ProfileSection, "person"),
            "old_addresses": Part(OldAddress, "person"),
            "memberships": Part(Membership, "person"),
            "positions": Part(
                Position, "person",
                {"people": Part(PositionPerson, "position"), "publications": Part(PositionPublication, "position")},
            ),
            "education": Part(Education, "person", {"courses": Part(Course, "education")}),
            "services": Part(Service, "person"),
            "rejections": Part(Rejection, "person"),
        },
    ),
    Kind("groups", Group, "slug", parts={"old_paths": Part(OldPath, "group")}),
    Kind(
        "publications", Publication, "slug",
        parts={
            "authors": Part(Authorship, "publication"),
            "identifiers": Part(Identifier, "publication"),
            "links": Part(Link, "publication"),
            "distinctions": Part(Distinction, "publication"),
            "notices": Part(Notice, "publication"),
            "old_slugs": Part(OldSlug, "publication"),
            "old_paths": Part(OldPath, "publication"),
        },
    ),
    Kind(
        "awards", Award, naming=lambda row: [row.title],
        parts={"receipts": Part(AwardReceipt, "award")},
    ),
    Kind("grants", Grant, naming=lambda row: [row.title], parts={"roles": Part(GrantRole, "grant")}),
    Kind(
        "talks", Talk, naming=lambda row: [row.date, row.event, row.title],
        parts={"links": Part(TalkLink, "talk"), "old_paths": Part(OldPath, "talk")},
    ),
    Kind(
        "mentorships", Mentorship, naming=lambda row: [row.mentor.slug, row.mentee.slug, row.start],
        parts={"levels": Part(MentorshipLevel, "mentorship")},
    ),
    Kind(
        "metrics", Metric,
        naming=lambda row: [(row.person or row.publication).slug, row.name, row.as_of],
    ),
    Kind(
        "news", NewsItem, naming=lambda row: [row.date, *row.body.split()[:8]],
        parts={"old_paths": Part(OldPath, "news_item")},
    ),
    Kind(
        "projects", Project, "slug",
        parts={
            "roles": Part(ProjectRole, "project"),
            "links": Part(ProjectLink, "project"),
            "old_paths": Part(OldPath, "project"),
        },
    ),
    Kind("pages", Page, "slug", parts={"old_paths": Part(OldPath, "page")}),
    Kind("lists", OldPath, "path", only=~models.Q(list_page="")),
    Kind("lab", LabProfile, naming=lambda row: ["lab"]),
    # What others refer to stands last: a public archive leaves out what nothing in it refers to.
    Kind("venues", Venue, "slug", parts={"old_slugs": Part(OldSlug, "venue")}),
    Kind("topics", Topic, "slug", parts={"old_paths": Part(OldPath, "topic")}),
    Kind("documents", Document, "id", parts={"old_paths": Part(OldPath, "document")}),
    Kind("organizations", Organization, "name"),
)  # fmt: skip
SHELVES = (Venue, Topic, Document, Organization)
# Rows of one of several models, each in a column of its own: they stand within it, and the other columns are empty.
OF_ONE: dict[type[models.Model], tuple[str, ...]] = {OldSlug: (), OldPath: ("list_page",)}
KIND_OF: dict[type[models.Model], Kind] = {kind.model: kind for kind in KINDS}
KIND_NAMED: dict[str, Kind] = {kind.name: kind for kind in KINDS}

ACCOUNTS = "says who did it with which account: accounts stay with the site"
WORKFLOW = "work in progress of this site, not of the lab: a backup has it"
DERIVED = "derived from the records: made anew"
# By the label of a model, or of a field of it: why it is in no archive.
LEFT_OUT: dict[str, str] = {
    "people.Person.user": ACCOUNTS,
    "people.Person.sort_key": DERIVED,
    "people.Person.search_text": DERIVED,
    "people.PersonName.search_text": DERIVED,
    "people.Organization.search_text": DERIVED,
    "people.ProfileChange": WORKFLOW,
    "people.RemovalRequest": WORKFLOW,
    "publications.Venue.search_text": DERIVED,
    "publications.Publication.search_text": DERIVED,
    "publications.Publication.match_key": DERIVED,
    "publications.Publication.is_retracted": DERIVED,
    "publications.Authorship.search_text": DERIVED,
    "publications.PublicationDigest": DERIVED,
    "publications.PublicationFacet": DERIVED,
    "publications.FacetTotal": DERIVED,
    "publications.Import": WORKFLOW,
    "publications.ImportEntry": WORKFLOW,
    "activities.Award.search_text": DERIVED,
    "activities.NewsItem.search_text": DERIVED,
    "activities.Project.search_text": DERIVED,
    "labsite.ContentVersion": DERIVED,
    "labsite.Document.created_by": ACCOUNTS,
    "labsite.Dismissal": "names records by the keys of this database, and what is dismissed here may matter elsewhere",
    "labsite.Erasure": "a log of this site, which says of nobody who it was",
    "labsite.LinkCheck": "what addresses answered this site lately: asked anew",
    "labsite.Merge": "names rows by the keys of this database: what was merged cannot be parted elsewhere",
    "labsite.SiteImport": WORKFLOW,
    "labsite.SiteOrigin": WORKFLOW,
    "labsite.SubmittedForm": WORKFLOW,
}
APPS = ("people", "publications", "activities", "labsite")


def plain_fields(model: type[models.Model], parent: str = "") -> list[models.Field]:
    """The columns of a row, in the order of the model: neither a number that the database gave it nor what leads to
    the row it stands in.
    """
    return [
        field
        for field in model._meta.concrete_fields
        if not isinstance(field, models.AutoField)
        and field.name != parent
        and f"{model._meta.label}.{field.name}" not in LEFT_OUT
        and not (model in OF_ONE and (field.is_relation or (parent and field.name in OF_ONE[model])))
    ]


def list_fields(model: type[models.Model]) -> list[models.ManyToManyField]:
    """The fields that name any number of other rows, without saying more of each."""
    return [field for field in model._meta.local_many_to_many if field.remote_field.through._meta.auto_created]


def every_part() -> Iterator[tuple[str, Part]]:
    """Every part of every kind, with the path of members that leads to it: `people.positions.people`."""
    for kind in KINDS:
        yield from _parts_within(kind.name, kind.parts)


def _parts_within(path: str, parts: Mapping[str, Part]) -> Iterator[tuple[str, Part]]:
    for name, part in parts.items():
        yield f"{path}.{name}", part
        yield from _parts_within(f"{path}.{name}", part.parts)
