"""Cards on disk go when their record does; a person's go whenever the person changes, in case it was a wish."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_delete, post_save

from labsite.cards.facts import folder_name
from labsite.lib.changes import records_written
from labsite.lib.renditions import drop_renditions
from people.models import Group, Person
from publications.models import Publication


def connect_cards() -> None:
    for model in (Person, Publication, Group):
        post_delete.connect(drop_card, sender=model, dispatch_uid="cards")
    post_save.connect(drop_card, sender=Person, dispatch_uid="cards")
    records_written.connect(drop_cards, sender=Person, dispatch_uid="cards")


def drop_card(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    transaction.on_commit(partial(drop_renditions, folder_name(instance)), robust=True)


def drop_cards(sender: type[Model], instances: Iterable[Model], **kwargs: Any) -> None:
    for instance in instances:
        drop_card(sender, instance)
