"""The papers of a report, as bibliographic references by kind."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from activities.reporting.scope import Scope, q_dated
from activities.reporting.sections import Column, Row, Section, date_cell, text_cell
from labsite.lib.dates import PartialDate
from labsite.lib.web import plain_addresses
from publications.exporting import record_of
from publications.formats.csl import csl_item
from publications.formats.references import format_reference
from publications.identifiers import identifier_url
from publications.models import Authorship, Publication
from publications.printing import distinction_text, in_words
from publications.queries import PublicationQuerySet
from publications.records import Record
from publications.rows import distinction_row

MOST_PAPERS = 5_000
MOST_TYPESET = 2_000  # of a PDF: setting 5,000 takes 650 MiB
# A styled reference takes 5 to 40 ms: beyond this number all of them are printed in a plain form of our own.
MOST_STYLED = 300

Kind = Publication.Kind
KINDS = {
    Kind.JOURNAL_ARTICLE: gettext_lazy("Journal articles"),
    Kind.CONFERENCE_PAPER: gettext_lazy("Conference papers"),
    Kind.WORKSHOP_PAPER: gettext_lazy("Workshop papers"),
    Kind.PREPRINT: gettext_lazy("Preprints"),
    Kind.BOOK: gettext_lazy("Books"),
    Kind.CHAPTER: gettext_lazy("Book chapters"),
    Kind.THESIS: gettext_lazy("Theses"),
    Kind.PROPOSAL: gettext_lazy("Dissertation proposals"),
    Kind.REPORT: gettext_lazy("Technical reports"),
    Kind.DATASET: gettext_lazy("Published data sets"),
    Kind.SOFTWARE: gettext_lazy("Published software"),
    Kind.OTHER: gettext_lazy("Other publications"),
}
ORDER = {kind: place for place, kind in enumerate(KINDS)}


class TooManyPapers(Exception):
    """The period holds more papers than a report takes, in words; `count` is how many."""

    def __init__(self, count: int, words: str) -> None:
        self.count = count
        super().__init__(words)


def check_count(count: int, *, is_typeset: bool) -> None:
    """Raises `TooManyPapers` where no report takes so many papers, or none that is typeset."""
    if count > MOST_PAPERS:
        most = MOST_PAPERS
        words = ngettext(
            "There is %(count)s publication in this period: a report takes at most %(most)s.",
            "There are %(count)s publications in this period: a report takes at most %(most)s. "
            "Choose a shorter period or fewer groups.",
            count,
        )
    elif is_typeset and count > MOST_TYPESET:
        most = MOST_TYPESET
        words = ngettext(
            "There is %(count)s publication in this period: a PDF takes at most %(most)s.",
            "There are %(count)s publications in this period: a PDF takes at most %(most)s. "
            "Choose another kind of file, a shorter period or fewer groups.",
            count,
        )
    else:
        return
    raise TooManyPapers(count, words % {"count": f"{count:,}", "most": f"{most:,}"})


def by_members(scope: Scope) -> PublicationQuerySet:
    """Published papers with a confirmed author who was a member on some day of the period, whenever they appeared."""
    own = Authorship.objects.confirmed().filter(person__in=scope.people(), publication=OuterRef("pk"))
    return Publication.objects.published().filter(Exists(own))


def q_in_period(scope: Scope) -> Q:
    """By the date of publication; by the year where no date is known."""
    years = (scope.period.first_day.year, scope.period.last_day.year)
    return q_dated(scope.period, "date") | Q(date__isnull=True, year__range=years)


def load_papers(scope: Scope, *, is_typeset: bool) -> list[Publication]:
    """The papers with all that a reference needs, by kind and newest first. Raises `TooManyPapers`."""
    found = by_members(scope).filter(q_in_period(scope))
    check_count(found.count(), is_typeset=is_typeset)
    papers = found.with_export_relations().defer("search_text", "summary", "editor_note")
    return sorted(papers, key=lambda paper: ORDER[kind_of(paper)])


def kind_of(paper: Publication) -> str:
    return Kind.WORKSHOP_PAPER if paper.is_workshop_paper else Kind(paper.kind)


def publications_section(scope: Scope, papers: list[Publication], style: str, root: str) -> Section:
    return Section(
        key="publications",
        title=_("Publications"),
        rule=_(
            "A publication counts if it is published on this site, dated in the period, and has a confirmed author who "
            "was a member on some day of the period. It counts once, however many members wrote it. What is dated only "
            "to the year counts where the period overlaps that year, and is marked “year only” unless the period is "
            "whole years."
        ),
        columns=(
            Column("type", _("Type")), Column("date", _("Date")), Column("reference", _("Reference")),
            Column("remarks", _("Remarks")), Column("title", _("Title")), Column("authors", _("Authors")),
            Column("venue", _("Venue")), Column("distinctions", _("Distinctions")), Column("doi", _("DOI")),
            Column("address", _("Address")),
        ),
        rows=publication_rows(scope, papers, style, root),
        undated=by_members(scope).filter(date__isnull=True, year__isnull=True).count(),
        reference=2,
    )  # fmt: skip


def publication_rows(scope: Scope, papers: list[Publication], style: str, root: str) -> list[Row]:
    is_styled = len(papers) <= MOST_STYLED
    with plain_addresses():  # references and addresses are the same in every language
        records = [record_of(paper, root) for paper in papers]
    return [
        publication_row(scope, paper, record, style if is_styled else "")
        for paper, record in zip(papers, records, strict=True)
    ]


def publication_row(scope: Scope, paper: Publication, record: Record, style: str) -> Row:
    date = paper.date or (PartialDate(f"{paper.year:04d}") if paper.year else None)
    remark = scope.period.remark(date) if date else ""
    status = paper.get_status_display() if paper.status not in ("published", paper.kind) else ""
    distinctions = [distinction_text(distinction_row(each)) for each in paper.distinctions.all()]
    reference = format_reference(csl_item(record), style) if style else plain_reference(record)
    heading = str(KINDS[kind_of(paper)])
    return Row(
        cells=(
            text_cell(heading),
            date_cell(date),
            text_cell(reference, paper.get_absolute_url()),
            text_cell(", ".join(part for part in (status, remark) if part)),
            text_cell(paper.marked_title),
            text_cell("; ".join(author.name.natural for author in record.authors)),
            text_cell(paper.venue_tag),
            text_cell("; ".join(distinctions)),
            text_cell(record.identifier("doi")),
            text_cell(record.address),
        ),
        heading=heading,
        marks=tuple(part for part in (*distinctions, status, remark) if part),
    )


def distinctions_section(papers: list[Publication]) -> Section:
    rows = [
        Row((
            text_cell(paper.marked_title, paper.get_absolute_url()), text_cell(paper.venue_tag),
            text_cell(in_words(str(each.text))), text_cell(each.rate),
        ))
        for paper in papers
        for each in paper.distinctions.all()
    ]  # fmt: skip
    return Section(
        key="distinctions",
        title=_("Distinctions of publications"),
        rule=_("What venues said of the publications above."),
        columns=(
            Column("publication", _("Publication")), Column("venue", _("Venue")),
            Column("distinction", _("Distinction")), Column("rate", _("Rate")),
        ),
        rows=rows,
    )  # fmt: skip


def plain_reference(record: Record) -> str:
    """Authors (year). Title. Container, volume(issue), pages. Address. For lists too long to style one by one."""
    authors = ", ".join(author.name.natural for author in record.authors)
    authors = authors if record.authors_complete else f"{authors}, et al."
    volume = record.volume + (f"({record.issue})" if record.issue else "")
    where = ", ".join(part for part in (record.series or record.institution, volume, record.pages) if part)
    doi = record.identifier("doi")
    address = identifier_url("doi", doi) if doi else record.link("publisher", "pdf", "project") or record.address
    year = f" ({record.year})" if record.year else ""
    sentences = [f"{authors}{year}".strip(), record.marked_title.rstrip("."), where]
    return " ".join([*(f"{sentence}." for sentence in sentences if sentence), address])
