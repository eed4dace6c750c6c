"""`/awards/`, `/mentorship/`, `/news/` and `/research/…`."""

from django.urls import path

from activities import views

app_name = "activities"
urlpatterns = [
    path("awards/", views.awards, name="awards"),
    path("mentorship/", views.mentorship, name="mentorship"),
    path("news/", views.news, name="news"),
    path("research/", views.research, name="research"),
    path("research/<slug:slug>/", views.project, name="project"),
]
