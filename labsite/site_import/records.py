"""What a site of another template says, as plain data: what every reader yields. Pure: no database.

Texts are Unicode, "" and () mean unknown, dates are EDTF level 0 ("" is unknown, also for an end that is open).
Paths are those of files below the site's top, with slashes; addresses are absolute, or paths of the former site.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from labsite.lib.text import match_key
from publications.records import SourceEntry


@dataclass(frozen=True)
class Place:
    """Where something stands: a file, and a line from 1 (0 is the file as a whole)."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True)
class Media:
    """A picture or a document of the site; `path` is an existing file below its top."""

    path: str
    alt: str = ""
    caption: str = ""


@dataclass(frozen=True)
class LinkRecord:
    """`kind` is a value of the model's own kinds, "other" where none fits; `place` where it stands, if that is known.

    Two links to one address are one, wherever they stand.
    """

    url: str
    kind: str = "other"
    label: str = ""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class PositionRecord:
    place: Place
    kind: str  # of `Position.Kind`
    organization: str
    title: str = ""
    team: str = ""
    where: str = ""
    start: str = ""
    end: str = ""
    is_current: bool = False
    summary: str = ""
    url: str = ""


@dataclass(frozen=True)
class EducationRecord:
    place: Place
    organization: str
    degree: str = ""
    field: str = ""
    unit: str = ""
    where: str = ""
    start: str = ""
    end: str = ""
    grade: str = ""
    note: str = ""
    advisors: tuple[str, ...] = ()
    courses: tuple[str, ...] = ()


@dataclass(frozen=True)
class AwardRecord:
    place: Place
    title: str
    organization: str = ""
    date: str = ""
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class ServiceRecord:
    place: Place
    kind: str  # of `Service.Kind`
    title: str = ""
    venue: str = ""
    organization: str = ""
    date: str = ""
    end: str = ""
    note: str = ""


@dataclass(frozen=True)
class SectionRecord:
    """A part of somebody's page that is free text; `kind` is of `ProfileSection.Kind`."""

    place: Place
    heading: str
    body: str
    kind: str = "other"


@dataclass(frozen=True)
class PersonRecord:
    """Somebody of the site. `key` is what other records of the same site call them by."""

    place: Place
    key: str
    name: str
    given_name: str = ""
    family_name: str = ""
    native_name: str = ""
    other_names: tuple[str, ...] = ()
    honorific: str = ""
    pronouns: str = ""
    orcid: str = ""
    headline: str = ""
    bio: str = ""
    email: str = ""
    written_email: str = ""  # one that stands in their texts; it may be somebody else's
    phone: str = ""
    office: str = ""
    role: str = ""  # of `Membership.Role`; "" where the site does not say
    title: str = ""  # what the site calls the role
    organization: str = ""
    groups: tuple[str, ...] = ()  # keys
    start: str = ""
    end: str = ""
    is_alumnus: bool = False
    next_destination: str = ""
    links: tuple[LinkRecord, ...] = ()
    photo: Media | None = None
    positions: tuple[PositionRecord, ...] = ()
    education: tuple[EducationRecord, ...] = ()
    awards: tuple[AwardRecord, ...] = ()
    services: tuple[ServiceRecord, ...] = ()
    sections: tuple[SectionRecord, ...] = ()
    is_known_only: bool = False  # a co-author with a link, and no page of their own
    old_paths: tuple[str, ...] = ()

    @property
    def names(self) -> set[str]:
        """Every way in which the site writes their name, as `match_key` folds them."""
        inner = f"{self.given_name} {self.family_name}" if self.given_name and self.family_name else ""
        return {match_key(name) for name in (self.name, inner, self.native_name, *self.other_names)} - {""}


@dataclass(frozen=True)
class GroupRecord:
    place: Place
    key: str
    name: str
    summary: str = ""
    body: str = ""
    url: str = ""
    old_paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class PublicationRecord:
    """An entry as the import of publications reads it, with what only a site says of it."""

    place: Place
    key: str
    entry: SourceEntry
    summary: str = ""
    people: tuple[str, ...] = ()  # keys of authors whom the site itself links
    projects: tuple[str, ...] = ()  # keys
    is_published: bool = True
    documents: tuple[tuple[str, Media], ...] = ()  # (a kind of `Link`, a file of the site)
    old_paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewsRecord:
    place: Place
    key: str
    date: str
    body: str
    kind: str = ""  # of `NewsItem.Kind`; "" where nothing says
    end: str = ""
    people: tuple[str, ...] = ()
    publications: tuple[str, ...] = ()
    is_published: bool = True
    old_paths: tuple[str, ...] = ()
    is_highlight: bool = False


@dataclass(frozen=True)
class TalkRecord:
    place: Place
    key: str
    title: str
    kind: str = ""  # of `Talk.Kind`
    event: str = ""
    where: str = ""
    date: str = ""
    body: str = ""
    people: tuple[str, ...] = ()  # keys; () is whoever the site is about
    publications: tuple[str, ...] = ()
    links: tuple[LinkRecord, ...] = ()
    is_published: bool = True
    old_paths: tuple[str, ...] = ()
    documents: tuple[tuple[str, Media], ...] = ()  # (a kind of `Link`, a file of the site)


@dataclass(frozen=True)
class ProjectRecord:
    place: Place
    key: str
    name: str
    kind: str = "project"  # of `Project.Kind`
    summary: str = ""
    body: str = ""
    start: str = ""
    end: str = ""
    topics: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    publications: tuple[str, ...] = ()
    links: tuple[LinkRecord, ...] = ()
    picture: Media | None = None
    is_published: bool = True
    old_paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class PageRecord:
    place: Place
    key: str
    title: str
    body: str
    summary: str = ""
    is_published: bool = True
    old_paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class ListRecord:
    """Where the site printed a list, and the list here that is like it.

    `topic`: the name of the topic whose page is still more like it, where there is such a topic.
    """

    place: Place
    path: str
    page: str  # of `OldPath.ListPage`
    topic: str = ""


@dataclass(frozen=True)
class LabRecord:
    """What the site says of itself as a whole."""

    place: Place
    name: str = ""
    tagline: str = ""
    introduction: str = ""
    url: str = ""
    logo: Media | None = None
    picture: Media | None = None


@dataclass(frozen=True)
class Unused:
    """A file (`field` is ""), or a field of one, that has no home here: what it is, and why it stays behind."""

    place: Place
    field: str
    value: str  # its beginning
    reason: str


@dataclass(frozen=True)
class Problem:
    """What cannot be read: where, what, and the mend. The rest of the site is read all the same."""

    place: Place
    message: str


@dataclass(frozen=True)
class SiteContent:
    """Everything that one site says. Every file and field of it is in a record, in `unused` or in `problems`."""

    kind: str  # the template: al-folio, academicpages, hugoblox, greenelab
    url: str = ""
    prefix: str = ""  # the path below which the whole site stood: “/mira”; "" for the top of its host
    owner: str = ""  # the key of the person whom the site is about, "" for a lab's
    lab: LabRecord | None = None
    people: tuple[PersonRecord, ...] = ()
    groups: tuple[GroupRecord, ...] = ()
    publications: tuple[PublicationRecord, ...] = ()
    news: tuple[NewsRecord, ...] = ()
    talks: tuple[TalkRecord, ...] = ()
    projects: tuple[ProjectRecord, ...] = ()
    pages: tuple[PageRecord, ...] = ()
    lists: tuple[ListRecord, ...] = ()
    unused: tuple[Unused, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: tuple[str, ...] = field(default=())  # every file that was looked at
