"""The sheet of corrections as a file."""

from dataclasses import dataclass
from pathlib import Path

from bishan_survey.handwritten import SheetKind, read_sheets
from bishan_survey.model import Design

_TITLE, _BLANK = "更正单", "可以用 bishan-survey corrections new 做一张空白的"


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
    kind = SheetKind(_TITLE, design.corrections, _BLANK)
    return [Line(line.number, **line.texts) for line in read_sheets([path], kind, design.notices, passwords)]
