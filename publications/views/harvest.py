"""OAI-PMH for libraries."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from labsite.context import load_lab_profile
from labsite.lib.web import same_in_every_language, site_root
from publications.models import Publication
from publications.oai import Repository, answer


@csrf_exempt  # a harvester may POST its question; nothing is ever written
@require_http_methods(["GET", "HEAD", "POST"])
@same_in_every_language
def oai(request: HttpRequest) -> HttpResponse:
    """Answers one OAI-PMH request about the listed publications."""
    root = site_root(request)
    profile = load_lab_profile()
    repository = Repository(
        name=profile.name,
        root=root,
        base_url=f"{root}{reverse('publications:oai')}",
        email=settings.DEFAULT_FROM_EMAIL,
        publications=Publication.objects.listed(),
    )
    arguments = request.POST if request.method == "POST" else request.GET
    return HttpResponse(answer(repository, arguments.lists(), timezone.now()), content_type="text/xml; charset=utf-8")
