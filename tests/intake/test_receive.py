"""Submissions as they come: in archives, twice, under wrong names, declaring that there is nobody."""

import io
import zipfile
from itertools import permutations
from pathlib import Path

import pytest

from bishan_survey.intake import read_batch
from bishan_survey.model import Batch
from tests.people import certificate
from tests.workbooks import submission, table, write_cells

HEADER = ["姓名", "残疾人证号", "残疾类别"]
VILLAGE = "璧城街道/大旺社区.xlsx"


def workbook(folder: Path, name: str, *orders: int, title: str = "") -> Path:
    rows = [[title], HEADER, *([f"试验{n}", certificate(order=n), "肢体"] for n in orders)]
    return write_cells(folder / name, {"花名册": table((0, 0), rows)})


@pytest.fixture
def read(design, survey, areas):
    def reading(*files: tuple[Path, str]) -> Batch:
        return read_batch([submission(path, name) for path, name in files], design, survey, areas)

    return reading


def rules(batch: Batch) -> list[tuple[str, str]]:
    return batch.findings.select("file", "rule").rows()


def people(batch: Batch) -> list[str]:
    return batch.records["bishan-2025", "person"]["name"].to_list()


def test_the_files_of_an_archive_are_read_one_by_one(read, tmp_path) -> None:
    path = tmp_path / "打包.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(workbook(tmp_path, "a.xlsx", 1), "大旺社区.xlsx")
        archive.write(workbook(tmp_path, "b.xlsx", 3), "平安村/表.xlsx")
        archive.writestr("~$大旺社区.xlsx", b"x")
        archive.writestr("说明.docx", b"x")
        archive.writestr("../外面.xlsx", b"x")
    batch = read((path, "璧城街道/打包.zip"))
    assert people(batch) == ["试验1", "试验3"]
    villages = batch.records["bishan-2025", "person"]["_village"].to_list()
    assert villages == ["500120001001", "500120001201"]
    assert batch.sources["file"].to_list() == [
        "璧城街道/打包.zip",
        "璧城街道/打包.zip/大旺社区.xlsx",
        "璧城街道/打包.zip/平安村/表.xlsx",
        "璧城街道/打包.zip/说明.docx",
    ]
    archive_itself = [("璧城街道/打包.zip", "F28"), ("璧城街道/打包.zip", "F44")]
    assert rules(batch) == [*archive_itself, ("璧城街道/打包.zip/说明.docx", "F04")]
    assert batch.sources["usable"].to_list() == [True, True, True, False]


def test_an_archive_in_an_archive_is_refused(read, tmp_path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.csv", "姓名,残疾人证号,残疾类别\n")
    path = tmp_path / "打包.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("表.xlsx", inner.getvalue())
    assert rules(read((path, "璧城街道/打包.zip"))) == [("璧城街道/打包.zip/表.xlsx", "F04")]


def test_a_renamed_copy_counts_once_in_whatever_order(read, tmp_path) -> None:
    path = workbook(tmp_path, "a.xlsx", 1, 3)
    names = [VILLAGE, "璧城街道/大旺社区（最终）.xlsx", "璧城街道/新建表格.xlsx"]
    for order in permutations(names):
        batch = read(*((path, name) for name in order))
        assert people(batch) == ["试验1", "试验3"]
        copies = dict(batch.sources.select("file", "copy_of").rows())
        assert copies == {names[0]: None, names[1]: names[0], names[2]: names[0]}
        assert sorted(rules(batch)) == [(name, "F26") for name in names[1:]]


def test_the_same_content_for_two_villages_is_a_contradiction(read, tmp_path) -> None:
    path = workbook(tmp_path, "a.xlsx", 1)
    batch = read((path, VILLAGE), (path, "璧城街道/平安村.xlsx"))
    assert rules(batch) == [("璧城街道/平安村.xlsx", "F30")]
    assert people(batch) == ["试验1", "试验1"]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("璧城街道/大旺社区零报告.xlsx", {"A1": "大旺社区"}),
        (VILLAGE, {"A1": "本社区无持证残疾人"}),
        (VILLAGE, {**table((0, 0), [HEADER]), "A2": "零 报 告"}),
    ],
)
def test_a_zero_return(read, tmp_path, name, cells) -> None:
    batch = read((write_cells(tmp_path / "a.xlsx", {"表": cells}), name))
    source = batch.sources.row(0, named=True)
    assert (source["declared_none"], source["usable"], source["village"]) == (True, True, "500120001001")
    assert batch.findings.filter(rule="F29").height == 1
    assert people(batch) == []


def test_the_words_of_a_zero_return_beside_records_say_nothing(read, tmp_path) -> None:
    batch = read((workbook(tmp_path, "a.xlsx", 1, title="无残疾人的户不填"), VILLAGE))
    assert batch.sources["declared_none"].to_list() == [False]
    assert people(batch) == ["试验1"]


def test_sheets_of_several_villages(read, tmp_path) -> None:
    sheets = {
        name: table((0, 0), [HEADER, [name, certificate(order=n), "肢体"]])
        for n, name in enumerate(("大旺社区", "平安村"), 1)
    }
    batch = read((write_cells(tmp_path / "a.xlsx", sheets), "璧城街道/全街道.xlsx"))
    records = batch.records["bishan-2025", "person"]
    assert records.select("name", "_village").rows() == [("大旺社区", "500120001001"), ("平安村", "500120001201")]
    assert batch.sources["village"].to_list() == [None]
    assert rules(batch) == []


def test_a_merged_village_is_filled_down(tmp_path, design, survey, areas) -> None:
    rows = [["村（社区）", *HEADER], *([None, f"试验{n}", certificate(order=n), "肢体"] for n in (1, 3, 5))]
    path = write_cells(tmp_path / "a.xlsx", {"表": {**table((0, 0), rows), "A2": "平安村", "A4": "大旺社区"}})
    merged = write_merged(tmp_path / "b.xlsx", rows)
    unmerged, filled = (
        read_batch([submission(p, "璧城街道/全街道.xlsx")], design, survey, areas) for p in (path, merged)
    )
    villages = [batch.records["bishan-2025", "person"]["_village"].to_list() for batch in (unmerged, filled)]
    assert villages == [["500120001201", None, "500120001001"], ["500120001201", "500120001201", "500120001001"]]
    assert filled.findings.filter(rule="F33")["cell"].to_list() == ["A1"]


def write_merged(path: Path, rows: list[list[object]]) -> Path:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("表")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        sheet.merge_range("A2:A3", "平安村")
        sheet.write("A4", "大旺社区")
    return path


def test_a_contradiction_of_signs_is_told(read, tmp_path) -> None:
    batch = read((workbook(tmp_path, "a.xlsx", 1, title="填报单位：平安村"), VILLAGE))
    (finding,) = batch.findings.to_dicts()
    assert (finding["rule"], finding["sheet"]) == ("F09", "花名册")
    assert "平安村村民委员会" in finding["message"]
    assert "大旺社区居民委员会" in finding["message"]
    assert batch.sources["recognised_by"].to_list() == ["title"]


def test_a_folder_of_another_town_is_told(read, tmp_path) -> None:
    batch = read((workbook(tmp_path, "a.xlsx", 1), "三合镇/500120001001大旺社区.xlsx"))
    assert rules(batch) == [("三合镇/500120001001大旺社区.xlsx", "F09")]


def test_a_former_name_is_understood_and_told(read, tmp_path) -> None:
    batch = read((workbook(tmp_path, "a.xlsx", 1), "三合镇/旧场村.xlsx"))
    assert batch.sources["village"].to_list() == ["500120107201"]
    assert rules(batch) == [("三合镇/旧场村.xlsx", "F21")]


def test_hidden_rows_are_read_and_told(tmp_path, design, survey, areas) -> None:
    import xlsxwriter

    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("表")
        sheet.write_row(0, 0, HEADER)
        for n in (1, 2, 3):
            sheet.write_row(n, 0, [f"试验{n}", certificate(order=n), "肢体"])
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column(2, 2, None, None, {"hidden": True})
    batch = read_batch([submission(path, VILLAGE)], design, survey, areas)
    assert people(batch) == ["试验1", "试验2", "试验3"]
    (message,) = batch.findings.filter(rule="F20")["message"]
    assert "隐藏的行1处、隐藏的列1处" in message
