"""Printed venues: the nine spellings of a tag, ordinals, abbreviations, workshops, and what must stay apart."""

from __future__ import annotations

import pytest

from fixtures.demo_source.venues import ALIASES, VENUES
from publications.importing.venue_names import VenueIndex, read_venue
from publications.models import Venue
from publications.records import Record


@pytest.fixture(scope="module")
def index() -> VenueIndex:
    """The demo's venues, unsaved: resolving asks the database nothing."""
    venues = {
        slug: Venue(pk=number, slug=slug, short_name=short, name=name, kind=kind, aliases=ALIASES.get(slug, []))
        for number, (slug, (short, name, kind, _, _)) in enumerate(VENUES.items(), start=1)
    }
    return VenueIndex.of(venues.values())


@pytest.mark.parametrize(
    ("kind", "printed", "slug"),
    [
        ("conference-paper", "Proceedings of the 41st International Conference on Machine Learning", "icml"),
        ("conference-paper", "Forty-Second International Conference on Machine Learning, 2025", "icml"),
        ("conference-paper", "Fortieth International Conference on Machine Learning", "icml"),
        ("conference-paper", "[ICML'24]".strip("[]"), "icml"),
        ("conference-paper", "ICLR24", "iclr"),
        ("conference-paper", "EMNLP 2024 Oral", "emnlp"),
        ("conference-paper", "2023 International Conference on Computer Vision", "iccv"),
        ("conference-paper", "International Conference on Computer Vision, 2025", "iccv"),
        ("conference-paper", "2022 Conference on Computer Vision and Pattern Recognition.", "cvpr"),
        ("conference-paper", "The IEEE/CVF Conference on Computer Vision and Pattern Recognition 2025", "cvpr"),
        ("conference-paper", "the Thirty-Seventh Annual Conference on Neural Information Processing Systems",
         "neurips"),
        ("conference-paper", "Advances in Neural Information Processing Systems 36", "neurips"),
        ("conference-paper", "The 63rd Annual Meeting of the Association for Computational Linguistics, 2025", "acl"),
        ("conference-paper", "12th International Conference on Learning Representations, {ICLR} 2024, Vienna, Austria, "
                             "May 7-11, 2024", "iclr"),
        ("conference-paper", "European Conference on Computer Vision (ECCV)", "eccv"),
        ("conference-paper", "ICML'25W", "icml-workshops"),
        ("workshop-paper", "NeurIPS 2024 Workshop on Foundation Models for Science", "neurips-fm4science"),
        ("journal-article", "IEEE Signal Processing Magazine 2024", "ieee-spm"),
        ("journal-article", "IEEE SP", "ieee-spm"),
        ("journal-article", "IEEE Trans. Signal Process.", "ieee-tsp"),
        ("journal-article", "IEEE Journal of Selected Topics in Signal Processing", "ieee-jstsp"),
        ("journal-article", "T-PAMI", "ieee-tpami"),
    ],
)  # fmt: skip
def test_printed_venues_are_found(index, kind, printed, slug):
    match = index.resolve(Record(kind=kind, container=printed))
    assert match.venue is not None, match
    assert match.venue.slug == slug


@pytest.mark.parametrize(
    ("kind", "printed", "name", "venue_kind"),
    [
        ("journal-article", "Machine Learning", "Machine Learning", "journal"),
        ("conference-paper", "WWW", "WWW", "conference"),
        ("conference-paper", "31st USENIX Security Symposium, {USENIX} 2022, Boston, MA", "USENIX Security Symposium",
         "conference"),
        ("conference-paper", "Findings of the Association for Computational Linguistics: EMNLP 2024",
         "Findings of the Association for Computational Linguistics: EMNLP", "conference"),
        ("conference-paper", "CVPRW'23", "Workshops at CVPR", "workshop"),
        ("conference-paper", "NeurIPS-W Oral", "Workshops at NeurIPS", "workshop"),
    ],
)  # fmt: skip
def test_other_venues_are_new_ones(index, kind, printed, name, venue_kind):
    match = index.resolve(Record(kind=kind, container=printed))
    assert (match.venue, match.new_name, match.new_kind) == (None, name, venue_kind)


@pytest.mark.parametrize(
    ("kind", "printed"),
    [("preprint", "arXiv preprint arXiv:2310.12508"), ("journal-article", "CoRR"), ("thesis", "Quiet University")],
)
def test_preprints_and_theses_make_no_venue(index, kind, printed):
    match = index.resolve(Record(kind=kind, container=printed))
    assert (match.venue, match.new_name) == (None, "")


def test_a_workshop_knows_its_conference(index):
    match = index.resolve(Record(kind="conference-paper", container="CVPR 2023 Workshop on Invented Things"))
    assert (match.new_name, match.parent.slug) == ("CVPR Workshop on Invented Things", "cvpr")


def test_a_name_that_two_share_finds_neither():
    venues = [Venue(pk=1, slug="a", name="Quiet Letters", kind="journal"),
              Venue(pk=2, slug="b", name="Other", aliases=["Quiet Letters"], kind="journal")]  # fmt: skip
    match = VenueIndex.of(venues).resolve(Record(kind="journal-article", container="Quiet Letters"))
    assert match.venue is None


@pytest.mark.parametrize(
    ("printed", "series", "year", "is_workshop"),
    [
        ("ICML'25W", "ICML", 2025, True),
        ("CVPR22", "CVPR", 2022, False),
        ("In Proc. of the 38th ICXM, 2024", "ICXM", 2024, False),
        ("", "", None, False),
        ("2024", "", 2024, False),
        ("١٢", "", None, False),
    ],
)
def test_reading_a_venue_never_fails(printed, series, year, is_workshop):
    read = read_venue(printed)
    assert (read.series, read.year, read.is_workshop) == (series, year, is_workshop)
