from django.apps import AppConfig, apps
from django.apps.registry import Apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q
from django.db.models.signals import post_migrate, post_save, pre_delete
from django.utils.translation import gettext_lazy as _

DERIVED = {"PublicationDigest", "PublicationFacet", "FacetTotal", "PositionPublication"}  # make no row anew


class PublicationsConfig(AppConfig):
    name = "publications"
    verbose_name = _("Publications")

    def ready(self) -> None:
        from labsite.lib.changes import records_written  # noqa: PLC0415
        from people.models import Membership, Person, PersonName  # noqa: PLC0415 - models exist only now
        from publications.digests import connect_signals  # noqa: PLC0415
        from publications.evidence import (  # noqa: PLC0415
            remember_before_deletion,
            remember_rejections,
            remember_written,
        )

        own = [
            model for model in self.get_models()
            if not hasattr(model, "history_id") and model.__name__ not in DERIVED
        ]  # fmt: skip
        connect_signals([*own, Person, PersonName, Membership, apps.get_model("activities", "Metric")])
        post_migrate.connect(make_missing_digests, sender=self)
        authorship = self.get_model("Authorship")
        post_save.connect(remember_rejections, sender=authorship)
        pre_delete.connect(remember_before_deletion, sender=authorship)
        records_written.connect(remember_written, sender=authorship)


def make_missing_digests(using: str, apps: Apps | None = None, **kwargs: object) -> None:
    """After an upgrade from a version without digests or facets; costs one query where there is nothing to do.

    `apps` is the state that was migrated to: on the way back to a version without digests there is nothing to make,
    nor after a flush, which gives none.
    """
    if apps is None:
        return
    try:
        apps.get_model("publications", "FacetTotal")
        apps.get_model("publications", "Publication")._meta.get_field("is_retracted")
    except (LookupError, FieldDoesNotExist):
        return
    from publications.digests import refresh_digests  # noqa: PLC0415
    from publications.models import Publication  # noqa: PLC0415

    lacking = Q(digest=None) | Q(is_published=True, digest__facet_text="")
    refresh_digests(Publication.objects.using(using).filter(lacking).values_list("pk", flat=True))
