"""Pages that no cache holds, at every size and on every database: milliseconds, processor time, queries."""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from statistics import median

from asking import Reader, table
from machine import CLIENT_CORES, SERVER_CORES, Granian, backend_cpu, pinned, shell
from stores import Store

ROUNDS = int(os.environ.get("ROUNDS", "5"))
EACH = 6  # addresses of a kind asked in a round
ADDRESSES = """
import json
from labsite.tests.generated_addresses import sample_addresses
print(json.dumps(sample_addresses({size})))
"""
QUERIES = """
import json, sys
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
client = Client(HTTP_HOST="127.0.0.1")
client.get("/")
counts = {{}}
for kind, addresses in json.loads({addresses!r}).items():
    for address in addresses[:4]:
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(address)
        if answer.status_code != 200:
            sys.exit(f"{{address}} answered {{answer.status_code}}.")
        counts[kind] = max(counts.get(kind, 0), len(asked))
print(json.dumps(counts))
"""


class Figures:
    """Of one store and one kind of page: every time measured, and the processor's seconds over all of them."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.spent: list[float] = []
        self.spent_by_database: list[float] = []
        self.weights: list[int] = []

    @property
    def ms(self) -> float:
        return median(self.times)

    @property
    def cpu(self) -> float:
        """Milliseconds a request, the median of the rounds."""
        return median(self.spent)

    @property
    def database_cpu(self) -> float:
        """What of that a database server took: SQLite works in the site's own process."""
        return median(self.spent_by_database)


def measure(stores: list[Store]) -> str:
    """One table a database."""
    return "".join(
        measure_database([store for store in stores if store.database == database])
        for database in dict.fromkeys(store.database for store in stores)
    )


def measure_database(stores: list[Store]) -> str:
    """Servers of all sizes run side by side and are asked in turn, so that a slow minute hits every size."""
    addresses = {
        store.size: json.loads(shell(store.environment, ADDRESSES.format(size=store.size))) for store in stores
    }
    queries = {
        store.size: json.loads(shell(store.environment, QUERIES.format(addresses=json.dumps(addresses[store.size]))))
        for store in stores
    }
    for store in stores:
        store.read_through()  # pages are measured, not a disk: the largest last, as far as memory holds them
    servers = {
        store.size: Granian(store.environment | {"PAGE_CACHE_MB": "0"}, cores=SERVER_CORES, threads=1)
        for store in stores
    }
    figures: dict[tuple[int, str], Figures] = defaultdict(Figures)
    try:
        with pinned(CLIENT_CORES):
            for size, server in servers.items():
                for kind in addresses[size]:  # the first answer of all is not counted: templates are read, plans made
                    ask(server, addresses[size][kind][:1], Figures())
            for number in range(ROUNDS):
                for kind in addresses[stores[0].size]:
                    for size, server in servers.items():
                        ask(server, turn(addresses[size][kind], number), figures[size, kind])
    finally:
        for server in servers.values():
            server.stop()
    return write(stores, list(addresses[stores[0].size]), figures, queries)


def turn(addresses: list[str], number: int) -> list[str]:
    """Other addresses every round, as long as there are others."""
    begin = number * EACH % len(addresses)
    return [*addresses[begin:], *addresses[:begin]][:EACH]


def ask(server: Granian, addresses: list[str], figures: Figures) -> None:
    reader, site, database = Reader(server.port), server.cpu(), spent_by_database(server)
    for address in addresses:
        status, _, body, spent = reader.get(address)
        if status != 200:
            sys.exit(f"{address} answered {status}.")
        figures.times.append(spent)
        figures.weights.append(len(body))
    database = (spent_by_database(server) - database) / len(addresses) * 1000
    figures.spent.append((server.cpu() - site) / len(addresses) * 1000 + database)
    figures.spent_by_database.append(database)


def spent_by_database(server: Granian) -> float:
    """Seconds of processor of the database for the site, as far as it is on this machine."""
    return backend_cpu(server.database) if server.database else 0.0


def write(stores: list[Store], kinds: list[str], figures: dict, queries: dict[int, dict[str, int]]) -> str:
    sizes = [store.size for store in stores]
    least, most = sizes[0], sizes[-1]
    is_server = stores[0].database == "PostgreSQL"
    rows = []
    for kind in kinds:
        own = [figures[size, kind] for size in sizes]
        ratios = [f"{each.ms / own[0].ms:.2f}" for each in own[1:]]
        rows.append(
            [
                kind,
                *(f"{each.ms:,.1f}" for each in own),
                *ratios,
                *(f"{each.cpu:,.1f}" for each in own),
                *([f"{own[-1].database_cpu:,.1f}"] if is_server else []),
                " / ".join(f"{median(each.weights) / 1000:,.0f}" for each in own),
                " / ".join(str(queries[size][kind]) for size in sizes),
            ]
        )
    names = [short(size) for size in sizes]
    heads = [
        "page", *(f"ms at {name}" for name in names), *(f"{name} / {short(least)}" for name in names[1:]),
        *(f"CPU ms at {name}" for name in names), *(["of it the database’s"] if is_server else []), "KB", "queries",
    ]  # fmt: skip
    weights = ", ".join(f"{store.bytes / 1e6:,.0f} MB at {short(store.size)}" for store in stores)
    return f"\n{stores[0].database} ({weights}); up to {short(most)} publications:\n\n" + table(heads, rows)


def short(size: int) -> str:
    """1,000 → 1k, 1,000,000 → 1M."""
    return f"{size // 1_000_000}M" if size >= 1_000_000 else f"{size // 1000}k" if size >= 1000 else str(size)
