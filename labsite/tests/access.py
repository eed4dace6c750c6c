"""Who reaches what: every address of the resolver, asked by every role, as lines of a table.

`labsite/tests/access.txt` is the reviewed table. `ACCESS=write` with pytest writes it anew, to be read as a diff.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group as AccountGroup
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import LocalePrefixPattern, get_resolver, reverse
from django.urls.resolvers import RoutePattern, URLPattern, URLResolver

from activities.models import Project
from labsite.merging import merge
from labsite.models import LabProfile, Merge, OldPath, Page, SiteImport
from labsite.tests.documents import keep_document
from labsite.tests.factories import make_member, make_news, make_publication, make_venue
from labsite.tests.members import give_photo, make_account, make_own
from labsite.tests.world import make_world
from people.models import Group, ProfileChange, RemovalRequest
from publications.digests import flush_changes
from publications.models import Import, Topic, Venue

TABLE = Path(__file__).parent / "access.txt"
ROLES = ("anonymous", "disabled", "member", "member-staff", "editor", "data-manager", "superuser")
METHODS = ("GET", "POST")  # others are refused everywhere: test_surface.py
SECRET = "Zebulon Hush"  # a draft's name or title: only editors may see it
WORDS = {
    200: "page", 301: "moved", 302: "leads-on", 304: "page", 400: "wrong", 403: "refused", 404: "absent",
    405: "no-verb", 409: "conflict", 410: "gone", 422: "mend", 429: "later", 503: "unready",
}  # fmt: skip
PARAMETER = re.compile(r"<(?:[a-z_]+:)?([a-z_0-9]+)>")


@dataclass(frozen=True)
class Route:
    """An address of the resolver: its name, and its pattern from the root, with the parameters in it."""

    name: str
    pattern: str
    callback: Any

    @property
    def group(self) -> str:
        """The part of the table it stands in."""
        if self.pattern.startswith("admin/"):
            match = re.match(r"admin/(people|publications|activities)/[a-z]+/", self.pattern)
            return f"admin {match[1]}" if match else "admin"
        return self.name.partition(":")[0] if ":" in self.name else "house"


def routes() -> list[Route]:
    """All of them, sorted by name. An address without a name goes by its pattern."""
    return sorted(walk(get_resolver().url_patterns, "", ()), key=lambda route: (route.name, route.pattern))


def walk(patterns: list[Any], before: str, spaces: tuple[str, ...]) -> Iterator[Route]:
    for part in patterns:
        own = part.pattern
        text = "" if isinstance(own, LocalePrefixPattern) else own._route if isinstance(own, RoutePattern) else str(own)
        if isinstance(part, URLResolver):
            yield from walk(part.url_patterns, before + text, (*spaces, part.namespace) if part.namespace else spaces)
        elif isinstance(part, URLPattern):
            yield Route(":".join([*spaces, part.name or before + text]), before + text, part.callback)


def label_of(route: Route) -> str:
    """The model that an address of the admin is about, as `people.person`; empty for others."""
    match = re.match(r"admin:(people|publications|activities|labsite|auth|signing_in)_([a-z]+)_", route.name)
    return f"{match[1]}.{match[2]}" if match else ""


class Lab:
    """Records of every kind: of the member who asks, of others, and drafts; and an account for each role."""

    def __init__(self) -> None:
        self.other = make_world(1, with_versions=True)
        give_photo(self.other)
        self.own = make_own("Mia Own", user=make_account("mia", "Members"))
        self.draft = make_member(SECRET, is_published=False)
        self.draft_paper = make_publication(f"Paper of {SECRET}", [self.draft], is_published=False)
        make_news(f"News of {SECRET}", is_published=False)
        LabProfile.objects.get_or_create(pk=1, defaults={"name": "Lab"})
        ProfileChange.objects.create(person=self.draft, values={"headline": {"from": "", "to": SECRET}})
        RemovalRequest.objects.create(person=self.draft, message=SECRET)
        Import.objects.create(name=SECRET, state="planned")
        self.draft_project = Project.objects.create(slug="hush", name=SECRET, kind="project", is_published=False)
        self.own_paper = make_publication("Own paper", [self.own])
        self.document, self.draft_document = keep_document(self.own_paper), keep_document(self.draft_paper)
        OldPath.objects.create(path="/hush.html", publication=self.draft_paper)
        SiteImport.objects.create(name=SECRET, state="planned", report={"records": [], "chores": [SECRET]})
        kept, merged = make_venue("ICXK"), make_venue("ICXL")
        merge(kept, merged)
        flush_changes()
        self.staff = make_own("Sam Staff", user=make_account("sam", "Members", is_staff=True))
        people = {
            "disabled": make_account("gone", "Editors", is_staff=True, is_active=True),
            "member": self.own.user,
            "member-staff": self.staff.user,
            "editor": make_account("edith", "Editors", is_staff=True),
            "data-manager": make_account("dora", "Editors", is_staff=True),
            "superuser": make_account("root", is_staff=True, is_superuser=True),
        }
        people["data-manager"].groups.add(AccountGroup.objects.get(name="Data managers"))
        self.clients = {"anonymous": Client()}
        for role, user in people.items():
            self.clients[role] = Client(raise_request_exception=False)
            self.clients[role].force_login(user)
        people["disabled"].is_active = False  # while signed in
        people["disabled"].save()

    def ask(self, role: str, method: str, address: str) -> HttpResponse:
        """The answer; what it changes is taken back."""
        client = self.clients[role]
        data = {"data": {"post": "yes"}} if method == "POST" else {}
        cookies = client.cookies.copy()
        with transaction.atomic():
            response = getattr(client, method.lower())(address, **data)
            if response.streaming:
                response.getvalue()
            transaction.set_rollback(True)
        client.cookies = cookies
        return response

    def addresses(self, route: Route) -> Iterator[tuple[str, str]]:
        """What is asked of a route: whose or which record, and the address. Raises `KeyError` for a parameter that
        nobody has told a value of: add it to `values`.
        """
        if "([^/]+)" in route.pattern:  # a version of a record, in simple_history's words
            for variant, record in self.records(label_of(route)).items():
                yield variant, reverse(route.name, args=[record.pk, self.record_values(record)["history_id"]])
            return
        if "(?P" in route.pattern or "\\" in route.pattern:
            yield from self.special(route)
            return
        names = PARAMETER.findall(route.pattern)
        for variant, values in self.values(route, names).items():
            yield variant, "/" + PARAMETER.sub(lambda match, own=values: str(own[match[1]]), route.pattern)

    def special(self, route: Route) -> Iterator[tuple[str, str]]:
        """Addresses whose pattern is a regular expression."""
        photo = self.other.photo.name
        key = Path(photo).stem
        known = {
            "photo": f"/media/{photo}", "photo_rendition": f"/media/photos/{key}-card-50-50.jpg",
            "site_image": f"/media/site/{'0' * 32}.png", "site_rendition": f"/media/site/{'0' * 32}-small.jpg",
            "card": f"/cards/people/{self.other.slug}.png", "admin:app_list": "/admin/people/",
            "document": self.document.get_absolute_url(),
        }  # fmt: skip
        if route.name == "document":
            yield "draft", self.draft_document.get_absolute_url()
        if route.name == "card":
            yield "draft", f"/cards/people/{self.draft.slug}.png"
        yield "", known.get(route.name) or {"api:api-root": "/api/v1/"}.get(route.name, "/admin/no-such-page/")

    def values(self, route: Route, names: list[str]) -> dict[str, dict[str, Any]]:
        """By variant the values of a route's parameters."""
        if not names:
            return {"": {}}
        label = label_of(route)
        if label and names[0] in ("object_id", "key"):
            return {variant: self.record_values(record) for variant, record in self.records(label).items()}
        if not label and names[0] == "object_id" and route.name.startswith("admin/"):
            app, model = route.name.split("/")[1:3]
            return {"": self.record_values(next(iter(self.records(f"{app}.{model}").values())))}
        return self.public_values(route, names)

    def record_values(self, record: Any) -> dict[str, Any]:
        if record is None:  # nothing of this kind: what is not there is asked for
            return {"object_id": 1, "key": 1, "history_id": 1}
        history = getattr(record, "history", None)
        newest = history.first() if history is not None else None
        return {"object_id": record.pk, "key": record.pk, "history_id": newest.pk if newest else 1}

    def records(self, label: str) -> dict[str, Any]:
        if label == "people.person":
            return {"own": self.staff, "other": self.other, "draft": self.draft}
        if label == "publications.publication":
            return {"": self.own_paper, "draft": self.draft_paper}
        if label == "people.profile":
            label = "people.profilechange"
        return {"": apps.get_model(label)._base_manager.order_by("pk").first()}

    def public_values(self, route: Route, names: list[str]) -> dict[str, dict[str, Any]]:
        further = {
            "name": {
                "publications:export": "bib", "publications:cite": "bib", "activities:figure_svg": "publications",
                "activities:figure_csv": "publications", "admin:review_kind": "links", "admin:review_dismiss": "links",
            }.get(route.name),
            "section": "people", "ending": "docx", "extension": "csv", "label": "people.person",
            "key": self.keys().get(route.name), "app_label": "people",
            "uidb64": "MQ", "token": "set-password", "pk": 1, "content_type_id": 0,
            "object_id": self.other.pk, "id": self.other.pk,
        }  # fmt: skip
        rest = {name: further[name] for name in names if name != "slug"}
        slugs = self.slugs(route) if "slug" in names else {"": ""}
        return {variant: {**rest, "slug": slug} for variant, slug in slugs.items()}

    def keys(self) -> dict[str, int]:
        return {
            "admin:profile_change": ProfileChange.objects.first().pk,
            "admin:profile_change_photo": ProfileChange.objects.first().pk,
            "admin:removal_request": RemovalRequest.objects.first().pk,
            "admin:merge_undo": Merge.objects.first().pk,
            "admin:erase_person": self.other.pk,
        }

    def slugs(self, route: Route) -> dict[str, str]:
        single = {
            "people:group": Group, "publications:topic": Topic, "publications:venue": Venue, "page": Page,
        }.get(route.name)  # fmt: skip
        if single:
            return {"": single.objects.first().slug}
        if route.name == "help:document":
            return {"": "tour"}
        if route.name == "activities:project":
            return {"": "area-0", "draft": self.draft_project.slug}
        if route.name.startswith("people:") or route.name == "api:person":
            return {"own": self.own.slug, "other": self.other.slug, "draft": self.draft.slug}
        return {"": self.own_paper.slug, "draft": self.draft_paper.slug}
