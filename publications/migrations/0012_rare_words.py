"""The function that gives hits of words on PostgreSQL, which collects those of rare words by now. As it is in
text_hits.py: 0008 makes it where it was never made.
"""

from django.db import migrations

from publications.text_hits import FUNCTION


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FUNCTION, params=None)


class Migration(migrations.Migration):

    dependencies = [
        ("publications", "0011_narrower_hits"),
    ]

    operations = [
        migrations.RunPython(make, migrations.RunPython.noop),
    ]
