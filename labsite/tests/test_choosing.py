"""Keys from outside that are none: no form and no act of the admin fails with them."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from labsite.tests.forms import form_values
from labsite.tests.world import make_world

pytestmark = [pytest.mark.django_db, pytest.mark.once]
OURS = ("labsite", "people", "publications", "activities", "auth", "signing_in")
NONE = ("abc", "", "\x00", "9" * 40, "-1", "1.5", "٣")


@pytest.fixture
def editor() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(get_user_model().objects.create_superuser("editor"))
    return client


def admins():
    return sorted(
        ((model._meta, own) for model, own in admin.site._registry.items() if model._meta.app_label in OURS),
        key=lambda pair: pair[0].label,
    )


def test_forms_take_no_key_for_what_is_none(editor):
    """Each field that points to a record, in the address and in what is sent."""
    asked = 0
    for meta, own in admins():
        address = reverse(f"admin:{meta.app_label}_{meta.model_name}_add")
        if editor.get(address).status_code != 200:
            continue
        form = own.get_form(editor.get(address).wsgi_request)
        fields = [name for name, field in form.base_fields.items() if hasattr(field, "queryset")]
        for value in NONE:
            asked += len(fields)
            answer = editor.get(address, dict.fromkeys(fields, value))
            assert answer.status_code in (200, 302), (address, fields, value)
        if "adminform" not in editor.get(address).context:
            continue
        values = form_values(editor.get(address))
        rows = [name for name in values if name.endswith("-TOTAL_FORMS")]
        for none in ("abc", "9223372036854775808"):
            sent = {**values, **dict.fromkeys(fields, none), **dict.fromkeys(rows, "1")}
            assert editor.post(address, sent).status_code in (200, 409), (address, none)
    assert asked > 150


def test_acts_on_rows_that_are_none_are_refused(editor):
    make_world(1)
    asked = 0
    for meta, own in admins():
        address = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        answer = editor.get(address)
        if answer.status_code != 200:
            continue
        for action in own.get_actions(answer.wsgi_request):
            for value in NONE:
                asked += 1
                sent = editor.post(address, {"action": action, "_selected_action": value})
                assert sent.status_code in (200, 302, 409), (address, action, value)
    assert asked > 100
