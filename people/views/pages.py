"""People and groups, as visitors see them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from activities.models import NewsItem
from activities.profile import Profile, load_page_profile
from labsite.lib.questions import printable
from labsite.lib.together import Plan
from labsite.lib.web import ENDLESS, plain_address_of, schema_organization, site_root
from labsite.page_cache.marking import shared_page
from labsite.publishing import PUBLISHED
from people.directory import Directory, Entry, Place, load_directory
from people.filters import (
    LETTER_NAMES,
    NAMES,
    PLACES,
    STATUSES,
    PersonSelection,
    find_people,
    read_person_selection,
)
from people.models import Group, Membership, Person
from publications.models import Publication

SECTION = "people"
PAPERS_OF_A_GROUP = 20
NEWS_OF_A_GROUP = 6
AUTHORS_IN_A_FILTER = 50
LONGEST_NUMBER = 7  # digits of a page's number
SLUG = re.compile(r"[\w-]{1,80}\Z")


@shared_page(*NAMES, *PLACES)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Members by role, those who will come, and alumni with where they went; of many people a page by the alphabet."""
    selection = read_person_selection(request.GET, timezone.localdate())
    asked = request.GET.get("page", "")
    number = max(1, int(asked)) if asked.isdecimal() and len(asked) < LONGEST_NUMBER else 1
    after, before = (slug if SLUG.match(slug := request.GET.get(name, "")) else "" for name in ("after", "before"))
    directory = find_people(selection, Place(number, after, before))
    if asked and asked != str(directory.page):
        words = _("There is no page %(number)s. You see the first.") % {"number": printable(asked)}
        selection.problems.append((_("Pages"), words))
    entries = directory.entries
    context = {
        "section": SECTION,
        "selection": selection,
        "statuses": STATUSES,
        "roles": Membership.Role.choices,
        "groups": GROUPS.load()["groups"],
        "directory": directory,
        "letters": LETTER_NAMES if directory.is_long and leads_to_letters(request, selection) else {},
        "newer": neighbour(selection, directory.page - 1, before=entries[0]) if directory.has_previous else "",
        "older": neighbour(selection, directory.page + 1, after=entries[-1]) if directory.has_next else "",
    }
    response = render(request, "people/people.html", context)
    if selection.is_combined:
        response.headers["X-Robots-Tag"] = ENDLESS
    return response


def leads_to_letters(request: HttpRequest, selection: PersonSelection) -> bool:
    """Whether a list may be narrowed to a letter besides: a published copy has files of one filter each."""
    return PUBLISHED not in request.META or not any(own for name, own in selection.values.items() if name != "letter")


def neighbour(selection: PersonSelection, number: int, **place: Entry) -> str:
    """The query string of the page before or behind the one that ends with an entry; the first needs none."""
    if number == 1:
        return selection.address()
    return selection.address(page=str(number), **{name: entry.person.slug for name, entry in place.items()})


GROUPS = Plan(lambda: {"groups": Group.objects.published().values_list("slug", "name")})


def find_person(request: HttpRequest, slug: str) -> Person:
    """The person, if published or if the viewer may preview this draft. One query."""
    found = PERSON.load(slug=slug)["people"]
    if not found:
        raise Http404
    person = found[0]
    if not person.is_published and not person.is_managed_by(request.user):
        raise Http404
    return person


PERSON = Plan(
    lambda slug: {"people": Person.objects.filter(slug=slug).with_memberships().prefetch_related("links")}, slug=str
)


@shared_page()
@require_safe
def person(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything a person's homepage and CV would say."""
    profile = load_page_profile(find_person(request, slug), request.user, timezone.localdate())
    context = {"section": SECTION, "profile": profile, "person": profile.person, "today": profile.today}
    context["crumbs"] = [(_("People"), reverse("people:people"))]
    context["contents"] = contents_of(profile)
    context["schema"] = schema_profile(profile, site_root(request))
    return render(request, "people/person.html", context)


def contents_of(profile: Profile) -> list[tuple[str, str]]:
    """The parts that the person's page has, in its order: the id of each and its heading."""
    parts = [
        ("research", _("Research"), profile.areas or profile.research or profile.interests),
        ("projects", _("Projects"), profile.projects),
        *((f"section-{section.pk}", section.heading, True) for section in profile.remarks),
        ("news", _("News"), profile.news),
        ("publications", _("Publications"), profile.publications),
        ("coauthors", _("Co-authors"), profile.coauthors),
        ("experience", _("Experience"), profile.positions),
        ("education", _("Education"), profile.education),
        ("awards", _("Awards and honours"), profile.awards),
        ("grants", _("Grants"), profile.grant_roles),
        ("mentorship", _("Mentorship"), profile.mentees or profile.mentors),
        ("service", _("Service"), profile.services),
        ("talks", _("Talks"), profile.talks),
        ("skills", _("Skills"), profile.skills),
        ("metrics", _("Figures others publish"), profile.metrics),
    ]
    return [(anchor, label) for anchor, label, is_there in parts if is_there]


def schema_profile(profile: Profile, root: str) -> dict[str, Any]:
    """The person as schema.org's ProfilePage describes them: what the page shows to everyone. No query."""
    person, stay = profile.person, profile.membership
    orcid = [f"https://orcid.org/{person.orcid}"] if person.orcid else []
    links = [link.url for link in person.links.all() if link.url] if person.show_links else []
    address = plain_address_of(person, root)
    organization = stay.group.organization if stay and stay.group and stay.group.is_published else None
    data = {
        "@type": "Person",
        "@id": f"{address}#person",
        "name": person.name,
        "givenName": person.given_name,
        "familyName": person.family_name,
        "alternateName": person.native_name,
        "description": person.headline,
        "url": address,
        "sameAs": [*orcid, *links],
        "jobTitle": stay.role_text if stay else "",
        "affiliation": {"@type": "Organization", "name": str(organization)} if organization else None,
        "alumniOf": [
            {"@type": "EducationalOrganization", "name": name}
            for name in dict.fromkeys(str(degree.organization) for degree in profile.education if degree.end)
        ],
    }
    page = {"@context": "https://schema.org", "@type": "ProfilePage", "url": address}
    return {**page, "mainEntity": {key: value for key, value in data.items() if value}}


@shared_page()
@require_safe
def group(request: HttpRequest, slug: str) -> HttpResponse:
    """A group: what it does, who belongs to it, what it published."""
    found = get_object_or_404(Group.objects.with_page_relations(), slug=slug)
    if not found.is_published and not request.user.has_perm("people.view_group"):
        raise Http404
    today = timezone.localdate()
    rows = GROUP.load(group=found.pk)
    papers = rows["publications"]
    directory = load_directory(today, group=slug)
    context = {
        "section": SECTION,
        "group": found,
        "directory": directory,
        "everybody": f"{reverse('people:people')}?group={slug}" if directory.has_next else "",
        "publications": papers[:PAPERS_OF_A_GROUP],
        "all_publications": publications_address(directory) if len(papers) > PAPERS_OF_A_GROUP else "",
        "schema": schema_organization(
            plain_address_of(found, site_root(request)),
            found.organization,
            name=found.name,
            alternateName=found.short_name,
            sameAs=found.url,
            description=found.summary,
        ),
        "news": rows["news"],
        "today": today,
        "crumbs": [(_("People"), reverse("people:people"))],
    }
    return render(request, "people/group.html", context)


def group_querysets(group: int) -> dict[str, QuerySet]:
    """The newest of what the group with this key published and what is told of it."""
    news = NewsItem.objects.public().filter(groups=group).newest_first().with_relations()
    return {
        "publications": Publication.objects.listed().of_group(group).with_rows()[: PAPERS_OF_A_GROUP + 1],
        "news": news[:NEWS_OF_A_GROUP],
    }


GROUP = Plan(group_querysets, group=int)


def publications_address(directory: Directory) -> str:
    """The publication list narrowed to these people; the whole list where they are more than it takes."""
    slugs = [entry.person.slug for entry in directory.entries]
    query = urlencode({"author": slugs}, doseq=True) if directory.count <= AUTHORS_IN_A_FILTER else ""
    return f"{reverse('publications:publications')}?{query}".rstrip("?")
