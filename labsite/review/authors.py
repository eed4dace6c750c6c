"""Names on papers that nobody is linked to but that may be somebody of the lab. The evidence is that of imports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from labsite.lib.text import fold
from labsite.review.company import RecentCompany
from labsite.review.rows import Answer, Kind, Place, Row, Scope, change_url, make_key
from people.matching import Candidate, Clue, Directory, Verdict, decide, load_directory
from people.models import Person
from people.names import split_name
from people.readings import fold_printed
from publications.evidence import rejected_people, rejections_of
from publications.models import Authorship, Publication

OPEN_ROWS = 3_000
MOST_PAPERS = 120
MOST_BUTTONS = 3  # candidates with a button each; more are chosen from on the author's own page
Rejected = dict[tuple[str, str], frozenset[int]]
Status = Authorship.LinkStatus


@dataclass
class Paper:
    """A publication with its whole author list, in order."""

    publication: Publication
    rows: list[Authorship]

    @property
    def names(self) -> list[str]:
        return [row.printed_name for row in self.rows]

    @property
    def linked(self) -> set[int]:
        return {row.person_id for row in self.rows if row.person_id and row.link_status == Status.CONFIRMED}


def is_open(row: Authorship) -> bool:
    """Whether nobody is certain to be this author."""
    return row.person_id is None or row.link_status != Status.CONFIRMED


def find_authors(scope: Scope) -> list[Row]:
    """Authors whose name and company fit a member, or for whom an import proposed somebody; newest papers first.

    Of the 3,000 open rows of the papers added last, those whose name can be a member's, on at most 120 papers.
    Fourteen queries at most: directory 8, names 1, papers 2, decisions 2, company 1.
    """
    directory = load_directory()
    papers = load_papers(papers_to_judge(directory))
    rejected = rejected_people({paper.publication.match_key for paper in papers})
    fits = {
        fit.profile.person_id
        for paper in papers
        for name in paper.names
        for fit in directory.fitting(fold_printed(name))
    }
    company = RecentCompany(fits)
    return scope.without_dismissed(row for paper in papers for row in judge_paper(paper, directory, company, rejected))


def papers_to_judge(directory: Directory) -> list[int]:
    """Papers with an open author whose name can be a member's, or who is proposed to be somebody. One query."""
    waiting = Authorship.objects.filter(Q(person=None) | ~Q(link_status=Status.CONFIRMED)).order_by("-publication_id")
    found: dict[int, None] = {}
    members: dict[str, bool] = {}
    for publication, printed, status in waiting.values_list("publication", "printed_name", "link_status")[:OPEN_ROWS]:
        if printed not in members:
            members[printed] = any(fit.profile.stays for fit in directory.fitting(fold_printed(printed)))
        if status == Status.PROPOSED or members[printed]:
            found[publication] = None
    return list(found)[:MOST_PAPERS]


def load_papers(keys: list[int]) -> list[Paper]:
    """In the order of `keys`. Two queries."""
    columns = ("title", "title_is_description", "kind", "year", "venue_text", "venue", "match_key", "is_retracted")
    publications = Publication.objects.filter(pk__in=keys).select_related("venue").only(
        *columns, "venue__name", "venue__short_name"
    )  # fmt: skip
    found = {publication.pk: Paper(publication, []) for publication in publications}
    for row in Authorship.objects.filter(publication__in=keys).select_related("person"):
        if row.publication_id in found:
            found[row.publication_id].rows.append(row)
    return [found[key] for key in keys if key in found]


def judge_paper(paper: Paper, directory: Directory, company: RecentCompany, rejected: Rejected) -> Iterator[Row]:
    """A row for each open author of whom somebody is a candidate. Who is certain elsewhere in the list is none."""
    names = [split_name(name) for name in paper.names]
    refused: dict[int, set[int]] = defaultdict(set)
    for place, people in rejections_of(rejected, paper.publication.match_key, names).items():
        refused[place] |= people
    for place, row in enumerate(paper.rows):
        fitting = {fit.profile.person_id for fit in directory.fitting(fold_printed(row.printed_name))}
        refused[place] |= paper.linked if is_open(row) else fitting - {row.person_id}
    clues = [Clue(name, affiliation=row.affiliation_text) for name, row in zip(names, paper.rows, strict=True)]
    fixed = {place: frozenset(people) for place, people in refused.items()}
    verdicts = decide(directory, company, clues, year=paper.publication.year, rejected=fixed)
    for row, verdict in zip(paper.rows, verdicts, strict=True):
        candidates = candidates_of(row, verdict)
        if is_open(row) and is_asked(row, candidates, directory):
            yield make_row(paper.publication, row, verdict, candidates)


def candidates_of(row: Authorship, verdict: Verdict) -> list[Candidate]:
    """Whom the evidence names, and whom an import proposed."""
    found = list(verdict.candidates)
    known = {candidate.person_id for candidate in found}
    if row.link_status == Status.PROPOSED and row.person_id and row.person_id not in known:
        reasons = (row.link_note,) if row.link_note else ()
        found.insert(0, Candidate(row.person_id, row.person.name, 0, reasons))
    return found


def is_asked(row: Authorship, candidates: list[Candidate], directory: Directory) -> bool:
    """Whether the name may be a member's, or somebody is proposed."""
    members = (directory.profiles[candidate.person_id].stays for candidate in candidates)
    return row.link_status == Status.PROPOSED and bool(candidates) or any(members)


def make_row(publication: Publication, row: Authorship, verdict: Verdict, candidates: list[Candidate]) -> Row:
    people = sorted(candidate.person_id for candidate in candidates)
    label = gettext("“%(printed_name)s” on %(marked_title)s (%(venue_tag)s)") % {
        "printed_name": row.printed_name,
        "marked_title": publication.marked_title,
        "venue_tag": publication.venue_tag,
    }
    mends = (
        () if len(candidates) <= MOST_BUTTONS else (Place(gettext("Choose the person"), change_url(row, "id_person")),)
    )
    return Row(
        key=make_key(publication, *(Person(pk=person) for person in people), fold(row.printed_name)),
        about=(Place(label, change_url(publication, "authorships-group")),),
        reason=explain(verdict, candidates),
        subjects=(row,),
        mends=mends,
        answers=tuple(make_answers(row, candidates)),
    )


def explain(verdict: Verdict, candidates: list[Candidate]) -> str:
    """What the question is, and what speaks for each candidate: “Ada Quint: published as A. Quint; …”."""
    question = verdict.reason if not verdict.person_id else ""
    told = [
        f"{candidate.name}: {'; '.join(candidate.reasons)}" if candidate.reasons else candidate.name
        for candidate in candidates[:MOST_BUTTONS]
    ]
    if len(candidates) == 1:  # their name stands on the button
        told = ["; ".join(candidates[0].reasons)]
        question = "" if question == f"is it {candidates[0].name}?" else question
    return " ".join(sentence(part) for part in (question, *told) if part)


def sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('?', '.')) else '.'}"


def make_answers(row: Authorship, candidates: Iterable[Candidate]) -> Iterator[Answer]:
    found = list(candidates)
    everybody = tuple(candidate.person_id for candidate in found)
    if len(found) <= MOST_BUTTONS:
        for candidate in found:
            yield Answer(
                gettext("Yes, it is %(name)s") % {"name": candidate.name}, row.pk, (candidate.person_id,), True
            )
    yield Answer(gettext("No, somebody else") if len(found) == 1 else gettext("None of them"), row.pk, everybody, False)


KINDS = [
    Kind(
        "authors",
        _("author who looks like a member"),
        _("authors who look like members"),
        _("Names that nobody is linked to. What you answer is kept, and wins over every later import."),
        ("publications.change_authorship", "people.view_person", "people.add_person"),
        find_authors,
        format_lazy(
            _("Of the {OPEN_ROWS} unlinked names of the papers added last, those on {MOST_PAPERS} papers are weighed."),
            OPEN_ROWS=f"{OPEN_ROWS:,}",
            MOST_PAPERS=MOST_PAPERS,
        ),
    )
]
