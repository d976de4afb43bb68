"""Filling a table shell: how many records stand in each cell, for every area."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import polars as pl

from bishan_survey.design import compile_sql
from bishan_survey.model import Code, Column, TableShell

TOTAL = ""
"""Code of a total, in the rows as in the columns."""
NOT_STATED = Code("-", "未填报")
"""Stands for a missing answer, so that the parts add up to the whole."""
SEPARATOR, JOINT = "|", "·"
"""Between the codes of a column key, one for each variable of the head, and between their labels."""
ADDS = "_adds"
"""Column of what a record adds to a number."""
_ADDS, _KEY = "_adds ", "_key "
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


@dataclass(frozen=True, slots=True)
class CellKey:
    """Where a number stands in a table."""

    area: str
    """Code of the district, a 镇街 or a village."""
    stub: str = TOTAL
    """Code of the row."""
    column: str = TOTAL
    """Key of the column."""


def universe(records: pl.DataFrame, shell: TableShell) -> pl.LazyFrame:
    """The records that a table is about."""
    return records.lazy().filter(compile_sql(shell.where))


def keyed(records: pl.LazyFrame, variables: Iterable[str]) -> pl.LazyFrame:
    """A line for each record and code under which a table shows it: one for each of several answers.

    Args:
        records: of a table's universe.
        variables: those that the table breaks down by.

    Returns:
        The records with a column beside each variable: the code, and :data:`NOT_STATED` where there is no answer.
    """
    types, names = records.collect_schema(), [*dict.fromkeys(variables)]
    frame = records.with_columns(pl.col(name).alias(_KEY + name) for name in names)
    for name in names:
        if types[name] == pl.List:
            frame = frame.explode(_KEY + name)
    return frame.with_columns(_key(name).fill_null(NOT_STATED.code) for name in names)


def contribution(shell: TableShell, column: str) -> pl.Expr:
    """What a record adds to a number in a column: nothing (null) where the column does not count it.

    Args:
        shell: a table.
        column: key of the column. Only columns by conditions have conditions, every other counts all of its records.
    """
    own = shell.columns[int(column)] if shell.columns and column != TOTAL else Column("")
    value = pl.col(own.sum).cast(pl.Float64) if own.sum else pl.lit(1.0)
    return pl.when(compile_sql(own.where)).then(value) if own.where else value


def behind(records: pl.DataFrame, shell: TableShell, cell: CellKey) -> pl.DataFrame:
    """The records behind a number: what counting sums up for one cell, before it is summed up.

    Args:
        records: the records that count, of the table's unit.
        shell: the table.
        cell: which of its numbers.

    Returns:
        The records, and beside each in :data:`ADDS` what it adds. The sum of these is the number.
    """
    codes = cell.column.split(SEPARATOR) if shell.head else []
    asked = [(shell.stub or "", cell.stub), *zip(shell.head, codes, strict=True)]
    wanted = [(name, code) for name, code in asked if code != TOTAL]
    chosen = universe(records, shell).with_columns(contribution(shell, cell.column).alias(ADDS)).collect()
    lines = keyed(chosen.lazy(), (name for name, _ in wanted)).filter(
        pl.col("_village").str.starts_with(cell.area),
        pl.col(ADDS).is_not_null(),
        *(_key(name) == code for name, code in wanted),
    )
    return lines.select(*records.columns, ADDS).collect()


def _key(variable: str) -> pl.Expr:
    return pl.col(_KEY + variable)


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


def lines_of(records: pl.DataFrame, shell: TableShell, kept: Sequence[str]) -> pl.LazyFrame:
    """Each number of a table that counts a record, record by record: counting before it is counted up.

    Args:
        records: records of the table's unit.
        shell: a table without sums.
        kept: columns of the records to keep.

    Returns:
        A long frame of these columns, ``stub`` and ``column``.
    """
    chosen = universe(records, shell)
    stubs = [False, True] if shell.stub else [False]
    if not shell.columns:
        ways = product(stubs, _ways(shell))
        return pl.concat([_lines(chosen, shell, by_stub, way, kept) for by_stub, way in ways])
    parts = []
    for name, by_stub in product([TOTAL, *(str(n) for n in range(len(shell.columns)))], stubs):
        counted = chosen.filter(contribution(shell, name).is_not_null())
        stub = _key(shell.stub) if shell.stub and by_stub else pl.lit(TOTAL)
        keyed_by = [shell.stub] if shell.stub and by_stub else []
        parts.append(keyed(counted, keyed_by).select(*kept, stub=stub, column=pl.lit(name)))
    return pl.concat(parts)


def _count(records: pl.DataFrame, shell: TableShell) -> pl.LazyFrame:
    chosen = universe(records, shell)
    if "village" not in shell.areas:  # then 镇街 are enough, and far fewer
        chosen = chosen.with_columns(pl.col("_village").str.head(LEVELS["town"]))
    if shell.columns:
        return _count_by_conditions(chosen, shell)
    return _count_by_variables(chosen, shell)


def _count_by_variables(records: pl.LazyFrame, shell: TableShell) -> pl.LazyFrame:
    """Counts by village, row and column, with every total counted on its own (never summed up).

    Returns:
        A long frame ``village, stub, column, value``. A record with several answers to a variable counts in each
        of them, and once in the total.
    """
    stubs = [False, True] if shell.stub else [False]
    return pl.concat([_counts(records, shell, *ways) for ways in product(stubs, _ways(shell))])


def _ways(shell: TableShell) -> list[tuple[bool, ...]]:
    """Which variables of the head are broken down together, the others being totals."""
    ways = [*product([False, True], repeat=len(shell.head))]
    return [way for way in ways if sum(way) <= 1] if shell.beside else ways


def _counts(records: pl.LazyFrame, shell: TableShell, by_stub: bool, way: Sequence[bool]) -> pl.LazyFrame:
    """Counts by some of the variables, the others being totals."""
    lines = _lines(records, shell, by_stub, way, ["_village"]).rename({"_village": "village"})
    return lines.group_by("village", "stub", "column").agg(value=pl.len().cast(pl.Float64))


def _lines(
    records: pl.LazyFrame, shell: TableShell, by_stub: bool, way: Sequence[bool], kept: Sequence[str]
) -> pl.LazyFrame:
    """Each record under the codes by which it is counted in some way of breaking down."""
    chosen = [name for name, broken_down in zip(shell.head, way, strict=True) if broken_down]
    if shell.stub and by_stub:
        chosen.append(shell.stub)
    head = [_key(name) if broken_down else pl.lit(TOTAL) for name, broken_down in zip(shell.head, way, strict=True)]
    return keyed(records, chosen).select(
        *kept,
        stub=_key(shell.stub) if shell.stub and by_stub else pl.lit(TOTAL),
        column=pl.concat_str(head, separator=SEPARATOR) if head else pl.lit(TOTAL),
    )


def _count_by_conditions(records: pl.LazyFrame, shell: TableShell) -> pl.LazyFrame:
    """Counts or sums by conditions of the columns' own, by village and row."""
    names = [TOTAL, *(str(n) for n in range(len(shell.columns)))]
    measured = records.with_columns(contribution(shell, name).alias(_ADDS + name) for name in names)
    parts = [measured.with_columns(stub=pl.lit(TOTAL))]
    if shell.stub:
        parts.append(keyed(measured, [shell.stub]).with_columns(stub=_key(shell.stub)))
    sums = [pl.col(_ADDS + name).sum().alias(name) for name in names]
    counted = pl.concat([part.group_by("_village", "stub").agg(sums) for part in parts])
    return counted.unpivot(index=["_village", "stub"], variable_name="column").select(
        pl.col("_village").alias("village"), "stub", "column", "value"
    )


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


def column_keys(heads: Sequence[Sequence[Code]], beside: bool = False) -> Iterator[tuple[str, str]]:
    """Key and label of each column of a head: totals first, then the parts.

    Args:
        heads: the codes of each variable, outermost first.
        beside: whether the variables stand side by side, or the inner ones below each code of the outer ones.
    """
    if not heads:
        yield TOTAL, "合计"
    elif beside:
        yield from _columns_beside(heads)
    else:
        yield from _nested_columns(*heads)


def _columns_beside(heads: Sequence[Sequence[Code]]) -> Iterator[tuple[str, str]]:
    yield SEPARATOR.join([TOTAL] * len(heads)), "合计"
    for place, codes in enumerate(heads):
        for code in codes:
            yield SEPARATOR.join(code.code if n == place else TOTAL for n in range(len(heads))), code.label


def _nested_columns(outer: Sequence[Code], *inner: Sequence[Code]) -> Iterator[tuple[str, str]]:
    options = [[Code(TOTAL, "合计"), *outer], *([Code(TOTAL, ""), *codes] for codes in inner)]
    for chosen in product(*options):
        grand = all(code.code == TOTAL for code in chosen)
        if grand or all(code.code != TOTAL for code in chosen[1:]):
            yield SEPARATOR.join(code.code for code in chosen), JOINT.join(code.label for code in chosen if code.label)
