"""TeX in bibliographies to Unicode and back. Nothing is ever run: unknown macros lose their backslash."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pylatexenc.latex2text import LatexNodes2Text
from pylatexenc.latexwalker import LatexWalkerParseError

ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
}  # fmt: skip
# What the decoder would drop or change stands in for itself while it works (private use characters).
STAND_INS = {r"\textbackslash": "\ue000", r"\textbraceleft": "\ue001", r"\textbraceright": "\ue002",
             r"\textasciitilde": "\ue003", r"\textasciicircum": "\ue004"}  # fmt: skip
STANDING = str.maketrans(dict(zip(STAND_INS.values(), "\\{}~^", strict=True)))
NAMED = re.compile("(" + "|".join(re.escape(macro) for macro in STAND_INS) + r")(?![A-Za-z])(?:\{\}|\s+)?")
SPECIAL = re.compile("[" + re.escape("".join(ESCAPES)) + "]")
MAX_DEPTH = 50  # of braces: the decoder recurses
# A word with a capital after its first letter, or with a digit: styles would make it lower case.
INNER_CAPITAL = re.compile(r"(?<![\w\\{])[^\W_]*(?:[^\W\d_][A-Z]|[0-9²³][A-Za-z]|[A-Za-z][0-9²³])[^\W_]*")


@lru_cache(maxsize=1)
def _decoder() -> LatexNodes2Text:
    return LatexNodes2Text(math_mode="verbatim", keep_comments=True)


def decode_latex(text: str) -> str:
    """The Unicode text (NFC) of a BibTeX value. Text without TeX comes back as it is, blanks folded to one."""
    if "\\" in text and brace_depth(text) <= MAX_DEPTH:
        try:
            text = NAMED.sub(lambda match: STAND_INS[match.group(1)], text)
            # A percent sign in a bibliography is a percent sign, not a comment.
            text = _decoder().latex_to_text(re.sub(r"(?<!\\)%", r"\\%", text))
        except (LatexWalkerParseError, RecursionError, ValueError, IndexError):
            text = text.replace("\\", "")
    elif "\\" not in text:
        text = text.replace("{", "").replace("}", "").replace("~", " ").replace("---", "—").replace("--", "–")
    return unicodedata.normalize("NFC", " ".join(text.translate(STANDING).split()))


def brace_depth(text: str) -> int:
    """The deepest nesting of braces; a closing brace too many counts as infinitely deep."""
    depth = deepest = 0
    for char in text:
        depth += (char == "{") - (char == "}")
        deepest = max(deepest, depth)
        if depth < 0:
            return MAX_DEPTH + 1
    return deepest if depth == 0 else MAX_DEPTH + 1


def encode_latex(text: str) -> str:
    """`text` as a BibTeX value without its enclosing braces. Unicode stays; what TeX would act on is escaped."""
    return SPECIAL.sub(lambda match: ESCAPES[match.group()], " ".join(text.split()))


def encode_title(text: str) -> str:
    """Like `encode_latex`, with capitals inside words (SalUn, R²MU) kept from styles that write lower case."""
    return INNER_CAPITAL.sub(lambda match: f"{{{match.group()}}}", encode_latex(text))
