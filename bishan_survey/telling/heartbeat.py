"""``heartbeat.json``: when a night was last tried, when one last ended well, and how; for who watches the nights."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bishan_survey.errors import BusyError
from bishan_survey.files import write_atomically
from bishan_survey.log import exit_code_of

HEARTBEAT = "heartbeat.json"
HEARTBEAT_SCHEMA = "bishan-survey/heartbeat/1"
PUBLISHED, UNCHANGED, FAILED = "published", "unchanged", "failed"


@dataclass
class Beat:
    """How a night that is going on will have ended."""

    root: Path
    started: datetime
    outcome: str = FAILED
    run: str | None = None
    """The run that is current, if the night ended well."""
    exit_code: int | None = None
    trouble: str | None = None
    """Why the heartbeat could not be written."""

    def ended(self, outcome: str, run: str, exit_code: int) -> None:
        """The night has ended well; write that down."""
        self.outcome, self.run, self.exit_code = outcome, run, exit_code
        self.write()

    def write(self) -> None:
        """Write the heartbeat; a folder that is no workspace gets none, and trouble is kept for whoever asks."""
        try:
            if (self.root / "survey.toml").is_file():
                write_atomically(self.root / HEARTBEAT, _as_json(self._document()), private=False)
        except OSError as error:
            why = error.strerror or type(error).__name__
            self.trouble = f"{HEARTBEAT} 写不了：{why}（{error.filename or self.root}）"

    def _document(self) -> dict[str, Any]:
        attempt = {
            "started": self.started.isoformat(timespec="seconds"),
            "ended": datetime.now().astimezone().isoformat(timespec="seconds"),
            "outcome": self.outcome,
            "exit_code": self.exit_code,
        }
        success = {**attempt, "run": self.run} if self.run else last_success(self.root)
        return {"schema": HEARTBEAT_SCHEMA, "last_attempt": attempt, "last_success": success}


@contextmanager
def heartbeat(root: Path, started: datetime) -> Iterator[Beat]:
    """The beat of a night; one that ends by an error is written as failed, and the error goes on its way.

    A night that finds another going on writes nothing: that one will.

    Args:
        root: the workspace.
        started: when the night began.
    """
    beat = Beat(root, started)
    try:
        yield beat
    except BusyError:
        raise
    except BaseException as error:
        if beat.run is None:  # what goes wrong after publication does not undo it
            beat.exit_code = exit_code_of(error)
            beat.write()
        raise


def last_success(root: Path) -> dict[str, Any] | None:
    """What the heartbeat says of the last night that ended well; nothing if it cannot be read."""
    try:
        told = json.loads((root / HEARTBEAT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    success = told.get("last_success") if isinstance(told, dict) else None
    return success if isinstance(success, dict) else None


def _as_json(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
