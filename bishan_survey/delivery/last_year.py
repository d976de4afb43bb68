"""Last year beside this year (与上年比较): how often answers have changed by 镇街, every change, who is new or gone."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from xlsxwriter import Workbook

from bishan_survey.delivery.findings import findings_for_people
from bishan_survey.delivery.lists import ListSheet, named_town, named_village, write_list
from bishan_survey.delivery.private import write_private_csv
from bishan_survey.delivery.report import STATISTICS
from bishan_survey.delivery.styles import Styles
from bishan_survey.errors import WorkspaceError
from bishan_survey.model import AreaFrame, Difference, OverTime, Survey, Turnover
from bishan_survey.private import create_private
from bishan_survey.widths import display_width

LAST_YEAR_BOOK, ITEM_TABLE, LAST_YEAR_FILE = "与上年比较.xlsx", "上年变动", "last-year.json"
LAST_YEAR_SCHEMA = "bishan-survey/last-year/1"
OUTCOMES = {
    Turnover.MATCHED: "两年都有",
    Turnover.NEW: "新增",
    Turnover.UNLISTED: "上年没有本村的名单",
    Turnover.GONE: "减少",
    Turnover.WAITING: "本村还没有报送",
    Turnover.LEFT: "上年已去世或迁出",
    Turnover.DOUBTFUL: "号码重复，认不准",
    Turnover.UNNUMBERED: "号码不能用，认不出",
}
_MOVED = "转到别的村（社区）"
DIFFERENCES = {
    Difference.CHANGED: "改变",
    Difference.ANSWERED: "上年没有填",
    Difference.EMPTIED: "今年没有填",
    Difference.RECODED: "代码表已改，不能比",
}
_COUNTS = ("compared", "changed", "answered", "emptied", "recoded")
_NO_TOWN = "（不知是哪个镇街）"
_SIDES = ("", "last_")
_MOST_CHANGES = 20_000
_NARROWEST = 10


def items_with_district(over_time: OverTime, areas: AreaFrame) -> pl.DataFrame:
    """The counts of each item: the district first, then each 镇街, with their names and the share that changed."""
    items = over_time.items
    order = pl.col("item").replace_strict(
        {name: n for n, name in enumerate(items["item"].unique(maintain_order=True))}, return_dtype=pl.Int64
    )
    district = items.group_by("item", "label", maintain_order=True).agg(pl.sum(*_COUNTS))
    towns = items.with_columns(level=pl.lit("town"), area=pl.col("town"), area_name=named_town(pl.col("town"), areas))
    whole = district.with_columns(
        level=pl.lit("district"), area=pl.lit(areas.district_code), area_name=pl.lit(areas.district)
    )
    told = pl.concat([whole, towns.drop("town")], how="diagonal").with_columns(
        area_name=pl.col("area_name").fill_null(_NO_TOWN),
        share=pl.when(pl.col("compared") > 0).then(100 * pl.col("changed") / pl.col("compared")),
    )
    return told.sort(order, "level", "area", nulls_last=True, maintain_order=True)


def write_last_year_statistics(folder: Path, over_time: OverTime, areas: AreaFrame) -> None:
    """The counts by item and 镇街, for people and for programs; they name nobody."""
    items = items_with_district(over_time, areas)
    _items_for_people(items).write_csv(folder / f"{ITEM_TABLE}.csv", include_bom=True)
    persons = dict(over_time.persons.group_by("outcome").len().rows())
    document = {
        "schema": LAST_YEAR_SCHEMA,
        "persons": {outcome.value: persons.get(outcome.value, 0) for outcome in Turnover},
        "moved": over_time.persons["moved"].sum(),
        "items": items.select("item", "label", "level", "area", "area_name", *_COUNTS, "share").to_dicts(),
    }
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    (folder / LAST_YEAR_FILE).write_text(text, encoding="utf-8", newline="\n")


def read_last_year_statistics(run: Path) -> dict[str, Any]:
    """The counts of a published run.

    Raises:
        WorkspaceError: the run was not compared with last year, or they are damaged.
    """
    path = run / STATISTICS / LAST_YEAR_FILE
    try:
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WorkspaceError(
            f"当前结果 {run.name} 没有与上年比较",
            "请把上年的表放进 registers/last-year/，或在 survey.toml 的 [last_year] 写上年的工作区，再运行 nightly",
        ) from None
    except ValueError:
        raise WorkspaceError(f"当前结果 {run.name} 中的 {LAST_YEAR_FILE} 已损坏", "请重新运行 nightly") from None
    return document


def write_last_year(folder: Path, over_time: OverTime, areas: AreaFrame, survey: Survey) -> None:
    """The workbook and the lists, which carry people's data. Equal comparisons give equal bytes."""
    path = create_private(folder / LAST_YEAR_BOOK)
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(str(path), options) as workbook:
        created = datetime.combine(survey.reference_date, datetime.min.time())
        workbook.set_properties({"title": f"{survey.title} 与上年比较", "created": created})
        styles = Styles(workbook)
        for part in _lists(over_time, areas):
            write_list(workbook, styles, part)
    write_private_csv(folder / "last-year-changes.csv", over_time.changes)
    write_private_csv(folder / "last-year-persons.csv", over_time.persons)


def _lists(over_time: OverTime, areas: AreaFrame) -> list[ListSheet]:
    items = _items_for_people(items_with_district(over_time, areas))
    problems = findings_for_people(over_time.problems, areas)
    return [
        ListSheet("小结", (34, 18, *map(_width, items.columns[2:])), items),
        ListSheet(
            "各镇街的人", (18, *map(_width, [*OUTCOMES.values(), _MOVED])), _persons_by_town(over_time.persons, areas)
        ),
        ListSheet(
            "变动明细",
            (12, 22, 26, 24, 12, 26, 26, 30, 14, 9, 30, 14, 9),
            _changes(over_time.changes, areas),
            _MOST_CHANGES,
        ),
        ListSheet(
            "新增与减少的人", (18, 26, 12, 12, 22, 30, 14, 8, 12, 22, 30, 14, 8), _turnover(over_time.persons, areas)
        ),
        ListSheet("上年表的问题", (12, 20, 24, 12, 9, 18, 22, 10, 40, 46, 18), problems),
    ]


def _width(label: str) -> int:
    return max(_NARROWEST, display_width(label) + 2)


def _items_for_people(items: pl.DataFrame) -> pl.DataFrame:
    return items.select(
        pl.col("label").alias("项目"),
        pl.col("area_name").alias("地区"),
        pl.col("compared").alias("两年都填了的人"),
        pl.col("changed").alias("其中变了"),
        pl.col("share").round(1).alias("变了的比例（%）"),
        pl.col("answered").alias("今年才填"),
        pl.col("emptied").alias("今年没有填"),
        pl.col("recoded").alias("代码表已改"),
    )


def _persons_by_town(persons: pl.DataFrame, areas: AreaFrame) -> pl.DataFrame:
    """How many records of each 镇街 have what outcome; who is gone counts where they were."""
    placed = persons.with_columns(area=pl.coalesce("town", "last_town"))
    counts = [(pl.col("outcome") == outcome.value).sum().alias(label) for outcome, label in OUTCOMES.items()]
    moved = pl.sum("moved").alias(_MOVED)
    towns = placed.group_by("area").agg(*counts, moved).sort("area", nulls_last=True)
    whole = placed.select(pl.lit(areas.district).alias("地区"), *counts, moved).head(1)
    named = towns.with_columns(地区=named_town(pl.col("area"), areas).fill_null(_NO_TOWN)).select(whole.columns)
    return pl.concat([whole, named], how="vertical_relaxed")


def _changes(changes: pl.DataFrame, areas: AreaFrame) -> pl.DataFrame:
    return changes.select(
        *_area("", areas),
        pl.col("key").alias("号码"),
        pl.col("label").alias("项目"),
        pl.col("change").replace_strict(DIFFERENCES, return_dtype=pl.String).alias("变化"),
        pl.col("old").alias("上年"),
        pl.col("new").alias("今年"),
        *(
            pl.col(side + name).alias(prefix + title)
            for side, prefix in zip(_SIDES, ("", "上年的"), strict=True)
            for name, title in (("file", "文件"), ("sheet", "工作表"), ("cell", "单元格"))
        ),
    )


def _turnover(persons: pl.DataFrame, areas: AreaFrame) -> pl.DataFrame:
    """Everybody who does not stand in both years in the same village."""
    matched = pl.col("outcome") == Turnover.MATCHED.value
    told = (
        pl.when(matched)
        .then(pl.lit(_MOVED))
        .otherwise(pl.col("outcome").replace_strict(OUTCOMES, return_dtype=pl.String))
    )
    place = (("file", "文件"), ("sheet", "工作表"), ("row", "行"))
    return persons.filter(~matched | pl.col("moved")).select(
        told.alias("情况"),
        pl.col("number").alias("号码"),
        pl.col("name").alias("姓名"),
        *_area("", areas),
        *(pl.col(name).alias(title) for name, title in place),
        *_area("last_", areas),
        *(pl.col(f"last_{name}").alias(f"上年的{title}") for name, title in place),
    )


def _area(side: str, areas: AreaFrame) -> list[pl.Expr]:
    prefix = "上年的" if side else ""
    return [
        named_town(pl.col(f"{side}town"), areas).alias(f"{prefix}镇街"),
        named_village(pl.col(f"{side}village"), areas).alias(f"{prefix}村（社区）"),
    ]
