"""What a password must not be, and a suggestion of what it could be (NIST SP 800-63B-4, 3.1.1).

Length counts, composition does not: no rule asks for digits or signs. The least is 12, not 15 as NIST asks where a
password stands alone: three other things hold guessing off (bounds on tries, no common or built-up passwords, second
factors), and members who come once a year write longer ones on paper. 15 and more are suggested.
"""

from __future__ import annotations

import math
import re
import secrets
import unicodedata
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from simple_history.models import HistoricalRecords

from labsite.signing_in.models import Happening
from labsite.signing_in.noting import note

LONGEST = 1000  # letters; what is longer is a mistake or an attack on the hasher
FEWEST_SIGNS = 5
FEWEST_OF_ONES_OWN = 6  # signs beside words that everybody would guess
ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm")
CONSONANTS, VOWELS = "bdfghjklmnprstvwz", "aeiou"
SYLLABLES, GROUPS = 2, 6
SUBSTITUTES = str.maketrans("0134578@$!", "oleastbasi")


class GuessablePasswordValidator:
    """Refuses what is long but built from little: repeats, rows of keys, a common word with a year behind it.

    Its `password_changed` is called by Django wherever a password is set, the admin and commands included.
    """

    def __init__(self) -> None:
        self.common = CommonPasswordValidator().passwords

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(
                _("This password is too long: %(most)s characters are the most.") % {"most": LONGEST},
                code="password_too_long",
            )
        if "\x00" in password:
            raise ValidationError(_("This password has a sign that cannot be typed."), code="password_unreadable")
        folded = unicodedata.normalize("NFKC", password).casefold()
        letters = re.sub(r"[\W_]+", "", folded)
        if len(set(folded)) < FEWEST_SIGNS or is_repeat(folded):
            message = _("This password repeats itself. Four or five words that do not belong together are better.")
            raise ValidationError(message, code="password_repeats")
        if is_row(letters):
            message = _("This password follows the keys or the alphabet. Take words that do not belong together.")
            raise ValidationError(message, code="password_is_a_row")
        if self.is_known_word(folded, user):
            message = _(
                "This password is a common word or a name of this site with little added. Add words of your own."
            )
            raise ValidationError(message, code="password_guessable")

    def is_known_word(self, folded: str, user: Any) -> bool:
        """Whether little is left without signs and digits at the end and without words that everybody would try."""
        known = {"labsite", "password", "passwort", "admin", "welcome", "letmein", "changeme", "qwerty", "secret"}
        host = urlsplit(settings.SITE_URL).hostname or ""
        known |= {word for word in re.split(r"[\W_]+", host.casefold()) if len(word) > 3}
        if user is not None:
            known.add(re.sub(r"[\W_]+", "", user.get_username().casefold()))
        plain = re.sub(r"[\d\W_]+$", "", folded)
        for each in (plain, plain.translate(SUBSTITUTES)):
            rest = re.sub(r"[\W_]+", "", each)
            if rest in self.common:
                return True
            for word in sorted(known - {""}, key=len, reverse=True):
                rest = rest.replace(word, "")
            if len(rest) < FEWEST_OF_ONES_OWN:
                return True
        return False

    def get_help_text(self) -> str:
        return say_what_is_good()

    def password_changed(self, password: str, user: Any = None) -> None:
        """Django says nothing of who asks: the request is the one that versions are written for, None in commands."""
        if user is not None and user.pk:
            note(Happening.PASSWORD_SET, getattr(HistoricalRecords.context, "request", None), user)


def say_what_is_good() -> str:
    """The hint beside the input, one sentence in place of a list of rules."""
    return _(
        "At least 12 characters; 15 or more are better, for example four or five words that do not belong together. "
        "Blanks are welcome, and nothing has to be a digit or a sign."
    )


def is_repeat(text: str) -> bool:
    """Whether the text is one short piece again and again: abcabcabcabc."""
    return any(
        text == (text[:size] * math.ceil(len(text) / size))[: len(text)] for size in range(1, len(text) // 3 + 1)
    )


def is_row(letters: str) -> bool:
    """Whether all of it, or all but four letters, is one run along a row, in either direction."""
    for row in ROWS:
        for way in (row * 2, row[::-1] * 2):
            longest = next((size for size in range(len(letters), 5, -1) if holds_run(letters, way, size)), 0)
            if longest and len(letters) - longest <= 4:
                return True
    return False


def holds_run(letters: str, way: str, size: int) -> bool:
    return any(letters[start : start + size] in way for start in range(len(letters) - size + 1))


def suggest_password() -> str:
    """Six pronounceable groups, “rafo-kite-bonu-…”: 76 bits, more than anybody guesses, and it can be read out."""
    return "-".join(
        "".join(secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _syllable in range(SYLLABLES))
        for _group in range(GROUPS)
    )
