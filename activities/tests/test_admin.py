"""Editing activities: the mistakes an assistant can make are errors at the field."""

from __future__ import annotations

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains

from activities.models import Award, Mentorship, Metric, NewsItem
from labsite.tests.factories import make_award_receipt, make_mentorship, make_person
from labsite.tests.forms import seen

pytestmark = pytest.mark.django_db


def field_errors(response):
    return response.context["adminform"].form.errors


def test_nobody_mentors_themselves(admin_client):
    person = make_person()
    data = {
        "mentor": person.pk,
        "mentee": person.pk,
        "kind": "mentor",
        "levels-TOTAL_FORMS": "0",
        "levels-INITIAL_FORMS": "0",
    }
    response = admin_client.post(reverse("admin:activities_mentorship_add"), data)
    assert "Nobody mentors themselves: choose another person." in field_errors(response)["mentee"]
    assert not Mentorship.objects.exists()


def test_mentorship_with_two_levels(admin_client):
    mentor, mentee = make_person("Ada"), make_person("Bo")
    data = {
        "mentor": mentor.pk, "mentee": mentee.pk, "kind": "mentor", "start": "2023-05", "end": "2024-08",
        "levels-TOTAL_FORMS": "2", "levels-INITIAL_FORMS": "0",
        "levels-0-level": "undergraduate", "levels-0-order": "0", "levels-1-level": "phd", "levels-1-order": "1",
    }  # fmt: skip
    assert admin_client.post(reverse("admin:activities_mentorship_add"), data).status_code == 302
    assert [level.level for level in Mentorship.objects.get().levels.all()] == ["undergraduate", "phd"]


def award_values(**fields):
    return {"title": "Prize", "kind": "award", "receipts-TOTAL_FORMS": "0", "receipts-INITIAL_FORMS": "0"} | fields


def test_award_received_twice(admin_client):
    person = make_person()
    rows = {"receipts-TOTAL_FORMS": "2"}
    for index, year in enumerate(("2022", "2023")):
        rows |= {f"receipts-{index}-year": year, f"receipts-{index}-people": [person.pk]}
    assert admin_client.post(reverse("admin:activities_award_add"), award_values(**rows)).status_code == 302
    assert [str(receipt.year) for receipt in Award.objects.get().receipts.all()] == ["2023", "2022"]


def test_amount_needs_a_currency(admin_client):
    rows = {"receipts-TOTAL_FORMS": "1", "receipts-0-amount": "100"}
    response = admin_client.post(reverse("admin:activities_award_add"), award_values(**rows))
    assert response.context["inline_admin_formsets"][0].formset.errors[0]["currency"] == [
        "Say in which currency the amount is, e.g. USD."
    ]
    assert not Award.objects.exists()


def test_award_of_the_same_name_is_refused(admin_client):
    make_award_receipt("Prize", make_person())
    response = admin_client.post(reverse("admin:activities_award_add"), award_values())
    assert "This award exists already: add a receipt to it." in str(response.context["errors"])


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"date": ""}, "date"),
        ({"date": "2024-05", "end_date": "2024-01"}, "end_date"),
        ({"date": "2024-99"}, "date"),
        ({"body": ""}, "body"),
    ],
)
def test_bad_news(admin_client, fields, field):
    data = {"body": "Something", "date": "2024-05", "kind": "paper", "order": "0"} | fields
    response = admin_client.post(reverse("admin:activities_newsitem_add"), data)
    assert field in field_errors(response)
    assert not NewsItem.objects.exists()


def test_number_is_about_one_thing(admin_client):
    data = {"name": "citations", "value": "10", "source": "Somewhere"}
    response = admin_client.post(reverse("admin:activities_metric_add"), data)
    assert field_errors(response)["person"] == ["A number is about a person or about a publication: choose one."]
    assert not Metric.objects.exists()


def test_service_says_what_it_was(admin_client):
    data = {"person": make_person().pk, "kind": "reviewer", "count": "1"}
    response = admin_client.post(reverse("admin:activities_service_add"), data)
    assert "venue" in field_errors(response)


def test_a_receipt_is_somebodys_and_stands_once(admin_client):
    person, award = make_person("Ada Quint"), make_award_receipt("Quiet Prize", make_person("Bo Quint")).award
    page = reverse("admin:activities_award_change", args=[award.pk])
    base = {"title": "Quiet Prize", "kind": award.kind, "receipts-INITIAL_FORMS": "0"}
    base |= seen(admin_client, page)
    nobody = base | {"receipts-TOTAL_FORMS": "1", "receipts-0-year": "2025", "receipts-0-award": award.pk}
    assertContains(admin_client.post(page, nobody), "Say who received it")
    row = {"year": "2025", "people": [person.pk], "award": award.pk}
    twice = base | {"receipts-TOTAL_FORMS": "2"}
    twice |= {f"receipts-{number}-{name}": value for number in (0, 1) for name, value in row.items()}
    assertContains(admin_client.post(page, twice), "This receipt stands here already")
    assert award.receipts.count() == 1


def test_a_mentorship_is_recorded_once(admin_client):
    one = make_mentorship(make_person("Ada Quint"), make_person("Bo Quint"))
    response = admin_client.post(
        reverse("admin:activities_mentorship_add"),
        {"mentor": one.mentor.pk, "mentee": one.mentee.pk, "kind": one.kind, "start": "2023", "end": "2024",
         "levels-TOTAL_FORMS": "0", "levels-INITIAL_FORMS": "0"},
    )  # fmt: skip
    assertContains(response, "This mentorship is recorded already, with the same dates.")
