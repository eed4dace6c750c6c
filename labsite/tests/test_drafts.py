"""Drafts: one of every kind, tied to everything that is public. No page, file, feed or list names one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group as AccountGroup

from activities.models import Grant, Metric, NewsItem, Project, Talk
from labsite.tests.conftest import never_committed
from labsite.tests.factories import make_award_receipt, make_group, make_member, make_mentorship, make_publication
from labsite.tests.world import make_world
from people.models import Group, Person
from publications.digests import flush_changes
from publications.models import Publication, Topic

pytestmark = pytest.mark.django_db
SECRET = "Zyxwv"


@pytest.fixture(scope="class")
def drafts(django_db_setup, django_db_blocker) -> Iterator[list[str]]:
    """A public world of two of everything, and drafts hung on all of it; gives the addresses of the drafts."""
    with never_committed(django_db_blocker):
        yield make_drafts()


def make_drafts() -> list[str]:
    ada = make_world(2)
    papers, group, area = list(Publication.objects.all()), Group.objects.get(slug="group-0"), Project.objects.first()
    hidden = make_member(
        f"{SECRET} Person", slug="zyxwv-person", is_published=False, group=group, email="z@example.org"
    )
    paper = make_publication(f"{SECRET} paper", [ada, hidden], slug="zyxwv-paper", is_published=False, is_selected=True)
    paper.topics.set(Topic.objects.all())
    secret_group = make_group(f"{SECRET} group", slug="zyxwv-group", is_published=False, lead=ada)
    ada.memberships.create(role="phd", group=secret_group, start="2018")
    project = Project.objects.create(slug="zyxwv", name=f"{SECRET} project", kind="project", is_published=False)
    project.roles.create(person=ada)
    project.publications.set(papers)
    project.topics.set(Topic.objects.all())
    talk = Talk.objects.create(title=f"{SECRET} talk", event="Meeting", publication=papers[0], is_published=False)
    talk.speakers.add(ada)
    item = NewsItem.objects.create(body=f"{SECRET} news", date="2024-05", is_published=False)
    item.people.add(ada)
    item.publications.set(papers)
    Metric.objects.create(person=ada, name="citations", value=4321, source=SECRET, is_published=False)
    Metric.objects.create(publication=papers[0], name="score", value=4321, source=SECRET, is_published=False)
    ada.sections.create(kind="research", heading=f"{SECRET} section", body=SECRET, is_published=False)
    for public in papers:
        public.authorships.create(position=50, printed_name="H. Printed", person=hidden)
    for public in NewsItem.objects.published():
        public.people.add(hidden)
        public.publications.add(paper)
        public.groups.add(secret_group)
    for public in Talk.objects.published():
        public.speakers.add(hidden)
        Talk.objects.filter(pk=public.pk).update(publication=paper) if public.pk % 2 else None
    area.publications.add(paper)
    area.talks.add(talk)
    area.roles.create(person=hidden)
    make_mentorship(ada, hidden, publications=[paper])
    make_mentorship(hidden, ada, publications=papers)
    Person.objects.get(slug="bo-quint-0").mentorships_received.first().publications.add(paper)
    make_award_receipt(f"{SECRET} prize", hidden)
    make_award_receipt("Shared prize", ada, hidden, publication=paper)
    for position in ada.positions.all():
        position.position_people.create(person=hidden, role="mentor")
        position.position_publications.create(publication=paper)
    for degree in ada.education.all():
        degree.advisors.add(hidden)
        degree.committee.add(hidden)
    for grant in Grant.objects.all():
        grant.roles.create(person=hidden, role="pi")
    flush_changes()
    return ["/people/zyxwv-person/", "/people/zyxwv-person/cv/", "/people/zyxwv-person/cv.pdf",
            "/people/zyxwv-person/resume.json", "/people/zyxwv-person/publications.bib",
            "/publications/zyxwv-paper/", "/groups/zyxwv-group/",
            "/research/zyxwv/", "/publications/zyxwv-paper/cite.bib", "/publications/zyxwv-paper/linkset.json",
            "/api/v1/publications/zyxwv-paper/", "/api/v1/people/zyxwv-person/"]  # fmt: skip


PUBLIC = [
    "/", "/people/", "/people/ada-quint/", "/people/ada-quint/cv/", "/people/bo-quint-0/",
    "/people/ada-quint/cv/?style=short", "/people/ada-quint/cv/?style=biosketch",
    "/people/ada-quint/cv/?style=publications",
    "/people/ada-quint/resume.json", "/people/ada-quint/publications.bib", "/groups/group-0/",
    "/publications/", "/publications/paper-0/", "/publications/joint-paper-1/", "/publications/paper-0/cite.bib",
    "/publications/paper-0/cite.jsonld", "/publications/paper-0/linkset.json", "/publications/export.bib",
    "/publications/export.json", "/publications/export.ris", "/venues/", "/venues/v0/", "/topics/", "/topics/topic-0/",
    "/awards/", "/awards/?by=person", "/mentorship/", "/mentorship/tree.svg",
    "/mentorship/?person=ada-quint", "/figures/", "/figures/coauthors.csv", "/figures/coauthors.svg",
    "/figures/awards.csv", "/news/", "/news/?person=ada-quint", "/research/", "/research/area-0/",
    "/search/?q=zyxwv", "/search/?q=quint", "/publications/?q=zyxwv", "/people/?q=zyxwv",
    "/feeds/publications.atom", "/feeds/news.atom", "/sitemap-people.xml", "/sitemap-publications.xml",
    "/sitemap-groups.xml", "/sitemap-research.xml", "/oai?verb=ListRecords&metadataPrefix=oai_dc",
    "/api/v1/publications/", "/api/v1/people/",
]  # fmt: skip


class TestDrafts:
    @pytest.mark.parametrize("path", PUBLIC)
    def test_no_public_answer_names_a_draft(self, client, drafts, path):
        text = (
            client.get(path)
            .getvalue()
            .decode()
            .replace("q=zyxwv", "")
            .replace("q%3Dzyxwv", "")
            .replace('value="zyxwv"', "")
        )
        for asked in ("“<bdi>zyxwv</bdi>”", "“zyxwv”", "<bdi>zyxwv</bdi>"):
            text = text.replace(asked, "")
        assert SECRET not in text
        assert "zyxwv" not in text
        assert "4,321" not in text
        assert "z@example.org" not in text

    def test_drafts_have_no_page_but_for_editors(self, client, admin_client, drafts):
        member = get_user_model().objects.create_user("member", is_staff=True)
        member.groups.add(AccountGroup.objects.get(name="Members"))
        for path in drafts:
            assert client.get(path).status_code == 404, path
            if not path.startswith("/api/"):
                assert admin_client.get(path).status_code == 200, path
        client.force_login(member)
        for path in drafts:
            assert client.get(path).status_code == 404, path
