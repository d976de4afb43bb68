"""Native charts beside the tables for which a picture says more than the figures."""

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from bishan_survey.delivery.grid import TableGrid

_KINDS = {
    "bar": {"type": "bar"},
    "column": {"type": "column"},
    "stacked": {"type": "column", "subtype": "stacked"},
}
_MOST_SERIES = 8


def add_chart(workbook: Workbook, sheet: Worksheet, grid: TableGrid, first_row: int) -> None:
    """Draw a table's chart to the right of it, if its shell asks for one.

    The categories are the rows of the district, or the 镇街 where the rows are areas; a stacked chart shows the
    parts of each, any other the total.
    """
    shell = grid.table.shell
    rows = _charted_rows(grid)
    if shell.chart is None or not rows:
        return
    lead = len(grid.row_labels)
    chart = workbook.add_chart(dict(_KINDS[shell.chart]))
    for column in _charted_columns(grid):
        place = lead + column
        chart.add_series(
            {
                "name": [sheet.name, first_row - 1, place],
                "categories": [sheet.name, first_row + rows[0], lead - 1, first_row + rows[-1], lead - 1],
                "values": [sheet.name, first_row + rows[0], place, first_row + rows[-1], place],
            }
        )
    chart.set_title({"name": f"{shell.title}（{shell.measure}）", "name_font": {"size": 12}, "overlay": False})
    chart.set_legend({"position": "bottom"} if shell.chart == "stacked" else {"none": True})
    if shell.chart == "bar":
        chart.set_y_axis({"reverse": True})
    chart.set_size({"width": 640, "height": 400})
    where = lead + len(grid.column_labels) + 1
    sheet.insert_chart(first_row - 1, where, chart, {"description": f"图：{shell.title}，数据见左侧表格"})


def _charted_rows(grid: TableGrid) -> list[int]:
    """Positions of the rows that are the chart's categories; they stand together."""
    if grid.table.shell.stub:
        return [n for n, r in enumerate(grid.rows) if r.level == "district" and r.stub and r.stub.code]
    towns = [n for n, row in enumerate(grid.rows) if row.level == "town"]
    together = not towns or towns[-1] - towns[0] + 1 == len(towns)
    return towns if together else []


def _charted_columns(grid: TableGrid) -> list[int]:
    keys = [key for key, _ in grid.table.head]
    if grid.table.shell.chart != "stacked":
        return [0]
    parts = [n for n, key in enumerate(keys) if key.strip("|")] or [0]
    return parts[:_MOST_SERIES]
