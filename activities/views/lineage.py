"""Who guided whom, as a drawing and as nested lists; `?person=` narrows both to one person's line."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.core.validators import slug_re
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from activities.lineage import Edge, all_edges, make_forest
from activities.lineage.drawing import draw_file, kinds_of
from activities.lineage.pictures import make_legend, make_pictures
from activities.lineage.trees import edges_about, make_trees, people_of, stays_by_person
from labsite.lib.questions import printable
from labsite.lib.web import attachment, site_root
from labsite.page_cache.marking import shared_page
from people.addresses import follow_people
from people.models import Person


@dataclass
class Line:
    """What is asked for: whose line, or everybody's, and what is wrong with the question."""

    edges: list[Edge]
    everybody: list[Person]
    person: Person | None = None
    problem: str = ""
    choices: list[tuple[str, str]] = field(default_factory=list)


def read_line(request: HttpRequest) -> Line:
    """The edges that `?person=` asks for. Costs two more queries where nobody of that name has an edge."""
    edges = all_edges()
    people = people_of(edges)
    line = Line(edges, list(people.values()))
    slug = request.GET.get("person", "")
    if not slug:
        return line
    by_slug = {person.slug: person for person in line.everybody}
    line.person = by_slug.get(slug) or find_person(slug)
    if line.person is None:
        line.problem = _("There is no person “%(person)s” here.") % {"person": printable(slug)}
        return line
    line.edges = edges_about(edges, line.person)
    return line


def find_person(slug: str) -> Person | None:
    """A published person by the end of their address, also one from before a merge."""
    if not slug_re.match(slug):
        return None
    found = Person.objects.published().filter(slug=slug).first()
    led = {} if found else follow_people([slug])
    return Person.objects.published().filter(slug=led[slug]).first() if led else found


def name_choices(people: list[Person]) -> list[tuple[str, str]]:
    """(slug, name) of everybody; those who share a name are told apart by the end of their address."""
    names = [person.name for person in people]
    shared = {name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else set()
    return [
        (person.slug, f"{person.name} ({person.slug})" if person.name in shared else person.name) for person in people
    ]


@shared_page("person")
@require_safe
def mentorship(request: HttpRequest) -> HttpResponse:
    """Who guided whom, as drawings and as nested lists."""
    line = read_line(request)
    trees = make_trees(line.edges, stays_by_person(timezone.localdate()))
    file = reverse("activities:tree_svg")
    context = {
        "section": "mentorship",
        "forest": make_forest(line.edges),
        "pictures": make_pictures(trees),
        "legend": make_legend(line.edges),
        "count": len(line.edges),
        "person": line.person,
        "problem": line.problem,
        "choices": name_choices(line.everybody),
        "file": f"{file}?person={line.person.slug}" if line.person else file,
    }
    return render(request, "activities/mentorship.html", context)


@shared_page("person")
@require_safe
def tree_svg(request: HttpRequest) -> HttpResponse:
    """The same drawings as one file that needs nothing else. A person who is not here has none: 404."""
    line = read_line(request)
    if line.problem:
        raise Http404(line.problem)
    trees = make_trees(line.edges, stays_by_person(timezone.localdate()))
    title = _("The line of %(name)s") % {"name": line.person} if line.person else _("Who guided whom")
    root = site_root(request)
    data = draw_file(trees, title, kinds_of(line.edges), lambda person: f"{root}{person.get_absolute_url()}")
    name = f"mentorship-{line.person.slug}.svg" if line.person else "mentorship.svg"
    return attachment(data, "image/svg+xml; charset=utf-8", name)
