"""Letters about an account. They are sent beside the request, so that its time does not tell whether one was."""

from __future__ import annotations

import logging
from smtplib import SMTPException
from threading import Thread
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

logger = logging.getLogger("labsite.signing_in")


def send_beside(message: EmailMessage) -> None:
    """Sends in a thread of its own. What fails is logged without the address."""
    if settings.EMAIL_BACKEND.endswith(("locmem.EmailBackend", "console.EmailBackend", "dummy.EmailBackend")):
        send(message)
    else:
        Thread(target=send, args=[message], name="mail", daemon=False).start()


def send(message: EmailMessage) -> None:
    try:
        message.send()
    except ValueError as error:  # Django makes no header of what has a line end, and no address of what is none
        logger.error("A mail could not be made (%s): look at the account's e-mail.", type(error).__name__)
    except (OSError, SMTPException) as error:
        logger.error("A mail could not be sent (%s): look at EMAIL_URL.", type(error).__name__)


def tell_owner(account: Any, what: str) -> None:
    """Tells the owner of an account that its locks were changed, where mail is configured and an address is known.

    `what` is a sentence, e.g. “Your password was changed.”
    """
    if not settings.MAIL_IS_CONFIGURED or not account.email:
        return
    text = _(
        "%(what)s\n\nThis is about the account “%(name)s” at %(site)s. If it was not you, choose a new password at "
        "once, sign out everywhere under “Signing in”, and tell the editors of the site."
    ) % {"what": what, "name": account.get_username(), "site": settings.SITE_URL}
    send_beside(EmailMessage(_("Your account was changed"), text, to=[account.email]))
