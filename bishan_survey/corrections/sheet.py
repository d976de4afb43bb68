"""The sheet of corrections as a file."""

from dataclasses import dataclass
from pathlib import Path

from bishan_survey.handwritten import SheetKind, read_sheets, write_blank_sheet
from bishan_survey.model import Design, Survey

_WIDTHS = {"id": 26, "place": 24, "item": 20, "action": 11, "old": 24, "new": 24, "reason": 36}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the sheet, as it was written; an empty text where nothing stands."""

    number: int
    """The row, as spreadsheet programs count them."""
    id: str = ""
    place: str = ""
    item: str = ""
    action: str = ""
    old: str = ""
    new: str = ""
    rule: str = ""
    reason: str = ""
    author: str = ""
    date: str = ""


def read_lines(path: Path, design: Design, passwords: tuple[str, ...] = ()) -> list[Line]:
    """The lines of a sheet of corrections, blank ones left out.

    Args:
        path: the file, of any format that villages' files may have.
        design: the definitions, for the headings.
        passwords: to be tried if it is protected.

    Raises:
        WorkspaceError: it cannot be read, or it is not clear where its heading is.
    """
    return [Line(line.number, **line.texts) for line in read_sheets([path], _kind(design), design.notices, passwords)]


def write_blank(path: Path, design: Design, survey: Survey) -> None:
    """Write an empty sheet of corrections (:func:`bishan_survey.handwritten.write_blank_sheet`)."""
    write_blank_sheet(path, _kind(design), survey, _WIDTHS)


def _kind(design: Design) -> SheetKind:
    return SheetKind("更正单", design.corrections, "可以用 bishan-survey corrections new 做一张空白的")
