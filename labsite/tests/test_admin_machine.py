"""K3: any order of acts in the admin leaves what a few lines of Python say it must.

A machine adds, edits, merges, parts, imports, takes back and deletes through the pages that editors use, and keeps a
model of people and papers beside them: dictionaries. After each act both are compared, and the public pages asked.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from lxml import html

from labsite.models import Merge
from labsite.tests.bibliography import WORDS
from labsite.tests.fuzz import cases
from labsite.tests.hostile import read_form
from people.models import Person
from publications.models import Import, Publication

ENTRY = "@article{%s, title={%s}, author={Nobody, N.}, year={2020}, journal={Hush Letters}}\n"
STEPS = 12


def title_of(number: int) -> str:
    """Unlike any other: of similar titles an import would ask whether they are one."""
    return " ".join([*random.Random(number).sample(WORDS, 6), f"{number:x}"]).capitalize()  # noqa: S311 - words


class Editor(RuleBasedStateMachine):
    """`people`: by key the headline. `papers`: by title the key of the author, None for a stranger."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.client = Client()
        self.client.force_login(get_user_model().objects.create_superuser("machine"))
        self.people: dict[int, str] = {}
        self.papers: dict[str, int | None] = {}
        self.imports: list[tuple[int, list[str]]] = []
        self.merges: list[tuple[int, int, int]] = []  # merge, kept, merged
        self.count = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    # What editors do

    def save(self, address: str, **changed: Any) -> Any:
        """The page's largest form with these fields, as a browser sends it."""
        page = self.client.get(address)
        assert page.status_code == 200, (address, page.status_code)
        forms = [form for form in html.fromstring(page.content.decode()).forms if form.method == "POST"]
        form = max(forms, key=lambda each: len(each.fields))
        data: dict[str, Any] = {}
        for name, value in read_form(form, address).values:
            data.setdefault(name, []).append(value)
        response = self.client.post(form.get("action") or address, {**data, **changed})
        assert response.status_code == 302, (address, response.status_code, problems_of(response))
        return response

    @initialize()
    def begin(self) -> None:
        for _ in range(2):
            self.add_person()

    @rule()
    def add_person(self) -> None:
        self.count += 1
        name = f"{chr(65 + self.count % 26)}da{self.count} Quint{self.count}"
        self.save(reverse("admin:people_person_add"), name=name, slug=f"person-{self.count}")
        self.people[Person.objects.get(slug=f"person-{self.count}").pk] = ""

    @precondition(lambda self: self.people)
    @rule(place=st.integers(0, 99))
    def edit_person(self, place: int) -> None:
        key = sorted(self.people)[place % len(self.people)]
        self.count += 1
        self.save(reverse("admin:people_person_change", args=[key]), headline=f"Headline {self.count}")
        self.people[key] = f"Headline {self.count}"

    @precondition(lambda self: self.people)
    @rule(place=st.integers(0, 99))
    def add_paper(self, place: int) -> None:
        key = sorted(self.people)[place % len(self.people)]
        self.count += 1
        title = title_of(self.count)
        row = {
            "authorships-TOTAL_FORMS": 1, "authorships-0-position": 1, "authorships-0-printed_name": "A. Quint",
            "authorships-0-person": key, "authorships-0-link_status": "confirmed",
        }  # fmt: skip
        self.save(reverse("admin:publications_publication_add"), title=title, slug=f"paper-{self.count}", **row)
        self.papers[title] = key

    @precondition(lambda self: self.papers)
    @rule(place=st.integers(0, 99))
    def rename_paper(self, place: int) -> None:
        title = sorted(self.papers)[place % len(self.papers)]
        if any(title in titles for _, titles in self.imports):
            return  # what was changed since is left alone when its import is taken back: another story
        self.count += 1
        new = title_of(self.count)
        self.save(self.change_of(title), title=new)
        self.papers[new] = self.papers.pop(title)

    def change_of(self, title: str) -> str:
        key = Publication.objects.get(title=title).pk
        return reverse("admin:publications_publication_change", args=[key])

    @precondition(lambda self: self.papers)
    @rule(place=st.integers(0, 99))
    def delete_paper(self, place: int) -> None:
        title = sorted(self.papers)[place % len(self.papers)]
        self.save(self.change_of(title).replace("change/", "delete/"), post="yes")
        del self.papers[title]
        self.imports = [(key, [each for each in titles if each != title]) for key, titles in self.imports]

    @precondition(lambda self: len(self.people) > 1)
    @rule(place=st.integers(0, 99), other=st.integers(1, 98))
    def merge(self, place: int, other: int) -> None:
        keys = sorted(self.people)
        place %= len(keys)
        kept, merged = keys[place], keys[(place + 1 + other % (len(keys) - 1)) % len(keys)]
        address = f"{reverse('admin:merge', args=['people.person'])}?kept={kept}&merged={merged}"
        self.save(address, names="former")
        self.people[kept] = self.people[kept] or self.people[merged]
        self.merges = [(Merge.objects.latest("pk").pk, kept, merged)]  # only the last one is parted again
        self.parted = {
            "people": {merged: self.people.pop(merged)},
            "papers": [title for title, author in self.papers.items() if author == merged],
            "kept": dict(self.people),
        }
        self.papers = {title: kept if author == merged else author for title, author in self.papers.items()}

    @precondition(lambda self: self.merges)
    @rule()
    def part(self) -> None:
        key, kept, merged = self.merges.pop()
        headline = Person.objects.get(pk=kept).headline
        response = self.client.post(reverse("admin:merge_undo", args=[key]))
        assert response.status_code in (200, 302)
        if Merge.objects.get(pk=key).undone_at is None:
            return  # refused, in words: then nothing may have changed
        self.people |= self.parted["people"]
        # A headline that the merge brought goes back, one that was typed since stays.
        self.people[kept] = Person.objects.get(pk=kept).headline
        assert self.people[kept] in (headline, "")
        for title in self.parted["papers"]:
            if title in self.papers:
                self.papers[title] = merged

    @rule(size=st.integers(1, 3))
    def import_papers(self, size: int) -> None:
        titles = []
        for _ in range(size):
            self.count += 1
            titles.append(title_of(self.count))
        # Of two with one key, one author and a word in common, an import would ask whether they are one.
        text = "".join(ENTRY % (f"k{title.split()[-1]}", title) for title in titles)
        plan = self.save(reverse("admin:publications_import_add"), text=text).headers["Location"]
        key = Import.objects.latest("pk").pk
        assert str(key) in plan
        self.save(plan, apply=1)
        assert Import.objects.get(pk=key).state == Import.State.APPLIED
        self.papers |= dict.fromkeys(titles)
        self.imports.append((key, titles))

    @precondition(lambda self: self.imports)
    @rule()
    def take_back_import(self) -> None:
        key, titles = self.imports.pop()
        response = self.client.post(reverse("admin:publications_import_undo", args=[key]))
        assert response.status_code == 302, problems_of(response)
        for title in titles:
            del self.papers[title]

    # What must be

    @invariant()
    def agrees(self) -> None:
        assert dict(Person.objects.values_list("pk", "headline")) == self.people
        rows = Publication.objects.values_list("title", "authorships__person")
        assert sorted(rows, key=str) == sorted(self.papers.items(), key=str)

    @invariant()
    def is_answered(self) -> None:
        for model in (Person, Publication):
            for record in model.objects.order_by("-pk")[:1]:
                assert Client().get(record.get_absolute_url()).status_code == 200


def problems_of(response: Any) -> str:
    tree = html.fromstring(response.content.decode() or "<p></p>")
    return " ".join(" ".join(tree.xpath("//*[contains(@class, 'error')]//text()")).split())[:400]


@pytest.mark.django_db
def test_any_order_of_acts_leaves_what_the_model_says():
    run_state_machine_as_test(
        Editor,
        settings=settings(
            max_examples=cases(2, weight=0.02), stateful_step_count=STEPS, deadline=None, database=None,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate],
        ),
    )  # fmt: skip
