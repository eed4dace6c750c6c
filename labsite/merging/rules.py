"""The rules of each model that can be merged: what refuses, what warns, and where the old names and addresses go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext

from labsite.merging.authors import settle_authors
from labsite.merging.circles import settle_parent
from labsite.merging.names import LISTS, names_to_keep
from labsite.merging.people import settle_people
from labsite.merging.settlement import Problem, Settlement, redirect
from publications.models import Identifier, OldSlug

Rule = Callable[[Settlement, Any, Any, dict[str, Any], Mapping[str, str]], None]


def settle_publications(
    settlement: Settlement, kept: Any, merged: Any, values: dict[str, Any], choices: Mapping[str, str]
) -> None:
    settle_authors(settlement, kept, merged)
    keep_names(settlement, kept, merged, values)
    keep_slug(settlement, kept, merged, "publication")
    schemes: dict[str, set[str]] = defaultdict(set)
    for identifier in Identifier.objects.filter(publication__in=(kept, merged)):
        schemes[identifier.get_scheme_display()].add(identifier.value)
    for scheme, found in sorted(schemes.items()):
        if len(found) > 1:
            settlement.warnings.append(
                gettext("They have different %(scheme)s identifiers: %(found)s. Both stay. Are they one work?")
                % {"scheme": scheme, "found": " and ".join(sorted(found))}
            )
    if kept.match_key != merged.match_key:
        settlement.warnings.append(
            gettext("Their titles differ. Similar titles can be different papers: are they one work?")
        )
    if values.get("bibtex_key") and not kept.bibtex_key:
        settlement.notes.append(
            gettext("It has been cited as “%(slug)s”, and will be cited as “%(values)s” from now on.")
            % {"slug": kept.slug, "values": values["bibtex_key"]}
        )
    elif merged.citation_key != kept.citation_key:
        settlement.notes.append(
            gettext("The key “%(citation_key)s”, as which the one that goes was cited, goes with it.")
            % {"citation_key": merged.citation_key}
        )


def settle_venues(
    settlement: Settlement, kept: Any, merged: Any, values: dict[str, Any], choices: Mapping[str, str]
) -> None:
    keep_names(settlement, kept, merged, values)
    keep_slug(settlement, kept, merged, "venue")
    settle_belonging(settlement, kept, merged)
    if kept.kind != merged.kind:
        settlement.warnings.append(
            gettext("One is a %(lower)s, the other a %(lower_2)s: a workshop is not its conference.")
            % {"lower": kept.get_kind_display().lower(), "lower_2": merged.get_kind_display().lower()}
        )


def settle_organizations(
    settlement: Settlement, kept: Any, merged: Any, values: dict[str, Any], choices: Mapping[str, str]
) -> None:
    keep_names(settlement, kept, merged, values)
    settle_belonging(settlement, kept, merged)
    if kept.ror and merged.ror and kept.ror != merged.ror:
        settlement.warnings.append(
            gettext("They have different ROR ids, %(ror)s and %(ror_2)s: are they one?")
            % {"ror": kept.ror, "ror_2": merged.ror}
        )


def keep_names(settlement: Settlement, kept: Any, merged: Any, values: dict[str, Any]) -> None:
    settlement.names = names_to_keep(kept, merged, values)
    settlement.texts[LISTS[kept._meta.label_lower][0]] = settlement.names


def keep_slug(settlement: Settlement, kept: Any, merged: Any, target: str) -> None:
    settlement.addresses.append((merged.get_absolute_url(), kept.get_absolute_url()))
    redirect(settlement, OldSlug, {"slug": merged.slug}, target, kept, merged)


def settle_belonging(settlement: Settlement, kept: Any, merged: Any) -> None:
    parent = settle_parent(kept, merged)
    if parent.problem:
        settlement.problems.append(Problem(parent.problem, kept))
        return
    settlement.values["parent_id"] = parent.key
    if kept.parent_id == merged.pk or merged.parent_id == kept.pk:
        inner, outer = (kept, merged) if kept.parent_id == merged.pk else (merged, kept)
        settlement.warnings.append(
            gettext("“%(inner)s” belongs to “%(outer)s”: are they really one?") % {"inner": inner, "outer": outer}
        )


RULES: dict[str, Rule] = {
    "people.organization": settle_organizations,
    "people.person": settle_people,
    "publications.publication": settle_publications,
    "publications.venue": settle_venues,
}


def settle(kept: models.Model, merged: models.Model, values: dict[str, Any], choices: Mapping[str, str]) -> Settlement:
    """What the rules of this model say; `values` are those the one that stays will have. Reads only."""
    settlement = Settlement()
    RULES[kept._meta.label_lower](settlement, kept, merged, values, choices)
    return settlement
