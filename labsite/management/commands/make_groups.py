"""Brings back the groups of accounts when somebody deleted one."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand
from django.db import transaction

from labsite.roles import CONTENT, GROUPS, fill_groups, make_data_managers


class Command(BaseCommand):
    help = (
        "Makes the groups Editors, Members and Data managers where they are gone, and gives them the rights they lack. "
        "Takes no right away; who belongs to a group that was deleted has to be said again in the admin."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            before = set(Group.objects.filter(name__in=GROUPS).values_list("name", flat=True))
            for label in CONTENT:
                create_permissions(apps.get_app_config(label), verbosity=0)
            fill_groups(Group, Permission)
            make_data_managers(Group, Permission)
        made = [name for name in GROUPS if name not in before]
        self.stdout.write(
            f"Made: {', '.join(made)}." if made else "They were all there; rights they lacked were given."
        )
