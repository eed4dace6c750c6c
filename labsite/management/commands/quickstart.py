"""Makes a site that can be looked at: tables, static files, demo data on an empty database, an admin account."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Model

from labsite.lib.versions import write_versions
from labsite.operations.starting import own_file
from labsite.roles import CONTENT
from publications.importing.worker import start_worker

ADMIN_NAME = "admin"


class Command(BaseCommand):
    help = (
        "Prepares this installation for a first look. Safe to run again: it adds what is missing and changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--address", default="http://127.0.0.1:8000", help="Where the site will answer.")
        parser.add_argument("--no-demo", action="store_true", help="Leave an empty database empty.")

    def handle(self, *args: Any, **options: Any) -> None:
        file = own_file()
        if file and not file.exists():  # a new site is nobody else's to read; one that is there keeps its rights
            os.umask(0o077)
            Path(settings.DATA_DIR).chmod(0o700)
        call_command("migrate", verbosity=0, interactive=False)
        if not settings.DEBUG:
            call_command("collectstatic", verbosity=0, interactive=False)
        if not options["no_demo"] and database_is_empty():
            call_command("loaddata", "demo", verbosity=0)
            begin_history()
            self.stdout.write("The demo data are loaded.")
        start_worker()  # carries on what a restart interrupted
        password = create_admin()
        self.stdout.write(f"Site:   {options['address']}/")
        self.stdout.write(f"Admin:  {options['address']}/admin/")
        if password:
            self.stdout.write(f"Log in as '{ADMIN_NAME}' with the password {password} (shown only this once).")


def database_is_empty() -> bool:
    """Whether nobody has put anything in yet, of any kind."""
    return not any(model._default_manager.exists() for model in content_models())


def content_models() -> list[type[Model]]:
    """Every model that holds content and a history."""
    found = [model for model in apps.get_models() if model._meta.app_label in CONTENT]
    return [model for model in found if hasattr(getattr(model, "history", None), "bulk_history_create")]


def begin_history() -> None:
    """Gives every record one whole first row of history: without it, a first edit could not be taken back.

    Loading the demo data wrote rows for many-to-many values only, some of them before the values were complete.
    """
    for model in content_models():
        model.history.all().delete()
        write_versions(list(model._default_manager.all()), update=False)


def create_admin() -> str:
    """Makes an account that may do everything if there is none; gives its password, or "" if there is one."""
    users = get_user_model().objects
    if users.filter(is_superuser=True).exists() or users.filter(username=ADMIN_NAME).exists():
        return ""
    password = secrets.token_urlsafe(15)
    users.create_superuser(ADMIN_NAME, password=password)
    return password
