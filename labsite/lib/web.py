"""Addresses and headers. Pure: reads the request, asks nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache, wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.translation import get_language

# For answers of which there are as many as combinations of filters: `X-Robots-Tag`, as Google and Bing read it.
ENDLESS = "noindex, nofollow"
# For pictures of somebody who asked not to be in search engines; their page says the same in its head.
UNLISTED = "noindex, noimageindex"


def address_of(name: str, slug: str) -> str:
    """What `reverse(name, args=[slug])` gives for a slug, thirty times as fast: lists print thousands."""
    before, after = around_slug(name, get_language())
    return f"{before}{slug}{after}"


@lru_cache(maxsize=256)
def around_slug(name: str, language: str | None, *further: str) -> tuple[str, str]:
    """What stands before and after the slug in the addresses of a page in one language; `further` follow the slug."""
    with translation.override(language):
        before, _, after = reverse(name, args=["slug-stands-here", *further]).partition("slug-stands-here")
    return before, after


def plain_address(name: str, *arguments: str) -> str:
    """The address of what is the same in every language: files, feeds. For few different arguments: all are kept."""
    return _address_in(settings.LANGUAGE_CODE, name, *arguments)


@lru_cache(maxsize=256)
def _address_in(language: str, name: str, *arguments: str) -> str:
    with translation.override(language):
        return reverse(name, args=arguments)


@contextmanager
def plain_addresses() -> Iterator[None]:
    """Within, addresses have no language in front: identifiers are the same on the pages of every language."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


def plain_address_of(record: Any, root: str = "") -> str:
    """The address of a record's page in the site's first language, by which programs know the record."""
    with plain_addresses():
        return f"{root}{record.get_absolute_url()}"


def same_in_every_language(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A view for machines: it answers the same bytes whatever language its address begins with."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with plain_addresses():
            response = view(request, *args, **kwargs)
        if response.streaming:
            response.streaming_content = _plain_pieces(response.streaming_content)
        response.headers["Content-Language"] = settings.LANGUAGE_CODE
        return response

    return answer


def _plain_pieces(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a stream, each made in the site's first language: they are made after the view has answered."""
    pieces = iter(pieces)
    while True:
        with plain_addresses():
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


def in_language(path: str, language: str = "") -> str:
    """A path of this site with a language in front, the active one unless named, where it is not the site's first."""
    language = language or get_language() or settings.LANGUAGE_CODE
    return path if language == settings.LANGUAGE_CODE or not path.startswith("/") else f"/{language}{path}"


def as_linked(path: str) -> str:
    """An address of the lab's own navigation, in the active language where this site has it in that language.

    What has one address for all languages (exports, the API), and other sites, are left as they are.
    """
    if not path.startswith("/"):
        return path
    return _as_linked(without_language(path), get_language() or settings.LANGUAGE_CODE)


@lru_cache(maxsize=512)
def _as_linked(path: str, language: str) -> str:
    with translation.override(language):
        localised = in_language(path)
        try:
            resolve(urlsplit(localised).path)
        except Resolver404:
            return path
    return localised


def without_language(path: str) -> str:
    """A path of this site as it is in the site's first language; never one that a browser takes for another host."""
    language = translation.get_language_from_path(path)
    plain = path.removeprefix(f"/{language}") if language else path
    return "/" + plain.lstrip("/\\") if plain[1:2] in ("/", "\\") else plain


def attachment(content: bytes | str, content_type: str, name: str) -> HttpResponse:
    """A file that browsers save under `name`, which holds no quotation mark."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)


def refusal(problems: Iterable[str], status: int = 400) -> HttpResponse:
    """What is wrong with the question, a line each, in place of a file that would answer another one."""
    words = "".join(f"{problem}\n" for problem in problems)
    return HttpResponse(words, content_type="text/plain; charset=utf-8", status=status)


def site_root(request: HttpRequest) -> str:
    """The site's address without a slash at the end, “https://lab.example.org”: `SITE_URL`, else as this visitor came.

    Identifiers of feeds and harvests hold it: an installation that answers under several names sets `SITE_URL`.
    """
    return settings.SITE_URL or f"{request.scheme}://{request.get_host()}"


def schema_organization(address: str, parent: Any, **values: str) -> dict[str, Any]:
    """A research organization as schema.org describes it. `parent` has a name and an address, or is None."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "ResearchOrganization",
        "@id": f"{address}#organization",
        "url": address,
        **values,
    }
    if parent:
        data["parentOrganization"] = {"@type": "Organization", "name": parent.name, "url": parent.url}
    return {key: value for key, value in data.items() if value}
