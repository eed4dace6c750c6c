"""The log of sign-ins and the lock-outs, for superusers; second factors are taken off on the list of accounts."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from simple_history.admin import SimpleHistoryAdmin

from labsite.lib.choosing import ChosenRowsMixin
from labsite.lib.conflicts.guarding import GuardedAdmin
from labsite.lib.history_pages import HistoryPagesAdmin
from labsite.lib.versions import set_changes
from labsite.signing_in.history import NOT_KEPT
from labsite.signing_in.models import Happening, SignInEvent, Tries
from labsite.signing_in.noting import note
from labsite.signing_in.removing import remove_second_factors

PASSWORD_CHANGED = "Password changed"  # noqa: S105 - the reason of a version


class SuperusersLook(ChosenRowsMixin, admin.ModelAdmin):
    """Rows that only superusers see and nobody writes."""

    list_per_page = 50
    show_full_result_count = False
    list_select_related = ["account"]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_superuser

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_active and request.user.is_superuser

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(SignInEvent)
class SignInEventAdmin(SuperusersLook):
    list_display = ["at", "what", "account", "address", "means"]
    list_filter = ["what", "at"]
    search_fields = ["account__username", "address"]
    fields = list_display
    list_display_links = None


@admin.register(Tries)
class TriesAdmin(SuperusersLook):
    """Those that are locked now: what lies below a bound is nobody's business."""

    list_display = ["account", "address", "scope", "number", "locked_until"]
    list_display_links = None
    actions = ["unlock"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).filter(locked_until__gt=timezone.now())

    @admin.action(description=gettext_lazy("Unlock the chosen"), permissions=["view"])
    def unlock(self, request: HttpRequest, queryset: QuerySet) -> None:
        chosen = list(queryset.select_related("account"))
        for each in chosen:
            note(Happening.UNLOCKED, request, each.account, "admin")
        Tries.objects.filter(pk__in=[each.pk for each in chosen]).delete()
        text = ngettext("%(number)s lock-out is ended.", "%(number)s lock-outs are ended.", len(chosen))
        self.message_user(request, text % {"number": len(chosen)}, messages.SUCCESS)


class AccountHistoryAdmin(HistoryPagesAdmin):
    """Versions to be read by whoever may look at the record. None is gone back to: rights are given anew, by hand."""

    object_history_list_template = "admin/history_list.html"

    def get_urls(self) -> list[URLPattern]:
        return super(SimpleHistoryAdmin, self).get_urls()  # without the page of a version

    def revert_disabled(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def set_history_delta_changes(self, request: HttpRequest, historical_records: Any, **kwargs: Any) -> None:
        set_changes(historical_records, self.model, whole_lists=False)


class AccountPasswordForm(AdminPasswordChangeForm):
    """That somebody else changed a password stands in the account's history."""

    def set_password_and_save(self, user: Any, *args: Any, **kwargs: Any) -> Any:
        user._change_reason = PASSWORD_CHANGED
        return super().set_password_and_save(user, *args, **kwargs)


class AccountAdmin(GuardedAdmin, AccountHistoryAdmin, UserAdmin):
    """Django's, whose forms notice what others changed meanwhile, with one act more for superusers.

    When somebody signed in is nobody's to type.
    """

    change_password_form = AccountPasswordForm
    readonly_fields = ["last_login", "date_joined"]
    not_typed = tuple(NOT_KEPT)
    actions = ["remove_second_factors"]

    def has_superuser_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes the account they are signed in with: the answer could not be told to anyone."""
        return super().has_delete_permission(request, obj) and obj != request.user

    @admin.action(
        description=gettext_lazy("Remove the second factors of the chosen accounts"), permissions=["superuser"]
    )
    def remove_second_factors(self, request: HttpRequest, queryset: QuerySet) -> None:
        done = sum(bool(remove_second_factors(account, "admin", request)) for account in queryset)
        text = ngettext(
            "%(number)s account signs in with its password alone now.",
            "%(number)s accounts sign in with their password alone now.",
            done,
        )
        self.message_user(request, text % {"number": done}, messages.SUCCESS if done else messages.WARNING)
        if done:
            self.message_user(request, _("Their owners are signed out and should set one up again."), messages.INFO)


admin.site.unregister(get_user_model())
admin.site.register(get_user_model(), AccountAdmin)


class AccountGroupAdmin(GuardedAdmin, AccountHistoryAdmin, GroupAdmin):
    """Django's, whose forms notice what others changed meanwhile."""


admin.site.unregister(Group)
admin.site.register(Group, AccountGroupAdmin)
