"""Where uploads are stored: the data folder, or an object store by `MEDIA_STORAGE_URL`."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
from django.core.exceptions import ImproperlyConfigured

from labsite import environment


@pytest.fixture
def client_is_there(monkeypatch):
    monkeypatch.setattr(environment, "find_spec", lambda name: name)


def test_the_data_folder_without_the_variable(monkeypatch):
    monkeypatch.delenv("MEDIA_STORAGE_URL", raising=False)
    assert environment.read_media_storage() == {"BACKEND": "labsite.file_storage.WholeFileStorage"}


def test_bucket_folder_endpoint_and_region(monkeypatch, client_is_there):
    address = "s3://lab-media/site/uploads?endpoint=https://store.example.org&region=eu-1"
    monkeypatch.setenv("MEDIA_STORAGE_URL", address)
    storage = environment.read_media_storage()
    assert storage["BACKEND"] == "labsite.object_storage.GuardedS3Storage"
    assert storage["OPTIONS"] == {
        "bucket_name": "lab-media", "location": "site/uploads", "endpoint_url": "https://store.example.org",
        "region_name": "eu-1", "default_acl": None, "file_overwrite": False, "signature_version": "s3v4",
    }  # fmt: skip


def test_a_bucket_alone(monkeypatch, client_is_there):
    monkeypatch.setenv("MEDIA_STORAGE_URL", "s3://lab-media")
    options = environment.read_media_storage()["OPTIONS"]
    assert options["bucket_name"] == "lab-media"
    assert not {"location", "endpoint_url", "region_name"} & set(options)


@pytest.mark.parametrize(
    "address", ["lab-media", "s3://", "https://store.example.org/lab-media", "s3://lab-media?secret=abc"]
)
def test_what_names_no_bucket_is_refused(monkeypatch, client_is_there, address):
    monkeypatch.setenv("MEDIA_STORAGE_URL", address)
    with pytest.raises(ImproperlyConfigured, match="MEDIA_STORAGE_URL cannot be read: use 's3://"):
        environment.read_media_storage()


def test_a_key_in_the_address_is_refused_and_not_repeated(monkeypatch, client_is_there):
    monkeypatch.setenv("MEDIA_STORAGE_URL", "s3://me:very-secret@lab-media")
    with pytest.raises(ImproperlyConfigured, match="holds a key") as caught:
        environment.read_media_storage()
    assert "very-secret" not in str(caught.value)


def test_a_missing_client_is_named(monkeypatch):
    monkeypatch.setattr(environment, "find_spec", lambda name: None)
    monkeypatch.setenv("MEDIA_STORAGE_URL", "s3://lab-media")
    with pytest.raises(ImproperlyConfigured, match="pip install 'django-storages"):
        environment.read_media_storage()


def test_files_keep_the_addresses_of_this_site(monkeypatch):
    """A signed address of the store would go round the check of who may see a picture."""
    store = ModuleType("storages.backends.s3")
    store.S3Storage = type("S3Storage", (), {"url": lambda self, name: f"https://store.example.org/{name}?signature"})
    for name in ("storages", "storages.backends"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, "storages.backends.s3", store)
    monkeypatch.delitem(sys.modules, "labsite.object_storage", raising=False)
    from labsite.object_storage import GuardedS3Storage  # noqa: PLC0415 - the store's client is played

    assert GuardedS3Storage().url("photos/abc.jpg") == "/media/photos/abc.jpg"
    monkeypatch.delitem(sys.modules, "labsite.object_storage")
