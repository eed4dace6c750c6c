"""The rules for people: nobody is two authors of a paper or mentors themselves; former names stay hidden."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext

from activities.models import Mentorship
from labsite.lib.text import fold
from labsite.lib.web import plain_address_of
from labsite.merging.settlement import Problem, Settlement, redirect
from people.models import Education, OldAddress, Person, PersonName, PositionPerson
from publications.models import Authorship, Rejection

Kind, Status = PersonName.Kind, Authorship.LinkStatus
NAME_KIND = "names"  # the choice of what the name that is not printed any more is
FORMER, PUBLISHED = "former", "published"
MOST_PAPERS = 5  # named, of those that both wrote


def settle_people(
    settlement: Settlement, kept: Person, merged: Person, values: dict[str, Any], choices: Mapping[str, str]
) -> None:
    """Refuses, warns and plans names and addresses. Seven queries, however much either of them has."""
    settle_names(settlement, kept, merged, values, choices)
    settle_papers(settlement, kept, merged)
    refuse_relations(settlement, kept, merged)
    if kept.orcid and merged.orcid and kept.orcid != merged.orcid:
        settlement.warnings.append(
            gettext("They have different ORCID iDs, %(orcid)s and %(orcid_2)s: two iDs are nearly always two people.")
            % {"orcid": kept.orcid, "orcid_2": merged.orcid}
        )
    if kept.user_id and merged.user_id:
        settlement.warnings.append(
            gettext("Both have an account. “%(user)s” can go on signing in, but will have no profile to edit.")
            % {"user": merged.user}
        )
    if merged.is_published and not kept.is_published:
        settlement.warnings.append(
            gettext(
                "%(kept)s is a draft: nobody but staff will see the page, and the old address will "
                "lead nowhere, unless “published” is chosen below."
            )
            % {"kept": kept}
        )


# Names


def settle_names(
    settlement: Settlement, kept: Person, merged: Person, values: dict[str, Any], choices: Mapping[str, str]
) -> None:
    """Names that are not printed any more are kept; former ones, and the address made of one, are not shown."""
    names = list(PersonName.objects.filter(person__in=(kept, merged)))
    listed = {fold(each.name) for each in names if each.kind == Kind.FORMER}
    printed = {values.get(name, getattr(kept, name)) for name in ("name", "native_name")}
    replaced = kept if kept.name not in printed else merged
    former = listed | ({fold(replaced.name)} if choices.get(NAME_KIND) == FORMER else set())
    known = {each.name for each in names} | printed
    for person, name, kind in candidates(kept, merged):
        if not name or name in known or fold(name) in listed:
            continue
        known.add(name)
        hidden = fold(person.name) in former
        settlement.names.append(gettext("%(name)s (former, never shown)") % {"name": name} if hidden else name)
        settlement.additions.append(
            PersonName(
                person_id=kept.pk,
                name=name,
                kind=Kind.FORMER if hidden else kind,
                is_public=not hidden and person.is_published,
            )
        )
    for each in names:  # what is former in one record is not public through the other
        if each.is_public and fold(each.name) in former:
            settlement.edits.append((each, {"is_public": False}))
    if former & {fold(name) for name in printed} or fold(kept.name) in former:
        refuse_former(settlement, kept, merged)
    settle_address(settlement, kept, merged, is_former=fold(merged.name) in former)


def refuse_former(settlement: Settlement, kept: Person, merged: Person) -> None:
    """The record of the former name goes, not the other one: its address is made of that name."""
    settlement.problems.append(Problem(
        gettext(
            "“%(name)s” would stay in the address or on the page of %(kept)s, although it is a former name. "
            "Swap the two, so that the record with the former name is the one that goes."
        )
        % {"name": kept.name, "kept": kept},
        kept,
    ))  # fmt: skip


def settle_address(settlement: Settlement, kept: Person, merged: Person, *, is_former: bool) -> None:
    address = plain_address_of(merged)
    if is_former:
        settlement.notes.append(
            gettext(
                "“%(name)s” is a former name: it is never shown, and %(address)s will lead nowhere, "
                "so that nobody learns the new name from the old one."
            )
            % {"name": merged.name, "address": address}
        )
        return
    settlement.addresses.append((address, kept.get_absolute_url()))
    redirect(settlement, OldAddress, {"path": address}, "person", kept, merged)


def candidates(kept: Person, merged: Person) -> list[tuple[Person, str, str]]:
    return [
        (person, name, kind)
        for person in (kept, merged)
        for name, kind in ((person.name, Kind.PUBLISHED), (person.native_name, Kind.NATIVE))
    ]


# Papers


def settle_papers(settlement: Settlement, kept: Person, merged: Person) -> None:
    """One person is one author of a paper: two certain links refuse, a likely one beside a certain one goes."""
    rows = Authorship.objects.filter(person__in=(kept, merged)).exclude(link_status=Status.REJECTED)
    papers: dict[int, list[Authorship]] = defaultdict(list)
    for row in rows.select_related("publication"):
        papers[row.publication_id].append(row)
    named = len(settlement.problems) + MOST_PAPERS
    for found in papers.values():
        if len({row.person_id for row in found}) == 2:
            settle_paper(settlement, found)
    more = len(settlement.problems) - named
    if more > 0:
        settlement.problems[named:] = [
            Problem(gettext("They are both authors of %(more)s more: they are two people.") % {"more": more})
        ]
    warn_of_rejections(settlement, kept, merged, [row for found in papers.values() for row in found])


def settle_paper(settlement: Settlement, rows: list[Authorship]) -> None:
    certain = [row for row in rows if row.link_status == Status.CONFIRMED]
    paper = rows[0].publication
    if len(certain) > 1:
        names = " and ".join(f"“{row.printed_name}”" for row in certain)
        settlement.problems.append(
            Problem(
                gettext("Both are authors of “%(paper)s”, as %(names)s: one person cannot be two of its authors.")
                % {"paper": paper, "names": names},
                paper,
            )
        )
    elif certain:
        for row in rows:
            if row not in certain:
                settlement.edits.append((row, {"person_id": None, "link_status": Status.CONFIRMED, "link_basis": ""}))
                settlement.notes.append(
                    gettext("In “%(paper)s” the likely link of “%(printed_name)s” goes: they are another author of it.")
                    % {"paper": paper, "printed_name": row.printed_name}
                )


def warn_of_rejections(settlement: Settlement, kept: Person, merged: Person, rows: list[Authorship]) -> None:
    """An editor said “not this person” of one where the other is linked."""
    said = {
        (each.match_key, fold(each.printed_name), each.person_id)
        for each in Rejection.objects.filter(person__in=(kept, merged))
    }
    for row in rows:
        other = merged if row.person_id == kept.pk else kept
        if (row.publication.match_key, fold(row.printed_name), other.pk) in said:
            settlement.warnings.append(
                gettext(
                    "An editor decided that “%(printed_name)s” of “%(publication)s” is not "
                    "%(other)s, while one of the two is linked there. Are they one person?"
                )
                % {"printed_name": row.printed_name, "publication": row.publication, "other": other}
            )


# Each other


def refuse_relations(settlement: Settlement, kept: Person, merged: Person) -> None:
    """Nobody mentors, advises or works beside themselves: such a record is wrong, or the two are two people."""
    both = (kept, merged)
    for each in Mentorship.objects.filter(mentor__in=both, mentee__in=both).select_related("mentor", "mentee"):
        settlement.problems.append(
            Problem(
                gettext("%(mentor)s mentors %(mentee)s: nobody mentors themselves.")
                % {"mentor": each.mentor, "mentee": each.mentee},
                each,
            )
        )
    advised = Education.objects.filter(Q(advisors__in=both) | Q(committee__in=both), person__in=both)
    for each in advised.select_related("person", "organization").distinct():
        settlement.problems.append(
            Problem(gettext("One of them advised the other for “%(each)s”: correct that first.") % {"each": each}, each)
        )
    beside = PositionPerson.objects.filter(person__in=both, position__person__in=both)
    for each in beside.select_related("person", "position__organization"):
        text = gettext("“%(each)s” stands in the position “%(position)s” of the other: correct that first.") % {
            "each": each,
            "position": each.position,
        }
        settlement.problems.append(Problem(text, each.position))
