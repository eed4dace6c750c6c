"""Names are taken apart, folded and compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.likeness import Likeness, compare
from people.names import NameParts, split_name, without_titles
from people.readings import _read_latin, fold_name, fold_printed
from people.roster import Directory, make_profile

SAME, SHORTENED, ARRANGED = Likeness.SAME, Likeness.SHORTENED, Likeness.ARRANGED
INITIALS, DIFFERENT = Likeness.INITIALS, Likeness.DIFFERENT

# Sixty names from all over; each is invented.
WORLD = [
    "O", "Plato", "Sukarno", "Weinan E", "Nagy István", "Szabó-Kiss Ágnes", "Björk Guðmundsdóttir", "Jón Þór Sveinsson",
    "Gabriel García Márquez", "María José Ruiz-Ibáñez", "Ana Núñez de la Peña", "José Ortega y Gasset",
    "João Pedro dos Santos Silva", "Inês Gonçalves Filho", "Mohammed bin Rashid al-Khalili", "Fatima El Ghaoui",
    "عمر حداد", "Abd al-Rahman Haddad", "Nguyễn Văn Minh", "Trần Thị Lan", "Zhang Yihua", "张逸骅",
    "Yihua Zhang (张逸骅)", "欧阳修", "山田 太郎", "やまだ たろう", "ジョン・スミス", "김민수", "Min-Soo Kim",
    "O'Brien, Siobhán", "D’Angelo Rossi", "ʻAlohilani Kekauoha", "Jean-Luc Moreau-Petit", "Hans-Peter von der Heide",
    "J.-L. Dupont", "P.Y. Chen", "PY Chen", "Chen PY", "VAN DEN BERG, JAN", "Vincent van den Berg", "Ludwig Van Houten",
    "Jörg-Ulrich Müller", "Øyvind Ødegård", "Åse Ångström", "Straße, Käthe", "Łukasz Żółć", "İlker Şahin",
    "Иван Петров", "Γιώργος Παπαδόπουλος", "अनिल शर्मा", "John Quint Jr.", "Quint, III, John", "Sammy Quint, Jr.",
    "Dr. Ada Quint", "Prof. Dr.-Ing. Ada Quint", "Ada Quint, Ph.D.", "Robert “Bob” Quint", "Yang Zhang 0001", "Ng",
    "A" * 120,
]  # fmt: skip


@pytest.mark.parametrize("printed", WORLD)
def test_any_name_is_itself(printed):
    name = fold_printed(printed)
    assert compare(name, name) is (SAME if name.is_full else INITIALS)
    assert Directory([make_profile(7, printed)]).fitting(name)[0].profile.person_id == 7


def test_sixty_names_are_different_people():
    assert len(set(WORLD)) == 60
    same = {("张逸骅", "Yihua Zhang (张逸骅)"), ("Dr. Ada Quint", "Prof. Dr.-Ing. Ada Quint"),
            ("Dr. Ada Quint", "Ada Quint, Ph.D."), ("Prof. Dr.-Ing. Ada Quint", "Ada Quint, Ph.D."),
            ("PY Chen", "Chen PY")}  # fmt: skip
    found = {
        (one, other)
        for place, one in enumerate(WORLD)
        for other in WORLD[place + 1 :]
        if compare(fold_printed(one), fold_printed(other)) is SAME
    }
    assert found == same


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        # case, accents, hyphens, blanks
        ("YIHUA ZHANG", "Yihua Zhang", SAME),
        ("Peter Richtárik", "peter richtarik", SAME),
        ("Min-Soo Kim", "Minsoo Kim", SAME),
        ("Min Soo Kim", "Min-Soo Kim", SAME),
        ("Siobhán O’Brien", "Siobhan O'Brien", SAME),
        ("Iva\u0301n Quint", "Iván Quint", SAME),
        # initials
        ("Y. Zhang", "Yihua Zhang", INITIALS),
        ("Y. Zhang", "Yimeng Zhang", INITIALS),
        ("Yihua Zhang", "Yimeng Zhang", DIFFERENT),
        ("X. Zhang", "Yihua Zhang", DIFFERENT),
        ("P.-Y. Chen", "Pin-Yu Chen", INITIALS),
        ("P.Y. Chen", "Pin-Yu Chen", INITIALS),
        ("PY Chen", "Pin-Yu Chen", INITIALS),
        ("Chen PY", "Pin-Yu Chen", INITIALS),
        ("Chen, P.-Y.", "Pinyu Chen", INITIALS),
        ("P. Chen", "Pin-Yu Chen", INITIALS),
        ("P.-Y. Chen", "Peng Chen", DIFFERENT),
        ("W.-Y. Chen", "P.-Y. Chen", DIFFERENT),
        ("J. A. Quint", "J. B. Quint", DIFFERENT),
        ("PY CHEN", "Pin-Yu Chen", INITIALS),
        ("JA QUINT", "John A. Quint", INITIALS),
        ("YI KAI", "Kai Yi", ARRANGED),
        # middle names
        ("Kush R. Varshney", "K. Varshney", INITIALS),
        ("Kush R. Varshney", "Kush Varshney", SHORTENED),
        ("Kush R. Varshney", "Kush Raj Varshney", SHORTENED),
        ("Kush R. Varshney", "Kush T. Varshney", DIFFERENT),
        ("Ramana Rao Kompella", "R. Kompella", INITIALS),
        ("Ramana Rao Kompella", "R. R. Kompella", INITIALS),
        ("Anil K. Jain", "A.K. Jain", INITIALS),
        ("F. Scott Quint", "Scott Quint", ARRANGED),
        # order
        ("Zhang, Yihua", "Yihua Zhang", SAME),
        ("Zhang Yihua", "Yihua Zhang", ARRANGED),
        ("ZHANG Yihua", "Yihua Zhang", SAME),
        ("ZHANG Y", "Yihua Zhang", INITIALS),
        ("Nagy István", "István Nagy", ARRANGED),
        ("Nguyễn Văn Minh", "Minh Van Nguyen", ARRANGED),
        ("Van Minh Nguyen", "Minh Van Nguyen", ARRANGED),
        # native script
        ("张逸骅", "Yihua Zhang (张逸骅)", SAME),
        ("张 逸骅", "张逸骅", SAME),
        ("张逸骅", "Yihua Zhang", ARRANGED),
        ("张逸骅", "Yimeng Zhang", DIFFERENT),
        ("张逸骅", "张一梦", DIFFERENT),
        ("Иван Петров", "Ivan Petrov", SAME),
        # particles and suffixes
        ("Vincent van Gogh", "Gogh, Vincent van", SAME),
        ("Jan van der Meer", "Jan Vandermeer", SAME),
        ("al-Khalili, Jim", "Jim Al-Khalili", SAME),
        ("al-Khalili, Jim", "Jim Khalili", ARRANGED),
        ("Juan de la Cruz", "Juan van Cruz", DIFFERENT),
        ("Omar bin Rashid", "O. bin Rashid", INITIALS),
        ("John Quint Jr.", "John Quint III", DIFFERENT),
        ("Quint, Jr., John", "John Quint", SHORTENED),
        # compound family names
        ("García Márquez, Gabriel", "Gabriel García Márquez", ARRANGED),
        ("García-Márquez, Gabriel", "García Márquez, Gabriel", SAME),
        ("García Márquez, Gabriel", "Gabriel García", ARRANGED),
        ("García Márquez, Gabriel", "G. Márquez", INITIALS),
        ("José Ortega y Gasset", "José Ortega", ARRANGED),
        ("Divya Rao Gupta", "Divya Lee Rao", DIFFERENT),
        # letters that print lacks
        ("Jörg-Ulrich Müller", "JOERG ULRICH MUELLER", SAME),
        ("Jörg Müller", "Jorg Muller", SAME),
        ("Joerg Mueller", "Jorg Muller", ARRANGED),
        ("Øyvind Ødegård", "Oyvind Oedegaard", SAME),
        ("Käthe Straße", "Kathe Strasse", SAME),
        ("Yi Xue", "Yi Xu", DIFFERENT),
        # titles, numbers, nicknames, single names
        ("Dr. Sijia Liu", "Prof. Sijia Liu", SAME),
        ("Sijia Liu, Ph.D.", "Sijia Liu", SAME),
        ("Yang Zhang 0001", "Yang Zhang", SAME),
        ("Robert (Bob) Quint", "Bob Quint", SAME),
        ("Plato", "Plato Quint", DIFFERENT),
        ("Zhang", "Yihua Zhang", DIFFERENT),
        ("Jean Dupont", "Jean-Luc Dupont", DIFFERENT),
    ],
)
def test_two_names_are_compared(one, other, likeness):
    first, second = fold_printed(one), fold_printed(other)
    assert compare(first, second) is likeness
    assert compare(second, first) is likeness
    assert not likeness or set(first.keys) & set(second.keys)  # or a look-up would miss it


def test_a_name_between_braces_is_read_like_any():
    assert compare(fold_name(NameParts(literal="Yihua Zhang")), fold_printed("Yihua Zhang")) is SAME


@pytest.mark.parametrize("name", [NameParts(), NameParts(given="Ada"), NameParts(family="?!"), NameParts(literal=" ")])
def test_a_name_of_nothing_is_nobody(name):
    assert Directory([make_profile(1, "Ada Quint")]).fitting(fold_name(name)) == []


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_can_be_compared(one, other):
    first, second = fold_printed(one), fold_printed(other)
    assert compare(first, second) is compare(second, first)
    assert not first.readings or compare(first, first) in (SAME, INITIALS)


WORDS = st.from_regex(r"\A[A-Z][a-z]{1,9}\Z")


@given(WORDS, WORDS)
def test_plain_names_are_read_like_all_others(family, given_name):
    """The short way for two plain words gives what the long way gives."""
    plain = fold_name(NameParts(family=family, given=given_name))
    assert plain.readings == tuple(dict.fromkeys(_read_latin(NameParts(family=family, given=given_name))))


def test_suffixes_titles_and_particles_are_taken_apart():
    assert split_name("Sammy Quint, Jr.") == NameParts(family="Quint", given="Sammy", suffix="Jr.")
    assert without_titles(split_name("Prof. Dr. Ada von Quint")) == NameParts(family="von Quint", given="Ada")
    assert without_titles(split_name("Quint, Dr. Ada")) == NameParts(family="Quint", given="Ada")


# Names of people


def test_a_person_is_found_by_every_name_of_theirs():
    person = make_profile(1, "Ada Quint", others=["Bo", "Ada Former", "艾达", "A. Quint"])
    directory = Directory([person, make_profile(2, "Ben Other")])
    found = {
        printed: [(fit.profile.person_id, fit.likeness) for fit in directory.fitting(fold_printed(printed))]
        for printed in ["Ada Quint", "Bo Quint", "A. Former", "艾达", "Ada", "Ben Quint"]
    }
    assert found == {
        "Ada Quint": [(1, SAME)], "Bo Quint": [(1, SAME)], "A. Former": [(1, INITIALS)], "艾达": [(1, SAME)],
        "Ada": [], "Ben Quint": [],
    }  # fmt: skip


def test_an_abbreviated_name_lets_in_nobody_else():
    """Yimeng publishes as Y. Zhang: that does not make Yihua's full name hers."""
    person = make_profile(1, "Yimeng Zhang", others=["Y. Zhang"])
    assert person.likeness(fold_printed("Yihua Zhang")) is DIFFERENT
    assert person.likeness(fold_printed("Y. Zhang")) is INITIALS
