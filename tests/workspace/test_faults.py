"""What may happen to a machine at night: it is told in words, and yesterday's results stay as they were."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bishan_survey.errors import BusyError, WorkspaceError
from bishan_survey.model import AreaFrame, Design
from bishan_survey.nightly import examine
from bishan_survey.workspace import Workspace, current_run, new_run
from bishan_survey.workspace.runs import RECORD, run_order
from tests.returns.sending import Silent, person
from tests.workspace.tiny import STARTED, Tiny, bytes_of

_POSIX = pytest.mark.skipif(sys.platform == "win32", reason="the system knows no such thing")
_LATER = timedelta(days=1)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, design: Design, areas: AreaFrame) -> Tiny:
    """A workspace with one night's results."""
    tiny = Tiny(tmp_path_factory.mktemp("faults") / "工作区", design, areas)
    tiny.send("大旺社区.xlsx", [person(1), person(3)])
    tiny.night()
    return tiny


def everything(tiny: Tiny) -> dict[str, bytes]:
    """All that a workspace holds, but for the lock."""
    return {name: content for name, content in bytes_of(tiny.root).items() if not name.startswith(".lock")}


def command(tiny: Tiny, **options: object) -> "subprocess.Popen[str]":
    """A night, as cron would start it."""
    words = [sys.executable, "-m", "bishan_survey", "nightly", str(tiny.root)]
    return subprocess.Popen(words, stdout=-1, stderr=-1, text=True, encoding="utf-8", **options)


# What the program itself keeps, and what the office has written


@pytest.mark.parametrize(
    ("place", "content", "said"),
    [
        ("runs/current.txt", b"\xff\xfe\x00", "current.txt"),
        ("runs/current.txt", b"../..", "current.txt"),
        ("runs/20251101-020000/run.json", b"{", "run.json"),
        ("runs/20251101-020000/restricted/persons.parquet", b"PAR1", "persons"),
        ("runs/20251101-020000/restricted/findings-life.parquet", b"", "findings-life"),
        ("archive/received.csv", b"\xff", "received.csv"),
        ("decisions/判定.xlsx", b"PK\x03\x04", "判定.xlsx"),
        ("corrections.csv", b"", "corrections.csv"),
        ("changed-numbers.csv", b"\x00", "changed-numbers.csv"),
    ],
)
def test_what_is_damaged_is_named_and_nothing_is_overwritten(
    published: Tiny, place: str, content: bytes, said: str
) -> None:
    path = published.root / place
    whole = path.read_bytes() if path.exists() else None
    path.write_bytes(content)
    before = everything(published)
    try:
        with pytest.raises(WorkspaceError, match=said) as raised:
            published.night()
        assert raised.value.advice
        assert everything(published) == before
    finally:
        path.unlink() if whole is None else path.write_bytes(whole)


# The inbox


def test_an_inbox_that_is_suddenly_empty_stops_the_night(published: Tiny) -> None:
    """As the folder looks where a share should be, while it is not connected."""
    inbox = published.workspace.inbox
    inbox.rename(inbox.with_name("elsewhere"))
    try:
        with pytest.raises(WorkspaceError, match="收件夹"):
            published.workspace.receive(STARTED)
        inbox.mkdir()
        with pytest.raises(WorkspaceError, match="空的"):
            published.workspace.receive(STARTED)
        inbox.rmdir()
    finally:
        inbox.with_name("elsewhere").rename(inbox)


@pytest.fixture
def appending(workspace: Workspace) -> Iterator[tuple[Path, "subprocess.Popen[bytes]"]]:
    """A file that another process is writing."""
    path = workspace.inbox / "大表.csv"
    script = "import sys, time\nwhile True:\n open(sys.argv[1], 'ab', 0).write(b'x' * 100)\n time.sleep(0.002)"
    with subprocess.Popen([sys.executable, "-c", script, str(path)]) as writer:
        while not path.exists() or path.stat().st_size < 1000:
            time.sleep(0.01)
        yield path, writer
        writer.kill()


def test_a_file_that_is_being_written_is_not_taken_for_a_return(
    workspace: Workspace, appending: tuple[Path, "subprocess.Popen[bytes]"]
) -> None:
    path, writer = appending
    others = [workspace.inbox / f"{number}.csv" for number in range(100)]
    for number, other in enumerate(others):
        other.write_bytes(b"%d" % number * 10_000)
    told = {file.name: file for file in workspace.receive(STARTED)[0]}
    assert told["大表.csv"].sha256 == ""
    assert all(told[other.name].archived.read_bytes() == other.read_bytes() for other in others)
    assert len([*(workspace.root / "archive").glob("??/*")]) == len(others)

    writer.kill()
    writer.wait()
    told = {file.name: file for file in workspace.receive(STARTED)[0]}
    assert told["大表.csv"].archived.read_bytes() == path.read_bytes()


@_POSIX
def test_what_is_no_file_is_told_and_waited_for_by_nobody(workspace: Workspace) -> None:
    os.mkfifo(workspace.inbox / "管道.xlsx")
    (workspace.inbox / "链接.xlsx").symlink_to("nowhere.xlsx")
    received, _ = workspace.receive(STARTED)
    assert [(file.name, file.sha256, file.archived.exists()) for file in received] == [
        ("管道.xlsx", "", False),
        ("链接.xlsx", "", False),
    ]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="everything is open to this user")
def test_a_folder_that_cannot_be_opened_stops_the_night(workspace: Workspace) -> None:
    folder = workspace.inbox / "璧城街道"
    folder.chmod(0)
    try:
        with pytest.raises(PermissionError):
            workspace.receive(STARTED)
    finally:
        folder.chmod(0o700)


def test_a_thousand_files(tmp_path: Path, design: Design, areas: AreaFrame) -> None:
    tiny = Tiny(tmp_path / "工作区", design, areas)
    for number in range(1000):
        (tiny.workspace.inbox / f"{number}.csv").write_text(f"第{number}份", encoding="utf-8")
    coverage = examine(tiny.workspace, design, STARTED, Silent()).coverage
    assert (coverage.files, coverage.unusable) == (1000, 1000)


# The clock


def test_runs_follow_each_other_whatever_the_clock_says(workspace: Workspace) -> None:
    ids = []
    for started in (STARTED, STARTED - _LATER, STARTED, STARTED + _LATER):
        with new_run(workspace, started) as run:
            (run.path / RECORD).write_text("{}", encoding="utf-8")
        ids.append(current_run(workspace).id)
    assert ids == ["20251101-020000", "20251101-020000-2", "20251101-020000-3", "20251102-020000"]
    assert sorted(ids, key=run_order) == ids


def test_what_came_later_is_later_though_the_clock_was_set_back(workspace: Workspace) -> None:
    (workspace.inbox / "先.csv").write_bytes(b"first")
    workspace.receive(STARTED)
    (workspace.inbox / "后.csv").write_bytes(b"second")
    times = {file.name: file.received for file in workspace.receive(STARTED - _LATER)[0]}
    assert times == {"先.csv": "2025-11-01T02:00:00+00:00", "后.csv": "2025-11-01T02:00:01+00:00"}


# Other runs, and the disk


def test_busy_tells_who_and_since_when(published: Tiny) -> None:
    with published.workspace.locked():
        with pytest.raises(BusyError, match=f"开始.*进程 {os.getpid()}"), published.workspace.locked():
            pass
        assert (published.root / ".lock.json").exists()
    assert not (published.root / ".lock.json").exists()


def test_two_nights_started_together(published: Tiny) -> None:
    whole = bytes_of(current_run(published.workspace).path)
    both = [command(published), command(published)]
    codes = [night.wait() for night in both if night.communicate()]
    assert set(codes) <= {0, BusyError.exit_code}
    assert 0 in codes
    assert bytes_of(current_run(published.workspace).path).keys() == whole.keys()


def _limited(size: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@_POSIX
def test_a_disk_that_takes_no_more(published: Tiny) -> None:
    """As far as the program can tell: the system refuses to write on."""
    runs = published.workspace.runs
    before = {path.name for path in runs.iterdir()}, current_run(published.workspace).id
    night = command(published, preexec_fn=lambda: _limited(40_000))
    _, told = night.communicate()
    assert night.returncode == WorkspaceError.exit_code, told
    assert "系统的限度" in told
    assert "Traceback" not in told
    assert ({path.name for path in runs.iterdir()}, current_run(published.workspace).id) == before
