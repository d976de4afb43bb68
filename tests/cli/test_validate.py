"""``validate --workspace``: files are checked as a night of the workspace would check them, and it stays as it is."""

import json
from pathlib import Path

import pytest

from bishan_survey.design import load_defaults
from bishan_survey.forms import FormContent, write_form
from bishan_survey.model import Design, Survey
from tests.areas import of_few_areas
from tests.conftest import EDITION
from tests.corrections.lines import line, write_sheet
from tests.people import certificate
from tests.program import run
from tests.returns.sending import VILLAGE, person
from tests.workbooks import table, write_cells

WAS, NOW = "12", "19900000002"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "ws"
    assert run("init", folder).returncode == 0
    of_few_areas(folder)
    return folder


@pytest.fixture
def file(tmp_path: Path, design: Design, survey: Survey) -> Path:
    """A village's form, outside of any workspace, in which a telephone number is wrong."""
    village = load_defaults().areas().by_code[VILLAGE]
    path = tmp_path / "报来" / village.town / "大旺.xlsx"
    path.parent.mkdir(parents=True)
    content = FormContent(village, {"person": [person(1, mobile=WAS), person(3)]})
    write_form(path, design, design.questionnaires[EDITION], survey, content)
    return path


def rules(*words: object) -> list[str]:
    """Rules of the findings that a run of validate tells."""
    shown = run("validate", *words, "--json")
    assert shown.returncode in (0, 1, 5), shown.stderr
    return sorted(finding["rule"] for finding in json.loads(shown.stdout)["findings"])


def everything(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Content and time of every file of a workspace."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def test_the_sheet_of_corrections_is_applied_and_the_workspace_stays_as_it_is(workspace: Path, file: Path) -> None:
    (rule,) = rules(file)
    write_sheet(workspace / "corrections.xlsx", [line(1, "手机号码", WAS, NOW)])
    before = everything(workspace)
    assert rules(file, "--workspace", workspace) == []
    assert rules(file.parent, "--workspace", workspace) == []
    assert rules(file) == [rule]
    assert everything(workspace) == before


def test_what_is_accepted_as_it_is_is_told_so(workspace: Path, file: Path) -> None:
    write_sheet(workspace / "corrections.xlsx", [line(1, "手机号码", WAS, action="认可")])
    told = json.loads(run("validate", file, "--workspace", workspace, "--json").stdout)
    assert told["counts"] == {"accepted": 1}


def test_areas_and_dates_are_the_workspaces(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    run("init", folder, "--divisions", "bishan-2022", "--year", 2026)
    form = tmp_path / "表.xlsx"
    people = [["村（社区）", "姓名", "残疾人证号", "填表日期"]]
    people += [["500120001015", "试验甲", certificate(), "2026-07-01"]]  # a village, and a day, of that round alone
    write_cells(form, {"表": table((0, 0), people)})
    by_default, by_workspace = rules(form), rules(form, "--workspace", folder)
    assert "P020" in by_default
    assert "P020" not in by_workspace
    assert set(by_workspace) < set(by_default)


def test_headers_are_the_workspaces(workspace: Path, tmp_path: Path) -> None:
    people = [["姓名", "性别", "苗子", "残疾人证号"], ["试验甲", "男", "肢体", certificate()]]
    form = write_cells(tmp_path / "璧城街道" / "大旺社区.xlsx", {"表": table((0, 0), people)})
    mapping = tmp_path / "认定.csv"
    mapping.write_text("报送单位,表头,项目\n全区,苗子,残疾类别\n", encoding="utf-8")
    assert run("ingest", workspace, "--map", mapping).returncode == 0
    assert "F11" in rules(form.parent)
    assert "F11" not in rules(form.parent, "--workspace", workspace)


def test_a_file_of_the_inbox_is_known_by_its_folders(workspace: Path, tmp_path: Path) -> None:
    people = [["姓名", "性别", "残疾类别", "残疾人证号"], ["试验甲", "男", "肢体", certificate()]]
    form = write_cells(workspace / "inbox" / "三合镇" / "平安.xlsx", {"表": table((0, 0), people)})
    shown = json.loads(run("validate", form, "--workspace", workspace, "--json").stdout)
    assert {finding["file"] for finding in shown["findings"]} == {"三合镇/平安.xlsx"}


def test_what_does_not_go_together_is_refused(workspace: Path, file: Path, tmp_path: Path) -> None:
    for words in (["--year", 2026], ["--edition", EDITION]):
        shown = run("validate", file, "--workspace", workspace, *words)
        assert shown.returncode == 2
        assert "survey.toml" in shown.stderr
    shown = run("validate", workspace, "--workspace", workspace)
    assert shown.returncode == 2
    assert "单独" in shown.stderr
    assert run("validate", file, "--workspace", tmp_path).returncode == 4
    (workspace / "corrections.xlsx").write_bytes(b"PK broken")
    assert run("validate", file, "--workspace", workspace).returncode == 4
