"""What a workbook of Excel 2007 and later tells beside its cells: errors, formulas without a value, what is hidden.

A sheet's XML is looked through for the few words that announce such evidence; only a sheet that has them is walked
row by row. Nothing here resolves an entity, and no part is unpacked beyond a bound.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from functools import cache
from html import unescape
from itertools import chain, pairwise
from typing import NamedTuple

from bishan_survey.reading.grid import MAX_CELLS, Evidence, Place, UnreadableFile
from bishan_survey.reading.parts import Parts, iso_time
from bishan_survey.reading.worksheets import worksheets

_LAST_COLUMN = 16_384
_DIGITS = b"[0-9]{1,99}"
"""A number that no sheet has is still a number; one of thousands of digits is none."""
_MODIFIED = re.compile(rb"<(?:\w+:)?modified\b[^>]*>([^<]*)<")
_TRUE = (b"1", b"true")
_SOUND = re.compile(
    rb'(?:<row r="([0-9]+)"[^>]*+(?:/>|>(?:<c r="[A-Z]{1,3}+\1"(?: s="[0-9]++")?'
    rb'(?:/>| t="s"><v>[0-9]++</v></c>|><v>[^<]*+</v></c>))*+</row>))*+'
)
"""Rows as nearly all programs write them, each cell in its own row: they need no second look."""
_ERROR_CELL: re.Pattern[bytes] = re.compile(
    rb"""(?P<before><(?:\w+:)?c\b[^>]*\bt=["']e["'][^>]*>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>)"""
    rb"""(?!#(?:N/A|REF!|VALUE!|NAME\?|NULL!|NUM!|DIV/0!)<)[^<]*(?P<after></(?:\w+:)?v>)""",
    re.DOTALL,
)
"""An error cell whose value is not one of the seven that every reader knows."""


def evidence_of_xlsx(content: bytes, limit_cells: int = MAX_CELLS) -> tuple[dict[str, Evidence], str | None]:
    """The evidence of each worksheet by its name, and when the workbook was last saved.

    Raises:
        UnreadableFile: no zip, a part that unpacks without end, a document type declaration, or a worksheet with more
            than ``limit_cells`` cells from A1 to its last value.
    """
    parts = Parts(content)
    parts.refuse_damage("xl/")
    evidence = {name: _evidence(_Sheet.of(xml), limit_cells) for name, xml in worksheets(parts)}
    modified = _MODIFIED.search(parts.read("docProps/core.xml"))
    return evidence, iso_time(modified[1].decode(errors="replace")) if modified else None


def with_known_errors(content: bytes) -> bytes:
    """The workbook with every error value that is not one of Excel 2007 as ``#N/A``.

    python-calamine refuses the whole workbook for one ``#SPILL!``; what a person sees stands in the evidence.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(made, "w") as repaired:
        for entry in archive.infolist():
            data = archive.read(entry)
            if entry.filename.lower().endswith(".xml"):
                data = _ERROR_CELL.sub(rb"\g<before>#N/A\g<after>", data)
            repaired.writestr(entry, data)
    return made.getvalue()


# --- what stands in a sheet ---------------------------------------------------------------------------------------


class _Tags(NamedTuple):
    """How the elements of a sheet look with its prefix. A pattern that begins with plain letters is searched fast."""

    row_number: re.Pattern[bytes]
    row: re.Pattern[bytes]
    cell: re.Pattern[bytes]
    letters: re.Pattern[bytes]
    """A cell, with the letters of its address if it has one."""
    holding: re.Pattern[bytes]
    """A cell that holds something, with its address if it has one."""
    column: re.Pattern[bytes]
    formula: re.Pattern[bytes]
    value: re.Pattern[bytes]
    unvalued: re.Pattern[bytes]
    """A formula that no value follows."""
    formula_word: bytes
    inline_word: bytes


@cache
def _tags(prefix: bytes) -> _Tags:
    def element(name: bytes, *inside: bytes) -> re.Pattern[bytes]:
        text = rb"<@%s(?=[\s/>])%s" % (name, b"".join(inside))
        return re.compile(text.replace(b"@", re.escape(prefix)), re.DOTALL)

    row, address, word = _attribute(b"r", _DIGITS), _attribute(b"r", b"[A-Za-z]+" + _DIGITS), rb"\w+"
    return _Tags(
        row_number=element(b"row", rb"(?:[^>]*?\sr\s*=\s*[\"'](%s))?" % _DIGITS),
        row=element(b"row", row, _attribute(b"hidden", word), rb"[^>]*>"),
        cell=element(b"c", address, _attribute(b"t", word), rb"[^>]*+>(?:(?<=/>)|(.*?)</@c\s*>)"),
        letters=element(b"c", rb"(?:[^>]*?\sr\s*=\s*[\"']([A-Za-z]+)[0-9])?"),
        holding=element(b"c", rb"(?>%s)[^>]*+(?<!/)>(?!\s*</)" % _attribute(b"r", b"([A-Za-z]+)(%s)" % _DIGITS)),
        column=element(b"col", _attribute(b"min", _DIGITS), _attribute(b"max", _DIGITS), _attribute(b"hidden", word)),
        formula=element(b"f", rb"[^>]*?(?:/>|>([^<]*)<)"),
        value=element(b"v", rb"[^>]*?(?:/>|>([^<]*)<)"),
        unvalued=element(b"f", rb"[^>]*?(?:/>|>[^<]*</@f\s*>)(?!\s*<@v[^>]*>[^<])"),
        formula_word=b"<%sf" % prefix,
        inline_word=b"<%sis" % prefix,
    )


def _attribute(name: bytes, value: bytes) -> bytes:
    """A group that holds an attribute of the element just begun, wherever it stands in it; empty if it is missing."""
    return rb"(?:(?=[^>]*?\s%s\s*=\s*[\"'](%s)[\"'])|)" % (name, value)


class _Sheet(NamedTuple):
    """A worksheet's XML, and where its rows begin and end."""

    xml: bytes
    start: int
    end: int
    tags: _Tags

    @classmethod
    def of(cls, xml: bytes) -> "_Sheet":
        """What stands between the tags of ``sheetData``, whatever the prefix of its names.

        Raises:
            UnreadableFile: there are two of them (``F01``).
        """
        if xml.count(b"<sheetData") > 1:
            raise UnreadableFile("F01")  # the rows of one would replace those of the other
        start = max(xml.find(b"sheetData"), 0)
        prefix = xml[xml.rfind(b"<", 0, start) + 1 : start]
        return cls(xml, start, max(xml.rfind(b"sheetData"), 0), _tags(prefix))

    def has(self, word: bytes) -> bool:
        """Whether the rows hold a word."""
        return self.xml.find(word, self.start, self.end) >= 0


class _Row(NamedTuple):
    number: int
    """Counted from 0."""
    numbered: bool
    """Whether it says its number itself."""
    hidden: bool
    inside: bytes


class _Cell(NamedTuple):
    place: Place
    kind: bytes
    inside: bytes


def _rows(sheet: _Sheet) -> Iterator[_Row]:
    """The rows. One without a number follows the one before."""
    number = -1
    found = sheet.tags.row.finditer(sheet.xml, sheet.start, sheet.end)
    for this, following in pairwise(chain(found, (None,))):
        if this:
            number = int(this[1]) - 1 if this[1] else number + 1
            end = following.start() if following else sheet.end
            yield _Row(number, bool(this[1]), this[2] in _TRUE, sheet.xml[this.end() : end])


def _cells(row: _Row, tags: _Tags) -> Iterator[_Cell]:
    """The cells of a row. One without an address follows the one before."""
    number, column = row.number, -1
    for address, kind, inside in tags.cell.findall(row.inside):
        letters = address.rstrip(b"0123456789")
        number, column = (int(address[len(letters) :]) - 1, _column(letters)) if address else (row.number, column + 1)
        yield _Cell((number, column), kind, inside)


@cache
def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


# --- the evidence -------------------------------------------------------------------------------------------------


def _evidence(sheet: _Sheet, limit_cells: int) -> Evidence:
    _refuse_huge(sheet, limit_cells)
    _refuse_mixed(sheet)
    hides = _hides(sheet.xml)
    return Evidence(
        texts=dict(_texts(sheet)) if _has_errors(sheet) or _has_unvalued(sheet) else {},
        hidden_rows=tuple(row.number for row in _rows(sheet) if row.hidden) if hides else (),
        hidden_columns=tuple(_hidden_columns(sheet)) if hides else (),
    )


def _refuse_mixed(sheet: _Sheet) -> None:
    """Refuse rows in which one person's answers would come to stand beside another's name.

    python-calamine goes by a cell's own address, takes the last of two cells with one address, and the first text of
    the workbook where the number of a text is none.
    """
    if _SOUND.fullmatch(sheet.xml, sheet.start + len(b"sheetData>"), max(sheet.end - 2, 0)):
        return
    met: set[Place] = set()
    for row in _rows(sheet):
        for cell in _cells(row, sheet.tags):
            elsewhere = row.numbered and cell.place[0] != row.number
            value = sheet.tags.value.search(cell.inside) if cell.kind == b"s" else None
            if elsewhere or cell.place in met or (value and not (value[1] or b"0").strip().isdigit()):
                raise UnreadableFile("F01")
            met.add(cell.place)


def _hides(xml: bytes) -> bool:
    return b"hidden=" in xml and any(b"hidden=" + value in xml for value in (b'"1', b'"t', b"'1", b"'t"))


def _has_errors(sheet: _Sheet) -> bool:
    # A single letter that is missing is missed at once; to miss a word takes twenty times longer.
    return sheet.has(b't="e"') or (sheet.has(b"'") and sheet.has(b"t='e'"))


def _has_unvalued(sheet: _Sheet) -> bool:
    if not (sheet.has(b"f") and sheet.has(sheet.tags.formula_word)):
        return False
    return sheet.tags.unvalued.search(sheet.xml, sheet.start, sheet.end) is not None


def _texts(sheet: _Sheet) -> Iterator[tuple[Place, str]]:
    """What a person sees in cells that would look blank."""
    for row in _rows(sheet):
        if b't="e"' in row.inside or b"t='e'" in row.inside or sheet.tags.unvalued.search(row.inside):
            for cell in _cells(row, sheet.tags):
                text = _text(cell, sheet.tags)
                if text:
                    yield cell.place, text


def _text(cell: _Cell, tags: _Tags) -> str:
    value = tags.value.search(cell.inside)
    if cell.kind == b"e":
        return (value and _decoded(value[1]).strip()) or "#ERROR"
    formula = tags.formula.search(cell.inside)
    if formula is None or _has_value(cell, value, tags):
        return ""
    return "=" + _decoded(formula[1])


def _has_value(cell: _Cell, value: re.Match[bytes] | None, tags: _Tags) -> bool:
    """Whether a value is stored beside the formula. An empty text that a formula gave is stored as an empty value."""
    if value is None:
        return tags.inline_word in cell.inside
    return bool(value[1]) or cell.kind == b"str"


def _decoded(xml: bytes | None) -> str:
    return unescape((xml or b"").decode(errors="replace"))


def _hidden_columns(sheet: _Sheet) -> Iterator[int]:
    for first, last, hidden in sheet.tags.column.findall(sheet.xml, 0, sheet.start):
        if hidden in _TRUE and first and last:
            yield from range(max(int(first), 1) - 1, min(int(last), _LAST_COLUMN))


# --- the size of the rectangle ------------------------------------------------------------------------------------


def _refuse_huge(sheet: _Sheet, limit_cells: int) -> None:
    rows = _most_rows(sheet)
    if rows * _LAST_COLUMN <= limit_cells or rows * _most_columns(sheet) <= limit_cells:
        return
    if _rectangle(sheet) > limit_cells:
        raise UnreadableFile("F03")


def _most_rows(sheet: _Sheet) -> int:
    """No more rows than this, by the numbers of the rows, blank ones too.

    Raises:
        UnreadableFile: two rows have one number: of such a sheet, one of them would be lost without a word (``F01``).
    """
    numbers = sheet.tags.row_number.findall(sheet.xml, sheet.start, sheet.end)
    told = list(filter(None, numbers))
    if len(set(told)) < len(told):
        raise UnreadableFile("F01")
    return max(map(int, told), default=0) + len(numbers) - len(told)


def _most_columns(sheet: _Sheet) -> int:
    """No more columns than this, by the addresses of the cells, blank ones too."""
    letters = set(sheet.tags.letters.findall(sheet.xml, sheet.start, sheet.end))
    return _LAST_COLUMN if b"" in letters else max(map(_column, letters), default=-1) + 1


def _rectangle(sheet: _Sheet) -> int:
    """Cells from A1 to the last row and the last column that hold something; formats alone take no room."""
    rows = columns = 0
    for found in sheet.tags.holding.finditer(sheet.xml, sheet.start, sheet.end):
        if not found[1]:
            return _counted_rectangle(sheet)
        rows, columns = max(rows, int(found[3])), max(columns, _column(found[2]) + 1)
    return rows * columns


def _counted_rectangle(sheet: _Sheet) -> int:
    """The same, where not every cell says where it is."""
    rows = columns = 0
    for row in _rows(sheet):
        for place, _, inside in _cells(row, sheet.tags):
            if inside:
                rows, columns = max(rows, place[0] + 1), max(columns, place[1] + 1)
    return rows * columns
