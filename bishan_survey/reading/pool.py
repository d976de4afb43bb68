"""Workers that read files, kept warm. A crash, a hang or a memory explosion costs the one file alone."""

import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from bishan_survey.processes import MOST, at_most, start
from bishan_survey.reading.grid import Answer, Refusal, Request
from bishan_survey.reading.kept import Shelf
from bishan_survey.reading.limits import watch_memory

SECONDS = 15.0
"""How long a worker may take for one file. A village's workbook takes a hundredth of a second."""


class Worker:
    """A process that reads one file after another, started when it is first asked and again after it has died."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._asked: Request | None = None
        self._changing = threading.Lock()

    def read(self, request: Request) -> Answer:
        """What is in a file, or why it cannot be read."""
        process = self._process = self._process or _start()
        self._asked = request
        timer = threading.Timer(self._seconds, self._give_up, [request])
        timer.daemon = True
        timer.start()
        try:
            answer = _ask(process, request)
        except (EOFError, OSError, pickle.UnpicklingError):
            answer = Refusal("F19") if self._in_time() else Refusal("F18", {"seconds": f"{self._seconds:.0f}"})
            self.close()
        else:
            if not self._in_time():
                self.close()  # ended just as it had answered
        timer.cancel()
        return answer

    def _in_time(self) -> bool:
        """Whether the request was not given up; from now on it cannot be."""
        with self._changing:
            in_time, self._asked = self._asked is not None, None
        return in_time

    def _give_up(self, request: Request) -> None:
        """End the process if it is still at this request."""
        with self._changing:
            if self._asked is request and self._process is not None:
                self._asked = None
                self._process.kill()

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                _close_quietly(stream)


def _close_quietly(stream: object) -> None:
    """Closing flushes, and nobody may be there to take what is left."""
    try:
        stream.close()  # type: ignore[attr-defined]
    except OSError:
        return


def _ask(process: "subprocess.Popen[bytes]", request: Request) -> Answer:
    assert process.stdin is not None  # noqa: S101 - started with pipes
    assert process.stdout is not None  # noqa: S101
    pickle.dump(request, process.stdin, protocol=5)
    process.stdin.flush()
    made: Answer = pickle.load(process.stdout)  # noqa: S301 - from our own process
    return made


def _start() -> "subprocess.Popen[bytes]":
    """Start a worker whose memory is bounded."""
    process = start("bishan_survey.reading.worker")
    if sys.platform != "linux":
        watch_memory(process.pid, process.kill)
    return process


class ReaderPool:
    """Several workers; each reads one file at a time."""

    def __init__(self, workers: int | None = None, seconds: float = SECONDS, shelf: Shelf | None = None) -> None:
        self._shelf = shelf
        count = workers or at_most(MOST)
        self._idle = [Worker(seconds) for _ in range(count)]
        self._threads = ThreadPoolExecutor(count)

    def read(self, requests: Sequence[Request]) -> Iterator[Answer]:
        """Read files; the answers come in the order of the requests."""
        return self._threads.map(self._read, requests)

    def _read(self, request: Request) -> Answer:
        if self._shelf is None:
            return self._read_now(request)
        answer: Answer | None = self._shelf.take(request)
        if answer is None:
            answer = self._read_now(request)
            self._shelf.keep(request, answer)
        return answer

    def _read_now(self, request: Request) -> Answer:
        worker = self._idle.pop()
        try:
            return worker.read(request)
        finally:
            self._idle.append(worker)

    def close(self) -> None:
        """End all workers."""
        for worker in self._idle:
            worker.close()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._idle:
            worker.close()


@contextmanager
def open_pool(workers: int | None = None, seconds: float = SECONDS, shelf: Shelf | None = None) -> Iterator[ReaderPool]:
    """Workers for the time of a block; what is on the shelf is not read again."""
    pool = ReaderPool(workers, seconds, shelf)
    try:
        yield pool
    finally:
        pool.close()
