"""The log: one JSON line for each event, in a file for each month. No value of a person ever stands in it.

What a line may hold: the run, rules, counts, places (file, sheet, cell), and words of our own. Of an exception that is
not ours its kind and its place are kept, not its words: they may carry what somebody has answered.
"""

import json
import os
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType

from bishan_survey.errors import SurveyError, WorkspaceError
from bishan_survey.masks import without_numbers
from bishan_survey.private import OWNER_ONLY_FILE, make_private_folder

LOGS = "logs"
_MONTH = re.compile(r"\d{4}-\d{2}\.jsonl")
_KEPT = 24
"""Months whose files are kept."""
_PACKAGE = Path(__file__).resolve().parent


class Log:
    """The log of one run.

    A log that cannot be written stops nobody's night: it goes silent, and :attr:`trouble` says why.
    """

    def __init__(self, root: Path, run: str) -> None:
        """Open the log of a workspace; months that are too old are taken away.

        Args:
            root: the workspace.
            run: the id by which the lines of this run are told from others'.
        """
        self._folder, self._run = root / LOGS, run
        self.trouble: str | None = None
        self._guarded(self._make_room)

    def write(self, event: str, now: datetime, **told: object) -> None:
        """Add a line.

        Args:
            event: what has happened.
            now: when.
            told: what there is to say of it; long numbers of persons are taken out.
        """
        line = {"time": now.isoformat(timespec="milliseconds"), "run": self._run, "event": event, **told}
        text = without_numbers(json.dumps(line, ensure_ascii=False))
        content = f"{text}\n".encode("utf-8", "backslashreplace")
        self._guarded(lambda: self._append(self._folder / f"{now:%Y-%m}.jsonl", content))

    def _append(self, path: Path, content: bytes) -> None:
        """One write for one line, so that two runs do not mix theirs; no file is ever renamed, as Windows likes it."""
        with open(path, "ab", opener=_private) as file:
            file.write(content)

    def _make_room(self) -> None:
        make_private_folder(self._folder)
        months = sorted(path for path in self._folder.iterdir() if _MONTH.fullmatch(path.name))
        for path in months[:-_KEPT]:
            path.unlink()

    def _guarded(self, act: Callable[[], None]) -> None:
        if self.trouble is not None:
            return
        try:
            act()
        except OSError as error:
            self.trouble = (
                f"运行日志写不了：{error.strerror or type(error).__name__}（{error.filename or self._folder}）"
            )


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, OWNER_ONLY_FILE)


def told_of(error: BaseException) -> dict[str, object]:
    """What the log says of an exception: its kind, the exit code, where it came from; the words of our own errors."""
    ours = error if isinstance(error, SurveyError) else None
    cause = error.__cause__
    return {
        "error": type(error).__name__,
        "exit_code": exit_code_of(error),
        "places": _places(error.__traceback__),
        **({"message": ours.message} if ours else {}),
        **({"caused_by": type(cause).__name__, "cause_places": _places(cause.__traceback__)} if cause else {}),
    }


def exit_code_of(error: BaseException) -> int:
    """The code with which the program leaves because of an exception."""
    if isinstance(error, SurveyError):
        return error.exit_code
    if isinstance(error, KeyboardInterrupt):
        return 130
    return WorkspaceError.exit_code if isinstance(error, OSError) else SurveyError.exit_code


def _places(traceback: TracebackType | None) -> list[str]:
    """Modules, lines and functions that it passed through; of others' code the name of the file alone."""
    places = []
    while traceback is not None:
        code, path = traceback.tb_frame.f_code, Path(traceback.tb_frame.f_code.co_filename)
        name = path.relative_to(_PACKAGE).as_posix() if path.is_relative_to(_PACKAGE) else path.name
        places.append(f"{name}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return places
