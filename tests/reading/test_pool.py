"""Workers: a file that hangs, crashes or devours memory costs itself alone."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bishan_survey.reading.grid import Contents, Refusal, Request
from bishan_survey.reading.limits import limit_own_memory, watch_memory
from bishan_survey.reading.pool import Worker, open_pool
from tests.workbooks import write_cells


@pytest.fixture
def good(tmp_path: Path) -> Request:
    path = write_cells(tmp_path / "好.xlsx", {"表": {"B2": "甲"}})
    return Request(path, path.name)


def test_answers_come_in_the_order_of_the_requests(tmp_path: Path) -> None:
    paths = [write_cells(tmp_path / f"{n}.xlsx", {"表": {"A1": str(n)}}) for n in range(20)]
    with open_pool(3) as pool:
        answers = list(pool.read([Request(path, path.name) for path in paths]))
    assert [answer.grids[0].rows for answer in answers] == [[[str(n)]] for n in range(20)]


def test_a_refusal_says_why(tmp_path: Path, good: Request) -> None:
    path = tmp_path / "信.xlsx"
    path.write_bytes(b"%PDF-1.7 ...")
    with open_pool(1) as pool:
        refused, read = pool.read([Request(path, path.name), good])
    assert refused == Refusal("F04", {"kind": "PDF 文件"})
    assert isinstance(read, Contents)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with open_pool(1) as pool:
        assert list(pool.read([Request(tmp_path / "没有.xlsx", "没有.xlsx")])) == [Refusal("F01")]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes to hang on")
def test_a_worker_that_hangs_is_ended_and_the_next_file_is_read(tmp_path: Path, good: Request) -> None:
    os.mkfifo(tmp_path / "管道.xlsx")
    worker = Worker(seconds=3.0)
    try:
        assert worker.read(Request(tmp_path / "管道.xlsx", "管道.xlsx")) == Refusal("F18", {"seconds": "3"})
        assert isinstance(worker.read(good), Contents)
    finally:
        worker.close()


def test_a_worker_that_dies_costs_one_file(good: Request) -> None:
    worker = Worker()
    try:
        assert isinstance(worker.read(good), Contents)
        assert worker._process is not None
        worker._process.kill()
        assert worker.read(good) == Refusal("F19")
        assert isinstance(worker.read(good), Contents)
    finally:
        worker.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process limit its own memory")
def test_the_system_refuses_a_process_more_memory() -> None:
    code = "from bishan_survey.reading.limits import limit_own_memory; limit_own_memory(2**28); bytearray(2**29)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True)
    assert b"MemoryError" in done.stderr


def test_elsewhere_a_process_is_watched_and_ended() -> None:
    """What Windows and macOS do, tried on whatever system runs the tests."""
    code = "import time; held = bytearray(2**28); held[::4096] = b'x' * len(held[::4096]); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", code])
    watch_memory(process.pid, process.kill, limit=2**27)
    try:
        assert process.wait(timeout=30) != 0
    finally:
        process.kill()


def test_watching_ends_with_the_process() -> None:
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    watch_memory(process.pid, lambda: pytest.fail("nothing is left to be ended"))
    time.sleep(0.2)


def test_only_linux_sets_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert limit_own_memory() is False


def test_the_readers_of_files_stay_in_the_workers() -> None:
    """The program itself imports no reader of foreign bytes, and the workers nothing heavy."""
    code = "import sys, bishan_survey.reading.pool; print('python_calamine' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
    code = "import sys, bishan_survey.reading.worker; print({'polars', 'pandera'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "set()"
