"""Every address of the site. They are a contract: other programs rely on them."""

from django.contrib import admin
from django.contrib.sitemaps import views as sitemap_views
from django.urls import include, path, re_path

from labsite import views
from labsite.sitemaps import SITEMAPS
from publications.api import api

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("people.urls")),
    path("", include("publications.urls")),
    path("", include("activities.urls")),
    path("search/", views.search, name="search"),
    path("healthz", views.healthz, name="healthz"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", sitemap_views.index, {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap"}, name="sitemaps"),
    path("sitemap-<section>.xml", sitemap_views.sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("api/v1/", api.urls),
    path("admin/", admin.site.urls),
    re_path(r"^media/(?P<path>photos/[0-9a-f]{32}\.jpg)$", views.photo, name="photo"),
]

handler404 = "labsite.views.not_found"
handler500 = "labsite.views.server_error"
