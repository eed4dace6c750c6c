from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import AdminConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class LabsiteConfig(AppConfig):
    name = "labsite"
    verbose_name = _("Site")

    def ready(self) -> None:
        from labsite.cards.keeping import connect_cards  # noqa: PLC0415 - models exist only now
        from labsite.field_names import translate_names  # noqa: PLC0415
        from labsite.lib.changes import consent_withdrawn  # noqa: PLC0415
        from labsite.lib.http import VERSION  # noqa: PLC0415
        from labsite.lib.leases import attend  # noqa: PLC0415
        from labsite.lib.uploads import connect_uploads, keep_while  # noqa: PLC0415
        from labsite.merging.files import files_of_merges  # noqa: PLC0415
        from labsite.models import Document, LabProfile  # noqa: PLC0415
        from labsite.operations import starting  # noqa: F401, PLC0415 - registers its check
        from labsite.operations.sentry import start_sentry  # noqa: PLC0415
        from labsite.page_cache.triggers import after_migrations  # noqa: PLC0415
        from labsite.privacy.photos import forget_photos  # noqa: PLC0415

        start_sentry(settings.SENTRY_DSN, f"labsite@{VERSION}")
        connect_uploads(LabProfile, "logo", "picture")
        connect_uploads(Document, "file")
        keep_while(files_of_merges)
        consent_withdrawn.connect(forget_photos, dispatch_uid="photos")
        connect_cards()
        translate_names()
        connection_created.connect(attend, dispatch_uid="leases")
        post_migrate.connect(after_migrations, sender=self)


class LabsiteAdminConfig(AdminConfig):
    default_site = "labsite.admin_site.LabsiteAdminSite"
