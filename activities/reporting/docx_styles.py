"""How a report in DOCX looks: page, styles, language, properties, page numbers."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils.translation import gettext as _
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

from activities.reporting.sections import Report
from labsite.lib.tables.cells import CONTROL

INK, SOFT, ACCENT, GOLD = "16202F", "444E5D", "1A4A9C", "5C3A00"
LATIN_FONT, CJK_FONT = "Calibri", "Noto Sans CJK SC"
LANGUAGES = {"en": "en-GB", "zh-hans": "zh-CN"}  # as Word names them
PAGE_WIDTH, PAGE_HEIGHT, MARGIN = Cm(21), Cm(29.7), Cm(2.1)
TABLE_STYLE = "Report table"
REFERENCE_STYLE = "List Number"  # Word's own: it numbers by itself, and programs see a list
BORDERS = f"""<w:tblPr {nsdecls("w")}><w:tblBorders>
<w:top w:val="single" w:sz="6" w:space="0" w:color="{INK}"/>
<w:bottom w:val="single" w:sz="6" w:space="0" w:color="C8D0DA"/>
<w:insideH w:val="single" w:sz="4" w:space="0" w:color="C8D0DA"/></w:tblBorders>
<w:tblCellMar><w:top w:w="50" w:type="dxa"/><w:left w:w="70" w:type="dxa"/><w:bottom w:w="50" w:type="dxa"/>
<w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr>"""
# Name, size in points, colour, whether bold, space after in points.
PARAGRAPHS = (
    ("Fact", 10, SOFT, False, 1),
    ("Rule", 9, SOFT, False, 6),
    ("Strong line", 10, INK, True, 6),
    ("Table heading", 9, INK, True, 0),
    ("Table text", 9, INK, False, 0),
    ("Table part", 9, SOFT, False, 0),
)
HEADINGS = (("Heading 1", 22, INK, 0, 2), ("Heading 2", 15, INK, 20, 5), ("Heading 3", 11.5, SOFT, 12, 4))


def set_up(document: Document, report: Report, language: str) -> None:
    """Page, styles, language and properties of an empty document."""
    section = document.sections[0]
    section.page_width, section.page_height = PAGE_WIDTH, PAGE_HEIGHT
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    set_language(document, LANGUAGES.get(language, language))
    add_styles(document)
    add_footer(document, report)
    properties = document.core_properties
    properties.title, properties.author, properties.subject = (
        CONTROL.sub("", text)[:255] for text in (report.title, report.lab, report.period)
    )
    properties.language = LANGUAGES.get(language, language)
    properties.comments = properties.keywords = ""
    properties.created = properties.modified = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)


def set_language(document: Document, code: str) -> None:
    """The language that spelling checkers and screen readers take; East Asian text is Chinese in any case."""
    defaults = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    language = defaults.find(qn("w:lang"))
    if language is None:
        language = OxmlElement("w:lang")
        defaults.append(language)
    language.set(qn("w:val"), "en-GB" if code.startswith("zh") else code)
    language.set(qn("w:eastAsia"), "zh-CN")


def set_font(style: Any, size: float, colour: str, *, bold: bool) -> None:
    style.font.name, style.font.size, style.font.bold = LATIN_FONT, Pt(size), bold
    style.font.italic = False
    style.font.color.rgb = RGBColor.from_string(colour)
    fonts = style.element.rPr.rFonts
    for attribute in list(fonts.attrib):
        if attribute.endswith("Theme"):  # which would win over the font that is named
            del fonts.attrib[attribute]
    fonts.set(qn("w:hAnsi"), LATIN_FONT)
    fonts.set(qn("w:eastAsia"), CJK_FONT)


def add_styles(document: Document) -> None:
    styles = document.styles
    set_font(styles["Normal"], 10.5, INK, bold=False)
    styles["Normal"].paragraph_format.space_after = Pt(6)
    for name, size, colour, before, after in HEADINGS:
        set_font(styles[name], size, colour, bold=True)
        styles[name].paragraph_format.space_before, styles[name].paragraph_format.space_after = Pt(before), Pt(after)
        styles[name].paragraph_format.keep_with_next = True
    set_font(styles["Subtitle"], 13, SOFT, bold=False)
    styles["Subtitle"].paragraph_format.space_after = Pt(8)
    for name, size, colour, bold, after in PARAGRAPHS:
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        set_font(style, size, colour, bold=bold)
        style.paragraph_format.space_after = Pt(after)
    set_font(styles[REFERENCE_STYLE], 10, INK, bold=False)
    reference = styles[REFERENCE_STYLE].paragraph_format
    reference.left_indent, reference.first_line_indent, reference.space_after = Cm(0.9), Cm(-0.9), Pt(5)
    properties = styles[REFERENCE_STYLE].element.pPr
    for spacing in properties.findall(qn("w:contextualSpacing")):  # it takes the space between entries away
        properties.remove(spacing)
    styles["Table part"].paragraph_format.left_indent = Cm(0.5)
    for name, colour, underlined in (("Hyperlink", ACCENT, False), ("Mark", GOLD, False)):
        style = styles.add_style(name, WD_STYLE_TYPE.CHARACTER)
        style.font.color.rgb, style.font.underline = RGBColor.from_string(colour), underlined
    styles["Mark"].font.bold = True
    styles["Mark"].font.size = Pt(9)
    table = styles.add_style(TABLE_STYLE, WD_STYLE_TYPE.TABLE)
    table.element.append(parse_xml(BORDERS))


def add_footer(document: Document, report: Report) -> None:
    """The lab, the report, and which page of how many."""
    footer = document.sections[0].footer.paragraphs[0]
    footer.style.font.size = Pt(8.5)
    footer.style.font.color.rgb = RGBColor.from_string(SOFT)
    footer.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    footer.add_run(CONTROL.sub("", f"{report.lab} · {report.title} · "))
    before, _unused, rest = _("Page %(page)s of %(pages)s").partition("%(page)s")
    between, _unused, after = rest.partition("%(pages)s")
    footer.add_run(before)
    add_field(footer, "PAGE")
    footer.add_run(between)
    add_field(footer, "NUMPAGES")
    footer.add_run(after)


def add_field(paragraph: Any, name: str) -> None:
    """A number that the word processor fills in."""
    field, run, text = OxmlElement("w:fldSimple"), OxmlElement("w:r"), OxmlElement("w:t")
    field.set(qn("w:instr"), name)
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)
