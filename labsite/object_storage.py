"""Uploads in an S3-compatible object store. Imported only where `MEDIA_STORAGE_URL` is set."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage


class GuardedS3Storage(S3Storage):
    """Its files keep this site's addresses.

    The bucket is private: who may see a picture is decided anew at each request (`labsite.image_views`). A signed
    address of the store would go round that, and would run out while a page that names it is still kept.
    """

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        return urljoin(settings.MEDIA_URL, filepath_to_uri(name).lstrip("/"))
