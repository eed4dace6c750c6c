"""OAI-PMH, harvested by a client that libraries use."""

from __future__ import annotations

import datetime
import json
import sys
from base64 import urlsafe_b64encode
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oaipmh_scythe import Scythe

from labsite.tests.factories import make_member, make_publication
from labsite.tests.fuzz import cases
from publications import oai
from publications.digests import flush_changes

CASES = cases(150)
NS = {"oai": oai.OAI, "dc": oai.DC}


def ask(client, query: str) -> ElementTree.Element:
    response = client.get(f"/oai?{query}")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/xml")
    return ElementTree.fromstring(response.content)  # noqa: S314 - our own answer


def error_of(tree: ElementTree.Element) -> str:
    node = tree.find("oai:error", NS)
    return node.get("code") if node is not None else ""


def fill(count: int) -> None:
    member = make_member("Ada Quint")
    for number in range(count):
        make_publication(f"Paper <{number}> & more", [member], kind="thesis" if number % 10 == 0 else "report")
    make_publication("Secret draft", [member], is_published=False)
    flush_changes()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_harvester_gets_everything(live_server, monkeypatch):
    monkeypatch.setattr(oai, "PER_PAGE", 7)
    fill(30)
    with Scythe(f"{live_server.url}/oai") as scythe:
        assert scythe.identify().protocolVersion == "2.0"
        assert [form.metadataPrefix for form in scythe.list_metadata_formats()] == ["oai_dc"]
        assert "type:thesis" in [each.setSpec for each in scythe.list_sets()]
        records = list(scythe.list_records())
        assert len(records) == 30
        assert len({record.header.identifier for record in records}) == 30
        assert records[3].metadata["title"] == ["Paper <3> & more"]
        assert records[3].metadata["creator"] == ["Quint, Ada"]
        assert len(list(scythe.list_identifiers(set_="type:thesis"))) == 3
        one = scythe.get_record(identifier=records[3].header.identifier)
        assert one.metadata["title"] == ["Paper <3> & more"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"), ("verb=Nothing", "badVerb"), ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&x=1", "badArgument"), ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=yesterday", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2024-01-01&until=2024-01-01T00:00:00Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2024-02-01&until=2024-01-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&until=1999-01-01", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=type:poem", "noRecordsMatch"),
        ("verb=ListRecords&resumptionToken=abc", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=W10=", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=abc&set=x", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:testserver:publication/999999", "idDoesNotExist"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=%00", "idDoesNotExist"),
        ("verb=ListMetadataFormats&identifier=x", "idDoesNotExist"),
    ],
)  # fmt: skip
def test_errors_of_the_protocol(client, query, code):
    fill(1)
    assert error_of(ask(client, query)) == code


@pytest.mark.django_db
def test_dates_narrow_the_harvest(client):
    fill(2)
    today = datetime.datetime.now(datetime.UTC).date()
    tomorrow = today + datetime.timedelta(days=1)
    base = "verb=ListIdentifiers&metadataPrefix=oai_dc"
    assert len(ask(client, f"{base}&from={today}&until={tomorrow}").findall(".//oai:header", NS)) == 2
    assert error_of(ask(client, f"{base}&from={tomorrow}")) == "noRecordsMatch"


@pytest.mark.django_db
def test_a_post_is_answered_alike(client):
    fill(1)
    response = client.post("/oai", {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc"})
    assert b"<header>" in response.content
    assert b"ecret" not in response.content


@pytest.mark.django_db
@pytest.mark.parametrize(("count", "queries"), [(3, 8), (40, 8), (120, 9), (220, 9)])
def test_queries_do_not_grow(client, django_assert_num_queries, count, queries):
    fill(count)
    # lab profile; a page of records with six relations; the size of a list of several pages
    with django_assert_num_queries(queries):
        client.get("/oai?verb=ListRecords&metadataPrefix=oai_dc")


NAMES = st.sampled_from(["verb", "metadataPrefix", "from", "until", "set", "resumptionToken", "identifier", "x"])
VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from([*oai.ARGUMENTS, "oai_dc", "2024-01-01", "9999-12-31", "type:report", "W10=", "\x00", "\ud800"]),
)


@pytest.mark.django_db
@settings(max_examples=CASES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(st.tuples(NAMES, VALUES), max_size=5))
def test_any_request_is_answered(client, pairs):
    query = QueryDict(mutable=True)
    for name, value in pairs:
        query.appendlist(name, value.encode("utf-8", "ignore").decode())
    ask(client, query.urlencode())


TOKENS = st.tuples(
    st.sampled_from(["ListRecords", "ListIdentifiers", "Identify", 3]),
    *[st.one_of(st.sampled_from(["", "2024-01-01", "\ud800", "\x00", "report"]), st.text(max_size=5), st.none())] * 3,
    *[st.one_of(st.integers(), st.sampled_from([0, 10**4300, -1, "1", None, True]))] * 2,
)


@pytest.mark.django_db
@settings(max_examples=cases(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(token=TOKENS)
def test_any_request_with_a_forged_token_is_answered(client, token):
    sys.set_int_max_str_digits(0)
    try:
        text = urlsafe_b64encode(json.dumps(list(token)).encode()).decode()
    finally:
        sys.set_int_max_str_digits(4300)
    ask(client, urlencode({"verb": "ListRecords", "resumptionToken": text}))
