"""What only a site says of its publications: summary, documents, whom it links, old addresses, and what names them.

The publications themselves go through `publications.importing`; this is put on after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from labsite.site_import.authors import Authors, add_people
from labsite.site_import.dead_links import report_dead_links
from labsite.site_import.document_rows import document_row
from labsite.site_import.old_paths import add_old_paths
from labsite.site_import.records import PublicationRecord
from labsite.site_import.rows import Change, Planned, Row, origin_key
from labsite.site_import.survey import Survey
from publications.models import Link, Publication


def plan_extras(survey: Survey, publications: Mapping[str, Publication | None], created: Iterable[int] = ()) -> None:
    """Puts every publication of the site on the plan, and into the lists of what names it.

    `publications` holds by key the one here, None where there is none yet; `created` are those that this import made.
    """
    created, authors = set(created), Authors.of(survey, publications.values())
    for record in survey.content.publications:
        found = publications.get(record.key)
        plan_extra(survey, authors, record, found, is_own=found is None or found.pk in created)
    add_lists(survey)
    report_dead_links(survey)


def plan_extra(
    survey: Survey, authors: Authors, record: PublicationRecord, found: Publication | None, *, is_own: bool
) -> None:
    title = record.entry.record.title if record.entry.record else record.entry.label
    planned = Planned("publications", record.key, record.place, title or record.key, is_made=is_own,
                      is_repeated=record.key in survey.repeated)  # fmt: skip
    row = Row(Publication, origin_key("publications", record.key), "publications", planned.label, found=found)
    row.values = {"summary": record.summary}
    if record.entry.record is None or (found is None and record.key in survey.unresolved):
        survey.leave_out(planned, record.entry.problem or "It waits for a decision, or was left out.")
        return
    if not survey.settle(planned, row):
        return
    add_documents(survey, record, row)
    add_old_paths(survey, record.old_paths, row, record.place)
    if found is not None:
        add_people(survey, authors, record, row, planned)


def add_documents(survey: Survey, record: PublicationRecord, publication: Row) -> None:
    for order, (kind, media) in enumerate(record.documents):
        document = document_row(survey, media, record.place)
        if document is None:
            continue
        row = Row(
            Link, origin_key(publication.key, "document", kind, media.path), "documents", f"{kind}: {media.path}",
            {"document": document}, {"kind": kind if kind in Link.Kind.values else "other", "order": 50 + order},
            parent="publication",
        )  # fmt: skip
        if publication.found and document.found:
            row.found = publication.found.links.filter(document=document.found.pk).first()
        survey.add_part(publication, row, record.place)


def add_lists(survey: Survey) -> None:
    """News, projects and talks that name publications, and publications that name projects."""
    content = survey.content
    for kind, records in (("news", content.news), ("projects", content.projects)):
        for record in records:
            name_publications(survey, survey.rows.get((kind, record.key)), record.publications)
    for record in content.publications:
        publication = survey.rows.get(("publications", record.key))
        for key in record.projects if publication else ():
            project = survey.rows.get(("projects", key))
            if project is None:
                survey.leave(record.place, "publications.projects", key, "There is no such project on the site.")
            elif publication not in project.pairs.get("publications", ()):
                project.pairs.setdefault("publications", []).append(publication)
    for record in content.talks:
        talk = survey.rows.get(("talks", record.key))
        named = [row for key in record.publications if (row := survey.rows.get(("publications", key)))]
        if talk is None or not named:
            continue
        for other in named[1:]:
            survey.leave(record.place, "talks.publications", other.label, "A talk is about one publication here.")
        if talk.found is None:
            talk.values["publication"] = named[0]
        elif talk.found.publication_id is None:
            talk.changes.append(Change("publication", "publication", None, named[0], True))


def name_publications(survey: Survey, row: Row | None, keys: Iterable[str]) -> None:
    if row is not None:
        named = [found for key in keys if (found := survey.rows.get(("publications", key)))]
        row.pairs["publications"] = [*row.pairs.get("publications", ()), *named]
