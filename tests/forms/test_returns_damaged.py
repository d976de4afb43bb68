"""Return workbooks that came back damaged: every row is read, its findings at their true cells, or it is said why not.

What :meth:`Desk.read` asserts holds in every case: no row is lost in silence, nobody counts in another village.
"""

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from bishan_survey.forms import FIRST_ROW
from bishan_survey.model import CODES_SHEET, GUIDE_SHEET, MARK_SHEET, RETURN_SHEET, Batch, Design
from tests.conftest import EDITION
from tests.forms.book import Book, Rows, Value
from tests.forms.damage import (
    GROUPS,
    HEADER,
    PEOPLE,
    RESOURCES,
    Damage,
    all_renamed,
    both,
    cleared,
    cut,
    emptied,
    exchanged,
    headed,
    marked,
    moved,
    pasted,
    put_in,
    renamed,
    unguarded,
    with_column,
    without_column,
)
from tests.forms.desk import AT_HOME, VILLAGE, Desk, answers, notices, statuses, told
from tests.office import converted, needs_office
from tests.people import certificate
from tests.workbooks import submission

SAME: dict[str, tuple[Damage, list[str]]] = {
    "nothing": (lambda book: None, []),
    "people renamed": (renamed(PEOPLE, "Sheet1"), []),
    "both renamed": (both(renamed(PEOPLE, "名单"), renamed(RESOURCES, "表2")), []),
    "findings renamed": (renamed(RETURN_SHEET, "问题"), []),
    "findings copied": (lambda book: book.copy_in(book, RETURN_SHEET, "问题清单 (2)"), []),
    "findings deleted": (lambda book: book.delete(RETURN_SHEET), []),
    "guide renamed": (renamed(GUIDE_SHEET, "填表说明 (2)"), []),
    "sheets turned round": (lambda book: book.arrange(book.names[::-1]), []),
    "lists deleted": (lambda book: book.delete(CODES_SHEET), []),
    "mark deleted": (lambda book: book.delete(MARK_SHEET), []),
    "hidden sheets deleted, all others renamed": (both(lambda b: b.delete(MARK_SHEET, CODES_SHEET), all_renamed), []),
    "mark uncovered and renamed": (renamed(MARK_SHEET, "Sheet9"), ["F07"]),
    "mark of an unknown village": (marked(village="500120999999"), ["F08"]),
    "mark with a number": (marked(village=float(VILLAGE)), []),
    "people hidden": (lambda book: book.hide(PEOPLE), ["F14"]),
    "unguarded": (unguarded, []),
    "groups deleted": (cut(GROUPS, HEADER), []),
    "all above the header deleted": (cut(0, HEADER), []),
    "headers in other words": (
        headed(是否就业="就业情况", 婚姻状况="婚姻", 姓名="残疾人姓名", 家庭人口数="家庭人数"),
        [],
    ),
    "header nearly right": (headed(是否参加城乡居民基本医疗保险="是否参加城乡居民基本医疗保险吗"), ["F15"]),
    "unanswered header emptied": (headed(固定电话=None), []),
    "unanswered column deleted": (without_column("固定电话"), []),
    "own column": (with_column("网格员"), ["F11"]),
    "own column without header": (with_column(None), ["F13"]),
    "columns moved": (exchanged("姓名", "残疾人证号"), ["F35"]),
    "sorted": (moved(4, 6, 6), []),
    "sorted with the header": (moved(0, FIRST_ROW, len(AT_HOME)), ["F36"]),
    "blank rows between": (put_in(5, lambda rows: [[], [None, ""]]), []),
    "rows far below the range": (put_in(6, lambda rows: [[]] * 400), []),
    "top pasted once more": (put_in(6, lambda rows: rows[:FIRST_ROW]), []),
}
"""Damage to all but the answers, and what is said of the file."""


@pytest.mark.parametrize(("damage", "said"), SAME.values(), ids=SAME.keys())
def test_answers_that_nobody_touched_are_read_as_before(
    damage: Damage, said: list[str], desk: Desk, book: Book, intact: Batch
) -> None:
    damage(book)
    batch = desk.reread(book)
    assert sorted(answers(batch), key=str) == sorted(answers(intact), key=str)
    assert answers(batch, "village") == answers(intact, "village")
    assert (told(batch), notices(batch)) == (told(intact), said)
    assert set(batch.verbatim[EDITION, "person"]["_village"]) == {VILLAGE}


ROWS: dict[str, tuple[Damage, str]] = {
    "deleted in the middle": (cut(5, 6), "甲丁戊"),
    "deleted at the end": (cut(-1, None), "甲丙丁"),
    "first and last deleted": (both(cut(-1, None), cut(FIRST_ROW, FIRST_ROW + 1)), "丙丁"),
    "emptied": (cleared(5), "甲丁戊"),
    "emptied but for what was filled in": (cleared(5, 2), "甲丁戊"),
    "all deleted": (cut(FIRST_ROW, None), ""),
}


@pytest.mark.parametrize(("damage", "left"), ROWS.values(), ids=ROWS.keys())
def test_of_deleted_rows_the_others_are_read_as_before(
    damage: Damage, left: str, desk: Desk, book: Book, intact: Batch
) -> None:
    damage(book)
    batch = desk.reread(book)
    assert answers(batch) == [one for one in answers(intact) if str(one["name"])[-1] in left]
    assert told(batch) == [one for one in told(intact) if one[0] is None or one[0][-1] in left]
    assert notices(batch) == []


BESIDE: dict[str, tuple[Damage, set[str], str]] = {
    "one deleted": (cut(5, 6), {"F22", "F23"}, "甲丁戊"),
    "all but one deleted": (cut(FIRST_ROW + 1, None), {"F24"}, "甲丙丁戊"),
    "all deleted": (cut(FIRST_ROW, None), set(), "甲丙丁戊"),
}


@pytest.mark.parametrize(("damage", "said", "left"), BESIDE.values(), ids=BESIDE.keys())
def test_whom_a_deleted_row_was_about_is_told_beside_what_was_sent_first(
    damage: Damage, said: set[str], left: str, desk: Desk, book: Book
) -> None:
    damage(book)
    sent = {"大旺.xlsx": desk.form(VILLAGE, AT_HOME), "大旺改.xlsx": book.save(desk.folder / "damaged.xlsx")}
    files = [submission(path, f"璧城街道/{name}") for name, path in sent.items()]
    days = ("2025-11-01T02:00:00+08:00", "2025-11-02T02:00:00+08:00")
    batch = desk.examine(*(replace(file, received=day) for file, day in zip(files, days, strict=True)))
    assert said <= set(notices(batch)) <= said | {"F22"}
    counting = batch.records[EDITION, "person"].filter(pl.col("_status") != "superseded")
    assert "".join(sorted(name[-1] for name in counting["name"])) == "".join(sorted(left))


def test_a_copy_of_the_sheet_left_behind_counts_nobody_twice(desk: Desk, book: Book) -> None:
    book.copy_in(book, PEOPLE, "持证残疾人 (2)")
    both(pasted("受教育程度", ["3"] * len(AT_HOME)), pasted("户口性质", ["1"] * len(AT_HOME)))(book)
    batch = desk.reread(book)
    sheets = batch.records[EDITION, "person"].select("_sheet", "_status").unique(maintain_order=True).rows()
    assert sheets == [(PEOPLE, "accepted"), ("持证残疾人 (2)", "duplicate")]


HEADERS: dict[str, tuple[Damage, str, list[str], str]] = {
    "a letter wrong": (headed(家庭人口数="家庭人囗数"), "household_size", ["F16"], "household_size.required"),
    "the number's name wrong": (headed(残疾人证号="残疾人正号"), "certificate_no", ["F16"], "certificate_no.required"),
    "the name's name wrong": (headed(姓名="性名"), "name", ["F11"], "name.required"),
    "too short": (headed(是否参加城乡居民养老保险="养老"), "resident_pension", ["F11"], "resident_pension.required"),
    "emptied": (headed(婚姻状况=None), "marital_status", ["F13"], "marital_status.required"),
    "first of its group emptied": (headed(户口性质=None), "hukou", ["F13"], "hukou.required"),
    "column deleted": (without_column("婚姻状况"), "marital_status", [], "marital_status.required"),
    "column of the village deleted": (without_column("村（社区）"), "village", [], "village.required"),
}


@pytest.mark.parametrize(("damage", "item", "said", "rule"), HEADERS.values(), ids=HEADERS.keys())
def test_a_column_that_is_known_no_more_is_told_and_costs_no_other(
    damage: Damage, item: str, said: list[str], rule: str, desk: Desk, book: Book, intact: Batch
) -> None:
    damage(book)
    batch = desk.reread(book)
    assert answers(batch) == [{**one, item: None} for one in answers(intact)]
    assert notices(batch) == said
    (lacking,) = batch.findings.filter(rule=rule).select("severity", "row", "records").rows()
    assert lacking == ("hard", None, len(AT_HOME))


@pytest.mark.parametrize(
    ("one", "other", "rules"),
    [
        ("姓名", "残疾人证号", {"F35", "P001", "C001"}),
        ("残疾类别", "残疾等级", {"F35"}),
        ("是否签订家庭医生服务协议", "过去一年内家里是否进行过无障碍改造", {"F35"}),
    ],
)
def test_two_headers_that_changed_places_without_their_columns_are_told(
    one: str, other: str, rules: set[str], desk: Desk, book: Book
) -> None:
    exchanged(one, other, last=FIRST_ROW)(book)
    found = desk.reread(book).findings
    assert found.filter(rule="F35").select("severity", "sheet", "row").rows() == [("soft", PEOPLE, HEADER + 1)]
    assert rules <= set(found["rule"])


def test_a_sheet_whose_header_is_gone_is_told(desk: Desk, book: Book, intact: Batch) -> None:
    book.change(PEOPLE, lambda rows: rows.pop(HEADER))
    batch = desk.reread(book)
    about_sheets = batch.findings.filter(records=0).select("rule", "severity", "sheet").sort("rule").rows()
    assert about_sheets == [("F37", "hard", None), ("F40", "hard", PEOPLE)]
    assert answers(batch, "village") == answers(intact, "village")
    book.change(RESOURCES, lambda rows: rows.pop(HEADER))
    assert notices(desk.reread(book)) == ["F05"]


@pytest.mark.parametrize(("gone", "left"), [(PEOPLE, "village"), (RESOURCES, "person")])
def test_a_sheet_that_was_deleted_is_told(gone: str, left: str, desk: Desk, book: Book, intact: Batch) -> None:
    book.delete(gone)
    batch = desk.reread(book)
    (finding,) = batch.findings.filter(records=0).rows(named=True)
    assert (finding["rule"], finding["severity"]) == ("F37", "hard")
    assert f"“{gone}”" in finding["message"]
    assert answers(batch, left) == answers(intact, left)


@pytest.mark.parametrize(("year", "said"), [("2024", ["F38"]), ("", []), ("2025", [])])
def test_a_form_of_another_year_is_told(year: str, said: list[str], desk: Desk, book: Book, intact: Batch) -> None:
    marked(year=year)(book)
    batch = desk.reread(book)
    assert (answers(batch), notices(batch)) == (answers(intact), said)


SPELLINGS: dict[str, tuple[list[Value], object]] = {
    "调查状态": (["６", "6 ", " 6", 6.0], "6"),
    "婚姻状况": (["已婚", "20　已婚", "２０", 20.0], "20"),
    "民族": (["汉族", "01汉族", "０１　汉族", "01 汉族"], "01"),
    "受教育程度": (["3初中", " 初中 ", "３", "3.0"], "3"),
    "是否就业": (["是", "1  是", "１ 是", 1.0], "1"),
    "目前就业帮扶需求": (["６", "6 无", "6、无", "无"], ["6"]),
    "残疾类别": (["4肢体", "肢体", "４　肢体", 4.0], "4"),
    "残疾等级": (["四级", "Ⅳ级", "４", 4.0], "4"),
    "家庭人口数": (["3人", "３", "3.0", 3.0], 3),
    "家庭年收入": (["60,000", "６００００", "60000元", 60000.0], 60000),
    "手机号码": (["199 0000 0001", "１９９００００" + "０００１", "'19900000001", 19900000001.0], "19900000001"),
    "填表日期": (["2025年7月1日", "２０２５/７/１", 45839.0, date(2025, 7, 1)], date(2025, 7, 1)),
}
"""What is pasted into cells that check nothing any more, and what every one of the texts means."""


def test_answers_pasted_over_the_checks_are_understood(desk: Desk, book: Book, intact: Batch, design: Design) -> None:
    numbers = [str(one["certificate_no"]) for one in answers(intact)]
    spelt = [shape.format(number) for shape, number in zip((" {} ", "{}\n", "'{}", "　{}"), numbers, strict=True)]
    both(unguarded, pasted("残疾人证号", spelt), *(pasted(name, texts) for name, (texts, _) in SPELLINGS.items()))(book)
    batch = desk.reread(book)
    typed = batch.records[EDITION, "person"]
    variables = {label: name for name, label in design.variable_labels.items()}
    assert {name: typed[variables[name]].to_list() for name in SPELLINGS} == {
        name: [value] * len(AT_HOME) for name, (_, value) in SPELLINGS.items()
    }
    assert typed["certificate_no"].to_list() == numbers
    assert told(batch) == [("试验戊", "hukou.readable", "城里"), (None, "V002", "0")]


WRONG: dict[str, tuple[str, Value, str]] = {
    "number kept as a number": ("残疾人证号", 99012019800101001344.0, "certificate_no.readable"),
    "a word of no list": ("婚姻状况", "结过婚", "marital_status.readable"),
    "a code of no list": ("残疾等级", 9.0, "grade.readable"),
    "two answers where one is asked": ("受教育程度", "3、4", "education.readable"),
    "a day that is none": ("填表日期", "2025-02-30", "survey_date.readable"),
    "a number for a day": ("填表日期", 7.1, "survey_date.readable"),
    "words for a number": ("家庭人口数", "三口人", "household_size.readable"),
    "a formula gone wrong": ("家庭年收入", "#REF!", "household_income.broken"),
}


@pytest.mark.parametrize(("heading", "value", "rule"), WRONG.values(), ids=WRONG.keys())
def test_an_answer_that_cannot_be_read_is_told_at_its_cell(
    heading: str, value: Value, rule: str, desk: Desk, book: Book
) -> None:
    both(unguarded, pasted(heading, [value]))(book)
    batch = desk.reread(book)
    assert batch.findings.filter(rule=rule, row=FIRST_ROW + 1)["severity"].to_list() == ["hard"]
    assert statuses(batch)["试验甲"] == "held"


@needs_office
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_saved_again_by_libreoffice(kind: str, desk: Desk, book: Book, intact: Batch, tmp_path: Path) -> None:
    book.copy_in(book, RETURN_SHEET, "问题清单 (2)")
    saved = converted(book.save(tmp_path / "大旺社区.xlsx"), kind, tmp_path)
    batch = desk.read(saved, f"璧城街道/大旺社区.{kind}")
    assert (answers(batch), told(batch), notices(batch)) == (answers(intact), told(intact), [])
    assert batch.sources.select("kind", "edition", "recognised_by").rows() == [(kind, EDITION, "form")]


def test_new_people_below_the_range_are_read(desk: Desk, book: Book, intact: Batch) -> None:
    def add(rows: Rows) -> None:
        new = [*rows[FIRST_ROW][:5], "试验辛", certificate(order=9), *rows[FIRST_ROW][7:]]
        bare: list[Value] = [*[None] * 5, "试验壬"]
        rows.extend([*([] for _ in range(400)), new, bare])

    book.change(PEOPLE, add)
    batch = desk.reread(book)
    assert batch.verbatim[EDITION, "person"]["_row"].to_list() == [5, 6, 7, 8, 409, 410]
    assert answers(batch)[: len(AT_HOME)] == answers(intact)
    assert {"village.required", "certificate_no.required"} <= set(batch.findings.filter(row=410)["rule"])


def test_a_workbook_with_all_rows_deleted_is_empty_and_no_zero_return(desk: Desk) -> None:
    """Its first sheet names the file that was sent, and that name speaks of a zero return."""
    book = Book(desk.hand_back(submission(desk.form(VILLAGE, AT_HOME), "璧城街道/大旺社区（零报告后补报）.xlsx")))
    assert any("零报告" in str(cell) for row in book.rows(RETURN_SHEET) for cell in row)
    for damage in (emptied, renamed(RETURN_SHEET, "问题"), lambda book: book.delete(MARK_SHEET)):
        damage(book)
        batch = desk.reread(book)
        assert notices(batch) == ["F10"]
        assert batch.sources["declared_none"].to_list() == [False]
