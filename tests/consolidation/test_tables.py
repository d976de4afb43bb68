"""Tables from records, by another route: plain Python over the same rows."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bishan_survey.consolidation import consolidate, ledger_of
from bishan_survey.consolidation.counting import cells_of
from bishan_survey.consolidation.crossfoot import contradictions
from bishan_survey.design import load_design
from bishan_survey.errors import InternalError
from bishan_survey.frames import STATUS
from bishan_survey.model import Batch, Column, TableShell
from tests.deduplication.test_stage import batch
from tests.drawn import frame

_DESIGN = load_design()
_SHELL = TableShell(
    id="T01",
    title="试验表",
    unit="person",
    where="certificate_no IS NOT NULL",
    universe="持证人",
    subject="试验",
    measure="人",
    stub="certificate_grade",
    head=("certificate_category", "identity_sex"),
    areas=("district", "town", "village"),
)
_MULTIPLE = replace(_SHELL, id="T02", head=("services_needed",))
_CONDITIONS = replace(
    _SHELL,
    id="T03",
    stub=None,
    head=(),
    columns=(Column("多人户", where="household_size > 1"), Column("人口", sum="household_size")),
)
_VILLAGES = ("500120001001", "500120001201", "500120107001")
_PERSON = st.fixed_dictionaries(
    {
        "_village": st.sampled_from(_VILLAGES),
        "certificate_no": st.sampled_from(["99", None]),
        "certificate_grade": st.sampled_from(["1", "2", "4", None]),
        "certificate_category": st.sampled_from(["1", "7", None]),
        "identity_sex": st.sampled_from(["1", "2"]),
        "services_needed": st.sampled_from([["1"], ["1", "4"], ["6"], None]),
        "household_size": st.sampled_from([1, 2, 5, None]),
        STATUS: st.sampled_from(["accepted", "accepted", "held", "duplicate"]),
    }
)
_TYPES = {
    "_village": pl.String,
    "certificate_no": pl.String,
    "certificate_grade": pl.String,
    "certificate_category": pl.String,
    "identity_sex": pl.String,
    "services_needed": pl.List(pl.String),
    "household_size": pl.Int64,
    STATUS: pl.String,
}


def consolidated(people: list[dict[str, object]], *shells: TableShell):
    empty = batch(frame("| key | surveyed | date | reissue |"), _DESIGN)
    records = {("bishan-2025", "person"): pl.DataFrame(people, schema=_TYPES)}
    return consolidate(replace(empty, records=records), replace(_DESIGN, shells=shells))


def value(table, area: str, stub: str, column: str) -> float:
    cells = table.cells.filter(area=area, stub=stub, column=column)["value"]
    return cells.sum()


@settings(deadline=None)
@given(people=st.lists(_PERSON, max_size=25))
def test_cells_equal_a_plain_count(people: list[dict[str, object]]) -> None:
    (table,) = consolidated(people, _SHELL).tables
    counted = [p for p in people if p[STATUS] == "accepted" and p["certificate_no"]]
    for area in ("500120", "500120001", "500120001001"):
        here = [p for p in counted if str(p["_village"]).startswith(area)]
        assert value(table, area, "", "|") == len(here)
        for grade in ("1", "2", "4", "-"):
            graded = [p for p in here if (p["certificate_grade"] or "-") == grade]
            assert value(table, area, grade, "|") == len(graded)
            women = [p for p in graded if p["identity_sex"] == "2"]
            assert value(table, area, grade, "|2") == len(women)
            assert value(table, area, grade, "7|2") == len([p for p in women if p["certificate_category"] == "7"])


@settings(deadline=None)
@given(people=st.lists(_PERSON, max_size=25))
def test_several_answers_count_each_and_the_person_once(people: list[dict[str, object]]) -> None:
    (table,) = consolidated(people, _MULTIPLE).tables
    counted = [p for p in people if p[STATUS] == "accepted" and p["certificate_no"]]
    assert value(table, "500120", "", "") == len(counted)
    assert value(table, "500120", "", "1") == len([p for p in counted if "1" in (p["services_needed"] or [])])
    assert value(table, "500120", "", "-") == len([p for p in counted if not p["services_needed"]])


@settings(deadline=None)
@given(people=st.lists(_PERSON, max_size=25))
def test_columns_by_conditions(people: list[dict[str, object]]) -> None:
    (table,) = consolidated(people, _CONDITIONS).tables
    counted = [p for p in people if p[STATUS] == "accepted" and p["certificate_no"]]
    sizes = [int(p["household_size"]) for p in counted if p["household_size"]]
    assert value(table, "500120", "", "") == len(counted)
    assert value(table, "500120", "", "0") == len([s for s in sizes if s > 1])
    assert value(table, "500120", "", "1") == sum(sizes)


def test_missing_answers_are_a_column_only_where_there_are_some() -> None:
    person = {
        **dict.fromkeys(_TYPES),
        "_village": _VILLAGES[0],
        "certificate_no": "99",
        "identity_sex": "1",
        STATUS: "accepted",
    }
    (with_missing,) = consolidated([person], _SHELL).tables
    assert [c.label for c in with_missing.stub][-1] == "未填报"
    stated = {**person, "certificate_grade": "1", "certificate_category": "1"}
    (without,) = consolidated([stated], _SHELL).tables
    assert "未填报" not in [c.label for c in without.stub]


def test_nested_columns_have_totals_first() -> None:
    (table,) = consolidated([], _SHELL).tables
    labels = [label for _, label in table.head]
    assert labels[:3] == ["合计", "合计·男", "合计·女"]
    assert labels[3:5] == ["视力·男", "视力·女"]


def test_a_table_without_its_variables_is_left_out_with_the_reason() -> None:
    result = consolidated([], replace(_SHELL, where="culture_sports = '1'"))
    assert result.tables == ()
    assert "culture_sports" in result.left_out[0][1]


@pytest.mark.parametrize("damage", ["area", "stub", "column", "grand"])
def test_crossfooting_can_fail(damage: str) -> None:
    """One cell off by one is found, wherever it stands."""
    person = {**dict.fromkeys(_TYPES), "_village": _VILLAGES[0], "certificate_no": "99", STATUS: "accepted"}
    people = [{**person, "certificate_grade": g, "certificate_category": "1", "identity_sex": "1"} for g in "1124"]
    records = pl.DataFrame(people, schema=_TYPES)
    counting = {"person": records}
    cells = cells_of([_SHELL], counting)
    assert contradictions([_SHELL], cells, counting) == []
    at = {
        "area": (pl.col("level") == "town") & (pl.col("stub") == "1") & (pl.col("column") == "1|1"),
        "stub": (pl.col("stub") == "2") & (pl.col("column") == "|"),
        "column": (pl.col("stub") == "2") & (pl.col("column") == "1|1"),
        "grand": pl.col("value") > 0,
    }[damage]
    factor = pl.when(at).then(pl.col("value") + 1 if damage != "grand" else pl.col("value") * 2).otherwise("value")
    assert contradictions([_SHELL], cells.with_columns(value=factor), counting) != []


@pytest.mark.parametrize("column", ["1||", "|1|", "||"])
def test_crossfooting_can_fail_of_variables_side_by_side(column: str) -> None:
    shell = replace(_SHELL, head=("certificate_category", "identity_sex", "hukou"), beside=True)
    person = {**dict.fromkeys(_TYPES), "_village": _VILLAGES[0], "certificate_no": "99", STATUS: "accepted"}
    people = [{**person, "certificate_grade": g, "certificate_category": "1", "identity_sex": "1"} for g in "1124"]
    counting = {"person": pl.DataFrame(people, schema=_TYPES).with_columns(hukou=pl.lit("1"))}
    cells = cells_of([shell], counting)
    assert contradictions([shell], cells, counting) == []
    off = pl.when((pl.col("column") == column) & (pl.col("stub") == "2")).then(pl.col("value") + 1).otherwise("value")
    assert contradictions([shell], cells.with_columns(value=off), counting) != []


def test_a_contradiction_stops_publication() -> None:
    """A record under a code that no row shows is in the total and in no row: nothing is published."""
    person = {**dict.fromkeys(_TYPES), "_village": _VILLAGES[0], "certificate_no": "99", STATUS: "accepted"}
    stranger = {**person, "certificate_grade": "8", "certificate_category": "1", "identity_sex": "1"}
    with pytest.raises(InternalError, match="T01"):
        consolidated([stranger], _SHELL)


def test_an_unaccounted_row_is_refused() -> None:
    one = batch(frame("| key | surveyed | date | reissue |\n| A | 6 | 2025-07-01 | 0 |"), _DESIGN)
    read: Batch = replace(one, sources=pl.DataFrame({"rows_read": [2]}))
    with pytest.raises(InternalError, match="行数不平衡"):
        ledger_of(read)
    assert ledger_of(replace(one, sources=pl.DataFrame({"rows_read": [1]}))).accepted == 1
