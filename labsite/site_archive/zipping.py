"""A folder as one ZIP file: the same folder gives the same bytes."""

from __future__ import annotations

import os
import uuid
import zipfile
from pathlib import Path

from labsite.site_archive.problems import ArchiveProblem

FIRST_MOMENT = (1980, 1, 1, 0, 0, 0)  # that the format knows
PACKED = {".jpg", ".png", ".pdf"}  # packing them again gains nothing
LARGE = 2**31 - 1  # bytes from which a member needs ZIP64


def zip_folder(folder: Path, target: Path, *, force: bool) -> None:
    """Packs the files of `folder`, sorted by name, into the new file `target`, which `force` may replace.

    Raises `ArchiveProblem`; then what was at `target` is still there.
    """
    if target.exists() and not (force and zipfile.is_zipfile(target)):
        raise ArchiveProblem(f"{target} is there already: name another file, or give --force to replace an export.")
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
    try:
        with (
            os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed,
        ):
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                info = zipfile.ZipInfo(path.relative_to(folder).as_posix(), FIRST_MOMENT)
                info.compress_type = zipfile.ZIP_STORED if path.suffix in PACKED else zipfile.ZIP_DEFLATED
                info.external_attr = 0o600 << 16
                info.create_system = 3  # Unix, wherever it is made
                with (
                    path.open("rb") as source,
                    packed.open(info, "w", force_zip64=path.stat().st_size > 2**31) as member,
                ):
                    while piece := source.read(2**20):
                        member.write(piece)
        os.replace(part, target)
    except OSError as error:
        raise ArchiveProblem(f"{target} cannot be written ({error.strerror or error}): name another.") from error
    finally:
        part.unlink(missing_ok=True)
