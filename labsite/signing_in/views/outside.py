"""Signing in at another server, and linking an account with it."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from labsite.members.views.frame import private
from labsite.signing_in import single_sign_on
from labsite.signing_in.entering import expire_soon
from labsite.signing_in.forms import SignInForm
from labsite.signing_in.mail import tell_owner
from labsite.signing_in.models import Happening, OutsideIdentity
from labsite.signing_in.noting import note
from labsite.signing_in.tries import begin_without_name, say_when, seconds_until
from labsite.signing_in.views.door import doors, go_on
from labsite.signing_in.views.frame import account_page, refuse, safe_next, start_page


@private
@require_POST
def outside_begin(request: HttpRequest) -> HttpResponse:
    """Leads to the other server, by a page: a form's own redirect would need its address in `form-action`."""
    return lead(request, safe_next(request, start_page()))


@account_page("POST", confirmed=True)
def outside_link(request: HttpRequest) -> HttpResponse:
    """The same, to link the account that is signed in."""
    return lead(request, reverse("members:sign_in_settings"), link=True)


def lead(request: HttpRequest, address: str, link: bool = False) -> HttpResponse:
    if not single_sign_on.is_configured():
        raise Http404
    until = begin_without_name(request)
    if until:
        return refuse(show_door(request, say_when(until), 429), seconds_until(until))
    expire_soon(request)
    try:
        there = single_sign_on.begin(request, address, request.user if link else None)
    except single_sign_on.OutsideProblem as reason:
        return tell(request, str(reason), say_unreachable(), 503)
    return render(request, "members/outside.html", {"address": there, "outside": settings.OIDC["name"]})


@private
@require_safe
def outside_return(request: HttpRequest) -> HttpResponse:
    """Where the other server sends people back to."""
    if not single_sign_on.is_configured():
        raise Http404
    was_sent = single_sign_on.STATE in request.session
    try:
        claims, kept = single_sign_on.finish(request)
    except single_sign_on.OutsideProblem as reason:
        if not was_sent:  # anybody can call this address, and shall not fill the log
            return show_door(request, say_failed(), 422)
        return tell(request, str(reason), say_failed(), 422)
    if kept["account"] is not None:
        return finish_link(request, claims, kept["account"])
    try:
        account, is_linked_now = single_sign_on.account_for(claims)
    except single_sign_on.NobodyHere:
        return tell(request, "nobody here", say_nobody(), 403)
    if is_linked_now:
        note(Happening.LINKED, request, account)
        tell_owner(account, say_linked())
    return go_on(request, account, kept["next"], "other server")


def finish_link(request: HttpRequest, claims: single_sign_on.Claims, key: int) -> HttpResponse:
    if not request.user.is_authenticated or request.user.pk != key:
        return tell(request, "another account is signed in", say_failed(), 422)
    try:
        single_sign_on.link(request.user, claims)
    except single_sign_on.NobodyHere:
        messages.error(request, _("Nothing was linked: you or that account are linked with somebody else already."))
    else:
        note(Happening.LINKED, request, request.user)
        tell_owner(request.user, say_linked())
        messages.success(request, say_linked())
    return HttpResponseRedirect(reverse("members:sign_in_settings"))


@account_page("POST", confirmed=True)
def outside_unlink(request: HttpRequest) -> HttpResponse:
    """Not while the other server is the only way in: an account without a password would be locked out."""
    if not request.user.has_usable_password():
        messages.error(request, say_only_way())
    elif OutsideIdentity.objects.filter(account=request.user).delete()[0]:
        note(Happening.UNLINKED, request, request.user)
        what = _("Your account is no longer linked with another server.")
        tell_owner(request.user, what)
        messages.success(request, what)
    return HttpResponseRedirect(reverse("members:sign_in_settings"))


def tell(request: HttpRequest, reason: str, problem: str, status: int) -> HttpResponse:
    """The sign-in page with what went wrong; the reason goes to the log alone."""
    note(Happening.REFUSED_ELSEWHERE, request, None, reason[:40])
    return show_door(request, problem, status)


def show_door(request: HttpRequest, problem: str, status: int) -> HttpResponse:
    return render(
        request, "members/login.html", doors(request, form=SignInForm(request), problem=problem), status=status
    )


def name() -> dict[str, str]:
    return {"name": settings.OIDC["name"]}


def say_unreachable() -> str:
    return _("%(name)s does not answer at the moment. Try again later, or sign in with your password.") % name()


def say_linked() -> str:
    return _("Your account was linked with %(name)s.") % {"name": settings.OIDC["name"]}


def say_failed() -> str:
    return _("Signing in with %(name)s did not work out. Try again from here.") % name()


def say_only_way() -> str:
    return _(
        "The link stays: your account has no password, so you could not sign in any more without it. Ask an "
        "administrator of this site to give you a password first."
    )


def say_nobody() -> str:
    return (
        _(
            "%(name)s knows you, but no account of this site has your verified e-mail. Sign in with your password once "
            "and link the two under “Signing in”, or ask an editor."
        )
        % name()
    )
