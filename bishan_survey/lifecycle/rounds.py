"""A village's rounds: how many different returns of it have counted so far."""

import polars as pl

from bishan_survey import frames
from bishan_survey.frames import STATUS
from bishan_survey.model import Batch


def rounds_of(batch: Batch, previous: pl.DataFrame, moment: str) -> pl.DataFrame:
    """The rounds as they are tonight: a village's next one begins when other contents count than before.

    A village of which nothing counts tonight stays in the round that it was in.
    """
    known = previous.select("village", before="round", had="contents", since="began")
    tonight = batch.returns.select("village", "town").join(_contents(batch), on="village", how="left")
    begun = pl.col("contents").is_not_null() & pl.col("contents").ne_missing(pl.col("had"))
    whole = tonight.join(known, on="village", how="left").with_columns(
        round=pl.col("before").fill_null(0) + begun.cast(pl.Int64),
        began=pl.when(begun).then(pl.lit(moment)).otherwise("since"),
        contents=pl.coalesce("contents", "had"),
    )
    return frames.stack(frames.ROUNDS, [whole.drop("before", "had", "since")])


def _contents(batch: Batch) -> pl.DataFrame:
    """The hashes of the contents of which something counts, by village; names of files decide nothing."""
    records = [frame.filter(pl.col(STATUS) != "superseded") for frame in batch.records.values()]
    files = [frame.select(village="_village", file="_file").unique() for frame in records]
    zero = batch.sources.filter("declared_none").join(
        batch.returns.filter(status="declared_none"), on="village", how="semi"
    )
    counting = pl.concat([*files, zero.select("village", "file")]).drop_nulls("village")
    return (
        counting.join(batch.sources.select("file", "sha256"), on="file")
        .group_by("village")
        .agg(contents=pl.col("sha256").unique().sort().str.join(" "))
    )
