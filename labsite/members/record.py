"""What a member edits of their own record, as plain values by field: what forms post, requests keep and JSON writes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext

from labsite.lib.models import Visibility
from people.models import Person, ProfileLink, ProfileSection

Values = dict[str, Any]

PROFILE_FIELDS = (
    "headline", "bio", "pronouns", "pronunciation", "native_name", "native_language", "orcid",
    "status_text", "status_is_shown",
    "email", "email_visibility", "phone", "phone_visibility", "office", "office_visibility",
    "show_profile_card", "show_links", "show_news", "show_selected", "kept_out_of_search", "cv_style", "cv_hidden",
)  # fmt: skip
PHOTO_FIELDS = ("photo_alt", "photo_focus_x", "photo_focus_y", "photo_consent")
PHOTO, LINKS, SECTIONS = "photo", "links", "sections"
PAPERS = "papers"  # in requests only: authorships that a member says are not theirs
UPLOADED = "uploaded"  # what the wanted photo is called while its file waits
CONTACT = ("email", "phone", "office")
VISIBILITIES = tuple(f"{name}_visibility" for name in CONTACT)
SHOWN_IF_TRUE = (
    "photo_consent", "status_is_shown", "show_profile_card", "show_links", "show_news", "show_selected",
)  # fmt: skip
LINK_FIELDS = ("kind", "url", "label")
SECTION_FIELDS = ("kind", "heading", "body", "is_published")
ROWS: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {
    LINKS: (ProfileLink, LINK_FIELDS),
    SECTIONS: (ProfileSection, SECTION_FIELDS),
}


def tidy(value: Any) -> Any:
    """The value as browsers send it back: line ends are one sign, blanks around a text do not count."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def read_values(person: Person) -> Values:
    """Every field that a member edits, as it is stored now. Two queries."""
    values = {name: tidy(getattr(person, name)) for name in (*PROFILE_FIELDS, *PHOTO_FIELDS)}
    values[PHOTO] = person.photo.name or ""
    for name, (_, fields) in ROWS.items():
        rows = getattr(person, name).all()
        values[name] = [{field: tidy(getattr(row, field)) for field in fields} for row in rows]
    return values


def todays_values(person: Person) -> Values:
    """What the fields of a request say today: `read_values`, and no paper denied."""
    return {**read_values(person), PAPERS: []}


def only_hides(name: str, today: Any, wanted: Any) -> bool:
    """Whether this change shows less and nothing new: consent or privacy that is asked for needs nobody's leave."""
    if name in VISIBILITIES:
        return Visibility.values.index(wanted) < Visibility.values.index(today)
    if name in SHOWN_IF_TRUE:
        return today and not wanted
    if name == "kept_out_of_search":
        return wanted and not today
    return name in (PHOTO, *CONTACT) and bool(today) and not wanted


def digest_of(value: Any) -> str:
    """Twelve signs that differ where values do: tells whether something changed since it was shown."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]


def digests_of(values: Values) -> dict[str, str]:
    return {name: digest_of(value) for name, value in values.items()}


def set_values(person: Person, values: Values, photo: Any = "") -> None:
    """Sets these fields of a person and checks them by the model's own rules. Writes nothing.

    Raises `ValidationError` by field. `photo` is the new file where `values` name it.
    """
    columns = [name for name in values if name not in ROWS]
    for name in columns:
        setattr(person, name, photo if name == PHOTO else values[name])
    if columns:
        check_columns(person, columns)
    for name, (model, _) in ROWS.items():
        for row in values.get(name, ()):
            try:
                model(person=person, **row).full_clean(exclude=["person"])
            except ValidationError as error:
                raise ValidationError({name: error.messages}) from error


def write_values(person: Person, values: Values, *, photo: Any = "", reason: str = "") -> None:
    """Writes these fields of a person who is held, and no others, once all of them are right. In a transaction.

    Raises as `set_values` does, and then nothing is written.
    """
    set_values(person, values, photo)
    if any(name not in ROWS for name in values):
        person._change_reason = reason[:100] or None
        save_person(person)
    for name in ROWS:
        if name in values:
            write_rows(person, name, values[name])


def check_columns(person: Person, columns: Iterable[str]) -> None:
    """The model's own rules, as far as they are about these columns."""
    own = set(columns)
    others = [field.name for field in Person._meta.fields if field.name not in own]
    person.clean_fields(exclude=others)
    if own & {PHOTO, *PHOTO_FIELDS}:
        person.clean()
    check_constraints(person, others)


def check_constraints(person: Person, others: Iterable[str]) -> None:
    """Puts what the constraint on ORCID iDs says at its field."""
    try:
        person.validate_constraints(exclude=set(others))
    except ValidationError as error:
        found = error.message_dict
        general = found.pop(NON_FIELD_ERRORS, [])
        if general:
            found.setdefault("orcid", []).extend(general)
        raise ValidationError(found) from error


def save_person(person: Person) -> None:
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:  # somebody else was given the same ORCID iD at this very moment
        raise ValidationError({"orcid": gettext("Another person has this ORCID iD.")}) from error


def write_rows(person: Person, name: str, wanted: list[Values]) -> None:
    """Makes the person's links or sections these, in this order. Rows keep their identity where they can.

    The values were checked before.
    """
    model, fields = ROWS[name]
    left = list(getattr(person, name).all())
    rows = [take_row(left, values, fields) or model(person=person) for values in wanted]
    for row in left:
        row.delete()
    for order, (row, values) in enumerate(zip(rows, wanted, strict=True), start=1):
        after = {**values, "order": order}
        if row.pk and all(tidy(getattr(row, field)) == value for field, value in after.items()):
            continue
        for field, value in after.items():
            setattr(row, field, value)
        row.save()


def take_row(left: list[models.Model], values: Values, fields: tuple[str, ...]) -> models.Model | None:
    """Takes the row that these values are most likely the new ones of: the same, of the same name, or the next."""
    name = "heading" if "heading" in fields else "kind"
    alike = (
        lambda row: all(tidy(getattr(row, field)) == values[field] for field in fields),
        lambda row: tidy(getattr(row, name)) == values[name],
    )
    for test in alike:
        for row in left:
            if test(row):
                left.remove(row)
                return row
    return None
