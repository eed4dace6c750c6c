"""The part of the publication list that feeds and other sites' pages show: the filters of the list, and a group.

`?group=` is a filter of excerpts alone: on the list itself a group's page links to its members. An excerpt is in the
order of dates, newest first, and has at most fifty publications; it never holds a draft, whoever asks.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext

from labsite.lib.questions import printable
from people.models import Group
from publications.filters import Selection, apply_selection, read_selection
from publications.finding import places_of, read_wanted, run
from publications.models import Publication
from publications.naming import load_named
from publications.paging import load_at

USUAL_LIMIT, MOST = 10, 50
MOST_NAMED = 3  # names in a title
THEMES = ("light", "dark")
# The parts of a query string that an excerpt depends on, beside those of the list.
EXCERPT = ("group", "limit", "theme")


@dataclass
class Excerpt:
    """What is asked for. `problems` are sentences; where one `asks_for_nothing`, no publication fits.

    `theme` is "light", "dark" or "" for what the reader prefers.
    """

    selection: Selection
    group: Group | None = None
    limit: int = USUAL_LIMIT
    usual_limit: int = USUAL_LIMIT
    theme: str = ""
    problems: list[str] = field(default_factory=list)
    asks_for_nothing: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Whether it is less than the whole list, or asks for what means nothing."""
        return bool(self.group or self.selection.is_narrowed or self.problems)

    @property
    def style(self) -> str:
        """The style of references, "" for lines as on the list."""
        return (self.selection.values.get("style") or [""])[0]

    @property
    def query(self) -> str:
        """What it is as a query string, without the question mark: filters in the order of the list, then the rest."""
        return self.write_query(self.selection.address(sort=None), theme=self.theme)

    @property
    def filters(self) -> str:
        """As `query`, without how it looks: for feeds."""
        return self.write_query(self.selection.address(sort=None, style=None))

    def write_query(self, address: str, **rest: str) -> str:
        query = QueryDict(address.removeprefix("?"), mutable=True)
        group = self.group.slug if self.group else ""
        limit = str(self.limit) if self.limit != self.usual_limit else ""
        for name, value in {"group": group, "limit": limit, **rest}.items():
            if value:
                query[name] = value
        return query.urlencode()

    @property
    def page(self) -> str:
        """The path of the page that shows all of it: the list with its filters; a group's page where it names one."""
        if self.group and not self.selection.chosen_names:
            return self.group.get_absolute_url()
        return f"{reverse('publications:publications')}{self.selection.address(sort=None, style=None)}".rstrip("?")


def read_excerpt(data: QueryDict, *, usual_limit: int = USUAL_LIMIT) -> Excerpt:
    """The excerpt that `data` asks for. One query where a group is named, besides those of the filters."""
    selection = read_selection(data)
    excerpt = Excerpt(selection, limit=usual_limit, usual_limit=usual_limit, asks_for_nothing=selection.is_impossible)
    excerpt.problems = [problem.message for problem in selection.problems]
    slug = data.get("group", "").strip()
    if slug:
        excerpt.group = None if "\x00" in slug else Group.objects.published().filter(slug=slug[:100]).first()
        if excerpt.group is None:
            words = gettext("There is no group “%(value)s” here. Its name is the end of the address of its page.")
            excerpt.problems.append(words % {"value": printable(slug)})
            excerpt.asks_for_nothing = True
    limit = data.get("limit", "").strip()
    if limit:
        is_number = limit.isascii() and limit.isdigit() and len(limit) < 3 and 1 <= int(limit) <= MOST
        if is_number:
            excerpt.limit = int(limit)
        else:
            words = gettext("“%(value)s” is not a number from 1 to %(most)s, as “limit” asks for.")
            excerpt.problems.append(words % {"value": printable(limit), "most": MOST})
    theme = data.get("theme", "").strip()
    if theme in THEMES:
        excerpt.theme = theme
    elif theme:
        words = gettext("“%(value)s” is not known here: use %(words)s.")
        excerpt.problems.append(words % {"value": printable(theme), "words": gettext(" or ").join(THEMES)})
    return excerpt


def narrow_to(excerpt: Excerpt, publications: QuerySet) -> QuerySet:
    """`publications` as far as they are part of the excerpt, however many; what has no line yet is left out."""
    if excerpt.asks_for_nothing:
        return publications.none()
    found = apply_selection(excerpt.selection, publications).filter(digest__isnull=False)
    return found.of_group(excerpt.group) if excerpt.group else found


def find_places(excerpt: Excerpt) -> list[int]:
    """The places of its publications, newest first. One query, whose cost does not grow with the list."""
    if excerpt.asks_for_nothing:
        return []
    if excerpt.group:
        found = narrow_to(excerpt, Publication.objects.listed()).order_by("digest__place")
        return list(found.values_list("digest__place", flat=True)[: excerpt.limit])
    return [row[0] for row in run(*places_of(read_wanted(excerpt.selection), excerpt.limit))]


def load_excerpt(excerpt: Excerpt) -> list[Publication]:
    """Its publications with what their lines print; with what references print where it has a style. Two queries."""
    places = find_places(excerpt)
    return load_at(places, in_full=bool(excerpt.style)) if places else []


def name_excerpt(excerpt: Excerpt) -> str:
    """Whose publications they are, or of what: “Ada Quint”, “NeurIPS, 2024”; "" for all. One query for names."""
    values = excerpt.selection.values
    slugs = {kind: values[kind] for kind in ("author", "venue", "topic") if values.get(kind)}
    named = {(each.kind, each.slug): each.label for each in load_named(slugs)}
    words = [excerpt.group.name] if excerpt.group else []
    for name in excerpt.selection.chosen_names:
        own = [named.get((name, value), value) for value in values[name]]
        words += [*own[:MOST_NAMED], *(["…"] if len(own) > MOST_NAMED else [])]
    return gettext(", ").join(words)[:120]
