"""A new password: with the old one, or by a link in a mail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.views import PasswordChangeView, PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from labsite.members.views.frame import private
from labsite.signing_in.entering import confirm
from labsite.signing_in.forms import ForgottenForm, LostPasswordForm, NewPasswordForm
from labsite.signing_in.mail import tell_owner
from labsite.signing_in.passwords import suggest_password
from labsite.signing_in.sessions import end_sessions
from labsite.signing_in.views.door import PrivateMixin
from labsite.signing_in.views.frame import corner, refuse

tokens = PasswordResetConfirmView.token_generator


class NewPassword(PrivateMixin, PasswordChangeView):
    """Other browsers are signed out by it; this one stays, under a new key."""

    template_name = "members/password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("members:overview")

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        del kwargs["user"]
        return {**kwargs, "request": self.request}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = corner(self.request, here="password", suggestion=suggest_password())
        return {**super().get_context_data(**kwargs), **own}

    def form_valid(self, form: forms.Form) -> HttpResponse:
        messages.success(self.request, _("Your password is changed."))
        response = super().form_valid(form)
        end_sessions(self.request.user.pk, but=self.request.session.session_key)
        confirm(self.request)
        tell_owner(self.request.user, _("Your password was changed."))
        return response

    def form_invalid(self, form: NewPasswordForm) -> HttpResponse:
        return refuse(super().form_invalid(form), form.wait)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Asks for the e-mail and says the same whatever it is. Without mail it says whom to ask."""
    form = ForgottenForm(request)
    if request.method == "POST" and settings.MAIL_IS_CONFIGURED:
        form = ForgottenForm(request, request.POST)
        if form.is_valid():
            form.send_links(tokens)
            return HttpResponseRedirect(reverse("members:forgotten_sent"))
    context = {"form": form, "has_mail": settings.MAIL_IS_CONFIGURED}
    return render(request, "members/forgotten.html", context, status=422 if form.errors else 200)


@private
@require_safe
def forgotten_sent(request: HttpRequest) -> HttpResponse:
    minutes = settings.PASSWORD_RESET_TIMEOUT // 60
    return render(request, "members/forgotten_sent.html", {"minutes": minutes})


class LostPassword(PrivateMixin, PasswordResetConfirmView):
    """The page behind the link. Django moves the token from the address into the session, so that no link leaks it."""

    template_name = "members/lost_password.html"
    form_class = LostPasswordForm
    success_url = reverse_lazy("members:login")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().dispatch(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    def get_user(self, uidb64: str) -> Any:
        """By the number that `code_of` wrote; None for an account that is closed or unknown."""
        try:
            key = int(uidb64, 16)
        except ValueError:
            return None
        return get_user_model().objects.filter(pk=key, is_active=True).first() if key < 2**63 else None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "suggestion": suggest_password()}

    def form_valid(self, form: forms.Form) -> HttpResponse:
        response = super().form_valid(form)
        end_sessions(self.user.pk)
        tell_owner(self.user, _("Your password was changed by a link that was sent to this address."))
        messages.success(self.request, _("Your password is changed. Sign in with it."))
        return response
