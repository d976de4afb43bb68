"""What an identity number says about itself (GB 11643), read from the first 18 characters.

Facts only: whether the digits are plausible is for the rules in ``validators/`` to judge. The first six digits tell
where the number was first issued, and are never a reason to doubt it.
"""

from collections.abc import Callable

import polars as pl

_PATTERN = r"^[0-9]{17}[0-9X]"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_EARLIEST = "18000101"


def pattern_ok(number: pl.Expr) -> pl.Expr:
    """Whether the first 18 characters are seventeen digits and a digit or X; null if there are fewer than 18."""
    return pl.when(number.str.len_chars() >= 18).then(number.str.contains(_PATTERN))


def _well_formed(number: pl.Expr) -> pl.Expr:
    """The first 18 characters where their pattern is right, else null."""
    return pl.when(number.str.contains(_PATTERN)).then(number.str.slice(0, 18))


def checksum_ok(number: pl.Expr) -> pl.Expr:
    """Whether the 18th character is the check digit of the seventeen before it."""
    identity = _well_formed(number)
    total = pl.sum_horizontal(
        identity.str.slice(place, 1).cast(pl.Int32) * weight for place, weight in enumerate(_WEIGHTS)
    )
    wanted = (total % 11).replace_strict(list(range(11)), list(_CHECK_DIGITS), return_dtype=pl.String)
    return pl.when(identity.is_not_null()).then(identity.str.slice(17, 1) == wanted)


def birth_date(number: pl.Expr) -> pl.Expr:
    """The date of birth in digits 7 to 14; null if it is no date."""
    digits = _well_formed(number).str.slice(6, 8)
    return pl.when(digits >= _EARLIEST).then(digits.str.to_date("%Y%m%d", strict=False))


def birth_ok(number: pl.Expr) -> pl.Expr:
    """Whether digits 7 to 14 are a date; null unless the pattern is right."""
    return pl.when(_well_formed(number).is_not_null()).then(birth_date(number).is_not_null())


def sex(number: pl.Expr) -> pl.Expr:
    """``"1"`` (male) where digit 17 is odd, else ``"2"``; null unless the pattern is right."""
    return (2 - _well_formed(number).str.slice(16, 1).cast(pl.Int8) % 2).cast(pl.String)


PARTS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "pattern_ok": pattern_ok,
    "checksum_ok": checksum_ok,
    "birth_date": birth_date,
    "birth_ok": birth_ok,
    "sex": sex,
}
"""What a derived variable may take out of a number by ``of`` and ``part``."""
