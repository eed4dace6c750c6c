"""Filters and tags that every template has without loading them."""

from __future__ import annotations

import datetime
import json
import secrets
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.db.models import Model
from django.template import Context, loader
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, to_locale

from labsite.cards.facts import card_address, card_alt, make_card
from labsite.lib.markdown import render_markdown
from labsite.lib.search import Question, highlight
from labsite.lib.text import amount_text, spell_email
from labsite.lib.web import as_linked, in_language, plain_address, without_language
from labsite.looks import logo_of, picture_of
from labsite.models import LabProfile
from people.models import Organization

register = template.Library()
register.filter("spell_email", spell_email)
LANGUAGES_STAND_HERE = SafeString(f"<!--{secrets.token_hex(8)}-->")  # what nobody has written
NOT_IN_SCRIPT = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


@register.filter
def markdown(text: str) -> SafeString:
    return render_markdown(text)


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency: “USD 40,000”, “EUR 12.50”."""
    return amount_text(amount, currency)


@register.filter
def json_ld(data: dict) -> SafeString:
    """A schema.org description as the script element that search engines read. No text can end the element."""
    text = json.dumps(data, ensure_ascii=False).translate(NOT_IN_SCRIPT)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - what could end it is escaped


@register.simple_tag(takes_context=True)
def breadcrumb_ld(context: Context, crumbs: list[tuple[str, str]], here: object) -> SafeString:
    """The breadcrumbs of a page as schema.org data."""
    root = context.get("site_root", "")
    own = context.get("canonical", "").removeprefix(root)
    trail = [(gettext("Home"), reverse("home")), *(crumbs or []), (str(here), own)]
    items = [
        {"@type": "ListItem", "position": position, "name": text, "item": f"{root}{address}"}
        for position, (text, address) in enumerate(trail, start=1)
    ]
    return json_ld({"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items})


@register.simple_tag
def mark_words(text: str, question: Question | str | None = None) -> SafeString:
    """`text` with what was searched for marked."""
    return highlight(text, question or Question())


@register.simple_tag
def icon(name: str) -> SafeString:
    """A symbol of `icons.svg` beside a word that says the same."""
    address = static("labsite/icons.svg")
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>', address, name
    )


@register.simple_tag
def content_lang() -> SafeString:
    """The attribute that says in which language the lab writes, where the page around it is in another.

    What people wrote is taken to be in the site's first language: nothing else is known of it.
    """
    language = settings.LANGUAGE_CODE
    return SafeString() if get_language() == language else format_html(' lang="{}"', language)


@register.simple_tag(takes_context=True)
def own_links(context: Context, links: list[tuple[str, str]]) -> list[dict[str, str]]:
    """Links of the lab's own navigation: `label`, `address` in the page's language, and `current`.

    `current` is "page" on the page itself, "true" on those below it, else empty.
    """
    path = getattr(context.get("request"), "path", "")
    found = []
    for label, written in links:
        address = as_linked(written)
        below = address not in ("/", as_linked("/")) and path.startswith(address)
        current = "page" if address == path else "true" if below else ""
        found.append({"label": label, "address": address, "current": current})
    return found


@register.simple_tag
def plain_url(name: str, *arguments: str) -> str:
    """The address of what is the same in every language: feeds, exports."""
    return plain_address(name, *arguments)


@register.simple_tag(takes_context=True)
def language_links(context: Context) -> list[dict[str, Any]]:
    """This page in each language, the site's first language first; [] where there is no request.

    Of each: its `code`, its `name` in itself, `hreflang`, the `address` with what the page was asked for, the whole
    `url` without that, and whether it `is_current`.
    """
    request = context.get("request")
    if request is None:
        return []
    path, query = without_language(request.path), request.GET.urlencode()
    root, active = context.get("site_root", ""), get_language()
    links = []
    for code, name in sorted(settings.LANGUAGES, key=lambda language: language[0] != settings.LANGUAGE_CODE):
        own = in_language(path, code)
        links.append({
            "code": code,
            "name": name,
            "hreflang": to_locale(code).replace("_", "-"),
            "address": f"{own}?{query}" if query else own,
            "url": f"{root}{own}",
            "is_current": code == active,
        })  # fmt: skip
    return links


@register.simple_tag(takes_context=True)
def site_footer(context: Context, languages: list[dict[str, Any]]) -> SafeString:
    """The foot of the page; `languages` are those of `language_links`.

    It is made once for what the lab's profile says there: an edit shows at once, since its values are what it is kept
    by.
    """
    lab = context["lab"]
    organization = lab.organization
    facts = (
        lab.name, lab.contact, lab.url, lab.footer_links,
        organization and (str(organization), organization.url),
    )  # fmt: skip
    other = format_html_join(
        "", '<li><a href="{}" hreflang="{}" lang="{}">{}</a></li>',
        ((each["address"], each["hreflang"], each["hreflang"], each["name"])
         for each in languages if not each["is_current"]),
    )  # fmt: skip
    is_signed_in = bool(context.get("is_signed_in"))  # said by pages that are one visitor's own alone
    before, after = _footer_around_languages(get_language(), settings.LANGUAGE_CODE, facts, is_signed_in)
    return SafeString(f"{before}{other}{after}")


@lru_cache(maxsize=32)
def _footer_around_languages(
    language: str, first_language: str, facts: tuple[Any, ...], is_signed_in: bool
) -> tuple[str, str]:
    """What stands before and after the languages, in the active one."""
    name, contact, url, footer_links, parent = facts
    organization = Organization(name=parent[0], url=parent[1]) if parent else None
    lab = LabProfile(name=name, contact=contact, url=url, footer_links=footer_links, organization=organization)
    context = {"lab": lab, "languages": LANGUAGES_STAND_HERE, "is_signed_in": is_signed_in}
    html = loader.render_to_string("includes/_site_footer.html", context)
    before, _, after = html.partition(LANGUAGES_STAND_HERE)
    return before, after


@register.simple_tag
def is_new(item: object, today: datetime.date) -> bool:
    return item.is_new(today)


@register.inclusion_tag("labsite/_picture.html")
def lab_picture(lab: LabProfile, sizes: str = "(min-width: 78rem) 76rem, calc(100vw - 2rem)") -> dict[str, Any]:
    """The home page's picture with its caption; nothing where there is none. `sizes`: how wide it stands there."""
    return {"picture": picture_of(lab), "sizes": sizes}


@register.inclusion_tag("labsite/_logo.html")
def lab_logo(lab: LabProfile) -> dict[str, Any]:
    """The lab's logo, 40 CSS pixels high, for a place where its name is written too; nothing where there is none."""
    return {"logo": logo_of(lab)}


@register.inclusion_tag("includes/_card_meta.html", takes_context=True)
def card_meta(context: Context, record: Model | None = None) -> dict[str, str]:
    """The social card of a person, a publication or a group, or of the lab, as meta elements. No query where the page
    has loaded what the card shows: memberships of a person, authors and venue of a publication. Drafts have none.
    """
    profile = context["lab"]
    record = record or profile
    if not getattr(record, "is_published", True):
        return {}
    card = make_card(record, profile)
    return {"card_address": f"{context['site_root']}{card_address(record, card)}", "card_alt": card_alt(card)}
