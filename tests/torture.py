"""Nights that are killed at random instants: what readers find must be yesterday's results or tonight's, whole.

``make torture`` kills 200; the tests kill a few. A seed is printed, by which the same instants come again. A third of
the instants are drawn from the time that a night takes, a third from what it does to the disk, a third from the last of
that, where the danger lies.
"""

import argparse
import hashlib
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bishan_survey.design import load_design
from bishan_survey.model import AreaFrame, Design, Village
from bishan_survey.nightly import nightly
from bishan_survey.workspace import RECORD, Workspace, current_run, read_record
from tests.returns.sending import OTHER_VILLAGE, VILLAGE, Silent, person
from tests.workspace.tiny import STARTED, Tiny, bytes_of, small

_CHANGES = ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.chmod", "shutil.copyfile")
_LAST = 8
"""Changes of the disk at the end of a night, when its results become current."""
_TOWN = ("500120001", "璧城街道")
_AREAS = AreaFrame(
    "500120",
    "璧山区",
    (Village(VILLAGE, "大旺社区居民委员会", *_TOWN), Village(OTHER_VILLAGE, "平安村村民委员会", *_TOWN)),
    (),
)


@dataclass(frozen=True)
class Instant:
    """When a night is killed: after so many seconds, or before so many changes of the disk; or never."""

    seconds: float | None = None
    change: int | None = None


def killed_night(root: Path, design: Design, instant: Instant, counted: Any = None) -> None:
    """A night in a process of its own, which ends itself at an instant as a failing machine would."""
    changes = 0

    def watch(event: str, details: tuple[Any, ...]) -> None:
        nonlocal changes
        if event not in _CHANGES or (event == "open" and not _writes(details)):
            return
        changes += 1
        if changes == instant.change:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    workspace = Workspace.open(root, frozenset(design.questionnaires))
    if instant.seconds is not None:
        timer = threading.Timer(instant.seconds, os.kill, (os.getpid(), signal.SIGKILL))
        timer.daemon = True
        timer.start()
    begun = time.monotonic()
    nightly(workspace, design, STARTED, Silent())
    if counted is not None:
        counted.send((time.monotonic() - begun, changes))


def _writes(details: tuple[Any, ...]) -> bool:
    _, mode, flags = details
    return any(letter in mode for letter in "wxa+") if mode else bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


class Torture:
    """A workspace with last night's results and new files in its inbox, and what tonight's results must be."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._random = random.Random(seed)
        self._design = small(load_design())
        self._processes = multiprocessing.get_context("spawn")
        self._before, self.root = folder / "before", folder / "ws"
        tiny = Tiny(self._before, self._design, _AREAS)
        tiny.send("大旺社区.xlsx", [person(1), person(3)])
        self.old = bytes_of(tiny.night().folder)
        tiny.send("大旺社区改.xlsx", [person(1), person(3, education=""), person(5)])
        tiny.send("平安村.xlsx", [person(7), person(1)], OTHER_VILLAGE)
        self._start_again()
        receiving, sending = self._processes.Pipe(duplex=False)
        self._night(Instant(), sending)
        self._seconds, self._changes = receiving.recv()
        self.new = self._current()
        assert self.new != self.old
        self._start_again()

    def instant(self) -> Instant:
        """An instant of the night."""
        kind = self._random.randrange(3)
        if kind == 0:
            return Instant(seconds=self._random.uniform(0, self._seconds))
        first = 1 if kind == 1 else self._changes - _LAST
        return Instant(change=self._random.randint(first, self._changes))

    def kill(self) -> str:
        """Kill a night at some instant and look at what is left; which results are current then."""
        self._night(self.instant())
        self._look()
        return "new" if self._current() == self.new else "old"

    def recover(self) -> None:
        """The next night gives what an undisturbed one would have given; then all begins again."""
        self._night(Instant())
        self._look()
        assert self._current() == self.new
        unfinished = [path for path in self.root.rglob(".*") if path.name not in (".lock", ".audit.lock")]
        assert not unfinished, unfinished
        self._start_again()

    def _night(self, instant: Instant, counted: Any = None) -> None:
        process = self._processes.Process(target=killed_night, args=(self.root, self._design, instant, counted))
        process.start()
        process.join()
        wanted = (0,) if instant == Instant() else (0, -signal.SIGKILL)
        assert process.exitcode in wanted, process.exitcode

    def _start_again(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self._before, self.root)

    def _current(self) -> dict[str, bytes]:
        run = current_run(Workspace.open(self.root, frozenset(self._design.questionnaires)))
        assert read_record(run)["id"] == run.id
        return bytes_of(run.path)

    def _look(self) -> None:
        """Whatever bears the name of a run is whole, and so is every original in the archive."""
        assert self._current() in (self.old, self.new)
        for folder in (path for path in (self.root / "runs").iterdir() if path.is_dir() and path.name[0] != "."):
            assert bytes_of(folder) in (self.old, self.new), folder
            assert (folder / RECORD).is_file()
        for original in (self.root / "archive").glob("??/*"):
            assert hashlib.sha256(original.read_bytes()).hexdigest() == original.stem


def main() -> None:
    """Kill as many nights as are asked for, each followed by one that is not."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--instants", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        torture = Torture(Path(folder), asked.seed)
        found: Counter[str] = Counter()
        for number in range(1, asked.instants + 1):
            found[torture.kill()] += 1
            torture.recover()
            if number % 5 == 0:
                print(number, dict(found), flush=True)


if __name__ == "__main__":
    main()
