"""Many workbooks at once: several processes take a share each; what one of them leaves undone is done here."""

import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

from bishan_survey.model import Design, Survey
from bishan_survey.processes import at_most, start

_WORTH_A_PROCESS = 12
"""To start a process takes as long as to write about so many workbooks."""


class Job(Protocol):
    """A workbook that is to be written. It can be pickled, and done twice."""

    def write(self, design: Design, survey: Survey) -> None:
        """Write it."""


@dataclass(frozen=True, slots=True)
class _Share:
    """What one process is to write."""

    design: Design
    survey: Survey
    jobs: Sequence[Job]

    def write(self, each: Callable[[], None]) -> None:
        for job in self.jobs:
            job.write(self.design, self.survey)
            each()


def write_all(jobs: Sequence[Job], design: Design, survey: Survey, each: Callable[[], None] = lambda: None) -> None:
    """Write workbooks, in no certain order.

    Args:
        jobs: what to write.
        design: the definitions.
        survey: for dates.
        each: called after each workbook, one call at a time.

    Raises:
        InternalError: a workbook lacks something; it is removed.
    """
    told = _one_at_a_time(each)
    count = at_most(len(jobs) // _WORTH_A_PROCESS)
    own, *others = [_Share(design, survey, jobs[first::count]) for first in range(count)]
    if not others:
        own.write(told)
        return
    with ThreadPoolExecutor(len(others)) as threads:
        helpers = [start("bishan_survey.forms.crew") for _ in others]
        try:
            waiting = [threads.submit(_hand_over, *pair, told) for pair in zip(helpers, others, strict=True)]
            own.write(told)
            written = [one.result() for one in waiting]
        finally:
            for helper in helpers:
                helper.kill()
                helper.wait()
    for share, done in zip(others, written, strict=True):
        _Share(design, survey, share.jobs[done:]).write(told)


def _one_at_a_time(each: Callable[[], None]) -> Callable[[], None]:
    lock = Lock()

    def told() -> None:
        with lock:
            each()

    return told


def _hand_over(helper: "subprocess.Popen[bytes]", share: _Share, each: Callable[[], None]) -> int:
    """Let a process write a share; how many workbooks it has written when it ends, for whatever reason."""
    assert helper.stdin is not None  # noqa: S101 - started with pipes
    assert helper.stdout is not None  # noqa: S101
    done = 0
    with helper.stdout:
        try:
            with helper.stdin:
                pickle.dump(share, helper.stdin, protocol=5)
            while helper.stdout.read(1):
                done += 1
                each()
        except OSError:
            pass  # it has died
    return done


def main() -> None:
    """Write a share, and say after each workbook that it is done."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program that asks; then this one is ended
    share: _Share = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the program that started this one
    share.write(_say_done)


def _say_done() -> None:
    sys.stdout.buffer.write(b".")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
