"""Clients of services online, against answers in the shape that each documents, served from this machine."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

import labsite.settings
from labsite.lib.http import Web, WebError
from labsite.tests.servers import Reply, serve
from people.names import NameParts
from publications.records import Record, RecordAuthor, SourceEntry, record_from_json
from publications.sources import look_up, works_of
from publications.sources.answers import author_name, known_identifiers, plain_title

ANSWERS = Path(__file__).parent / "source_answers"
CSL = "application/vnd.citationstyles.csl+json"
CARBERRY = "0000-0002-1825-0097"

CROSSREF = f"https://api.crossref.org/works/10.1109%2Fmsp.2024.3358284/transform/{CSL}"
DATACITE = f"https://data.crosscite.org/{CSL}/10.5072%2Fquiet.1"
PUBMED = "https://api.ncbi.nlm.nih.gov/lit/ctxp/v1/pubmed/"
ARXIV = "https://export.arxiv.org/api/query"
OPENREVIEW_2 = "https://api2.openreview.net/notes"
OPENREVIEW_1 = "https://api.openreview.net/notes"
ORCID = f"https://pub.orcid.org/v3.0/{CARBERRY}/works"
ORCID_DETAILS = f"{ORCID}/101,103,104"
QUIET_DOI = f"https://api.crossref.org/works/10.1000%2Fquiet.1/transform/{CSL}"
DBLP = "https://dblp.org/pid/12/3456-2.xml"
OPENALEX = "https://api.openalex.org/works"
HOSTS = (
    "api.crossref.org", "data.crosscite.org", "data.datacite.org", "api.datacite.org", "api.ncbi.nlm.nih.gov",
    "export.arxiv.org", "arxiv.org", "api2.openreview.net", "api.openreview.net", "pub.orcid.org", "dblp.org",
    "api.openalex.org", "evil.example.org",
)  # fmt: skip

# What each client is asked in the tests of faults, and where it asks first.
LOOKUPS = {
    "doi": ("10.1109/MSP.2024.3358284", CROSSREF),
    "arxiv": ("2405.14852", ARXIV),
    "openreview": ("hbHwZYqk9T", OPENREVIEW_2),
    "pmid": ("12345678", PUBMED),
}
PEOPLE = {"orcid": (CARBERRY, ORCID), "dblp": ("12/3456-2", DBLP), "openalex": ("A5000000001", OPENALEX)}
NAMES = {
    "doi": "Crossref", "arxiv": "arXiv", "openreview": "OpenReview", "pmid": "PubMed", "orcid": "ORCID", "dblp": "DBLP",
    "openalex": "OpenAlex",
}  # fmt: skip


@pytest.fixture(autouse=True)
def online(settings):
    settings.ONLINE_SOURCES = True


@pytest.fixture(scope="module")
def running():
    with serve(*HOSTS) as others:
        yield others


@pytest.fixture
def others(running):
    running.replies.clear()
    running.asked.clear()
    running.paused.clear()
    return running


def answer(name, **options):
    """The recorded answer as a reply."""
    kind = "application/json" if name.endswith(".json") else "application/xml"
    body = (ANSWERS / name).read_bytes()
    return Reply(body, headers={"Content-Type": kind, **options})


def json_reply(data):
    return Reply(json.dumps(data).encode(), headers={"Content-Type": "application/json"})


def ask(kind, others, **options):
    """The entries of either sort of client."""
    web = others.web(**options)
    if kind in LOOKUPS:
        return look_up(kind, LOOKUPS[kind][0], web)
    return list(works_of(kind, PEOPLE[kind][0], web))


def address_of(kind):
    return (LOOKUPS | PEOPLE)[kind][1]


def names_of(record):
    return [author.name.natural for author in record.authors]


def record_of(entries):
    """The record of the only entry."""
    (entry,) = entries
    assert entry.problem == ""
    return entry.record


# What each service says


def test_crossref_gives_a_journal_article(others):
    others.reply(CROSSREF, answer("crossref.json"))
    record = record_of(look_up("doi", "https://doi.org/10.1109/MSP.2024.3358284", others.web()))
    assert record.kind == "journal-article"
    assert record.title == (
        "An Introduction to Bilevel Optimization: Foundations and Applications in Signal Processing & Machine Learning"
    )
    assert names_of(record) == [
        "Yihua Zhang", "Prashant Khanduri", "Ioannis Tsaknakis", "Yuguang Yao", "Mingyi Hong", "Sijia Liu"
    ]  # fmt: skip
    assert record.authors[0].affiliation == "Michigan State University"
    assert (record.container, record.volume, record.issue, record.year) == (
        "IEEE Signal Processing Magazine", "41", "1", 2024
    )  # fmt: skip
    assert record.identifiers == (("doi", "10.1109/msp.2024.3358284"),)
    assert [asked.headers["accept"] for asked in others.asked] == [CSL]


def test_crossref_states_the_orcid_ids_of_authors(others):
    item = json.loads((ANSWERS / "crossref.json").read_bytes())
    item["author"] = [
        {"family": "Quint", "given": "Ada", "ORCID": f"http://orcid.org/{CARBERRY}", "affiliation": []},
        {"family": "Rook", "given": "José", "ORCID": "https://orcid.org/0000-0000-0000-0000"},
    ]
    others.reply(CROSSREF, json_reply(item))
    record = record_of(ask("doi", others))
    assert [(author.name.natural, author.orcid) for author in record.authors] == [
        ("Ada Quint", CARBERRY),
        ("José Rook", ""),
    ]


def test_crossref_tells_of_retractions(others):
    item = json.loads((ANSWERS / "crossref.json").read_bytes())
    item["updated-by"] = [
        {"DOI": "10.1000/c", "type": "correction", "updated": {"date-parts": [[2024, 2, 3]]}},
        {"DOI": "10.1000/r", "type": "retraction", "updated": {"date-parts": [[2024, 5]]}},
    ]
    item["update-to"] = [{"DOI": "10.1000/old", "type": "erratum"}]
    others.reply(CROSSREF, json_reply(item))
    (entry,) = ask("doi", others)
    assert entry.notes == (
        "This is a notice (erratum) about 10.1000/old.",
        "Crossref lists a correction of it: 10.1000/c, 2024-02-03.",
        "Crossref lists a retraction of it: 10.1000/r, 2024-05.",
    )
    assert entry.record.retracted == "2024-05"


def test_datacite_is_asked_for_what_crossref_does_not_know(others):
    others.reply(DATACITE, answer("datacite.json"))
    record = record_of(look_up("doi", "doi:10.5072/Quiet.1", others.web()))
    assert (record.kind, record.title, record.date) == ("dataset", "Sounds of Quiet Machines", "2023-04-12")
    assert [author.name for author in record.authors] == [
        NameParts(family="Quint", given="Ada"),
        NameParts(literal="The Quiet Machines Consortium"),
    ]
    assert ("doi", "10.5072/quiet.1") in record.identifiers
    assert [asked.address.partition("/works")[0] for asked in others.asked] == ["https://api.crossref.org", DATACITE]


def test_a_doi_nobody_knows_is_rejected(others):
    (entry,) = look_up("doi", "10.1000/none", others.web())
    assert entry == SourceEntry(
        1, "DOI 10.1000/none",
        problem="DOI 10.1000/none: neither Crossref nor DataCite knows it: check it for slips.",
    )  # fmt: skip


def test_a_doi_is_not_called_unknown_while_crossref_is_down(others):
    others.reply(f"https://api.crossref.org/works/10.1000%2Fnone/transform/{CSL}", Reply(status=503))
    (entry,) = look_up("doi", "10.1000/none", others.web())
    assert entry.problem == "DOI 10.1000/none: Crossref answers with error 503: try again later."


def test_pubmed_gives_a_journal_article(others):
    others.reply(PUBMED, answer("pubmed.json"))
    record = record_of(ask("pmid", others))
    assert (record.title, record.year, names_of(record)) == ("Quiet machines in hospitals", 2022, ["Ada B Quint"])
    assert set(record.identifiers) == {("pmid", "12345678"), ("doi", "10.1000/quiet.7")}


def test_arxiv_gives_a_preprint(others):
    others.reply(ARXIV, answer("arxiv.xml"))
    (entry,) = look_up("arxiv", "https://arxiv.org/pdf/2405.14852v2.pdf", others.web())
    assert entry.notes == ("Comment on arXiv: Preprint",)
    record = entry.record
    assert record.title == "PV-Tuning: Beyond Straight-Through Estimation for Extreme LLM Compression"
    assert names_of(record) == [
        "Vladimir Malinovskii", "Denis Mazur", "Ivan Ilin", "Denis Kuznedelev", "Konstantin Burlachenko", "Kai Yi",
        "Dan Alistarh", "Peter Richtárik",
    ]  # fmt: skip
    assert record.authors[-1].affiliation == "KAUST"
    assert (record.kind, record.status, record.preprint_date, record.date) == ("preprint", "preprint", "2024-05-23", "")
    assert record.identifiers == (("arxiv", "2405.14852"),)
    assert record.links == (("pdf", "https://arxiv.org/pdf/2405.14852"),)
    assert record.abstract == "Compression of large language models after training."
    assert others.addresses() == [f"{ARXIV}?max_results=1&id_list=2405.14852"]


def test_arxiv_names_the_published_version(others):
    others.reply(ARXIV, answer("arxiv_published.xml"))
    (entry,) = look_up("arxiv", "math/0211159", others.web())
    assert entry.record.identifiers == (("arxiv", "math/0211159"), ("doi", "10.1000/quiet.1"))
    assert [author.name for author in entry.record.authors] == [
        NameParts(family="Quint", given="Ada"),
        NameParts(literal="Quiet Machines Collaboration"),
    ]
    assert entry.notes == (
        "Journal reference on arXiv: J. Quiet Mach. 1 (2003) 1-9",
        "arXiv names a published version: 10.1000/quiet.1",
    )


def test_the_doi_of_an_arxiv_paper_is_asked_of_arxiv(others):
    others.reply(ARXIV, answer("arxiv.xml"))
    record = record_of(look_up("doi", "https://doi.org/10.48550/arXiv.2405.14852", others.web()))
    assert record.identifiers == (("arxiv", "2405.14852"),)


def test_arxiv_is_asked_once_in_three_seconds(others):
    others.reply(ARXIV, answer("arxiv.xml"))
    web = others.web()
    for _ in range(3):
        look_up("arxiv", "2405.14852", web)
    assert [round(pause) for pause in others.paused] == [3, 6]


@pytest.mark.parametrize("name", ["arxiv_unknown.xml", "arxiv_error.xml"])
def test_what_arxiv_does_not_know_is_rejected(others, name):
    others.reply(ARXIV, answer(name))
    (entry,) = look_up("arxiv", "2405.99999", others.web())
    assert entry.problem == "arXiv 2405.99999: arXiv does not know it: check it for slips."


def test_openreview_gives_an_accepted_paper(others):
    others.reply(OPENREVIEW_2, answer("openreview2.json"))
    record = record_of(look_up("openreview", "https://openreview.net/forum?id=hbHwZYqk9T&noteId=x", others.web()))
    assert record == Record(
        kind="conference-paper",
        title="FedP3: Federated Personalized and Privacy-friendly Network Pruning under Model Heterogeneity",
        authors=(
            RecordAuthor(NameParts(family="Yi", given="Kai")),
            RecordAuthor(NameParts(family="Richtárik", given="Peter")),
        ),
        year=2024,
        container="ICLR 2024",
        abstract="Federated learning that communicates less.",
        identifiers=(("openreview", "hbHwZYqk9T"),),
        links=(("pdf", "https://openreview.net/pdf?id=hbHwZYqk9T"),),
    )


def test_openreview_keeps_older_venues_in_version_1(others):
    others.reply(OPENREVIEW_2, Reply(b'{"notes": [], "count": 0}'))
    others.reply(OPENREVIEW_1, answer("openreview1.json"))
    record = record_of(look_up("openreview", "quiet_mach1", others.web()))
    assert (record.title, record.container, record.year) == ("On Quiet Machines", "ICXM 2022", 2022)
    assert record.distinctions == (("spotlight", ""),)
    assert len(others.asked) == 2


@pytest.mark.parametrize(
    ("venue", "venue_id", "expected"),
    [
        ("ICLR 2025 Conference Submission", "ICLR.cc/2025/Conference/Submission", ("preprint", "submitted", None, "")),
        ("Submitted to ICLR 2025", "ICLR.cc/2025/Conference/Rejected", ("preprint", "submitted", None, "")),
        ("CoRR 2024", "dblp.org/journals/CORR/2024", ("preprint", "preprint", None, "")),
        ("", "", ("preprint", "submitted", None, "")),
        ("Accepted by TMLR", "TMLR", ("journal-article", "", 2024, "TMLR")),
        ("ICML 2024 Oral", "ICML.cc/2024/Conference", ("conference-paper", "", 2024, "ICML 2024")),
        ("FL@FM-NeurIPS'24 Oral", "NeurIPS.cc/2024/Workshop/FL_FM", ("workshop-paper", "", 2024, "FL@FM-NeurIPS'24")),
        ("ICLR 2023 notable top 5%", "ICLR.cc/2023/Conference", ("conference-paper", "", 2023, "ICLR 2023")),
    ],
)
def test_the_venue_on_openreview_says_where_a_paper_stands(others, venue, venue_id, expected):
    note = json.loads((ANSWERS / "openreview2.json").read_bytes())["notes"][0]
    note["content"]["venue"], note["content"]["venueid"] = {"value": venue}, {"value": venue_id}
    others.reply(OPENREVIEW_2, json_reply({"notes": [note]}))
    record = record_of(ask("openreview", others))
    assert (record.kind, record.status, record.year, record.container) == expected


def test_a_closed_submission_is_rejected(others):
    others.reply(OPENREVIEW_2, Reply(b'{"name": "ForbiddenError"}', status=403))
    (entry,) = ask("openreview", others)
    assert entry.problem == (
        "OpenReview hbHwZYqk9T: OpenReview does not know it, or keeps it closed: check it for slips."
    )


# What each service says of a person


def test_orcid_groups_are_entries(others):
    others.reply(ORCID, answer("orcid_works.json"))
    others.reply(ORCID_DETAILS, answer("orcid_details.json"))
    entries = list(works_of("orcid", f"https://orcid.org/{CARBERRY}", others.web()))
    assert [(entry.line, entry.label, bool(entry.record)) for entry in entries] == [
        (1, "On Quiet & Calm Machines: A Survey", True),
        (2, "Notes on Silence", True),
        (3, "", False),
    ]
    assert entries[0].record == Record(
        kind="journal-article",
        title="On Quiet & Calm Machines: A Survey",
        authors=(
            RecordAuthor(NameParts(family="Quint", given="Ada"), orcid=CARBERRY),
            RecordAuthor(NameParts(family="Rook", given="José")),
        ),
        year=2022,
        date="2022-09",
        container="Journal of Quiet Machines",
        identifiers=(("doi", "10.1000/quiet.1"), ("arxiv", "2201.00001")),
    )
    assert entries[1].record == Record(
        kind="book", title="Notes on Silence", authors_complete=False,
        links=(("publisher", "https://press.example.org/silence"),),
    )  # fmt: skip
    assert entries[2].problem == "ORCID's record of it cannot be read (it has no title)."
    assert others.addresses() == [ORCID, ORCID_DETAILS]


def test_authors_that_orcid_lacks_come_from_the_register_of_the_doi(others):
    others.reply(ORCID, answer("orcid_works.json"))
    others.reply(QUIET_DOI, answer("crossref.json"))
    entries = list(works_of("orcid", CARBERRY, others.web()))  # the details are not to be had
    assert len(entries[0].record.authors) == 6
    assert entries[0].record.identifiers == (
        ("doi", "10.1000/quiet.1"), ("doi", "10.1109/msp.2024.3358284"), ("arxiv", "2201.00001")
    )  # fmt: skip
    assert entries[1].record.authors == ()


def test_orcid_works_stay_where_the_register_is_down(others):
    works = json.loads((ANSWERS / "orcid_works.json").read_bytes())
    group = works["group"][0]
    works["group"] = [group] * 6
    others.reply(ORCID, json_reply(works))
    others.reply(QUIET_DOI, Reply(status=500))
    entries = list(works_of("orcid", CARBERRY, others.web()))
    assert [entry.record.title for entry in entries] == ["On Quiet & Calm Machines: A Survey"] * 6
    assert entries[0].notes == ("The authors of 10.1000/quiet.1 could not be looked up.",)
    assert others.addresses().count(QUIET_DOI) == 3 * 3  # three works, three tries each, then no more


def test_many_orcid_works_are_asked_for_in_hundreds(others):
    group = json.loads((ANSWERS / "orcid_works.json").read_bytes())["group"][1]
    groups = [{**group, "work-summary": [{**group["work-summary"][0], "put-code": n}]} for n in range(1, 251)]
    others.reply(ORCID, json_reply({"group": groups}))
    entries = list(works_of("orcid", CARBERRY, others.web()))
    assert [entry.line for entry in entries] == list(range(1, 251))
    assert [asked.address.count(",") + 1 for asked in others.asked[1:]] == [100, 100, 50]


def test_dblp_gives_the_works_of_a_page(others):
    others.reply(DBLP, answer("dblp.xml"))
    entries = list(works_of("dblp", "https://dblp.org/pid/12/3456-2.html", others.web()))
    assert [(entry.line, entry.label) for entry in entries] == [
        (1, "Machines with O(n2) Noise"),
        (2, "Calm Workshops"),
        (3, "On Quiet and Calm Machines"),
        (4, "journals/jqm/Nothing"),
    ]
    assert entries[0].record == Record(
        kind="conference-paper",
        status="published",
        title="Machines with O(n2) Noise",
        authors=(
            RecordAuthor(NameParts(family="Quint", given="Ada"), orcid=CARBERRY),
            RecordAuthor(NameParts(family="Rook", given="José"), orcid="0000-0000-0000-0028"),
        ),
        year=2024,
        container="ICXM",
        pages="11-19",
        identifiers=(("doi", "10.1000/quiet.2"), ("openreview", "quiet_mach2")),
        links=(("publisher", "https://proceedings.example.org/2024/quiet.html"),),
    )
    assert entries[1].record.kind == "workshop-paper"
    preprint = entries[2].record
    assert (preprint.kind, preprint.status, preprint.volume, preprint.container) == ("preprint", "preprint", "", "")
    assert preprint.identifiers == (("arxiv", "2201.00001"),)
    assert entries[3].problem == "DBLP's record of it cannot be read (it has no title)."


def test_openalex_gives_every_page(others):
    others.reply(OPENALEX, answer("openalex_1.json"), answer("openalex_2.json"))
    entries = list(works_of("openalex", "https://openalex.org/A5000000001", others.web()))
    assert [(entry.line, entry.label) for entry in entries] == [
        (1, "On Quiet & Calm Machines"),
        (2, ""),
        (3, "Loud Machines"),
    ]
    assert entries[0].record == Record(
        kind="journal-article",
        status="published",
        title="On Quiet & Calm Machines",
        authors=(
            RecordAuthor(
                NameParts(family="Quint", given="A. B."), orcid=CARBERRY, is_corresponding=True,
                affiliation="Example University; Quiet Institute",
            ),
            RecordAuthor(NameParts(family="Rook", given="José")),
        ),
        year=2022,
        date="2022-09-01",
        container="Journal of Quiet Machines",
        volume="7",
        pages="11–19",
        identifiers=(("doi", "10.1000/quiet.1"), ("pmid", "12345678"), ("arxiv", "2201.00001")),
        links=(("pdf", "https://journal.example.org/quiet.pdf"),),
    )  # fmt: skip
    assert entries[1].problem == "OpenAlex's record of it cannot be read (title is a list, not a text)."
    loud = entries[2].record
    assert (loud.kind, loud.date, loud.retracted, loud.year) == ("preprint", "", "yes", 2020)
    assert [asked.address.partition("&cursor=")[2] for asked in others.asked] == ["%2A", "IlsxLDJd%3D%3D"]
    assert others.addresses()[0].startswith(f"{OPENALEX}?filter=author.id:A5000000001&per-page=100&select=id,doi,title")


def test_openalex_is_asked_by_orcid_too(others):
    others.reply(OPENALEX, answer("openalex_2.json"))
    assert len(list(works_of("openalex", f"https://orcid.org/{CARBERRY}", others.web()))) == 1
    assert f"filter=author.orcid:{CARBERRY}&" in others.addresses()[0]


def test_a_list_that_breaks_off_keeps_what_was_read(others):
    others.reply(OPENALEX, answer("openalex_1.json"), Reply(status=500))
    entries = ask("openalex", others)
    assert [bool(entry.record) for entry in entries] == [True, False, False]
    assert entries[2] == SourceEntry(
        3, "OpenAlex A5000000001",
        problem="OpenAlex A5000000001: OpenAlex answers with error 500: try again later.",
    )  # fmt: skip


@pytest.mark.parametrize("kind", [*LOOKUPS, *PEOPLE])
def test_records_survive_being_kept(others, kind):
    """What a client yields is written to a plan as JSON and read back."""
    names = {"doi": "crossref.json", "arxiv": "arxiv.xml", "openreview": "openreview2.json", "pmid": "pubmed.json",
             "orcid": "orcid_works.json", "dblp": "dblp.xml", "openalex": "openalex_2.json"}  # fmt: skip
    others.reply(address_of(kind), answer(names[kind]))
    records = [entry.record for entry in ask(kind, others) if entry.record]
    assert records
    assert [record_from_json(json.loads(json.dumps(record.as_json()))) for record in records] == records


# Faults: F5 to F8


@pytest.mark.parametrize("kind", [*LOOKUPS, *PEOPLE])
def test_what_is_not_known_is_rejected(others, kind):
    (entry,) = ask(kind, others)
    assert entry.record is None
    assert entry.problem.startswith(entry.label)
    assert entry.problem.endswith("check it for slips.")


@pytest.mark.parametrize("kind", [*LOOKUPS, *PEOPLE])
def test_f7_a_service_that_is_down_is_a_rejected_entry(others, kind):
    (entry,) = ask(kind, others, resolve=lambda host, port: [("127.0.0.1", 1)])
    assert f"{NAMES[kind]} (" in entry.problem
    assert entry.problem.endswith("cannot be reached: try again later.")


@pytest.mark.parametrize("kind", [*LOOKUPS, *PEOPLE])
def test_a_busy_service_is_asked_again(others, kind):
    """A 429, then the answer."""
    others.reply(address_of(kind), Reply(status=429, headers={"Retry-After": "1"}), Reply(status=404))
    (entry,) = ask(kind, others)
    assert entry.problem.endswith("check it for slips.")
    assert others.addresses()[0] == others.addresses()[1]
    assert 1.0 in others.paused


@pytest.mark.parametrize("kind", [*LOOKUPS, *PEOPLE])
@pytest.mark.parametrize(
    "body",
    [b"<!doctype html><html><body>Maintenance</body></html>", b"", b"\x00\xff", b'{"notes": [{"con', b"[" * 99_999],
    ids=["html", "empty", "bytes", "cut", "deep"],
)  # fmt: skip
def test_f6_what_is_not_the_format_is_a_message(others, kind, body):
    others.reply(address_of(kind), Reply(body, headers={"Content-Type": "text/html"}))
    (entry,) = ask(kind, others)
    assert entry.record is None
    assert NAMES[kind] in entry.problem
    assert entry.problem.endswith("try again later.")


WRONG = [[], [1], "text", 7, True, None, {"title": 7, "author": "x"}, {"group": {}}, {"group": ["x", 1, None, {}]},
         {"results": "none"}, {"results": [1, None, {}]}, {"notes": 7}, {"notes": [[]]}, {"notes": [{"content": []}]},
         {"notes": [{"content": {"title": {"value": ["x"]}}}]}, {"title": "x", "author": [1, "x", None]},
         {"group": [{"work-summary": [{"title": {"title": "x"}}]}]}, {"title": "x", "issued": {"date-parts": "x"}},
         {"results": [{"title": "x", "authorships": [None, 1]}], "meta": []},
         {"title": "x", "type": "book", "author": [{"family": "x"}], "updated-by": [{"updated": 7}]}]  # fmt: skip


@pytest.mark.parametrize("kind", ["doi", "openreview", "pmid", "orcid", "openalex"])
@pytest.mark.parametrize("data", WRONG, ids=[json.dumps(data)[:40] for data in WRONG])
def test_f6_wrong_types_are_a_message(others, kind, data):
    """Whatever JSON comes, each entry is a record with a title or has a problem; nothing is raised."""
    others.reply(address_of(kind), json_reply(data))
    for entry in ask(kind, others):
        assert bool(entry.record and entry.record.title) != bool(entry.problem)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("doi", {"title": "BAD", "type": "book", "abstract": "BAD", "author": [{"literal": "BAD"}]}),
        ("openreview", {"notes": [{"content": {"title": "BAD", "abstract": "BAD", "authors": ["BAD"]}}]}),
        ("orcid", {"group": [{"work-summary": [{"title": {"title": {"value": "BAD"}}}]}]}),
        ("openalex", {"results": [{"title": "BAD", "authorships": [{"raw_author_name": "BAD"}]}], "meta": {}}),
    ],
)
def test_f6_signs_that_no_database_takes_are_dropped(others, kind, data):
    body = json.dumps(data).replace("BAD", "Quiet \\u0000\\ud800Machines")
    others.reply(address_of(kind), Reply(body.encode()))
    kept = json.dumps(record_of(ask(kind, others)).as_json())
    assert [sign for sign in ("\\u0000", "\\ud8") if sign in kept] == []
    assert kept.count("Quiet ?Machines") >= 1


@pytest.mark.parametrize("kind", ["arxiv", "dblp"])
@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><x>&a;</x>',
        b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]><x>&c;</x>',
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><x/>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
    ],
    ids=["entity", "doubling", "outer", "file"],
)
def test_f6_xml_with_entities_is_refused(others, kind, body):
    others.reply(address_of(kind), Reply(body))
    (entry,) = ask(kind, others)
    assert "XML with a document type, which is not read" in entry.problem


@pytest.mark.parametrize("kind", ["arxiv", "dblp"])
def test_f6_xml_of_another_sort_is_a_message(others, kind):
    others.reply(address_of(kind), Reply(b"<html><body/></html>"))
    (entry,) = ask(kind, others)
    assert entry.record is None


@pytest.mark.parametrize(("kind", "size"), [("doi", 2), ("arxiv", 2), ("orcid", 20), ("dblp", 20), ("openalex", 20)])
def test_f5_a_huge_answer_is_left(others, kind, size):
    others.reply(address_of(kind), Reply(b" " * (size * 1024 * 1024 + 1)))
    (entry,) = ask(kind, others)
    assert f"answer is longer than {size} MiB: it was not read." in entry.problem


@pytest.mark.parametrize("kind", [*LOOKUPS, *PEOPLE])
def test_f5_a_slow_answer_is_left(others, kind):
    others.reply(address_of(kind), Reply(act=lambda request: others.stopping.wait(3)))
    (entry,) = ask(kind, others, seconds=0.3)
    assert entry.problem.endswith("did not answer within 0.3 s: try again later.")


@pytest.mark.parametrize("kind", [*LOOKUPS, *PEOPLE])
def test_f4_a_service_leads_nowhere_else(others, kind):
    others.reply(address_of(kind), Reply(status=302, headers={"Location": "https://evil.example.org/"}))
    (entry,) = ask(kind, others)
    assert "'evil.example.org' is not asked" in entry.problem
    assert [address for address in others.addresses() if "evil" in address] == []


@pytest.mark.parametrize("text", ["10.1000/../../admin?x=1#y", "10.1000/a b", "10.1000/\r\nHost: evil", "10.1000/é"])
def test_f1_an_identifier_cannot_leave_its_place(others, text):
    (entry,) = look_up("doi", text, others.web())
    assert entry.record is None
    for address in others.addresses():
        assert address.startswith(
            ("https://api.crossref.org/works/10.1000%2F", f"https://data.crosscite.org/{CSL}/10.")
        )


@pytest.mark.parametrize(
    ("scheme", "value", "problem"),
    [
        ("doi", "11.1/x", "DOI 11.1/x: '11.1/x' is not a valid DOI identifier, such as 10.1000/182."),
        ("arxiv", "x", "arXiv x: 'x' is not an arXiv identifier, such as 2405.14852."),
        ("doi", "", "DOI : Give the identifier or its address."),
        ("isbn", "9780306406157",
         "9780306406157: identifiers of this kind are not looked up: use doi, arxiv, openreview, pmid."),
    ],
)  # fmt: skip
def test_what_cannot_be_looked_up_is_rejected(others, scheme, value, problem):
    (entry,) = look_up(scheme, value, others.web())
    assert entry.problem == problem
    assert others.asked == []


@pytest.mark.parametrize(
    ("kind", "address", "words"),
    [
        ("orcid", "0000-0002-1825-0098", "is not an ORCID iD"),
        ("orcid", "https://evil.example.org/0000-0002-1825-0097", "is not an ORCID iD"),
        ("dblp", "https://dblp.org/pers/hd/q/Quint:Ada", "is not a person's page of DBLP"),
        ("dblp", "https://evil.example.org/pid/12/3456", "is not a person's page of DBLP"),
        ("dblp", "../../x", "is not a person's page of DBLP"),
        ("openalex", "W1000000001", "is not an author of OpenAlex"),
        ("scholar", "x", "not by 'scholar'"),
    ],
)
def test_an_address_of_nobody_is_refused_at_once(others, kind, address, words):
    with pytest.raises(WebError, match=words):
        works_of(kind, address, others.web())
    assert others.asked == []


@pytest.mark.parametrize(
    "address",
    ["12/3456-2", "https://dblp.org/pid/12/3456-2", "http://dblp.uni-trier.de/pid/12/3456-2.html?view=by-year#n1",
     "https://dblp.dagstuhl.de/pid/12/3456-2.xml"],
)  # fmt: skip
def test_every_address_of_a_dblp_page_is_taken(others, address):
    others.reply(DBLP, answer("dblp.xml"))
    assert len(list(works_of("dblp", address, others.web()))) == 4


def test_f8_no_socket_is_opened_where_the_switch_is_off(settings, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a connection was tried")

    settings.ONLINE_SOURCES = False
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for kind, (value, _) in LOOKUPS.items():
        for web in (None, Web()):
            with pytest.raises(WebError, match="ONLINE_SOURCES is off"):
                look_up(kind, value, web)
    for kind, (value, _) in PEOPLE.items():
        with pytest.raises(WebError, match="ONLINE_SOURCES is off"):
            works_of(kind, value)


def test_tests_ask_nobody_unless_they_say_so():
    assert labsite.settings.ONLINE_SOURCES is False


# Small rules


def test_identifiers_are_kept_once_in_their_normal_form():
    pairs = [("doi", "https://doi.org/10.1000/A"), ("doi", "10.1000/a"), ("doi", "10.48550/ARXIV.2201.00001"),
             ("arxiv", "2201.00001v3"), ("pmid", "x"), ("doi", "")]  # fmt: skip
    assert known_identifiers(pairs) == (("doi", "10.1000/a"), ("arxiv", "2201.00001"))


def test_titles_and_names_are_plain():
    assert plain_title("O(<i>n</i><sup>2</sup>) &amp; p&lt;q if a < b <x>") == "O(n2) & p<q if a < b <x>"
    assert author_name("The Quiet Team") == NameParts(literal="The Quiet Team")
    assert author_name("Quint, Ada") == NameParts(family="Quint", given="Ada")
