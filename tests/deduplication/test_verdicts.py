"""What is said of two records: by the first rule that holds, whichever comes first, whatever the order of files."""

import random
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bishan_survey.deduplication import match_records
from bishan_survey.deduplication.verdicts import judge
from bishan_survey.design import load_design
from bishan_survey.model import Design, Matching, MatchRule, Verdict
from tests.deduplication.records import ELSEWHERE, NEXT_DOOR, PERSON, counted, outcomes, record, validated, verdicts
from tests.people import identity

_DESIGN = load_design()
BIRTH = date(1980, 1, 1)
A, B = identity(order=11) + "44", identity("19650308", 25) + "44"
HOME = {"household_key": identity("19500101", 3)}


def slip(number: str, place: int, digit: str) -> str:
    """A number with one digit wrong."""
    return number[:place] + digit + number[place + 1 :]


def bad(number: str | None, name: str, **answers: Any) -> dict[str, Any]:
    """A record whose number cannot be used."""
    return record(number, name, person_key=None, **answers)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        # certain: one person
        (record(A, "张伟"), record(A, "张伟", at=ELSEWHERE), ("M02", "same")),
        (record(A[:18] + "32B1", "张伟"), record(A, "张伟"), ("M02", "same")),
        (record(A, "张伟"), record(A, "张强", at=ELSEWHERE), ("M02", "same")),
        (record(A, "张伟"), bad(A[:6] + A[8:17], "张卫"), ("M04", "same")),
        (bad(slip(A, 17, "0"), "张伟"), record(A, "张炜"), ("M05", "same")),
        (bad(A.replace("0", "O"), "张伟"), record(A, "张伟"), ("M05", "same")),
        (bad(None, "张伟", id_no=A[:18], id_no_checksum_ok=True), record(A, "张伟"), ("M06", "same")),
        # people are asked
        (record(A, "张伟"), record(A, "李敏"), ("M01", "possible")),
        (record(A, "张伟"), record(A, "张强"), ("M01", "possible")),
        (record(A, "张伟"), record(A, "李敏", at=ELSEWHERE), ("M01", "possible")),
        (record(A, "张伟", birth_date=BIRTH), bad(slip(A, 3, "7"), "张卫", birth_date=BIRTH), ("M21", "possible")),
        (record(A, "张伟"), bad(slip(A, 9, "1"), "张伟"), ("M22", "possible")),
        (record(A, "张伟"), bad(A[:7] + A[8] + A[7] + A[9:], "张伟"), ("M22", "possible")),
        (record(A, "张伟"), bad(A[:7] + A[8:], "张伟"), ("M22", "possible")),
        (record(A, "张伟", **HOME), bad(slip(slip(A, 9, "1"), 3, "7"), "张伟", **HOME), ("M23", "possible")),
        (record(A, "张伟", birth_date=BIRTH, **HOME), bad(None, "张伟", birth_date=BIRTH, **HOME), ("M24", "possible")),
        (record(A, "张伟", mobile="199"), bad(None, "张yi", mobile="199"), None),
        (record(A, "张翊", mobile="199"), bad(None, "张yi", mobile="199"), ("M25", "possible")),
        (record(A, "张伟"), bad(A[:6] + A[8:17], "李敏"), ("M07", "possible")),
        # two persons
        (record(A, "张伟"), record(B, "张伟"), None),
        (record(A, "张伟", **HOME), record(B, "张强", **HOME), None),
        (bad(None, "张伟"), bad(None, "张伟"), None),
        (record(A, None), bad(slip(A, 9, "1"), None), None),
        (record(A, "张伟", **HOME), bad(None, "张伟", sex="2", **HOME) | {"identity_sex": "2"}, ("M25", "possible")),
        (record(A, "张伟", sex="1", **HOME), bad(None, "张伟", sex="2", **HOME), None),
    ],
)
def test_what_is_said_of_two_records(
    one: dict[str, Any], other: dict[str, Any], said: tuple[str, str] | None, design: Design
) -> None:
    for records in ([one, other], [other, one]):
        assert verdicts(counted(records, design)) == ([said] if said else [])


def test_twins_are_two_persons(design: Design) -> None:
    """Numbers that differ in two digits, one birth date, one home, one phone: asked about if the home were unknown."""
    first, second = identity(order=11), identity(order=31)
    assert sum(a != b for a, b in zip(first, second, strict=True)) == 2
    both = {"identity_birth_date": BIRTH, "birth_date": BIRTH, "mobile": "199"}
    twins = [record(first + "44", "张建华", **both, **HOME), record(second + "44", "张建华", **both, **HOME)]
    assert verdicts(counted(twins, design)) == []
    strangers = [{**one, "household_key": None} for one in twins]
    assert verdicts(counted(strangers, design)) == [("M23", "possible")]


def test_a_clerks_phone_says_nothing(design: Design) -> None:
    lost = [record(A, "张伟", mobile="199"), bad(None, "张伟", mobile="199")]
    assert verdicts(counted(lost, design)) == [("M25", "possible")]
    others = [record(identity(f"19{year}0101", 1) + "44", f"甲{year}", mobile="199") for year in (60, 61, 62)]
    assert verdicts(counted([*lost, *others], design)) == []


def test_a_changed_number_is_looked_up(design: Design) -> None:
    two = [record(A, "张伟"), record(B, "张伟", at=ELSEWHERE)]
    changes = {A[:18]: B[:18]}
    assert verdicts(counted(two, design, changes)) == [("M03", "same")]
    renamed = [record(A, "张伟"), record(B, "李敏", at=ELSEWHERE)]
    assert verdicts(counted(renamed, design, changes)) == [("M07", "possible")]


def test_the_first_rule_that_holds_decides() -> None:
    def rule(name: str, verdict: Verdict, when: str) -> MatchRule:
        return MatchRule(name, "person", verdict, when, "理由", "依据")

    met = pl.DataFrame({"key": ["1", "2", "2"], "name": ["甲", "甲", "乙"]})
    pairs = pl.DataFrame({"one": [0, 1, 0], "other": [1, 2, 2]}, schema={"one": pl.UInt32(), "other": pl.UInt32()})
    rules = (
        rule("R1", Verdict.DIFFERENT, "name = '乙' AND other_key = '1'"),
        rule("R2", Verdict.SAME, "key = other_key"),
        rule("R3", Verdict.POSSIBLE, "name = other_name OR key = other_key"),
    )
    for order, said in (((0, 1, 2), ["R3", "R2", "R1"]), ((2, 1, 0), ["R3", "R3", "R1"])):
        judged = judge(met, pairs, Matching(rules=tuple(rules[n] for n in order)))
        assert judged["rule"].to_list() == said
        assert judged["keyed"].to_list() == [False, True, False]
        assert set(judged["reason"]) == {"理由"}


_RECORD = st.builds(
    lambda number, good, name, at, home, mobile, birth: {
        **record(number, name, at=at, household_key=home, mobile=mobile, birth_date=birth),
        **({} if good else {"person_key": None}),
    },
    st.sampled_from([A, slip(A, 9, "1"), slip(A, 17, "0"), A[:7] + A[8:], B, None]),
    st.booleans(),
    st.sampled_from(["张伟", "张卫", "李敏", None]),
    st.sampled_from([ELSEWHERE, NEXT_DOOR]),
    st.sampled_from([*HOME.values(), None]),
    st.sampled_from(["199", None]),
    st.sampled_from([BIRTH, None]),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(_RECORD, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_files_and_rows_changes_nothing(records: list[dict[str, Any]], draw: random.Random) -> None:
    """But where nothing at all tells two records apart."""
    batch = validated(records, _DESIGN)
    frame = batch.records[PERSON]
    mixed = replace(batch, records={PERSON: frame[draw.sample(range(frame.height), frame.height)]})
    told = [
        match_records(b, _DESIGN).pairs.sort(
            *(f"{side}_{part}" for side in ("one", "other") for part in ("file", "row"))
        )
        for b in (batch, mixed)
    ]
    assert told[0].rows() == told[1].rows()


def test_each_pair_is_known_again_until_what_it_relies_on_changes(design: Design) -> None:
    first = counted([record(A, "张伟"), bad(slip(A, 9, "1"), "张伟")], design).pairs
    more = counted([record(B, "王芳"), bad(slip(A, 9, "1"), "张伟"), record(A, "张伟")], design).pairs
    assert first.select("pair", "basis").rows() == more.select("pair", "basis").rows()
    changed = counted([record(A, "张伟", address="一组"), bad(slip(A, 9, "1"), "张伟")], design).pairs
    assert changed["pair"].to_list() == first["pair"].to_list()
    assert changed["basis"].to_list() != first["basis"].to_list()


def test_what_agrees_and_what_differs_is_named(design: Design) -> None:
    two = [record(A, "张伟", mobile="199", address="一组"), bad(slip(A, 9, "1"), "张伟", mobile="198")]
    told = counted(two, design).pairs.row(0, named=True)
    assert (told["agreed"], told["differed"]) == ("姓名", "残疾人证号、手机号码")


def test_nobody_at_all(design: Design) -> None:
    assert outcomes(counted([record(A, "张伟")], design)) == ["accepted"]
    assert match_records(replace(validated([record()], design), records={}), design).pairs.is_empty()
