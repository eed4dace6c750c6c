"""TeX in bibliographies to Unicode and back. Nothing is ever run, and macros nobody knows stay as they are written."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from publications.formats.tex_signs import ACCENTS, BARE_ACCENTS, ESCAPED, SETTING, symbol

ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
}  # fmt: skip
# Signs that TeX would act on stand in for themselves while it is decoded: noncharacters, which no text may hold.
BACKSLASH, OPENING, CLOSING, TILDE, CARET, MATHS = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3", "\ufdd4", "\ufdd5"
STANDING = str.maketrans({BACKSLASH: "\\", OPENING: "{", CLOSING: "}", TILDE: "~", CARET: "^"})
HIDING = str.maketrans({"\\": BACKSLASH, "{": OPENING, "}": CLOSING, "~": TILDE})
NAMED = {
    "textbackslash": BACKSLASH, "textbraceleft": OPENING, "textbraceright": CLOSING, "lbrace": OPENING,
    "rbrace": CLOSING, "textasciitilde": TILDE, "textasciicircum": CARET,
}  # fmt: skip
SIGNS = {**ESCAPED, "\\": " ", "{": OPENING, "}": CLOSING}

HIDDEN = re.compile("[\ufdd0-\ufdd5]")
TEX = re.compile(r"[\\{}~`$\ufdd0-\ufdd5]|--|''")
SPECIAL = re.compile("[" + re.escape("".join(ESCAPES)) + "]")
LIGATURES = re.compile(r"---?|``|''|[?!]`|,,")
LIGATURE = {"---": "—", "--": "–", "``": "“", "''": "”", "?`": "¿", "!`": "¡", ",,": ",,"}
# Between dollars or \( and \): kept as it is. A dollar without a partner is money.
FORMULA = re.compile(r"(?<!\\)\$\$?[^$]*\$\$?|\\\((?:[^$\\]|\\[^()]){0,300}+\\\)", re.DOTALL)
ADDRESS = re.compile(r"\\(?:url|nolinkurl|path)\s*\{([^{}\s]*)\}")
FIRST_OF_TWO = re.compile(r"\\(?:href|noopsort|SortNoop|textcolor|ascii)\s*\{[^{}]*\}")
QUOTED = re.compile(r"\\(?:enquote|mkbibquote)\*?\s*\{([^{}]*)\}")
BELOW = re.compile(r"\\textcommabelow\s*\{(\w)\}")
LETTER = r"[^\\{}\s$][\u0300-\u036f]*"
ACCENTED = re.compile(
    rf"\\(?P<sign>[`'^\"~=.])\s*(?:\{{[\s{{]*(?P<in>{LETTER})(?P<rest>[^{{}}\\]*)\s*\}}|(?P<bare>{LETTER})|\{{\s*\}})"
    rf"|\\(?P<letter>[uvHcdbkrthGUf])(?:\s*\{{[\s{{]*(?P<lin>{LETTER})(?P<lrest>[^{{}}\\]*)\s*\}}"
    rf"|\s+(?P<lbare>{LETTER})|(?P<lsign>(?![A-Za-z]){LETTER}))"
)
MACRO = re.compile(r"\\([A-Za-z]+)\*?(?:[ \t\n]*\{[ \t]*\}|[ \t\n]+)?")
UNKNOWN = re.compile(r"\\[A-Za-z]+\*?\d*(?:\[[^\]{}]*\])?(?:\{[^{}]*\})*")
SIGN = re.compile(r"\\(.)", re.DOTALL)
MAX_DEPTH = 50  # of braces in a value
LONGEST_KEPT = 300  # letters of a value that is decoded once and remembered: names, venues, titles
# A word with a capital after its first letter, or with a digit: styles would make it lower case.
INNER_CAPITAL = re.compile(r"(?<![\w\\{])[^\W_]*(?:[^\W\d_][A-Z]|[0-9²³][A-Za-z]|[A-Za-z][0-9²³])[^\W_]*")


def decode_latex(text: str) -> str:
    """The Unicode text (NFC) of a BibTeX value, blanks folded to one. Text without TeX comes back as it is.

    Formulas and macros that nobody knows stay as they are written. Linear in the length of `text`; never raises.
    """
    if not TEX.search(text):
        return _finished(text)
    return _remembered(text) if len(text) <= LONGEST_KEPT else _decoded(text)


def unknown_macros(text: str) -> list[str]:
    """The macros of a value that `decode_latex` leaves as they are, each once."""
    if "\\" not in text:
        return []
    left = _without_known(FORMULA.sub("", text.replace("\\\\", " ")))
    return list(dict.fromkeys(match.group() for match in re.finditer(r"\\[A-Za-z]+", left)))


def _finished(text: str) -> str:
    folded = " ".join(text.split())
    return folded if folded.isascii() else unicodedata.normalize("NFC", folded)


def _decoded(text: str) -> str:
    text = HIDDEN.sub("", text)
    formulas: list[str] = []
    if "\\" in text or "$" in text:
        text = ADDRESS.sub(lambda match: match.group(1).translate(HIDING), FIRST_OF_TWO.sub("", text))

        def hide(match: re.Match[str]) -> str:
            formulas.append(match.group())
            return MATHS

        text = FORMULA.sub(hide, text)
    if "\\" in text:
        text = _without_known(text.replace("\\\\", " "))
        text = UNKNOWN.sub(lambda match: match.group().translate(HIDING), text)
        text = SIGN.sub(lambda match: SIGNS.get(match.group(1), match.group(1)), text).rstrip("\\")
    text = LIGATURES.sub(lambda match: LIGATURE[match.group()], text)
    text = text.replace("{", "").replace("}", "").replace("~", " ")
    if HIDDEN.search(text):
        text = text.translate(STANDING)
    pieces = iter(formulas)
    return _finished(re.sub(MATHS, lambda match: next(pieces, ""), text) if formulas else text)


_remembered = lru_cache(maxsize=20_000)(_decoded)


def _without_known(text: str) -> str:
    """The text with accents, signs and typefaces resolved. Macros and accents are resolved from the inside out."""
    text = BELOW.sub(lambda match: unicodedata.normalize("NFC", match.group(1) + "\u0326"), text)
    text = MACRO.sub(_symbol, text)
    for _ in range(4):  # an accent may stand on an accented letter, as in Vietnamese names
        text, found = ACCENTED.subn(_accented, text)
        if not found:
            break
    return QUOTED.sub(r"“\1”", re.sub(r"\{(\w)\}", r"\1", text)) if "quote" in text else text


def _symbol(match: re.Match[str]) -> str:
    macro = match.group(1)
    if macro in SETTING:
        return ""
    if macro in NAMED:
        return NAMED[macro]
    text = None if macro in ACCENTS else symbol(macro)
    return match.group() if text is None else text


def _accented(match: re.Match[str]) -> str:
    kind = match["sign"] or match["letter"]
    letter = match["in"] or match["bare"] or match["lin"] or match["lbare"] or match["lsign"] or ""
    if not letter:
        return BARE_ACCENTS[kind].translate(HIDING).replace("^", CARET)
    base = {"ı": "i", "ȷ": "j"}.get(letter, letter)
    rest = match["rest"] or match["lrest"] or ""
    return unicodedata.normalize("NFC", base + ACCENTS[kind]) + rest


def brace_depth(text: str) -> int:
    """The deepest nesting of braces; a brace that has no partner counts as infinitely deep."""
    if "{" not in text and "}" not in text:
        return 0
    depth = deepest = 0
    for match in re.finditer("[{}]", text):
        depth += 1 if match.group() == "{" else -1
        deepest = max(deepest, depth)
        if depth < 0:
            return MAX_DEPTH + 1
    return deepest if depth == 0 else MAX_DEPTH + 1


def encode_latex(text: str) -> str:
    """`text` as a BibTeX value without its enclosing braces. Unicode stays; what TeX would act on is escaped."""
    escaped = SPECIAL.sub(lambda match: ESCAPES[match.group()], " ".join(text.split()))
    return re.sub(r"([-'`])(?=\1)|([?!])(?=`)", r"\1\2{}", escaped)


def encode_title(text: str) -> str:
    """Like `encode_latex`, with capitals inside words (SalUn, R²MU) kept from styles that write lower case."""
    return INNER_CAPITAL.sub(lambda match: f"{{{match.group()}}}", encode_latex(text))
