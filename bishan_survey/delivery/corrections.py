"""What became of each line of the sheet of corrections, for people to read. It carries people's data."""

import polars as pl

from bishan_survey.delivery.lists import ListSheet, town_name, village_name
from bishan_survey.model import AreaFrame, SheetWords, WordKind


def corrections_sheet(corrections: pl.DataFrame, areas: AreaFrame, words: SheetWords) -> ListSheet:
    """Every line, its outcome and where it was done; those that need somebody's attention first."""
    columns, actions, outcomes = (words.texts(kind) for kind in (WordKind.COLUMN, WordKind.ACTION, WordKind.OUTCOME))
    attention = pl.col("outcome").is_in(["stale", "refused"])
    frame = corrections.sort(~attention, maintain_order=True).with_columns(town=pl.col("village").str.head(9))
    shown = frame.select(
        pl.col("line").alias("行"),
        pl.col("outcome").replace_strict(outcomes, return_dtype=pl.String).alias("结果"),
        pl.col("remark").alias("说明"),
        town_name(areas).alias("镇街"),
        pl.coalesce(village_name(areas), "place").alias(columns["place"]),
        pl.col("id").alias(columns["id"]),
        pl.coalesce("label", "item").alias(columns["item"]),
        pl.col("action").replace(actions).alias(columns["action"]),
        *(pl.col(name).alias(columns[name]) for name in ("old", "new", "rule")),
        pl.col("found").alias("表中现在的内容"),
        pl.col("file").alias("文件"),
        pl.col("sheet").alias("工作表"),
        pl.coalesce("cell", pl.format("第{}行", "row")).alias("单元格"),
        *(pl.col(name).alias(columns[name]) for name in ("reason", "author", "date")),
    )
    widths = (6, 10, 36, 12, 22, 24, 18, 10, 20, 20, 12, 20, 30, 14, 9, 30, 10, 12)
    return ListSheet("更正", widths, shown)
