"""The pages that merge and take back, who may use them, and what visitors find afterwards."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group as AccountGroup
from django.contrib.auth.models import Permission
from django.urls import get_resolver, resolve, reverse

from labsite.merging import MERGEABLE, merge, plan_merge, undo
from labsite.middleware import FOLLOWED
from labsite.models import Merge
from labsite.tests.factories import make_member, make_person, make_publication, make_venue
from labsite.tests.forms import form_values
from labsite.tests.pairs import MAKERS
from people.models import Person
from publications.models import OldSlug, Publication

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = get_user_model().objects.create_user("editor", password="pass", is_staff=True)
    user.groups.add(AccountGroup.objects.get(name="Editors"))
    client.force_login(user)
    return user


@pytest.fixture
def pair() -> tuple[Person, Person]:
    kept, merged = make_member("Ada Quint"), make_person("A. Quint", bio="Softly.")
    for number in range(5):
        make_publication(f"Paper {number}", [merged])
    make_publication("Own paper", [kept])
    return kept, merged


def page_of(kept, merged) -> str:
    return f"{reverse('admin:merge', args=[kept._meta.label_lower])}?kept={kept.pk}&merged={merged.pk}"


def post_merge(client, kept, merged, **values):
    seen = {"seen": plan_merge(kept, merged).fingerprint}
    address = reverse("admin:merge", args=[kept._meta.label_lower])
    return client.post(address, {"kept": kept.pk, "merged": merged.pk, **seen, **values}, follow=True)


def told(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


# The plan


def test_the_plan_says_in_words_what_moves(client, editor, pair):
    text = client.get(page_of(*pair)).content.decode()
    sentence = " ".join(text[text.index("This will move") : text.index("You can take it back")].split())
    assert sentence == (
        "This will move <strong>5 publications</strong> to <strong><bdi>Ada Quint</bdi></strong>. "
        "The address <code>/people/a-quint/</code> will lead to <code>/people/ada-quint/</code>."
    )
    assert "<bdi>Paper 0</bdi> · <bdi>Paper 1</bdi> · <bdi>Paper 2</bdi> " in text
    assert "and 2 more" in text
    assert reverse("admin:merge", args=["people.person"]) + f"?kept={pair[1].pk}&amp;merged={pair[0].pk}" in text


def test_names_are_escaped(client, editor):
    one, other = make_venue("<script>alert(1)</script>", slug="one"), make_venue("B</bdi>", slug="other")
    text = client.get(page_of(one, other)).content.decode()
    assert ("<script>alert(1)" in text, "B</bdi></bdi>" in text) == (False, False)


@pytest.mark.parametrize("label", sorted(MERGEABLE))
def test_every_kind_has_a_page_and_can_be_merged_and_taken_back(client, editor, label):
    kept, merged = MAKERS[label]()
    assert client.get(page_of(kept, merged)).status_code == 200
    response = post_merge(client, kept, merged)
    assert response.redirect_chain == [
        (reverse(f"admin:{label.replace('.', '_')}_change", args=[kept.pk]), 302),
    ]  # fmt: skip
    assert told(response)[0].startswith(f"“{merged}” is part of “{kept}” now; ")
    done = Merge.objects.get()
    assert (done.created_by, done.kept_name, done.merged_name) == (editor, str(kept), str(merged))
    assert client.get(reverse("admin:merges")).content.decode().count("Take back") == 1
    response = client.post(reverse("admin:merge_undo", args=[done.pk]), follow=True)
    assert told(response) == [f"“{merged}” is back, and parted from “{kept}”."]
    assert response.content.decode().count("Take back") == 0
    assert type(kept)._base_manager.filter(pk=merged.pk).exists()


def test_choices_are_taken(client, editor, pair):
    values = {"choice-name": "merged", "choice-bio": "kept", "choice-slug": "merged", "names": "published"}
    post_merge(client, *pair, **values)
    kept = Person.objects.get(pk=pair[0].pk)
    assert (kept.name, kept.bio, kept.slug) == ("A. Quint", "", "ada-quint")


def test_a_pair_with_a_problem_has_no_button(client, editor, pair):
    paper = make_publication("Shared", list(pair))
    text = client.get(page_of(*pair)).content.decode()
    assert ("Merge the two" in text, f'/publication/{paper.pk}/change/">Open it' in text) == (False, True)
    response = post_merge(client, *pair)
    assert (response.status_code, Person.objects.count()) == (409, 2)


def test_a_page_that_is_out_of_date_is_shown_again(client, editor, pair):
    seen = plan_merge(*pair).fingerprint
    make_publication("New paper", [pair[1]])
    response = post_merge(client, *pair, seen=seen)
    text = response.content.decode()
    assert (response.status_code, "Something changed since you opened this page" in text) == (409, True)
    assert "6 publications" in text


def test_the_second_editor_reads_what_happened(client, editor, pair):
    first = {"kept": pair[0].pk, "merged": pair[1].pk, "seen": plan_merge(*pair).fingerprint}
    address = reverse("admin:merge", args=["people.person"])
    client.post(address, first)
    response = client.post(address, first)
    text = response.content.decode()
    assert (response.status_code, "“A. Quint” is part of “Ada Quint” already" in text) == (200, True)
    assert Merge.objects.count() == 1


def test_saving_a_record_that_was_merged_meanwhile_makes_no_new_one(client, editor, pair):
    address = reverse("admin:people_person_change", args=[pair[1].pk])
    values = form_values(client.get(address))
    merge(*pair)
    response = client.post(address, values, follow=True)
    assert (response.status_code, Person.objects.count()) == (409, 1)
    assert "What you typed is not saved" in response.content.decode()


# Choosing


def test_two_of_a_list_can_be_merged(client, editor, pair):
    address = reverse("admin:people_person_changelist")
    chosen = {"action": "merge_chosen", "_selected_action": [person.pk for person in pair]}
    assert client.post(address, chosen).headers["Location"] == page_of(*pair)


@pytest.mark.parametrize("count", [1, 3])
def test_other_than_two_are_refused_in_words(client, editor, count):
    people = [make_person(f"Person {number}") for number in range(count)]
    chosen = {"action": "merge_chosen", "_selected_action": [person.pk for person in people]}
    response = client.post(reverse("admin:people_person_changelist"), chosen, follow=True)
    are = f"{count} are chosen: choose exactly two to merge. To merge more, do it pair by pair."
    assert told(response) == [are]


def test_a_record_leads_to_its_merging(client, editor, pair):
    text = client.get(reverse("admin:people_person_change", args=[pair[1].pk])).content.decode()
    address = f"{reverse('admin:merge', args=['people.person'])}?merged={pair[1].pk}"
    assert f'<a href="{address}">Merge into another…</a>' in text
    page = client.get(address)
    assert (page.status_code, "This one becomes part of it" in page.content.decode()) == (200, True)
    assert "Merge into" not in client.get(reverse("admin:activities_talk_add")).content.decode()


@pytest.mark.parametrize(
    "query", ["", "?kept=1&merged=", "?kept=abc&merged=%00", "?kept=999999999999999999999&merged=2"]
)
def test_what_names_no_pair_asks_for_one(client, editor, query):
    response = client.get(reverse("admin:merge", args=["people.person"]) + query)
    assert (response.status_code, "This one stays" in response.content.decode()) == (200, True)


def test_one_record_twice_asks_for_another(client, editor, pair):
    text = client.get(page_of(pair[0], pair[0])).content.decode()
    assert "This is the same one: choose another." in text


def test_other_kinds_of_records_have_no_page(client, editor):
    assert client.get(reverse("admin:merge", args=["auth.user"])).status_code == 404


# Who may


@pytest.mark.parametrize("verbs", [(), ("view",), ("view", "change"), ("view", "delete")])
def test_merging_needs_the_permission_to_change_and_to_delete(client, pair, verbs):
    user = get_user_model().objects.create_user("some", password="pass", is_staff=True)
    names = [f"{verb}_person" for verb in verbs] + ["add_person", "delete_venue"]
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))
    done = merge(make_person("Cy Third"), make_person("Dee Fourth"))
    client.force_login(user)
    statuses = [
        client.get(page_of(*pair)).status_code,
        client.post(reverse("admin:merge", args=["people.person"]), {"kept": 1, "merged": 2}).status_code,
        client.get(reverse("admin:merges")).status_code,
        client.post(reverse("admin:merge_undo", args=[done.pk])).status_code,
    ]
    assert (statuses, Merge.objects.get().undone_at) == ([403, 403, 403, 403], None)
    address = reverse("admin:people_person_change", args=[pair[1].pk])
    assert "Merge into" not in client.get(address).content.decode()


def test_members_do_not_merge_themselves(client, pair):
    user = get_user_model().objects.create_user("ada", password="pass", is_staff=True)
    user.groups.add(AccountGroup.objects.get(name="Members"))
    Person.objects.filter(pk=pair[0].pk).update(user=user)
    client.force_login(user)
    assert client.get(page_of(*pair)).status_code == 403
    assert client.get(reverse("admin:people_person_change", args=[pair[0].pk])).status_code == 200


def test_only_merges_of_ones_own_kinds_are_listed(client):
    merge(make_person("Cy Third"), make_person("Dee Fourth"))
    merge(make_venue("A"), make_venue("B"))
    user = get_user_model().objects.create_user("some", password="pass", is_staff=True)
    names = ["view_venue", "change_venue", "delete_venue"]
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))
    client.force_login(user)
    text = client.get(reverse("admin:merges")).content.decode()
    assert ("“<bdi>B</bdi>”" in text, "Fourth" in text) == (True, False)


def test_strangers_sign_in_first(client, pair):
    assert client.get(page_of(*pair)).status_code == 302
    assert client.get(reverse("admin:merges")).status_code == 302


def test_acts_are_posted(client, editor, pair):
    done = merge(*pair)
    assert client.get(reverse("admin:merge_undo", args=[done.pk])).status_code == 405
    assert client.post(reverse("admin:merges")).status_code == 405
    assert Merge.objects.get().undone_at is None


def test_taking_back_twice_is_told(client, editor, pair):
    done = merge(*pair)
    undo(done)
    response = client.post(reverse("admin:merge_undo", args=[done.pk]), follow=True)
    assert told(response) == ["The merge of “A. Quint” into “Ada Quint” was taken back already."]


def test_what_could_not_be_put_back_is_told_and_listed(client, editor, pair):
    done = merge(*pair)
    Person.objects.filter(pk=pair[0].pk).update(bio="Louder.")
    response = client.post(reverse("admin:merge_undo", args=[done.pk]), follow=True)
    conflict = "biography of “Ada Quint” stays: it was changed since."
    assert told(response) == ["“A. Quint” is back, and parted from “Ada Quint”.", conflict]
    assert "1 could not be put back" in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_merges_costs_the_same(client, editor, count, django_assert_num_queries):
    for number in range(count):
        merge(make_venue(f"A{number}"), make_venue(f"B{number}"), user=editor)
    client.get(reverse("admin:merges"))
    with django_assert_num_queries(8):  # session, user, their permissions and groups', count, merges, conflicts, lab
        client.get(reverse("admin:merges"))


# What visitors find


def test_old_addresses_lead_to_the_one_that_stayed(client, pair):
    merge(*pair)
    for path in ("/people/a-quint/", "/people/a-quint/cv/", "/api/v1/people/a-quint/"):
        response = client.get(path)
        assert (response.status_code, response.headers["Location"]) == (301, path.replace("a-quint", "ada-quint"))
        assert client.get(response.headers["Location"]).status_code == 200
        assert response.headers["Cache-Control"] == "no-cache"  # else browsers would never see it taken back


def test_old_addresses_of_publications_lead_to_the_same_file(client):
    ada = make_member("Ada Quint")
    kept, merged = make_publication("New", [ada], slug="new"), make_publication("Old", [ada], slug="old")
    merge(kept, merged)
    for path in ("", "cite.bib", "cite.ris", "cite.json", "linkset.json"):
        response = client.get(f"/publications/old/{path}")
        assert (response.status_code, response.headers["Location"]) == (301, f"/publications/new/{path}")
        assert client.get(response.headers["Location"]).status_code == 200
    assert client.get("/publications/old/?style=apa").headers["Location"] == "/publications/new/?style=apa"
    assert client.get("/api/v1/publications/old/csl/").headers["Location"] == "/api/v1/publications/new/csl/"
    assert client.get("/publications/old/nothing/").status_code == 404


def test_old_addresses_of_venues_lead_to_the_one_that_stayed(client):
    merge(make_venue("New", slug="new"), make_venue("Old", slug="old"))
    response = client.get("/venues/old/")
    assert (response.status_code, response.headers["Location"]) == (301, "/venues/new/")


NOT_MERGED = ("group", "topic", "project", "page", "card", "document")  # what these show is never merged


def test_every_address_with_the_end_of_a_merged_record_is_followed():
    """A page added later under such an address is followed too, or named here."""
    paths = [
        pattern
        for prefix in ("", "api/v1/")
        for pattern in ("people/x/", "publications/x/", "venues/x/")
        for pattern in [prefix + pattern]
    ] + ["embed/publications/x/"]
    found = set()
    for path in paths:
        for ending in ("", "cv/", "cv.pdf", "resume.json", "publications.bib", "csl/", "cite.bib", "linkset.json"):
            match = resolve_or_none(f"/{path}{ending}")
            if match and "slug" in match.kwargs:
                found.add(match.view_name)
    assert found == set(FOLLOWED)
    own = [name for name in patterns_with_a_slug() if name not in NOT_MERGED]
    assert sorted(own) == sorted(name.rpartition(":")[2] for name in FOLLOWED)


def resolve_or_none(path: str):
    try:
        return resolve(path)
    except Exception as error:
        assert type(error).__name__ == "Resolver404"
        return None


def patterns_with_a_slug() -> list[str]:
    """The names of all addresses outside the admin that hold the end of a record's address."""
    found, left = [], list(get_resolver().url_patterns)
    while left:
        each = left.pop()
        if hasattr(each, "url_patterns"):
            left += [] if getattr(each, "app_name", "") == "admin" else each.url_patterns
        elif "slug>" in str(each.pattern):
            found.append(each.name)
    return found


def test_old_ends_in_filters_mean_the_one_that_stayed(client, pair):
    venue, old = make_venue("New", slug="new"), make_venue("Old", slug="old")
    Publication.objects.update(venue=venue)
    merge(*pair)
    merge(venue, old)
    for query in ("author=a-quint", "venue=old", "author=a-quint&author=ada-quint&venue=old"):
        page = client.get(f"/publications/?{query}")
        assert (page.context["page"].count, page.context["selection"].problems) == (6, [])
        assert client.get(f"/publications/export.bib?{query}").getvalue().count(b"@") == 6
    assert page.context["selection"].values["author"] == ["ada-quint"]
    wrong = client.get("/publications/?author=nobody&venue=old").context["selection"]
    assert [problem.message for problem in wrong.problems] == [
        "There is no person “nobody” here. Choose one from the list."
    ]


def test_a_draft_is_not_given_away_by_an_old_address(client):
    kept, merged = make_publication("New", slug="new", is_published=False), make_publication("Old", slug="old")
    merge(kept, merged)
    ada, abby = make_person("Ada Quint", is_published=False), make_person("A. Quint")
    merge(ada, abby)
    for path in ("/publications/old/", "/publications/old/cite.bib", "/people/a-quint/", "/people/a-quint/cv/"):
        assert client.get(path).status_code == 404
    problems = client.get("/publications/?author=a-quint").context["selection"].problems
    assert [problem.name for problem in problems] == ["author"]


def test_a_page_that_is_there_wins_over_an_old_address(client):
    kept, merged = make_publication("New", slug="new"), make_publication("Old", slug="old")
    merge(kept, merged)
    make_publication("Another", slug="old")
    assert client.get("/publications/old/").status_code == 200


def test_addresses_work_again_after_taking_back(client, pair):
    undo(merge(*pair))
    assert [client.get(f"/people/{slug}/").status_code for slug in ("a-quint", "ada-quint")] == [200, 200]
    assert OldSlug.objects.count() == 0


def test_the_page_lists_the_papers_of_both_once(client, pair):
    merge(*pair)
    text = client.get("/people/ada-quint/").content.decode()
    counts = [text.count(f'href="/publications/{slug}/"') for slug in ("own-paper", *(f"paper-{n}" for n in range(5)))]
    assert counts == [1, 1, 1, 1, 1, 1]


def test_exports_keep_their_keys(client, pair):
    """Merging people and venues changes no key by which papers are cited."""
    before = keys_of(client.get("/publications/export.bib"))
    merge(*pair)
    merge(make_venue("New"), make_venue("Old"))
    assert keys_of(client.get("/publications/export.bib")) == {*before, *(f"paper-{number}" for number in range(5))}
    assert client.get("/publications/export.bib").getvalue().count(b"Quint, A.") == 5


def keys_of(response) -> set[str]:
    lines = response.getvalue().decode().splitlines()
    return {line.partition("{")[2].rstrip(",") for line in lines if line.startswith("@")}


def test_costs_of_an_address_that_nothing_answers(client, django_assert_num_queries):
    # The venue, the lab's name, a merged venue, a former website's people, its other records.
    with django_assert_num_queries(5):
        assert client.get("/venues/nothing/").status_code == 404


def test_a_form_that_does_not_say_what_it_saw_merges_nothing(client, editor, pair):
    address = reverse("admin:merge", args=["people.person"])
    response = client.post(address, {"kept": pair[0].pk, "merged": pair[1].pk, "names": "published"})
    assert (response.status_code, Merge.objects.count()) == (409, 0)
