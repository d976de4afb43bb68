"""What is told of a workspace: one fault, one diagnosis; all faults together, all diagnoses; nothing is changed."""

import os
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bishan_survey.doctor import Diagnosis, State, told
from bishan_survey.doctor.workspace import workspace_checks
from bishan_survey.model import Design
from bishan_survey.workspace import AUDIT_FILE, Act, Workspace, current_run, put_on_record
from tests.returns.sending import person
from tests.returns.test_nights import District

needs_owners = pytest.mark.skipif(os.name == "nt", reason="Windows knows no permission bits")


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory, design: Design) -> Path:
    """A workspace after one night."""
    district = District(tmp_path_factory.mktemp("doctor") / "工作区", design)
    district.send("大旺社区.xlsx", [person(1), person(3)])
    district.night()
    return district.workspace.root


@pytest.fixture
def root(night: Path, tmp_path: Path) -> Path:
    """A copy of it to break."""
    return Path(shutil.copytree(night, tmp_path / "工作区"))


def examined(root: Path, **options: bool) -> dict[str, Diagnosis]:
    return {found.what: found for found in told(workspace_checks(root, **options))}


def wrong(root: Path) -> dict[str, Diagnosis]:
    """What is not good; how much room this machine has is none of the tests' business."""
    return {what: found for what, found in examined(root).items() if found.state != State.GOOD and what != "磁盘"}


def everything(root: Path) -> dict[str, tuple[int, bytes]]:
    files = [path for path in root.rglob("*") if path.is_file() and path.name != ".lock"]
    return {path.relative_to(root).as_posix(): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def test_a_workspace_after_a_good_night_is_well_and_is_left_as_it_was(root: Path) -> None:
    before = everything(root)
    assert wrong(root) == {}
    assert everything(root) == before


def test_quick_leaves_out_the_hashes_of_originals_alone(root: Path) -> None:
    assert examined(root).keys() - examined(root, quick=True).keys() == {"原件"}


def an_original(root: Path) -> Path:
    return next((root / "archive").glob("??/*"))


def rot(root: Path) -> None:
    an_original(root).write_bytes(b"rot")


def lose_an_original(root: Path) -> None:
    an_original(root).unlink()


def break_receipts(root: Path) -> None:
    (root / "archive" / "received.csv").write_bytes(b"\xff\xfe")


def come_from_tomorrow(root: Path) -> None:
    path = root / "archive" / "received.csv"
    head, line = path.read_text(encoding="utf-8-sig").strip().splitlines()
    later = (datetime.now().astimezone() + timedelta(days=2)).isoformat(timespec="seconds")
    path.write_text(f"{head}\n{line.rpartition(',')[0]},{later}\n", encoding="utf-8")


def break_settings(root: Path) -> None:
    (root / "survey.toml").write_text("[survey]\n", encoding="utf-8")


def break_areas(root: Path) -> None:
    (root / "areas.csv").write_text("code\n1\n", encoding="utf-8")


def point_nowhere(root: Path) -> None:
    (root / "runs" / "current.txt").write_text("20010101-000000", encoding="utf-8")


def lose_the_pointer(root: Path) -> None:
    (root / "runs" / "current.txt").unlink()


def break_memory(root: Path) -> None:
    (memory,) = (root / "runs").glob("*/restricted/persons.parquet")
    memory.write_bytes(memory.read_bytes()[:-10])


def break_record(root: Path) -> None:
    (record,) = (root / "runs").glob("*/run.json")
    record.write_bytes(b"{")


def forge_the_audit(root: Path) -> None:
    for command in ("explain", "deliver"):
        put_on_record(root, Act(command, {}), datetime.now().astimezone())
    path = root / AUDIT_FILE
    path.write_bytes(path.read_bytes().replace(b"explain", b"dedupe"))


def leave_half_a_run(root: Path) -> None:
    (root / "runs" / ".building-20010101-000000").mkdir()


@pytest.mark.parametrize(
    ("fault", "what", "state", "said"),
    [
        (rot, "原件", State.BAD, "哈希"),
        (break_receipts, "收件时间", State.BAD, "received.csv"),
        (come_from_tomorrow, "收件时间", State.NOTICE, "大旺社区.xlsx"),
        (lose_an_original, "收件时间", State.BAD, "大旺社区.xlsx"),
        (break_areas, "村（社区）名单", State.BAD, "areas.csv"),
        (point_nowhere, "当前结果", State.BAD, "20010101-000000"),
        (lose_the_pointer, "当前结果", State.NOTICE, "还没有结果"),
        (break_memory, "当前结果", State.BAD, "persons.parquet"),
        (break_record, "当前结果", State.BAD, "run.json"),
        (forge_the_audit, "操作记录", State.BAD, "第1行"),
        (leave_half_a_run, "残留", State.NOTICE, ".building-20010101-000000"),
    ],
)
def test_one_fault_is_one_diagnosis(
    root: Path, fault: Callable[[Path], None], what: str, state: State, said: str
) -> None:
    fault(root)
    found = wrong(root)
    assert list(found) == [what]
    assert (found[what].state, said in found[what].found) == (state, True), found[what].found
    assert found[what].advice


def test_settings_that_are_wrong_hide_nothing_else(root: Path) -> None:
    for fault in (break_settings, rot, break_memory, leave_half_a_run):
        fault(root)
    assert wrong(root).keys() == {"设置", "村（社区）名单", "收件夹", "当前结果", "残留", "原件"}


@needs_owners
@pytest.mark.parametrize("folder", ["archive", "decisions", "restricted"])
def test_a_folder_of_people_that_others_can_open_is_named(root: Path, folder: str) -> None:
    (path,) = [root / folder] if (root / folder).is_dir() else (root / "runs").glob(f"*/{folder}")
    path.chmod(0o750)
    assert path.relative_to(root).as_posix() in wrong(root)["权限"].found


def test_a_night_that_is_running_is_told_and_what_it_builds_is_no_leftover(root: Path, design: Design) -> None:
    leave_half_a_run(root)
    with Workspace.open(root, frozenset(design.questionnaires)).locked():
        found = wrong(root)
    assert list(found) == ["锁"]
    assert found["锁"].state == State.NOTICE


def test_room_is_weighed_against_the_last_run(root: Path, design: Design, monkeypatch: pytest.MonkeyPatch) -> None:
    run = current_run(Workspace.open(root, frozenset(design.questionnaires)))
    night = sum(path.stat().st_size for path in run.path.rglob("*") if path.is_file())
    for free, state in ((night, State.BAD), (500 * 2**20, State.NOTICE), (2**40, State.GOOD)):
        room = shutil._ntuple_diskusage(2**40, 2**40 - free, free)  # type: ignore[attr-defined]
        monkeypatch.setattr(shutil, "disk_usage", lambda _, room=room: room)
        assert examined(root)["磁盘"].state == state


def test_what_is_no_workspace_is_told_once(tmp_path: Path) -> None:
    (found,) = examined(tmp_path).values()
    assert (found.state, "不是工作区" in found.found) == (State.BAD, True)
    assert list(tmp_path.iterdir()) == []
