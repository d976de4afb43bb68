"""Damaged files go through the workers until the time is up; whatever must not come out is kept with its bytes."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import psutil

from bishan_survey.reading.grid import Contents, Listing, Refusal, Request
from bishan_survey.reading.limits import MEMORY
from bishan_survey.reading.pool import Worker
from tests.fuzz.mutations import mutated, seeds

LONGEST = 20.0
"""Seconds that a file may take, the worker's own limit and its restart included."""
WORKERS = 2
_LOOKS_EVERY = 0.02
_CURIOUS = frozenset({"F18", "F19"})
"""The worker was lost over the file: allowed, and worth a look."""


@dataclass
class Outcome:
    """What came of a run."""

    seed: int
    files: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    """How often each answer came: a notice's id, or what was read."""
    offences: list[str] = field(default_factory=list)
    curious: list[str] = field(default_factory=list)
    slowest: float = 0.0
    largest: int = 0
    """Bytes of memory that a worker took at most."""


class Watch:
    """Looks at a worker's memory while it reads."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.most = 0

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(_LOOKS_EVERY):
            process = self._worker._process  # the test may know how a worker is built
            if process is None:
                continue
            try:
                self.most = max(self.most, psutil.Process(process.pid).memory_info().rss)
            except psutil.Error:
                continue


def fuzz(seconds: float, seed: int, keep: Path, most: int | None = None) -> Outcome:
    """Read damaged files for some time.

    Args:
        seconds: how long; a file that has been begun is read to its end.
        seed: equal seeds damage in the same way, file by file.
        keep: folder for the bytes of offenders; made when there is one.
        most: end after this many files.
    """
    outcome = Outcome(seed)
    numbers = _numbers(time.monotonic() + seconds, most)
    lock = threading.Lock()
    seeds()  # built once, before the threads ask for them
    with TemporaryDirectory() as folder, ThreadPoolExecutor(WORKERS) as threads:
        jobs = [threads.submit(_work, numbers, Path(folder) / str(n), outcome, keep, lock) for n in range(WORKERS)]
        for job in jobs:
            job.result()
    return outcome


def case(seed: int, number: int) -> tuple[str, bytes]:
    """The damaged file of a number: its name and its bytes."""
    return mutated(Random(f"{seed}/{number}"))


class _numbers:  # noqa: N801 - used as an iterator
    """Numbers for several threads, until the time is up."""

    def __init__(self, end: float, most: int | None) -> None:
        self._end, self._most, self._next = end, most, 0
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        with self._lock:
            if time.monotonic() > self._end or self._next == self._most:
                raise StopIteration
            self._next += 1
            return self._next


def _work(numbers: Iterator[int], path: Path, outcome: Outcome, keep: Path, lock: threading.Lock) -> None:
    worker = Worker()
    try:
        for number in numbers:
            name, content = case(outcome.seed, number)
            path.write_bytes(content)
            with Watch(worker) as watch:
                start = time.monotonic()
                answer, wrong = _answer(worker, Request(path, name))
                took = time.monotonic() - start
            wrong = wrong or _offence(answer, took, watch.most)
            with lock:
                _note(outcome, keep, number, name, content, answer, wrong, took, watch.most)
    finally:
        worker.close()


def _answer(worker: Worker, request: Request) -> tuple[object, str]:
    try:
        return worker.read(request), ""
    except BaseException as error:
        return None, f"raised {error!r}"


def _offence(answer: object, took: float, memory: int) -> str:
    """What is wrong with an answer; nothing if it is right."""
    if took > LONGEST:
        return f"took {took:.1f} s"
    if memory > MEMORY:
        return f"took {memory / 2**20:.0f} MiB"
    match answer:
        case Refusal(notice=notice):
            return "" if notice.startswith("F") else f"refused with {notice}"
        case Listing():
            return ""
        case Contents(grids=grids):
            return next((wrong for grid in grids if (wrong := _unsound(grid.rows))), "")
    return f"answered {type(answer).__name__}"


def _unsound(rows: list[list[str]]) -> str:
    """What a grid may not be, since everything after it relies upon that."""
    if len({len(row) for row in rows}) > 1:
        return "rows of different length"
    for row in rows:
        if not all(type(text) is str for text in row):
            return "a cell that is no text"
        try:
            "".join(row).encode()
        except UnicodeEncodeError:
            return "a text that cannot be written"
    return ""


def _note(
    outcome: Outcome,
    keep: Path,
    number: int,
    name: str,
    content: bytes,
    answer: object,
    wrong: str,
    took: float,
    memory: int,
) -> None:
    outcome.files += 1
    outcome.slowest = max(outcome.slowest, took)
    outcome.largest = max(outcome.largest, memory)
    said = answer.notice if isinstance(answer, Refusal) else type(answer).__name__
    outcome.answers[said] += 1
    if wrong or said in _CURIOUS:
        keep.mkdir(parents=True, exist_ok=True)
        kept = keep / f"{outcome.seed}-{number}-{Path(name).name}"
        kept.write_bytes(content)
        (outcome.offences if wrong else outcome.curious).append(f"{kept}: {wrong or said} ({took:.1f} s)")
