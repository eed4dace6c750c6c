from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SigningInConfig(AppConfig):
    name = "labsite.signing_in"
    label = "signing_in"
    verbose_name = _("Signing in")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from labsite.signing_in.noting import connect_notes  # noqa: PLC0415 - models exist only now

        connect_notes()
