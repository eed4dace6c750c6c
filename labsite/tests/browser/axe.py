"""axe-core on a page: which rules are asked, and what was found, in words that name the element."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Off unless named: the contrast of 7:1 that text of public pages has.
ENHANCED = "color-contrast-enhanced"
# What depends on the room there is.
OF_SIZES = ["target-size", "scrollable-region-focusable"]

RUN = """options => axe.run(document, options).then(({violations}) => violations.flatMap(rule =>
  rule.nodes.map(node => [rule.id, node.target.flat().join(" "), node.html,
    [...node.any, ...node.all, ...node.none].map(check => check.message).join("; ")])))"""


def find_violations(page: Page, *, enhanced: bool) -> list[str]:
    """All that is wrong with the page as it is shown now, a line for each element; `enhanced` asks text for 7:1."""
    rules = {"target-size": {"enabled": True}, ENHANCED: {"enabled": enhanced}}
    return run(page, {"runOnly": {"type": "tag", "values": TAGS}, "rules": rules})


def find_in_sizes(page: Page) -> list[str]:
    """What is too small, or out of reach of the keyboard because it scrolls."""
    return run(page, {"runOnly": {"type": "rule", "values": OF_SIZES}})


def run(page: Page, options: dict[str, Any]) -> list[str]:
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(RUN, {"resultTypes": ["violations"], **options})
    return [f"{rule} | {target} | {html[:160]} | {message[:200]}" for rule, target, html, message in found]
