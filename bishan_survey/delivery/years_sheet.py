"""The indicators of several years on a sheet with their chart: a break stands at its year and interrupts the line."""

from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from bishan_survey.delivery.lists import ListSheet, write_list
from bishan_survey.delivery.styles import Styles, set_up_page
from bishan_survey.delivery.years import BREAK, BREAK_MARK, NOT_COMPUTED, breaks, stretches, value_of
from bishan_survey.model import Design, Indicator
from bishan_survey.widths import LINE_HEIGHT, lines_needed

_YEARS, _CHART, _DEFINITIONS = "历年", "历年的图", "历年的定义"
_HEAD, _FIRST_ROW, _FIRST_YEAR = 1, 2, 3
_SHARE, _TITLE = "％", 44
_MARKS = ("circle", "square", "triangle", "diamond", "x", "star", "plus", "short_dash", "long_dash")


def write_years(
    workbook: Workbook, styles: Styles, years: Sequence[dict[str, Any]], frame: pl.DataFrame, design: Design
) -> None:
    """A line for each indicator, a column for each year; the chart and the definitions of the years have sheets too.

    Args:
        workbook: to write to.
        styles: of the workbook.
        years: the indicators of each year.
        frame: the same, a line for each indicator and year.
        design: the definitions.
    """
    sheet = workbook.add_worksheet(_YEARS)
    sheet.write_string(0, 0, "历年的指标（全区）", styles["title"])
    _write_head(sheet, styles, years)
    for row, indicator in enumerate(design.indicators, _FIRST_ROW):
        _write_line(sheet, styles, row, indicator, years)
    foot = _FIRST_ROW + len(design.indicators) + 1
    for row, said in enumerate((f"{BREAK_MARK}  从这一年起{BREAK}", f"空白  {NOT_COMPUTED}"), foot):
        sheet.write_string(row, 1, said, styles["line"])
    sheet.freeze_panes(_FIRST_ROW, 2)
    set_up_page(sheet, (_HEAD, _HEAD))
    if len(years) > 1:
        _draw(workbook, styles, years, design)
    told = frame.with_columns(pl.format("{}年", "年份").alias("年份"))
    write_list(workbook, styles, ListSheet(_DEFINITIONS, (6, 44, 14, 8, 10, 10, 12, 12, 30, 64), told))


def _write_head(sheet: Worksheet, styles: Styles, years: Sequence[dict[str, Any]]) -> None:
    columns = (
        ("序号", 6),
        ("指标", _TITLE),
        ("单位", 8),
        *((f"{year['year']}年", 11) for year in years),
        ("说明", _TITLE),
    )
    for column, (label, width) in enumerate(columns):
        sheet.write_string(_HEAD, column, label, styles["head_left"])
        sheet.set_column(column, column, width)


def _write_line(
    sheet: Worksheet, styles: Styles, row: int, indicator: Indicator, years: Sequence[dict[str, Any]]
) -> None:
    sheet.write_number(row, 0, indicator.number, styles["count"])
    sheet.write_string(row, 1, indicator.name, styles["cell"])
    sheet.write_string(row, 2, indicator.unit, styles["cell"])
    broken = breaks(years, indicator.id)
    for column, year in enumerate(years, _FIRST_YEAR):
        style = styles["broken" if year["year"] in broken else "amount"]
        _write_value(sheet, row, column, value_of(year, indicator.id), style)
    said = "；".join(_said(years, indicator.id))
    sheet.set_row(row, LINE_HEIGHT * lines_needed((indicator.name, said), (_TITLE, _TITLE)))
    sheet.write_string(row, _FIRST_YEAR + len(years), said, styles["cell"])


def _write_value(sheet: Worksheet, row: int, column: int, value: float | None, style: Any) -> None:
    if value is None:  # a text would be drawn as 0
        sheet.write_blank(row, column, None, style)
    else:
        sheet.write_number(row, column, value, style)


def _said(years: Sequence[dict[str, Any]], indicator: str) -> Iterator[str]:
    """What is to be known of an indicator's years: those without a value, and those that do not compare."""
    lacking = [f"{year['year']}年" for year in years if value_of(year, indicator) is None]
    if lacking:
        yield f"{'、'.join(lacking)}{NOT_COMPUTED}"
    yield from (f"{year}年起{BREAK}" for year in breaks(years, indicator))


def lines_drawn(years: Sequence[dict[str, Any]], design: Design) -> list[tuple[str, list[float | None]]]:
    """Name and values of each line of the chart: a share has a line for each stretch of years that compare."""
    drawn = []
    for indicator in design.indicators:
        for number, stretch in enumerate(stretches(years, indicator.id)) if indicator.unit == _SHARE else ():
            values = [value_of(year, indicator.id) if year in stretch else None for year in years]
            since = f" {BREAK_MARK}{stretch[0]['year']}年起口径变化" if number else ""
            if any(value is not None for value in values):
                drawn.append((f"{indicator.name}{since}", values))
    return drawn


def _draw(workbook: Workbook, styles: Styles, years: Sequence[dict[str, Any]], design: Design) -> None:
    """Shares over the years: lines told apart by their marks and the numbers beside them, not by colour alone."""
    sheet, drawn, last = workbook.add_worksheet(_CHART), lines_drawn(years, design), len(years)
    chart = workbook.add_chart({"type": "line"})
    sheet.write_string(0, 0, f"图的数据（{_SHARE}）：口径变化的，从那一年起另是一条线", styles["title"])
    sheet.set_column(0, 0, 64)
    for column, label in enumerate(("指标", *(f"{year['year']}年" for year in years))):
        sheet.write_string(_HEAD, column, label, styles["head_left"])
    for row, (name, values) in enumerate(drawn, _FIRST_ROW):
        sheet.write_string(row, 0, name, styles["cell"])
        for column, value in enumerate(values, 1):
            _write_value(sheet, row, column, value, styles["amount"])
        chart.add_series(
            {
                "name": [_CHART, row, 0],
                "categories": [_CHART, _HEAD, 1, _HEAD, last],
                "values": [_CHART, row, 1, row, last],
                "marker": {"type": _MARKS[(row - _FIRST_ROW) % len(_MARKS)], "size": 8},
                "data_labels": {"value": True, "position": "above"},
            }
        )
    broken = any(breaks(years, one.id) for one in design.indicators if one.unit == _SHARE)
    said = f"；{BREAK_MARK}口径变化，线在那里断开" if broken else ""
    chart.set_title({"name": f"历年的指标（{_SHARE}）{said}", "name_font": {"size": 12}})
    chart.set_legend({"position": "right"})
    chart.set_size({"width": 1000, "height": 560})
    chart.show_blanks_as("gap")
    if drawn:
        sheet.insert_chart(_FIRST_ROW + len(drawn) + 1, 0, chart, {"description": "图：历年的指标，数据见上面的表"})
    set_up_page(sheet)
    sheet.fit_to_pages(1, 1)
