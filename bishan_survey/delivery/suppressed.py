"""The list of what is left out of the public tables, for those who review it (抑制清单). It tells small counts."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import polars as pl
from xlsxwriter import Workbook

from bishan_survey.delivery.grid import TableGrid
from bishan_survey.delivery.lists import ListSheet, named_town, named_village, write_list
from bishan_survey.delivery.private import write_private_csv
from bishan_survey.delivery.styles import Styles
from bishan_survey.model import AreaFrame, Survey
from bishan_survey.private import create_private

SUPPRESSED_LIST = "抑制清单"
_REASONS = {
    "small": "人数、户数很少",
    "rest": "合计减去它，剩下的很少",
    "all": "一小群人全在这一格，等于说出了每个人",
    "secondary": "不公布它，否则能推算出别的格",
}


def write_suppressed(
    folder: Path, suppressed: pl.DataFrame, grids: Sequence[TableGrid], areas: AreaFrame, survey: Survey
) -> None:
    """Write the list as a workbook, by table and cell by cell, and as CSV.

    Args:
        folder: where.
        suppressed: the cells that are left out.
        grids: the tables, whose rows and columns are called by their labels.
        areas: whose names are told.
        survey: by whose date the workbook is dated.
    """
    told = _told(suppressed, grids, areas)
    write_private_csv(folder / f"{SUPPRESSED_LIST}.csv", told)
    counts = told.group_by("表号", "原因").agg(pl.len().cast(pl.Int64).alias("单元格")).sort("表号", "原因")
    path = create_private(folder / f"{SUPPRESSED_LIST}.xlsx")
    with Workbook(str(path), {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        workbook.set_properties({"created": datetime.combine(survey.reference_date, datetime.min.time())})
        styles = Styles(workbook)
        write_list(workbook, styles, ListSheet("各表个数", (10, 50, 10), counts))
        write_list(workbook, styles, ListSheet(SUPPRESSED_LIST, (8, 14, 24, 30, 30, 10, 40, 60, 10, 10), told))


def _told(suppressed: pl.DataFrame, grids: Sequence[TableGrid], areas: AreaFrame) -> pl.DataFrame:
    rows = {f"{g.table.shell.id} {r.stub.code}": r.stub.label for g in grids for r in g.rows if r.stub}
    columns = {f"{g.table.shell.id} {key}": label for g in grids for key, label in g.table.head}
    own = [_area("area", areas), _label("table", "stub", rows), _label("table", "column", columns)]
    other = [
        _area("protects_area", areas),
        _label("protects_table", "protects_stub", rows),
        _label("protects_table", "protects_column", columns),
    ]
    return suppressed.select(
        pl.col("table").alias("表号"),
        pl.col("area").alias("地区代码"),
        *(told.alias(name) for told, name in zip(own, ("地区", "行", "列"), strict=True)),
        pl.col("value").alias("数值"),
        pl.col("reason").replace(_REASONS).alias("原因"),
        pl.concat_str("protects_table", *other, separator=" ", ignore_nulls=True).alias("保护的单元格"),
        pl.col("low").alias("可以小到"),
        pl.col("high").alias("可以大到"),
    )


def _area(column: str, areas: AreaFrame) -> pl.Expr:
    """The name of an area; none where there is no code."""
    code = pl.col(column)
    whole = pl.when(code.is_not_null()).then(pl.lit(areas.district))
    return pl.coalesce(named_village(code, areas), named_town(code, areas), whole)


def _label(table: str, code: str, labels: dict[str, str]) -> pl.Expr:
    """The label of a row or column of a table; its code, if it has one, where the table is not shown."""
    own = pl.when(pl.col(code) != "").then(pl.col(code))
    return pl.concat_str(table, code, separator=" ").replace_strict(labels, default=own, return_dtype=pl.String)
