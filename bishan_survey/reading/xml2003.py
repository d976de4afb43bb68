"""Workbooks that Excel 2003 saved as XML (SpreadsheetML), which many systems export under the name ``.xls``."""

import datetime as dt
import math
import re
from collections.abc import Mapping
from xml.parsers import expat

from bishan_survey.reading.cells import cell_text
from bishan_survey.reading.grid import MAX_CELLS, Grid, UnreadableFile
from bishan_survey.reading.sparse import Room, Sparse
from bishan_survey.reading.text import decode

_NO_DAY = (dt.date(1899, 12, 30), dt.date(1899, 12, 31))
"""The days at which a time without a date stands."""
_SHOWN = "SheetVisible"
_DECLARED_CHINESE = re.compile(rb"<\?xml[^>]{0,200}encoding=[\"']gb", re.IGNORECASE)
_DIGITS = 10
"""Of a row or column: more are beyond any worksheet."""


def read_xml(content: bytes, max_cells: int = MAX_CELLS) -> list[Grid]:
    """Read the worksheets.

    Raises:
        UnreadableFile: no XML, or with a document type, which could define anything (``F01``); in an unknown encoding
            (``F31``); too large (``F03``).
    """
    workbook = _Workbook(Room(max_cells))
    # Encodings are decoded here: expat knows no Chinese one. What the XML declaration says is often wrong.
    declared = "gb18030" if _DECLARED_CHINESE.match(content) else "utf-8"
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = workbook.start
    parser.EndElementHandler = workbook.end
    parser.CharacterDataHandler = workbook.add
    try:
        parser.Parse(decode(content, declared).encode(), True)
    except expat.ExpatError as error:
        raise UnreadableFile("F01") from error
    return [sheet.grid(number) for number, sheet in enumerate(workbook.sheets, 1)]


def _refuse(*_: object) -> None:
    raise UnreadableFile("F01")


class _Worksheet:
    """A worksheet while it is read: where the next column, row and cell go."""

    def __init__(self, name: str, room: Room) -> None:
        self.name = name
        self.hidden = False
        self.sheet = Sparse(room)
        self._next_column_about = 0
        self._row, self._next_row = 0, 0
        self._column, self._next_column = 0, 0
        self._formula = ""

    def add_columns(self, attributes: Mapping[str, str]) -> None:
        """What is said of columns before the first row."""
        first = _index(attributes, self._next_column_about)
        last = first + _number(attributes, "Span")
        if _is_hidden(attributes):
            self.sheet.hidden_columns.append((first, last))
        self._next_column_about = last + 1

    def start_row(self, attributes: Mapping[str, str]) -> None:
        self._row = _index(attributes, self._next_row)
        last = self._row + _number(attributes, "Span")
        if _is_hidden(attributes):
            self.sheet.hidden_rows.append((self._row, last))
        self._next_row = last + 1
        self._next_column = 0

    def start_cell(self, attributes: Mapping[str, str]) -> None:
        self._column = _index(attributes, self._next_column)
        bottom = self._row + _number(attributes, "MergeDown")
        right = self._column + _number(attributes, "MergeAcross")
        if (bottom, right) != (self._row, self._column):
            self.sheet.spans.append((self._row, self._column, bottom, right))
        self._next_column = right + 1
        self._formula = attributes.get("Formula", "")

    def put(self, text: str) -> None:
        """Put a text into the cell that was started last."""
        self.sheet.put(self._row, self._column, text)
        self._formula = ""

    def end_cell(self) -> None:
        """End a cell: a formula without a value is shown itself, since a program left it to Excel to calculate."""
        self.put(self._formula)

    def grid(self, number: int) -> Grid:
        return self.sheet.grid(self.name or f"表{number}", self.hidden)


class _Workbook:
    """Takes the events of the parser.

    An element is told by its name and that of the one around it: comments have a ``Data``, too.
    """

    def __init__(self, room: Room) -> None:
        self.sheets: list[_Worksheet] = []
        self._room = room
        self._path: list[str] = ["", ""]
        self._listening = 0
        """Depth of the element whose text is wanted, 0: none is. Rich text has further elements in it."""
        self._texts: list[str] = []
        self._type = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        parent = self._path[-1]
        self._path.append(_local(name))
        plain = {_local(key): value for key, value in attributes.items()}
        match parent, self._path[-1]:
            case "Workbook", "Worksheet":
                self.sheets.append(_Worksheet(plain.get("Name", ""), self._room))
            case ("Cell", "Data") | ("WorksheetOptions", "Visible"):
                self._listen(plain.get("Type", ""))
            case _ if self.sheets:
                self._place(parent, plain)

    def _place(self, parent: str, attributes: Mapping[str, str]) -> None:
        sheet = self.sheets[-1]
        match parent, self._path[-1]:
            case "Table", "Column":
                sheet.add_columns(attributes)
            case "Table", "Row":
                sheet.start_row(attributes)
            case "Row", "Cell":
                sheet.start_cell(attributes)

    def _listen(self, value_type: str) -> None:
        self._listening = len(self._path)
        self._texts.clear()
        self._type = value_type

    def add(self, text: str) -> None:
        if self._listening:
            self._texts.append(text)

    def end(self, _name: str) -> None:
        if self._listening == len(self._path):
            self._listening = 0
            if self.sheets:
                self._take("".join(self._texts))
        if self._path.pop() == "Cell" and self.sheets:
            self.sheets[-1].end_cell()

    def _take(self, text: str) -> None:
        if self._path[-1] == "Visible":
            self.sheets[-1].hidden = text.strip() != _SHOWN
        else:
            self.sheets[-1].put(_shown(self._type, text))


def _local(name: str) -> str:
    """A name without its namespace: some programs forget that of attributes."""
    return name.rpartition(" ")[2]


def _index(attributes: Mapping[str, str], expected: int) -> int:
    """Where something stands, counted from 0; never where something stands already."""
    return max(_number(attributes, "Index") - 1, expected)


def _number(attributes: Mapping[str, str], name: str) -> int:
    text = attributes.get(name, "")
    return int(text[:_DIGITS]) if text.isdecimal() else 0


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    return attributes.get("Hidden") == "1"


def _shown(value_type: str, text: str) -> str:
    """What a person sees; a value that is not of its type is shown as it stands."""
    try:
        match value_type:
            case "Number" if math.isfinite(number := float(text)):
                return cell_text(number)
            case "Boolean" if text in {"0", "1"}:
                return cell_text(text == "1")
            case "DateTime":
                moment = dt.datetime.fromisoformat(text)
                return cell_text(moment.time() if moment.date() in _NO_DAY else moment)
    except ValueError:
        pass
    return text
