"""Files that came with a form which is shown again: a browser does not send them twice, so they wait here."""

from __future__ import annotations

from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict

from labsite.lib.tables.waiting import fetch, keep

NAME = "kept-files"
SALT = "labsite.lib.conflicts.uploads"
LARGEST = 25 * 2**20  # bytes of all files together; a photo may have 20 MiB


def keep_uploads(request: HttpRequest) -> str:
    """Stores the files of a request for a day; gives what to put into a hidden input. Empty where there are none."""
    files = {name: file for name, file in request.FILES.items() if file.size is not None}
    if not files or sum(file.size for file in files.values()) > LARGEST:
        return ""
    kept = {}
    for name, file in files.items():
        file.seek(0)
        kept[name] = [keep(file.read()), file.name, file.content_type or ""]
        file.seek(0)
    return signing.dumps([request.user.pk, kept], salt=SALT)


def bring_back_uploads(request: HttpRequest) -> None:
    """Puts files that wait back into the request, as if they had been sent again. Newer ones win."""
    try:
        owner, kept = signing.loads(request.POST.get(NAME, ""), salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return
    if owner != request.user.pk:
        return
    files = MultiValueDict(dict(request.FILES.lists()))
    for name, (stored, file_name, content_type) in kept.items():
        data = fetch(stored)
        if data is not None and name not in files:
            files[name] = SimpleUploadedFile(file_name, data, content_type)
    request._files = files
