"""Persons of a batch in one frame, whatever the edition: what two lists of persons are compared by."""

import polars as pl

from bishan_survey import frames
from bishan_survey.design import compile_sql, variables_in
from bishan_survey.frames import STATUS
from bishan_survey.model import Batch, Design, Sheet

PERSON = "person"
PLACE = [*frames.PLACE]
_ADDRESS = {name: f"_{name}" for name in (*frames.PLACE, *frames.AREA)}
_ANSWERS = ("survey_status", "survey_method")


def persons_of(batch: Batch, design: Design) -> pl.DataFrame:
    """Every person's record that no later file has replaced: where it stands, its status, name, number as it was
    written, key, whether and how the person was surveyed, and until when the certificate is valid."""
    parts = []
    for (edition, unit), frame in batch.records.items():
        sheet = design.questionnaires[edition].sheet(unit)
        if unit == PERSON and sheet is not None:
            verbatim = batch.verbatim[edition, unit]
            parts.append(_persons(frame.filter(pl.col(STATUS) != "superseded"), verbatim, sheet, design))
    return pl.concat(parts)


def _persons(records: pl.DataFrame, verbatim: pl.DataFrame, sheet: Sheet, design: Design) -> pl.DataFrame:
    place = [_ADDRESS[name] for name in frames.PLACE]
    written = verbatim.select(*place, number=sheet.key_item)
    known = records.join(written, on=place, how="left", nulls_equal=True, maintain_order="left")
    dated = with_expiry(known, design)
    answers = [pl.col(n) if n in records.columns else pl.lit(None, dtype=pl.String).alias(n) for n in _ANSWERS]
    return dated.select(
        **_ADDRESS,
        status=STATUS,
        name="name",
        number="number",
        key=sheet.key,
        **{a.meta.output_name(): a for a in answers},
    ).with_columns(dated.select("valid_until", "expiry"))


def with_expiry(records: pl.DataFrame, design: Design) -> pl.DataFrame:
    """Records with the last day of the certificate, and the group of certificates that expire which it is in."""
    roster = design.roster
    until = compile_sql(roster.policy.valid_until)
    asked = variables_in(roster.policy.valid_until) <= set(records.columns)
    dated = records.with_columns(valid_until=until if asked else pl.lit(None, dtype=pl.Date))
    groups = [pl.when(compile_sql(expiry.where)).then(pl.lit(expiry.id)) for expiry in roster.expiries]
    return dated.with_columns(expiry=pl.coalesce(*groups, pl.lit(None, dtype=pl.String)))
