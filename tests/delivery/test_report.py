"""The statistical report for another system says what the tables say."""

import csv
import json
from pathlib import Path

import pytest

from tests.cli.test_commands import run
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a night over the small workspace."""
    import shutil

    workspace = tmp_path_factory.mktemp("report") / "ws"
    shutil.copytree(ROOT / "sample_data" / "workspace", workspace)
    told = run("nightly", workspace, "--json")
    assert told.returncode == 5  # two of its files cannot be used, on purpose
    return Path(json.loads(told.stdout)["folder"])


def test_its_lines_are_cells_of_the_tables(night: Path, design) -> None:
    with (night / "statistics" / "统计报表.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    profile = design.profiles["system-statistics"]
    areas = {line["区划代码"] for line in lines}
    assert len(lines) == len(profile.lines) * len(areas)
    found = {(line["区划代码"], line["指标代码"]): int(line["数量"]) for line in lines}
    with (night / "statistics" / "tables" / "T05.csv").open(encoding="utf-8-sig", newline="") as file:
        table = {(row["地区代码"], row["年龄段"]): row for row in csv.DictReader(file)}
    assert found["500120", "A01"] == int(table["500120", "合计"]["合计"]) > 10
    assert found["500120", "A05"] == int(table["500120", "合计"]["肢体"])
    assert found["500120001", "A11"] == int(table["500120001", "16—59岁"]["合计"])


def test_it_is_exported_from_the_current_run(night: Path, tmp_path: Path) -> None:
    workspace = night.parent.parent
    for name in ("a.csv", "a.xlsx"):
        shown = run("export", workspace, "--profile", "system-statistics", "--to", tmp_path / name)
        assert shown.returncode == 0, shown.stderr
        assert "个人信息" not in shown.stderr
    published = (night / "statistics" / "统计报表.csv").read_bytes()
    assert (tmp_path / "a.csv").read_bytes() == published
