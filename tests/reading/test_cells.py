"""Cells as people see them, and workbooks at their true addresses."""

import datetime as dt
import zipfile
from pathlib import Path

import pytest

from bishan_survey.reading.cells import cell_text
from bishan_survey.reading.grid import UnreadableFile
from bishan_survey.reading.read import read
from tests.workbooks import write_cells


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", ""),
        (" 张三 ", " 张三 "),
        (38.0, "38"),
        (0.5, "0.5"),
        (13800000000.0, "13800000000"),
        (510227198001011234.0, "5.10227E+17"),
        (1e15, "1.00000E+15"),
        (999999999999999.0, "999999999999999"),
        (float("nan"), "NAN"),
        (float("inf"), "INF"),
        (True, "TRUE"),
        (dt.date(2025, 6, 1), "2025-06-01"),
        (dt.datetime(2025, 6, 1), "2025-06-01"),  # noqa: DTZ001 - spreadsheets know no zone
        (dt.datetime(2025, 6, 1, 8, 30), "2025-06-01 08:30:00"),  # noqa: DTZ001
        (None, ""),
    ],
)
def test_cells_read_as_people_see_them(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_cells_stand_at_their_true_addresses(tmp_path: Path) -> None:
    path = write_cells(tmp_path / "a.xlsx", {"表": {"C4": "甲", "E6": 7}})
    (grid,) = read(path.read_bytes(), "a.xlsx").grids
    assert grid.rows[3][2] == "甲"
    assert grid.rows[5][4] == "7"
    assert grid.rows[0][0] == ""


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600])
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        read(content, "a.xlsx")


def test_a_workbook_that_would_unpack_to_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/workbook.xml", "w") as entry:
        for _ in range(210):
            entry.write(b"\0" * 2**20)
    with pytest.raises(UnreadableFile) as refused:
        read(path.read_bytes(), "a.xlsx")
    assert refused.value.notice == "F03"
