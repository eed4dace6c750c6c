"""What was posted and could not be saved, so that a page can send it again."""

from __future__ import annotations

from django.http import HttpRequest

SECRETS = ("password", "passphrase", "secret", "token", "credential")  # in the name of an input
SECRET_NAMES = ("code",)  # the whole name: “country_code” is none
MOST_KEPT = 2 * 2**20  # characters of a form that are shown again


def inputs_to_send_again(request: HttpRequest) -> list[tuple[str, str]]:
    """All that a form of ours posted; nothing where that is not all of it (files, secrets, too much).

    A form of another site, which the check against forgery has not let through, is not offered to be sent from here.
    """
    if request.method != "POST" or not getattr(request, "csrf_processing_done", False):
        return []
    try:
        has_files = bool(request.FILES)
        kept, is_whole = kept_inputs(request)
    except Exception:  # the disk that has no room may be why it could not be read: there is nothing to show then
        return []
    return kept if is_whole and not has_files else []


def kept_inputs(request: HttpRequest) -> tuple[list[tuple[str, str]], bool]:
    """What was posted but for secrets, and whether that is all of it."""
    posted = [(name, value) for name, values in request.POST.lists() for value in values]
    posted = [(name, value) for name, value in posted if name != "csrfmiddlewaretoken"]
    kept = [(name, value) for name, value in posted if not is_secret(name)]
    if sum(len(name) + len(value) for name, value in kept) > MOST_KEPT:
        return [], False
    return kept, len(kept) == len(posted)


def is_secret(name: str) -> bool:
    return name.lower() in SECRET_NAMES or any(word in name.lower() for word in SECRETS)
