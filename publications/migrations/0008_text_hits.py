"""PostgreSQL's text index tells facets from words by a sign instead of a weight, so that it need not read what it finds."""

from django.db import migrations

from labsite.lib.search import DropTextIndex, IndexText
from publications.text_hits import MakeHits

WORDS = ["title_text", "author_text", "body_text"]


class Migration(migrations.Migration):

    dependencies = [
        ('publications', '0007_facets'),
    ]

    operations = [
        DropTextIndex("PublicationDigest", [*WORDS, "facet_text"], key="place", database="postgresql"),
        IndexText("PublicationDigest", WORDS, key="place", marks="facet_text", database="postgresql"),
        MakeHits(),
    ]
