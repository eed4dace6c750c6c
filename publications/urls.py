"""`/publications/…` and `/venues/…`."""

from django.urls import path, register_converter

from publications.exporting import FORMATS
from publications.views import embeds, exports, feeds, harvest, pages


class FormatConverter:
    """The ending of an export's address."""

    regex = "|".join(FORMATS)

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


register_converter(FormatConverter, "export_format")

app_name = "publications"
urlpatterns = [
    path("publications/", pages.publications, name="publications"),
    path("publications/references.txt", exports.references, name="references"),
    path("publications/export.<export_format:name>", exports.export, name="export"),
    path("oai", harvest.oai, name="oai"),
    path("feeds/publications.atom", feeds.publications, name="feed"),
    path("feeds/publications.json", feeds.publications_json, name="json_feed"),
    path("oembed", embeds.oembed, name="oembed"),
    path("embed/publications/", embeds.embed, name="embed"),
    path("embed/publications/<slug:slug>/", embeds.embed_one, name="embed_one"),
    path("publications/<slug:slug>/", pages.publication, name="publication"),
    path("publications/<slug:slug>/cite.<export_format:name>", exports.cite, name="cite"),
    path("publications/<slug:slug>/linkset.json", pages.linkset, name="linkset"),
    path("topics/", pages.topics, name="topics"),
    path("topics/<slug:slug>/", pages.topic, name="topic"),
    path("venues/", pages.venues, name="venues"),
    path("venues/<slug:slug>/", pages.venue, name="venue"),
]
