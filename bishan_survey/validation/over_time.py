"""Rules between two years: this year's records confronted with what the same persons answered last year.

They come after deduplication, when it is settled who is who; a failure is a finding at this year's cell like any other,
and what people have accepted as it is asks nobody here either.
"""

from dataclasses import replace

import polars as pl

from bishan_survey import frames
from bishan_survey.design import as_read, compile_sql, dtype, time_rules_for, variables_in
from bishan_survey.model import LAST, LAST_VALUE, Batch, Design, Sheet, Survey
from bishan_survey.validation.checks import Check, Needs, checks_in_force
from bishan_survey.validation.exceptions import excuse
from bishan_survey.validation.schema import failures
from bishan_survey.validation.stage import findings_of

_PLACE = [f"_{part}" for part in frames.PLACE]
_NOTHING = "（没有填）"
_SOMETHING = "……"
_AT = "_at"


def time_checks(design: Design, edition: str, unit: str) -> list[Check]:
    """The checks between two years that apply to a sheet."""
    sheet = design.questionnaires[edition].sheet(unit)
    if sheet is None:
        return []
    needs = Needs(design, sheet)
    return [
        Check(
            id=rule.id,
            item=sheet.by_name[rule.item],
            severity=rule.severity,
            expression=needs.readable(compile_sql(rule.check), variables_in(rule.check)),
            message=rule.message,
            action=rule.action,
            source=rule.source,
        )
        for rule in time_rules_for(design, edition, unit)
    ]


def time_checks_in_force(design: Design, survey: Survey) -> pl.DataFrame:
    """The checks between two years of the open editions, as a frame of words."""
    checks = checks_in_force(design, survey, time_checks)
    return checks.with_columns(pl.col("message").str.replace(LAST_VALUE, _SOMETHING, literal=True))


def validate_over_time(batch: Batch, last: pl.DataFrame, design: Design) -> Batch:
    """Confront the records of matched persons with the rules between two years.

    Args:
        batch: a batch that has been deduplicated.
        last: the places of this year's records, and last year's variables with their prefix.
        design: the definitions.

    Returns:
        The batch with the findings added. They are soft: no record is held, whatever was answered last year.
    """
    told = [_told(batch, of, last, design) for of in batch.verbatim]
    return replace(batch, findings=frames.stack(frames.FINDINGS, [batch.findings, *told]))


def _told(batch: Batch, of: tuple[str, str], last: pl.DataFrame, design: Design) -> pl.DataFrame:
    edition, unit = of
    checks = time_checks(design, edition, unit)
    sheet = design.questionnaires[edition].sheet(unit)
    if not checks or sheet is None:
        return frames.empty(frames.FINDINGS)
    verbatim = batch.verbatim[of]
    matched = _matched(verbatim, batch.records[of], last)
    failed = [(check, matched[_AT].gather(rows)) for check, rows in failures(matched, checks)]
    excused = excuse(failed, verbatim, batch.corrections)
    findings = findings_of(excused.failed, verbatim, unit, batch.columns)
    return _with_last(findings, last, design, sheet)


def _matched(verbatim: pl.DataFrame, typed: pl.DataFrame, last: pl.DataFrame) -> pl.DataFrame:
    """The records of matched persons with their position among those checked, and what they answered last year."""
    places = verbatim.select(_PLACE).with_row_index(_AT)
    met = places.join(typed, on=_PLACE, how="inner", maintain_order="left")
    return met.join(last, on=_PLACE, how="inner", maintain_order="left")


def _with_last(findings: pl.DataFrame, last: pl.DataFrame, design: Design, sheet: Sheet) -> pl.DataFrame:
    """Findings whose messages say what was answered last year."""
    parts = []
    for (name,), part in findings.group_by("item", maintain_order=True):
        item = sheet.by_name[str(name)]
        answers = as_read(LAST + item.name, dtype(item), design.code_lists.get(item.codes or ""))
        told = last.select(file="_file", sheet="_sheet", row="_row", last=answers.fill_null(_NOTHING))
        beside = part.join(told, on=[*frames.PLACE], how="left", maintain_order="left")
        before, after = (pl.col("message").str.split(LAST_VALUE).list.get(at, null_on_oob=True) for at in (0, 1))
        said = pl.when(after.is_null()).then("message").otherwise(before + pl.col("last") + after)
        parts.append(beside.with_columns(message=said).drop("last"))
    return pl.concat(parts) if parts else findings
