"""Where the content version is kept. Its triggers are made after every migration (labsite/page_cache/triggers.py)."""

from django.db import migrations, models

from labsite.page_cache.triggers import drop_triggers


def drop(apps, schema_editor):
    # A trigger that writes to a table that is gone would refuse every write.
    drop_triggers(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("labsite", "0006_editors_pages")]

    operations = [
        migrations.CreateModel(
            name="ContentVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.BigIntegerField(default=0)),
                ("writer", models.BigIntegerField(default=0)),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunPython(migrations.RunPython.noop, drop),
    ]
