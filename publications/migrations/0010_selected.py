"""A facet of what is listed and selected, so that the home page reads the newest of it along an index."""

from django.db import migrations

from publications.facet_names import ALL, SELECTED, word_of

BATCH = 500


def mark_selected(apps, schema_editor):
    """Those that are there; later ones are marked as their digests are made. Triggers count them."""
    alias = schema_editor.connection.alias
    facets = apps.get_model("publications", "PublicationFacet").objects.using(alias)
    digests = apps.get_model("publications", "PublicationDigest").objects.using(alias)
    listed = facets.filter(facet=ALL, digest__publication__is_selected=True)
    places = list(listed.values_list("digest", flat=True))
    for begin in range(0, len(places), BATCH):
        own = {place: [SELECTED] for place in places[begin : begin + BATCH]}
        for place, facet in facets.filter(digest__in=own).values_list("digest", "facet"):
            own[place].append(facet)
        facets.bulk_create(facets.model(facet=SELECTED, digest_id=place) for place in own)
        for place, found in own.items():
            digests.filter(place=place).update(facet_text=" ".join(map(word_of, sorted(found))))


def unmark_selected(apps, schema_editor):
    alias = schema_editor.connection.alias
    facets = apps.get_model("publications", "PublicationFacet").objects.using(alias).filter(facet=SELECTED)
    digests = apps.get_model("publications", "PublicationDigest").objects.using(alias)
    for digest in digests.filter(place__in=list(facets.values_list("digest", flat=True))).only("place", "facet_text"):
        words = [word for word in digest.facet_text.split() if word != word_of(SELECTED)]
        digests.filter(place=digest.place).update(facet_text=" ".join(words))
    facets.delete()


class Migration(migrations.Migration):

    dependencies = [
        ("publications", "0009_documents"),
    ]

    operations = [
        migrations.RunPython(mark_selected, unmark_selected),
    ]
