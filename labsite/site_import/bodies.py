"""What a template's texts hold besides Markdown (Liquid, shortcodes, HTML) made Markdown, or reported. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin

from labsite.site_import.account import Account, printable
from labsite.site_import.emoji import with_signs
from labsite.site_import.records import Place

# Where something begins that may be no Markdown. Each is then followed to its end, so that the work stays linear.
START = re.compile(
    r"(?P<code>^[ \t]{0,3}(?P<fence>```+|~~~+)|(?P<ticks>`+))|(?P<comment><!--)|(?P<liquid>\{%)|(?P<short>\{\{[<%])"
    r"|(?P<output>\{\{)|(?P<picture>!\[|<img\b|<figure\b)|(?P<anchor><a(?=\s))|(?P<span>\{:|^\{(?=[.#][\w-]+|\w+=\"))|(?P<element></?[A-Za-z])",
    re.MULTILINE | re.IGNORECASE,
)
HIDERS = {"script", "style", "iframe", "svg", "video", "audio", "object", "form", "noscript"}
ELEMENT = re.compile(r"</?([A-Za-z][\w-]*)(?:\s[^<>]*)?/?>")
WORD = re.compile(r"\{%-?\s*(\w+)")
RAW = re.compile(r"\{%-?\s*raw\b")
HIGHLIGHT = re.compile(r"\{%-?\s*highlight\s+([\w+-]+)")
EDGES_OF_TAG = re.compile(r"^\{[{%][<%-]?\s*|\s*[>%-]?[%}]\}$")
BREAK = "\ue000"  # a line break that is not in the file: its lines keep their numbers until the text is put together
KEPT_TAGS = {"raw", "endraw"}  # what stands between them is meant as it stands
BEFORE_TEXT = {
    "li": f"{BREAK}* ", "br": f"  {BREAK}", "hr": f"{BREAK}{BREAK}***{BREAK}{BREAK}", "td": " ", "th": " ",
    "dt": BREAK * 2, "dd": BREAK,
}  # fmt: skip
BLOCKS = {"p", "div", "ul", "ol", "table", "tr", "section", "center", "blockquote", "details", "summary", "article"}
EMPHASIS = {"b": "**", "strong": "**", "i": "*", "em": "*", "cite": "*", "code": "`", "del": "~~"}
HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
PATH_IN_LIQUID = re.compile(r"""^["'](?P<path>[^"']*)["']\s*\|\s*(?:relative_url|absolute_url|prepend:\s*[\w.]+)""")
SITE_ADDRESS = re.compile(r"^site\.(?:baseurl|url)(?:\s*\|.*)?$")
REFERENCE = re.compile(r"""^(?:rel)?ref\s+["']?([^"'\s]+)["']?$""")
LINK = re.compile(r"(?<!!)(\[(?:[^\[\]\\\n]|\\.|\[[^\[\]\n]*\])*\]\()([^()\s]+)((?:\s+\"[^\"\n]*\")?\))")
NOWHERE = "https://site.invalid"  # a host that there is not, to join paths below it
BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2,}")
LONGEST_BODY = 400_000  # letters
WRAPPING = "the text stays, the HTML around it does not"
HIDDEN = "programs, frames and films within a text have no place here"
REASONS = {
    "comment": "it is commented out, so that nobody saw it",
    "liquid": "an instruction to the template",
    "output": "an instruction to the template",
    "short": "an instruction to the template",
    "picture": "pictures within a text have no place here",
    "span": "an instruction to the template",
}


@dataclass(frozen=True)
class Line:
    """One line of Markdown, and its number in the file."""

    number: int
    text: str


def joined(lines: Iterable[Line]) -> str:
    """Lines as one text, with one empty line between paragraphs."""
    text = "\n".join(line.text.rstrip() + ("  " if line.text.endswith("  ") else "") for line in lines)
    return BLANK_LINES.sub("\n\n", f"\n{text}").strip()


class Body:
    """The text of one source as Markdown. `account` hears what is left out, at its line of the file.

    `base` is the path of the page, for links relative to it; `prefix` the path below which the whole site stood.
    """

    def __init__(self, path: str, line: int, account: Account, base: str = "/", prefix: str = "") -> None:
        self.path, self.line, self.account, self.base, self.prefix = path, line, account, base, prefix
        self.tags: dict[str, int] = {}

    def lines(self, text: str) -> list[Line]:
        """`text` without what is no Markdown, line by line, each with its number in the file."""
        if len(text) > LONGEST_BODY:
            self.account.refuse(
                Place(self.path, self.line), f"Its text has {len(text):,} letters; up to {LONGEST_BODY:,} are read."
            )
            return []
        found = self.scan(printable(text).replace(BREAK, ""), self.line)
        if self.tags:
            names = ", ".join(f"<{name}>" for name in sorted(self.tags))
            place = Place(self.path, min(self.tags.values()))
            self.account.leave(place, names, WRAPPING, "text")
        found = LINK.sub(self.link, with_signs(found))
        return [
            Line(number, part)
            for number, line in enumerate(found.split("\n"), start=self.line)
            for part in line.split(BREAK)
        ]

    def markdown(self, text: str) -> str:
        """`text` without what is no Markdown."""
        return joined(self.lines(text))

    def scan(self, text: str, line: int) -> str:
        """One pass over `text`, which begins at `line`."""
        scan = _Scan(text)
        parts: list[str] = []
        at, counted = 0, 0
        while match := START.search(text, at):
            parts.append(text[at : match.start()])
            kind = match.lastgroup if match.lastgroup not in ("fence", "ticks") else "code"
            kind = "code" if match.group("code") is not None else kind
            line += text.count("\n", counted, match.start())
            counted = match.start()
            end, found = getattr(self, f"read_{kind}")(scan, match, line)
            if found is None:
                self.account.leave(Place(self.path, line), text[match.start() : end], REASONS[kind], "text")
            found = found or ""
            parts.append(found + "\n" * (text.count("\n", match.start(), end) - found.count("\n")))
            at = end
        return "".join([*parts, text[at:]])

    def read_code(self, scan: _Scan, match: re.Match[str], line: int) -> tuple[int, str | None]:
        fence = match.group("fence")
        closing = f"\n{fence}" if fence else match.group("ticks")
        end = scan.after(closing, match.end())
        if fence and end < 0:
            end = len(scan.text)
        end = match.end() if end < 0 else end
        return end, scan.text[match.start() : end]

    def read_comment(self, scan: _Scan, match: re.Match[str], line: int) -> tuple[int, str | None]:
        end = scan.after("-->", match.end())
        end = len(scan.text) if end < 0 else end
        words = scan.text[match.end() : end].removesuffix("-->").strip()
        return end, "" if words in ("", "more") else None

    def read_liquid(self, scan: _Scan, match: re.Match[str], line: int) -> tuple[int, str | None]:
        text = scan.text
        end = scan.after("%}", match.end())
        if end < 0:
            return match.end(), match.group()
        if RAW.match(text, match.start()) and (close := scan.before("endraw", end)) >= 0:
            opened, closed = text.rfind("{%", end, close), scan.after("%}", close)
            if opened >= 0 and closed >= 0:
                return closed, text[end:opened]
        word = WORD.match(text, match.start())
        name = word.group(1).lower() if word else ""
        if name in ("highlight", "comment"):
            begin = scan.before(f"end{name}", end)
            close = scan.after("%}", begin) if begin >= 0 else -1
            if close >= 0:
                opened = text.rfind("{%", end, begin)
                language = HIGHLIGHT.match(text, match.start())
                inner = text[end : opened if opened >= 0 else begin].strip("\n")
                return close, f"{BREAK}```{language.group(1)}{BREAK}{inner}{BREAK}```{BREAK}" if language else None
        return end, "" if name in KEPT_TAGS else None

    def read_output(self, scan: _Scan, match: re.Match[str], line: int) -> tuple[int, str | None]:
        end = scan.after("}}", match.end())
        if end < 0:
            return match.end(), match.group()
        return end, output_of(EDGES_OF_TAG.sub("", scan.text[match.start() : end]), self.prefix)

    def read_short(self, scan: _Scan, match: re.Match[str], line: int) -> tuple[int, str | None]:
        end = scan.after("}}", match.end())
        if end < 0:
            return match.end(), match.group()
        reference = REFERENCE.match(EDGES_OF_TAG.sub("", scan.text[match.start() : end]))
        return end, reference.group(1) if reference else None

    def read_picture(self, scan: _Scan, match: re.Match[str], line: int) -> tuple[int, str | None]:
        text, at = scan.text, match.start()
        if text[at] == "!":
            middle = scan.after("](", match.end())
            end = scan.after(")", middle) if middle >= 0 else -1
            if end < 0 or "\n\n" in text[at:end]:
                return match.end(), match.group()
            return end, None
        closing = "</figure>" if match.group().lower() == "<figure" else ">"
        end = scan.after(closing, match.end())
        return (end, None) if end >= 0 else (match.end(), match.group())

    def read_span(self, scan: _Scan, match: re.Match[str], line: int) -> tuple[int, str | None]:
        end = scan.after("}", match.end())
        if end < 0 or "\n" in scan.text[match.start() : end]:
            return match.end(), match.group()
        return end, None

    def read_anchor(self, scan: _Scan, match: re.Match[str], line: int) -> tuple[int, str | None]:
        begin = scan.after(">", match.end())
        close = scan.before("</a", begin) if begin >= 0 else -1
        end = scan.after(">", close) if close >= 0 else -1
        if end < 0:
            return self.read_element(scan, match, line)
        marks, words = scan.text[match.end() : begin - 1], scan.text[begin:close]
        found = HREF.search(marks)
        address = html.unescape(next(filter(None, found.groups()), "")) if found else ""
        words = " ".join(self.scan(words, line).replace("[", "(").replace("]", ")").split())
        if not address:
            return end, words
        address = self.scan(address, line).replace(" ", "%20").replace("(", "%28").replace(")", "%29")
        return end, f"[{words or address}]({address})"

    def read_element(self, scan: _Scan, match: re.Match[str], line: int) -> tuple[int, str | None]:
        element = ELEMENT.match(scan.text, match.start())
        if element is None:
            return match.end(), match.group()
        name, is_end = element.group(1).lower(), element.group().startswith("</")
        if name in HIDERS and not is_end:
            begin = scan.before(f"</{name}", element.end())
            end = scan.after(">", begin) if begin >= 0 else -1
            end = element.end() if end < 0 else end
            self.account.leave(Place(self.path, line), scan.text[match.start() : end], HIDDEN, "text")
            return end, ""
        if name in EMPHASIS:
            return element.end(), EMPHASIS[name]
        if name in BEFORE_TEXT:
            return element.end(), "" if is_end else BEFORE_TEXT[name]
        if re.fullmatch(r"h[1-6]", name):
            return element.end(), BREAK * 2 + ("" if is_end else "#" * max(2, int(name[1])) + " ")
        self.tags.setdefault(name, line)
        return element.end(), BREAK * 2 if name in BLOCKS else ""

    def link(self, match: re.Match[str]) -> str:
        """A link relative to the page that held it, as a path of the site."""
        before, address, behind = match.groups()
        if re.match(r"[a-z][a-z0-9+.-]*:|[#/]", address, re.IGNORECASE):
            return match.group()
        try:
            path = urljoin(f"{NOWHERE}{self.base}", address).removeprefix(NOWHERE)
            return f"{before}{path}{behind}"
        except ValueError:
            return match.group()


def output_of(expression: str, prefix: str) -> str | None:
    """What a Liquid expression prints, where that is known without the template: a path of the site."""
    if path := PATH_IN_LIQUID.match(expression):
        return f"{prefix}/{path.group('path').lstrip('/')}"
    return prefix if SITE_ADDRESS.match(expression) else None


class _Scan:
    """A text in which each ending is looked for once: what stands nowhere behind a place stands behind no later one."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lower = text.lower() if len(text.lower()) == len(text) else text
        self.missing: dict[str, int] = {}

    def before(self, ending: str, at: int) -> int:
        """Where `ending` begins, at `at` or later; -1 where it does not."""
        if at >= self.missing.get(ending, len(self.text) + 1):
            return -1
        found = self.lower.find(ending, at)
        if found < 0:
            self.missing[ending] = at
        return found

    def after(self, ending: str, at: int) -> int:
        """Where `ending` is over, at `at` or later; -1 where it does not stand."""
        found = self.before(ending, at)
        return found + len(ending) if found >= 0 else -1
