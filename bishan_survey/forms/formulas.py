"""Three-valued SQL as Excel formulas, from its syntax tree.

A truth is a number: 1 true, 0 false, 0.5 cannot be told; so AND is MIN, OR is MAX and NOT is ``1-x``. Any other value
that is missing is an error (``#N/A``): errors pass through functions and operators by themselves, as null does in SQL,
so every operand is written once and formulas stay short. What a formula cannot say, or not in every program that opens
the form, is not translated at all: then the answer is ``None``, and the rule is left to the night.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from bishan_survey.forms.patterns import pattern_formula, quoted
from bishan_survey.forms.terms import (
    UNKNOWN,
    Formula,
    Kind,
    Known,
    UntranslatableError,
    among,
    as_kind,
    common_kind,
    compared,
    plain,
    truth_of,
    whole_number,
)

LONGEST_FORMULA = 8192
"""More characters than this no formula may have."""
_MOST_ARGUMENTS = 200
_TO_THE_END = 999
"""A length that no answer has: MID takes what there is."""

Scope = Callable[[str], Known | None]
"""What is known of a variable, ``None`` if no formula can give it."""


def translate(sql: str, scope: Scope) -> Formula | None:
    """An SQL expression as a formula, without the equals sign; ``None`` if it has none."""
    try:
        formula = _Translation(scope).any(_tree(sql))
    except UntranslatableError:
        return None
    return formula if len(formula.text) < LONGEST_FORMULA else None


def truth(sql: str, scope: Scope) -> str | None:
    """A condition in SQL as a formula that gives 1, 0 or 0.5."""
    formula = translate(sql, scope)
    return formula.text if formula and formula.kind is Kind.TRUTH else None


@cache
def _tree(sql: str) -> exp.Expr:
    try:
        return parse_one(sql, dialect="postgres")
    except SqlglotError as error:
        raise UntranslatableError from error


_COMPARISONS: Mapping[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_ARITHMETIC: Mapping[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}
_MONTHS = {"year": 12, "month": 1}
_DAYS = {"week": 7, "day": 1}


class _Translation:
    """One walk over a syntax tree."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._writers: Mapping[type[exp.Expr], Callable[..., Formula]] = {
            exp.Paren: lambda node: self.any(node.this),
            exp.Column: self._column,
            exp.Literal: _literal,
            exp.Boolean: lambda node: Formula(str(int(node.this)), Kind.TRUTH),
            exp.Null: lambda _: Formula("NA()", Kind.NOTHING),
            exp.And: self._connected,
            exp.Or: self._connected,
            exp.Not: lambda node: truth_of(f"(1-{self._truth(node.this)})"),
            exp.Is: self._is,
            exp.NullSafeNEQ: lambda node: self._distinct(node, "<>", "1"),
            exp.NullSafeEQ: lambda node: self._distinct(node, "=", "0"),
            exp.In: self._in,
            exp.Between: self._between,
            exp.RegexpLike: self._pattern,
            exp.ArrayContains: self._contains,
            exp.ArraySize: self._count,
            exp.Case: self._case,
            exp.Coalesce: self._coalesce,
            exp.Neg: lambda node: Formula(f"-{self._of(node.this, Kind.NUMBER)}", Kind.NUMBER),
            exp.Abs: lambda node: Formula(f"ABS({self._of(node.this, Kind.NUMBER)})", Kind.NUMBER),
            exp.Length: lambda node: Formula(f"LEN({self._of(node.this, Kind.TEXT)})", Kind.NUMBER),
            exp.Substring: self._substring,
            exp.Left: lambda node: self._end(node, "LEFT"),
            exp.Right: lambda node: self._end(node, "RIGHT"),
            exp.Extract: self._extract,
            exp.Cast: self._cast,
            exp.TryCast: self._cast,
            **dict.fromkeys(_COMPARISONS, self._comparison),
            **dict.fromkeys(_ARITHMETIC, self._arithmetic),
        }

    def any(self, node: exp.Expr) -> Formula:
        """The formula of a node, whatever it gives."""
        writer = self._writers.get(type(node))
        if writer is None:
            raise UntranslatableError
        return writer(node)

    def _truth(self, node: exp.Expr) -> str:
        formula = self.any(node)
        if formula.kind is Kind.NOTHING:
            return UNKNOWN
        if formula.kind is not Kind.TRUTH:
            raise UntranslatableError
        return formula.text

    def _of(self, node: exp.Expr, kind: Kind) -> str:
        formula = self.any(node)
        if formula.kind is not kind:
            raise UntranslatableError
        return formula.text

    def _column(self, node: exp.Column) -> Formula:
        return self._known(node).formula

    def _known(self, node: exp.Column) -> Known:
        known = self._scope(node.name)
        if known is None:
            raise UntranslatableError
        return known

    def _connected(self, node: exp.And | exp.Or) -> Formula:
        parts = [self._truth(part) for part in node.flatten()]
        if len(parts) > _MOST_ARGUMENTS:
            raise UntranslatableError
        return truth_of(f"{'MIN' if isinstance(node, exp.And) else 'MAX'}({','.join(parts)})")

    def _comparison(self, node: exp.Binary) -> Formula:
        return compared(self.any(node.this), self.any(node.expression), _COMPARISONS[type(node)])

    def _is(self, node: exp.Is) -> Formula:
        if not isinstance(node.expression, exp.Null):
            raise UntranslatableError
        missing = self._missing(node.this)
        return truth_of(f"(1-{missing})" if node.args.get("negate") else missing)

    def _missing(self, node: exp.Expr) -> str:
        if isinstance(node, exp.Column):
            return self._known(node).missing
        formula = self.any(node)
        if formula.kind is Kind.TRUTH:
            raise UntranslatableError
        return f"--ISERROR({formula.text})"

    def _distinct(self, node: exp.Binary, comparison: str, if_missing: str) -> Formula:
        """Compared with a literal: a missing value is told apart from it."""
        if not isinstance(node.expression, exp.Literal):
            raise UntranslatableError
        compared = self._comparison_of(node, comparison)
        return truth_of(f"IF({self._missing(node.this)}=1,{if_missing},{compared})")

    def _comparison_of(self, node: exp.Binary, comparison: str) -> str:
        return compared(self.any(node.this), self.any(node.expression), comparison).text

    def _in(self, node: exp.In) -> Formula:
        value = self.any(node.this)
        listed = [self.any(one) for one in node.expressions]
        if not listed or len(listed) > _MOST_ARGUMENTS or any(one.kind is not value.kind for one in listed):
            raise UntranslatableError
        if any(not isinstance(one, exp.Literal) for one in node.expressions):
            return truth_of(f"MAX({','.join(compared(value, one, '=').text for one in listed)})")
        if value.kind is Kind.TEXT:
            return truth_of(f"IFERROR(--{among(value.text, [one.name for one in node.expressions])},{UNKNOWN})")
        return truth_of(f"IFERROR(--OR({','.join(plain(value, one, '=') for one in listed)}),{UNKNOWN})")

    def _between(self, node: exp.Between) -> Formula:
        value, low, high = (self.any(part) for part in (node.this, node.args["low"], node.args["high"]))
        return truth_of(f"MIN({compared(value, low, '>=').text},{compared(value, high, '<=').text})")

    def _pattern(self, node: exp.RegexpLike) -> Formula:
        text = self._of(node.this, Kind.TEXT)
        if not isinstance(node.expression, exp.Literal):
            raise UntranslatableError
        formula = pattern_formula(node.expression.name, text)
        if formula is None:
            raise UntranslatableError
        return truth_of(formula)

    def _contains(self, node: exp.ArrayContains) -> Formula:
        answers = self._of(node.this, Kind.ANSWERS)
        if not isinstance(node.expression, exp.Literal):
            raise UntranslatableError
        one = quoted(f",{node.expression.name},")
        return truth_of(f'IFERROR(--(SUBSTITUTE({answers},{one},"")<>{answers}),{UNKNOWN})')

    def _count(self, node: exp.ArraySize) -> Formula:
        answers = self._of(node.this, Kind.ANSWERS)
        return Formula(f'(LEN({answers})-LEN(SUBSTITUTE({answers},",",""))-1)', Kind.NUMBER)

    def _case(self, node: exp.Case) -> Formula:
        branches = [(self._condition(node, one), self.any(one.args["true"])) for one in node.args["ifs"]]
        default = node.args.get("default")
        last = self.any(default) if default else Formula("NA()", Kind.NOTHING)
        kind = common_kind([formula for _, formula in branches] + [last])
        made = as_kind(last, kind)
        for condition, formula in reversed(branches):
            made = f"IF({condition}=1,{as_kind(formula, kind)},{made})"
        return Formula(made, kind)

    def _condition(self, node: exp.Case, one: exp.If) -> str:
        if node.this is None:
            return self._truth(one.this)
        return compared(self.any(node.this), self.any(one.this), "=").text

    def _coalesce(self, node: exp.Coalesce) -> Formula:
        parts = [self.any(part) for part in (node.this, *node.expressions)]
        kind = common_kind(parts)
        if kind is Kind.TRUTH:
            raise UntranslatableError
        made = parts[-1].text
        for part in reversed(parts[:-1]):
            made = f"IFERROR({part.text},{made})"
        return Formula(made, kind)

    def _arithmetic(self, node: exp.Binary) -> Formula:
        if isinstance(node.expression, exp.Interval):
            return self._shifted(node, node.expression)
        left, right = self._of(node.this, Kind.NUMBER), self._of(node.expression, Kind.NUMBER)
        return Formula(f"({left}{_ARITHMETIC[type(node)]}{right})", Kind.NUMBER)

    def _shifted(self, node: exp.Binary, interval: exp.Interval) -> Formula:
        """A date before or after another."""
        sign = {exp.Add: 1, exp.Sub: -1}.get(type(node))
        if sign is None:
            raise UntranslatableError
        made = self._of(node.this, Kind.DATE)
        months, days = _length(interval)
        if months:
            made = f"EDATE({made},{sign * months})"
        if days:
            made = f"({made}{sign * days:+d})"
        return Formula(made, Kind.DATE)

    def _substring(self, node: exp.Substring) -> Formula:
        text = self._of(node.this, Kind.TEXT)
        length = node.args.get("length")
        many = self._of(length, Kind.NUMBER) if length else str(_TO_THE_END)
        return Formula(f"MID({text},{self._of(node.args['start'], Kind.NUMBER)},{many})", Kind.TEXT)

    def _end(self, node: exp.Left | exp.Right, function: str) -> Formula:
        text, many = self._of(node.this, Kind.TEXT), self._of(node.expression, Kind.NUMBER)
        return Formula(f"{function}({text},{many})", Kind.TEXT)

    def _extract(self, node: exp.Extract) -> Formula:
        part = node.this.name.upper()
        if part not in ("YEAR", "MONTH", "DAY"):
            raise UntranslatableError
        return Formula(f"{part}({self._of(node.expression, Kind.DATE)})", Kind.NUMBER)

    def _cast(self, node: exp.Cast) -> Formula:
        target = node.to.this
        if target is exp.DType.DATE and isinstance(node.this, exp.Literal):
            year, month, day = node.this.name.split("-")
            return Formula(f"DATE({int(year)},{int(month)},{int(day)})", Kind.DATE)
        if target not in (exp.DType.BIGINT, exp.DType.INT):
            raise UntranslatableError
        value = self.any(node.this)
        if value.kind is Kind.NUMBER:
            return Formula(f"TRUNC({value.text})", Kind.NUMBER)
        if value.kind is Kind.TEXT:
            return Formula(whole_number(value.text), Kind.NUMBER)
        raise UntranslatableError


def _literal(node: exp.Literal) -> Formula:
    return Formula(quoted(node.name), Kind.TEXT) if node.is_string else Formula(node.name, Kind.NUMBER)


def _length(interval: exp.Interval) -> tuple[int, int]:
    """Months and days of an interval, such as ``9 years 11 months``."""
    unit = interval.args.get("unit")
    words = f"{interval.this.name} {unit.name if unit else ''}".lower().split()
    if len(words) % 2:
        raise UntranslatableError
    months = days = 0
    for count, name in zip(words[::2], words[1::2], strict=True):
        singular = name.rstrip("s")
        if not re.fullmatch(r"-?\d+", count) or singular not in {*_MONTHS, *_DAYS}:
            raise UntranslatableError
        months += int(count) * _MONTHS.get(singular, 0)
        days += int(count) * _DAYS.get(singular, 0)
    return months, days
