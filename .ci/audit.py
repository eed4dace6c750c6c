"""Lighthouse and the Nu HTML checker on the site as `make serve` shows it: `make audit`.

Needs node, npm, java and Chromium.

Lighthouse runs three times on each of five pages, as a phone; the table shows the medians, and below it stands every
check that is not passed. Every kind of page is sent to the checker. Both tools are kept in a folder of the cache.
The exit code is 0 if all four figures are 100 everywhere and the checker has nothing to say.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from test import provide_browser

ROOT = Path(__file__).resolve().parent.parent
TOOLS = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "labsite-audit"
# Node 20, which Debian has, runs no newer Lighthouse.
PACKAGES = ["lighthouse@12", "vnu-jar"]
CATEGORIES = ["performance", "accessibility", "best-practices", "seo"]
PAGES = {
    "home": "/",
    "people": "/people/",
    "a person": "/people/yihua-zhang/",
    "publications": "/publications/",
    "a publication": "/publications/deepzero/",
}
RUNS = 3
ATTEMPTS = 3  # now and then it loses the beginning of a page's trace
# What the sitemap does not name: pages of lists that are narrowed, of problems, of accounts.
EXTRAS = [
    "/people/?status=alumni", "/people/?role=nobody", "/people/yihua-zhang/cv/?style=two-page",
    "/publications/?venue=neurips&year=2024&award=oral", "/publications/?q=nothing+of+this+name",
    "/publications/?year=soon", "/publications/?style=apa", "/awards/?by=person", "/mentorship/", "/figures/",
    "/search/", "/search/?q=zhang", "/search/?q=zzzzxq", "/login/", "/nowhere/", "/zh-hans/", "/zh-hans/publications/",
    "/zh-hans/people/yihua-zhang/", "/zh-hans/figures/", "/zh-hans/mentorship/",
]  # fmt: skip
OF_A_KIND = 3  # pages of each kind that the sitemap names


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def served_site(*commands: list[str]) -> Iterator[str]:
    """The address of a site with the demo data, served as in production but without TLS.

    `commands` are further ones of `manage.py`, which run before it is served.
    """
    address = f"http://127.0.0.1:{(port := free_port())}"
    with tempfile.TemporaryDirectory(prefix="labsite-audit-") as folder:
        environment = {
            **os.environ, "SECRET_KEY": secrets.token_urlsafe(50), "HTTPS": "off", "DEBUG": "off",
            "LABSITE_DATA_DIR": folder, "DATABASE_URL": "", "ONLINE_SOURCES": "off",
        }  # fmt: skip
        for prepare in (["quickstart", "--address", address], *commands):
            command = [sys.executable, "manage.py", *prepare]
            subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        command = [
            shutil.which("granian", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}") or "granian",
            "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
            "--blocking-threads", "4", "--log-level", "warning", "--workers-kill-timeout", "5",
            "labsite.wsgi:application",
        ]  # fmt: skip
        server = subprocess.Popen(command, cwd=ROOT, env=environment)
        try:
            wait_for(f"{address}/healthz")
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


def wait_for(address: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=2).close()  # noqa: S310 - our own server
            return
        except OSError:
            time.sleep(0.2)
    sys.exit(f"The site did not answer at {address} within {seconds:.0f} s.")


def install_tools() -> None:
    """Fetches both with npm where they are not in the cache yet."""
    missing = [name for name in ("node", "npm", "java") if not shutil.which(name)]
    if missing:
        sys.exit(
            f"Not on this machine: {', '.join(missing)}. On Debian: apt-get install nodejs npm default-jre-headless"
        )
    if lighthouse().exists() and checker().exists():
        return
    print("Fetching Lighthouse and the Nu HTML checker …", flush=True)
    TOOLS.mkdir(parents=True, exist_ok=True)
    subprocess.run(["npm", "install", "--no-fund", "--no-audit", "--silent", *PACKAGES], cwd=TOOLS, check=True)


def lighthouse() -> Path:
    return TOOLS / "node_modules" / ".bin" / "lighthouse"


def checker() -> Path:
    return TOOLS / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"


# Lighthouse


def measure(address: str, browser: str) -> dict:
    """The report of one run, as a phone on a slow network."""
    command = [
        str(lighthouse()), address, "--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}",
        "--chrome-flags=--headless=new --no-sandbox --disable-dev-shm-usage --disable-background-networking",
    ]  # fmt: skip
    environment = {**os.environ, "CHROME_PATH": browser}
    for _ in range(ATTEMPTS):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if not done.returncode:
            return json.loads(done.stdout)
    sys.exit(f"Lighthouse failed on {address}:\n{done.stderr[-2000:]}")


def score_of(report: dict, category: str) -> int:
    return round(100 * (report["categories"][category]["score"] or 0))


def failed_checks(report: dict) -> list[str]:
    """Every check that counts and is not passed, with what it found first."""
    lines = []
    for category in CATEGORIES:
        for reference in report["categories"][category]["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if audit["score"] is not None and audit["score"] < 1:
                weight = "" if reference["weight"] else ", counts nothing"
                shown = audit.get("displayValue", "")
                lines.append(f"{category}: {audit['id']} {audit['score']}{weight}: {audit['title']} {shown}".rstrip())
                lines += [f"    {each}" for each in first_items(audit)]
    return lines


def first_items(audit: dict) -> list[str]:
    items = (audit.get("details") or {}).get("items") or []
    items = items if isinstance(items, list) else [items]  # a tree stands alone
    return [json.dumps(item.get("node") or item, ensure_ascii=False)[:240] for item in items[:3]]


def audit_pages(address: str, browser: str, runs: int) -> bool:
    """Prints the medians as a table; whether all are 100."""
    print(f"\n{'page':<16}" + "".join(f"{category:>16}" for category in CATEGORIES) + f"{'bytes':>12}", flush=True)
    failed: dict[str, list[str]] = {}
    is_perfect = True
    for name, path in PAGES.items():
        reports = [measure(address + path, browser) for _ in range(runs)]
        scores = [int(median(score_of(report, category) for report in reports)) for category in CATEGORIES]
        weight = int(median(report["audits"]["total-byte-weight"]["numericValue"] for report in reports))
        print(f"{name:<16}" + "".join(f"{score:>16}" for score in scores) + f"{weight:>12,}", flush=True)
        is_perfect = is_perfect and min(scores) == 100
        failed[name] = failed_checks(reports[-1])
    for name, lines in failed.items():
        print(f"\n{name}: {'nothing below 1' if not lines else ''}")
        for line in lines:
            print(f"  {line}")
    return is_perfect


# The checker


def read(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address, timeout=30) as response:  # noqa: S310 - our own server
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def page_addresses(address: str) -> list[str]:
    """Some pages of every kind that the sitemap names, and the extras."""
    sections = re.findall(r"<loc>[^<]*(/sitemap-[^<]*)</loc>", read(f"{address}/sitemap.xml")[1])
    kinds: dict[str, list[str]] = {}
    for section in sections:
        for path in re.findall(r"<loc>https?://[^/<]+([^<]*)</loc>", read(address + section)[1]):
            kind = re.sub(r"^(/[^/]+/)[^/]+", r"\1…", path) if path.count("/") > 2 else path
            kinds.setdefault(kind, []).append(path)
    named = [path for paths in kinds.values() for path in paths[:OF_A_KIND]]
    return list(dict.fromkeys([*named, *PAGES.values(), *EXTRAS]))


def check(folder: Path) -> list[dict]:
    """What the checker has to say about the files of a folder: errors, warnings, hints.

    It guesses the language of a text too. That guess is not asked for: a record is in the language it was written in,
    whatever the language of the page around it.
    """
    command = [
        "java", "-jar", str(checker()), "--format", "json", "--stdout", "--no-langdetect", *map(str, folder.iterdir()),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return json.loads(done.stdout)["messages"]
    except (ValueError, KeyError):
        sys.exit(f"The checker failed: {done.stderr[-2000:] or done.stdout[-2000:]}")


def check_pages(address: str) -> bool:
    """Prints what is not valid; whether all is."""
    paths = page_addresses(address)
    lines = []
    with tempfile.TemporaryDirectory(prefix="labsite-html-") as folder:
        for number, path in enumerate(paths):
            status, html = read(address + path)
            Path(folder, f"{number}.html").write_text(html, encoding="utf-8")
            if status != (404 if path == "/nowhere/" else 200):
                lines.append(f"{path}: answers {status}")
        for message in check(Path(folder)):
            path = paths[int(Path(message["url"]).stem)]
            kind = message.get("subType") or message["type"]
            extract = message.get("extract", "").strip()[:160]
            lines.append(f"{path}: {kind}: {message['message']} at line {message.get('lastLine', '?')}: {extract!r}")
    print("\n".join([*lines, f"\nHTML: {len(lines)} messages on {len(paths)} pages"]), flush=True)
    return not lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help="How often Lighthouse looks at each page.")
    parser.add_argument("--only", choices=["lighthouse", "html"], help="One of the two.")
    options = parser.parse_args()
    browser = provide_browser()
    if not browser:
        sys.exit("No Chromium: apt-get install chromium")
    install_tools()
    results = []
    with served_site() as address:
        if options.only != "lighthouse":
            results.append(check_pages(address))
        if options.only != "html":
            results.append(audit_pages(address, browser, options.runs))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
