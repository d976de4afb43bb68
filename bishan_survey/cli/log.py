"""A night and its log: the log hangs on what tells people how far the night has come; the stages know nothing of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from bishan_survey import __version__
from bishan_survey.log import Log, told_of

if TYPE_CHECKING:
    from bishan_survey.examination import Progress
    from bishan_survey.nightly import Night

_UNUSABLE = ("file", "rule")


class NightLog:
    """Progress that is also logged: each stage with its counts and how long it took."""

    def __init__(self, progress: "Progress", log: Log) -> None:
        self.log = log
        self._progress = progress
        self._stage: tuple[str, int, float] | None = None
        self._done = 0
        self._began = perf_counter()

    def begin(self, title: str, total: int) -> None:
        """A stage of so many steps begins."""
        self._close()
        self._stage, self._done = (title, total, perf_counter()), 0
        self._progress.begin(title, total)

    def advance(self) -> None:
        """One step is done."""
        self._done += 1
        self._progress.advance()

    def ended(self, night: "Night", exit_code: int, warnings: Sequence[str]) -> None:
        """Log what the night has brought."""
        from bishan_survey.record import summary

        self._close()
        examined = night.examined
        counts = summary(examined)
        told = examined.batch.findings
        unusable = told.filter((told["severity"] == "hard") & (told["records"] == 0)).select(_UNUSABLE)
        for finding in unusable.iter_rows(named=True):
            self._write("file_unusable", **finding)
        for profile in night.refused:
            self._write("profile_refused", profile=profile)
        for warning in warnings:
            self._write("warning", text=warning)
        self._write("findings", severity=counts["findings"], rules=counts["rules"])
        kept: dict[str, Any] = {name: counts[name] for name in ("rows", "files")}
        villages = {name: told if isinstance(told, int) else len(told) for name, told in counts["villages"].items()}
        self._write(
            "night_ended",
            outcome="published",
            published=night.run_id,
            exit_code=exit_code,
            **kept,
            villages=villages,
            returned=len(night.returned),
            seconds=self._seconds(self._began),
        )

    def failed(self, error: BaseException) -> None:
        """Log that the night has ended without a result, and where."""
        self._close()
        self._write("night_ended", outcome="failed", **told_of(error), seconds=self._seconds(self._began))

    def _close(self) -> None:
        """Log the stage that has just ended, whole or not."""
        if self._stage is not None:
            title, total, began = self._stage
            self._write("stage", stage=title, total=total, done=self._done, seconds=self._seconds(began))
        self._stage = None

    def _seconds(self, began: float) -> float:
        return round(perf_counter() - began, 3)

    def _write(self, event: str, **told: object) -> None:
        self.log.write(event, datetime.now().astimezone(), **told)


@contextmanager
def logged_night(root: Path, started: datetime, progress: "Progress") -> Iterator[NightLog]:
    """The progress of a night that is logged from its beginning to its end, however it ends.

    Args:
        root: the workspace.
        started: when the night began; its lines are known by it.
        progress: what shows people how far it has come.
    """
    log = Log(root, _named(started))
    night = NightLog(progress, log)
    log.write("night_began", started, program=__version__)
    try:
        yield night
    except BaseException as error:
        night.failed(error)
        raise


def log_unchanged(root: Path, started: datetime, run_id: str, exit_code: int) -> None:
    """Log a night that has found nothing to do; a log that cannot be written keeps nobody from the results.

    Args:
        root: the workspace.
        started: when it began.
        run_id: of the run whose results are still good.
        exit_code: with which it ends.
    """
    now = datetime.now().astimezone()
    about = {"outcome": "unchanged", "published": run_id, "exit_code": exit_code}
    Log(root, _named(started)).write("night_ended", now, **about, seconds=(now - started).total_seconds())


def _named(started: datetime) -> str:
    return f"{started:%Y%m%d-%H%M%S}"
