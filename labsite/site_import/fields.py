"""The fields of a file, read so that what is read is marked and what is not is reported. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from labsite.lib.text import JOINER, clean_text
from labsite.site_import.account import printable
from labsite.site_import.dates import read_date, read_period
from labsite.site_import.nodes import Node
from labsite.site_import.records import Place
from publications.formats.addresses import is_web_address

YES, NO = {"true", "yes", "on", "1", "y"}, {"false", "no", "off", "0", "n"}
TAG = re.compile(r"<(?=[A-Za-z/!?])[^<>]{0,500}>")
# How plain text is written where a template prints it as HTML or Markdown, our own export among others.
NAMED = re.compile(r"&(?:lt|gt|quot|amp|#39|#91|#123);")
JOINED = re.compile(rf"(?<=[<&{{\]]){JOINER}")
HREF = re.compile(r"""\bhref\s*=\s*["']([^"'<>]{1,500})["']""", re.IGNORECASE)
BLOCK_TAG = re.compile(r"</?(?:p|br|div|li|tr|h\d)\b[^<>]{0,300}>", re.IGNORECASE)


class Fields:
    """One mapping of a data file, or a front matter. Reading a field takes it; a value of the wrong form stays.

    `path` is the file. Names are tried in order: the first that says something is taken, the others are reported.
    """

    def __init__(self, node: Node | None, path: str) -> None:
        self.node = node if node is not None else Node({}, 0)
        self.path = path
        self.nodes = self.node.value if isinstance(self.node.value, dict) else {}

    def __bool__(self) -> bool:
        return bool(self.nodes)

    def place(self, name: str = "") -> Place:
        """Where the field stands, or the mapping as a whole."""
        return Place(self.path, self.nodes[name].line if name in self.nodes else self.node.line)

    def has(self, name: str) -> bool:
        """Whether the field says something."""
        return name in self.nodes and any(leaf.value.strip() for _, leaf in self.nodes[name].leaves())

    def _find(self, names: tuple[str, ...]) -> Node | None:
        for name in names:
            node = self.nodes.get(name)
            if node is not None and isinstance(node.value, str) and node.value.strip():
                return node
        return None

    def peek(self, *names: str) -> str:
        """The text of a field without taking it."""
        node = self._find(names)
        return with_plain_signs(clean_text(printable(node.value))) if node else ""

    def text(self, *names: str) -> str:
        """One line of text."""
        return with_plain_signs(self._line(names))

    def _line(self, names: tuple[str, ...]) -> str:
        node = self._find(names)
        if node is None:
            return ""
        node.is_taken = True
        return clean_text(printable(node.value))

    def lines(self, *names: str) -> str:
        """Text of several lines, as it is written: signs that HTML has names for have them still."""
        node = self._find(names)
        if node is None:
            return ""
        node.is_taken = True
        return printable(node.value).strip()

    def plain(self, *names: str) -> str:
        """One line without HTML: “<i>Journal</i> &amp; more” is “Journal & more”."""
        self._drop_addresses(names)
        return clean_text(JOINED.sub("", without_tags(self._line(names))))

    def html_lines(self, *names: str) -> str:
        """Lines without HTML and without empty ones: an address of four paragraphs is four lines."""
        self._drop_addresses(names)
        return lines_of_html(self.lines(*names))

    def _drop_addresses(self, names: tuple[str, ...]) -> None:
        """Remembers the addresses of links within HTML that is made plain text."""
        node = self._find(names)
        if node is not None and "<" in node.value:
            node.dropped = tuple(HREF.findall(node.value))

    def texts(self, *names: str) -> tuple[str, ...]:
        """A list of texts, or one text."""
        for name in names:
            node = self.nodes.get(name)
            if node is None or not self.has(name):
                continue
            items = node.value if isinstance(node.value, list) else [node]
            found = [each for each in items if isinstance(each.value, str) and each.value.strip()]
            for each in found:
                each.is_taken = True
            return tuple(with_plain_signs(clean_text(printable(each.value))) for each in found)
        return ()

    def words(self, *names: str) -> tuple[str, ...]:
        """A list of texts, or one text with commas."""
        found = self.texts(*names)
        if len(found) == 1 and "," in found[0]:
            return tuple(filter(None, (part.strip() for part in found[0].split(","))))
        return found

    def date(self, *names: str) -> str:
        """An EDTF date. What is none stays, and is reported as such."""
        node = self._find(names)
        if node is None:
            return ""
        found = read_date(node.value)
        node.is_taken = bool(found)
        node.reason = "" if found else "it is no date: write 2024, 2024-05 or 2024-05-31"
        return found

    def period(self, *names: str) -> tuple[str, str, bool]:
        """The beginning, the end and whether it lasts, of a text such as “2019 – present”."""
        node = self._find(names)
        if node is None:
            return "", "", False
        found = read_period(node.value)
        node.is_taken = found is not None
        node.reason = "" if found else "it is no stretch of time: write 2019 – 2024 or 2019 – present"
        return found or ("", "", False)

    def flag(self, name: str, default: bool) -> bool:
        """Whether a switch is on. What is neither on nor off stays, and is reported as such."""
        node = self._find((name,))
        if node is None:
            return default
        text = node.value.strip().lower()
        node.is_taken = text in YES | NO
        node.reason = "" if node.is_taken else "it is neither true nor false"
        return text in YES if node.is_taken else default

    def address(self, *names: str) -> str:
        """An absolute web address. What is none stays, and is reported as such."""
        node = self._find(names)
        if node is None:
            return ""
        text = clean_text(printable(node.value))
        node.is_taken = bool(is_web_address(text))
        node.reason = "" if node.is_taken else "it is no full web address: begin it with https://"
        return text if node.is_taken else ""

    def fields(self, name: str) -> Fields:
        """The mapping below `name`, an empty one where there is none."""
        node = self.nodes.get(name)
        return Fields(node if node is not None and isinstance(node.value, dict) else None, self.path)

    def items(self, name: str) -> list[Fields]:
        """The mappings of a list below `name`."""
        node = self.nodes.get(name)
        return list(self.each(node)) if node is not None and isinstance(node.value, list) else []

    def each(self, node: Node) -> Iterator[Fields]:
        """The mappings of a list."""
        for item in node.value if isinstance(node.value, list) else [node]:
            if isinstance(item.value, dict):
                yield Fields(item, self.path)

    def entries(self) -> Iterator[tuple[str, Fields]]:
        """Every mapping below, with its key."""
        for name, node in self.nodes.items():
            if isinstance(node.value, dict):
                yield name, Fields(node, self.path)

    def take(self, *names: str) -> None:
        """Marks fields that were understood otherwise (a title that stands in the text as well)."""
        for name in names:
            for _, leaf in self.nodes[name].leaves() if name in self.nodes else ():
                leaf.is_taken = True

    def untake(self, name: str, reason: str) -> None:
        """A field that was read, and for which no place was found after all."""
        for _, leaf in self.nodes[name].leaves() if name in self.nodes else ():
            leaf.is_taken, leaf.reason = False, reason

    def discard(self, reason: str) -> None:
        """All fields stay behind after all, those that were read too."""
        for _, leaf in self.node.leaves():
            leaf.is_taken, leaf.reason = False, reason

    def leave(self, reason: str, *names: str) -> None:
        """Says why fields are not taken; of all that are left where no names are given."""
        for name in names or tuple(self.nodes):
            for _, leaf in self.nodes[name].leaves() if name in self.nodes else ():
                leaf.reason = leaf.reason or reason


def with_plain_signs(text: str) -> str:
    """Text that a template printed, as its readers saw it: `&lt;` is “<”. Each name once: `&amp;lt;` is “&lt;”."""
    named = NAMED.sub(lambda sign: html.unescape(sign.group()), text) if "&" in text else text
    return JOINED.sub("", named) if JOINER in named else named


def without_tags(text: str) -> str:
    """HTML as plain text; what ends a line in it is a blank."""
    return html.unescape(TAG.sub("", BLOCK_TAG.sub(" ", text))) if "<" in text or "&" in text else text


def lines_of_html(text: str) -> str:
    """HTML as lines of plain text, without empty ones: an address of four paragraphs is four lines."""
    is_plain = "<" not in text and "&" not in text
    broken = text if is_plain else html.unescape(TAG.sub("", BLOCK_TAG.sub("\n", text)))
    return "\n".join(filter(None, (clean_text(line) for line in broken.split("\n"))))
