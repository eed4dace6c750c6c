"""The fields of a record in words, for members and editors: what each is called, and what its value says."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activities.cv.styles import SECTIONS as CV_SECTIONS
from labsite.members.record import LINKS, PAPERS, PHOTO, SECTIONS, UPLOADED
from people.models import Person, ProfileLink, ProfileSection
from publications.models import Authorship

LABELS = {
    PHOTO: gettext_lazy("Photo"),
    LINKS: gettext_lazy("Links"),
    SECTIONS: gettext_lazy("Sections of the page"),
    PAPERS: gettext_lazy("Papers that are not theirs"),
    "headline": gettext_lazy("In a few words"),
    "bio": gettext_lazy("Biography"),
    "pronouns": gettext_lazy("Pronouns"),
    "pronunciation": gettext_lazy("How to say the name"),
    "native_name": gettext_lazy("Name in native script"),
    "native_language": gettext_lazy("Language of that name"),
    "orcid": gettext_lazy("ORCID iD"),
    "status_text": gettext_lazy("Status banner"),
    "status_is_shown": gettext_lazy("Show the banner"),
    "email": gettext_lazy("E-mail"),
    "email_visibility": gettext_lazy("Who may see the e-mail address"),
    "phone": gettext_lazy("Phone"),
    "phone_visibility": gettext_lazy("Who may see the phone number"),
    "office": gettext_lazy("Office address"),
    "office_visibility": gettext_lazy("Who may see the office address"),
    "show_profile_card": gettext_lazy("The box with photo, role and contact"),
    "show_links": gettext_lazy("Links"),
    "show_news": gettext_lazy("News that mention me"),
    "show_selected": gettext_lazy("Selected publications above all others"),
    "kept_out_of_search": gettext_lazy("Ask search engines not to list my page"),
    "cv_style": gettext_lazy("Style of the CV"),
    "cv_hidden": gettext_lazy("Left out of the CV"),
    "photo_alt": gettext_lazy("What the photo shows"),
    "photo_focus_x": gettext_lazy("Centre of the face, from the left"),
    "photo_focus_y": gettext_lazy("Centre of the face, from the top"),
    "photo_consent": gettext_lazy("I agree that this photo is shown on the web"),
}
EDITORS_LABELS = {
    "kept_out_of_search": gettext_lazy("Search engines are asked not to list the page"),
    "show_links": gettext_lazy("Links are shown"),
    "show_news": gettext_lazy("News that mention them are shown"),
    "show_selected": gettext_lazy("Selected publications are shown first"),
    "show_profile_card": gettext_lazy("The box with photo, role and contact is shown"),
    "photo_consent": gettext_lazy("Agreed that the photo is shown"),
}


def label_of(name: str) -> Any:
    """What a field is called where somebody else reads about it."""
    return EDITORS_LABELS.get(name) or LABELS.get(name, name)


def in_words(name: str, value: Any) -> str:
    """A value as text of one or more lines; "" for nothing."""
    if name == PHOTO:
        return _("a new photo") if value == UPLOADED else (_("the photo of today") if value else _("no photo"))
    if name == PAPERS:
        return "".join(f"{title}\n" for title in paper_titles(value))
    if name == LINKS:
        return "".join(f"{link_in_words(row)}\n" for row in value)
    if name == SECTIONS:
        return "\n\n".join(section_in_words(row) for row in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "cv_hidden":
        return ", ".join(str(CV_SECTIONS.get(each, each)) for each in value)
    choices = dict(Person._meta.get_field(name).choices or ())
    return str(choices.get(value, value))


def link_in_words(row: dict[str, Any]) -> str:
    label = row["label"] or ProfileLink.Kind(row["kind"]).label
    return f"{label}: {row['url']}".rstrip(": ")


def section_in_words(row: dict[str, Any]) -> str:
    hidden = "" if row["is_published"] else f" ({_('not shown')})"
    return f"{row['heading']}{hidden} – {ProfileSection.Kind(row['kind']).label}\n{row['body']}"


def paper_titles(keys: list[int]) -> list[str]:
    """The titles of the papers of these authorships. One query, none without keys."""
    if not keys:
        return []
    rows = Authorship.objects.filter(pk__in=keys).select_related("publication").order_by("publication__title")
    return [row.publication.marked_title for row in rows]
