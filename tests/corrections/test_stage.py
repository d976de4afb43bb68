"""Whose record is meant, what stands in the cell, and what becomes of each line."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl
import pytest

from bishan_survey import frames
from bishan_survey.consolidation import ledger_of
from bishan_survey.corrections import Line
from bishan_survey.examination import correct
from bishan_survey.model import AreaFrame, Batch, Design, Survey
from tests.corrections.lines import PERSON, accept, clear, corrected, drop, line, night, numbered, outcomes
from tests.people import certificate, identity
from tests.returns.sending import OTHER_VILLAGE, RESOURCES, VILLAGE, File, person, sent

WAS, NOW, LATER = "19900000001", "19900000002", "19900000003"
LOST = "5.00120E+17"


@pytest.fixture(scope="module")
def correcting(design: Design, survey: Survey, areas: AreaFrame):
    def doing(lines: Sequence[Line], *files: File) -> tuple[Batch, pl.DataFrame]:
        return corrected(design, survey, areas, lines, *files)

    return doing


@pytest.fixture(scope="module")
def nights(design: Design, survey: Survey, areas: AreaFrame):
    return lambda lines, *files: night(design, survey, areas, lines, *files)


def village(*people: dict[str, str], **about: object) -> File:
    return File("大旺社区.xlsx", people, **about)


def remarks(batch: Batch) -> list[str | None]:
    return batch.corrections["remark"].to_list()


def test_a_cell_is_replaced_and_nothing_else(correcting, design: Design) -> None:
    file = village(person(1), person(3))
    batch, records = correcting([line(1, "手机号码", WAS, NOW)], file)
    assert outcomes(batch) == ["applied"]
    assert records["mobile"].to_list() == [NOW, WAS]
    assert records.drop("mobile").equals(sent(design, file).records[PERSON].drop("mobile"))
    told = batch.corrections.row(0, named=True)
    assert (told["file"], told["row"], told["cell"], told["found"]) == ("大旺社区.xlsx", 2, "B2", WAS)
    assert (told["item"], told["label"], told["village"], told["action"]) == ("mobile", "手机号码", VILLAGE, "replace")


@pytest.mark.parametrize(
    ("item", "stands", "old", "new", "becomes"),
    [
        ("mobile", WAS, WAS, NOW, NOW),
        ("手机号码", "１９９０００００００１", WAS, NOW, NOW),
        ("受教育程度", "3", "初中", "4", None),
        ("受教育程度", "初中", "3", "高中", None),
        ("填表日期", "2025.7.1", "2025-07-01", "2025-07-02", "2025-07-02"),
        ("家庭年收入", "60,000元", "60000", "65000", "65000"),
        ("家庭住址", "", "", "某街１号", "某街１号"),
        ("过去一年内得到过的服务", "1、2", "2,1", "2", "2"),
        ("家庭人口数", "三", "三", "3", "3"),
    ],
)
def test_the_old_value_may_be_written_in_any_way_that_is_understood(
    correcting, design: Design, item: str, stands: str, old: str, new: str, becomes: str | None
) -> None:
    sheet = design.questionnaires["bishan-2025"].sheet("person")
    assert sheet is not None
    name = next(one.name for one in sheet.items if item in (one.name, one.label))
    answers = person(1, **{name: stands})
    batch, records = correcting([line(1, item, old, new)], village(answers))
    assert outcomes(batch) == ["applied"], remarks(batch)
    assert records[name].to_list() == [becomes or new]


def test_an_empty_old_value_means_an_empty_cell(correcting) -> None:
    batch, records = correcting(
        [line(1, "手机号码", "", NOW), line(3, "手机号码", "", NOW)], village(person(1, mobile=""), person(3))
    )
    assert outcomes(batch) == ["applied", "stale"]
    assert records["mobile"].to_list() == [NOW, WAS]


def test_a_stale_line_changes_nothing_and_keeps_what_stands_out_of_its_remark(correcting) -> None:
    batch, records = correcting(
        [line(1, "手机号码", LATER, NOW), clear(3, "手机号码", LATER)], village(person(1), person(3))
    )
    assert outcomes(batch) == ["stale", "stale"]
    assert records["mobile"].to_list() == [WAS, WAS]
    assert batch.corrections["found"].to_list() == [WAS, WAS]
    assert not any(WAS in (said or "") for said in remarks(batch))


def test_what_the_village_has_put_right_itself_is_told(correcting) -> None:
    lines = [line(1, "手机号码", WAS, NOW), clear(3, "手机号码", WAS)]
    batch, records = correcting(lines, village(person(1, mobile=NOW), person(3, mobile="")))
    assert outcomes(batch) == ["already", "already"]
    assert records["mobile"].to_list() == [NOW, None]


def test_lines_about_one_cell_follow_each_other(correcting) -> None:
    chain = [line(1, "手机号码", WAS, NOW), line(1, "手机号码", NOW, LATER)]
    batch, records = correcting(chain, village(person(1)))
    assert (outcomes(batch), records["mobile"].to_list()) == (["applied", "applied"], [LATER])
    batch, records = correcting([*chain, chain[1]], village(person(1)))
    assert (outcomes(batch), records["mobile"].to_list()) == (["applied", "applied", "already"], [LATER])
    batch, records = correcting(chain, village(person(1, mobile=NOW)))
    assert (outcomes(batch), records["mobile"].to_list()) == (["already", "applied"], [LATER])


def test_a_chain_that_the_village_has_followed_to_its_end_is_no_news(correcting) -> None:
    chain = [line(1, "手机号码", WAS, NOW), line(1, "手机号码", NOW, LATER)]
    batch, records = correcting(chain, village(person(1, mobile=LATER)))
    assert (outcomes(batch), records["mobile"].to_list()) == (["already", "already"], [LATER])
    assert "第3行" in str(remarks(batch)[0])


def test_the_same_line_twice_is_done_once(correcting) -> None:
    lines = [line(1, "手机号码", WAS, NOW)] * 2 + [drop(3)] * 2 + [accept(5, "手机号码", WAS)] * 2
    batch, _ = correcting(lines, village(person(1), person(3), person(5)))
    assert outcomes(batch) == ["applied", "already"] * 3


@pytest.mark.parametrize(
    "said", [certificate(), identity(), f"'{certificate()}", certificate(kind="43"), f" {identity()} "]
)
def test_a_person_is_known_by_the_number(correcting, said: str) -> None:
    batch, _ = correcting([line(1, "手机号码", WAS, NOW, id=said)], village(person(1), person(3)))
    assert outcomes(batch) == ["applied"]


@pytest.mark.parametrize(
    "place", [VILLAGE, "大旺社区居民委员会", "大旺社区", "璧城街道大旺社区", "璧城街道 大旺社区居民委员会"]
)
def test_a_village_is_known_by_code_or_name(correcting, place: str) -> None:
    batch, _ = correcting([line(1, "手机号码", WAS, NOW, place=place)], village(person(1)))
    assert outcomes(batch) == ["applied"]


@pytest.mark.parametrize("place", ["大旺", "没有村", "三合镇大旺社区", "500120999999"])
def test_a_village_that_is_not_sure_is_refused(correcting, place: str) -> None:
    batch, _ = correcting([line(1, "手机号码", WAS, NOW, place=place)], village(person(1)))
    assert outcomes(batch) == ["refused"]


def test_nobody_is_guessed(correcting) -> None:
    twice = [person(1), person(1, name="试验丙")]
    lines = [
        line(1, "手机号码", WAS, NOW),
        line(9, "手机号码", WAS, NOW),
        line(1, "手机号码", WAS, NOW, place=OTHER_VILLAGE),
        drop(1),
        drop(1, id=certificate()[:17] + "0"),
    ]
    batch, records = correcting(lines, village(*twice))
    assert outcomes(batch) == ["refused"] * 5
    assert records["mobile"].to_list() == [WAS, WAS]
    assert ["不止一条" in str(said) for said in remarks(batch)] == [True, False, False, True, False]


def test_equal_people_of_two_villages_are_told_apart(correcting) -> None:
    files = [village(person(1)), File("平安村.xlsx", [person(1)], village=OTHER_VILLAGE)]
    batch, records = correcting([line(1, "手机号码", WAS, NOW, place=OTHER_VILLAGE)], *files)
    assert outcomes(batch) == ["applied"]
    assert dict(records.select("_village", "mobile").iter_rows()) == {VILLAGE: WAS, OTHER_VILLAGE: NOW}


def test_a_number_can_be_corrected_and_both_numbers_are_good_then(correcting) -> None:
    right = certificate(order=9)
    lines = [
        line(1, "残疾人证号", certificate(order=1), right),
        line(1, "手机号码", WAS, NOW),
        line(9, "姓名", "试验甲", "试验丁"),
    ]
    batch, records = correcting(lines, village(person(1), person(3)))
    assert outcomes(batch) == ["applied"] * 3
    assert records.select("certificate_no", "mobile", "name").row(0) == (right, NOW, "试验丁")
    batch, records = correcting(lines[:1], village(person(9), person(3)))
    assert outcomes(batch) == ["already"]
    # The village's person of the right number need not be the one whose number was wrong.
    batch, records = correcting(lines[:2], village(person(9), person(3)))
    assert outcomes(batch) == ["already", "refused"]
    assert records["mobile"].to_list() == [WAS, WAS]


def test_a_number_whose_last_digits_are_lost_tells_nobody_apart(correcting) -> None:
    file = village(person(1, certificate_no=LOST), person(3))
    right = certificate(order=1)
    batch, records = correcting([line(1, "手机号码", WAS, NOW, id=LOST), drop(1, id=LOST)], file)
    assert outcomes(batch) == ["refused", "refused"]
    fixed = [line(1, "残疾人证号", LOST, right, id=LOST), line(1, "手机号码", WAS, NOW)]
    batch, records = correcting(fixed, file)
    assert outcomes(batch) == ["applied", "applied"]
    assert records.select("certificate_no", "mobile").row(0) == (right, NOW)
    two = village(person(1, certificate_no=LOST), person(3, certificate_no=LOST))
    assert outcomes(correcting(fixed, two)[0]) == ["refused", "refused"]


def test_a_new_value_that_nobody_can_read_is_refused(correcting) -> None:
    lines = [
        line(1, "残疾人证号", certificate(), LOST),
        line(1, "受教育程度", "3", "没有这样的"),
        line(1, "填表日期", "2025-07-01", "昨天"),
        line(1, "受教育程度", "3", "初中"),
    ]
    batch, records = correcting(lines, village(person(1)))
    assert outcomes(batch) == ["refused"] * 4
    assert records.equals(correcting([], village(person(1)))[1])


def test_what_a_record_is_placed_by_is_not_for_the_sheet(correcting) -> None:
    batch, _ = correcting([line(1, "村（社区）", "大旺社区居民委员会", "平安村村民委员会")], village(person(1)))
    assert outcomes(batch) == ["refused"]
    assert "重新报送" in str(remarks(batch)[0])


def test_a_dropped_record_is_a_row_that_is_none(nights) -> None:
    lines = [drop(3), line(3, "手机号码", WAS, NOW), drop(1, id=certificate(order=7))]
    batch = nights(lines, village(person(1), person(3)))
    assert outcomes(batch) == ["applied", "refused", "already"]
    assert "第2行" in str(remarks(batch)[1])
    assert batch.not_records.select("file", "row", "reason").rows() == [("大旺社区.xlsx", 3, "dropped")]
    ledger = ledger_of(batch)
    assert (ledger.read, ledger.accepted, ledger.not_a_record) == (2, 1, 1)


def test_nothing_is_already_dropped_from_a_village_that_has_sent_nothing(correcting) -> None:
    batch, _ = correcting([drop(1, place=OTHER_VILLAGE)], village(person(1)))
    assert outcomes(batch) == ["refused"]


def test_a_drop_after_a_correction_of_the_same_record(nights) -> None:
    batch = nights([line(1, "手机号码", WAS, NOW), drop(1)], village(person(1), person(3)))
    assert outcomes(batch) == ["applied", "applied"]
    assert batch.records[PERSON]["_status"].to_list() == ["accepted"]


def test_a_villages_own_sheet_is_known_by_the_villages_code(correcting) -> None:
    resources = {"village": "大旺社区居民委员会", "office_area": "30"}
    file = village(person(1), resources=resources)
    lines = [
        line(1, "办公和活动场所面积", "30", "45", id=VILLAGE),
        line(1, "办公和活动场所面积", "45", "50", id=OTHER_VILLAGE),
        line(1, "手机号码", WAS, NOW, id=VILLAGE),
    ]
    batch, _ = correcting(lines, file)
    assert outcomes(batch) == ["applied", "refused", "refused"]
    assert batch.records[RESOURCES]["office_area"].to_list() == ["45"]


def test_superseded_records_are_not_corrected(nights) -> None:
    early, late = "2025-11-01T02:00:00+08:00", "2025-11-02T02:00:00+08:00"
    first = File("一.xlsx", [person(1), person(3)], received=early)
    second = File("二.xlsx", [person(1, mobile=NOW), person(5)], received=late)
    batch = nights([line(1, "手机号码", WAS, NOW), line(3, "手机号码", WAS, NOW)], first, second)
    assert outcomes(batch) == ["already", "refused"]
    assert batch.corrections["file"].to_list() == ["二.xlsx", None]


def test_a_correction_is_checked_as_if_the_village_had_written_it(nights) -> None:
    file = village(person(1, household_size="三"), person(3))
    assert nights([], file).records[PERSON]["_status"].to_list() == ["held", "accepted"]
    batch = nights([line(1, "家庭人口数", "三", "3"), clear(3, "姓名", "试验丙")], file)
    assert batch.records[PERSON]["_status"].to_list() == ["accepted", "held"]
    assert batch.findings["rule"].to_list() == ["name.required"]


def test_what_was_said_of_a_text_that_is_gone_is_gone(
    correcting, design: Design, survey: Survey, areas: AreaFrame
) -> None:
    read = sent(design, village(person(1), person(3), person(5)))
    said = [
        {
            "file": "大旺社区.xlsx",
            "sheet": "持证残疾人",
            "row": row,
            "item": "grade",
            "original": "肢体四级",
            "value": "4",
        }
        for row in (2, 3, 4)
    ]
    sheet = read.records[PERSON]["_sheet"][0]
    known = frames.stack(frames.NORMALISED, [pl.DataFrame(said).with_columns(sheet=pl.lit(sheet))])
    lines = numbered([line(1, "残疾等级", "4", "3"), drop(3)])
    batch = correct(replace(read, normalised=known), lines, design, survey, areas)
    assert outcomes(batch) == ["applied", "applied"]
    assert batch.normalised["row"].to_list() == [4]


def test_without_lines_nothing_happens(correcting, design: Design) -> None:
    file = village(person(1))
    batch, records = correcting([], file)
    assert records.equals(sent(design, file).records[PERSON])
    assert batch.corrections.is_empty()
