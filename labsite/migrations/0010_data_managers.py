"""Makes the group “Data managers”, who may read what private fields said before."""

from django.apps import apps as current_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

from labsite.roles import DATA_MANAGERS, make_data_managers


def make_group(apps, schema_editor):
    # Permissions are made after all migrations, but are needed here.
    create_permissions(
        current_apps.get_app_config("people"), verbosity=0, apps=apps, using=schema_editor.connection.alias
    )
    make_data_managers(apps.get_model("auth", "Group"), apps.get_model("auth", "Permission"))


def remove_group(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name=DATA_MANAGERS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("labsite", "0009_submitted_forms"),
        ("people", "0006_private_history"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(make_group, remove_group)]
