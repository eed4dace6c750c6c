"""What scripts say, in the words of the site's own pages, and what filters are called. In the active language."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext, pgettext

from labsite.context import load_lab_profile
from people.models import Person
from publications.counting import MOST_CHOICES
from publications.exporting import FORMATS
from publications.facet_names import CITED
from publications.filters import SORT_LABELS, PublicationFilter
from publications.hints import names_of_filters
from publications.models import Distinction, Publication, PublicationFacet, Topic, Venue
from publications.naming import load_named


def labels() -> dict[str, Any]:
    """The values that publications have, by parameter, and the words that name filters. Four queries."""
    slugs: dict[str, set[str]] = {"venue": set(), "topic": set(), "author": set()}
    has_citations = False
    shown = PublicationFacet.objects.filter(digest__publication__is_published=True)
    for facet in shown.order_by("facet").values_list("facet", flat=True).distinct():
        name, _colon, value = facet.partition(":")
        slugs.get("author" if name == "guest" else name, set()).add(value)
        has_citations = has_citations or facet == CITED
    slugs["author"].update(Person.objects.published().values_list("slug", flat=True))
    named = load_named({name: sorted(own) for name, own in slugs.items()})
    parents = {each.pk: each.slug for each in named if each.kind == "venue"}
    found: dict[str, Any] = {"venue": {}, "topic": {}, "author": {}, "has_citations": has_citations}
    for each in sorted(named, key=lambda each: each.slug):
        found[each.kind][each.slug] = [each.label, each.name, each.sort_key, parents.get(each.parent_id, "")]
    found["type"] = [[each.value, str(each.label)] for each in Publication.Kind]
    found["award"] = [[each.value, str(each.label)] for each in Distinction.Kind]
    found["named"] = names_of_filters(load_named({
        "venue": Venue.objects.public().order_by("slug").values_list("slug", flat=True),
        "topic": Topic.objects.public().order_by("slug").values_list("slug", flat=True),
    }))  # fmt: skip
    venues = Venue.objects.public().order_by("short_name", "name", "slug")
    found["venues"] = [[each.slug, each.label, each.search_text] for each in venues]
    found["topics"] = [[each.slug, each.name] for each in Topic.objects.public().order_by("name", "slug")]
    return found


def both(form: Any, *arguments: str) -> list[str]:
    """A message for one and for many. Its number stays %(number)s, for the script to fill in."""
    return [form(*arguments, 1), form(*arguments, 2)]


def wording() -> dict[str, Any]:
    """Messages by name; those that count things come for one and for many."""
    fields = PublicationFilter.base_filters
    return {
        "language": settings.LANGUAGE_CODE, "lab": load_lab_profile().name,
        "fields": {name: str(fields[name].label) for name in fields} | {"page": _("Page")},
        "problems": {name: str(fields[name].extra["unknown"]) for name in fields if "unknown" in fields[name].extra},
        "mends": {name: str(fields[name].extra["hint"]) for name in fields if "hint" in fields[name].extra},
        "sorts": [[value, str(label)] for value, label in SORT_LABELS.items()],
        "formats": [[form.name, form.label] for form in FORMATS.values()],
        "title": _("Publications"), "title_of": _("Publications: %(description)s"),
        "title_page": _(", page %(number)s"),
        "count": both(
            ngettext, "<strong>%(number)s</strong> publication", "<strong>%(number)s</strong> publications"
        ),
        "for_words": _("for “<bdi>%(words)s</bdi>”"),
        "chosen": both(ngettext, "%(number)s chosen", "%(number)s chosen"),
        "filters": _("Filters"), "order": _("Order"), "years": _("Years"), "bars": _("Publications by year"),
        "label": pgettext("label before a value", "%(label)s:"),
        "year_said": both(ngettext, "%(year)s: %(number)s publication", "%(year)s: %(number)s publications"),
        "is_chosen": _(", chosen"), "counted": both(npgettext, "after a number", "publication", "publications"),
        "undated": _("Undated"), "more": both(ngettext, "%(number)s more", "%(number)s more"),
        "most_choices": MOST_CHOICES,
        "most_frequent": _("The %(number)s most frequent; others are found by their words."),
        "chosen_filters": _("Chosen filters"), "remove": _(", remove this filter"),
        "remove_it": _("Remove this filter"),
        "remove_all": _("Remove these filters"), "since": _("Since:"), "until": _("Until:"), "words": _("Words:"),
        "with_code": _("With code"), "without_workshops": _("Without workshops"), "clear": _("Clear all"),
        "meant": _("Do you mean the filters"), "meant_publications": _("Do you mean the publications that are"),
        "question": pgettext("end of a question", "?"),
        "hint_since": _("since %(year)s"), "hint_until": _("until %(year)s"), "hint_code": _("with code"),
        "take": both(ngettext, "Take it along:", "Take all %(number)s along:"), "feed": _("Atom feed"),
        "none": _("No publication fits all the chosen filters."), "show_all": _("Show all publications"),
        "without": both(
            ngettext, '<a href="%(address)s">Without “%(label)s”</a>: %(number)s publication',
            '<a href="%(address)s">Without “%(label)s”</a>: %(number)s publications',
        ),
        "pages": _("Pages"), "previous": _("Previous"), "next": _("Next"), "page_of": _("Page %(number)s of %(pages)s"),
        "no_page": _("There is no page “%(asked)s”: this list has %(pages)s. You see the first."),
        "no_year": _("“%(value)s” is not a year. Write four digits."), "first_page": _("Show the first page"),
        "clear_filters": _("Clear all"), "people": _("People"), "publications": _("Publications"),
        "venues": _("Venues"), "topics": _("Topics"), "news": _("News"), "all_news": _("All news"),
        "all_of_name": _("All members of this name"), "all_of_them": _("All of them, with filters"),
        "search": _("Search"), "search_for": _("Search for “%(words)s”"),
        "nothing": _("Nothing here holds all the words of “<bdi>%(words)s</bdi>”."),
        "try": _('Try fewer words, or browse <a href="%(people_page)s">the people</a> and '
                 '<a href="%(publications_page)s">the publications</a>.'),
        "nobody": _("Nobody fits all of this."), "everyone": _("Show everyone"),
        "people_count": both(ngettext, "<strong>%(number)s</strong> person", "<strong>%(number)s</strong> people"),
    }  # fmt: skip
