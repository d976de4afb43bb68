"""What an identity number says about itself, as formulas: the twins of ``validation/identifiers.py``, by part.

A date before 1900 is none to Excel: whatever stands on one is unknown there, and left to the night.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bishan_survey.forms.terms import UNKNOWN, Formula, Kind

_CHECK_DIGITS = "10X98765432"


@dataclass(frozen=True, slots=True)
class Number:
    """The names and ranges that the parts of a number are read by."""

    text: str
    """Formula: the number; an error where there is none."""
    shape: str
    """Formula: 1 where its first 18 characters look like an identity number."""
    places: str
    weights: str


def shape(text: str, places: str) -> str:
    """Whether the first 18 characters are seventeen digits and a digit or X: 1, 0, or 0.5 where there is no number."""
    digits = f'SUMPRODUCT(--ISNUMBER(FIND(MID({text},{places},1),"0123456789")))=17'
    last = f'ISNUMBER(FIND(MID({text},18,1),"0123456789X"))'
    return f"IFERROR(--AND(LEN({text})>=18,{digits},{last}),{UNKNOWN})"


def _pattern_ok(number: Number) -> Formula:
    checked = f"IF(LEN({number.text})<18,{UNKNOWN},{number.shape})"
    return Formula(f"IFERROR({checked},{UNKNOWN})", Kind.TRUTH)


def _checksum_ok(number: Number) -> Formula:
    total = f"SUMPRODUCT(MID({number.text},{number.places},1)*{number.weights})"
    wanted = f'MID("{_CHECK_DIGITS}",MOD({total},11)+1,1)'
    return Formula(f"IF({number.shape}=1,--EXACT({wanted},MID({number.text},18,1)),{UNKNOWN})", Kind.TRUTH)


def _birth_date(number: Number) -> Formula:
    day = f'--TEXT(MID({number.text},7,8),"0000-00-00")'
    return Formula(f"IF({number.shape}=1,{day},NA())", Kind.DATE)


def _birth_ok(number: Number) -> Formula:
    known = f'IF(MID({number.text},7,2)="18",{UNKNOWN},1-ISERROR({_birth_date(number).text}))'
    return Formula(f"IF({number.shape}=1,{known},{UNKNOWN})", Kind.TRUTH)


def _sex(number: Number) -> Formula:
    odd = f"MOD(MID({number.text},17,1),2)=1"
    return Formula(f'IF({number.shape}=1,IF({odd},"1","2"),NA())', Kind.TEXT)


PARTS: Mapping[str, Callable[[Number], Formula]] = {
    "pattern_ok": _pattern_ok,
    "checksum_ok": _checksum_ok,
    "birth_date": _birth_date,
    "birth_ok": _birth_ok,
    "sex": _sex,
}
"""By the name that a derived variable's ``part`` has; a part that is not here is no formula, and its rules are not in
the form."""
