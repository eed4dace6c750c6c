"""Pages and posts that are texts: somebody's own page, other pages, news of a blog. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from labsite.lib.text import match_key
from labsite.site_import.dates import read_date
from labsite.site_import.lists import is_aside, page_address, page_named, page_printed
from labsite.site_import.records import NewsRecord, PageRecord, SectionRecord
from labsite.site_import.sections import ABOUT, NEWS, kind_of, post_kind, read_news, sections_of
from labsite.site_import.site import Site, leaves_of
from labsite.site_import.texts import SourceText

SHORT_POST = 700  # letters: a post up to here is an item of news, a longer one a page with an item that leads to it
ONLY_LISTS = "it prints lists that this site makes itself, and has no text of its own"
ASIDE = "it prints lists that this site makes itself, and little beside them"
DRAWN = (
    "layout", "nav", "nav_order", "nav_rank", "author_profile", "comments", "share", "related", "read_time", "classes",
    "toc", "toc_sticky", "sidebar", "pagination", "dropdown", "children", "horizontal", "display_categories",
    "social", "news", "announcements", "latest_posts", "selected_papers", "bib_search", "search", "giscus_comments",
    "disqus_comments", "related_posts", "inline", "thumbnail", "chart", "mermaid", "code_diff", "map", "tabs",
    "typograms", "tikzjax", "pretty_table", "pseudocode", "images", "citation", "_styles",
    "header", "collection", "entries_layout",
    "type", "excerpt_separator", "math", "mathjax", "sitemap", "robots", "lang", "share_image", "tooltip", "order",
    "og_image", "og_description", "featured", "redirect", "draft_note", "cv_pdf", "cv_format", "view", "cms_exclude",
    "sections", "design", "header_transparent", "footer", "reading_time", "show_date", "show_breadcrumb", "profile",
    "weight", "menu", "show_related", "pager", "commentable", "advertise", "editable", "active", "widget", "headless",
)  # fmt: skip
UNDATED = "news needs a date"
DRAWING = "it tells the template how to draw the page"
DEMO_ONLY = {"404", "sitemap"}


@dataclass(frozen=True)
class About:
    """Somebody's own page: a biography, and what stands under its headings."""

    bio: str
    sections: tuple[SectionRecord, ...]


def read_about(site: Site, source: SourceText, base: str, title: str = "") -> About:
    """A page about somebody. Lists of dated news in it become news of the site; the rest is bio and sections.

    `title` is what the page is called: it heads what stands before the first heading, where that is no biography.
    """
    bio: list[str] = []
    sections: list[SectionRecord] = []
    for section in sections_of(site.lines(source, base)):
        body, place = section.body, source.place(section.line)
        news = read_news(section)
        if news is not None:
            dated, body = news
            for item in dated:
                site.news.append(
                    NewsRecord(
                        source.place(item.line), f"{source.path}#{item.line}", item.date, item.text, end=item.end,
                        people=(site.owner,) if site.owner else (), is_highlight=item.is_highlight,
                    )
                )  # fmt: skip
        if not body:
            continue
        heading = section.heading or title
        if not heading or ABOUT.fullmatch(heading):
            bio.append(body)
        else:
            kind = "other" if NEWS.search(heading) else kind_of(heading)
            sections.append(SectionRecord(place, heading, body, kind))
    return About("\n\n".join(bio), tuple(sections))


def read_page(site: Site, source: SourceText, default: str, title: str = "", printed: str = "") -> None:
    """A page of the site with a text of its own; one without leads to the list here that is like the one it printed.

    `printed` is that list where something else than the text tells it.
    """
    fields = source.fields
    if site.redirect(source, default):
        fields.leave("the page only leads elsewhere")
        return
    if source.name.lower() in DEMO_ONLY:
        fields.leave(ONLY_LISTS)
        site.folder.account.leave(source.place(), "", ONLY_LISTS)
        return
    own = site.own_path(source, default)
    body = site.body(source, own)
    printed = printed or page_printed(source.body)
    if not says_something(body) or (printed and is_aside(body)):
        leave_list(site, source, default, body, printed or page_named(own, source.path))
        return
    name = fields.text("title") or title or source.name.replace("-", " ").replace("_", " ").capitalize()
    site.pages.append(
        PageRecord(
            source.place(), source.path, name, with_list(without_title(body, name), name, printed),
            summary=fields.plain("description", "subtitle", "excerpt", "summary"),
            is_published=is_published(source), old_paths=site.paths(source, default),
        )
    )  # fmt: skip
    fields.leave(DRAWING, *DRAWN)


def leave_list(site: Site, source: SourceText, default: str, body: str, page: str) -> None:
    """A page that printed a list stays behind; its addresses lead to `page`, if that is known (`lists`)."""
    if page:
        site.add_list(page, site.paths(source, default), source.place())
    source.fields.leave(ONLY_LISTS)
    site.folder.account.leave(source.place(), body, ASIDE if says_something(body) else ONLY_LISTS)


def says_something(body: str) -> bool:
    """Whether a text has more than headings."""
    return any(re.search(r"\w", line) and not line.lstrip().startswith("#") for line in body.split("\n"))


def with_list(body: str, name: str, page: str) -> str:
    """A text with a link to the list here that stood beside it; a list of talks or courses is part of a person."""
    address = page_address(page)
    return f"{body}\n\n[{name}]({address})" if address else body


def without_title(body: str, title: str) -> str:
    """A text without a first heading that says what the page is called."""
    first, _, rest = body.partition("\n")
    is_title = first.startswith("#") and match_key(first) == match_key(title)
    return rest.strip() if is_title else body


def read_post(site: Site, source: SourceText, default: str, people: tuple[str, ...] = ()) -> None:
    """A post of a blog: an item of news, and where it is long a page that the item leads to."""
    fields = source.fields
    date = fields.date("date", "publishDate", "published_at") or read_date(source.date)
    title = fields.plain("title")
    body = site.body(source, site.own_path(source, default))
    summary = fields.plain("description", "summary", "excerpt", "subtitle")
    filed = [leaf.value for name in ("categories", "category") for leaf in leaves_of(fields, name)]
    fields.leave(DRAWING, *DRAWN)
    fields.leave("news has no tags here", "tags", "categories", "category", "keywords")
    fields.leave("news has no picture here", "image", "thumbnail", "preview", "featured_image")
    published = is_published(source)
    place = source.place()
    if fields.peek("redirect"):
        address = fields.address("redirect")
        body = f"{body}\n\n[{title or address}]({address})".strip() if address else body
    if not date:
        written = fields.peek("date").strip()[:40]
        site.folder.account.refuse(
            fields.place("date") if written else place,
            f"“{written}” is no day that there is: write “date: 2024-05-31”."
            if written
            else "It has no date: write “date: 2024-05-31” at its beginning, or begin its name with the date.",
        )
        site.folder.account.leave(source.place(source.line), body, UNDATED, "text")
        fields.discard(UNDATED)
        return
    if not re.search(r"\w", body) and not title:
        site.folder.account.leave(place, "", "it has no text")
        return
    paths = site.paths(source, default)
    is_long = len(body) > SHORT_POST or "\n#" in f"\n{body}" or "\n```" in f"\n{body}"
    if is_long:
        site.pages.append(
            PageRecord(place, source.path, title or source.slug, body, summary, published, old_paths=paths)
        )
        lead = f"[{title or source.slug}]({paths[0]})" if paths else f"**{title or source.slug}**"
        body, paths = f"{lead}: {summary}" if summary else lead, ()
    else:
        parts = [f"**{title}**" if title else "", summary if summary not in body else "", body]
        body = "\n\n".join(filter(None, parts))
    site.news.append(
        NewsRecord(
            place, source.path, date, body, kind=post_kind(title, filed), people=people, is_published=published,
            old_paths=paths, is_highlight=False,
        )
    )  # fmt: skip


def is_published(source: SourceText) -> bool:
    """Whether the site showed it: `published: false`, `draft: true` and files in `_drafts` were not shown."""
    fields = source.fields
    shown = fields.flag("published", True) if "published" in fields.nodes else True
    return shown and not fields.flag("draft", False) and not source.path.startswith("_drafts/")
