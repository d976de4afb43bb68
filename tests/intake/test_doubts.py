"""What must not be guessed, and what must not be passed over: whose number, whose village, who is left unread."""

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest

from bishan_survey.design import load_defaults
from bishan_survey.intake import read_batch
from bishan_survey.intake.header_index import HeaderIndex
from bishan_survey.intake.headers import find_header
from bishan_survey.intake.sheets import read_records
from bishan_survey.model import AreaFrame, Batch, Design, Survey
from bishan_survey.reading.grid import Grid
from bishan_survey.validation import validate
from tests.conftest import EDITION
from tests.office import converted, needs_office
from tests.people import certificate, identity
from tests.workbooks import submission, table, write_cells

PERSON = (EDITION, "person")
HEADER = ["序号", "姓名", "残疾人证号", "性别", "残疾类别"]
AT_HOME = [[1, "试验甲", certificate(order=1), "男", "肢体"], [2, "试验乙", certificate(order=3), "男", "肢体"]]
OTHERS = [[3, "试验丙", certificate(order=5), "男", "肢体"], [4, "试验丁", certificate(order=7), "男", "肢体"]]
Read = Callable[..., Batch]


@pytest.fixture
def read(tmp_path: Path, design: Design, survey: Survey, areas: AreaFrame) -> Read:
    def reading(
        rows: Sequence[Sequence[object]], name: str = "璧城街道/大旺社区.xlsx", merged: Sequence[str] = ()
    ) -> Batch:
        path = write_cells(tmp_path / "file.xlsx", {"花名册": table((0, 0), rows)}, merged)
        return validate(read_batch([submission(path, name)], design, survey, areas), design, survey)

    return reading


def people(batch: Batch, *items: str) -> list[tuple]:
    frame = batch.records.get(PERSON)
    return [] if frame is None else frame.select(*items).rows()


def told(batch: Batch) -> list[tuple[str, str]]:
    return batch.findings.filter(records=0).select("rule", "severity").sort("rule").rows()


# --- a zero return is said, and not only mentioned -------------------------


@pytest.mark.parametrize(
    ("rows", "declared"),
    [
        ([["零报告"]], True),
        ([["大旺社区持证残疾人基本状况调查表"], ["本村无持证残疾人"]], True),
        ([["没有持证残疾人的村，请报零报告"]], False),
        ([["备注：无残疾人证的人员另报"]], False),
        ([["花名册"], ["甲", certificate(order=1)], ["乙", certificate(order=3)], ["零报告"]], False),
        ([["花名册"], ["甲", "男", "肢体"], ["乙", "男", "肢体"], ["丙", "女", "视力"], ["零报告"]], False),
    ],
)
def test_only_a_file_without_people_declares_none(rows: list[list[object]], declared: bool, read: Read) -> None:
    batch = read(rows)
    assert batch.sources["declared_none"].to_list() == [declared]
    assert declared or "hard" in {severity for _, severity in told(batch)}


# --- whose name and number -------------------------------------------------

GUARDIAN = ["李监", identity("19500101", 3), "19900000003"]
OWN = ["试验甲", certificate(order=1), "男", "肢体"]


@pytest.mark.parametrize(
    ("top", "below", "row"),
    [
        (
            ["监护人", None, None, "残疾人", None, None, None],
            ["姓名", "身份证号", "联系电话", "姓名", "残疾人证号", "性别", "残疾类别"],
            [*GUARDIAN, *OWN],
        ),
        (
            ["残疾人", None, None, None, "监护人", None, None],
            ["姓名", "残疾人证号", "性别", "残疾类别", "姓名", "身份证号", "联系电话"],
            [*OWN, *GUARDIAN],
        ),
        (
            ["采集员", None, None, None, None, None],
            ["姓名", "联系电话", "残疾人姓名", "残疾人证号", "性别", "残疾类别"],
            ["采集甲", "19900000003", *OWN],
        ),
    ],
    ids=["guardian first", "guardian behind", "collector first"],
)
def test_a_relatives_name_and_number_are_nobody_elses(
    top: list[object], below: list[object], row: list[object], read: Read
) -> None:
    starts = [place for place, text in enumerate(top) if text] + [len(top)]
    spans = zip(starts, [start - 1 for start in starts[1:]], strict=False)
    merged = [f"{chr(65 + first)}1:{chr(65 + last)}1" for first, last in spans]
    if top[0] == "采集员":
        merged = ["A1:B1"]
    batch = read([top, below, row], merged=merged)
    assert people(batch, "name", "certificate_no", "id_no", "mobile") == [("试验甲", certificate(order=1), None, None)]


def test_of_two_columns_the_one_that_says_so_is_the_persons_own(read: Read) -> None:
    batch = read([["姓名", "残疾人姓名", "残疾人证号", "性别"], ["李监", "试验甲", certificate(order=1), "男"]])
    assert people(batch, "name") == [("试验甲",)]
    assert ("F12", "soft") in told(batch) or ("F12", "note") in told(batch)


def test_of_two_columns_that_nobody_can_tell_apart_none_is_read(read: Read) -> None:
    header = ["姓名", "残疾人证号", "性别", "残疾类别", "姓名"]
    batch = read([header, ["试验甲", certificate(order=1), "男", "肢体", "李监"]])
    assert people(batch, "name") == [(None,)]
    assert told(batch) == [("F39", "hard"), ("F39", "hard")]


def test_two_tables_side_by_side_are_refused_and_lose_nobody_in_silence(read: Read) -> None:
    sides = [left + right for left, right in zip([HEADER, *AT_HOME], [HEADER, *OTHERS], strict=True)]
    batch = read(sides)
    assert "F39" in {rule for rule, _ in told(batch)}
    assert set(batch.records[PERSON]["_status"]) == {"held"}


# --- numbered headers, short headers ---------------------------------------


@pytest.mark.parametrize(
    "shape", ["{n}、{text}", "{n}.{text}", "（{n}）{text}", "({n}){text}", "（一）{text}", "一、{text}"]
)
def test_headers_may_be_numbered(shape: str, read: Read) -> None:
    batch = read([[shape.format(n=n, text=text) for n, text in enumerate(HEADER, 1)], *AT_HOME])
    assert people(batch, "name") == [("试验甲",), ("试验乙",)]


def test_name_and_number_alone_are_a_header(read: Read) -> None:
    batch = read([["姓名", "残疾人证号"], *[row[1:3] for row in AT_HOME]])
    assert people(batch, "name") == [("试验甲",), ("试验乙",)]


# --- rows ------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    [
        ["合计：", None, None, 2, None],
        [None, "总人数", 2, None, None],
        ["本页小计", None, "2人", None, None],
        [None, "小计（人）", None, "2", "1"],
        ["大旺社区小计", 2, None, None, None],
    ],
)
def test_totals_are_nobody(row: list[object], read: Read) -> None:
    batch = read([HEADER, *AT_HOME, row])
    assert people(batch, "name") == [("试验甲",), ("试验乙",)]
    assert batch.not_records["reason"].to_list() == ["total"]


def test_a_person_whose_remarks_come_first_is_somebody(read: Read) -> None:
    batch = read([["备注", *HEADER[1:]], ["备注：已迁出", "试验甲", None, "男", "肢体"], ["填表人：某某"]])
    assert people(batch, "name") == [("试验甲",)]
    assert batch.not_records["reason"].to_list() == ["remark"]


def test_what_stands_below_another_header_is_told_and_not_misread(read: Read) -> None:
    turned = [list(reversed(row)) for row in (HEADER, *OTHERS)]
    batch = read([HEADER, *AT_HOME, *turned])
    assert people(batch, "name") == [("试验甲",), ("试验乙",)]
    (finding,) = batch.findings.filter(rule="F43").rows(named=True)
    assert (finding["severity"], finding["row"]) == ("hard", 4)
    assert "2行没有读取" in finding["message"]


# --- merged cells ----------------------------------------------------------

WITH_VILLAGE = ["镇街", "村（社区）", *HEADER[1:]]


@pytest.mark.parametrize("merged", [["B2:B3"], ["B2:B9"], ["A2:B3"]])
def test_a_village_in_a_merged_cell_is_everybodys(merged: list[str], read: Read) -> None:
    filled = "大旺社区" if "A2:B3" not in merged else None
    rows = [["璧城街道" if filled else "大旺社区", filled, *AT_HOME[0][1:]], [None, None, *AT_HOME[1][1:]]]
    batch = read([WITH_VILLAGE, *rows], name="汇总.xlsx", merged=merged)
    assert people(batch, "village") == [("大旺社区",), ("大旺社区",)]


def test_of_merged_cells_that_overlap_the_first_counts(design: Design) -> None:
    """No program merges cells so; a file that says so must not cost its square."""
    form = design.questionnaires[EDITION]
    index = HeaderIndex.of(form, form.sheet("person"), design.layout)
    rows = [WITH_VILLAGE, *[["璧城街道", f"{n}村", *map(str, AT_HOME[0][1:])] for n in range(20_000)]]
    grid = Grid("表", rows, merged=tuple((top, 1, 20_000, 1) for top in range(1, 20_000)))
    found = read_records(grid, find_header(grid, [index], design.layout), design.layout)
    assert set(found.texts["village"]) == {"0村"}


# --- villages --------------------------------------------------------------


def test_a_title_among_the_records_begins_another_villages(read: Read) -> None:
    rows = [["大旺社区花名册"], HEADER, *AT_HOME, ["平安村花名册"], HEADER, *OTHERS]
    batch = read(rows, name="璧城街道/汇总.xlsx")
    villages = batch.records[PERSON].select("name", "_village").rows()
    assert villages == [
        ("试验甲", "500120001001"),
        ("试验乙", "500120001001"),
        ("试验丙", "500120001201"),
        ("试验丁", "500120001201"),
    ]
    assert ("F41", "soft") in told(batch)


def test_a_title_that_contradicts_the_file_leaves_those_below_nobodys(read: Read) -> None:
    batch = read([HEADER, *AT_HOME, ["平安村花名册"], *OTHERS])
    assert batch.records[PERSON]["_village"].to_list() == ["500120001001", "500120001001", None, None]
    assert ("F42", "hard") in told(batch)
    assert batch.records[PERSON]["_status"].to_list()[2:] == ["held", "held"]


@pytest.mark.parametrize(
    ("name", "title", "code"),
    [
        ("名单.xlsx", "2025年大旺社区花名册", "500120001001"),
        ("名单.xlsx", "璧山区大旺社区花名册", "500120001001"),
        ("附件大旺社区.xlsx", "", "500120001001"),
        ("大旺居委会.xlsx", "", "500120001001"),
        ("璧城街道/大旺.xlsx", "", "500120001001"),
        ("新大旺社区.xlsx", "", None),
    ],
)
def test_a_village_is_known_by_its_name_and_no_other(name: str, title: str, code: str | None, read: Read) -> None:
    assert set(read([[title], HEADER, *AT_HOME], name=name).records[PERSON]["_village"]) == {code}


@pytest.mark.parametrize(
    "text", ["大旺社区", "璧城街道大旺社区", "大旺社区1组", "璧城街道大旺社区第三居民小组", "大旺居委会"]
)
def test_a_row_may_name_its_village_with_more_or_less_around_it(text: str, read: Read) -> None:
    batch = read([["村（社区）", *HEADER[1:]], [text, *AT_HOME[0][1:]]], name="汇总.xlsx")
    assert batch.records[PERSON]["_village"].to_list() == ["500120001001"]


def test_a_title_against_the_files_name_is_told(read: Read) -> None:
    batch = read([["2025年平安村花名册"], HEADER, *AT_HOME])
    assert ("F09", "soft") in told(batch) or ("F09", "hard") in told(batch)


# --- copies ----------------------------------------------------------------


def test_of_three_copies_for_two_villages_one_counts_for_each(tmp_path, design, survey, areas) -> None:
    path = write_cells(tmp_path / "file.xlsx", {"花名册": table((0, 0), [HEADER, *AT_HOME])})
    names = ["璧城街道/大旺社区.xlsx", "璧城街道/平安村.xlsx", "璧城街道/平安村 - 副本.xlsx"]
    for order in (names, names[::-1]):
        batch = read_batch([submission(path, name) for name in order], design, survey, areas)
        copies = batch.sources.filter(pl.col("copy_of").is_not_null())
        assert copies["village"].to_list() == ["500120001201"]
        assert batch.records[PERSON].height == 2 * len(AT_HOME)


@pytest.mark.parametrize("name", ["500120003204.xlsx", "名单.xlsx"])
def test_a_code_of_an_older_edition_is_known_and_told(name: str, tmp_path, design, survey) -> None:
    areas = load_defaults().areas()
    assert "500120003204" not in areas.by_code
    rows = [HEADER, *AT_HOME] if name != "名单.xlsx" else [["填报单位：500120003204"], HEADER, *AT_HOME]
    path = write_cells(tmp_path / name, {"花名册": table((0, 0), rows)})
    batch = read_batch([submission(path, name)], design, survey, areas)
    assert batch.sources["village"].to_list() != [None]
    assert ("F21", "note") in told(batch) or ("F21", "soft") in told(batch)


@needs_office
def test_merged_villages_are_filled_down_in_opendocument_too(tmp_path, design, survey, areas) -> None:
    rows = [WITH_VILLAGE, ["璧城街道", "大旺社区", *AT_HOME[0][1:]], ["璧城街道", None, *AT_HOME[1][1:]]]
    path = write_cells(tmp_path / "汇总.xlsx", {"花名册": table((0, 0), rows)}, ["B2:B3"])
    saved = converted(path, "ods", tmp_path)
    batch = read_batch([submission(saved, "汇总.ods")], design, survey, areas)
    assert batch.records[PERSON]["village"].to_list() == ["大旺社区", "大旺社区"]


def test_what_nobody_means_to_send_is_counted_in_an_archive_too(tmp_path, design, survey, areas) -> None:
    book = write_cells(tmp_path / "大旺社区.xlsx", {"花名册": table((0, 0), [HEADER, *AT_HOME])})
    with zipfile.ZipFile(tmp_path / "璧城街道.zip", "w") as archive:
        archive.write(book, "大旺社区.xlsx")
        archive.writestr("~$大旺社区.xlsx", "lock")
        archive.writestr("__MACOSX/._大旺社区.xlsx", "fork")
    batch = read_batch([submission(tmp_path / "璧城街道.zip", "璧城街道.zip")], design, survey, areas)
    (message,) = batch.findings.filter(rule="F44")["message"].to_list()
    assert "2个" in message
    assert batch.records[PERSON].height == len(AT_HOME)
