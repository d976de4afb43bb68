"""Headers that people have approved: for a sender, for ever, and never half a file of them."""

import pytest

from bishan_survey.errors import UsageError
from bishan_survey.intake import AreaIndex, Known, mappings_text, read_batch, read_mappings
from bishan_survey.intake.mappings import approved_for
from tests.people import certificate
from tests.workbooks import submission, table, write_cells

LINES = "报送单位,表头,项目\n全区,苗子,残疾类别\n璧城街道,证照,残疾人证号\n三合镇平安社区,血型,不读取\n"


@pytest.fixture
def index(areas, design) -> AreaIndex:
    return AreaIndex(areas, design.layout)


def test_lines_come_back_as_they_were_kept(design, survey, index) -> None:
    mappings = read_mappings(LINES.encode("utf-8-sig"), "认定.csv", design, survey, index)
    assert [(m.sender, m.item) for m in mappings] == [
        ("", "category"),
        ("500120001", "certificate_no"),
        ("500120107001", None),
    ]
    kept = mappings_text(mappings, design, index)
    assert read_mappings(kept, "mappings.csv", design, survey, index) == mappings
    assert read_mappings(LINES.encode("gb18030"), "认定.csv", design, survey, index) == mappings


def test_all_problems_are_told_at_once(design, survey, index) -> None:
    lines = "报送单位,表头,项目\n没有镇,甲,姓名\n全区,,姓名\n全区,乙,没有这项\n全区,丙,\n"
    with pytest.raises(UsageError) as error:
        read_mappings(lines.encode(), "认定.csv", design, survey, index)
    assert all(f"第{line}行" in error.value.message for line in (2, 3, 4, 5))
    with pytest.raises(UsageError):
        read_mappings("表头,项目\n甲,姓名\n".encode(), "认定.csv", design, survey, index)
    with pytest.raises(UsageError):
        read_mappings((LINES + "全区,苗子,残疾等级\n").encode(), "认定.csv", design, survey, index)


def test_what_is_said_of_a_village_outranks_the_rest(design, survey, index, areas) -> None:
    lines = "报送单位,表头,项目\n全区,甲,姓名\n三合镇,甲,残疾类别\n500120107001,甲,残疾等级\n"
    mappings = read_mappings(lines.encode(), "认定.csv", design, survey, index)
    by_code = areas.by_code
    assert approved_for(mappings, by_code["500120107001"], None) == {"甲": "grade"}
    assert approved_for(mappings, by_code["500120107201"], None) == {"甲": "category"}
    assert approved_for(mappings, None, None) == {"甲": "name"}


def test_an_approved_header_is_read(tmp_path, design, survey, areas, index) -> None:
    mappings = read_mappings(LINES.encode(), "认定.csv", design, survey, index)
    rows = [["姓名", "性别", "苗子", "证照", "残疾等级"], ["甲", "男", "肢体", certificate(), "四级"]]
    path = write_cells(tmp_path / "a.xlsx", {"表": table((0, 0), rows)})
    known = Known(mappings=tuple(mappings))
    for name, certificate_read in (("璧城街道/大旺社区.xlsx", True), ("三合镇/新场村.xlsx", False)):
        batch = read_batch([submission(path, name)], design, survey, areas, known=known)
        record = batch.records["bishan-2025", "person"].row(0, named=True)
        assert record["category"] == "肢体"
        assert (record["certificate_no"] == certificate()) is certificate_read
