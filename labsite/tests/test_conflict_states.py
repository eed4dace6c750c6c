"""The digest by which a form knows that nobody wrote: it differs where anything does that is typed in the form."""

from __future__ import annotations

import pytest
from django.contrib.admin import ModelAdmin, site
from django.db import IntegrityError, connection, models, transaction

from labsite.lib.conflicts.guarding import GuardedAdmin
from labsite.lib.rows import owner_field
from labsite.tests.factories import make_publication
from labsite.tests.test_admin import MODELS, every
from labsite.tests.test_conflicts import lines, open_form, save, sign_in
from people.models import Person
from publications.models import Publication

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("world_with_versions")
class TestStates:
    """What a form is made from is told by one statement: whatever is typed in it, and nothing else, makes another."""

    def changes(self, own, key, rows, field) -> bool:
        """Whether the field could be written: rules of the database forbid some, and others are not typed."""
        before, one = own.state_of(key), rows.first()
        value = another(field, getattr(one, field.attname))
        if not field.editable or field.primary_key or value is None:
            return False
        with transaction.atomic():
            try:
                with transaction.atomic():
                    rows.filter(pk=one.pk).update(**{field.attname: value})
            except IntegrityError:
                return False
            assert own.state_of(key) != before, field
            transaction.set_rollback(True)
        assert own.state_of(key) == before
        return True

    @every(MODELS)
    def test_whatever_can_be_typed_makes_another_state(self, model):
        own, key = site.get_model_admin(model), model.objects.values_list("pk", flat=True).first()
        tables = [(model, model._meta.pk), *((each.model, owner_field(model, each)) for each in own.inlines)]
        for rows_of, column in tables:
            rows = rows_of._base_manager.filter(**{column.attname: key})
            one = rows.first()
            changed = [self.changes(own, key, rows, field) for field in rows_of._meta.concrete_fields if one]
            assert any(changed) or not one, rows_of
            for relation in rows_of._meta.many_to_many if one else ():
                before = own.state_of(key)
                links = getattr(one, relation.name)
                with transaction.atomic():
                    links.clear() if links.exists() else links.add(relation.related_model._base_manager.first())
                    assert own.state_of(key) != before, relation
                    transaction.set_rollback(True)

    def test_what_is_derived_makes_none(self):
        own, paper = site.get_model_admin(Publication), Publication.objects.first()
        before = own.state_of(paper.pk)
        Publication.objects.filter(pk=paper.pk).update(search_text="other")
        assert own.state_of(paper.pk) == before

    def test_a_form_costs_one_question_for_it(self, django_assert_num_queries):
        key = Person.objects.values_list("pk", flat=True).last()
        with django_assert_num_queries(1):
            site.get_model_admin(Person).state_of(key)
        with django_assert_num_queries(1 + (connection.vendor == "postgresql")):
            site.get_model_admin(Person).state_of(key, hold=True)


def another(field, value):
    """Another value of a plain field; None for other fields."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int) and not field.remote_field:
        return value + 1
    if type(field) in (models.CharField, models.TextField) and not field.choices:
        return f"{value[: (field.max_length or 100) - 1]}x"
    return None


@pytest.mark.parametrize("moment", ["_create_formsets", "seen_of"])
def test_an_edit_while_a_form_is_made_is_not_lost(monkeypatch, moment):
    """The state is read before the values: what is written in between is found when the form is saved."""
    ada, paper = sign_in("ada"), make_publication(title="Silence")
    usual = getattr(GuardedAdmin, moment, None) or getattr(ModelAdmin, moment)

    def meanwhile(self, request, *args, **kwargs):
        if request.method == "GET":
            Publication.objects.filter(pk=paper.pk).update(note="By somebody else.")
        return usual(self, request, *args, **kwargs)

    monkeypatch.setattr(GuardedAdmin, moment, meanwhile, raising=False)
    form = open_form(ada, paper)
    monkeypatch.undo()
    assert form["note"] == ""
    response = save(ada, paper, form, note="Mine.")
    assert response.status_code == 409
    assert lines(response)["Note"].theirs == "By somebody else."
