"""The groups of accounts: Editors change all content, Members their own profile, Data managers read private history.

What a member reaches beyond these permissions is narrowed to themselves in `people/admin.py`.
"""

from __future__ import annotations

from typing import Any

CONTENT = ("labsite", "people", "publications", "activities")
EDITORS, MEMBERS, DATA_MANAGERS = "Editors", "Members", "Data managers"
GROUPS = (EDITORS, MEMBERS, DATA_MANAGERS)
PRIVATE_HISTORY = "read_private_history"  # what private fields said before; for data managers, in addition to a group
# What the site alone writes: no migration gave anybody rights on it.
NOBODYS = ("erasure", "facettotal", "historicalpage", "publicationfacet")
OWN_PROFILE = {
    "person": ("view", "change"),
    "profilelink": ("view", "add", "change", "delete"),
    "profilesection": ("view", "add", "change", "delete"),
}


def make_data_managers(group_model: Any, permission_model: Any) -> None:
    """Whoever is in this group and in Editors reads earlier values of private fields."""
    managers, _ = group_model.objects.get_or_create(name=DATA_MANAGERS)
    managers.permissions.add(*permission_model.objects.filter(codename=PRIVATE_HISTORY))


def fill_groups(group_model: Any, permission_model: Any) -> None:
    """Makes both groups and gives them their permissions, in addition to any that were given by hand."""
    content = permission_model.objects.filter(content_type__app_label__in=CONTENT)
    editors, _ = group_model.objects.get_or_create(name=EDITORS)
    editors.permissions.add(*content.exclude(codename=PRIVATE_HISTORY).exclude(content_type__model__in=NOBODYS))
    members, _ = group_model.objects.get_or_create(name=MEMBERS)
    names = [f"{verb}_{model}" for model, verbs in OWN_PROFILE.items() for verb in verbs]
    members.permissions.add(*content.filter(content_type__app_label="people", codename__in=names))
