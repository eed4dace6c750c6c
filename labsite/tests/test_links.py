"""Checking addresses elsewhere, against servers on this machine, and telling the dead ones."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import resolve
from django.utils import timezone

from activities.models import Award, Grant, Metric, Project, ProjectLink, Talk, TalkLink
from labsite import links
from labsite.lib.http import WebError
from labsite.links import DeadLink, LinkReport, Place, check_links, dead_links, holders, outside_addresses, spread
from labsite.models import LabProfile, LinkCheck
from labsite.tests.factories import make_group, make_organization, make_person, make_publication, make_venue
from labsite.tests.servers import Reply, serve
from people.models import ProfileLink
from publications.models import Identifier, Link, Notice

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def online(settings):
    settings.ONLINE_SOURCES = True


@pytest.fixture(scope="module")
def running():
    with serve("a.example.org") as others:
        yield others


@pytest.fixture
def others(running):
    running.replies.clear()
    running.asked.clear()
    running.paused.clear()
    return running


def make_link(url, **values):
    publication = values.pop("publication", None) or make_publication()
    return Link.objects.create(publication=publication, url=url, kind=Link.Kind.CODE, **values)


def make_every_link(count=1):
    """A record more of every kind that names an address, `count` times; the addresses that came with them."""
    before, begin = outside_addresses(), Award.objects.count()
    for number in range(begin, begin + count):
        site = f"http://n{number}.example.org"
        paper = make_publication(f"On Quiet Machines {number}")
        person = make_person(f"Ada Quint {number}")
        make_link(f"{site}/code", publication=paper)
        Notice.objects.create(publication=paper, kind="erratum", url=f"{site}/notice")
        make_venue(f"IC{number}", url=f"{site}/venue")
        ProfileLink.objects.create(person=person, kind="website", url=f"{site}/person")
        make_organization(f"University {number}", url=f"{site}/organization")
        make_group(f"Group {number}", url=f"{site}/group")
        Award.objects.create(title=f"Prize {number}", url=f"{site}/award")
        Grant.objects.create(title=f"Grant {number}", url=f"{site}/grant")
        project = Project.objects.create(name=f"Project {number}", slug=f"project-{number}")
        ProjectLink.objects.create(project=project, label="Code", url=f"{site}/project-code")
        talk = Talk.objects.create(title="On Silence", event=f"ICXM {number}", kind="talk")
        TalkLink.objects.create(talk=talk, label="Slides", url=f"{site}/slides")
        Metric.objects.create(person=person, name="papers", value=3, source="Example", url=f"{site}/metric")
    LabProfile.objects.update_or_create(id=1, defaults={"name": "Quiet Lab", "url": "http://lab.example.com/"})
    return outside_addresses() - before


def check(others, limit=100, older_than=WEEK, **options):
    return check_links(limit, older_than, others.web(**options))


def problems():
    return dict(LinkCheck.objects.values_list("url", "problem"))


def test_every_sort_of_address_is_collected(django_assert_num_queries):
    addresses = make_every_link()
    assert sorted(addresses) == [
        "http://lab.example.com/", "http://n0.example.org/award", "http://n0.example.org/code",
        "http://n0.example.org/grant", "http://n0.example.org/group", "http://n0.example.org/metric", "http://n0.example.org/notice",
        "http://n0.example.org/organization", "http://n0.example.org/person",
        "http://n0.example.org/project-code", "http://n0.example.org/slides", "http://n0.example.org/venue",
    ]  # fmt: skip
    assert len(holders()) == 12
    for count in (1, 3):
        make_every_link(count)
        with django_assert_num_queries(12):
            outside_addresses()


def test_identifiers_own_addresses_and_other_ports_are_left_out(settings):
    settings.SITE_URL = "https://lab.example.org"
    publication = make_publication()
    Identifier.objects.create(publication=publication, scheme="doi", value="10.1000/quiet")
    for url in (
        "https://lab.example.org/files/a.pdf", "https://lab.example.org", "https://host.example.org:8443/",
        "https://lab.example.organic/",
    ):  # fmt: skip
        make_link(url, publication=publication)
    assert outside_addresses() == {"https://lab.example.organic/"}


def test_answers_are_kept(others):
    for path in ("fine", "gone", "wall", "get-only", "moved", "loop", "broken"):
        make_link(f"http://a.example.org/{path}")
    make_link("https://a.example.org/tls")
    others.reply("http://a.example.org/fine", Reply(b"here"))
    others.reply("http://a.example.org/gone", Reply(status=410))
    others.reply("http://a.example.org/wall", Reply(status=403))
    others.reply("http://a.example.org/get-only", Reply(status=501), Reply(b"x" * 5_000_000))
    others.reply("http://a.example.org/moved", Reply(status=301, headers={"Location": "https://a.example.org/tls"}))
    others.reply("http://a.example.org/loop", Reply(status=302, headers={"Location": "/loop"}))
    others.reply("http://a.example.org/broken", Reply(status=500))
    others.reply("https://a.example.org/tls", Reply(b"there"))
    assert check(others) == LinkReport(checked=8, failing=2, waiting=0)
    assert problems() == {
        "http://a.example.org/broken": "The server fails (error 500).",
        "http://a.example.org/fine": "",
        "http://a.example.org/get-only": "",
        "http://a.example.org/gone": "There is no page at this address (error 410).",
        "http://a.example.org/loop": "",
        "http://a.example.org/moved": "",
        "http://a.example.org/wall": "",
        "https://a.example.org/tls": "",
    }
    assert [asked.method for asked in others.asked if asked.address.endswith("/fine")] == ["HEAD"]
    assert [asked.method for asked in others.asked if asked.address.endswith("/get-only")] == ["HEAD", "GET"]


@pytest.mark.parametrize("status", [401, 403, 405, 429, 999])
def test_a_wall_against_programs_is_an_answer(others, status):
    make_link("http://a.example.org/wall")
    others.reply("http://a.example.org/wall", Reply(status=status))
    check(others)
    assert problems() == {"http://a.example.org/wall": ""}


def test_an_address_inside_is_not_asked(others):
    """A link that leads into the private network is named a problem and no connection is made."""
    make_link("http://a.example.org/fine")
    make_link("http://inside.example.org/")
    others.reply("http://a.example.org/fine", Reply(b"here"))
    asked = []

    def lead(host, port):
        asked.append(host)
        return [("10.0.0.7", port)]

    with pytest.raises(WebError, match="None of 3 addresses answered"):
        make_link("http://third.example.org/")
        check(others, resolve=lead, allow_private=False)
    assert problems() == {}
    Link.objects.exclude(url="http://inside.example.org/").delete()
    check(others, resolve=lead, allow_private=False)
    assert problems() == {
        "http://inside.example.org/": "'inside.example.org' leads to an address that is not on the public internet."
    }
    assert others.asked == []


def test_an_address_is_asked_once_a_week(others):
    make_link("http://a.example.org/fine")
    others.reply("http://a.example.org/fine", Reply(b"here"))
    assert check(others).checked == 1
    assert check(others).checked == 0
    LinkCheck.objects.update(checked_at=timezone.now() - timedelta(days=6))
    assert check(others).checked == 0
    assert check(others, older_than=timedelta(days=5)).checked == 1
    LinkCheck.objects.update(checked_at=timezone.now() - timedelta(days=8))
    assert check(others).checked == 1
    assert len(others.asked) == 3


def test_new_addresses_come_first_then_the_oldest(others):
    now = timezone.now()
    for path, days in (("old", 20), ("older", 30)):
        make_link(f"http://a.example.org/{path}")
        LinkCheck.objects.create(url=f"http://a.example.org/{path}", checked_at=now - timedelta(days=days))
    make_link("http://a.example.org/new")
    assert check(others, limit=2) == LinkReport(checked=2, failing=2, waiting=1)
    assert [asked.address for asked in others.asked if asked.method == "HEAD"] == [
        "http://a.example.org/new",
        "http://a.example.org/older",
    ]


def test_hosts_take_turns_and_are_given_time(others):
    addresses = ["http://a.example.org/1", "http://a.example.org/2", "http://b.example.org/1", "http://a.example.org/3"]
    assert list(spread(addresses)) == [addresses[0], addresses[2], addresses[1], addresses[3]]
    for address in addresses:
        make_link(address)
        others.reply(address, Reply(b""))
    check(others)
    assert [round(pause) for pause in others.paused] == [1, 2]


def test_failing_since_stays_until_it_answers(others):
    make_link("http://a.example.org/page")
    check(others)
    first = LinkCheck.objects.get().failing_since
    LinkCheck.objects.update(checked_at=first - WEEK, failing_since=first - WEEK)
    check(others)
    again = LinkCheck.objects.get()
    assert again.failing_since == first - WEEK
    assert again.checked_at > first
    others.reply("http://a.example.org/page", Reply(b"back"))
    check(others, older_than=timedelta(0))
    assert (LinkCheck.objects.get().problem, LinkCheck.objects.get().failing_since) == ("", None)


def test_a_machine_without_network_keeps_nothing(others):
    for host in "abc":
        make_link(f"http://{host}.example.org/")
    with pytest.raises(WebError, match="None of 3 addresses answered: check that this machine is online"):
        check(others, resolve=lambda host, port: [("127.0.0.1", 1)])
    assert problems() == {}


def test_one_host_that_is_down_is_kept_once_another_answers(others):
    for host in "abc":
        make_link(f"http://{host}.example.org/")
    others.reply("http://c.example.org/", Reply(b"here"))
    ports = {"c.example.org": others.ports[80]}
    check(others, resolve=lambda host, port: [("127.0.0.1", ports.get(host, 1))])
    assert problems() == {
        "http://a.example.org/": "a.example.org cannot be reached: try again later.",
        "http://b.example.org/": "b.example.org cannot be reached: try again later.",
        "http://c.example.org/": "",
    }


def test_addresses_nobody_names_are_forgotten(others):
    link = make_link("http://a.example.org/page")
    check(others)
    link.delete()
    check(others)
    assert problems() == {}


def fail(url, since, checked=timedelta(0), problem="There is no page at this address (error 404)."):
    now = timezone.now()
    return LinkCheck.objects.create(
        url=url, problem=problem, checked_at=now - checked, failing_since=None if since is None else now - since
    )


def test_dead_links_failed_for_days_or_twice():
    person = make_person("Ada Quint")
    for number, url in enumerate(["once", "days", "twice", "fine"]):
        ProfileLink.objects.create(person=person, kind="website", url=f"http://a.example.org/{url}", order=number)
    fail("http://a.example.org/once", timedelta(hours=5), timedelta(hours=5))
    days = fail("http://a.example.org/days", timedelta(days=4), timedelta(days=4))
    twice = fail("http://a.example.org/twice", timedelta(hours=5), timedelta(hours=1))
    fail("http://a.example.org/fine", None, problem="")
    fail("http://a.example.org/named-nowhere", timedelta(days=30))
    place = Place("Person: Ada Quint", f"/admin/people/person/{person.pk}/change/")
    assert dead_links(10) == [
        DeadLink(check.url, check.problem, check.failing_since, (place,)) for check in (days, twice)
    ]
    assert [link.url for link in dead_links(2)] == [days.url]  # the longest dead one stands nowhere any more


def test_a_dead_link_tells_every_place_once():
    url = "http://a.example.org/page"
    paper = make_publication("On Quiet Machines")
    make_link(url, publication=paper)
    Link.objects.create(publication=paper, url=url, kind=Link.Kind.PDF)
    venue = make_venue("ICXM", url=url)
    fail(url, timedelta(days=9))
    (link,) = dead_links(10)
    assert sorted(place.label for place in link.places) == ["Publication: On Quiet Machines", "Venue: ICXM"]
    assert f"/admin/publications/venue/{venue.pk}/change/" in [place.url for place in link.places]


def test_dead_links_cost_the_same_for_one_and_for_many(django_assert_num_queries):
    for count in (1, 3):
        for url in make_every_link(count):
            fail(url, timedelta(days=9))
        with django_assert_num_queries(13):
            found = dead_links(100)
        assert len(found) == 11 * Award.objects.count() + 1
        for link in found:
            for place in link.places:
                assert resolve(place.url).url_name.endswith("_change")
    LinkCheck.objects.all().delete()
    with django_assert_num_queries(1):
        assert dead_links(100) == []


def test_the_command_reports(others, monkeypatch, capsys):
    monkeypatch.setattr(links, "Web", others.web)
    make_link("http://a.example.org/fine")
    make_link("http://a.example.org/gone")
    others.reply("http://a.example.org/fine", Reply(b"here"))
    call_command("check_links", "--limit", "1")
    call_command("check_links", "--older-than", "0")
    assert capsys.readouterr().out.splitlines() == [
        "1 addresses checked, 0 do not answer, 1 wait for the next run.",
        "2 addresses checked, 1 do not answer, 0 wait for the next run.",
    ]


@pytest.mark.parametrize("arguments", [["--limit", "0"], ["--older-than", "-1"]])
def test_the_command_refuses_wrong_numbers(arguments):
    with pytest.raises(CommandError, match="--limit must be 1 or more, --older-than 0 or more"):
        call_command("check_links", *arguments)


def test_f8_the_command_asks_nobody_where_the_switch_is_off(settings, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a connection was tried")

    settings.ONLINE_SOURCES = False
    make_link("http://a.example.org/page")
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(CommandError, match="ONLINE_SOURCES is off"):
        call_command("check_links")
    assert problems() == {}
