"""A blank import workbook as a profile: what is surely known is written, the rest is left to people."""

import tomllib
from pathlib import Path

import pytest
import xlsxwriter

from bishan_survey.design import problems_of
from bishan_survey.errors import WorkspaceError
from bishan_survey.learning import learn, profile_text
from bishan_survey.model import DeliveryColumn, DeliveryProfile, Design
from tests.workbooks import write_cells

_HEADERS = ("姓名", "残疾人证号", "性别", "户口性质", "出生日期", "特征码", "联系人姓名")


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A title, a header in row 3, two lists to choose from, one of them on a hidden sheet."""
    path = tmp_path / "导入模板.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, codes = book.add_worksheet("数据"), book.add_worksheet("字典")
        codes.hide()
        codes.write_column(0, 0, ["1", "2"])
        sheet.write(0, 0, "导入模板")
        sheet.write_row(2, 0, _HEADERS)
        sheet.data_validation("C4:C99", {"validate": "list", "source": ["男", "女"]})
        sheet.data_validation("D4:D99", {"validate": "list", "source": "=字典!$A$1:$A$2"})
    return path


def test_what_is_known_is_written_and_what_is_not_is_empty(template: Path, design: Design) -> None:
    learnt = learn(template, design, "person")
    assert (learnt.sheet, learnt.header_row, learnt.hidden) == ("数据", 3, ("字典",))
    text = profile_text(learnt, template.name, "trial", "person", design)
    made = tomllib.loads(text)
    by_header = {column["header"]: column for column in made["column"]}
    assert [*by_header] == [*_HEADERS]
    assert by_header["姓名"]["sql"] == "name"
    assert by_header["残疾人证号"]["sql"] == "certificate_no"
    assert by_header["出生日期"]["sql"] == "STRFTIME(birth_date, '%Y-%m-%d')"
    assert by_header["特征码"]["sql"] == ""
    assert by_header["性别"]["recode"] == {"1": "男", "2": "女"}
    assert by_header["户口性质"]["allowed"] == ["1", "2"]
    assert "recode" not in by_header["户口性质"]
    assert "标题行" in text
    assert "字典" in text


def test_a_draft_is_refused_until_it_is_complete(template: Path, design: Design) -> None:
    made = tomllib.loads(profile_text(learn(template, design, "person"), template.name, "trial", "person", design))
    columns = tuple(
        DeliveryColumn(**{k: tuple(v) if k == "allowed" else v for k, v in c.items()}) for c in made.pop("column")
    )
    profile = DeliveryProfile(**{**made, "key": ("残疾人证号",)}, columns=columns)
    (problem,) = problems_of(design, profile)
    assert "特征码" in problem


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
