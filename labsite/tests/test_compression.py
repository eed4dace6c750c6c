"""Compressed is what everybody may read, and nothing that holds a secret."""

from __future__ import annotations

import gzip

import pytest

from labsite.tests.world import make_world

pytestmark = pytest.mark.django_db

PACKED = {"Accept-Encoding": "gzip"}


@pytest.mark.parametrize(
    "path", ["/", "/people/", "/publications/", "/publications/paper-0/", "/sitemap.xml", "/feeds/news.atom"]
)
def test_public_pages_travel_compressed_and_say_the_same(client, path):
    make_world(2)
    plain, packed = client.get(path), client.get(path, headers=PACKED)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert gzip.decompress(packed.getvalue()) == plain.getvalue()
    assert len(packed.getvalue()) < len(plain.getvalue()) / 2


def test_an_answer_that_is_known_stays_unsent(client):
    make_world(1)
    tag = client.get("/people/", headers=PACKED).headers["ETag"]
    assert tag.startswith("W/")
    again = client.get("/people/", headers={**PACKED, "If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_whoever_has_a_cookie_gets_pages_as_they_are(client, admin_client):
    make_world(1)
    assert "Content-Encoding" not in admin_client.get("/people/", headers=PACKED).headers
    assert "Content-Encoding" not in admin_client.get("/admin/", headers=PACKED).headers
    login = client.get("/login/", headers=PACKED)
    assert "csrfmiddlewaretoken" in login.content.decode()
    assert "Content-Encoding" not in login.headers


def test_what_is_small_or_packed_already_is_left_alone(client):
    assert "Content-Encoding" not in client.get("/healthz", headers=PACKED).headers
