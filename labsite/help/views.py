"""`/help/`: for whoever has an account. The same for everybody; asks no database but for the frame and the account."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from labsite.help.documents import document_paths, load_document, load_documents
from labsite.help.searching import find_sections
from labsite.lib.questions import problem_of_words
from labsite.lib.search import read_question


@require_safe
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """The guides, the other documents, and what is found in them."""
    documents = load_documents(get_language() or "")
    words = request.GET.get("q", "").strip()
    problem = problem_of_words(words) if words else ""
    context = {
        "guides": [each for each in documents if each.is_guide],
        "others": sorted((each for each in documents if not each.is_guide), key=lambda each: each.title),
        "words": "" if problem else words,
        "problem": problem,
        "hits": [] if problem else find_sections(documents, read_question(words)),
    }
    return render(request, "help/index.html", context)


@require_safe
@login_required
def document(request: HttpRequest, slug: str) -> HttpResponse:
    """One document."""
    if slug not in document_paths():
        raise Http404(gettext("There is no such guide."))
    return render(request, "help/document.html", {"document": load_document(slug, get_language() or "")})
