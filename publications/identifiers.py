"""Identifiers of publications in their normal form. Pure: no database."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote, unquote, urlsplit

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from stdnum import isbn


class Scheme(models.TextChoices):
    DOI = "doi", _("DOI")
    ARXIV = "arxiv", _("arXiv")
    OPENREVIEW = "openreview", _("OpenReview")
    PMID = "pmid", _("PubMed")
    ISBN = "isbn", _("ISBN")
    HANDLE = "handle", _("Handle")
    ACL = "acl", _("ACL Anthology")
    OTHER = "other", _("Other")


ADDRESSES = {
    Scheme.DOI: "https://doi.org/{}",
    Scheme.ARXIV: "https://arxiv.org/abs/{}",
    Scheme.OPENREVIEW: "https://openreview.net/forum?id={}",
    Scheme.PMID: "https://pubmed.ncbi.nlm.nih.gov/{}/",
    Scheme.HANDLE: "https://hdl.handle.net/{}",
    Scheme.ACL: "https://aclanthology.org/{}/",
}

ARXIV_ID = re.compile(r"(?<![\w.])(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?\Z", re.IGNORECASE)
PATTERNS = {
    Scheme.DOI: (re.compile(r"10\.\d{4,9}/\S+\Z"), "10.1000/182"),
    Scheme.OPENREVIEW: (re.compile(r"[\w-]{6,20}\Z"), "hbHwZYqk9T"),
    Scheme.PMID: (re.compile(r"\d{1,9}\Z"), "12345678"),
    Scheme.HANDLE: (re.compile(r"\d[\d.]*/\S+\Z"), "10754/673833"),
    Scheme.ACL: (re.compile(r"(?:[A-Z]\d{2}-\d{4}|[\w.-]+\.\d+)\Z"), "2024.emnlp-main.1"),
}


def normalize_identifier(scheme: str, text: str) -> str:
    """The identifier without address, version and surrounding signs; raises `ValueError` that quotes the input.

    A DOI is lower case (they are case-insensitive, DOI Handbook 2.4). arXiv's abs and pdf addresses and its
    versions are one identifier.
    """
    value = unquote(text.strip()).strip().rstrip(".,;")
    if not value:
        raise ValueError(gettext("Give the identifier or its address."))
    if scheme == Scheme.ARXIV:
        match = ARXIV_ID.search(value)
        if not match:
            raise ValueError(gettext("'%(text)s' is not an arXiv identifier, such as 2405.14852.") % {"text": text})
        return match.group(1).lower()
    if scheme == Scheme.OPENREVIEW and "openreview.net" in value:
        value = parse_qs(urlsplit(value).query).get("id", [""])[0]
    elif scheme == Scheme.DOI:
        value = re.sub(r"\A(?:https?://)?(?:dx\.)?doi\.org/|\Adoi:\s*", "", value, flags=re.IGNORECASE).lower()
    elif scheme in ADDRESSES and "//" in value:
        value = urlsplit(value).path.strip("/").removeprefix("handle/")
    if scheme == Scheme.ISBN:
        number = isbn.compact(value)
        if not isbn.is_valid(number):
            raise ValueError(gettext("'%(text)s' is not a valid ISBN, such as 978-0-306-40615-7.") % {"text": text})
        return number
    if scheme in PATTERNS:
        pattern, example = PATTERNS[Scheme(scheme)]
        if not pattern.match(value):
            raise ValueError(
                gettext("'%(text)s' is not a valid %(label)s identifier, such as %(example)s.")
                % {"text": text, "label": Scheme(scheme).label, "example": example}
            )
    return value


def identifier_url(scheme: str, value: str) -> str:
    """Where the identifier leads; empty for schemes without a resolver."""
    template = ADDRESSES.get(scheme, "")
    return template.format(quote(value, safe="/:;()._-+=?&,"))
