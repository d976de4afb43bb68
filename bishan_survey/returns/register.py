"""The register of returns: one row for each village that should report."""

import polars as pl

from bishan_survey import frames
from bishan_survey.model import AreaFrame, Survey

_PERSON = "person"
_COUNTS, _SUPERSEDED, _COPY, _EMPTY, _UNUSABLE = "counts", "superseded", "copy", "empty", "unusable"
_BY_FILE = ["village", "file"]


def register(sources: pl.DataFrame, standing: pl.DataFrame, survey: Survey, areas: AreaFrame) -> pl.DataFrame:
    """What came of each village, which file counts, since when.

    Args:
        sources: the files.
        standing: of every record its unit, village and file, and whether it counts.
        survey: whose period ends with the deadline.
        areas: the villages that should report.
    """
    people = standing.filter(unit=_PERSON).group_by("village").agg(records=pl.sum("counts"))
    zero = zero_returns(sources).join(people.filter(pl.col("records") > 0), on="village", how="anti")
    parts = _parts(sources, standing, zero)
    facts = (
        parts.join(sources.select("file", "received"), on="file")
        .group_by("village")
        .agg(
            files=_names(_COUNTS),
            superseded=_names(_SUPERSEDED),
            copies=_names(_COPY),
            unusable=(pl.col("part") == _UNUSABLE).any(),
            first_received=_earliest(_COUNTS, _SUPERSEDED),
            received=_earliest(_COUNTS),
        )
    )
    every = pl.DataFrame([(v.code, v.town_code) for v in areas.villages], schema=["village", "town"], orient="row")
    whole = every.join(facts, on="village", how="left").join(people, on="village", how="left")
    rows = whole.with_columns(
        pl.col("records").fill_null(0).cast(pl.Int64),
        status=_status(zero["village"]),
        late=pl.col("first_received").str.head(10) > survey.period_end.isoformat(),
    )
    return frames.stack(frames.RETURNS, [rows.drop("unusable")])


def zero_returns(sources: pl.DataFrame) -> pl.DataFrame:
    """Village and file of each return that says that nobody is to be surveyed."""
    said = pl.col("declared_none") & pl.col("copy_of").is_null() & pl.col("village").is_not_null()
    return sources.filter(said).select(_BY_FILE)


def _parts(sources: pl.DataFrame, standing: pl.DataFrame, zero: pl.DataFrame) -> pl.DataFrame:
    """Village, file, and the part that the file plays for the village."""
    silent = sources.filter(pl.col("village").is_not_null() & ~pl.col("declared_none")).join(
        standing, on="file", how="anti"
    )
    files = standing.drop_nulls("village").group_by(_BY_FILE).agg(pl.any("counts"))
    counts = pl.when("counts").then(pl.lit(_COUNTS)).otherwise(pl.lit(_SUPERSEDED))
    useless = pl.when("usable").then(pl.lit(_EMPTY)).otherwise(pl.lit(_UNUSABLE))
    is_copy = pl.col("copy_of").is_not_null()
    named = pl.concat(
        [
            files.select(*_BY_FILE, part=counts),
            zero.select(*_BY_FILE, part=pl.lit(_COUNTS)),
            silent.select(*_BY_FILE, part=pl.when(is_copy).then(pl.lit(_COPY)).otherwise(useless)),
        ]
    )
    # A copy is also of the villages of the file whose content it repeats.
    copies = sources.filter(is_copy).select(copy="file", file="copy_of").join(named, on="file")
    return pl.concat([named, copies.select("village", file="copy", part=pl.lit(_COPY))]).unique()


def _names(part: str) -> pl.Expr:
    names = pl.col("file").filter(pl.col("part") == part).sort().str.join("、")
    return pl.when(names != "").then(names)


def _earliest(*parts: str) -> pl.Expr:
    return pl.col("received").filter(pl.col("part").is_in(parts)).min()


def _status(zero: pl.Series) -> pl.Expr:
    return (
        pl.when(pl.col("village").is_in(zero.implode()))
        .then(pl.lit("declared_none"))
        .when(pl.col("files").is_not_null())
        .then(pl.lit("reported"))
        .when("unusable")
        .then(pl.lit("unusable"))
        .when(pl.col("unusable").is_not_null())
        .then(pl.lit("empty"))
        .otherwise(pl.lit("missing"))
    )
