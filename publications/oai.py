"""OAI-PMH 2.0 (https://www.openarchives.org/OAI/openarchivesprotocol.html): libraries harvest the public list.

Pure but for the queryset it is given. Records are in `oai_dc`, dated by their digest, with one set for each type.
Resumption tokens hold the whole question and the last key, so nothing is kept between requests.
"""

from __future__ import annotations

import datetime
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from django.db.models import Min, Q, QuerySet

from labsite.lib.atom import clean
from publications.exporting import record_of
from publications.identifiers import identifier_url
from publications.models import Publication
from publications.records import Record

OAI = "http://www.openarchives.org/OAI/2.0/"
DC = "http://purl.org/dc/elements/1.1/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
for prefix, namespace in (("dc", DC), ("oai_dc", OAI_DC), ("xsi", XSI)):
    register_namespace(prefix, namespace)
register_namespace("", OAI)

PREFIX = "oai_dc"
PER_PAGE = 100
DAY, SECOND = "%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"
DC_TYPES = {"dataset": "Dataset", "software": "Software"}
SET = "type:"
# Which arguments each verb must and may have.
ARGUMENTS: dict[str, tuple[set[str], set[str]]] = {
    "Identify": (set(), set()),
    "ListMetadataFormats": (set(), {"identifier"}),
    "ListSets": (set(), set()),
    "GetRecord": ({"identifier", "metadataPrefix"}, set()),
    "ListIdentifiers": ({"metadataPrefix"}, {"from", "until", "set"}),
    "ListRecords": ({"metadataPrefix"}, {"from", "until", "set"}),
}
RESUMABLE = {"ListIdentifiers", "ListRecords"}


class OAIError(Exception):
    """A condition of the protocol: its code, and what is wrong in words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Harvest:
    """What a list request asks for. `after` is the key of the last publication already given, `given` how many."""

    verb: str
    begin: str = ""
    end: str = ""
    kind: str = ""
    after: int = 0
    given: int = 0


@dataclass(frozen=True)
class Repository:
    """Who answers, and what may be harvested."""

    name: str
    root: str
    base_url: str
    email: str
    publications: QuerySet

    @property
    def host(self) -> str:
        return (urlsplit(self.root).hostname or "").replace(":", "-")

    def identifier(self, publication: Publication) -> str:
        return f"oai:{self.host}:publication/{publication.pk}"


def answer(repository: Repository, arguments: Iterable[tuple[str, list[str]]], now: datetime.datetime) -> bytes:
    """The XML answer to a request's arguments. Errors of the protocol are answers too; nothing else is raised."""
    given = dict(arguments)
    response = Element(f"{{{OAI}}}OAI-PMH", {f"{{{XSI}}}schemaLocation": f"{OAI} {OAI[:-1]}/OAI-PMH.xsd"})
    add(response, "responseDate", now.astimezone(datetime.UTC).strftime(SECOND))
    request = add(response, "request", repository.base_url)
    try:
        verb, values = read_arguments(given)
        for name, value in values.items():
            request.set(name, clean(value))
        request.set("verb", verb)
        response.append(VERBS[verb](repository, values))
    except OAIError as error:
        if error.code in ("badVerb", "badArgument"):
            request.attrib.clear()
        add(response, "error", str(error)).set("code", error.code)
    return tostring(response, encoding="utf-8", xml_declaration=True)


def add(parent: Element, name: str, text: str = "", namespace: str = OAI) -> Element:
    child = SubElement(parent, f"{{{namespace}}}{name}")
    child.text = clean(text) or None
    return child


def read_arguments(given: dict[str, list[str]]) -> tuple[str, dict[str, str]]:
    """The verb and its arguments, each once; raises `OAIError` for any that the protocol does not allow."""
    verbs = given.pop("verb", [])
    if len(verbs) != 1 or verbs[0] not in ARGUMENTS:
        raise OAIError("badVerb", f"The verb must be one of {', '.join(ARGUMENTS)}, once.")
    verb = verbs[0]
    required, optional = ARGUMENTS[verb]
    for name, values in given.items():
        allowed = required | optional | ({"resumptionToken"} if verb in RESUMABLE else set())
        if name not in allowed:
            raise OAIError("badArgument", f"“{clean(name)[:60]}” is no argument of {verb}.")
        if len(values) != 1:
            raise OAIError("badArgument", f"“{name}” stands {len(values)} times: give it once.")
    values = {name: value[0] for name, value in given.items()}
    if "resumptionToken" in values:
        if len(values) > 1:
            raise OAIError("badArgument", "With a resumptionToken no other argument is allowed.")
        return verb, values
    missing = required - values.keys()
    if missing:
        raise OAIError("badArgument", f"{verb} needs {' and '.join(sorted(missing))}.")
    if values.get("metadataPrefix", PREFIX) != PREFIX:
        raise OAIError("cannotDisseminateFormat", f"Records are given as {PREFIX} only.")
    return verb, values


def identify(repository: Repository, values: dict[str, str]) -> Element:
    earliest = repository.publications.order_by().aggregate(first=Min("digest__changed_at"))["first"]
    body = Element(f"{{{OAI}}}Identify")
    add(body, "repositoryName", repository.name)
    add(body, "baseURL", repository.base_url)
    add(body, "protocolVersion", "2.0")
    add(body, "adminEmail", repository.email)
    add(body, "earliestDatestamp", (earliest or datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)).strftime(SECOND))
    add(body, "deletedRecord", "no")
    add(body, "granularity", "YYYY-MM-DDThh:mm:ssZ")
    return body


def list_formats(repository: Repository, values: dict[str, str]) -> Element:
    if "identifier" in values:
        find_one(repository, values["identifier"])
    body = Element(f"{{{OAI}}}ListMetadataFormats")
    form = add(body, "metadataFormat")
    add(form, "metadataPrefix", PREFIX)
    add(form, "schema", f"{OAI_DC[:-1]}.xsd")
    add(form, "metadataNamespace", OAI_DC)
    return body


def list_sets(repository: Repository, values: dict[str, str]) -> Element:
    body = Element(f"{{{OAI}}}ListSets")
    for kind in Publication.Kind:
        each = add(body, "set")
        add(each, "setSpec", f"{SET}{kind.value}")
        add(each, "setName", str(kind.label))
    return body


def find_one(repository: Repository, identifier: str) -> Publication:
    key = identifier.removeprefix(f"oai:{repository.host}:publication/")
    if key != identifier and key.isascii() and key.isdigit() and len(key) < 18:
        found = repository.publications.filter(pk=int(key)).with_export_relations().select_related("digest").first()
        if found:
            return found
    raise OAIError("idDoesNotExist", f"There is no record “{clean(identifier)[:100]}” here.")


def get_record(repository: Repository, values: dict[str, str]) -> Element:
    body = Element(f"{{{OAI}}}GetRecord")
    write_record(body, repository, find_one(repository, values["identifier"]))
    return body


def list_some(repository: Repository, values: dict[str, str], verb: str) -> Element:
    """ListRecords and ListIdentifiers. A fixed number of queries for each page of a hundred."""
    harvest = read_token(values["resumptionToken"], verb) if "resumptionToken" in values else read_harvest(values, verb)
    fitting = repository.publications.filter(harvest_condition(harvest)).order_by("pk")
    rows = fitting.filter(pk__gt=harvest.after).select_related("digest")
    if verb == "ListRecords":
        rows = rows.with_export_relations()
    page = list(rows[: PER_PAGE + 1])
    if not page:
        raise OAIError("noRecordsMatch", "No record was changed then, or none is of this set.")
    body = Element(f"{{{OAI}}}{verb}")
    for publication in page[:PER_PAGE]:
        if verb == "ListRecords":
            write_record(body, repository, publication)
        else:
            write_header(body, repository, publication)
    has_more = len(page) > PER_PAGE
    if has_more or harvest.given:
        following = replace(harvest, after=page[:PER_PAGE][-1].pk, given=harvest.given + len(page[:PER_PAGE]))
        token = add(body, "resumptionToken", write_token(following) if has_more else "")
        token.set("completeListSize", str(fitting.count()))
        token.set("cursor", str(harvest.given))
    return body


def read_harvest(values: dict[str, str], verb: str) -> Harvest:
    begin, end, kind = values.get("from", ""), values.get("until", ""), values.get("set", "")
    for name, value in (("from", begin), ("until", end)):
        if name in values:
            read_stamp(value)
    if begin and end and len(begin) != len(end):
        raise OAIError("badArgument", "“from” and “until” must be written alike: both days, or both with seconds.")
    if begin and end and read_stamp(begin) > read_stamp(end, is_end=True):
        raise OAIError("badArgument", "“from” is later than “until”.")
    if kind and (not kind.startswith(SET) or kind.removeprefix(SET) not in Publication.Kind.values):
        raise OAIError("noRecordsMatch", f"There is no set “{clean(kind)[:60]}”: ListSets names them.")
    return Harvest(verb, begin, end, kind.removeprefix(SET))


def read_stamp(text: str, *, is_end: bool = False) -> datetime.datetime:
    for form in (DAY, SECOND):
        try:
            moment = datetime.datetime.strptime(text, form).replace(tzinfo=datetime.UTC)
        except (ValueError, OverflowError):
            continue
        if not is_end:
            return moment
        step = datetime.timedelta(days=1) if form == DAY else datetime.timedelta(seconds=1)
        return moment + step if moment.year < 9999 else moment
    raise OAIError("badArgument", f"“{clean(text)[:40]}” is not a date: write 2024-05-31 or 2024-05-31T12:00:00Z.")


def harvest_condition(harvest: Harvest) -> Q:
    condition = Q(digest__isnull=False)
    if harvest.begin:
        condition &= Q(digest__changed_at__gte=read_stamp(harvest.begin))
    if harvest.end:
        condition &= Q(digest__changed_at__lt=read_stamp(harvest.end, is_end=True))
    return condition & Q(kind=harvest.kind) if harvest.kind else condition


def write_token(harvest: Harvest) -> str:
    return urlsafe_b64encode(json.dumps(list(asdict(harvest).values())).encode()).decode()


def read_token(text: str, verb: str) -> Harvest:
    try:
        harvest = Harvest(*json.loads(urlsafe_b64decode(text.encode("ascii"))))
        fits = all(isinstance(value, kind) for value, kind in zip(asdict(harvest).values(), TOKEN_TYPES, strict=True))
        within = fits and 0 <= harvest.after < 2**53 and 0 <= harvest.given < 2**53
        if not within or harvest.verb != verb or harvest.kind not in ("", *Publication.Kind.values):
            raise ValueError
        harvest_condition(harvest)
    except (ValueError, TypeError, OAIError, RecursionError) as error:
        message = "This resumptionToken is not one of ours: begin the harvest anew."
        raise OAIError("badResumptionToken", message) from error
    return harvest


TOKEN_TYPES = (str, str, str, str, int, int)


def write_header(parent: Element, repository: Repository, publication: Publication) -> None:
    header = add(parent, "header")
    add(header, "identifier", repository.identifier(publication))
    add(header, "datestamp", publication.digest.changed_at.astimezone(datetime.UTC).strftime(SECOND))
    add(header, "setSpec", f"{SET}{publication.kind}")


def write_record(parent: Element, repository: Repository, publication: Publication) -> None:
    node = add(parent, "record")
    write_header(node, repository, publication)
    holder = add(add(node, "metadata"), "dc", namespace=OAI_DC)
    holder.set(f"{{{XSI}}}schemaLocation", f"{OAI_DC} {OAI_DC[:-1]}.xsd")
    for name, value in dublin_core(record_of(publication, repository.root)):
        if value:
            add(holder, name, value, namespace=DC)


def dublin_core(record: Record) -> Iterable[tuple[str, str]]:
    """Elements of unqualified Dublin Core."""
    yield "title", record.marked_title
    for author in record.authors:
        yield "creator", author.name.inverted
    for topic in record.topics:
        yield "subject", topic
    yield "description", record.abstract
    yield "publisher", record.publisher or record.institution
    yield "date", record.best_date
    yield "type", DC_TYPES.get(record.kind, "Text")
    yield "type", record.kind
    yield "source", record.container
    yield "identifier", record.address
    for scheme, value in record.identifiers:
        yield "identifier", identifier_url(scheme, value) or f"{scheme}:{value}"
    if record.retracted:
        yield "description", "This publication was retracted."


VERBS: dict[str, Callable[[Repository, dict[str, str]], Element]] = {
    "Identify": identify,
    "ListMetadataFormats": list_formats,
    "ListSets": list_sets,
    "GetRecord": get_record,
    "ListIdentifiers": lambda repository, values: list_some(repository, values, "ListIdentifiers"),
    "ListRecords": lambda repository, values: list_some(repository, values, "ListRecords"),
}
