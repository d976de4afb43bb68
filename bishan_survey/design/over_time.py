"""What rules between two years may say, and how answers are written so that people can read them beside each other."""

import polars as pl

from bishan_survey.design.sql import CONTEXT, derived_for, inputs_of, variable_types, variables_in
from bishan_survey.model import LAST, CodeList, Design, Sheet, TimeRule


def lasting_types(design: Design, unit: str) -> dict[str, pl.DataType]:
    """Type of everything that is known of last year's records, over all editions.

    What is told by the dates of a survey, such as the age, is not among it: a list of last year's persons says nothing
    of the dates of its survey.
    """
    homes = [sheet for form in design.questionnaires.values() if (sheet := form.sheet(unit))]
    types: dict[str, pl.DataType] = {}
    for sheet in homes:
        dated = set(CONTEXT)
        for derived in derived_for(design, sheet):  # each stands behind those that it is computed from
            if not inputs_of(derived).isdisjoint(dated):
                dated.add(derived.name)
        types |= {name: kind for name, kind in variable_types(design, sheet).items() if name not in dated}
    return types


def types_over_time(design: Design, sheet: Sheet) -> dict[str, pl.DataType]:
    """Type of everything that rules between two years may name on a sheet."""
    last = {LAST + name: kind for name, kind in lasting_types(design, sheet.unit).items()}
    return variable_types(design, sheet) | last


def time_rules_for(design: Design, edition: str, unit: str) -> tuple[TimeRule, ...]:
    """The rules between two years that apply to a sheet of an edition: those whose variables of this year it has."""
    sheet = design.questionnaires[edition].sheet(unit)
    if sheet is None or not design.time_rules:
        return ()
    known = types_over_time(design, sheet).keys()
    return tuple(
        rule
        for rule in design.time_rules
        if rule.unit == unit and rule.item in sheet.by_name and variables_in(rule.check) <= known
    )


def as_read(name: str, kind: pl.DataType, codes: CodeList | None = None) -> pl.Expr:
    """The values of a column as people read them: codes with their labels, several answers in one text."""
    value = pl.col(name)
    if isinstance(kind, pl.List):
        each = _coded(pl.element(), codes) if codes else pl.element()
        return value.list.eval(each).list.join("、")
    if codes:
        return _coded(value, codes)
    text = value.cast(pl.String)
    return text.str.strip_suffix(".0") if kind.is_float() else text


def _coded(value: pl.Expr, codes: CodeList) -> pl.Expr:
    spelled = {code: f"{code} {label}" for code, label in codes.labels.items()}
    return value.replace(spelled)
