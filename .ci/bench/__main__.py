"""Measures what must not get slow: `make bench`. Prints tables of one run and keeps them in docs/performance.md.

    SIZES=1000,10000              publications of the generated databases (up to 1000000)
    DATABASES=sqlite,postgresql
    SECTIONS=a,b,c,d,e,f,g,n      a/b cached pages, c cold pages, d imports, e edits, f weights, g publishing, n names
    RECORDS=10000                 records of the imports, e.g. 10000,100000
    BENCH_DIR=…                   keeps the generated databases for the next run

Asserts nothing. What the machine lacks (wrk, nginx) is skipped aloud.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from machine import ROOT, describe

sys.path[:0] = [str(ROOT), str(ROOT / ".ci")]

import cached  # noqa: E402
import cold  # noqa: E402
import edits  # noqa: E402
import imports  # noqa: E402
import publishing  # noqa: E402
from stores import Stores, kept  # noqa: E402
from test import postgresql  # noqa: E402

PAGE = ROOT / "docs" / "performance.md"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def read_numbers(name: str, default: str) -> list[int]:
    try:
        return sorted(int(part) for part in os.environ.get(name, default).split(","))
    except ValueError:
        sys.exit(f"{name} is '{os.environ[name]}': give numbers with commas between.")


def read_words(name: str, default: str, known: set[str]) -> list[str]:
    words = [word.strip().lower() for word in os.environ.get(name, default).split(",") if word.strip()]
    if unknown := set(words) - known:
        sys.exit(f"{name} knows no '{', '.join(unknown)}': use {', '.join(sorted(known))}.")
    return words


def keep(section: str, text: str) -> None:
    """Prints the tables and puts them between the section's marks in docs/performance.md, with machine and date."""
    print(text, flush=True)
    begin, end = f"<!-- {section} -->\n", f"<!-- end of {section} -->"
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    if begin not in page or end not in page:
        print(f"{PAGE.name} has no place for “{section}”.", flush=True)
        return
    before, after = page.partition(begin)[0], page.partition(end)[2]
    PAGE.write_text(f"{before}{begin}{describe()}.\n{text}{end}{after}", encoding="utf-8")


@contextmanager
def workplace() -> Iterator[Path]:
    """The folder of the databases: `BENCH_DIR`, or one that goes with the run."""
    if kept():
        folder = Path(os.environ["BENCH_DIR"]).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(folder / "static", ignore_errors=True)  # style sheets change more often than data
        yield folder
    else:
        with tempfile.TemporaryDirectory(prefix="labsite-bench-") as folder:
            yield Path(folder)


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # servers are ended when it is
    sizes = read_numbers("SIZES", "1000,10000")
    records = read_numbers("RECORDS", "10000")
    sections = read_words("SECTIONS", "a,b,c,d,e,f,n", set("abcdefgn"))
    databases = [NAMES[word] for word in read_words("DATABASES", "sqlite,postgresql", set(NAMES))]
    has_wrk, has_nginx = bool(shutil.which("wrk")), bool(shutil.which("nginx"))
    if not has_wrk and {"a", "b", "e"} & {*sections}:
        print("SKIPPED: cached pages and edits under load need wrk. On Debian: apt-get install wrk", flush=True)
    if not has_nginx and {"a", "b"} & {*sections}:
        print("SKIPPED: the comparison with nginx. On Debian: apt-get install nginx-light", flush=True)
    print(describe(), flush=True)
    server = postgresql() if "PostgreSQL" in databases else nullcontext("")
    with workplace() as folder, server as url:
        stores = Stores(folder, url)
        try:
            made = stores.provide(databases, sizes) if {*sections} - {"d", "n"} else []
            # A lab's size: the page is as long at every size, and a cached one knows no database.
            middle = [store for store in made if store.size == min(sizes, key=lambda size: abs(size - 10_000))]
            if {"a", "b"} & {*sections} and has_wrk:
                keep("cached", cached.measure(middle, folder, has_nginx=has_nginx))
            if "f" in sections:
                keep("weights", cached.weigh(middle[0]))
            if "c" in sections:
                keep("cold", cold.measure(made))
            if "e" in sections and has_wrk:
                keep("edits", edits.measure(made))
            if "d" in sections:
                keep("imports", imports.measure(databases, records, folder, stores))
            if "g" in sections:
                keep("publishing", publishing.measure(middle))
            if "n" in sections:
                keep("names", imports.measure_names(folder))
        finally:
            stores.drop()


if __name__ == "__main__":
    main()
