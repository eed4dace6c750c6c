"""`/awards/`, `/mentorship/`, `/news/` and `/research/…`."""

from django.urls import path

from activities import feeds, views

app_name = "activities"
urlpatterns = [
    path("awards/", views.awards, name="awards"),
    path("mentorship/", views.mentorship, name="mentorship"),
    path("news/", views.news, name="news"),
    path("feeds/news.atom", feeds.news, name="news_feed"),
    path("research/", views.research, name="research"),
    path("research/<slug:slug>/", views.project, name="project"),
]
