"""Model pieces that every room uses: publishing, visibility, safe web addresses and history."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

validate_http_url = URLValidator(schemes=["http", "https"])


class Visibility(models.TextChoices):
    """Who may read a private fact."""

    PRIVATE = "private", _("Only editors and the person")
    MEMBERS = "members", _("Everyone who is signed in")
    PUBLIC = "public", _("Everyone on the web")


class WebAddressField(models.URLField):
    """An http or https address of up to 500 characters. Other schemes are refused by the model, not only by forms.

    Whatever writes a row (bulk inserts, updates, fixtures), another scheme raises `ValidationError`: an address is
    printed as a link, and “javascript:” must never be one.
    """

    default_validators = [validate_http_url]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 500)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"assume_scheme": "https", **kwargs})

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, str) and value and not value.lower().startswith(("https://", "http://")):
            raise ValidationError(
                _("The address “%(value)s” is none of the web: begin it with https://."),
                params={"value": value[:80]},
                code="invalid",
            )
        return super().get_db_prep_save(value, connection)


class PublishableQuerySet(models.QuerySet):
    def published(self) -> PublishableQuerySet:
        """Rows a visitor may see; the others are drafts."""
        return self.filter(is_published=True)


class NaturalKeyManager(models.Manager):
    """Finds a row by its model's `NATURAL_KEY` fields, for fixtures a person can read."""

    def get_by_natural_key(self, *values: Any) -> models.Model:
        return self.get(**dict(zip(self.model.NATURAL_KEY, values, strict=True)))


class Publishable(models.Model):
    """A record that is a draft, seen by staff only, until it is published."""

    is_published = models.BooleanField(
        _("published"), default=True, help_text=_("Untick to keep this as a draft that only staff can see.")
    )

    class Meta:
        abstract = True
