"""`/my/…`, `/login/` and `/logout/`."""

from django.urls import path

from labsite.members import views

app_name = "members"
urlpatterns = [
    path("my/", views.overview, name="overview"),
]
