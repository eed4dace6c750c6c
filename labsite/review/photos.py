"""Current members whose card shows initials, or would show a photo that not everybody can use."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from labsite.review.rows import Kind, Place, Row, Scope, change_url, make_key
from people.models import Person

NO_PHOTO, NO_CONSENT, NO_WORDS = "no-photo", "no-consent", "no-description"
REASONS = {
    NO_PHOTO: (_("Their card and page show initials."), _("Add a photo"), "id_photo"),
    NO_CONSENT: (
        _("There is a photo, but nobody noted that they agreed to show it, so it is hidden."),
        _("Note the consent"),
        "id_photo_consent",
    ),
    NO_WORDS: (
        _("The photo has no description for people who cannot see it."),
        _("Describe the photo"),
        "id_photo_alt",
    ),
}


def find_photos(scope: Scope) -> list[Row]:
    """Published current members without a photo, or whose photo lacks consent or description. One query."""
    people = Person.objects.published().current(scope.on)
    people = people.filter(Q(photo="") | Q(photo_consent=False) | Q(photo_alt=""))
    people = people.only("name", "slug", "photo", "photo_consent", "photo_alt", "user_id")
    return scope.without_dismissed(make_row(person) for person in people[: scope.limit + len(scope.dismissed)])


def make_row(person: Person) -> Row:
    lack = what_lacks(person)
    reason, mend, field = REASONS[lack]
    about, place = Place(person.name, change_url(person)), Place(mend, change_url(person, field))
    return Row(make_key(person, lack), (about,), reason, (person,), (place,))


def what_lacks(person: Person) -> str:
    if not person.photo:
        return NO_PHOTO
    return NO_WORDS if person.photo_consent else NO_CONSENT


KINDS = [
    Kind(
        "photos",
        _("member without a photo"),
        _("members without a photo"),
        _("Current members whose page is published."),
        ("people.change_person", "people.add_person"),
        find_photos,
    )
]
