"""One form saved once, however often “Save” is pressed, in whichever process the presses arrive.

A form carries a random key. The key, with all that was posted, is noted in the transaction that saves: a second press
waits for the first at the unique index and is given the answer of the first, unless the record was changed since. The
same form with other words in it is another form.
"""

from __future__ import annotations

import datetime
import hashlib
import re
import uuid
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

NAME = "form_key"
KEY = re.compile(r"\A[0-9a-f]{32}\Z")
KEPT = datetime.timedelta(days=2)
IGNORED = {"csrfmiddlewaretoken"}


def new_form_key() -> str:
    return uuid.uuid4().hex


def digest_of_post(request: HttpRequest) -> str:
    """Names one form of one account with all that was typed into it; empty where the form has no key."""
    if not KEY.match(request.POST.get(NAME, "")):
        return ""
    posted = sorted((name, values) for name, values in request.POST.lists() if name not in IGNORED)
    files = sorted((name, file.name, file.size) for name, file in request.FILES.items())
    text = repr((request.user.pk, request.path, posted, files))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


class Claim:
    """The right to save a form; `record` is the key of what an earlier press of the same button saved, and `state` a
    digest of what that press left it as ("" where nobody compares).
    """

    def __init__(self, row: Any = None, record: str | None = None, state: str = "") -> None:
        self.row, self.record, self.state = row, record, state

    @property
    def is_repeated(self) -> bool:
        return self.record is not None

    def note(self, record: Any, state: str = "") -> None:
        """What was saved."""
        if self.row is not None:
            self.row.record, self.row.state = str(record), state
            self.row.save(update_fields=["record", "state"])

    def drop(self) -> None:
        """Nothing was saved: the form may be sent again."""
        if self.row is not None:
            self.row.delete()


def claim_form(request: HttpRequest) -> Claim:
    """Notes that this form is being saved. In the transaction that saves: it waits for another that does the same."""
    digest = digest_of_post(request)
    if not digest:
        return Claim()
    model = apps.get_model("labsite", "SubmittedForm")
    model.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    try:
        with transaction.atomic():
            return Claim(row=model.objects.create(digest=digest))
    except IntegrityError:
        record, state = model.objects.filter(digest=digest).values_list("record", "state").first() or ("", "")
        return Claim(record=record, state=state)
