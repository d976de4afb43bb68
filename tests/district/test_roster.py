"""The whole synthetic district beside its roster: everybody who was left out or added on purpose is found."""

import json
import shutil
from pathlib import Path

import polars as pl

from tests.program import run


def test_the_roster_of_the_district(district, tmp_path: Path) -> None:
    folder, _, _ = district
    shutil.copytree(folder, tmp_path / "demo")
    roster = tmp_path / "demo" / "registers" / "roster" / "底册.csv"
    roster.parent.mkdir(parents=True)
    shutil.copyfile(folder / "roster.csv", roster)
    done = run("roster", tmp_path / "demo", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)["roster"]
    key = pl.read_csv(folder / "answer-key" / "roster.csv", infer_schema=False)["difference"].to_list()
    rows = told["rows"]
    assert rows["extra"] == key.count("extra")
    # Whose number a village has spoilt cannot be found: just so many stand there with a number that nobody can read.
    assert rows["missing"] == key.count("missing") + rows["unmatched"]
    assert rows["found"] + rows["missing"] == told["counts"]["listed"]
    assert "elsewhere" not in rows
