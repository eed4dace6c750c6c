"""What lists print and search reads of a publication, derived from its record."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from labsite.lib.text import bytewise_collation
from publications.models.publication import Publication


class BytewiseTextField(models.TextField):
    """Text that sorts alike on every database: byte by byte."""

    def db_parameters(self, connection: object) -> dict:
        return {**super().db_parameters(connection), "collation": bytewise_collation(connection)}


class PublicationDigest(models.Model):
    """One row a publication, made by `publications.digests` whenever anything it is made of changes.

    Nothing here is a fact of its own: `manage.py rebuild_search` makes all of it anew. The texts hold words only,
    folded, parted by single blanks; the database keeps a full-text index of them. `place` (publications.places) is
    where it stands in lists, and its key in that index: hits come newest first without sorting.
    """

    SEARCH_KEY = "place"
    SEARCH_COLUMNS = ("title_text", "author_text", "body_text")

    publication = models.OneToOneField(
        Publication, on_delete=models.CASCADE, primary_key=True, related_name="digest", db_constraint=True
    )
    row = models.JSONField(help_text=_("What one line of a list prints: see publications.rows."))
    title_text = models.TextField(blank=True)
    author_text = models.TextField(blank=True)
    body_text = models.TextField(blank=True)
    title_key = BytewiseTextField(blank=True)
    facet_text = models.TextField(blank=True)
    place = models.BigIntegerField(unique=True)
    citations_key = models.BigIntegerField(default=0)
    record_hash = models.CharField(max_length=64, blank=True)
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [
            models.Index(fields=["title_key", "place"], name="publications_digest_title"),
            models.Index(fields=["citations_key", "place"], name="publications_digest_cited"),
        ]

    def __str__(self) -> str:
        return str(self.row.get("title", ""))
