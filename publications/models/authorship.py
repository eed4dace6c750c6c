"""Who wrote a publication: the name as printed, and the person behind it where that is known."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from labsite.lib.text import DerivedTextField, clean_text, fold, is_visible
from people.former_names import SEPARATOR, FormerNames, without_former
from people.models import Membership, Person, Position
from publications.models.publication import Publication


class AuthorshipQuerySet(models.QuerySet):
    def confirmed(self) -> AuthorshipQuerySet:
        """Rows whose person is certain. Only these link a name on the site."""
        return self.filter(link_status=Authorship.LinkStatus.CONFIRMED, person__isnull=False)

    def with_person(self) -> AuthorshipQuerySet:
        """Loads the person, as `by_member` whether they are or were in the lab, and what `shown_name` needs.

        No query of its own.
        """
        members = Membership.objects.filter(person=models.OuterRef("person"))
        return self.select_related("person").annotate(
            by_member=models.Exists(members), former_names=FormerNames("person")
        )


class Authorship(models.Model):
    """One author of one publication. `printed_name` is never rewritten by linking, merging or renaming."""

    class LinkStatus(models.TextChoices):
        CONFIRMED = "confirmed", _("Certain")
        PROPOSED = "proposed", _("Likely, to be confirmed")
        REJECTED = "rejected", _("Not this person")

    class LinkBasis(models.TextChoices):
        EXPLICIT = "explicit", _("Named in full by a source")
        INFERRED = "inferred", _("Inferred from sources")
        IDENTIFIER = "identifier", _("Same identifier")
        EDITOR = "editor", _("Decided by an editor")

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="authorships")
    position = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("1 is the first author. Empty if the source does not say where in the list."),
    )
    printed_name = models.CharField(max_length=300, help_text=_("Exactly as printed on the publication."))
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="authorships")
    link_status = models.CharField(
        _("link"), max_length=9, choices=LinkStatus, default=LinkStatus.CONFIRMED,
        help_text=_("Whether the person is who is printed. Only certain links show."),
    )  # fmt: skip
    link_basis = models.CharField(_("basis of the link"), max_length=10, choices=LinkBasis, blank=True)
    link_note = models.CharField(max_length=300, blank=True, help_text=_("For editors: the evidence in a line."))
    is_equal = models.BooleanField(_("equal contribution"), default=False)
    is_corresponding = models.BooleanField(_("corresponding author"), default=False)
    affiliation_text = models.CharField(_("affiliation as printed"), max_length=300, blank=True)
    search_text = DerivedTextField(source="make_search_text")

    objects = AuthorshipQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["search_text"])

    class Meta:
        ordering = [models.F("position").asc(nulls_last=True), "id"]
        indexes = [models.Index(fields=["person", "link_status"])]
        constraints = [
            # Deferrable, so that one save can swap two authors. SQLite skips it: forms and importers check too.
            models.UniqueConstraint(
                name="publications_authorship_position_once",
                fields=["publication", "position"],
                deferrable=models.Deferrable.DEFERRED,
                violation_error_message=_("Another author has this position."),
            ),
            models.CheckConstraint(
                name="publications_authorship_position_from_one",
                condition=models.Q(position__isnull=True) | models.Q(position__gte=1),
                violation_error_message=_("Positions begin at 1."),
            ),
        ]

    def __str__(self) -> str:
        return self.printed_name

    def clean(self) -> None:
        super().clean()
        name = clean_text(self.printed_name)
        if self.printed_name and not is_visible(name):
            raise ValidationError({"printed_name": gettext("Give a name that can be read.")})
        self.printed_name = name

    def make_search_text(self) -> str:
        return fold(self.printed_name)

    @property
    def is_leading(self) -> bool:
        """Whether this is the first author or one who contributed equally."""
        return self.position == 1 or self.is_equal

    @property
    def shown_name(self) -> str:
        """What visitors read and files say: the name as printed, but for a former name of whom it surely is.

        Of rows loaded by `with_person()`.
        """
        former, person = getattr(self, "former_names", ""), self.linked_person
        if not former or not person:
            return self.printed_name
        return without_former(self.printed_name, person.name, former.split(SEPARATOR))

    @property
    def linked_person(self) -> Person | None:
        """The person to link, if that is certain and they have a page. Reads self.person."""
        certain = self.link_status == self.LinkStatus.CONFIRMED
        return self.person if certain and self.person and self.person.is_published else None


class PositionPublication(models.Model):
    """A publication that came out of a position."""

    position = models.ForeignKey(Position, on_delete=models.CASCADE, related_name="position_publications")
    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="position_publications")
    label = models.CharField(max_length=80, blank=True, help_text=_("E.g. Paper 1."))
    order = models.PositiveSmallIntegerField(default=0)

    history = HistoricalRecords()

    class Meta:
        ordering = ["order", "id"]
        verbose_name = _("publication of a position")
        verbose_name_plural = _("publications of a position")
        constraints = [
            models.UniqueConstraint(
                name="publications_positionpublication_once",
                fields=["position", "publication"],
                violation_error_message=_("This publication is listed already."),
            )
        ]

    def __str__(self) -> str:
        return self.label or str(self.publication)
