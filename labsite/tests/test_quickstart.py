"""`manage.py quickstart`: what `make serve` runs first."""

from __future__ import annotations

import os
import stat
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command

from activities.models import NewsItem
from labsite.management.commands.quickstart import content_models
from labsite.models import LabProfile
from labsite.tests.factories import make_organization, make_person
from people.models import Organization, Person
from publications.models import Publication

pytestmark = pytest.mark.django_db


def quickstart(*arguments: str) -> str:
    out = StringIO()
    call_command("quickstart", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture(autouse=True)
def no_static_files(settings):
    settings.DEBUG = True  # collecting static files is not what is tested here


def test_first_run_loads_the_demo_and_makes_an_admin():
    said = quickstart("--address", "http://127.0.0.1:9000")
    assert Person.objects.filter(slug="yihua-zhang").exists()
    assert Publication.objects.count() > 60
    assert LabProfile.objects.count() == 1
    admin = get_user_model().objects.get(username="admin")
    password = said.partition("with the password ")[2].split()[0]
    assert admin.is_superuser
    assert admin.check_password(password)
    assert "http://127.0.0.1:9000/admin/" in said


def test_a_new_site_is_nobody_else_s_to_read(tmp_path, settings, monkeypatch):
    """What quickstart makes is made with these rights; that it makes the tables is tried above."""
    said: list[int] = []
    monkeypatch.setattr(os, "umask", said.append)
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir(mode=0o755)
    monkeypatch.setattr("labsite.management.commands.quickstart.own_file", lambda: settings.DATA_DIR / "new.sqlite3")
    quickstart("--no-demo")
    assert said == [0o077]
    assert stat.S_IMODE(settings.DATA_DIR.stat().st_mode) == 0o700
    (settings.DATA_DIR / "new.sqlite3").touch()
    settings.DATA_DIR.chmod(0o750)
    quickstart("--no-demo")
    assert stat.S_IMODE(settings.DATA_DIR.stat().st_mode) == 0o750


def test_first_run_gives_every_row_one_whole_version():
    quickstart()
    for model in content_models():
        assert model.history.count() == model._default_manager.count(), model
    for item in NewsItem.objects.filter(publications__isnull=False)[:5]:
        then = item.history.get().publications.values_list("publication", flat=True)
        assert set(then) == set(item.publications.values_list("pk", flat=True))


def test_a_single_organization_is_data_too():
    make_organization("Michigan State University", place="Elsewhere")
    quickstart()
    assert Organization.objects.get().place == "Elsewhere"
    assert Person.objects.count() == 0


def test_second_run_changes_nothing_and_prints_no_password():
    quickstart()
    Person.objects.filter(slug="yihua-zhang").update(headline="Edited by hand")
    said = quickstart()
    assert "password" not in said
    assert Person.objects.get(slug="yihua-zhang").headline == "Edited by hand"
    assert get_user_model().objects.count() == 1


def test_a_database_in_use_gets_no_demo_data():
    make_person("Ada Quint")
    quickstart()
    assert Person.objects.count() == 1


def test_no_demo_leaves_the_database_empty():
    quickstart("--no-demo")
    assert Person.objects.count() == 0
