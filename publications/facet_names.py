"""Which filters of the list a publication fits. Pure: reads a loaded publication.

A facet is a parameter of the list and one of its values, as in an address: “venue:neurips”, “type:preprint”.
"""

from __future__ import annotations

from hashlib import blake2s

from publications.models import Publication

ALL = "all:"  # everything that is listed
CITED = "cited:yes"  # whose number of citations is known
SELECTED = "selected:yes"  # the home page reads the newest of it; no filter of the list
LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


def facets_of(publication: Publication, *, is_cited: bool) -> list[str]:
    """The facets of a publication loaded by `with_export_relations()`, sorted; [] for a draft.

    Members stand under `author:`, others with a page under `guest:`; what only its authors' pages show, under
    `unlisted:` their names and nothing else.
    """
    if not publication.is_published:
        return []
    people = {row.linked_person: getattr(row, "by_member", True) for row in publication.authorships.all()}
    people.pop(None, None)
    if not is_listed(publication, any(people.values())):
        return sorted(f"unlisted:{person.slug}" for person in people)
    found = {ALL, f"type:{publication.kind}"}
    found |= {f"{'author' if is_member else 'guest'}:{person.slug}" for person, is_member in people.items()}
    found |= {f"topic:{topic.slug}" for topic in publication.topics.all()}
    found |= {f"award:{distinction.kind}" for distinction in publication.distinctions.all()}
    if publication.venue:
        found.add(f"venue:{publication.venue.slug}")
    if publication.has_code or publication.code_link:
        found.add("code:yes")
    if not publication.is_workshop_paper:
        found.add("workshops:hide")
    if is_cited:
        found.add(CITED)
    if publication.is_selected:
        found.add(SELECTED)
    return sorted(found)


def is_listed(publication: Publication, by_member: bool) -> bool:
    """Whether the public list shows it: by a member, unless an editor decided otherwise."""
    return publication.listing == "always" or (publication.listing == "automatic" and by_member)


def word_of(facet: str) -> str:
    """A facet as a word for the text index: letters only, in a column that no visitor's word looks into."""
    return f"zq{blake2s(facet.encode(), digest_size=8).hexdigest().translate(LETTERS)}"
