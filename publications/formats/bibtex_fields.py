"""Which field of BibTeX, biblatex, al-folio, Hugo Blox and DBLP means what; docs/formats.md prints it. Data alone."""

from __future__ import annotations

KINDS = {
    "article": "journal-article", "inproceedings": "conference-paper", "conference": "conference-paper",
    "phdthesis": "thesis", "mastersthesis": "thesis", "thesis": "thesis", "bachelorsthesis": "thesis",
    "techreport": "report", "report": "report", "book": "book", "mvbook": "book", "collection": "book",
    "mvcollection": "book", "incollection": "chapter", "inbook": "chapter", "bookinbook": "chapter",
    "suppbook": "chapter", "suppcollection": "chapter", "inreference": "chapter", "unpublished": "preprint",
    "preprint": "preprint", "dataset": "dataset", "data": "dataset", "software": "software", "misc": "other",
    "online": "other", "electronic": "other", "www": "other",
}  # fmt: skip
# Works that stand in another: an ISBN belongs to what they stand in, not to them.
PARTS = {"conference-paper", "workshop-paper", "journal-article", "chapter"}
# Fields of one text that mean one attribute, the first that is given counts.
TEXTS = {
    "short_title": ("shorttitle",),
    "volume": ("volume",),
    "issue": ("number", "issue"),
    "article_number": ("eid", "articleno", "article-number"),
    "pages": ("pages",),
    "publisher": ("publisher",),
    "institution": ("institution", "school"),
    "abstract": ("abstract",),
    "container_short": ("abbr", "shortjournal", "publication_short"),
}
CONTAINERS = (("booktitle", "booksubtitle"), ("journaltitle", "journalsubtitle"), ("journal", ""), ("eventtitle", ""))
# Kinds of `Link` by field: al-folio's, Hugo Blox's, DBLP's and the usual ones.
LINKS = {
    "url": "publisher", "html": "publisher", "ee": "publisher", "pdf": "pdf", "url_pdf": "pdf", "url_preprint": "pdf",
    "code": "code", "url_code": "code", "url_source": "code", "github": "code", "data": "data", "dataset": "data",
    "url_dataset": "data", "website": "project", "project": "project", "url_project": "project", "slides": "slides",
    "url_slides": "slides", "poster": "poster", "url_poster": "poster", "video": "video", "url_video": "video",
    "blog": "other", "supp": "other", "arxiv": "publisher", "openreview": "publisher", "howpublished": "publisher",
}  # fmt: skip
SELECTED = ("selected", "featured")
TOPICS = ("keywords", "tags")
AWARDS = ("award_name", "award")
SPOKEN_OF = ("note", "annote", "howpublished", "addendum")  # identifiers in running text
FALSE = {"false", "no", "0", "{}", ""}
