"""What a workbook of Excel 95 to 2003, or an .et of WPS, tells beside its cells: errors, what is hidden, its code page.

Such a file is an OLE container with one stream of records, each a kind, a length and data; a record of the beginning
says where each sheet begins. Of a damaged file, what stands before the damage is told.
"""

import codecs
import datetime as dt
import io
import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

import olefile

from bishan_survey.reading.grid import MAX_CELLS, Evidence, Place, UnreadableFile


class _Kind:
    """Kinds of records. Plain numbers: members of an enumeration take three times longer to compare."""

    FORMULA = 0x0006
    EOF = 0x000A
    FILEPASS = 0x002F
    CODEPAGE = 0x0042
    COLINFO = 0x007D
    BOUNDSHEET = 0x0085
    MULRK = 0x00BD
    RSTRING = 0x00D6
    LABELSST = 0x00FD
    DIMENSIONS = 0x0200
    NUMBER = 0x0203
    LABEL = 0x0204
    BOOLERR = 0x0205
    ROW = 0x0208
    RK = 0x027E
    BOF = 0x0809


_VALUES = frozenset(
    {_Kind.FORMULA, _Kind.MULRK, _Kind.RSTRING, _Kind.LABELSST, _Kind.NUMBER, _Kind.LABEL, _Kind.BOOLERR, _Kind.RK}
)
"""Records of cells that hold a value; all begin with row and column."""
_PLAIN = re.compile(
    rb"(?:\xfd\x00\x0a\x00.{10}"  # LABELSST
    rb"|\x7e\x02\x0a\x00.{10}"  # RK
    rb"|\x01\x02\x06\x00.{6}"  # BLANK
    rb"|\xbe\x00\x0a\x00.{10}"  # MULBLANK of two cells
    rb"|\x03\x02\x0e\x00.{14}"  # NUMBER
    rb"|\x08\x02\x10\x00.{12}[\x00-\x1f\x40-\x5f\x80-\x9f\xc0-\xdf].{3}"  # ROW that is not hidden
    rb")++",
    re.DOTALL,
)
"""A run of records that are no evidence: most of a sheet, passed over in one step."""
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
_EXCEL_95 = 0x0500
_UTF_16 = 1200
_CHINESE = "gb18030"
_CODECS = {936: _CHINESE, 10000: "mac_roman", 10008: _CHINESE, 32768: "mac_roman", 32769: "cp1252"}
"""Code pages whose number is not their name in Python."""
_LAST_COLUMN = 0xFF
_HIDDEN_ROW, _HIDDEN_COLUMN = 0x20, 0x01
_LAST_SAVED = 13
_LONG_AGO = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - the times of OLE come without a zone, in UTC

_HEAD = struct.Struct("<HH").unpack_from
_WORD = struct.Struct("<H").unpack_from

Record = tuple[int, int, int]
"""A record's kind, and where its data begin and end."""


class _Book(NamedTuple):
    """What the beginning of the stream tells."""

    stream: bytes
    sheets: dict[str, int]
    """Where each worksheet begins."""
    version: int
    codec: str
    """The encoding of texts, where they are bytes (Excel 95)."""
    code_page_at: int | None


def evidence_of_xls(content: bytes, limit_cells: int = MAX_CELLS) -> tuple[dict[str, Evidence], str | None]:
    """The evidence of each worksheet by its name, and when the workbook was last saved.

    Raises:
        UnreadableFile: protected by a password (``F02``), or a worksheet with more than ``limit_cells`` cells from A1
            to its last value (``F03``).
    """
    stream, saved_at = _opened(content)
    book = _book(stream)
    evidence: dict[int, Evidence] = {}
    for start in book.sheets.values():
        if start not in evidence:
            evidence[start] = _evidence(book, start, limit_cells)
    return {name: evidence[start] for name, start in book.sheets.items()}, saved_at


def readable_xls(content: bytes) -> tuple[bytes, str | None]:
    """The workbook as python-calamine reads it right, and the encoding of texts that it then gives as Latin-1.

    It decodes by the code page alone. Texts of Excel 97 are UTF-16 whatever that says (jxl writes 1252), and of
    Chinese bytes of Excel 95 it makes rubbish. Told that all is UTF-16, it gets the former right and gives the latter
    byte by byte: ``text.encode("latin-1").decode(encoding)`` is what a person sees.

    Raises:
        UnreadableFile: the workbook is encrypted (``F02``).
    """
    stream, _ = _opened(content)
    book = _book(stream)
    if not book.sheets:
        return content, None
    encoding = book.codec if book.version == _EXCEL_95 else None
    at = book.code_page_at
    if at is None or _WORD(stream, at)[0] == _UTF_16:
        return content, encoding
    patched = _with_stream(content, stream[:at] + struct.pack("<H", _UTF_16) + stream[at + 2 :])
    return (patched, encoding) if patched else (content, None)


# --- the container ------------------------------------------------------------------------------------------------


def _opened(content: bytes) -> tuple[bytes, str | None]:
    """The stream of records, and when the workbook was last saved; nothing where the container is damaged."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as container:
            return container.openstream(_stream_name(container)).read(), _saved_at(container)
    except Exception:  # olefile raises much more on damaged files than it says; the reader of cells tells the damage
        return b"", None


def _stream_name(container: olefile.OleFileIO) -> str:
    return "Workbook" if container.exists("Workbook") else "Book"


def _saved_at(container: olefile.OleFileIO) -> str | None:
    try:
        time = container.getproperties("\x05SummaryInformation", convert_time=True).get(_LAST_SAVED)
    except Exception:  # missing or damaged: then it is not told
        return None
    return f"{time.isoformat(timespec='seconds')}Z" if isinstance(time, dt.datetime) and time > _LONG_AGO else None


def _with_stream(content: bytes, stream: bytes) -> bytes | None:
    file = io.BytesIO(content)
    try:
        with olefile.OleFileIO(file, write_mode=True) as container:
            container.write_stream(_stream_name(container), stream)
            return file.getvalue()
    except Exception:  # the container is damaged
        return None


# --- the records --------------------------------------------------------------------------------------------------


def _records(stream: bytes, at: int, passed_over: re.Pattern[bytes] | None = None) -> Iterator[Record]:
    """The records from here to the end of the sheet, or to where the stream is cut off."""
    while at + 4 <= len(stream):
        run = passed_over.match(stream, at) if passed_over else None
        if run:
            at = run.end()
            continue
        kind, length = _HEAD(stream, at)
        start, at = at + 4, at + 4 + length
        if kind == _Kind.EOF or at > len(stream):
            return
        yield kind, start, at


def _book(stream: bytes) -> _Book:
    sheets: dict[str, int] = {}
    version, codec, code_page_at = 0, _CHINESE, None
    for kind, start, end in _records(stream, 0):
        match kind:
            case _Kind.BOF if end - start >= 2:
                version = _WORD(stream, start)[0]
            case _Kind.CODEPAGE if end - start >= 2:
                codec, code_page_at = _codec(_WORD(stream, start)[0]), start
            case _Kind.FILEPASS:
                raise UnreadableFile("F02")
            case _Kind.BOUNDSHEET if end - start >= 8 and stream[start + 5] == 0:
                name = _name(stream[start + 6 : end], version, codec)
                sheets[name] = int.from_bytes(stream[start : start + 4], "little")
    return _Book(stream, sheets, version, codec, code_page_at)


def _codec(code_page: int) -> str:
    """An encoding of bytes; that of Chinese where the code page is none."""
    name = _CODECS.get(code_page, f"cp{code_page}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return _CHINESE


def _name(data: bytes, version: int, codec: str) -> str:
    """A sheet's name: its length, in Excel 97 a flag for two bytes a character, its characters."""
    if version == _EXCEL_95:
        name = data[1 : 1 + data[0]].decode(codec, errors="replace")
    elif data[1] & 1:
        name = data[2 : 2 + 2 * data[0]].decode("utf-16-le", errors="replace")
    else:
        name = data[2 : 2 + data[0]].decode("latin-1")
    return name.replace("\0", "")


# --- the evidence -------------------------------------------------------------------------------------------------


def _evidence(book: _Book, start: int, limit_cells: int) -> Evidence:
    texts: dict[Place, str] = {}
    rows: set[int] = set()
    columns: set[int] = set()
    spanned = None
    stream = book.stream
    for kind, at, end in _records(stream, start, _PLAIN):
        match kind:
            case _Kind.BOOLERR if end - at >= 8 and stream[at + 7]:
                texts[_place(stream, at)] = _error(stream[at + 6])
            case _Kind.FORMULA if end - at >= 14 and stream[at + 12 : at + 14] == b"\xff\xff" and stream[at + 6] == 2:
                texts[_place(stream, at)] = _error(stream[at + 8])
            case _Kind.ROW if end - at >= 16 and stream[at + 12] & _HIDDEN_ROW:
                rows.add(_WORD(stream, at)[0])
            case _Kind.COLINFO if end - at >= 10 and stream[at + 8] & _HIDDEN_COLUMN:
                first, last = _HEAD(stream, at)
                columns.update(range(first, min(last, _LAST_COLUMN) + 1))
            case _Kind.DIMENSIONS:
                spanned = _spanned(stream[at:end])
    if (spanned is None or spanned > limit_cells) and _rectangle(stream, start) > limit_cells:
        raise UnreadableFile("F03")
    return Evidence(texts, tuple(sorted(rows)), tuple(sorted(columns)))


def _place(stream: bytes, at: int) -> Place:
    row, column = _HEAD(stream, at)
    return row, column


def _error(code: int) -> str:
    return _ERRORS.get(code, "#ERROR")


def _spanned(data: bytes) -> int | None:
    """Cells from A1 to the last one, as the sheet says, blank ones with a format too."""
    try:
        _, rows, _, columns = struct.unpack_from("<IIHH" if len(data) >= 14 else "<HHHH", data)
    except struct.error:
        return None
    return int(rows * columns)


def _rectangle(stream: bytes, start: int) -> int:
    """Cells from A1 to the last row and the last column that hold a value; formats alone take no room."""
    last_row = last_column = -1
    for kind, at, end in _records(stream, start):
        if kind in _VALUES and end - at >= 6:
            row, column = _HEAD(stream, at)
            column = _WORD(stream, end - 2)[0] if kind == _Kind.MULRK else column
            last_row, last_column = max(last_row, row), max(last_column, column)
    return (last_row + 1) * (last_column + 1)
