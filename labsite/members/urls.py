"""`/my/…`, `/login/` and `/logout/`."""

from django.urls import path

from labsite.members.views import account, overview, papers, photo, profile, requests

app_name = "members"
urlpatterns = [
    path("login/", account.SignIn.as_view(), name="login"),
    path("logout/", account.SignOut.as_view(), name="logout"),
    path("my/", overview.overview, name="overview"),
    path("my/profile/", profile.profile, name="profile"),
    path("my/photo/", photo.photo, name="photo"),
    path("my/photo/waiting.jpg", photo.waiting_photo, name="waiting_photo"),
    path("my/publications/", papers.publications, name="publications"),
    path("my/data/", requests.data, name="data"),
    path("my/removal/", requests.removal, name="removal"),
    path("my/password/", account.NewPassword.as_view(), name="password"),
]
