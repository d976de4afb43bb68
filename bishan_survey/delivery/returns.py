"""The register of returns (收表台账) and the differences between a village's files (差异), for people to read."""

import polars as pl

from bishan_survey.delivery.lists import ListSheet, town_name, village_name
from bishan_survey.model import AreaFrame, Batch

REGISTER = "收表台账"
STATUSES = {
    "reported": "已报送",
    "declared_none": "零报告",
    "unusable": "报的表无法使用",
    "empty": "报的是空表",
    "missing": "未报送",
}
_CHANGES = {"added": "新增", "removed": "减少", "changed": "改动"}


def register_sheet(returns: pl.DataFrame, areas: AreaFrame) -> ListSheet:
    """Every village that should report, and what came of it. It names no person."""
    frame = returns.select(
        pl.col("village").alias("代码"),
        town_name(areas).alias("镇街"),
        village_name(areas).alias("村（社区）"),
        pl.col("status").replace_strict(STATUSES, return_dtype=pl.String).alias("报送情况"),
        pl.when("late").then(pl.lit("迟报")).alias("是否迟报"),
        _minute("first_received").alias("首次收到"),
        _minute("received").alias("计入的文件收到"),
        pl.col("records").alias("残疾人记录"),
        pl.col("files").alias("计入的文件"),
        pl.col("superseded").alias("被代替的文件"),
        pl.col("copies").alias("内容相同的文件"),
    )
    return ListSheet(REGISTER, (15, 12, 26, 16, 9, 17, 17, 11, 40, 40, 40), frame)


def _minute(column: str) -> pl.Expr:
    """A moment to the minute, as people write it."""
    return pl.col(column).str.head(16).str.replace("T", " ", literal=True)


def differences_sheet(batch: Batch, areas: AreaFrame) -> ListSheet:
    """What each village's later file added, removed and changed. It carries people's data."""
    frame = batch.differences.with_columns(town=pl.col("village").str.head(9)).select(
        town_name(areas).alias("镇街"),
        village_name(areas).alias("村（社区）"),
        pl.col("change").replace_strict(_CHANGES, return_dtype=pl.String).alias("变化"),
        pl.col("key").alias("号码"),
        pl.col("label").alias("项目"),
        pl.col("old").alias("先前"),
        pl.col("new").alias("现在"),
        pl.col("earlier_file").alias("先前的文件"),
        _place("earlier").alias("先前的单元格"),
        pl.col("later_file").alias("后来的文件"),
        _place("later").alias("后来的单元格"),
    )
    return ListSheet("差异", (12, 22, 8, 26, 20, 22, 22, 30, 20, 30, 20), frame)


def _place(side: str) -> pl.Expr:
    cell = pl.coalesce(f"{side}_cell", pl.format("第{}行", f"{side}_row"))
    return pl.format("{}!{}", f"{side}_sheet", cell)
