"""The forms of signing in. Wrong tries are counted where something secret is typed (labsite/signing_in/tries.py)."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, PasswordResetForm, SetPasswordForm
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labsite.lib.web import site_root
from labsite.signing_in.mail import send_beside
from labsite.signing_in.models import Happening
from labsite.signing_in.noting import note
from labsite.signing_in.passwords import LONGEST, say_what_is_good
from labsite.signing_in.tries import PASSWORD_BOUNDS, RESET_BOUNDS, Try, say_when, seconds_until


class PlainMixin:
    """Inputs look like the site's, and labels stand without a colon."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "label_suffix": ""})
        for field in self.fields.values():
            field.widget.attrs["class"] = "field"


class CountedMixin:
    """A form whose secret may be tried so often only. `wait` is then the seconds to wait, else 0."""

    wait = 0

    def begin(self, attempt: Try) -> None:
        """Counts the try; raises `ValidationError` where there were too many."""
        until = attempt.begin()
        if until:
            self.wait = seconds_until(until)
            raise ValidationError(say_when(until), code="locked")


class SignInForm(CountedMixin, PlainMixin, AuthenticationForm):
    """Says the same of an account that is unknown, closed or whose password is wrong, and takes as long."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": gettext_lazy("Name and password do not belong together. Mind capitals, and try again."),
    }

    def clean(self) -> dict[str, Any]:
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not name or not password:
            return self.cleaned_data
        account = get_user_model().objects.filter(username=name).first()
        attempt = Try(self.request, "password", name, PASSWORD_BOUNDS, account)
        self.begin(attempt)
        if len(password) > LONGEST:
            self.cleaned_data["password"] = secrets.token_hex()  # nobody has it, and the hasher runs all the same
        try:
            cleaned = super().clean()
        except ValidationError:
            note(Happening.WRONG_PASSWORD, self.request, account)
            raise
        attempt.succeed()
        return cleaned


class ConfirmForm(CountedMixin, PlainMixin, forms.Form):
    """The password again, by whoever is signed in."""

    password = forms.CharField(
        label=gettext_lazy("Your password"), strip=False, max_length=LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        check_own_password(self, self.request, password, _("This is not your password."))
        return password


def check_own_password(form: CountedMixin, request: HttpRequest, password: str, wrong: str) -> None:
    """Raises `ValidationError` where it is not the signed-in account's, or was tried too often."""
    account = request.user
    attempt = Try(request, "password", account.get_username(), PASSWORD_BOUNDS, account)
    form.begin(attempt)
    if not account.check_password(password):
        note(Happening.WRONG_PASSWORD, request, account)
        raise ValidationError(wrong, code="password_incorrect")
    attempt.succeed()


class NewPasswordForm(CountedMixin, PlainMixin, PasswordChangeForm):
    """The old password once, the new one twice."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request.user, *args, **kwargs)
        self.request = request
        self.fields["new_password1"].help_text = say_what_is_good()

    def clean_old_password(self) -> str:
        password = self.cleaned_data["old_password"]
        check_own_password(self, self.request, password, self.error_messages["password_incorrect"])
        return password


class LostPasswordForm(PlainMixin, SetPasswordForm):
    """The new password twice; the link in the mail stands for the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = say_what_is_good()


class ForgottenForm(PlainMixin, PasswordResetForm):
    """Sends a link to every open account with this address. Says the same whether there is one."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.fields["email"].label = _("E-mail")

    def send_links(self, token_generator: Any) -> None:
        """Does nothing, and says nothing, where too many were asked for."""
        email = self.cleaned_data["email"]
        found = list(self.get_users(email))
        if Try(self.request, "reset", email, RESET_BOUNDS, found[0] if found else None).begin():
            return
        note(Happening.RESET_ASKED, self.request, found[0] if found else None)
        for account in found:
            send_beside(self.write(account, token_generator.make_token(account)))

    def write(self, account: Any, token: str) -> EmailMessage:
        """The letter. Its link is at the configured address, whatever name the visitor used."""
        context = {"account": account, "token": token, "root": site_root(self.request), "key": code_of(account)}
        text = render_to_string("members/mail/forgotten.txt", context, request=self.request)
        return EmailMessage(_("A new password"), text, to=[account.email])


def code_of(account: Any) -> str:
    """The number of an account in the address of a link."""
    return f"{account.pk:x}"


class AppForm(PlainMixin, forms.Form):
    """The six digits that an authenticator app shows."""

    code = forms.CharField(
        label=gettext_lazy("Code of the app"), max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
        help_text=gettext_lazy("Six digits that change every half-minute."),
    )  # fmt: skip


class CodeForm(CountedMixin, PlainMixin, forms.Form):
    """A code of the app, or a recovery code."""

    code = forms.CharField(
        label=gettext_lazy("Code"), max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "none"}
        ),
        help_text=gettext_lazy("Six digits of your authenticator app, or a recovery code."),
    )  # fmt: skip


class PasskeyNameForm(PlainMixin, forms.Form):
    """What a passkey is called in the list."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=60, help_text=gettext_lazy("To know it by, e.g. my laptop."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    credential = forms.CharField(required=False, widget=forms.HiddenInput)
