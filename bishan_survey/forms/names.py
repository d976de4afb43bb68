"""The defined names of a sheet: one for each variable, condition and rule that the form can compute in its own row.

A name's formula points at the cells of row 1; used in row 7 it means the cells of row 7. So validations and conditional
formats stay short, and 名称管理器 (Excel's name manager) shows what they stand on.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from xlsxwriter.utility import xl_col_to_name

from bishan_survey.design import asked_sql, derived_for, inputs_of, rules_for, variable_types
from bishan_survey.forms.formulas import translate, truth
from bishan_survey.forms.lists import HiddenLists
from bishan_survey.forms.parts import PARTS, Number, shape
from bishan_survey.forms.patterns import digits_only
from bishan_survey.forms.terms import UNKNOWN, Formula, Kind, Known
from bishan_survey.model import Derived, Design, EditRule, Item, Questionnaire, Severity, Sheet, Survey, ValueType

_KINDS: Mapping[ValueType, Kind] = {
    ValueType.TEXT: Kind.TEXT,
    ValueType.CODE: Kind.TEXT,
    ValueType.INTEGER: Kind.NUMBER,
    ValueType.DECIMAL: Kind.NUMBER,
    ValueType.DATE: Kind.DATE,
    ValueType.CERTIFICATE: Kind.TEXT,
    ValueType.ID_NUMBER: Kind.TEXT,
    ValueType.PHONE: Kind.TEXT,
    ValueType.BOOLEAN: Kind.TRUTH,
}
_SEPARATORS = "，、；;"
"""What people write between several answers instead of a comma."""
_WORDS = re.compile(r"""\"[^"]*\"|'[^']*'![$A-Z0-9:]+|[\w.]+|\S""")
_HEAVIEST = 5000
"""So many words and signs LibreOffice takes in one formula, and some more."""
_FIRST_DAY = 61
"""1 March 1900: before it Excel counts a day that never was."""


class SheetNames:
    """Makes the names of one sheet as they are asked for."""

    def __init__(self, design: Design, form: Questionnaire, sheet: Sheet, survey: Survey, lists: HiddenLists) -> None:
        self._design = design
        self._sheet = sheet
        self._lists = lists
        self._columns = {item.name: place for place, item in enumerate(sheet.items)}
        self._derived = {derived.name: derived for derived in derived_for(design, sheet)}
        self._types = variable_types(design, sheet)
        self._dates = {name: getattr(survey, name) for name in ("reference_date", "period_start", "period_end")}
        self._rules = rules_for(design, form.edition, sheet.unit)
        self._known: dict[str, Known | None] = {}
        self._weights: dict[str, int] = {}
        self.defined: dict[str, str] = {}
        """Formula by name, for the names made so far."""

    def cell(self, item: Item) -> str:
        """The cell of an item in the row of whoever uses the name."""
        return f"'{self._sheet.name}'!${xl_col_to_name(self._columns[item.name])}1"

    def known(self, variable: str) -> Known | None:
        """A variable as formulas may use it."""
        if variable not in self._known:
            self._known[variable] = None
            self._known[variable] = self._made(variable)
        return self._known[variable]

    def begun(self) -> str:
        """Name: whether more stands in the row than what was filled in beforehand."""
        cells = [self.cell(item) for item in self._sheet.items]
        row = f"{cells[0]}:{cells[-1].rpartition('!')[2]}"
        before = [self.cell(item) for item in self._sheet.items if item.name in self._design.layout.prefilled]
        own = f"COUNTA({','.join(before)})" if before else "0"
        return self._named("动笔", "", f"COUNTA({row})>{own}")

    def asked(self, item: Item) -> str | None:
        """Name: 1 where an item is to be answered, 0 where it must stay empty; none if everybody answers it."""
        sql = asked_sql(self._sheet, item)
        return self._condition("该填", item, sql) if sql else None

    def must(self, item: Item) -> str | None:
        """Name or number: 1 where an item must be answered; none if nobody must."""
        if item.required is None:
            return None
        asked = asked_sql(self._sheet, item)
        if item.required == "TRUE":
            return self.asked(item) if asked else "1"
        return self._condition("必填", item, f"({asked or 'TRUE'}) AND ({item.required})")

    def readable(self, item: Item) -> str | None:
        """Formula: whether an answer is written as the form asks; none if it may be written in any way."""
        known = self.known(item.name)
        if known is None or item.type in (ValueType.TEXT, ValueType.PHONE):
            return None
        return f"NOT(ISERROR({known.formula.text}))"

    def bounds(self, item: Item) -> str | None:
        """Formula: 0 where a number is out of its range; none if it has no range."""
        bounds = [(item.min, ">="), (item.max, "<=")]
        parts = [f"{item.name} {comparison} {bound:.15g}" for bound, comparison in bounds if bound is not None]
        return truth(" AND ".join(parts), self.known) if parts else None

    def alone(self, item: Item) -> str | None:
        """Formula: 0 where an answer that stands alone stands with others; none if there is no such answer."""
        listed = self._design.code_lists[item.codes].codes if item.codes and item.multiple else ()
        among = [f"ARRAY_CONTAINS({item.name}, '{code.code}')" for code in listed if code.exclusive]
        return truth(f"NOT ({' OR '.join(among)}) OR ARRAY_LENGTH({item.name}) = 1", self.known) if among else None

    def rules(self, item: Item) -> list[tuple[EditRule, str]]:
        """The rules that blame an item and can be told in Excel, each with its name."""
        made = ((rule, self._rule(rule)) for rule in self._rules if rule.item == item.name)
        return [(rule, name) for rule, name in made if name]

    def least(self, severity: Severity, item: Item, formulas: Iterable[str]) -> list[str]:
        """Names, each 0 where one of some conditions on an item is broken: several where one were too heavy."""
        prefix = "必改" if severity is Severity.HARD else "核实"
        groups: list[list[str]] = []
        for formula in formulas:
            if not groups or not self._bearable([*groups[-1], formula]):
                groups.append([])
            groups[-1].append(formula)
        numbers = ["", *map(str, range(2, len(groups) + 1))]
        return [
            self._named(prefix + number, item.name, f"MIN({','.join(group)})")
            for number, group in zip(numbers, groups, strict=False)
        ]

    def accepted(self, item: Item, conditions: Iterable[str]) -> str | None:
        """Name: TRUE where an answer may stand as it is. Conditions that would make it too heavy are left out."""
        listed: list[str] = []
        for condition in conditions:
            if self._bearable([*listed, condition]):
                listed.append(condition)
        return self._named("可填", item.name, f"IFERROR(AND({','.join(listed)}),FALSE)") if listed else None

    def _bearable(self, formulas: list[str]) -> bool:
        """Whether LibreOffice can take some formulas together: it puts what a name stands for in the name's place."""
        return sum(map(self._weight, formulas)) <= _HEAVIEST

    def _weight(self, formula: str) -> int:
        """Number of words and signs of a formula with the names in it written out."""
        words = _WORDS.findall(formula)
        return sum(self._weight_of(word) if word in self.defined else 1 for word in words)

    def _weight_of(self, name: str) -> int:
        if name not in self._weights:
            self._weights[name] = self._weight(self.defined[name])
        return self._weights[name]

    def _rule(self, rule: EditRule) -> str | None:
        formula = truth(rule.check, self.known)
        return self._named("规则", rule.id, formula) if formula else None

    def _condition(self, prefix: str, item: Item, sql: str) -> str | None:
        formula = truth(sql, self.known)
        return self._named(prefix, item.name, formula) if formula else None

    def _named(self, prefix: str, rest: str, formula: str) -> str:
        name = "_".join(part for part in (prefix, self._sheet.unit, rest) if part)
        self.defined[name] = formula
        return name

    def _made(self, variable: str) -> Known | None:
        if variable in self._sheet.by_name:
            return self._item(self._sheet.by_name[variable])
        if variable in self._derived:
            return self._computed(self._derived[variable])
        if variable in self._dates:
            day = self._dates[variable]
            name = self._named("日期", variable, f"DATE({day.year},{day.month},{day.day})")
            return Known(Formula(name, Kind.DATE), "0")
        return None

    def _item(self, item: Item) -> Known | None:
        cell, reader = self.cell(item), _READERS.get(item.type)
        if item.type is ValueType.CODE:
            value = self._answers(item) if item.multiple else self._code(item)
        elif reader is not None:
            value = reader(cell)
        else:
            return None
        name = self._named("值", item.name, value)
        missing = f"IF({_empty(cell)},1,IF(ISERROR({name}),{UNKNOWN},0))"
        return Known(Formula(name, Kind.ANSWERS if item.multiple else _KINDS[item.type]), missing)

    def _computed(self, derived: Derived) -> Known | None:
        formula = self._formula(derived)
        if formula is None or formula.kind is not _KINDS[derived.type]:
            return None
        name = self._named("值", derived.name, formula.text)
        return Known(Formula(name, formula.kind), self._missing(name, derived))

    def _formula(self, derived: Derived) -> Formula | None:
        if derived.sql is not None:
            return translate(derived.sql, self.known)
        number, part = self.known(str(derived.of)), PARTS.get(str(derived.part))
        if number is None or part is None:
            return None
        text = number.formula.text
        places = self._lists.whole("places")
        looks = self._named("号形", str(derived.of), shape(text, places))
        return part(Number(text, looks, places, self._lists.whole("weights")))

    def _missing(self, name: str, derived: Derived) -> str:
        """Whether a computed variable has no value: it may only be that an answer behind it is not understood."""
        if derived.type is ValueType.BOOLEAN:
            return f"--({name}={UNKNOWN})"
        behind = {item.name: item for item in self._behind(derived) if item.type is not ValueType.TEXT}
        unclear = [
            f"AND(NOT({_empty(self.cell(item))}),ISERROR({known.formula.text}))"
            for item in behind.values()
            if (known := self.known(item.name))
        ]
        return f"IF(ISERROR({name}),IF(OR({','.join(unclear)}),{UNKNOWN},1),0)" if unclear else f"--ISERROR({name})"

    def _behind(self, derived: Derived) -> Iterator[Item]:
        """The items that a computed variable stands on."""
        for name in sorted(inputs_of(derived)):
            if name in self._sheet.by_name:
                yield self._sheet.by_name[name]
            elif name in self._derived:
                yield from self._behind(self._derived[name])

    def _code(self, item: Item) -> str:
        # ? and * would stand for any character.
        looked_up = f'SUBSTITUTE(SUBSTITUTE(TRIM({self.cell(item)}),"?","~?"),"*","~*")'
        return f"VLOOKUP({looked_up},{self._lists.spellings(str(item.codes))},2,FALSE)"

    def _answers(self, item: Item) -> str:
        """All codes between commas, if every one of them is of the list; or the only answer, however it is written."""
        plain = f'SUBSTITUTE(TRIM({self.cell(item)})," ","")'
        for separator in _SEPARATORS:
            plain = f'SUBSTITUTE({plain},"{separator}",",")'
        written = self._named("写法", item.name, plain)
        known = f'SUMPRODUCT(--ISNUMBER(FIND(","&{self._lists.codes(str(item.codes))}&",",","&{written}&",")))'
        count = f'LEN({written})-LEN(SUBSTITUTE({written},",",""))+1'
        return f'IF({known}={count},","&{written}&",",","&{self._code(item)}&",")'


def _empty(cell: str) -> str:
    return f'TRIM({cell})=""'


def _text(cell: str) -> str:
    return f'IF({_empty(cell)},NA(),SUBSTITUTE({cell}," ",""))'


def _tidy(cell: str) -> str:
    return f'IF({_empty(cell)},NA(),UPPER(SUBSTITUTE({cell}," ","")))'


def _identifier(cell: str) -> str:
    """A long number that is kept as a number has lost its last digits."""
    return f"IF(ISTEXT({cell}),{_tidy(cell)},NA())"


def _integer(cell: str) -> str:
    return _number(cell, cell)


def _decimal(cell: str) -> str:
    return _number(cell, f'SUBSTITUTE({cell},".","",1)')


def _number(cell: str, digits: str) -> str:
    return f"IF({_empty(cell)},NA(),IF({digits_only(digits)},VALUE({cell}),NA()))"


def _date(cell: str) -> str:
    written = f"DATE(LEFT({cell},4),MID({cell},6,2),MID({cell},9,2))"
    text = f'IF(TEXT({written},"yyyy-mm-dd")={cell},{written},NA())'
    return f"IF(ISNUMBER({cell}),IF({cell}<{_FIRST_DAY},NA(),INT({cell})),{text})"


_READERS: Mapping[ValueType, Callable[[str], str]] = {
    ValueType.TEXT: _text,
    ValueType.INTEGER: _integer,
    ValueType.DECIMAL: _decimal,
    ValueType.DATE: _date,
    ValueType.CERTIFICATE: _identifier,
    ValueType.ID_NUMBER: _identifier,
    ValueType.PHONE: _tidy,
}
"""How the value of a cell is read, by type: an error where it is empty or not understood."""
