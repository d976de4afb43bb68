"""What villages are told of records that may be of one person, and what the district sees."""

from typing import Any

import polars as pl
import pytest

from bishan_survey.model import Design
from tests.deduplication.records import ELSEWHERE, HERE, NEXT_DOOR, PERSON, counted, outcomes, record
from tests.people import identity

A = identity(order=11) + "44"
SLIP = A[:9] + "1" + A[10:]


def told(batch: Any) -> list[tuple[str, str, str]]:
    """Rule, cell and severity of each finding, in the order of cells."""
    return batch.findings.sort("file", "row").select("rule", "cell", "severity").rows()


def test_one_number_and_two_names_in_a_village_are_both_held(design: Design) -> None:
    batch = counted([record(A, "张伟"), record(A, "李敏"), record(identity(order=5) + "44", "王芳")], design)
    assert outcomes(batch) == ["held", "held", "accepted"]
    assert told(batch) == [("D04", "C2", "hard"), ("D04", "C3", "hard")]
    first, second = batch.findings.sort("row")["message"]
    assert "第3行" in first
    assert "第2行" in second
    assert batch.links.is_empty()


def test_one_number_and_two_names_in_two_villages_are_both_held_and_neither_is_shown(design: Design) -> None:
    batch = counted([record(A, "张伟"), record(A, "李敏", at=ELSEWHERE, mobile="19900000007")], design)
    assert outcomes(batch) == ["held", "held"]
    assert told(batch) == [("D05", "C2", "hard"), ("D05", "C3", "hard")]
    for finding in batch.findings.iter_rows(named=True):
        beside = "李敏" if finding["village"] == HERE else "张伟"
        other = ELSEWHERE if finding["village"] == HERE else HERE
        text = finding["message"] + finding["action"]
        assert "另一村" in text
        for secret in (beside, other, other[:9], f"{other}.xlsx", "第2行", "第3行", "19900000007"):
            assert secret not in text


def test_a_duplicate_of_one_of_two_who_share_a_number_does_not_count(design: Design) -> None:
    """Whoever it is: none of them counts until people have looked."""
    batch = counted([record(A, "张伟"), record(A, "李敏"), record(A, "张伟", at=NEXT_DOOR)], design)
    assert outcomes(batch).count("accepted") <= 1
    assert outcomes(batch)[1] == "held"
    assert {rule for rule, *_ in told(batch)} >= {"D04", "D05"}


def test_a_village_is_asked_about_two_of_its_own_rows(design: Design) -> None:
    batch = counted([record(A, "张伟", mobile="199"), record(SLIP, "张伟", person_key=None, mobile="198")], design)
    assert outcomes(batch) == ["accepted", "accepted"]
    assert told(batch) == [("D06", "C2", "soft"), ("D06", "C3", "soft")]
    first, second = batch.findings.sort("row")["message"]
    reason = next(rule.reason for rule in design.matching.rules if rule.id == "M22")
    assert "第3行" in first
    assert "第2行" in second
    assert first.endswith(reason)
    assert second.endswith(reason)


def test_of_another_villages_person_nothing_is_said(design: Design) -> None:
    batch = counted([record(A, "张伟"), record(SLIP, "张伟", person_key=None, at=NEXT_DOOR)], design)
    assert outcomes(batch) == ["accepted", "accepted"]
    assert told(batch) == []
    assert batch.pairs.select("verdict", "one_village", "other_village").rows() in (
        [("possible", HERE, NEXT_DOOR)],
        [("possible", NEXT_DOOR, HERE)],
    )


@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 0)])
def test_a_link_says_by_what_it_is_one(design: Design, first: int, second: int) -> None:
    old = A[:6] + A[8:17]
    two = [record(A, "张伟"), record(old, "张卫", person_key=None, at=NEXT_DOOR)]
    batch = counted([two[first] | {"survey_status": "6"}, two[second]], design)
    kept, other = batch.links.sort("outcome", descending=True).iter_rows(named=True)
    assert (kept["outcome"], kept["matched_by"], kept["agreed"], kept["differed"]) == ("kept", None, None, None)
    assert (other["outcome"], other["matched_by"]) == ("duplicate", "M04")
    assert "15位的老号码" in other["match_reason"]
    assert other["agreed"] == ""
    assert other["differed"] == "姓名、残疾人证号"
    assert batch.records[PERSON].filter(pl.col("_status") == "accepted").height == 1


def test_whoever_is_linked_through_another_says_by_whom(design: Design) -> None:
    """The one that is kept has the number of today; the oldest is linked with it through the one in between."""
    changes = {A[:18]: identity("19800102", 13)}
    now = record(identity("19800102", 13) + "44", "张伟", survey_status="6")
    chain = [record(A[:6] + A[8:17], "张伟", person_key=None), record(A, "张伟"), now]
    batch = counted(chain, design, changes)
    by_row = {row["row"]: (row["outcome"], row["matched_by"]) for row in batch.links.iter_rows(named=True)}
    assert by_row == {2: ("duplicate", "M04"), 3: ("duplicate", "M03"), 4: ("kept", None)}
    assert batch.links["group"].n_unique() == 1


def test_of_a_tie_each_record_says_why_it_is_one_person(design: Design) -> None:
    batch = counted([record(A, "张伟"), record(A, "张伟", at=ELSEWHERE)], design)
    assert outcomes(batch) == ["held", "held"]
    assert batch.links.select("matched_by", "agreed", "differed").rows() == [("M02", "姓名、残疾人证号", "")] * 2


def test_a_link_without_any_usable_number_is_one_all_the_same(design: Design) -> None:
    wrong = A[:17] + "0" + A[18:]
    batch = counted([record(wrong, "张伟", person_key=None) for _ in range(2)], design)
    assert batch.links["key"].to_list() == [None, None]
    assert outcomes(batch) == ["accepted", "duplicate"]
