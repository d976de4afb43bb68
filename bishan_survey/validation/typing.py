"""From verbatim records to typed ones, with the derived variables that rules and tables use."""

from dataclasses import dataclass

import polars as pl

from bishan_survey import frames
from bishan_survey.design import CONTEXT, compile_sql, derived_for, dtype
from bishan_survey.model import Derived, Design, Sheet, Survey
from bishan_survey.validation.identifiers import PARTS
from bishan_survey.validation.values import Typed, as_written, read_values

UNREADABLE = "unreadable"
"""Column naming the items of a record whose text was not understood, separated by blanks; null if there are none."""
BROKEN = "broken"
"""Column naming those of them whose cell holds an error value or a formula that was never computed."""


@dataclass(frozen=True)
class TypedRecords:
    """Typed records of a unit, and which of their texts were understood though not written as asked."""

    frame: pl.DataFrame
    normalised: pl.DataFrame


def type_records(records: pl.DataFrame, design: Design, sheet: Sheet, survey: Survey) -> TypedRecords:
    """Type every item, add the dates of the survey and the derived variables.

    Args:
        records: verbatim records: address columns and one text column for each item.
        design: the definitions.
        sheet: the sheet of the questionnaire that the records are of.
        survey: whose reference date ages are told by.
    """
    typed = {
        item.name: read_values(item, records[item.name], design.code_lists.get(item.codes or ""))
        for item in sheet.items
    }
    placed = [name for name in (*frames.ADDRESS, *CONTEXT) if name in records.columns]
    frame = records.select(placed).with_columns(
        *(column.values for column in typed.values()),
        _names(UNREADABLE, {name: column.unreadable for name, column in typed.items()}, records.height),
        _names(BROKEN, {name: column.broken for name, column in typed.items()}, records.height),
    )
    return TypedRecords(add_derived(_with_context(frame, survey), design, sheet), _normalised(records, typed))


def _with_context(frame: pl.DataFrame, survey: Survey) -> pl.DataFrame:
    """Add the dates of the survey, and what is not known of the village as missing."""
    unknown = [name for name in CONTEXT if name not in frame.columns]
    return frame.with_columns(pl.lit(None, dtype=CONTEXT[name]).alias(name) for name in unknown).with_columns(
        reference_date=pl.lit(survey.reference_date),
        period_start=pl.lit(survey.period_start),
        period_end=pl.lit(survey.period_end),
    )


def add_derived(frame: pl.DataFrame, design: Design, sheet: Sheet) -> pl.DataFrame:
    """Add the derived variables of a sheet, each from the columns that stand before it."""
    for derived in derived_for(design, sheet):
        frame = frame.with_columns(derived_expression(derived).cast(dtype(derived)).alias(derived.name))
    return frame


def derived_expression(derived: Derived) -> pl.Expr:
    """How a derived variable is computed from the columns of a frame."""
    if derived.sql is not None:
        return compile_sql(derived.sql)
    return PARTS[str(derived.part)](pl.col(str(derived.of)))


def _names(column: str, flags: dict[str, pl.Series], height: int) -> pl.Series:
    """For each record the names of the items that are flagged."""
    named = [(name, flagged) for name, flagged in flags.items() if flagged.any()]
    if not named:
        return pl.Series(column, [None] * height, dtype=pl.String)
    words = [pl.when(pl.lit(flagged)).then(pl.lit(name)) for name, flagged in named]
    joined = pl.concat_str(words, separator=" ", ignore_nulls=True)
    return pl.select(pl.when(joined != "").then(joined).alias(column)).to_series()


def _normalised(records: pl.DataFrame, typed: dict[str, Typed]) -> pl.DataFrame:
    """Address, original and value of every text that was understood though not written as asked."""
    parts = []
    for name, column in typed.items():
        if not column.normalised.any():
            continue
        odd = records.filter(column.normalised)
        parts.append(
            odd.select(
                file="_file",
                sheet="_sheet",
                row="_row",
                item=pl.lit(name),
                original=name,
                value=pl.Series([as_written(v) for v in column.values.filter(column.normalised)], dtype=pl.String),
            )
        )
    return pl.concat(parts) if parts else frames.empty(frames.NORMALISED).drop("cell")
