"""The log: one JSON line for each event; whatever goes wrong is in it, and nobody's data."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from bishan_survey.cli.app import app
from bishan_survey.cli.log import logged_night
from bishan_survey.errors import BusyError, UsageError
from bishan_survey.log import LOGS, Log
from bishan_survey.workspace import Workspace
from tests.people import certificate
from tests.returns.sending import Silent

_STARTED = datetime(2025, 11, 1, 2, tzinfo=UTC)


def events(root: Path) -> list[dict]:
    lines = [line for path in sorted((root / LOGS).iterdir()) for line in path.read_text(encoding="utf-8").splitlines()]
    return [json.loads(line) for line in lines]


def test_a_line_is_an_event_and_its_owners_alone(tmp_path: Path) -> None:
    log = Log(tmp_path, "20251101-020000")
    log.write("file_unusable", _STARTED, file=f"{certificate()}.xls", rule="F01", village="500120001001")
    log.write("stage", datetime(2025, 12, 1, tzinfo=UTC), stage="校验\n", name="\udcff")
    first, second = events(tmp_path)
    assert first == {
        "time": "2025-11-01T02:00:00.000+00:00",
        "run": "20251101-020000",
        "event": "file_unusable",
        "file": "******.xls",
        "rule": "F01",
        "village": "500120001001",
    }
    assert second["stage"] == "校验\n"
    assert [path.name for path in sorted((tmp_path / LOGS).iterdir())] == ["2025-11.jsonl", "2025-12.jsonl"]
    if sys.platform != "win32":
        assert (tmp_path / LOGS).stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in (tmp_path / LOGS).iterdir()} == {0o600}


def test_months_that_are_too_old_are_taken_away_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / LOGS).mkdir()
    months = [f"{year}-{month:02}.jsonl" for year in (2023, 2024, 2025) for month in range(1, 13)]
    for name in [*months, "笔记.txt", "2020-01.jsonl.bak"]:
        (tmp_path / LOGS / name).touch()
    Log(tmp_path, "x")
    assert {path.name for path in (tmp_path / LOGS).iterdir()} == {*months[-24:], "笔记.txt", "2020-01.jsonl.bak"}


def test_a_log_that_cannot_be_written_says_so_and_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / LOGS).touch()
    with logged_night(tmp_path, _STARTED, Silent()) as night:
        night.begin("校验", 1)
        night.advance()
    assert night.log.trouble is not None
    assert "运行日志写不了" in night.log.trouble


def stumble(secret: str) -> None:
    pl.DataFrame({"a": [secret]}).with_columns(pl.col("a").cast(pl.Int64))


def test_an_exception_is_told_by_kind_and_place_but_never_by_its_words(tmp_path: Path) -> None:
    secret = f"甄秘{certificate()}x"
    with pytest.raises(pl.exceptions.PolarsError) as error, logged_night(tmp_path, _STARTED, Silent()) as night:
        night.begin("校验", 3)
        night.advance()
        stumble(secret)
    assert secret in str(error.value)
    began, stage, end = events(tmp_path)
    assert began["event"] == "night_began"
    assert (stage["stage"], stage["done"], stage["total"]) == ("校验", 1, 3)
    assert (end["outcome"], end["exit_code"], end["error"]) == ("failed", 70, "InvalidOperationError")
    assert any(place.endswith(" stumble") and "test_log.py" in place for place in end["places"])
    assert "甄秘" not in json.dumps(events(tmp_path), ensure_ascii=False)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("写错了", "改"), 2),
        (OSError(28, "No space left"), 4),
        (KeyboardInterrupt(), 130),
    ],
)
def test_every_end_has_its_exit_code(tmp_path: Path, error: BaseException, code: int) -> None:
    with pytest.raises(type(error)), logged_night(tmp_path, _STARTED, Silent()):
        raise error
    end = events(tmp_path)[-1]
    assert (end["outcome"], end["exit_code"]) == ("failed", code)
    assert ("message" in end) == isinstance(error, UsageError)


def test_a_second_start_is_in_the_log(workspace: Workspace) -> None:
    with workspace.locked(), pytest.raises(BusyError):
        app(["nightly", str(workspace.root)], standalone_mode=False)
    assert events(workspace.root)[-1]["exit_code"] == 75


def test_quiet_says_what_needs_somebody_and_no_more(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    app(["ingest", str(workspace.root), "--quiet"], standalone_mode=False)
    assert capsys.readouterr() == ("", "")
    app(["ingest", str(workspace.root), "--quiet", "--json"], standalone_mode=False)
    assert json.loads(capsys.readouterr().out)["schema"] == "bishan-survey/ingest/1"
    app(["ingest", str(workspace.root), "--verbose"], standalone_mode=False)
    shown = capsys.readouterr()
    assert "收到的表" in shown.out
    assert "校验：" in shown.err
    with pytest.raises(UsageError, match="不能同时用"):
        app(["ingest", str(workspace.root), "--verbose", "--quiet"], standalone_mode=False)
