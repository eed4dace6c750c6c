"""Makes a site that can be looked at: tables, static files, demo data on an empty database, an admin account."""

from __future__ import annotations

import secrets
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from labsite.models import LabProfile
from labsite.roles import CONTENT
from people.models import Person
from publications.models import Publication

ADMIN_NAME = "admin"


class Command(BaseCommand):
    help = (
        "Prepares this installation for a first look. Safe to run again: it adds what is missing and changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--address", default="http://127.0.0.1:8000", help="Where the site will answer.")
        parser.add_argument("--no-demo", action="store_true", help="Leave an empty database empty.")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        if not settings.DEBUG:
            call_command("collectstatic", verbosity=0, interactive=False)
        if not options["no_demo"] and database_is_empty():
            call_command("loaddata", "demo", verbosity=0)
            begin_history()
            self.stdout.write("The demo data are loaded.")
        password = create_admin()
        self.stdout.write(f"Site:   {options['address']}/")
        self.stdout.write(f"Admin:  {options['address']}/admin/")
        if password:
            self.stdout.write(f"Log in as '{ADMIN_NAME}' with the password {password} (shown only this once).")


def database_is_empty() -> bool:
    """Whether nobody has put anything in yet."""
    return not any(model.objects.exists() for model in (Person, Publication, LabProfile))


def begin_history() -> None:
    """Gives every record a first row of history: without it, a first edit could not be taken back."""
    for model in apps.get_models():
        if model._meta.app_label in CONTENT and hasattr(getattr(model, "history", None), "bulk_history_create"):
            known = model.history.values_list(model._meta.pk.name, flat=True)
            model.history.bulk_history_create(list(model.objects.exclude(pk__in=list(known))), batch_size=500)


def create_admin() -> str:
    """Makes an account that may do everything if there is none; gives its password, or "" if there is one."""
    users = get_user_model().objects
    if users.filter(is_superuser=True).exists() or users.filter(username=ADMIN_NAME).exists():
        return ""
    password = secrets.token_urlsafe(15)
    users.create_superuser(ADMIN_NAME, password=password)
    return password
