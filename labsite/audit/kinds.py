"""The kinds of records that have history, and whose page each of their rows belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group as AccountGroup
from django.contrib.auth.models import User
from django.db import models
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from labsite.lib.rows import owner_field

APPS = ("people", "publications", "activities", "labsite", "auth")
ACCOUNTS = {User: _("Account"), AccountGroup: _("Group of accounts")}  # a lab has groups too, of people
READS_ALL = ("people.add_person", "people.change_person")  # editors; members change themselves only


@dataclass(frozen=True)
class AuditKind:
    """One model with history. `owner` and `column` name the record on whose page its rows are edited."""

    number: int
    model: type[models.Model]
    owner: type[models.Model]
    column: str  # of the row; its own key where it is no row of another

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    @property
    def history(self) -> Any:
        return self.model.history.model

    @property
    def is_row(self) -> bool:
        return self.owner is not self.model

    @property
    def is_of_accounts(self) -> bool:
        return self.model in ACCOUNTS

    @property
    def has_page(self) -> bool:
        return admin.site.is_registered(self.model)


@cache
def audit_kinds() -> tuple[AuditKind, ...]:
    """Every kind, in one order for good: addresses of pages name it by its number."""
    owners = row_owners()
    found = []
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            if not hasattr(getattr(model, "history", None), "as_of"):
                continue
            owner, column = owners.get(model, (model, model._meta.pk.attname))
            found.append(AuditKind(len(found), model, owner, column))
    return tuple(found)


def row_owners() -> dict[type[models.Model], tuple[type[models.Model], str]]:
    """The model in whose page rows of another are edited, and the column that says whose; the first of several."""
    found: dict[type[models.Model], tuple[type[models.Model], str]] = {}
    for model, own in sorted(admin.site._registry.items(), key=lambda pair: order_of(pair[0])):
        for inline in own.inlines:
            if inline.model not in found:
                column = owner_field(model, inline)
                found[inline.model] = (model, column.attname)
    return found


def order_of(model: type[models.Model]) -> tuple[bool, str]:
    """People and publications have the pages that most is edited in."""
    return model._meta.model_name not in ("person", "publication"), model._meta.label_lower


def kind_name(model: type[models.Model]) -> str:
    return str(ACCOUNTS.get(model) or capfirst(str(model._meta.verbose_name)))


def may_read(request: HttpRequest, kind: AuditKind) -> bool:
    """Records for who may change them; accounts and their groups for whoever may look at both."""
    if kind.is_of_accounts:
        return all(may_look(request, model) for model in ACCOUNTS)
    return request.user.has_perms([*READS_ALL, f"{kind.model._meta.app_label}.change_{kind.model._meta.model_name}"])


def may_look(request: HttpRequest, model: type[models.Model]) -> bool:
    return admin.site._registry[model].has_view_permission(request)


def kinds_for(request: HttpRequest) -> list[AuditKind]:
    """What this account may read the history of; nothing for who neither is an editor nor may look at accounts."""
    return [kind for kind in audit_kinds() if may_read(request, kind)]
