from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "people"
    verbose_name = _("People")

    def ready(self) -> None:
        from people.models import Person, ProfileChange  # noqa: PLC0415 - models exist only now
        from people.photos import connect_photos  # noqa: PLC0415

        connect_photos(Person, ProfileChange)
