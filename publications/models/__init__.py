"""What we publish: venues, publications, who wrote them, and where they can be read."""

from publications.models.authorship import Authorship, PositionPublication
from publications.models.digest import PublicationDigest
from publications.models.publication import Distinction, Identifier, Link, Notice, Publication
from publications.models.venue import Topic, Venue

__all__ = [
    "Authorship",
    "Distinction",
    "Identifier",
    "Link",
    "Notice",
    "PositionPublication",
    "Publication",
    "PublicationDigest",
    "Topic",
    "Venue",
]
