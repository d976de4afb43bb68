"""What makes workbooks fit for screen and paper: widths, folded lines, whole numbers."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from xlsxwriter import Workbook

from bishan_survey.delivery.lists import ListSheet, fitting, write_list
from bishan_survey.delivery.styles import Styles
from bishan_survey.widths import display_width, folded
from tests.workbooks import sheets_of


@given(st.text("表a，。）1", max_size=60), st.integers(2, 20))
def test_folding_loses_nothing_and_begins_no_line_with_a_closing_mark(text: str, width: int) -> None:
    lines = folded(text, width)
    assert "".join(lines) == text
    assert all(display_width(line.rstrip("，。）")) <= width for line in lines)
    assert not any(line[0] in "，。）" for line in lines[1:])


def test_columns_are_as_wide_as_what_stands_in_them() -> None:
    frame = pl.DataFrame({"镇街": ["璧城街道", None], "文件": ["长" * 40, ""], "空": [None, None], "数": [1234567, 1]})
    assert fitting(frame, (30, 40, 40, 40)) == [11, 40, 5, 10]
    assert fitting(frame.clear(), (30, 40, 40, 40)) == [7, 7, 5, 5]


def test_whole_numbers_have_no_fractions(tmp_path) -> None:
    frame = pl.DataFrame({"人": [1.0, None], "％": [99.5, 100.0], "名": ["甲", "乙"]})
    with Workbook(str(tmp_path / "表.xlsx")) as workbook:
        styles = Styles(workbook)
        write_list(workbook, styles, ListSheet("表", (9, 9, 9), frame))
        sheet = workbook.get_worksheet_by_name("表")
        formats = [[sheet.table[row][column].format.num_format for column in (0, 1)] for row in (2,)]
    assert formats == [["#,##0", "#,##0.0"]]
    assert sheets_of(tmp_path / "表.xlsx")["表"][2:] == [[1.0, 99.5, "甲"], ["", 100.0, "乙"]]
