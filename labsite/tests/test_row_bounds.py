"""A form of more rows than one may have, or than it sent, is refused in words before a row is made."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.urls import reverse
from pytest_django.asserts import assertContains

from labsite.bounds.rows import too_many_rows
from labsite.tests.factories import make_member, make_publication
from labsite.tests.forms import form_values
from labsite.tests.members import client_of, form_of, make_own


@pytest.mark.once
@pytest.mark.parametrize(
    ("total", "sent", "expected"),
    [
        ("0", 0, None), ("25", 0, None), ("26", 0, "26"), ("1000", 1000, None), ("1001", 1001, "1001"),
        ("99999", 3, "99999"), ("9" * 5000, 3, "9" * 9), ("-1", 0, None), ("x", 0, None), ("٣", 0, None),
    ],
)  # fmt: skip
def test_rows_are_counted(total, sent, expected):
    data = QueryDict(mutable=True)
    data["rows-TOTAL_FORMS"] = total
    for number in range(sent):
        data[f"rows-{number}-name"] = "x"
    assert too_many_rows(data, ["rows-TOTAL_FORMS"]) == expected


@pytest.mark.django_db
def test_k11_no_inline_of_the_admin_makes_rows_that_were_not_sent(admin_client):
    paper = make_publication("On Quiet Machines", [make_member()])
    address = reverse("admin:publications_publication_change", args=[paper.pk])
    form = form_values(admin_client.get(address)) | {"title": "Typed"}
    totals = [name for name in form if name.endswith("-TOTAL_FORMS")]
    assert totals
    for name in totals:
        answer = admin_client.post(address, form | {name: "99999"})
        assertContains(answer, "Your browser still has what you typed", status_code=422)
    paper.refresh_from_db()
    assert paper.title == "On Quiet Machines"
    assert admin_client.post(address, form).status_code == 302


@pytest.mark.django_db
def test_k11_nor_does_a_form_of_members():
    ada = make_own()
    client = client_of(ada)
    form = {name: value for name, value in form_of(client).items() if value is not None}
    (name, *_more) = [name for name in form if name.endswith("-TOTAL_FORMS")]
    assertContains(client.post("/my/profile/", form | {name: "99999"}), "99999 rows", status_code=422)
    assert client.post("/my/profile/", form).status_code == 302
