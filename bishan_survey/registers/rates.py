"""Counts and rates of the comparison with the roster, for the district, each 镇街 and each 村（社区）."""

import polars as pl

from bishan_survey import frames
from bishan_survey.design import compile_sql
from bishan_survey.model import AreaFrame, RosterDesign

_LEVELS: dict[str, list[str]] = {"district": [], "town": ["town"], "village": ["town", "village"]}


def figures_of(rows: pl.DataFrame, roster: RosterDesign, areas: AreaFrame) -> pl.DataFrame:
    """Every count, and numerator and denominator of every rate; nothing where nobody of the roster is there.

    Args:
        rows: the comparison.
        roster: what is counted.
        areas: every village of it has figures, also those without anybody in the roster.
    """
    if not rows["listed"].any():
        return frames.empty(frames.ROSTER_FIGURES)
    every = pl.DataFrame([(v.town_code, v.code) for v in areas.villages], schema=["town", "village"], orient="row")
    marked = rows.select("town", "village", *_marks(roster))
    whole = pl.concat([marked, every], how="diagonal").with_columns(pl.exclude("town", "village").fill_null(False))
    parts = [_on_level(whole, level, keys, roster) for level, keys in _LEVELS.items()]
    return frames.stack(frames.ROSTER_FIGURES, parts)


def _marks(roster: RosterDesign) -> list[pl.Expr]:
    """Whether each row counts in each figure: by number, since an id may be anything."""
    texts = [count.where for count in roster.counts]
    texts += [sql for rate in roster.rates for sql in (rate.numerator, rate.denominator)]
    return [compile_sql(sql).fill_null(False).alias(str(n)) for n, sql in enumerate(texts)]


def _on_level(whole: pl.DataFrame, level: str, keys: list[str], roster: RosterDesign) -> pl.DataFrame:
    sums = pl.exclude("town", "village").sum().cast(pl.Int64)
    summed = whole.group_by(keys).agg(sums).sort(keys, nulls_last=True) if keys else whole.select(sums)
    area = [pl.col(name) if name in keys else pl.lit(None, dtype=pl.String).alias(name) for name in ("town", "village")]
    first = len(roster.counts)
    counts = [(count.id, str(n), None) for n, count in enumerate(roster.counts)]
    rates = [(rate.id, str(first + 2 * n), str(first + 2 * n + 1)) for n, rate in enumerate(roster.rates)]
    return pl.concat(
        summed.select(
            *area,
            level=pl.lit(level),
            figure=pl.lit(figure),
            value=pl.col(value),
            whole=pl.col(of) if of else pl.lit(None, dtype=pl.Int64),
        )
        for figure, value, of in [*counts, *rates]
    )
