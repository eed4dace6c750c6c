"""`/people/…` and `/groups/…`."""

from django.urls import path

from people import views

app_name = "people"
urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/<slug:slug>/", views.person, name="person"),
    path("people/<slug:slug>/cv/", views.cv, name="cv"),
    path("groups/<slug:slug>/", views.group, name="group"),
]
