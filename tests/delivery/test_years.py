"""Indicators of several years: where values stop to compare, and how that is told in tables, charts and pages."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xlsxwriter import Workbook

from bishan_survey.delivery.styles import Styles
from bishan_survey.delivery.years import BREAK, BREAK_MARK, breaks, stretches, years_frame
from bishan_survey.delivery.years_sheet import lines_drawn, write_years
from bishan_survey.model import Design
from bishan_survey.pages import trend
from tests.workbooks import sheets_of

_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def years(**told: Sequence[tuple[float | None, str | None]]) -> list[dict[str, Any]]:
    """Value and fingerprint of each indicator from 2021 on."""
    count = max(len(values) for values in told.values())
    return [
        {
            "year": 2021 + n,
            "indicators": {
                name: {
                    "value": values[n][0],
                    "numerator": values[n][0],
                    "denominator": 100.0 if values[n][0] is not None else None,
                    "way": values[n][1] and f"口径{values[n][1]}",
                    "fingerprint": values[n][1],
                }
                for name, values in told.items()
            },
        }
        for n in range(count)
    ]


_PENSION = [(80.0, "调查"), (None, None), (81.0, "调查"), (91.0, "名单"), (92.0, "名单")]
_MEDICAL = [(95.0, "同"), (96.0, "同"), (97.0, "同"), (98.0, "同"), (99.0, "同")]


def test_a_break_stands_where_a_definition_is_another_than_the_last_known() -> None:
    told = years(I06=_PENSION, I07=_MEDICAL)
    assert breaks(told, "I06") == [2024]
    assert breaks(told, "I07") == breaks(told, "I99") == []
    assert [[year["year"] for year in part] for part in stretches(told, "I06")] == [[2021, 2022, 2023], [2024, 2025]]


@given(st.lists(st.sampled_from(["甲", "乙", None]), min_size=1, max_size=7))
def test_stretches_hold_every_year_once_and_one_definition_each(prints: list[str | None]) -> None:
    told = years(I06=[(1.0 if one else None, one) for one in prints])
    parts = stretches(told, "I06")
    assert [year for part in parts for year in part] == told
    assert [part[0]["year"] for part in parts[1:]] == breaks(told, "I06")
    for part in parts:
        assert len({year["indicators"]["I06"]["fingerprint"] for year in part} - {None}) <= 1


def test_every_year_says_how_it_compares(design: Design) -> None:
    frame = years_frame(years(I06=_PENSION, I07=_MEDICAL), design).filter(序号=6)
    assert frame["年份"].to_list() == [2021, 2022, 2023, 2024, 2025]
    assert frame["与以前比"].to_list() == ["起点", "不可计算", "口径相同", f"{BREAK_MARK}{BREAK}", "口径相同"]
    assert frame["定义"].to_list()[2:4] == ["口径调查", "口径名单"]
    lacking = years_frame(years(I06=[(80.0, "调查"), (None, "名单")]), design).filter(序号=6, 年份=2022)
    assert lacking["与以前比"].to_list() == [f"不可计算；{BREAK_MARK}{BREAK}"]


def test_a_line_of_the_chart_ends_at_a_break(design: Design) -> None:
    drawn = dict(lines_drawn(years(I06=_PENSION, I07=_MEDICAL), design))
    title, again = [name for name in drawn if name.startswith("残疾人城乡居民基本养老保险")]
    assert drawn[title] == [80.0, None, 81.0, None, None]
    assert again == f"{title} {BREAK_MARK}2024年起口径变化"
    assert drawn[again] == [None, None, None, 91.0, 92.0]
    assert len(drawn) == 3, "an indicator without a value has no line"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory, design: Design):
    path = tmp_path_factory.mktemp("years") / "指标.xlsx"
    told = years(I06=_PENSION, I07=_MEDICAL)
    with Workbook(str(path)) as workbook:
        write_years(workbook, Styles(workbook), told, years_frame(told, design), design)
        table = workbook.get_worksheet_by_name("历年").table
    return path, table


def test_the_sheet_marks_the_year_itself(book) -> None:
    path, table = book
    sheet = sheets_of(path)["历年"]
    place = next(n for n, row in enumerate(sheet) if row[0] == 6)
    assert sheet[place][3:8] == [80.0, "", 81.0, 91.0, 92.0], "numbers stay numbers"
    marked = [BREAK_MARK in table[place][column].format.num_format for column in (3, 5, 6, 7)]
    assert marked == [False, False, True, False]
    assert any(str(row[1]).startswith(f"{BREAK_MARK}  从这一年起{BREAK}") for row in sheet)


def test_the_chart_draws_what_compares(book) -> None:
    with ZipFile(book[0]) as file:
        chart = ElementTree.fromstring(file.read("xl/charts/chart1.xml"))
    assert len(list(chart.iter(f"{_CHART}ser"))) == 3
    assert not list(chart.iter(f"{_CHART}dispBlanksAs")), "a year that does not compare is a gap, which is the default"


def test_the_pages_line_is_interrupted_and_marked() -> None:
    told = trend("参保率", [[("2021", 80.0), ("2023", 81.0)], [("2024", 91.0)]], "％", "t", BREAK_MARK)
    assert told.count("<polyline") == 2
    assert f">{BREAK_MARK}91</text>" in told
    assert f"2023年81％，2024年{BREAK_MARK}91％" in told
    assert trend("参保率", [[], [("2024", 1.0), ("2025", 2.0)]], "％", "t", BREAK_MARK).count(BREAK_MARK) == 0
