"""New publications as an Atom feed, under the same filters as the list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from labsite.context import load_lab_profile
from labsite.lib.atom import MEDIA_TYPE, Entry, Feed, tag_uri, write_feed
from labsite.lib.web import same_in_every_language, site_root
from labsite.page_cache.marking import shared_page
from publications.facets import describe_values
from publications.filters import apply_selection, read_selection
from publications.models import Publication
from publications.printing import distinction_text, in_words
from publications.rows import row_authors
from publications.views import SELECTION

NEWEST = 50


@shared_page(*SELECTION)
@require_safe
@same_in_every_language
def publications(request: HttpRequest) -> HttpResponse:
    """The fifty publications changed last; an empty feed where a filter means nothing."""
    root = site_root(request)
    selection = read_selection(request.GET)
    found = apply_selection(selection, Publication.objects.listed()).filter(digest__isnull=False)
    name, described = load_lab_profile().name, describe_values(selection)
    # A feed of a filter that means nothing is not the feed of everything.
    query = f"?{request.GET.urlencode()}" if selection.problems else selection.address().rstrip("?")
    feed = Feed(
        title=f"{name}: {described or gettext('publications')}",
        address=f"{root}{reverse('publications:publications')}{selection.address().rstrip('?')}",
        own_address=f"{root}{reverse('publications:feed')}{query}",
        entries=[make_entry(each, root) for each in found.with_rows().order_by("-digest__changed_at", "-pk")[:NEWEST]],
        author=name,
    )
    return HttpResponse(write_feed(feed), content_type=MEDIA_TYPE)


def make_entry(publication: Publication, root: str) -> Entry:
    row = publication.row
    title = gettext("[Retracted] %(name)s") % {"name": row["title"]} if row["is_retracted"] else row["title"]
    said = [distinction_text(each) for each in row["distinctions"]] + [
        in_words(each["label"]) for each in row["notices"]
    ]
    return Entry(
        identifier=tag_uri(root, f"publication/{publication.pk}"),
        title=title,
        address=f"{root}{publication.get_absolute_url()}",
        updated=publication.digest.changed_at,
        authors=tuple(author.printed_name for author in row_authors(row)),
        summary=" · ".join([row["venue_tag"], *said]),
    )
