"""The pictures of the guides, taken of a site with the demo data: `make screenshots`. Needs Chromium.

Writes docs/guides/pictures/*.webp, light and 1,280 pixels wide, and removes those that no shot below makes. Nothing on
them depends on the day: what prints the time is left out of the picture.
"""

from __future__ import annotations

import io
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from audit import served_site
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from test import provide_browser

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "guides" / "pictures"
WIDTH, HEIGHT = 1280, 800
QUALITY = 70
PASSWORD = secrets.token_urlsafe(20)
ACCOUNTS = f"""
from django.contrib.auth.models import Group, User
from people.models import Person
User.objects.create_superuser("editor", password="{PASSWORD}", first_name="Edith")
member = User.objects.create_user("member", password="{PASSWORD}")
member.groups.add(Group.objects.get(name="Members"))
Person.objects.filter(slug="yihua-zhang").update(user=member)
"""
PAPER = """@inproceedings{quiet, title={Quiet Machines at Work},
  author={Zhang, Yihua and Yi, Kai and Doe, Jane}, booktitle={ICLR}, year={2025}}
"""


@dataclass(frozen=True)
class Shot:
    """One picture: of which page, seen by whom ("" for a visitor), after which steps; from `top` on, if it is named."""

    name: str
    path: str
    who: str = ""
    steps: Callable[[Page], None] | None = None
    top: str = ""  # what the picture begins with, as a selector
    height: int = HEIGHT


def paste(page: Page) -> None:
    page.fill("textarea", PAPER)


def plan(page: Page) -> None:
    paste(page)
    page.click("text=Show what would happen")
    page.wait_for_url("**/change/")


def merge(page: Page) -> None:
    page.click("text=Compare and merge")
    page.wait_for_selector(".merge-submit")


def profile(page: Page) -> None:
    page.click("text=Show the preview")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1000)


def edit_paper(page: Page) -> None:
    page.click("#result_list a:has-text('DeepZero')")
    page.wait_for_load_state()


SHOTS = [
    Shot("tour-person", "/people/yihua-zhang/"),
    Shot("tour-publications", "/publications/?venue=neurips&year=2024"),
    Shot("admin-front", "/admin/", "editor"),
    Shot("admin-person", "/admin/people/person/add/", "editor"),
    Shot("admin-paste", "/admin/publications/import/add/", "editor", paste, height=620),
    Shot("admin-plan", "/admin/publications/import/add/", "editor", plan),
    Shot("admin-selected", "/admin/publications/publication/?q=deepzero", "editor", edit_paper, top="#id_summary"),
    Shot("admin-table", "/admin/people/person/import/", "editor", height=700),
    Shot("admin-merge", "/admin/", "editor", merge),
    Shot("admin-profile", "/admin/labsite/labprofile/", "editor", profile),
    Shot("member-overview", "/my/", "member", height=700),
    Shot("member-papers", "/my/publications/", "member", height=700),
    Shot("member-photo", "/my/photo/", "member"),
]


def sign_in(browser: Browser, address: str, who: str) -> Page:
    context = browser.new_context(
        base_url=address, viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", reduced_motion="reduce",
        locale="en-GB",
    )  # fmt: skip
    page = context.new_page()
    if who:
        page.goto("/login/")
        page.fill("[name=username]", who)
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/login/" not in url)
    return page


def take(page: Page, shot: Shot) -> bytes:
    """The picture as WebP."""
    page.goto(shot.path)
    if shot.steps:
        shot.steps(page)
    page.evaluate("document.activeElement && document.activeElement.blur()")
    begin = 0
    if shot.top:
        box = page.locator(shot.top).bounding_box()
        begin = max(0, int(box["y"]) - 60) if box else 0
    clip = {"x": 0, "y": begin, "width": WIDTH, "height": shot.height}
    image = Image.open(io.BytesIO(page.screenshot(full_page=True, clip=clip, animations="disabled")))
    packed = io.BytesIO()
    image.convert("RGB").save(packed, "WEBP", quality=QUALITY, method=6)
    return packed.getvalue()


def main() -> None:
    path = provide_browser()
    if not path:
        sys.exit("No Chromium on this machine: apt-get install chromium")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with served_site(["shell", "-c", ACCOUNTS]) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        pages = {who: sign_in(browser, address, who) for who in dict.fromkeys(shot.who for shot in SHOTS)}
        for shot in SHOTS:
            content = take(pages[shot.who], shot)
            (FOLDER / f"{shot.name}.webp").write_bytes(content)
            print(f"{shot.name}.webp  {len(content) / 1024:.0f} KiB")
        browser.close()
    for old in set(FOLDER.glob("*.webp")) - {FOLDER / f"{shot.name}.webp" for shot in SHOTS}:
        old.unlink()
    print(f"{sum(each.stat().st_size for each in FOLDER.glob('*.webp')) / 2**20:.2f} MiB in all")


if __name__ == "__main__":
    main()
