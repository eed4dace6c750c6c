"""Pictures and documents of a site, put in their place before anything is written: no transaction waits for a file.

What is not needed after all, or belongs to an application that failed, is deleted again.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage

from labsite.lib.images import logo_path, picture_path, reencode
from labsite.looks import LOGO_EDGE, PICTURE_EDGE
from labsite.models import Document
from labsite.site_import.records import Media, Place, Problem
from labsite.site_import.rows import Row
from labsite.site_import.survey import Survey, words_of
from people.photos import STORED_EDGE, photo_path

# By column of a picture: its format, its longest edge in pixels and how it is named.
PICTURES = {
    "photo": ("JPEG", STORED_EDGE, photo_path), "logo": ("PNG", LOGO_EDGE, logo_path),
    "picture": ("JPEG", PICTURE_EDGE, picture_path),
}  # fmt: skip


class MediaStore:
    """Files of one site that are stored already. Every record has its own, also where several name one picture.

    Whether somebody agreed to be shown is said of a record: a file of two would be shown by the word of one.
    """

    def __init__(self) -> None:
        self.names: dict[tuple[str, str], list[str]] = {}  # by column and path, those that no record has taken yet
        self.used: set[str] = set()
        self.kept: set[str] = set()  # what stored records name, whatever fails later

    def stage(self, survey: Survey) -> None:
        """Stores every file that the plan needs. One that is damaged is reported and left out."""
        for row in {id(row): row for row in rows_of(survey)}.values():
            for column, media in list(row.files.items()):
                if row.found is None or any(change.column == column for change in row.taken):
                    self._store(survey, row, column, media)

    def _store(self, survey: Survey, row: Row, column: str, media: Media) -> None:
        try:
            with survey.open(media) as file:
                content = File(file)
                if row.model is Document:
                    name, fresh = f"documents/{uuid.uuid4().hex}.pdf", content
                else:
                    format, edge, path_of = PICTURES[column]
                    name, fresh = path_of(None, ""), reencode(content, format, edge)
                self.names.setdefault((column, media.path), []).append(default_storage.save(name, fresh))
        except (ValidationError, OSError) as error:
            survey.plan.problems.append(Problem(Place(media.path), words_of(error)))

    def take(self, column: str, media: Media) -> str:
        """The stored name of a file, for one record alone; "" where it could not be stored."""
        waiting = self.names.get((column, media.path))
        if not waiting:
            return ""
        name = waiting.pop()
        self.used.add(name)
        return name

    def keep(self) -> None:
        """To be called once records are stored for good: `discard` leaves what they name."""
        self.kept |= self.used

    def discard(self, *, everything: bool = False) -> None:
        """Deletes what no record came to name; `everything`: also what records name that were not stored after all."""
        unneeded = {name for waiting in self.names.values() for name in waiting}
        if everything:
            unneeded |= self.used - self.kept
        for name in unneeded:
            default_storage.delete(name)
        self.names = {}


def rows_of(survey: Survey) -> Iterator[Row]:
    """Every row of the plan, documents included."""
    for planned in survey.plan.records:
        if planned.row is not None:
            yield from planned.row.whole()
    yield from survey.documents.values()
