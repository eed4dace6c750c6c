"""What is known while a plan is made: the site, what came of it before, what is here. Reads the database only."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import models

from labsite.lib.documents import validate_document
from labsite.lib.images import open_image
from labsite.lib.text import fold
from labsite.models import Merge, SiteOrigin
from labsite.site_import.records import Media, Place, Problem, SiteContent, Unused
from labsite.site_import.rows import Plan, Planned, Row, compare, fit, origin_key
from people.models import Organization

# Addresses that templates come with, and that say nothing of whose site it is.
PLACEHOLDER = re.compile(
    r"//(?:[\w-]+\.)*(?:example\.(?:com|org|net)|localhost|127\.0\.0\.1"
    r"|(?:alshedivat|academicpages|greenelab)\.github\.io)(?:[:/]|$)"
)


class Gone(Exception):
    """What a record of the site became was deleted here since: it does not come back by itself."""


@dataclass
class Options:
    """What was chosen for the whole site. `people`: by key the end of an address here, “new” or “skip”."""

    drafts: bool = False
    people: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, data: dict[str, Any]) -> Options:
        return cls(
            bool(data.get("drafts")), {str(key): str(value) for key, value in (data.get("people") or {}).items()}
        )


class Survey:
    """One site while it is planned; what was found out stays known."""

    def __init__(self, content: SiteContent, folder: Path, options: Options) -> None:
        self.content, self.folder, self.options = content, folder, options
        self.plan = Plan(content.kind, site_of(content), [], list(content.unused), list(content.problems))
        self.origins = {
            (origin.kind, origin.key): (origin.model, origin.record_id)
            for origin in SiteOrigin.objects.filter(site=self.plan.site)
        }
        self.organizations: dict[str, Row] = {}
        self.documents: dict[str, Row] = {}  # by path
        self.orcids: dict[str, str] = {}  # the key of whose each is
        self.addresses: Counter[str] = Counter()  # how many people of the site name each e-mail address
        self.unresolved: set[str] = set()  # keys of publications that are left out, or wait for a decision
        self.repeated: set[str] = set()  # keys of publications that another record of the site says already
        self.paths: dict[str, Row] = {}  # old paths that a record of this site has claimed
        self.stored_paths: dict[str, models.Model | None] = {}  # by path, the row by which it leads somewhere already
        self.rows: dict[tuple[str, str], Row] = {}  # by kind and key of the site

    def known(self, model: type[models.Model], kind: str, key: str) -> models.Model | None:
        """The record that this one became when the site was read before, followed through merges.

        Raises `Gone` where it was deleted since.
        """
        label, number = self.origins.get((kind, key), ("", 0))
        if label != model._meta.label_lower:
            return None
        while True:
            record = model._base_manager.filter(pk=number).first()
            if record is not None:
                return record
            merge = Merge.objects.filter(model=label, merged_id=number, undone_at=None).first()
            if merge is None:
                raise Gone
            number = merge.kept_id

    def is_published(self, says: bool = True) -> bool:
        return says and not self.options.drafts

    # Putting records on the plan

    def settle(self, planned: Planned, row: Row) -> bool:
        """Puts a record with its row on the plan; False where it cannot be stored, which is said."""
        planned.problem = fit(row, planned.place, self.plan.unused)
        self.plan.records.append(planned)
        if planned.problem:
            self.plan.problems.append(Problem(planned.place, f"{planned.label}: {planned.problem}"))
            return False
        planned.row = row
        compare(row)
        self.rows[(planned.kind, planned.key)] = row
        return True

    def leave_out(self, planned: Planned, problem: str) -> None:
        planned.problem = problem
        self.plan.records.append(planned)

    def add_part(self, parent: Row, row: Row, place: Place, *, is_wanted: bool = True) -> Row | None:
        """Adds a part to a record, if it can be stored and was not deleted here since."""
        if row.found is None and is_wanted:
            try:
                row.found = self.known(row.model, row.kind, row.key)
            except Gone:
                self.note(place, row, "It was deleted here since it was brought in.")
                return None
        problem = fit(row, place, self.plan.unused)
        if problem:
            self.note(place, row, problem)
            return None
        compare(row)
        parent.children.append(row)
        return row

    def note(self, place: Place, row: Row, reason: str) -> None:
        self.plan.unused.append(Unused(place, row.kind, row.label[:300], reason))

    def leave(self, place: Place, what: str, value: object, reason: str) -> None:
        """Says of a field of a record that it stays behind."""
        if value not in (None, "", ()):
            self.plan.unused.append(Unused(place, what, str(value)[:300], reason))

    def open(self, media: Media) -> BinaryIO:
        """A file of the site. Raises `OSError` for one that is not below its top, whatever a page says."""
        top, path = self.folder.resolve(), (self.folder / media.path).resolve()
        if not path.is_relative_to(top) or not path.is_file():
            raise FileNotFoundError(media.path)
        return path.open("rb")

    # What several records share

    def organization(self, name: str, place: Place) -> Row | None:
        """The organization of this name: one that is here, or a new one."""
        key = fold(name)
        if not key:
            return None
        if key not in self.organizations:
            row = Row(Organization, origin_key("organization", key), "organizations", name, {"name": name})
            row.found = find_organization(name)
            problem = fit(row, place, self.plan.unused)
            if problem:
                return None
            self.organizations[key] = row
        return self.organizations[key]

    def picture(self, media: Media | None, place: Place) -> Media | None:
        """The picture, if it can be decoded by its looks; otherwise why not is said."""
        if media is None:
            return None
        try:
            with self.open(media) as file:
                open_image(File(file))
        except (ValidationError, OSError) as error:
            self.plan.problems.append(Problem(Place(media.path), words_of(error)))
            return None
        return media

    def document(self, media: Media) -> bool:
        """Whether the file is a document that can be kept; otherwise why not is said."""
        try:
            with self.open(media) as file:
                validate_document(File(file))
        except (ValidationError, OSError) as error:
            self.plan.problems.append(Problem(Place(media.path), words_of(error)))
            return False
        return True


def words_of(error: Exception) -> str:
    return (
        " ".join(error.messages) if isinstance(error, ValidationError) else "The file is not there, or cannot be read."
    )


def site_of(content: SiteContent) -> str:
    """What tells this site from others: its address, with the path below which it stood; else whose it is."""
    url = content.url.rstrip("/")
    if url and not PLACEHOLDER.search(url):
        return (url if url.endswith(content.prefix) else f"{url}{content.prefix}")[:300]
    owner = next((each.name for each in content.people if each.key == content.owner), "")
    lab = content.lab.name if content.lab else ""
    return f"{content.kind}: {owner or lab or 'without an address'}"[:300]


def find_organization(name: str) -> Organization | None:
    """The one that goes by this name, short names and other names included. One query, two where it is not the name."""
    own = Organization.objects.filter(name__iexact=name).first()
    if own:
        return own
    key = fold(name)
    likely = Organization.objects.filter(search_text__contains=key)
    found = [each for each in likely if key in {fold(one) for one in (each.name, each.short_name, *each.other_names)}]
    return found[0] if len(found) == 1 else None
