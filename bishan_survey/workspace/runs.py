"""Runs: built aside, made current by one rename and one replaced pointer."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bishan_survey.errors import WorkspaceError
from bishan_survey.files import clear_unfinished, sync_folder, sync_tree, write_atomically
from bishan_survey.workspace.folder import Workspace

POINTER = "current.txt"
RECORD = "run.json"
_BUILDING = ".building-"
_ID = re.compile(r"(\d{8}-\d{6})(?:-(\d+))?")
_ADVICE = (
    "请从备份中恢复 runs/ 里的这个文件夹；恢复不了的，删去 runs/current.txt 再运行 bishan-survey nightly，"
    "表照样算，只是所有的问题从头记起，人的编号从头编起，与以前给出的对不上"
)

_POINTER_ADVICE = "请用记事本把它改成 runs/ 里最近一次运行的文件夹名，如 20251101-020000；或从备份中恢复它"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A run that is being built, or that is there."""

    id: str
    path: Path
    """Where its files lie now."""


@contextmanager
def new_run(workspace: Workspace, started: datetime) -> Iterator[RunFolder]:
    """A folder to build a run in. When the block ends well it becomes the current run; otherwise nothing remains.

    The workspace must be locked. What an interrupted run left behind is cleared away first.
    """
    workspace.runs.mkdir(exist_ok=True)
    _clear_unfinished(workspace.runs)
    run_id = _next_id(workspace.runs, _stamp(started))
    building = workspace.runs / f"{_BUILDING}{run_id}"
    building.mkdir()
    try:
        yield RunFolder(run_id, building)
        sync_tree(building)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    building.rename(workspace.runs / run_id)
    sync_folder(workspace.runs)
    write_atomically(workspace.runs / POINTER, run_id.encode(), private=False)


def _clear_unfinished(runs: Path) -> None:
    for left in runs.glob(f"{_BUILDING}*"):
        shutil.rmtree(left, ignore_errors=True)
    clear_unfinished(runs)


def is_named_for(run_id: str, started: datetime) -> bool:
    """Whether a run is named for the moment at which it began; not after a clock was set back."""
    return run_order(run_id)[0] == _stamp(started)


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%d-%H%M%S}"


def _next_id(runs: Path, wanted: str) -> str:
    """The wanted id; where the clock has not moved on since the last run, that one's with a number behind it."""
    stamp, number = max((run_order(path.name) for path in runs.iterdir()), default=("", 0))
    return wanted if wanted > stamp else f"{stamp}-{number + 1}"


def run_order(run_id: str) -> tuple[str, int]:
    """By what runs stand in the order in which they were: the moment of an id, and the number behind it."""
    found = _ID.fullmatch(run_id)
    return (found[1], int(found[2] or 1)) if found else ("", 0)


def last_run(workspace: Workspace) -> RunFolder | None:
    """The run that the pointer names; none before the first night.

    Raises:
        WorkspaceError: the run is gone.
    """
    return current_run(workspace) if (workspace.runs / POINTER).is_file() else None


def read_record(run: RunFolder) -> dict[str, Any]:
    """What is on record of a published run.

    Raises:
        WorkspaceError: its record is damaged.
    """
    try:
        record: dict[str, Any] = json.loads((run.path / RECORD).read_text(encoding="utf-8"))
    except ValueError:
        raise WorkspaceError(f"当前结果 {run.id} 中的 {RECORD} 已损坏", _ADVICE) from None
    return record


def current_run(workspace: Workspace) -> RunFolder:
    """The run that the pointer names.

    Raises:
        WorkspaceError: no night has been run yet, or the run is gone.
    """
    pointer = workspace.runs / POINTER
    if not pointer.is_file():
        raise WorkspaceError(f"工作区 {workspace.root} 还没有结果", "请先运行 bishan-survey nightly")
    run_id = pointer.read_text(encoding="utf-8", errors="replace").strip()
    if not _ID.fullmatch(run_id):
        raise WorkspaceError(f"runs/{POINTER} 已损坏：其中应是一个运行编号", _POINTER_ADVICE)
    path = workspace.runs / run_id
    if not (path / RECORD).is_file():
        raise WorkspaceError(f"当前结果 {run_id} 不完整或已被删除", _ADVICE)
    return RunFolder(run_id, path)
