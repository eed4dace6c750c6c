"""Signing in and out: the password, the second step, a passkey in place of both."""

from __future__ import annotations

import time
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from labsite.members.views.frame import keep_private, private
from labsite.signing_in import passkeys
from labsite.signing_in.entering import Waiting, enter, expire_soon, wait, who_waits
from labsite.signing_in.forms import CodeForm, SignInForm
from labsite.signing_in.models import AuthenticatorApp, Happening, Passkey, has_second_factor
from labsite.signing_in.noting import note
from labsite.signing_in.second_factor import take_app_code, take_recovery_code
from labsite.signing_in.tries import CODE_BOUNDS, Try, begin_without_name, say_when, say_wrong_code, seconds_until
from labsite.signing_in.views.frame import refuse, safe_next, start_page


class PrivateMixin:
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return keep_private(super().dispatch(request, *args, **kwargs))


class SignIn(PrivateMixin, LoginView):
    """For members and editors alike, the admin's own page included. `next` leads on within this site only."""

    template_name = "members/login.html"
    form_class = SignInForm

    def form_valid(self, form: forms.Form) -> HttpResponse:
        return go_on(self.request, form.get_user(), self.get_success_url(), "password")

    def form_invalid(self, form: SignInForm) -> HttpResponse:
        return refuse(super().form_invalid(form), form.wait)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **doors(self.request)}


def doors(request: HttpRequest, **more: Any) -> dict[str, Any]:
    """The other ways in."""
    return {
        "has_passkeys": passkeys.can_have_passkeys(request),
        "outside": settings.OIDC["name"] if settings.OIDC else "",
        "has_mail": settings.MAIL_IS_CONFIGURED,
        **more,
    }


def go_on(request: HttpRequest, account: Any, address: str, means: str) -> HttpResponse:
    """To `address`, or to the second step where the account has one."""
    if has_second_factor(account):
        wait(request, account, address, means)
        return HttpResponseRedirect(reverse("members:second_step"))
    enter(request, account, means)
    return HttpResponseRedirect(address)


class SignOut(PrivateMixin, LogoutView):
    """Posted only, so that no link or picture elsewhere signs anybody out."""

    http_method_names = ["post", "options"]
    next_page = reverse_lazy("home")


@private
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """The second factor, after a right password: a code, or a passkey by script."""
    waiting = who_waits(request)
    if waiting is None:
        return HttpResponseRedirect(reverse("members:login"))
    form = CodeForm()
    status = 200
    if request.method == "POST":
        if "credential" in request.POST:
            return second_step_by_passkey(request, waiting)
        form = CodeForm(request.POST)
        if form.is_valid():
            means = check_code(request, form, waiting)
            if means:
                enter(request, waiting.account, f"{waiting.means}, {means}", strong=True)
                return HttpResponseRedirect(waiting.next)
        status = 422
    return refuse(
        render(request, "members/second_step.html", step_context(request, waiting, form), status=status), form.wait
    )


def step_context(request: HttpRequest, waiting: Waiting, form: forms.Form, problem: str = "") -> dict[str, Any]:
    has_passkey = Passkey.objects.filter(account=waiting.account).exists() and passkeys.can_have_passkeys(request)
    has_app = AuthenticatorApp.objects.filter(account=waiting.account).exists()
    return {"form": form, "has_passkey": has_passkey, "has_app": has_app, "problem": problem}


def check_code(request: HttpRequest, form: CodeForm, waiting: Waiting) -> str:
    """What the code was, for the log; "" where it is wrong, which the form then says."""
    account, code = waiting.account, form.cleaned_data["code"]
    attempt = Try(request, "code", str(account.pk), CODE_BOUNDS, account)
    try:
        form.begin(attempt)
    except ValidationError as error:
        form.add_error("code", error)
        return ""
    means = ""
    if take_app_code(account, code, time.time()):
        means = "app"
    elif take_recovery_code(account, code):
        note(Happening.CODE_USED, request, account)
        means = "recovery code"
    if means:
        attempt.succeed()
        return means
    note(Happening.WRONG_CODE, request, account)
    form.add_error("code", say_wrong_code())
    return ""


def second_step_by_passkey(request: HttpRequest, waiting: Waiting) -> HttpResponse:
    try:
        passkeys.finish_proving(request, request.POST["credential"], waiting.account)
    except passkeys.PasskeyRefused as reason:
        note(Happening.WRONG_PASSKEY, request, waiting.account, str(reason)[:40])
        context = step_context(request, waiting, CodeForm(), say_refused())
        return render(request, "members/second_step.html", context, status=422)
    enter(request, waiting.account, f"{waiting.means}, passkey", strong=True)
    return HttpResponseRedirect(waiting.next)


def say_refused() -> str:
    return _("The passkey was not accepted. Try once more, or come in another way.")


@private
@require_POST
def passkey_question(request: HttpRequest) -> HttpResponse:
    """What the script hands to the browser: of whoever waits for the second step, else of anybody."""
    waiting = who_waits(request)
    until = begin_without_name(request)
    if until:
        return refuse(JsonResponse({"problem": say_when(until)}), seconds_until(until))
    expire_soon(request)
    return JsonResponse(passkeys.begin_proving(request, waiting.account if waiting else None))


@private
@require_POST
def passkey_sign_in(request: HttpRequest) -> HttpResponse:
    """A passkey that was unlocked (by finger, face or PIN) stands for name, password and second factor."""
    address, was_asked = safe_next(request, start_page()), passkeys.CHALLENGE in request.session
    try:
        passkey = passkeys.finish_proving(request, request.POST.get("credential", ""))
        if not passkey.account.is_active:
            raise passkeys.PasskeyRefused("the account is closed")
    except passkeys.PasskeyRefused as reason:
        if was_asked:  # else anybody could fill the log
            note(Happening.WRONG_PASSKEY, request, None, str(reason)[:40])
        context = doors(request, form=SignInForm(request), problem=say_refused(), next=safe_next(request))
        return render(request, "members/login.html", context, status=422)
    enter(request, passkey.account, "passkey", strong=True)
    return HttpResponseRedirect(address)
