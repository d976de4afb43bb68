"""The pieces that formulas are made of: what each gives, and how two of them are put together."""

from dataclasses import dataclass
from enum import Enum

from bishan_survey.forms.patterns import quoted

UNKNOWN = "0.5"
"""A truth that cannot be told."""


class Kind(Enum):
    """What a formula gives."""

    TRUTH = "truth"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    ANSWERS = "answers"
    """The codes of several answers, between commas: ``,1,3,``."""
    NOTHING = "nothing"
    """A missing value of no kind."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A piece of a formula, and what it gives."""

    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Known:
    """A variable that formulas may use."""

    formula: Formula
    missing: str
    """Formula: 1 if it has no value, 0 if it has one, 0.5 if something stands there that is not understood."""


class UntranslatableError(Exception):
    """No formula says this."""


def whole_number(text: str) -> str:
    """The number in a text of nothing but digits; an error for any other text."""
    return f'IF(TEXT(VALUE("1"&{text}),"0")="1"&{text},VALUE({text}),NA())'


def truth_of(text: str) -> Formula:
    """A formula that gives 1, 0 or 0.5."""
    return Formula(text, Kind.TRUTH)


def compared(left: Formula, right: Formula, comparison: str) -> Formula:
    """Two values of a kind compared: 0.5 where one is missing."""
    return truth_of(f"IFERROR(--{plain(left, right, comparison)},{UNKNOWN})")


def plain(left: Formula, right: Formula, comparison: str) -> str:
    """Two values of a kind compared: an error where one is missing. Excel's own = does not tell A from a."""
    if left.kind is not right.kind or left.kind not in (Kind.TEXT, Kind.NUMBER, Kind.DATE):
        raise UntranslatableError
    if left.kind is not Kind.TEXT:
        return f"({left.text}{comparison}{right.text})"
    same = f"EXACT({left.text},{right.text})"
    if comparison not in ("=", "<>"):
        raise UntranslatableError
    return same if comparison == "=" else f"NOT({same})"


def among(text: str, listed: list[str]) -> str:
    """A text that is one of some: named once, since a name within a name is worked out each time that it is named."""
    whole = quoted("".join(f"|{one}" for one in listed) + "|")
    return f'(SUBSTITUTE({whole},"|"&{text}&"|","")<>{whole})'


def common_kind(formulas: list[Formula]) -> Kind:
    """The kind of formulas that stand for one another."""
    kinds = {formula.kind for formula in formulas} - {Kind.NOTHING}
    if len(kinds) != 1:
        raise UntranslatableError
    return kinds.pop()


def as_kind(formula: Formula, kind: Kind) -> str:
    """A formula among others of a kind: nothing is what that kind has for nothing."""
    return UNKNOWN if formula.kind is Kind.NOTHING and kind is Kind.TRUTH else formula.text
