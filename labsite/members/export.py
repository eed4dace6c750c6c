"""Everything the site keeps about a member, as one JSON document with their photos: docs/members.md has its shape.

What is not public about others stays out: drafts of papers, news, talks and projects, and people without a page.
"""

from __future__ import annotations

import datetime
import io
import json
import zipfile
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model, Q, QuerySet

from activities.models import AwardReceipt, GrantRole, Mentorship, Metric, NewsItem, Project, ProjectRole, Service, Talk
from labsite.lib.dates import PartialDate
from labsite.signing_in.models import AccountSession, AuthenticatorApp, Passkey, SignInEvent
from people.models import Education, Membership, Person, Position
from publications.models import Authorship, Rejection

FORMAT = "labsite-member/1"
# Notes of editors on how they know who somebody is are theirs; derived columns say nothing new.
NOT_EXPORTED = frozenset({"identity_note", "sort_key", "search_text", "user"})
REQUEST_FIELDS = ("status", "created_at", "answered_at", "answer")
ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the first that the format knows: the same record gives the same bytes


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    if isinstance(value, Decimal | PartialDate):
        return str(value)
    return value


def facts(record: Model, *names: str, **more: Any) -> dict[str, Any]:
    """These columns of a record; where none is named all that do not point elsewhere."""
    chosen = names or tuple(
        field.name
        for field in record._meta.concrete_fields
        if not field.is_relation and field.name not in NOT_EXPORTED and field.name != "id"
    )
    return {**{name: plain(as_stored(record, name)) for name in chosen}, **more}


def as_stored(record: Model, name: str) -> Any:
    value = getattr(record, name)
    return value.name if hasattr(value, "storage") else value


def names_of(people: Iterable[Person]) -> list[str]:
    """Those of them who have a page."""
    return [person.name for person in people if person.is_published]


def text_of(record: Model | None) -> str:
    return str(record) if record else ""


def export_person(person: Person, account: AbstractBaseUser, now: datetime.datetime) -> dict[str, Any]:
    """The whole document. The number of queries does not grow with the record."""
    return {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "profile": facts(person),
        "names": [facts(name) for name in person.names.all()],
        "links": [facts(link) for link in person.links.all()],
        "sections": [facts(section) for section in person.sections.all()],
        "old_addresses": [facts(address) for address in person.old_addresses.all()],
        "memberships": list(memberships(person)),
        "positions": list(positions(person)),
        "education": list(education(person)),
        "awards": list(awards(person)),
        "mentorships": list(mentorships(person)),
        "grants": list(grants(person)),
        "services": list(services(person)),
        "talks": [facts(talk) for talk in Talk.objects.filter(speakers=person, is_published=True)],
        "news": [facts(item) for item in NewsItem.objects.filter(people=person, is_published=True)],
        "projects": list(projects(person)),
        "figures": [facts(metric) for metric in Metric.objects.filter(person=person)],
        "publications": list(publications(person)),
        "not_theirs": [facts(each) for each in Rejection.objects.filter(person=person)],
        "requests": {
            "changes": [facts(each, *REQUEST_FIELDS, "values", "photo") for each in person.profile_changes.all()],
            "removals": [facts(each, *REQUEST_FIELDS, "message") for each in person.removal_requests.all()],
        },
        "account": export_account(account),
        "history": [export_version(version) for version in person.history.all()],
    }


def memberships(person: Person) -> Iterable[dict[str, Any]]:
    for stay in Membership.objects.filter(person=person).select_related("group"):
        yield facts(stay, group=text_of(stay.group if stay.group and stay.group.is_published else None))


def positions(person: Person) -> Iterable[dict[str, Any]]:
    rows = Position.objects.filter(person=person).select_related("organization")
    for position in rows.prefetch_related("position_people__person"):
        alongside = [
            {"name": each.person.name, "role": each.role}
            for each in position.position_people.all()
            if each.person.is_published
        ]
        yield facts(position, organization=text_of(position.organization), people=alongside)


def education(person: Person) -> Iterable[dict[str, Any]]:
    rows = Education.objects.filter(person=person).select_related("organization")
    for degree in rows.prefetch_related("advisors", "committee", "courses"):
        yield facts(
            degree,
            organization=text_of(degree.organization),
            advisors=names_of(degree.advisors.all()),
            committee=names_of(degree.committee.all()),
            courses=[facts(course, "name", "mark") for course in degree.courses.all()],
        )


def awards(person: Person) -> Iterable[dict[str, Any]]:
    for receipt in AwardReceipt.objects.filter(people=person).select_related("award", "publication"):
        paper = receipt.publication if receipt.publication and receipt.publication.is_published else None
        yield facts(receipt, title=receipt.award.title, publication=paper.title if paper else "")


def mentorships(person: Person) -> Iterable[dict[str, Any]]:
    rows = Mentorship.objects.filter(Q(mentor=person) | Q(mentee=person)).select_related("mentor", "mentee")
    for row in rows:
        mentor, mentee = row.mentor, row.mentee
        other = mentee if mentor == person else mentor
        if other.is_published:
            yield facts(row, mentor=mentor.name, mentee=mentee.name)


def grants(person: Person) -> Iterable[dict[str, Any]]:
    for role in GrantRole.objects.filter(person=person).select_related("grant__funder"):
        yield facts(role.grant, role=role.role, funder=text_of(role.grant.funder))


def services(person: Person) -> Iterable[dict[str, Any]]:
    for service in Service.objects.filter(person=person).select_related("venue", "organization"):
        yield facts(service, venue=text_of(service.venue), organization=text_of(service.organization))


def projects(person: Person) -> Iterable[dict[str, Any]]:
    for row in ProjectRole.objects.filter(person=person, project__is_published=True).select_related("project"):
        own: Project = row.project
        yield facts(own, "slug", "name", "kind", "status", "summary", role=row.role)


def own_rows(person: Person) -> QuerySet:
    rows = Authorship.objects.filter(person=person, publication__is_published=True)
    return rows.select_related("publication__venue").order_by("publication__slug", "pk")


def publications(person: Person) -> Iterable[dict[str, Any]]:
    """Papers that name the member or were taken to: with what is known of that, certain or not."""
    for row in own_rows(person):
        paper = row.publication
        yield {
            "slug": paper.slug,
            "title": paper.title,
            "year": paper.year,
            "venue": text_of(paper.venue) or paper.venue_text,
            "authorship": facts(
                row, "position", "printed_name", "link_status", "link_basis", "is_equal", "is_corresponding",
                "affiliation_text",
            ),
        }  # fmt: skip


def export_account(account: AbstractBaseUser) -> dict[str, Any]:
    """The account, without the password in any form."""
    names = ("username", "email", "first_name", "last_name", "date_joined", "last_login", "is_active", "is_staff")
    groups = sorted(account.groups.values_list("name", flat=True))
    return facts(account, *names, groups=groups, signing_in=export_signing_in(account))


def export_signing_in(account: AbstractBaseUser) -> dict[str, Any]:
    """How the account signs in and did so. No secret in any form."""
    app = AuthenticatorApp.objects.filter(account=account).first()
    sessions = AccountSession.objects.filter(account=account).order_by("began_at").defer("session_data")
    events = SignInEvent.objects.filter(account=account).order_by("pk")
    return {
        "authenticator_app": facts(app, "added_at") if app else None,
        "passkeys": [facts(each, "name", "added_at", "used_at") for each in Passkey.objects.filter(account=account)],
        "linked": [facts(each, "issuer", "subject", "added_at") for each in account.outside_identities.order_by("pk")],
        "sessions": [facts(each, "began_at", "seen_at", "address", "browser") for each in sessions],
        "log": [facts(each, "at", "what", "address", "means") for each in events],
    }


def export_version(version: Any) -> dict[str, Any]:
    """How the record was at a time; who changed it is not the member's fact."""
    names = [field.name for field in Person._meta.concrete_fields if not field.is_relation]
    kept = [name for name in names if name not in NOT_EXPORTED and hasattr(version, name) and name != "id"]
    kind = {"+": "created", "~": "changed", "-": "deleted"}[version.history_type]
    return {"at": plain(version.history_date), "what": kind, "profile": facts(version, *kept)}


def make_archive(person: Person, account: AbstractBaseUser, now: datetime.datetime) -> bytes:
    """A ZIP file of `data.json` and, where there are, `photo.jpg` and `photo-waiting.jpg`."""
    document = json.dumps(export_person(person, account, now), ensure_ascii=False, indent=2)
    waiting = person.profile_changes.filter(status="waiting").exclude(photo="").first()
    photos = {"photo.jpg": person.photo, "photo-waiting.jpg": waiting.photo if waiting else None}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("data.json", ZIP_TIME), document)
        for name, photo in photos.items():
            content = read_file(photo) if photo else b""
            if content:
                archive.writestr(zipfile.ZipInfo(name, ZIP_TIME), content)
    return target.getvalue()


def read_file(file: Any) -> bytes:
    """The stored bytes; none where the file is gone."""
    try:
        with file.open("rb") as opened:
            return opened.read()
    except FileNotFoundError:
        return b""
