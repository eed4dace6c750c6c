from django.apps import AppConfig, apps
from django.apps.registry import Apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q
from django.db.models.signals import post_migrate, post_save, pre_delete
from django.utils.translation import gettext_lazy as _

ROOMS = ("people", "publications", "activities", "labsite")
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


def is_newest(state: Apps) -> bool:
    """Whether every column that the models of today read is there: a digest is made of records of all rooms."""
    own = [model for model in apps.get_models() if model.__module__.partition(".")[0] in ROOMS]
    try:
        known = {model: state.get_model(model._meta.app_label, model.__name__)._meta for model in own}
        return all(known[model].get_field(column.name) for model in own for column in model._meta.concrete_fields)
    except (LookupError, FieldDoesNotExist):
        return False


def make_missing_digests(using: str, apps: Apps | None = None, **kwargs: object) -> None:
    """After an upgrade from a version without digests or facets; costs one query where there is nothing to do.

    `apps` is the state that was migrated to: on the way back to an older version there is nothing to make, nor after a
    flush, which gives none.
    """
    if apps is None or not is_newest(apps):
        return
    from labsite.lib.memory import collecting_seldom  # noqa: PLC0415
    from publications.digests import refresh_digests  # noqa: PLC0415
    from publications.models import Publication  # noqa: PLC0415

    lacking = Q(digest=None) | Q(is_published=True, digest__facet_text="")
    with collecting_seldom() as let_go:
        keys = Publication.objects.using(using).filter(lacking).values_list("pk", flat=True)
        refresh_digests(keys, after_batch=let_go)
