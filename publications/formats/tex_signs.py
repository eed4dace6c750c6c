"""What TeX's macros stand for: accents, letters, signs, and the macros that only set type. Data alone."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pylatexenc.latex2text import get_default_latex_context_db

# Accents, by the sign or letter of their macro: LaTeX's text accents; h is the hook of Vietnamese (encoding T5).
ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "h": "\u0309", "r": "\u030a", "H": "\u030b", "v": "\u030c", "G": "\u030f", "U": "\u030e",
    "d": "\u0323", "c": "\u0327", "k": "\u0328", "b": "\u0331", "t": "\u0361", "f": "\u0311",
}  # fmt: skip
# What an accent macro without a letter prints.
BARE_ACCENTS = {"`": "`", "'": "'", "^": "^", "~": "~", "=": "¯", ".": "˙", '"': '"'}
SYMBOLS = {
    "ss": "ß", "SS": "ẞ", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "o": "ø", "O": "Ø",
    "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "eth": "ð", "th": "þ", "TH": "Þ", "dj": "đ",
    "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ", "ij": "ĳ", "IJ": "Ĳ", "ohorn": "ơ", "OHORN": "Ơ", "uhorn": "ư", "UHORN": "Ư",
    "S": "§", "P": "¶", "pounds": "£", "copyright": "©", "textcopyright": "©", "textregistered": "®",
    "texttrademark": "™", "dag": "†", "ddag": "‡", "textdagger": "†", "textdaggerdbl": "‡", "ldots": "…", "dots": "…",
    "textellipsis": "…", "textendash": "–", "textemdash": "—", "textquoteleft": "‘", "textquoteright": "’",
    "textquotedblleft": "“", "textquotedblright": "”", "textquotedbl": '"', "textquotesingle": "'", "lq": "‘",
    "rq": "’", "guillemotleft": "«", "guillemotright": "»", "flqq": "«", "frqq": "»", "guilsinglleft": "‹",
    "guilsinglright": "›", "quotedblbase": "„", "quotesinglbase": "‚", "glqq": "„", "grqq": "“", "textdollar": "$",
    "textunderscore": "_", "textbar": "|", "textless": "<", "textgreater": ">", "textdegree": "°", "textmu": "µ",
    "texteuro": "€", "euro": "€", "EUR": "€", "textordfeminine": "ª", "textordmasculine": "º", "textonehalf": "½",
    "textonesuperior": "¹", "texttwosuperior": "²", "textthreesuperior": "³", "textexclamdown": "¡",
    "textquestiondown": "¿", "textbullet": "•", "textperiodcentered": "·", "textasteriskcentered": "*",
    "textasciiacute": "´", "textasciigrave": "`", "textasciidieresis": "¨", "textasciimacron": "¯",
    "textvisiblespace": "␣", "slash": "/", "textnumero": "№", "TeX": "TeX", "LaTeX": "LaTeX", "BibTeX": "BibTeX",
    "quad": " ", "qquad": " ", "space": " ", "newline": " ", "linebreak": " ", "par": " ", "relax": "",
    "textpm": "±", "texttimes": "×", "textalpha": "α", "textbeta": "β", "textgamma": "γ", "textdelta": "δ",
    "textlambda": "λ", "textpi": "π", "textsigma": "σ", "textomega": "ω", "textpercent": "%", "textampersand": "&",
    "textcelsius": "℃", "degree": "°", "degreecelsius": "℃", "dash": "–", "hyp": "-", "allowbreak": "",
}  # fmt: skip
# Macros that choose a typeface or hold a piece of text together: their text stays, they go.
SETTING = frozenset({
    "emph", "textit", "textbf", "textsc", "texttt", "textrm", "textsf", "textup", "textsl", "textmd", "textnormal",
    "textsuperscript", "textsubscript", "mbox", "hbox", "fbox", "text", "url", "nolinkurl", "path", "uline",
    "underline", "em", "it", "bf", "sc", "tt", "rm", "sf", "sl", "itshape", "bfseries", "scshape", "ttfamily",
    "rmfamily", "sffamily", "upshape", "slshape", "mdseries", "normalfont", "bibnamefont", "bibfnamefont", "bibinfo",
    "natexlab", "ensuremath", "protect", "lowercase", "uppercase", "MakeUppercase", "MakeLowercase", "small", "large",
    "hskip", "leavevmode", "unskip", "ignorespaces", "nobreak", "mkbibemph", "mkbibitalic", "mkbibbold", "mkbibparens",
})  # fmt: skip
# Escaped signs; an empty text is a hint for line breaking.
ESCAPED = {
    "&": "&", "%": "%", "$": "$", "#": "#", "_": "_", " ": " ", "\n": " ", "\t": " ", ",": " ", ";": " ", ":": " ",
    "!": "", "-": "", "/": "", "@": "", "*": "", "|": "‖",
}  # fmt: skip


@lru_cache(maxsize=2_000)
def symbol(macro: str) -> str | None:
    """The text of a macro without arguments: ours, else pylatexenc's table; `None` where neither knows it."""
    if macro in SYMBOLS:
        return SYMBOLS[macro]
    known = _database().get_macro_spec(macro)
    text = getattr(known, "simplify_repl", None)
    return text if isinstance(text, str) and text and "%" not in text and "\\" not in text else None


@lru_cache(maxsize=1)
def _database() -> Any:
    return get_default_latex_context_db()
