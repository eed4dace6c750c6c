"""Pages of a site that print lists: which list here is like the one there. Pure.

What a page prints tells it for sure; the name of a page that says nothing else tells it too.
"""

from __future__ import annotations

import re

OF_OWNER = "owner"  # no list here: talks, courses and a CV stand on the page of whom they are about
PUBLICATIONS, PEOPLE, NEWS, RESEARCH, AWARDS, TOPICS = (
    "publications", "people", "news", "research", "awards", "topics",
)  # fmt: skip
NAMES = {
    PUBLICATIONS: ("publications", "publication", "papers", "paper", "articles", "preprints", "bibliography"),
    PEOPLE: ("people", "team", "members", "group", "lab", "profiles", "alumni", "students", "authors", "author"),
    NEWS: ("news", "blog", "posts", "post", "updates", "announcements", "year-archive", "blog-archive"),
    RESEARCH: ("projects", "project", "portfolio", "research", "software", "repositories", "tools", "resources"),
    AWARDS: ("awards", "honors", "honours"),
    OF_OWNER: ("cv", "resume", "vitae", "teaching", "teachings", "courses", "talks", "talk", "events", "event",
            "presentations"),
    TOPICS: ("tags", "categories", "topics", "tag-archive", "category-archive"),
}  # fmt: skip
PAGE_NAMED = {name: page for page, names in NAMES.items() for name in names}
# Commands of Liquid by which templates print lists.
COMMANDS = (
    (PUBLICATIONS, r"\{%-?\s*bibliography\b|\bsite\.publications\b|\bdata=[\"']citations\b"),
    (PEOPLE, r"\bsite\.members\b|\bdata=[\"']members\b"),
    (NEWS, r"\bsite\.(?:news|posts|tags|categories)\b|\bdata=[\"']posts\b|\binclude\s+news\.(?:html|liquid)"),
    (RESEARCH, r"\bsite\.(?:projects|portfolio|data\.repositories)\b|\bdata=[\"'](?:projects|tools|resources)\b"),
    (OF_OWNER, r"\bsite\.(?:talks|teachings?|data\.cv)\b"),
)
PRINTED = re.compile("|".join(f"(?P<{page}>{pattern})" for page, pattern in COMMANDS))
LONGEST_ASIDE = 300  # letters of text beside a list; a page that says more is a page


def page_printed(text: str) -> str:
    """The list that a page prints first, by its commands; "" where it prints none that is known."""
    match = PRINTED.search(text)
    return match.lastgroup or "" if match else ""


def page_named(*paths: str) -> str:
    """The list that the end of a path, or the name of a file, calls by its name; "" where none does."""
    names = (re.split(r"[/\\]", re.sub(r"(?:/index)?(?:\.\w+)?/*\Z", "", path.lower()))[-1] for path in paths)
    return next((PAGE_NAMED[name] for name in names if name in PAGE_NAMED), "")


def is_aside(body: str) -> bool:
    """Whether a text is so short that it stands beside a list; what a template's marks leave over does not count."""
    return len(re.findall(r"\w", body)) <= LONGEST_ASIDE


def page_address(page: str) -> str:
    """The path of a list here; "" for what is none."""
    return f"/{page}/" if page in NAMES and page != OF_OWNER else ""
