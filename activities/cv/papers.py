"""Publications as a curriculum vitae lists them: [VENUE'YY], authors, title, venue, year, distinctions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activities.cv.document import Entry, Line, Part, Run, Section, joined, plain, run, section
from activities.profile import Profile
from labsite.lib.web import address_of
from people.models import Person
from publications.author_line import Author, AuthorLine, make_author_line, number_of
from publications.models import Publication
from publications.printing import distinction_text, in_words
from publications.rows import row_authors

ALL_NAMED_UP_TO = 40  # authors: above it those at the front, the members of the lab and the last are printed
LONGEST_TAG = 24  # letters: a venue without a short name is named behind the title only
LONGEST_TRACK = 12
EQUAL, CORRESPONDING = "*", "†"


def tag_of(name: str, year: int | None) -> str:
    """“[NeurIPS'24]”; “[2024]” for a venue without a short name, “” where neither is known."""
    short = name if len(name) <= LONGEST_TAG else ""
    tag = f"{short}'{year % 100:02d}" if short and year else short or str(year or "")
    return f"[{tag}]" if tag else ""


def row_tag(row: dict[str, Any]) -> str:
    """The tag of a publication by its derived row."""
    year = row.get("year")
    name = row.get("venue_tag", "")
    name = name.removesuffix(f" {year}") if year else name
    return tag_of(name if row.get("venue_name") else in_words(name), year)


def publication_tag(publication: Publication) -> str:
    """The tag of a publication that is loaded with its venue, with a short track: “[ACL'25 Main]”."""
    name = publication.venue.label if publication.venue else publication.get_kind_display()
    tag, track = tag_of(str(name), publication.year), publication.track
    return f"{tag[:-1]} {track}]" if tag and track and len(track) <= LONGEST_TRACK else tag


def publication_address(slug: str, root: str) -> str:
    return f"{root}{address_of('publications:publication', slug)}"


def mention(publication: Publication, root: str, *, in_full: bool = False) -> Line:
    """A publication named in passing: its nickname or title (`in_full`: its title), and its tag. Reads its venue."""
    tag = publication_tag(publication)
    name = "" if in_full else publication.short_title
    title = publication.mark(name or publication.display_title)
    return (run(title, publication_address(publication.slug, root)), *plain(f" {tag}" if tag else ""))


def make_paper(publication: Publication, owner: Person, root: str, *, most_authors: int = ALL_NAMED_UP_TO) -> Entry:
    """One entry of the list. Reads the publication's derived row: no query."""
    row = publication.row
    authors = row_authors(row)
    line = make_author_line(
        authors, is_complete=row.get("is_complete", True), owner=owner, shorten=number_of(authors) > most_authors
    )
    title = (run("“"), run(publication.mark(row["title"]), publication_address(row["slug"], root)), run("”"))
    parts: list[Line] = [author_runs(line), title, *venue_parts(publication, row)]
    if not publication.venue_id and not publication.venue_text:
        parts.append(register_number(row))
    ended = (*joined(part for part in parts if part), run("."))
    return Entry((*ended, *remarks(row)), label=row_tag(row), key=row["slug"])


def venue_parts(publication: Publication, row: dict[str, Any]) -> list[Line]:
    """The venue in full, as it was printed if that is known; the volume; the year, unless it was said."""
    name = (publication.venue_text or row.get("venue_name", "")).strip(" .,")
    year = str(publication.year or "")
    volume = publication.volume and publication.issue and f"{publication.volume}({publication.issue})"
    pages = _("pp. %(pages)s") % {"pages": publication.pages} if publication.pages else ""
    return [
        (run(name, is_emphasis=True),) if name else (),
        plain(publication.institution if not name else ""),
        plain(volume or publication.volume),
        plain(pages or publication.article_number),
        plain(year if year not in name else ""),
    ]


def register_number(row: dict[str, Any]) -> Line:
    """The first identifier of a work without a venue: “arXiv:2405.20623”."""
    for link in row.get("links", []):
        _before, mark, number = link["url"].partition("arxiv.org/abs/")
        if mark:
            return (run(f"arXiv:{number}", link["url"]),)
        _before, mark, number = link["url"].partition("doi.org/")
        if mark:
            return (run(f"doi:{number}", link["url"]),)
    return ()


def remarks(row: dict[str, Any]) -> Line:
    """What the venue said of it, how far it has come, and whether it was taken back."""
    said = [*(distinction_text(each) for each in row.get("distinctions", []))]
    said += [in_words(notice["label"]) for notice in row.get("notices", [])]
    runs = [run(_(" %(remark)s.") % {"remark": words.rstrip(".")}, is_strong=True) for words in said if words]
    status = row.get("status", "")
    return (*runs, *plain(_(" %(remark)s.") % {"remark": in_words(status)} if status else ""))


def author_runs(line: AuthorLine) -> Line:
    """The names with their signs; the owner in bold. What is not known of the list is said."""
    names: list[Line] = []
    for author in line.listed:
        if author.gap:
            words = ngettext("… %(number)s other …", "… %(number)s others …", author.gap)
            names.append(plain(words % {"number": author.gap}))
        names.append(author_run(author))
    unplaced = joined(author_run(author) for author in line.unplaced)
    if not names:
        others = run(_(" and others")) if unplaced and not line.is_complete else run("")
        return (*unplaced, *((others,) if others.text else ())) if unplaced else ()
    if unplaced and line.is_complete:
        names.append(unplaced)
    listed = joined(names)
    if line.is_complete:
        return listed
    if unplaced:
        before, _mark, after = _(" et al. (including %(names)s)").partition("%(names)s")
        return (*listed, run(before), *unplaced, run(after))
    return (*listed, run(_(" et al.")))


def author_run(author: Author) -> Line:
    signs = (EQUAL if author.is_equal else "") + (CORRESPONDING if author.is_corresponding else "")
    name = Run(author.printed_name, is_strong=author.is_owner, is_name=True)
    return (name, *plain(signs))


def papers_part(title: str, papers: Iterable[Publication], profile: Profile, root: str) -> Part:
    """The list under a heading that counts it."""
    entries = tuple(make_paper(paper, profile.person, root) for paper in papers)
    return Part("papers", entries, title, len(entries))


def legend(papers: Iterable[Publication]) -> str:
    """What the signs behind names mean; "" where there are none."""
    authors = [author for paper in papers for author in paper.row["authors"]]
    signs = []
    if any(author.get("is_equal") for author in authors):
        signs.append(_("* indicates equal contribution"))
    if any(author.get("is_corresponding") for author in authors):
        signs.append(_("† marks the corresponding author"))
    return _("; ").join(signs)


def publications_section(profile: Profile, root: str) -> list[Section]:
    """All publications: those the person led or shared the lead of, the others, those with an unknown order."""
    total = profile.publication_count
    is_split = sum(map(bool, (profile.leading, profile.others, profile.unplaced))) > 1
    co_authored = _("Co-authored") if profile.leading or profile.unplaced else ""
    parts = [
        papers_part(_("First-authored or equal contribution") if is_split else "", profile.leading, profile, root),
        papers_part(co_authored, profile.others, profile, root),
        papers_part(_("Order of authors not known") if is_split else "", profile.unplaced, profile, root),
    ]
    return section("publications", _("Publications"), *parts, note=summary_of(profile, total))


def summary_of(profile: Profile, total: int) -> Line:
    """How many there are, how many the person led, what the signs mean, and how often they are cited."""
    words = [ngettext("%(count)s publication", "%(count)s publications", total) % {"count": total}]
    if profile.leading:
        led = len(profile.leading)
        known = _("%(count)s as first author or with equal contribution")
        # Of a list whose order nobody states, any may be led too; so may what is not loaded.
        at_least = _("at least %(count)s as first author or with equal contribution")
        words.append((at_least if profile.unplaced or profile.has_more_publications else known) % {"count": led})
    sentences = [_(", ").join(words), legend(profile.publications)]
    sentences += cited(profile)
    return plain(_(". ").join(sentence for sentence in sentences if sentence) + _("."))


def cited(profile: Profile) -> list[str]:
    """Numbers that others publish, each with source and date; what has no date is left out."""
    return [
        _("%(name)s: %(value)s (%(source)s, %(date)s)")
        % {
            "name": metric.get_name_display(),
            "value": metric.value_text,
            "source": metric.source,
            "date": metric.as_of.display(),
        }
        for metric in profile.metrics
        if metric.as_of
    ]
