"""What a spreadsheet of LibreOffice tells beside its cells: errors, formulas without a value, what is hidden or merged.

A table is a sequence of rows, a row one of cells, and each may stand for many by a number of repetitions: the place of
a cell is counted along. Most spreadsheets have no evidence; a search tells that three times faster than counting does.
"""

import re
from collections.abc import Callable, Iterator
from itertools import chain, pairwise, product
from xml.parsers import expat

from bishan_survey.reading.grid import MAX_CELLS, Evidence, Span, UnreadableFile
from bishan_survey.reading.parts import Attributes, Parts, iso_time, refuse_doctype

_SAVED = re.compile(rb"<dc:date\b[^>]*>([^<]*)<")
_HIDING = ("collapse", "filter")
_MOST_DIGITS = 9
_ROW = re.compile(rb"<table:table-row(?=[\s/>])(?:[^>]*?\stable:number-rows-repeated=[\"']([0-9]{1,99}))?")
_COLUMNS_REPEATED = re.compile(rb"""number-columns-repeated=["']([0-9]{1,99})""")
_TELLING_WORDS = (b"table:visibility=", b"-spanned=", b'string-value=""', b"string-value=''")
_NO_VALUE = rb"<table:(?:covered-)?table-cell(?=[\s/>])(?![^>]*?office:value-type)"
_TEXT_CELL = re.compile(_NO_VALUE + rb"[^>]*+(?<!/)>")
"""A cell without a value that has something in it."""
_FORMULA_CELL = re.compile(_NO_VALUE + rb"[^>]*?table:formula")

Range = tuple[int, int]
"""The first one and the one after the last, counted from 0."""


def evidence_of_ods(content: bytes, limit_cells: int = MAX_CELLS) -> tuple[dict[str, Evidence], str | None]:
    """The evidence of each table that has some by its name, and when the spreadsheet was last saved.

    Raises:
        UnreadableFile: protected by a password (``F02``), no zip, a part that unpacks without end, a document type
            declaration, or a table with more than ``limit_cells`` cells from A1 to its last value.
    """
    parts = Parts(content)
    if b"encryption-data" in parts.read("META-INF/manifest.xml"):
        raise UnreadableFile("F02")
    xml = parts.read("content.xml")
    reader = _Reader(limit_cells)
    if _tells(xml) or any(_most_cells(table) > limit_cells for table in xml.split(b"</table:table>")):
        reader.read(xml)
    saved = _SAVED.search(parts.read("meta.xml"))
    evidence = {name: table.evidence() for name, table in reader.tables.items()}
    telling = {name: found for name, found in evidence.items() if found != Evidence()}
    return telling, iso_time(saved[1].decode(errors="replace")) if saved else None


def _tells(xml: bytes) -> bool:
    """Whether there may be evidence, or something that must be refused."""
    return (
        xml.find(b"<!DOCTYPE", 0, xml.find(b"<office:document-content")) >= 0
        or any(word in xml for word in _TELLING_WORDS)
        or _TEXT_CELL.search(xml) is not None
        or (b"table:formula" in xml and _FORMULA_CELL.search(xml) is not None)
    )


def _most_cells(table: bytes) -> int:
    """No more cells than this stand from A1 to the last value: as many columns as tags before it, and as repeated."""
    passed = rows = columns = 0
    for this, following in pairwise(chain(_ROW.finditer(table), (None,))):
        if this:
            passed += int(this[1] or 1)
            last_value = table.rfind(b"office:value-type", this.end(), following.start() if following else len(table))
            if last_value >= 0:
                span = this.end(), table.find(b">", last_value)
                repeated = sum(map(int, _COLUMNS_REPEATED.findall(table, *span)))
                rows, columns = passed, max(columns, table.count(b"table-cell", *span) + repeated)
    return rows * columns


class _Table:
    """A table, as far as it has been read."""

    def __init__(self) -> None:
        self.rows: Range = (0, 0)
        self.columns: Range = (0, 0)
        """The cell last read; the one that follows begins where these end."""
        self.described_columns = 0
        self.size = (0, 0)
        """Rows and columns from A1 to the last value."""
        self.texts: dict[tuple[Range, Range], str] = {}
        self.hidden_rows: list[Range] = []
        self.hidden_columns: list[Range] = []
        self.merged: list[Span] = []

    def take(self, limit_cells: int) -> None:
        """Count the cell last read as one that holds something."""
        self.size = max(self.size[0], self.rows[1]), max(self.size[1], self.columns[1])
        if self.size[0] * self.size[1] > limit_cells:
            raise UnreadableFile("F03")

    def evidence(self) -> Evidence:
        """What was found; beyond the last value it does not matter what is hidden."""
        return Evidence(
            {
                (row, column): text
                for (rows, columns), text in self.texts.items()
                for row, column in product(range(*rows), range(*columns))
            },
            tuple(_within(self.hidden_rows, self.size[0])),
            tuple(_within(self.hidden_columns, self.size[1])),
            tuple(span for span in self.merged if span[0] < self.size[0] and span[1] < self.size[1]),
        )


def _within(ranges: list[Range], size: int) -> Iterator[int]:
    for first, end in ranges:
        yield from range(first, min(end, size))


class _Reader:
    """Goes through ``content.xml``. What it looks at is set while it reads: most cells cost one call, and no more."""

    def __init__(self, limit_cells: int) -> None:
        self.tables: dict[str, _Table] = {}
        self._limit_cells = limit_cells
        self._table = _Table()
        self._blank = False
        """Whether the cell last read comes out blank, so that a text in it is evidence."""
        self._noted = False
        self._said: list[str] = []
        self._starts: dict[str, Callable[[Attributes], None]] = {
            "table:table": self._start_table,
            "table:table-column": self._start_column,
            "table:table-row": self._start_row,
            "table:table-cell": self._start_cell,
            "table:covered-table-cell": self._start_cell,
            "office:annotation": self._start_annotation,
            "text:p": self._start_paragraph,
        }
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.StartDoctypeDeclHandler = refuse_doctype

    def read(self, xml: bytes) -> None:
        """Read as far as it can be read."""
        try:
            self._parser.Parse(xml, True)
        except (expat.ExpatError, ValueError, LookupError):
            return  # the reader of cells tells the damage

    def _start(self, tag: str, attributes: Attributes) -> None:
        start = self._starts.get(tag)
        if start:
            start(attributes)

    def _start_table(self, attributes: Attributes) -> None:
        self._table = self.tables[attributes.get("table:name", "")] = _Table()

    def _start_column(self, attributes: Attributes) -> None:
        table = self._table
        first = table.described_columns
        table.described_columns += _times(attributes, "table:number-columns-repeated")
        if attributes.get("table:visibility") in _HIDING:
            table.hidden_columns.append((first, table.described_columns))

    def _start_row(self, attributes: Attributes) -> None:
        table = self._table
        first = table.rows[1]
        table.rows = first, first + _times(attributes, "table:number-rows-repeated")
        table.columns = 0, 0
        if attributes.get("table:visibility") in _HIDING:
            table.hidden_rows.append(table.rows)

    def _start_cell(self, attributes: Attributes) -> None:
        table = self._table
        first = table.columns[1]
        table.columns = first, first + _times(attributes, "table:number-columns-repeated")
        tall, wide = (max(1, _times(attributes, f"table:number-{what}-spanned")) for what in ("rows", "columns"))
        if tall > 1 or wide > 1:
            (top, _), (left, _) = table.rows, table.columns
            table.merged.append((top, left, top + tall - 1, left + wide - 1))
        formula, kind = attributes.get("table:formula"), attributes.get("office:value-type")
        if kind or formula:
            table.take(self._limit_cells)
        self._blank = not kind or attributes.get("office:string-value") == ""
        self._noted = bool(formula and not kind)
        if formula and not kind:
            table.texts[table.rows, table.columns] = "=" + formula.partition("=")[2]

    # --- a text in a cell that comes out blank ------------------------------------------------------------------

    def _start_paragraph(self, _: Attributes) -> None:
        if self._blank:
            self._said = []
            self._parser.CharacterDataHandler = self._said.append
            self._parser.EndElementHandler = self._end_paragraph

    def _end_paragraph(self, tag: str) -> None:
        if tag != "text:p":
            return
        self._parser.CharacterDataHandler = self._parser.EndElementHandler = None
        texts, cells = self._table.texts, (self._table.rows, self._table.columns)
        if self._noted:  # the formula has a value: this text, which may be empty
            self._noted = False
            del texts[cells]
        said = "".join(self._said)
        if said:
            self._table.take(self._limit_cells)
            texts[cells] = f"{texts[cells]}\n{said}" if cells in texts else said

    def _start_annotation(self, _: Attributes) -> None:
        """A comment has paragraphs as well, but they do not stand in the cell."""
        if self._blank:
            self._blank = False
            self._parser.EndElementHandler = self._end_annotation

    def _end_annotation(self, tag: str) -> None:
        if tag == "office:annotation":
            self._blank = True
            self._parser.EndElementHandler = None


def _times(attributes: Attributes, name: str) -> int:
    """How many an element stands for. A number that is too long is still a large one."""
    written = attributes.get(name, "1")
    return int(written) if len(written) < _MOST_DIGITS else int("9" * _MOST_DIGITS)
