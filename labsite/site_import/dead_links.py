"""Links within the texts of a site that lead nowhere here: pages and files of it that did not come along."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from django.urls import Resolver404, resolve

from labsite.lib.paths import spellings
from labsite.lib.web import plain_addresses
from labsite.models import OldPath
from labsite.site_import.records import Place, Problem
from labsite.site_import.survey import Survey
from people.models import OldAddress

LINK = re.compile(r"\]\(\s*(/(?!/)[^()\s]{0,300})")
BATCH = 200  # paths asked about at once, each in its spellings


def report_dead_links(survey: Survey) -> None:
    """To be called when every path of the site is claimed. Two queries for each 200 paths that lead nowhere yet."""
    claimed = {spelling for path in survey.paths for spelling in spellings(path)}
    open_links = {
        (place, path): None
        for place, path in links_of(survey)
        if claimed.isdisjoint(spellings(path)) and not is_answered(path)
    }
    paths = sorted({path for _, path in open_links})
    here: set[str] = set()
    for begin in range(0, len(paths), BATCH):
        asked = [spelling for path in paths[begin : begin + BATCH] for spelling in spellings(path)]
        here |= set(OldAddress.objects.filter(path__in=asked).values_list("path", flat=True))
        here |= set(OldPath.objects.filter(path__in=asked).values_list("path", flat=True))
    for place, path in open_links:
        if here.isdisjoint(spellings(path)):
            survey.plan.problems.append(Problem(place, f"A link in its text leads to “{path}”, where nothing is here."))


def links_of(survey: Survey) -> Iterator[tuple[Place, str]]:
    """(where it stands, path) of every link to the site itself in a text that comes along."""
    for place, text in texts_of(survey):
        for match in LINK.finditer(text):
            try:
                path = unquote(urlsplit(match.group(1)).path)
            except ValueError:
                continue
            if path != "/":
                yield place, path


def texts_of(survey: Survey) -> Iterator[tuple[Place, str]]:
    content = survey.content
    if content.lab:
        yield content.lab.place, content.lab.introduction
    for kind in ("people", "groups", "news", "projects", "pages"):
        for record in getattr(content, kind):
            if (kind, record.key) not in survey.rows:
                continue
            yield record.place, getattr(record, "bio", "") or getattr(record, "body", "")
            for section in getattr(record, "sections", ()):
                yield section.place, section.body


def is_answered(path: str) -> bool:
    """Whether an address of this site has the form of `path`; which records there are is not asked."""
    try:
        with plain_addresses():
            resolve(path)
    except Resolver404:
        return False
    return True
