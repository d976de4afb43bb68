"""What is said of each pair of records: one person, two persons, or a question; and on what grounds."""

from collections.abc import Sequence

import polars as pl

from bishan_survey.deduplication.candidates import PAIR
from bishan_survey.deduplication.features import distances
from bishan_survey.design import compile_sql
from bishan_survey.model import OTHER, Matching, Sheet

_BETWEEN = "、"


def judge(people: pl.DataFrame, pairs: pl.DataFrame, matching: Matching) -> pl.DataFrame:
    """The first rule that holds of each pair; pairs of which none holds are left out.

    Args:
        people: records with their features, and their ``key``.
        pairs: positions in it.
        matching: the rules, and what they measure.

    Returns:
        The pairs with ``rule``, its ``reason`` and ``verdict``, and ``keyed``: whether both have the same key.
    """
    one, other = people[pairs["one"]], people[pairs["other"]]
    measured = [distances(one, other, measure) for measure in matching.measures]
    told = pl.DataFrame(
        [(rule.id, rule.reason, rule.verdict.value) for rule in matching.rules],
        schema=dict.fromkeys(("rule", "reason", "verdict"), pl.String()),
        orient="row",
    )
    return (
        pairs.with_columns(
            _holding(one, other, measured, matching),
            keyed=(one["key"] == other["key"]).fill_null(False),
        )
        .drop_nulls("rule")
        .join(told, on="rule", maintain_order="left")
    )


def _holding(one: pl.DataFrame, other: pl.DataFrame, measured: Sequence[pl.Series], matching: Matching) -> pl.Series:
    """The id of the first rule that holds of each pair, whichever record comes first."""
    outcomes = [
        first.hstack(second.rename(lambda name: OTHER + name))
        .with_columns(*measured)
        .select(compile_sql(rule.when).fill_null(False).alias(rule.id) for rule in matching.rules)
        for first, second in ((one, other), (other, one))
    ]
    either = [pl.when(outcomes[0][rule.id] | outcomes[1][rule.id]).then(pl.lit(rule.id)) for rule in matching.rules]
    return pl.select(pl.coalesce(either).alias("rule")).to_series()


def agreement(people: pl.DataFrame, pairs: pl.DataFrame, sheet: Sheet, items: Sequence[str]) -> pl.DataFrame:
    """Which items agree in the records of each pair and which differ, as labels; what one of them lacks is neither."""
    known = [sheet.by_name[name] for name in items if name in sheet.by_name and name in people.columns]
    one, other = people[pairs["one"]], people[pairs["other"]]
    equal = {item.label: one[item.name] == other[item.name] for item in known}
    differing = {label: ~same for label, same in equal.items()}
    return pairs.select(*PAIR).with_columns(agreed=_named(equal), differed=_named(differing))


def _named(told: dict[str, pl.Series]) -> pl.Expr:
    words = [pl.when(pl.lit(holds)).then(pl.lit(label)) for label, holds in told.items()]
    return pl.concat_str(words, separator=_BETWEEN, ignore_nulls=True) if words else pl.lit("")
