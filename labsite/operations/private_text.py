"""What must not stand in a log: mail addresses, tokens, what somebody typed, whole addresses of visitors."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

LONGEST = 4_000  # signs of one message; nobody's input fills the disk through the log
HIDDEN = "…"
MAIL = re.compile(r"[^\s@<>\"'(),;:=/…]{1,64}@[^\s@<>\"'(),;:/]{1,255}")
QUERY = re.compile(r"(?<=[^\s?])\?[^\s\"'<>]*=[^\s\"'<>]*")
# Words that stand before a secret, and the secret: “token=abc”, “Authorization: Bearer abc”, “password 'abc'”.
SECRET = re.compile(
    r"(?i)\b((?:authorization|cookie|csrfmiddlewaretoken|password|passwd|secret|sessionid|token|api[-_]?key)"
    r"(?:['\"]?\s*[:=]\s*(?:(?:bearer|basic)\s+)?|\s+(?=['\"]))|bearer\s+)(?:'[^']*'|\"[^\"]*\"|[^\s,;&]+)"
)
# What stands in an address of a database or a cache between “//” and “@”.
PASSWORD_IN_ADDRESS = re.compile(r"(?<=://)[^/\s@]*@")
QUOTED = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"")
PLAIN_NAME = re.compile(r"[A-Za-z0-9_.:/-]*")
# A mark that opens a quotation, and all to the last that may close one; to the end where none does.
FROM_FIRST_TO_LAST = re.compile(r"(?<!\w)['\"“‘«](?:.*['\"”’»]|.*)")
# Exceptions that quote names of columns, attributes, modules and types. `DataError` is none: it quotes values.
NAMES_OF_CODE = {
    "AttributeError", "FieldDoesNotExist", "FieldError", "ImportError", "IntegrityError", "InternalError",
    "ModuleNotFoundError", "NameError", "OperationalError", "ProgrammingError", "TemplateDoesNotExist",
    "TemplateSyntaxError", "TypeError",
}  # fmt: skip
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# Parts of an address that open a door to whoever knows them.
SECRET_PARTS = ("token", "uidb64", "key", "signature", "code", "secret")


def one_line(text: str) -> str:
    """`text` with every sign that could end a line, or turn its reading round, as its number."""
    return CONTROL.sub(lambda match: match.group().encode("unicode_escape").decode(), text[:LONGEST])


def without_secrets(text: str) -> str:
    """`text` without mail addresses, passwords, tokens and the values of query strings."""
    text = PASSWORD_IN_ADDRESS.sub(f"{HIDDEN}@", text[: 2 * LONGEST])
    text = QUERY.sub(f"?{HIDDEN}", text)
    text = SECRET.sub(lambda match: f"{match[1]}{HIDDEN}", text)
    return MAIL.sub(HIDDEN, text)


def without_values(message: str, kinds: Iterable[str] = ()) -> str:
    """An exception's message: its first line, without what is quoted in it. PostgreSQL prints values of rows in its
    second line.

    `kinds` are the names of the exception's classes. One that speaks of the code and not of what was typed
    (`NAMES_OF_CODE`) keeps what it quotes where that is a plain word: “no such column: 'place'”. Any other hides all
    from the first mark of quotation to the last: “invalid literal for int(): 'Lovelace'” must not tell the name, nor
    what stands between two quotations, for values hold such marks themselves.
    """
    first = message.split("\n", 1)[0]
    if not NAMES_OF_CODE.isdisjoint(kinds):
        return without_secrets(QUOTED.sub(hide_unless_plain, first))
    return without_secrets(FROM_FIRST_TO_LAST.sub(f"'{HIDDEN}'", first))


def hide_unless_plain(match: re.Match[str]) -> str:
    inner = match[1] if match[1] is not None else match[2]
    return match.group() if PLAIN_NAME.fullmatch(inner) else f"'{HIDDEN}'"


def kinds_of(error: BaseException) -> set[str]:
    """The names of an exception's classes, for `without_values`."""
    return {each.__name__ for each in type(error).__mro__}


def path_for_log(path: str, kwargs: dict[str, Any] | None = None) -> str:
    """A path, each part that is secret hidden; `kwargs` is what the resolver took from it."""
    plain = "/:@!$&'()*+,;=~-._"
    path = quote(path, safe=plain)
    secrets = {
        quote(str(value), safe=plain)
        for name, value in (kwargs or {}).items()
        if name.lower() in SECRET_PARTS and value
    }
    return without_secrets(hide_parts(path, secrets))[:500]


def hide_parts(path: str, secrets: set[str]) -> str:
    """`path` with each of `secrets` hidden: where it stands between slashes, or else wherever it stands.

    The longest go first: a short one may stand within a long one, of which the rest would then be printed.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        whole = re.compile(rf"(?<![^/]){re.escape(secret)}(?![^/])")
        path = whole.sub(HIDDEN, path) if whole.search(path) else path.replace(secret, HIDDEN)
    return path
