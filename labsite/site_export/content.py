"""What every visitor may see, loaded for a writer of a template. Nothing that is a draft is among it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import default_storage
from django.db.models import Prefetch
from django.utils import timezone

from activities.cv.resume import make_resume
from activities.models import NewsItem, Project, ProjectRole, Talk
from activities.profile import Profile, load_profile
from labsite.models import Document, LabProfile, Page
from labsite.site_archive.problems import ArchiveProblem
from people.models import Group, Membership, Person, ProfileLink, ProfileSection
from publications.exporting import record_of
from publications.models import Link, Publication
from publications.records import Record

BATCH = 500
MOST_NAMED = 10  # people whom a message names


@dataclass(frozen=True)
class Content:
    """`owner` is the person whom a personal template is about, and `reason` why it is they, "" where somebody said so.
    `root` is the address of this site, "" if not set.
    """

    root: str
    owner: Person
    reason: str
    lab: LabProfile | None
    people: list[Person]
    today: datetime.date

    @property
    def title(self) -> str:
        return self.lab.name if self.lab else self.owner.name

    def profile(self, person: Person) -> Profile:
        """All of a person's record. One query."""
        return load_profile(person, AnonymousUser(), self.today)

    def resume(self, person: Person) -> dict:
        """Their record as JSON Resume."""
        hidden = [name for name in person.cv_hidden if isinstance(name, str)]
        return make_resume(self.profile(person), root=self.root, hidden=hidden, changed=None)

    def publications(self) -> Iterator[tuple[Publication, Record]]:
        """Every published paper with its record, newest first. A fixed number of queries for each 500."""
        rows = Publication.objects.published().with_export_relations().prefetch_related("projects", "links__document")
        for publication in rows.iterator(chunk_size=BATCH):
            yield publication, record_of(publication, self.root)


def load_content(slug: str) -> Content:
    """The public record. `slug` names the owner; where it is empty the lab's lead is. Raises `ArchiveProblem`."""
    people = Person.objects.published().with_memberships().prefetch_related(
        "links", Prefetch("sections", ProfileSection.objects.published())
    )  # fmt: skip
    found = list(people.order_by("sort_key", "slug"))
    return Content(
        settings.SITE_URL, *find_owner(found, slug), LabProfile.objects.select_related("organization").first(),
        found, timezone.localdate(),
    )  # fmt: skip


def find_owner(people: list[Person], slug: str) -> tuple[Person, str]:
    """Whom a site of one person is about, and why. Raises `ArchiveProblem` where nobody can be told."""
    by_slug = {person.slug: person for person in people}
    if slug:
        if slug not in by_slug:
            raise ArchiveProblem(f"Nobody with a public page has the address '{slug}': look at the end of /people/…/.")
        return by_slug[slug], ""
    leads = Group.objects.published().filter(lead__is_published=True).order_by("order", "name", "pk")
    group = leads.select_related("lead").first()
    if group:
        return by_slug[group.lead.slug], f"leads “{group.name}”"
    role = Membership.Role.PRINCIPAL_INVESTIGATOR
    heads = [person for person in people if any(stay.role == role for stay in person.memberships.all())]
    if len(people) == 1:
        return people[0], "is the only person with a page"
    if not heads:
        named = f": {slugs_of(people)}" if people else ""
        raise ArchiveProblem(f"No group has a lead: name the person whom the site is about with --person SLUG{named}.")
    return heads[0], "is the first principal investigator by name"


def slugs_of(people: list[Person]) -> str:
    """What `--person` takes, the first of many."""
    return ", ".join(person.slug for person in people[:MOST_NAMED]) + (", …" if len(people) > MOST_NAMED else "")


def news() -> list[NewsItem]:
    """Newest first."""
    people = Prefetch("people", Person.objects.published().order_by("sort_key", "slug"))
    papers = Prefetch("publications", Publication.objects.published().order_by("slug"))
    return list(NewsItem.objects.public().newest_first().prefetch_related(people, papers))


def talks() -> list[Talk]:
    people = Prefetch("speakers", Person.objects.published().order_by("sort_key", "slug"))
    rows = Talk.objects.published().select_related("publication", "venue")
    return list(rows.prefetch_related(people, "links__document"))


def projects() -> list[Project]:
    roles = ProjectRole.objects.filter(person__is_published=True).select_related("person")
    papers = Prefetch("publications", Publication.objects.published().order_by("slug"))
    rows = Project.objects.published().prefetch_related(Prefetch("roles", roles), papers, "links", "topics")
    return list(rows)


def pages() -> list[Page]:
    return list(Page.objects.published())


def links_of(person: Person) -> list[ProfileLink]:
    """Their links as their page shows them, those with an address."""
    return [link for link in person.links.all() if link.url] if person.show_links else []


def website_of(person: Person, root: str) -> str:
    """Where a name leads: their own website, else their page here, "" where neither has an address."""
    own = next((link.url for link in links_of(person) if link.kind == ProfileLink.Kind.WEBSITE), "")
    return own or (f"{root}/people/{person.slug}/" if root else "")


def photo_of(person: Person) -> str:
    """The name of a photo that everybody may see, among the uploads; "" where there is none."""
    name = person.photo.name if person.photo and person.photo_consent else ""
    return name if name and default_storage.exists(name) else ""


def role_of(person: Person, today: datetime.date) -> str:
    """What they are in the lab, or were last."""
    stays = list(person.memberships.all())
    stay = next((each for each in stays if each.is_active(today)), stays[0] if stays else None)
    return stay.role_text if stay else ""


def file_of(document: Document) -> str:
    """The name of a stored document, without its folder."""
    return PurePosixPath(document.file.name).name


def with_documents(record: Record, publication: Publication, prefix: str) -> tuple[Record, list[Link]]:
    """The record, its own documents under `prefix` and their names; and the rows of its links, in the same order.

    A link to a document that is not there is among neither.
    """
    rows, links = [], []
    for (kind, address), row in zip(record.links, publication.links.all(), strict=True):
        if row.document_id is not None:
            if not default_storage.exists(row.document.file.name):
                continue
            address = f"{prefix}{file_of(row.document)}"
        rows.append(row)
        links.append((kind, address))
    return replace(record, links=tuple(links)), rows


def documents_of(links: list[Link]) -> dict[str, Document]:
    """By the name of its file, each document that `links` name."""
    return {file_of(link.document): link.document for link in links if link.document_id is not None}
