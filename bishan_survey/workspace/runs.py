"""Runs: built aside, made current by one rename and one replaced pointer."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bishan_survey.errors import WorkspaceError
from bishan_survey.workspace.folder import Workspace, write_atomically

POINTER = "current.txt"
RECORD = "run.json"
_BUILDING = ".building-"
_ADVICE = (
    "请从备份中恢复 runs/ 里的这个文件夹；恢复不了的，删去 runs/current.txt 再运行 bishan-survey nightly，"
    "表照样算，只是所有的问题从头记起，人的编号从头编起，与以前给出的对不上"
)


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
    run_id = _free_id(workspace.runs, f"{started:%Y%m%d-%H%M%S}")
    building = workspace.runs / f"{_BUILDING}{run_id}"
    building.mkdir()
    try:
        yield RunFolder(run_id, building)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    building.rename(workspace.runs / run_id)
    write_atomically(workspace.runs / POINTER, run_id.encode(), private=False)


def _clear_unfinished(runs: Path) -> None:
    for left in runs.glob(f"{_BUILDING}*"):
        shutil.rmtree(left, ignore_errors=True)


def _free_id(runs: Path, wanted: str) -> str:
    """The wanted id, or with a number behind it if there is such a run already."""
    number, candidate = 1, wanted
    while (runs / candidate).exists():
        number += 1
        candidate = f"{wanted}-{number}"
    return candidate


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
    run_id = pointer.read_text(encoding="utf-8").strip()
    path = workspace.runs / run_id
    if not run_id or not (path / RECORD).is_file():
        raise WorkspaceError(f"当前结果 {run_id} 不完整或已被删除", _ADVICE)
    return RunFolder(run_id, path)
