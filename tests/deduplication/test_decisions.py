"""Decisions of the district: replayed as they are, asked again only when what they rely on changes, never guessed."""

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bishan_survey.model import AreaFrame, Decision, Design, Survey
from tests.deduplication.adjudicating import SIGNED, Desk, Rows, told
from tests.deduplication.records import ELSEWHERE, HERE, NEXT_DOOR, PERSON, outcomes, record
from tests.laws import tried
from tests.office import converted, needs_office
from tests.people import identity

A, B, C = (identity(order=order) + "44" for order in (11, 25, 37))
BIRTH = date(1980, 1, 1)


@pytest.fixture
def desk(tmp_path: Path, design: Design, areas: AreaFrame, survey: Survey) -> Desk:
    return Desk(tmp_path, design, areas, survey)


def slipped(number: str, place: int = 9, **answers: Any) -> dict[str, Any]:
    """Somebody of that number with a digit wrong, of the same name."""
    wrong = number[:place] + "7" + number[place + 1 :]
    return record(wrong, "张伟", person_key=None, **answers)


def two(**answers: Any) -> list[dict[str, Any]]:
    """Two records of two towns that may be of one person."""
    return [record(A, "张伟"), slipped(A, at=ELSEWHERE) | answers]


def of(desk: Desk, records: list[dict[str, Any]], decision: str, **texts: str) -> Any:
    """The night after a decision on every question."""
    first = desk.heard(records)
    return desk.heard(records, desk.answer(first, [decision] * first.questions.height, **texts))


def test_the_first_night_asks_and_counts_both(desk: Desk) -> None:
    batch = desk.heard(two())
    assert outcomes(batch) == ["accepted", "accepted"]
    (question,) = batch.questions.iter_rows(named=True)
    assert question["standing"] == "each"
    assert question["before"] is None
    assert "张伟" in question["one_who"]
    assert A in question["one_who"] + question["other_who"]


@pytest.mark.parametrize(("decision", "kept"), [("keep_one", "one"), ("keep_other", "other")])
def test_the_record_that_is_to_stand_stands(desk: Desk, decision: str, kept: str) -> None:
    first = desk.heard(two())
    village = first.questions[f"{kept}_village"].item()
    batch = of(desk, two(), decision)
    assert told(batch) == [("in_force", "")]
    assert batch.questions.is_empty()
    assert batch.links.filter(outcome="kept").select("village", "rule").rows() == [(village, "S0")]
    assert sorted(outcomes(batch)) == ["accepted", "duplicate"]


def test_two_persons_are_two_and_nobody_asks_again(desk: Desk) -> None:
    both = [record(A, "张伟"), slipped(A)]
    assert set(desk.heard(both).findings["rule"]) == {"D06"}
    batch = of(desk, both, "different")
    assert outcomes(batch) == ["accepted", "accepted"]
    assert batch.questions.is_empty()
    assert batch.links.is_empty()
    assert batch.findings.is_empty()


def test_what_is_being_looked_into_stays_on_the_list(desk: Desk) -> None:
    batch = of(desk, two(), "pending")
    assert told(batch) == [("pending", "")]
    assert batch.questions["before"].to_list() == ["pending"]
    assert outcomes(batch) == ["accepted", "accepted"]


@pytest.mark.parametrize("decision", ["died", "moved"])
def test_nobody_who_is_gone_counts_as_living_here(desk: Desk, decision: str) -> None:
    batch = of(desk, two(), decision)
    assert outcomes(batch) == ["held", "held"]
    assert batch.findings.select("rule", "severity").rows() == [("D07", "hard")] * 2
    assert batch.questions.is_empty()
    # A village that does as it is told ends the matter, whatever the other one says.
    filled = desk.answer(desk.heard(two()), [decision])
    batch = desk.heard(two(survey_status="1", survey_date=date(2025, 7, 1)), filled)
    assert [outcome for outcome, _ in told(batch)] == ["in_force"]
    assert outcomes(batch) == ["duplicate", "accepted"]
    saying_so = two(survey_status="1")
    batch = of(desk, saying_so, decision)
    assert outcomes(batch) == ["duplicate", "accepted"]
    assert batch.findings.filter(severity="hard").is_empty()


def test_only_what_has_changed_is_asked_again(desk: Desk) -> None:
    others = [record(B, "李敏", at=NEXT_DOOR), slipped(B, at=ELSEWHERE) | {"name": "李敏"}]
    records = [*two(), *others]
    first = desk.heard(records)
    assert first.questions.height == 2
    filled = desk.answer(first, ["keep_one", "different"])
    assert desk.heard(records, filled).questions.is_empty()

    unconcerned = [records[0], records[1] | {"education": "5"}, *others]
    assert desk.heard(unconcerned, filled).questions.is_empty()

    for place, village in ((1, ELSEWHERE), (3, ELSEWHERE)):
        changed = [*records]
        changed[place] = records[place] | {"mobile": "19900000042"}
        batch = desk.heard(changed, filled)
        assert batch.questions.height == 1
        assert batch.questions["before"].to_list() == ["stale"]
        assert village in batch.questions.row(0)
        assert sorted(outcome for outcome, _ in told(batch)) == ["in_force", "stale"]


def test_a_decision_on_records_that_are_gone_is_kept_for_later(desk: Desk) -> None:
    filled = desk.answer(desk.heard(two()), ["keep_one"])
    gone = desk.heard([record(A, "张伟")], filled)
    assert [outcome for outcome, _ in told(gone)] == ["unused"]
    assert outcomes(gone) == ["accepted"]
    assert [outcome for outcome, _ in told(desk.heard(two(), filled))] == ["in_force"]


def test_the_order_of_rows_and_of_files_changes_nothing(desk: Desk) -> None:
    records = [*two(), record(B, "李敏"), slipped(B, at=NEXT_DOOR) | {"name": "李敏"}]
    filled = desk.answer(desk.heard(records), ["keep_one", "keep_other"])
    kept = desk.heard(records, filled).links.filter(outcome="kept")["key"].to_list()
    for seed in range(4):
        shuffled = random.Random(seed).sample(records, len(records))
        batch = desk.heard(shuffled, filled)
        assert batch.questions.is_empty()
        assert batch.links.filter(outcome="kept")["key"].to_list() == kept


def test_a_number_of_two_names(desk: Desk) -> None:
    both = [record(A, "张伟"), record(A, "李敏", at=ELSEWHERE)]
    first = desk.heard(both)
    assert outcomes(first) == ["held", "held"]
    assert first.questions["standing"].to_list() == ["uncounted"]
    one_person = of(desk, both, "keep_other")
    assert sorted(outcomes(one_person)) == ["accepted", "duplicate"]
    assert one_person.questions.is_empty()
    two_persons = of(desk, both, "different")
    # Nobody can count under another's number, whoever they are.
    assert outcomes(two_persons) == ["held", "held"]
    assert two_persons.questions.is_empty()
    assert set(two_persons.findings["rule"]) == {"D08"}
    assert "都暂不计入" in told(two_persons)[0][1]


def test_a_decision_by_which_nobody_counts_yet_says_so(desk: Desk) -> None:
    records = [record(A, "张伟"), slipped(A, at=ELSEWHERE) | {"held": True}]
    first = desk.heard(records)
    assert first.questions["standing"].to_list() == ["partly"]
    village = first.questions["one_village"].item()
    batch = desk.heard(records, desk.answer(first, ["keep_other" if village == HERE else "keep_one"]))
    assert sorted(outcomes(batch)) == ["duplicate", "held"]
    ((outcome, remark),) = told(batch)
    assert (outcome, "改好以前此人不计入" in remark) == ("in_force", True)


def test_a_decision_that_holds_no_more_is_asked_again_though_rules_could_tell(desk: Desk) -> None:
    tie = [record(A, "张伟", mobile="198"), record(A, "张伟", mobile="199", at=ELSEWHERE)]
    filled = desk.answer(desk.heard(tie), ["keep_one"])
    changed = [tie[0], tie[1] | {"mobile": "197", "education": "5"}]
    batch = desk.heard(changed, filled)
    assert [outcome for outcome, _ in told(batch)] == ["stale"]
    assert batch.questions.select("standing", "before").rows() == [("by_rule", "stale")]
    again = desk.heard(changed, filled, desk.answer(batch, ["keep_one"]))
    assert [outcome for outcome, _ in told(again)] == ["already", "in_force"]
    assert again.questions.is_empty()


def test_a_tie_is_asked_and_ends(desk: Desk) -> None:
    tie = [record(A, "张伟", mobile="198"), record(A, "张伟", mobile="199", at=ELSEWHERE)]
    first = desk.heard(tie)
    assert outcomes(first) == ["held", "held"]
    assert first.questions["reason"].str.contains("（D03）；.*（M02）").all()
    batch = of(desk, tie, "keep_one")
    assert sorted(outcomes(batch)) == ["accepted", "duplicate"]
    assert batch.questions.is_empty()


def test_of_two_sheets_that_say_the_same_the_first_counts(desk: Desk) -> None:
    first = desk.heard(two())
    asked = desk.asked(first)
    files = [desk.fill(asked, ["keep_one"])]
    files.append(files[0].rename(desk.folder / "A.xlsx"))
    again = desk.fill(asked, ["keep_one"])
    batch = desk.heard(two(), files[1], again)
    assert told(batch) == [("in_force", ""), ("already", "《A.xlsx》第3行说的一样")]


def test_what_was_pending_is_decided_later(desk: Desk) -> None:
    first = desk.heard(two())
    pending = desk.answer(first, ["pending"])
    decided = desk.answer(desk.heard(two(), pending), ["different"])
    batch = desk.heard(two(), pending, decided)
    assert [outcome for outcome, _ in told(batch)] == ["already", "in_force"]
    assert batch.questions.is_empty()


def test_contradictions_are_refused_with_both_lines_named(desk: Desk) -> None:
    first = desk.heard(two())
    yes, no = desk.answer(first, ["keep_one"]), desk.answer(first, ["different"])
    batch = desk.heard(two(), yes, no)
    assert [outcome for outcome, _ in told(batch)] == ["refused", "refused"]
    assert f"《{no.name}》第3行" in told(batch)[0][1]
    assert f"《{yes.name}》第3行" in told(batch)[1][1]
    assert outcomes(batch) == ["accepted", "accepted"]
    assert batch.questions["before"].to_list() == ["refused"]


def three() -> list[dict[str, Any]]:
    """Three records of which each two may be of one person."""
    home = {"household_key": identity("19500101", 3), "birth_date": BIRTH}
    places = (HERE, NEXT_DOOR, ELSEWHERE)
    return [record(None, "张伟", at=at, **home) for at in places]


@pytest.mark.parametrize(
    "decisions",
    [
        ("keep_one", "keep_one", "different"),
        ("keep_one", "keep_other", "keep_one"),
        ("keep_one", "died", "died"),
        ("moved", "died", "moved"),
    ],
)
def test_decisions_that_cannot_all_be_true_are_all_refused(desk: Desk, decisions: tuple[str, ...]) -> None:
    first = desk.heard(three())
    assert first.questions.height == 3
    assert first.questions["group"].n_unique() == 1
    batch = desk.heard(three(), desk.answer(first, decisions))
    assert [outcome for outcome, _ in told(batch)] == ["refused"] * 3
    for number, (_, remark) in enumerate(told(batch), 3):
        assert [f"第{line}行" in remark for line in (3, 4, 5)] == [line != number for line in (3, 4, 5)]
    assert outcomes(batch) == ["accepted"] * 3


def test_of_three_that_are_one_one_counts(desk: Desk) -> None:
    first = desk.heard(three())
    ends = first.questions.select("one_village", "other_village").rows()
    wanted = ["keep_one" if one == HERE else "keep_other" if other == HERE else "keep_one" for one, other in ends]
    batch = desk.heard(three(), desk.answer(first, wanted))
    assert outcomes(batch) == ["accepted", "duplicate", "duplicate"]
    assert batch.questions.is_empty()


def test_nobody_is_joined_with_somebody_who_is_surely_another(desk: Desk) -> None:
    """Two of two valid numbers far apart, and one without a number who may be either."""
    home = {"household_key": identity("19500101", 3), "birth_date": BIRTH}
    records = [
        record(A, "张伟", **home),
        record(B, "张伟", at=NEXT_DOOR, **home),
        record(None, "张伟", at=ELSEWHERE, **home),
    ]
    first = desk.heard(records)
    assert first.questions.height == 2
    batch = desk.heard(records, desk.answer(first, ["keep_one", "keep_one"]))
    assert [outcome for outcome, _ in told(batch)] == ["refused", "refused"]
    assert outcomes(batch) == ["accepted"] * 3
    assert batch.questions.height == 2
    one = desk.heard(records, desk.answer(first, ["keep_one", "different"]))
    assert sorted(outcomes(one)) == ["accepted", "accepted", "duplicate"]


def _swap_codes(names: list[str], rows: Rows) -> None:
    code = names.index("code")
    rows[0][code], rows[1][code] = rows[1][code], rows[0][code]


def _set(name: str, text: str) -> Callable[[list[str], Rows], None]:
    def spoil(names: list[str], rows: Rows) -> None:
        for row in rows:
            row[names.index(name)] = text

    return spoil


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_set("author", ""), "没有写判定人"),
        (_set("date", " "), "没有写判定日期"),
        (_set("date", "昨天"), "判定日期看不懂"),
        (_set("date", "2025-02-30"), "判定日期看不懂"),
        (_set("decision", "大概是"), "看不懂判定"),
        (_set("release", "不知道"), "只能写“是”"),
        (_set("code", ""), "没有这样的核对码"),
        (_set("code", "abc"), "没有这样的核对码"),
        (_set("code", "aaaaaaaaaaaa-bbbbbbbbbbbb-cccccccccccc"), "不合"),
        (_set("one", "张伟"), "不合"),
        (_swap_codes, "不合"),
    ],
)
def test_a_line_that_is_not_sure_is_refused_with_the_reason(
    desk: Desk, spoil: Callable[[list[str], Rows], None], said: str
) -> None:
    records = [*two(), record(B, "李敏"), slipped(B, at=NEXT_DOOR) | {"name": "李敏"}]
    first = desk.heard(records)
    spoiled = desk.fill(desk.asked(first), ["keep_one", "keep_one"], spoil)
    batch = desk.heard(records, spoiled)
    assert [outcome for outcome, _ in told(batch)] == ["refused", "refused"]
    assert all(said in remark for _, remark in told(batch))
    assert outcomes(batch) == outcomes(first)
    assert batch.questions.height == 2


def test_all_that_is_wrong_with_a_line_is_told_at_once(desk: Desk) -> None:
    def spoil(names: list[str], rows: Rows) -> None:
        for name, text in (("author", ""), ("date", "昨天"), ("decision", "?"), ("code", "x")):
            _set(name, text)(names, rows)

    batch = desk.heard(two(), desk.fill(desk.asked(desk.heard(two())), ["keep_one"], spoil))
    ((outcome, remark),) = told(batch)
    assert outcome == "refused"
    assert remark.count("；") >= 3


def test_lines_without_an_answer_are_no_decisions(desk: Desk) -> None:
    first = desk.heard(two())
    batch = desk.heard(two(), desk.asked(first), desk.answer(first, ["keep_one"]))
    assert told(batch) == [("in_force", "")]


def test_whole_rows_may_be_sorted_and_blanks_do_not_matter(desk: Desk) -> None:
    records = [*two(), record(B, "李敏"), slipped(B, at=NEXT_DOOR) | {"name": "李敏"}]

    def sort(names: list[str], rows: Rows) -> None:
        rows.reverse()
        for row in rows:
            row[names.index("one")] = row[names.index("one")].replace("\n", " \r\n")
            row[names.index("decision")] = "同一人（保留此条）"

    batch = desk.heard(records, desk.fill(desk.asked(desk.heard(records)), ["keep_one", "keep_one"], sort))
    assert told(batch) == [("in_force", ""), ("in_force", "")]


@needs_office
@pytest.mark.parametrize("target", ["xlsx", "ods", "xls"])
def test_an_office_program_saves_it_as_it_was(desk: Desk, target: str) -> None:
    first = desk.heard(two())
    saved = converted(desk.answer(first, ["keep_one"]), target, desk.folder)
    assert told(desk.heard(two(), saved)) == [("in_force", "")]


def test_a_pair_is_released_by_a_signed_line(desk: Desk) -> None:
    assert of(desk, two(), "pending").pairs["released"].to_list() == [False]
    assert of(desk, two(), "pending", release="是").pairs["released"].to_list() == [True]
    assert of(desk, two(), "keep_one", release="是").pairs["released"].to_list() == [True]
    assert of(desk, two(), "keep_one", release="是", author="").pairs["released"].to_list() == [False]


def test_equal_questions_give_equal_bytes(desk: Desk) -> None:
    assert desk.asked(desk.heard(two())).read_bytes() == desk.asked(desk.heard(two())).read_bytes()


_ANSWERS = [None, "?", *Decision]


@tried(10)
@given(st.lists(st.sampled_from(_ANSWERS), min_size=6, max_size=6), st.integers(0, 99))
def test_nobody_is_lost_and_every_line_has_an_outcome(desk: Desk, answers: list[str | None], seed: int) -> None:
    records = [*three(), *two(), record(C, "王芳"), record(C, "王芬", at=ELSEWHERE), record(C, "赵燕", at=NEXT_DOOR)]
    first = desk.heard(records)
    decisions = (answers * first.questions.height)[: first.questions.height]
    filled = desk.fill(desk.asked(first), decisions)
    batch = desk.heard(records, filled)
    assert batch.records[PERSON].height == len(records)
    assert set(outcomes(batch)) <= {"accepted", "held", "duplicate"}
    assert batch.decisions.height == sum(answer is not None for answer in decisions)
    linked = batch.links.group_by("group").agg((pl.col("outcome") == "kept").sum().alias("kept"))
    assert (linked["kept"] <= 1).all()
    shuffled = random.Random(seed).sample(records, len(records))
    again = desk.heard(shuffled, filled)
    assert sorted(told(again)) == sorted(told(batch))
    assert sorted(outcomes(again)) == sorted(outcomes(batch))
    assert SIGNED["author"] in (batch.decisions["author"].to_list() or [SIGNED["author"]])
