"""Villages are looked up within their 镇街, and never guessed."""

import pytest

from bishan_survey.intake.areas import AreaIndex
from bishan_survey.intake.places import Places
from bishan_survey.model import AreaFrame, Design, FormMark


@pytest.fixture
def index(areas: AreaFrame, design: Design) -> AreaIndex:
    return AreaIndex(areas, design.layout)


@pytest.mark.parametrize(
    ("text", "town", "code"),
    [
        ("大旺社区居民委员会", "500120001", "500120001001"),
        ("大旺社区", "500120001", "500120001001"),
        ("大旺社区居委会", "500120001", "500120001001"),
        ("平安村", "500120001", "500120001201"),
        ("平安村民委员会", "500120001", "500120001201"),
        ("平安社区", "500120001", None),
        ("平安社区", "500120107", "500120107001"),
        ("旧场村", "500120107", "500120107201"),
        ("500120107201", None, "500120107201"),
        ("新场村", None, "500120107201"),
        ("没有村", "500120107", None),
        ("", "500120107", None),
    ],
)
def test_villages(index: AreaIndex, text: str, town: str | None, code: str | None) -> None:
    village = index.village(text, town)
    assert (village.code if village else None) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("璧城街道/500120001001大旺社区.xlsx", "500120001001"),
        ("璧城街道/大旺社区花名册.xlsx", "500120001001"),
        ("三合镇/平安社区.xlsx", "500120107001"),
        ("三合镇/大旺社区.xlsx", None),
        ("大旺社区.xlsx", "500120001001"),
        ("平安社区.xlsx", "500120107001"),
        ("三合镇/平安社区和新场村.xlsx", None),
        ("三合镇/500120001001.xlsx", "500120001001"),
        ("三合镇/1500120001001.xlsx", None),
    ],
)
def test_file_names(index: AreaIndex, name: str, code: str | None) -> None:
    village = Places(name, None, index).of_file().village
    assert (village.code if village else None) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("璧城街道/500120001001-500120001201.xlsx", None),
        ("璧城街道/新大旺社区.xlsx", None),
        ("璧城街道/璧城街道大旺社区.xlsx", "500120001001"),
        ("璧城街道/2025大旺社区.xlsx", "500120001001"),
    ],
)
def test_file_names_are_not_read_too_willingly(index: AreaIndex, name: str, code: str | None) -> None:
    village = Places(name, None, index).of_file().village
    assert (village.code if village else None) == code


@pytest.mark.parametrize(
    ("name", "mark", "sheet", "title", "village", "by", "against"),
    [
        ("璧城街道/大旺社区.xlsx", "500120107201", "表", "", "新场村村民委员会", "form", "file"),
        ("全镇.xlsx", "", "大旺社区", "", "大旺社区居民委员会", "sheet", ""),
        ("璧城街道/大旺社区.xlsx", "", "平安村", "", "平安村村民委员会", "sheet", "file"),
        ("璧城街道/表.xlsx", "", "Sheet1", "填报单位：大旺社区", "大旺社区居民委员会", "title", ""),
        ("三合镇/平安社区/表.xlsx", "", "Sheet1", "", "平安社区居民委员会", "folder", ""),
        ("三合镇.zip/平安社区.xlsx", "", "Sheet1", "", "平安社区居民委员会", "file", ""),
        ("表.xlsx", "", "Sheet1", "三合镇平安社区花名册", "平安社区居民委员会", "title", ""),
        ("表.xlsx", "", "Sheet1", "花名册", None, "", ""),
    ],
)
def test_the_signs_of_a_sheet_in_order_of_trust(index, name, mark, sheet, title, village, by, against) -> None:
    placed = Places(name, FormMark("bishan-2025", mark), index).of_sheet(sheet, title)
    assert (placed.village.name if placed.village else None, placed.by) == (village, by)
    assert (placed.against.where if placed.against else "") == against


def test_a_former_name_is_told(index: AreaIndex) -> None:
    placed = Places("三合镇/旧场村.xlsx", None, index).of_file()
    assert (placed.village.code, placed.former) == ("500120107201", "旧场村民委员会")
