"""Villages are looked up within their 镇街, and never guessed."""

import pytest

from bishan_survey.intake.areas import AreaIndex
from bishan_survey.model import AreaFrame, Design


@pytest.fixture
def index(areas: AreaFrame, design: Design) -> AreaIndex:
    return AreaIndex(areas, design.layout.village_suffixes)


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
        ("大旺社区.xlsx", None),
        ("三合镇/平安社区和新场村.xlsx", None),
        ("三合镇/500120001001.xlsx", "500120001001"),
        ("三合镇/1500120001001.xlsx", None),
    ],
)
def test_file_names(index: AreaIndex, name: str, code: str | None) -> None:
    village, _ = index.of_file(name)
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
    village, _ = index.of_file(name)
    assert (village.code if village else None) == code
