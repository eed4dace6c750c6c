"""Words in notes and awards that have a place of their own in a record: distinctions, states, retractions. Pure."""

from __future__ import annotations

import re

# Values of `Distinction.Kind` by the words that name them and nothing else.
DISTINCTIONS = {
    "oral": "oral", "oral presentation": "oral", "oral paper": "oral", "spotlight": "spotlight",
    "spotlight presentation": "spotlight", "spotlight paper": "spotlight", "highlight": "highlight",
    "highlight paper": "highlight", "best paper": "best-paper", "best paper award": "best-paper",
    "best paper runner-up": "best-paper-runner-up", "best paper runner-up award": "best-paper-runner-up",
    "best paper award runner-up": "best-paper-runner-up", "honorable mention": "honourable-mention",
    "honourable mention": "honourable-mention",
}  # fmt: skip
# What the rows print by themselves: no label is needed.
CANONICAL = {
    "oral": "oral", "spotlight": "spotlight", "highlight": "highlight", "best paper award": "best-paper",
    "best paper runner-up": "best-paper-runner-up", "honourable mention": "honourable-mention",
}  # fmt: skip
# Values of `Publication.Status` by biblatex's `pubstate` and the usual notes.
STATES = {
    "inpress": "accepted", "in press": "accepted", "forthcoming": "accepted", "to appear": "accepted",
    "accepted": "accepted", "submitted": "submitted", "under review": "submitted", "in submission": "submitted",
    "prepublished": "preprint", "preprint": "preprint",
}  # fmt: skip
LABELS = {kind: words[0].upper() + words[1:] for words, kind in CANONICAL.items()}
RETRACTION = re.compile(r"Retracted(?:, (\d{4}(?:-\d\d){0,2}))?\.(?:\s+|\Z)")
MARK = "[Retracted] "


def read_distinction(text: str, any_words: bool = False) -> tuple[str, str] | None:
    """The distinction that `text` names: a kind of `Distinction` and a label, "" where the kind says the same.

    Only the exact words count, unless `any_words`: then others are a distinction of the kind “other”.
    """
    words = " ".join(text.split()).strip(" .!")
    kind = DISTINCTIONS.get(words.lower())
    if kind:
        return kind, "" if CANONICAL.get(words.lower()) == kind else words
    return ("other", words[:120]) if any_words and words else None


def distinction_text(kind: str, label: str) -> str:
    """A distinction in words that `read_distinction` understands."""
    return label or LABELS.get(kind, kind.replace("-", " "))


def read_status(text: str) -> str:
    """A value of `Publication.Status` for the exact words, else ""."""
    return STATES.get(" ".join(text.split()).strip(" .()").lower(), "")


def unmark(title: str, note: str) -> tuple[str, str, str]:
    """Title and note without the marks of retraction that exports set, and `Record.retracted`."""
    match = RETRACTION.match(note)
    if not title.startswith(MARK):
        return title, note, ""
    return title.removeprefix(MARK), note[match.end() :] if match else note, (match and match.group(1)) or "yes"
