"""Every record of a person who is met more than once, with what became of it and why, for people to follow."""

import polars as pl

from bishan_survey import frames
from bishan_survey.deduplication.survivors import KEPT, NOT_GONE, PLACE, SIDES, TIE, outcome_is
from bishan_survey.model import Design, Verdict, WordKind

_BESIDE = [f"beside{name}" for name in PLACE]
_GROUNDS = {"rule": "matched_by", "reason": "match_reason", "agreed": "agreed", "differed": "differed"}


def sided(pairs: pl.DataFrame) -> pl.DataFrame:
    """Each record of each pair, the place of the other, and what is said of them."""
    columns = [*frames.PLACE, *frames.AREA]
    return pl.concat(
        pairs.select(
            *(pl.col(f"{side}_{name}").alias(f"_{name}") for name in columns),
            *(pl.col(f"{beside}_{name}").alias(f"beside_{name}") for name in columns),
            *_GROUNDS,
            "decision",
        )
        for side, beside in (SIDES, SIDES[::-1])
    )


def links_of(met: pl.DataFrame, pairs: pl.DataFrame, design: Design, unit: str) -> pl.DataFrame:
    """The links of a unit.

    Args:
        met: records that are of one person with others, and their outcome.
        pairs: the pairs that have brought them together.
        design: the definitions.
        unit: whose.
    """
    reasons = {rule.id: rule.reason for rule in design.survivor_rules}
    reasons |= {notice: design.notices[notice].message for notice in (TIE, NOT_GONE)}
    choices = design.decisions.texts(WordKind.ACTION)
    ruled = pl.col("ruling").replace_strict(choices, default="", return_dtype=pl.String).fill_null("")
    linked = met.join(_grounds(met, pairs), on=PLACE, how="left", nulls_equal=True, maintain_order="left")
    return linked.select(
        "group",
        "key",
        "outcome",
        "rule",
        "across_towns",
        unit=pl.lit(unit),
        file="_file",
        sheet="_sheet",
        row="_row",
        town="_town",
        village="_village",
        reason=pl.col("rule")
        .replace_strict(reasons, return_dtype=pl.String)
        .str.replace("{reason}", ruled, literal=True),
        **{name: pl.when(~outcome_is(KEPT)).then(name) for name in _GROUNDS.values()},
    ).sort("group", "outcome", "file", "sheet", "row", descending=[False, True, False, False, False])


def _grounds(met: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """By what each record is linked: with the one that is kept, else with another of its group."""
    kept = met.filter(outcome_is(KEPT)).select(
        *(pl.col(name).alias(beside) for name, beside in zip(PLACE, _BESIDE, strict=True)), direct=pl.lit(True)
    )
    linking = sided(pairs.filter(verdict=Verdict.SAME.value)).rename(_GROUNDS)
    return (
        linking.join(kept, on=_BESIDE, how="left", nulls_equal=True, maintain_order="left")
        .sort("direct", nulls_last=True, maintain_order=True)
        .unique(PLACE, keep="first", maintain_order=True)
        .select(*PLACE, *_GROUNDS.values())
    )
