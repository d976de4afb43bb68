"""The stage of returns: of a village's several files it is settled which records count, before any is checked.

Checks look at several records at once (a household's members, an investigator's day); so what is superseded is set
aside before they run, and put back when all is decided: no later stage can count it.
"""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from bishan_survey import frames
from bishan_survey.frames import STATUS
from bishan_survey.model import AreaFrame, Batch, Design, Survey
from bishan_survey.returns.notices import Settled, findings
from bishan_survey.returns.order import Sent, in_steps, moment
from bishan_survey.returns.register import register, zero_returns
from bishan_survey.returns.supersession import changes, contested_rows, superseded

Records = Mapping[tuple[str, str], pl.DataFrame]

_SURVEYED = "survey_date"
_STEPS = {"_village": pl.String(), "_file": pl.String(), "step": pl.Int64()}
_PLACE = [f"_{part}" for part in frames.PLACE]


def sent_again(read: Batch) -> Batch:
    """Of what was read, the records of villages of which several files came: only they have to be compared."""
    files = pl.concat([frame.select("_village", "_file").unique() for frame in read.records.values()]).unique()
    several = files.drop_nulls("_village").filter(pl.len().over("_village") > 1)
    rivals = {
        of: frame.join(several, on=["_village", "_file"], how="semi", maintain_order="left")
        for of, frame in read.records.items()
    }
    return replace(read, records=rivals)


def settle_returns(read: Batch, rivals: Batch, design: Design, survey: Survey, areas: AreaFrame) -> Batch:
    """Let later files of a village take the place of earlier ones, whatever the order in which they stand here.

    Args:
        read: what was read, and the findings about files as a whole.
        rivals: the records of it that were sent again (:func:`sent_again`), typed.
        design: the definitions.
        survey: whose period tells which days of survey are credible, and when the deadline was.
        areas: the villages that should report.

    Returns:
        The batch with the superseded records alone, the register of returns, the differences, and findings about
        the files; what was told of superseded records is void and gone.
    """
    steps = _steps(rivals, survey)
    settled = {unit: _settle(rivals, design, unit, steps) for unit in sorted({unit for _, unit in read.records})}
    gone = _superseded(rivals.records, settled)
    standing = _standing(read.records, gone)
    returns = register(read.sources, standing, survey, areas)
    told = findings([*settled.values()], returns, zero_returns(read.sources), design.notices, areas)
    return replace(
        read,
        records=gone,
        findings=frames.stack(frames.FINDINGS, [_without_void(read.findings, standing), told]),
        normalised=_without_void(read.normalised, standing),
        returns=returns,
        differences=frames.stack(frames.DIFFERENCES, [one.changes.drop("step") for one in settled.values()]),
    )


def still_counting(read: Batch, settled: Batch) -> Batch:
    """What was read, without what is superseded, and with what is told about the files."""
    records = {
        of: verbatim.join(settled.records[of], on=_PLACE, how="anti", maintain_order="left")
        for of, verbatim in read.records.items()
    }
    return replace(settled, records=records)


def with_superseded(batch: Batch, settled: Batch) -> Batch:
    """The superseded records put back, below those that count."""
    return replace(batch, records={of: pl.concat([frame, settled.records[of]]) for of, frame in batch.records.items()})


def _steps(rivals: Batch, survey: Survey) -> pl.DataFrame:
    """Village and file of every return that has rivals, and the step in time that it stands on."""
    files = _files(rivals, survey)
    moments = rivals.sources.select(pl.col("file").alias("_file"), "received", "saved_at")
    rows = []
    for (village, *_), sent in files.join(moments, on="_file", how="left").group_by("_village"):
        known = [
            Sent(one["_file"], moment(one["received"]), moment(one["saved_at"]), one["surveyed"])
            for one in sent.iter_rows(named=True)
        ]
        rows += [(village, file, step) for step, together in enumerate(in_steps(known)) for file in together]
    return pl.DataFrame(rows, schema=_STEPS, orient="row")


def _files(rivals: Batch, survey: Survey) -> pl.DataFrame:
    """Each village's files with records, and the latest credible day of survey in them."""
    parts = []
    for frame in rivals.records.values():
        day = pl.col(_SURVEYED) if _SURVEYED in frame.columns else pl.lit(None, dtype=pl.Date)
        # A wrong year, such as 2052, must not make a file the latest.
        credible = pl.when(day.is_between(survey.period_start, survey.period_end)).then(day)
        parts.append(frame.select("_village", "_file", credible.alias("surveyed")))
    return pl.concat(parts).group_by("_village", "_file").agg(pl.max("surveyed"))


def _settle(rivals: Batch, design: Design, unit: str, steps: pl.DataFrame) -> Settled:
    rows = superseded(contested_rows(rivals, design, unit, steps), design.returns.supplement_share)
    return Settled(rows, changes(rows, design, unit, rivals.columns))


def _superseded(records: Records, settled: Mapping[str, Settled]) -> dict[tuple[str, str], pl.DataFrame]:
    """The typed records that do not count, with their status."""
    gone = {}
    for (edition, unit), frame in records.items():
        places = settled[unit].rows.filter(pl.col("gone").is_not_null(), edition=edition)["position"]
        gone[edition, unit] = frame[places].with_columns(pl.lit("superseded").alias(STATUS))
    return gone


def _standing(read: Records, gone: Records) -> pl.DataFrame:
    """Where every record stands, of what unit and village it is, and whether it counts."""
    parts = [
        frame.select(*_PLACE, village="_village", unit=pl.lit(of[1])).join(
            gone[of].select(*_PLACE, gone=pl.lit(True)), on=_PLACE, how="left"
        )
        for of, frame in read.items()
    ]
    return pl.concat(parts).select(
        "unit", "village", **dict(zip(frames.PLACE, _PLACE, strict=True)), counts=pl.col("gone").is_null()
    )


def _without_void(told: pl.DataFrame, standing: pl.DataFrame) -> pl.DataFrame:
    """What was told so far, without what is about superseded records, or about files of which nothing counts."""
    void = standing.group_by("file").agg(pl.any("counts")).filter(~pl.col("counts"))
    gone = standing.filter(~pl.col("counts"))
    return told.join(void, on="file", how="anti").join(gone, on=[*frames.PLACE], how="anti")
