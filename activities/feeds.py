"""News as an Atom feed."""

from __future__ import annotations

import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from activities.models import NewsItem
from activities.news import read_news_selection
from labsite.context import load_lab_profile
from labsite.headers import let_scripts_read
from labsite.lib.atom import MEDIA_TYPE, Entry, Feed, tag_uri, write_feed
from labsite.lib.markdown import plain_text
from labsite.lib.web import same_in_every_language, site_root
from labsite.page_cache.marking import shared_page

NEWEST = 50


@shared_page("kind", "person")
@require_safe
@same_in_every_language
def news(request: HttpRequest) -> HttpResponse:
    """The fifty newest items, under the filters of the news page. Four queries."""
    root, name = site_root(request), load_lab_profile().name
    selection = read_news_selection(request.GET)
    query = f"?{selection.query}" if selection.query else ""
    page = f"{root}{reverse('activities:news')}"
    feed = Feed(
        title=f"{name}: {gettext('news')}",
        address=page + query,
        own_address=f"{root}{reverse('activities:news_feed')}{query}",
        entries=[make_entry(item, page + query, root) for item in selection.items.with_relations()[:NEWEST]],
        author=name,
    )
    response = HttpResponse(write_feed(feed), content_type=MEDIA_TYPE)
    let_scripts_read(response)
    return response


def make_entry(item: NewsItem, page: str, root: str) -> Entry:
    day = datetime.datetime.combine(item.sort_date.earliest, datetime.time(), tzinfo=datetime.UTC)
    text = plain_text(item.body)
    return Entry(
        identifier=tag_uri(root, f"news/{item.pk}"),
        title=text if len(text) <= 120 else f"{text[:118].rstrip()}…",
        address=f"{page}#news-{item.pk}",
        updated=day,
        published=day,
        summary=text,
        categories=(item.get_kind_display(),),
        authors=tuple(person.name for person in item.people.all()),
    )
