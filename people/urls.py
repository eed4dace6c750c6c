"""`/people/…` and `/groups/…`."""

from django.urls import path

from people.views import curriculum, pages

app_name = "people"
urlpatterns = [
    path("people/", pages.people, name="people"),
    path("people/<slug:slug>/", pages.person, name="person"),
    path("people/<slug:slug>/cv/", curriculum.cv, name="cv"),
    path("people/<slug:slug>/cv.pdf", curriculum.cv_pdf, name="cv_pdf"),
    path("people/<slug:slug>/resume.json", curriculum.resume, name="resume"),
    path("people/<slug:slug>/publications.bib", curriculum.bibliography, name="bibliography"),
    path("groups/<slug:slug>/", pages.group, name="group"),
]
