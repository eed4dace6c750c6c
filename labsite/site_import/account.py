"""What was read of a site and what was not: every file and every field is taken, or reported. Pure."""

from __future__ import annotations

from collections import Counter

from labsite.lib.text import UNSAFE_CHARACTERS
from labsite.site_import.nodes import Node
from labsite.site_import.records import Place, Problem, Unused

EXCERPT = 80  # letters of a value that a report shows
NO_HOME = "no field here holds it"
WITHIN = "an address within a line of plain text: the words stay"
NOT_KNOWN = "no reader of this template knows this file"
MOST_LINES = 5_000  # of a report: a site that says more has something wrong throughout


class Account:
    """Collects what stays behind. `paths` are all files of the site."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        self.paths = paths
        self.taken: set[str] = set()
        self.data: list[tuple[str, Node]] = []
        self.unused: list[Unused] = []
        self.problems: list[Problem] = []

    def take(self, path: str) -> None:
        """The file is used; what of it is not, its fields tell."""
        self.taken.add(path)

    def add_data(self, path: str, node: Node) -> None:
        """Fields of a file: those that nobody has taken at the end are reported."""
        self.take(path)
        self.data.append((path, node))

    def leave(self, place: Place, value: str, reason: str, name: str = "") -> None:
        """A file, or where `name` is given a field or a part of its text, that stays behind."""
        self.unused.append(Unused(place, name, excerpt(value), reason))
        self.take(place.path)

    def refuse(self, place: Place, message: str) -> None:
        """What cannot be read, in words that say how to mend it."""
        self.problems.append(Problem(place, message))
        self.take(place.path)

    def close(self) -> None:
        """Reports every field and every file that nobody took. To be called once, at the end."""
        seen: set[int] = set()
        for path, root in self.data:
            for name, leaf in root.leaves():
                for dropped in leaf.dropped if leaf.is_taken else ():
                    self.leave(Place(path, leaf.line), dropped, WITHIN, name or "value")
                if leaf.is_taken or id(leaf) in seen or not leaf.value.strip():
                    continue
                seen.add(id(leaf))
                self.leave(Place(path, leaf.line), leaf.value, leaf.reason or NO_HOME, name or "value")
        for path in self.paths:
            if path not in self.taken:
                self.leave(Place(path), "", reason_of_file(path))
        self.unused = bounded(sorted(set(self.unused), key=lambda each: (each.place.path, each.place.line, each.field)))
        self.problems.sort(key=lambda each: (each.place.path, each.place.line))


def bounded(unused: list[Unused]) -> list[Unused]:
    """At most `MOST_LINES`; the rest is one line for each file that says how many."""
    kept, rest = unused[:MOST_LINES], Counter(each.place.path for each in unused[MOST_LINES:])
    return kept + [Unused(Place(path), "", "", f"and {number} more fields") for path, number in sorted(rest.items())]


def excerpt(text: str) -> str:
    """The beginning of a text on one line, which can be printed and stored."""
    folded = " ".join(printable(text[: EXCERPT * 4]).split())
    return folded if len(folded) <= EXCERPT else f"{folded[:EXCERPT]}…"


def printable(text: str) -> str:
    """`text` without NUL, signs that turn its direction, and halves of signs that no encoding can write."""
    if text.isascii():
        return text.replace("\x00", "")
    return UNSAFE_CHARACTERS.sub("", text.encode("utf-8", "replace").decode("utf-8"))


PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".ico", ".bmp", ".tif", ".tiff", ".heic")
DOCUMENTS = (".pdf", ".ppt", ".pptx", ".key", ".odp", ".doc", ".docx", ".odt", ".zip", ".mp4", ".webm", ".mp3", ".wav")


def reason_of_file(path: str) -> str:
    """Why a file that nobody took stays behind."""
    if path.lower().endswith(PICTURES):
        return "no person, lab or project of the site names this picture"
    if path.lower().endswith(DOCUMENTS):
        return "no publication or talk of the site names this file"
    return NOT_KNOWN
