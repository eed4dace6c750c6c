"""Forms of the admin that notice what others did meanwhile: saving, deleting, pressing a button twice."""

from __future__ import annotations

import copy
import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.actions import delete_selected
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import Max
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext

from labsite.lib.choosing import ChosenRowsMixin
from labsite.lib.conflicts.authors import Authors, newest_version, say_who
from labsite.lib.conflicts.posting import JoinedForm, PostedForm
from labsite.lib.conflicts.repeats import NAME as FORM_KEY
from labsite.lib.conflicts.repeats import Claim, claim_form, new_form_key
from labsite.lib.conflicts.snapshots import Snapshot, read_snapshot, record_name, take_snapshot
from labsite.lib.conflicts.states import digest_of_state
from labsite.lib.conflicts.three_way import Comparison, compare
from labsite.lib.conflicts.uploads import NAME as KEPT_FILES
from labsite.lib.conflicts.uploads import bring_back_uploads, keep_uploads
from labsite.lib.conflicts.wording import Labels, describe, label_of
from labsite.lib.questions import read_key
from labsite.lib.rows import made_for, owner_field

SEEN, SEEN_NOW, CHOICE = "seen", "seen-now", "choice-"
OWN_INPUTS = {"csrfmiddlewaretoken", SEEN_NOW, KEPT_FILES}


@dataclass(frozen=True)
class Today:
    """A record as its form would show it now."""

    form: forms.ModelForm
    formsets: list[BaseInlineFormSet]
    snapshot: Snapshot


class GuardedAdmin(ChosenRowsMixin):
    """For every admin: what a form was made from comes with it, and is compared under the lock of the save.

    A change costs one row, which names the form (`repeats`), and one statement each before the record is written and
    after. Looking at a form costs one.
    """

    not_typed: tuple[str, ...] = ()  # columns of the record that change by themselves, which is nobody's edit

    delete_confirmation_template = "admin/delete_record.html"
    delete_selected_confirmation_template = "admin/delete_records.html"

    # What forms carry

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        context["form_key"] = request.POST.get(FORM_KEY) or new_form_key()
        record = context.get("original")
        if record is not None and self.has_change_permission(request, record):
            context[SEEN] = self.seen_of(request, context, record)
        return super().render_change_form(request, context, *args, **kwargs)

    def seen_of(self, request: HttpRequest, context: dict[str, Any], record: models.Model) -> str:
        """What this form was made from; of one that is shown again, what it was made from at first."""
        if request.method == "POST":
            return getattr(request, "joined_with", "") or request.POST.get(SEEN, "")
        pairs = [(each.formset, each.opts) for each in context["inline_admin_formsets"]]
        formsets = self.guarded(request, record, pairs)
        snapshot = take_snapshot(context["adminform"].form, formsets)
        return snapshot.sign(record_name(self.model, record.pk), getattr(request, "state", ""))

    def get_inline_instances(self, request: HttpRequest, obj: models.Model | None = None) -> list[Any]:
        """Made once for a request and a record: each copies all that Django knows of form fields."""
        made = made_for(request, "inlines")
        key = (type(self), obj and obj.pk)
        if key not in made:
            made[key] = super().get_inline_instances(request, obj)
        return [*made[key]]

    def guarded(self, request: HttpRequest, record: models.Model, pairs: Any) -> list[BaseInlineFormSet]:
        """The tables whose rows this account may change."""
        return [formset for formset, inline in pairs if inline.has_change_permission(request, record)]

    def today(self, request: HttpRequest, record: models.Model) -> Today:
        """The record's form as it would be made now."""
        asked = copy.copy(request)
        asked.method = "GET"
        fields = flatten_fieldsets(self.get_fieldsets(asked, record))
        form = self.get_form(asked, record, change=True, fields=fields)(instance=record)
        formsets, inlines = self._create_formsets(asked, record, change=True)
        own = self.guarded(request, record, zip(formsets, inlines, strict=True))
        return Today(form, own, take_snapshot(form, own))

    # Saving

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method != "POST":
            if object_id is not None:
                self.note_state(request, object_id)
            return super().changeform_view(request, object_id, form_url, extra_context)
        bring_back_uploads(request)
        with transaction.atomic():
            response = self.answer_meanwhile(request, object_id)
            if response is None:
                response = super().changeform_view(request, object_id, form_url, extra_context)
            if not getattr(request, "is_saved", False):
                transaction.set_rollback(True)
        return response

    def note_state(self, request: HttpRequest, object_id: str) -> None:
        """For the form, and before its values are read: what is written in between makes it old, never new."""
        key = read_key(unquote(object_id))
        if key is not None:
            request.state = self.state_of(key)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """The record, held while it is saved: a merge that wants it waits, or was first and the record is gone.

        Once more what is held already, the first time that Django asks for it.
        """
        held = request.__dict__.pop("held", None)
        if held is not None and str(held.pk) == object_id and not from_field:
            return held
        if request.method == "POST" and connection.in_atomic_block:
            field = self.opts.get_field(from_field) if from_field else self.opts.pk
            with suppress(ValidationError, ValueError):
                rows = self.model._base_manager.select_for_update(no_key=True)
                rows.filter(**{field.name: field.to_python(object_id)}).values_list("pk").first()
        return super().get_object(request, object_id, from_field)

    def answer_meanwhile(self, request: HttpRequest, object_id: str | None) -> HttpResponse | None:
        """The answer where something happened since the form was made; None where it may be saved."""
        record = None
        if object_id is not None:
            to_field = request.POST.get(TO_FIELD_VAR, request.GET.get(TO_FIELD_VAR))
            if to_field and not self.to_field_allowed(request, to_field):
                return None
            record = self.get_object(request, unquote(object_id), to_field)
            if record is None:
                return self.answer_gone(request, unquote(object_id))
            if not self.has_change_permission(request, record):
                return None
        elif not self.has_add_permission(request):
            return None
        request.claim = claim_form(request)
        if request.claim.is_repeated and self.is_as_left(request, record):
            return self.answer_repeated(request, record)
        return self.answer_conflict(request, record) if record is not None else None

    def is_as_left(self, request: HttpRequest, record: models.Model | None) -> bool:
        """Whether nobody changed the record since the first press, so that another press asks for nothing new."""
        left = request.claim.state
        return record is None or not left or left == self.state_of(record.pk, hold=True)

    def answer_repeated(self, request: HttpRequest, record: models.Model | None) -> HttpResponse | None:
        """What the first press was answered with."""
        request.is_saved = True
        if record is not None:
            return self.response_change(request, record)
        made = self.get_object(request, request.claim.record) if request.claim.record else None
        return self.response_add(request, made) if made is not None else None

    def response_add(self, request: HttpRequest, obj: models.Model, *args: Any, **kwargs: Any) -> HttpResponse:
        self.note_saved(request, obj)
        return super().response_add(request, obj, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: models.Model) -> HttpResponse:
        self.note_saved(request, obj, is_change=True)
        return super().response_change(request, obj)

    def note_saved(self, request: HttpRequest, obj: models.Model, *, is_change: bool = False) -> None:
        request.is_saved = True
        claim = getattr(request, "claim", Claim())
        if claim.row is not None:
            claim.note(obj.pk, self.state_of(obj.pk) if is_change else "")

    def answer_conflict(self, request: HttpRequest, record: models.Model) -> HttpResponse | None:
        """The page that shows both edits; None where there is one only, or the choices are made."""
        name = record_name(self.model, record.pk)
        before = read_snapshot(request.POST.get(SEEN, ""), name)
        state = self.state_of(record.pk, hold=True)
        if before is not None and before.state == state:  # nearly always: it costs no second set of forms
            request.held = record
            return None
        today = self.today(request, record)
        if before is not None and before.digest == today.snapshot.digest:
            return None
        post = PostedForm(today.form, today.formsets, request.POST, request.FILES, before)
        numbered = {each.prefix: each.order_field for each in today.formsets if getattr(each, "order_field", "")}
        comparison = compare(before, today.snapshot, post.fields, post.tables, numbered)
        if not comparison.has_mine:
            return self.answer_nothing_left(request, record)
        wanted = comparison.open_choices
        posted = {each: request.POST.get(f"{CHOICE}{each}", "") for each in wanted}
        choices = {each: value for each, value in posted.items() if value in ("theirs", "mine")}
        is_answer = SEEN_NOW in request.POST
        if is_answer and request.POST[SEEN_NOW] == today.snapshot.digest and len(choices) == len(wanted):
            joined = JoinedForm(post, comparison, choices)
            request.POST, request._files = joined.join()
            request.joined_with = today.snapshot.sign(name, state)
            return None
        problem = ""
        if is_answer:
            problem = (
                gettext("Choose for each field that both of you changed.")
                if request.POST[SEEN_NOW] == today.snapshot.digest
                else gettext("Somebody changed this again while you chose: look at it once more.")
            )
        return self.conflict_page(request, record, today, (post, comparison, choices), before, problem)

    def answer_nothing_left(self, request: HttpRequest, record: models.Model) -> HttpResponse:
        """Everything that was typed stands there already."""
        request.is_saved = True
        if IS_POPUP_VAR in request.POST:
            return self.response_change(request, record)
        who = Authors(record, request.user).last
        words = gettext("Nothing was left to save: “%(record)s” says all this already.") % {"record": record}
        last = gettext(" It was changed last by %(who)s.") % {"who": who} if who else ""
        self.message_user(request, words + last, messages.INFO)
        return self.response_post_save_change(request, record)

    def conflict_page(
        self,
        request: HttpRequest,
        record: models.Model,
        today: Today,
        meeting: tuple[PostedForm, Comparison, dict[str, str]],
        before: Snapshot | None,
        problem: str,
    ) -> HttpResponse:
        post, comparison, choices = meeting
        authors = Authors(record, request.user)
        parts = describe(post, comparison, authors, choices)
        return self.meeting_page(
            request,
            "admin/conflict.html",
            title=gettext("Somebody else changed “%(record)s”") % {"record": record},
            original=record,
            who=authors.last,
            parts=parts,
            knows_before=before is not None,
            has_choices=bool(comparison.open_choices),
            problem=problem,
            hidden=self.hidden_inputs(request),
            seen_now=today.snapshot.digest,
        )

    def meeting_page(self, request: HttpRequest, template: str, **context: Any) -> TemplateResponse:
        """A page in place of the form, with all that was typed in it."""
        frame = {**self.admin_site.each_context(request), "opts": self.opts, "is_popup": IS_POPUP_VAR in request.POST}
        request.current_app = self.admin_site.name
        address = context.pop("address", "") or request.get_full_path()
        files = request.POST.get(KEPT_FILES) or keep_uploads(request)
        own = {"kept_files": files, "address": address, "media": self.media}
        return TemplateResponse(request, template, {**frame, **own, **context}, status=409)

    def hidden_inputs(self, request: HttpRequest) -> list[tuple[str, str]]:
        """All that was posted, to be posted again."""
        kept = {each for each in request.POST if each not in OWN_INPUTS and not each.startswith(CHOICE)}
        return [(name, value) for name, values in request.POST.lists() if name in kept for value in values]

    # A record that is gone

    def answer_gone(self, request: HttpRequest, object_id: str) -> HttpResponse | None:
        """Says who deleted it, and offers what was typed. None where it never was, or is not this account's."""
        try:
            key = self.opts.pk.to_python(object_id)
        except ValidationError:
            return None
        if not self.has_change_permission(request) or self.model._base_manager.filter(pk=key).exists():
            return None
        last = newest_version(self.model, key)
        if last is None:
            return None
        may_add = self.has_add_permission(request)
        return self.meeting_page(
            request,
            "admin/gone.html",
            title=gettext("“%(record)s” is not there any more")
            % {"record": last.instance if may_add else self.opts.verbose_name},
            who=say_who(last, request.user) if may_add else "",
            reason=(last.history_change_reason or "") if may_add else "",
            typed=self.typed_lines(request),
            may_add=may_add,
            hidden=self.as_new(request),
            form_key=new_form_key(),
            address=reverse(
                f"admin:{self.opts.app_label}_{self.opts.model_name}_add", current_app=self.admin_site.name
            )
            if may_add
            else "",
        )  # fmt: skip

    def typed_lines(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Every input that says something, as (what it is called, what was typed)."""
        asked = copy.copy(request)
        asked.method = "GET"
        form = self.get_form(asked, None, change=False)()
        formsets, _inlines = self._create_formsets(asked, self.model(), change=False)
        post = PostedForm(form, formsets, request.POST, request.FILES, None)
        labels = Labels()
        found = [(label_of(form, name), form.fields[name], value) for name, value in post.fields.items()]
        for formset in formsets:
            table, rows = post.tables[formset.prefix], post.row_forms[formset.prefix]
            for row in [*(each for each in table.known.values() if not each.is_deleted), *table.added]:
                number = f"{formset.model._meta.verbose_name} {row.index + 1}"
                found += [
                    (f"{number}: {label_of(rows, name)}", rows.fields[name], value)
                    for name, value in row.values.items()
                ]
        for _label, field, value in found:
            labels.want(field, value)
        labels.load()
        said = [(label, labels.say(field, value)) for label, field, value in found if value not in ("", [], False)]
        return [(label, text) for label, text in said if text not in ("", "[]", "{}")]

    def as_new(self, request: HttpRequest) -> list[tuple[str, str]]:
        """What was posted, as the form of a record that does not exist yet posts it."""
        own = {SEEN, FORM_KEY}
        keys = {
            each.get_default_prefix(): (each.model._meta.pk.name, each.fk.name)
            for each, _inline in self.get_formsets_with_inlines(request)
        }
        for name in request.POST:
            prefix, _, end = name.partition("-")
            if end.rpartition("-")[2] in keys.get(prefix, ()):
                own.add(name)
        inputs = [(name, value) for name, value in self.hidden_inputs(request) if name not in own]
        return [(name, "0" if name.endswith("-INITIAL_FORMS") else value) for name, value in inputs]

    # Deleting

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Asks again where the record changed since the page that asked was made."""
        if request.method != "POST":
            record = self.get_object(request, unquote(object_id))
            return super().delete_view(request, object_id, self.with_seen(request, record, extra_context))
        with transaction.atomic():
            record = self.get_object(request, unquote(object_id))
            context = self.with_seen(request, record, extra_context)
            if record is None or request.POST.get(SEEN) == context[SEEN]:
                return super().delete_view(request, object_id, extra_context)
            asked = copy.copy(request)
            asked.method, asked.POST = "GET", QueryDict()
            context["changed_by"] = Authors(record, request.user).last or gettext("somebody")
            response = super().delete_view(asked, object_id, context)
            response.status_code = 409
            return response

    def with_seen(self, request: HttpRequest, record: models.Model | None, context: Any) -> dict[str, Any]:
        may = record is not None and self.has_delete_permission(request, record)
        return {**(context or {}), SEEN: self.state_of(record.pk, hold=request.method == "POST") if may else ""}

    def state_of(self, key: Any, *, hold: bool = False) -> str:
        """Differs where the record with this key, or a row inside its page, was written since."""
        tables = [(each.model, owner_field(self.model, each)) for each in self.inlines]
        return digest_of_state(self.model, key, tables, without=self.not_typed, hold=hold)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        if "delete_selected" in actions:
            _function, name, description = actions["delete_selected"]
            actions["delete_selected"] = (delete_unless_changed, name, description)
        return actions


def delete_unless_changed(
    modeladmin: GuardedAdmin, request: HttpRequest, queryset: models.QuerySet
) -> HttpResponse | None:
    """Django's action, which asks again where one of the records was changed since it asked."""
    with transaction.atomic():
        keys = list(queryset.order_by("pk").values_list("pk", flat=True))
        rows = modeladmin.model._base_manager.filter(pk__in=keys).order_by("pk")
        if connection.features.has_select_for_update:
            list(rows.select_for_update().values_list("pk"))
        seen = digest_of_versions(modeladmin.model, keys)
        is_confirmed = "post" in request.POST
        has_changed = is_confirmed and request.POST.get(SEEN) != seen
        if has_changed:
            request.POST = request.POST.copy()
            del request.POST["post"]
            words = gettext(
                "Nothing was deleted: one of these was changed or is gone since you were asked. Look again."
            )
            modeladmin.message_user(request, words, messages.WARNING)
        response = delete_selected(modeladmin, request, queryset)
        if isinstance(response, TemplateResponse):
            response.context_data[SEEN] = seen
            response.context_data["chosen_name"] = ACTION_CHECKBOX_NAME
            response.status_code = 409 if has_changed else 200
        return response


def digest_of_versions(model: type[models.Model], keys: list[Any]) -> str:
    """Differs where a record of these came, went or was written since. One query."""
    if not hasattr(model, "history"):
        return hashlib.sha256(repr(keys).encode()).hexdigest()
    key = model._meta.pk.attname
    newest = model.history.filter(**{f"{key}__in": keys}).order_by().values_list(key).annotate(Max("history_id"))
    return hashlib.sha256(repr(sorted(newest)).encode()).hexdigest()
