"""The addresses elsewhere that the records name: which of them still answer, and where the dead ones stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus
from itertools import zip_longest
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db.models import F, Model, Q
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalChanges

from labsite.lib.destinations import PORTS
from labsite.lib.http import Question, Web, WebError, require_online
from labsite.lib.models import WebAddressField
from labsite.models import LinkCheck

PATIENCE = timedelta(days=3)  # how long an address may fail before it is called dead
PAUSE = 1.0  # seconds between two requests to one host
# Walls against programs, and methods not offered: somebody is there. 999 is LinkedIn's.
ANSWERS = frozenset({401, 403, 405, 406, 407, 429, 451, 999})


@dataclass(frozen=True)
class Holder:
    """A model whose rows name addresses; `parent` is the relation to the record whose admin page shows them."""

    model: type[Model]
    fields: tuple[str, ...]
    parent: str


@dataclass(frozen=True)
class Place:
    """A record that names an address, and its page in the admin."""

    label: str
    url: str


@dataclass(frozen=True)
class DeadLink:
    url: str
    problem: str
    failing_since: datetime
    places: tuple[Place, ...]


@dataclass(frozen=True)
class LinkReport:
    checked: int
    failing: int
    waiting: int  # due, but beyond the limit


@cache
def holders() -> tuple[Holder, ...]:
    """Every model with a web address; histories are the past and are left alone."""
    found = []
    for model in apps.get_models():
        fields = tuple(field.name for field in model._meta.fields if isinstance(field, WebAddressField))
        if fields and not issubclass(model, HistoricalChanges):
            found.append(Holder(model, fields, parent_of(model)))
    return tuple(found)


def parent_of(model: type[Model]) -> str:
    """The relation to the model in whose admin page the rows are edited; "" for a model with a page of its own."""
    if admin.site.is_registered(model):
        return ""
    for field in model._meta.fields:
        target = field.related_model
        if isinstance(target, type) and admin.site.is_registered(target):
            inlines = admin.site.get_model_admin(target).inlines
            if any(inline.model is model for inline in inlines):
                return field.name
    raise LookupError(f"{model._meta.label} has web addresses, but no admin page shows them.")


def outside_addresses() -> set[str]:
    """Every address elsewhere that a record names, drafts included. One query a model.

    Left out: this site's own, and those with a port of their own, which are not asked.
    """
    found: set[str] = set()
    for holder in holders():
        for row in holder.model._default_manager.values_list(*holder.fields):
            found.update(address for address in row if address and is_outside(address))
    return found


def is_outside(address: str) -> bool:
    try:
        parts = urlsplit(address)
        usual = parts.port in (None, PORTS.get(parts.scheme))
    except ValueError:
        return True  # whoever asks it will be told what is wrong with it
    own = settings.SITE_URL
    return usual and not (own and (address == own or address.startswith(f"{own}/")))


def check_links(limit: int, older_than: timedelta, web: Web | None = None) -> LinkReport:
    """Asks up to `limit` addresses not asked for `older_than`, never-asked ones first, and keeps each result at once.

    Raises `WebError` where this site asks nobody, and where no host at all answers, which says more about this
    machine than about theirs: nothing is kept then. Forgets addresses that no record names any more.
    """
    require_online()
    web = web or Web()
    known = {check.url: check for check in LinkCheck.objects.all()}
    addresses = outside_addresses()
    LinkCheck.objects.filter(pk__in=[check.pk for url, check in known.items() if url not in addresses]).delete()
    due = due_addresses(addresses, known, timezone.now() - older_than)
    failing, unsure = 0, []
    is_online = False
    for url in spread(due[:limit]):
        problem, has_answered = examine(web, url)
        failing += bool(problem)
        is_online = is_online or has_answered
        unsure.append((url, problem))
        if is_online:
            keep(unsure, known)
            unsure = []
    if len({host_of(url) for url, _ in unsure}) > 2:
        raise WebError(f"None of {len(unsure)} addresses answered: check that this machine is online.")
    keep(unsure, known)
    return LinkReport(min(len(due), limit), failing, max(len(due) - limit, 0))


def due_addresses(addresses: set[str], known: dict[str, LinkCheck], before: datetime) -> list[str]:
    """The addresses last asked at `before` or earlier: those never asked, then those asked longest ago."""
    asked = {url: known[url].checked_at for url in addresses if url in known}
    new = sorted(addresses - set(asked))
    return new + [url for moment, url in sorted((moment, url) for url, moment in asked.items()) if moment <= before]


def spread(addresses: Iterable[str]) -> Iterator[str]:
    """The addresses in turns of hosts, so that no host is asked twice in a row while others wait."""
    hosts: defaultdict[str, list[str]] = defaultdict(list)
    for address in addresses:
        hosts[host_of(address)].append(address)
    for turn in zip_longest(*hosts.values()):
        yield from (address for address in turn if address)


def host_of(address: str) -> str:
    return address.partition("//")[2].partition("/")[0].lower()


def examine(web: Web, url: str) -> tuple[str, bool]:
    """What is wrong with the address in words, "" for nothing, and whether a host answered at all."""
    problem, has_answered = "", False
    for method in ("HEAD", "GET"):  # not every server knows HEAD
        web.take_turn(host_of(url), PAUSE)
        question = Question(url, host_of(url), None, ("http", "https"), method=method, limit=0)
        try:
            status = web.ask(question, tries=2 if method == "GET" else 1).status
        except WebError as error:
            if error.status is not None:  # it leads on and on, as pages do that want cookies
                return "", True
            problem = str(error)
            continue
        has_answered = True
        if status < HTTPStatus.BAD_REQUEST or status in ANSWERS:
            return "", True
        problem = words_for(status)
    return problem, has_answered


def words_for(status: int) -> str:
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return f"There is no page at this address (error {status})."
    who = "fails" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "refuses to answer"
    return f"The server {who} (error {status})."


def keep(results: Iterable[tuple[str, str]], known: dict[str, LinkCheck]) -> None:
    """Writes what was found, one query for all; `known` says since when an address fails."""
    now = timezone.now()
    checks = []
    for url, problem in results:
        since = known[url].failing_since if url in known else None
        text = problem[: LinkCheck._meta.get_field("problem").max_length]
        failing_since = (since or now) if problem else None
        checks.append(LinkCheck(url=url, problem=text, checked_at=now, failing_since=failing_since))
    LinkCheck.objects.bulk_create(
        checks, update_conflicts=True, unique_fields=["url"], update_fields=["problem", "checked_at", "failing_since"]
    )


def dead_links(limit: int) -> list[DeadLink]:
    """Up to `limit` addresses that failed for three days or in two checks, and where they stand; longest dead first.

    One query for the addresses and one for each model that names addresses.
    """
    is_lasting = Q(failing_since__lte=timezone.now() - PATIENCE) | Q(checked_at__gt=F("failing_since"))
    checks = list(LinkCheck.objects.filter(is_lasting, failing_since__isnull=False).order_by("failing_since")[:limit])
    places = places_of([check.url for check in checks])
    return [
        DeadLink(check.url, check.problem, check.failing_since, tuple(places[check.url]))
        for check in checks
        if places[check.url] and check.failing_since
    ]


def places_of(addresses: list[str]) -> defaultdict[str, list[Place]]:
    """The records that name each of `addresses`, once each. No query where there are none."""
    found: defaultdict[str, list[Place]] = defaultdict(list)
    wanted = set(addresses)
    for holder in holders() if addresses else ():
        is_named = Q()
        for field in holder.fields:
            is_named |= Q(**{f"{field}__in": addresses})
        rows = holder.model._default_manager.filter(is_named)
        for row in rows.select_related(holder.parent) if holder.parent else rows:
            place = place_of(getattr(row, holder.parent) if holder.parent else row)
            for url in wanted.intersection(getattr(row, field) for field in holder.fields):
                if place not in found[url]:
                    found[url].append(place)
    return found


def place_of(record: Model) -> Place:
    meta = record._meta
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[record.pk])
    return Place(f"{str(meta.verbose_name).capitalize()}: {record}", address)
