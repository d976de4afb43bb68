"""Indicators for people and programs: both numbers of each with its definition, by 镇街, and over the years.

They name nobody, but they have small counts by 镇街: they are for the office (内部), not for publishing.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from xlsxwriter import Workbook

from bishan_survey.delivery.lists import ListSheet, write_list
from bishan_survey.delivery.styles import Styles
from bishan_survey.delivery.years import INDICATORS_FILE, NOT_COMPUTED, breaks, way_gone, years_frame, years_of
from bishan_survey.delivery.years_sheet import write_years
from bishan_survey.model import AreaFrame, Departments, Design, Indicator, ListRead, RowStatus, Survey, Way

INDICATOR_BOOK, INDICATOR_TABLE, YEARS_TABLE = "指标.xlsx", "指标.csv", "历年指标.csv"
_SCHEMA = "bishan-survey/indicators/1"
_INTERNAL = "内部：按镇街的数可能很小，不要直接公布"
_KINDS = {True: "约束性", False: "预期性"}
_REACHED = {True: "达到", False: "未达到"}
_NOT_COMPARED, _NO_TOWN = "不比较", "（不知是哪个镇街）"
ROWS = {
    RowStatus.MATCHED: "对上计入的人",
    RowStatus.HELD: "对上暂不计入的人",
    RowStatus.UNSURVEYED: "没有调查到",
    RowStatus.OUTSIDE: "不是本区的",
    RowStatus.UNCLEAR: "号码对上而姓名对不上",
    RowStatus.UNREADABLE: "号码不能用",
    RowStatus.REPEATED: "重复",
    RowStatus.NOT_COUNTED: "按名单不算",
}
"""What became of rows, as people read it."""


def indicator_lines(departments: Departments, design: Design, areas: AreaFrame) -> pl.DataFrame:
    """A line for each indicator and area, its definition beside it: what is not computable has one line, and why."""
    rows = [row for indicator in design.indicators for row in _lines(indicator, departments, areas)]
    return pl.DataFrame(rows, schema=_LINE)


_LINE: dict[str, Any] = {
    "序号": pl.Int64,
    "指标": pl.String,
    "口径": pl.String,
    "级别": pl.String,
    "代码": pl.String,
    "地区": pl.String,
    "数值": pl.Float64,
    "单位": pl.String,
    "分子": pl.Float64,
    "分母": pl.Float64,
    "说不清": pl.Int64,
    "目标值": pl.String,
    "属性": pl.String,
    "与目标比": pl.String,
    "定义": pl.String,
    "依据": pl.String,
    "说明": pl.String,
}


def _lines(indicator: Indicator, departments: Departments, areas: AreaFrame) -> list[dict[str, Any]]:
    told = departments.indicators
    way = way_gone(indicator, departments)
    about = {
        "序号": indicator.number,
        "指标": indicator.title,
        "口径": indicator.variant,
        "单位": indicator.unit,
        "目标值": indicator.target,
        "属性": _KINDS[indicator.binding],
    }
    if way is None:
        whole = {"级别": "全区", "代码": areas.district_code, "地区": areas.district}
        return [about | whole | {"与目标比": NOT_COMPUTED, "说明": f"{NOT_COMPUTED}：{told.reasons[indicator.id]}"}]
    return [
        about
        | _area(row, areas)
        | {"数值": _rounded(row["value"]), "分子": _rounded(row["numerator"]), "分母": _rounded(row["denominator"])}
        | {"说不清": row["unknown"], "与目标比": _compared(row, indicator, way)}
        | {"定义": way.definition, "依据": way.source, "说明": told.remarks.get(indicator.id, "")}
        for row in told.figures.filter(indicator=indicator.id).iter_rows(named=True)
    ]


def _area(row: dict[str, Any], areas: AreaFrame) -> dict[str, str]:
    if row["level"] == "district":
        return {"级别": "全区", "代码": areas.district_code, "地区": areas.district}
    return {"级别": "镇街", "代码": row["town"] or "", "地区": areas.towns.get(row["town"], _NO_TOWN)}


def _compared(row: dict[str, Any], indicator: Indicator, way: Way) -> str:
    if row["value"] is None:
        return "分母为0" if row["denominator"] == 0 else NOT_COMPUTED
    if indicator.reached is None or not way.compared:
        return _NOT_COMPARED
    return _REACHED[row["reached"]]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


# --- files -----------------------------------------------------------------------------------------------------------


def write_indicators(
    folder: Path,
    departments: Departments,
    earlier: Sequence[dict[str, Any]],
    design: Design,
    areas: AreaFrame,
    survey: Survey,
) -> None:
    """Write the workbook, the table and the document. Equal indicators give equal bytes."""
    lines, years = indicator_lines(departments, design, areas), years_of(departments, earlier, design, survey)
    of_years = years_frame(years, design)
    lines.write_csv(folder / INDICATOR_TABLE, include_bom=True)
    of_years.write_csv(folder / YEARS_TABLE, include_bom=True)
    document = {
        "schema": _SCHEMA,
        "survey": survey.title,
        "use": _INTERNAL,
        "indicators": [_document(indicator, departments) for indicator in design.indicators],
        "lists": [{"id": read.list.id, **rows_by_fate(read, departments)} for read in departments.lists],
        "years": years,
        "breaks": {one.id: breaks(years, one.id) for one in design.indicators},
    }
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    (folder / INDICATORS_FILE).write_text(text, encoding="utf-8", newline="\n")
    with Workbook(str(folder / INDICATOR_BOOK), {"in_memory": True, "strings_to_formulas": False}) as workbook:
        created = datetime.combine(survey.reference_date, datetime.min.time())
        workbook.set_properties({"title": f"{survey.title} 指标（{_INTERNAL}）", "created": created})
        styles = Styles(workbook)
        for part in _lists(lines, departments):
            write_list(workbook, styles, part)
        write_years(workbook, styles, years, of_years, design)


def _document(indicator: Indicator, departments: Departments) -> dict[str, Any]:
    told, way = departments.indicators, way_gone(indicator, departments)
    about = {key: value for key, value in asdict(indicator).items() if key != "ways"}
    figures = told.figures.filter(indicator=indicator.id).drop("indicator").to_dicts()
    return about | {
        "way": asdict(way) if way else None,
        "reason": told.reasons.get(indicator.id),
        "remark": told.remarks.get(indicator.id),
        "figures": figures,
    }


def _lists(lines: pl.DataFrame, departments: Departments) -> list[ListSheet]:
    district = lines.filter(级别="全区").drop("级别", "代码", "地区")
    meaning = district.select("序号", "指标", "口径", pl.coalesce("定义", "说明").alias("定义"), "依据")
    towns = lines.filter(级别="镇街").drop("级别", "代码", "目标值", "属性", "定义", "依据", "说明")
    return [
        ListSheet("指标（内部）", (6, 44, 14, 10, 8, 12, 12, 9, 20, 9, 10, 40), district.drop("定义", "依据")),
        ListSheet("定义", (6, 44, 14, 64, 40), meaning),
        ListSheet("各镇街（内部）", (6, 44, 14, 22, 10, 8, 12, 12, 9, 10), towns),
        ListSheet("部门名单", (24, 14, 8, 10, 8, *(12 for _ in ROWS)), list_counts(departments)),
    ]


def list_counts(departments: Departments) -> pl.DataFrame:
    """What became of the rows of each list."""
    rows = [
        {"名单": read.list.title, "部门": read.list.department, **rows_by_fate(read, departments)}
        for read in departments.lists
    ]
    labels = {"files": "文件", "unusable": "读不了的文件", "rows": "行"} | {s.value: t for s, t in ROWS.items()}
    counts = dict.fromkeys(labels, pl.Int64())
    schema: dict[str, pl.DataType] = {"名单": pl.String(), "部门": pl.String(), **counts}
    return pl.DataFrame(rows, schema=schema).rename(labels)


def rows_by_fate(read: ListRead, departments: Departments) -> dict[str, int]:
    """Files and rows of a list, and what became of the rows."""
    check = next((check for check in departments.checks if check.read is read), None)
    told = dict(check.rows.group_by("status").len().iter_rows()) if check else {}
    whole = {"files": read.files, "unusable": read.unusable, "rows": read.rows.height}
    return whole | {status.value: told.get(status.value, 0) for status in ROWS}
