"""The authors of two records of one publication: who is who, which list stays, and whose links are carried over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models
from django.utils.translation import gettext

from labsite.merging.relations import Relation
from labsite.merging.settlement import Settlement
from labsite.merging.twins import Move, Twin, plan_moves
from people.likeness import Likeness, compare
from people.readings import fold_printed
from publications.models import Authorship, Publication

Status = Authorship.LinkStatus
LINK = ("person_id", "link_status", "link_basis", "link_note")
Pair = tuple[Authorship, Authorship]


def settle_authors(settlement: Settlement, kept: Publication, merged: Publication) -> None:
    """Plans what becomes of both lists; no name is rewritten. One query for both lists.

    The list that stays is the one of `kept`. Links to people are carried over where its own author has none. Authors
    it lacks come in only if it is empty or known to be incomplete.
    """
    rows = list(Authorship.objects.filter(publication__in=(kept, merged)).select_related("person"))
    there = [row for row in rows if row.publication_id == kept.pk]
    coming = [row for row in rows if row.publication_id == merged.pk]
    pairs = pair_authors(there, coming)
    lone = [row for row in coming if row not in [other for _, other in pairs]]
    twins = [make_author_twin(settlement, there, *pair) for pair in pairs]
    if there and kept.author_list_complete:
        drop_authors(settlement, lone)
        lone = []
    else:
        place_authors(settlement, there, lone, pairs)
        complete = merged.author_list_complete and bool(coming) and len(pairs) == len(there)
        settlement.values["author_list_complete"] = complete or (not there and not coming and kept.author_list_complete)
    relation = Relation(Authorship, Authorship._meta.get_field("publication"))
    settlement.moves[relation.name] = Move(relation, kept.pk, merged.pk, len(pairs) + len(lone), twins)


def pair_authors(there: list[Authorship], coming: list[Authorship]) -> list[Pair]:
    """Rows of two lists that are the same author: the same person, else the same name, each row once.

    Initials are believed where only one author fits, or, in lists of one order, at the same place. What is left open
    is no pair.
    """
    pairs: list[Pair] = []
    pair_where(pairs, there, coming, lambda row, other: row.person_id is not None and same_person(row, other))
    pair_where(pairs, there, coming, lambda row, other: row.printed_name == other.printed_name, unique=True)
    pair_where(pairs, there, coming, lambda row, other: likeness(row, other).is_full, unique=True)
    if all(same_place(*pair) for pair in pairs) and len(there) == len(coming):
        pair_where(pairs, there, coming, lambda row, other: same_place(row, other) and bool(likeness(row, other)))
    pair_where(pairs, there, coming, lambda row, other: bool(likeness(row, other)), unique=True)
    return pairs


def same_place(row: Authorship, other: Authorship) -> bool:
    return row.position is not None and row.position == other.position


def pair_where(
    pairs: list[Pair],
    there: list[Authorship],
    coming: list[Authorship],
    fits: Callable[[Authorship, Authorship], bool],
    *,
    unique: bool = False,
) -> None:
    """Adds the pairs that fit; with `unique` only where neither row fits another one."""
    free = [row for row in there if row not in [pair[0] for pair in pairs]]
    left = [row for row in coming if row not in [pair[1] for pair in pairs]]
    for row in free:
        fitting = [other for other in left if fits(row, other)]
        rivals = [each for each in free if fitting and fits(each, fitting[0])]
        if fitting and (not unique or (len(fitting) == 1 and len(rivals) == 1)):
            pairs.append((row, fitting[0]))
            left.remove(fitting[0])


def same_person(row: Authorship, other: Authorship) -> bool:
    certain = row.link_status == other.link_status == Status.CONFIRMED
    return certain and row.person_id == other.person_id


def likeness(row: Authorship, other: Authorship) -> Likeness:
    return compare(fold_printed(row.printed_name), fold_printed(other.printed_name))


def make_author_twin(settlement: Settlement, there: list[Authorship], stays: Authorship, goes: Authorship) -> Twin:
    """What the author that stays gains: a person, a place, stars, an affiliation."""
    filled: dict[str, Any] = carried_link(settlement, there, stays, goes)
    if stays.position is None and goes.position not in {None, *(row.position for row in there)}:
        filled["position"] = goes.position
    for name in ("is_equal", "is_corresponding", "affiliation_text"):
        if getattr(goes, name) and not getattr(stays, name):
            filled[name] = getattr(goes, name)
    lost = [(gettext("printed name"), stays.printed_name, goes.printed_name)]
    return Twin(stays, goes, filled, [each for each in lost if each[1] != each[2]], nested_moves(stays, goes))


def nested_moves(stays: models.Model, goes: models.Model) -> list[Move]:
    return plan_moves(type(stays), stays.pk, goes.pk, {})


def carried_link(
    settlement: Settlement, there: list[Authorship], stays: Authorship, goes: Authorship
) -> dict[str, Any]:
    """The columns of the link that the author that stays takes over; a decision of its own wins."""
    if goes.person_id is None:
        return {}
    if stays.person_id == goes.person_id and stays.link_status == goes.link_status:
        return {}
    is_better = stays.link_status == Status.PROPOSED and stays.person_id == goes.person_id
    taken = [row for row in there if row.person_id == goes.person_id and row.link_status == Status.CONFIRMED]
    if (stays.person_id is None or is_better) and not taken:
        return {name: getattr(goes, name) for name in LINK}
    settlement.warnings.append(
        gettext(
            "“%(printed_name)s” is linked to %(person)s (%(lower)s) in the one that goes; here the "
            "link of “%(printed_name_2)s” stays as it is."
        )
        % {
            "printed_name": goes.printed_name,
            "person": goes.person,
            "lower": goes.get_link_status_display().lower(),
            "printed_name_2": stays.printed_name,
        }
    )
    return {}


def drop_authors(settlement: Settlement, lone: list[Authorship]) -> None:
    if lone:
        names = ", ".join(f"“{row.printed_name}”" for row in lone)
        settlement.deletions += lone
        settlement.warnings.append(
            gettext(
                "The two lists of authors differ. Only in the one that goes, and going with it: "
                "%(names)s. If that list is the right one, swap the two."
            )
            % {"names": names}
        )


def place_authors(settlement: Settlement, there: list[Authorship], lone: list[Authorship], pairs: list[Pair]) -> None:
    """Authors that come in keep their place in the list if nobody has it."""
    gained = {other.position for row, other in pairs if row.position is None}
    taken = {row.position for row in there} | gained
    for row in lone:
        if row.position is not None and row.position in taken:
            settlement.edits.append((row, {"position": None}))
    if there and lone:
        names = ", ".join(f"“{row.printed_name}”" for row in lone)
        settlement.notes.append(gettext("The list of authors is incomplete. Coming in: %(names)s.") % {"names": names})
