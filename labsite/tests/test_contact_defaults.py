"""Contact data of students, as of everybody, are nobody's to read until their owner shows them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from labsite.tests.factories import make_group, make_member
from labsite.tests.forms import form_values
from labsite.tests.members import client_of, make_own
from labsite.tests.tables import csv_file, import_table
from people.models import Membership, Person

pytestmark = pytest.mark.django_db

EMAIL, PHONE, OFFICE = "aq7731@students.example.org", "555 0147", "Room Q-77"
ROLES = [Membership.Role.PHD, Membership.Role.MASTER, Membership.Role.UNDERGRADUATE, Membership.Role.INTERN]
HIDDEN = (EMAIL, EMAIL.partition("@")[0], PHONE, OFFICE)


def made_by_program(client: Client, role: str) -> Person:
    return make_member("Ada Quint", role=role, email=EMAIL, phone=PHONE, office=OFFICE)


def made_in_the_admin(client: Client, role: str) -> Person:
    form = form_values(client.get(reverse("admin:people_person_add")))
    form |= {"name": "Ada Quint", "is_published": "on", "email": EMAIL, "phone": PHONE, "office": OFFICE}
    assert client.post(reverse("admin:people_person_add"), form).status_code == 302
    person = Person.objects.get()
    Membership.objects.create(person=person, role=role, group=make_group(), start="2020")
    return person


def made_by_a_table(client: Client, role: str) -> Person:
    head = ["Name", "E-mail", "Phone", "Role", "Start", "Published"]
    label = Membership.Role(role).label
    import_table(client, Person, csv_file(head, ["Ada Quint", EMAIL, PHONE, str(label), "2020", "yes"]))
    Person.objects.update(office=OFFICE)
    return Person.objects.get()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("make", [made_by_program, made_in_the_admin, made_by_a_table])
def test_j6_a_student_s_contact_data_are_hidden_until_shown(admin_client, make, role):
    person = make(admin_client, role)
    assert person.email == EMAIL
    assert {person.email_visibility, person.phone_visibility, person.office_visibility} == {"private"}
    page = person.get_absolute_url()
    others = client_of(make_own("Bo Okafor"))
    ends = ("", "cv/", "resume.json", "publications.bib", "cv/?show=email&show=phone&show=office")
    elsewhere = ("/people/", "/search/?q=Quint", "/api/v1/people/", "/oai?verb=Identify")
    for path in (*(f"{page}{end}" for end in ends), *elsewhere):
        for client in (Client(), others):
            answer = client.get(path, follow=True)
            text = b"".join(answer) if answer.streaming else answer.content
            assert [word for word in HIDDEN if word.encode() in text] == [], path
    person.email_visibility = "public"
    person.save()
    assert HIDDEN[1].encode() in Client().get(page).content
