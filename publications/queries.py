"""What can be asked of publications. Adjectives filter, `with_*` only loads."""

from __future__ import annotations

from django.apps import apps
from django.db import models

from labsite.lib.models import PublishableQuerySet
from labsite.lib.text import fold
from people.models import Group, Membership, Person

MAX_WORDS = 30  # of a search: a whole title fits, and the condition stays small for the database


def search_words(text: str) -> list[str]:
    """The distinct words of `text` as they are compared, in their order. Pure."""
    return list(dict.fromkeys(fold(text).split()))


class PublicationQuerySet(PublishableQuerySet):
    def listed(self) -> PublicationQuerySet:
        """What the public list shows: published, and by a member unless an editor decided otherwise."""
        members = Membership.objects.values("person")
        by_member = models.Exists(_own_authorships().filter(person__is_published=True, person__in=members))
        return self.published().filter(models.Q(listing="always") | models.Q(by_member, listing="automatic"))

    def by(self, person: Person) -> PublicationQuerySet:
        """Everything with a certain link to `person`."""
        return self.filter(models.Exists(_own_authorships().filter(person=person)))

    def led_by(self, person: Person) -> PublicationQuerySet:
        """What `person` wrote as first author or with equal contribution."""
        return self.filter(models.Exists(_own_authorships().leading().filter(person=person)))

    def of_group(self, group: Group) -> PublicationQuerySet:
        """Everything with a certain link to somebody who is or was in `group`."""
        members = Membership.objects.filter(group=group).values("person")
        return self.filter(models.Exists(_own_authorships().filter(person__is_published=True, person__in=members)))

    def q_by_slugs(self, slugs: list[str]) -> models.Q:
        """A certain link to one of the published people with these slugs."""
        people = Person.objects.published().filter(slug__in=slugs)
        return models.Q(models.Exists(_own_authorships().filter(person__in=people)))

    def q_on_topics(self, slugs: list[str]) -> models.Q:
        links = self.model.topics.through.objects.filter(publication=models.OuterRef("pk"), topic__slug__in=slugs)
        return models.Q(models.Exists(links))

    def q_distinguished(self, kinds: list[str]) -> models.Q:
        distinctions = self.model._meta.get_field("distinctions").related_model.objects
        return models.Q(models.Exists(distinctions.filter(publication=models.OuterRef("pk"), kind__in=kinds)))

    def selected(self) -> PublicationQuerySet:
        return self.filter(is_selected=True)

    def search(self, words: str) -> PublicationQuerySet:
        """Publications that hold every word in a title, the texts, the venue or a printed author name.

        Accents and case do not matter; words after the thirtieth are not looked at.
        """
        found = self
        for word in search_words(words)[:MAX_WORDS]:
            authored = _authorships().filter(publication=models.OuterRef("pk"), search_text__contains=word)
            found = found.filter(
                models.Q(search_text__contains=word)
                | models.Q(venue__search_text__contains=word)
                | models.Exists(authored)
            )
        return found

    def with_list_relations(self) -> PublicationQuerySet:
        """Loads what one line of a list prints: venue, authors with their people, distinctions, links, notices."""
        return self.select_related("venue").prefetch_related(
            models.Prefetch("authorships", _authorships().with_person()),
            "distinctions", "identifiers", "links", "notices",
        )  # fmt: skip


def _own_authorships() -> models.QuerySet:
    """Certain authorships of the publication of the outer query."""
    return _authorships().confirmed().filter(publication=models.OuterRef("pk"))


def _authorships() -> models.QuerySet:
    # Authorship points to Publication, whose manager is made from this module.
    return apps.get_model("publications", "Authorship").objects.all()
