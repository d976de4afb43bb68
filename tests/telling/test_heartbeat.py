"""The heartbeat: however a night ends, it says so, and keeps what it said of the last good one."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bishan_survey.errors import BusyError, WorkspaceError
from bishan_survey.telling.heartbeat import HEARTBEAT, PUBLISHED, heartbeat

_STARTED = datetime(2025, 11, 1, 2, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "survey.toml").touch()
    return tmp_path


def told(root: Path) -> dict:
    return json.loads((root / HEARTBEAT).read_text(encoding="utf-8"))


def good(root: Path) -> None:
    with heartbeat(root, _STARTED) as beat:
        beat.ended(PUBLISHED, "20251101-020000", 5)


def test_a_good_night_is_the_last_attempt_and_the_last_success(root: Path) -> None:
    good(root)
    now = told(root)
    assert now["last_attempt"]["outcome"] == "published"
    assert now["last_attempt"]["exit_code"] == 5
    assert now["last_success"] == {**now["last_attempt"], "run": "20251101-020000"}
    assert [path.name for path in sorted(root.iterdir())] == [HEARTBEAT, "survey.toml"]


@pytest.mark.parametrize(
    ("error", "code"),
    [(WorkspaceError("坏"), 4), (OSError(28, "full"), 4), (ValueError("x"), 70), (KeyboardInterrupt(), 130)],
)
def test_a_failed_night_keeps_the_last_success(root: Path, error: BaseException, code: int) -> None:
    good(root)
    before = told(root)["last_success"]
    with pytest.raises(type(error)), heartbeat(root, _STARTED):
        raise error
    now = told(root)
    assert (now["last_attempt"]["outcome"], now["last_attempt"]["exit_code"]) == ("failed", code)
    assert now["last_success"] == before


def test_what_goes_wrong_after_publication_does_not_undo_it(root: Path) -> None:
    with pytest.raises(BrokenPipeError), heartbeat(root, _STARTED) as beat:
        beat.ended(PUBLISHED, "20251101-020000", 0)
        raise BrokenPipeError
    assert told(root)["last_attempt"]["outcome"] == "published"


def test_a_night_that_finds_another_going_on_leaves_the_word_to_that_one(root: Path) -> None:
    with pytest.raises(BusyError), heartbeat(root, _STARTED):
        raise BusyError("忙")
    assert not (root / HEARTBEAT).exists()


@pytest.mark.parametrize("damaged", ["", "[]", '{"last_success": 3}', "{"])
def test_a_damaged_heartbeat_is_replaced(root: Path, damaged: str) -> None:
    (root / HEARTBEAT).write_text(damaged, encoding="utf-8")
    with pytest.raises(WorkspaceError), heartbeat(root, _STARTED):
        raise WorkspaceError("坏")
    assert told(root)["last_success"] is None


def test_a_folder_that_is_no_workspace_gets_none(tmp_path: Path) -> None:
    good(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="a folder cannot take the place of a file in another way there")
def test_a_heartbeat_that_cannot_be_written_says_so_and_spoils_nothing(root: Path) -> None:
    (root / HEARTBEAT).mkdir()
    with heartbeat(root, _STARTED) as beat:
        beat.ended(PUBLISHED, "20251101-020000", 0)
    assert beat.trouble is not None
    assert "heartbeat.json 写不了" in beat.trouble
