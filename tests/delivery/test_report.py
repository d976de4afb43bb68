"""The statistical report for another system says what the tables say."""

import csv
import json
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.program import run
from tests.workbooks import sheets_of


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a night over the small workspace."""
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


_PROFILE = ("--profile", "system-statistics")


@pytest.fixture
def workspace(night: Path, tmp_path: Path) -> Path:
    """A copy that tests may write into."""
    return Path(shutil.copytree(night.parent.parent, tmp_path / "ws"))


def _change(workspace: Path, change: Callable[[list[dict[str, Any]]], object]) -> None:
    """Change the published tables."""
    (path,) = workspace.glob("runs/*/statistics/tables.json")
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document["tables"])
    path.write_text(json.dumps(document), encoding="utf-8")


def test_it_is_delivered_with_a_manifest_and_remembered(workspace: Path, tmp_path: Path, design) -> None:
    checked = run("deliver", workspace, *_PROFILE, "--check")
    assert checked.returncode == 0, checked.stderr
    assert not (workspace / "deliveries").exists()
    for number in (1, 2):
        told = run("deliver", workspace, *_PROFILE, "--to", tmp_path / str(number), "--json")
        assert told.returncode == 0, told.stderr
        manifest = json.loads((tmp_path / str(number) / "manifest.json").read_text(encoding="utf-8"))
        kept = workspace / "deliveries" / "system-statistics" / f"000{number}" / "manifest.json"
        assert json.loads(kept.read_text(encoding="utf-8")) == manifest == json.loads(told.stdout)["manifest"]
        assert manifest["delivery"] == number
    (file,) = manifest["files"]
    path = tmp_path / "2" / file["name"]
    assert file["sha256"] == sha256(path.read_bytes()).hexdigest()
    (rows,) = sheets_of(path).values()
    head, lines = rows[0], rows[1:]
    figures = [dict(zip(head, line, strict=True)) for line in lines]
    areas = {one["区划代码"] for one in figures}
    assert len(figures) == file["rows"] == len(areas) * len(design.profiles["system-statistics"].lines)
    towns = sum(one["数量"] for one in figures if one["指标代码"] == "A05" and len(one["区划代码"]) == 9)
    assert towns == manifest["totals"]["A05"] > 0


def test_figures_without_a_table_are_told_and_left_out_only_if_wanted(workspace: Path, tmp_path: Path) -> None:
    _change(workspace, lambda tables: tables.remove(next(one for one in tables if one["id"] == "T05")))
    refused = run("deliver", workspace, *_PROFILE, "--to", tmp_path / "一")
    assert refused.returncode == 1
    assert "A05" in refused.stdout
    assert not (tmp_path / "一").exists()
    told = run("deliver", workspace, *_PROFILE, "--to", tmp_path / "一", "--skip-faulty", "--json")
    assert told.returncode == 1
    counts = json.loads(told.stdout)["manifest"]["counts"]
    assert counts["figures"] == counts["left_out"] + counts["delivered"]
    assert counts["left_out"] > 0
    assert counts["delivered"] > 0


def test_a_report_that_does_not_add_up_is_not_delivered(workspace: Path, tmp_path: Path) -> None:
    def add_one(tables: list[dict[str, Any]]) -> None:
        table = next(one for one in tables if one["id"] == "T05")
        next(row for row in table["rows"] if row["level"] == "town")["values"][0] += 1

    _change(workspace, add_one)
    refused = run("deliver", workspace, *_PROFILE, "--to", tmp_path / "一")
    assert refused.returncode not in (0, 1)
    assert "不等于全区：" in refused.stderr
    assert not (tmp_path / "一").exists()


@pytest.mark.parametrize("words", [("deliver", "--rejected", "--check"), ("deliver", "--list", "问题.xlsx")])
def test_what_is_about_records_is_refused(workspace: Path, words: tuple[str, ...]) -> None:
    refused = run(words[0], workspace, *_PROFILE, *words[1:])
    assert refused.returncode == 2
    assert "没有逐人的记录" in refused.stderr
