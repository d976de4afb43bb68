"""The lint of the blank workbook that a profile fills: told by key and by file, before any data is read."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter

from bishan_survey.design import problems_of
from bishan_survey.design.load import definitions_digest, read_profiles
from bishan_survey.design.parse import Reader
from bishan_survey.model import DeliveryLine, Design
from tests.blanks import HEADERS, SHEET, blank_workbook, packed, parts_of, trial_profile
from tests.conftest import ROOT

_SHEET_PART = "xl/worksheets/sheet1.xml"
_GOOD = trial_profile(["name"] * len(HEADERS), "姓名")


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A blank workbook that fits."""
    return blank_workbook(tmp_path_factory.mktemp("blank") / "模板.xlsx")


def _told(design: Design, path: Path | None, **changes: object) -> list[str]:
    return [*problems_of(design, replace(_GOOD, template=path, **changes))]  # type: ignore[arg-type]


def test_one_that_fits_has_no_problems(blank: Path, design: Design) -> None:
    assert _told(design, blank) == []
    assert _told(design, blank, first_row=5) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sheet_name": "没有"}, "sheet_name：模板.xlsx 没有工作表“没有”，有：数据、字典、版本"),
        (
            {"header_row": 2},
            "header_row：模板第2行的列名与 [[column]] 不同：模板多出 说明：请勿改动表头，红色为必填；模板没有 姓名、残",
        ),
        ({"columns": _GOOD.columns[1:], "key": ()}, "header_row：模板第3行的列名与 [[column]] 不同：模板多出 姓名"),
        ({"columns": _GOOD.columns[::-1]}, "次序或个数不同"),
        ({"header_row": 0}, "表头至少在第1行"),
        ({"first_row": 3}, "记录在表头下面"),
        ({"first_row": 2, "header_row": 1}, "合并的单元格到了第2行"),
        ({"file_name": "试验.csv"}, "template：只用于"),
        ({"columns": (), "lines": (DeliveryLine("1", "1", "t"),), "unit": "table"}, "template：只用于"),
    ],
)
def test_what_does_not_fit_is_told(changes: dict[str, object], said: str, blank: Path, design: Design) -> None:
    problems = _told(design, blank, **changes)
    assert any(said in problem for problem in problems), problems
    assert all(problem.startswith("上报格式 trial：") for problem in problems)


def test_one_that_is_no_workbook_is_told(blank: Path, tmp_path: Path, design: Design) -> None:
    assert "找不到 没有.xlsx" in _told(design, tmp_path / "没有.xlsx")[0]
    renamed = tmp_path / "模板.xls"
    renamed.write_bytes(blank.read_bytes())
    (tmp_path / "坏.xlsx").write_bytes(blank.read_bytes()[:-4000])
    for name, said in (("模板.xls", "不是 .xlsx"), ("坏.xlsx", "读不了")):
        (problem,) = _told(design, tmp_path / name)
        assert said in problem
        assert "另存为" in problem


def test_nothing_is_said_of_rows_without_a_template(design: Design) -> None:
    assert "只和 template 一起写" in _told(design, None)[0]
    assert "只和 template 一起写" in _told(design, None, header_row=1, first_row=5)[0]


def test_what_stands_below_the_header_is_not_delivered_by_accident(tmp_path: Path, design: Design) -> None:
    path = blank_workbook(tmp_path / "模板.xlsx", example=["张三", "99"])
    (problem,) = _told(design, path)
    assert "first_row：模板表头下面第4行有内容" in problem
    assert _told(design, path, first_row=4) == _told(design, path, first_row=5) == []


def test_formulas_and_merged_cells_where_the_records_are_to_stand(tmp_path: Path, design: Design) -> None:
    path = tmp_path / "模板.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet(SHEET)
        sheet.write_row(2, 0, HEADERS)
        sheet.write_formula(4, 1, "=1+1")
        sheet.merge_range(6, 0, 8, 0, "")
    formula, merged = _told(design, path, first_row=4)
    assert "第5行有公式" in formula
    assert "合并的单元格到了第9行，记录从第4行写起" in merged


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda xml: xml.replace(b"<worksheet", b'<!DOCTYPE worksheet [<!ENTITY a "b">]><worksheet', 1),
        lambda xml: xml.replace(b'<row r="3"', b'<row r="30"', 1),
    ],
)
def test_a_worksheet_that_cannot_be_filled_is_told(spoilt: object, blank: Path, tmp_path: Path, design: Design) -> None:
    members = parts_of(blank)
    members[_SHEET_PART] = spoilt(members[_SHEET_PART])  # type: ignore[operator]
    problems = _told(design, packed(tmp_path / "模板.xlsx", members))
    assert problems
    assert all("template：" in problem or "header_row：" in problem for problem in problems)


def test_a_template_lies_beside_its_profile(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "delivery"
    folder.mkdir(parents=True)
    shipped = (ROOT / "templates" / "delivery" / "system-person.toml").read_text(encoding="utf-8")
    reader = Reader(tmp_path)
    for name, template in (("一", "模板.xlsx"), ("二", "../模板.xlsx")):
        text = re.sub(r"(?m)^id .*$", f'id = "{name}"\ntemplate = "{template}"\nheader_row = 3', shipped, count=1)
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    made = read_profiles(reader)["一"]
    assert (made.template, made.header_row, made.data_row) == (folder / "模板.xlsx", 3, 4)
    (problem,) = reader.problems
    assert "templates/delivery/二.toml：template：应是文件名" in problem


def test_another_template_gives_another_digest_and_an_open_one_does_not(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "delivery"
    folder.mkdir(parents=True)
    digests = [definitions_digest(tmp_path)]
    for name, content in (("模板.xlsx", b"1"), ("模板.xlsx", b"2"), ("~$模板.xlsx", b"1")):
        (folder / name).write_bytes(content)
        digests.append(definitions_digest(tmp_path))
    assert len(set(digests)) == 3
    assert digests[2] == digests[3]
