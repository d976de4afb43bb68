"""What runs the night on its own is tried out: by a real shell, by a real cron, by systemd's own check."""

import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import time as of_day
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bishan_survey.errors import UsageError
from bishan_survey.model import Design
from bishan_survey.scheduling import Job, at_time, crontab, systemd_units, windows_task
from tests.returns.sending import person
from tests.returns.test_nights import District

_CRON_FOLDER = Path("/etc/cron.d")
_FAKE_TIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
_MISSING = "cron and libfaketime are needed, and root: apt install cron libfaketime"
needs_cron = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("cron") or not _FAKE_TIME, reason=_MISSING
)
posix = pytest.mark.skipif(os.name == "nt", reason="cron and systemd are not for Windows")
_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=20)


def job(folder: str = "/srv/2025年调查", log: str = "/var/log/nightly.log", **changes: object) -> Job:
    command = ("/opt/bishan/bin/python", "-P", "-m", "bishan_survey", "nightly", folder)
    return Job(**{"command": command, "workspace": folder, "log": log, "at": of_day(2, 5)} | changes)


def schedule(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bishan_survey", "schedule", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, design: Design) -> Path:
    """A workspace with one village's file, in a folder whose name is hard to quote."""
    district = District(tmp_path_factory.mktemp("schedule") / "2025年 调查 100% 'a'", design)
    district.send("大旺社区.xlsx", [person(1)])
    return district.workspace.root


@posix
@settings(max_examples=30, deadline=None)
@given(word=_WORDS, code=st.sampled_from([0, 1, 5, 75]))
def test_any_name_reaches_the_program_unchanged_and_only_bad_ends_are_said(
    word: str, code: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The command of a crontab, after cron has taken the backslashes before percent signs away."""
    folder = tmp_path_factory.mktemp("cron")
    told = ("/bin/sh", "-c", f'printf %s "$1"; exit {code}', "sh", word)
    line = crontab(job(command=told, log=f"{folder}/a log%")).splitlines()[-1]
    command = line.removeprefix("5 2 * * * ").replace("\\%", "%")
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, encoding="utf-8")
    log = folder / "a log%"
    assert log.read_text(encoding="utf-8") == word
    assert log.stat().st_mode & 0o077 == 0
    assert done.returncode == code
    assert bool(done.stdout) == (code not in (0, 5))
    assert done.stderr == ""


def test_no_percent_sign_stands_bare_in_a_crontab() -> None:
    made = crontab(job("/srv/100%")).splitlines()[-1]
    assert made.count("%") == made.count("\\%") > 0


@pytest.mark.parametrize(
    ("make", "changes"),
    [
        (crontab, {"folder": "/srv/a\nb"}),
        (crontab, {"folder": "/srv/" + "长" * 400}),
        (crontab, {"mail": 'a@b.c"\nX=1'}),
        (crontab, {"user": "a b"}),
        (systemd_units, {"folder": "/srv/a\nb"}),
        (windows_task, {"folder": "C:\\100%"}),
    ],
)
def test_what_cannot_be_quoted_is_refused(make, changes: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        make(job(**changes))


@pytest.mark.parametrize("text", ["24:00", "2", "02:60", "两点", "-1:00", ""])
def test_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        at_time(text)


def test_a_windows_task_is_well_formed_and_its_command_comes_apart_again() -> None:
    words = (r"C:\Program Files\bs & co\python.exe", "-P", "-m", "bishan_survey", "nightly", r"D:\2025年 调查<1>")
    made = windows_task(job(command=words, workspace=words[-1], log=r"D:\2025年 调查<1>\nightly.log"))
    task = ElementTree.fromstring(made.encode("utf-16"))
    space = {"t": task.tag.removeprefix("{").partition("}")[0]}
    assert task.findtext("t:Triggers/t:CalendarTrigger/t:StartBoundary", namespaces=space) == "2025-01-01T02:05:00"
    arguments = task.findtext("t:Actions/t:Exec/t:Arguments", namespaces=space) or ""
    # With /s, cmd takes the first and the last quotation mark away and nothing else.
    command = arguments.removeprefix('/d /v:off /s /c "').removesuffix('"')
    assert command == (
        r'"C:\Program Files\bs & co\python.exe" -P -m bishan_survey nightly "D:\2025年 调查<1>" '
        r'>> "D:\2025年 调查<1>\nightly.log" 2>&1'
    )


@posix
@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_finds_no_fault_in_the_units(tmp_path: Path) -> None:
    for name, text in systemd_units(job("/srv/100% $HOME \"a\" 'b'", user="root")).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    units = sorted(map(str, tmp_path.iterdir()))
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True)
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "bishan-nightly" in line]
    assert (done.returncode, ours) == (0, []), done.stderr
    calendar = next(line for line in Path(units[1]).read_text(encoding="utf-8").splitlines() if "OnCalendar" in line)
    subprocess.run(["systemd-analyze", "calendar", calendar.partition("=")[2]], check=True, capture_output=True)


@posix
def test_the_command_writes_files_and_installs_nothing(workspace: Path, tmp_path: Path) -> None:
    folder = tmp_path / "systemd"
    done = schedule(workspace, "--kind", "systemd", "--to", folder)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in folder.iterdir()) == ["bishan-nightly.service", "bishan-nightly.timer"]
    assert schedule(workspace, "--kind", "systemd", "--to", folder).returncode == 2
    shown = schedule(workspace, "--kind", "cron", "--at", "3:30")
    assert "\n30 3 * * * umask 077; " in shown.stdout
    assert "crontab -e" in shown.stderr
    assert schedule(workspace, "--kind", "windows").returncode == 2


@contextmanager
def real_cron(table: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Debian's cron with this table, its clock twenty times as fast from ten seconds before two o'clock on.

    What it runs has the clock of the machine.
    """
    installed = _CRON_FOLDER / f"bishan-test-{os.getpid()}"
    clock = {"LD_PRELOAD": str(_FAKE_TIME), "FAKETIME": "@2025-01-01 01:59:50 x20", "TZ": "UTC"}
    try:
        shutil.copyfile(table, installed)
        installed.chmod(0o644)
        with subprocess.Popen(["cron", "-f"], env=os.environ | clock, stderr=subprocess.PIPE) as cron:
            try:
                yield cron
            finally:
                cron.terminate()
    finally:
        installed.unlink(missing_ok=True)


def wait_until(so: Callable[[], bool], seconds: float, cron: "subprocess.Popen[bytes] | None" = None) -> None:
    """Wait until it is so, but not for ever, and not for a cron that has gone."""
    deadline = time.monotonic() + seconds
    while not so() and time.monotonic() < deadline:
        if cron and cron.poll() is not None:
            pytest.skip(f"another cron is running here: {cron.stderr and cron.stderr.read().decode()}")
        time.sleep(0.05)


@needs_cron
def test_a_real_cron_runs_the_night_at_the_hour(workspace: Path, tmp_path: Path) -> None:
    assert schedule(workspace, "--kind", "cron", "--user", "root", "--to", tmp_path).returncode == 0
    pointer, log = workspace / "runs" / "current.txt", workspace / "nightly.log"
    with real_cron(tmp_path / "bishan-nightly") as cron:
        wait_until(log.is_file, 45, cron)
    assert log.is_file(), "cron has run nothing"
    wait_until(lambda: pointer.is_file() and pointer.read_text() in log.read_text(encoding="utf-8"), 300)
    assert pointer.is_file(), log.read_text(encoding="utf-8")
    run = workspace / "runs" / pointer.read_text(encoding="utf-8")
    assert (run / "statistics" / "统计表.xlsx").is_file()
    assert (log.stat().st_mode | run.stat().st_mode) & 0o077 == 0
    assert run.name in log.read_text(encoding="utf-8")
