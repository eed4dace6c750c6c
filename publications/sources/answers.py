"""Reading answers of services without trusting their shape. Pure: no request, no database."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from lxml import etree

from labsite.lib.http import Answer, WebError
from labsite.lib.text import clean_text
from people.names import NameParts, split_name
from people.validators import normalize_orcid
from publications.formats.addresses import DOI_OF_ARXIV, find_identifiers
from publications.identifiers import normalize_identifier

TAG = re.compile(r"</?(?:(?:mml|jats):[a-z]+|a|b|br|em|i|inf|p|scp|span|strong|sub|sup|tt|u)\b[^<>]*>", re.I)
GROUP_NAME = re.compile(r"\b(collaboration|consortium|committee|group|initiative|network|project|team)\b", re.I)
KINDS = {dict: "an object", list: "a list", str: "a text", int: "a number", float: "a number", bool: "yes or no"}
LONGEST_NAME = 300


def value_at(data: Any, *path: str) -> Any:
    """What stands at `path` in nested JSON objects; None where a step is missing or null.

    Raises `ValueError` that names the place where something else than an object stands on the way.
    """
    for number, step in enumerate(path):
        if data is None:
            return None
        if not isinstance(data, dict):
            place = ".".join(path[:number]) or "the answer"
            raise ValueError(f"{place} is {KINDS.get(type(data), 'something')}, not an object")
        data = data.get(step)
    return data


def typed_at(data: Any, kind: type, path: tuple[str, ...]) -> Any:
    value = value_at(data, *path)
    if value is None or isinstance(value, kind):
        return value
    place = ".".join(path) or "the answer"
    raise ValueError(f"{place} is {KINDS.get(type(value), 'something')}, not {KINDS[kind]}")


def text_at(data: Any, *path: str) -> str:
    """The text or whole number at `path`, cleaned; "" where there is none."""
    value = value_at(data, *path)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return clean_text(typed_at(data, str, path) or "")


def list_at(data: Any, *path: str) -> list[Any]:
    """The list at `path`; empty where there is none."""
    return typed_at(data, list, path) or []


def flag_at(data: Any, *path: str) -> bool:
    """The yes or no at `path`; no where there is none."""
    return bool(typed_at(data, bool, path))


def year_at(data: Any, *path: str) -> int | None:
    """The year of four digits at `path`; None where there is none."""
    text = text_at(data, *path)
    return int(text) if re.fullmatch(r"[12][0-9]{3}", text) else None


def read_xml(answer: Answer) -> etree._Element:
    """The root of an XML answer. Raises `WebError` for what is no XML and for any document type, the root of bombs."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(answer.body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise WebError(f"{answer.name} answers something that is not XML: try again later.") from error
    if root.getroottree().docinfo.doctype:
        raise WebError(f"{answer.name} answers XML with a document type, which is not read: try again later.")
    return root


def all_text(element: etree._Element | None) -> str:
    """The text of an element and of what is inside it, cleaned; "" where there is no element."""
    return "" if element is None else clean_text("".join(element.itertext()))


def plain_title(text: str) -> str:
    """A title without the HTML that services leave in: tags of type and character references."""
    return clean_text(html.unescape(TAG.sub("", text)))


def author_name(printed: str) -> NameParts:
    """The parts of an author's name; the name of a group stays whole."""
    name = clean_text(printed)[:LONGEST_NAME]
    return NameParts(literal=name) if GROUP_NAME.search(name) else split_name(name)


def known_orcid(text: str) -> str:
    """The ORCID iD in its normal form; "" for what is none."""
    try:
        return normalize_orcid(text.replace("http://", "https://"))
    except ValidationError:
        return ""


def known_identifiers(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The identifiers in their normal form, once each; what is none is left out.

    The DOI of an arXiv paper (10.48550/arXiv.…, by arXiv's own rule) is its arXiv identifier.
    """
    found: dict[tuple[str, str], None] = {}
    for scheme, text in pairs:
        try:
            found[normal_identifier(scheme, text)] = None
        except ValueError:
            continue
    return tuple(found)


def normal_identifier(scheme: str, text: str) -> tuple[str, str]:
    """Scheme and value of an identifier in their normal form; raises `ValueError` that quotes the input."""
    value = normalize_identifier(scheme, text)
    arxiv = DOI_OF_ARXIV.fullmatch(value) if scheme == "doi" else None
    return ("arxiv", normalize_identifier("arxiv", arxiv.group(1))) if arxiv else (scheme, value)


def identifier_of_address(address: str) -> tuple[str, str] | None:
    """The first identifier that a web address states; None where it states none."""
    return next(iter(find_identifiers(address)), None)
