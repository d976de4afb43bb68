"""A figure of an indicator back to the records behind it: persons, households, or the rows of a department's list.

What each record adds was kept when the figures were computed, so that lists and definitions may have changed since.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import polars as pl

from bishan_survey.consolidation import ADDS, LEVELS
from bishan_survey.delivery import INDICATORS_FILE, RESTRICTED, STATISTICS, read_indicator_records
from bishan_survey.design import variables_in
from bishan_survey.errors import WorkspaceError
from bishan_survey.model import Design, Measure
from bishan_survey.tracing.listing import GROUP, LISTED, Traced, traced

_KEY = "key"


class Part(StrEnum):
    """Which of an indicator's numbers."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class TracedFigure:
    """The records behind one of an indicator's numbers."""

    traced: Traced
    number: float | None
    """What they come to; ``None`` where there is nothing to divide by."""
    published: float | None
    """What was published; ``None`` where nothing was: villages have no figures."""
    way: Mapping[str, Any]
    """How the indicator was computed."""


def published_indicator(run: Path, indicator: str) -> dict[str, Any]:
    """An indicator as a run has published it: the way that was gone, or the reason that there is none, and figures.

    Raises:
        WorkspaceError: the run does not have it.
    """
    path = run / STATISTICS / INDICATORS_FILE
    document = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"indicators": []}
    found = next((one for one in document["indicators"] if one["id"] == indicator), None)
    if found is None:
        raise WorkspaceError(f"当前结果 {run.name} 中没有指标 {indicator}", "请重新运行 bishan-survey nightly")
    return dict(found)


def trace_figure(
    run: Path, design: Design, counting: Mapping[str, pl.DataFrame], told: Mapping[str, Any], area: str, part: Part
) -> TracedFigure:
    """The records behind one of an indicator's numbers.

    Args:
        run: folder of the run.
        design: the definitions.
        counting: its records that count, see :func:`counted_units`.
        told: the indicator as it was published, and computable, see :func:`published_indicator`.
        area: code of the district, a 镇街 or a 村（社区）.
        part: which of its numbers.

    Raises:
        WorkspaceError: the run has not kept which records they were.
    """
    way, growth = told["way"], told["measure"] == Measure.GROWTH
    every = read_indicator_records(run / RESTRICTED).filter(indicator=told["id"])
    of_part = _of_year(every, part) if growth else _adding(every, part)
    chosen = of_part.filter(_within(area))
    number: float | None = float(chosen[ADDS].sum())
    if growth and part is not Part.UNKNOWN:
        people = float(chosen["whole"].sum())
        number = float(chosen["part"].sum()) / people if people else None
    records = chosen.with_columns(_titles(design).alias(LISTED))
    return TracedFigure(_traced(run, design, counting, way, records), number, _published(told, area, part), way)


def _adding(records: pl.DataFrame, part: Part) -> pl.DataFrame:
    adds = {Part.NUMERATOR: pl.col("part"), Part.DENOMINATOR: pl.col("whole"), Part.UNKNOWN: pl.col("unknown")}[part]
    return records.with_columns(adds.cast(pl.Float64).alias(ADDS)).filter(pl.col(ADDS) != 0)


def _of_year(records: pl.DataFrame, part: Part) -> pl.DataFrame:
    """Of a growth: the rows of the last year stand for the numerator, those of the first for the denominator."""
    if part is Part.UNKNOWN:
        return _adding(records, part)
    told = records.filter(~pl.col("unknown"))
    year = pl.col("year").max() if part is Part.NUMERATOR else pl.col("year").min()
    return told.filter(pl.col("year") == year).with_columns(pl.col("part").alias(ADDS))


def _within(area: str) -> pl.Expr:
    if len(area) < LEVELS["town"]:
        return pl.lit(True)
    return pl.col("village").str.starts_with(area)


def _titles(design: Design) -> pl.Expr:
    titles = {one.variable: one.title for one in design.lists}
    return pl.col("listed").list.eval(pl.element().replace(titles)).list.join("、")


def _traced(
    run: Path, design: Design, counting: Mapping[str, pl.DataFrame], way: Mapping[str, Any], records: pl.DataFrame
) -> Traced:
    texts = [text for text in (way["numerator"], way["denominator"], way["where"]) if text]
    variables = set[str]().union(*map(variables_in, texts))
    if way["unit"] not in counting:
        return _of_list(records)
    asked = {one.variable for one in design.lists} & variables
    adds = [ADDS, LISTED] if asked else [ADDS]
    keys = {one.unit: one.key for one in design.groupings}
    own = [keys[way["unit"]]] if way["unit"] in keys else ["_file", "_sheet", "_row"]
    theirs = [_KEY] if way["unit"] in keys else ["file", "sheet", "row"]
    listed = counting[way["unit"]].join(
        records.select(*theirs, *adds), left_on=own, right_on=theirs, nulls_equal=True, maintain_order="left"
    )
    return traced(run, design, counting, way["unit"], listed, variables)


def _of_list(records: pl.DataFrame) -> Traced:
    """The rows of a list: all that is known of them here is where they stand, and whose they are."""
    placed = records.select(
        ADDS, _KEY, _file="file", _sheet="sheet", _row="row", _village="village", **{GROUP: pl.lit(None, pl.UInt32)}
    )
    cells = records.select("file", "sheet", "row", "cell", item=pl.lit(_KEY), corrected=pl.lit(False))
    return Traced(placed, cells, (_KEY,), ("名单中的号码",), _KEY)


def _published(told: Mapping[str, Any], area: str, part: Part) -> float | None:
    of_area = {"district": len(area) < LEVELS["town"], "town": len(area) == LEVELS["town"]}
    for row in told["figures"]:
        if of_area[row["level"]] and row["town"] in (None if row["level"] == "district" else area,):
            value = row[part.value]
            return None if value is None else float(value)
    return None
