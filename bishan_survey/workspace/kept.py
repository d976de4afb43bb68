"""The runs that are there, in order."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bishan_survey.errors import UsageError, WorkspaceError
from bishan_survey.workspace.folder import Workspace
from bishan_survey.workspace.runs import RECORD, RunFolder, last_run, read_record


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run that is there."""

    folder: RunFolder
    record: dict[str, Any] | None
    """What is on record of it; ``None`` if that is damaged or gone."""
    current: bool

    @property
    def started(self) -> str:
        """When it began, ISO 8601; empty if that is not on record."""
        return str((self.record or {}).get("started", ""))


def kept_runs(workspace: Workspace) -> list[KeptRun]:
    """Every run that is there, the oldest first; what is being built is none."""
    pointed = last_run(workspace)
    current = pointed.id if pointed else ""
    folders = [path for path in workspace.runs.glob("*") if path.is_dir() and not path.name.startswith(".")]
    runs = [KeptRun(RunFolder(path.name, path), _record(path), path.name == current) for path in folders]
    return sorted(runs, key=lambda run: (run.started, run.folder.id))


def _record(path: Path) -> dict[str, Any] | None:
    try:
        return read_record(RunFolder(path.name, path)) if (path / RECORD).is_file() else None
    except WorkspaceError:
        return None


def run_named(runs: list[KeptRun], name: str) -> KeptRun:
    """One of the runs by its id.

    Raises:
        UsageError: there is none.
    """
    for run in runs:
        if run.folder.id == name:
            return run
    known = "、".join(run.folder.id for run in runs[-5:])
    raise UsageError(f"没有运行 {name}", f"最近的有：{known or '（还没有）'}；全部见 bishan-survey runs list")
