"""Honours, service, mentees, grants, talks, research areas, skills: what else a curriculum vitae says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities.cv.career import person_run
from activities.cv.document import (
    Block,
    Entry,
    Line,
    Part,
    Section,
    joined,
    labelled,
    lines,
    plain,
    run,
    section,
    strong,
    text_of,
)  # fmt: skip
from activities.cv.papers import mention
from activities.cv.prose import read_blocks
from activities.lineage import Edge, Strand
from activities.models import AwardReceipt, GrantRole, Mentorship, Project, Service, Talk
from activities.profile import Profile, ServiceGroup
from labsite.lib.text import amount_text
from people.models import ProfileSection

# Services that are told by the venue alone; the others have a title or a place of their own.
LISTED_BY_VENUE = (
    Service.Kind.REVIEWER, Service.Kind.JOURNAL_REVIEWER, Service.Kind.WORKSHOP_REVIEWER,
    Service.Kind.PROGRAMME_COMMITTEE,
)  # fmt: skip


# Honours


def same_honour(receipt: AwardReceipt) -> tuple[object, ...]:
    """Receipts that are alike in this print as one, with all their years."""
    return (receipt.award_id, receipt.publication_id, receipt.amount, receipt.recipients, receipt.note)


def make_award(receipts: list[AwardReceipt], root: str) -> Entry:
    """An award with every year in which it was received: “2022, 2023” and “×2”."""
    first, award = receipts[0], receipts[0].award
    years = sorted({str(receipt.year.year) for receipt in receipts if receipt.year})
    number = run(_(" ×%(number)s") % {"number": len(receipts)}) if len(receipts) > 1 else run("")
    recipients = ""
    if first.recipients:
        words = ngettext("%(count)s recipient worldwide", "%(count)s recipients worldwide", first.recipients)
        recipients = words % {"count": f"{first.recipients:,}"}
    details = (amount_text(first.amount, first.currency), recipients, award.description, first.note)
    paper = first.publication if first.publication and first.publication.is_published else None
    giver = award.organization if award.organization and str(award.organization) not in award.title else ""
    return Entry(
        tuple(each for each in (run(award.title, award.url), number) if each.text),
        label=_(", ").join(years),
        lines=lines(
            joined(map(plain, (giver, *details)), _("; ")),
            labelled(_("For"), *mention(paper, root)) if paper else (),
        ),
    )


def awards_section(profile: Profile, root: str) -> list[Section]:
    groups: dict[tuple[object, ...], list[AwardReceipt]] = {}
    for receipt in profile.awards:
        groups.setdefault(same_honour(receipt), []).append(receipt)
    entries = tuple(make_award(receipts, root) for receipts in groups.values())
    return section("awards", _("Honours and awards"), Part("dated", entries))


# Research


def make_area(area: Project, root: str) -> Entry:
    papers = joined(mention(paper, root) for paper in area.publications.all())
    talks = joined(plain(f"{talk.get_kind_display()}, {talk.event}") for talk in area.talks.all())
    topics = joined(plain(topic.name) for topic in area.topics.all())
    links = joined(run(link.label, link.url) for link in area.links.all())
    return Entry(
        (run(area.name, f"{root}{area.get_absolute_url()}"),),
        lines=lines(
            plain(area.summary), labelled(_("Topics"), *topics), labelled(_("Papers"), *papers),
            labelled(_("Talks"), *talks), links,
        ),
    )  # fmt: skip


def make_prose(own: ProfileSection, root: str) -> Entry:
    return Entry(plain(own.heading), blocks=read_blocks(own.body, root))


def highlights_section(profile: Profile, root: str) -> list[Section]:
    entries = [make_prose(own, root) for own in profile.research] + [make_area(area, root) for area in profile.areas]
    return section("highlights", _("Research highlights"), Part("prose", tuple(entries)))


def interests_section(profile: Profile, root: str) -> list[Section]:
    entries = [make_prose(own, root) for own in profile.interests]
    if len(entries) == 1:  # its heading would say what the section's says
        entries = [Entry(blocks=entries[0].blocks)]
    return section("interests", _("Research interests"), Part("prose", tuple(entries)))


def projects_section(profile: Profile, root: str) -> list[Section]:
    entries = tuple(make_area(project, root) for project in profile.projects)
    return section("projects", _("Projects, software and data"), Part("prose", entries))


# Service


def service_section(profile: Profile, root: str) -> list[Section]:
    entries = tuple(make_service_group(group, root) for group in profile.services)
    return section("service", _("Community service"), Part("facts", entries))


def make_service_group(group: ServiceGroup, root: str) -> Entry:
    """The services of one kind; its key is the kind."""
    label, key = str(group.label), str(group.kind)
    if group.kind in LISTED_BY_VENUE:
        return Entry(label=label, lines=lines(joined(by_venue(group.services, root), _("; "))), key=key)
    told = [service_line(service, root) for service in group.services]
    if all(not service.title for service in group.services):
        return Entry(label=label, lines=lines(joined(told, _("; "))), key=key)
    return Entry(label=label, blocks=(Block("bullets", tuple(told)),), key=key)


def by_venue(services: Iterable[Service], root: str) -> list[Line]:
    """“NeurIPS 2025, 2024; TMLR (2025)”: a venue once, with the editions it was done for."""
    venues: dict[tuple[object, ...], list[Service]] = {}
    for service in services:
        venues.setdefault((service.venue_id, service.venue_text, service.title), []).append(service)
    return [venue_line(own, root) for own in venues.values()]


def venue_line(services: list[Service], root: str) -> Line:
    first = services[0]
    name = (first.venue.label if first.venue else first.venue_text) or first.where
    link = f"{root}{first.venue.get_absolute_url()}" if first.venue else ""
    times = editions(services)
    notes = text_of(joined(plain(service.note) for service in services))
    title = first.title if first.title != name else ""
    return (
        run(name, link),
        *plain(f" {times}" if times else ""),
        *plain(_(": %(title)s") % {"title": title} if title else ""),
        *plain(f" ({notes})" if notes else ""),
    )


def editions(services: list[Service]) -> str:
    """“2024, 2023”, “(2023 ×2, 2022)”: the editions, else, for journals, in brackets the years it was done in."""
    found: Counter[str] = Counter()
    done: Counter[str] = Counter()
    for service in services:
        if service.year:
            found[str(service.year)] += service.count
        else:
            is_dated = service.date and service.kind == Service.Kind.JOURNAL_REVIEWER
            done[str(service.date.year) if is_dated else ""] += service.count
    texts = [with_number(year, number) for year, number in found.items()]
    within = [with_number(year, number) for year, number in done.items() if year]
    undated = with_number("", done[""]) if done[""] > 1 else ""
    in_brackets = f"({_(', ').join(within)})" if within else ""
    return " ".join(part for part in (_(", ").join(texts), in_brackets, undated) if part)


def with_number(text: str, number: int) -> str:
    return f"{text} ×{number}".strip() if number > 1 else text


def service_line(service: Service, root: str) -> Line:
    """A service that has a title or a place of its own."""
    where = run(service.where, f"{root}{service.venue.get_absolute_url()}" if service.venue else "")
    told = joined([plain(service.title), where]) if service.title and service.title != service.where else (where,)
    when = service.period if not service.year else ""
    more = joined(map(plain, (f"×{service.count}" if service.count > 1 else "", when, service.note)))
    return (*told, *((run(" ("), *more, run(")")) if more else ()))


# Mentees, grants, talks, skills


def make_mentee(edge: Edge, root: str) -> Entry:
    told = lines(*(line for strand in edge.strands for line in strand_lines(strand, root)))
    several = len(edge.strands) > 1
    periods = dict.fromkeys(strand.period for strand in edge.strands if strand.period)
    levels = joined(plain(_(" → ").join(map(str, strand.levels))) for strand in edge.strands if strand.levels)
    title = (person_run(edge.mentee, root), *((run(" ("), *levels, run(")")) if levels else ()))
    return Entry(title, label=(_("; ") if several else "").join(periods), lines=told)


def strand_lines(strand: Strand, root: str) -> list[Line]:
    kind = strand.kind if str(strand.kind) != str(Mentorship.Kind.MENTOR.label) else ""
    papers = joined(mention(paper, root) for paper in strand.publications)
    return [
        joined(map(plain, (str(kind), *strand.occasions)), _("; ")),
        labelled(_("Papers"), *papers),
        *map(plain, strand.outcomes),
    ]


def mentees_section(profile: Profile, root: str) -> list[Section]:
    entries = tuple(make_mentee(edge, root) for edge in profile.mentees)
    return section("mentees", _("Mentees"), Part("dated", entries))


def make_grant(role: GrantRole, profile: Profile, root: str) -> Entry:
    grant = role.grant
    leads = joined(person_run(lead.person, root) for lead in grant.leads if lead.person_id != profile.person.pk)
    funder = grant.funder if grant.funder and str(grant.funder) not in grant.scheme else ""
    number = labelled(_("Number"), run(grant.number)) if grant.number else ()
    return Entry(
        (run(grant.title, grant.url),),
        label=grant.period,
        lines=lines(
            joined([*map(plain, (grant.scheme, funder, amount_text(grant.amount, grant.currency))), number], _("; ")),
            joined(
                [labelled(_("Role"), run(role.get_role_display())), labelled(_("Principal investigator"), *leads)],
                _("; "),
            ),
        ),
    )


def grants_section(profile: Profile, root: str) -> list[Section]:
    entries = tuple(make_grant(role, profile, root) for role in profile.grant_roles)
    return section("grants", _("Grants"), Part("dated", entries))


def make_talk(talk: Talk, root: str) -> Entry:
    links = [run(link.label, f"{root}{link.address}" if link.document_id else link.url) for link in talk.links.all()]
    paper = talk.publication if talk.publication and talk.publication.is_published else None
    if talk.has_recording and not links:
        links = [run(_("Recording exists"))]
    link = f"{root}{paper.get_absolute_url()}" if paper else ""
    kind = talk.get_kind_display()
    return Entry(
        (run(talk.title or kind, link),),
        label=talk.date.display() if talk.date else "",
        lines=lines(joined([*map(plain, (kind if talk.title else "", talk.event, talk.place)), *links], _("; "))),
    )


def talks_section(profile: Profile, root: str, *, told: frozenset[int] = frozenset()) -> list[Section]:
    """Talks but those that another section tells (`told`): a tutorial is a service, and no second fact."""
    entries = tuple(make_talk(talk, root) for talk in profile.talks if talk.pk not in told)
    return section("talks", _("Talks"), Part("dated", entries))


def skills_section(profile: Profile, root: str) -> list[Section]:
    entries = tuple(Entry(label=own.heading, blocks=read_blocks(own.body, root)) for own in profile.skills)
    return section("skills", _("Skills"), Part("facts", entries))


def remarks_section(profile: Profile, root: str) -> list[Section]:
    """What the person says under headings of their own; how to work with them is for their page, not for a CV."""
    own = [each for each in profile.remarks if each.kind == ProfileSection.Kind.OTHER]
    entries = tuple(Entry(strong(plain(each.heading)), blocks=read_blocks(each.body, root)) for each in own)
    return section("remarks", _("Further remarks"), Part("prose", entries))
