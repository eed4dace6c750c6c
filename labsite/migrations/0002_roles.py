"""Makes the groups “Editors” and “Members”."""

from django.apps import apps as current_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

from labsite.roles import CONTENT, EDITORS, MEMBERS, fill_groups


def make_groups(apps, schema_editor):
    # Permissions are made after all migrations, but are needed here.
    for label in CONTENT:
        create_permissions(current_apps.get_app_config(label), verbosity=0, apps=apps, using=schema_editor.connection.alias)
    fill_groups(apps.get_model("auth", "Group"), apps.get_model("auth", "Permission"))


def remove_groups(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=[EDITORS, MEMBERS]).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("labsite", "0001_initial"),
        ("people", "0001_initial"),
        ("publications", "0001_initial"),
        ("activities", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_groups, remove_groups)]
