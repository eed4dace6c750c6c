"""The API: valid by its own description, the same filters as the page, cursors that lose nothing."""

from __future__ import annotations

import warnings

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import validate

from labsite.tests.factories import make_member, make_person, make_publication, make_venue
from labsite.tests.fuzz import cases
from labsite.tests.world import make_world
from labsite.wsgi import application
from publications.models import Topic

pytestmark = pytest.mark.django_db
CASES = cases(40)


@pytest.fixture
def shelf():
    member, other = make_member("Ada Quint", orcid="0000-0002-1825-0097"), make_person("Bo Elsewhere")
    venue = make_venue("ICXM")
    for number in range(7):
        paper = make_publication(f"Paper {number}", [member, "C. Third"], venue=venue, year=2020 + number % 2)
        paper.identifiers.create(scheme="arxiv", value=f"2400.0000{number}")
    paper.topics.add(Topic.objects.create(slug="silence", name="Silence"))
    make_publication("Secret draft", [member], is_published=False)
    make_publication("By others", [other])


def test_description_is_valid(client):
    description = client.get("/api/v1/openapi.json").json()
    validate(description)
    assert set(description["paths"]) == {
        "/api/v1/publications/", "/api/v1/publications/{slug}/", "/api/v1/publications/{slug}/csl/",
        "/api/v1/people/", "/api/v1/people/{slug}/", "/api/v1/venues/", "/api/v1/topics/",
    }  # fmt: skip


def test_cursor_walks_through_everything_once(client, shelf):
    address, found = "/api/v1/publications/?limit=3", []
    while address:
        page = client.get(address).json()
        assert page["count"] == 7
        found += [row["slug"] for row in page["results"]]
        address = page["next"]
    assert found == [f"paper-{number}" for number in range(7)]


@pytest.mark.parametrize(
    "query", ["?year=2020", "?venue=icxm&year=2021", "?author=ada-quint", "?topic=silence", "?q=third", "?year=none"]
)
def test_filters_are_those_of_the_page(client, shelf, query):
    shown = {paper.slug for paper in client.get(f"/publications/{query}").context["page"].publications}
    assert {row["slug"] for row in client.get(f"/api/v1/publications/{query}").json()["results"]} == shown


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/api/v1/publications/?venue=nowhere", 422, "There is no venue “nowhere” here."),
        ("/api/v1/publications/?year=abc", 422, "There is no year “abc” here."),
        ("/api/v1/publications/?limit=1000", 422, "limit: Input should be less than or equal to 200"),
        ("/api/v1/publications/?q=%00", 422, "NUL"),
        ("/api/v1/publications/nothing/", 404, "There is nothing under “nothing” here."),
        ("/api/v1/publications/secret-draft/", 404, "There is nothing"),
        ("/api/v1/people/nobody/", 404, "There is nothing"),
    ],
)
def test_mistakes_are_explained(client, shelf, path, status, words):
    response = client.get(path)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    told = response.json()
    assert words in told["detail"]
    assert (told["type"], told["status"]) == ("about:blank", status)
    assert told["title"] in ("Not Found", "Unprocessable Entity", "Unprocessable Content")


def test_one_publication(client, shelf):
    data = client.get("/api/v1/publications/paper-6/").json()
    assert data["authors"][0] == {
        "name": "Ada Quint", "family": "Quint", "given": "Ada", "person": "ada-quint",
        "orcid": "0000-0002-1825-0097", "is_equal": False, "is_corresponding": False,
    }  # fmt: skip
    assert data["identifiers"] == [{"scheme": "arxiv", "value": "2400.00006"}]
    assert data["topics"] == ["silence"]
    assert client.get("/api/v1/publications/paper-6/csl/").json()["id"] == "paper-6"


def test_private_facts_are_not_given(client, shelf):
    member = make_member("Di Quint", email="di@example.org", phone="555", office="Room", identity_note="Inferred")
    text = (
        client.get(f"/api/v1/people/{member.slug}/").content.decode() + client.get("/api/v1/people/").content.decode()
    )
    for leak in ("di@example.org", "555", "Room", "Inferred", "Bo Elsewhere"):
        assert leak not in text


def test_nothing_can_be_written(client, shelf):
    for verb in ("post", "put", "patch", "delete"):
        assert getattr(client, verb)("/api/v1/publications/").status_code == 405


@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize(
    ("path", "queries"),
    [("publications/", 8), ("publications/paper-0/", 7), ("people/", 2), ("venues/", 1), ("topics/", 1)],
)
def test_queries_do_not_grow(client, django_assert_num_queries, count, path, queries):
    make_world(count)
    with django_assert_num_queries(queries):
        assert client.get(f"/api/v1/{path}").status_code == 200


@pytest.fixture
def open_connection():
    """A server closes old connections around each request; a test's transaction must outlive them."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("open_connection")
def test_any_question_is_answered(shelf):
    """Schemathesis makes questions from the description: no answer is an error of ours, and each fits it."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    asked = [0]
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(max_examples=CASES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def ask(case: schemathesis.Case) -> None:
            asked[0] += 1
            # Its client for WSGI asks for gzip and does not unpack it.
            response = case.call(headers={"Host": "testserver", "Accept-Encoding": "identity"})
            assert response.status_code in (200, 404, 422), case.as_curl_command()
            case.operation.validate_response(response)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ask()
    assert asked[0] > CASES
