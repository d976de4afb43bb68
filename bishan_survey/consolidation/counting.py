"""Filling a table shell: how many records stand in each cell, for every area."""

from collections.abc import Iterator, Sequence
from itertools import combinations, product

import polars as pl

from bishan_survey.design import compile_sql
from bishan_survey.model import Code, Column, TableShell

TOTAL = ""
"""Code of a total, in the rows as in the columns."""
NOT_STATED = Code("-", "未填报")
"""Stands for a missing answer, so that the parts add up to the whole."""
SEPARATOR = "|"
"""Between the codes of a nested column key."""
LEVELS = {"district": 6, "town": 9, "village": 12}
"""Length of an area's code by level; codes of a lower level begin with the code of the higher one."""


def universe(records: pl.DataFrame, shell: TableShell) -> pl.DataFrame:
    """The records that a table is about."""
    return records.filter(compile_sql(shell.where))


def count_by_variables(records: pl.DataFrame, shell: TableShell) -> pl.DataFrame:
    """Counts by village, row and column, with every total counted on its own (never summed up).

    Returns:
        A long frame ``village, stub, column, value``. A record with several answers to a variable counts in each
        of them, and once in the total.
    """
    dimensions = [name for name in (shell.stub, *shell.head) if name]
    parts = [
        _counts(records, shell, chosen)
        for size in range(len(dimensions) + 1)
        for chosen in combinations(dimensions, size)
    ]
    return pl.concat(parts)


def _counts(records: pl.DataFrame, shell: TableShell, chosen: Sequence[str]) -> pl.DataFrame:
    """Counts by some of the variables, the others being totals."""
    frame = records.select("_village", *dict.fromkeys(chosen))
    for name in chosen:
        if frame.schema[name] == pl.List:
            frame = frame.explode(name)
    frame = frame.with_columns(pl.col(name).fill_null(NOT_STATED.code) for name in chosen)
    head = [pl.col(name) if name in chosen else pl.lit(TOTAL) for name in shell.head]
    return (
        frame.group_by("_village", *chosen)
        .agg(value=pl.len().cast(pl.Float64))
        .select(
            village="_village",
            stub=pl.col(shell.stub) if shell.stub and shell.stub in chosen else pl.lit(TOTAL),
            column=pl.concat_str(head, separator=SEPARATOR),
            value="value",
        )
    )


def count_by_conditions(records: pl.DataFrame, shell: TableShell) -> pl.DataFrame:
    """Counts or sums by conditions of the columns' own, by village and row."""
    own = [_measure(column).alias(str(n)) for n, column in enumerate(shell.columns)]
    measures = [pl.len().cast(pl.Float64).alias(TOTAL), *own]
    keyed = records.with_columns(
        village="_village",
        stub=pl.col(shell.stub).fill_null(NOT_STATED.code) if shell.stub else pl.lit(TOTAL),
    )
    parts = [keyed.group_by("village", "stub").agg(measures)]
    if shell.stub:
        parts.append(keyed.group_by("village").agg(measures).with_columns(stub=pl.lit(TOTAL)))
    return (
        pl.concat(parts, how="diagonal")
        .unpivot(index=["village", "stub"], variable_name="column")
        .select("village", "stub", "column", pl.col("value").cast(pl.Float64))
    )


def _measure(column: Column) -> pl.Expr:
    chosen = compile_sql(column.where).fill_null(False) if column.where else pl.lit(True)
    if column.sum:
        return pl.col(column.sum).filter(chosen).sum().cast(pl.Float64)
    return chosen.sum().cast(pl.Float64) if column.where else pl.len().cast(pl.Float64)


def by_area(cells: pl.DataFrame, levels: Sequence[str]) -> pl.DataFrame:
    """Cells of villages rolled up to each level of area."""
    rolled = [
        cells.group_by(area=pl.col("village").str.head(LEVELS[level]), stub="stub", column="column")
        .agg(pl.col("value").sum())
        .with_columns(level=pl.lit(level))
        for level in levels
    ]
    return pl.concat(rolled).select("level", "area", "stub", "column", "value")


def column_keys(heads: Sequence[Sequence[Code]]) -> Iterator[tuple[str, str]]:
    """Key and label of each column of a nested head: totals first, then the parts."""
    if not heads:
        yield TOTAL, "合计"
        return
    outer, *inner = heads
    options: list[Sequence[Code]] = [[Code(TOTAL, "合计"), *outer]]
    for number, codes in enumerate(inner, 1):
        options.append([Code(TOTAL, ""), *codes] if number == len(inner) else codes)
    for chosen in product(*options):
        grand = all(code.code == TOTAL for code in chosen)
        if grand or all(code.code != TOTAL for code in chosen[1:]):
            yield SEPARATOR.join(code.code for code in chosen), "".join(code.label for code in chosen)
