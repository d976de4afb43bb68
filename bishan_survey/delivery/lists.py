"""Lists for people: names instead of codes, one list to a sheet."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from xlsxwriter import Workbook

from bishan_survey.delivery.styles import Styles, set_up_page
from bishan_survey.model import AreaFrame
from bishan_survey.widths import LINE_HEIGHT, display_width, lines_needed

_MOST_ROWS = 100_000
_FILTER = 3
"""Room for the button of the filter beside a header."""


@dataclass(frozen=True)
class ListSheet:
    """One sheet of a workbook."""

    name: str
    widths: Sequence[int]
    """Of the columns at most; one whose texts are shorter is narrower."""
    frame: pl.DataFrame
    """Numbers and texts, under the headers that people see."""
    most: int = _MOST_ROWS
    """Rows that are written; each takes time."""


def town_name(areas: AreaFrame) -> pl.Expr:
    """Name of the 镇街 whose code stands in ``town``."""
    return named_town(pl.col("town"), areas)


def village_name(areas: AreaFrame) -> pl.Expr:
    """Name of the 村（社区） whose code stands in ``village``."""
    return named_village(pl.col("village"), areas)


def named_town(code: pl.Expr, areas: AreaFrame) -> pl.Expr:
    """Name of a 镇街."""
    return code.replace_strict(areas.towns, default=None, return_dtype=pl.String)


def named_village(code: pl.Expr, areas: AreaFrame) -> pl.Expr:
    """Name of a 村（社区）."""
    names = {village_code: village.name for village_code, village in areas.by_code.items()}
    return code.replace_strict(names, default=None, return_dtype=pl.String)


def write_list(workbook: Workbook, styles: Styles, part: ListSheet) -> None:
    """A list on its sheet; what does not fit is said aloud and stands in the CSV file."""
    sheet = workbook.add_worksheet(part.name)
    shown = part.frame.head(part.most)
    cut = part.frame.height - shown.height
    tail = f"，这里只列前{part.most}条，其余{cut}条见同一文件夹的 CSV 文件" if cut else ""
    sheet.write_string(0, 0, f"{part.name}：共{part.frame.height}条{tail}", styles["title"])
    widths, whole = fitting(shown, part.widths), _whole(shown)
    sheet.set_row(1, LINE_HEIGHT * lines_needed(shown.columns, widths) + 3)
    for column, (name, width) in enumerate(zip(shown.columns, widths, strict=True)):
        sheet.write_string(1, column, name, styles["head_left"])
        sheet.set_column(column, column, width)
    for row, values in enumerate(shown.iter_rows(), 2):
        sheet.set_row(row, LINE_HEIGHT * lines_needed(values, widths))
        for column, value in enumerate(values):
            if isinstance(value, int | float):
                sheet.write_number(row, column, value, styles["count" if column in whole else "amount"])
            elif value is None:
                sheet.write_blank(row, column, None, styles["cell"])
            else:
                sheet.write_string(row, column, value, styles["cell"])
    if shown.height:
        sheet.autofilter(1, 0, shown.height + 1, len(shown.columns) - 1)
    sheet.freeze_panes(2, 0)
    set_up_page(sheet, (1, 1), sum(widths))


def fitting(frame: pl.DataFrame, widths: Sequence[int]) -> list[int]:
    """Widths of columns as far as their headers and texts need them: the page is not shrunk for empty room.

    Args:
        frame: what stands in the columns.
        widths: of the columns at most.
    """
    # Chinese characters are three bytes and two places, all others at most as many places as bytes.
    text = pl.all().cast(pl.String)
    places = ((text.str.len_bytes() + text.str.len_chars()) // 2).max()
    needed = frame.select(places).row(0) if frame.width else ()
    return [
        min(most, max(display_width(name) + _FILTER, (longest or 0) + _FILTER))
        for name, longest, most in zip(frame.columns, needed, widths, strict=True)
    ]


def _whole(frame: pl.DataFrame) -> set[int]:
    """Places of the columns of numbers that have no fractions."""
    return {
        place
        for place, column in enumerate(frame.iter_columns())
        if column.dtype.is_integer() or (column.dtype.is_float() and (column.drop_nulls() % 1 == 0).all())
    }
