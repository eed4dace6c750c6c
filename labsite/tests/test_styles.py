"""Style sheets have no rule that nothing on the site asks for."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

from labsite.style_sheets import SHEETS

ROOT = Path(settings.BASE_DIR)
ROOMS = ("templates", "labsite", "people", "publications", "activities")
ENDINGS = {".html", ".py", ".js", ".svg"}
# Names that no file writes as they stand, with how each comes about.
PUT_TOGETHER = {
    r"avatar-(small|profile)": "the size given to people/_avatar.html",
    r"tint-[0-7]": "people.photos.tint_of",
    r"figure-fill-[1-9]": "the tones of activities.figures.palette",
    r"errorlist": "lists of errors that Django's forms print",
}


def class_names(css: str) -> set[str]:
    """The classes in selectors: values, comments and at-rules name none."""
    selectors = re.findall(r"([^{};]+)\{", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))
    own = [each for each in selectors if not each.strip().startswith("@")]
    return {name for selector in own for name in re.findall(r"\.(-?[A-Za-z_][\w-]*)", selector)}


def written_words() -> set[str]:
    """Every word, hyphens and all, of what makes pages."""
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*") if path.suffix in ENDINGS]
    texts = [path.read_text(encoding="utf-8") for path in files if "tests" not in path.relative_to(ROOT).parts]
    return {word for text in texts for word in re.findall(r"[\w-]+", text)}


def test_class_names_are_read_from_selectors_alone():
    css = "@layer a { /* .no { */ .one.two:hover > .three-four, a::before { margin: 0.5rem } @media (x) { .five { } } }"
    assert class_names(css) == {"one", "two", "three-four", "five"}


def test_every_rule_is_for_something():
    sheets = "".join((ROOT / "labsite" / "static" / sheet).read_text(encoding="utf-8") for sheet in SHEETS)
    left = class_names(sheets) - written_words()
    assert sorted(name for name in left if not any(re.fullmatch(rule, name) for rule in PUT_TOGETHER)) == []
    assert [rule for rule in PUT_TOGETHER if not any(re.fullmatch(rule, name) for name in left)] == []
