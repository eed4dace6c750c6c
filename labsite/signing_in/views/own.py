"""What members see and change about how they sign in."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from labsite.context import lab_of
from labsite.signing_in import passkeys
from labsite.signing_in.entering import STRONG, confirm, is_confirmed
from labsite.signing_in.forms import AppForm, ConfirmForm, PasskeyNameForm
from labsite.signing_in.mail import tell_owner
from labsite.signing_in.models import (
    AccountSession,
    AuthenticatorApp,
    Happening,
    OutsideIdentity,
    Passkey,
    RecoveryCode,
    has_second_factor,
)
from labsite.signing_in.noting import note
from labsite.signing_in.second_factor import (
    add_app,
    address_for_app,
    make_recovery_codes,
    make_secret,
    picture_of,
    step_of,
)
from labsite.signing_in.sessions import end_sessions
from labsite.signing_in.views.door import say_refused
from labsite.signing_in.views.frame import account_page, corner, refuse, safe_next

NEW_SECRET = "secret_of_new_app"  # noqa: S105 - a name in the session
MOST_SHOWN = 50  # sessions


@account_page("GET", "HEAD")
def sign_in_settings(request: HttpRequest) -> HttpResponse:
    """Everything at a glance. Six queries beside the account's own and the frame's."""
    return render(request, "members/sign_in_settings.html", settings_context(request, PasskeyNameForm()))


def settings_context(request: HttpRequest, form: PasskeyNameForm) -> dict[str, Any]:
    account = request.user
    sessions = AccountSession.objects.filter(account=account, expire_date__gt=timezone.now()).order_by("-seen_at")
    own_passkeys = list(Passkey.objects.filter(account=account))
    app = AuthenticatorApp.objects.filter(account=account).first()
    return corner(
        request,
        app=app,
        passkeys=own_passkeys,
        codes_left=RecoveryCode.objects.filter(account=account, used_at=None).count(),
        sessions=list(sessions.defer("session_data")[:MOST_SHOWN]),
        this_session=request.session.session_key,
        outside=settings.OIDC["name"] if settings.OIDC else "",
        is_linked=settings.OIDC is not None and OutsideIdentity.objects.filter(account=account).exists(),
        passkey_form=form,
        has_passkeys=passkeys.can_have_passkeys(request),
        has_factor=bool(own_passkeys or app),
        is_confirmed=is_confirmed(request),
        is_needed=settings.STAFF_SECOND_FACTOR == "required" and account.is_staff,
    )


@account_page("GET", "HEAD", "POST")
def confirm_owner(request: HttpRequest) -> HttpResponse:
    """The password again, before locks are changed."""
    address = safe_next(request, reverse("members:sign_in_settings"))
    form = ConfirmForm(request)
    if request.method == "POST":
        form = ConfirmForm(request, request.POST)
        if form.is_valid():
            confirm(request)
            return HttpResponseRedirect(address)
    context = corner(request, form=form, next=address, has_password=request.user.has_usable_password())
    return refuse(render(request, "members/confirm.html", context, status=422 if form.errors else 200), form.wait)


@account_page("GET", "HEAD", "POST", confirmed=True)
def app(request: HttpRequest) -> HttpResponse:
    """Adds an authenticator app: the secret waits in the session until a code proves that the app has it."""
    secret = request.session.get(NEW_SECRET) or make_secret()
    form = AppForm()
    if request.method == "POST":
        form = AppForm(request.POST)
        if form.is_valid():
            step = step_of(secret, form.cleaned_data["code"], time.time())
            if step is not None and NEW_SECRET in request.session:
                return keep_app(request, secret, step)
            form.add_error("code", _("This is not what the app should show. Is the clock of the phone right?"))
    request.session[NEW_SECRET] = secret
    address = address_for_app(secret, request.user.get_username(), lab_of(request).name)
    spaced = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    context = corner(request, form=form, secret=spaced, address=address, picture=picture_of(address))
    return render(request, "members/app.html", context, status=422 if form.errors else 200)


def keep_app(request: HttpRequest, secret: str, step: int) -> HttpResponse:
    is_first = not has_second_factor(request.user)
    add_app(request.user, secret, step)
    del request.session[NEW_SECRET]
    note(Happening.APP_ADDED, request, request.user)
    return after_adding(request, is_first, _("An authenticator app was added to your account."))


def after_adding(request: HttpRequest, is_first: bool, what: str) -> HttpResponse:
    """The session is as strong as the new factor, gets a new key, and others end: they were opened without one."""
    tell_owner(request.user, what)
    request.session[STRONG] = True
    request.session.cycle_key()
    if not is_first:
        messages.success(request, what)
        return HttpResponseRedirect(reverse("members:sign_in_settings"))
    end_sessions(request.user.pk, but=request.session.session_key)
    return show_codes(request, what)


def show_codes(request: HttpRequest, what: str = "") -> HttpResponse:
    codes = make_recovery_codes(request.user)
    note(Happening.CODES_MADE, request, request.user)
    return render(request, "members/recovery_codes.html", corner(request, codes=codes, what=what))


@account_page("GET", "POST", confirmed=True)
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """New ones, shown once in the answer. Whoever comes back to this address is led on."""
    if request.method == "GET":
        return HttpResponseRedirect(reverse("members:sign_in_settings"))
    if not has_second_factor(request.user):
        messages.warning(request, _("Recovery codes stand in for an authenticator app or a passkey: add one first."))
        return HttpResponseRedirect(reverse("members:sign_in_settings"))
    tell_owner(request.user, _("New recovery codes were made for your account."))
    return show_codes(request)


@account_page("POST", confirmed=True)
def app_remove(request: HttpRequest) -> HttpResponse:
    others = Passkey.objects.filter(account=request.user).exists()
    if is_last_needed(request, others):
        return HttpResponseRedirect(reverse("members:sign_in_settings"))
    if AuthenticatorApp.objects.filter(account=request.user).delete()[0]:
        note(Happening.APP_REMOVED, request, request.user)
        after_removing(request, _("The authenticator app was removed from your account."), others)
    return HttpResponseRedirect(reverse("members:sign_in_settings"))


@account_page("POST", confirmed=True)
def passkey_remove(request: HttpRequest, key: int) -> HttpResponse:
    """One of one's own; another's is not found and nothing is said of it."""
    own = Passkey.objects.filter(account=request.user)
    others = own.exclude(pk=key).exists() or AuthenticatorApp.objects.filter(account=request.user).exists()
    if not own.filter(pk=key).exists() or is_last_needed(request, others):
        return HttpResponseRedirect(reverse("members:sign_in_settings"))
    own.filter(pk=key).delete()
    note(Happening.PASSKEY_REMOVED, request, request.user)
    after_removing(request, _("A passkey was removed from your account."), others)
    return HttpResponseRedirect(reverse("members:sign_in_settings"))


def is_last_needed(request: HttpRequest, others: bool) -> bool:
    """Whether staff would be left without the factor that this site asks of them; says so."""
    needed = settings.STAFF_SECOND_FACTOR == "required" and request.user.is_staff and not others
    if needed:
        messages.warning(request, _("Whoever edits this site needs a second factor: add another one before."))
    return needed


def after_removing(request: HttpRequest, what: str, others: bool) -> None:
    if not others:
        RecoveryCode.objects.filter(account=request.user).delete()
    request.session.cycle_key()
    tell_owner(request.user, what)
    messages.success(request, what)


@account_page("POST", confirmed=True)
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the script hands to the browser in order to make a passkey."""
    return JsonResponse(passkeys.begin_adding(request, request.user))


@account_page("GET", "POST", confirmed=True)
def passkey_add(request: HttpRequest) -> HttpResponse:
    """Keeps what the browser made. Whoever comes back to this address is led on."""
    if request.method == "GET":
        return HttpResponseRedirect(reverse("members:sign_in_settings"))
    form = PasskeyNameForm(request.POST)
    is_first = not has_second_factor(request.user)
    if form.is_valid():
        try:
            passkeys.finish_adding(request, request.user, form.cleaned_data["credential"], form.cleaned_data["name"])
        except passkeys.PasskeyRefused as reason:
            note(Happening.WRONG_PASSKEY, request, request.user, str(reason)[:40])
            form.add_error(None, say_refused())
        else:
            note(Happening.PASSKEY_ADDED, request, request.user)
            return after_adding(request, is_first, _("A passkey was added to your account."))
    return render(request, "members/sign_in_settings.html", settings_context(request, form), status=422)


@account_page("POST")
def sessions_end(request: HttpRequest) -> HttpResponse:
    """Signs out every other browser. This one stays, under a new key."""
    request.session.cycle_key()
    ended = end_sessions(request.user.pk, but=request.session.session_key)
    note(Happening.SESSIONS_ENDED, request, request.user)
    messages.success(request, _("You are signed out everywhere else.") if ended else _("There was no other browser."))
    return HttpResponseRedirect(reverse("members:sign_in_settings"))
