"""The stage of findings' lives: tonight's findings and what is remembered of them give what is remembered next.

Everything is told by a village's returns, not by the nights: as long as a village sends nothing and nothing else
changes, the night is told again as it was, however often it is run.
"""

import polars as pl

from bishan_survey import frames
from bishan_survey.frames import REPORTED
from bishan_survey.lifecycle.identity import identified, subjects_of
from bishan_survey.lifecycle.league import league_of
from bishan_survey.lifecycle.rounds import rounds_of
from bishan_survey.lifecycle.rules import rule_statistics
from bishan_survey.model import AreaFrame, Batch, Design, FollowUp, Lives

_PLACE = [*frames.PLACE, "cell"]
_SLOT = ["subject", "item", "rule"]
_OPENED = ("first_seen", "last_seen", "times_reopened", "rounds")


def no_lives() -> Lives:
    """What is remembered before the first night."""
    return Lives(frames.empty(frames.LIFE), frames.empty(frames.ROUNDS))


def follow_up(
    batch: Batch, previous: Lives, checks: pl.DataFrame, design: Design, areas: AreaFrame, moment: str
) -> FollowUp:
    """How the findings of a night fare, how far everybody has come, and how the rules do.

    Args:
        batch: a batch that has gone through all stages.
        previous: what the previous night remembered.
        checks: every check in force.
        design: the definitions.
        areas: the villages that should report.
        moment: when the night began (ISO 8601).
    """
    lives, tonight = live_on(batch, previous, moment, design)
    league = league_of(batch, lives, areas, moment)
    return FollowUp(lives, tonight, league, rule_statistics(batch, checks, design.lifecycle))


def live_on(batch: Batch, previous: Lives, moment: str, design: Design) -> tuple[Lives, pl.DataFrame]:
    """What is remembered after a night, and id and status of each of its findings, in their order."""
    rounds = rounds_of(batch, previous.rounds, moment)
    subjects = subjects_of(batch, design)
    numbers = rounds.select("village", now="round")
    found = identified(batch, subjects).join(numbers, on="village", how="left", maintain_order="left")
    standing = _standing(found, previous.findings, moment)
    gone = previous.findings.join(standing, on="id", how="anti").join(numbers, on="village", how="left")
    parted = _parted(gone, standing, batch, subjects, moment)
    ordered = pl.concat([standing, parted]).sort("town", "village", *_PLACE, "rule", "id", nulls_last=True)
    tonight = frames.stack(frames.TONIGHT, [standing])
    return Lives(frames.stack(frames.LIFE, [ordered]), rounds), tonight


def _standing(found: pl.DataFrame, previous: pl.DataFrame, moment: str) -> pl.DataFrame:
    """Tonight's findings with what is remembered of them."""
    past = previous.select("id", *_OPENED, was="status", before="round")
    seen_again = pl.col("was").is_not_null()
    back = pl.col("was") == "fixed"
    later = seen_again & pl.col("now").ne_missing(pl.col("before"))
    lived = found.join(past, on="id", how="left", maintain_order="left").with_columns(
        first_seen=pl.col("first_seen").fill_null(moment),
        last_seen=pl.when(seen_again & ~later & ~back).then("last_seen").otherwise(pl.lit(moment)),
        fixed_on=pl.lit(None, dtype=pl.String),
        times_reopened=pl.col("times_reopened").fill_null(0) + back.fill_null(False).cast(pl.Int64),
        rounds=pl.col("rounds").fill_null(1) + later.cast(pl.Int64),
        round="now",
        remark=pl.lit(None, dtype=pl.String),
    )
    return lived.with_columns(status=_status()).select([*frames.LIFE.columns])


def _status() -> pl.Expr:
    return (
        pl.when(pl.col("severity") == "accepted")
        .then(pl.lit("accepted"))
        .when(pl.col("times_reopened") > 0)
        .then(pl.lit("reopened"))
        .when(pl.col("rounds") > 1)
        .then(pl.lit("open"))
        .otherwise(pl.lit("new"))
    )


def _parted(
    gone: pl.DataFrame, standing: pl.DataFrame, batch: Batch, subjects: pl.DataFrame, moment: str
) -> pl.DataFrame:
    """Remembered findings that are not there tonight: fixed, or waiting for their village's data to be there again."""
    present = pl.col("subject").is_in(subjects["subject"].unique().implode())
    changed = standing.select(_SLOT).drop_nulls("subject").unique().with_columns(changed=True)
    told = gone.join(changed, on=_SLOT, how="left", nulls_equal=True).with_columns(
        absent=_absent(batch, present), changed=pl.col("changed").fill_null(False)
    )
    remark = (
        pl.when("absent")
        .then(pl.lit("absent"))
        .when("changed")
        .then(pl.lit("changed"))
        .when(~present.fill_null(True))
        .then(pl.lit("removed"))
        .when(pl.col("round").eq_missing(pl.col("now")) & pl.col("village").is_not_null())
        .then(pl.lit("elsewhere"))
    )
    fresh = pl.col("status") != "fixed"
    fixed = fresh & ~pl.col("absent")
    return told.with_columns(
        status=pl.when(fixed).then(pl.lit("fixed")).otherwise("status"),
        fixed_on=pl.when(fixed).then(pl.lit(moment)).otherwise("fixed_on"),
        remark=pl.when(fresh).then(remark).otherwise("remark"),
    ).select([*frames.LIFE.columns])


def _absent(batch: Batch, present: pl.Expr) -> pl.Expr:
    """Whether what a finding is about cannot be looked at tonight, so that nobody knows whether it is fixed.

    Its village has nothing that counts; or a file of it cannot be read, and the person stands in no other.
    """
    reported = pl.col("status").is_in(REPORTED)
    silent = batch.returns.filter(~reported)["village"]
    unread = batch.sources.filter(~pl.col("usable"))["village"].drop_nulls()
    nobody = ~present.fill_null(True)
    village = pl.col("village")
    absent = village.is_in(silent.implode()) | (village.is_in(unread.unique().implode()) & nobody)
    return absent.fill_null(False)
