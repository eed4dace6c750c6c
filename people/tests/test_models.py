"""What a person's record refuses whoever writes it."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from people.models import Person


@pytest.mark.parametrize("name", ["\u200b\u200b", "\u2060", "\ufeff \u200d"])
def test_a_name_of_which_nothing_shows_is_refused(name):
    with pytest.raises(ValidationError, match="Give a name that can be read"):
        Person(name=name, slug="unseen").clean()


@pytest.mark.parametrize("name", ["🦊", "王", "O", "42", "∑"])
def test_a_name_of_one_sign_that_shows_is_taken(name):
    person = Person(name=name, slug="seen")
    person.clean()
    assert person.name == name
