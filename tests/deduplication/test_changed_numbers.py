"""The table of changed identity numbers: who has changed it is one person, and nothing is guessed."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bishan_survey.deduplication import changed_numbers, deduplicate, match_records, with_changed_numbers
from bishan_survey.design import load_design
from bishan_survey.handwritten import HandwrittenLine, read_sheets, write_blank_sheet
from bishan_survey.model import Batch, Design, Survey
from bishan_survey.office import changed_number_table
from tests.deduplication.records import ELSEWHERE, outcomes, record, validated
from tests.people import certificate, identity
from tests.program import run
from tests.returns.sending import OTHER_VILLAGE, person
from tests.returns.test_nights import District
from tests.workbooks import sheets_of, table, write_cells

_DESIGN = load_design()
A, B, C = (identity(order=order) for order in (11, 25, 37))
SAID = {"reason": "派出所证明", "author": "登记员甲", "date": "2025-10-15"}


def line(old: str, new: str, number: int = 2, **texts: str) -> HandwrittenLine:
    return HandwrittenLine("换号表", number, SAID | {"old": old, "new": new} | texts)


def counted(design: Design, *lines: HandwrittenLine) -> Batch:
    """Somebody registered under A in one village and under B in another."""
    batch = validated([record(A + "44", "张伟"), record(B + "44", "张伟", at=ELSEWHERE)], design)
    changed = changed_numbers(lines, design.changed_numbers)
    return deduplicate(match_records(with_changed_numbers(batch, changed, design), design, changed.now), design)


def told(batch: Batch) -> list[tuple[str, str]]:
    return batch.changed_numbers.select("outcome", "remark").fill_null("").rows()


def test_whoever_has_changed_the_number_counts_once(design: Design) -> None:
    assert outcomes(counted(design)) == ["accepted", "accepted"]
    batch = counted(design, line(A, B))
    assert told(batch) == [("in_force", "")]
    assert "duplicate" in outcomes(batch) or outcomes(batch) == ["held", "held"]
    assert batch.links["matched_by"].drop_nulls().unique().to_list() == ["M03"]


@pytest.mark.parametrize("written", [A, A + "44", A + "44B1", f" {A[:6]} {A[6:]}", A.lower()])
def test_a_number_may_be_written_as_people_write_it(design: Design, written: str) -> None:
    assert told(counted(design, line(written, B))) == [("in_force", "")]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"old": ""}, "没有写原号码"),
        ({"old": A[:17]}, "“原号码”不是18位"),
        ({"new": "9.90120198001011E+17"}, "“现号码”不是18位"),
        ({"new": A[:6] + A[8:17]}, "“现号码”不是18位"),
        ({"new": A}, "原号码与现号码相同"),
        ({"author": ""}, "没有写登记人"),
        ({"date": "前天"}, "登记日期看不懂"),
    ],
)
def test_a_line_that_is_not_sure_is_refused(design: Design, wrong: Mapping[str, str], said: str) -> None:
    batch = counted(design, line(**{"old": A, "new": B} | dict(wrong)))
    ((outcome, remark),) = told(batch)
    assert outcome == "refused"
    assert said in remark
    assert outcomes(batch) == ["accepted", "accepted"]


def test_lines_that_contradict_each_other_are_refused_and_named(design: Design) -> None:
    batch = counted(design, line(A, B, 2), line(A, C, 5))
    assert [outcome for outcome, _ in told(batch)] == ["refused", "refused"]
    assert "第5行" in told(batch)[0][1]
    assert "第2行" in told(batch)[1][1]
    assert outcomes(batch) == ["accepted", "accepted"]


def test_numbers_in_a_circle_are_refused(design: Design) -> None:
    batch = counted(design, line(A, B, 2), line(B, A, 3))
    assert [outcome for outcome, _ in told(batch)] == ["refused", "refused"]
    assert outcomes(batch) == ["accepted", "accepted"]


def test_a_number_that_nobody_has_is_told(design: Design) -> None:
    (one,) = told(counted(design, line(C, identity(order=41))))
    assert one[0] == "unused"


_LINES = st.lists(st.tuples(st.sampled_from([A, B, C, "?"]), st.sampled_from([A, B, C, ""])), max_size=6)


@given(_LINES)
def test_every_line_has_an_outcome_and_no_number_leads_back_to_itself(pairs: list[tuple[str, str]]) -> None:
    lines = [line(old, new, number) for number, (old, new) in enumerate(pairs, 2)]
    changed = changed_numbers(lines, _DESIGN.changed_numbers)
    assert changed.told({A, B, C}, _DESIGN.changed_numbers).height == len(pairs)
    for old in changed.now:
        number, seen = old, set()
        while number in changed.now:
            assert number not in seen
            seen.add(number)
            number = changed.now[number]
    held = {(old, new) for place, (old, new) in enumerate(pairs) if place not in changed.refused}
    assert held == set(changed.now.items())


def test_a_blank_table_can_be_written_on_and_read(tmp_path: Path, design: Design, survey: Survey) -> None:
    kind = changed_number_table(design)
    blank = tmp_path / "换号表.xlsx"
    write_blank_sheet(blank, kind, survey, {})
    assert read_sheets([blank], kind, design.notices) == []
    (head, *_) = sheets_of(blank)["换号表"]
    filled = write_cells(tmp_path / "a.xlsx", {"换号表": table((0, 0), [head, [A, B, *SAID.values()]])})
    assert [one.texts for one in read_sheets([filled], kind, design.notices)] == [line(A, B).texts]


def test_a_night_and_the_commands(tmp_path: Path, design: Design) -> None:
    district = District(tmp_path / "工作区", design)
    root = district.workspace.root
    district.send("大旺社区.xlsx", [person(11, name="张伟")])
    district.send("另一村.xlsx", [person(25, name="张伟")], OTHER_VILLAGE)
    assert run("numbers", "check", str(root)).returncode == 4
    assert run("numbers", "new", str(root)).returncode == 0
    assert run("numbers", "new", str(root)).returncode == 4
    path = root / "changed-numbers.xlsx"
    assert path.stat().st_mode & 0o077 == 0
    (head, *_) = sheets_of(path)["换号表"]
    rows = [[certificate(order=11), certificate(order=25), *SAID.values()], ["x", "", "", "", ""]]
    write_cells(path, {"换号表": table((0, 0), [head, *rows])})
    checked = run("numbers", "check", str(root))
    assert checked.returncode == 1
    assert certificate(order=11)[:18] not in checked.stdout
    night = district.night()
    assert night.examined.batch.links.height == 2
    assert night.examined.batch.changed_numbers["outcome"].to_list() == ["in_force", "refused"]
