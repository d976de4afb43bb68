"""A workspace on disk: settings with mistakes, the archive, the lock, runs that are complete or not there."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock

from bishan_survey.design import load_defaults, load_design
from bishan_survey.errors import BusyError, DefinitionError, WorkspaceError
from bishan_survey.files import WRITING
from bishan_survey.workspace import RECORD, Workspace, create_workspace, current_run, new_run
from bishan_survey.workspace.folder import RECORD_LOCK

_DESIGN, _DEFAULTS = load_design(), load_defaults()
_EDITIONS = frozenset(_DESIGN.questionnaires)
_STARTED = datetime(2025, 11, 1, 2, 0, tzinfo=UTC)


def test_a_new_workspace_opens(workspace: Workspace) -> None:
    assert workspace.settings.survey.editions == ("bishan-2025",)
    assert len(workspace.areas.villages) == 191
    assert len(list(workspace.inbox.iterdir())) == 15


def test_files_that_spreadsheet_programs_open_bear_the_mark_of_utf8(workspace: Workspace) -> None:
    assert (workspace.root / "areas.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_workspace_is_never_overwritten(workspace: Workspace) -> None:
    with pytest.raises(WorkspaceError, match="已经是工作区"):
        create_workspace(workspace.root, workspace.settings.survey, _DEFAULTS.area_rows(), "500120", "璧山区")


def test_what_is_no_workspace_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"没有 survey\.toml"):
        Workspace.open(tmp_path, _EDITIONS)


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('editions = ["bishan-2025"]', 'editions = ["bishan-2052"]', "bishan-2052"),
        ('editions = ["bishan-2025"]', "editions = []", "（空）"),
        ("reference_date = 2025-06-30", 'reference_date = "去年"', "reference_date"),
        ("period_start = 2025-06-01", "period_start = 2026-06-01", "period_start 晚于 period_end"),
        ("held_share = 0.05", "held_share = 5", "held_share"),
        ("[survey]", "[survey", "TOML"),
    ],
)
def test_settings_with_mistakes_are_refused(workspace: Workspace, was: str, now: str, said: str) -> None:
    path = workspace.root / "survey.toml"
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, now, 1), encoding="utf-8")
    with pytest.raises(WorkspaceError, match=said):
        Workspace.open(workspace.root, _EDITIONS)


def test_an_area_file_with_mistakes_is_refused(workspace: Workspace) -> None:
    (workspace.root / "areas.csv").write_text("code\n1\n", encoding="utf-8")
    with pytest.raises(DefinitionError, match="缺少列"):
        Workspace.open(workspace.root, _EDITIONS)


def test_originals_are_archived_once_and_left_alone(workspace: Workspace) -> None:
    first = workspace.inbox / "甲镇" / "一.xlsx"
    first.parent.mkdir()
    first.write_bytes(b"one")
    (workspace.inbox / "二.XLSX").write_bytes(b"one")
    (workspace.inbox / "~$一.xlsx").write_bytes(b"lock")
    (workspace.inbox / "Thumbs.db").write_bytes(b"")
    received, passed_over = workspace.receive(_STARTED)
    assert [file.name for file in received] == ["二.XLSX", "甲镇/一.xlsx"]
    assert passed_over == 2
    assert received[0].archived == received[1].archived
    assert received[0].archived.read_bytes() == b"one"
    again, _ = workspace.receive(_STARTED)
    assert again == received
    assert first.read_bytes() == b"one"


def test_a_second_start_is_refused(workspace: Workspace) -> None:
    """Held by another process, as a second cron job would find it."""
    script = (
        "import sys; from filelock import FileLock\n"
        "with FileLock(sys.argv[1]): print('held', flush=True); sys.stdin.read()"
    )
    lock = str(workspace.root / ".lock")
    with subprocess.Popen([sys.executable, "-c", script, lock], stdin=-1, stdout=-1, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(BusyError), workspace.locked():
            pass
        other.stdin.close()
        other.wait()
    with workspace.locked():
        pass


def test_what_a_killed_run_left_half_written_is_cleared(workspace: Workspace) -> None:
    """Beside the settings too; but not while somebody else writes the audit file there."""
    left = workspace.root / f"{WRITING}heartbeat"
    left.write_text("{", encoding="utf-8")
    with FileLock(workspace.root / RECORD_LOCK), workspace.locked():
        assert left.is_file()
    with workspace.locked():
        assert not left.exists()


def test_a_finished_run_becomes_current(workspace: Workspace) -> None:
    with new_run(workspace, _STARTED) as run:
        (run.path / RECORD).write_text("{}", encoding="utf-8")
    assert current_run(workspace).id == run.id == "20251101-020000"
    with new_run(workspace, _STARTED) as second:
        (second.path / RECORD).write_text("{}", encoding="utf-8")
    assert current_run(workspace).id == "20251101-020000-2"


def test_a_failed_run_leaves_yesterdays_untouched(workspace: Workspace) -> None:
    with new_run(workspace, _STARTED) as run:
        (run.path / RECORD).write_text("{}", encoding="utf-8")
    with pytest.raises(OSError, match="disk"), new_run(workspace, _STARTED):
        raise OSError("disk full")
    assert current_run(workspace).id == run.id
    assert sorted(path.name for path in workspace.runs.iterdir()) == [run.id, "current.txt"]


def test_what_an_interrupted_run_left_is_cleared_and_never_current(workspace: Workspace) -> None:
    left = workspace.runs / ".building-20251031-020000"
    left.mkdir(parents=True)
    (left / "half.csv").write_bytes(b"half")
    with pytest.raises(WorkspaceError, match="还没有结果"):
        current_run(workspace)
    with new_run(workspace, _STARTED) as run:
        (run.path / RECORD).write_text("{}", encoding="utf-8")
    assert not left.exists()


def test_a_pointer_to_nothing_is_told(workspace: Workspace) -> None:
    (workspace.runs / "current.txt").write_text("20251101-020000", encoding="utf-8")
    with pytest.raises(WorkspaceError, match="不完整或已被删除"):
        current_run(workspace)


def test_a_damaged_archive_copy_is_made_anew(workspace: Workspace) -> None:
    (workspace.inbox / "一.xlsx").write_bytes(b"one")
    (received,), _ = workspace.receive(_STARTED)
    received.archived.write_bytes(b"rotten")
    workspace.receive(_STARTED)
    assert received.archived.read_bytes() == b"one"


@pytest.mark.parametrize(
    "text", ['survey = "x"', "[survey]\neditions = [[1]]", "[survey]\nreference_date = 2025-06-30T00:00:00"]
)
def test_settings_of_the_wrong_shape_are_refused(workspace: Workspace, text: str) -> None:
    (workspace.root / "survey.toml").write_text(text, encoding="utf-8")
    with pytest.raises(WorkspaceError):
        Workspace.open(workspace.root, _EDITIONS)


def test_settings_in_another_encoding_are_told(workspace: Workspace) -> None:
    (workspace.root / "survey.toml").write_bytes("# 设置".encode("gb18030"))
    with pytest.raises(WorkspaceError, match="UTF-8"):
        Workspace.open(workspace.root, _EDITIONS)
