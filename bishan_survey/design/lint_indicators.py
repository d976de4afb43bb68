"""The lint of departments' lists and indicators: tried on empty typed frames, each problem with file and key."""

from collections import Counter
from collections.abc import Iterator

import polars as pl

from bishan_survey import frames
from bishan_survey.design.sql import CONTEXT, list_types, unit_types
from bishan_survey.design.trial import Types, wrong_sql
from bishan_survey.model import DepartmentList, Design, Indicator, Measure, ValueType, Way

_LISTS, _INDICATORS = "templates/registers", "templates/indicators"
_TYPES = (ValueType.TEXT, ValueType.DATE, ValueType.INTEGER, ValueType.DECIMAL)
_VALUE: Types = {"value": pl.Float64()}
_WHO = {"name", "town"}
_RESERVED = {*frames.PLACE, *CONTEXT, "cell", "key", "why", "town_code", "status", "matched"}
_PEOPLE = ("person", "household")


def indicator_problems(design: Design) -> Iterator[str]:
    """What is wrong with lists and indicators; nobody's data are read before it is mended."""
    for one in design.lists:
        yield from _wrong_list(one, design)
    yield from _repeated(_LISTS, [one.id for one in design.lists])
    yield from _repeated(_LISTS, [one.variable for one in design.lists])
    for indicator in design.indicators:
        yield from _wrong_indicator(indicator, design)
    yield from _repeated(_INDICATORS, [indicator.id for indicator in design.indicators])
    several = Counter(indicator.number for indicator in design.indicators)
    yield from (
        f"{_INDICATORS}：{i.id}：variant：同一序号有几种口径时，每种都要有名称"
        for i in design.indicators
        if several[i.number] > 1 and not i.variant
    )


def _repeated(where: str, names: list[str]) -> Iterator[str]:
    yield from (f"{where}：{name} 定义了{count}次" for name, count in Counter(names).items() if count > 1)


def _wrong_list(one: DepartmentList, design: Design) -> Iterator[str]:
    where = f"{_LISTS}：{one.id}"
    known = unit_types(design, "person") or {}
    if not one.numbers:
        yield f"{where}：column：没有号码列（type 为 certificate 或 id_number）"
    if one.variable in known:
        yield f"{where}：variable：{one.variable} 已经是调查表的变量"
    yield from (
        f"{where}：column：{c.name}：type 不能是 {c.type.value}"
        for c in one.columns
        if c not in one.numbers and c.type not in _TYPES
    )
    yield from (f"{where}：column：{c.name}：这个名称程序自己要用" for c in one.columns if c.name in _RESERVED)
    spellings = Counter(s for c in one.columns for s in {c.label, *c.aliases})
    yield from (f"{where}：column：“{s}”是几列的列名" for s, count in spellings.items() if count > 1)
    names = {column.name for column in one.columns}
    yield from (f"{where}：same：没有列 {name}" for name in one.same if name not in names - _WHO)
    if one.where:
        yield from wrong_sql(one.where, list_types(one), f"{where}：where")
    if one.survey:
        yield from wrong_sql(one.survey, known, f"{where}：survey")


def _wrong_indicator(indicator: Indicator, design: Design) -> Iterator[str]:
    where = f"{_INDICATORS}：{indicator.id}"
    if not indicator.ways:
        yield f"{where}：way：一种算法也没有"
    if indicator.better not in ("up", "down"):
        yield f"{where}：better：只能是 up 或 down"
    if indicator.reached:
        yield from wrong_sql(indicator.reached, _VALUE, f"{where}：reached")
    yield from _repeated(f"{where}：way", [way.id for way in indicator.ways])
    for way in indicator.ways:
        yield from _wrong_way(way, indicator, design, f"{where}：{way.id}")


def _wrong_way(way: Way, indicator: Indicator, design: Design, where: str) -> Iterator[str]:
    types = _types_of(way, design)
    if types is None:
        yield f"{where}：unit：没有这个单位 {way.unit}"
        return
    if (indicator.measure is Measure.SUM) == (way.denominator is not None):
        yield f"{where}：denominator：比例和增长要有，数量不能有"
    if (indicator.measure is Measure.GROWTH) != (way.year is not None):
        yield f"{where}：year：增长要有，其余不能有"
    elif way.year and types.get(way.year) != pl.Int64():
        yield f"{where}：year：{way.year} 不是整数列"
    wanted = pl.Boolean() if indicator.measure is Measure.SHARE else pl.Float64()
    for key, sql in (("numerator", way.numerator), ("denominator", way.denominator)):
        if sql:
            yield from wrong_sql(sql, types, f"{where}：{key}", wanted)
    if way.where:
        yield from wrong_sql(way.where, types, f"{where}：where")


def _types_of(way: Way, design: Design) -> Types | None:
    """Types of the variables that a way may use: those of its unit, and whether somebody is in a list."""
    if way.unit in _PEOPLE:
        own = unit_types(design, way.unit)
        return None if own is None else own | {one.variable: pl.Boolean() for one in design.lists}
    of = next((one for one in design.lists if one.variable == way.unit), None)
    return None if of is None else list_types(of) | {"matched": pl.Boolean()}
