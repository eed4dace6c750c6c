"""People of a Hugo Blox site: `content/authors/*/_index.md` and `data/authors/*.yaml`, in all their spellings. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from labsite.lib.text import match_key
from labsite.site_import.about import DRAWING, DRAWN, read_about
from labsite.site_import.career import Owner, position_kind, summary_of
from labsite.site_import.fields import Fields
from labsite.site_import.links import link_of, orcid_of
from labsite.site_import.records import (
    AwardRecord,
    EducationRecord,
    LinkRecord,
    Media,
    PersonRecord,
    PositionRecord,
)
from labsite.site_import.roles import is_former, role_of
from labsite.site_import.site import Site
from labsite.site_import.texts import SourceText

SIGN = "signs are not carried over"
NO_ADDRESS = "it is no account or address of a service that is known here"
AVATARS = ("avatar.jpg", "avatar.jpeg", "avatar.png", "avatar.webp", "featured.jpg", "featured.png")
DEGREE = re.compile(r"(.{1,60}?)\s+(?:in|of)\s+(?=[A-Z])(.+)\Z")
GENERIC_GROUPS = re.compile(
    r"(?:principal investigators?|pis?|researchers?|(?:current |former |past )?(?:members?|people|team|students?|staff)"
    r"|faculty|alumni|visitors?|administration|collaborators?|(?:under)?grad(?:uate)?[ -]students?|post-?docs?"
    r"|postdoctoral.*|ph\.?d\.?.*|master.*|bachelor.*|interns?|research (?:staff|assistants?|fellows?))\Z",
    re.IGNORECASE,
)


def read_author(site: Site, key: str, fields: Fields, source: SourceText | None, path: str) -> PersonRecord | None:
    """Somebody of the site. `source` is their page, where they have one; `path` where it stood."""
    names = fields.fields("name")
    name = names.text("display") or fields.text("title", "name")
    given = names.text("given") or fields.text("first_name")
    family = names.text("family") or fields.text("last_name")
    name = name or " ".join(filter(None, (given, family)))
    if not name:
        site.folder.account.refuse(fields.place(), "It does not say who this is: write “title: …” or “name: …”.")
        fields.discard("it is not known who this is")
        if source:
            site.leave_text(source, "it is not known who this is")
        return None
    if match_key(fields.peek("name")) == match_key(name):
        fields.take("name")
    groups = fields.texts("user_groups")
    role_text = site.text(fields, "role")
    organizations = [*fields.items("organizations"), *fields.items("affiliations")]
    affiliations = [(item.text("name"), item.address("url")) for item in organizations]
    affiliations += [(text, "") for text in fields.texts("organizations", "affiliations")]
    site.group_names |= {match_key(group): group for group in groups}
    own_groups = tuple(group for group in groups if not GENERIC_GROUPS.match(group.strip()))
    title = role_text if len(role_text) <= 120 else ""
    person = PersonRecord(
        fields.place(), key, name, given, family, native_name=names.text("alternate") or fields.text("name_native"),
        pronouns=names.text("pronouns") or fields.text("pronouns"), headline=role_text, title=title,
        email=fields.text("email"), phone=fields.text("phone"), organization=affiliations[0][0] if affiliations else "",
        role=role_of(*groups, role_text), is_alumnus=is_former(*groups), groups=tuple(map(match_key, own_groups)),
        photo=avatar_of(site, key, fields, source), office=fields.lines("office", "address"),
        orcid=orcid_of(fields.text("orcid")),
    )  # fmt: skip
    for number, (organization, url) in enumerate(affiliations):
        if number and organization:
            record = PositionRecord(fields.place(), "employment", organization, is_current=True, url=url)
            person = replace(person, positions=(*person.positions, record))
        elif url:
            person = replace(person, links=(*person.links, LinkRecord(url, "other", organization[:120])))
    person = read_links(site, person, fields)
    owner = Owner(site, person)
    read_lists(owner, fields)
    person = owner.person
    short = site.text(fields, "bio")
    if source:
        page = read_about(site, source, path)
        person = replace(
            person, bio=page.bio, sections=(*person.sections, *page.sections), old_paths=site.paths(source, path)
        )
    if short and not person.bio:
        person = replace(person, bio=short)
    elif short and match_key(short) not in match_key(person.bio):
        fields.untake("bio", "the page says it at more length, and that counts")
    fields.leave("the template marks its own author so", "superuser", "is_owner", "highlight_name", "authors", "slug")
    fields.leave("it describes the file, not the person", "schema")
    fields.leave(
        "how a name is spoken, and titles behind it, are set by the person", "name_pronunciation", "postnominals"
    )
    names.leave("how a name is spoken is set by the person", "pronunciation")
    fields.fields("status").leave(SIGN)
    fields.leave(DRAWING, *DRAWN)
    return person


def avatar_of(site: Site, key: str, fields: Fields, source: SourceText | None) -> Media | None:
    """The picture beside the page, in the media folder, or named by a field."""
    folders = [f"{source.path.rpartition('/')[0]}"] if source else []
    beside = [f"{folder}/{name}" for folder in folders for name in AVATARS]
    media = [f"{top}/authors/{key}{ending}" for top in ("assets/media", "static/media", "static/img")
             for ending in (".jpg", ".jpeg", ".png", ".webp")]  # fmt: skip
    found = site.folder.first(*beside, *media)
    if found:
        site.folder.account.take(found)
        return Media(found)
    image = fields.fields("image")
    name = "filename" if image.peek("filename") else "avatar_filename"
    return site.picture(image or fields, name, *folders) or site.picture(fields, "avatar", *folders, "assets/media")


def read_links(site: Site, person: PersonRecord, fields: Fields) -> PersonRecord:
    """Accounts and addresses: each has a sign that names the service, and an address or a mail address."""
    links = list(person.links)
    for item in [*fields.items("social"), *fields.items("profiles"), *fields.items("links")]:
        item.leave(SIGN, "icon", "icon_pack", "display")
        name = "link" if item.peek("link") else "url"
        address, sign = item.peek(name), item.peek("icon").split("/")[-1]
        if address.lower().startswith("mailto:"):
            mail = address[7:].partition("?")[0]
            item.take(name)
            if person.email and person.email != mail:
                item.untake(name, "the site says another address elsewhere")
            person = replace(person, email=person.email or mail)
        elif address.lower().startswith("tel:"):
            item.take(name)
            person = replace(person, phone=person.phone or address[4:])
        elif orcid_of(address) and "orcid" in address:
            item.take(name)
            person = replace(person, orcid=person.orcid or orcid_of(address))
        elif found := service_link(sign, address):
            item.take(name)
            label = item.text("label", "name")
            links.append(replace(found, label=label or found.label, place=item.place(name)))
            continue
        else:
            item.leave(NO_ADDRESS, name)
        item.leave("it names a link that is not taken over as one", "label", "name")
    return replace(person, links=tuple(dict.fromkeys(links)))


SERVERS = {
    "github.com": "github", "scholar.google": "googlescholar", "linkedin.com": "linkedin", "twitter.com": "twitter",
    "x.com": "x", "bsky.app": "bluesky", "dblp.": "dblp", "semanticscholar.org": "semantic", "orcid.org": "orcid",
    "openreview.net": "openreview", "researchgate.net": "researchgate", "gitlab.com": "gitlab", "medium.com": "medium",
}  # fmt: skip


def service_link(sign: str, address: str) -> LinkRecord | None:
    """The link at an address, of the service that the address or else its sign names."""
    service = next(
        (name for server, name in SERVERS.items() if re.search(rf"//(?:[\w-]+\.)*{re.escape(server)}", address)), ""
    )
    found = link_of(service or sign, address)
    if (
        found
        and not service
        and found.kind == "other"
        and found.label
        and sign.lower().startswith(found.label.lower()[:4])
    ):
        return replace(found, label="") if sign in ("link", "globe", "home") else found
    return found


def read_lists(owner: Owner, fields: Fields) -> None:
    """Education, positions, awards, skills, languages and interests."""
    interests = fields.texts("interests")
    owner.add_section(fields.place("interests"), "Interests", interests, "interests")
    education = fields.fields("education")
    for item in [*education.items("courses"), *fields.items("education")]:
        read_education(owner, item)
    for item in [*fields.items("work"), *fields.items("experience")]:
        read_position(owner, item)
    for item in [*fields.items("awards"), *fields.items("accomplishments")]:
        read_award(owner, item)
    for group in fields.items("skills"):
        heading = group.text("name")
        lines = [skill_line(item) for item in group.items("items")] if group.has("items") else [skill_line(group)]
        owner.add_section(group.place(), heading or "Skills", lines, "skills")
        group.leave(SIGN, "color", "color_border", "icon", "icon_pack")
    for item in fields.items("languages"):
        owner.add_section(item.place(), "Languages", [skill_line(item)], "skills")
        item.leave("how well is said in words", "percent", "level")


def skill_line(item: Fields) -> str:
    """“**Name**: description”; how well, as a number, is not carried over."""
    name = item.text("name", "label")
    rest = item.text("description") or (item.text("label") if item.peek("label") != name else "")
    item.leave(SIGN, "icon", "icon_pack")
    item.leave("a number that says how well somebody can do something is left out", "percent", "level")
    return f"**{name}**: {rest}" if rest else name


def span(item: Fields) -> tuple[str, str]:
    start, end = item.date("date_start", "start", "start_date"), ""
    name = next((name for name in ("date_end", "end", "end_date") if item.peek(name)), "")
    if item.peek(name).lower() in ("present", "now", "current"):
        item.take(name)
    else:
        end = item.date(name) if name else ""
    return start, end


def read_education(owner: Owner, item: Fields) -> None:
    """A degree: “PhD in Statistics” is a degree and its field."""
    start, end = span(item)
    degree, subject = item.text("degree", "course"), item.text("area", "field")
    if not subject and (match := DEGREE.match(degree)):
        degree, subject = match.groups()
    if not degree and (match := DEGREE.match(subject)):
        degree, subject = match.groups()
    button = item.fields("button")
    item.leave("this site keeps no theses of a degree: add it as a publication", "button")
    button.leave("this site keeps no theses of a degree: add it as a publication")
    end = end or item.date("year", "date")
    note = summary_of(owner.site.text(item, "summary"), owner.site.text(item, "description"), item.address("url"))
    record = EducationRecord(
        item.place(), item.text("institution", "school", "organization"), degree or subject, subject if degree else "",
        where=item.text("location"), start=start, end=end, note=note, grade=item.text("gpa", "grade"),
        advisors=item.words("advisor", "advisors"),
    )  # fmt: skip
    owner.add("education", record, item)


def read_position(owner: Owner, item: Fields) -> None:
    start, end = span(item)
    title = item.text("position", "role", "title")
    organization = item.text("company_name", "company", "org", "organization", "institution")
    record = PositionRecord(
        item.place(), position_kind(title), organization or title, title if organization else "",
        where=item.text("location"), start=start, end=end, is_current=bool(start and not end),
        summary=summary_of(owner.site.text(item, "summary"), owner.site.text(item, "description")),
        url=item.address("company_url", "url", "org_url"),
    )  # fmt: skip
    item.leave(SIGN, "company_logo", "logo", "icon")
    owner.add("positions", record, item)


def read_award(owner: Owner, item: Fields) -> None:
    start, end = span(item)
    address = item.address("url", "certificate_url")
    record = AwardRecord(
        item.place(), item.text("title", "name"), item.text("awarder", "organization"), item.date("date") or start,
        summary_of(
            owner.site.text(item, "summary"), owner.site.text(item, "description"), f"until {end}" if end else ""
        ),
        address or item.address("organization_url"),
    )  # fmt: skip
    item.leave(SIGN, "icon", "icon_pack")
    owner.add("awards", record, item)
