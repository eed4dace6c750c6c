"""Which people of a site are here already. Nobody gets a second record; where it is not certain, an editor is asked.

What settles it, strongest first: an editor's decision, the ORCID iD; where the names can be one person's, an earlier
import of the same site, the e-mail address, a profile elsewhere, an old address; and then the evidence by which authors
are recognised (docs/matching.md), with the people of the site as company. What speaks for somebody of another name is
a question, but for an old address: /cv/ is on every such site.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from labsite.lib.text import match_key
from labsite.site_import.records import PersonRecord
from labsite.site_import.rows import origin_key
from labsite.site_import.survey import Gone, Survey
from people.likeness import compare
from people.matching import Clue, load_directory
from people.models import OldAddress, Person, ProfileLink
from people.names import NameParts, split_name
from people.readings import fold_name
from publications.evidence import Evidence, decide

# Profiles that belong to one person; a website may be a lab's.
OWN_PROFILES = frozenset(set(ProfileLink.Kind.values) - {"website", "blog", "other"})
KNOWN, ORCID, OLD_ADDRESS = "brought in from this site before", "same ORCID iD", "same old address"
WANTED = 40  # people compared at once: the company of an author list, not of a faculty


@dataclass
class Identity:
    """Who somebody of a site is: a person here, nobody yet, or a question with candidates."""

    person: Person | None = None
    reason: str = ""
    problem: str = ""
    candidates: list[dict[str, Any]] = field(default_factory=list)
    chosen: str = ""


def identify(survey: Survey, records: Sequence[PersonRecord]) -> dict[str, Identity]:
    """By key, who each of `records` is. Queries grow with the number of people, not of pairs."""
    found = {record.key: by_evidence(survey, record) for record in records}
    unknown = [each for each in records if found[each.key].person is None and not found[each.key].problem]
    unknown = [each for each in unknown if not found[each.key].chosen]
    if unknown and Person.objects.exists():
        by_name(survey, records, unknown, found)
    return ask_about_doubles(records, found)


def by_evidence(survey: Survey, record: PersonRecord) -> Identity:
    """What is said outright: a decision, a number, an address."""
    chosen = survey.options.people.get(record.key, "")
    if chosen in ("new", "skip"):
        problem = "An editor said to leave them out." if chosen == "skip" else ""
        return Identity(problem=problem, chosen=chosen)
    if chosen:
        person = Person.objects.filter(slug=chosen).first()
        if person:
            return Identity(person, "decided by an editor", chosen=chosen)
        return Identity(problem=f"There is nobody at /people/{chosen}/: choose again.")
    try:
        person = survey.known(Person, "people", origin_key("people", record.key))
    except Gone:
        return Identity(problem="Their record was deleted here since it was brought in.")
    if person and fits(record, person):
        return Identity(person, KNOWN)
    clues = [(person, KNOWN)] if person else clues_of(record)
    people = {person.pk: (person, reason) for person, reason in clues if reason != OLD_ADDRESS or fits(record, person)}
    if len(people) > 1:
        names = " and ".join(f"{person.name} ({reason})" for person, reason in people.values())
        return Identity(
            problem=f"Two people fit: {names}.", candidates=[as_candidate(*each) for each in people.values()]
        )
    for person, reason in people.values():
        if record.orcid and person.orcid and record.orcid != person.orcid:
            problem = f"{person.name} has another ORCID iD here: is it the same person?"
            return Identity(problem=problem, candidates=[as_candidate(person, reason)])
        if reason != ORCID and not fits(record, person):
            problem = f"{person.name} has another name: is it the same person?"
            return Identity(problem=problem, candidates=[as_candidate(person, reason)])
        return Identity(person, reason)
    return Identity()


def fits(record: PersonRecord, person: Person) -> bool:
    """Whether a name of the record can be one that the person has, or had. Two queries where it is not today's."""
    own = {record.name, f"{record.given_name} {record.family_name}", record.native_name, *record.other_names}
    if share_name(own, {person.name, f"{person.given_name} {person.family_name}", person.native_name}):
        return True
    if share_name(own, person.names.values_list("name", flat=True)):
        return True
    versions = person.history.values_list("name", "native_name")
    return share_name(own, {name for version in versions for name in version})


def share_name(some: Iterable[str], others: Iterable[str]) -> bool:
    some, others = [{name.strip() for name in names} - {""} for names in (some, others)]
    if {match_key(name) for name in some} & {match_key(name) for name in others}:
        return True
    folded = [fold_name(split_name(name)) for name in others]
    return any(compare(fold_name(split_name(name)), other) for name in some for other in folded)


def clues_of(record: PersonRecord) -> list[tuple[Person, str]]:
    """People who share a number or an address with them, strongest first. Four queries at most."""
    found: list[tuple[Person, str]] = []
    if record.orcid:
        found += [(each, ORCID) for each in Person.objects.filter(orcid=record.orcid)]
        if found:
            return found
    if record.email:
        found += [(each, "same e-mail address") for each in Person.objects.filter(email__iexact=record.email)[:2]]
    links = {link.url for link in record.links if link.kind in OWN_PROFILES and link.url}
    if links:
        spelled = {spelling for url in links for spelling in (url, url.rstrip("/"), f"{url.rstrip('/')}/")}
        rows = ProfileLink.objects.filter(url__in=spelled, kind__in=OWN_PROFILES).select_related("person")
        found += [(row.person, f"same {row.get_kind_display()} profile") for row in rows]
    if record.old_paths:
        rows = OldAddress.objects.filter(path__in=record.old_paths).select_related("person")
        found += [(row.person, OLD_ADDRESS) for row in rows]
    return found


def by_name(
    survey: Survey, records: Sequence[PersonRecord], unknown: Sequence[PersonRecord], found: dict[str, Identity]
) -> None:
    """Weighs what is left as the authors of a paper are weighed, in company of those who are certain."""
    directory = load_directory()
    evidence = Evidence(directory)
    evidence.note_names(fold_name(name_of(each)) for each in records)
    certain = [each for each in records if found[each.key].person is not None]
    for begin in range(0, len(unknown), WANTED):
        part = [*unknown[begin : begin + WANTED], *certain[:WANTED]]
        clues = [
            Clue(
                name_of(each), found[each.key].person.orcid if found[each.key].person else each.orcid, each.organization
            )
            for each in part
        ]
        for record, verdict in zip(part, decide(directory, evidence, clues, year=None), strict=True):
            own = found[record.key]
            if own.person is not None:
                continue
            if verdict.person_id:
                own.person, own.reason = Person.objects.get(pk=verdict.person_id), verdict.reason
            elif verdict.candidates:
                slugs = dict(
                    Person.objects.filter(pk__in=[each.person_id for each in verdict.candidates]).values_list(
                        "pk", "slug"
                    )
                )
                own.problem = f"{verdict.reason[:1].upper()}{verdict.reason[1:]}."
                own.candidates = [
                    {"id": each.person_id, "slug": slugs[each.person_id], "name": each.name, "reasons": each.reasons}
                    for each in verdict.candidates
                ]


def name_of(record: PersonRecord) -> NameParts:
    if record.family_name and record.given_name:
        return NameParts(family=record.family_name, given=record.given_name)
    return split_name(record.name)


def ask_about_doubles(records: Sequence[PersonRecord], found: dict[str, Identity]) -> dict[str, Identity]:
    """Two records of one site are not one person here: the later one becomes a question."""
    first: dict[int, PersonRecord] = {}
    for record in records:
        own = found[record.key]
        if own.person is None:
            continue
        earlier = first.setdefault(own.person.pk, record)
        if earlier is not record and not own.chosen and not record.is_known_only:
            found[record.key] = Identity(
                problem=f"{own.person.name} is “{earlier.name}” of this site already ({earlier.place}).",
                candidates=[as_candidate(own.person, own.reason)],
            )
    return found


def as_candidate(person: Person, reason: str) -> dict[str, Any]:
    return {"id": person.pk, "slug": person.slug, "name": person.name, "reasons": [reason]}
