"""What an import makes of records: new, update, unchanged, possible duplicate, rejected; never wrong silently."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from labsite.tests.factories import make_member, make_publication, make_venue
from people.models import Person
from publications.digests import refresh_digests
from publications.exporting import record_of
from publications.importing import applying, runs
from publications.importing.near_titles import Pairs, likeness
from publications.importing.undoing import undo_import
from publications.models import Authorship, Identifier, Import, ImportEntry, Link, Publication, PublicationDigest, Venue
from publications.records import Record
from publications.tests.importing import counts, import_all, import_text, record, results

pytestmark = pytest.mark.django_db

DOI = ("doi", "10.5555/quiet.1")
WHOLE = record(
    "On Quiet Machines", "Ada Quint", "Bo Okafor", key="quint2024", date="2024-05", container="ICXM 2024", pages="1-9",
    abstract="How to be quiet.", identifiers=(DOI,), links=(("pdf", "https://example.org/quiet.pdf"),),
    extra={"timestamp": "2024"}, source={"title": "On {Quiet} Machines"}, source_type="inproceedings",
)  # fmt: skip


def only() -> Publication:
    return Publication.objects.with_export_relations().get()


def test_a_new_record_becomes_a_publication_with_everything_it_states():
    report = import_all(WHOLE)
    assert counts(report) == {"created": 1}
    paper = only()
    assert (paper.title, paper.slug, paper.bibtex_key, paper.year) == (
        "On Quiet Machines", "on-quiet-machines", "quint2024", 2024,
    )  # fmt: skip
    assert (str(paper.date), paper.pages, paper.abstract, paper.kind) == (
        "2024-05", "1-9", "How to be quiet.", "conference-paper",
    )  # fmt: skip
    assert [(row.position, row.printed_name) for row in paper.authorships.all()] == [(1, "Ada Quint"), (2, "Bo Okafor")]
    assert [(each.scheme, each.value) for each in paper.identifiers.all()] == [DOI]
    assert [(each.kind, each.url) for each in paper.links.all()] == [("pdf", "https://example.org/quiet.pdf")]
    assert paper.venue == Venue.objects.get(name="ICXM")
    assert (paper.extra, paper.raw_record["bibtex"]["fields"]) == ({"timestamp": "2024"}, WHOLE.source)
    assert PublicationDigest.objects.get(publication=paper).row["title"] == "On Quiet Machines"
    assert paper.history.get().history_change_reason == f"Import {report.key}"
    assert [row.history.count() for row in paper.authorships.all()] == [1, 1]


def test_a_digest_made_on_the_way_is_the_one_made_anew(django_assert_num_queries):
    make_member("Ada Quint")
    import_all(WHOLE, record("A second one", "Bo Okafor", "Cy Weiss", key="second"))
    assert refresh_digests(Publication.objects.values_list("pk", flat=True)) == 0


def test_the_same_file_twice_changes_nothing_and_says_so():  # B10
    first = import_all(WHOLE, record("Another quiet paper", "Cy Weiss", key="weiss"))
    versions = [Model.history.count() for Model in (Publication, Authorship, Identifier, Link)]
    second = import_all(WHOLE, record("Another quiet paper", "Cy Weiss", key="weiss"))
    assert (counts(first), counts(second)) == ({"created": 2}, {"unchanged": 2})
    assert [Model.history.count() for Model in (Publication, Authorship, Identifier, Link)] == versions
    assert second.sentence() == "2 entries: 0 created, 0 updated, 2 unchanged, 0 conflicts, 0 rejected."


def test_one_doi_in_three_spellings_is_one_paper():  # B11
    text = "\n".join(
        f"@article{{k{number}, title={{On Quiet Machines}}, author={{Ada Quint}}, year=2024, doi={{{doi}}}}}"
        for number, doi in enumerate(["10.5555/Quiet.1", "https://doi.org/10.5555/QUIET.1", "10.5555/quiet.1."])
    )
    assert counts(import_text(text)) == {"created": 1, "unchanged": 2}
    assert counts(import_text(text)) == {"unchanged": 3}
    assert [(each.scheme, each.value) for each in only().identifiers.all()] == [DOI]


def test_a_repeated_entry_gives_what_the_first_one_lacks():
    first = replace(WHOLE, identifiers=(), abstract="", pages="")
    second = replace(WHOLE, key="again", year=2024, pages="1-9", volume="3")
    assert results(import_all(first, second)) == ["created", "unchanged"]
    assert (only().abstract, only().pages, only().volume) == ("How to be quiet.", "1-9", "3")
    assert results(import_all(first, second)) == ["unchanged", "unchanged"]


def test_every_entry_is_counted_once():
    text = "@article{a, title={One}, year=2024}\n@article{b, year=2024}\n@article{c, title={Three"
    data = import_text(text).as_json()
    assert data["total"] == len(data["entries"]) == 3
    assert sum(data[name] for name in ("created", "updated", "unchanged", "conflicts", "rejected")) == 3
    assert [each["line"] for each in data["entries"]] == [1, 2, 3]


def test_a_dry_run_says_the_same_and_writes_nothing():
    make_publication("An old paper", ["Ada Quint"])
    records = [WHOLE, record("An old paper", "Ada Quint", abstract="New."), record("", key="bad")]
    told = import_all(*records, dry_run=True)
    assert (Publication.objects.count(), Import.objects.count(), ImportEntry.objects.count()) == (1, 0, 0)
    assert counts(told) == counts(import_all(*records)) == {"created": 1, "updated": 1, "rejected": 1}


# Update: field by field


def test_what_is_empty_here_is_filled():
    make_publication("On Quiet Machines", ["Ada Quint"], kind="conference-paper", note="Ours.")
    report = import_all(replace(WHOLE, key="", note="Theirs."))
    assert (counts(report), report.entries[0]["reason"]) == (
        {"updated": 1}, "Differs from what is here: note, authors.",
    )  # fmt: skip
    paper = only()
    assert (paper.abstract, str(paper.date), paper.venue.name) == ("How to be quiet.", "2024-05", "ICXM")
    assert (paper.note, [row.printed_name for row in paper.authorships.all()]) == ("Ours.", ["Ada Quint"])
    versions = paper.history.count()
    assert counts(import_all(replace(WHOLE, key="", note="Theirs."))) == {"conflicts": 1}
    assert paper.history.count() == versions


def test_an_editors_word_wins_over_the_same_source():
    import_all(WHOLE)
    paper = only()
    paper.abstract, paper.pages = "Our own words.", "10-19"
    paper.save()
    assert counts(import_all(WHOLE)) == {"unchanged": 1}
    assert (only().abstract, only().pages) == ("Our own words.", "10-19")


def test_a_source_that_changed_is_followed_where_nobody_edited():
    import_all(WHOLE)
    assert counts(import_all(replace(WHOLE, pages="100-109"))) == {"updated": 1}
    assert only().pages == "100-109"


def test_a_source_that_changed_is_a_question_where_somebody_edited():
    import_all(WHOLE)
    Publication.objects.update(pages="5-6")
    report = import_all(replace(WHOLE, pages="100-109"))
    assert (counts(report), only().pages) == ({"conflicts": 1}, "5-6")
    assert report.entries[0]["reason"] == "Differs from what is here: pages."


def test_another_source_that_differs_is_a_question():
    import_all(WHOLE)
    report = import_all(replace(WHOLE, key="other", pages="2-8", abstract=""))
    assert (counts(report), only().pages) == ({"conflicts": 1}, "1-9")


def test_a_preprint_that_was_published_takes_the_printing():
    arxiv = (("arxiv", "2405.00001"),)
    preprint = replace(WHOLE, key="p", kind="preprint", identifiers=arxiv, container="", year=2023, date="", pages="")
    import_all(preprint)
    assert (only().kind, only().year, only().status) == ("preprint", 2023, "preprint")
    printed = replace(WHOLE, key="q", identifiers=(DOI, *arxiv))
    assert counts(import_all(printed)) == {"updated": 1}
    paper = only()
    assert (paper.kind, paper.year, paper.status, paper.venue.name, paper.pages) == (
        "conference-paper", 2024, "published", "ICXM", "1-9",
    )  # fmt: skip
    assert counts(import_all(preprint)) == {"unchanged": 1}  # and the preprint does not turn it back
    assert (only().kind, only().year) == ("conference-paper", 2024)


def test_what_an_editor_took_away_does_not_come_back():
    import_all(WHOLE)
    Link.objects.all().delete()
    assert counts(import_all(WHOLE)) == {"unchanged": 1}
    assert Link.objects.count() == 0


def test_the_same_names_printed_otherwise_are_no_difference():
    import_all(WHOLE)
    shortened = import_all(replace(WHOLE, authors=record("x", "A. Quint", "B. Okafor").authors))
    assert counts(shortened) == {"unchanged": 1}
    assert [row.printed_name for row in only().authorships.all()] == ["Ada Quint", "Bo Okafor"]


def test_another_order_of_authors_is_a_question():  # trap 25
    import_all(WHOLE)
    turned = replace(WHOLE, key="index", authors=WHOLE.authors[::-1])
    report = import_all(turned)
    assert counts(report) == {"conflicts": 1}
    assert [row.printed_name for row in only().authorships.all()] == ["Ada Quint", "Bo Okafor"]
    plan = ImportEntry.objects.get(batch=report.key).plan
    assert [(each["field"], each["reason"]) for each in plan["changes"]] == [("authors", "another order: choose")]


def test_a_cut_list_of_authors_is_completed_and_keeps_its_links():
    ada = make_member("Ada Quint")
    make_publication("On Quiet Machines", [ada], kind="conference-paper", author_list_complete=False)
    assert counts(import_all(replace(WHOLE, key=""))) == {"updated": 1}
    rows = list(only().authorships.all())
    assert [(row.position, row.printed_name, row.person) for row in rows] == [
        (1, "Ada Quint", ada), (2, "Bo Okafor", None),
    ]  # fmt: skip
    assert only().author_list_complete


def test_and_others_is_a_flag_and_no_author():
    import_text("@article{a, title={A cut list of authors}, author={Quint, Ada and others}, year=2024}")
    assert [row.printed_name for row in only().authorships.all()] == ["Ada Quint"]
    assert not only().author_list_complete


# Which paper


def test_a_title_in_another_case_is_the_same_paper():  # traps 24, 105
    make_publication("SalUn: Empowering $R^2MU$ Machines", ["Ada Quint"])
    assert counts(import_all(record("Salun: empowering R2MU machines", "A. Quint"))) == {"unchanged": 1}
    assert only().title == "SalUn: Empowering $R^2MU$ Machines"


def test_another_title_it_was_announced_under_is_found():  # trap 20
    make_publication("Quiet Machines for Everyone Alive", ["Ada Quint"], other_titles=["How to Build Quiet Machines"])
    assert counts(import_all(record("How to build quiet machines", "Ada Quint"))) == {"unchanged": 1}


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("UnlearnCanvas: Stylized Image Dataset for Enhanced Machine Unlearning Evaluation in Diffusion Models",
         "UnlearnCanvas: A Stylized Image Dataset to Benchmark Machine Unlearning for Diffusion Models and Beyond"),
        ("Fast-BAT: Revisiting and Advancing Fast Adversarial Training Through the Lens of Bi-Level Optimization",
         "Revisiting and Advancing Fast Adversarial Training Through The Lens of Bi-Level Optimization"),
        ("Visual Prompting Reimagined: The Power of Activation Prompts",
         "Visual prompting reimagined: The power of the Activation Prompts"),
    ],
)  # fmt: skip
def test_variants_of_a_title_are_shown_and_not_merged(here, there):  # traps 20-22
    make_publication(here, ["Yihua Zhang", "Sijia Liu"])
    report = import_all(record(there, "Y. Zhang", "S. Liu", key="variant"))
    assert counts(report) == {"conflicts": 1}
    assert Publication.objects.count() == 1
    found = ImportEntry.objects.get(batch=report.key).plan["found"]
    assert [each["reason"] for each in found] == ["nearly the same title, and an author in common"]


SIX = [
    "Visual Prompting Reimagined: The Power of Activation Prompts",
    "Visual Prompting Upgrades Neural Network Sparsification: A Data-Model Perspective",
    "Understanding and Improving Visual Prompting: A Label-Mapping Perspective",
    "Revisiting Zeroth-Order Optimization for Memory-Efficient LLM Fine-Tuning: A Benchmark",
    "DeepZero: Scaling up Zeroth-Order Optimization for Deep Model Training",
    "Zeroth-Order Optimization in Deep Learning: What Is Next?",
]


def test_similar_titles_of_different_papers_stay_apart():  # trap 40
    report = import_all(*(record(title, "Y. Zhang", "S. Liu", key=f"k{number}") for number, title in enumerate(SIX)))
    assert counts(report) == {"created": 6}
    highest = max(likeness(one.lower(), two.lower()) for one in SIX for two in SIX if one != two)
    assert highest < 88


def test_the_same_title_by_others_is_a_question():
    make_publication("Deep Learning for Everyone", ["Ada Quint"])
    report = import_all(record("Deep learning for everyone", "Cy Weiss"))
    assert (counts(report), report.entries[0]["reason"]) == ({"conflicts": 1}, "Same title, but other authors.")


def test_the_same_title_years_apart_is_a_question():
    make_publication("Annual Report of the Laboratory", ["Ada Quint"], year=2015)
    report = import_all(record("Annual report of the laboratory", "Ada Quint"))
    assert (counts(report), report.entries[0]["reason"]) == ({"conflicts": 1}, "Same title, but 2024 and 2015.")


def test_short_titles_belong_to_many_papers():
    make_publication("Editorial", ["Ada Quint"])
    assert counts(import_all(record("Editorial", "Cy Weiss"))) == {"created": 1}
    assert counts(import_all(record("Editorial", "Ada Quint", year=2023))) == {"created": 1}


def test_one_doi_under_two_titles_is_a_question():
    paper = make_publication("On Quiet Machines", ["Ada Quint"])
    Identifier.objects.create(publication=paper, scheme="doi", value=DOI[1])
    report = import_all(record("Loud engines of the north", "Cy Weiss", identifiers=(DOI,)))
    assert counts(report) == {"conflicts": 1}
    assert "but another title and other authors" in report.entries[0]["reason"]


def test_identifiers_of_two_papers_in_one_entry_are_a_question():
    for number in (1, 2):
        paper = make_publication(f"Paper number {number} of a long series", ["Ada Quint"])
        Identifier.objects.create(publication=paper, scheme="doi", value=f"10.5555/quiet.{number}")
    both = (DOI, ("doi", "10.5555/quiet.2"))
    report = import_all(record("Paper number 1 of a long series", "Ada Quint", identifiers=both))
    assert "several publications" in report.entries[0]["reason"]


def test_an_arxiv_doi_and_the_arxiv_number_are_one():
    import_all(record("On Quiet Machines", "Ada Quint", identifiers=(("doi", "10.48550/arxiv.2405.00001"),)))
    again = record("On quieter machines now", "Ada Quint", identifiers=(("arxiv", "2405.00001"),))
    assert counts(import_all(again)) == {"updated": 1}
    assert only().other_titles == ["On quieter machines now"]


def test_an_isbn_is_its_proceedings_and_many_papers_share_it():
    isbn = (("isbn", "9780306406157"),)
    titles = ("A paper about hush and quiet", "Loud engines of the far north")
    report = import_all(*(record(title, "Ada Quint", identifiers=isbn) for title in titles))
    assert counts(report) == {"created": 2}
    assert [paper.extra for paper in Publication.objects.all()] == [{"isbn": "9780306406157"}] * 2


# What does not fit


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"title": "x" * 501}, "The title has 501 letters"),
        ({"title": " \u202e "}, "no title that can be read"),
        ({"authors": record("t", "Ada " + "Q" * 300).authors}, "is an “and” missing"),
    ],
)
def test_what_cannot_be_a_publication_is_rejected_in_words(values, words):
    report = import_all(replace(WHOLE, **values))
    assert counts(report) == {"rejected": 1}
    assert words in report.entries[0]["reason"]
    assert Publication.objects.count() == 0


@pytest.mark.parametrize(
    ("values", "note", "kept"),
    [
        ({"year": 2999, "date": ""}, "The year was left out", {}),
        ({"date": "2019-03"}, "The date 2019-03 is not in 2024", {}),
        ({"pages": "1, " * 40}, "Pages is too long", {"pages": "1, " * 39 + "1,"}),
        ({"links": (("pdf", "javascript:alert(1)"),)}, "is no web address", {}),
    ],
)
def test_what_does_not_fit_is_named_and_the_rest_kept(values, note, kept):
    report = import_all(replace(WHOLE, extra={}, **values))
    assert counts(report) == {"created": 1}
    assert note in " ".join(report.entries[0]["notes"])
    assert only().extra == kept


def test_a_key_that_is_taken_is_named():
    make_publication("Another paper altogether", bibtex_key="quint2024")
    report = import_all(WHOLE)
    paper = Publication.objects.get(title="On Quiet Machines")
    assert (paper.bibtex_key, paper.citation_key) == ("", "on-quiet-machines")
    assert "is another publication's" in " ".join(report.entries[0]["notes"])


def test_an_address_that_is_taken_gets_a_number():
    make_publication("On quiet machines!", slug="on-quiet-machines", year=1999)
    make_publication("Cited", bibtex_key="on-quiet-machines-2")
    import_all(replace(WHOLE, authors=()), replace(WHOLE, title="On Quiet, Machines?", key="x", identifiers=()))
    keys = [paper.citation_key for paper in Publication.objects.all()]
    assert len(set(keys)) == len(keys)


def test_an_import_is_all_or_nothing_of_a_batch(monkeypatch):
    def break_down(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the machine went down")

    monkeypatch.setattr(applying, "write_digests", break_down)
    with pytest.raises(RuntimeError):
        import_all(WHOLE)
    assert (Publication.objects.count(), Authorship.objects.count(), Venue.objects.count()) == (0, 0, 0)
    assert Publication.history.count() == ImportEntry.objects.count() == 0


# Venues and people


def test_a_venue_is_made_once_and_found_again():
    import_all(
        record("A first paper about quiet", "Ada Quint", container="Proceedings of the 3rd Conference on Hush, 2024"),
        record("A second paper about noise", "Ada Quint", container="4th Conference on Hush", year=2025),
        record("A third paper about sound", "Ada Quint", container="CoH", container_short="Conference on Hush"),
    )
    assert [(venue.name, venue.kind) for venue in Venue.objects.all()] == [("Conference on Hush", "conference")]
    assert Venue.objects.get().publications.count() == 3


def test_a_known_venue_is_used():
    icxm = make_venue("ICXM")
    import_all(WHOLE)
    assert only().venue == icxm


def test_members_are_linked_where_the_evidence_leaves_one():
    ada, bo = make_member("Ada Quint", orcid="0000-0002-1825-0097"), make_member("Bo Okafor")
    authors = record("x", "Ada Quint", "Bo Okafor").authors
    report = import_all(replace(WHOLE, authors=(replace(authors[0], orcid="0000-0002-1825-0097"), authors[1])))
    rows = list(only().authorships.all())
    assert [(row.person, row.link_status) for row in rows] == [(ada, "confirmed"), (bo, "confirmed")]
    assert rows[0].link_basis == "identifier"
    assert all(row.link_note for row in rows)
    assert report.questions == 0


def test_two_who_fit_are_a_question_and_nobody_is_linked():
    make_member("Yihua Zhang"), make_member("Yimeng Zhang")
    report = import_all(record("On Quiet Machines", "Y. Zhang", "Ada Quint"))
    row = Authorship.objects.get(printed_name="Y. Zhang")
    assert (row.person, report.questions) == (None, 1)


def test_a_rejected_person_is_not_proposed_again_also_after_the_paper_was_deleted():
    ada = make_member("Ada Quint", orcid="0000-0002-1825-0097")
    import_all(WHOLE)
    row = Authorship.objects.get(printed_name="Ada Quint")
    row.person, row.link_status = ada, Authorship.LinkStatus.REJECTED
    row.save()
    import_all(WHOLE)
    row.refresh_from_db()
    assert row.link_status == Authorship.LinkStatus.REJECTED
    only().delete()
    import_all(WHOLE)
    row = Authorship.objects.get(printed_name="Ada Quint")
    assert row.link_status == Authorship.LinkStatus.REJECTED or row.person is None


def test_a_sync_links_the_member_whose_works_they_are():
    ada = make_member("Ada Quint")
    make_publication("A paper that was here", ["A. Quint", "Cy Weiss"])
    here = record("A paper that was here", "Ada Quint", "Cy Weiss")
    report = import_all(here, record("A new paper about quiet", "A. Quint", "Di Moreau"), person=ada)
    assert counts(report) == {"created": 1, "updated": 1}
    assert Authorship.objects.confirmed().filter(person=ada).count() == 2
    assert counts(import_all(here, person=ada)) == {"unchanged": 1}
    assert Person.objects.count() == 1


# Round trip


def test_what_was_imported_is_exported_as_it_came():
    import_all(WHOLE)
    back = record_of(only())
    assert [(each.name.natural) for each in back.authors] == ["Ada Quint", "Bo Okafor"]
    same = ("key", "kind", "title", "year", "date", "container", "pages", "abstract", "identifiers", "links", "extra")
    assert {name: getattr(back, name) for name in same} == {name: getattr(WHOLE, name) for name in same}


def test_an_export_of_the_site_imports_as_unchanged(client, settings):
    settings.SITE_URL = "https://lab.example.org"
    import_all(WHOLE, record("Another quiet paper", "Cy Weiss", key="weiss", kind="journal-article", container="Hush"))
    Publication.objects.update(listing="always")
    make_publication("By hand, and without a key or a link", ["Di Moreau"], listing="always", kind="journal-article")
    for ending in ("bib", "ris", "json"):
        text = b"".join(client.get(f"/publications/export.{ending}").streaming_content).decode()
        assert counts(import_text(text)) == {"unchanged": 3}, ending


@pytest.mark.parametrize("ending", ["bib", "ris", "json"])
def test_an_export_of_the_demo_changes_next_to_nothing(client, settings, ending):
    settings.SITE_URL = "https://lab.example.org"
    call_command("loaddata", "demo", verbosity=0)
    text = b"".join(client.get(f"/publications/export.{ending}").streaming_content).decode()
    report = import_text(text)
    assert counts(report) == {"unchanged": len(report.entries)}, [
        e for e in report.entries if e["result"] != "unchanged"
    ]


def test_an_empty_record_is_refused_everywhere():
    assert counts(import_all(Record())) == {"rejected": 1}


# What two strangers found


def test_what_an_entry_adds_belongs_to_its_paper_for_the_entries_after_it():
    make_publication("A paper that was here before", ["Ada Quint"], kind="conference-paper")
    first = record("A paper that was here before", "Ada Quint", identifiers=(DOI,))
    second = record("The printer gave it quite another title", "Ada Quint", identifiers=(DOI,))
    assert counts(import_all(first, second)) == {"updated": 2}
    assert only().other_titles == ["The printer gave it quite another title"]
    assert Identifier.objects.get().publication == only()


def test_of_two_entries_that_fill_one_field_the_first_counts_and_both_can_be_taken_back():
    make_publication("A paper that was here before", ["Ada Quint"], kind="conference-paper")
    records = [record("A paper that was here before", "Ada Quint", key=key, volume=key) for key in ("1", "2")]
    report = import_all(*records)
    assert only().volume == "1"
    assert undo_import(report.key).conflicts == 0
    assert only().volume == ""


def test_a_retraction_comes_with_its_notice():
    report = import_all(replace(WHOLE, retracted="2024-06"))
    assert (only().is_retracted, [str(each.date) for each in only().notices.all()]) == (True, ["2024-06"])
    assert counts(import_all(replace(WHOLE, retracted="2024-06"))) == {"unchanged": 1}
    undo_import(report.key)
    import_all(WHOLE)
    assert counts(import_all(replace(WHOLE, retracted="yes"))) == {"updated": 1}
    assert [(each.kind, each.date) for each in only().notices.all()] == [("retraction", None)]


def test_a_venue_of_an_update_that_was_refused_is_not_used_again(monkeypatch):
    make_publication("A paper that was here before", ["Ada Quint"], kind="conference-paper", venue_text="x")

    def refuse(self, **kwargs: object) -> None:
        raise ValidationError("no")

    monkeypatch.setattr(Publication, "full_clean", refuse)
    report = import_all(
        record("A paper that was here before", "Ada Quint", container="Conference on Hush"),
        record("A second paper about noise and all", "Bo Okafor", container="Conference on Hush"),
    )
    assert results(report) == ["conflicts", "created"]
    assert Publication.objects.get(title__startswith="A second").venue == Venue.objects.get()


def test_two_entries_on_one_line_are_two():
    text = (
        "@inproceedings{a, title={One title here}, crossref={p}} @inproceedings{b, title={Another title}, crossref={p}}"
    )
    report = import_text(text + " @proceedings{p, title={The volume}, year=2024}")
    assert [each["label"] for each in report.entries] == ["a", "b", "p"]


def test_full_names_settle_who_was_printed_with_initials():
    yang, sijia = make_member("Yang Zhang"), make_member("Sijia Liu")
    make_publication("A paper that was here before", ["Y. Zhang", sijia], kind="conference-paper")
    whole = record("A paper that was here before", "Yang Zhang", "Sijia Liu")
    assert counts(import_all(whole)) == {"updated": 1}
    row = Authorship.objects.get(printed_name="Y. Zhang")
    assert (row.person, row.link_status) == (yang, "confirmed")
    assert counts(import_all(whole)) == {"unchanged": 1}


def test_a_line_beside_bibtex_that_means_something_is_named():
    report = import_text("@misc{a, title={A first title}}\nhttps://example.org/unknown\n1O.1000/182\nsome words\n")
    assert [(each["line"], each["result"]) for each in report.entries] == [
        (1, "created"), (2, "rejected"),
    ]  # fmt: skip
    assert report.entries[1]["reason"].startswith("Lines 2 to 3 are no entries and hold no identifier.")


def test_an_import_remembers_no_more_than_a_batch(monkeypatch):
    """What is stored is asked of the database: of later entries it is found there, and memory does not grow."""
    planners = []
    real = runs.Planner
    monkeypatch.setattr(runs, "Planner", lambda *given: planners.append(real(*given)) or planners[-1])
    monkeypatch.setattr(runs, "BATCH", 2)
    titles = [
        "Quiet machines of the night",
        "Loud engines in the morning",
        "Slow wheels at noon",
        "Deep wells of memory",
    ]
    report = import_all(*(record(title) for title in [*titles, titles[0]]))
    assert counts(report) == {"created": 4, "unchanged": 1}
    assert report.entries[-1]["notes"] == ["The same paper as entry 1 of this input."]
    index = planners[0].index
    assert not index.known and not index.by_identifier and not any(index.by_key.values())
    assert [len(list(report.each_entry())), len(report.entries)] == [5, 5]


def test_pairs_of_words_lead_to_titles_by_number():
    pairs = Pairs()
    for place, key in enumerate([7, -7, 7, 7 + Pairs.BUCKETS]):
        pairs.add(key, place)
    assert [pairs.of(key) for key in (7, -7, 7 + Pairs.BUCKETS, 8)] == [[0, 2], [1], [3], []]
