"""The styles of a curriculum vitae: which sections, in which order, made from a person's record."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from activities.cv import biosketch, career, papers, record
from activities.cv.document import Document, Line, Run, Section, joined, labelled, lines, plain, run
from activities.profile import Profile
from people.models.person import CVStyle

# Names of sections with their headings, in the order of the document. A member leaves sections out by these names.
SECTIONS = {
    "education": gettext_lazy("Education"),
    "interests": gettext_lazy("Research interests"),
    "awards": gettext_lazy("Honours and awards"),
    "experience": gettext_lazy("Professional experience"),
    "highlights": gettext_lazy("Research highlights"),
    "publications": gettext_lazy("Publications"),
    "research": gettext_lazy("Research experience"),
    "projects": gettext_lazy("Projects, software and data"),
    "service": gettext_lazy("Community service"),
    "mentees": gettext_lazy("Mentees"),
    "grants": gettext_lazy("Grants"),
    "talks": gettext_lazy("Talks"),
    "skills": gettext_lazy("Skills"),
    "remarks": gettext_lazy("Further remarks"),
}
MAKERS: dict[str, Callable[[Profile, str], list[Section]]] = {
    "education": career.education_section,
    "interests": record.interests_section,
    "awards": record.awards_section,
    "experience": career.experience_section,
    "highlights": record.highlights_section,
    "publications": papers.publications_section,
    "research": career.research_section,
    "projects": record.projects_section,
    "service": record.service_section,
    "mentees": record.mentees_section,
    "grants": record.grants_section,
    "skills": record.skills_section,
    "remarks": record.remarks_section,
}


def make_document(profile: Profile, style: str, *, root: str, hidden: Collection[str] = ()) -> Document:
    """The document in the active language. No query: the profile is loaded.

    `style` is one of `CVStyle`; of the short one this is all that it may choose from (`activities.cv.fitting`).
    `root` is the site's address without a slash at the end, `hidden` the names of sections to leave out.
    """
    person = profile.person
    address = f"{root}{person.get_absolute_url()}"
    return Document(
        name=person.name,
        kind=_("Biosketch") if style == CVStyle.BIOSKETCH else kind_of(style),
        style=style,
        address=address,
        full_address=f"{address}cv/?style={CVStyle.FULL}",
        today=profile.today.isoformat(),
        native_name=person.native_name,
        native_language=person.native_language,
        head=make_head(profile, root, style),
        sections=tuple(make_sections(profile, style, root, hidden)),
        keywords=tuple(area.name for area in profile.areas),
    )


def kind_of(style: str) -> str:
    return _("Publications") if style == CVStyle.PUBLICATIONS else pgettext("document", "Curriculum vitae")


def make_sections(profile: Profile, style: str, root: str, hidden: Collection[str]) -> list[Section]:
    if style == CVStyle.BIOSKETCH:
        return biosketch.make_sections(profile, root, hidden)
    names = ["publications"] if style == CVStyle.PUBLICATIONS else SECTIONS
    found: list[Section] = []
    for name in names:
        if name in hidden and style != CVStyle.PUBLICATIONS:
            continue
        if name == "talks":
            found += record.talks_section(profile, root, told=told_as_service(profile, hidden))
        else:
            found += MAKERS[name](profile, root)
    return found


def told_as_service(profile: Profile, hidden: Collection[str]) -> frozenset[int]:
    """Talks that the section on service tells already, as tutorials."""
    if "service" in hidden:
        return frozenset()
    services = (service for group in profile.services for service in group.services)
    return frozenset(service.talk_id for service in services if service.talk_id)


# The head


def make_head(profile: Profile, root: str, style: str) -> tuple[Line, ...]:
    """Below the name: what the person is here, how they are reached, where else they are on the web."""
    person = profile.person
    if style == CVStyle.BIOSKETCH:  # which identifies them in a section of its own
        return lines(joined(contact_runs(profile), " · "))
    return lines(
        (run(person.headline, is_emphasis=True),) if person.headline else (),
        role_line(profile, root),
        joined(contact_runs(profile), " · "),
        joined(link_runs(profile), " · "),
        joined(map(plain, papers.cited(profile)), " · "),
    )


def role_line(profile: Profile, root: str) -> Line:
    stay = profile.membership
    if not stay:
        return ()
    group = stay.group if stay.group and stay.group.is_published else None
    own = run(group, f"{root}{group.get_absolute_url()}") if group else ()
    return joined([plain(stay.role_text), own, plain(group.organization if group and group.organization else "")])


def contact_runs(profile: Profile) -> list[Run]:
    contact = profile.contact
    email = contact.get("email", "")
    office = _(", ").join(line.strip() for line in contact.get("office", "").splitlines() if line.strip())
    runs = [run(email, f"mailto:{email}", is_email=True), run(contact.get("phone", "")), run(office)]
    return [each for each in runs if each.text]


def link_runs(profile: Profile) -> list[Line | Run]:
    """The page here, ORCID, and links elsewhere; one without an address is named."""
    person = profile.person
    orcid = labelled("ORCID", run(person.orcid, f"https://orcid.org/{person.orcid}")) if person.orcid else ()
    links = [run(link.text, link.url) for link in person.links.all()] if person.show_links else []
    return [orcid, *links]
