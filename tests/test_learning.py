"""A blank import workbook as a profile: what is surely known is written, the rest is left to people."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from bishan_survey.design import problems_of
from bishan_survey.errors import WorkspaceError
from bishan_survey.learning import Learnt, learn, profile_text
from bishan_survey.model import DeliveryColumn, DeliveryProfile, Design
from tests.blanks import CHOICES, HEADERS, SHEET, blank_workbook
from tests.workbooks import write_cells


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Titles, a header in row 3, lists to choose from, one of them told as Excel 2010 does."""
    return blank_workbook(tmp_path_factory.mktemp("learnt") / "导入模板.xlsx")


@pytest.fixture(scope="module")
def learnt(template: Path, design: Design) -> Learnt:
    """What it was understood as."""
    return learn(template, design, "person")


def _draft(learnt: Learnt, design: Design) -> dict[str, Any]:
    return tomllib.loads(profile_text(learnt, "导入模板.xlsx", "trial", "person", design))


def test_what_is_known_is_written_and_what_is_not_is_empty(learnt: Learnt, design: Design) -> None:
    assert (learnt.sheet, learnt.header_row, learnt.held_below) == (SHEET, 3, None)
    made = _draft(learnt, design)
    assert (made["template"], made["header_row"], made["sheet_name"]) == ("导入模板.xlsx", 3, SHEET)
    by_header = {column["header"]: column for column in made["column"]}
    assert [*by_header] == [*HEADERS]
    assert by_header["姓名"]["sql"] == "name"
    assert by_header["残疾人证号"]["sql"] == "certificate_no"
    assert by_header["出生日期"]["sql"] == "STRFTIME(birth_date, '%Y-%m-%d')"
    assert by_header["特征码"]["sql"] == ""
    assert by_header["特征码"]["allowed"] == [*CHOICES]
    assert by_header["性别"]["recode"] == {"1": "男", "2": "女"}
    assert by_header["户口性质"]["allowed"] == ["1", "2"]
    assert "recode" not in by_header["户口性质"]


def test_a_draft_is_refused_until_it_is_complete(template: Path, learnt: Learnt, design: Design) -> None:
    made = _draft(learnt, design)
    columns = tuple(
        DeliveryColumn(**{k: tuple(v) if k == "allowed" else v for k, v in c.items()}) for c in made.pop("column")
    )
    profile = DeliveryProfile(**{**made, "key": ("残疾人证号",), "template": template}, columns=columns)
    (problem,) = problems_of(design, profile)
    assert "特征码" in problem


def test_what_stands_below_the_header_is_for_people_to_judge(tmp_path: Path, design: Design) -> None:
    path = blank_workbook(tmp_path / "a.xlsx", example=["张三"])
    learnt = learn(path, design, "person")
    assert learnt.held_below == 4
    text = profile_text(learnt, path.name, "trial", "person", design)
    assert "# first_row = 4" in text
    assert "first_row" not in tomllib.loads(text)


def test_two_headers_of_one_item_are_left_to_people(tmp_path: Path, design: Design) -> None:
    path = write_cells(tmp_path / "a.xlsx", {"表": {"A1": "姓名", "B1": "残疾人证号", "C1": "残疾证号", "D1": "性别"}})
    assert [bool(item) for _, item in learn(path, design, "person").columns] == [True, False, False, True]


@pytest.mark.parametrize("cells", [{"A1": "甲"}, {"A1": "姓名"}])
def test_without_a_header_it_is_refused(cells: dict[str, object], tmp_path: Path, design: Design) -> None:
    path = write_cells(tmp_path / "a.xlsx", {"表": cells})
    with pytest.raises(WorkspaceError, match="表头"):
        learn(path, design, "person")


def test_what_is_no_workbook_is_refused(tmp_path: Path, design: Design) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(WorkspaceError, match="读不了"):
        learn(tmp_path / "a.xlsx", design, "person")


def test_another_format_is_to_be_saved_as_xlsx(tmp_path: Path, design: Design) -> None:
    (tmp_path / "a.csv").write_text("姓名,残疾人证号\n", encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"不是 \.xlsx 工作簿") as caught:
        learn(tmp_path / "a.csv", design, "person")
    assert "另存为" in caught.value.advice


def test_headers_that_are_merged_over_two_lines_belong_to_the_lower(tmp_path: Path, design: Design) -> None:
    cells = {"A1": "姓名", "B1": "残疾人证号", "C1": "本人情况", "C2": "性别", "D2": "出生日期", "E2": "特征码"}
    path = write_cells(tmp_path / "a.xlsx", {"表": cells}, merged=["A1:A2", "B1:B2", "C1:E1", "J30:K31"])
    learnt = learn(path, design, "person")
    assert learnt.header_row == 2
    assert [header for header, _ in learnt.columns] == ["姓名", "残疾人证号", "性别", "出生日期", "特征码"]
    assert [item is not None for _, item in learnt.columns] == [True] * 4 + [False]
