"""Places, and facets with their totals. What holds them is filled after the migration (publications.apps)."""

import django.db.models.deletion
from django.db import migrations, models

import publications.models.digest
from labsite.lib.search import DropTextIndex, IndexText
from publications.totals import CountFacets
from publications.places import UNDATED, place_of


def fill_places(apps, schema_editor):
    """From the key by which lists were ordered so far: year, month and day in decimal digits, negative."""
    digests = apps.get_model("publications", "PublicationDigest").objects.using(schema_editor.connection.alias)
    taken = set()
    batch = []
    for digest in digests.only("pk", "newest_key", "title_key").iterator(chunk_size=2000):
        year, day = divmod(-digest.newest_key, 10_000)
        place = place_of(None if year in (0, UNDATED) else year, day // 100, day % 100, digest.title_key, digest.pk)
        while place in taken:
            place += 1
        taken.add(place)
        digest.place = place
        batch.append(digest)
        if len(batch) == 2000:
            digests.bulk_update(batch, ["place"], batch_size=200)
            batch = []
    digests.bulk_update(batch, ["place"], batch_size=200)


def fill_keys(apps, schema_editor):
    """Backwards: the keys by which lists were ordered before."""
    digests = apps.get_model("publications", "PublicationDigest").objects.using(schema_editor.connection.alias)
    batch = []
    for digest in digests.only("pk", "place").iterator(chunk_size=2000):
        days = digest.place >> 41
        year, rest = UNDATED - days // 416, days % 416
        day = (12 - rest // 32) * 100 + 31 - rest % 32
        digest.newest_key, digest.oldest_key = -(year * 10_000 + day), year * 10_000 + (day or 9999)
        batch.append(digest)
        if len(batch) == 2000:
            digests.bulk_update(batch, ["newest_key", "oldest_key"], batch_size=200)
            batch = []
    digests.bulk_update(batch, ["newest_key", "oldest_key"], batch_size=200)


class Migration(migrations.Migration):

    dependencies = [
        ('publications', '0006_imports'),
    ]

    operations = [
        DropTextIndex("PublicationDigest", ["title_text", "author_text", "body_text"]),
        migrations.RemoveIndex(model_name='publicationdigest', name='publications_digest_newest'),
        migrations.RemoveIndex(model_name='publicationdigest', name='publications_digest_oldest'),
        migrations.RemoveIndex(model_name='publicationdigest', name='publications_digest_title'),
        migrations.RemoveIndex(model_name='publicationdigest', name='publications_digest_cited'),
        migrations.AddField(
            model_name='publicationdigest',
            name='facet_text',
            field=models.TextField(blank=True, default=''),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='publicationdigest',
            name='place',
            field=models.BigIntegerField(null=True),
        ),
        migrations.RunPython(fill_places, fill_keys),
        migrations.AlterField(
            model_name='publicationdigest',
            name='place',
            field=models.BigIntegerField(unique=True),
        ),
        migrations.RemoveField(model_name='publicationdigest', name='newest_key'),
        migrations.RemoveField(model_name='publicationdigest', name='oldest_key'),
        migrations.AddIndex(
            model_name='publicationdigest',
            index=models.Index(fields=['title_key', 'place'], name='publications_digest_title'),
        ),
        migrations.AddIndex(
            model_name='publicationdigest',
            index=models.Index(fields=['citations_key', 'place'], name='publications_digest_cited'),
        ),
        IndexText("PublicationDigest", ["title_text", "author_text", "body_text", "facet_text"], key="place"),
        migrations.CreateModel(
            name='FacetTotal',
            fields=[
                ('pk', models.CompositePrimaryKey('facet', 'year', blank=True, editable=False, primary_key=True, serialize=False)),
                ('facet', publications.models.digest.BytewiseTextField()),
                ('field', publications.models.digest.BytewiseTextField()),
                ('year', models.PositiveSmallIntegerField()),
                ('number', models.IntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['field', 'year', '-number'], name='publications_total_most')],
            },
        ),
        migrations.CreateModel(
            name='PublicationFacet',
            fields=[
                ('pk', models.CompositePrimaryKey('facet', 'digest', blank=True, editable=False, primary_key=True, serialize=False)),
                ('facet', publications.models.digest.BytewiseTextField()),
                ('digest', models.ForeignKey(db_column='place', db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='facets', to='publications.publicationdigest', to_field='place')),
            ],
            options={
                'indexes': [models.Index(fields=['digest', 'facet'], name='publications_facet_place')],
            },
        ),
        CountFacets(),
        migrations.AddIndex(
            model_name='publication',
            index=models.Index(condition=models.Q(('is_selected', True)), fields=['is_selected'], name='publications_selected'),
        ),
    ]
