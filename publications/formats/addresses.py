"""Identifiers and web addresses found in running text, whatever they are wrapped in. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from publications.identifiers import normalize_identifier

ADDRESS = re.compile(r"https?://[^\s\"<>{}|\\^`]+", re.IGNORECASE)
LONGEST_ADDRESS = 500
LONGEST_IDENTIFIER = 300
# “<” and “>” belong to the DOIs that Wiley made of SICI codes, and to no others.
DOI = re.compile(r"(?<![\w.])10\.\d{4,9}(?:/|%2[Ff])(?:\(SICI\)[^\s\"{}]{1,300}|[^\s\"<>{}]{1,400})", re.IGNORECASE)
ARXIV = re.compile(
    r"(?:arxiv\.org/(?:abs|pdf|html|ps|format)/|arxiv\s*+[:.]\s*+|(?<![\w.]))"
    r"((?:\d{2}(?:0[1-9]|1[0-2])\.\d{4,5}|(?:(?:astro|cond|hep|math|nucl|quant|gr|cs|q|nlin|chao|cmp|alg|solv|adap)"
    r"[a-z-]{0,8}|math|physics|stat|econ|eess)(?:\.[A-Za-z]{2})?/\d{7}))(?:v\d+)?(?!\.?\d)",
    re.IGNORECASE,
)
OPENREVIEW = re.compile(r"openreview\.net/[a-z_/]+\?(?:[^\s#?]{0,200}&)?id=([\w-]{6,20})", re.IGNORECASE)
PUBMED = re.compile(
    r"(?:pubmed\.ncbi\.nlm\.nih\.gov/|ncbi\.nlm\.nih\.gov/pubmed/|\bPMID\s*+[:=]?\s*+)(\d{1,9})(?!\d)", re.IGNORECASE
)
ANTHOLOGY = re.compile(
    r"aclanthology\.(?:org|info)/(?:papers/)?([\w.-]+?)(?:\.pdf|\.bib)?/?(?=[\s?#\"<>{}]|\Z)", re.IGNORECASE
)
OTHERS = (("arxiv", ARXIV), ("openreview", OPENREVIEW), ("pmid", PUBMED), ("acl", ANTHOLOGY))
DOI_OF_ARXIV = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
VIEW = re.compile(
    r"/(?:full|pdf|epdf|abstract|abs|html|meta|summary|fulltext|download|supplementary-material)/?\Z|\.pdf\Z"
)
HINT = re.compile(r"10\.\d{4}|arxiv|\d{4}\.\d{4}|/\d{7}|openreview|pubmed|pmid|aclanthology", re.IGNORECASE)
# An address as TeX wraps it, and the signs that TeX escapes in it.
ESCAPED = re.compile(r"\{?\\([_&%#$~])(?:\{\})?\}?")
WRAPPED = re.compile(
    r"\\(?:url|nolinkurl|path)\s*\{(.*)\}\s*\Z|\\href\s*\{([^{}]*)\}\s*\{.*\}\s*\Z|<(.*)>\Z", re.DOTALL
)
# A note of these words says nothing but the identifiers in it.
NAMES_ONE = re.compile(r"https?://|10\.\d{4,}/|arxiv\s*:|\d{4}\.\d{4,}|/\d{7}", re.IGNORECASE)
AROUND_IDENTIFIERS = {
    "arxiv", "preprint", "doi", "url", "available", "at", "from", "online", "on", "see", "also", "pmid", "openreview",
    "version", "eprint", "print", "prints", "cs", "lg", "cv", "cl", "ai", "stat", "ml", "math", "eess", "and",
}  # fmt: skip
TILDE = re.compile(r"\{?\\textasciitilde\s*(?:\{\})?\}?|\$\\sim\$")
LONGEST_NOTE = 300
CLOSERS = {")": "(", "]": "[", "}": "{"}


def is_web_address(text: str) -> bool:
    """Whether `text` is one absolute http(s) address and nothing else."""
    if not text.startswith(("http://", "https://")) or len(text) > LONGEST_ADDRESS:
        return False
    try:
        return bool(ADDRESS.fullmatch(text) and urlsplit(text).hostname)
    except ValueError:
        return False


def find_identifiers(text: str) -> list[tuple[str, str]]:
    """Every DOI, arXiv, OpenReview, PubMed and ACL Anthology identifier in `text`, in order, each once.

    A DOI that arXiv gave out counts as the arXiv identifier. Linear in the length of `text`.
    """
    if not HINT.search(text):
        return []
    found = sorted(_identifiers(text))
    taken = list(dict.fromkeys((scheme, value) for _, scheme, value in found))
    return [each for each in taken if len(each[1]) <= LONGEST_IDENTIFIER]


def _identifiers(text: str) -> Iterator[tuple[int, str, str]]:
    rest = text
    if "10." in text:
        rest = DOI.sub(lambda match: " " * len(match.group()), text)
        for match in DOI.finditer(text):
            value = _doi(text, match)
            arxiv = DOI_OF_ARXIV.fullmatch(value)
            scheme, value = ("arxiv", arxiv.group(1)) if arxiv else ("doi", value)
            yield from _normal(match.start(), scheme, value)
    for scheme, pattern in OTHERS:
        for match in pattern.finditer(rest):
            yield from _normal(match.start(1), scheme, match.group(1))


def _normal(position: int, scheme: str, value: str) -> Iterator[tuple[int, str, str]]:
    try:
        yield position, scheme, normalize_identifier(scheme, value)
    except ValueError:
        return


def _doi(text: str, match: re.Match[str]) -> str:
    """A DOI without what the sentence or the address around it adds."""
    value = match.group()
    before = text[max(0, match.start() - 200) : match.start()]
    begin = max(before.rfind(" "), before.rfind("\n"), before.rfind('"'), before.rfind("<")) + 1
    if "://" in before[begin:]:
        value = re.split("[?#]|&(?=[a-z]+=)", value, maxsplit=1)[0]
        if "doi.org" not in before[begin:].lower():
            value = VIEW.sub("", value)
    return trim(value)


def trim(text: str) -> str:
    """`text` without the full stops, quotation marks and unpaired brackets that a sentence puts behind it."""
    while text:
        last = text[-1]
        if last in ".,;:'’”»!*" or (last in CLOSERS and text.count(CLOSERS[last]) < text.count(last)):
            text = text[:-1]
        else:
            return text
    return text


def identifiers_alone(text: str) -> list[tuple[str, str]]:
    """The identifiers of a note that says nothing else: “extended version of arXiv:…” names another work."""
    if not text or len(text) > LONGEST_NOTE:
        return []
    found = find_identifiers(text)
    words = re.findall(r"[^\W\d_]{2,}", " ".join(part for part in text.split() if not NAMES_ONE.search(part)))
    return found if {word.lower() for word in words} <= AROUND_IDENTIFIERS else []


def address_of(text: str) -> str:
    r"""An address or identifier as machines read it: without \url{…} around it and backslashes before signs."""
    text = text.strip()
    match = WRAPPED.match(text) if text.startswith(("\\", "<")) else None
    if match:
        text = next(filter(None, match.groups()), "")
    return ESCAPED.sub(r"\1", TILDE.sub("~", text)).strip() if "\\" in text else text.strip("{} ")
