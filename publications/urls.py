"""`/publications/…` and `/venues/…`."""

from django.urls import path

from publications import views

app_name = "publications"
urlpatterns = [
    path("publications/", views.publications, name="publications"),
    path("publications/<slug:slug>/", views.publication, name="publication"),
    path("venues/", views.venues, name="venues"),
    path("venues/<slug:slug>/", views.venue, name="venue"),
]
