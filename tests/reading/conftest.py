"""A worker as the program has it, to try content on that may keep a reader busy for ever."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bishan_survey.reading.grid import Refusal, Request
from bishan_survey.reading.pool import Worker

Survives = Callable[[bytes], bool]


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    """One process for all tests: it is started again if a test kills it."""
    started = Worker()
    yield started
    started.close()


@pytest.fixture
def survives(worker: Worker, tmp_path: Path) -> Survives:
    """Whether a worker reads or refuses a content before it is given up (F18) and without dying of it (F19)."""

    def survives(content: bytes) -> bool:
        path = tmp_path / "内容"
        path.write_bytes(content)
        answer = worker.read(Request(path, path.name))
        return not (isinstance(answer, Refusal) and answer.notice in {"F18", "F19"})

    return survives
