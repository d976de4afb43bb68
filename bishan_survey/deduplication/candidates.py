"""Which records are compared at all: those that share a value. Cost grows with the records, not with their square."""

from collections.abc import Iterator, Sequence

import polars as pl

from bishan_survey.design import compile_sql
from bishan_survey.model import MatchBlock

PAIR = {"one": pl.UInt32(), "other": pl.UInt32()}
"""Positions of two records, the smaller one first."""


def candidates(people: pl.DataFrame, blocks: Sequence[MatchBlock]) -> pl.DataFrame:
    """Every pair of records that shares a value of a block, once.

    Args:
        people: records with their features, in an order that does not depend on that of the files.
        blocks: by what they are brought together.
    """
    keyed = [(people.select(key=compile_sql(sql)) for sql in block.by) for block in blocks]
    parts = [_neighbours(_met(list(keys)), block.most) for keys, block in zip(keyed, blocks, strict=True)]
    pairs = pl.concat([pl.DataFrame(schema=PAIR), *(part for block in parts for part in block)])
    return pairs.unique().sort("one", "other")


def _met(keys: list[pl.DataFrame]) -> pl.DataFrame:
    """Positions by key, of the keys that more than one record has."""
    at = pl.int_range(pl.len(), dtype=PAIR["one"])  # a row index is of another type in polars for old processors
    placed = pl.concat([frame.select(at.alias("one"), "key").drop_nulls("key") for frame in keys]).unique()
    return placed.filter(pl.len().over("key") > 1).sort("key", "one")


def _neighbours(met: pl.DataFrame, most: int) -> Iterator[pl.DataFrame]:
    """The pairs of records that stand so near each other in a block."""
    for distance in range(1, most + 1):
        later = met.with_columns(pl.all().shift(-distance).name.prefix("later_"))
        pairs = later.filter(pl.col("key") == pl.col("later_key"))
        if pairs.is_empty():
            return
        yield pairs.select("one", other="later_one")
