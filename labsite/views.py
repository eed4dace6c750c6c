"""Pages of the house: home, search, health, robots and errors."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseServerError, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils import timezone
from django.views.decorators.http import require_safe

from activities.models import NewsItem
from people.models import Group, Person
from publications.models import Publication, Venue

NEWS_ON_HOME = 6
SELECTED_ON_HOME = 6
RESULTS_PER_KIND = 20
MAX_QUERY_LENGTH = 200


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Who we are, the groups, the people, selected papers and the latest news."""
    today = timezone.localdate()
    context = {
        "today": today,
        "groups": Group.objects.published().with_page_relations(),
        "members": Person.objects.published().current(today).with_memberships(),
        "publications": Publication.objects.listed().selected().with_list_relations()[:SELECTED_ON_HOME],
        "news": NewsItem.objects.public().newest_first().with_relations()[:NEWS_ON_HOME],
    }
    return render(request, "labsite/home.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """People, publications and venues that hold every word of `?q=`."""
    words, problem = read_search_words(request.GET.get("q", ""))
    context = {"search_words": words, "problem": problem}
    if words and not problem:
        context |= {
            "people": Person.objects.published().search(words).with_memberships()[:RESULTS_PER_KIND],
            "publications": Publication.objects.listed().search(words).with_list_relations()[:RESULTS_PER_KIND],
            "venues": Venue.objects.search(words)[:RESULTS_PER_KIND],
        }
    return render(request, "labsite/search.html", context)


def read_search_words(text: str) -> tuple[str, str]:
    """The words to search for, and what is wrong with them in words ("" where nothing is)."""
    if "\x00" in text:
        return "", "The search holds a character that cannot be searched for. Please type it again."
    words = text.strip()
    if len(words) > MAX_QUERY_LENGTH:
        return words[:MAX_QUERY_LENGTH], f"Please search for at most {MAX_QUERY_LENGTH} characters."
    return words, ""


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Says that the process answers; touches no database."""
    return JsonResponse({"status": "ok"})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /search/", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", {"path": request.path[:200]}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """A page that needs neither the database nor the context processors, since either may be what failed."""
    return HttpResponseServerError(loader.render_to_string("500.html"))
