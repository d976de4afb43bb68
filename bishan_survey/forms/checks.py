"""What each column of a sheet checks while it is filled in: one validation, and formats that show what is wrong.

Everything follows from the questionnaire and the rules; nothing is refused for good. A validation asks before it lets
an unusual answer stand, since what a certificate really says must be possible to write.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from bishan_survey.forms.lists import TOWN_OF_VILLAGE, TOWNS, VILLAGES, HiddenLists
from bishan_survey.forms.names import SheetNames
from bishan_survey.forms.texts import LONGEST_TITLE, alert, fitted, input_message, words
from bishan_survey.model import Design, Item, Severity, Sheet, ValueType

_UNREADABLE = {
    ValueType.INTEGER: "unreadable_integer",
    ValueType.DECIMAL: "unreadable_decimal",
    ValueType.DATE: "unreadable_date",
    ValueType.CODE: "unreadable_code",
    ValueType.CERTIFICATE: "lost_digits",
    ValueType.ID_NUMBER: "lost_digits",
}
"""The text that says how an answer should be written, by type."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A format that appears on a condition."""

    criteria: str
    style: str
    final: bool = False
    """No other format is added to it."""


@dataclass(frozen=True, slots=True)
class ColumnChecks:
    """What a column checks in each of its rows."""

    validation: dict[str, Any]
    shown: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A condition that an answer should meet, and what is said if it does not."""

    severity: Severity
    formula: str
    """0 where it is broken."""
    message: str


class SheetChecks:
    """Works out the checks of a sheet's columns."""

    def __init__(self, design: Design, sheet: Sheet, lists: HiddenLists, names: SheetNames, first_row: int) -> None:
        self._design = design
        self._sheet = sheet
        self._lists = lists
        self._names = names
        self._row = first_row + 1

    def of(self, item: Item, *, with_areas: bool) -> ColumnChecks:
        """The checks of an item's column.

        Args:
            item: the question.
            with_areas: whether the form holds the villages to choose from.
        """
        doubts = list(self._doubts(item))
        return ColumnChecks(self._validation(item, doubts, with_areas), tuple(self._shown(item, doubts)))

    def _doubts(self, item: Item) -> Iterator[_Doubt]:
        texts = words(item, self._design.code_lists.get(item.codes or ""))
        for kind, formula in (("range", self._names.bounds(item)), ("exclusive", self._names.alone(item))):
            if formula:
                implied = self._design.implied[kind]
                yield _Doubt(implied.severity, formula, implied.message.format(**texts))
        for rule, name in self._names.rules(item):
            yield _Doubt(rule.severity, name, rule.message)

    def _shown(self, item: Item, doubts: list[_Doubt]) -> Iterator[Shown]:
        """Formats in order: the first that says "no other" is the last."""
        cell, begun = self._cell(item), self._names.begun()
        asked, must = self._names.asked(item), self._names.must(item)
        if asked:
            yield Shown(f'=IF({begun},IF(TRIM({cell})<>"",{asked}=0))', "surplus", final=True)
            yield Shown(f"=IF({begun},{asked}=0)", "not_asked", final=True)
        if must:
            yield Shown(f'=IF({begun},IF(TRIM({cell})="",{must}=1))', "missing")
        for severity, style in ((Severity.HARD, "wrong"), (Severity.SOFT, "doubtful")):
            formulas = [doubt.formula for doubt in doubts if doubt.severity is severity]
            for broken in self._names.least(severity, item, formulas):
                yield Shown(f"=IF({begun},{broken}=0)", style, final=True)

    def _validation(self, item: Item, doubts: list[_Doubt], with_areas: bool) -> dict[str, Any]:
        codes = self._design.code_lists.get(item.codes or "")
        asked = self._names.asked(item)
        said = {
            "input_title": fitted(f"{item.number} {item.label}".strip(), LONGEST_TITLE),
            "input_message": input_message(item, asked, codes),
            "error_title": fitted(item.label, LONGEST_TITLE),
        }
        source = self._source(item, asked, with_areas)
        if source:
            reasons = [self._implied_message(item, "codes")] if item.codes else ["请从列表中选"]
            if asked:
                reasons.append(self._implied_message(item, "not_asked"))
            return said | {
                "validate": "list",
                "source": source,
                "error_type": "warning",
                "error_message": alert(reasons),
            }
        accepted = self._names.accepted(item, self._conditions(item, asked, doubts))
        if accepted is None:
            return said | {"validate": "any"}
        return said | {
            "validate": "custom",
            "value": f"={accepted}",
            "error_type": "warning" if self._is_hard(item, asked, doubts) else "information",
            "error_message": alert(self._reasons(item, asked, doubts)),
        }

    def _source(self, item: Item, asked: str | None, with_areas: bool) -> str | None:
        """Where the drop-down of an item takes its choices from; none if it has no drop-down."""
        if item.codes and not item.multiple:
            choices = self._lists.choices(item.codes)
            return f"=IF({asked}=0,{self._lists.whole('nothing')},{choices})" if asked else f"={choices}"
        if with_areas and item.name == "town":
            return f"={TOWNS}"
        if with_areas and item.name == "village":
            return self._villages()
        return None

    def _villages(self) -> str:
        """The villages of the town that stands in the row; all of them where the sheet asks for no town."""
        town = self._sheet.by_name.get("town")
        if town is None:
            return f"={VILLAGES}"
        cell = self._cell(town)
        count, place = f"COUNTIF({TOWN_OF_VILLAGE},{cell})", f"MATCH({cell},{TOWN_OF_VILLAGE},0)-1"
        of_town = f"OFFSET({VILLAGES},{place},0,{count},1)"
        return f"=IF({count}=0,{self._lists.whole('nothing')},{of_town})"

    def _conditions(self, item: Item, asked: str | None, doubts: list[_Doubt]) -> Iterator[str]:
        if asked:
            yield f"{asked}<>0"
        if readable := self._names.readable(item):
            yield readable
        for severity in (Severity.HARD, Severity.SOFT):
            formulas = [doubt.formula for doubt in doubts if doubt.severity is severity]
            yield from (f"{name}<>0" for name in self._names.least(severity, item, formulas))

    def _is_hard(self, item: Item, asked: str | None, doubts: list[_Doubt]) -> bool:
        hard = any(doubt.severity is Severity.HARD for doubt in doubts)
        return bool(hard or asked or self._names.readable(item))

    def _reasons(self, item: Item, asked: str | None, doubts: list[_Doubt]) -> Iterator[str]:
        """What may be wrong. How to write it stands first, but where it takes a paragraph to say."""
        how = [self._implied_message(item, _UNREADABLE[item.type])] if self._names.readable(item) else []
        long_winded = item.type in (ValueType.CERTIFICATE, ValueType.ID_NUMBER)
        yield from () if long_winded else how
        if asked:
            yield self._implied_message(item, "not_asked")
        yield from (doubt.message for doubt in sorted(doubts, key=lambda doubt: doubt.severity is not Severity.HARD))
        yield from how if long_winded else ()

    def _implied_message(self, item: Item, kind: str) -> str:
        texts = words(item, self._design.code_lists.get(item.codes or ""))
        implied = self._design.implied[kind]
        return (implied.action if kind in (*_UNREADABLE.values(), "codes") else implied.message).format(**texts)

    def _cell(self, item: Item) -> str:
        place = [one.name for one in self._sheet.items].index(item.name)
        return f"${xl_col_to_name(place)}{self._row}"
