"""The two groups of accounts: Editors change all content, Members change their own profile.

What a member reaches beyond these permissions is narrowed to themselves in `people/admin.py`.
"""

from __future__ import annotations

from typing import Any

CONTENT = ("labsite", "people", "publications", "activities")
EDITORS, MEMBERS = "Editors", "Members"
OWN_PROFILE = {
    "person": ("view", "change"),
    "profilelink": ("view", "add", "change", "delete"),
    "profilesection": ("view", "add", "change", "delete"),
}


def fill_groups(group_model: Any, permission_model: Any) -> None:
    """Makes both groups and gives them their permissions, in addition to any that were given by hand."""
    content = permission_model.objects.filter(content_type__app_label__in=CONTENT)
    editors, _ = group_model.objects.get_or_create(name=EDITORS)
    editors.permissions.add(*content)
    members, _ = group_model.objects.get_or_create(name=MEMBERS)
    names = [f"{verb}_{model}" for model, verbs in OWN_PROFILE.items() for verb in verbs]
    members.permissions.add(*content.filter(content_type__app_label="people", codename__in=names))
