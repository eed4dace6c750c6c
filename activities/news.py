"""The query string of the news page and feed: `?kind= person= page=`."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext

from activities.models import NewsItem
from labsite.lib.questions import printable
from people.addresses import follow_people
from people.models import Person


@dataclass
class NewsSelection:
    """The public items that fit, newest first, what they were narrowed to, and what was wrong with the question."""

    items: QuerySet
    kind: str = ""
    person: Person | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def query(self) -> str:
        """The filters that are in force as a query string."""
        pairs = [("kind", self.kind), ("person", self.person.slug if self.person else "")]
        return urlencode([pair for pair in pairs if pair[1]])


def find_person(slug: str) -> Person | None:
    """The published person at this address, or the one who was merged with them. One query, two for an old address."""
    people = Person.objects.published()
    return people.filter(slug=slug).first() or people.filter(slug__in=follow_people([slug]).values()).first()


def narrowed_news(kind: str = "", person: int = 0) -> QuerySet:
    """The public items, newest first: of a kind, about the person with this key, where these are given."""
    items = NewsItem.objects.public().newest_first()
    items = items.filter(kind=kind) if kind else items
    return items.filter(people=person) if person else items


def read_news_selection(data: QueryDict) -> NewsSelection:
    """What `data` asks for. A value that nothing has is named in words and left aside. One query for a person."""
    selection = NewsSelection(NewsItem.objects.none())
    kind, slug = data.get("kind", ""), data.get("person", "")
    if kind in NewsItem.Kind.values:
        selection.kind = kind
    elif kind:
        selection.problems.append(
            gettext("There is no kind of news “%(kind)s”. You see all of it.") % {"kind": printable(kind)}
        )
    if slug:
        selection.person = find_person(slug) if "\x00" not in slug else None
        if selection.person is None:
            selection.problems.append(
                gettext("There is no person “%(slug)s” here. You see everyone's news.") % {"slug": printable(slug)}
            )
    selection.items = narrowed_news(selection.kind, selection.person.pk if selection.person else 0)
    return selection
