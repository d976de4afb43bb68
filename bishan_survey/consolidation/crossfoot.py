"""Do the parts add up to the whole? Totals are counted on their own, so that this can fail.

A system in real use printed a column with the wrong grade for years; so every sum of every table is checked in
every run: rows against the total row, columns against the total column, areas against the area above, and the
district's total against a plain count of the records.
"""

from collections.abc import Iterator

import polars as pl

from bishan_survey.consolidation.counting import LEVELS, SEPARATOR, TOTAL
from bishan_survey.model import TableShell

_TOLERANCE = 1e-6
_CELL = ["level", "area", "stub", "column"]


def contradictions(shell: TableShell, cells: pl.DataFrame, records: pl.DataFrame) -> list[str]:
    """Every sum of a table that does not agree.

    Args:
        shell: what the table says it is.
        cells: ``level, area, stub, column, value`` for all levels.
        records: the records of the table's universe.
    """
    return [f"{shell.id} {shell.title}：{problem}" for problem in _problems(shell, cells, records)]


def _problems(shell: TableShell, cells: pl.DataFrame, records: pl.DataFrame) -> Iterator[str]:
    yield from _areas(cells)
    if shell.stub and records.schema[shell.stub] != pl.List:
        yield from _rows(cells)
    yield from _columns(shell, cells, records)
    yield from _grand_total(shell, cells, records)


def _areas(cells: pl.DataFrame) -> Iterator[str]:
    for upper, lower in (("district", "town"), ("town", "village")):
        parts = cells.filter(pl.col("level") == lower).with_columns(
            area=pl.col("area").str.head(LEVELS[upper]), level=pl.lit(upper)
        )
        yield from _differences(parts, cells.filter(pl.col("level") == upper), f"下级{lower}之和与{upper}不符")


def _rows(cells: pl.DataFrame) -> Iterator[str]:
    parts = cells.filter(pl.col("stub") != TOTAL).with_columns(stub=pl.lit(TOTAL))
    yield from _differences(parts, cells.filter(pl.col("stub") == TOTAL), "各行之和与合计行不符")


def _columns(shell: TableShell, cells: pl.DataFrame, records: pl.DataFrame) -> Iterator[str]:
    for place, name in enumerate(shell.head):
        if records.schema[name] == pl.List:
            continue
        code = pl.col("column").str.split(SEPARATOR).list.get(place)
        parts = cells.filter(code != TOTAL).with_columns(column=_with_total(place, len(shell.head)))
        yield from _differences(parts, cells.filter(code == TOTAL), f"各列（{name}）之和与合计列不符")


def _with_total(place: int, depth: int) -> pl.Expr:
    """The column key with the total in one place."""
    codes = pl.col("column").str.split(SEPARATOR)
    return pl.concat_str(
        [pl.lit(TOTAL) if n == place else codes.list.get(n) for n in range(depth)], separator=SEPARATOR
    )


def _grand_total(shell: TableShell, cells: pl.DataFrame, records: pl.DataFrame) -> Iterator[str]:
    total = SEPARATOR.join([TOTAL] * max(1, len(shell.head)))
    district = cells.filter((pl.col("level") == "district") & (pl.col("stub") == TOTAL) & (pl.col("column") == total))[
        "value"
    ].sum()
    if district != records.height:
        yield f"全区合计 {district:g} 与记录数 {records.height} 不符"


def _differences(parts: pl.DataFrame, whole: pl.DataFrame, what: str) -> Iterator[str]:
    """Cells whose parts do not sum up to them."""
    summed = parts.group_by(_CELL).agg(parts=pl.col("value").sum())
    both = summed.join(whole, on=_CELL, how="full", coalesce=True).fill_null(0.0)
    wrong = both.filter((pl.col("parts") - pl.col("value")).abs() > _TOLERANCE).sort(_CELL)
    for row in wrong.head(3).iter_rows(named=True):
        yield f"{what}：地区{row['area']} 行“{row['stub']}” 列“{row['column']}”：{row['parts']:g} ≠ {row['value']:g}"
    if wrong.height > 3:
        yield f"{what}：共{wrong.height}处"
