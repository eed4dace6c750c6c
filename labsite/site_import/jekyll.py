"""Where Jekyll puts the page of a file: its own rules for permalinks. Pure.

After https://jekyllrb.com/docs/permalinks/ (styles and placeholders).
"""

from __future__ import annotations

import re

from labsite.site_import.fields import Fields
from labsite.site_import.folder import SiteFolder
from labsite.site_import.texts import TEXTS, SourceText

STYLES = {
    "pretty": "/:categories/:year/:month/:day/:title/",
    "date": "/:categories/:year/:month/:day/:title.html",
    "ordinal": "/:categories/:year/:y_day/:title.html",
    "none": "/:categories/:title.html",
    "": "/:categories/:year/:month/:day/:title.html",
}
PLACEHOLDER = re.compile(r":([a-z_]+)")
FOR_PAGES = {"pretty": "/:path/:basename/", "": "/:path/:basename.html"}


def is_jekyll(folder: SiteFolder) -> bool:
    """Whether Jekyll builds the site: it has its settings, or pages where its templates keep them."""
    return bool(folder.first("_config.yml", "_config.yaml") or folder.under("_pages", *TEXTS))


def collection_path(config: Fields, collection: str, default: str, source: SourceText) -> str:
    """The path of an item of a collection; `default` is the template's pattern. "" where it has no page."""
    settings = config.fields("collections").fields(collection)
    if settings.peek("output").lower() == "false":
        return ""
    pattern = settings.peek("permalink") or default
    return filled(STYLES.get(pattern, pattern), source, collection)


def post_path(config: Fields, default: str, source: SourceText) -> str:
    """The path of a blog post."""
    pattern = config.peek("permalink") or default
    return filled(STYLES.get(pattern, pattern), source, "posts")


def suffix(config: Fields, default: str) -> str:
    """What Jekyll puts behind the path of an item of a collection: as the addresses of posts end."""
    pattern = config.peek("permalink") or default
    return "/" if pattern == "pretty" or pattern.endswith("/") else ":output_ext"


def page_path(config: Fields, source: SourceText) -> str:
    """The path of a page that names none of its own."""
    is_pretty = config.peek("permalink") == "pretty" or config.peek("permalink").endswith("/")
    return filled(FOR_PAGES["pretty" if is_pretty else ""], source, "")


def collection_of(source: SourceText) -> str:
    """The collection that a source is in: the folder with “_”; "" for pages, which `_pages` holds too."""
    folder = source.path.partition("/")[0] if "/" in source.path else ""
    name = folder.removeprefix("_") if folder.startswith("_") else ""
    return {"pages": "", "drafts": "posts"}.get(name, name)


def filled(pattern: str, source: SourceText, collection: str) -> str:
    """A pattern with what the file says in place of its placeholders; "" where a placeholder stays unknown."""
    date = (source.fields.peek("date") or source.date)[:10].split("-")
    year, month, day = [*date, "", ""][:3] if len(date) == 3 else ("", "", "")
    below = source.path.partition("/")[2] if source.path.startswith("_") else source.path
    folder, _, name = below.rpartition("/")
    stem = name.rpartition(".")[0]
    categories = source.fields.texts("categories") or tuple(source.fields.peek("category").split())
    untake(source.fields)
    known = {
        "collection": collection, "path": f"{folder}/{stem}".strip("/") if collection else folder,
        "name": slug_of(stem),
        "title": source.fields.peek("slug") or source.slug, "slug": source.fields.peek("slug") or source.slug,
        "basename": stem, "year": year, "month": month.zfill(2) if month else "", "day": day.zfill(2) if day else "",
        "i_month": month.lstrip("0"), "i_day": day.lstrip("0"), "short_year": year[2:],
        "categories": "/".join(map(slug_of, categories)), "output_ext": ".html",
    }  # fmt: skip
    optional = {"categories", "path"}
    names = set(PLACEHOLDER.findall(pattern))
    if any(name not in known or not (known[name] or name in optional) for name in names):
        return ""
    path = PLACEHOLDER.sub(lambda match: known[match.group(1)], pattern)
    return re.sub("/{2,}", "/", f"/{path}")


def untake(fields: Fields) -> None:
    """Categories in an address are not taken by that: whoever keeps them takes them."""
    for name in ("categories",):
        if name in fields.nodes:
            for _, leaf in fields.nodes[name].leaves():
                leaf.is_taken = False


def slug_of(text: str) -> str:
    return re.sub(r"[^\w.~-]+", "-", text.strip().lower()).strip("-")
