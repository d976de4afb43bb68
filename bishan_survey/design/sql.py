"""SQL text of the definitions, compiled and typed.

Rules are three-valued SQL over variables (`polars.sql_expr`). Here they become expressions; what the expressions
may refer to, and of which type it is, follows from an edition of the questionnaire.
"""

from collections.abc import Collection
from functools import cache

import polars as pl

from bishan_survey.model import (
    DepartmentList,
    Derived,
    Design,
    EditRule,
    Grouping,
    Item,
    Questionnaire,
    Sheet,
    ValueType,
)

CONTEXT: dict[str, pl.DataType] = {
    "reference_date": pl.Date(),
    "period_start": pl.Date(),
    "period_end": pl.Date(),
    "village_known": pl.Boolean(),
    "village_recognised": pl.Boolean(),
    "village_matches": pl.Boolean(),
}
"""What every frame of records carries besides the answers: the dates of the survey; whether the record could be
placed in the area frame; whether the village written in its row is one of the frame, and the one of its file."""

LIST_DATES = ("reference_date", "period_start", "period_end")
"""What every row of a department's list carries besides its columns: the dates of the survey."""

_DTYPES: dict[ValueType, pl.DataType] = {
    ValueType.TEXT: pl.String(),
    ValueType.CODE: pl.String(),
    ValueType.INTEGER: pl.Int64(),
    ValueType.DECIMAL: pl.Float64(),
    ValueType.DATE: pl.Date(),
    ValueType.CERTIFICATE: pl.String(),
    ValueType.ID_NUMBER: pl.String(),
    ValueType.PHONE: pl.String(),
    ValueType.BOOLEAN: pl.Boolean(),
}


def dtype(variable: Item | Derived) -> pl.DataType:
    """The polars type of a variable's values."""
    plain = _DTYPES[variable.type]
    return pl.List(plain) if variable.multiple else plain


def list_types(one: DepartmentList) -> dict[str, pl.DataType]:
    """Type of every variable of the rows of a department's list."""
    dates = {name: CONTEXT[name] for name in LIST_DATES}
    return dates | {column.name: _DTYPES[column.type] for column in one.columns}


@cache
def compile_sql(text: str) -> pl.Expr:
    """SQL text as a polars expression.

    Raises:
        polars.exceptions.PolarsError: the text is not SQL that polars understands.
    """
    return pl.sql_expr(text)


@cache
def variables_in(text: str) -> frozenset[str]:
    """Names of the variables that an SQL text refers to."""
    return frozenset(compile_sql(text).meta.root_names())


def inputs_of(derived: Derived) -> frozenset[str]:
    """Names of the variables that a derived variable is computed from."""
    if derived.sql is not None:
        return variables_in(derived.sql)
    return frozenset({derived.of}) if derived.of else frozenset()


def derived_for(design: Design, sheet: Sheet) -> tuple[Derived, ...]:
    """The derived variables that can be computed on a sheet, in an order in which they can be."""
    known = set(CONTEXT) | set(sheet.by_name)
    waiting = [derived for derived in design.derived if derived.unit == sheet.unit]
    chosen: list[Derived] = []
    while ready := [derived for derived in waiting if inputs_of(derived) <= known]:
        chosen += ready
        known.update(derived.name for derived in ready)
        waiting = [derived for derived in waiting if derived.name not in known]
    return tuple(chosen)


def variable_types(design: Design, sheet: Sheet) -> dict[str, pl.DataType]:
    """Type of every variable that rules and tables on a sheet may use: dates of the survey, items, derived."""
    items = {item.name: dtype(item) for item in sheet.items}
    return CONTEXT | items | {d.name: dtype(d) for d in derived_for(design, sheet)}


def widest_sheet(design: Design, unit: str) -> Sheet | None:
    """The sheet of a unit that has the most variables: what none of the editions has is misspelt."""
    homes = [sheet for form in design.questionnaires.values() for sheet in form.sheets if sheet.unit == unit]
    return max(homes, key=lambda sheet: len(variable_types(design, sheet)), default=None)


def aggregates_for(design: Design, grouping: Grouping, known: Collection[str]) -> tuple[Derived, ...]:
    """The variables of a grouping that can be computed from these variables of its members."""
    own = [derived for derived in design.derived if derived.unit == grouping.unit]
    return tuple(derived for derived in own if inputs_of(derived) <= set(known))


def unit_types(design: Design, unit: str) -> dict[str, pl.DataType] | None:
    """Type of every variable of a unit of count, where most are known; ``None`` if there is no such unit."""
    sheet = widest_sheet(design, unit)
    if sheet is not None:
        return variable_types(design, sheet)
    grouping = next((one for one in design.groupings if one.unit == unit), None)
    members = widest_sheet(design, grouping.of) if grouping else None
    if grouping is None or members is None:
        return None
    return {d.name: dtype(d) for d in aggregates_for(design, grouping, variable_types(design, members))}


def asked_sql(sheet: Sheet, item: Item) -> str | None:
    """Who answers an item, as SQL: what its subject says and what it says itself."""
    subject = next((s.asked for s in sheet.subjects if s.id == item.subject), None)
    return " AND ".join(f"({part})" for part in (subject, item.asked) if part) or None


def is_meant_for(rule: EditRule, form: Questionnaire) -> bool:
    """Whether a rule is meant for an edition: for all, or for it or one that it extends."""
    return not rule.editions or not set(rule.editions).isdisjoint(form.lineage)


def rules_for(design: Design, edition: str, unit: str) -> tuple[EditRule, ...]:
    """The edit rules that apply to a sheet of an edition: those meant for it whose variables it has."""
    form = design.questionnaires[edition]
    sheet = form.sheet(unit)
    if sheet is None:
        return ()
    known = variable_types(design, sheet).keys()
    return tuple(
        rule
        for rule in design.rules
        if rule.unit == unit and is_meant_for(rule, form) and variables_in(rule.check) | {rule.item} <= known
    )
