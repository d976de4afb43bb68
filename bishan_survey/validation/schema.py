"""The checks of a sheet as a pandera schema, and the same checks evaluated in one pass."""

from collections.abc import Sequence

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData

from bishan_survey.design import variable_types
from bishan_survey.errors import DefinitionError
from bishan_survey.model import Design, Severity, Sheet
from bishan_survey.validation.checks import Check, checks_for
from bishan_survey.validation.typing import BROKEN, UNREADABLE


def build_schema(design: Design, edition: str, unit: str) -> pa.DataFrameSchema:
    """The pandera schema of a sheet: a typed column for each variable, a check for each rule.

    Hard rules fail, soft rules warn; a failure is reported under the rule's id. The schema takes typed records as
    :func:`bishan_survey.validation.type_records` makes them; other columns may stand beside.

    Raises:
        DefinitionError: there is no such edition or unit.
    """
    return schema_of(design, _sheet(design, edition, unit), checks_for(design, edition, unit))


def schema_of(design: Design, sheet: Sheet, checks: Sequence[Check]) -> pa.DataFrameSchema:
    """A schema of a sheet's variables with some checks."""
    types = variable_types(design, sheet) | {UNREADABLE: pl.String(), BROKEN: pl.String()}
    return pa.DataFrameSchema(
        columns={name: pa.Column(kind, nullable=True) for name, kind in types.items()},
        checks=[_as_pandera(check) for check in checks],
        name=sheet.name,
        strict=False,
    )


def _sheet(design: Design, edition: str, unit: str) -> Sheet:
    questionnaire = design.questionnaires.get(edition)
    sheet = questionnaire.sheet(unit) if questionnaire else None
    if sheet is None:
        known = "、".join(f"{q.edition}/{s.unit}" for q in design.questionnaires.values() for s in q.sheets)
        raise DefinitionError([f"没有调查表 {edition}/{unit}；现有：{known}"])
    return sheet


def _as_pandera(check: Check) -> pa.Check:
    """A check of ours as one of pandera's. What cannot be told passes, as it does in the one pass."""
    verdict = check.expression.fill_null(True)

    def confront(data: PolarsData) -> pl.LazyFrame | bool:
        outcome = data.lazyframe.select(verdict.alias(check.id)).collect()
        # pandera is spared looking for failures where there are none: it halves the time.
        return True if outcome[check.id].all() else outcome.lazy()

    return pa.Check(
        confront,
        name=check.id,
        error=check.id,
        title=check.message,
        raise_warning=check.severity is not Severity.HARD,
    )


def failures(records: pl.DataFrame, checks: Sequence[Check]) -> list[tuple[Check, pl.Series]]:
    """The checks that fail, each with the positions of the records that fail it: one pass over the frame."""
    if records.is_empty() or not checks:
        return []
    verdicts = records.select(check.expression.fill_null(True).alias(check.id) for check in checks)
    broken = verdicts.select(pl.all().all()).row(0, named=True)
    return [(check, (~verdicts[check.id]).arg_true()) for check in checks if not broken[check.id]]
