"""Real workbooks for tests, written cell by cell."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from bishan_survey.intake import Submission, submission_of

Cells = Mapping[str, object]


def write_cells(path: Path, sheets: Mapping[str, Cells], merged: Sequence[str] = ()) -> Path:
    """A workbook with these values at these addresses (``{"表": {"B3": "姓名"}}``)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        book.set_properties({"created": datetime(2025, 1, 1)})  # noqa: DTZ001 - equal cells, equal bytes
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, cells in sheets.items():
            sheet = book.add_worksheet(name)
            for span in merged:
                sheet.merge_range(span, "")
            for address, value in cells.items():
                sheet.write_datetime(address, value, day) if isinstance(value, date) else sheet.write(address, value)
    return path


def table(top_left: tuple[int, int], rows: Sequence[Sequence[object]]) -> dict[str, object]:
    """Cells of a block whose first cell stands at (row, column), counted from 0."""
    first_row, first_column = top_left
    return {
        xlsxwriter.utility.xl_rowcol_to_cell(first_row + r, first_column + c): value
        for r, row in enumerate(rows)
        for c, value in enumerate(row)
        if value is not None
    }


def submission(path: Path, name: str) -> Submission:
    """A file as it comes out of the archive."""
    return submission_of(path, name)


def sheets_of(path: Path) -> dict[str, list[list[object]]]:
    """Every sheet of a workbook, hidden ones too, as the bare reader gives it."""
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
