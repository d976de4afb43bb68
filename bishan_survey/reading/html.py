"""Tables in web pages, which many systems export under the name ``.xls``. Nothing that a page refers to is fetched."""

import email
import email.policy
import re
from collections.abc import Callable, Sequence
from email.errors import CloseBoundaryNotFoundDefect
from email.message import Message
from html import unescape
from html.parser import HTMLParser

from bishan_survey.reading.grid import MAX_CELLS, Grid, UnreadableFile
from bishan_survey.reading.sparse import Room, Sparse
from bishan_survey.reading.text import decode

_Attributes = list[tuple[str, str | None]]

_LAST_COLUMN = 16_384
"""A spreadsheet has no more columns (XFD)."""
_WIDEST_SPAN, _HIGHEST_SPAN = 1_000, 65_534
"""As the HTML standard limits them."""

_META_CHARSET = re.compile(rb"<meta[^>]{0,500}charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_HEAD = 4096
_CHARSETS = {"big5": "big5", "big5-hkscs": "big5hkscs"}
"""What may be declared besides the encodings that are tried in any case. Programs that declare a western one lie."""

_DECLARATION = re.compile("<![^>]*>")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
"""What HTML shows as one blank: not the no-break space, nor the blank of Chinese text."""
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_NO_MERGE = re.compile(r"mso-ignore\s*:\s*colspan", re.IGNORECASE)
"""How Excel marks one element for several cells that are not merged: blank ones, or ones that a text runs over."""
_BLOCKS = frozenset({"p", "div", "li"})
"""Elements that stand on lines of their own."""
_ENDS_OF_CELLS = frozenset({"td", "th", "tr", "table"})
_TAB_STRIP = "tabstrip.htm"
"""The page that Excel adds to a workbook's pages: its table is the row of tabs."""

_WORKSHEET, _END_OF_WORKSHEET = "<x:ExcelWorksheet>", "</x:ExcelWorksheet>"
_NAME = re.compile("<x:Name>([^<]*)</x:Name>")
_HIDDEN_SHEET = re.compile("<x:Visible>Sheet(?:Very)?Hidden</x:Visible>")


def read_html(content: bytes, max_cells: int = MAX_CELLS) -> list[Grid]:
    """Read the tables of a web page; there may be none.

    Raises:
        UnreadableFile: in an unknown encoding (``F31``), no text at all (``F01``), or too large (``F03``).
    """
    return _grids([_decode(content)], max_cells)


def read_mhtml(content: bytes, max_cells: int = MAX_CELLS) -> list[Grid]:
    """Read the tables of a web page that was saved as a single file: of all its pages, one for each worksheet.

    Raises:
        UnreadableFile: damaged (``F01``), in an unknown encoding (``F31``), or too large (``F03``).
    """
    try:
        message = email.message_from_bytes(content, policy=email.policy.compat32)
        pages = [part.get_payload(decode=True) for part in message.walk() if _is_page(part)]
    except (ValueError, LookupError, RecursionError) as error:
        raise UnreadableFile("F01") from error
    if any(isinstance(defect, CloseBoundaryNotFoundDefect) for defect in message.defects):
        raise UnreadableFile("F01")  # cut off: people may be missing
    return _grids([_decode(page) for page in pages if isinstance(page, bytes)], max_cells)


def _is_page(part: Message) -> bool:
    return part.get_content_type() == "text/html" and not str(part["Content-Location"]).endswith(_TAB_STRIP)


def _decode(content: bytes) -> str:
    match = _META_CHARSET.search(content[:_HEAD])
    declared = _CHARSETS.get(match[1].decode("ascii", "replace").lower()) if match else None
    return decode(content, *([declared] if declared else []))


def _grids(pages: Sequence[str], max_cells: int) -> list[Grid]:
    room = Room(max_cells)
    tables = [table for page in pages for table in _tables(page, room)]
    sheets = [sheet for page in pages for sheet in _worksheets(page)]
    if len(sheets) == len(tables) == len(dict(sheets)):
        return [table.grid(name, hidden) for table, (name, hidden) in zip(tables, sheets, strict=True)]
    # Tables without any text only arrange a page: nobody would count them.
    filled = [table for table in tables if table.texts]
    return [table.grid(f"表{number}") for number, table in enumerate(filled, 1)]


def _worksheets(page: str) -> list[tuple[str, bool]]:
    """Names of worksheets, and whether they are hidden, which Excel writes into a comment."""
    sheets = []
    for part in page.split(_WORKSHEET)[1:]:
        about = part.partition(_END_OF_WORKSHEET)[0]
        match = _NAME.search(about)
        sheets.append((unescape(match[1]).strip() if match else "", bool(_HIDDEN_SHEET.search(about))))
    return [sheet for sheet in sheets if sheet[0]]


def _tables(page: str, room: Room) -> list[Sparse]:
    parser = _Parser(room)
    parser.feed(_bare(page))
    parser.close()
    return parser.sheets()


def _bare(page: str) -> str:
    """A page without comments, declarations and a tag that is cut off at the end.

    None of them holds a cell, and with many broken ones :class:`HTMLParser` takes very long, or raises.
    """
    parts, at = [], 0
    while (begin := page.find("<!--", at)) >= 0 and (end := page.find("-->", begin + 4)) >= 0:
        parts.append(page[at:begin])
        at = end + 3
    parts.append(page[at:])
    text, closing, rest = "".join(parts).rpartition(">")
    return _DECLARATION.sub("", text + closing) + rest.partition("<")[0]


class _Cell:
    """The text of a cell while it is read."""

    def __init__(self, row: int, column: int) -> None:
        self.row, self.column = row, column
        self._lines: list[list[str]] = [[]]
        self._begun = False

    def add(self, text: str) -> None:
        """Go on with the line."""
        self._lines[-1].append(text)
        self._begun = self._begun or bool(text.strip())

    def break_line(self) -> None:
        """Begin a line."""
        self._lines.append([])
        self._begun = False

    def add_lines(self, text: str) -> None:
        """Go on with lines of their own."""
        for line in text.split("\n"):
            self.separate()
            self.add(line)

    def separate(self) -> None:
        """Begin a line, unless nothing stands on this one."""
        if self._begun:
            self.break_line()

    def text(self) -> str:
        """What a person sees: blanks are one, those that must not be broken are kept."""
        lines = (_BLANKS.sub(" ", "".join(line)).strip(" ") for line in self._lines)
        return "\n".join(lines).replace("\xa0", " ").strip(" \n")


class _Table:
    """A table while it is read: where its next cell goes, and the cell that is open."""

    def __init__(self, room: Room) -> None:
        self.sheet = Sparse(room)
        self.cell: _Cell | None = None
        self._row = -1
        self._column = self._columns = 0
        self._free_from: dict[int, int] = {}
        """For a column: the first row that no cell from above reaches into."""

    def start_row(self, hidden: bool) -> None:
        """Begin a row; end tags may be missing."""
        self.end_cell()
        self._row += 1
        self._column = 0
        if hidden:
            self.sheet.hidden_rows.append((self._row, self._row))

    def start_cell(self, width: int, height: int, merged: bool) -> None:
        """Begin a cell, where none from above or from the left reaches."""
        self.end_cell()
        if self._row < 0:
            self.start_row(hidden=False)
        row, column = self._row, self._next_column()
        last = column + width - 1
        self.sheet.reach(row, last if height > 1 else column)
        if merged and (width, height) != (1, 1):
            self.sheet.spans.append((row, column, row + height - 1, last))
        if height > 1:
            self._free_from.update(dict.fromkeys(range(column, last + 1), row + height))
        self.cell = _Cell(row, column)
        self._column = last + 1

    def _next_column(self) -> int:
        column = self._column
        while self._free_from.get(column, 0) > self._row:
            column += 1
        if column >= _LAST_COLUMN:
            raise UnreadableFile("F03")
        return column

    def end_cell(self) -> None:
        """End the cell that is open, if there is one."""
        if self.cell is not None:
            self.sheet.put(self.cell.row, self.cell.column, self.cell.text())
            self.cell = None

    def add_columns(self, count: int, hidden: bool) -> None:
        """Columns that are described before the first row."""
        if hidden:
            self.sheet.hidden_columns.append((self._columns, self._columns + count - 1))
        self._columns += count


class _Parser(HTMLParser):
    """Finds the tables of a page. A table within a cell is one of its own, and its texts are none of the cell's."""

    def __init__(self, room: Room) -> None:
        super().__init__(convert_charrefs=True)
        self._room = room
        self._tables: list[_Table] = []
        self._open: list[_Table] = []
        self._starts: dict[str, Callable[[_Table, dict[str, str]], None]] = {
            "tr": lambda table, attributes: table.start_row(_is_hidden(attributes)),
            "td": _start_cell,
            "th": _start_cell,
            "col": _add_columns,
        }

    def sheets(self) -> list[Sparse]:
        """What was found, in the order in which the tables begin.

        Raises:
            UnreadableFile: a table does not end: the page was cut off, and people may be missing (``F01``).
        """
        if self._open:
            raise UnreadableFile("F01")
        return [table.sheet for table in self._tables]

    def handle_starttag(self, tag: str, attrs: _Attributes) -> None:
        if tag == "table":
            self._open.append(_Table(self._room))
            self._tables.append(self._open[-1])
        elif self._open and tag in self._starts:
            self._starts[tag](self._open[-1], {name: value or "" for name, value in attrs})
        elif (cell := self._cell()) is not None:
            _start_line(cell, tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS and (cell := self._cell()) is not None:
            cell.separate()
        elif self._open and tag in _ENDS_OF_CELLS:
            self._open[-1].end_cell()
            if tag == "table":
                self._end_table(self._open.pop())

    def _end_table(self, table: _Table) -> None:
        """A table of one cell within a cell only holds its text: so Excel writes cells that a picture lies over."""
        if (cell := self._cell()) is not None and table is self._tables[-1] and table.sheet.texts.keys() <= {(0, 0)}:
            cell.add_lines(table.sheet.texts.get((0, 0), ""))
            self._tables.pop()

    def handle_data(self, data: str) -> None:
        # Also what is styled "display:none" within a cell: so Excel marks the part of a text that its column is too
        # narrow for.
        if self.cdata_elem is None and (cell := self._cell()) is not None:
            cell.add(data)

    def _cell(self) -> _Cell | None:
        return self._open[-1].cell if self._open else None


def _start_line(cell: _Cell, tag: str) -> None:
    if tag == "br":
        cell.break_line()
    elif tag in _BLOCKS:
        cell.separate()


def _start_cell(table: _Table, attributes: dict[str, str]) -> None:
    width = _count(attributes.get("colspan", ""), _WIDEST_SPAN)
    height = _count(attributes.get("rowspan", ""), _HIGHEST_SPAN)
    table.start_cell(width, height, merged=not _NO_MERGE.search(attributes.get("style", "")))


def _add_columns(table: _Table, attributes: dict[str, str]) -> None:
    table.add_columns(_count(attributes.get("span", ""), _WIDEST_SPAN), _is_hidden(attributes))


def _count(text: str, most: int) -> int:
    """A number of rows or columns: at least one."""
    digits = re.match(r"\s*\+?([0-9]{1,9})", text)
    return min(max(int(digits[1]), 1), most) if digits else 1


def _is_hidden(attributes: dict[str, str]) -> bool:
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style", "")))
