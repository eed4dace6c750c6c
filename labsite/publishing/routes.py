"""Which addresses of the site are published, and why others are not."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from activities.models import Project
from labsite.lib.web import ENDLESS, UNLISTED, around_slug, plain_address, plain_addresses
from labsite.models import OldPath, Page
from labsite.publishing.problems import PublishingError
from labsite.sitemaps import LISTS, SITEMAPS
from people.models import Group, OldAddress, Person
from publications.exporting import FORMATS
from publications.models import OldSlug, Publication, Topic, Venue

# What a file server cannot do: by the name of a route, or the part of it before the colon.
NOT_PUBLISHED = {
    "admin": "is for editors",
    "members": "is for members, who sign in",
    "api": "answers questions; `publications/export.json` and the pages' own files hold the same records",
    "publications:oai": "is asked with arguments",
    "publications:embed_one": "is what `/oembed` leads to",
    "publications:oembed": "answers questions about addresses",
    "publications:references": "formats what is listed on demand; each publication's page has its references",
    "activities:report": "is for those who are signed in",
    "activities:report_file": "is for those who are signed in",
    "help": "is for those who are signed in",
    "styleguide": "is for developers",
    "healthz": "says whether a server runs",
    "readyz": "says whether a server runs",
    "metrics": "says how a server runs",
}
EXCERPTS = ("venue", "year", "topic", "author", "group")
# The one parameter of a query string that may choose what a list shows, besides its page: each value a file.
CHOSEN_BY = {
    "publications:publications": ("venue", "year"),
    "publications:feed": EXCERPTS,
    "publications:json_feed": EXCERPTS,
    "publications:embed": EXCERPTS,
    "publications:export": ("venue", "year"),
    "people:people": ("status", "role", "group", "letter"),
    "activities:awards": ("by",),
    "activities:news": ("kind", "person"),
    "activities:news_feed": ("kind", "person"),
    "activities:mentorship": ("person",),
    "activities:tree_svg": ("person",),
    "activities:figures": ("group",),
    "activities:figure_svg": ("group",),
    "activities:figure_csv": ("group",),
    "people:cv": ("style",),
    "people:cv_pdf": ("style",),
    "sitemap": ("p",),
}
# Lists that scripts narrow further, in the browser, by the query string.
NARROWED_IN_BROWSER = {"publications:publications", "people:people", "search"}


def reason_against(name: str) -> str:
    """Why the route of this name is not published; "" for one that is."""
    return NOT_PUBLISHED.get(name) or NOT_PUBLISHED.get(name.partition(":")[0], "")


def languages() -> list[str]:
    """The site's languages, the first one before the others."""
    others = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
    return [settings.LANGUAGE_CODE, *others]


def first_addresses() -> Iterator[str]:
    """Where a visit of the whole site begins: every list, every record's page and files. One query a kind of record.

    Pages lead to what else there is: pictures, cards, style sheets, other languages, further pages of lists.
    """
    with plain_addresses():
        yield from (reverse(name) for name in ("robots", "sitemaps", "publications:feed", "activities:news_feed"))
        yield from (reverse(name) for name in ("publications:json_feed", "publications:embed"))
        yield from (reverse("sitemap", args=[section]) for section in SITEMAPS)
        yield from (reverse("publications:export", args=[name]) for name in FORMATS)
    for language in languages():
        with translation.override(language):
            yield from (reverse(name) for name in [*LISTS, "search"])
            yield from records()
    with plain_addresses():  # last: a page goes before a redirect that would be the same file
        yield from old_addresses()


def records() -> Iterator[str]:
    """The addresses of every public record in the active language; of files only where it is the site's first."""
    for slug in slugs_of(Publication.objects.published()):
        yield reverse("publications:publication", args=[slug])
        with plain_addresses():
            yield reverse("publications:linkset", args=[slug])
            yield from (reverse("publications:cite", args=[slug, name]) for name in FORMATS)
    for slug in slugs_of(Person.objects.published()):
        yield reverse("people:person", args=[slug])
    shelves = {"people:group": Group.objects.published(), "activities:project": Project.objects.published()}
    shelves |= {"publications:venue": Venue.objects.public(), "publications:topic": Topic.objects.public()}
    for name, rows in {**shelves, "page": Page.objects.published()}.items():
        yield from (reverse(name, args=[slug]) for slug in slugs_of(rows))


def slugs_of(rows) -> Iterator[str]:
    """Raises `PublishingError` for a record that was stored, past every form, without the end of its address."""
    for slug, key in rows.order_by("slug").values_list("slug", "pk").iterator():
        if not slug:
            raise PublishingError(
                f"The {rows.model._meta.verbose_name} with the key {key} has no slug: give it one in the admin."
            )
        yield slug


def kept_from_search_engines() -> Iterator[tuple[str, str]]:
    """What the site's `X-Robots-Tag` says of files, as (path in the copy, value). One query.

    A part `:slug` of a path stands for any, `*` for whatever follows: web spaces take few rules, so that only who asked
    not to be found has rules of their own. Pages say it in their head.
    """
    for language in languages():
        for name in ("people:cv_pdf", "people:resume", "people:bibliography"):
            before, after = around_slug(name, language)
            yield f"{before}:slug{after}", "noindex"
            stem, _, ending = after.rpartition(".")
            yield from ((f"{before}:slug{stem}/{each}/*.{ending}", "noindex") for each in CHOSEN_BY.get(name, ()))
    yield plain_address("publications:export", "bib").removesuffix(".bib") + "*", ENDLESS
    yield plain_address("sitemaps").removesuffix(".xml") + "*.xml", "noindex, noodp, noarchive"  # as Django has it
    yield plain_address("publications:feed").removesuffix(".atom") + "/*", ENDLESS
    people = Person.objects.published().filter(kept_out_of_search=True).order_by("slug")
    for slug, photo, may_be_seen in people.values_list("slug", "photo", "photo_consent"):
        yield plain_address("card", "people", slug), UNLISTED
        if photo and may_be_seen:
            yield f"{settings.MEDIA_URL}{photo.rpartition('.')[0]}*", UNLISTED  # in every size


def old_addresses() -> Iterator[str]:
    """What leads elsewhere since a merge, or since the former website."""
    yield from OldAddress.objects.filter(person__is_published=True).order_by("path").values_list("path", flat=True)
    yield from OldPath.objects.order_by("path").values_list("path", flat=True)
    for slug, of_publication in OldSlug.objects.order_by("slug").values_list("slug", "publication"):
        yield reverse("publications:publication" if of_publication else "publications:venue", args=[slug])
        if of_publication:
            yield from (reverse("publications:cite", args=[slug, name]) for name in FORMATS)
