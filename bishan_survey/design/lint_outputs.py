"""The lint of what is published: groupings and table shells."""

from collections.abc import Iterator

import polars as pl

from bishan_survey.design.sql import aggregates_for, dtype, unit_types, widest_sheet
from bishan_survey.design.trial import Types, wrong_sql
from bishan_survey.model import Design, Grouping, TableShell


def table_problems(design: Design) -> Iterator[str]:
    """What is wrong with the table shells."""
    for shell in design.shells:
        types = unit_types(design, shell.unit)
        where = f"汇总表 {shell.id}"
        if types is None:
            yield f"{where}：没有单位 {shell.unit}"
            continue
        if bool(shell.head) == bool(shell.columns):
            yield f"{where}：head 与 columns 必须且只能写一个"
        yield from shell_problems(design, shell, types, where)


def shell_problems(design: Design, shell: TableShell, types: Types, where: str) -> Iterator[str]:
    """What is wrong with the variables and conditions of a table, which is called by ``where``."""
    coded = design.variable_codes.keys() & types.keys()
    yield from wrong_sql(shell.where, types, f"{where}：where")
    for name in (shell.stub, *shell.head):
        if name and name not in coded:
            yield f"{where}：{name} 不是有代码表的变量"
    if shell.public and any(
        " OVER " in text.upper() for text in (shell.where, *(c.where or "" for c in shell.columns))
    ):
        yield f"{where}：public = true 的表只看每条记录自己，条件里不能有 OVER"
    for column in shell.columns:
        if column.where:
            yield from wrong_sql(column.where, types, f"{where}：{column.label}")
        if column.sum and not types.get(column.sum, pl.String()).is_numeric():
            yield f"{where}：{column.label}：{column.sum} 不是数值"
        if column.sum and shell.public and shell.about_people:
            why = "public = true 的表只数人数、户数，不能有 sum；说的不是人的，写 about_people = false"
            yield f"{where}：{column.label}：{why}"


def homeless_groupings(design: Design) -> Iterator[str]:
    """Units that are groups of nothing that anybody fills in."""
    for grouping in design.groupings:
        if widest_sheet(design, grouping.of) is None or widest_sheet(design, grouping.unit) is not None:
            yield f"归并单位 {grouping.unit}：of 应是调查表的单位，unit 不能是"


def grouping_problems(design: Design) -> Iterator[str]:
    """What is wrong with the units that are groups of records, and with their variables."""
    for grouping in design.groupings:
        types = unit_types(design, grouping.of) or {}
        where = f"归并单位 {grouping.unit}"
        unknown = {grouping.key, grouping.order} - types.keys()
        if unknown:
            yield f"{where}：不认识的变量 {'、'.join(sorted(unknown))}"
            continue
        yield from wrong_sql(grouping.where, types, f"{where}：where")
        yield from _wrong_aggregates(design, grouping, types)


def _wrong_aggregates(design: Design, grouping: Grouping, types: Types) -> Iterator[str]:
    for derived in aggregates_for(design, grouping, types):
        where = f"派生变量 {derived.name}"
        yield from wrong_sql(derived.sql or "", types, where, dtype(derived), by=grouping.key)


def codes_of(variable: str | None, design: Design) -> set[str]:
    """Codes of a variable's list; none for a variable that is not coded."""
    codes = design.code_lists.get(design.variable_codes.get(variable or "") or "")
    return set(codes.labels) if codes else set()
