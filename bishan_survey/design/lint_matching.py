"""The lint of the match rules: their SQL and their examples, tried on drawn pairs before any record is read."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from bishan_survey.design.sql import compile_sql, variable_types, variables_in, widest_sheet
from bishan_survey.design.trial import Types, wrong_sql
from bishan_survey.model import OTHER, Design, Matching, MatchRule, Sheet

_WHERE = "validators：匹配规则"
_OF_RECORD: Types = {"key": pl.String(), "_village": pl.String()}
"""What match rules may name besides the variables: the sheet's key, and the village that the record is of."""


def matching_problems(design: Design) -> Iterator[str]:
    """What is wrong with the match rules."""
    ids = Counter(rule.id for rule in design.matching.rules)
    yield from (f"{_WHERE} {name} 定义了{count}次" for name, count in ids.items() if count > 1)
    units = {sheet.unit for form in design.questionnaires.values() for sheet in form.sheets}
    for unit in sorted(units):
        sheet = widest_sheet(design, unit)
        assert sheet is not None  # noqa: S101 - it has the unit
        matching = design.matching.of(unit)
        if not matching.rules or not matching.blocks:
            yield f"{_WHERE}：单位 {unit} 没有 [[match]] 或 [[block]]"
        yield from _of_unit(matching, sheet, record_types(design, sheet))


def record_types(design: Design, sheet: Sheet) -> dict[str, pl.DataType]:
    """Type of everything that match rules may name of one record; features that cannot be made are left out."""
    types = {**variable_types(design, sheet), **_OF_RECORD}
    for feature in design.matching.of(sheet.unit).features:
        if feature.sql is None:
            types[feature.name] = pl.String()
        elif variables_in(feature.sql) <= types.keys():
            types[feature.name] = pl.DataFrame(schema=types).select(made=compile_sql(feature.sql)).schema["made"]
    return types


def _of_unit(matching: Matching, sheet: Sheet, types: Types) -> Iterator[str]:
    for feature in matching.features:
        where = f"{_WHERE}：变量 {feature.name}"
        if bool(feature.sql) == bool(feature.of and feature.how):
            yield f"{where}：sql 与 of、how 必须且只能写一样"
        elif feature.name not in types or (feature.of and types.get(feature.of) != pl.String()):
            yield f"{where}：不认识的变量，或者不是文字"
    for measure in matching.measures:
        strangers = [name for name in measure.of if types.get(name) != pl.String()]
        yield from (f"{_WHERE}：差异 {measure.name}：{name} 不是文字变量" for name in strangers)
    for block in matching.blocks:
        yield from (p for sql in block.by for p in wrong_sql(sql, types, f"{_WHERE}：分组 {block.id}", pl.String()))
        if block.most < 1:
            yield f"{_WHERE}：分组 {block.id}：most 应至少是1"
    unknown = [name for name in matching.items if name not in sheet.by_name]
    yield from (f"{_WHERE}：[[compared]] 没有项目 {name}" for name in unknown)
    of_pair = pair_types(matching, types)
    for rule in matching.rules:
        yield from list(wrong_sql(rule.when, of_pair, f"{_WHERE} {rule.id}")) or _wrong_examples(rule, of_pair)


def pair_types(matching: Matching, types: Types) -> dict[str, pl.DataType]:
    """Type of everything that match rules may name of a pair of records."""
    other = {OTHER + name: kind for name, kind in types.items()}
    return {**types, **other, **{measure.name: pl.Int64() for measure in matching.measures}}


def _wrong_examples(rule: MatchRule, types: Types) -> Iterator[str]:
    if not (rule.holds and rule.fails and rule.reason and rule.source):
        yield f"{_WHERE} {rule.id}：缺少 holds 或 fails 例子，或缺少 reason、source"
    for group, wanted in (("holds", True), ("fails", False)):
        for number, example in enumerate(getattr(rule, group), 1):
            strangers = example.keys() - types.keys()
            if strangers:
                yield f"{_WHERE} {rule.id}：{group} 第{number}例有不认识的变量 {'、'.join(sorted(strangers))}"
            elif holds(rule.when, example, types) is not wanted:
                yield f"{_WHERE} {rule.id}：{group} 第{number}例的结果不是 {group}"


def holds(when: str, example: Mapping[str, Any], types: Types) -> bool:
    """Whether a rule holds of a pair, whichever record comes first; what is not told of them is missing."""
    return any(_outcome(when, drawn, types) for drawn in (example, _turned(example, types)))


def _turned(example: Mapping[str, Any], types: Types) -> dict[str, Any]:
    """The same pair with the other record first. Distances are the same either way."""
    sides = {name for name in types if OTHER + name in types}
    return {
        (OTHER + name if name in sides else name.removeprefix(OTHER) if name.startswith(OTHER) else name): value
        for name, value in example.items()
    }


def _outcome(when: str, example: Mapping[str, Any], types: Types) -> bool:
    row = {name: [example.get(name)] for name in variables_in(when)}
    frame = pl.DataFrame(row, schema={name: types[name] for name in row})
    return bool(frame.select(compile_sql(when).alias("outcome")).item())
