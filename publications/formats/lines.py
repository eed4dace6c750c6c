"""The lines of a file of unknown encoding, as they stream by: bounded memory, Unicode in NFC, positions kept."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

CHUNK = 1 << 16
LONGEST_PIECE = 1 << 16  # bytes: a longer line comes in pieces
CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufdd0-\ufdef\ufffe\uffff]")
SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, ""), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip


class Line(NamedTuple):
    """A line, or a piece of a very long one. `text` ends in a line break where the line ends here."""

    number: int  # from 1
    text: str
    note: str = ""
    begins: bool = True  # whether a line begins here


class Lines:
    """The lines of `file`, which is read once from where it stands. `read` counts the bytes taken from it.

    UTF-8, with or without a byte order mark; UTF-16 with one. A line that is no UTF-8 is read as
    Windows-1252 (Latin-1 and more) and has a note, as has one that holds control characters or halves of characters:
    the note names the byte of the file, from 0. Line breaks of every system are one “\\n”.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.read = 0
        self.pushed: list[Line] = []
        self._lines = self._numbered()

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> Line:
        return self.pushed.pop() if self.pushed else next(self._lines)

    def push(self, line: Line) -> None:
        """Gives a line back, to be taken next."""
        self.pushed.append(line)

    def _numbered(self) -> Iterator[Line]:
        number, begins = 1, True
        for offset, raw, width in self._raw_lines():
            text, note = decode(raw, offset, width)
            yield Line(number, text, note, begins)
            begins = text.endswith("\n")
            number += begins

    def _raw_lines(self) -> Iterator[tuple[int, bytes, int]]:
        """(offset in the file, bytes of a line in UTF-8 or what they are, 2 where the file is UTF-16 else 0)."""
        first = chunk = self._take()
        while chunk and len(first) < 3:  # a byte order mark may come in pieces
            chunk = self._take()
            first += chunk
        mark, encoding = next((each for each in BYTE_ORDER_MARKS if first.startswith(each[0])), (b"", ""))
        width = 2 if encoding else 0
        offset, rest = len(mark), b""
        for chunk in self._transcoded(first[len(mark) :], encoding):
            *lines, rest = split(rest + chunk)
            for line in lines:
                yield offset, line, width
                offset += size(line, width)
            while len(rest) > LONGEST_PIECE:
                cut = boundary(rest, LONGEST_PIECE)
                yield offset, rest[:cut], width
                offset, rest = offset + size(rest[:cut], width), rest[cut:]
        if rest:
            yield offset, rest, width

    def _transcoded(self, first: bytes, encoding: str) -> Iterator[bytes]:
        """The bytes as they are, or in UTF-8 where the byte order mark names another encoding."""
        decoder = codecs.getincrementaldecoder(encoding)("surrogatepass") if encoding else None
        chunk = first
        while chunk:
            yield decoder.decode(chunk).encode("utf-8", "surrogatepass") if decoder else chunk
            chunk = self._take()

    def _take(self) -> bytes:
        chunk = self.file.read(CHUNK)
        self.read += len(chunk)
        return chunk


def split(data: bytes) -> list[bytes]:
    """Lines with their breaks and what follows the last break; a carriage return at the end waits for a line feed."""
    lines = data.splitlines(keepends=True)
    return [*lines, b""] if not lines or lines[-1].endswith(b"\n") else lines


def boundary(data: bytes, cut: int) -> int:
    """A place near `cut` that is not inside a character of UTF-8."""
    for back in range(4):
        if data[cut - back] & 0xC0 != 0x80:
            return cut - back
    return cut


def size(line: bytes, width: int) -> int:
    """How many bytes a line takes in the file."""
    if not width:
        return len(line)
    return len(line.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass"))


def decode(raw: bytes, offset: int, width: int) -> tuple[str, str]:
    """The text of a line, and a note on what had to be guessed or left out."""
    try:
        text, note = raw.decode(), ""
    except UnicodeDecodeError as error:
        text, note = rescue(raw, offset, width, error)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.removeprefix("\ufeff")
    found = CONTROL.search(text)
    if found:
        place = offset + size(text[: found.start()].encode(), width)
        sign = f"U+{ord(found.group()):04X}"
        note = note or f"Characters that no text may hold ({sign} at byte {place:,}) were left out."
        text = CONTROL.sub("", text)
    return text if text.isascii() else unicodedata.normalize("NFC", text), note


def rescue(raw: bytes, offset: int, width: int, error: UnicodeDecodeError) -> tuple[str, str]:
    """The text of a line that is no UTF-8."""
    place = offset + (size(raw[: error.start], width) if width else error.start)
    if SURROGATE.match(raw, error.start):
        try:
            halves = raw.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
        except UnicodeDecodeError:
            pass
        else:
            text = halves.decode("utf-16-le", "replace")
            lone = f"Half of a character (a lone surrogate at byte {place:,}) was replaced by \ufffd."
            return text, lone if "\ufffd" in text else ""
    text = raw.decode("cp1252", "replace")
    return text, f"Byte {place:,} (0x{raw[error.start]:02X}) is no UTF-8: the line was read as Windows-1252 (Latin-1)."
