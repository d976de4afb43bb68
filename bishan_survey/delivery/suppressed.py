"""The list of what is left out of the public tables, for those who review it (抑制清单). It tells small counts."""

from datetime import datetime
from pathlib import Path

import polars as pl
from xlsxwriter import Workbook

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


def write_suppressed(folder: Path, suppressed: pl.DataFrame, areas: AreaFrame, survey: Survey) -> None:
    """Write the list as a workbook, by table and cell by cell, and as CSV.

    Args:
        folder: where.
        suppressed: the cells that are left out.
        areas: whose names are told.
        survey: by whose date the workbook is dated.
    """
    told = _told(suppressed, areas)
    write_private_csv(folder / f"{SUPPRESSED_LIST}.csv", told)
    counts = told.group_by("表号", "原因").agg(pl.len().cast(pl.Int64).alias("单元格")).sort("表号", "原因")
    path = create_private(folder / f"{SUPPRESSED_LIST}.xlsx")
    with Workbook(str(path), {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        workbook.set_properties({"created": datetime.combine(survey.reference_date, datetime.min.time())})
        styles = Styles(workbook)
        write_list(workbook, styles, ListSheet("各表个数", (10, 50, 10), counts))
        write_list(workbook, styles, ListSheet(SUPPRESSED_LIST, (8, 14, 24, 12, 10, 10, 40, 40, 10, 10), told))


def _told(suppressed: pl.DataFrame, areas: AreaFrame) -> pl.DataFrame:
    area, protects = (
        pl.col("area"),
        pl.concat_str(
            "protects_table", "protects_area", "protects_stub", "protects_column", separator=" ", ignore_nulls=True
        ),
    )
    names = pl.coalesce(named_village(area, areas), named_town(area, areas), pl.lit(areas.district))
    return suppressed.select(
        pl.col("table").alias("表号"),
        area.alias("地区代码"),
        names.alias("地区"),
        pl.col("stub").alias("行"),
        pl.col("column").alias("列"),
        pl.col("value").alias("数值"),
        pl.col("reason").replace(_REASONS).alias("原因"),
        protects.alias("保护的单元格"),
        pl.col("low").alias("可以小到"),
        pl.col("high").alias("可以大到"),
    )
