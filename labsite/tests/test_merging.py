"""Merging two records of any kind: nothing that belongs to either is lost, and all of it can be taken back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from simple_history.models import HistoricalChanges

from labsite.lib.editing import MERGEABLE as MERGEABLE_IN_ADMIN
from labsite.merging import MERGEABLE, MergeRefused, merge, plan_merge, undo
from labsite.merging.relations import DERIVED_MODELS, relations_of
from labsite.merging.wording import WORDS
from labsite.models import ContentVersion, Merge
from labsite.tests.factories import make_person, make_publication
from labsite.tests.pairs import MAKERS, make_organizations, make_people, make_publications, make_venues
from people.models import Organization, Person, PersonName
from publications.digests import flush_changes
from publications.models import Authorship, FacetTotal, Publication, PublicationDigest, Venue

pytestmark = pytest.mark.django_db
ROOMS = ("labsite", "people", "publications", "activities")
every_model = pytest.mark.parametrize("label", sorted(MAKERS))


def tables() -> dict[str, dict[Any, tuple]]:
    """Every row of our tables by its key; without history, merges, what counts changes, and when a digest was made."""
    flush_changes()
    FacetTotal.objects.filter(number=0).delete()
    found = {}
    for model in apps.get_models(include_auto_created=True):
        is_ours = model._meta.app_label in ROOMS and model not in (Merge, ContentVersion)
        if is_ours and not issubclass(model, HistoricalChanges):
            names = [field.attname for field in model._meta.concrete_fields if field.name != "changed_at"]
            rows = model._base_manager.values_list("pk", *names)
            found[model._meta.label] = {row[0]: tuple(map(repr, row)) for row in rows}
    return found


def differences(before: dict, after: dict) -> dict[str, Any]:
    return {
        f"{label} {key}": (before[label].get(key), after[label].get(key))
        for label in before
        for key in {*before[label], *after[label]}
        if before[label].get(key) != after[label].get(key)
    }


def pointing(model: type[models.Model], key: Any) -> dict[str, int]:
    return {relation.name: relation.rows(key).count() for relation in relations_of(model)}


# What is looked at


@every_model
def test_relations_are_every_column_that_points_at_the_model(label):
    target = apps.get_model(label)
    pointing_columns = {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if field.is_relation and field.related_model is target and not issubclass(model, HistoricalChanges)
    }
    derived = {name for name in pointing_columns if name.rpartition(".")[0] in DERIVED_MODELS}
    assert {relation.name for relation in relations_of(target)} == pointing_columns - derived
    assert derived == ({"publications.publicationdigest.publication"} if target is Publication else set())


def test_every_relation_has_words():
    names = {relation.name for label in MERGEABLE for relation in relations_of(apps.get_model(label))}
    assert names == set(WORDS)


def test_the_admin_offers_what_can_be_merged():
    assert MERGEABLE_IN_ADMIN == MERGEABLE == set(MAKERS)


# Nothing is lost


@every_model
def test_merging_moves_every_relation(label):
    kept, merged = MAKERS[label](2)
    model, key = type(kept), merged.pk
    before = pointing(model, key)
    assert [name for name, count in before.items() if not count] == []
    plan = plan_merge(kept, merged)
    twins = {move.relation.name: len(move.twins) for move in plan.moves}
    own = pointing(model, kept.pk)
    # The old address of the one that goes is an address of the one that stays, and its names are names of it.
    gained = {"people.oldaddress.person": 1, "people.personname.person": 1} if model is Person else {}
    gained = {"publications.oldslug.venue": 1, "publications.oldslug.publication": 1, **gained}
    merge(kept, merged)
    assert not model._base_manager.filter(pk=key).exists()
    assert pointing(model, key) == dict.fromkeys(before, 0)
    assert pointing(model, kept.pk) == {
        name: own[name] + count - twins.get(name, 0) + gained.get(name, 0) for name, count in before.items()
    }


@every_model
def test_taking_back_leaves_every_table_as_it_was(label):
    kept, merged = MAKERS[label](2)
    before = tables()
    record = merge(kept, merged)
    assert json.loads(json.dumps(record.effect)) == record.effect
    assert differences(before, tables()) != {}
    record.refresh_from_db()
    assert undo(record) == []
    assert differences(before, tables()) == {}


@every_model
def test_merging_again_after_taking_back_does_the_same(label):
    kept, merged = MAKERS[label]()
    first = merge(kept, merged)
    after = tables()
    undo(first)
    model = type(kept)
    second = merge(model._base_manager.get(pk=first.kept_id), model._base_manager.get(pk=first.merged_id))
    assert [entry["act"] for entry in second.effect["entries"]] == [entry["act"] for entry in first.effect["entries"]]
    added = {"people.PersonName", "people.OldAddress", "publications.OldSlug"}  # made twice, under new keys
    assert [name for name in differences(after, tables()) if name.split()[0] not in added] == []


@every_model
def test_plan_writes_nothing(label):
    kept, merged = MAKERS[label]()
    before = tables()
    plan = plan_merge(kept, merged)
    assert (bool(plan.lines), bool(plan.summary), len(plan.fingerprint)) == (True, True, 64)
    assert differences(before, tables()) == {}


@pytest.mark.parametrize(
    ("label", "queries"),
    [("people.organization", 26), ("people.person", 81), ("publications.publication", 47), ("publications.venue", 18)],
)
@pytest.mark.parametrize("count", [1, 3])
def test_plan_costs_the_same_for_more_rows(label, queries, count, django_assert_num_queries):
    """Of what is in both records once only: each pair of rows that become one is compared by itself."""
    kept, merged = MAKERS[label]()
    for relation in relations_of(type(kept)):
        for row in relation.rows(merged.pk):
            multiply(row, count - 1)
    kept, merged = type(kept)._base_manager.get(pk=kept.pk), type(kept)._base_manager.get(pk=merged.pk)
    with django_assert_num_queries(queries):
        assert plan_merge(kept, merged).lines


def multiply(row: models.Model, times: int) -> None:
    """More rows like this one, where its model has no rule against it."""
    rules = [each for each in row._meta.constraints if isinstance(each, models.UniqueConstraint)]
    alone = [each for each in row._meta.local_fields if each.unique and not each.primary_key]
    if rules or alone or row._meta.unique_together or row._meta.model_name == "labprofile":
        return
    for _ in range(times):
        row.pk = None
        row._state.adding = True
        row.save()


# History


@every_model
def test_history_says_who_merged_what(label):
    user = get_user_model().objects.create(username="editor")
    kept, merged = MAKERS[label]()
    key, reason = merged.pk, f"Merged “{merged}” into “{kept}”"[:100]
    merge(kept, merged, user=user)
    history = type(kept).history
    gone, stayed = history.filter(id=key).first(), history.filter(id=kept.pk).first()
    assert (gone.history_type, gone.history_user, gone.history_change_reason) == ("-", user, reason)
    assert (stayed.history_type, stayed.history_user, stayed.history_change_reason) == ("~", user, reason)


def test_rows_that_moved_have_a_version_with_their_new_owner():
    kept, merged = make_people()
    membership = merged.memberships.get(role="postdoc")
    degree = Person.objects.get(name="Bo Other").education.get()
    merge(kept, merged)
    assert membership.history.first().person_id == kept.pk
    assert set(degree.history.first().advisors.values_list("person", flat=True)) == {kept.pk}


def test_digests_follow():
    kept, merged = make_people()
    paper = merged.authorships.get().publication
    assert PublicationDigest.objects.get(pk=paper.pk).row["authors"][0]["slug"] == "ab-quint"
    record = merge(kept, merged)
    flush_changes()
    assert PublicationDigest.objects.get(pk=paper.pk).row["authors"][0]["slug"] == "ada-quint"
    undo(record)
    flush_changes()
    assert PublicationDigest.objects.get(pk=paper.pk).row["authors"][0]["slug"] == "ab-quint"


# Rows that say the same


def test_rows_that_say_the_same_become_one_with_what_belongs_to_them():
    kept, merged = make_organizations()
    award = kept.awards.get()
    merge(kept, merged)
    assert list(kept.awards.all()) == [award]
    award.refresh_from_db()
    assert award.url == "https://example.org/"
    assert sorted(str(receipt.year) for receipt in award.receipts.all()) == ["2020", "2025", "2027"]


def test_what_two_rows_say_differently_is_named():
    kept, merged = make_people()
    lines = {line.words: line.joined for line in plan_merge(kept, merged).lines}
    assert lines["1 part in a project"] == ["Joint (role: “Lead of kept-0” stays, “Lead of merged-0” goes)"]


def test_equal_rows_become_one_and_different_ones_both_stay():
    kept, merged = make_people()
    merge(kept, merged)
    roles = sorted(kept.memberships.values_list("role", "title"))
    assert roles == [("phd", ""), ("postdoc", "kept-0"), ("postdoc", "merged-0")]
    assert kept.imports.count() == 2  # two deliveries are two, however alike


# Columns


def test_empty_columns_are_filled_and_the_others_kept():
    kept, merged = make_people()
    columns = {
        each.name: (each.kept_text, each.merged_text, each.proposed) for each in plan_merge(kept, merged).columns
    }
    assert columns == {
        "name": ("Ada Quint", "A. B. Quint", "kept"),
        "native_name": ("", "安静; native language: zh-Hans", "merged"),
        "bio": ("", "Softly.", "merged"),
        "email": ("", "ada@example.org; email visibility: Everyone who is signed in", "merged"),
        "user": ("", "ada", "merged"),
    }
    merge(kept, merged)
    kept.refresh_from_db()
    assert (kept.name, kept.bio, kept.email_visibility, kept.user.username) == (
        "Ada Quint",
        "Softly.",
        "members",
        "ada",
    )


def test_a_private_address_does_not_become_public_by_the_other_record():
    kept = make_person("Ada Quint", email_visibility="public")
    merged = make_person("A. Quint", email="ada@example.org")
    merge(kept, merged)
    kept.refresh_from_db()
    assert (kept.email, kept.email_visibility) == ("", "public")


def test_editor_chooses_columns():
    kept, merged = make_people()
    merge(kept, merged, {"name": "merged", "bio": "kept"})
    kept.refresh_from_db()
    assert (kept.name, kept.bio, kept.sort_key) == ("A. B. Quint", "", "quint a. b. quint")
    assert set(kept.names.values_list("name", flat=True)) == {"A. Quint 0", "Ada Quint"}


def test_a_value_that_breaks_a_rule_is_refused_in_words():
    kept, merged = make_publications()
    make_publication("Another", slug="quint2024quiet")
    before = tables()
    with pytest.raises(MergeRefused, match="Another publication is cited as “quint2024quiet”: choose another"):
        merge(kept, merged)
    assert differences(before, tables()) == {}


# Refusals


def test_one_record_cannot_be_merged_with_itself():
    person = make_person()
    with pytest.raises(MergeRefused, match="is one person already"):
        plan_merge(person, Person.objects.get(pk=person.pk))


def test_records_of_two_kinds_cannot_be_merged():
    with pytest.raises(MergeRefused, match="A person and a venue cannot be merged"):
        plan_merge(make_person(), make_venues()[0])


def test_the_second_of_two_merges_is_told_where_the_record_is():
    kept, merged = make_venues()
    also = Venue.objects.get(pk=merged.pk)
    merge(kept, merged)
    with pytest.raises(MergeRefused, match="“NoQM” is not there any more.* part of “NQM” now"):
        merge(kept, also)


def test_a_plan_that_changed_since_it_was_seen_is_refused():
    kept, merged = make_people()
    seen = plan_merge(kept, merged).fingerprint
    Person.objects.filter(pk=merged.pk).update(headline="Something else")
    with pytest.raises(MergeRefused, match="Something changed since you opened this page"):
        merge(kept, merged, seen=seen)
    assert merge(kept, merged, seen=plan_merge(kept, Person.objects.get(pk=merged.pk)).fingerprint).pk


# Taking back after edits


def test_what_was_edited_since_is_named_and_stays():
    kept, merged = make_people()
    record = merge(kept, merged)
    Person.objects.filter(pk=kept.pk).update(bio="Louder.")
    author = Authorship.objects.get(publication__title="Paper of merged-0", person=kept)
    other = make_person("Cy Else")
    Authorship.objects.filter(pk=author.pk).update(person=other)
    PersonName.objects.filter(person=kept, name="A. B. Quint").update(is_public=False)
    kept.sections.filter(body="Silence merged-0").delete()
    assert sorted(undo(record)) == [
        "biography of “Ada Quint” stays: it was changed since.",
        "person name “A. B. Quint” stays: it was changed since.",
        "publication “A. B. Quint” stays: it was changed since.",
        "section of their page: 1 was deleted since.",
    ]
    author.refresh_from_db()
    kept.refresh_from_db()
    assert (author.person, kept.bio) == (other, "Louder.")
    assert Person.objects.get(slug="ab-quint").bio == "Softly."
    record.refresh_from_db()
    assert len(record.effect["conflicts"]) == 4


def test_names_added_to_a_list_since_stay_in_it():
    kept, merged = make_venues()
    record = merge(kept, merged)
    kept.refresh_from_db()
    assert kept.aliases == ["Quiet Machines", "Notes on Quiet Machines", "NoQM", "N.Q.M."]
    Venue.objects.filter(pk=kept.pk).update(aliases=[*kept.aliases, "New"])
    undo(record)
    kept.refresh_from_db()
    assert kept.aliases == ["Quiet Machines", "New"]


def test_taking_back_twice_is_refused():
    record = merge(*make_venues())
    undo(record)
    with pytest.raises(MergeRefused, match="was taken back already"):
        undo(Merge.objects.get(pk=record.pk))


def test_merges_of_merges_are_taken_back_from_the_last_to_the_first():
    kept, merged = make_venues()
    third = Venue.objects.create(slug="third", name="Third")
    before = tables()
    first = merge(kept, merged)
    second = merge(third, Venue.objects.get(pk=kept.pk))
    assert set(third.old_slugs.values_list("slug", flat=True)) >= {"nqm", "noqm", "old-merged-0"}
    with pytest.raises(MergeRefused, match="“NQM” became part of “Third” since: take that merge back first"):
        undo(first)
    assert (undo(second), undo(first)) == ([], [])
    assert differences(before, tables()) == {}


def test_an_address_that_was_given_away_is_numbered():
    record = merge(*make_venues())
    Venue.objects.create(slug="noqm", name="Another")
    assert undo(record) == ["slug “noqm” belongs to another record by now: it is “noqm-2” now."]
    assert Venue.objects.get(pk=record.merged_id).slug == "noqm-2"


def test_a_name_that_was_given_away_is_asked_for():
    record = merge(*make_organizations())
    Organization.objects.create(name="University of Quiet")
    with pytest.raises(MergeRefused, match="There is another organization “University of Quiet” by now"):
        undo(record)
    assert Merge.objects.get(pk=record.pk).undone_at is None


def test_the_record_comes_back_although_the_other_is_gone():
    kept, merged = make_venues()
    record = merge(kept, merged)
    Venue.objects.filter(parent=kept).update(parent=None)
    kept.services.all().delete()
    kept.publications.update(venue=None)
    kept.delete()
    assert undo(record) != []
    assert Venue.objects.get(slug="noqm").aliases == ["Quiet machines", "N.Q.M."]
