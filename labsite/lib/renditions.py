"""Stored pictures in the sizes and formats that pages ask for, made at the first request and kept on disk.

A rendition is addressed by the picture's name, its declared size and its ending, so there is a known number of them.
They lie in `MEDIA_ROOT/derived/<the picture's name without its ending>/`, which goes when the picture does.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NamedTuple

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from PIL import Image

from labsite.lib.images import UNREADABLE, crop_to, encode

# By ending: the encoder and the media type. Pages offer them in this order; a browser takes the first it knows.
FORMATS = {"avif": ("AVIF", "image/avif"), "webp": ("WEBP", "image/webp"), "jpg": ("JPEG", "image/jpeg")}
ENDINGS = "|".join(FORMATS)
MIDDLE = (50, 50)
NO_WRITING = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}


class Size(NamedTuple):
    """Pixels. A `height` of 0 keeps the picture's own proportions; otherwise it is cropped around the focus."""

    width: int
    height: int = 0


def derived_folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "derived"


def folder_of(name: str) -> Path:
    """The folder of the renditions of the stored picture `name`."""
    return derived_folder() / Path(name).with_suffix("")


def render(source: Any, size: Size, ending: str, focus: tuple[int, int]) -> bytes:
    """The picture of the open file `source`, which was re-encoded when it came, in one size and format."""
    with Image.open(source, formats=("JPEG", "PNG")) as image:
        if size.height:
            fresh = crop_to(image.convert("RGB"), size.width, size.height, focus)
        else:
            fresh = image.convert("RGB")
            fresh.thumbnail((size.width, 10 * size.width))
    return encode(fresh, FORMATS[ending][0])


def lock_of(folder: Path) -> Path:
    """The file beside a picture's folder that is there while somebody holds the folder, and is locked by them."""
    return folder.with_name(f".{folder.name}.lock")


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """One at a time on this machine: two visitors do not make the same picture, nor one what is being removed.

    Each picture's folder is held alone: nobody waits for the pictures of others.
    """
    path = lock_of(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        with open(path, "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not is_open_file(path, lock.fileno()):  # who held it before has removed it: others lock a newer one
                continue
            try:
                yield
            finally:
                path.unlink(missing_ok=True)
            return


def is_open_file(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def write_whole(path: Path, content: bytes) -> None:
    """All of it or nothing, whenever the process ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        try:
            file.write(content)
            file.close()
            os.replace(file.name, path)
        except OSError:
            os.unlink(file.name)
            raise


def kept(path: Path, make: Callable[[], bytes], may_keep: Callable[[], bool]) -> bytes:
    """The file's content, from disk or made now.

    `may_keep` is asked before a new one is kept, while nobody else can remove what is derived: what was withdrawn a
    moment ago is not written to disk any more. Where the disk takes nothing, visitors still get what they asked for.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        pass
    try:
        return make_and_keep(path, make, may_keep)
    except OSError as error:
        if error.errno not in NO_WRITING:
            raise
        return make()


def make_and_keep(path: Path, make: Callable[[], bytes], may_keep: Callable[[], bool]) -> bytes:
    with held(path.parent):
        if path.exists():
            return path.read_bytes()
        content = make()
        if may_keep():
            write_whole(path, content)
        return content


def rendition(
    name: str, size: Size, ending: str, *, focus: tuple[int, int] = MIDDLE, may_keep: Callable[[], bool]
) -> bytes:
    """The stored picture `name` in one size and format, kept if `may_keep`.

    Raises `FileNotFoundError` if the picture is gone, or damaged so that nothing is to be seen.
    """

    def make() -> bytes:
        with default_storage.open(name, "rb") as source:
            try:
                return render(source, size, ending, focus)
            except UNREADABLE as error:
                raise FileNotFoundError(name) from error

    path = folder_of(name) / f"{size.width}x{size.height}-{focus[0]}-{focus[1]}.{ending}"
    return kept(path, make, may_keep)


def drop_renditions(name: str) -> None:
    """Removes all that is derived from the stored picture `name`, or kept in its place; waits for what is being made.

    To be called after the commit: whoever begins later is told by the record that nothing may be kept.
    """
    if not name:
        return
    folder = folder_of(name)
    if folder.exists() or lock_of(folder).exists():
        with held(folder):
            shutil.rmtree(folder, ignore_errors=True)


def answer(request: HttpRequest, etag: str, content_type: str, read: Callable[[], bytes], cache: str) -> HttpResponse:
    """The bytes that `read` gives, or “not modified”; 404 where the file is gone. `cache` is the Cache-Control."""
    response = get_conditional_response(request, etag=etag)
    if response is None:
        try:
            response = HttpResponse(read(), content_type=content_type)
        except FileNotFoundError as error:
            raise Http404 from error
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = cache
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def measure(name: str) -> tuple[int, int] | None:
    """Width and height of a stored picture; None where it is gone."""
    try:
        return _measure(name)
    except OSError:
        return None


@lru_cache(maxsize=64)
def _measure(name: str) -> tuple[int, int]:
    """Kept in memory: a name never gets another picture."""
    with default_storage.open(name, "rb") as file, Image.open(file, formats=("JPEG", "PNG")) as image:
        return image.size


def measure_content(content: bytes) -> tuple[int, int]:
    with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as image:
        return image.size
