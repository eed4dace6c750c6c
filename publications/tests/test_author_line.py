"""How authors are printed: by link, never by name."""

from __future__ import annotations

import pytest
from django.template import Context, Template

from labsite.tests.factories import make_member, make_person, make_publication
from publications.author_line import Author, make_author_line, number_of, read_author
from publications.digests import flush_changes
from publications.models import Publication
from publications.rows import row_authors

pytestmark = pytest.mark.django_db


def loaded(publication: Publication) -> Publication:
    return Publication.objects.with_list_relations().get(pk=publication.pk)


def line(publication, owner=None, shorten=True) -> str:
    template = Template("{% load publications %}{% author_line publication owner shorten %}")
    context = Context({"publication": loaded(publication), "owner": owner, "shorten": shorten})
    return template.render(context)


def names(publication, **values) -> list[tuple[int, str]]:
    """What a shortened line keeps: each name with how many were left out before it."""
    made = make_author_line(
        map(read_author, loaded(publication).authorships.all()), is_complete=True, shorten=True, **values
    )
    return [(author.gap, author.printed_name) for author in made.listed]


def test_only_the_linked_row_is_the_owner():
    owner, other = make_member("Yi Zhang"), make_person("Yo Zhang")
    rows = [
        {"printed_name": "Y. Zhang", "person": other},
        {"printed_name": "Y. Zhang"},
        {"printed_name": "Y. Zhang", "person": owner},
    ]
    html = line(make_publication(authors=rows), owner)
    assert html.count("Y. Zhang</bdi>") == 3
    assert html.count("author-owner") == html.count("(this person)") == 1
    assert html.index("author-owner") > html.rindex(other.get_absolute_url())
    assert html.count("<a ") == 2


def test_two_rows_of_one_person_are_both_theirs():
    owner = make_member("Yi Zhang")
    rows = [{"printed_name": "Y. Zhang", "person": owner}, {"printed_name": "Yi Zhang", "person": owner}]
    assert line(make_publication(authors=rows), owner).count("author-owner") == 2


def test_members_stand_out_where_nobody_owns_the_page():
    member, guest = make_member("Ada Quint"), make_person("Guy Guest")
    paper = make_publication(authors=[guest, member, "C. Third"])
    assert line(paper).count("author-member") == 1
    assert line(paper).index("author-member") > line(paper).index("Guy Guest")
    assert "author-member" not in line(paper, guest)


@pytest.mark.parametrize("status", ["proposed", "rejected"])
def test_uncertain_links_do_not_show(status):
    person = make_member("Ada Quint")
    paper = make_publication(authors=[{"printed_name": "A. Quint", "person": person, "link_status": status}])
    html = line(paper, person)
    assert "<a " not in html
    assert "author-owner" not in html
    assert "Ada" not in html


def test_draft_person_is_a_printed_name_only():
    person = make_member("Ada Quint", is_published=False)
    html = line(make_publication(authors=[{"printed_name": "A. Quint", "person": person}]), person)
    assert "A. Quint" in html
    for leak in ("<a ", "ada-quint", "Ada Quint", "author-owner", "author-member"):
        assert leak not in html


def test_signs_are_explained():
    rows = [{"printed_name": "A. One", "is_equal": True}, {"printed_name": "B. Two", "is_corresponding": True}]
    html = line(make_publication(authors=rows))
    for words in ("* equal contribution", "✉ corresponding author", "(equal contribution)", "(corresponding author)"):
        assert html.count(words) == 1


def test_sign_on_one_author_alone_is_kept():
    """A source may print one star and no partner."""
    html = line(make_publication(authors=[{"printed_name": "A. One", "is_equal": True}, "B. Two"]))
    assert html.count("<sup") == 1


def test_no_sign_no_legend():
    assert "equal contribution" not in line(make_publication(authors=["A. One", "B. Two"]))


def test_incomplete_list_ends_in_et_al():
    paper = make_publication(authors=["A. One", "B. Two"], author_list_complete=False)
    assert "et al." in line(paper)
    assert "et al." not in line(make_publication(authors=["A. One", "B. Two"]))


def test_author_of_unknown_place():
    person = make_member("Kai Quiet")
    rows = ["A. One", {"printed_name": "Kai Quiet", "person": person, "position": None}]
    html = line(make_publication(authors=rows, author_list_complete=False))
    assert "et al." in html
    assert "(including" in html
    alone = make_publication("Other", [rows[1]], author_list_complete=False)
    assert "the full list of authors is not known" in line(alone)


def test_no_author_at_all():
    assert "Authors not listed" in line(make_publication())


def test_long_lists_keep_members_and_the_last():
    member = make_member("Ada Quint")
    printed = [f"N. {number}" for number in range(1, 31)]
    paper = make_publication(authors=[*printed[:20], member, *printed[20:]])
    assert names(paper) == [(0, "N. 1"), (0, "N. 2"), (0, "N. 3"), (17, "Ada Quint"), (9, "N. 30")]
    assert "… 17 others …" in line(paper)
    assert "N. 10<" in line(paper, shorten=False)


def test_long_lists_leave_out_pages_of_others_but_never_the_owner():
    guests = [make_person(f"Guest {number}") for number in range(14)]
    paper = make_publication(authors=guests)
    assert [name for _, name in names(paper)] == ["Guest 0", "Guest 1", "Guest 2", "Guest 13"]
    assert (5, "Guest 8") in names(paper, owner=guests[8])


def test_one_name_alone_is_never_left_out():
    members = [make_member(f"Member {number}") for number in range(12)]
    paper = make_publication(authors=[*members[:4], "Only Guest", *members[4:]])
    assert len(names(paper)) == 13
    assert all(gap == 0 for gap, _ in names(paper))


@pytest.mark.parametrize("count", [1, 3, 12, 13, 14, 40])
def test_no_name_gets_lost_in_a_shortened_line(count):
    paper = make_publication(authors=[f"N. {number}" for number in range(count)])
    assert sum(gap + 1 for gap, _ in names(paper)) == count


def test_members_are_kept_where_nobody_loaded_the_memberships():
    person = make_person("Ada Quint")
    paper = make_publication(authors=[*"abcdefgh", person, *"ijklmnop"])
    made = make_author_line(
        map(read_author, paper.authorships.select_related("person")), is_complete=True, shorten=True
    )
    assert "Ada Quint" in [author.printed_name for author in made.listed]


def test_affiliations_are_grouped_in_the_order_of_first_mention():
    rows = [
        {"printed_name": "A. One", "affiliation_text": "Second University"},
        {"printed_name": "B. Two", "affiliation_text": "First University"},
        {"printed_name": "C. Three"},
        {"printed_name": "D. Four", "affiliation_text": "Second University"},
    ]
    made = make_author_line(map(read_author, make_publication(authors=rows).authorships.all()), is_complete=True)
    assert [(name, [author.printed_name for author in authors]) for name, authors in made.affiliations] == [
        ("Second University", ["A. One", "D. Four"]),
        ("First University", ["B. Two"]),
    ]


def test_long_names_may_break():
    assert Author("S. Liu").is_short
    assert not Author("A name that is far too long for one line of a phone").is_short


def test_line_asks_the_database_nothing(django_assert_num_queries):
    paper = loaded(make_publication(authors=[make_member("Ada Quint"), make_person("Guy Guest"), "C. Third"]))
    with django_assert_num_queries(0):
        make_author_line(map(read_author, paper.authorships.all()), is_complete=True, shorten=True)


def test_the_row_of_a_collaboration_stays_small_and_counts_everybody():
    """Three thousand authors are stored as a few names with numbers between them; whoever has a page is among them."""
    guest, member = make_person("Guest Quint"), make_member("Ada Quint")
    names = [f"N. {number}" for number in range(300)]
    paper = make_publication(authors=[*names[:100], guest, *names[100:200], member, *names[200:]])
    flush_changes()
    authors = row_authors(Publication.objects.with_rows().get(pk=paper.pk).row)
    assert [author.printed_name for author in authors] == [
        "N. 0", "N. 1", "N. 2", "Guest Quint", "Ada Quint", "N. 299",
    ]  # fmt: skip
    assert number_of(authors) == 302
    made = make_author_line(authors, is_complete=True, shorten=True)
    assert [(author.gap, author.printed_name) for author in made.listed][3:] == [(198, "Ada Quint"), (99, "N. 299")]
    own = make_author_line(authors, is_complete=True, owner=guest, shorten=True)
    assert (97, "Guest Quint") in [(author.gap, author.printed_name) for author in own.listed]
