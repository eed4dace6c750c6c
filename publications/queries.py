"""What can be asked of publications. Adjectives filter, `with_*` only loads."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.functions import Cast

from labsite.lib.models import PublishableQuerySet
from labsite.lib.search import q_match, read_question
from people.models import Group, Membership, Person


class PublicationQuerySet(PublishableQuerySet):
    def listed(self) -> PublicationQuerySet:
        """What the public list shows: published, and by a member unless an editor decided otherwise."""
        members = Membership.objects.values("person")
        by_member = models.Exists(_own_authorships().filter(person__is_published=True, person__in=members))
        return self.published().filter(models.Q(listing="always") | models.Q(by_member, listing="automatic"))

    # `pk__in`, not Exists: SQLite without statistics looks the latter up for every publication, by person first.
    def by(self, person: Person) -> PublicationQuerySet:
        """Everything with a certain link to `person`."""
        return self.filter(pk__in=_authorships().confirmed().filter(person=person).values("publication"))

    def of_group(self, group: Group) -> PublicationQuerySet:
        """Everything with a certain link to somebody who is or was in `group`."""
        members = Membership.objects.filter(group=group).values("person")
        own = _authorships().confirmed().filter(person__is_published=True, person__in=members)
        return self.filter(pk__in=own.values("publication"))

    def q_by_slugs(self, slugs: list[str]) -> models.Q:
        """A certain link to one of the published people with these slugs."""
        people = Person.objects.published().filter(slug__in=slugs)
        return models.Q(pk__in=_authorships().confirmed().filter(person__in=people).values("publication"))

    def q_on_topics(self, slugs: list[str]) -> models.Q:
        links = self.model.topics.through.objects.filter(publication=models.OuterRef("pk"), topic__slug__in=slugs)
        return models.Q(models.Exists(links))

    def q_distinguished(self, kinds: list[str]) -> models.Q:
        distinctions = self.model._meta.get_field("distinctions").related_model.objects
        return models.Q(models.Exists(distinctions.filter(publication=models.OuterRef("pk"), kind__in=kinds)))

    def q_with_code(self) -> models.Q:
        """A link to code, or the badge alone."""
        links = self.model._meta.get_field("links").related_model.objects
        return models.Q(has_code=True) | models.Q(
            models.Exists(links.filter(publication=models.OuterRef("pk"), kind="code"))
        )

    def selected(self) -> PublicationQuerySet:
        return self.filter(is_selected=True)

    def search(self, words: str) -> PublicationQuerySet:
        """Publications that hold every word, or the beginning of one, in their titles, texts, venue or author names.

        Accents and case do not matter; words in quotation marks stand together; terms after the thirtieth are not
        looked at.
        """
        return self.filter(pk__in=q_match(_digests(), read_question(words)).values("pk"))

    def with_rows(self, *, summary: bool = False) -> PublicationQuerySet:
        """Loads what one line of a list prints, as it was derived: no further query, whatever the line shows.

        With `summary`, also the words on what the work is about.
        """
        return self.select_related("digest").defer(
            *([] if summary else ["summary"]), "abstract", "raw_record", "extra", "editor_note", "search_text",
            "digest__title_text", "digest__author_text", "digest__body_text",
        )  # fmt: skip

    def with_lines(self) -> PublicationQuerySet:
        """Like `with_rows`, but nothing except what a line of a list reads: a third of the time."""
        return self.select_related("digest").only(
            "slug", "title", "kind", "year", "venue", "is_published", "digest__row", "digest__place"
        )

    def with_stored_rows(self) -> PublicationQuerySet:
        """Like `with_lines`, with the derived row as text: what is printed of it is kept by that (row_html)."""
        own = self.only("slug", "title", "kind", "year", "venue", "is_published", "is_selected")
        return own.annotate(stored_row=Cast("digest__row", models.TextField()))

    def with_list_relations(self) -> PublicationQuerySet:
        """Loads what a row is derived from: venue, authors with their people, distinctions, links, notices."""
        return self.select_related("venue").prefetch_related(
            models.Prefetch("authorships", _authorships().with_person()),
            "distinctions", "identifiers", "links", "notices",
        )  # fmt: skip

    def with_export_relations(self) -> PublicationQuerySet:
        """Loads what an export writes: the relations of a list, and topics."""
        return self.with_list_relations().prefetch_related("topics")

    def with_citation_key(self, key: str) -> PublicationQuerySet:
        # “Not empty” is what the index of keys says of itself: without it SQLite reads the whole table.
        own = models.Q(bibtex_key=key) & ~models.Q(bibtex_key="")
        return self.filter(own | models.Q(bibtex_key="", slug=key))


def visible_to(user: Any, publications: PublicationQuerySet) -> PublicationQuerySet:
    """What `user` may read: everything that is published, and drafts for those who may view them in the admin."""
    return publications if user.has_perm("publications.view_publication") else publications.published()


def _own_authorships() -> models.QuerySet:
    """Certain authorships of the publication of the outer query."""
    return _authorships().confirmed().filter(publication=models.OuterRef("pk"))


def _digests() -> models.QuerySet:
    return apps.get_model("publications", "PublicationDigest").objects.all()


def _authorships() -> models.QuerySet:
    # Authorship and PublicationDigest point to Publication, whose manager is made from this module.
    return apps.get_model("publications", "Authorship").objects.all()
