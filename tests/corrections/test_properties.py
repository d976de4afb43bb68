"""Laws of the sheet of corrections, over sheets that nobody has thought of."""

from collections.abc import Mapping

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bishan_survey.consolidation import ledger_of
from bishan_survey.corrections import Line
from bishan_survey.model import AreaFrame, Design, Survey
from tests.corrections.lines import accept, clear, corrected, drop, line, night, outcomes
from tests.laws import tried
from tests.returns.sending import File, person

PEOPLE = (1, 3, 5)
VALUES: Mapping[str, tuple[str, ...]] = {
    "mobile": ("", "19900000001", "19900000002", "19900000003"),
    "education": ("", "3", "初中", "4", "没有这样的"),
    "household_size": ("", "3", "三", "4"),
}
_FEW = tried(8)


@pytest.fixture(scope="module")
def correcting(design: Design, survey: Survey, areas: AreaFrame):
    return lambda lines, file: corrected(design, survey, areas, lines, file)


@pytest.fixture(scope="module")
def nights(design: Design, survey: Survey, areas: AreaFrame):
    return lambda lines, file: night(design, survey, areas, lines, file)


@st.composite
def lines(draw, people: tuple[int, ...] = (*PEOPLE, 9)) -> Line:
    """A line that may or may not fit what stands there."""
    who, item = draw(st.sampled_from(people)), draw(st.sampled_from([*VALUES]))
    old, new = draw(st.sampled_from(VALUES[item])), draw(st.sampled_from(VALUES[item]))
    made = (line(who, item, old, new), clear(who, item, old), accept(who, item, old), drop(who))
    return draw(st.sampled_from(made))


answers = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()})
files = st.tuples(*(answers for _ in PEOPLE)).map(
    lambda every: File("大旺社区.xlsx", [person(n, **one) for n, one in zip(PEOPLE, every, strict=True)])
)


@_FEW
@given(files, st.lists(lines(), max_size=8))
def test_no_row_is_lost_and_every_line_has_an_outcome(nights, file: File, sheet: list[Line]) -> None:
    batch = nights(sheet, file)
    assert ledger_of(batch).read == len(PEOPLE)
    assert len(outcomes(batch)) == len(sheet)
    refused = batch.corrections.filter(pl.col("outcome").is_in(["stale", "refused", "already"]))
    assert refused["remark"].null_count() == 0


@_FEW
@given(files, st.lists(lines(), max_size=8))
def test_only_cells_of_lines_that_were_applied_change(correcting, file: File, sheet: list[Line]) -> None:
    batch, after = correcting(sheet, file)
    before = correcting([], file)[1]
    applied = batch.corrections.filter(pl.col("outcome") == "applied")
    meant = set(applied.filter(pl.col("action").is_in(["replace", "clear"])).select("row", "item").iter_rows())
    dropped = set(applied.filter(action="drop")["row"])
    assert set(before["_row"]) - set(after["_row"]) == dropped
    for item in VALUES:
        both = before.select("_row", was=item).join(after.select("_row", now=item), on="_row")
        changed = both.filter(~pl.col("was").eq_missing(pl.col("now")))
        assert {(row, item) for row in changed["_row"]} <= meant
    untouched = [name for name in before.columns if name not in VALUES]
    assert after.select(untouched).equals(before.filter(~pl.col("_row").is_in(list(dropped))).select(untouched))


@_FEW
@given(files, st.lists(lines(), max_size=8), st.randoms())
def test_the_order_of_lines_about_different_people_does_not_matter(
    correcting, file: File, sheet: list[Line], chance
) -> None:
    people = sorted({one.id for one in sheet})
    chance.shuffle(people)
    by_person = [one for who in people for one in sheet if one.id == who]
    first, after = correcting(sheet, file)
    second, other = correcting(by_person, file)
    assert after.equals(other)
    of_line = ["id", "item", "old", "new", "action", "outcome", "found"]
    assert sorted(map(str, first.corrections.select(of_line).rows())) == sorted(
        map(str, second.corrections.select(of_line).rows())
    )


@_FEW
@given(files, st.lists(lines(), max_size=8))
def test_a_file_in_which_everything_has_been_put_right_stays_as_it_is(
    correcting, file: File, sheet: list[Line]
) -> None:
    """A sheet without detours: the village takes over what the office has found out, and the sheet is left lying."""
    straight = [*{(one.id, one.item): one for one in reversed(sheet)}.values()]
    batch, after = correcting(straight, file)
    gone = set(batch.corrections.filter(action="drop", outcome="applied")["id"])
    done = batch.corrections["outcome"].is_in(["applied", "already"]).to_list()
    kept = [one for one, good in zip(straight, done, strict=True) if good and (not one.item or one.id not in gone)]
    people = [{name: text or "" for name, text in row.items()} for row in after.select([*person(1)]).to_dicts()]
    assume(people)
    again, unchanged = correcting(kept, File(file.name, people))
    assert unchanged.drop("_row").equals(after.drop("_row"))
    made = {told for told, one in zip(outcomes(again), kept, strict=True) if one.action != "认可"}
    assert made <= {"already"}


@_FEW
@given(files, st.lists(lines(), max_size=8))
def test_the_same_sheet_gives_the_same_again(correcting, file: File, sheet: list[Line]) -> None:
    first, second = (correcting(sheet, file) for _ in range(2))
    assert first[1].equals(second[1])
    assert first[0].corrections.equals(second[0].corrections)
