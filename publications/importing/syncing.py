"""Where a person's works can be asked for online."""

from __future__ import annotations

from dataclasses import dataclass

from people.models import Person, ProfileLink


@dataclass(frozen=True)
class PersonSource:
    """A service that lists a person's works, and what to ask it for."""

    kind: str
    label: str
    address: str


def sources_of(person: Person) -> list[PersonSource]:
    """The services that know this person: by their ORCID iD, or by a DBLP link. Reads self.links."""
    found = []
    if person.orcid:
        found += [
            PersonSource("orcid", "ORCID", person.orcid),
            PersonSource("openalex", "OpenAlex", f"https://orcid.org/{person.orcid}"),
        ]
    dblp = next((link.url for link in person.links.all() if link.kind == ProfileLink.Kind.DBLP and link.url), "")
    return [*found, PersonSource("dblp", "DBLP", dblp)] if dblp else found
