"""The validation stage: verbatim records in, typed records with findings and a status out."""

from dataclasses import replace

import pandera.polars as pa
import polars as pl

from bishan_survey import frames
from bishan_survey.errors import InternalError
from bishan_survey.frames import STATUS
from bishan_survey.model import Batch, Design, Severity, Survey
from bishan_survey.validation.checks import Check, checks_for
from bishan_survey.validation.exceptions import Failed, excuse
from bishan_survey.validation.schema import failures, schema_of
from bishan_survey.validation.typing import type_records

_ADD_COLUMN = "请加上这一列，填好后重新报送；用下发的空白表填报最稳妥"


def type_batch(batch: Batch, design: Design, survey: Survey) -> Batch:
    """Type every record and check none: enough to compare what a village has sent twice."""
    records: dict[tuple[str, str], pl.DataFrame] = {}
    for (edition, unit), verbatim in batch.records.items():
        sheet = design.questionnaires[edition].sheet(unit)
        assert sheet is not None  # noqa: S101 - intake read it by this sheet
        records[edition, unit] = type_records(verbatim, design, sheet, survey).frame
    return replace(batch, records=records)


def validate(batch: Batch, design: Design, survey: Survey) -> Batch:
    """Type every record, confront it with every check, and hold those that fail a hard one.

    What people have accepted as it is (``batch.corrections``) stands in the findings, and holds no record.

    Returns:
        The batch with typed records, their ``_status`` (``accepted`` or ``held``), the findings at their cells and
        what was normalised.

    Raises:
        InternalError: an accepted record does not pass the pandera schema: a bug of ours.
    """
    records: dict[tuple[str, str], pl.DataFrame] = {}
    findings = [batch.findings]
    normalised = [batch.normalised]
    lacking = [batch.lacking]
    for (edition, unit), verbatim in batch.records.items():
        sheet = design.questionnaires[edition].sheet(unit)
        assert sheet is not None  # noqa: S101 - intake read it by this sheet
        checks = checks_for(design, edition, unit)
        typed = type_records(verbatim, design, sheet, survey)
        excused = excuse(failures(typed.frame, checks), verbatim, batch.corrections)
        records[edition, unit] = _with_status(typed.frame, excused.failed)
        told = findings_of(excused.failed, verbatim, unit, batch.columns)
        findings.append(_collapsed(told))
        lacking.append(told.filter(pl.col("cell").is_null()))
        normalised.append(frames.with_cells(typed.normalised, batch.columns))
        hard = [check for check in checks if check.severity is Severity.HARD]
        _pass_pandera(_all_but(records[edition, unit], excused.hard), schema_of(design, sheet, hard))
    return replace(
        batch,
        records=records,
        findings=frames.stack(frames.FINDINGS, findings),
        normalised=frames.stack(frames.NORMALISED, normalised),
        lacking=frames.stack(frames.FINDINGS, lacking),
        verbatim=batch.records,
    )


def _all_but(frame: pl.DataFrame, positions: pl.Series) -> pl.DataFrame:
    """The schema knows no exceptions, so it is not asked about records that have one."""
    return frame.filter(~pl.int_range(pl.len(), dtype=pl.UInt32).is_in(positions.implode()))


def _with_status(frame: pl.DataFrame, failed: Failed) -> pl.DataFrame:
    hard = [rows for check, rows in failed if check.severity is Severity.HARD]
    held = pl.concat(hard).unique() if hard else pl.Series([], dtype=pl.UInt32)
    return frame.with_columns(
        pl.when(pl.int_range(pl.len(), dtype=pl.UInt32).is_in(held.implode()))
        .then(pl.lit("held"))
        .otherwise(pl.lit("accepted"))
        .alias(STATUS)
    )


def findings_of(failed: Failed, verbatim: pl.DataFrame, unit: str, columns: pl.DataFrame) -> pl.DataFrame:
    """The findings of a sheet, one for each record; without a cell where the column is missing altogether."""
    if not failed:
        return frames.empty(frames.FINDINGS)
    positions = pl.concat([rows for _, rows in failed])
    told = verbatim[positions].select(
        file="_file",
        sheet="_sheet",
        row="_row",
        town="_town",
        village="_village",
        value=pl.concat([verbatim[check.item.name].gather(rows) for check, rows in failed]),
        rule=pl.Series([check.id for check, rows in failed for _ in range(len(rows))]),
        severity=pl.Series([check.severity.value for check, rows in failed for _ in range(len(rows))]),
        records=pl.lit(1, dtype=pl.Int64),
    )
    words = pl.DataFrame([_words(check) for check, _ in failed])
    return frames.with_cells(told.join(words, on=["rule", "severity"], maintain_order="left"), columns).with_columns(
        unit=pl.lit(unit)
    )


def _collapsed(placed: pl.DataFrame) -> pl.DataFrame:
    """Where a column is missing altogether, one finding stands for all its records."""
    lost = placed.filter(pl.col("cell").is_null()).drop("row", "cell", "value", "records")
    collapsed = (
        lost.group_by(lost.columns, maintain_order=True)
        .agg(records=pl.len().cast(pl.Int64))
        .with_columns(message=pl.format("表中没有“{}”这一列（{}）", "label", "message"), action=pl.lit(_ADD_COLUMN))
    )
    return pl.concat([placed.filter(pl.col("cell").is_not_null()), collapsed], how="diagonal")


def _words(check: Check) -> dict[str, str]:
    return {
        "rule": check.id,
        "severity": check.severity.value,
        "item": check.item.name,
        "label": check.item.label,
        "message": check.message,
        "action": check.action,
    }


def _pass_pandera(frame: pl.DataFrame, schema: pa.DataFrameSchema) -> None:
    """What is accepted must pass the public schema itself (its soft checks only warn, so they are left out)."""
    try:
        schema.validate(frame.filter(pl.col(STATUS) == "accepted"), lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases.select("column", "check").unique().sort("column", "check")
        ids = [f"{column}：{check}" for column, check in cases.iter_rows()]
        raise InternalError(f"已接收的记录没有通过自己的校验模式：{'、'.join(ids)}") from None
