"""Indicators for people and programs: both numbers of each with its definition, by 镇街, and over the years.

They name nobody, but they have small counts by 镇街: they are for the office (内部), not for publishing.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from bishan_survey.delivery.lists import ListSheet, write_list
from bishan_survey.delivery.report import STATISTICS
from bishan_survey.delivery.styles import Styles, set_up_page
from bishan_survey.errors import WorkspaceError
from bishan_survey.hashes import BETWEEN, digest
from bishan_survey.model import AreaFrame, Departments, Design, Indicator, ListRead, RowStatus, Survey, Way

INDICATOR_BOOK, INDICATOR_TABLE, _DOCUMENT = "指标.xlsx", "指标.csv", "indicators.json"
_SCHEMA = "bishan-survey/indicators/1"
_INTERNAL = "内部：按镇街的数可能很小，不要直接公布"
_KINDS = {True: "约束性", False: "预期性"}
_REACHED = {True: "达到", False: "未达到"}
_NOT_COMPUTED, _NOT_COMPARED, _NO_TOWN, _BREAK = "不可计算", "不比较", "（不知是哪个镇街）", "口径有变"
_YEARS = "历年"
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
        return [about | whole | {"与目标比": _NOT_COMPUTED, "说明": f"{_NOT_COMPUTED}：{told.reasons[indicator.id]}"}]
    return [
        about
        | _area(row, areas)
        | {"数值": _rounded(row["value"]), "分子": _rounded(row["numerator"]), "分母": _rounded(row["denominator"])}
        | {"说不清": row["unknown"], "与目标比": _compared(row, indicator, way)}
        | {"定义": way.definition, "依据": way.source, "说明": told.remarks.get(indicator.id, "")}
        for row in told.figures.filter(indicator=indicator.id).iter_rows(named=True)
    ]


def way_gone(indicator: Indicator, departments: Departments) -> Way | None:
    """The way by which an indicator was computed; ``None`` if it could not be."""
    gone = departments.indicators.gone.get(indicator.id)
    return next((way for way in indicator.ways if way.id == gone), None)


def _area(row: dict[str, Any], areas: AreaFrame) -> dict[str, str]:
    if row["level"] == "district":
        return {"级别": "全区", "代码": areas.district_code, "地区": areas.district}
    return {"级别": "镇街", "代码": row["town"] or "", "地区": areas.towns.get(row["town"], _NO_TOWN)}


def _compared(row: dict[str, Any], indicator: Indicator, way: Way) -> str:
    if row["value"] is None:
        return "分母为0" if row["denominator"] == 0 else _NOT_COMPUTED
    if indicator.reached is None or not way.compared:
        return _NOT_COMPARED
    return _REACHED[row["reached"]]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


# --- over the years --------------------------------------------------------------------------------------------------


def years_of(
    departments: Departments, earlier: Sequence[dict[str, Any]], design: Design, survey: Survey
) -> list[dict[str, Any]]:
    """The district's indicators of every year that is known, this year's last; a year counts once."""
    figures = departments.indicators.figures.filter(level="district")
    own = {row["indicator"]: row for row in figures.iter_rows(named=True)}
    this = {
        "year": survey.reference_date.year,
        "survey": survey.title,
        "indicators": {
            indicator.id: _of_year(own.get(indicator.id), way_gone(indicator, departments))
            for indicator in design.indicators
        },
    }
    return [*(year for year in earlier if year["year"] < this["year"]), this]


def _of_year(row: dict[str, Any] | None, way: Way | None) -> dict[str, Any]:
    if row is None or way is None:
        return {"value": None, "numerator": None, "denominator": None, "way": None, "fingerprint": None}
    numbers = {name: row[name] for name in ("value", "numerator", "denominator")}
    return numbers | {"way": way.definition, "fingerprint": _fingerprint(way)}


def _fingerprint(way: Way) -> str:
    """Equal fingerprints, equal definitions."""
    texts = (way.unit, way.where, way.numerator, way.denominator, way.year)
    return digest(BETWEEN.join(" ".join((text or "").split()) for text in texts))


def read_years(run: Path) -> list[dict[str, Any]]:
    """The indicators of all years that a published run knows; none if it has none.

    Raises:
        WorkspaceError: they are damaged.
    """
    path = run / STATISTICS / _DOCUMENT
    if not path.is_file():
        return []
    try:
        years: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["years"]
    except (ValueError, KeyError, TypeError):
        raise WorkspaceError(
            f"上年结果 {run.name} 中的 {_DOCUMENT} 已损坏", "请在上年的工作区重新运行 nightly"
        ) from None
    return years


def _breaks(years: Sequence[dict[str, Any]], indicator: str) -> list[int]:
    """The years whose definition is another than that of the year before in which there is a value."""
    told, found = None, []
    for year in years:
        now = year["indicators"].get(indicator, {}).get("fingerprint")
        if now and told and now != told:
            found.append(year["year"])
        told = now or told
    return found


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
    lines.write_csv(folder / INDICATOR_TABLE, include_bom=True)
    document = {
        "schema": _SCHEMA,
        "survey": survey.title,
        "use": _INTERNAL,
        "indicators": [_document(indicator, departments) for indicator in design.indicators],
        "lists": [{"id": read.list.id, **rows_by_fate(read, departments)} for read in departments.lists],
        "years": years,
    }
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    (folder / _DOCUMENT).write_text(text, encoding="utf-8", newline="\n")
    with Workbook(str(folder / INDICATOR_BOOK), {"in_memory": True, "strings_to_formulas": False}) as workbook:
        created = datetime.combine(survey.reference_date, datetime.min.time())
        workbook.set_properties({"title": f"{survey.title} 指标（{_INTERNAL}）", "created": created})
        styles = Styles(workbook)
        for part in _lists(lines, departments):
            write_list(workbook, styles, part)
        _write_years(workbook, styles, years, design)


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


def _value(year: dict[str, Any], indicator: str) -> float | None:
    value: float | None = year["indicators"].get(indicator, {}).get("value")
    return value


def _about_years(years: Sequence[dict[str, Any]], indicator: str) -> Iterator[str]:
    """What is to be known of an indicator's years: those without a value, and those that do not compare."""
    lacking = [f"{year['year']}年" for year in years if _value(year, indicator) is None]
    if lacking:
        yield f"{'、'.join(lacking)}{_NOT_COMPUTED}"
    yield from (f"{year}年起{_BREAK}，与以前不可比" for year in _breaks(years, indicator))


def _write_years(workbook: Workbook, styles: Styles, years: Sequence[dict[str, Any]], design: Design) -> None:
    """A line for each indicator, a column for each year; a year whose definition is another says so."""
    sheet = workbook.add_worksheet(_YEARS)
    sheet.write_string(0, 0, "历年的指标（全区）", styles["title"])
    for column, text in enumerate(("序号", "指标", "单位", *(f"{year['year']}年" for year in years), "说明")):
        sheet.write_string(1, column, text, styles["head_left"])
    sheet.set_column(1, 1, 44)
    sheet.set_column(3 + len(years), 3 + len(years), 40)
    for row, indicator in enumerate(design.indicators, 2):
        title = f"{indicator.title}（{indicator.variant}）" if indicator.variant else indicator.title
        sheet.write_number(row, 0, indicator.number, styles["number"])
        sheet.write_string(row, 1, title, styles["cell"])
        sheet.write_string(row, 2, indicator.unit, styles["cell"])
        for column, year in enumerate(years, 3):
            value = _value(year, indicator.id)
            if value is None:  # a text would be drawn as 0
                sheet.write_blank(row, column, None, styles["decimal"])
            else:
                sheet.write_number(row, column, round(value, 2), styles["decimal"])
        sheet.write_string(row, 3 + len(years), "；".join(_about_years(years, indicator.id)), styles["cell"])
    sheet.freeze_panes(2, 2)
    set_up_page(sheet, (1, 1))
    if len(years) > 1:
        _draw_years(workbook, sheet, len(years), design)


def _draw_years(workbook: Workbook, sheet: Worksheet, years: int, design: Design) -> None:
    """Shares over the years: lines told apart by their marks and the numbers beside them, not by colour alone."""
    chart = workbook.add_chart({"type": "line"})
    marks = ("circle", "square", "triangle", "diamond", "x", "star", "plus", "short_dash", "long_dash")
    shares = [row for row, one in enumerate(design.indicators, 2) if one.unit == "％"]
    for n, row in enumerate(shares):
        chart.add_series(
            {
                "name": [sheet.name, row, 1],
                "categories": [sheet.name, 1, 3, 1, 2 + years],
                "values": [sheet.name, row, 3, row, 2 + years],
                "marker": {"type": marks[n % len(marks)], "size": 8},
                "data_labels": {"value": True},
            }
        )
    chart.set_title({"name": "历年的指标（％）；不可比的年份见表中最后一列", "name_font": {"size": 12}})
    chart.set_legend({"position": "right"})
    chart.set_size({"width": 1000, "height": 560})
    sheet.insert_chart(len(design.indicators) + 4, 1, chart, {"description": "图：历年的指标，数据见上面的表"})
