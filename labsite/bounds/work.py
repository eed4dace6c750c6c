"""Refuses what is dear to whoever has used up their allowance, and counts what each answer costs.

What is dear is what is made for one question: searches, filtered lists, exports, the API, OAI-PMH, CVs as PDF, cards. A
plain page is refused only at twice the allowance, so a reader behind the same address as a robot still sees the site.
Pages from memory never come here (`labsite.page_cache`).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from labsite.bounds.queries import bounded_queries
from labsite.bounds.refusals import refuse
from labsite.bounds.usage import Allowance, Usage, usage_at
from labsite.operations import metering
from labsite.operations.askers import is_operator
from labsite.operations.observing import find_route
from labsite.page_cache.keys import find_sharing
from labsite.page_cache.marking import is_somebody
from labsite.publishing import PUBLISHED
from labsite.visitors import household_of, network_of

logger = logging.getLogger("labsite.bounds")

ROOMS = {"admin", "members"}  # rooms with doors: their bounds are those on signing in
FREE = {"healthz", "readyz", "metrics", "robots", "theme"}
# Pictures of pages: without them a page that was answered is broken.
PICTURES = {"photo", "photo_rendition", "site_image", "site_rendition"}
NETWORK, STRANGERS, ACCOUNT = "network", "strangers", "account"
ALL = "all strangers"  # their name there; no network is called so
LONGEST = 3600  # seconds that somebody is told to wait
QUIET = 60.0  # seconds in which one network is told to the log once


class Bounds:
    """The allowances of the settings, and who has used what of them."""

    def __init__(self, usage: Usage) -> None:
        self.usage = usage
        self.allowances: dict[str, Allowance] = {}
        if settings.WORK_OF_A_NETWORK:
            self.allowances[NETWORK] = Allowance.of_minutes(settings.WORK_OF_A_NETWORK, 5)
            self.allowances[ACCOUNT] = Allowance.of_minutes(3 * settings.WORK_OF_A_NETWORK, 5)
        if settings.WORK_OF_STRANGERS:
            self.allowances[STRANGERS] = Allowance.of_minutes(settings.WORK_OF_STRANGERS, 2)
        self.lock = threading.Lock()
        self.told: dict[str, float] = {}

    def names(self, request: HttpRequest) -> dict[str, str]:
        """Whom a stranger's request counts for: bound → name. Without an address it counts for all together only."""
        given = {NETWORK: household_of(request.META), STRANGERS: ALL}
        return {bound: name for bound, name in given.items() if name and bound in self.allowances}

    def exceeded(self, names: dict[str, str], times: int) -> tuple[str, int] | None:
        """The first bound of which more than `times` its store is used, and the seconds until it is less."""
        for bound, name in names.items():
            allowance = self.allowances[bound]
            level = self.usage.level(name, allowance)
            if level > times * allowance.store:
                return bound, min(LONGEST, allowance.seconds_until(level, times * allowance.store))
        return None

    def use(self, names: dict[str, str], seconds: float) -> None:
        for bound, name in names.items():
            self.usage.use(name, seconds, self.allowances[bound])

    def tell(self, request: HttpRequest, bound: str, seconds: int, route: str) -> None:
        """Counts a refusal, and writes a line to the log; one a minute for each network, whatever it goes on asking."""
        if metering.own:
            metering.own.add_refusal(bound)
        network, now = network_of(request.META), time.monotonic()
        with self.lock:
            if now - self.told.get(network, -QUIET) < QUIET:
                return
            if len(self.told) > 1000:
                self.told.clear()
            self.told[network] = now
        told = {"client": network, "route": route}
        logger.warning("Refused for %s s: the allowance (%s) is used up.", seconds, bound, extra=told)


class WorkMiddleware:
    """Around the views of visitors. Editors' and members' own rooms, and what watches the site, are left alone.

    So is publishing, which asks for everything and is nobody outside: its mark stands in the environment, where headers
    begin with “HTTP_”, so that none can be it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.bounds = Bounds(usage_at(settings.DATA_DIR / "allowances", settings.SECRET_KEY))
        self.seconds = settings.QUERY_SECONDS

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        route, _ = find_route(request.META.get("PATH_INFO", ""))
        if route in FREE:
            return self.get_response(request)
        if PUBLISHED in request.META or route.partition(":")[0] in ROOMS:
            with bounded_queries(0):
                return self.get_response(request)
        names = {} if is_operator(request.META) else self.bounds.names(request)
        over = self.bounds.exceeded(names, 1 if is_dear(request, route) else 2)
        if over and is_somebody(request) and request.user.is_authenticated:  # asked only now: two queries
            names = {ACCOUNT: f"account {request.user.pk}"} if ACCOUNT in self.bounds.allowances else {}
            over = self.bounds.exceeded(names, 1)
        if over:
            bound, seconds = over
            self.bounds.tell(request, bound, seconds, route)
            return refuse(request, seconds, is_theirs=bound != STRANGERS)
        began = time.perf_counter()
        try:
            with bounded_queries(self.seconds):
                response = self.get_response(request)
        finally:
            self.bounds.use(names, time.perf_counter() - began)
        if response.streaming:
            response.streaming_content = self.measured(response.streaming_content, names)
        return response

    def measured(self, pieces: Iterable[bytes], names: dict[str, str]) -> Iterator[bytes]:
        """The pieces of an answer. What it takes to make each counts, not what it takes to send it."""
        iterator, is_open = iter(pieces), True
        while is_open:
            began = time.perf_counter()
            try:
                with bounded_queries(self.seconds):
                    piece = next(iterator, None)
            finally:
                self.bounds.use(names, time.perf_counter() - began)
            is_open = piece is not None
            if piece:
                yield piece


def is_dear(request: HttpRequest, route: str) -> bool:
    """Whether an answer is made for this question alone. Asks no database."""
    if request.META.get("QUERY_STRING"):
        return True
    return route not in PICTURES and find_sharing(request.META.get("PATH_INFO", "")) is None
