"""Editing a publication: authors in order, swapping, identifiers, slugs."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains

from labsite.tests.factories import make_member, make_person, make_publication
from labsite.tests.forms import form_values, seen
from publications.models import Publication

pytestmark = pytest.mark.django_db
ADD = "admin:publications_publication_add"


def values(authors, *, initial=0, **fields):
    """A filled publication form: `authors` is a list of dicts of authorship fields."""
    data = {
        "title": "On Quiet Machines", "kind": "conference-paper", "status": "published", "year": "2024",
        "listing": "automatic", "is_published": "on", "author_list_complete": "on", "other_titles": "[]",
        "extra": "{}", "raw_record": "{}",
    }  # fmt: skip
    for prefix in ("authorships", "identifiers", "links", "distinctions", "notices"):
        data |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    data |= {"authorships-TOTAL_FORMS": str(len(authors)), "authorships-INITIAL_FORMS": str(initial)}
    for index, author in enumerate(authors):
        row = {"link_status": "confirmed", **author}
        data |= {f"authorships-{index}-{name}": str(value) for name, value in row.items()}
    return data | fields


def printed(publication):
    return list(publication.authorships.values_list("position", "printed_name"))


def rows_of(publication):
    return [
        {"id": row.pk, "position": row.position, "printed_name": row.printed_name, "person": row.person_id or ""}
        for row in publication.authorships.all()
    ]


def test_add_with_three_authors(admin_client):
    member = make_member("Ada Quint")
    authors = [
        {"position": 1, "printed_name": "B. First"},
        {"position": 2, "person": member.pk, "is_equal": "on"},
        {"position": 3, "printed_name": "C. Last", "is_corresponding": "on"},
    ]
    response = admin_client.post(reverse(ADD), values(authors))
    assert response.status_code == 302, response.context["errors"]
    paper = Publication.objects.get()
    assert paper.slug == "on-quiet-machines"
    assert printed(paper) == [(1, "B. First"), (2, "Ada Quint"), (3, "C. Last")]
    assert [row.is_equal for row in paper.authorships.all()] == [False, True, False]


def test_swapping_two_authors_in_one_save(admin_client):
    paper = make_publication(authors=["A. One", "B. Two", "C. Three"])
    rows = rows_of(paper)
    rows[0]["position"], rows[1]["position"] = 2, 1
    change = reverse("admin:publications_publication_change", args=[paper.pk])
    response = admin_client.post(change, values(rows, initial=3, slug=paper.slug, **seen(admin_client, change)))
    assert response.status_code == 302, response.context["errors"]
    assert printed(paper) == [(1, "B. Two"), (2, "A. One"), (3, "C. Three")]


def test_rotating_all_authors_in_one_save(admin_client):
    paper = make_publication(authors=["A. One", "B. Two", "C. Three"])
    rows = rows_of(paper)
    for row, position in zip(rows, (3, 1, 2), strict=True):
        row["position"] = position
    change = reverse("admin:publications_publication_change", args=[paper.pk])
    assert (
        admin_client.post(change, values(rows, initial=3, slug=paper.slug, **seen(admin_client, change))).status_code
        == 302
    )
    assert printed(paper) == [(1, "B. Two"), (2, "C. Three"), (3, "A. One")]


def errors(response, prefix="authorships"):
    for formset in response.context["inline_admin_formsets"]:
        if formset.formset.prefix == prefix:
            return formset.formset.errors
    raise AssertionError(prefix)


@pytest.mark.parametrize("deleted", [0, 1])
def test_a_deleted_author_leaves_no_gap(admin_client, deleted):
    """Without the script too, which numbers rows in the browser."""
    paper = make_publication("On Quiet Machines", ["A. One", "B. Two", "C. Three"])
    page = reverse("admin:publications_publication_change", args=[paper.pk])
    form = form_values(admin_client.get(page)) | {f"authorships-{deleted}-DELETE": "on"}
    assert admin_client.post(page, form).status_code == 302
    left = [name for number, name in enumerate(["A. One", "B. Two", "C. Three"]) if number != deleted]
    assert printed(paper) == list(enumerate(left, start=1))


def test_two_authors_at_one_position_is_an_error_at_the_field(admin_client):
    authors = [{"position": 1, "printed_name": "A. One"}, {"position": 1, "printed_name": "B. Two"}]
    response = admin_client.post(reverse(ADD), values(authors))
    assert errors(response)[1] == {"position": ["Another author is number 1: every author needs a place of their own."]}
    assert not Publication.objects.exists()


def test_one_person_twice_is_an_error_at_the_field(admin_client):
    member = make_member("Ada Quint")
    authors = [{"position": number, "person": member.pk, "printed_name": "A. Quint"} for number in (1, 2)]
    response = admin_client.post(reverse(ADD), values(authors))
    assert errors(response)[1] == {"person": ["Ada Quint is an author of this paper already."]}


def test_author_without_name_and_person_is_an_error_at_the_field(admin_client):
    response = admin_client.post(reverse(ADD), values([{"position": 1, "is_equal": "on"}]))
    assert errors(response)[0] == {"printed_name": ["Give the name as printed, or choose a person."]}


def test_authors_with_unknown_position(admin_client):
    authors = [{"position": "", "printed_name": "A. One"}, {"position": "", "printed_name": "B. Two"}]
    assert admin_client.post(reverse(ADD), values(authors)).status_code == 302
    assert printed(Publication.objects.get()) == [(None, "A. One"), (None, "B. Two")]


def identifiers(*pairs):
    data = {"identifiers-TOTAL_FORMS": str(len(pairs))}
    for index, (scheme, value) in enumerate(pairs):
        data |= {f"identifiers-{index}-scheme": scheme, f"identifiers-{index}-value": value}
    return data


def test_pasted_address_becomes_an_identifier(admin_client):
    pasted = identifiers(("doi", "https://doi.org/10.1000/ABC.1"), ("arxiv", "https://arxiv.org/pdf/2405.14852v2.pdf"))
    assert admin_client.post(reverse(ADD), values([], **pasted)).status_code == 302
    assert set(Publication.objects.get().identifiers.values_list("scheme", "value")) == {
        ("doi", "10.1000/abc.1"),
        ("arxiv", "2405.14852"),
    }


def test_identifier_of_another_paper_names_it(admin_client):
    make_publication("An Earlier Paper").identifiers.create(scheme="arxiv", value="2405.14852")
    response = admin_client.post(reverse(ADD), values([], **identifiers(("arxiv", "arxiv.org/abs/2405.14852"))))
    assert errors(response, "identifiers")[0] == {"value": ["“An Earlier Paper” has this identifier already."]}
    assert Publication.objects.count() == 1


def test_nonsense_identifier_is_an_error_at_the_field(admin_client):
    response = admin_client.post(reverse(ADD), values([], **identifiers(("doi", "none"))))
    assert errors(response, "identifiers")[0] == {
        "value": ["'none' is not a valid DOI identifier, such as 10.1000/182."]
    }


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.org/x", "data:text/html,x"])
def test_only_web_addresses_are_links(admin_client, url):
    link = {"links-TOTAL_FORMS": "1", "links-0-kind": "pdf", "links-0-url": url, "links-0-order": "0"}
    response = admin_client.post(reverse(ADD), values([], **link))
    assert "url" in errors(response, "links")[0]
    assert not Publication.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("date", "2024-02-30", "'2024-02-30' is not a day of the calendar."),
        ("date", "May 2024", "'May 2024' is not a date: write 2024, 2024-05 or 2024-05-31."),
        ("date", "2023-05", "The date is in 2023, but the year says 2024."),
        (
            "year",
            "20245",
            f"20245 is too far off: {datetime.date.today().year + 5} is the latest year that can be entered now.",
        ),
        ("title", "\u200b", "Give a title that can be read."),
        ("title", "\u202e", "This field is required."),  # marks of direction are dropped as they are typed
        ("other_titles", '{"a": 1}', 'Write a list of texts: ["First", "Second"].'),
    ],
)
def test_bad_values_are_errors_at_the_field(admin_client, field, value, message):
    response = admin_client.post(reverse(ADD), values([], **{field: value}))
    assert response.context["adminform"].form.errors[field] == [message]
    assert not Publication.objects.exists()


def test_typed_date_stays_in_the_form_on_error(admin_client):
    response = admin_client.post(reverse(ADD), values([], date="May 2024"))
    assert 'value="May 2024"' in response.content.decode()


def test_same_title_gets_a_numbered_address(admin_client):
    make_publication("On Quiet Machines")
    admin_client.post(reverse(ADD), values([]))
    assert set(Publication.objects.values_list("slug", flat=True)) == {"on-quiet-machines", "on-quiet-machines-2"}


def test_an_author_whom_somebody_else_added_meanwhile_keeps_their_place(admin_client):
    paper = make_publication("Quiet", ["A. One", "B. Two"])
    page = reverse("admin:publications_publication_change", args=[paper.pk])
    values = form_values(admin_client.get(page))
    paper.authorships.create(position=3, printed_name="C. Three")
    values |= {"authorships-TOTAL_FORMS": "3", "authorships-2-position": "3", "authorships-2-printed_name": "D. Late",
               "authorships-2-link_status": "confirmed", "authorships-2-publication": str(paper.pk)}  # fmt: skip
    response = admin_client.post(page, values)
    assertContains(response, "Yours is taken", status_code=409)
    joined = admin_client.post(page, {**values, "seen-now": response.context["seen_now"]})
    assert joined.status_code == 302
    assert printed(paper) == [(1, "A. One"), (2, "B. Two"), (3, "C. Three"), (4, "D. Late")]


def test_two_authors_at_one_place_are_refused(admin_client):
    paper = make_publication("Quiet", ["A. One", "B. Two", "C. Three"])
    page = reverse("admin:publications_publication_change", args=[paper.pk])
    values = form_values(admin_client.get(page)) | {"authorships-1-position": "3"}
    assertContains(admin_client.post(page, values), "Another author is number 3")
    assert list(paper.authorships.values_list("printed_name", flat=True)) == ["A. One", "B. Two", "C. Three"]


def test_an_untouched_row_says_nothing(admin_client):
    paper = make_publication("Quiet", ["A. One"])
    page = reverse("admin:publications_publication_change", args=[paper.pk])
    values = form_values(admin_client.get(page)) | {
        "authorships-TOTAL_FORMS": "2", "authorships-1-position": "2", "authorships-1-link_status": "confirmed",
        "authorships-1-publication": str(paper.pk),
    }  # fmt: skip
    assert admin_client.post(page, values).status_code == 302
    assert paper.authorships.count() == 1


def test_a_person_is_linked_once(admin_client):
    person = make_person("Ada Quint")
    paper = make_publication("Quiet", [person, "B. Two"])
    second = paper.authorships.get(position=2)
    page = reverse("admin:publications_authorship_change", args=[second.pk])
    response = admin_client.post(
        page,
        {
            **seen(admin_client, page),
            "publication": paper.pk,
            "position": "2",
            "printed_name": "B. Two",
            "person": person.pk,
            "link_status": "confirmed",
        },
    )
    assertContains(response, "Ada Quint is an author of this paper already.")


def test_a_title_that_is_there_already_is_pointed_out(admin_client):
    old = make_publication("On Quiet Machines", ["A. One"])
    values = form_values(admin_client.get(reverse("admin:publications_publication_add")))
    values |= {"title": "On quiet machines", "year": "2024"}
    response = admin_client.post(reverse("admin:publications_publication_add"), values, follow=True)
    assertContains(response, "There is a publication of this title already")
    assertContains(response, f"/admin/publications/publication/{old.pk}/change/")


def test_long_titles_of_one_beginning_get_slugs_that_fit(admin_client):
    title = "An uncommonly long title about quiet machines and what they do when nobody listens to them at all"
    for number in range(3):
        values = form_values(admin_client.get(reverse("admin:publications_publication_add")))
        response = admin_client.post(
            reverse("admin:publications_publication_add"), values | {"title": f"{title} {number}"}
        )
        assert response.status_code == 302, response.context["errors"]
    assert max(len(slug) for slug in Publication.objects.values_list("slug", flat=True)) <= 80
    assert Publication.objects.count() == 3


def save_title(client, paper, title):
    address = reverse("admin:publications_publication_change", args=[paper.pk])
    response = client.post(address, form_values(client.get(address)) | {"title": title})
    assert response.status_code == 302, response.context["errors"]


def test_a_save_asks_as_much_for_six_untouched_authors_as_for_two(admin_client):
    """Each had four queries of its own."""
    costs = []
    for number in (2, 6):
        paper = make_publication(f"Paper of {number}", authors=[f"Author {place}" for place in range(number)])
        save_title(admin_client, paper, "Warm")
        with CaptureQueriesContext(connection) as asked:
            save_title(admin_client, paper, "Measured")
        costs.append(len(asked))
        assert paper.authorships.count() == number
    assert costs[0] == costs[1]


def test_a_stored_row_is_checked_when_it_is_touched_and_only_then(admin_client):
    """What an older import left does not keep anybody from mending a title."""
    paper = make_publication("Quiet", authors=["Ada Quint", "Bo Zhang"])
    paper.authorships.filter(printed_name="Bo Zhang").update(position=None, printed_name="\u200b")
    address = reverse("admin:publications_publication_change", args=[paper.pk])
    save_title(admin_client, paper, "Quieter")
    assert Publication.objects.get().title == "Quieter"
    touched = form_values(admin_client.get(address)) | {"authorships-1-affiliation_text": "Example University"}
    response = admin_client.post(address, touched)
    assertContains(response, "Give a name that can be read.")


def test_a_row_whose_key_is_of_another_paper_is_refused(admin_client):
    paper = make_publication("Quiet", authors=["Ada Quint"])
    other = make_publication("Loud", authors=["Bo Zhang"])
    address = reverse("admin:publications_publication_change", args=[paper.pk])
    posted = form_values(admin_client.get(address)) | {"authorships-0-id": str(other.authorships.get().pk)}
    admin_client.post(address, posted | {"title": "Taken"})
    assert other.authorships.get().printed_name == "Bo Zhang"
    assert paper.authorships.get().printed_name == "Ada Quint"


def test_authors_whose_place_nobody_knows_stay_without_one(admin_client):
    paper = make_publication("Quiet", authors=["Ada Quint", "Bo Zhang", "Cy Weiss"])
    paper.authorships.filter(printed_name="Bo Zhang").update(position=None)
    save_title(admin_client, paper, "Quieter")
    address = reverse("admin:publications_publication_change", args=[paper.pk])
    response = admin_client.post(address, form_values(admin_client.get(address)) | {"authorships-0-DELETE": "on"})
    assert response.status_code == 302, response.context["errors"]
    assert printed(paper) == [(3, "Cy Weiss"), (None, "Bo Zhang")]
