"""Who may sign in, and what waits for somebody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import Q
from django.utils import timezone

from activities.models import NewsItem, Project
from labsite.models import LabProfile, Page
from labsite.operations.doctor.findings import FAIL, OK, WARN, Finding, some
from labsite.roles import EDITORS, GROUPS
from labsite.signing_in.models import AuthenticatorApp
from labsite.signing_in.sealing import CannotOpen, open_sealed
from people.models import Person
from publications.importing.leases import UNFINISHED
from publications.models import Import, Publication

LONG = timedelta(hours=6)
DRAFTS = (Person, Publication, NewsItem, Project, Page)


def check_accounts() -> Iterator[Finding]:
    users = get_user_model().objects.filter(is_active=True)
    problems = 0
    if not users.filter(is_superuser=True).exists():
        problems += 1
        yield Finding(
            WARN,
            "accounts",
            "Nobody may do everything: no account can make others.",
            "python manage.py createsuperuser",
        )
    missing = set(GROUPS) - set(Group.objects.values_list("name", flat=True))
    if missing:
        problems += 1
        yield Finding(
            FAIL, "accounts", f"The groups {some(sorted(missing))} are gone.",
            "python manage.py make_groups, then put their accounts into them again in the admin",
        )  # fmt: skip
    idle = users.filter(is_staff=True, is_superuser=False).filter(
        Q(groups=None) | Q(groups__permissions=None), user_permissions=None
    )
    names = list(idle.distinct().order_by("username").values_list("username", flat=True))
    if names:
        problems += 1
        yield Finding(
            WARN, "accounts", f"May enter the admin but see nothing there: {some(names)}.",
            f"put them into the group {EDITORS} in the admin, or take “staff status” away",
        )  # fmt: skip
    if not problems:
        yield Finding(OK, "accounts", f"{users.count()} active, {users.filter(is_staff=True).count()} of them staff")


def check_authenticator_apps() -> Iterator[Finding]:
    """Whether their secrets can still be opened: a new SECRET_KEY without the former one shuts them."""
    number, shut = 0, []
    apps = AuthenticatorApp.objects.order_by("account__username").values_list("account__username", "secret")
    for name, sealed in apps.iterator():
        number += 1
        try:
            open_sealed(sealed)
        except CannotOpen:
            shut.append(name)
    if shut:
        yield Finding(
            FAIL, "authenticator apps",
            f"{len(shut)} of {number} were sealed with another SECRET_KEY, and take no code: {some(shut)}.",
            "set SECRET_KEY_FALLBACKS to the former key; if it is lost: python manage.py remove_second_factor NAME",
        )  # fmt: skip
    else:
        yield Finding(OK, "authenticator apps", f"{number} can be opened" if number else "nobody has one")


def check_profile() -> Iterator[Finding]:
    if LabProfile.objects.exists():
        yield Finding(OK, "lab", "the lab has a profile")
    else:
        yield Finding(
            WARN, "lab", "The lab has no profile: the site calls itself Labsite.", "admin: Site → Lab profile"
        )


def check_waiting() -> Iterator[Finding]:
    """Imports that a restart interrupted, and drafts."""
    late = timezone.now() - LONG
    stuck = Import.objects.filter(state__in=UNFINISHED, created_at__lt=late)
    left = stuck.filter(Q(working_until=None) | Q(working_until__lt=timezone.now())).count()
    if left:
        yield Finding(
            WARN, "imports", f"{left} were interrupted and nobody carries them on.", "python manage.py run_imports"
        )
    else:
        yield Finding(OK, "imports", "none was interrupted")
    drafts = {model: model._base_manager.filter(is_published=False).count() for model in DRAFTS}
    told = [f"{number} {model._meta.verbose_name_plural}" for model, number in drafts.items() if number]
    yield Finding(OK, "drafts", some(told, len(DRAFTS)) if told else "there are none")


CHECKS = [check_accounts, check_authenticator_apps, check_profile, check_waiting]
