"""What every admin page of this site has in common: folded search, history with revert, publishing, slugs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import smart_split, unescape_string_literal
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from labsite.lib.changes import records_written
from labsite.lib.conflicts.guarding import SEEN, GuardedAdmin
from labsite.lib.history_pages import HistoryPagesAdmin, check_keys
from labsite.lib.one_line import ONE_LINE_INPUTS
from labsite.lib.plain import PlainMixin, empty_rows
from labsite.lib.rows import owner_field
from labsite.lib.text import fold, unique_slug
from labsite.lib.versions import end_of_version, restore_rows, set_changes, write_versions

# The models whose records can be made one; `labsite.merging` knows how.
MERGEABLE = frozenset({"people.organization", "people.person", "publications.publication", "publications.venue"})


MOST_WORDS = 20  # of a search in the admin

# Whoever may read what private fields said before: the group “Data managers” and superusers.
READ_PRIVATE_HISTORY = "people.read_private_history"


def without_fields(fieldsets: Any, hidden: frozenset[str]) -> list[Any]:
    """Fieldsets without these fields, lines and sets that hold nothing else included."""
    found = []
    for name, options in fieldsets:
        lines = []
        for line in options["fields"]:
            if isinstance(line, str):
                lines += [line] if line not in hidden else []
            elif left := tuple(each for each in line if each not in hidden):
                lines.append(left)
        if lines:
            found.append((name, {**options, "fields": lines}))
    return found


class RecordForm(forms.ModelForm):
    """Shows an earlier version whole: django-simple-history fills its many-to-many fields with today's rows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        version = getattr(self.instance, "_history", None)
        for field in getattr(version, "_history_m2m_fields", ()):
            column = f"{field.m2m_reverse_field_name()}_id"
            self.initial[field.name] = list(getattr(version, field.name).values_list(column, flat=True))


class RecordAdmin(GuardedAdmin, PlainMixin, HistoryPagesAdmin):
    """An admin with history, for those who may change the record. Search finds words without accents and case."""

    form = RecordForm
    private_history: frozenset[str] = frozenset()  # fields whose earlier values only data managers read
    # What going back to an earlier version leaves alone: fields, and models of rows inside the page.
    kept_today: frozenset[str] = frozenset()
    rows_kept_today: frozenset[type[models.Model]] = frozenset()
    formfield_overrides = ONE_LINE_INPUTS
    list_per_page = 50
    show_full_result_count = False
    save_on_top = True
    object_history_list_template = "admin/history_list.html"
    object_history_form_template = "admin/history_form.html"

    def get_search_results(self, request: HttpRequest, queryset: models.QuerySet, search_term: str) -> Any:
        """Rows that hold every word in some field; each word may stand in another field or related row.

        Each is a question within the question: of a pasted page the first `MOST_WORDS` are asked for.
        """
        words = list(dict.fromkeys(smart_split(search_term.replace("\x00", ""))))
        if len(words) > MOST_WORDS and request.resolver_match.url_name.endswith("_changelist"):
            self.message_user(request, gettext("Only the first %d words were looked for.") % MOST_WORDS, "WARNING")
        for word in words[:MOST_WORDS]:
            if word.startswith(('"', "'")) and len(word) > 1 and word[0] == word[-1]:
                word = unescape_string_literal(word)
            found = self.model._default_manager.filter(self.q_word(request, word)).order_by()
            queryset = queryset.filter(pk__in=found.values("pk"))
        return queryset, False

    def q_word(self, request: HttpRequest, word: str) -> models.Q:
        """`word` in one of the search fields: folded where the column is, as typed elsewhere."""
        condition = models.Q()
        for name in self.get_search_fields(request):
            if name.endswith("search_text"):
                condition |= models.Q(*((f"{name}__contains", part) for part in fold(word).split()[:MOST_WORDS]))
            else:
                condition |= models.Q((f"{name}__icontains", word))
        return condition

    def has_view_history_or_change_history_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)

    def set_history_delta_changes(self, request: HttpRequest, historical_records: Sequence[Any], **kwargs: Any) -> None:
        set_changes(historical_records, self.model, self.hidden_history(request))

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, *args: Any, **kwargs: Any
    ) -> Any:
        """An earlier version; going back to it brings back the rows inside the page too, as they were then."""
        check_keys(object_id, version_id)
        version = self.model.history.filter(
            **{self.model._meta.pk.attname: object_id, "history_id": version_id}
        ).first()
        moment = end_of_version(version) if version and request.method == "POST" else None
        with transaction.atomic() if request.method == "POST" else nullcontext():  # who looks keeps nobody waiting
            record = self.get_object(request, object_id) if version else None
            seen = self.state_of(record.pk, hold=moment is not None) if record is not None else "gone"
            if moment and request.POST.get(SEEN) != seen:
                return self.ask_for_another_look(request, object_id)
            kwargs["extra_context"] = {**(kwargs.get("extra_context") or {}), SEEN: seen}
            response = super().history_form_view(request, object_id, version_id, *args, **kwargs)
            if moment and response.status_code == 302:
                for inline in self.get_inline_instances(request, version.instance):
                    if inline.model in self.rows_kept_today:
                        continue
                    column = owner_field(self.model, inline).attname
                    restore_rows(version.instance, inline.model, column, moment)
                records_written.send(sender=self.model, instances=[version.instance])
        return response

    def ask_for_another_look(self, request: HttpRequest, object_id: str) -> HttpResponse:
        words = gettext(
            "Nothing was changed back: somebody changed this record while you looked at an earlier version. The newest "
            "versions are on top."
        )
        self.message_user(request, words, messages.WARNING)
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_history"
        return HttpResponseRedirect(reverse(name, args=[object_id]))

    # Earlier values of private fields

    def hidden_history(self, request: HttpRequest) -> frozenset[str]:
        """The fields of which this account may read today's values only."""
        return frozenset() if request.user.has_perm(READ_PRIVATE_HISTORY) else self.private_history

    def left_alone(self, request: HttpRequest, obj: Any) -> frozenset[str]:
        """The fields that are not in the form of `obj`, if that is an earlier version."""
        is_earlier = bool(getattr(obj, "_history", None))
        return self.hidden_history(request) | self.kept_today if is_earlier else frozenset()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        hidden = self.left_alone(request, obj)
        return without_fields(fieldsets, hidden) if hidden else fieldsets

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Of an earlier version, such fields hold what they hold today."""
        hidden = self.left_alone(request, obj)
        if hidden:
            today = self.model._base_manager.filter(pk=obj.pk).first() or self.model()
            for name in hidden & {field.name for field in self.opts.concrete_fields}:
                setattr(obj, name, getattr(today, name))
        return super().get_form(request, obj, change=change, **kwargs)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Says in words that something a form names was deleted or merged while it was being saved."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError:
            message = gettext(
                "Nothing was saved: a record that this page names was deleted, merged or added by somebody else at the "
                "same moment. Look at the page again and repeat your change."
            )
            self.message_user(request, message, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    # Merging

    def may_merge(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = self.has_change_permission(request, obj) and self.has_delete_permission(request, obj)
        return self.opts.label_lower in MERGEABLE and allowed

    def merge_address(self, **keys: Any) -> str:
        """The page that shows what merging two records would do; `kept` and `merged` are their keys."""
        page = reverse("admin:merge", args=[self.opts.label_lower], current_app=self.admin_site.name)
        return f"{page}?{urlencode(keys)}"

    def record_tools(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """What can be done with a record beside editing it, as (label, address): buttons on top of its page."""
        return (
            [(gettext("Merge into another…"), self.merge_address(merged=obj.pk))]
            if self.may_merge(request, obj)
            else []
        )

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        record = context.get("original")
        if record is not None and not context.get("is_popup"):
            context["record_tools"] = self.record_tools(request, record)
        context["is_plain"] = empty_rows(request) is not None
        return super().render_change_form(request, context, *args, **kwargs)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        if self.may_merge(request) and IS_POPUP_VAR not in request.GET:
            actions["merge_chosen"] = self.get_action("merge_chosen")
        return actions

    @admin.action(description=_("Merge the two chosen"))
    def merge_chosen(self, request: HttpRequest, queryset: models.QuerySet) -> HttpResponse | None:
        keys = sorted(queryset.values_list("pk", flat=True))
        if len(keys) == 2:
            return HttpResponseRedirect(self.merge_address(kept=keys[0], merged=keys[1]))
        message = gettext("%(keys)s are chosen: choose exactly two to merge. To merge more, do it pair by pair.") % {
            "keys": len(keys)
        }
        self.message_user(request, message, messages.WARNING)
        return None


class PublishableAdmin(RecordAdmin):
    """Adds “Publish” and “Unpublish” for many rows at once."""

    actions = ["publish", "unpublish"]

    @admin.action(description=_("Publish the chosen ones"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        self._set_published(request, queryset, True)

    @admin.action(description=_("Unpublish the chosen ones (make them drafts)"), permissions=["change"])
    def unpublish(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        self._set_published(request, queryset, False)

    def _set_published(self, request: HttpRequest, queryset: models.QuerySet, value: bool) -> None:
        keys = list(queryset.values_list("pk", flat=True))
        with transaction.atomic():
            rows = self.model._base_manager.select_for_update().filter(pk__in=keys, is_published=not value)
            changed = list(rows.order_by("pk"))
            for instance in changed:
                instance.is_published = value
            self.model._default_manager.bulk_update(changed, ["is_published"], batch_size=500)
            write_versions(changed, request.user)
            records_written.send(sender=self.model, instances=changed)
        said = (
            gettext("%(number)s published; the others were so already.")
            if value
            else gettext("%(number)s made drafts; the others were so already.")
        )
        self.message_user(request, said % {"number": len(changed)}, messages.SUCCESS)


class SlugForm(RecordForm):
    """Makes the end of the address from `slug_source` where it is left empty; two of one name get a number."""

    slug_source = "name"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text += gettext(
                " Leave it empty and it is made from the name. Changing it later breaks links from elsewhere."
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "slug" in self.fields and "slug" not in self.errors and not cleaned.get("slug"):
            rows = self._meta.model.objects.exclude(pk=self.instance.pk)
            source = cleaned.get(self.slug_source) or ""
            cleaned["slug"] = unique_slug(rows, source, self._meta.model._meta.model_name)
        return cleaned
