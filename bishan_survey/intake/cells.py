"""Cells of a workbook at their true addresses, as text.

Every value is kept as the text that a person sees in the cell. A number with more than fifteen digits is shown in
scientific notation, as spreadsheets do: its last digits are lost, and the text says so by its form.
"""

import datetime as dt
import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

Cell = object
_EXACT = 1e15
"""From here on a spreadsheet's number has lost digits (15 significant digits)."""
MAX_UNPACKED = 200 * 2**20
"""Bytes that a workbook may unpack to. A village's form unpacks to about 1 MiB."""


class UnreadableWorkbook(Exception):  # noqa: N818 - not an error of ours: an answer that is no workbook
    """The bytes are no workbook that can be read. ``args[0]`` is the id of the notice that says why."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A worksheet: row 1 is ``rows[0]``, column A is index 0."""

    name: str
    rows: Sequence[Sequence[Cell]]


class Workbook:
    """A workbook whose worksheets are read when they are asked for."""

    def __init__(self, content: bytes) -> None:
        """Open a workbook.

        Raises:
            UnreadableWorkbook: damaged, protected by a password, too large unpacked, or no workbook at all.
        """
        _refuse_bombs(content)
        with _readable():
            self._workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
            sheets = [meta for meta in self._workbook.sheets_metadata if meta.typ is SheetTypeEnum.WorkSheet]
            self.sheets = [meta.name for meta in sheets]
            self.hidden = {meta.name for meta in sheets if meta.visible is not SheetVisibleEnum.Visible}

    def grid(self, name: str) -> Grid:
        """A worksheet.

        Raises:
            UnreadableWorkbook: it is damaged.
        """
        with _readable():
            return Grid(name, self._workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))


@contextmanager
def _readable() -> Iterator[None]:
    """Turn whatever the reader raises into the notice that says why."""
    try:
        yield
    except CalamineError as error:
        raise UnreadableWorkbook("F02" if "password" in str(error).lower() else "F01") from error
    except BaseException as error:
        # A panic of the Rust reader derives from BaseException, not from Exception.
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        raise UnreadableWorkbook("F01") from error


def _refuse_bombs(content: bytes) -> None:
    """Look at the sizes in the zip directory before anything is unpacked."""
    if not content.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise UnreadableWorkbook("F01") from error
    if size > MAX_UNPACKED:
        raise UnreadableWorkbook("F03")


def cell_text(value: Cell) -> str:
    """What a person sees in the cell; empty where there is nothing."""
    match value:
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case float() | int():
            return _number_text(value)
        case dt.datetime():
            return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
        case dt.date() | dt.time():
            return value.isoformat()
        case _:
            return "" if value is None else str(value)


def _number_text(value: float) -> str:
    if abs(value) >= _EXACT:
        return f"{value:.5E}"
    return str(int(value)) if value == int(value) else repr(value)


def column_texts(values: Sequence[Cell]) -> list[str]:
    """The texts of a column's cells."""
    return [value if type(value) is str else cell_text(value) for value in values]
