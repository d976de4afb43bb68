"""Every check of a sheet, implied and written, as one polars expression each.

The list made here is the only source of both the pandera schema and the one-pass evaluation, so that the two cannot
differ. A check is true, false or null (cannot be told). A check that needs an item whose text was not understood
cannot be told either: the unreadable text is the fault, and the only finding.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import reduce

import polars as pl

from bishan_survey import frames
from bishan_survey.design import asked_sql, compile_sql, derived_for, inputs_of, rules_for, variables_in
from bishan_survey.model import CodeList, Derived, Design, Item, Severity, Sheet, Survey, ValueType
from bishan_survey.validation.typing import BROKEN, UNREADABLE

_UNREADABLE_KINDS = {
    ValueType.INTEGER: "unreadable_integer",
    ValueType.DECIMAL: "unreadable_decimal",
    ValueType.DATE: "unreadable_date",
    ValueType.CODE: "unreadable_code",
    ValueType.CERTIFICATE: "lost_digits",
    ValueType.ID_NUMBER: "lost_digits",
    ValueType.PHONE: "unreadable_phone",
}


@dataclass(frozen=True)
class Check:
    """A check of a sheet, ready to be evaluated."""

    id: str
    item: Item
    severity: Severity
    expression: pl.Expr
    message: str
    action: str
    source: str


def checks_for(design: Design, edition: str, unit: str) -> list[Check]:
    """All checks of a sheet: those that the questionnaire implies, item by item, then the edit rules."""
    sheet = design.questionnaires[edition].sheet(unit)
    if sheet is None:
        return []
    needs = Needs(design, sheet)
    implied = [check for item in sheet.items for check in _implied(design, sheet, item, needs)]
    return implied + list(_written(design, edition, sheet, needs))


def checks_in_force(
    design: Design, survey: Survey, of_sheet: Callable[[Design, str, str], list["Check"]] = checks_for
) -> pl.DataFrame:
    """Every check of every sheet of the open editions, as a frame of words."""
    forms = (design.questionnaires[edition] for edition in survey.editions)
    rows = [
        {
            "edition": form.edition,
            "unit": sheet.unit,
            "rule": check.id,
            "item": check.item.name,
            "label": check.item.label,
            "severity": check.severity.value,
            "message": check.message,
        }
        for form in forms
        for sheet in form.sheets
        for check in of_sheet(design, form.edition, sheet.unit)
    ]
    return frames.stack(frames.CHECKS, [pl.DataFrame(rows)] if rows else [])


def _written(design: Design, edition: str, sheet: Sheet, needs: "Needs") -> Iterator[Check]:
    for rule in rules_for(design, edition, sheet.unit):
        expression = needs.readable(compile_sql(rule.check), variables_in(rule.check))
        item = sheet.by_name[rule.item]
        yield Check(rule.id, item, rule.severity, expression, rule.message, rule.action, rule.source)


def _implied(design: Design, sheet: Sheet, item: Item, needs: "Needs") -> Iterator[Check]:
    codes = design.code_lists.get(item.codes or "")
    for kind, name, expression in _implied_expressions(needs, sheet, item, codes):
        text = design.implied[kind]
        words = _words(item, codes)
        yield Check(
            id=f"{item.name}.{name}",
            item=item,
            severity=text.severity,
            expression=expression,
            message=text.message.format(**words),
            action=text.action.format(**words),
            source=item.source,
        )


def _implied_expressions(
    needs: "Needs", sheet: Sheet, item: Item, codes: CodeList | None
) -> Iterator[tuple[str, str, pl.Expr]]:
    """Kind of text, name and expression of each check that follows from an item's definition."""
    value = pl.col(item.name)
    broken = _named_in(BROKEN, {item.name}).fill_null(False)
    yield "broken_cell", "broken", ~broken
    if item.type in _UNREADABLE_KINDS:
        unreadable = _named_in(UNREADABLE, {item.name}).fill_null(False)
        yield _UNREADABLE_KINDS[item.type], "readable", ~unreadable | broken
    if codes is not None:
        yield "codes", "codes", _in_list(value, item, codes)
    if item.multiple and codes is not None:
        yield from _exclusive(value, codes)
    if item.min is not None or item.max is not None:
        yield "range", "range", value.is_between(_bound(item.min, "-inf"), _bound(item.max, "inf"))
    asked = asked_sql(sheet, item)
    variables = {item.name} | (variables_in(asked) if asked else set())
    if asked:
        yield "not_asked", "not_asked", needs.readable(value.is_null() | compile_sql(asked), variables)
    if item.required:
        must = compile_sql(f"({asked or 'TRUE'}) AND ({item.required})")
        variables |= variables_in(item.required)
        yield "required", "required", needs.readable(value.is_not_null() | ~must, variables)


def _in_list(value: pl.Expr, item: Item, codes: CodeList) -> pl.Expr:
    known = [code.code for code in codes.codes]
    return value.list.eval(pl.element().is_in(known)).list.all() if item.multiple else value.is_in(known)


def _exclusive(value: pl.Expr, codes: CodeList) -> Iterator[tuple[str, str, pl.Expr]]:
    exclusive = [code.code for code in codes.codes if code.exclusive]
    if exclusive:
        named = reduce(pl.Expr.or_, (value.list.contains(code) for code in exclusive))
        yield "exclusive", "exclusive", ~named | (value.list.len() == 1)


def _bound(bound: float | None, otherwise: str) -> float:
    return float(otherwise) if bound is None else bound


def _words(item: Item, codes: CodeList | None) -> dict[str, str]:
    """What the texts of implied checks may name."""
    listed = codes.codes if codes else ()
    return {
        "label": item.label,
        "number": item.number,
        "help": item.help,
        "codes": "、".join(f"{c.code} {c.label}" for c in listed),
        "exclusive": "、".join(c.label for c in listed if c.exclusive),
        "min": _plain(item.min),
        "max": _plain(item.max),
    }


def _plain(bound: float | None) -> str:
    return "不限" if bound is None else f"{bound:g}" if bound < 1e6 else f"{bound:,.0f}"


def _named_in(column: str, items: Iterable[str]) -> pl.Expr:
    """Whether one of the items is named in a column of names; null where none is."""
    return pl.col(column).str.contains(rf"\b(?:{'|'.join(sorted(items))})\b")


class Needs:
    """Which items of a sheet a check stands on, derived variables followed to where they come from."""

    def __init__(self, design: Design, sheet: Sheet) -> None:
        """Learn the items and the derived variables of a sheet."""
        self._items = sheet.by_name.keys()
        self._derived: dict[str, Derived] = {d.name: d for d in derived_for(design, sheet)}

    def items(self, variables: Iterable[str]) -> set[str]:
        """The items behind some variables."""
        found: set[str] = set()
        for name in variables:
            if name in self._derived:
                found |= self.items(inputs_of(self._derived[name]))
            elif name in self._items:
                found.add(name)
        return found

    def readable(self, expression: pl.Expr, variables: Iterable[str]) -> pl.Expr:
        """The expression, null where it stands on an unreadable item."""
        items = self.items(variables)
        return pl.when(_named_in(UNREADABLE, items)).then(None).otherwise(expression) if items else expression
