"""Addresses of the former site: which of them lead to what, and which cannot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.urls import reverse

from labsite.lib.paths import is_page, problem_of_path, spellings
from labsite.lib.text import fold
from labsite.lib.web import plain_addresses
from labsite.models import OldPath
from labsite.models.moving import TARGETS
from labsite.site_import.records import ListRecord, Place, Problem
from labsite.site_import.rows import Planned, Row, origin_key
from labsite.site_import.survey import Gone, Survey
from people.models import OldAddress, Person
from publications.models import Topic

COLUMNS = {
    "publications.Publication": "publication", "activities.Project": "project", "labsite.Page": "page",
    "people.Group": "group", "activities.NewsItem": "news_item", "activities.Talk": "talk",
    "labsite.Document": "document",
}  # fmt: skip
KIND = "old paths"  # of the origin of a row
BATCH = 500  # paths asked about at once
SERVED_FROM = ("static/", "content/")  # folders of a site whose name is not part of an address


def add_old_paths(survey: Survey, paths: Iterable[str], target: Row, place: Place) -> None:
    """Adds each path as a part of `target`; what leads nowhere, elsewhere or to two records is reported."""
    for path in paths:
        problem = problem_of_path(path) or claimed(survey, path, target)
        if problem:
            survey.plan.problems.append(Problem(place, problem))
        else:
            survey.add_part(target, old_path_row(survey, path, target), place)


def claimed(survey: Survey, path: str, target: Row) -> str:
    """Why `path` cannot lead to `target`, in words; "" where it can, also where it does already."""
    for spelling in spellings(path):
        other = survey.paths.get(spelling)
        if other is not None and other is not target:
            return f"“{path}” is to lead to “{other.label}” and to “{target.label}”: the first one counts."
    here = stored(survey, path)
    if here is not None and (target.found is None or record_of(here) != target.found):
        return f"“{path}” leads to “{record_of(here)}” already, and goes on doing so."
    survey.paths[path] = target
    return ""


def stored(survey: Survey, path: str) -> OldPath | OldAddress | None:
    """The row by which `path` leads somewhere already. Two queries for each 500 paths of the site, asked at once."""
    if path not in survey.stored_paths:
        asked = sorted({path, *paths_of(survey)} - survey.stored_paths.keys())
        survey.stored_paths.update(dict.fromkeys(asked))
        for begin in range(0, len(asked), BATCH):
            some = asked[begin : begin + BATCH]
            others = OldPath.objects.filter(path__in=some).select_related(*TARGETS)
            people = OldAddress.objects.filter(path__in=some).select_related("person")
            survey.stored_paths.update({row.path: row for row in (*others, *people)})
    return survey.stored_paths[path]


def paths_of(survey: Survey) -> Iterator[str]:
    """Every path that a record, a list or a document of the site had."""
    content = survey.content
    for records in (
        content.people, content.groups, content.publications, content.news, content.talks, content.projects,
        content.pages,
    ):  # fmt: skip
        for record in records:
            yield from record.old_paths
    yield from (each.path for each in content.lists)
    for record in (*content.publications, *content.talks):
        yield from (former_address(content.prefix, media.path) for _, media in record.documents)


def former_address(prefix: str, path: str) -> str:
    """Where the site had a file of its own; `prefix` is the path below which the whole site stood."""
    for folder in SERVED_FROM:
        path = path.removeprefix(folder)
    return f"{prefix}/{path}"


def record_of(row: OldPath | OldAddress) -> object:
    """What an old path leads to: a record, or the name of a list."""
    if isinstance(row, OldAddress):
        return row.person
    return row.target or row.get_list_page_display()


def old_path_row(survey: Survey, path: str, target: Row) -> Row:
    """The row for `path`, found where it leads there already."""
    model = OldAddress if target.model is Person else OldPath
    row = Row(
        model, origin_key("old path", path), KIND, path, {"path": path},
        parent="person" if model is OldAddress else COLUMNS[target.model._meta.label],
    )  # fmt: skip
    here = stored(survey, path)
    row.found = here if isinstance(here, model) else None
    return row


# Lists


def plan_lists(survey: Survey) -> None:
    """Old addresses of lists, unless a record has the same; those of a list that is at its old address need nothing."""
    topics = {fold(topic.name): topic for topic in Topic.objects.all()} if survey.content.lists else {}
    for record in survey.content.lists:
        with plain_addresses():
            address = reverse(OldPath.ROUTES[OldPath.ListPage(record.page)])
        path = f"{record.path.removesuffix('/').removesuffix('/index.html')}/"
        if path != address and is_page(path):
            survey.plan.chores.append(
                f"“{record.path}” was a list of the former site. A page of this site has that address and keeps it; "
                f"the list that is like the former one is “{address}”."
            )
        elif path != address:
            plan_list(survey, record, topics.get(fold(record.topic)) if record.topic else None)


def plan_list(survey: Survey, record: ListRecord, topic: Topic | None) -> None:
    planned = Planned("lists", record.path, record.place, record.path)
    target = {"list_page": record.page}
    if topic is not None:
        target = {"topic": Row(Topic, origin_key("topic", topic.pk), "topics", topic.name, found=topic)}
    row = Row(OldPath, origin_key("old path", record.path), KIND, record.path, {"path": record.path, **target})
    try:
        row.found = survey.known(OldPath, KIND, row.key)
    except Gone:
        survey.leave_out(planned, "It was deleted here since it was brought in.")
        return
    here = stored(survey, record.path)
    problem = problem_of_path(record.path)
    if row.found is None and not problem:
        if isinstance(here, OldPath) and here.list_page == record.page:
            row.found = here
        else:
            problem = claimed(survey, record.path, row)
    if problem:
        survey.leave_out(planned, problem)
        return
    if row.found is not None:
        row.values = {"path": record.path}  # where it leads by now is the editors' choice
    survey.paths[record.path] = row
    survey.settle(planned, row)
