"""`/help/…`."""

from django.urls import path

from labsite.help import views

app_name = "help"
urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:slug>/", views.document, name="document"),
]
