"""A cached page beside a bare Django view and beside nginx with the same bytes; and what pages weigh."""

from __future__ import annotations

import gzip
from pathlib import Path
from statistics import median

from asking import Load, Reader, Target, check, load, spread, table
from machine import ALL_CORES, CLIENT_CORES, CORES, HERE, SERVER_CORES, Granian, Nginx, Process
from stores import Store, site_environment

ROUNDS = 5
THREADS = 1  # of each worker, of the bare view's as well
PAGE = "/publications/"
WEIGHED = [PAGE, "/", "/people/", "/publications/g-0/", "/people/g-person-0/", "/venues/g-venue-0/"]
BARE, NGINX = "bare Django view, default middleware", "nginx, the page as a file"
GZIP = (("Accept-Encoding", "gzip"),)


def measure(stores: list[Store], folder: Path, *, has_nginx: bool) -> str:
    """The tables of sections a and b: one worker on its own core, then a worker for each core."""
    text = ""
    settings = [("One worker on a core, wrk on another", 1, SERVER_CORES, CLIENT_CORES, 8)]
    if len(CORES) > 1:
        settings.append(
            (f"{len(CORES)} workers and wrk on the same {len(CORES)} cores", len(CORES), ALL_CORES, ALL_CORES, 16)
        )
    for title, workers, own, others, connections in settings:
        servers: list[Process] = []
        try:
            targets = open_targets(stores, folder, workers, own, servers, has_nginx=has_nginx)
            text += f"\n{title}; {ROUNDS} interleaved rounds of a second, {connections} connections:\n\n"
            text += compare(targets, connections, others)
        finally:
            for server in servers:
                server.stop()
    return text


def open_targets(
    stores: list[Store], folder: Path, workers: int, cores: set[int], servers: list[Process], *, has_nginx: bool
) -> list[Target]:
    """Starts the servers and sees that each gives what is to be compared."""
    bare = Granian(
        site_environment(folder, ""),
        target="bare:application",
        folder=HERE,
        workers=workers,
        threads=THREADS,
        cores=cores,
    )
    servers.append(bare)
    targets = [Target(BARE, bare)]
    page = b""
    for store in stores:
        site = Granian(store.environment, workers=workers, threads=THREADS, cores=cores)
        servers.append(site)
        found, page = targets_of(site, store)
        targets += found
    if has_nginx:
        files = folder / f"nginx-{workers}"
        files.mkdir(exist_ok=True)
        (files / "page.html").write_bytes(page)
        (files / "page.html.gz").write_bytes(gzip.compress(page, 6))
        nginx = Nginx(files, workers=workers, cores=cores)
        servers.append(nginx)
        plain = Target(NGINX, nginx, "/page.html")
        etag = check(plain)[0]["etag"]
        targets += [
            plain,
            Target(f"{NGINX}, gzip", nginx, "/page.html", GZIP),
            Target(f"{NGINX}, 304", nginx, "/page.html", (("If-None-Match", etag),), 304),
        ]
    for target in targets:
        check(target)
    return targets


def targets_of(site: Granian, store: Store) -> tuple[list[Target], bytes]:
    """A hit as it is, compressed, and not modified. Each worker has the page in memory before it is measured."""
    for _ in range(40):
        Reader(site.port).get(PAGE)
    name = f"cached list, {store.database}"
    plain = Target(name, site, PAGE)
    headers, page = check(plain)
    etag = headers.get("etag", "")
    compressed = [
        Target(f"{name}, {label}", site, PAGE, (("Accept-Encoding", label),)) for label in ("gzip", "br")
    ]  # fmt: skip
    return [plain, *compressed, Target(f"{name}, 304", site, PAGE, (("If-None-Match", etag),), 304)], page


def compare(targets: list[Target], connections: int, cores: set[int]) -> str:
    """Rounds of one second each, every target once a round; ratios are medians of the ratios within a round."""
    loads: dict[str, list[Load]] = {target.name: [] for target in targets}
    for _ in range(ROUNDS):
        for target in targets:
            loads[target.name].append(load(target, connections=connections, cores=cores))
    rows = []
    for name, own in loads.items():
        cells = [spread([each.rate for each in own])]
        for floor in (BARE, same_by_nginx(name)):
            if floor in loads:
                ratios = [one.rate / other.rate for one, other in zip(own, loads[floor], strict=True)]
                cells.append(spread(ratios, ",.2f"))
            else:
                cells.append("–")
        cells.append(f"{median(each.p50 for each in own):.2f} / {median(each.p99 for each in own):.1f}")
        cells.append(spread([each.cpu for each in own]))
        rows.append([name, *cells])
    return table(
        ["", "requests a second", "× bare", "× nginx, same bytes", "ms, median / p99", "CPU µs a request"], rows
    )


def same_by_nginx(name: str) -> str:
    """What nginx does that sends as much: the page, the page compressed, or word that it has not changed."""
    kind = name.rpartition(", ")[2]
    return f"{NGINX}, {'gzip' if kind == 'br' else kind}" if kind in ("gzip", "br", "304") else NGINX


def weigh(store: Store) -> str:
    """Section f: bytes of pages as they are sent."""
    site = Granian(store.environment)
    try:
        rows = []
        for path in WEIGHED:
            reader = Reader(site.port)
            sizes = [len(reader.get(path, {"Accept-Encoding": name})[2]) for name in ("identity", "gzip", "br")]
            rows.append([f"`{path}`", *(f"{size / 1000:,.1f}" for size in sizes)])
    finally:
        site.stop()
    return f"\n{store.size:,} publications, {store.database}:\n\n" + table(["page", "kB", "gzip", "br"], rows)
