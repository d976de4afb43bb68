"""What an identity number says about itself, against a plain reading of GB 11643."""

from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from bishan_survey.validation.identifiers import PARTS
from tests.people import certificate, identity


def parts(number: str | None) -> dict[str, object]:
    frame = pl.DataFrame({"n": [number]}, schema={"n": pl.String})
    return frame.select(made(pl.col("n")).alias(name) for name, made in PARTS.items()).row(0, named=True)


def test_a_right_number() -> None:
    assert parts(certificate("19800229", 2)) == {
        "pattern_ok": True,
        "checksum_ok": True,
        "birth_date": date(1980, 2, 29),
        "birth_ok": True,
        "sex": "2",
    }


def test_a_wrong_check_digit_and_birth_date() -> None:
    right = identity("19800101")
    wrong = right[:17] + ("0" if right[17] != "0" else "1")
    assert parts(wrong)["checksum_ok"] is False
    assert parts(identity("19800230"))["birth_ok"] is False
    assert parts(identity("19800230"))["birth_date"] is None


def test_what_is_no_number_tells_nothing() -> None:
    for number in (None, "", "123", "99012O198001010016", "张三" * 9):
        told = parts(number)
        assert told["checksum_ok"] is None
        assert told["birth_date"] is None
        assert told["sex"] is None


_WEIGHTS = [2 ** (17 - place) % 11 for place in range(17)]


@given(st.dates(date(1900, 1, 1), date(2025, 12, 31)), st.integers(1, 999), st.integers(0, 10))
def test_the_check_digit_by_another_route(birth: date, order: int, offered: int) -> None:
    """GB 11643 defines the weights as powers of two modulo 11; the program has them written out."""
    body = f"990120{birth:%Y%m%d}{order:03d}"
    digit = "0123456789X"[offered]
    total = sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) + offered
    told = parts(body + digit)
    assert told["checksum_ok"] is (total % 11 == 1)
    assert told["birth_date"] == birth
    assert told["sex"] == ("1" if order % 2 else "2")
