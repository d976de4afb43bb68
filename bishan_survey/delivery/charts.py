"""Native charts on a sheet of their own, each beside the figures that it draws.

On the tables' own sheets they would shrink the printed table, and the rows they draw do not stand together there.
"""

from collections.abc import Sequence

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from bishan_survey.delivery.grid import SYMBOL, GridRow, TableGrid
from bishan_survey.delivery.styles import Styles, set_up_page

CHARTS = "图"
_KINDS = {
    "bar": {"type": "bar"},
    "column": {"type": "column"},
    "stacked": {"type": "column", "subtype": "stacked"},
}
_MOST_SERIES = 8
_CHART_COLUMN = _MOST_SERIES + 2
_CHART_ROWS = 22
_TO_A_PAGE, _SCALE = 2, 60
"""Charts to a page, and by how much they are shrunk, in per cent."""


def write_charts(workbook: Workbook, sheet: Worksheet, styles: Styles, grids: Sequence[TableGrid]) -> None:
    """Draw the chart of every table whose shell asks for one."""
    sheet.write_string(0, 0, CHARTS, styles["title"])
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, _MOST_SERIES, 8)
    sheet.set_column(_CHART_COLUMN - 1, _CHART_COLUMN - 1, 2)
    drawn = [grid for grid in grids if grid.table.shell.chart and _categories(grid)]
    starts = [2]
    for grid in drawn:
        starts.append(_write_chart(workbook, sheet, styles, grid, starts[-1]))
    set_up_page(sheet)
    # A page that is fitted to its width breaks anywhere, also through a chart.
    sheet.set_print_scale(_SCALE)
    sheet.set_h_pagebreaks(starts[_TO_A_PAGE:-1:_TO_A_PAGE])


def _write_chart(workbook: Workbook, sheet: Worksheet, styles: Styles, grid: TableGrid, top: int) -> int:
    """A chart and its figures from a row on; returns the row after them."""
    shell, rows, columns = grid.table.shell, _categories(grid), _series(grid)
    sheet.write_url(top, 0, f"internal:'{shell.id}'!A1", styles["link"], f"{shell.title}（{shell.measure}）")
    for place, column in enumerate(columns, 1):
        sheet.write_string(top + 1, place, grid.column_labels[column], styles["head"])
    for position, row in enumerate(rows, top + 2):
        sheet.write_string(position, 0, row.stub.label if row.stub else row.area_name, styles["label"])
        for place, column in enumerate(columns, 1):
            value = row.values[column]
            if value is None:
                sheet.write_string(position, place, SYMBOL, styles["left_out"])
            else:
                sheet.write_number(position, place, value, styles["number"])
    chart = workbook.add_chart(dict(_KINDS[str(shell.chart)]))
    last = top + 1 + len(rows)
    for place in range(1, len(columns) + 1):
        chart.add_series(
            {
                "name": [sheet.name, top + 1, place],
                "categories": [sheet.name, top + 2, 0, last, 0],
                "values": [sheet.name, top + 2, place, last, place],
            }
        )
    chart.set_title({"name": f"{shell.title}（{shell.measure}）", "name_font": {"size": 12}})
    chart.set_legend({"position": "bottom"} if len(columns) > 1 else {"none": True})
    if shell.chart == "bar":
        chart.set_y_axis({"reverse": True})
    chart.set_size({"width": 600, "height": 400})
    sheet.insert_chart(top, _CHART_COLUMN, chart, {"description": f"图：{shell.title}，数据见左侧表格"})
    return top + max(len(rows) + 3, _CHART_ROWS)


def _categories(grid: TableGrid) -> list[GridRow]:
    """What is compared: the rows of the district, or the 镇街 where the rows are areas."""
    if grid.table.shell.stub:
        return [row for row in grid.rows if row.level == "district" and row.stub and row.stub.code]
    return [row for row in grid.rows if row.level == "town"]


def _series(grid: TableGrid) -> list[int]:
    """Columns that are drawn: the parts where they are stacked, else the total."""
    if grid.table.shell.chart != "stacked":
        return [0]
    parts = [n for n, (key, _) in enumerate(grid.table.head) if key.strip("|")]
    return parts[:_MOST_SERIES] or [0]
