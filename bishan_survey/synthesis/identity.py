"""Identity numbers of people who do not exist: right in form, date and check digit (GB 11643), wrong in region."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_DAYS = 360
"""Births are spread over so many days before the birthday, so that the age is sure in leap years too."""


class IdentityNumbers:
    """Makes numbers, each only once."""

    def __init__(self, prefixes: Sequence[str], reference_date: date, rng: Random) -> None:
        self._prefixes = prefixes
        self._reference = reference_date
        self._rng = rng
        self._made: set[str] = set()

    def make(self, years: int, sex: str) -> str:
        """The number of somebody of an age on the reference date and a sex (``"1"`` or ``"2"``)."""
        while True:
            serial = self._rng.randrange(1, 500) * 2 - (sex == "1")
            body = f"{self._rng.choice(self._prefixes)}{self._birth(years):%Y%m%d}{serial:03d}"
            number = body + check_digit(body)
            if number not in self._made:
                self._made.add(number)
                return number

    def _birth(self, years: int) -> date:
        day = min(self._reference.day, 28)
        birthday = self._reference.replace(year=self._reference.year - years, day=day)
        return birthday - timedelta(days=self._rng.randrange(1, _DAYS))


def check_digit(body: str) -> str:
    """The 18th character of a number whose first seventeen digits are `body`."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % 11]
