"""The indicators of several years side by side: which values compare with those before them, and which do not."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from bishan_survey.delivery.report import STATISTICS
from bishan_survey.errors import WorkspaceError
from bishan_survey.hashes import BETWEEN, digest
from bishan_survey.model import Departments, Design, Indicator, Survey, Way

INDICATORS_FILE = "indicators.json"
NOT_COMPUTED = "不可计算"
BREAK_MARK, BREAK = "※", "口径有变，与以前不可比"
"""Stands at a year whose definition is another than before, and what it means."""
_SAME, _FIRST = "口径相同", "起点"


def way_gone(indicator: Indicator, departments: Departments) -> Way | None:
    """The way by which an indicator was computed; ``None`` if it could not be."""
    gone = departments.indicators.gone.get(indicator.id)
    return next((way for way in indicator.ways if way.id == gone), None)


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
    path = run / STATISTICS / INDICATORS_FILE
    if not path.is_file():
        return []
    try:
        years: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["years"]
    except (ValueError, KeyError, TypeError):
        raise WorkspaceError(
            f"上年结果 {run.name} 中的 {INDICATORS_FILE} 已损坏", "请在上年的工作区重新运行 nightly"
        ) from None
    return years


def value_of(year: dict[str, Any], indicator: str) -> float | None:
    """An indicator's value of a year as it is shown; ``None`` where it could not be computed."""
    value: float | None = year["indicators"].get(indicator, {}).get("value")
    return None if value is None else round(value, 2)


def breaks(years: Sequence[dict[str, Any]], indicator: str) -> list[int]:
    """The years whose definition is another than that of the year before in which there is one."""
    told, found = None, []
    for year in years:
        now = year["indicators"].get(indicator, {}).get("fingerprint")
        if now and told and now != told:
            found.append(year["year"])
        told = now or told
    return found


def stretches(years: Sequence[dict[str, Any]], indicator: str) -> list[list[dict[str, Any]]]:
    """The years in stretches within which an indicator's values compare; a new one begins at each break."""
    broken = breaks(years, indicator)
    parts: list[list[dict[str, Any]]] = [[]]
    for year in years:
        if year["year"] in broken:
            parts.append([])
        parts[-1].append(year)
    return parts


def years_frame(years: Sequence[dict[str, Any]], design: Design) -> pl.DataFrame:
    """A line for each indicator and year: its value, both numbers, its definition, and whether that is as before."""
    rows = [row for indicator in design.indicators for row in _compared(indicator, years)]
    return pl.DataFrame(rows, schema=_LINE, orient="row")


_LINE = {
    "序号": pl.Int64(),
    "指标": pl.String(),
    "口径": pl.String(),
    "单位": pl.String(),
    "年份": pl.Int64(),
    "数值": pl.Float64(),
    "分子": pl.Float64(),
    "分母": pl.Float64(),
    "与以前比": pl.String(),
    "定义": pl.String(),
}


def _compared(indicator: Indicator, years: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    broken, rows, begun = breaks(years, indicator.id), [], False
    for year in years:
        told = year["indicators"].get(indicator.id, {})
        known, defined = (told.get(name) is not None for name in ("value", "fingerprint"))
        told_of = [] if known else [NOT_COMPUTED]
        if year["year"] in broken:
            told_of.append(f"{BREAK_MARK}{BREAK}")
        elif known:
            told_of.append(_SAME if begun else _FIRST)
        begun = begun or defined
        numbers = [None if told.get(n) is None else round(told[n], 2) for n in ("value", "numerator", "denominator")]
        about = (indicator.number, indicator.title, indicator.variant, indicator.unit, year["year"])
        rows.append((*about, *numbers, "；".join(told_of), told.get("way")))
    return rows
