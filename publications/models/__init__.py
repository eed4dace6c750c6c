"""What we publish: venues, publications, who wrote them, and where they can be read."""

from publications.models.authorship import Authorship, PositionPublication
from publications.models.digest import PublicationDigest
from publications.models.facet import FacetTotal, PublicationFacet
from publications.models.imports import Import, ImportEntry, Rejection
from publications.models.publication import Distinction, Identifier, Link, Notice, Publication
from publications.models.redirect import OldSlug
from publications.models.venue import Topic, Venue

__all__ = [
    "Authorship",
    "Distinction",
    "FacetTotal",
    "Identifier",
    "Import",
    "ImportEntry",
    "Link",
    "Notice",
    "OldSlug",
    "PositionPublication",
    "Publication",
    "PublicationDigest",
    "PublicationFacet",
    "Rejection",
    "Topic",
    "Venue",
]
