"""Originals that are kept no longer: those that the current run does not use, and that came long enough ago.

Their line in the register of what was received stays: that, when, under which hash; nothing about anybody. Whatever
still lies in the inbox is copied into the archive again by the next night.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bishan_survey.workspace.audit import Act, put_on_record
from bishan_survey.workspace.folder import ARCHIVE, Workspace
from bishan_survey.workspace.receipts import RECEIPTS_FILE, read_receipts
from bishan_survey.workspace.runs import current_run, read_record


@dataclass(frozen=True, slots=True)
class Original:
    """A file in the archive that is kept no longer."""

    path: Path
    days: int
    """How many days ago it came first."""
    size: int
    """Bytes."""


def old_originals(workspace: Workspace, now: datetime) -> list[Original]:
    """What the settings say is kept no longer. Of what nobody knows when it came nothing is told.

    Raises:
        WorkspaceError: there is no current run, or it is gone: then nobody knows what is needed.
    """
    limit, run = workspace.settings.retention.originals_days, current_run(workspace)
    if limit is None:
        return []
    used = {one["sha256"] for one in read_record(run)["inputs"]}
    archive = workspace.root / ARCHIVE
    came = {sha256: receipt.received for sha256, receipt in read_receipts(archive / RECEIPTS_FILE).items()}
    found = []
    for path in sorted(archive.glob("??/*")):
        if path.stem in came and path.stem not in used:
            days = (now - datetime.fromisoformat(came[path.stem])) // timedelta(days=1)
            if days >= limit:
                found.append(Original(path, days, path.stat().st_size))
    return found


def purge_originals(workspace: Workspace, going: Sequence[Original], now: datetime) -> None:
    """Delete originals for good, after that is put on record. The workspace must be locked."""
    if not going:
        return
    asked = {
        "part": ARCHIVE,
        "files": len(going),
        "bytes": sum(one.size for one in going),
        "sha256": [one.path.stem for one in going],
    }
    put_on_record(workspace.root, Act("purge", asked), now)
    for one in going:
        one.path.unlink(missing_ok=True)
