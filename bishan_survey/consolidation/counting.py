"""Filling a table shell: how many records stand in each cell, for every area."""

from collections.abc import Iterator, Mapping, Sequence
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
CELLS: dict[str, pl.DataType] = {
    "table": pl.String(),
    "level": pl.String(),
    "area": pl.String(),
    "stub": pl.String(),
    "column": pl.String(),
    "value": pl.Float64(),
}
LEVELS = {"district": 6, "town": 9, "village": 12}
"""Length of an area's code by level; codes of a lower level begin with the code of the higher one."""


def universe(records: pl.DataFrame, shell: TableShell) -> pl.LazyFrame:
    """The records that a table is about."""
    return records.lazy().filter(compile_sql(shell.where))


def cells_of(shells: Sequence[TableShell], counting: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Every cell of some tables for every level of area.

    Args:
        shells: the tables.
        counting: the records that count, by unit.

    Returns:
        A long frame ``table, level, area, stub, column, value``.
    """
    counts = [_count(counting[shell.unit], shell).with_columns(table=pl.lit(shell.id)) for shell in shells]
    # All tables in one go: the engine counts them side by side.
    if not counts:
        return pl.DataFrame(schema=CELLS)
    cells = pl.concat(pl.collect_all(counts)).with_columns(pl.col("table", "stub", "column").cast(pl.Categorical))
    return _by_area(cells, [shell.id for shell in shells if "village" in shell.areas])


def _count(records: pl.DataFrame, shell: TableShell) -> pl.LazyFrame:
    chosen = universe(records, shell)
    if shell.columns:
        return _count_by_conditions(chosen, shell)
    return _count_by_variables(chosen, shell, records.schema)


def _count_by_variables(records: pl.LazyFrame, shell: TableShell, types: pl.Schema) -> pl.LazyFrame:
    """Counts by village, row and column, with every total counted on its own (never summed up).

    Returns:
        A long frame ``village, stub, column, value``. A record with several answers to a variable counts in each
        of them, and once in the total.
    """
    dimensions = [name for name in (shell.stub, *shell.head) if name]
    parts = [
        _counts(records, shell, chosen, types)
        for size in range(len(dimensions) + 1)
        for chosen in combinations(dimensions, size)
    ]
    return pl.concat(parts)


def _counts(records: pl.LazyFrame, shell: TableShell, chosen: Sequence[str], types: pl.Schema) -> pl.LazyFrame:
    """Counts by some of the variables, the others being totals."""
    frame = records.select("_village", *dict.fromkeys(chosen))
    for name in chosen:
        if types[name] == pl.List:
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


def _count_by_conditions(records: pl.LazyFrame, shell: TableShell) -> pl.LazyFrame:
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


def _by_area(cells: pl.DataFrame, down_to_villages: Sequence[str]) -> pl.DataFrame:
    """Cells of villages rolled up to the areas above; villages themselves only where a table shows them."""
    shown = pl.col("table").cast(pl.String).is_in(down_to_villages)
    rolled = [
        (cells.filter(shown) if level == "village" else cells)
        .group_by("table", "stub", "column", area=pl.col("village").str.head(length))
        .agg(pl.col("value").sum())
        .with_columns(level=pl.lit(level))
        for level, length in LEVELS.items()
    ]
    return pl.concat(rolled).select(pl.col(name).cast(kind) for name, kind in CELLS.items())


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
