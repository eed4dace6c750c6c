"""Several querysets by one statement give what they give alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.models import Prefetch
from django.utils import timezone

from activities.models import AwardReceipt, GrantRole, Mentorship, NewsItem, ProjectRole
from labsite.lib.together import Number, Plan, load_together
from labsite.roles import CONTENT
from labsite.tests.factories import make_award_receipt, make_member, make_news, make_publication, make_venue
from labsite.tests.world import make_world
from people.models import Membership, Person, PositionPerson
from publications.models import Authorship, PositionPublication, Publication

pytestmark = pytest.mark.django_db
ODD = '张逸骅 “O\'Brien” "x" \\ % _ {} \t\n\u2028 𝔘 <b>'


def told(row: Any, depth: int = 3) -> Any:
    """Everything that is loaded of a row, with the types of its values."""
    if not isinstance(row, models.Model):
        return [told(each, depth) for each in row] if isinstance(row, list) else (type(row).__name__, row)
    values = {name: value for name, value in vars(row).items() if not name.startswith("_")}
    found: dict[str, Any] = {"": type(row).__name__, "database": row._state.db, "adding": row._state.adding}
    if depth:
        found |= {name: told(value, depth - 1) for name, value in values.items()}
        beside = {**row._state.fields_cache, **getattr(row, "_prefetched_objects_cache", {})}
        found |= {
            f"{name}.": told(list(value) if isinstance(value, models.QuerySet) else value, depth - 1)
            for name, value in beside.items()
        }
    return found


QUERYSETS = {
    "long rows, paths and lists of one's own": lambda: GrantRole.objects.select_related("grant__funder")
    .prefetch_related(Prefetch("grant__roles", GrantRole.objects.select_related("person"), to_attr="leads")),
    "more columns than a function takes": lambda: PositionPerson.objects.select_related(
        "person", "position__person", "position__organization"
    ).prefetch_related(
        Prefetch("position__position_publications", PositionPublication.objects.select_related("publication__venue"))
    ),
    "annotations": lambda: Publication.objects.with_export_relations(),
    "deferred fields": lambda: Publication.objects.with_rows(),
    "only some fields": lambda: Person.objects.only("slug", "photo"),
    "a part of the rows": lambda: NewsItem.objects.public().newest_first().with_relations()[1:3],
    "many to many, both ways": lambda: Person.objects.prefetch_related("news", "talks", "memberships"),
    "relations of one's own rows": lambda: Mentorship.objects.all().with_page_relations(),
    "nothing selected": lambda: AwardReceipt.objects.all().with_page_relations(),
    "roles": lambda: ProjectRole.objects.select_related("project").prefetch_related(
        "project__topics", "project__links", "project__publications__authorships"
    ),
    "nobody": lambda: Person.objects.filter(slug="nobody").with_memberships(),
    "nothing at all": lambda: Person.objects.none(),
}  # fmt: skip


@pytest.fixture
def world():
    person = make_world(3)
    person.name, person.bio, person.office = ODD, f"{ODD} {ODD}", ""
    person.save()
    make_award_receipt("Without an amount", person)
    make_publication("No venue", [person, ODD], venue=None, year=None)


def test_as_alone(world, django_assert_num_queries):
    for name, make in QUERYSETS.items():
        alone = [told(row) for row in make()]
        with django_assert_num_queries(0 if name == "nothing at all" else 1):
            assert [told(row) for row in load_together(rows=make())["rows"]] == alone, name


def test_every_field_of_every_model(world):
    content = [model for model in apps.get_models() if model._meta.app_label in CONTENT]
    assert len(content) > 40
    for model in content:
        rows = model._base_manager.order_by("pk")
        assert [told(row, 1) for row in load_together(rows=rows)["rows"]] == [told(row, 1) for row in rows], model


def test_all_at_once(world, django_assert_num_queries):
    alone = {name: [told(row) for row in make()] for name, make in QUERYSETS.items()}
    with django_assert_num_queries(1):
        found = load_together(**{name: make() for name, make in QUERYSETS.items()})
    assert {name: [told(row) for row in rows] for name, rows in found.items()} == alone


def test_tuples_and_numbers(world, django_assert_num_queries):
    pairs = Authorship.objects.order_by("-pk").values_list("printed_name", "publication__year", "is_equal")
    sums = Publication.objects.order_by("kind").values_list("kind").annotate(n=models.Count("pk"))
    with django_assert_num_queries(1):
        found = load_together(
            pairs=pairs, sums=sums, number=Number(Person.objects.all()), none=Number(Person.objects.filter(slug="x")),
            never=Number(Person.objects.none()),
        )  # fmt: skip
    assert found["pairs"] == list(pairs)
    assert found["sums"] == list(sums)
    assert (found["number"], found["none"], found["never"]) == (Person.objects.count(), 0, 0)


def test_numbers_up_to_a_limit(world):
    number = Person.objects.count()
    found = load_together(one=Number(Person.objects.all()[:1]), all=Number(Person.objects.values("pk")[: number + 1]))
    assert found == {"one": 1, "all": number}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's driver keeps statements by itself")
def test_postgresql_plans_a_statement_once(django_assert_num_queries):
    plan = Plan(lambda slug: {"people": Person.objects.filter(slug=slug)}, slug=str)
    make_member("Ada Quint")
    with django_assert_num_queries(2):
        assert [plan.load(slug=slug)["people"] != [] for slug in ("ada-quint", "nobody")] == [True, False]
    (statement,) = plan.statements.values()
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        kept = [text for (text,) in cursor.fetchall()]
    assert kept.count(statement.sql.replace("%s", "$1")) == 1


def test_order_holds_over_many_rows():
    Person.objects.bulk_create(
        Person(slug=f"p{n}", name=f"P{n}", sort_key=f"{n * 7919 % 1200:04}") for n in range(1200)
    )
    found = load_together(people=Person.objects.all(), last=Person.objects.order_by("-sort_key")[:700])
    assert [each.slug for each in found["people"]] == [each.slug for each in Person.objects.all()]
    assert [each.slug for each in found["last"]] == [each.slug for each in Person.objects.order_by("-sort_key")[:700]]


def test_loaded_rows_cannot_be_narrowed_to_those_of_others():
    make_member("Ada Quint")
    (person,) = load_together(people=Person.objects.prefetch_related("memberships"))["people"]
    assert [each.role for each in person.memberships.all()] == ["phd"]
    with pytest.raises(TypeError):
        person.memberships.all().filter(role="phd")


def test_what_was_not_selected_is_refused():
    with pytest.raises(ValueError, match="group"):
        load_together(rows=Membership.objects.prefetch_related("group__memberships"))


def test_a_plan_is_bound_to_any_values(django_assert_num_queries):
    ada, bo = make_member("Ada Quint"), make_member("Bo 100%_sure", is_published=False)
    plan = Plan(
        lambda slug, word: {
            "people": Person.objects.filter(slug=slug).with_memberships(),
            "alike": Person.objects.filter(name__contains=word),
        },
        slug=str, word=str,
    )  # fmt: skip
    for slug, word, people, alike in (
        (ada.slug, "0%_s", [ada], [bo]), (bo.slug, "Ada", [bo], [ada]), ("'; --", "%", [], [bo]),
        ("x", "\\", [], []),
    ):  # fmt: skip
        with django_assert_num_queries(1):
            assert plan.load(slug=slug, word=word) == {"people": people, "alike": alike}


def test_a_plan_follows_the_day():
    make_member("Ada Quint", start="2020", end="2021-06")
    plan = Plan(lambda on: {"people": Person.objects.current(on)}, on=type(timezone.localdate()))
    day = timezone.localdate()
    assert [len(plan.load(on=day.replace(year=year, month=7))["people"]) for year in (2019, 2020, 2021)] == [0, 1, 0]


def test_a_plan_must_use_its_values():
    with pytest.raises(ValueError, match="slug"):
        Plan(lambda slug: {"people": Person.objects.all()}, slug=str).load(slug="x")


def test_a_record_is_no_place_to_ask_from():
    person = make_member("Ada Quint")
    with pytest.raises(ValueError, match="manager"):
        load_together(rows=person.memberships.all())


def test_decimals_and_lists_keep_their_types():
    venue = make_venue("Conf")
    venue.aliases = [ODD, "张"]
    venue.save()
    make_news(ODD)
    make_award_receipt("Prize", make_member("Ada"), amount="123456.70", currency="USD")
    receipt = load_together(rows=AwardReceipt.objects.all())["rows"][0]
    assert str(receipt.amount) == "123456.70"
    assert load_together(rows=type(venue).objects.filter(pk=venue.pk))["rows"][0].aliases == [ODD, "张"]
