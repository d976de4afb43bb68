"""What of old runs is kept no longer: whole runs, and the persons' data of runs whose statistics are kept longer.

The current run is never touched, nor one that does not tell when it was, nor anything beside the runs: originals,
receipts, decisions, deliveries. A night reads the current run alone, so nothing that it remembers is lost.
"""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bishan_survey.workspace.audit import Act, put_on_record
from bishan_survey.workspace.folder import Workspace
from bishan_survey.workspace.kept import KeptRun, kept_runs
from bishan_survey.workspace.runs import RECORD, current_run

_RESTRICTED = "restricted"
_GOING = ".building-purged-"
"""Begins as what an interrupted night leaves behind, so that the next night clears away what could not be deleted."""


@dataclass(frozen=True, slots=True)
class Keep:
    """How much is kept: what either number protects. Neither: all."""

    runs: int | None = None
    """The last so many runs."""
    days: int | None = None
    """The runs of the last so many days."""


@dataclass(frozen=True, slots=True)
class Doomed:
    """Something that is kept no longer."""

    run: str
    folder: Path
    persons_only: bool
    """Whether only the data of persons go, and the statistics stay."""
    place: int
    """How many runs are as young or younger."""
    days: int
    """How many days ago it was."""
    files: int
    size: int
    """Bytes."""


def doomed(workspace: Workspace, now: datetime) -> list[Doomed]:
    """What a workspace's settings say is kept no longer; the oldest first.

    Raises:
        WorkspaceError: it has no current run, or that is gone: then nobody knows what is needed.
    """
    current_run(workspace)
    runs, retention = kept_runs(workspace), workspace.settings.retention
    aged = [(run, len(runs) - n, age) for n, run in enumerate(runs) if (age := _age(run, now)) is not None]
    return list(
        _doomed(aged, Keep(retention.runs, retention.days), Keep(retention.restricted_runs, retention.restricted_days))
    )


def _doomed(aged: list[tuple[KeptRun, int, int]], whole: Keep, persons: Keep) -> Iterator[Doomed]:
    for run, place, days in aged:
        if run.current:
            continue
        if _over(whole, place, days):
            yield _measured(run, run.folder.path, place, days, persons_only=False)
        elif _over(persons, place, days) and (run.folder.path / _RESTRICTED).is_dir():
            yield _measured(run, run.folder.path / _RESTRICTED, place, days, persons_only=True)


def _over(keep: Keep, place: int, days: int) -> bool:
    """Whether neither number protects a run."""
    if keep.runs is None and keep.days is None:
        return False
    return (keep.runs is None or place > keep.runs) and (keep.days is None or days >= keep.days)


def _age(run: KeptRun, now: datetime) -> int | None:
    try:
        return (now - datetime.fromisoformat(run.started)) // timedelta(days=1)
    except (TypeError, ValueError):
        return None


def _measured(run: KeptRun, folder: Path, place: int, days: int, *, persons_only: bool) -> Doomed:
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return Doomed(run.folder.id, folder, persons_only, place, days, len(sizes), sum(sizes))


def purge(workspace: Workspace, going: Doomed, now: datetime) -> None:
    """Delete something for good, after it is put on record. The workspace must be locked.

    It is gone for every reader at once; what a crash leaves of it the next night clears away.
    """
    record = workspace.runs / going.run / RECORD
    asked = {
        "run": going.run,
        "part": _RESTRICTED if going.persons_only else "all",
        "files": going.files,
        "bytes": going.size,
        "run_json_sha256": hashlib.sha256(record.read_bytes()).hexdigest(),
    }
    put_on_record(workspace.root, Act("purge", asked), now)
    aside = workspace.runs / f"{_GOING}{going.run}"
    shutil.rmtree(aside, ignore_errors=True)
    going.folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)
