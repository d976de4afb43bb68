"""Do the parts add up to the whole? Totals are counted on their own, so that this can fail.

A system in real use printed a column with the wrong grade for years; so every sum of every table is checked in
every run: rows against the total row, columns against the total column, areas against the area above, and the
district's total against a plain count of the records.
"""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from bishan_survey.consolidation.counting import CELLS, LEVELS, SEPARATOR, TOTAL, universe
from bishan_survey.model import TableShell

_TOLERANCE = 1e-6
_CELL = ["table", "level", "area", "stub", "column"]
_TOLD = 20
_LEVEL_NAMES = {"district": "全区", "town": "镇街", "village": "村（社区）"}


def contradictions(
    shells: Sequence[TableShell], cells: pl.DataFrame, counting: Mapping[str, pl.DataFrame]
) -> list[str]:
    """Every sum that does not agree, told by table and place (the first ones of many).

    Args:
        shells: the tables.
        cells: what they show: ``table, level, area, stub, column, value``, at all levels of area.
        counting: the records that count, by unit.
    """
    wrong = pl.concat([*_differences(shells, cells, counting)]).sort(_CELL)
    told = [
        "{table} {what}：地区{area} 行“{stub}” 列“{column}”：{parts:g} ≠ {value:g}".format_map(row)
        for row in wrong.head(_TOLD).iter_rows(named=True)
    ]
    return told + ([f"共{wrong.height}处不符"] if wrong.height > _TOLD else [])


def _differences(
    shells: Sequence[TableShell], cells: pl.DataFrame, counting: Mapping[str, pl.DataFrame]
) -> Iterator[pl.DataFrame]:
    """Cells that differ from the sum of their parts, for each way of summing, over all tables."""
    for upper, lower in (("district", "town"), ("town", "village")):
        above = pl.col("area").str.head(LEVELS[upper])
        deep = cells.filter(_of([shell for shell in shells if lower == "town" or lower in shell.areas]))
        parts = deep.filter(level=lower).with_columns(area=above, level=pl.lit(upper))
        yield _unequal(parts, deep.filter(level=upper), f"{_LEVEL_NAMES[lower]}之和与{_LEVEL_NAMES[upper]}不符")
    stubbed = cells.filter(_of([s for s in shells if s.stub and _single(s, s.stub, counting)]))
    parts = stubbed.filter(pl.col("stub") != TOTAL).with_columns(stub=pl.lit(TOTAL))
    yield _unequal(parts, stubbed.filter(stub=TOTAL), "各行之和与合计行不符")
    for depth, place in sorted({(len(shell.head), place) for shell in shells for place in range(len(shell.head))}):
        summed = [s for s in shells if len(s.head) == depth and _single(s, s.head[place], counting)]
        for beside in (False, True):
            yield _columns(cells.filter(_of([s for s in summed if s.beside == beside])), place, depth, beside)
    yield _unequal(_plain_counts(shells, counting), _grand_totals(shells, cells), "记录数与全区合计不符")


def _of(shells: Sequence[TableShell]) -> pl.Expr:
    return pl.col("table").is_in([shell.id for shell in shells])


def _single(shell: TableShell, variable: str, counting: Mapping[str, pl.DataFrame]) -> bool:
    """Whether a variable has one answer a record, so that its parts must add up."""
    return counting[shell.unit].schema[variable] != pl.List


def _columns(cells: pl.DataFrame, place: int, depth: int, beside: bool) -> pl.DataFrame:
    """Columns of one variable of the head against their total."""
    codes = pl.col("column").str.split(SEPARATOR)
    with_total = [pl.lit(TOTAL) if n == place else codes.list.get(n) for n in range(depth)]
    parts = cells.filter(codes.list.get(place) != TOTAL).with_columns(
        column=pl.concat_str(with_total, separator=SEPARATOR)
    )
    # Beside one another, variables are parts of the grand total only, not of each other's columns.
    whole = pl.col("column") == SEPARATOR * (depth - 1) if beside else codes.list.get(place) == TOTAL
    return _unequal(parts, cells.filter(whole), "各列之和与合计列不符")


def _grand_totals(shells: Sequence[TableShell], cells: pl.DataFrame) -> pl.DataFrame:
    totals = [(shell.id, SEPARATOR.join([TOTAL] * max(1, len(shell.head)))) for shell in shells]
    keys = pl.DataFrame(totals, schema={"table": pl.String, "column": pl.String}, orient="row")
    return cells.filter(level="district", stub=TOTAL).join(keys, on=["table", "column"]).select(cells.columns)


def _plain_counts(shells: Sequence[TableShell], counting: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The number of records of each universe and district, in the places of the grand totals."""
    counts = [
        universe(counting[shell.unit], shell)
        .group_by(area=pl.col("_village").str.head(LEVELS["district"]))
        .agg(value=pl.len().cast(pl.Float64))
        .with_columns(
            table=pl.lit(shell.id),
            level=pl.lit("district"),
            stub=pl.lit(TOTAL),
            column=pl.lit(SEPARATOR.join([TOTAL] * max(1, len(shell.head)))),
        )
        for shell in shells
    ]
    return pl.concat(pl.collect_all(counts)) if counts else pl.DataFrame(schema=CELLS)


def _unequal(parts: pl.DataFrame, whole: pl.DataFrame, what: str) -> pl.DataFrame:
    """Cells whose parts do not sum up to them."""
    summed = parts.group_by(_CELL).agg(parts=pl.col("value").sum())
    both = summed.join(whole, on=_CELL, how="full", coalesce=True).with_columns(
        pl.col("parts", "value").fill_null(0.0), what=pl.lit(what)
    )
    return both.filter((pl.col("parts") - pl.col("value")).abs() > _TOLERANCE)
