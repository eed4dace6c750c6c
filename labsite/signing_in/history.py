"""Versions of accounts and of their groups: who was made an editor, who got which right, who was switched off.

Kept are the name an account signs in with, what it is called, its e-mail, its state and its rights: never the digest of
its password, a session or anything of a second factor. When somebody signed in is the log of sign-ins'.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, User
from django.db import models
from simple_history import register
from simple_history.models import HistoricalRecords

from labsite.lib.versions import write_versions

NOT_KEPT = ["password", "last_login", "date_joined"]
OF_OWNER = ("first_name", "last_name", "email")  # emptied in all versions once the account is deleted


class AccountRecords(HistoricalRecords):
    """A version for each change of what is kept, from whichever side it comes.

    Signing in writes none; adding an account to a group from the group's side, or deleting the group, writes one of the
    account.
    """

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        return {**super().get_meta_options(model), "default_permissions": ()}

    def get_meta_options_m2m(self, through_model: type[models.Model]) -> dict[str, Any]:
        return {**super().get_meta_options_m2m(through_model), "default_permissions": ()}

    def post_save(self, instance: models.Model, created: bool, using: str | None = None, **kwargs: Any) -> None:
        written = kwargs.get("update_fields")
        if written is not None and not {each.name for each in self.fields_included(instance)} & set(written):
            return
        super().post_save(instance, created, using=using, **kwargs)

    def post_delete(self, instance: models.Model, using: str | None = None, **kwargs: Any) -> None:
        user = self.get_history_user(instance)
        if isinstance(instance, User) and user is not None and user.pk == instance.pk:
            instance._history_user = None  # who deletes their own account is nobody by then
        super().post_delete(instance, using=using, **kwargs)

    def m2m_changed(
        self, instance: models.Model, action: str, attr: str, pk_set: set[Any] | None, reverse: bool, **rest: Any
    ) -> None:
        if not reverse:
            if pk_set or action == "post_clear":
                super().m2m_changed(instance=instance, action=action, attr=attr, pk_set=pk_set, reverse=reverse, **rest)
        elif action == "pre_clear":
            instance.cleared_accounts = self.holders(attr, instance)
        elif action in ("post_add", "post_remove", "post_clear"):
            keys = vars(instance).pop("cleared_accounts", []) if action == "post_clear" else pk_set
            write_versions(list(self.cls._base_manager.filter(pk__in=keys).order_by("pk")))

    def holders(self, attr: str, held: models.Model) -> list[Any]:
        """The keys of what holds `held` in its field `attr`."""
        return list(self.cls._base_manager.filter(**{attr: held}).order_by("pk").values_list("pk", flat=True))


def note_members(instance: Group, **kwargs: Any) -> None:
    instance.former_accounts = list(instance.user_set.order_by("pk").values_list("pk", flat=True))


def write_former_members(instance: Group, **kwargs: Any) -> None:
    """Whoever was in a group that is gone has lost its rights."""
    write_versions(list(User._base_manager.filter(pk__in=instance.former_accounts).order_by("pk")))


def empty_versions(instance: User, **kwargs: Any) -> None:
    """What is left of a deleted account: the name it signed in with, and which rights it had when."""
    User.history.filter(id=instance.pk).update(**dict.fromkeys(OF_OWNER, ""))


def register_accounts() -> None:
    """Gives accounts and their groups a `history`. To be called once, where the models of this app are made."""
    app = "labsite.signing_in"
    register(
        User, app=app, records_class=AccountRecords, excluded_fields=NOT_KEPT, m2m_fields=["groups", "user_permissions"]
    )
    register(Group, app=app, records_class=AccountRecords, m2m_fields=["permissions"])
    models.signals.pre_delete.connect(note_members, sender=Group, dispatch_uid="labsite.signing_in.history")
    models.signals.post_delete.connect(write_former_members, sender=Group, dispatch_uid="labsite.signing_in.history")
    models.signals.post_delete.connect(empty_versions, sender=User, dispatch_uid="labsite.signing_in.history")
