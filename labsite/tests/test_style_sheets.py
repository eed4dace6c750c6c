"""One style sheet where the site is served, with every rule of the five."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import call_command

from labsite.style_sheets import BUNDLE, SHEETS, shorten

CSS = """@layer tokens {
  /* a comment
     of two lines */
  :root {
    --size: calc(1rem + 2 * 3px);
  }

}
"""


def test_comments_and_room_go_and_rules_stay():
    assert shorten(CSS) == "@layer tokens {\n:root {\n--size: calc(1rem + 2 * 3px);\n}\n}\n"


def test_collecting_writes_one_sheet_of_all(tmp_path: Path, settings):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "labsite.style_sheets.BundledStaticFilesStorage"},
    }
    for _ in range(2):  # a second time it is written anew, not beside
        call_command("collectstatic", verbosity=0, interactive=False)
    written = (tmp_path / BUNDLE).read_text(encoding="utf-8")
    source = [Path(settings.BASE_DIR, "labsite", "static", sheet).read_text(encoding="utf-8") for sheet in SHEETS]
    assert written == "".join(shorten(each) for each in source)
    assert len(list(tmp_path.glob("labsite/css/site*.css"))) == 2  # by its name, and by its name with a hash
    assert len(list(tmp_path.glob("labsite/css/site.*.css.gz"))) == 1


@pytest.mark.django_db
def test_pages_load_the_sheets_in_their_order(client, settings):
    loaded = re.findall(r'<link rel="stylesheet" href="([^"?]*)', client.get("/").content.decode())
    assert loaded == [f"{settings.STATIC_URL}{sheet}" for sheet in SHEETS]
