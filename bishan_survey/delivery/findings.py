"""The findings workbook: every finding at its cell, duplicates certain and possible, what later files changed, what was
normalised, rows that are no records.

It carries people's identifiers, so it is made readable by its owner alone.
"""

from datetime import datetime
from pathlib import Path

import polars as pl
from xlsxwriter import Workbook

from bishan_survey.delivery.lists import ListSheet, named_town, named_village, town_name, village_name, write_list
from bishan_survey.delivery.returns import differences_sheet
from bishan_survey.delivery.styles import Styles
from bishan_survey.model import AreaFrame, Batch, Survey, Verdict
from bishan_survey.private import create_private

SEVERITIES = {"hard": "必须改正", "soft": "请核实", "note": "提示", "accepted": "已认可"}
STATES = {"new": "新", "open": "仍在", "reopened": "重现", "accepted": "已认可", "fixed": "已改好"}
_REASONS = {
    "blank": "空行",
    "total": "合计行",
    "remark": "落款或说明",
    "unfilled": "只有预先填好的内容",
    "header": "重复的表头",
    "dropped": "由更正删去",
}
_SIDES = {"one": "甲", "other": "乙"}
_BOTH, _NEITHER = "各算一人", "均暂不计"
_TORN = "；但连起来会把不是同一人的也连在一起"
_ELSEWHERE, _PERHAPS_ELSEWHERE = "在区内其他镇街也有登记", "在区内其他镇街可能也有登记，由区里核对"
"""What a 镇街 is told where the reason is another's business (:mod:`bishan_survey.towns`)."""
_OUTCOMES = {"kept": "以此条为准", "duplicate": "重复，不计", "held": "无法判定，暂不计"}


def write_findings(
    path: Path,
    batch: Batch,
    areas: AreaFrame,
    survey: Survey,
    *more: ListSheet,
    town: str = "",
    league: ListSheet | None = None,
) -> None:
    """Write the workbook. Equal batches give equal bytes.

    Args:
        path: where to.
        batch: a batch that has gone through all stages; its findings may have their ``status``.
        areas: the villages that should report.
        survey: the round of the survey.
        more: further sheets.
        town: name of the 镇街 that it is for, of whose records alone the batch then is made; empty: the district.
        league: the league table, where findings are followed from night to night.
    """
    create_private(path)
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(str(path), options) as workbook:
        created = datetime.combine(survey.reference_date, datetime.min.time())
        workbook.set_properties({"title": f"{survey.title} {town}问题清单", "created": created})
        styles = Styles(workbook)
        summary = [] if town else [_summary(batch.findings, areas)]
        for part in [*summary, *([league] if league else []), *_lists(batch, areas), *more]:
            write_list(workbook, styles, part)


def _lists(batch: Batch, areas: AreaFrame) -> list[ListSheet]:
    status = (8,) if "status" in batch.findings.columns else ()
    widths = (12, 20, 24, 12, 9, 18, 22, 10, *status, 40, 46, 18)
    return [
        ListSheet("问题清单", widths, findings_for_people(batch.findings, areas)),
        ListSheet("重复登记", (8, 26, 30, 14, 8, 12, 20, 18, 40, 40, 40, 30), _duplicates(batch, areas)),
        ListSheet("可能重复", (40, 40, 30, 14, *(30, 14, 8, 12, 20) * 2), _perhaps(batch, areas)),
        differences_sheet(batch, areas),
        ListSheet("规范化记录", (30, 14, 8, 18, 26, 26), _normalised(batch)),
        ListSheet("未作记录的行", (30, 14, 8, 20), _not_records(batch)),
    ]


def findings_for_people(findings: pl.DataFrame, areas: AreaFrame) -> pl.DataFrame:
    """Findings with names instead of codes, the weightiest first within each village; with their status if known."""
    weight = pl.col("severity").replace_strict({name: n for n, name in enumerate(SEVERITIES)}, return_dtype=pl.Int8)
    known = "status" in findings.columns
    ordered = findings.sort("town", "village", "file", weight, "sheet", "row", "cell", "rule", nulls_last=True)
    return ordered.select(
        town_name(areas).alias("镇街"),
        village_name(areas).alias("村（社区）"),
        pl.col("file").alias("文件"),
        pl.col("sheet").alias("工作表"),
        pl.coalesce("cell", pl.format("第{}行", "row"), pl.when(pl.col("records") > 0).then(pl.lit("整列缺失"))).alias(
            "单元格"
        ),
        pl.coalesce("label", "item").alias("项目"),
        pl.col("value").alias("原填内容"),
        pl.col("severity").replace_strict(SEVERITIES, return_dtype=pl.String).alias("程度"),
        *([pl.col("status").replace_strict(STATES, return_dtype=pl.String).alias("状态")] if known else []),
        pl.when(pl.col("records") > 1)
        .then(pl.format("{}（{}条记录）", "message", "records"))
        .otherwise("message")
        .alias("问题"),
        pl.col("action").alias("怎么办"),
        pl.col("rule").alias("规则"),
    )


def _summary(findings: pl.DataFrame, areas: AreaFrame) -> ListSheet:
    """Number of findings by town and weight."""
    counted = findings.group_by("town").agg(
        *((pl.col("severity") == weight).sum().cast(pl.Int64).alias(label) for weight, label in SEVERITIES.items()),
        pl.col("village").drop_nulls().n_unique().cast(pl.Int64).alias("涉及村（社区）"),
    )
    frame = pl.DataFrame({"town": [*areas.towns]}).sort("town").join(counted, on="town", how="left")
    unplaced = counted.filter(pl.col("town").is_null())
    whole = pl.concat([frame, unplaced.select(frame.columns)]).fill_null(0)
    named = whole.select(town_name(areas).fill_null("（不知是哪个镇街）").alias("镇街"), pl.exclude("town"))
    total = named.select(pl.lit("合计").alias("镇街"), pl.exclude("镇街").sum())
    return ListSheet("小结", (20, *(12 for _ in SEVERITIES), 14), pl.concat([named, total]))


def _duplicates(batch: Batch, areas: AreaFrame) -> pl.DataFrame:
    return batch.links.select(
        pl.col("group").alias("组"),
        pl.col("key").alias("同一人号码"),
        pl.col("file").alias("文件"),
        pl.col("sheet").alias("工作表"),
        pl.col("row").alias("行"),
        town_name(areas).alias("镇街"),
        village_name(areas).alias("村（社区）"),
        pl.col("outcome").replace_strict(_OUTCOMES, return_dtype=pl.String).alias("结论"),
        pl.format("{}（{}）", "reason", "rule").fill_null(_ELSEWHERE).alias("依据"),
        pl.format("{}（{}）", "match_reason", "matched_by").alias("为什么是同一人"),
        pl.col("agreed").alias("相同的项目"),
        pl.col("differed").alias("不同的项目"),
    )


def _perhaps(batch: Batch, areas: AreaFrame) -> pl.DataFrame:
    """Pairs of records that may be of one person, with both places; those that do not count until then first."""
    asked = batch.pairs.filter(verdict=Verdict.POSSIBLE.value).sort("keyed", descending=True, maintain_order=True)
    torn = pl.when("contradicted").then(pl.lit(_TORN)).otherwise(pl.lit(""))
    return asked.select(
        pl.format("{}（{}）{}", "reason", "rule", torn).fill_null(_PERHAPS_ELSEWHERE).alias("为什么要问"),
        pl.col("agreed").alias("相同的项目"),
        pl.col("differed").alias("不同的项目"),
        pl.when("keyed").then(pl.lit(_NEITHER)).otherwise(pl.lit(_BOTH)).alias("目前"),
        *(column for side, words in _SIDES.items() for column in _side(side, words, areas)),
    )


def _side(side: str, words: str, areas: AreaFrame) -> list[pl.Expr]:
    """Where one record of a pair stands."""
    town, village = (pl.col(f"{side}_{level}") for level in ("town", "village"))
    return [
        pl.col(f"{side}_file").alias(f"{words}的文件"),
        pl.col(f"{side}_sheet").alias(f"{words}的工作表"),
        pl.col(f"{side}_row").alias(f"{words}的行"),
        named_town(town, areas).alias(f"{words}的镇街"),
        named_village(village, areas).alias(f"{words}的村（社区）"),
    ]


def _normalised(batch: Batch) -> pl.DataFrame:
    return batch.normalised.select(
        pl.col("file").alias("文件"),
        pl.col("sheet").alias("工作表"),
        pl.coalesce("cell", pl.col("row").cast(pl.String)).alias("单元格"),
        pl.col("item").alias("变量"),
        pl.col("original").alias("原填内容"),
        pl.col("value").alias("规范化为"),
    )


def _not_records(batch: Batch) -> pl.DataFrame:
    return batch.not_records.select(
        pl.col("file").alias("文件"),
        pl.col("sheet").alias("工作表"),
        pl.col("row").alias("行"),
        pl.col("reason").replace_strict(_REASONS, return_dtype=pl.String).alias("原因"),
    )
