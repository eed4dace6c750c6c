"""Signing in and out, and a new password: Django's own views on pages that look like the site."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labsite.members.views.frame import keep_private


class PlainMixin:
    """Inputs look like the site's, and labels stand without a colon."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "label_suffix": ""})
        for field in self.fields.values():
            field.widget.attrs["class"] = "field"


class SignInForm(PlainMixin, AuthenticationForm):
    """Says the same of an account that is unknown, closed or whose password is wrong."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": gettext_lazy("Name and password do not belong together. Mind capitals, and try again."),
    }


class NewPasswordForm(PlainMixin, PasswordChangeForm):
    """The old password once, the new one twice."""


class PrivateMixin:
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return keep_private(super().dispatch(request, *args, **kwargs))


class SignIn(PrivateMixin, LoginView):
    """For members and editors alike. `next` leads on within this site only."""

    template_name = "members/login.html"
    form_class = SignInForm


class SignOut(PrivateMixin, LogoutView):
    """Posted only, so that no link or picture elsewhere signs anybody out."""

    http_method_names = ["post", "options"]
    next_page = reverse_lazy("home")


class NewPassword(PrivateMixin, PasswordChangeView):
    template_name = "members/password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("members:overview")
    extra_context = {"here": "password"}

    def form_valid(self, form: forms.Form) -> HttpResponse:
        messages.success(self.request, _("Your password is changed."))
        return super().form_valid(form)
