"""Publications as feeds, under the filters of the list and a group's: what changed last in Atom, the list in JSON."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, to_locale
from django.views.decorators.http import require_safe

from labsite.context import load_lab_profile
from labsite.headers import let_scripts_read
from labsite.lib import json_feed
from labsite.lib.atom import MEDIA_TYPE, Entry, Feed, tag_uri, write_feed
from labsite.lib.web import ENDLESS, same_in_every_language, site_root
from labsite.page_cache.marking import shared_page
from publications.excerpts import MOST, Excerpt, find_places, name_excerpt, narrow_to, read_excerpt
from publications.models import Publication
from publications.printing import distinction_text, in_words
from publications.rows import row_authors
from publications.views import SELECTION


@shared_page(*SELECTION, "group")
@require_safe
@same_in_every_language
def publications(request: HttpRequest) -> HttpResponse:
    """The fifty publications changed last; an empty feed where a filter means nothing."""
    excerpt = read_excerpt(request.GET)
    found = narrow_to(excerpt, Publication.objects.listed()).with_rows()
    rows = found.order_by("-digest__changed_at", "-pk")[:MOST]
    feed = make_feed(request, excerpt, "publications:feed", [make_entry(each, site_root(request)) for each in rows])
    return answer(write_feed(feed), MEDIA_TYPE, excerpt)


@shared_page(*SELECTION, "group", "limit")
@require_safe
@same_in_every_language
def publications_json(request: HttpRequest) -> HttpResponse:
    """The newest publications, to be listed by another site; an empty feed where a filter means nothing."""
    excerpt = read_excerpt(request.GET, usual_limit=MOST)
    rows = {
        row.digest.place: row
        for row in Publication.objects.published().filter(digest__place__in=find_places(excerpt)).with_rows()
    }
    entries = [make_entry(rows[place], site_root(request), in_full=True) for place in sorted(rows)]
    feed = make_feed(request, excerpt, "publications:json_feed", entries)
    text = json_feed.write_json_feed(feed, to_locale(settings.LANGUAGE_CODE).replace("_", "-"))
    return answer(text, json_feed.MEDIA_TYPE, excerpt)


def answer(text: str, media_type: str, excerpt: Excerpt) -> HttpResponse:
    response = HttpResponse(text, content_type=media_type)
    let_scripts_read(response)
    if excerpt.is_narrowed:
        response.headers["X-Robots-Tag"] = ENDLESS
    return response


def make_feed(request: HttpRequest, excerpt: Excerpt, address: str, entries: list[Entry]) -> Feed:
    root, name = site_root(request), load_lab_profile().name
    # A feed of a filter that means nothing is not the feed of everything.
    query = request.GET.urlencode() if excerpt.problems else excerpt.filters
    return Feed(
        title=f"{name}: {name_excerpt(excerpt) or gettext('publications')}",
        address=f"{root}{excerpt.page}",
        own_address=f"{root}{reverse(address)}{f'?{query}' if query else ''}",
        entries=entries,
        author=name,
    )


def make_entry(publication: Publication, root: str, *, in_full: bool = False) -> Entry:
    """The entry of a publication loaded by `with_rows()`; `in_full` with what a list in JSON tells besides."""
    row = publication.row
    title = gettext("[Retracted] %(name)s") % {"name": row["title"]} if row["is_retracted"] else row["title"]
    said = [distinction_text(each) for each in row["distinctions"]] + [
        in_words(each["label"]) for each in row["notices"]
    ]
    authors, summary = tuple(author.printed_name for author in row_authors(row)), " · ".join([row["venue_tag"], *said])
    named = ", ".join(authors if row["is_complete"] else [*authors, gettext("and others")])
    return Entry(
        identifier=tag_uri(root, f"publication/{publication.pk}"),
        title=title,
        address=f"{root}{publication.get_absolute_url()}",
        updated=publication.digest.changed_at,
        published=day_of(publication) if in_full else None,
        authors=authors,
        summary=summary,
        content=". ".join(part for part in (named, title, summary) if part) if in_full else "",
        details={"_publication": details_of(publication)} if in_full else {},
    )


def day_of(publication: Publication) -> datetime.datetime | None:
    """When it was published, at the beginning of the day; None where the day is not known."""
    date = publication.date
    if date is None or date.day is None:
        return None
    return datetime.datetime.combine(date.earliest, datetime.time(), tzinfo=datetime.UTC)


def details_of(publication: Publication) -> dict[str, Any]:
    """What a list of publications prints and JSON Feed has no member for."""
    row = publication.row
    own = {
        "type": publication.kind,
        "year": publication.year,
        "venue": row["venue_name"] or row["venue_tag"],
        "authors_complete": row["is_complete"],
        "links": [{"label": link["label"], "url": link["url"]} for link in row["links"]],
        "code": row["code"],
    }
    return {name: value for name, value in own.items() if value not in ("", None, [])}
