"""Publications with nothing but what a line of a list prints, by hand-written SQL: a list needs fifty of them."""

from __future__ import annotations

from functools import cache

from django.db import models

from labsite.lib.instances import make_maker
from labsite.lib.reading import one_of, read_alike, reading_connection
from publications.finding import DIGESTS, run
from publications.models import Publication, PublicationDigest

OWN = ["id", "slug", "title", "kind", "year", "venue_id", "is_published"]
DERIVED = ["publication_id", "place"]
TABLE = Publication._meta.db_table


def load_lines(sql: str, values: list[object]) -> list[Publication]:
    """The published publications at the places that `sql` gives, newest first. One query.

    Other fields than these are read from the database when somebody asks for them.
    """
    return make_lines(run(select_lines(f"d.place IN ({sql})"), values))


def load_lines_at(places: list[int]) -> list[Publication]:
    """The same at these places. One query, none where there are none."""
    if not places:
        return []
    values: list[object] = []
    sql = select_lines(one_of("d.place", places, values))
    return make_lines(read_alike(sql, values))


def select_lines(where: str) -> str:
    columns = ", ".join([*(f"p.{name}" for name in OWN), *(f"d.{name}" for name in DERIVED), stored_row()])
    tables = f"{DIGESTS} d JOIN {TABLE} p ON p.id = d.publication_id"
    return f"SELECT {columns} FROM {tables} WHERE {where} AND p.is_published ORDER BY d.place"  # noqa: S608


def make_lines(rows: list[tuple]) -> list[Publication]:
    make, make_digest = makers(reading_connection().alias)
    publications = []
    for row in rows:
        publication = make(row[: len(OWN)])
        publication.is_published = True
        publication.stored_row = row[-1]
        PUBLICATION.set_cached_value(publication, make_digest(row[len(OWN) : -1]))
        publications.append(publication)
    return publications


def stored_row() -> str:
    """The column as text: what is printed of it is kept by its text (publications.row_html)."""
    return "d.row::text" if reading_connection().vendor == "postgresql" else "d.row"


@cache
def makers(alias: str) -> tuple:
    """What makes a publication and a digest of their values."""
    return make_maker(Publication, alias, OWN), make_maker(PublicationDigest, alias, DERIVED)


PUBLICATION: models.OneToOneRel = Publication._meta.get_field("digest")
