"""Trying the definitions' SQL on empty typed frames, before any data is read."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from bishan_survey.design.sql import compile_sql, variables_in
from bishan_survey.model import Design, Sheet

_CLOCKS = ("CURRENT_DATE", "CURRENT_TIME", "NOW(", "TODAY(")
Types = Mapping[str, pl.DataType]


def wrong_sql(
    sql: str, types: Types, where: str, wanted: pl.DataType | None = None, by: str | None = None
) -> Iterator[str]:
    """Problems of an SQL text: clocks, syntax, unknown variables, types.

    Args:
        sql: the text.
        types: of the variables that it may use.
        where: what the text is called.
        wanted: what it must give; by default a truth value.
        by: a variable by which records are grouped, where it must give one value for each group.
    """
    if any(clock in sql.upper() for clock in _CLOCKS):
        yield f"{where}：不能使用当前时间，请用 reference_date"
        return
    try:
        unknown = variables_in(sql) - types.keys()
        if unknown:
            yield f"{where}：不认识的变量 {'、'.join(sorted(unknown))}"
            return
        empty, outcome = pl.DataFrame(schema=dict(types)), compile_sql(sql).alias("outcome")
        made = (empty.group_by(by).agg(outcome) if by else empty.select(outcome)).schema["outcome"]
    except pl.exceptions.PolarsError as error:
        yield f"{where}：SQL 有错（{short(error)}）"
        return
    expected = wanted or pl.Boolean()
    if made != expected and not (made.is_integer() and expected.is_integer()):
        yield f"{where}：结果类型是 {made}，应为 {expected}"


def short(error: Exception) -> str:
    """The first line of an error of polars'."""
    return str(error).splitlines()[0][:120]


def sheets(design: Design) -> Iterator[tuple[str, Sheet]]:
    """Every sheet of every edition, with the edition's id."""
    for questionnaire in design.questionnaires.values():
        for sheet in questionnaire.sheets:
            yield questionnaire.edition, sheet


def outcome(check: str, example: Mapping[str, Any], types: Types) -> bool | None:
    """What a check gives for one record; variables that the example does not name are missing."""
    row = {name: [example.get(name)] for name in variables_in(check)}
    frame = pl.DataFrame(row, schema={name: types[name] for name in row})
    result: bool | None = frame.select(compile_sql(check).alias("outcome")).item()
    return result
