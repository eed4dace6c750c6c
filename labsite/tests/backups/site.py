"""A site of its own for tests of backups: a database that others can open, and folders for its files."""

from __future__ import annotations

import datetime
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import JSONField, Sum, Value
from django.db.models.functions import Length
from django.test import Client

from activities.models import Metric
from labsite.backups.scratch import standing_in
from labsite.environment import sqlite_database
from labsite.models import Page
from labsite.tests.factories import make_member, make_publication, make_venue
from people.models import Person
from publications.models import Import, ImportEntry, Publication

# What a page prints, so that a restored site can be held against the one before.
PAGES = [
    "/", "/people/", "/publications/", "/publications/?venue=neurips", "/awards/", "/mentorship/", "/news/",
    "/search/?q=learning", "/feeds/publications.atom", "/sitemap.xml",
]  # fmt: skip
TRIGGERS = {"labsite_contentversion", "publications_facettotal"}
PIXEL = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")  # named .jpg: nobody decodes it here


def sqlite_config(path: Path) -> dict[str, Any]:
    config = deepcopy(connections[DEFAULT_DB_ALIAS].settings_dict)
    config["OPTIONS"] = {}
    return config | sqlite_database(str(path))


def copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(source)) as from_, closing(sqlite3.connect(target)) as to:
        to.execute("PRAGMA journal_mode=WAL")
        from_.backup(to)


def use_folder(settings: Any, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    settings.DATA_DIR = folder
    settings.MEDIA_ROOT = folder / "media"


def copy_tables(source: Path, scratch: Any) -> None:
    """Makes the empty database `scratch` what the file `source` is, without its rows."""
    scratch.ensure_connection()
    with closing(sqlite3.connect(source)) as from_:
        from_.backup(scratch.connection)
    with scratch.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys=OFF")
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f'DELETE FROM "{model._meta.db_table}"')  # noqa: S608 - ours
        cursor.execute("PRAGMA foreign_keys=ON")


@contextmanager
def sqlite_site(source: Path, folder: Path) -> Iterator[Path]:
    """A site in `folder` whose database is a copy of `source`; gives the file."""
    path = folder / "labsite.sqlite3"
    copy_file(source, path)
    with standing_in(sqlite_config(path)):
        yield path


def pages() -> dict[str, bytes]:
    client = Client(raise_request_exception=True)
    people = [f"/people/{slug}/" for slug in Person.objects.order_by("slug").values_list("slug", flat=True)[:3]]
    return {address: client.get(address).content for address in [*PAGES, *people]}


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table as the models read it, without what triggers keep: not by the way archives do."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and model._meta.db_table not in TRIGGERS:
            fields = [field.attname for field in model._meta.concrete_fields]
            found[model._meta.db_table] = list(model._base_manager.order_by("pk").values_list(*fields))
    return found


def totals() -> list[tuple[Any, ...]]:
    model = apps.get_model("publications", "FacetTotal")
    return sorted(model.objects.filter(number__gt=0).values_list("facet", "field", "year", "number"))


def nasty_rows() -> None:
    """Rows that a careless copy would change."""
    names = [
        "Zoë 🦉👩‍🔬 Ünïcode", "\\N", "tab\tand \\t and \\\\", "line\nbreak\r\nand\u2028more", '"quoted", \'twice\'; --',
        "عبد الرحمن", "𝕬𝖉𝖆", "e\u0301 decomposed", " blanks around ", "{}", "null", "0x00 \\u0000 \\x00",
    ]  # fmt: skip
    for number, name in enumerate(names):
        make_member(name, slug=f"nasty-{number}", bio=name * 50, start="1999-12-31")
    venue = make_venue("ICNASTY", aliases=["b", "a", "🦉", "\\u0000", "1.0"])
    paper = make_publication("Nasty 🦉\\N\t", names[:3], venue=venue, year=1, abstract="x" * 100_000)
    Publication.objects.filter(pk=paper.pk).update(
        other_titles=["z", "a", None, 1.5, 10**30, {"b": 1, "a": [True, None]}]
    )
    Metric.objects.create(publication=paper, name="odd", value=Decimal("9999999999.99"), source="\\.", as_of="2024")
    Metric.objects.create(publication=paper, name="small", value=Decimal("0.01"), source="s", as_of="2024-02-29")
    batch = Import.objects.create(origin="pasted", source="x.txt")
    values = [None, {}, [], "null", 0, -0.0, 1e20, 1.5e-7, 123456789012345678901234567890, {"ü": "\u2028"}]
    for number, value in enumerate(values):
        ImportEntry.objects.create(batch=batch, number=number, state="new", record=value or {}, notes=[value])
    ImportEntry.objects.filter(number=0).update(record=Value(None, JSONField()))  # a JSON null, which is no NULL
    users = get_user_model().objects
    users.create_user("noбody", email="", password=None, last_login=None)
    last = users.create_user("last", password="a quiet long secret")
    users.filter(pk=last.pk).update(
        last_login=datetime.datetime(1, 1, 1, 0, 0, 0, 1, datetime.UTC),
        date_joined=datetime.datetime(9999, 12, 31, 23, 59, 59, 999_999, datetime.UTC),
    )
    gone = make_venue("GONE")
    gone.delete()  # its number must not come again


def fill_hundred_megabytes() -> None:
    """100 MB in the tables, and 20 MB of media that no packing makes smaller."""
    for number in range(50):
        Page.objects.bulk_create([Page(slug=f"long-{number}", title="Long", body=f"Words of {number}. " * 170_000)])
    assert Page.objects.aggregate(total=Sum(Length("body")))["total"] > 100_000_000
    for number in range(20):
        store(f"photos/{number}.jpg", os.urandom(1_000_000))


def store(name: str, content: bytes = PIXEL) -> str:
    return default_storage.save(name, ContentFile(content))
