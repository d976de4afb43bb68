"""The area frame: shipped editions, renames, and area files with mistakes."""

from pathlib import Path

import pytest

from bishan_survey.design import load_defaults, read_area_frame
from bishan_survey.design.areas import AREA_COLUMNS, shipped_area_rows, shipped_frames
from bishan_survey.errors import DefinitionError


@pytest.mark.parametrize(("edition", "villages"), [("bishan-2019", 189), ("bishan-2021", 191), ("bishan-2022", 194)])
def test_shipped_editions(edition: str, villages: int) -> None:
    rows = shipped_area_rows(edition)
    assert len({row["code"] for row in rows}) == villages
    assert len({row["town_code"] for row in rows}) == 15
    assert edition in shipped_frames()


def test_a_renamed_village_knows_its_older_name() -> None:
    former = {(old, code) for _, old, code in load_defaults().areas().former_names}
    assert any(old.startswith("合中社区") and code.startswith("500120005") for old, code in former)


def test_every_mistake_in_an_area_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "areas.csv"
    head = ",".join(AREA_COLUMNS)
    path.write_text(
        f"{head}\n12,甲村,500120001,甲镇,\n500120001001,乙村,500120002,乙镇,\n500120001001,丙村,500120001,甲镇,\n",
        encoding="utf-8-sig",
    )
    with pytest.raises(DefinitionError) as raised:
        read_area_frame(path, "500120", "璧山区")
    told = "\n".join(raised.value.problems)
    assert "第2行" in told
    assert "第3行" in told
    assert "第4行" in told


def test_an_area_file_without_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "areas.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DefinitionError, match="缺少列"):
        read_area_frame(path, "500120", "璧山区")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("500120001001,甲村,500120,甲镇,", "前9位"),
        ("500151001001,甲村,500151001,甲镇,", "不属于 survey.toml 中的区代码"),
        ("500120001001,,500120001,甲镇,", "名称是空的"),
        ("500120001002,乙村,500120001,甲镇,\n500120001001,甲村,500120001,乙镇,", "有两个名称"),
    ],
)
def test_areas_that_would_publish_wrong_totals_are_refused(tmp_path: Path, row: str, said: str) -> None:
    path = tmp_path / "areas.csv"
    path.write_text(f"{','.join(AREA_COLUMNS)}\n{row}\n", encoding="utf-8-sig")
    with pytest.raises(DefinitionError, match=said):
        read_area_frame(path, "500120", "璧山区")


def test_an_area_file_saved_by_an_older_program_is_read(tmp_path: Path) -> None:
    path = tmp_path / "areas.csv"
    path.write_bytes(f"{','.join(AREA_COLUMNS)}\n500120001001,大旺社区,500120001,璧城街道,\n".encode("gb18030"))
    assert read_area_frame(path, "500120", "璧山区").villages[0].name == "大旺社区"
