"""Records that may be one, in the review queue."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model

from labsite.tests.factories import (
    make_member,
    make_organization,
    make_person,
    make_publication,
    make_venue,
)
from labsite.tests.review import find, reasons, titles

pytestmark = pytest.mark.django_db

INDEX = "/admin/"


# Duplicates among publications: the titles are those of real papers, whose variants the sources print

VARIANTS = [
    (
        "UnlearnCanvas: A Stylized Image Dataset to Benchmark Machine Unlearning for Diffusion Models and Beyond",
        "UnlearnCanvas: Stylized Image Dataset for Enhanced Machine Unlearning Evaluation in Diffusion Models",
    ),
    (
        "Fast-BAT: Revisiting and Advancing Fast Adversarial Training through the Lens of Bi-level Optimization",
        "Revisiting and Advancing Fast Adversarial Training Through The Lens of Bi-Level Optimization",
    ),
    (
        "Visual Prompting Reimagined: The Power of Activation Prompts",
        "Visual prompting reimagined: The power of the Activation Prompts",
    ),
    (
        "How Does Promoting the Minority Fraction Affect Generalization? A Theoretical Study of One-Hidden-Layer "
        "Network on Group Imbalance",
        "How does promoting the minority fraction affect generalization? A theoretical study of the one-hidden-layer "
        "neural network on group imbalance",
    ),
    (
        "TextGrad: Advancing Robustness Evaluation in NLP by Gradient-Driven Optimization",
        "Textgrad: Advancing Robustness Evaluation in NLP by Gradient-Driven Optimization",
    ),
]
DIFFERENT = [
    "Visual Prompting Reimagined: The Power of Activation Prompts",
    "Visual Prompting Upgrades Neural Network Sparsification: A Data-Model Perspective",
    "Understanding and Improving Visual Prompting: A Label-Mapping Perspective",
    "Revisiting Zeroth-Order Optimization for Memory-Efficient LLM Fine-Tuning: A Benchmark",
    "Powering Up Zeroth-Order Training via Subspace Gradient Orthogonalization",
    "Position: Zeroth-Order Optimization in Deep Learning Is Underexplored, Not Underpowered",
]


@pytest.mark.parametrize("pair", VARIANTS, ids=lambda pair: pair[0][:20])
def test_two_printings_of_one_paper_are_a_possible_duplicate(pair):
    ada = make_member("Ada Quint")
    older, newer = (make_publication(title, [ada, "B. Else"], year=2024) for title in pair)
    [row] = find("similar-papers")
    assert row.key == f"publication:{older.pk} publication:{newer.pk}"
    assert row.subjects == (older, newer)


def test_similar_titles_of_different_papers_are_none():
    ada = make_member("Ada Quint")
    for title in DIFFERENT:
        make_publication(title, [ada, "B. Else"], year=2024)
    assert titles("similar-papers") == []
    make_publication(DIFFERENT[0].upper(), [ada, "B. Else"], year=2024)
    assert len(find("similar-papers")) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"title": "Quiet Machines That Learn Slowly"}, {"title": "Quiet Machines That Learn Slowly, Part II"}),
        ({"title": "Quiet Machines 3: Learning Slowly"}, {"title": "Quiet Machines 4: Learning Slowly"}),
        ({"title": "Editorial", "year": 2020}, {"title": "Editorial", "year": 2021}),
    ],
    ids=["part", "number", "short title"],
)
def test_papers_of_a_series_are_none(one, other):
    ada = make_member("Ada Quint")
    make_publication(authors=[ada], **one)
    make_publication(authors=[ada], **other)
    assert titles("similar-papers") == []


def test_other_title_of_a_paper_finds_its_duplicate():
    ada = make_member("Ada Quint")
    make_publication("SlowNet", [ada], other_titles=["Learning Slowly with Quiet Machines"])
    make_publication("Learning slowly with quiet machines", [ada])
    assert len(find("similar-papers")) == 1


def test_near_titles_without_a_common_author_are_none():
    make_publication("Quiet Machines That Learn Slowly and Well", [make_member("Ada Quint")])
    make_publication("Quiet Machines That Learn Slowly and Better", ["B. Else"])
    assert titles("similar-papers") == []


def test_many_papers_of_one_name_are_few_rows(django_assert_max_num_queries):
    """Journals print an editorial in every issue."""
    make_publication("Editorial", ["B. Else"], year=2020)
    for number in range(40):
        make_publication("Editorial", ["B. Else"], year=2020, slug=f"editorial-{number + 2}")
    with django_assert_max_num_queries(10):
        assert len(find("similar-papers", limit=10)) == 10


# Duplicates among people


def test_people_of_one_name_are_a_possible_duplicate():
    older = make_member("Péter Quint")
    newer = make_person("Peter Quint")
    [row] = find("similar-people")
    assert row.key == f"person:{older.pk} person:{newer.pk}"
    assert row.reason == "They go by the same name."
    assert row.title == "Péter Quint (/people/peter-quint/) and Peter Quint (/people/peter-quint-2/)"


def test_people_whose_names_fit_and_who_share_a_co_author_are_a_possible_duplicate():
    ada, short = make_member("Adaline Quint"), make_person("A. Quint")
    assert titles("similar-people") == []
    make_publication("One", [ada, "C. Third"])
    make_publication("Two", [short, "C. Third"])
    assert reasons("similar-people") == ["Both names can be one person’s, and both wrote with C. Third."]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"orcid": "0000-0002-1825-0097"}, {"orcid": "0000-0001-5109-3700"}),
        ({"user": True}, {"user": True}),
        ({"name": "Yihua Quint"}, {"name": "Yimeng Quint"}),
        ({"name": "Ada Quint"}, {"name": "Ada Okafor"}),
    ],
    ids=["two ORCID iDs", "two accounts", "two given names", "two family names"],
)
def test_people_who_are_two_are_none(one, other):
    for number, values in enumerate((one, other)):
        if values.pop("user", False):
            values["user"] = get_user_model().objects.create_user(f"user-{number}")
        person = make_person(**{"name": "Ada Quint", **values})
        make_publication(f"Paper {number}", [person, "C. Third"])
    assert titles("similar-people") == []


def test_namesakes_on_one_paper_are_two_people():
    one, other = make_person("Ada Quint"), make_person("Ada Quint")
    assert len(find("similar-people")) == 1
    make_publication("Together", [one, other])
    assert titles("similar-people") == []


def test_people_are_found_by_their_other_names():
    ada = make_person("Ada Quint")
    make_person("Ada Okafor").names.create(name="Ada Quint", kind="former", is_public=False)
    [row] = find("similar-people")
    assert ada in row.subjects
    assert "former" not in row.reason


# Duplicates among venues and organizations


def test_venues_that_share_a_name_are_a_possible_duplicate():
    make_venue("QuietConf", name="Conference on Quiet Machines")
    make_venue("QM", name="Something Else", aliases=["The Conference on Quiet Machines"])
    assert titles("similar-venues") == ["Conference on Quiet Machines (QuietConf) and Something Else (QM)"]


def test_venue_that_abbreviates_another_is_a_possible_duplicate():
    make_venue("", slug="a", name="International Conference on Quiet Machines")
    make_venue("", slug="b", name="Int. Conf. on Quiet Mach.")
    assert len(find("similar-venues")) == 1


def test_venues_that_only_share_a_tag_or_words_are_none():
    make_venue("IEEE SP", name="IEEE Signal Processing Magazine", kind="magazine")
    make_venue("IEEE SP", name="IEEE Transactions on Signal Processing", kind="journal")
    make_venue("IEEE TIP", name="IEEE Transactions on Image Processing", kind="journal")
    make_venue("J. Phys. A", name="Journal of Physics A", kind="journal")
    make_venue("J. Phys. B", name="Journal of Physics B", kind="journal")
    for parent in (make_venue("ICML"), make_venue("NeurIPS")):
        make_venue("Quiet", name="Workshop on Quiet", kind="workshop", parent=parent, slug=f"quiet-{parent.slug}")
    assert titles("similar-venues") == []
    make_venue("IEEE TIP", name="Transactions on Image Proc.", kind="journal")
    assert len(find("similar-venues")) == 1


def test_organizations_that_share_a_name_or_a_ror_are_possible_duplicates():
    make_organization("Example University", short_name="EU")
    make_organization("Univ. of Example")
    make_organization("The Example University")
    make_organization("Quint Institute", ror="05hs6h993")
    make_organization("Institute Quint", ror="05hs6h993")
    assert titles("similar-organizations") == [
        "Quint Institute and Institute Quint",
        "Example University and The Example University",
    ]


def test_organizations_that_look_alike_are_none():
    make_organization("Huazhong University of Science and Technology", short_name="HUST")
    make_organization("Hong Kong University of Science and Technology", short_name="HKUST")
    make_organization("University of Science and Technology of China", short_name="USTC")
    make_organization("University of Southern California", short_name="USC")
    make_organization("University of California, Berkeley")
    make_organization("University of California, Irvine")
    parent = make_organization("Quiet Institute", short_name="QI")
    make_organization("Department of Quiet", short_name="QI", parent=parent)
    make_organization("Quint College", short_name="QC", ror="05hs6h993")
    make_organization("Quiet College", short_name="QC", ror="01an7q238")
    assert titles("similar-organizations") == []
    make_organization("Huazhong Univ. of Science & Technology")
    assert len(find("similar-organizations")) == 1
