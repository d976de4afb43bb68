"""Workbooks of Excel made part by part, so that any part can be changed, broken or left out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from xlsxwriter.utility import xl_rowcol_to_cell

from tests.corpus.people import TABLE, Table
from tests.corpus.zips import zipped

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
WORKBOOK = "xl/workbook.xml"
SHEET = "xl/worksheets/sheet1.xml"
SHARED = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"
WORKBOOK_RELATIONS = "xl/_rels/workbook.xml.rels"
CONTENT_TYPES = "[Content_Types].xml"

Parts = dict[str, bytes]
"""Content by name of part."""


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A worksheet as the workbook lists it."""

    name: str
    state: str = ""
    """``hidden``, ``veryHidden``, or nothing."""
    part: str = ""
    """Its part below ``xl/``; if empty, by its number."""
    kind: str = "worksheet"


def book(sheet: str | None = None, *, shared: Sequence[str] | None = None) -> Parts:
    """A workbook of one sheet, whose texts are shared strings as Excel writes them.

    Args:
        sheet: XML of the sheet; the table with the three people if not given.
        shared: the shared strings; those of the table if not given.
    """
    texts = shared_texts(TABLE) if shared is None else shared
    return books([sheet if sheet is not None else sheet_xml(shared_rows(TABLE))], shared=texts)


def books(
    sheets: Sequence[str], entries: Sequence[SheetEntry] | None = None, *, shared: Sequence[str] | None = None
) -> Parts:
    """A workbook of several sheets."""
    listed = entries or [SheetEntry("花名册" if n == 1 else f"花名册{n}") for n in range(1, len(sheets) + 1)]
    parts = {
        CONTENT_TYPES: content_types_xml(len(sheets)).encode(),
        "_rels/.rels": _root_relations_xml().encode(),
        WORKBOOK: workbook_xml(listed).encode(),
        WORKBOOK_RELATIONS: relations_xml(listed).encode(),
        STYLES: styles_xml().encode(),
    }
    for number, sheet in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{number}.xml"] = sheet.encode()
    if shared is not None:
        parts[SHARED] = shared_xml(shared).encode()
    return parts


def inline_book(data: str, *, before: str = "", after: str = "") -> bytes:
    """A workbook of one sheet with these rows as XML, and whatever stands before and after them."""
    return zipped(books([sheet_xml(data, before=before, after=after)]))


def changed(parts: Parts, name: str, content: bytes) -> bytes:
    """The workbook with another content of one part."""
    return zipped({**parts, name: content})


def replaced(name: str, old: str, new: str) -> bytes:
    """The good workbook with a text of one part replaced."""
    parts = book()
    text = parts[name].decode()
    assert old in text, f"{old} is not in {name}"
    return changed(parts, name, text.replace(old, new).encode())


def without(*names: str) -> bytes:
    """The good workbook without some parts."""
    return zipped({name: content for name, content in book().items() if name not in names})


def sheet_xml(data: str, *, before: str = "", after: str = "") -> str:
    """A worksheet around rows."""
    head = f'{DECLARATION}<worksheet xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
    return f"{head}{before}<sheetData>{data}</sheetData>{after}</worksheet>"


def inline_rows(table: Table, first: int = 1) -> str:
    """Rows whose texts stand in the cells."""
    return "".join(
        f'<row r="{row}">{"".join(inline(xl_rowcol_to_cell(row - 1, n), text) for n, text in enumerate(cells))}</row>'
        for row, cells in enumerate(table, first)
    )


def inline(address: str, text: str) -> str:
    """A cell whose text stands in it."""
    return f'<c r="{address}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def shared_texts(table: Table) -> list[str]:
    """The texts of a table, cell after cell, each once for each cell."""
    return [text for row in table for text in row]


def shared_rows(table: Table) -> str:
    """Rows whose cells point at the texts of :func:`shared_texts`."""
    rows = []
    number = 0
    for row, cells in enumerate(table, 1):
        drawn = []
        for column in range(len(cells)):
            drawn.append(f'<c r="{xl_rowcol_to_cell(row - 1, column)}" t="s"><v>{number}</v></c>')
            number += 1
        rows.append(f'<row r="{row}">{"".join(drawn)}</row>')
    return "".join(rows)


def shared_xml(texts: Iterable[str]) -> str:
    """The part with the shared strings."""
    return shared_items(f"<si><t>{escape(text)}</t></si>" for text in texts)


def shared_items(items: Iterable[str]) -> str:
    """The part with the shared strings, each as XML."""
    return f'{DECLARATION}<sst xmlns="{MAIN}">{"".join(items)}</sst>'


def workbook_xml(entries: Sequence[SheetEntry], properties: str = "") -> str:
    """The part that lists the sheets."""
    sheets = "".join(
        f'<sheet name={quoteattr(one.name)} sheetId="{n}"{_state(one)} r:id="rId{n}"/>'
        for n, one in enumerate(entries, 1)
    )
    head = f'{DECLARATION}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
    return f"{head}{properties}<sheets>{sheets}</sheets></workbook>"


def _state(entry: SheetEntry) -> str:
    return f' state="{entry.state}"' if entry.state else ""


def relations_xml(entries: Sequence[SheetEntry]) -> str:
    """The part that says where the sheets are, and the texts and styles."""
    listed = [_relation(n, one.kind, one.part or f"worksheets/sheet{n}.xml") for n, one in enumerate(entries, 1)]
    count = len(listed)
    listed += [_relation(count + 1, "styles", "styles.xml"), _relation(count + 2, "sharedStrings", "sharedStrings.xml")]
    return f'{DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{"".join(listed)}</Relationships>'


def _relation(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{RELATIONS}/{kind}" Target="{target}"/>'


def _root_relations_xml() -> str:
    relation = _relation(1, "officeDocument", WORKBOOK)
    return f'{DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{relation}</Relationships>'


def content_types_xml(count: int, workbook: str = "sheet.main") -> str:
    """The part that says what each part is."""
    listed = [
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>',
        '<Default Extension="xml" ContentType="application/xml"/>',
        f'<Override PartName="/{WORKBOOK}" ContentType="{_content_type(workbook)}"/>',
        f'<Override PartName="/{STYLES}" ContentType="{_TYPE}.styles+xml"/>',
        f'<Override PartName="/{SHARED}" ContentType="{_TYPE}.sharedStrings+xml"/>',
    ]
    listed += [
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for n in range(1, count + 1)
    ]
    return f'{DECLARATION}<Types xmlns="{_PACKAGE}/content-types">{"".join(listed)}</Types>'


def _content_type(workbook: str) -> str:
    macro = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    return macro if workbook == "macro" else f"{_TYPE}.{workbook}+xml"


def styles_xml(formats: Sequence[int] = (0,)) -> str:
    """Cell formats, each of which is a number format and nothing else."""
    listed = "".join(f'<xf numFmtId="{n}" fontId="0" fillId="0" borderId="0" xfId="0"/>' for n in formats)
    return (
        f'{DECLARATION}<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/></font></fonts>'
        '<fills count="1"><fill/></fills><borders count="1"><border/></borders>'
        f'<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="{len(formats)}">{listed}</cellXfs></styleSheet>'
    )
