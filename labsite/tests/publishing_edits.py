"""Edits of every sort, each of which changes something that visitors see, in an order in which all can be made.

Each is a function without arguments on the records of `labsite.tests.world.make_world(1)`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.db import connection

from activities.models import AwardReceipt, Grant, Mentorship, Metric, NewsItem, Project, Service, Talk
from labsite.merging.acts import merge
from labsite.merging.undoing import undo
from labsite.models import LabProfile, Merge, Page
from labsite.privacy.erasing import erase
from labsite.tests.factories import make_award_receipt, make_group, make_member, make_news, make_publication, make_venue
from labsite.tests.members import give_photo
from people.models import Group, Organization, Person
from publications.models import Publication, Topic, Venue

Edit = Callable[[], object]
QUINT, SECOND = "ada-quint", "bo-quint-0"


def change(model, lookup, **values) -> None:
    """Through the model, as the admin does."""
    record = model.objects.get(**lookup)
    for name, value in values.items():
        setattr(record, name, value)
    record.save()


def of(model, lookup: dict, **values) -> Edit:
    return partial(change, model, lookup, **values)


def paper(slug: str = "paper-0") -> Publication:
    return Publication.objects.get(slug=slug)


def person(slug: str = QUINT) -> Person:
    return Person.objects.get(slug=slug)


def show_photo() -> None:
    give_photo(person())
    change(Person, {"slug": QUINT}, photo_consent=True, photo_alt="A portrait")


def merge_people() -> None:
    merge(person(SECOND), make_member("Bo Quint Twin", role="postdoc", slug="bo-twin"))


def merge_papers() -> None:
    merge(paper(), make_publication("Paper naught", [person()], slug="paper-naught", year=2020))


def merge_venues() -> None:
    merge(Venue.objects.get(slug="v0"), make_venue("V naught", slug="v-naught"))


def undo_merges() -> None:
    for each in Merge.objects.order_by("-pk"):
        undo(each)


def write_past_django() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_organization SET name = 'University past Django'")


EDITS: dict[str, Edit] = {
    "nothing": lambda: None,
    "the title of a paper": of(Publication, {"slug": "paper-0"}, title="Paper renamed"),
    "its abstract": of(Publication, {"slug": "paper-0"}, abstract="A word never used before: zygote."),
    "its year": of(Publication, {"slug": "paper-0"}, year=1999),
    "its venue": lambda: change(Publication, {"slug": "paper-0"}, venue=Venue.objects.get(slug="w0")),
    "its address": of(Publication, {"slug": "joint-paper-0"}, slug="joint-renamed"),
    "a draft": of(Publication, {"slug": "joint-renamed"}, is_published=False),
    "a draft that is published": of(Publication, {"slug": "joint-renamed"}, is_published=True),
    "what the list leaves out": of(Publication, {"slug": "joint-renamed"}, listing="never"),
    "a new paper": lambda: make_publication("Entirely new", [person(), "D. Fourth"], year=2026),
    "a retraction": lambda: paper().notices.create(kind="retraction", date="2024"),
    "a distinction": lambda: paper().distinctions.create(kind="best-paper"),
    "a link": lambda: paper().links.create(kind="video", url="https://example.org/video"),
    "an author": lambda: paper().authorships.filter(position=3).delete(),
    "an author unlinked": lambda: paper().authorships.filter(position=2).update(person=None),
    "a topic of a paper": lambda: paper().topics.clear(),
    "a topic renamed": of(Topic, {"slug": "topic-0"}, name="Topic renamed"),
    "a venue renamed": of(Venue, {"slug": "w0"}, short_name="Shop", aliases=["The shop"]),
    "papers in bulk": lambda: Publication.objects.filter(slug="paper-0").update(pages="1–2"),
    "a person renamed": of(Person, {"slug": QUINT}, name="Ada Quartz"),
    "a biography": of(Person, {"slug": QUINT}, bio="Loudly."),
    "a public name": lambda: person().names.create(name="Ada Publicname"),
    "a former name": lambda: person().names.create(name="Formername Quint", kind="former", is_public=False),
    "a photo": show_photo,
    "a photo withheld": of(Person, {"slug": QUINT}, photo_consent=False),
    "a person out of search": of(Person, {"slug": QUINT}, kept_out_of_search=True),
    "a stay that ended": lambda: person().memberships.filter(end=None).update(end="2024-05"),
    "a group renamed": of(Group, {"slug": "group-0"}, name="Group renamed"),
    "a group withdrawn": of(Group, {"slug": "group-0"}, is_published=False),
    "a new group": lambda: make_group("Entirely new group"),
    "an organization renamed": of(Organization, {"name": "University 0"}, name="Universität 0"),
    "past Django": write_past_django,
    "news": lambda: make_news("Something new about [us](/people/).", person(), date="2026-11"),
    "news withdrawn": lambda: NewsItem.objects.filter(body="News 0").update(is_published=False),
    "an award": lambda: make_award_receipt("A new prize", person(SECOND), year="2026"),
    "an award withdrawn": lambda: AwardReceipt.objects.filter(award__title="Prize 0").delete(),
    "a grant": lambda: Grant.objects.update(amount=7),
    "a talk": lambda: Talk.objects.update(title="Talk renamed"),
    "a project": of(Project, {"slug": "area-0"}, name="Area renamed", summary="What it is about"),
    "a mentorship": lambda: Mentorship.objects.update(end="2025"),
    "a figure": lambda: Metric.objects.filter(person__isnull=False).update(value=11),
    "a service": lambda: Service.objects.all().delete(),
    "a page": lambda: Page.objects.create(slug="joining", title="Joining", body="Write to us."),
    "a page withdrawn": lambda: Page.objects.get(slug="joining").delete(),
    "the lab": lambda: LabProfile.objects.update_or_create(
        id=LabProfile.SINGLE_ID,
        defaults={"name": "Quiet Lab", "accent": "#224466", "footer_links": "Joining | /pages/own-page-0/"},
    ),
    "a former address": lambda: person().old_addresses.create(path="/~quint/home.html"),
    "two people made one": merge_people,
    "two papers made one": merge_papers,
    "two venues made one": merge_venues,
    "merges taken back": undo_merges,
    "a paper deleted": lambda: paper("joint-renamed").delete(),
    "a person withdrawn": of(Person, {"slug": SECOND}, is_published=False),
    "a person erased": lambda: erase(person()),
}
