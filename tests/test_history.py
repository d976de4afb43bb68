"""What changed between two nights: told by village, person and table cell, as the nights were."""

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from bishan_survey.cli.app import app
from bishan_survey.design import load_design
from bishan_survey.history import RunDifference, difference
from bishan_survey.workspace import KeptRun, kept_runs
from tests.people import certificate
from tests.returns.sending import VILLAGE, person
from tests.returns.test_nights import District


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> District:
    """Two nights: somebody is gone, somebody is new, somebody's record has a fault now."""
    made = District(tmp_path_factory.mktemp("history") / "ws", load_design())
    first = made.send("表.xlsx", [person(1), person(3), person(5)])
    made.night()
    first.unlink()
    made.send("表改.xlsx", [person(1), person(5, household_size="三"), person(7)])
    made.night()
    return made


@pytest.fixture(scope="module")
def runs(district: District) -> list[KeptRun]:
    return kept_runs(district.workspace)


@pytest.fixture(scope="module")
def found(runs: list[KeptRun]) -> RunDifference:
    return difference(runs[0].folder, runs[1].folder)


def test_the_current_run_is_the_last(runs: list[KeptRun]) -> None:
    assert [run.current for run in runs] == [False, True]


def test_villages_and_persons(found: RunDifference) -> None:
    assert found.villages is not None
    assert found.villages.select("village", "change", "records_was", "records_now").rows() == [
        (VILLAGE, "changed", 3, 3)
    ]
    assert found.persons is not None
    changes = sorted(found.persons.select("change", "was", "now").rows(), key=str)
    assert changes == [("gone", "accepted", None), ("new", None, "accepted"), ("status", "accepted", "held")]
    assert found.persons["person"].n_unique() == 3


def test_every_changed_number_of_a_table_and_no_other(found: RunDifference, runs: list[KeptRun]) -> None:
    tables = [json.loads((run.folder.path / "statistics" / "tables.json").read_text("utf-8")) for run in runs]
    numbers = [
        {
            (table["id"], row["area"], row.get("code", ""), column["key"]): value
            for table in one["tables"]
            for row in table["rows"]
            for column, value in zip(table["columns"], row["values"], strict=True)
        }
        for one in tables
    ]
    keys = numbers[0].keys() | numbers[1].keys()
    expected = {
        key: was_now for key in keys if (was_now := (numbers[0].get(key), numbers[1].get(key)))[0] != was_now[1]
    }
    assert found.cells is not None
    assert {
        row[:4]: row[4:] for row in found.cells.select("table", "area", "row", "column", "was", "now").rows()
    } == expected
    assert expected


def test_a_run_beside_itself_has_not_changed(runs: list[KeptRun]) -> None:
    same = difference(runs[1].folder, runs[1].folder)
    for frame in (same.villages, same.persons, same.cells, same.indicators):
        assert frame is not None
        assert frame.is_empty()


def test_what_a_run_does_not_have_is_told(district: District, runs: list[KeptRun], tmp_path: Path) -> None:
    bare = runs[0].folder.path.with_name("20251001-000000")
    shutil.copytree(runs[0].folder.path / "statistics", bare / "statistics", ignore=lambda *_: ["tables.json"])
    try:
        listed = kept_runs(district.workspace)
        assert listed[0].record is None
        half = difference(listed[0].folder, runs[1].folder)
        assert (half.persons, half.cells) == (None, None)
        assert half.villages is not None
    finally:
        shutil.rmtree(bare)


def test_the_commands_tell_it_without_a_number_or_a_name(
    district: District, capsys: pytest.CaptureFixture[str]
) -> None:
    root, told = str(district.workspace.root), ""
    for words in (["list"], ["show"], ["diff"]):
        app(["runs", *words, root], standalone_mode=False)
        told += capsys.readouterr().out
    assert "状态：当前" in told
    assert "变化：新增" in told
    app(["runs", "diff", root, "--json"], standalone_mode=False)
    shown = json.loads(capsys.readouterr().out)
    assert {one["change"] for one in shown["persons"]} == {"new", "gone", "status"}
    told += json.dumps(shown, ensure_ascii=False)
    assert not any(certificate(order=order)[:18] in told for order in (1, 3, 5, 7))
    names = pl.read_parquet(next(district.workspace.runs.glob("*/restricted/person-*.parquet")))["name"].drop_nulls()
    assert not any(name in told for name in names)
