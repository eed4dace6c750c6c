"""K3: whatever is sent to any form of the site, or asked of any address, gets an answer, from whatever role.

The client raises what a view does not catch. `make fuzz` sends more of it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from simple_history.admin import SimpleHistoryAdmin

from labsite.models import Page
from labsite.tests.fuzz import cases
from labsite.tests.hostile import Site, query, spoilt
from people.models import Person
from publications.models import Publication

pytestmark = [pytest.mark.once, pytest.mark.django_db]
# Cases are numbers that a random course of events begins with: there is nothing to make smaller.
SETTINGS = {
    "deadline": None, "database": None, "suppress_health_check": list(HealthCheck),
    "phases": [Phase.explicit, Phase.generate],
}  # fmt: skip
NUMBERS = st.integers(0, 2**60)
ROLES = ["superuser"] * 6 + ["editor", "data-manager", "member", "anonymous"]


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker) -> Iterator[Site]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield Site()
        transaction.set_rollback(True)


@pytest.mark.parametrize(("role", "number"), [("superuser", 0)])
def test_every_form_of_the_admin_is_found(site, role, number):
    """At least one form to send for each model that can be added, and for pages of our own."""
    for address in ("/admin/people/person/add/", "/admin/publications/import/add/", "/my/profile/", "/login/"):
        assert address in site.addresses
    assert any(form.files for form in site.forms(role, "/admin/publications/import/add/"))


@settings(max_examples=cases(40), **SETTINGS)
@given(number=NUMBERS)
def test_any_form_is_answered(site, number):
    chance = random.Random(number)  # noqa: S311 - a course of events
    role = chance.choice(ROLES)
    for _ in range(30):  # many pages have no form
        if forms := site.forms(role, chance.choice(site.addresses)):
            form = chance.choice(forms)
            response = site.ask(role, "POST", form.action, spoilt(form, chance))
            assert response.status_code < 500, (role, form.action)
            return


@settings(max_examples=cases(40), **SETTINGS)
@given(number=NUMBERS)
def test_any_address_is_answered(site, number):
    chance = random.Random(number)  # noqa: S311 - a course of events
    role, address = chance.choice(ROLES), f"{chance.choice(site.addresses)}?{query(chance)}"
    response = site.ask(role, "GET", address)
    assert response.status_code < 500 or address.startswith("/readyz"), (role, address)


NO_KEYS = ["abc", "1e5", "%00", "x y", "-1", "½", "_", "1" * 5000, "9" * 30]


@pytest.mark.parametrize("role", ["editor", "superuser"])
def test_keys_that_are_no_numbers_lead_to_no_version(site, role):
    """Whichever record and whichever version is asked for; what cannot be one is answered before it is looked up."""
    with_history = [model for model, each in admin.site._registry.items() if isinstance(each, SimpleHistoryAdmin)]
    assert {Person, Publication, Page, User, Group} <= set(with_history)
    for model in with_history:
        root = f"/admin/{model._meta.app_label}/{model._meta.model_name}"
        for key in NO_KEYS:
            for rest in (f"1/history/{key}/", f"{key}/history/", f"{key}/history/1/"):
                for method in ("GET", "POST"):
                    response = site.ask(role, method, f"{root}/{rest}")
                    assert response.status_code in (302, 403, 404), (role, method, root, rest[:40])
                    assert response.status_code != 302 or "/login/" not in response.headers["Location"]
