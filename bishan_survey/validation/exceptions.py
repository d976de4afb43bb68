"""What people have accepted as it is: such a failure stands in the findings, but asks nobody and holds nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from bishan_survey import frames
from bishan_survey.model import CorrectionAction, CorrectionOutcome, Severity
from bishan_survey.validation.checks import Check

Failed = Sequence[tuple[Check, pl.Series]]
"""Checks that fail, each with the positions of the records that fail it."""


@dataclass(frozen=True)
class Excused:
    """Failures, those that are accepted told apart."""

    failed: Failed
    """A check stands twice where it is accepted of some records: there its severity is ``accepted``."""
    hard: pl.Series
    """Positions of the records that would be held if nothing were accepted of them."""


def excuse(failed: Failed, verbatim: pl.DataFrame, corrections: pl.DataFrame) -> Excused:
    """Tell apart what is accepted.

    Args:
        failed: the failures of a sheet.
        verbatim: its records.
        corrections: the lines of the sheet of corrections, with what became of them.
    """
    accepted = _accepted(verbatim, corrections)
    if accepted.is_empty():
        return Excused(failed, pl.Series([], dtype=pl.UInt32))
    told: list[tuple[Check, pl.Series]] = []
    hard = [pl.Series([], dtype=pl.UInt32)]
    for check, rows in failed:
        excused = _excused(check, rows, accepted)
        asked = rows.filter(~rows.is_in(excused.implode())) if len(excused) else rows
        told += [(check, asked)] if len(asked) else []
        told += [(replace(check, severity=Severity.ACCEPTED), excused)] if len(excused) else []
        if check.severity is Severity.HARD:
            hard.append(excused)
    return Excused(told, pl.concat(hard).unique())


def _accepted(verbatim: pl.DataFrame, corrections: pl.DataFrame) -> pl.DataFrame:
    """Position, item and rule (null: all that blame the item) of each exception that stands."""
    exceptions = corrections.filter(action=CorrectionAction.ACCEPT, outcome=CorrectionOutcome.APPLIED)
    places = verbatim.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("position"), **_PLACE)
    return exceptions.join(places, on=[*frames.PLACE]).select("position", "item", "rule")


_PLACE = {part: f"_{part}" for part in frames.PLACE}


def _excused(check: Check, rows: pl.Series, accepted: pl.DataFrame) -> pl.Series:
    meant = accepted.filter(pl.col("item") == check.item.name, pl.col("rule").is_null() | (pl.col("rule") == check.id))
    return rows.filter(rows.is_in(meant["position"].implode()))
