"""B13 of the reliability cases: TeX's accents and letters, in the spellings that files hold, to exact Unicode."""

from __future__ import annotations

import time
import unicodedata

import pytest

from publications.formats.latex import decode_latex, encode_latex, unknown_macros

# TeX│Unicode, three blanks between the pairs.
TABLE = r"""
{\`A}│À   \`{E}│È   \`I│Ì   {\`{O}}│Ò   {\`U}│Ù   \`{a}│à   \`e│è   {\`{o}}│ò   {\`u}│ù   \'{A}│Á   \'C│Ć
{\'{E}}│É   {\'I}│Í   \'{N}│Ń   \'O│Ó   {\'{S}}│Ś   {\'U}│Ú   \'{Y}│Ý   \'Z│Ź   {\'{a}}│á   {\'c}│ć   \'{e}│é
\'g│ǵ   {\'{l}}│ĺ   {\'n}│ń   \'{o}│ó   \'r│ŕ   {\'{s}}│ś   {\'u}│ú   \'{y}│ý   \'z│ź   {\^{A}}│Â   {\^C}│Ĉ
\^{E}│Ê   \^G│Ĝ   {\^{H}}│Ĥ   {\^I}│Î   \^{J}│Ĵ   \^O│Ô   {\^{S}}│Ŝ   {\^U}│Û   \^{W}│Ŵ   \^Y│Ŷ   {\^{a}}│â
{\^c}│ĉ   \^{e}│ê   \^g│ĝ   {\^{o}}│ô   {\^s}│ŝ   \^{u}│û   \^w│ŵ   {\^{y}}│ŷ   {\~A}│Ã   \~{N}│Ñ   \~O│Õ
{\~{I}}│Ĩ   {\~a}│ã   \~{n}│ñ   \~o│õ   {\~{u}}│ũ   {\=A}│Ā   \={E}│Ē   \=I│Ī   {\={O}}│Ō   {\=U}│Ū   \={a}│ā
\=e│ē   {\={o}}│ō   {\=u}│ū   \u{A}│Ă   \u E│Ĕ   {\u{G}}│Ğ   {\u O}│Ŏ   \u{U}│Ŭ   \u a│ă   {\u{e}}│ĕ   {\u g}│ğ
\u{o}│ŏ   \u u│ŭ   {\.{C}}│Ċ   {\.E}│Ė   \.{G}│Ġ   \.Z│Ż   {\.{c}}│ċ   {\.e}│ė   \.{g}│ġ   \.z│ż   {\"{A}}│Ä
{\"E}│Ë   \"{I}│Ï   \"O│Ö   {\"{U}}│Ü   {\"Y}│Ÿ   \"{a}│ä   \"e│ë   {\"{o}}│ö   {\"u}│ü   \"{y}│ÿ   \r A│Å
{\r{U}}│Ů   {\r a}│å   \r{u}│ů   \H O│Ő   {\H{U}}│Ű   {\H o}│ő   \H{u}│ű   \v C│Č   {\v{D}}│Ď   {\v E}│Ě
\v{N}│Ň   \v R│Ř   {\v{S}}│Š   {\v T}│Ť   \v{Z}│Ž   \v c│č   {\v{d}}│ď   {\v e}│ě   \v{n}│ň   \v r│ř   {\v{s}}│š
{\v t}│ť   \v{z}│ž   \v L│Ľ   {\v{l}}│ľ   {\d A}│Ạ   \d{a}│ạ   \d H│Ḥ   {\d{h}}│ḥ   {\d S}│Ṣ   \d{s}│ṣ   \d T│Ṭ
{\d{t}}│ṭ   {\d Z}│Ẓ   \d{z}│ẓ   \c C│Ç   {\c{S}}│Ş   {\c T}│Ţ   \c{G}│Ģ   \c K│Ķ   {\c{L}}│Ļ   {\c c}│ç
\c{s}│ş   \c t│ţ   {\c{k}}│ķ   {\c l}│ļ   \c{n}│ņ   \k A│Ą   {\k{E}}│Ę   {\k I}│Į   \k{U}│Ų   \k a│ą   {\k{e}}│ę
{\k u}│ų   \b{D}│Ḏ   \b d│ḏ   {\b{k}}│ḵ   {\b t}│ṯ   \'{\i}│í   \'\i│í   {\'\i}│í   {\'{\i}}│í   \`{\i}│ì
\"{\i}│ï   \"\i│ï   \^{\i}│î   \~{\i}│ĩ   \={\i}│ī   \u{\i}│ĭ   \^{\j}│ĵ   \i│ı   \.I│İ   {\ss}│ß   \ss{}│ß
{\ae}│æ   \AE{}│Æ   {\oe}│œ   \OE{}│Œ   {\aa}│å   \AA{}│Å   {\o}│ø   \O{}│Ø   {\l}│ł   \L{}│Ł   {\dh}│ð
\DH{}│Ð   {\th}│þ   \TH{}│Þ   {\dj}│đ   \DJ{}│Đ   {\ng}│ŋ   \NG{}│Ŋ   {\~{\^e}}│ễ   \'{\^e}│ế   \`{\^a}│ầ
\d{\^o}│ộ   \h{a}│ả   \h{\^e}│ể   {\ohorn}│ơ   {\uhorn}│ư   \'{\ohorn}│ớ   \'{\u a}│ắ   \textcommabelow{s}│ș
\t{oo}│o͡o   ``x''│“x”   ?`│¿   !`│¡   \guillemotleft{}│«   {\S}│§   \textregistered│®   \texteuro│€
\textdegree{}│°   \ldots│…   ---│—   --│–
"""
ROWS = [tuple(pair.split("│")) for line in TABLE.strip().splitlines() for pair in line.split("   ")]


def test_b13_table_has_two_hundred_rows():
    assert len(set(ROWS)) >= 200
    assert len({text for _, text in ROWS}) >= 180


@pytest.mark.parametrize(("tex", "text"), ROWS)
def test_b13_accents_are_exact(tex, text):
    assert decode_latex(tex) == text
    assert unicodedata.is_normalized("NFC", text)
    assert decode_latex(f"Be{tex}fore" if tex[0] == "{" or tex[-1] == "}" else f"Be{{{tex}}}fore") == f"Be{text}fore"
    assert unknown_macros(tex) == []


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"Erd{\H{o}}s and R{\'e}nyi", "Erdős and Rényi"), (r"\O rsted", "Ørsted"), (r"M\"uller", "Müller"),
        (r"Gon{\c c}alves", "Gonçalves"), (r"O\'{}Brien", "O'Brien"), (r"{\relax Ch}arles", "Charles"),
        (r"\emph{Drosophila} {\it sp.} \textsc{x}", "Drosophila sp. x"), (r"\url{https://a.org/~b_c}",
        "https://a.org/~b_c"),
        (r"\enquote{Se{\~n}or} says", "“Señor” says"), (r"5\,\% \& more\ldots{} \S 3", "5 % & more… §3"),
        (r"\href{https://a.org}{word}", "word"), (r"{\noopsort{b}}1999", "1999"), (r"line\\break", "line break"),
        (r"$\alpha_{1}$-net for \alpha{} {\'e}", r"$\alpha_{1}$-net for α é"), (r"\(x^{2}\) {Y}", r"\(x^{2}\) Y"),
        (r"costs \$5 and 6\$", "costs $5 and 6$"), ("a~b", "a b"), ("\\", ""), (r"\'", "'"), ("{", ""), ("}", ""),
        (r"\textasciitilde{}x\textbackslash y", r"~x\y"), ("a\u0308", "ä"), ("\ufdd0{x}", "x"),
    ],
)  # fmt: skip
def test_words_with_tex_are_decoded(tex, text):
    assert decode_latex(tex) == text


@pytest.mark.parametrize(
    ("tex", "macros"),
    [(r"\foo{bar} \baz", [r"\foo", r"\baz"]), (r"{\'e} \emph{x} $\foo$", []), ("plain", [])],
)
def test_macros_nobody_knows_are_named(tex, macros):
    assert unknown_macros(tex) == macros


@pytest.mark.parametrize(
    "text", ["a -- b --- c", "''quoted'' ``so''", "why?` !`", "50% & {more} \\ ~ ^ _ # $", "it's", "x---y-", "-"]
)
def test_what_tex_would_join_survives_encoding(text):
    assert decode_latex(encode_latex(text)) == text


@pytest.mark.parametrize(
    "piece",
    [
        "\\'{", "{", "$", "\\(", "\\( \\", "\\href{", "\\", "\\u ", "\\foo{}", "[a", "\\'{ ", "\\enquote{", "\\url{",
        "\\a {", "{\\v c}", "\\'", "$^", "--", "~",
    ],
)  # fmt: skip
def test_decoding_takes_linear_time(piece):
    begin = time.process_time()
    assert isinstance(decode_latex("\\a" + piece * (200_000 // len(piece))), str)
    assert time.process_time() - begin < 2
