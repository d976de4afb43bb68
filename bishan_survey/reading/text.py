"""Tables in plain text: in which encoding, with which delimiter, and which line is which row."""

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from bishan_survey.reading.grid import MAX_CELLS, Grid, UnreadableFile

GRID_NAME = "文本"

_BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_EAST_ASIAN = re.compile(rb"[\xe2-\xf0][\x80-\xbf]{2}")
"""What every Chinese character and full-width mark is in UTF-8."""
_ONE_IN_TEN = 10
"""Of the characters in a table of Chinese text, at least so many are ASCII: digits, delimiters, line ends."""
_FORGIVEN = 5
"""Characters that may be no text in any file; beyond them, one in a hundred. Rare names have private-use characters."""
_END_OF_FILE = "\x1a"
"""What programs from the days of DOS write behind the last line."""

_DELIMITERS = (",\t;", "，；")
"""The full-width ones count only where there is none of the others: they stand inside cells all the time."""
_LOOKED_AT = 200
"""Lines from which the delimiter is told."""
_QUOTED = re.compile('"[^"]*"')
_DECLARED = re.compile(r'sep=([^"\s]|\t)', re.IGNORECASE)
_FORMULA = re.compile(r'="((?:[^"]|"")*)"')
"""How exports keep the digits of long numbers: a formula whose value is a text."""

_LONGEST_CELL = 5_000
_MOST_LINES_IN_CELL = 50
_MOST_LINES_IN_ROW = 200
_A_TABLE_S_ROW = 5
"""Delimiters from which on a line inside of a cell is taken for a row of the table, not for prose."""
_PATIENCE = 20_000_000
"""Characters that are read again because of stray quotes, before line breaks inside of cells are given up."""


@dataclass(frozen=True, slots=True)
class _Dialect:
    delimiter: str
    per_row: int
    """Delimiters in most rows."""


def read_text(content: bytes, max_cells: int = MAX_CELLS) -> Grid:
    """Read CSV and its relatives. Row 1 of the grid is what a spreadsheet program shows as row 1.

    Raises:
        UnreadableFile: in an unknown encoding (``F31``), no text at all (``F01``), or too large (``F03``).
    """
    lines, declared = _without_declaration(_lines(decode(content).rstrip(_END_OF_FILE), max_cells))
    dialect = _dialect(lines, declared)
    if len(lines) + sum(line.count(dialect.delimiter) for line in lines) > max_cells:
        raise UnreadableFile("F03")
    return Grid(GRID_NAME, _padded([_cells(record) for record in _records(lines, dialect)], max_cells))


def decode(content: bytes, *declared: str) -> str:
    """The text that the bytes are, decoded strictly: a wrong guess must not pass as somebody's name.

    A byte order mark decides; then UTF-8, which a text in another encoding hardly ever happens to be; then what is
    declared, which is often wrong; then GB18030, in which nearly any bytes are some text. Of a text without anything
    Chinese in UTF-8 that comes last: two bytes of GB18030 often are one Arabic or Greek letter in UTF-8.

    Args:
        content: the bytes.
        declared: encodings that the file itself names.

    Raises:
        UnreadableFile: in an unknown encoding (``F31``), or no text at all (``F01``).
    """
    for encoding in _encodings(content, declared):
        with suppress(UnicodeDecodeError):
            text = content.decode(encoding).lstrip("\ufeff")
            _refuse_rubbish(text)
            return text
    raise UnreadableFile("F01" if b"\0" in content else "F31")


def _encodings(content: bytes, declared: Sequence[str]) -> list[str]:
    for mark, encoding in _BOMS.items():
        if content.startswith(mark):
            return [encoding]
    if content.isascii() or _EAST_ASIAN.search(content):
        return [*_utf16_without_mark(content), "utf-8", *declared, "gb18030"]
    return [*_utf16_without_mark(content), *declared, "gb18030", "utf-8"]


def _utf16_without_mark(content: bytes) -> list[str]:
    """By the NULs that ASCII characters have in UTF-16, in every second byte. The other bytes may be NUL too: 一 is."""
    even, odd = content[::2].count(0), content[1::2].count(0)
    if max(even, odd) * 2 * _ONE_IN_TEN < len(content) or even == odd:
        return []
    return ["utf-16-be" if even > odd else "utf-16-le"]


def _refuse_rubbish(text: str) -> None:
    """Bytes that can be decoded need not be text, nor text in that encoding."""
    categories: Counter[str] = Counter()
    for character, count in Counter(text).items():
        if character not in "\t\r\n":
            categories[unicodedata.category(character)] += count
    bearable = _FORGIVEN + len(text) // 100
    if "\0" in text or categories["Cc"] > bearable:
        raise UnreadableFile("F01")
    if categories["Co"] + categories["Cn"] > bearable:
        raise UnreadableFile("F31")


def _lines(text: str, most: int) -> list[str]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > most:
        raise UnreadableFile("F03")
    lines = text.split("\n")
    return lines if lines[-1] else lines[:-1]


def _without_declaration(lines: list[str]) -> tuple[list[str], str | None]:
    """Lines without the first, if that is ``sep=;``, and the delimiter that it names.

    Excel takes such a line for an instruction and shows the one after it as row 1. So it must not count as a row here.
    """
    match = _DECLARED.fullmatch(lines[0]) if lines else None
    return (lines[1:], match[1]) if match else (lines, None)


def _dialect(lines: Sequence[str], declared: str | None) -> _Dialect:
    """The delimiter that the most lines have equally often; the most frequent, if there are several."""
    bare = [_QUOTED.sub("", line) for line in lines[:_LOOKED_AT]]
    for candidates in (declared,) if declared else _DELIMITERS:
        agreements = {delimiter: _agreement(bare, delimiter) for delimiter in candidates}
        best = max(agreements, key=agreements.__getitem__)
        if declared or agreements[best] > (0, 0):
            return _Dialect(best, agreements[best][1])
    return _Dialect(",", 0)


def _agreement(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    """How many lines have it equally often, and how often."""
    counts = Counter(line.count(delimiter) for line in lines if delimiter in line)
    return max(((lines, times) for times, lines in counts.items()), default=(0, 0))


class _Feed:
    """Lines for the reader of :mod:`csv`, which can be wound back to where the row began that it could not read."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._began = self._next = 0
        self._most = _MOST_LINES_IN_ROW
        self._patience = _PATIENCE

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._next >= len(self._lines):
            raise StopIteration
        if self._next - self._began >= self._most:
            raise csv.Error("a row without an end")
        self._next += 1
        return self._lines[self._next - 1] + "\n"

    def begin(self) -> bool:
        """Begin a row; ``False`` after the last line."""
        self._began = self._next
        return self._began < len(self._lines)

    def rewind(self) -> str:
        """The line in which the row began; the next row begins with the line after it."""
        self._patience -= sum(map(len, self._lines[self._began + 1 : self._next]))
        if self._patience < 0:
            self._most = 1
        self._next = self._began + 1
        return self._lines[self._began]


def _records(lines: Sequence[str], dialect: _Dialect) -> Iterator[list[str]]:
    """Rows. A quote without its fellow must not swallow the rows after it: then its line is read by itself."""
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=dialect.delimiter, strict=True)
    while feed.begin():
        try:
            record = next(reader)
        except csv.Error:
            record = _line_by_itself(feed.rewind(), dialect.delimiter)
        if any("\n" in cell and _is_runaway(cell, dialect) for cell in record):
            record = _line_by_itself(feed.rewind(), dialect.delimiter)
        yield record


def _is_runaway(cell: str, dialect: _Dialect) -> bool:
    """Whether a cell of several lines is so long, or has so many lines, or such lines, that it cannot be one."""
    lines = cell.split("\n")
    if len(cell) > _LONGEST_CELL or len(lines) > _MOST_LINES_IN_CELL:
        return True
    whole = lines[1:-1]
    return dialect.per_row >= _A_TABLE_S_ROW and any(line.count(dialect.delimiter) >= dialect.per_row for line in whole)


def _line_by_itself(line: str, delimiter: str) -> list[str]:
    """Cells of a line that breaks the rules of quoting; if its quotes do not pair up, they are mere characters."""
    if line.count('"') % 2 == 0:
        with suppress(csv.Error):  # a cell may be longer than the reader admits
            return next(csv.reader([line], delimiter=delimiter))
    return line.split(delimiter)


def _cells(record: Sequence[str]) -> list[str]:
    return [_unwrapped(cell) if cell.startswith('="') else cell for cell in record]


def _unwrapped(cell: str) -> str:
    match = _FORMULA.fullmatch(cell)
    return match[1].replace('""', '"') if match else cell


def _padded(rows: list[list[str]], max_cells: int) -> list[list[str]]:
    width = max(map(len, rows), default=0)
    if width * len(rows) > max_cells:
        raise UnreadableFile("F03")
    for row in rows:
        row.extend([""] * (width - len(row)))
    return rows
