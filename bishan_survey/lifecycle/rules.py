"""How often each rule fails; and which rules are to be looked at before any village is asked.

A rule that fails on a large share of the answers in many 镇街 is more likely wrong itself than they are. The share is
one of the records with an answer to the rule's item (or without one that there should be), not of all records: what is
asked of few people could otherwise never be suspected.
"""

import polars as pl

from bishan_survey import frames
from bishan_survey.frames import STATUS
from bishan_survey.model import Batch, LifecyclePolicy

_UNREADABLE = "unreadable"


def rule_statistics(batch: Batch, checks: pl.DataFrame, policy: LifecyclePolicy) -> pl.DataFrame:
    """Every check in force: to how many answers it applied, on how many it failed, and whether it is suspected.

    Args:
        batch: a batch that has been validated.
        checks: every check in force.
        policy: from where on a rule is suspected.
    """
    known = checks.unique("rule", keep="first", maintain_order=True).drop("edition")
    answered, failed = _answered(batch, checks), _failed(batch)
    every = pl.concat([frame.select("rule", "town") for frame in (answered, failed)]).unique()
    by_town = every.join(answered, on=["rule", "town"], how="left", nulls_equal=True).join(
        failed, on=["rule", "town"], how="left", nulls_equal=True
    )
    counted = by_town.with_columns(pl.col("answered", "failed", "unanswered").fill_null(0)).with_columns(
        applied=pl.col("answered") + pl.col("unanswered")
    )
    over = (
        pl.col("town").is_not_null()
        & (pl.col("applied") >= policy.records)
        & (pl.col("failed") > policy.share * pl.col("applied"))
    )
    totals = counted.group_by("rule").agg(
        pl.sum("applied", "failed"),
        towns=((pl.col("failed") > 0) & pl.col("town").is_not_null()).sum().cast(pl.Int64),
        towns_over=over.sum().cast(pl.Int64),
    )
    whole = known.join(totals, on="rule", how="left").with_columns(
        pl.col("applied", "failed", "towns", "towns_over").fill_null(0)
    )
    flagged = pl.col("towns_over") >= policy.towns
    share = pl.when(pl.col("applied") > 0).then(pl.col("failed") / pl.col("applied"))
    ordered = whole.with_columns(flagged=flagged, share=share).sort(
        "flagged", "failed", "rule", descending=[True, True, False]
    )
    return frames.stack(frames.RULES, [ordered])


def flagged_rules(statistics: pl.DataFrame, policy: LifecyclePolicy) -> dict[str, str]:
    """The rules that are suspected, by id, with what is to be said of each (:func:`rule_statistics`)."""
    return {
        row["rule"]: policy.message.format(
            rule=row["rule"],
            label=row["label"],
            towns=row["towns_over"],
            share=f"{policy.share:.0%}",
            failed=row["failed"],
            whole=f"{row['share']:.0%}",
        )
        for row in statistics.filter("flagged").iter_rows(named=True)
    }


def _answered(batch: Batch, checks: pl.DataFrame) -> pl.DataFrame:
    """How many records have an answer to each rule's item, by 镇街."""
    parts = [pl.DataFrame(schema={"rule": pl.String(), "answered": pl.Int64(), "town": pl.String()})]
    for (edition, unit), frame in batch.records.items():
        own = checks.filter(edition=edition, unit=unit)
        items = [name for name in own["item"].unique(maintain_order=True) if name in frame.columns]
        counted = (
            frame.filter(pl.col(STATUS) != "superseded")
            .group_by("_town")
            .agg(pl.col(items).is_not_null().sum().cast(pl.Int64))
        )
        long = counted.unpivot(items, index="_town", variable_name="item", value_name="answered")
        parts.append(own.select("rule", "item").join(long, on="item").select("rule", "answered", town="_town"))
    return pl.concat(parts).group_by("rule", "town").agg(pl.sum("answered"))


def _failed(batch: Batch) -> pl.DataFrame:
    """On how many records each rule fails, by 镇街, and on how many of them there is no answer that can be read."""
    record_by_record = pl.concat([batch.findings.drop_nulls("row"), batch.lacking])
    told = record_by_record.join(_unreadable(batch), on=[*frames.PLACE, "item"], how="left")
    lost = pl.col("value").is_null() | pl.col(_UNREADABLE).fill_null(False)
    return told.group_by("rule", "town").agg(failed=pl.len().cast(pl.Int64), unanswered=lost.sum().cast(pl.Int64))


def _unreadable(batch: Batch) -> pl.DataFrame:
    """Where an item was filled in but could not be read."""
    parts = [pl.DataFrame(schema={**frames.PLACE, "item": pl.String()})]
    for frame in batch.records.values():
        named = frame.drop_nulls(_UNREADABLE).with_columns(item=pl.col(_UNREADABLE).str.split(" "))
        parts.append(named.select(file="_file", sheet="_sheet", row="_row", item="item").explode("item"))
    return pl.concat(parts).unique().with_columns(pl.lit(True).alias(_UNREADABLE))
