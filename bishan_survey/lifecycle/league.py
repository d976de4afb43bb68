"""The league table: how far the district, each 镇街 and each 村（社区） have come in mending what was found."""

from datetime import datetime

import polars as pl

from bishan_survey import frames
from bishan_survey.frames import REPORTED, STATUS
from bishan_survey.model import AreaFrame, Batch, Lives

_AREA = ["town", "village"]
_LEVELS: dict[str, list[str]] = {"district": ["district"], "town": ["town"], "village": _AREA}
_COUNTS = ("villages", "finished", "records", "faulty", "hard_open", "soft_open", "fixed", "reopened", "accepted")


def league_of(batch: Batch, lives: Lives, areas: AreaFrame, moment: str) -> pl.DataFrame:
    """The league table, the worst first on each level. What could not be placed has rows of its own, so that the
    villages of a 镇街 add up to it, and the 镇街 to the district.

    Args:
        batch: a batch that has gone through all stages.
        lives: what is remembered of findings, tonight's included.
        areas: the villages that should report.
        moment: the night to which days are counted (ISO 8601).
    """
    district = pl.lit(areas.district_code).alias("district")
    findings = _findings(lives.findings, moment).with_columns(district)
    records = _records(batch).with_columns(district)
    villages = _villages(batch, lives, findings).with_columns(district)
    parts = [_on_level(level, records, findings, villages) for level in _LEVELS]
    return frames.stack(frames.LEAGUE, parts)


def is_fixed() -> pl.Expr:
    """Whether a remembered finding counts as fixed (已改好), wherever that is told.

    What was changed and is wrong again is no progress: it is open under its new value. Notes ask for nothing, so
    nobody has mended anything when one is gone.
    """
    changed = pl.col("remark").eq_missing("changed")
    return (pl.col("status") == "fixed") & (pl.col("severity") != "note") & ~changed


def _findings(remembered: pl.DataFrame, moment: str) -> pl.DataFrame:
    """Each finding's village and what it counts as."""
    standing = pl.col("status").is_in(["new", "open", "reopened"])
    hard, soft = (standing & (pl.col("severity") == severity) for severity in ("hard", "soft"))
    weighty = pl.col("severity") != "note"
    days = pl.lit(datetime.fromisoformat(moment).date()) - pl.col("first_seen").str.head(10).str.to_date()
    return remembered.select(
        *_AREA,
        hard_open=hard,
        soft_open=soft,
        fixed=is_fixed(),
        reopened=weighty & (pl.col("status") == "reopened"),
        accepted=pl.col("status") == "accepted",
        days=pl.when(hard).then(days.dt.total_days()),
    )


def _records(batch: Batch) -> pl.DataFrame:
    """Each record's village, and whether something in it must be corrected."""
    hard = pl.concat([batch.findings, batch.lacking]).filter(severity="hard")
    faulty = hard.drop_nulls("row").select(*frames.PLACE).unique().with_columns(faulty=True)
    records = [
        frame.filter(pl.col(STATUS) != "superseded").select(
            town="_town", village="_village", file="_file", sheet="_sheet", row="_row"
        )
        for frame in batch.records.values()
    ]
    nothing: dict[str, pl.DataType] = {**dict.fromkeys(_AREA, pl.String()), **frames.PLACE}
    whole = pl.concat([pl.DataFrame(schema=nothing), *records])
    return whole.join(faulty, on=[*frames.PLACE], how="left").select(*_AREA, pl.col("faulty").fill_null(False))


def _villages(batch: Batch, lives: Lives, findings: pl.DataFrame) -> pl.DataFrame:
    """Each village of the area frame: its rounds, and what became of it."""
    open_hard = findings.group_by("village").agg(pl.sum("hard_open"))
    rounds = lives.rounds.select("village", "round")
    whole = batch.returns.join(open_hard, on="village", how="left").join(rounds, on="village", how="left")
    clean = pl.col("hard_open").fill_null(0) == 0
    became = (
        pl.when(~pl.col("status").is_in(REPORTED))
        .then("status")
        .when(clean)
        .then(pl.lit("finished"))
        .when(pl.col("round") > 1)
        .then(pl.lit("again"))
        .otherwise(pl.lit("waiting"))
    )
    return whole.select(*_AREA, "round", became=became).with_columns(finished=pl.col("became") == "finished")


def _on_level(level: str, records: pl.DataFrame, findings: pl.DataFrame, villages: pl.DataFrame) -> pl.DataFrame:
    """The rows of a level."""
    keys = _LEVELS[level]
    every = pl.concat([frame.select(keys) for frame in (records, findings, villages)]).unique()
    sent = pl.col("round").filter(pl.col("round") > 0)
    parts = (
        villages.group_by(keys).agg(
            villages=pl.len().cast(pl.Int64),
            finished=pl.sum("finished").cast(pl.Int64),
            rounds=sent.mean(),
            became=pl.first("became"),
        ),
        records.group_by(keys).agg(records=pl.len().cast(pl.Int64), faulty=pl.sum("faulty").cast(pl.Int64)),
        findings.group_by(keys).agg(
            *(pl.sum(n).cast(pl.Int64) for n in ("hard_open", "soft_open", "fixed", "reopened", "accepted")),
            days_median=pl.median("days"),
            days_oldest=pl.max("days"),
        ),
    )
    for part in parts:
        every = every.join(part, on=keys, how="left", nulls_equal=True)
    every = every.with_columns(pl.col(count).fill_null(0) for count in _COUNTS)
    return (
        every.with_columns(
            level=pl.lit(level),
            area=pl.col(keys[-1]),
            town=pl.col("town") if "town" in keys else pl.lit(None, dtype=pl.String),
            error_rate=pl.when(pl.col("records") > 0).then(100 * pl.col("faulty") / pl.col("records")),
            status=pl.col("became") if level == "village" else _whole_area(),
        )
        .sort("error_rate", "hard_open", *keys, descending=[True, True, *(False for _ in keys)], nulls_last=True)
        .select([*frames.LEAGUE.columns])
    )


def _whole_area() -> pl.Expr:
    done = pl.when(pl.col("finished") == pl.col("villages")).then(pl.lit("finished")).otherwise(pl.lit("waiting"))
    return pl.when(pl.col("villages") > 0).then(done)
