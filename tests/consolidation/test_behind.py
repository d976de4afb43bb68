"""The records behind a number: as many as the number says, for every number of every table."""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bishan_survey.consolidation import ADDS, CellKey, behind, column_keys, fill, head_codes, stub_codes, with_groups
from bishan_survey.consolidation.counting import LEVELS, TOTAL, cells_of
from bishan_survey.design import load_design
from bishan_survey.frames import accepted
from bishan_survey.model import Column, TableShell
from tests.consolidation.random_records import VILLAGES, drawn_records

_DESIGN = load_design()
_PLAIN = TableShell("X1", "试验表", "person", "survey_status IS NOT NULL", "填了状态的", "试验", "人")
_SHELLS = [
    replace(_PLAIN, id="X1", stub="certificate_grade", head=("certificate_category", "identity_sex")),
    replace(_PLAIN, id="X2", stub="services_needed", head=("services_received",)),
    replace(_PLAIN, id="X3", stub="services_needed", head=("hukou", "services_received", "identity_sex"), beside=True),
    replace(_PLAIN, id="X4", head=("certificate_category", "hukou", "identity_sex")),
    replace(
        _PLAIN,
        id="X5",
        stub="services_needed",
        columns=(
            Column("多人户", where="household_size > 9"),
            Column("人口", sum="household_size"),
            Column("男人口", where="identity_sex = '1'", sum="household_size"),
            Column("本户证号最小的", where="person_key = MIN(person_key) OVER (PARTITION BY household_key)"),
        ),
    ),
    replace(_PLAIN, id="X6", where="person_key = MIN(person_key) OVER (PARTITION BY household_key)", stub="hukou"),
]


def counting_of(seed: int, count: int = 40) -> Mapping[str, pl.DataFrame]:
    """Records that count, by unit."""
    units = {sheet.unit for form in _DESIGN.questionnaires.values() for sheet in form.sheets}
    return with_groups({unit: accepted([drawn_records(_DESIGN, unit, seed, count)]) for unit in sorted(units)}, _DESIGN)


def numbers_and_records(shell: TableShell, counting: Mapping[str, pl.DataFrame]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Every number of a table that it shows, by area; and the same, as what the records behind it add up to."""
    (table,) = fill([shell], counting, _DESIGN).tables
    every = [*column_keys(head_codes(shell, _DESIGN), shell.beside)]
    shown = {key for key, _ in every}
    cells = cells_of([replace(shell, areas=tuple(LEVELS))], counting).filter(
        pl.col("column").is_in(shown), pl.col("value") != 0
    )
    assert set(table.head) <= set(every)
    records = counting[shell.unit]
    lines = pl.concat(
        behind(records, shell, CellKey("", stub, column)).select(
            "_village", stub=pl.lit(stub), column=pl.lit(column), value=ADDS
        )
        for stub in (TOTAL, *(code.code for code in stub_codes(shell, _DESIGN)))
        for column in shown
    )
    sums = pl.concat(
        lines.group_by("stub", "column", area=pl.col("_village").str.head(length)).agg(pl.col("value").sum())
        for length in LEVELS.values()
    )
    order = ["area", "stub", "column", "value"]
    return cells.select(order).sort(order), sums.select(order).filter(pl.col("value") != 0).sort(order)


@pytest.mark.parametrize("shell", _SHELLS, ids=lambda shell: shell.id)
@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_records_behind_add_up_to_the_number(shell: TableShell, seed: int) -> None:
    numbers, records = numbers_and_records(shell, counting_of(seed))
    assert numbers.equals(records)


@pytest.mark.parametrize("shell", _DESIGN.shells, ids=lambda shell: shell.id)
def test_records_behind_every_number_of_every_table_add_up_to_it(shell: TableShell) -> None:
    numbers, records = numbers_and_records(shell, _COUNTING)
    assert numbers.height > 0
    assert numbers.equals(records)


_COUNTING = counting_of(2025, 600)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_a_count_lists_each_record_once_and_only_those_of_its_area(seed: int) -> None:
    records = counting_of(seed)["person"]
    for area in ("500120", "500120001", VILLAGES[2]):
        listed = behind(records, _SHELLS[0], CellKey(area, "1", "|"))
        assert listed["_row"].is_unique().all()
        assert listed["_village"].str.starts_with(area).all()
        assert (listed["certificate_grade"] == "1").all()
