"""`/my/…`, `/login/…` and `/logout/`."""

from django.urls import path

from labsite.members.views import overview, papers, photo, profile, requests
from labsite.signing_in.views import door, outside, own, passwords

app_name = "members"
urlpatterns = [
    path("login/", door.SignIn.as_view(), name="login"),
    path("login/code/", door.second_step, name="second_step"),
    path("login/passkey/", door.passkey_sign_in, name="passkey_sign_in"),
    path("login/passkey/question/", door.passkey_question, name="passkey_question"),
    path("login/with/", outside.outside_begin, name="outside_begin"),
    path("login/with/back/", outside.outside_return, name="outside_return"),
    path("login/forgotten/", passwords.forgotten, name="forgotten"),
    path("login/forgotten/sent/", passwords.forgotten_sent, name="forgotten_sent"),
    path("login/new/<slug:uidb64>/<slug:token>/", passwords.LostPassword.as_view(), name="lost_password"),
    path("logout/", door.SignOut.as_view(), name="logout"),
    path("my/", overview.overview, name="overview"),
    path("my/profile/", profile.profile, name="profile"),
    path("my/photo/", photo.photo, name="photo"),
    path("my/photo/waiting.jpg", photo.waiting_photo, name="waiting_photo"),
    path("my/publications/", papers.publications, name="publications"),
    path("my/data/", requests.data, name="data"),
    path("my/removal/", requests.removal, name="removal"),
    path("my/password/", passwords.NewPassword.as_view(), name="password"),
    path("my/confirm/", own.confirm_owner, name="confirm"),
    path("my/signing-in/", own.sign_in_settings, name="sign_in_settings"),
    path("my/signing-in/app/", own.app, name="app"),
    path("my/signing-in/app/remove/", own.app_remove, name="app_remove"),
    path("my/signing-in/codes/", own.recovery_codes, name="recovery_codes"),
    path("my/signing-in/passkeys/", own.passkey_add, name="passkey_add"),
    path("my/signing-in/passkeys/question/", own.passkey_options, name="passkey_options"),
    path("my/signing-in/passkeys/<int:key>/remove/", own.passkey_remove, name="passkey_remove"),
    path("my/signing-in/sessions/end/", own.sessions_end, name="sessions_end"),
    path("my/signing-in/link/", outside.outside_link, name="outside_link"),
    path("my/signing-in/unlink/", outside.outside_unlink, name="outside_unlink"),
]
