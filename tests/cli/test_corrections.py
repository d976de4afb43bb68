"""``corrections new`` and ``corrections check`` as a person runs them: lines, outcomes, exit codes, nobody's number."""

import json
from pathlib import Path

import pytest

from bishan_survey.design import load_defaults
from bishan_survey.forms import FormContent, write_form
from bishan_survey.model import Design, Survey
from tests.areas import of_few_areas
from tests.conftest import EDITION
from tests.corrections.lines import drop, line, write_sheet
from tests.people import certificate
from tests.program import run
from tests.returns.sending import VILLAGE, person

WAS, NOW = "19900000001", "19900000002"
GOOD = [line(1, "手机号码", WAS, NOW), drop(3)]
BAD = [line(1, "手机号码", "19900000009", WAS), line(1, "某甲的电话", WAS, NOW), line(1, "某乙", action="删除记录")]


@pytest.fixture
def workspace(tmp_path: Path, design: Design, survey: Survey) -> Path:
    """A village with two people."""
    folder = tmp_path / "ws"
    assert run("init", folder).returncode == 0
    of_few_areas(folder)
    village = load_defaults().areas().by_code[VILLAGE]
    content = FormContent(village, {"person": [person(1), person(3)]})
    path = folder / "inbox" / village.town / "甲.xlsx"
    write_form(path, design, design.questionnaires[EDITION], survey, content)
    return folder


def test_a_blank_sheet_is_made_once(workspace: Path) -> None:
    assert run("corrections", "new", workspace).returncode == 0
    made = (workspace / "corrections.xlsx").read_bytes()
    again = run("corrections", "new", workspace)
    assert again.returncode == 4
    assert "不会覆盖" in again.stderr
    assert (workspace / "corrections.xlsx").read_bytes() == made
    checked = run("corrections", "check", workspace)
    assert checked.returncode == 0
    assert "共0行" in checked.stdout


def test_without_a_sheet_there_is_nothing_to_check(workspace: Path) -> None:
    shown = run("corrections", "check", workspace)
    assert shown.returncode == 4
    assert "corrections new" in shown.stderr


def test_good_lines_are_told_and_nothing_is_published(workspace: Path) -> None:
    write_sheet(workspace / "corrections.xlsx", GOOD)
    shown = run("corrections", "check", workspace)
    assert shown.returncode == 0
    assert "已照办：2" in shown.stdout
    assert not (workspace / "runs" / "current.txt").exists()


def test_lines_that_need_somebody_are_told_without_anybodys_data(workspace: Path) -> None:
    write_sheet(workspace / "corrections.xlsx", [*GOOD, *BAD])
    shown = run("corrections", "check", workspace)
    assert shown.returncode == 1
    (stale,) = [row for row in shown.stdout.splitlines() if "行：4；" in row]
    assert "项目：手机号码" in stale
    assert "结果：原值不符" in stale
    told = run("corrections", "check", workspace, "--json")
    assert told.returncode == 1
    for output in (shown.stdout, shown.stderr, told.stdout):
        assert not any(word in output for word in (WAS, NOW, "19900000009", certificate(order=1), "某甲", "某乙"))
    document = json.loads(told.stdout)
    assert document["schema"] == "bishan-survey/corrections-check/1"
    assert document["corrections"] == {"applied": 2, "already": 0, "stale": 1, "refused": 2}
    assert [one["outcome"] for one in document["lines"]] == ["applied", "applied", "stale", "refused", "refused"]
    assert document["lines"][0]["cell"]


def test_a_night_says_that_lines_need_somebody(workspace: Path) -> None:
    write_sheet(workspace / "corrections.xlsx", [*GOOD, *BAD])
    shown = run("nightly", workspace)
    assert shown.returncode == 0
    assert "更正单有1行原值已不在、2行不能照办" in shown.stderr
    assert WAS not in shown.stdout + shown.stderr
    write_sheet(workspace / "corrections.xlsx", GOOD)
    assert "更正单有" not in run("nightly", workspace).stderr
