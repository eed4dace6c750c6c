"""What anybody types: text on every page (C1 to C6), addresses that act (C8), marks that turn text around (C14)."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from django.urls import reverse

from activities.models import Award, Grant, Metric
from labsite.lib.text import clean_text
from labsite.models import LabProfile
from labsite.tests.factories import make_member, make_publication
from labsite.tests.injection import PAYLOADS, POLYGLOT, free_texts, infect_everything, look, mistakes_in
from labsite.tests.test_public_pages import QUERIES
from labsite.tests.world import make_world
from people.models import Organization, ProfileLink
from publications.models import Link, Venue

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("boss"))
    return client


@pytest.mark.once
def test_c1_to_c6_every_text_of_every_record_on_every_page(boss):
    make_world(1)
    LabProfile.objects.update_or_create(pk=1, defaults={"name": "Lab"})
    infect_everything()
    assert len([model for model in admin.site._registry if free_texts(model)]) > 20
    addresses = [*QUERIES, "/", "/search/?q=q4x", f"/search/?q={quote(POLYGLOT)}", "/zh-hans/people/ada-quint/"]
    pages = [address for address in addresses if not address.endswith((".svg", ".pdf")) and "cy-quint" not in address]
    assert look(Client(), pages) > 40
    for model in admin.site._registry:
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.order_by("pk").last()
        if row is None or model._meta.app_label == "auth":
            continue
        listed = boss.get(reverse(f"{base}_changelist"), follow=True).content.decode()
        pages = [reverse(f"{base}_{act}", args=[row.pk]) for act in ("change", "history", "delete")]
        for text in (listed, *(boss.get(page, follow=True).content.decode() for page in pages)):
            assert mistakes_in(text) == [], model


@pytest.mark.once
def test_what_a_visitor_asks_for_is_repeated_as_text(client):
    make_member("Ada Quint", slug="ada")
    questions = ["/search/?q={}", "/publications/?q={}", "/publications/?year={}", "/publications/?venue={}",
                 "/people/?q={}", "/people/?role={}", "/awards/?by={}", "/news/?kind={}", "/mentorship/?person={}",
                 "/figures/?group={}", "/people/ada/cv/?style={}", "/login/?next={}", "/{}"]  # fmt: skip
    for number, payload in enumerate(PAYLOADS):
        # Each payload at a third of the places, each place with a third of the payloads.
        for question in questions[number % 3 :: 3]:
            answer = client.get(question.format(quote(payload, safe="")))
            assert answer.status_code in (200, 404), question
            assert mistakes_in(answer.content.decode()) == [], (question, payload)


# Addresses, C8

BAD_ADDRESSES = [
    "javascript:q4x(1)", "JaVaScRiPt:q4x(1)", " javascript:q4x(1)", "java\nscript:q4x(1)", "java\tscript:q4x(1)",
    "\x01javascript:q4x(1)", "data:text/html,<script>q4x(1)</script>", "vbscript:q4x", "//evil.example",
    "/\\evil.example",
    "file:///etc/passwd", "ftp://example.org/", "blob:https://example.org/x", "view-source:https://example.org/",
    "about:blank", "mailto:a@example.org", "example.org", "intent://x",
]  # fmt: skip


def holders() -> list:
    """One record of each model with an address."""
    ada, paper = make_member("Ada Quint"), make_publication("Quiet")
    return [
        (Organization(name="O"), "url"), (ProfileLink(person=ada), "url"), (Venue(slug="v", name="V"), "url"),
        (Link(publication=paper, kind="pdf"), "url"), (Award(title="A"), "url"), (Metric(person=ada, name="m"), "url"),
        (Grant(title="G"), "url"), (LabProfile(pk=1, name="L"), "url"),
    ]  # fmt: skip


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_c8_an_address_that_is_none_of_the_web_is_never_stored(address):
    """By the model itself: forms and imports check too, but bulk inserts, updates and fixtures pass by them."""
    for record, name in holders():
        setattr(record, name, address)
        with pytest.raises(ValidationError):
            record.full_clean()
        with pytest.raises(ValidationError), transaction.atomic():
            record.save()
        with pytest.raises(ValidationError), transaction.atomic():
            type(record)._default_manager.bulk_create([record])
    with pytest.raises(ValidationError), transaction.atomic():
        Organization.objects.update(url=address)


def test_c8_addresses_of_the_web_are_stored():
    for address in ("", "https://example.org/", "HTTP://example.org/a?b=c#d"):
        assert Organization.objects.create(name=f"O{address}", url=address).url == address
    assert Organization.objects.filter(url="javascript:x").count() == 0  # asking is no writing


@pytest.mark.parametrize(
    "line", ["x | javascript:q4x(1)", "x | //evil.example", "x | /\\evil.example", "x | data:,q4x"]
)
def test_c8_links_of_the_lab_lead_somewhere(line):
    with pytest.raises(ValidationError):
        LabProfile(pk=1, name="L", header_links=line).full_clean()


# Marks of direction, C14

MARKS = [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]


MANAGEMENT = {"aliases-TOTAL_FORMS": "0", "aliases-INITIAL_FORMS": "0"}


@pytest.mark.parametrize("mark", MARKS, ids=lambda mark: f"{ord(mark):04x}")
def test_c14_marks_of_direction_do_not_reach_past_a_name(boss, mark):
    """In names and titles they are dropped when the form is saved; what is printed of others stands apart in <bdi>."""
    assert clean_text(f"Quiet{mark}Paper") == "QuietPaper"
    answer = boss.post(
        reverse("admin:publications_venue_add"),
        {"name": f"Quiet {mark}Venue", "short_name": f"Q{mark}V", "slug": "qv", "kind": "conference"} | MANAGEMENT,
    )
    assert answer.status_code == 302, answer.content.decode()[:2000]
    venue = Venue.objects.get()
    assert (venue.name, venue.short_name) == ("Quiet Venue", "QV")
