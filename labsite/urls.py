"""Every address of the site. They are a contract: other programs rely on them.

Pages also answer with a language in front, e.g. /zh-hans/people/; what machines read has one address.
"""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps import views as sitemap_views
from django.urls import include, path, re_path

from labsite import card_views, document_views, image_views, look_views, operations_views, views
from labsite.lib.renditions import ENDINGS
from labsite.looks import PICTURE_SIZES
from labsite.page_cache.marking import shared_page
from labsite.sitemaps import SITEMAPS
from people.photos import SIZES
from publications.api import api

sitemap_index, sitemap = shared_page("p")(sitemap_views.index), shared_page("p")(sitemap_views.sitemap)
urlpatterns = [
    path("theme.css", look_views.theme, name="theme"),
    path("healthz", operations_views.healthz, name="healthz"),
    path("readyz", operations_views.readyz, name="readyz"),
    path("metrics", operations_views.metrics, name="metrics"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", sitemap_index, {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap"}, name="sitemaps"),
    path("sitemap-<section>.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("api/v1/", api.urls),
    path("cards/site.png", card_views.site_card, name="site_card"),
    re_path(
        r"^cards/(?P<kind>people|publications|groups)/(?P<slug>[-a-zA-Z0-9_]+)\.png$", card_views.card, name="card"
    ),
    re_path(r"^media/(?P<path>photos/[0-9a-f]{32}\.jpg)$", image_views.photo, name="photo"),
    re_path(
        rf"^media/photos/(?P<key>[0-9a-f]{{32}})-(?P<size>{'|'.join(SIZES)})-(?P<focus>[0-9]{{1,3}}-[0-9]{{1,3}})"
        rf"\.(?P<ending>{ENDINGS})$",
        image_views.photo_rendition,
        name="photo_rendition",
    ),
    re_path(r"^media/(?P<path>site/[0-9a-f]{32}\.(?:png|jpg))$", image_views.site_image, name="site_image"),
    re_path(
        rf"^media/site/(?P<key>[0-9a-f]{{32}})-(?P<size>{'|'.join(PICTURE_SIZES)})\.(?P<ending>{ENDINGS})$",
        image_views.site_rendition,
        name="site_rendition",
    ),
    re_path(r"^media/documents/(?P<key>[0-9a-f]{32})\.pdf$", document_views.document, name="document"),
    *i18n_patterns(
        path("", views.home, name="home"),
        path("", include("people.urls")),
        path("", include("publications.urls")),
        path("", include("activities.urls")),
        path("", include("labsite.members.urls")),
        path("help/", include("labsite.help.urls")),
        path("search/", views.search, name="search"),
        path("pages/<slug:slug>/", views.page, name="page"),
        path("admin/", admin.site.urls),
        *([path("styleguide/", look_views.styleguide, name="styleguide")] if settings.DEBUG else []),
        prefix_default_language=False,
    ),
]

handler400 = "labsite.error_views.bad_request"
handler403 = "labsite.error_views.forbidden"
handler404 = "labsite.error_views.not_found"
handler500 = "labsite.error_views.server_error"
