"""What is published tells no small count: a solver that sees nothing else finds none out."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bishan_survey.consolidation.disclosure import KEYS, Protected, protect
from bishan_survey.consolidation.disclosure.attack import Attack
from bishan_survey.delivery import grids_of
from bishan_survey.delivery.publish import write_tables
from bishan_survey.model import DisclosurePolicy, Table
from tests.conftest import ROOT
from tests.disclosure.attacker import Attacker
from tests.disclosure.drawn import DESIGN, FRAME, source, tables_of

_POLICY = DisclosurePolicy()


@pytest.fixture(scope="module")
def tables() -> Sequence[Table]:
    return tables_of(source(1, 500))


@pytest.fixture(scope="module")
def protected(tables: Sequence[Table]) -> Protected:
    return protect(tables, source(1, 500), _POLICY)


def attacker(tables: Sequence[Table], folder: Path) -> Attacker:
    """Somebody who has the published files alone."""
    (folder / "tables").mkdir(parents=True)
    write_tables(folder, grids_of(tables, DESIGN, FRAME))
    return Attacker(folder, ROOT / "templates")


def values(tables: Sequence[Table]) -> dict[tuple[str, ...], float | None]:
    """Every number by its place."""
    return {
        (table.shell.id, *place): value
        for table in tables
        for *place, value in table.cells.select("area", "stub", "column", "value").iter_rows()
    }


def with_primary_alone(table: Table) -> Table:
    """A table of which only the small counts are left out: as is often thought to be enough."""
    small = pl.col("value").is_between(1, _POLICY.threshold - 1)
    return replace(table, cells=table.cells.with_columns(pl.when(~small).then("value").alias("value")))


def test_the_solver_finds_nothing_out(protected: Protected, tables: Sequence[Table], tmp_path: Path) -> None:
    solver, full = attacker(protected.tables, tmp_path / "public"), values(tables)
    assert solver.fits({place: value or 0 for place, value in full.items()})  # type: ignore[misc]
    ranges = solver.ranges()
    assert len(ranges) > 50
    assert not protected.withheld
    for cell, (low, high) in ranges.items():
        small = 0 < (full.get(cell) or 0) < _POLICY.threshold
        assert high - low > (_POLICY.width if small else 1) - 1e-6, cell


def test_the_solver_does_find_the_planted_weak_table(tables: Sequence[Table], tmp_path: Path) -> None:
    ranges = attacker([with_primary_alone(table) for table in tables], tmp_path / "weak").ranges()
    exact = [cell for cell, (low, high) in ranges.items() if high - low < 1e-6]
    assert exact
    assert all(values(tables)[cell] == pytest.approx(ranges[cell][0]) for cell in exact)


def test_what_is_told_is_what_was_counted_and_nothing_small(protected: Protected, tables: Sequence[Table]) -> None:
    full, public = values(tables), values(protected.tables)
    told = {place: value for place, value in public.items() if value is not None}
    assert all(value == full[place] for place, value in told.items())
    assert not [place for place, value in told.items() if 0 < value < _POLICY.threshold]
    assert full.keys() <= public.keys()


def test_every_cell_left_out_has_a_reason_and_something_else_that_it_could_be(protected: Protected) -> None:
    hidden = {place for place, value in values(protected.tables).items() if value is None}
    listed = protected.suppressed
    assert {tuple(row) for row in listed.select(KEYS).iter_rows()} == hidden
    assert (listed["low"] < listed["high"]).all()
    assert listed["low"].min() >= 0  # type: ignore[operator]
    secondary = listed.filter(reason="secondary")
    assert not secondary.is_empty()
    assert secondary["protects_table"].null_count() == 0


def test_the_order_of_tables_changes_nothing(protected: Protected, tables: Sequence[Table]) -> None:
    assert protect([*reversed(tables)], source(1, 500), _POLICY).suppressed.equals(protected.suppressed)


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(2, 10_000), count=st.sampled_from([8, 60, 250]), depth=st.integers(1, 3))
def test_no_drawn_district_gives_anything_away(
    tmp_path_factory: pytest.TempPathFactory, seed: int, count: int, depth: int
) -> None:
    made_of = source(seed, count)
    drawn = tables_of(made_of, "T11", "T18", "T35", levels=("district", "town", "village")[:depth])
    done = protect(drawn, made_of, DisclosurePolicy(threshold=3))
    ranges = attacker(done.tables, tmp_path_factory.mktemp("drawn") / "public").ranges(guesses=15)
    assert not [cell for cell, (low, high) in ranges.items() if high - low < 1 - 1e-6]


def test_what_was_told_before_stays_told_and_binds(
    protected: Protected, tables: Sequence[Table], tmp_path: Path
) -> None:
    before = {place for place, value in values(protected.tables).items() if value is not None}
    stricter = DisclosurePolicy(threshold=8)
    after = protect(tables, source(1, 500), stricter, [*before])  # type: ignore[list-item]
    assert all(value is not None for place, value in values(after.tables).items() if place in before)
    ranges = attacker(after.tables, tmp_path / "again").ranges()
    assert not [cell for cell, (low, high) in ranges.items() if high - low < 1 - 1e-6]


def test_where_nothing_may_be_left_out_any_more_the_table_is_withheld(tables: Sequence[Table]) -> None:
    t18 = next(table for table in tables if table.shell.id == "T18")
    full = values([t18])
    told = [place for place, value in full.items() if not 0 < (value or 0) < _POLICY.threshold]
    done = protect([t18], source(1, 500), _POLICY, told)  # type: ignore[arg-type]
    assert "T18" in done.withheld
    assert not [p for p, v in values(done.tables).items() if v is not None and 0 < v < _POLICY.threshold]


def test_a_group_that_is_all_alike_is_not_told() -> None:
    made_of = source(1, 500)
    in_smallest = pl.col("_village").str.starts_with("500120003")
    few = made_of.counting["person"].filter(in_smallest).head(7)
    many = made_of.counting["person"].filter(~in_smallest)
    alike = few.with_columns(certificate_grade=pl.lit("1"), has_card=pl.lit(True))
    made_of = replace(made_of, counting={"person": pl.concat([alike, many])})
    done = protect(tables_of(made_of, "T11"), made_of, _POLICY)
    assert "all" in set(done.suppressed.filter(area="500120003")["reason"])


# --- the program's own attack, on moves that are none ---------------------------------------------------------------


@pytest.fixture(scope="module")
def attack() -> Attack:
    below = {"500120": [f"50012000{n}" for n in (1, 2, 3)], **{f"50012000{n}": [] for n in (1, 2, 3)}}
    return Attack(tables_of(source(1, 500), "T11"), (), below)


def test_a_swap_between_two_towns_and_two_grades_holds(attack: Attack) -> None:
    steps = {
        ("T11", f"50012000{town}", "", grade): sign * side
        for town, sign in ((1, 1), (2, -1))
        for grade, side in (("1", 1), ("2", -1))
    }
    assert attack.holds(steps, -1, 1)
    assert not attack.holds(steps, -100_000, 0)  # less than nobody


def test_one_more_in_a_town_alone_does_not_hold(attack: Attack) -> None:
    assert not attack.holds({("T11", "500120001", "", "1"): 1}, 0, 1)


def test_bounds_find_a_number_that_alone_is_left_out(attack: Attack) -> None:
    low, high = attack.bounds([("T11", "500120001", "", "1")])["T11", "500120001", "", "1"]
    assert low == high
