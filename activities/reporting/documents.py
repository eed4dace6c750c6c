"""A report as DOCX (ISO/IEC 29500): real headings, numbered references, tables whose header rows repeat."""

from __future__ import annotations

import io
from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from docx import Document
from docx.document import Document as DocumentType
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from activities.reporting.docx_styles import MARGIN, PAGE_WIDTH, REFERENCE_STYLE, TABLE_STYLE, set_up
from activities.reporting.sections import Cell, Link, Report, Section, text_cell
from activities.reporting.typeset import absolute, facts_of
from labsite.lib.tables.cells import CONTROL


def write_docx(report: Report, root: str, language: str) -> bytes:
    """The document. `root` goes before the addresses of this site; `language` is that of its words."""
    document = Document()
    set_up(document, report, language)
    writer = Writer(document, root)
    document.add_heading(clean(report.title), level=1)
    writer.paragraph(" · ".join(part for part in (report.lab, report.organization) if part), "Subtitle")
    for term, text in facts_of(report):
        fact = writer.paragraph(f"{term}: ", "Fact")
        fact.add_run(clean(text)).bold = True
    add_summary(writer, report)
    for section in report.filled:
        add_section(writer, section)
    document.add_heading(_("How this report counts"), level=2)
    for remark in report.remarks:
        writer.paragraph(remark)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


class Writer:
    """Puts texts and links into a document. Addresses become links once each, however often they stand in it."""

    def __init__(self, document: DocumentType, root: str) -> None:
        self.document, self.root = document, root
        self._end = document.element.body.sectPr  # the page's shape, which stands behind all paragraphs
        self._links: dict[str, str] = {}

    def paragraph(self, text: str = "", style: str | None = None) -> Paragraph:
        return self.document.add_paragraph(clean(text), style=style)

    def line(self, style: str) -> Any:
        """The element of a new paragraph, fast: lists have thousands of them."""
        element = OxmlElement("w:p")
        element.append(style_of(style))
        self._end.addprevious(element)
        return element

    def add_link(self, paragraph: Any, link: Link) -> None:
        """`link` at the end of a paragraph's element; plain text where it has no address."""
        address = absolute(link.address, self.root)
        if not address:
            paragraph.append(run(link.full_text))
            return
        if address not in self._links:
            key = f"rIdLink{len(self._links)}"  # python-docx looks through all of them for each new number
            self.document.part.rels.add_relationship(RELATIONSHIP_TYPE.HYPERLINK, address, key, is_external=True)
            self._links[address] = key
        element = OxmlElement("w:hyperlink")
        element.set(qn("r:id"), self._links[address])
        element.append(run(link.text, style="Hyperlink"))
        paragraph.append(element)
        if link.note:
            paragraph.append(run(f" ({link.note})"))

    def table(
        self, headings: list[str], rows: list[list[Cell]], widths: list[float], parts: Collection[int] = ()
    ) -> None:
        """A table whose first row is its header on every page. `widths` are shares of the page; rows whose place is
        among `parts` stand indented under the one before.
        """
        table = self.document.add_table(rows=0, cols=len(headings), style=TABLE_STYLE)
        table.autofit = False
        room = int(PAGE_WIDTH - 2 * MARGIN)
        exact = [int(room * width / sum(widths)) for width in widths]
        for column, width in zip(table.columns, exact, strict=True):
            column.width = width
        element = table._tbl
        element.append(self.row([Cell((Link(heading),)) for heading in headings], exact, is_header=True))
        for place, cells in enumerate(rows):
            element.append(self.row(cells, exact, is_part=place in parts))
        self.paragraph()

    def row(self, cells: list[Cell], widths: list[int], *, is_header: bool = False, is_part: bool = False) -> Any:
        """A row, made as XML: python-docx takes time by the square of the number of rows."""
        element = OxmlElement("w:tr")
        properties = OxmlElement("w:trPr")
        properties.append(OxmlElement("w:cantSplit"))
        if is_header:
            properties.append(OxmlElement("w:tblHeader"))
        element.append(properties)
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            box, size, paragraph = OxmlElement("w:tc"), OxmlElement("w:tcPr"), OxmlElement("w:p")
            measure = OxmlElement("w:tcW")
            measure.set(qn("w:w"), str(width // 635))  # twentieths of a point
            measure.set(qn("w:type"), "dxa")
            size.append(measure)
            style = "Table part" if is_part and not place else "Table text"
            paragraph.append(style_of("Table heading" if is_header else style))
            for number, link in enumerate(cell.links):
                if number:
                    paragraph.append(run(", "))
                self.add_link(paragraph, link)
            if cell.note:
                paragraph.append(run(f" ({cell.note})" if cell.links else cell.note))
            box.append(size)
            box.append(paragraph)
            element.append(box)
        return element


def add_summary(writer: Writer, report: Report) -> None:
    writer.document.add_heading(_("Summary"), level=2)
    rows = [[text_cell(line.label), text_cell(str(line.count)), text_cell(line.note)] for line in report.summary]
    parts = {place for place, line in enumerate(report.summary) if line.is_part}
    writer.table([_("Section"), pgettext("how many", "Number"), _("Remark")], rows, [6, 2, 6], parts)


def add_section(writer: Writer, section: Section) -> None:
    writer.document.add_heading(f"{section.title} ({section.count})", level=2)
    writer.paragraph(section.rule, "Rule").paragraph_format.keep_with_next = True
    if section.is_bibliography:
        add_references(writer, section)
        return
    columns = section.printed_columns
    rows = [[cell for column, cell in row] for row in section.printed_rows]
    widths = [room(column.label, [row[place] for row in rows]) for place, column in enumerate(columns)]
    writer.table([column.label for column in columns], rows, widths)
    if section.sums:
        writer.paragraph(_("Total: %(sums)s") % {"sums": "; ".join(section.sums)}, "Strong line")


def add_references(writer: Writer, section: Section) -> None:
    """References by kind, numbered through, each a link to the publication's page, with its marks behind."""
    for heading, rows in section.groups:
        writer.document.add_heading(f"{heading} ({len(rows)})", level=3)
        for link, marks in rows:
            line = writer.line(REFERENCE_STYLE)
            writer.add_link(line, link)
            for mark in marks:
                line.append(run(f"  [{mark}]", style="Mark"))


def room(label: str, cells: list[Cell]) -> float:
    """How much of a table's width a column deserves, by what stands in it, within bounds."""
    return min(max([len(label), 9, *(len(cell.full_text) for cell in cells)]), 42)


# XML of WordprocessingML


def clean(text: str) -> str:
    """Without signs that XML cannot hold."""
    return CONTROL.sub("", text)


def run(text: str, style: str = "") -> Any:
    element, content = OxmlElement("w:r"), OxmlElement("w:t")
    if style:
        properties, name = OxmlElement("w:rPr"), OxmlElement("w:rStyle")
        name.set(qn("w:val"), style.replace(" ", ""))
        properties.append(name)
        element.append(properties)
    content.text = clean(text)
    content.set(qn("xml:space"), "preserve")
    element.append(content)
    return element


def style_of(name: str) -> Any:
    properties, style = OxmlElement("w:pPr"), OxmlElement("w:pStyle")
    style.set(qn("w:val"), name.replace(" ", ""))
    properties.append(style)
    return properties
