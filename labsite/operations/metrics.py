"""The figures of `/metrics`, in the text format that Prometheus reads (version 0.0.4)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from pathlib import Path

from django.db import connection, models

from activities.models import AwardReceipt, Grant, Mentorship, NewsItem, Project, Service, Talk
from labsite.operations.metering import BOUNDS, Counts, Meter
from labsite.operations.newest_backup import newest_backup
from people.models import Group, Organization, Person, ProfileChange, RemovalRequest
from publications.models import Import, Publication, Venue

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
KEPT = 60.0  # seconds that what the database tells is given again: counting a million rows is not free
RECORDS: tuple[type[models.Model], ...] = (
    Person, Group, Organization, Publication, Venue, AwardReceipt, Grant, Mentorship, NewsItem, Project, Service, Talk,
)  # fmt: skip
WORKING = (Import.State.READING, Import.State.APPLYING, Import.State.UNDOING)

Sample = tuple[dict[str, str], float]


def database_size() -> int:
    """Bytes on disk, SQLite's log included. One query."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
            return cursor.fetchone()[0]
        cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        size = cursor.fetchone()[0]
    log = Path(f"{connection.settings_dict['NAME']}-wal")
    return size + (log.stat().st_size if log.is_file() else 0)


def waiting() -> list[Sample]:
    """What somebody or something has yet to do. Four queries."""
    imports = Import.objects
    return [
        ({"kind": "imports to decide"}, imports.filter(state=Import.State.PLANNED).count()),
        ({"kind": "imports at work"}, imports.filter(state__in=WORKING).count()),
        ({"kind": "changes to approve"}, ProfileChange.objects.filter(status=ProfileChange.Status.WAITING).count()),
        ({"kind": "removals to answer"}, RemovalRequest.objects.filter(status=RemovalRequest.Status.WAITING).count()),
    ]


class StoredFigures:
    """What the database and the backups tell, as text; asked for at most once in `KEPT` seconds of a process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.text, self.made_at = "", float("-inf")

    def read(self) -> str:
        with self.lock:
            if time.monotonic() - self.made_at > KEPT:
                self.text, self.made_at = stored_figures(), time.monotonic()
            return self.text


stored = StoredFigures()


def stored_figures() -> str:
    """Seventeen queries."""
    records: list[Sample] = [({"kind": model._meta.model_name}, model._base_manager.count()) for model in RECORDS]
    parts = [
        metric("labsite_database_bytes", "gauge", "Size of the database.", [({}, database_size())]),
        metric("labsite_records", "gauge", "Records by kind, drafts included.", records),
        metric("labsite_waiting", "gauge", "What waits to be decided or finished.", waiting()),
    ]
    backup = newest_backup()
    if backup:
        told = "When the newest backup was made, in seconds since 1970."
        parts.append(metric("labsite_backup_timestamp_seconds", "gauge", told, [({}, backup.made_at)]))
        parts.append(metric("labsite_backup_bytes", "gauge", "Size of the newest backup.", [({}, backup.size)]))
    return "".join(parts)


def metric(name: str, kind: str, told: str, samples: Iterable[Sample]) -> str:
    lines = [f"# HELP {name} {told}", f"# TYPE {name} {kind}"]
    lines += [f"{name}{labels(given)} {number(value)}" for given, value in samples]
    return "\n".join(lines) + "\n"


def labels(given: dict[str, str]) -> str:
    if not given:
        return ""
    return "{" + ",".join(f'{name}="{escape(value)}"' for name, value in given.items()) + "}"


def escape(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


def counted(counts: Counts, gauges: dict[str, float]) -> str:
    """What all processes of this machine counted."""
    requests, times = [], []
    for key, count in sorted(counts.requests.items()):
        route, _, status = key.rpartition(" ")
        requests.append(({"route": route, "status": status}, count))
    for route, (*within, total, seconds) in sorted(counts.times.items()):
        below = 0.0
        for bound, count in zip(BOUNDS, within, strict=True):
            below += count
            times.append(("_bucket", {"route": route, "le": f"{bound:g}"}, below))
        times += [
            ("_bucket", {"route": route, "le": "+Inf"}, total),
            ("_sum", {"route": route}, round(seconds, 6)),
            ("_count", {"route": route}, total),
        ]
    histogram = ["# HELP labsite_request_seconds Time to answer, by route.", "# TYPE labsite_request_seconds histogram"]
    histogram += [f"labsite_request_seconds{end}{labels(given)} {number(value)}" for end, given, value in times]
    told = "Answers by where they came from: hit is from memory, miss was made and kept, live was made."
    pages = [({"from": name}, count) for name, count in sorted(counts.pages.items())]
    refusals = [({"bound": name}, count) for name, count in sorted(counts.refusals.items())]
    return "".join(
        [
            metric("labsite_requests_total", "counter", "Requests by route and status.", requests),
            "\n".join(histogram) + "\n",
            metric("labsite_answers_total", "counter", told, pages),
            metric("labsite_refusals_total", "counter", "Answers refused, by the bound that was reached.", refusals),
            *(
                metric(f"labsite_{name}", "gauge", GAUGES[name], [({}, value)])
                for name, value in sorted(gauges.items())
                if name in GAUGES
            ),
        ]
    )


GAUGES = {
    "processes": "Worker processes that live.",
    "page_cache_bytes": "Bytes of finished pages in the memory of all processes.",
    "page_cache_pages": "Finished pages in the memory of all processes.",
}


def write_metrics(meter: Meter | None) -> str:
    """Everything. Raises what the database raises where it does not answer."""
    return (counted(*meter.total()) if meter else "") + stored.read()
