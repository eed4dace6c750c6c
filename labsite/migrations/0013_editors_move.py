"""Lets editors bring another site in, keep documents and say where old addresses lead."""

from django.apps import apps as current_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

from labsite.roles import EDITORS

NEW = ("document", "oldpath", "siteimport")


def give_permissions(apps, schema_editor):
    # Permissions are made after all migrations, but are needed here.
    create_permissions(
        current_apps.get_app_config("labsite"), verbosity=0, apps=apps, using=schema_editor.connection.alias
    )
    permissions = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="labsite", content_type__model__in=NEW
    )
    editors, _ = apps.get_model("auth", "Group").objects.get_or_create(name=EDITORS)
    editors.permissions.add(*permissions)


class Migration(migrations.Migration):
    dependencies = [
        ("labsite", "0012_moving"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(give_permissions, migrations.RunPython.noop)]
