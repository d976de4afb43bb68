"""Where the rows of a worksheet stand in its XML, so that others can take their place and no other byte is changed.

Expat tells the offsets; names keep their prefixes, and what the rows do not hold is never written anew.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from xml.parsers import expat

from bishan_survey.reading.grid import UnreadableFile, column_number
from bishan_survey.reading.parts import Attributes, Parts, refuse_doctype
from bishan_survey.reading.worksheets import worksheet_parts

MAX_XML = 16 * 2**20
"""Bytes of a worksheet that is still a blank one. A thousand rows of fifty formatted cells take a tenth of it."""
MAX_ROWS = 100_000
_TAG = re.compile(rb"""<(?:[^>"']|"[^"]*"|'[^']*')*+>""")
_ADDRESS = re.compile(r"([A-Z]{1,3})\d*")
_HOLDING = {"v", "is", "f"}


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it stands in the XML of its worksheet."""

    number: int
    """As spreadsheet programs count."""
    start: int
    end: int
    attributes: Attributes
    styles: Mapping[int, str]
    """The number of the format of each of its cells by column, counted from 0; empty: it names none."""
    holds: bool
    """Whether a cell of it holds something."""
    formulas: bool
    """Whether a cell of it holds a formula."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A worksheet's XML, and where its parts stand in it."""

    xml: bytes
    prefix: str
    """Of the names of elements, with the colon; mostly empty."""
    columns: tuple[tuple[range, str], ...]
    """The formats of columns, counted from 0."""
    rows: tuple[Row, ...]
    """In the order of their numbers."""
    end: int
    """Where the rows end."""
    dimension: tuple[int, int] | None
    """Where the tag stands that says which cells are used."""


def outline_of(parts: Parts, sheet: str) -> Outline:
    """The outline of a worksheet; the workbook must have been read before, as grids.

    Raises:
        UnreadableFile: there is no such sheet, or rows cannot be put into it: it is too large, not in UTF-8, its rows
            are not in order.
    """
    part = worksheet_parts(parts).get(sheet)
    xml = parts.read(part) if part else b""
    if len(xml) > MAX_XML:
        raise UnreadableFile("F03")
    if b"\0" in xml:
        raise UnreadableFile("F01")  # in UTF-16
    walk = _Walk(xml)
    try:
        walk.parser.Parse(xml, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise UnreadableFile("F01") from error
    numbers = [row.number for row in walk.rows]
    unordered = any(after <= before for before, after in pairwise(numbers))
    if unordered or not walk.rows or (walk.dimension and walk.dimension[0] > walk.rows[0].start):
        raise UnreadableFile("F01")
    return Outline(xml, walk.prefix, tuple(walk.columns), tuple(walk.rows), walk.end, walk.dimension)


class _Walk:
    """What is met on the way through a worksheet's XML."""

    def __init__(self, xml: bytes) -> None:
        self._xml = xml
        self._path: list[str] = []
        self._row: tuple[int, Attributes] = (0, {})
        self._styles: dict[int, str] = {}
        self._held: set[str] = set()
        self._column = -1
        self.prefix = ""
        self.columns: list[tuple[range, str]] = []
        self.rows: list[Row] = []
        self.end = 0
        self.dimension: tuple[int, int] | None = None
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._close
        self.parser.StartDoctypeDeclHandler = refuse_doctype
        self.parser.XmlDeclHandler = _refuse_other_encodings

    def _start(self, tag: str, attributes: Attributes) -> None:
        prefix, colon, local = tag.rpartition(":")
        self._path.append(local)
        match self._path[1:]:
            case ["dimension"]:
                self.dimension = self._tag()
            case ["cols", "col"]:
                first, last = int(attributes["min"]) - 1, int(attributes["max"])
                self.columns.append((range(first, last), attributes.get("style", "")))
            case ["sheetData"]:
                self.prefix = prefix + colon
            case ["sheetData", "row"]:
                self._row, self._styles, self._held, self._column = (self._tag()[0], attributes), {}, set(), -1
            case ["sheetData", "row", "c"]:
                self._column = _column(attributes.get("r", ""), self._column + 1)
                self._styles[self._column] = attributes.get("s", "")
            case ["sheetData", "row", "c", inside] if inside in _HOLDING:
                self._held.add(inside)

    def _close(self, _: str) -> None:
        at = self.parser.CurrentByteIndex
        match self._path[1:]:
            case ["sheetData", "row"]:
                if len(self.rows) == MAX_ROWS:
                    raise UnreadableFile("F03")
                start, attributes = self._row
                before = self.rows[-1].number if self.rows else 0
                number = int(attributes.get("r", before + 1))
                end = self._end_of(start, at)
                row = Row(number, start, end, attributes, self._styles, bool(self._held), "f" in self._held)
                self.rows.append(row)
            case ["sheetData"]:
                self.end = at
        self._path.pop()

    def _tag(self) -> tuple[int, int]:
        """Where the tag that was just met begins and ends."""
        at = self.parser.CurrentByteIndex
        found = _TAG.match(self._xml, at)
        if found is None:
            raise UnreadableFile("F01")
        return found.span()

    def _end_of(self, start: int, closed_at: int) -> int:
        """Where an element ends; expat gives the end of one without contents, else the beginning of its last tag."""
        tag = _TAG.match(self._xml, start)
        if tag and tag[0].endswith(b"/>"):
            return tag.end()
        return self._xml.index(b">", closed_at) + 1


def _refuse_other_encodings(_: str, encoding: str | None, __: int) -> None:
    if encoding is not None and encoding.lower() != "utf-8":
        raise UnreadableFile("F01")


def _column(address: str, following: int) -> int:
    """The column of a cell, counted from 0; one without an address follows the one before."""
    match = _ADDRESS.match(address)
    return column_number(match[1]) if match else following
