"""What of the records everybody may see: the rules by which `--public` leaves things out.

References to what is left out become empty by themselves (rows.py), and rows that need such a reference go. Here is
what else is not for everybody.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from activities.models import Award, AwardReceipt, Grant, GrantRole, Mentorship, Metric, NewsItem, Project
from labsite.lib.models import Publishable, Visibility
from people.former_names import FormerNames
from people.models import Education, Person, PersonName, ProfileLink, ProfileSection
from publications.models import Authorship, Publication, Rejection


def public_rows(model: type[models.Model]) -> models.QuerySet:
    """The rows of a kind that a visitor may see."""
    rows = model._base_manager.all()
    if model is NewsItem:
        return NewsItem.objects.public()
    if model is Mentorship:
        return Mentorship.objects.published()
    if model is Award:
        return rows.filter(models.Exists(AwardReceipt.objects.public().filter(award=models.OuterRef("pk"))))
    if model is Grant:
        roles = GrantRole.objects.filter(grant=models.OuterRef("pk"), person__is_published=True)
        projects = Project.objects.filter(grants=models.OuterRef("pk"), is_published=True)
        return rows.filter(models.Exists(roles) | models.Exists(projects))
    if model is Metric:
        return rows.filter(
            models.Q(person__is_published=True) | models.Q(publication__is_published=True), is_published=True
        )
    return rows.filter(is_published=True) if issubclass(model, Publishable) else rows


def public_part(model: type[models.Model], rows: models.QuerySet) -> models.QuerySet:
    """Those of `rows`, which stand within rows that are shown, that a visitor may see."""
    if model is Rejection:
        return rows.none()
    if model is PersonName:
        return rows.filter(is_public=True)
    if model is Authorship:
        return rows.select_related("person").annotate(former_names=FormerNames("person"))
    if model is ProfileSection:
        return rows.filter(is_published=True)
    if model is ProfileLink:
        return rows.filter(person__show_links=True)
    if model is AwardReceipt:
        return rows.filter(pk__in=AwardReceipt.objects.public().values("pk"))
    return rows


def make_public(record: models.Model, row: dict[str, Any]) -> None:
    """Empties what of `row`, made from `record`, is for editors or members only."""
    if isinstance(record, Person):
        for name in ("email", "phone", "office"):
            if row[f"{name}_visibility"] != Visibility.PUBLIC:
                row |= {name: "", f"{name}_visibility": str(Visibility.PRIVATE)}
        if not record.status_is_shown:
            row["status_text"] = ""
        if not record.photo_consent:
            row |= {"photo": "", "photo_alt": ""}
        row["identity_note"] = ""
    elif isinstance(record, Education) and not record.grades_are_public:
        row |= {"grade": "", "rank": "", "courses": []}
    elif isinstance(record, Publication):
        row |= {"editor_note": "", "raw_record": {}}
    elif isinstance(record, Authorship):
        row |= {"link_note": "", "printed_name": record.shown_name}
        if row["person"] is None or record.link_status != Authorship.LinkStatus.CONFIRMED:
            row |= {"person": None, "link_status": str(Authorship.LinkStatus.CONFIRMED), "link_basis": ""}
