"""The commands as a person runs them: help, exit codes, errors in words, JSON, no person's number on the screen."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from bishan_survey.cli.app import app
from bishan_survey.errors import EXIT_CODES
from bishan_survey.forms import FormContent, write_form
from bishan_survey.model import AreaFrame, Design, Survey
from tests.areas import of_few_areas
from tests.conftest import ROOT
from tests.people import adult, certificate
from tests.program import run_alone as run

COMMANDS = ["init", "sample", "template", "ingest", "validate", "dedupe", "consolidate", "nightly", "export", "doctor"]
COMMANDS += ["progress", "explain", "tabulate", "roster", "changes", "deliver", "receipts", "codebook", "package"]
GROUPED = ["corrections check", "corrections new", "decisions check", "numbers check", "numbers new", "design check"]
COMMANDS += ["indicators", "reconcile", "schedule", "release"]
GROUPED += ["profile learn", "config show", "config check", "runs list", "runs show", "runs diff"]
GROUPED += ["audit show", "audit check", "keys new"]
COMMANDS += ["encrypt", "decrypt", "purge"]


def test_every_command_is_known_here() -> None:
    registered = {command.name for command in app.registered_commands} | {g.name for g in app.registered_groups}
    assert registered == {*COMMANDS, *(command.split()[0] for command in GROUPED)}


def test_help_has_nothing_that_would_be_taken_for_markup() -> None:
    """A name in square brackets would not be shown."""
    waiting = [get_command(app)]
    while waiting:
        command = waiting.pop()
        waiting += getattr(command, "commands", {}).values()
        texts = [command.help, command.epilog, *(getattr(one, "help", None) for one in command.params)]
        assert not [text for text in texts if text and "[" in text]


@pytest.mark.parametrize("command", [*COMMANDS, *GROUPED])
def test_every_command_has_chinese_help_with_an_example_and_stands_in_the_readme(command: str) -> None:
    shown = run(*command.split(), "--help")
    assert shown.returncode == 0
    assert f"例：bishan-survey {command}" in shown.stdout
    for english in ("Usage", "Show this message", "Arguments", "Options", "required", "default"):
        assert english not in shown.stdout
    assert f"bishan-survey {command}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_lists_every_exit_code() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"| {code} |" in readme for code in EXIT_CODES)


def test_help_and_version() -> None:
    assert run("--version").stdout.startswith("bishan-survey ")
    assert "退出码" in run().stdout
    assert run().returncode == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["bogus"], 2, "没有命令"),
        (["nightly"], 2, "缺少"),
        (["nightly", "没有这个文件夹"], 4, "不是工作区"),
        (["validate", "没有这个文件.xlsx"], 2, "找不到"),
        (["export", "没有这个文件夹"], 4, "不是工作区"),
        (["template", "表.doc"], 2, ".xlsx"),
        (["template", "表.xlsx", "--edition", "bishan-2052"], 2, "bishan-2052"),
        (["template", "表.xlsx", "--village", "1"], 2, "代码为 1"),
        (["init", ".", "--divisions", "bishan-1900"], 2, "bishan-1900"),
        (["design", "check", "--root", "没有这个文件夹"], 3, "templates"),
        (["validate", "--bogus"], 2, "没有选项"),
        (["sample", "x", "--persons", "many"], 2, "取值不对"),
    ],
)
def test_errors_say_what_and_what_to_do(words: list[str], code: int, said: str, tmp_path: Path) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "bishan_survey", *words], capture_output=True, text=True, encoding="utf-8", cwd=tmp_path
    )
    assert shown.returncode == code
    assert said in shown.stderr
    assert "怎么办" in shown.stderr
    assert "Traceback" not in shown.stderr
    assert shown.stdout == ""


@pytest.fixture
def workspace(tmp_path: Path, design: Design, survey: Survey) -> Path:
    """A workspace with one village: a clean person, one with a fault, one registered twice."""
    folder = tmp_path / "ws"
    assert run("init", folder).returncode == 0
    of_few_areas(folder)
    village = next(iter(_areas().villages))
    rows = [adult(), adult(survey_date="昨天", certificate_no=_OTHER), adult()]
    path = folder / "inbox" / village.town / "表.xlsx"
    write_form(path, design, design.questionnaires["bishan-2025"], survey, FormContent(village, {"person": rows}))
    return folder


def _areas() -> AreaFrame:
    from bishan_survey.design import load_defaults

    return load_defaults().areas()


_NUMBER = adult()["certificate_no"]
_OTHER = certificate(order=5)


def test_a_night_from_the_inbox_to_the_published_workbook(workspace: Path) -> None:
    night = run("nightly", workspace, "--json")
    assert night.returncode == 0, night.stderr
    told = json.loads(night.stdout)
    assert told["schema"] == "bishan-survey/nightly/1"
    rows = {"read": 4, "accepted": 1, "held": 1, "duplicate": 1, "superseded": 0, "not_a_record": 1}
    assert told["rows"] == rows
    folder = Path(told["folder"])
    assert (folder / "statistics" / "统计表.xlsx").is_file()
    assert (folder / "restricted" / "问题清单.xlsx").stat().st_mode & 0o077 == 0
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert record["rows"] == told["rows"]
    again = run("nightly", workspace, "--strict", "--if-changed", "--json")
    assert again.returncode == 1
    assert json.loads(again.stdout) == told | json.loads(again.stdout) | {"unchanged": True}
    (log,) = (workspace / "logs").iterdir()
    ended = json.loads(log.read_text(encoding="utf-8").splitlines()[-1])
    assert (ended["event"], ended["outcome"], ended["exit_code"]) == ("night_ended", "unchanged", 1)
    assert run("doctor", workspace).returncode == 0


def test_a_bad_file_is_told_by_its_own_exit_code(workspace: Path) -> None:
    (workspace / "inbox" / "坏.xlsx").write_bytes(b"PK\x03\x04 broken")
    night = run("nightly", workspace)
    assert night.returncode == 5
    assert "F01" in night.stdout


@pytest.mark.parametrize("command", ["ingest", "validate", "dedupe", "consolidate", "nightly"])
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_no_number_of_a_person_is_shown(workspace: Path, command: str, form: list[str]) -> None:
    shown = run(command, workspace, *form)
    assert shown.returncode in (0, 1)
    for secret in (_NUMBER, _OTHER, _NUMBER[:18], "试验甲"):
        assert secret not in shown.stdout + shown.stderr
    if form:
        assert json.loads(shown.stdout)["schema"] == f"bishan-survey/{command}/1"


def test_statistics_and_the_record_name_nobody(workspace: Path) -> None:
    folder = Path(json.loads(run("nightly", workspace, "--json").stdout)["folder"])
    shared = [path for path in folder.rglob("*") if path.is_file() and "restricted" not in path.parts]
    assert len(shared) > 20
    for path in shared:
        content = path.read_bytes()
        for secret in (_NUMBER, _OTHER, "试验甲"):
            assert secret.encode() not in content


def test_validate_takes_files_and_tells_the_cell(workspace: Path, tmp_path: Path) -> None:
    (file,) = (workspace / "inbox").rglob("*.xlsx")
    shown = run("validate", file, "--to", tmp_path / "清单.xlsx")
    assert shown.returncode == 1
    assert "survey_date.readable" in shown.stdout
    assert (tmp_path / "清单.xlsx").is_file()
    again = run("validate", file, "--to", tmp_path / "清单.xlsx")
    assert again.returncode == 2
    assert "已存在" in again.stderr


def test_export(workspace: Path, tmp_path: Path) -> None:
    assert run("export", workspace, "--profile", "system-person", "--to", tmp_path / "a.csv").returncode == 4
    run("nightly", workspace)
    assert "system-person" in run("export", workspace).stdout
    for name in ("a.csv", "a.xlsx"):
        shown = run("export", workspace, "--profile", "system-person", "--to", tmp_path / name)
        assert shown.returncode == 0, shown.stderr
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
    assert _NUMBER in (tmp_path / "a.csv").read_text(encoding="utf-8-sig")


def test_piped_output_is_plain(workspace: Path) -> None:
    shown = run("nightly", workspace, columns=40)
    assert "\x1b" not in shown.stdout + shown.stderr
    assert "读入：4" in shown.stdout


def test_an_answer_that_does_not_fit_elsewhere_does_not_stop_the_night(workspace: Path, design, survey) -> None:
    """Two telephone numbers in one cell are too long for another system: its file is left out, and it is said where."""
    village = _areas().villages[1]
    path = workspace / "inbox" / village.town / "两个号码.xlsx"
    place = {"town": village.town, "village": village.name}
    rows = [adult(**place, mobile="19900000001、19900000002", certificate_no=certificate(order=7))]
    write_form(path, design, design.questionnaires["bishan-2025"], survey, FormContent(village, {"person": rows}))
    night = run("nightly", workspace)
    assert night.returncode == 0, night.stderr
    assert "两个号码.xlsx 第5行" in night.stderr
    record = next((workspace / "runs").glob("*/run.json"))
    assert "system-person" in json.loads(record.read_text(encoding="utf-8"))["profiles_refused"]


def test_the_disk_is_no_bug_of_ours(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    shown = run("init", tmp_path / "file")
    assert shown.returncode == 4
    assert "怎么办" in shown.stderr
    assert "Traceback" not in shown.stderr


def test_a_closed_pipe_is_no_finding(workspace: Path) -> None:
    (file,) = (workspace / "inbox").rglob("*.xlsx")
    command = f'"{sys.executable}" -m bishan_survey validate "{file}" | true; exit ${{PIPESTATUS[0]}}'
    shown = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert shown.returncode in (1, 141)  # 1: it had finished writing before the reader went
    assert "Traceback" not in shown.stderr


def test_an_empty_form_is_no_report(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    run("init", folder)
    made = run(
        "template", folder / "inbox" / "璧城街道" / "空.xlsx", "--village", "500120001001", "--workspace", folder
    )
    assert made.returncode == 0, made.stderr
    told = json.loads(run("ingest", folder, "--json").stdout)
    assert told["villages"]["reported"] == 0
    assert told["rules"] == {"F10": 1}


def test_a_form_follows_its_workspace(tmp_path: Path) -> None:
    folder = tmp_path / "ws"
    run("init", folder, "--divisions", "bishan-2022", "--year", 2026)
    new_village = "500120001015"  # in the edition of 2022 alone
    path = tmp_path / "a.xlsx"
    assert run("template", path, "--village", new_village).returncode == 2
    assert run("template", path, "--village", new_village, "--workspace", folder).returncode == 0
