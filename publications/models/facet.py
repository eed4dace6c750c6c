"""By what listed publications can be filtered, and how many there are of each."""

from __future__ import annotations

from django.db import models

from publications.models.digest import BytewiseTextField, PublicationDigest


class PublicationFacet(models.Model):
    """One row for each filter that a publication fits, in the order of lists. Derived (publications.digests).

    `facet` is a parameter of the list and a value of it: “venue:neurips”, “type:preprint”. `all:` is every listed
    publication. Written and deleted, never updated: triggers count these rows in `FacetTotal`.
    """

    pk = models.CompositePrimaryKey("facet", "digest")
    facet = BytewiseTextField()
    digest = models.ForeignKey(
        PublicationDigest, on_delete=models.CASCADE, to_field="place", db_column="place", related_name="facets",
        db_index=False,
    )  # fmt: skip

    class Meta:
        indexes = [models.Index(fields=["digest", "facet"], name="publications_facet_place")]

    def __str__(self) -> str:
        return f"{self.facet} at {self.digest_id}"


class FacetTotal(models.Model):
    """How many publications have a facet in a year, 9999 being those without one; in year 0, in all years.

    Kept by the database (publications.totals). `field` is the part of the facet before the colon.
    """

    pk = models.CompositePrimaryKey("facet", "year")
    facet = BytewiseTextField()
    field = BytewiseTextField()
    year = models.PositiveSmallIntegerField()
    number = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["field", "year", "-number"], name="publications_total_most")]

    def __str__(self) -> str:
        return f"{self.facet} in {self.year}: {self.number}"
