"""A number that somebody wants to know the records of; the figures of indicators among such numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bishan_survey.cli.choosing import chosen, chosen_area
from bishan_survey.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

    from bishan_survey.model import AreaFrame, Design, Indicator
    from bishan_survey.tracing import Traced

_PARTS = {"numerator": "分子", "denominator": "分母", "unknown": "说不清"}
_WHOLE = "合计"
"""What the words on the command line are if they are not written."""


@dataclass(frozen=True)
class NumberBehind:
    """A published number with the records behind it."""

    found: dict[str, str]
    """What was asked for, by code."""
    title: str
    names: tuple[str, ...]
    """What was asked for, in words."""
    measure: str
    about: Sequence[tuple[str, str]]
    """What it counts, in words."""
    traced: "Traced"
    number: float | None
    """What the records come to."""
    published: float | None


def area_of_row(what: str, row: str, area: str | None, design: "Design", areas: "AreaFrame") -> tuple[str, str]:
    """Code and name of the area, where rows are areas: it may be written as the row or as the area.

    Raises:
        UsageError: it is written twice, or there is none of this name.
    """
    if area is not None and row != _WHOLE:
        raise UsageError(f"{what} 的行就是地区，不用再写 --area", "请把地区写在行的位置，或只写 --area")
    return chosen_area(area or row, areas, design.layout)


def figure_behind(
    indicator: "Indicator",
    said: tuple[str, str, str | None],
    run: Path,
    design: "Design",
    areas: "AreaFrame",
    counting: "dict[str, pl.DataFrame]",
) -> NumberBehind:
    """One of an indicator's numbers, as a run has published it.

    Args:
        indicator: which.
        said: row, column and area as they are written on the command line.
        run: folder of the run.
        design: the definitions.
        areas: the areas.
        counting: the run's records that count.

    Raises:
        UsageError: the run could not compute the indicator, or the words lead nowhere.
    """
    from bishan_survey.tracing import Part, published_indicator, trace_figure

    row, column, area = said
    if row in _PARTS.values() and column == _WHOLE:  # the area is left out, or written behind --area
        row, column = _WHOLE, row
    code, place = area_of_row(indicator.id, row, area, design, areas)
    part = Part(chosen("分子" if column == _WHOLE else column, _PARTS, "指标的数"))
    told = published_indicator(run, indicator.id)
    if told["way"] is None:
        raise UsageError(f"指标 {indicator.id} 不可计算：{told['reason']}", "请补上，再运行 bishan-survey nightly")
    if part is Part.DENOMINATOR and told["way"]["denominator"] is None:
        raise UsageError(f"指标 {indicator.id} 是个数量，没有分母", "请写“分子”或“说不清”")
    figure = trace_figure(run, design, counting, told, code, part)
    name = f"{told['title']}（{told['variant']}）" if told["variant"] else told["title"]
    return NumberBehind(
        found={"table": indicator.id, "area": code, "row": "", "column": part.value},
        title=f"{indicator.id} {name}",
        names=(place, _PARTS[part.value]),
        measure=_measure(told, figure.way["unit"], part.value, design),
        about=[("定义", figure.way["definition"]), ("依据", figure.way["source"])],
        traced=figure.traced,
        number=figure.number,
        published=figure.published,
    )


def _measure(told: Mapping[str, Any], unit: str, part: str, design: "Design") -> str:
    """In what a number is told: persons, households or rows of a list; a sum in its own unit, a growth in quotients."""
    from bishan_survey.model import PERSON, Measure

    if part == "unknown" or told["measure"] == Measure.SHARE:
        return ({one.unit: one.label for one in design.groupings} | {PERSON: "人"}).get(unit, "行")
    return str(told["unit"]) if told["measure"] == Measure.SUM else "这一年的商"
