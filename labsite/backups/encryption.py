"""Archives that only their secret opens: AES-256-GCM in pieces, the key made from the secret by scrypt.

A line that says what this is, a line of JSON with salt and costs, then pieces of 64 KiB, each with its own tag. The
nonce is the number of the piece and whether it is the last one, so that none can be left out, moved or cut off (the
construction STREAM of Hoang, Reyhanitabar, Rogaway and Vizár, 2015). Each archive has its own key, so that no nonce
comes twice.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from labsite.backups.problems import BackupProblem

MAGIC = b"Labsite backup, encrypted, format 1\n"
PIECE, TAG = 2**16, 16
SHORTEST_SECRET = 12  # letters of a passphrase; a file's secret has usually forty
# Costs of scrypt: 128 MiB and half a second for each guess (OWASP's recommendation of 2023).
COSTS = {"n": 2**17, "r": 8, "p": 1}
MOST_MEMORY = 2**30  # bytes that the header of a foreign file may make us take
LONGEST_HEADER = 1000


def read_secret(path: str | os.PathLike[str]) -> bytes:
    """The secret in a file: all of it, without blanks around. Raises `BackupProblem`."""
    try:
        with open(path, "rb") as file:
            secret = file.read(2**16).strip()
    except OSError as error:
        raise BackupProblem(f"The file with the secret, {path}, cannot be read ({error.strerror}).") from error
    return checked_secret(secret, f"The file with the secret, {path},")


def checked_secret(secret: bytes, name: str) -> bytes:
    if len(secret) < SHORTEST_SECRET:
        raise BackupProblem(
            f"{name} holds {len(secret)} letters: use at least {SHORTEST_SECRET}, for example from "
            "'python3 -c \"import secrets; print(secrets.token_urlsafe(32))\"'."
        )
    return secret


def key_of(secret: bytes, header: dict[str, Any]) -> bytes:
    n, r, p = header["n"], header["r"], header["p"]
    return hashlib.scrypt(
        secret, salt=base64.b64decode(header["salt"]), n=n, r=r, p=p, maxmem=128 * r * (n + p + 2) + 2**20, dklen=32
    )


def nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


class Encrypting:
    """A file to write to; what comes out goes to `target`. `close` writes the last piece and leaves `target` open."""

    def __init__(self, target: BinaryIO, secret: bytes) -> None:
        salt = base64.b64encode(os.urandom(16)).decode("ascii")
        header = {"kdf": "scrypt", **COSTS, "salt": salt, "cipher": "aes-256-gcm", "piece": PIECE}
        self.header = MAGIC + json.dumps(header).encode("ascii") + b"\n"
        self.cipher = AESGCM(key_of(secret, header))
        self.target, self.number, self.waiting = target, 0, bytearray()
        target.write(self.header)

    def write(self, data: Any) -> int:
        self.waiting += data
        begin = 0
        while len(self.waiting) - begin > PIECE:  # the last piece is never empty but in an empty file
            self._put(bytes(self.waiting[begin : begin + PIECE]), is_last=False)
            begin += PIECE
        del self.waiting[:begin]
        return len(data)

    def flush(self) -> None:
        """Pieces go out when they are whole."""

    def close(self) -> None:
        self._put(bytes(self.waiting), is_last=True)
        self.waiting.clear()

    def _put(self, piece: bytes, *, is_last: bool) -> None:
        self.target.write(self.cipher.encrypt(nonce(self.number, is_last), piece, self.header))
        self.number += 1


class Decrypted(io.RawIOBase):
    """The content of an encrypted archive as a file that can be read from anywhere; one piece is in memory at a time.

    `size` is that of the encrypted file without what follows its last piece. Raises `BackupProblem` for a secret that
    does not fit and for pieces that are not whole.
    """

    def __init__(self, source: BinaryIO, size: int, secret: bytes, name: str) -> None:
        self.source, self.name = source, name
        source.seek(0)
        line = source.readline(LONGEST_HEADER) if source.read(len(MAGIC)) == MAGIC else b""
        header = read_header(line, name)
        self.header = MAGIC + line
        self.cipher = AESGCM(key_of(secret, header))
        self.begin = len(self.header)
        stored = size - self.begin
        self.pieces = max(1, -(-stored // (PIECE + TAG)))
        self.size = stored - self.pieces * TAG
        self.place, self.held, self.content = 0, -1, b""
        if self.size < 0:
            raise BackupProblem(f"{name} is cut off: use another archive.")
        try:
            self._piece(0)
        except InvalidTag as error:
            raise BackupProblem(f"The secret is not the one that {name} was encrypted with.") from error

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.place = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.place, io.SEEK_END: self.size}[whence])
        return self.place

    def readinto(self, buffer: Any) -> int:
        if self.place >= self.size:
            return 0
        number, begin = divmod(self.place, PIECE)
        try:
            found = self._piece(number)[begin : begin + len(buffer)]
        except InvalidTag as error:
            raise BackupProblem(f"{self.name} is damaged at byte {self.place}: use another archive.") from error
        buffer[: len(found)] = found
        self.place += len(found)
        return len(found)

    def _piece(self, number: int) -> bytes:
        if self.held != number:
            is_last = number == self.pieces - 1
            self.source.seek(self.begin + number * (PIECE + TAG))
            length = self.size - number * PIECE if is_last else PIECE
            stored = self.source.read(length + TAG)
            self.content = self.cipher.decrypt(nonce(number, is_last), stored, self.header)
            self.held = number
        return self.content


def read_header(line: bytes, name: str) -> dict[str, Any]:
    """The second line of an encrypted archive. Raises `BackupProblem` for what this version does not know."""
    try:
        header = json.loads(line)
        known = (header["kdf"], header["cipher"], header["piece"]) == ("scrypt", "aes-256-gcm", PIECE)
        numbers = [header[cost] for cost in COSTS]
        base64.b64decode(header["salt"], validate=True)
        bounded = (
            all(type(each) is int and each > 0 for each in numbers) and 256 * numbers[0] * numbers[1] < MOST_MEMORY
        )
    except (ValueError, KeyError, TypeError):
        known = bounded = False
    if not known or not bounded:
        raise BackupProblem(f"{name} is encrypted in a way that this version does not know: use the version it is of.")
    return header
