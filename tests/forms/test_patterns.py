"""Regular expressions mean in Excel what they mean in Python, or are not translated at all."""

import re

import pytest
import xlsxwriter

from bishan_survey.forms.patterns import pattern_formula, quoted
from tests.forms.computing import computed
from tests.office import needs_office

PATTERNS = [
    r"^B[1-9][0-9]?$",
    r"^1[0-9]{10}$",
    r"(00000000|12345678)$",
    r"[0-9０-９]",
    r"^(合|小|总|共)计",
    r"测试|^(无|不详)$",
    r"^[0-9]{17}[0-9X][1-7][1-4](B[1-9][0-9]?)?$",
    r"^[0-9]{17}[0-9X]",
    r"^[a-c-]{2,3}$",
    '说“"”',
    r"^[0-9]{2}-[0-9]{2}$",
]
TEXTS = [
    *("B1", "B10", "B0", "b1", "B100", "xB1", "B"),
    *("19900000001", "1990000000", "199000000012", "1990000000x", "199000000０1"),
    *("12345678", "123456789", "x12345678", "0000", "00000000", "1e5", "1,000", "12-34", "1-2"),
    *("合计", "小计：", "总", "合计数", "无", "不详", "不详。", "测试甲", "甲", "３", "A3"),
    *("99012019800101001X44", "99012019800101001X44B1", "99012019800101001X44B12", "99012019800101001x44"),
    *("99012019800101001X84", "9901201980010100100", "99012019800101 01X44", "ab", "a-c", "abcd", "AB", "*", "?", "~"),
    *('他说“"”', "-1", "+1", "1.5", " 1", "TRUE", "#N/A"),
]


@needs_office
def test_a_pattern_finds_in_excel_what_it_finds_in_python(tmp_path) -> None:
    path = tmp_path / "patterns.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("found")
        for row, text in enumerate(TEXTS):
            for column, pattern in enumerate(PATTERNS):
                sheet.write_formula(row, column, f"={pattern_formula(pattern, quoted(text))}")
    found = computed(path, tmp_path)["found"]
    wrong = [
        (pattern, text, found[row][column])
        for row, text in enumerate(TEXTS)
        for column, pattern in enumerate(PATTERNS)
        if found[row][column] != float(bool(re.search(pattern, text)))
    ]
    assert wrong == []


@needs_office
def test_where_there_is_no_text_nothing_can_be_told(tmp_path) -> None:
    path = tmp_path / "patterns.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("found")
        for row, pattern in enumerate(PATTERNS):
            sheet.write_formula(row, 0, f"={pattern_formula(pattern, 'NA()')}")
    assert [row[0] for row in computed(path, tmp_path)["found"]] == [0.5] * len(PATTERNS)


@pytest.mark.parametrize(
    "pattern",
    [
        "^a+$",
        "a*",
        "^.$",
        r"^\d$",
        "^[^0]$",
        "[ab][cd]",
        "^(a",
        "a)",
        "^(0[0-9]{2,3})?[-]?[0-9]{6,8}(a|b|c)?$",
        "",
        "a{2,}",
    ],
)
def test_what_a_formula_cannot_say_is_not_said(pattern) -> None:
    assert pattern_formula(pattern, "A1") is None
