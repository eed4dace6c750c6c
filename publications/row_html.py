"""One entry of a bibliography and its authors as HTML.

A page holds fifty of them. Written out here one costs some 50 µs, as a template twenty times that: the rest of the
site's HTML is in templates. Every text is escaped where it is put in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from typing import Any, NamedTuple
from urllib.parse import quote_plus

from django.conf import settings
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext, ngettext, pgettext

from labsite.lib.dates import display_stored
from labsite.lib.search import Question, highlight
from labsite.lib.text import fold
from labsite.lib.web import around_slug, in_language
from publications.author_line import Author, AuthorLine, make_author_line
from publications.models import Publication
from publications.printing import distinction_text, in_words, venue_tag_text
from publications.rows import row_authors

SUMMARY_WORDS = 36


@dataclass(frozen=True)
class Words:
    """Words of the interface in one language, escaped, and what addresses begin and end with."""

    workshop: str
    undated: str
    code: str
    draft: str
    and_others: str
    et_al: str
    including: str
    also: str
    not_all_known: str
    not_listed: str
    this_person: str
    equal: str
    corresponding: str
    of_name: str  # with %(name)s
    content_language: str  # the attribute that says in which language the lab writes, where the page is in another
    publication: tuple[str, str]  # before and after the slug
    person: tuple[str, str]


@lru_cache(maxsize=8)
def words_of(language: str) -> Words:
    """The words of `language`, which is the active one: looking them up anew costs more than the rest of an entry."""
    return Words(
        workshop=escape(gettext("Workshop")), undated=escape(gettext("Undated")), code=escape(gettext("Code")),
        draft=escape(gettext("Draft")), and_others=escape(gettext("and others")), et_al=escape(gettext("et al.")),
        including=escape(gettext("including")), also=escape(pgettext("before authors", "also")),
        not_all_known=escape(gettext("and others; the full list of authors is not known")),
        not_listed=escape(gettext("Authors not listed")), this_person=escape(gettext("this person")),
        equal=escape(gettext("equal contribution")), corresponding=escape(gettext("corresponding author")),
        of_name=escape(gettext("of %(name)s")),
        content_language="" if language == settings.LANGUAGE_CODE else f' lang="{escape(settings.LANGUAGE_CODE)}"',
        publication=around_slug("publications:publication", language),
        person=around_slug("people:person", language),
    )  # fmt: skip


def current_words() -> Words:
    return words_of(get_language() or settings.LANGUAGE_CODE)


def publication_row(
    publication: Publication,
    *,
    root: str = "",
    question: Question | None = None,
    owner: Any = None,
    heading: str = "h3",
    with_summary: bool = False,
) -> SafeString:
    """The entry of a publication loaded by `with_rows()`. No query.

    `owner` is whose page this is; `heading` the element of the title; `root` the site's address for reference
    managers. What `question` looked for is marked.
    """
    stored = publication.stored_row
    if stored and publication.is_published and not with_summary and not can_be_marked(stored, question):
        languages = (get_language() or settings.LANGUAGE_CODE, settings.LANGUAGE_CODE)
        return _plain_row(languages, stored, root, owner.slug if owner else "", heading)
    summary = publication.summary if with_summary else ""
    return _write_row(publication.row, publication.is_published, summary, root, marker(question), owner, heading)


def can_be_marked(stored_row: str, question: Question | None) -> bool:
    """Whether a word that was looked for may stand in the title or a name: most stand in texts that no list prints."""
    if question is None or not question.terms:
        return False
    printed = _printed_words(stored_row)
    return any(word in printed for word in question.words)


@lru_cache(maxsize=3000)
def _printed_words(stored_row: str) -> str:
    row = json.loads(stored_row)
    return fold(" ".join([row["title"], *(author["printed_name"] for author in row["authors"])]))


class Owner(NamedTuple):
    slug: str


@lru_cache(maxsize=3000)
def _plain_row(languages: tuple[str, str], row: str, root: str, owner: str, heading: str) -> SafeString:
    """The entry of a published publication, kept by all that it prints; the first of `languages` is the active one."""
    return _write_row(json.loads(row), True, "", root, escape, Owner(owner) if owner else None, heading)


def _write_row(
    row: dict[str, Any], is_published: bool, about: str, root: str, mark: Callable[[str], str], owner: Any, heading: str
) -> SafeString:
    words = current_words()
    before, after = words.publication
    title = f'<a href="{before}{escape(row["slug"])}{after}"><bdi>{mark(row["title"])}</bdi></a>'
    retracted = " publication-row-retracted" if row.get("is_retracted") else ""
    line = make_author_line(
        row_authors(row), is_complete=row.get("is_complete", True), owner=owner or None, shorten=True
    )
    summary = ""
    if about:
        summary = f"<p{words.content_language}>{escape(Truncator(about).words(SUMMARY_WORDS))}</p>"
    return SafeString(
        f'<article class="publication-row{retracted}"><p class="publication-where">{_where(row)}</p>'
        f'<div class="publication-text">{_notices(row)}'
        f'<{heading} class="publication-title"{words.content_language}>{title}</{heading}>'
        f'<p class="publication-authors">{_authors(line, words, mark)}</p>{summary}'
        f'<ul class="publication-badges">{_badges(row, words, is_published)}</ul></div>{_coins(row, root)}</article>'
    )


def marker(question: Question | None) -> Callable[[str], str]:
    """What escapes a text and marks what was looked for in it."""
    return (lambda text: highlight(text, question)) if question and question.terms else escape


def _where(row: dict[str, Any]) -> str:
    tag = escape(venue_tag_text(row, kinds_in_english()))
    if row.get("venue"):
        return f'<a class="badge badge-venue" href="{escape(in_language(row["venue"]))}">{tag}</a>'
    return f'<span class="badge badge-venue">{tag}</span>' if row.get("venue_tag") else ""


@cache
def kinds_in_english() -> frozenset[str]:
    with translation.override("en"):
        return frozenset(str(label) for label in Publication.Kind.labels)


def _notices(row: dict[str, Any]) -> str:
    found = []
    for notice in row.get("notices", ()):
        style = "notice" if notice["kind"] == "retraction" else "distinction"
        date = f", {escape(display_stored(notice['date']))}" if notice["date"] else ""
        found.append(f'<p class="badge badge-{style}">{escape(in_words(notice["label"]))}{date}</p>')
    return "".join(found)


def _badges(row: dict[str, Any], words: Words, is_published: bool) -> str:
    found = [_badge(escape(distinction_text(each)), " badge-distinction") for each in row.get("distinctions", ())]
    if row.get("is_workshop"):
        found.append(_badge(words.workshop))
    if row.get("track"):
        found.append(_badge(escape(row["track"])))
    if row.get("status"):
        found.append(_badge(escape(in_words(row["status"]))))
    if not row.get("year"):
        found.append(f'<li class="badge-undated"><span class="badge">{words.undated}</span></li>')
    code, links = row.get("code"), row.get("links", ())
    name = escape(row["name"]) if code or links else ""
    of_which = f'<span class="visually-hidden"> {words.of_name % {"name": name}}</span>'
    if code:
        found.append(f'<li><a class="badge badge-code" href="{escape(code)}">{words.code}{of_which}</a></li>')
    elif row.get("has_code"):
        found.append(_badge(words.code, " badge-code"))
    if not is_published:
        found.append(_badge(words.draft, " badge-notice"))
    for link in links:
        label = escape(in_words(link["label"]))
        found.append(f'<li><a class="publication-link" href="{escape(link["url"])}">{label}{of_which}</a></li>')
    return "".join(found)


def _badge(text: str, kind: str = "") -> str:
    return f'<li><span class="badge{kind}">{text}</span></li>'


def _coins(row: dict[str, Any], root: str) -> str:
    """What Zotero finds the publication by (COinS). Empty for a row that was not derived."""
    if not row.get("coins"):
        return ""
    before, after = around_slug("publications:publication", settings.LANGUAGE_CODE)
    address = quote_plus(f"{root}{before}{row['slug']}{after}")
    return f'<span class="Z3988" title="{escape(row["coins"])}&amp;rft_id={address}"></span>'


def author_line(line: AuthorLine, question: Question | None = None) -> SafeString:
    """The authors of one publication. Equal contribution is *, a corresponding author is ✉; both are said in words."""
    return SafeString(_authors(line, current_words(), marker(question)))


def _authors(line: AuthorLine, words: Words, mark: Callable[[str], str]) -> str:
    def write(authors: Iterable[Author]) -> str:
        return ", ".join([_author(author, line, words, mark) for author in authors])

    if line.listed:
        text = write(line.listed)
        if not line.is_complete:
            text += f', <abbr title="{words.and_others}">{words.et_al}</abbr>'
            if line.unplaced:
                text += f" ({words.including} {write(line.unplaced)})"
        elif line.unplaced:
            text += f"; {words.also} {write(line.unplaced)}"
    elif line.unplaced:
        text = write(line.unplaced)
        if not line.is_complete:
            text += f' <span class="muted">{words.not_all_known}</span>'
    else:
        text = f'<span class="muted">{words.not_listed}</span>'
    return f'<span class="author-line">{text}</span>{_signs(line, words)}'


def _signs(line: AuthorLine, words: Words) -> str:
    """What the signs beside the names mean."""
    signs = f"<span>* {words.equal}</span>" if line.has_equal else ""
    signs += f"<span>✉ {words.corresponding}</span>" if line.has_corresponding else ""
    return f' <span class="author-signs muted" aria-hidden="true">{signs}</span>' if signs else ""


def _author(author: Author, line: AuthorLine, words: Words, mark: Callable[[str], str]) -> str:
    """One printed name, after the number of those left out before it; only a certain link leads to a person."""
    name = mark(author.printed_name)
    short = " author-short" if author.is_short else ""
    if author.slug:
        is_marked = author.is_member and not line.has_owner
        kind = " author-owner" if author.is_owner else " author-member" if is_marked else ""
        title = f' title="{escape(author.person_name)}"' if author.person_name != author.printed_name else ""
        name = f"<strong><bdi>{name}</bdi></strong>" if author.is_owner else f"<bdi>{name}</bdi>"
        before, after = words.person
        text = f'<a class="author{short}{kind}" href="{before}{escape(author.slug)}{after}"{title}>{name}</a>'
        if author.is_owner:
            text += f'<span class="visually-hidden"> ({words.this_person})</span>'
    else:
        text = f'<bdi class="author{short}">{name}</bdi>'
    if author.is_equal:
        text += _sign("*", words.equal)
    if author.is_corresponding:
        text += _sign("✉", words.corresponding)
    return _gap(author.gap) + text if author.gap else text


def _gap(number: int) -> str:
    text = ngettext("… %(number)s other …,", "… %(number)s others …,", number) % {"number": number}
    return f'<span class="author-gap">{escape(text)}</span> '


def _sign(sign: str, meaning: str) -> str:
    return f'<sup title="{meaning}" aria-hidden="true">{sign}</sup><span class="visually-hidden"> ({meaning})</span>'
