"""A text of somebody's page taken apart by its headings, and lists of dated news in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from labsite.lib.text import clean_text
from labsite.site_import.bodies import Line, joined
from publications.formats.dates import edtf, month_number

ATX = re.compile(r" {0,3}(#{1,6})\s+(.*?)\s*#*\s*\Z")
UNDERLINE = re.compile(r" {0,3}(=+|-{2,})\s*\Z")
ITEM = re.compile(r"\s{0,3}(?:[*+-]|\d{1,3}[.)])\s+(.*)", re.DOTALL)
# A line in bold and nothing else, as a heading is written by hand; with a sign before it, text may follow.
BOLD_LINE = re.compile(
    r"\s*(?P<sign>[\u2190-\u2bff\U0001f000-\U0001faff]\ufe0f?\s*)?\*\*(?P<words>[^*]{2,150})\*\*:?(?P<rest>.*)\Z"
)
SENTENCE_END = (".", "!", "?", ",", ";")


@dataclass
class Section:
    """A heading ("" for what stands before the first), where it stands, and the lines below it."""

    heading: str
    line: int
    lines: list[Line] = field(default_factory=list)

    @property
    def body(self) -> str:
        return joined(self.lines)


def sections_of(lines: list[Line]) -> list[Section]:
    """The parts of a text, each with its heading: of hash signs, underlined, or a line in bold."""
    found = [Section("", lines[0].number if lines else 1)]
    is_code = is_paragraph = False
    for number, line in enumerate(lines):
        text = line.text
        behind = lines[number + 1].text if number + 1 < len(lines) else ""
        before = lines[number - 1].text if number else ""
        if text.lstrip().startswith(("```", "~~~")):
            is_code = not is_code
        if is_code:
            found[-1].lines.append(line)
            continue
        if heading := ATX.match(text):
            found.append(Section(words_of(heading.group(2)), line.number))
        elif UNDERLINE.match(text) and is_paragraph and found[-1].lines and before.strip() and not ITEM.match(before):
            found[-1].lines.pop()
            found.append(Section(words_of(before), line.number - 1))
        elif not is_paragraph and (bold := BOLD_LINE.match(text)) and is_heading(bold, behind):
            found.append(Section(words_of(bold.group("words")), line.number))
            if bold.group("rest").strip():
                found[-1].lines.append(Line(line.number, bold.group("rest").strip()))
        else:
            found[-1].lines.append(line)
        is_paragraph = bool(text.strip())
    return [section for section in found if section.heading or section.body]


def is_heading(bold: re.Match[str], behind: str) -> bool:
    """Whether a line that begins in bold is a heading of what follows."""
    if bold.group("words").strip().endswith(SENTENCE_END):
        return False
    return bool(bold.group("sign")) or (not bold.group("rest").strip() and not ITEM.match(behind))


def words_of(heading: str) -> str:
    """A heading without marks of emphasis and links."""
    text = re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", heading)
    return clean_text(re.sub(r"(?<!\w)[*_]{1,3}|[*_]{1,3}(?!\w)", "", text)).strip(" :")[:200]


KINDS = (
    ("interests", re.compile(r"\binterests?\b|\bkeywords?\b|\btopics\b", re.IGNORECASE)),
    ("skills", re.compile(r"\bskills?\b|\blanguages?\b|\btechniques\b", re.IGNORECASE)),
    ("contact", re.compile(r"\bcontact|\bcollaborat|\bjoin\b|\bopening|\boffice\b|\bprospective\b", re.IGNORECASE)),
    ("research", re.compile(r"\bresearch\b|\btheme\b|\bprojects?\b|\bindustry\b", re.IGNORECASE)),
)
NEWS = re.compile(r"\bnews\b|\bwhat.s new\b|\bupdates?\b|\bannouncements?\b|\brecent (?:activit|event)", re.IGNORECASE)
ABOUT = re.compile(r"(?:short )?(?:bio|biography|about(?: me)?|welcome|hello|hi|introduction)\W*\Z", re.IGNORECASE)


def kind_of(heading: str) -> str:
    """A kind of `ProfileSection`, by the words of its heading."""
    return next((kind for kind, pattern in KINDS if pattern.search(heading)), "other")


@dataclass(frozen=True)
class DatedItem:
    """One item of a list of news: EDTF dates, and what it says."""

    line: int
    date: str
    end: str
    text: str
    is_highlight: bool


NEW = re.compile(r"(?P<bold>\*\*)?\s*\bnew\s*!+\s*(?(bold)(?:\*\*)?)|\U0001f195", re.IGNORECASE)
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
OPENED = r"\A(?P<open>[\s*_\[(`]*)"
CLOSED = r"(?P<close>[\s*_\])`]*(?:[.:,;|–—-]+(?=[\s*_\]]|\Z))*[\s*_\])]*)(?P<text>.*)\Z"
NUMERIC = re.compile(
    OPENED + r"(?P<year>\d{4})(?P<sign>[./-])(?P<month>\d{1,2})(?:(?P=sign)(?P<day>\d{1,2}))?(?!\d)"
    r"(?:\s*[-–~]\s*(?:(?P<year2>\d{4})(?P=sign))?(?P<month2>\d{1,2})(?!\d))?" + CLOSED, re.DOTALL,
)  # fmt: skip
WRITTEN = re.compile(
    OPENED + rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+)?(?P<name>{MONTH})\s+"
    r"(?:(?P<day2>\d{1,2})(?:st|nd|rd|th)?,?\s+)?,?\s*(?P<year>\d{4})(?!\d)" + CLOSED, re.DOTALL | re.IGNORECASE,
)  # fmt: skip
REVERSED = re.compile(OPENED + r"(?P<month>\d{1,2})[/.](?P<year>\d{4})(?!\d)" + CLOSED, re.DOTALL)
YEAR_ALONE = re.compile(OPENED + r"(?P<year>(?:19|20)\d{2})(?=[\s*_]*[\]:.)])" + CLOSED, re.DOTALL)


def read_item(text: str, line: int) -> DatedItem | None:
    """“2022.01-05. Reviewer for …”, “**[May 2024]** …”; `None` where no date leads. “New!!” is an age, and dropped."""
    words = clean_text(NEW.sub(" ", text.replace("****", "")))
    for pattern in (NUMERIC, WRITTEN, REVERSED, YEAR_ALONE):
        match = pattern.match(words)
        if match:
            break
    else:
        return None
    parts = match.groupdict()
    month = parts.get("month") or month_number(parts.get("name") or "") or 0
    date = edtf(parts["year"], month, parts.get("day") or parts.get("day2") or 0)
    asked = 4 + 3 * bool(int(month)) + 3 * bool(parts.get("day") or parts.get("day2"))
    end = edtf(parts.get("year2") or parts["year"], parts["month2"]) if parts.get("month2") else ""
    body = parts["text"].strip()
    if not date or len(date) != asked or not body or (end and end < date):
        return None
    bold = "**" in parts["open"]
    if bold and "**" not in parts["close"]:
        body = body.removesuffix("**") if body.endswith("**") and body.count("**") % 2 else body
    if body.count("**") % 2:
        body = body.replace("**", "")
    is_highlight = bold and "**" not in parts["close"]
    return DatedItem(line, date, end if end != date else "", clean_text(body), is_highlight)


def items_of(lines: list[Line]) -> tuple[list[tuple[int, str]], list[Line]]:
    """The items of the lists in `lines` (line, text), and the lines that belong to none."""
    items: list[tuple[int, str]] = []
    others: list[Line] = []
    is_open = False
    for line in lines:
        if match := ITEM.match(line.text):
            items.append((line.number, match.group(1)))
            is_open = True
        elif is_open and line.text.strip():
            items[-1] = (items[-1][0], f"{items[-1][1]} {line.text.strip()}")
        else:
            is_open = False
            others.append(line)
    return items, others


def read_news(section: Section) -> tuple[list[DatedItem], str] | None:
    """The dated items of a section and the rest of its text; `None` where it is no list of news."""
    items, others = items_of(section.lines)
    read = [(text, read_item(text, line)) for line, text in items]
    dated = [item for _, item in read if item]
    is_news = bool(NEWS.search(section.heading))
    if not dated or (not is_news and (len(dated) < 3 or len(dated) * 10 < len(items) * 8)):
        return None
    left = [f"* {text}" for text, item in read if item is None]
    return dated, "\n".join(filter(None, [joined(others), *left])).strip()


NEWS_KINDS = (
    ("service", r"\breview(?:er|ing)\b|\bprogramm?e? committee\b|\bPC\b|\barea chair\b|\bambassador\b|\bvolunteer"
                r"|\bteaching assistant\b|\borientation leader\b|\b(?:co-?)?organi[sz](?:e[drs]?|ers|ing)\b"),
    ("milestone", r"\bdefen[dcs]|\bgraduat|\bthesis\b|\b(?:phd|master|ms)\S* student\b|\bdegree\b|\bcandidacy\b"),
    ("award", r"\bawards?\b|\bfellowship\b|\bscholarship\b|\bprize\b|\bhono[u]?red\b|\brising star"),
    ("paper", r"\bpapers?\b|\barxiv\b|\bpreprint\b|\baccepted\b|\bpublished\b|\bjournal\b"),
    ("talk", r"\btalk\b|\btutorial\b|\bseminar\b|\bkeynote\b|\bpresent(?:ed|ing|ation)\b"),
    ("position", r"\bintern(?:ship)?\b|\bjoin(?:ed|ing|s)?\b|(?<!\bget[\s-])(?<!\bgetting[\s-])\bstart(?:ed|ing)?\b"
                 r"|\bposition\b|\bappointed\b"
                 r"|\bpostdoc"),
    ("event", r"\battend|\bconference\b|\bworkshop\b|\bvisit|\bretreat\b"),
)  # fmt: skip
NEWS_PATTERNS = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in NEWS_KINDS]


# Where a link leads is no word of the text: “/post/getting-started/” starts nothing.
ADDRESS = re.compile(r"(?<=\])\([^()\s]{0,500}\)|(?:https?://|www\.)[^\s<>()]{1,500}", re.IGNORECASE)


def news_kind(text: str) -> str:
    """A kind of `NewsItem` by the words of the text, not by its addresses; "" where none says so."""
    words = ADDRESS.sub(" ", text)
    return next((kind for kind, pattern in NEWS_PATTERNS if pattern.search(words)), "")


def post_kind(title: str, categories: Iterable[str]) -> str:
    """A kind of `NewsItem` by what a post is called and filed under: “Talks” as “talk”; "" where neither says so."""
    filed = [word for text in categories for word in (text, text.removesuffix("s"))]
    return next(filter(None, map(news_kind, (title, *filed))), "")
