"""What clerks write, what is understood, what is refused, and whether it is written as the form asks."""

from datetime import date

import polars as pl
import pytest

from bishan_survey.model import Code, CodeList, Item, ValueType
from bishan_survey.validation.values import read_values

KINDS = CodeList(
    "kinds",
    (
        Code("1", "视力", ("视力残疾", "盲")),
        Code("2", "听力", ("听力残疾",)),
        Code("4", "肢体", ("肢残",)),
        Code("6", "无", ("没有",), exclusive=True),
    ),
)
GRADES = CodeList("grades", (Code("1", "一级", ("1级", "I级", "壹级")), Code("2", "二级", ("2级", "II级", "贰级"))))
TWO_DIGITS = CodeList("peoples", (Code("01", "汉族"), Code("02", "蒙古族"), Code("10", "朝鲜族")))
YES_NO = CodeList("yes-no", (Code("1", "是", ("√", "有")), Code("2", "否", ("×", "无"))))


def item(kind: str, *, multiple: bool = False) -> Item:
    codes = "kinds" if kind == "code" else None
    return Item("x", "项目", ValueType(kind), "s", codes=codes, multiple=multiple)


def one(kind: str, text: str, codes: CodeList | None = None, *, multiple: bool = False) -> tuple[object, bool, bool]:
    """Value, whether unreadable, whether normalised."""
    typed = read_values(item(kind, multiple=multiple), pl.Series("x", [text]), codes)
    return typed.values.to_list()[0], typed.unreadable[0], typed.normalised[0]


@pytest.mark.parametrize("text", ["4", "肢体", "4 肢体", "4.肢体"])
def test_codes_as_the_form_asks_are_not_remarked(text: str) -> None:
    assert one("code", text, KINDS) == ("4", False, False)


@pytest.mark.parametrize(
    ("text", "codes", "value"),
    [
        ("４", KINDS, "4"),
        (" 4 ", KINDS, "4"),
        ("4.0", KINDS, "4"),
        ("肢残", KINDS, "4"),
        ("肢 体", KINDS, "4"),
        ("4、肢体", KINDS, "4"),
        ("（4）肢体", KINDS, "4"),
        ("4-肢残", KINDS, "4"),
        ("Ⅰ级", GRADES, "1"),
        ("1级", GRADES, "1"),
        ("一 级", GRADES, "1"),
        ("√", YES_NO, "1"),
        ("1", TWO_DIGITS, "01"),
    ],
)
def test_other_spellings_are_understood_and_remarked(text: str, codes: CodeList, value: str) -> None:
    assert one("code", text, codes) == (value, False, True)


@pytest.mark.parametrize("text", ["9", "肢体一级", "3 肢体", "1 肢体", "不详", "14", "?", "一"])
def test_unclear_codes_are_refused(text: str) -> None:
    assert one("code", text, KINDS) == (None, True, False)


@pytest.mark.parametrize("text", ["1,2", "视力,听力", "1 视力,2 听力"])
def test_several_answers_as_the_form_asks(text: str) -> None:
    assert one("code", text, KINDS, multiple=True) == (["1", "2"], False, False)


@pytest.mark.parametrize(
    "text", ["1、2", "2,1;1", "1；2", "1/2", "1 2", "视力、听力", "1.视力；2.听力", "１，２", "盲+听力"]
)
def test_any_usual_separator(text: str) -> None:
    assert one("code", text, KINDS, multiple=True) in [(["1", "2"], False, True), (["1", "2"], False, False)]


@pytest.mark.parametrize("text", ["12", "1,9", "视力听力", "1,?"])
def test_unclear_lists_are_refused_whole(text: str) -> None:
    assert one("code", text, KINDS, multiple=True) == (None, True, False)


@pytest.mark.parametrize(
    "text",
    [
        "2025.6.1",
        "2025/06/01",
        "2025年6月1日",
        "20250601",
        "45809",
        "２０２５-０６-０１",
        "2025-6-1",
        "2025-06-01 08:30:00",
    ],
)
def test_dates(text: str) -> None:
    assert one("date", text) == (date(2025, 6, 1), False, True)


def test_a_date_as_the_form_asks() -> None:
    assert one("date", "2025-06-01") == (date(2025, 6, 1), False, False)


@pytest.mark.parametrize("text", ["2025-02-30", "2025.6", "6月1日", "25-6-1", "2025-13-01", "明天", "0"])
def test_unclear_dates_are_refused(text: str) -> None:
    assert one("date", text) == (None, True, False)


@pytest.mark.parametrize(("text", "value"), [("3", 3), ("3.0", 3), ("３", 3), ("3人", 3), ("1,200", 1200), ("-1", -1)])
def test_integers(text: str, value: int) -> None:
    assert one("integer", text)[:2] == (value, False)


@pytest.mark.parametrize("text", ["三", "3-4", "约3", "3.5", "无"])
def test_unclear_integers_are_refused(text: str) -> None:
    assert one("integer", text)[:2] == (None, True)


def test_decimals() -> None:
    assert one("decimal", "12500.5") == (12500.5, False, False)
    assert one("decimal", "￥12,500.5元") == (12500.5, False, True)
    assert one("decimal", "1.2万")[:2] == (None, True)


@pytest.mark.parametrize("text", ["5.10227E+17", "9.9012E+19", "5.10227198001011E+17", "5e+17"])
@pytest.mark.parametrize("kind", ["certificate", "id_number", "phone"])
def test_lost_digits_are_never_guessed(kind: str, text: str) -> None:
    assert one(kind, text) == (None, True, False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("９９０１２０", "990120"),
        ("'990120", "990120"),
        (" 9901 20\u200b", "990120"),
        ("99012x", "99012X"),
        ("99b1", "99B1"),
    ],
)
def test_identifiers_are_tidied_and_it_is_said(text: str, value: str) -> None:
    assert one("certificate", text) == (value, False, True)


@pytest.mark.parametrize(
    ("text", "value", "odd"),
    [
        ("张三", "张三", False),
        (" 张　三 ", "张三", True),
        ("𠮷田", "𠮷田", False),
        ("Tom Li", "Tom Li", False),
        ("﨑", "﨑", False),
    ],
)
def test_names_keep_every_character(text: str, value: str, odd: bool) -> None:
    assert one("text", text) == (value, False, odd)


def test_missing_stays_missing() -> None:
    typed = read_values(item("code"), pl.Series("x", [None, "1", None], dtype=pl.String), KINDS)
    assert typed.values.to_list() == [None, "1", None]
    assert typed.unreadable.to_list() == [False, False, False]


def test_an_empty_column_has_the_right_type() -> None:
    typed = read_values(item("code", multiple=True), pl.Series("x", [None, None], dtype=pl.String), KINDS)
    assert typed.values.dtype == pl.List(pl.String)


@pytest.mark.parametrize("text", ["1 3", "²", "9" * 20, "9" * 400, "9007199254740993", "1e5"])
def test_numbers_are_not_joined_or_rounded(text: str) -> None:
    assert one("integer", text)[:2] == (None, True)


@pytest.mark.parametrize("text", ["1_000", "1、0", "1 0"])
def test_a_code_with_something_behind_it_is_refused(text: str) -> None:
    assert one("code", text, KINDS)[:2] == (None, True)


@pytest.mark.parametrize("text", ["0000-01-01", "1066-10-14", "9999-12-31"])
def test_years_that_nobody_means_are_refused(text: str) -> None:
    assert one("date", text)[:2] == (None, True)


def test_a_full_width_number_is_understood_and_remarked() -> None:
    assert one("decimal", "１２") == (12.0, False, True)
