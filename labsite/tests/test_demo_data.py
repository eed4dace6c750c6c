"""The demo data hold what the five documents state: totals, and the difficulties settled as docs/demo-data.md says."""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils import timezone

from activities.models import (
    Award,
    AwardReceipt,
    Grant,
    GrantRole,
    Mentorship,
    Metric,
    NewsItem,
    Project,
    Service,
    Talk,
)
from fixtures import build_demo
from labsite.lib.dates import PartialDate
from people.models import (
    Course,
    Education,
    Membership,
    OldAddress,
    Person,
    Position,
    PositionPerson,
    ProfileLink,
)
from publications.models import (
    Authorship,
    Distinction,
    Identifier,
    Link,
    PositionPublication,
    Publication,
    Topic,
    Venue,
)

FIXTURE = Path(build_demo.TARGET)
THESES = ["thesis", "proposal"]


@pytest.fixture(autouse=True)
def loaded(demo_rows, db):
    """Every test sees the demo data."""


def member(slug: str) -> Person:
    return Person.objects.get(slug=slug)


def papers():
    """Distinct papers; theses and proposals are not counted among them."""
    return Publication.objects.exclude(kind__in=THESES)


def paper(slug: str) -> Publication:
    return Publication.objects.get(slug=slug)


def authors(slug: str) -> list[tuple[int | None, str, str | None]]:
    rows = paper(slug).authorships.select_related("person")
    return [(row.position, row.printed_name, row.person.slug if row.person else None) for row in rows]


def test_fixture_is_what_the_sources_make():
    assert FIXTURE.read_text(encoding="utf-8") == build_demo.build()


def test_every_row_is_valid():
    for model in {row["model"] for row in json.loads(FIXTURE.read_text(encoding="utf-8"))}:
        for instance in apps.get_model(model).objects.all():
            instance.full_clean(validate_unique=False)


def test_totals():
    zhang, liu, yi = member("yihua-zhang"), member("zihang-liu"), member("kai-yi")
    assert {
        "papers": papers().count(),
        "by Yihua Zhang": papers().by(zhang).count(),
        "by his namesake": papers().by(member("yihua-zhang-2")).count(),
        "by Zihang Liu": papers().by(liu).count(),
        "by Kai Yi": papers().by(yi).count(),
        "theses": Publication.objects.filter(kind="thesis").count(),
        "proposals": Publication.objects.filter(kind="proposal").count(),
        "people": Person.objects.count(),
        "members": Person.objects.members().count(),
        "award receipts": AwardReceipt.objects.count(),
        "awards": Award.objects.count(),
        "mentorships": Mentorship.objects.count(),
        "grants": Grant.objects.count(),
        "services": Service.objects.count(),
        "news": NewsItem.objects.count(),
        "positions": Position.objects.count(),
        "degrees": Education.objects.count(),
        "courses": Course.objects.count(),
        "talks": Talk.objects.count(),
        "arXiv identifiers": Identifier.objects.filter(scheme="arxiv").count(),
        "code links": Link.objects.filter(kind="code").count(),
        "papers with code": Publication.objects.filter(has_code=True).count(),
        "distinctions": Distinction.objects.count(),
        "metrics": Metric.objects.count(),
        "highlighted news": NewsItem.objects.filter(is_highlight=True).count(),
        "old addresses": OldAddress.objects.count(),
    } == {
        "papers": 68,
        "by Yihua Zhang": 45,
        "by his namesake": 1,
        "by Zihang Liu": 3,
        "by Kai Yi": 19,
        "theses": 1,
        "proposals": 1,
        "people": 72,
        "members": 3,
        "award receipts": 22,
        "awards": 17,  # 18 rows: the National Scholarship stands twice
        "mentorships": 6,
        "grants": 2,
        "services": 54,
        "news": 65,
        "positions": 19,
        "degrees": 7,
        "courses": 7,
        "talks": 5,
        "arXiv identifiers": 15,
        "code links": 25,
        "papers with code": 25,  # 19 of the index, 6 of Kai Yi's homepage
        "distinctions": 8,
        "metrics": 9,  # 6 on a person, 3 on a paper
        "highlighted news": 12,
        "old addresses": 2,
    }


@pytest.mark.parametrize(
    ("slug", "years"),
    [
        ("yihua-zhang", {2022: 5, 2023: 8, 2024: 13, 2025: 16, None: 3}),
        ("kai-yi", {2020: 2, 2021: 2, 2022: 6, 2023: 3, 2024: 5, 2025: 1}),
    ],
)
def test_papers_by_year(slug, years):
    assert Counter(papers().by(member(slug)).values_list("year", flat=True)) == years


def test_all_papers_by_year():
    assert Counter(papers().values_list("year", flat=True)) == {
        2015: 1, 2020: 2, 2021: 2, 2022: 11, 2023: 12, 2024: 19, 2025: 17, None: 4,
    }  # fmt: skip


def test_papers_by_venue_and_year():
    assert Counter((p.venue.slug if p.venue else "preprint", p.year) for p in papers().select_related("venue")) == {
        ("aaai", 2025): 1, ("acl", 2025): 1, ("cpal", 2025): 1, ("cvpr", 2022): 2, ("cvpr-l3d-ivu", 2022): 1,
        ("cvpr", 2023): 2, ("cvpr", 2025): 1, ("eccv", 2022): 1, ("eccv", 2024): 1, ("emnlp", 2024): 2,
        ("iccc", 2022): 1, ("iccv", 2023): 2, ("iccv-ood-cv", 2023): 1, ("iccv", 2025): 1, ("icip", 2021): 1,
        ("iclr", 2023): 2, ("iclr", 2024): 3, ("iclr", 2025): 1, ("icml", 2022): 1, ("icml", 2023): 1,
        ("icml", 2024): 1, ("icml", 2025): 2, ("icml-workshops", 2025): 1, ("ieee-jstsp", 2024): 1,
        ("ieee-spm", 2024): 1, ("neurips", 2022): 4, ("neurips", 2023): 2, ("neurips", 2024): 4,
        ("neurips-fl-fm", 2024): 1, ("uai", 2022): 1, ("preprint", 2015): 1, ("preprint", 2020): 2,
        ("preprint", 2021): 1, ("preprint", 2023): 2, ("preprint", 2024): 5, ("preprint", 2025): 8,
        ("preprint", None): 4,
    }  # fmt: skip


def test_main_conference_without_its_workshops():
    main = set(papers().filter(venue__slug="neurips", year=2024).values_list("slug", flat=True))
    assert main == {"unlearncanvas", "wagle", "defensive-unlearning-advunlearn", "pv-tuning"}


def test_categories_of_the_index():
    codes = Counter(Topic.objects.exclude(code="").values_list("code", "publications__slug"))
    assert max(codes.values()) == 1
    assert Counter(code for code, _ in codes) == {
        "cs.LG": 27, "cs.CV": 8, "cs.CL": 2, "cs.AI": 2, "cs.CR": 2, "stat.ML": 1,
    }  # fmt: skip


def test_papers_of_the_cv_and_of_the_index():
    records = Publication.objects.values_list("slug", "raw_record")
    in_cv = {slug for slug, record in records if record["source"].startswith("000:")}
    in_index = {
        slug for slug, record in records if record["source"].startswith("002:") or "002:" in record.get("also", "")
    }
    assert (len(in_cv), len(in_index), len(in_cv & in_index)) == (31, 42, 27)
    assert in_cv - in_index == {
        "reasonrec",
        "vp-upgrades-sparsification",
        "defensive-unlearning-advunlearn",
        "linearly-constrained-blo",
    }


def test_author_rows_of_the_cv_and_how_each_is_known():
    rows = Authorship.objects.filter(publication__raw_record__source__startswith="000:")
    unlinked = rows.filter(person=None)
    owner = rows.filter(person__slug="yihua-zhang", link_note="Owner of the CV.")
    assert (rows.count(), unlinked.count(), owner.count()) == (230, 61, 6)
    assert rows.filter(link_basis="explicit").count() - owner.count() == 82
    assert rows.filter(link_basis="inferred").count() == 81
    found: dict[str, set[str | None]] = {}
    for name, slug in rows.values_list("printed_name", "person__slug"):
        found.setdefault(name, set()).add(slug)
    assert sum(people == {None} for people in found.values()) == 35
    assert {name for name, people in found.items() if None in people and len(people) > 1} == {
        "G. Zhang", "H. Li", "J. Liu", "S. Liu", "X. Chen", "X. Liu", "Y. Zhang", "Z. Zhang",
    }  # fmt: skip


def test_no_link_without_evidence():
    linked = Authorship.objects.filter(person__isnull=False)
    assert not linked.filter(link_note="").exists()
    assert not linked.filter(link_basis="").exists()
    assert not linked.exclude(link_status="confirmed").exists()
    for slug in ("forget-vectors", "unlearners-can-lie"):
        link = paper(slug).authorships.get(person__slug="yihua-zhang")
        assert "subject only" in link.link_note
        assert link.link_basis == "inferred"


def test_people_of_one_surname_stay_apart():
    assert Person.objects.filter(name="Yihua Zhang").count() == 2
    assert Person.objects.filter(family_name="Zhang").count() == 9
    assert Person.objects.filter(family_name="Liu").count() == 6


def test_names_in_every_form_find_the_person():
    found = {
        words: set(Person.objects.search(words).values_list("slug", flat=True))
        for words in ("richtarik", "张逸骅", "YIHUA ZHANG", "K. Varshney", "Kompella")
    }
    assert found == {
        "richtarik": {"peter-richtarik"},
        "张逸骅": {"yihua-zhang"},
        "YIHUA ZHANG": {"yihua-zhang", "yihua-zhang-2"},
        "K. Varshney": {"kush-r-varshney"},
        "Kompella": {"ramana-rao-kompella"},
    }


def test_unnamed_owner_is_flagged_as_inferred():
    assert "inferred" in member("kai-yi").identity_note
    assert "Not the member" in member("yihua-zhang-2").identity_note
    assert set(Authorship.objects.filter(person__slug="kai-yi").values_list("link_basis", flat=True)) == {"inferred"}


def test_first_authored_and_co_authored_of_the_cv():
    zhang = member("yihua-zhang")
    in_cv = Publication.objects.filter(raw_record__source__startswith="000:")
    assert in_cv.count() == 31
    rows = Authorship.objects.confirmed().filter(person=zhang, publication__in=in_cv)
    assert len({row.publication_id for row in rows if row.is_leading}) == 14


def test_member_is_linked_exactly_once_on_each_of_his_papers():
    zhang = member("yihua-zhang")
    for each in Publication.objects.by(zhang):
        assert each.authorships.filter(person=zhang).count() == 1, each


def test_two_y_zhang_in_one_list():
    both = [
        each
        for each in Publication.objects.filter(raw_record__source__startswith="000:")
        if each.authorships.filter(printed_name="Y. Zhang").count() == 2
    ]
    assert len(both) == 10
    for each in both:
        assert each.authorships.filter(printed_name="Y. Zhang", person__slug="yihua-zhang").count() == 1


def test_deepzero_links_the_seventh_author():
    rows = authors("deepzero")
    assert rows[1] == (2, "Y. Zhang", "yimeng-zhang")
    assert rows[6] == (7, "Y. Zhang", "yihua-zhang")
    assert [position for position, _, slug in rows if slug == "yihua-zhang"] == [7]


def test_namesake_keeps_his_paper():
    listed = Publication.objects.listed()
    assert not listed.filter(slug="picco-pointers").exists()
    assert not Publication.objects.by(member("yihua-zhang")).filter(slug="picco-pointers").exists()
    assert Publication.objects.by(member("yihua-zhang-2")).get().slug == "picco-pointers"


def test_authorship_without_bold_is_kept():
    assert authors("invariant-unlearning")[1] == (2, "Y. Zhang", "yihua-zhang")


def test_two_different_s_liu_stay_unlinked():
    rows = authors("vp-upgrades-sparsification")
    assert [(position, slug) for position, name, slug in rows if name == "S. Liu"] == [(5, None), (6, None)]


def test_ambiguous_initials():
    assert ("X. Liu", "xi-liu") in [row[1:] for row in authors("reasonrec")]
    assert ("X. Liu", None) in [row[1:] for row in authors("unlearncanvas")]
    assert ("H. Li", None) in [row[1:] for row in authors("reasonrec")]
    assert ("H. Li", "hongkang-li") in [row[1:] for row in authors("activation-prompts")]
    linked = set(Authorship.objects.filter(printed_name="G. Zhang").values_list("publication__slug", "person__slug"))
    assert linked == {
        ("distributed-adversarial-training", "gaoyuan-zhang"),
        ("fairness-reprogramming", "guanhua-zhang"),
        ("fast-bat", "guanhua-zhang"),
        ("robust-mixture-of-expert-training", None),
        ("unlearncanvas", None),
        ("textgrad", None),
    }


def test_published_order_wins_and_equal_contribution_is_kept():
    assert authors("seuf")[:3] == [
        (1, "H. Zhuang", "haomin-zhuang"),
        (2, "Y. Zhang", "yihua-zhang"),
        (3, "K. Guo", "kehan-guo"),
    ]
    equal = {
        slug: list(paper(slug).authorships.filter(is_equal=True).values_list("position", flat=True))
        for slug in ("seuf", "facelock", "fairness-reprogramming", "quarantine", "reasonrec")
    }
    assert equal == {
        "seuf": [1, 2],
        "facelock": [1, 2],
        "fairness-reprogramming": [1, 2],
        "quarantine": [1, 2, 3],
        "reasonrec": [1],
    }


def test_unknown_positions():
    assert authors("zeroth-order-position")[-1] == (None, "Yihua Zhang", "yihua-zhang")
    assert authors("pv-tuning") == [(None, "Kai Yi", "kai-yi")]
    assert not paper("pv-tuning").author_list_complete


@pytest.mark.parametrize(
    ("slug", "venue", "year", "kind"),
    [
        ("zo-llm-benchmark", "icml", 2024, "conference-paper"),
        ("reasonrec", "icml-workshops", 2025, "workshop-paper"),
        ("minority-fraction", "ieee-jstsp", 2024, "journal-article"),
        ("introduction-to-bi-level-optimization", "ieee-spm", 2024, "journal-article"),
        ("query-free-attack", "cvpr", 2023, "conference-paper"),
        ("activation-prompts", "cpal", 2025, "conference-paper"),
    ],
)
def test_venue_and_year_come_from_the_tag(slug, venue, year, kind):
    found = paper(slug)
    assert (found.venue.slug, found.year, found.kind) == (venue, year, kind)


def test_wrong_long_venue_is_left_out():
    found = paper("zo-llm-benchmark")
    assert found.venue_text == ""
    assert "copying error" in found.editor_note
    assert not Publication.objects.filter(venue__slug="ieee-tsp").exists()


def test_unresolved_conflict_keeps_both_tags():
    assert paper("query-free-attack").raw_record["tags"] == ["CVPR'23", "CVPRW'23"]


def test_workshops_hang_on_their_conference():
    assert set(Venue.objects.filter(kind="workshop").values_list("slug", "parent__slug")) == {
        ("icml-workshops", "icml"),
        ("neurips-fl-fm", "neurips"),
        ("neurips-fm4science", "neurips"),
        ("iccv-ood-cv", "iccv"),
        ("cvpr-l3d-ivu", "cvpr"),
    }


def test_other_titles_are_kept():
    both = Publication.objects.exclude(other_titles=[]).filter(raw_record__source__startswith="000:")
    assert {each.slug: each.other_titles for each in both} == {
        "unlearncanvas": [
            "UnlearnCanvas: Stylized Image Dataset for Enhanced Machine Unlearning Evaluation in Diffusion Models"
        ],
        "fast-bat": ["Revisiting and Advancing Fast Adversarial Training Through The Lens of Bi-Level Optimization"],
        "activation-prompts": ["Visual prompting reimagined: The power of the Activation Prompts"],
        "minority-fraction": [
            "How does promoting the minority fraction affect generalization? A theoretical study of the "
            "one-hidden-layer neural network on group imbalance"
        ],
        "salun": [
            "Salun: Empowering Machine Unlearning via Gradient-based Weight Saliency in Both Image Classification and "
            "Generation"
        ],
        "textgrad": ["Textgrad: Advancing Robustness Evaluation in NLP by Gradient-Driven Optimization"],
    }
    assert paper("salun").title.startswith("SalUn: ")


def test_nicknames():
    titles = dict(papers().by(member("kai-yi")).values_list("slug", "title"))
    assert [titles[slug] for slug in ("pv-tuning", "cohort-squeeze", "fedp3", "symwanda", "cizsl-plus-plus")] == [
        "PV-Tuning", "Cohort Squeeze", "FedP3", "SymWanda", "CIZSL++",
    ]  # fmt: skip
    assert paper("cohort-squeeze").other_titles == ["CohortSqueeze"]
    assert paper("scafflix").short_title == "Scafflix"
    assert paper("scafflix").title.startswith("Explicit Personalization and Local Training")


def test_works_that_may_be_one_are_kept_apart():
    assert paper("imaginative-walks").year == 2021
    assert paper("language-guided-imaginative-walks").venue.slug == "cvpr-l3d-ivu"
    assert paper("daczsl").news.count() == 3
    assert paper("daczsl").identifiers.get().value == "2112.12989"


def test_similar_titles_stay_apart():
    prompts = Publication.objects.filter(topics__slug="visual-prompting").values_list("slug", flat=True)
    assert set(prompts) == {"activation-prompts", "vp-upgrades-sparsification", "ilm-vp"}


def test_untitled_papers_have_a_description():
    assert set(Publication.objects.filter(title_is_description=True).values_list("slug", flat=True)) == {
        "layer-wise-learning-rates",
        "open-set-recognition",
        "imaginative-walks",
        "legendre-decomposition",
        "masters-thesis-kai-yi",
    }


def test_dates_without_a_year():
    undated = Publication.objects.exclude(preprint_date_text="")
    assert set(undated.values_list("slug", "preprint_date_text", "year")) == {
        ("activation-prompts", "7 April", 2025),
        ("zo-muon", "19 February", None),
        ("zeroth-order-position", "15 May", None),
        ("unlearners-can-lie", "9 May", None),
    }


def test_preprint_year_does_not_move_the_paper():
    found = paper("fast-bat")
    assert (found.year, str(found.preprint_date)) == (2022, "2021-12-23")
    earlier = {
        each.slug
        for each in Publication.objects.filter(raw_record__source__startswith="000:", preprint_date__isnull=False)
        if each.preprint_date.year == each.year - 1
    }
    assert earlier == {
        "seuf", "facelock", "introduction-to-bi-level-optimization", "fast-bat", "to-generate-or-not", "salun",
        "deepzero", "textgrad", "ilm-vp",
    }  # fmt: skip


def test_status_of_what_is_not_published():
    submitted = Publication.objects.filter(status="submitted")
    assert set(submitted.values_list("slug", "year")) == {("ensemblemot", None), ("cizsl-plus-plus", 2020)}
    assert not Publication.objects.filter(kind="preprint", venue__isnull=False).exists()


def test_content_warnings():
    warned = Publication.objects.exclude(content_warning="").values_list("slug", flat=True)
    assert set(warned) == {"salun", "to-generate-or-not", "safety-mirage"}


def test_code_flag_and_address_are_separate_facts():
    links = set(Link.objects.filter(publication__slug__in=["unlearners-can-lie", "unlearncanvas"]).values_list("kind"))
    assert links == {("other",), ("project",)}
    assert not Publication.objects.filter(slug__in=["unlearners-can-lie", "unlearncanvas"], has_code=True).exists()


def test_distinctions_with_rates():
    assert Counter(Distinction.objects.values_list("kind", flat=True)) == {
        "oral": 5,
        "spotlight": 2,
        "best-paper-runner-up": 1,
    }
    rates = {row.publication.slug: row.rate for row in Distinction.objects.all() if row.rate}
    assert rates == {
        "robust-mixture-of-expert-training": "1.7% of 8,620 submissions",
        "task-vectors": "1.8% of 11,603 submissions",
        "salun": "5% of 7,262 submissions",
        "pv-tuning": "0.4%, 61 of 15,671 submissions",
    }


def test_award_years():
    years = {}
    for receipt in AwardReceipt.objects.select_related("award").order_by("year"):
        years.setdefault(receipt.award.title, []).append(str(receipt.year))
    assert years["IBM PhD Fellowship 2024"] == ["2025"]
    assert years["CVPR Outstanding Reviewer Award"] == ["2023", "2024"]
    assert years["National Scholarship"] == ["2016", "2017"]
    assert years["Second-class Scholarship"] == ["2021", "2022"]
    fellowship = AwardReceipt.objects.get(award__title="IBM PhD Fellowship 2024")
    assert (fellowship.amount, fellowship.currency, fellowship.recipients) == (40000, "USD", 24)


def test_paper_award_is_one_fact():
    receipt = AwardReceipt.objects.get(publication__isnull=False)
    assert receipt.publication.slug == "distributed-adversarial-training"
    assert [person.slug for person in receipt.people.all()] == ["yihua-zhang"]


def test_misspelt_award_is_one_award():
    assert [award.title for award in Award.objects.filter(title__contains="CPAL")] == ["CPAL Rising Star Award"]
    assert "Risiting" not in FIXTURE.read_text(encoding="utf-8")


def test_travel_grants_are_awards():
    assert set(Award.objects.filter(kind="travel-grant").values_list("title", flat=True)) == {
        "AAAI Travel Grant Award",
        "ICML Travel Grant Award",
        "Berkeley Conference Travel Grant",
    }


def test_ranks_differ_by_year_and_degree():
    notes = AwardReceipt.objects.filter(award__title__endswith="-class Scholarship").values_list("year", "note")
    assert {(str(year), note) for year, note in notes} == {
        ("2023", "Ranked 1/68"),
        ("2022", "Ranked 4/68"),
        ("2021", "Ranked 4/68"),
    }
    degree = Education.objects.get(rank="4/68")
    assert (degree.grade, degree.grades_are_public, degree.courses.count()) == ("90%", True, 7)
    assert not Course.objects.filter(mark="").exists()


def test_advisors_and_committee():
    advisors = Education.objects.filter(advisors__isnull=False).values_list("person__slug", "advisors__slug")
    assert set(advisors) == {
        ("yihua-zhang", "sijia-liu"),
        ("kai-yi", "peter-richtarik"),
        ("kai-yi", "mohamed-elhoseiny"),
    }
    guides = PositionPerson.objects.filter(role__in=["advisor", "mentor"]).values_list("person__slug", flat=True)
    assert set(guides) == {"michael-mahoney", "yaoqing-yang", "fei-su", "gaowen-liu"}
    committee = Education.objects.get(person__slug="yihua-zhang", degree="Ph.D.").committee
    assert set(committee.values_list("slug", flat=True)) == {"anil-k-jain", "xiaoming-liu", "kush-r-varshney"}


def test_memberships():
    assert set(Membership.objects.values_list("person__slug", "group__slug", "role", "start", "end")) == {
        ("yihua-zhang", "optml", "phd", PartialDate("2022"), None),
        ("zihang-liu", None, "master", PartialDate("2024-08"), None),
        ("kai-yi", "optimization-and-machine-learning-lab", "phd", PartialDate("2021-12"), None),
        ("kai-yi", "vision-cair", "master", PartialDate("2020-05"), PartialDate("2021-12")),
    }


def test_mentorships_with_levels_and_papers():
    rows = {
        each.mentee.slug: (
            each.period,
            [f"{level.level}@{level.organization.short_name}" for level in each.levels.all()],
            sorted(each.publications.values_list("slug", flat=True)),
        )
        for each in Mentorship.objects.all()
    }
    assert rows == {
        "yuhao-sun": ("May 2024 – August 2024", ["undergraduate@USTC"], ["water4mu"]),
        "hanhui-wang": ("May 2024 – October 2024", ["master@USC"], ["facelock"]),
        "chongyu-fan": ("May 2023 – August 2024", ["undergraduate@HUST", "phd@MSU"], ["salun"]),
        "haomin-zhuang": ("December 2022 – August 2024", ["phd@Notre Dame"], ["query-free-attack", "seuf"]),
        "can-jin": (
            "August 2023 – December 2023",
            ["undergraduate@USTC", "phd@Rutgers"],
            ["vp-upgrades-sparsification"],
        ),
        "aochuan-chen": ("October 2022 – October 2023", ["undergraduate@THU", "phd@HKUST"], ["deepzero", "ilm-vp"]),
    }


def test_grants_are_led_by_the_advisor():
    assert sorted(Grant.objects.values_list("amount", flat=True)) == [20000, 75000]
    assert set(GrantRole.objects.values_list("person__slug", "role")) == {
        ("sijia-liu", "pi"),
        ("yihua-zhang", "co-proposal-writer"),
    }


def test_services_by_kind():
    assert Counter(Service.objects.values_list("person__slug", "kind")) == {
        ("yihua-zhang", "tutorial"): 2,
        ("yihua-zhang", "volunteer"): 2,
        ("yihua-zhang", "reviewer"): 7,
        ("yihua-zhang", "journal-reviewer"): 4,
        ("yihua-zhang", "organizer"): 3,
        ("zihang-liu", "workshop-reviewer"): 1,
        ("zihang-liu", "volunteer"): 1,
        ("kai-yi", "reviewer"): 21,
        ("kai-yi", "journal-reviewer"): 8,
        ("kai-yi", "programme-committee"): 2,
        ("kai-yi", "campus"): 2,
        ("kai-yi", "teaching"): 1,
    }
    assert Service.objects.get(count=2).where == "IEEE TMC"


def test_news_by_year_and_the_range():
    years = Counter(item.sort_date.year for item in NewsItem.objects.all())
    assert years == {2025: 3, 2024: 17, 2023: 11, 2022: 19, 2021: 8, 2020: 7}
    ranged = NewsItem.objects.get(end_date__isnull=False)
    assert (str(ranged.date), str(ranged.end_date)) == ("2022-01", "2022-05")
    order = list(NewsItem.objects.newest_first().values_list("order", flat=True))
    assert order.index(ranged.order) < order.index(ranged.order + 1)
    assert NewsItem.objects.get(kind="personal").pk not in NewsItem.objects.public().values_list("pk", flat=True)


def test_positions_and_their_papers():
    zhang = member("yihua-zhang")
    assert [position.period for position in zhang.positions.all()] == [
        "May 2025 – present",
        "September 2024 – May 2025",
        "December 2023 – August 2024",
        "May 2023 – August 2023",
        "",
    ]
    assert set(PositionPublication.objects.values_list("publication__slug", "label")) == {
        ("reasonrec", "Paper"),
        ("unlearncanvas", "Paper 1"),
        ("seuf", "Paper 2"),
        ("model-balancing", ""),
        ("layer-wise-learning-rates", ""),
        ("ensemblemot", ""),
    }


def test_research_highlights_carry_twelve_papers():
    slugs = (
        "machine-unlearning-and-knowledge-editing",
        "zeroth-order-fine-tuning",
        "bi-level-optimization-foundations",
    )
    assert [Project.objects.get(slug=slug).publications.count() for slug in slugs] == [8, 1, 3]


def test_metrics_have_a_source_and_a_date_where_stated():
    assert not Metric.objects.filter(source="").exists()
    rows = Metric.objects.filter(name="citations").order_by("value")
    assert [(row.value_text, str(row.as_of or "")) for row in rows] == [("1,390", "2025-07-04"), ("1,928", "")]
    assert set(Metric.objects.filter(publication__isnull=False).values_list("publication__slug", "value")) == {
        ("activation-prompts", Decimal("89.2")),
        ("zeroth-order-position", Decimal("91.2")),
        ("unlearners-can-lie", Decimal("93.4")),
    }
    of_index = Metric.objects.filter(person__isnull=False, source="Paper index page")
    assert {(row.name, row.value_text) for row in of_index} == {
        ("citations", "1,928"),
        ("h-index", "42"),
        ("papers", "42"),
        ("novelty", "58%"),
        ("score", "66"),
    }
    assert all("namesake" in row.note and row.as_of is None for row in of_index)


def test_nothing_private_or_dead_is_in_the_file():
    text = FIXTURE.read_text(encoding="utf-8")
    assert set(re.findall(r"[\w.+-]+@[\w-]+\.[\w.]+", text)) <= {
        "yihua.zhang@example.org",
        "zihang.liu@example.org",
        "kai.yi@example.org",
    }
    assert set(re.findall(r"\+1 [\d ]+", text)) == {"+1 555 0100", "+1 555 0101"}
    assert "Jailbreak Attack" not in text  # commented out in its source
    assert '"#"' not in text and "(#" not in text
    assert "<span" not in text and ":heavy_check_mark:" not in text
    assert not ProfileLink.objects.filter(url__contains="#").exists()
    assert Link.objects.filter(url__regex=r"[.)]$").count() == 0


def test_consent_of_each_member():
    rows = Person.objects.members().values_list("slug", "email_visibility", "phone_visibility", "office_visibility")
    assert set(rows) == {
        ("yihua-zhang", "public", "private", "public"),
        ("zihang-liu", "members", "members", "public"),
        ("kai-yi", "private", "private", "private"),
    }
    assert len(member("yihua-zhang").office.splitlines()) == 4
    assert member("yihua-zhang").status_is_shown


def test_links_without_an_address_keep_their_label():
    unaddressed = ProfileLink.objects.filter(url="")
    assert {(link.person.slug, link.text) for link in unaddressed} == {
        ("yihua-zhang", "Website (blogs)"),
        ("yihua-zhang", "Google Scholar"),
        ("yihua-zhang", "WeChat"),
        ("zihang-liu", "Homepage"),
        ("zihang-liu", "LinkedIn"),
        ("zihang-liu", "GitHub"),
    }


def test_talks_and_their_services():
    assert {(talk.kind, talk.event, str(talk.date or ""), talk.has_recording) for talk in Talk.objects.all()} == {
        ("tutorial", "AAAI 2024", "2024", False),
        ("tutorial", "AAAI 2023", "2023", False),
        ("invited", "Shanghai AI Lab", "", False),
        ("contributed", "EMNLP 2024", "2024-11-12", True),
        ("spotlight", "KAUST AI Initiative", "2021-04-28", True),
    }
    assert Service.objects.filter(kind="tutorial", talk__kind="tutorial").count() == 2
    assert Service.objects.filter(title="New Frontiers in Adversarial ML").count() == 3


def test_old_addresses_lead_to_one_member():
    assert set(OldAddress.objects.values_list("path", "person__slug")) == {
        ("/about/", "kai-yi"),
        ("/about.html", "kai-yi"),
    }


def test_loading_twice_changes_nothing():
    before = {model: model._base_manager.count() for model in apps.get_models()}
    call_command("loaddata", "demo", verbosity=0)
    assert {model: model._base_manager.count() for model in apps.get_models()} == before


def test_members_are_current():
    today = timezone.localdate()
    current = Person.objects.current(today).values_list("slug", flat=True)
    assert sorted(current) == ["kai-yi", "yihua-zhang", "zihang-liu"]
