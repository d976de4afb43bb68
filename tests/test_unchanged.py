"""A run that another night would give once more is known by bytes, and every change of them is noticed."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bishan_survey.cli.options import outside_inboxes
from bishan_survey.doctor.diagnosis import State
from bishan_survey.doctor.workspace import inbox
from bishan_survey.errors import UsageError, WorkspaceError
from bishan_survey.model import AreaFrame, Design
from bishan_survey.unchanged import unchanged_run
from bishan_survey.workspace import Overrides, Workspace, current_run
from tests.returns.sending import person
from tests.workspace.tiny import STARTED, Tiny, bytes_of, small


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory, design: Design, areas: AreaFrame) -> Tiny:
    tiny = Tiny(tmp_path_factory.mktemp("unchanged") / "工作区", small(design), areas)
    tiny.send("大旺社区.xlsx", [person(1), person(3, education="99")])
    tiny.night()
    return tiny


def test_where_nothing_has_changed_another_night_gives_the_same(settled: Tiny) -> None:
    record = unchanged_run(settled.root, STARTED + timedelta(minutes=5), {})
    assert record is not None
    first = current_run(settled.workspace)
    assert record["id"] == first.id
    again = settled.night(STARTED + timedelta(minutes=5))
    assert bytes_of(again.folder) == bytes_of(first.path)


def test_another_day_is_a_change(settled: Tiny) -> None:
    """For how many days findings have been open is told every night."""
    assert unchanged_run(settled.root, STARTED + timedelta(days=1), {}) is None


@pytest.mark.parametrize(
    "place",
    [
        "inbox/璧城街道/新来的.xlsx",
        "inbox/璧城街道/大旺社区.xlsx",
        "registers/roster/底册.csv",
        "decisions/判定.xlsx",
        "corrections.csv",
        "survey.toml",
        "areas.csv",
        "mappings.csv",
        "passwords.txt",
        "archive/received.csv",
        "runs/current.txt",
        "runs/{run}/run.json",
        "runs/{run}/statistics/统计表.xlsx",
        "runs/{run}/restricted/多出来的.csv",
    ],
)
def test_a_file_that_changes_is_noticed(settled: Tiny, place: str) -> None:
    path = settled.root / place.format(run=current_run(settled.workspace).id)
    _while_changed(path, lambda: unchanged_run(settled.root, STARTED, {}))
    assert unchanged_run(settled.root, STARTED, {}) is not None


def _while_changed(path: Path, told: Callable[[], object]) -> None:
    before = path.read_bytes() if path.exists() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((before or b"") + b"x")
    try:
        assert told() is None
    finally:
        path.unlink() if before is None else path.write_bytes(before)


def test_a_file_that_goes_is_noticed(settled: Tiny) -> None:
    path = current_run(settled.workspace).path / "statistics" / "统计表.xlsx"
    aside = path.rename(settled.root / "aside")
    assert unchanged_run(settled.root, STARTED, {}) is None
    aside.rename(path)


def test_another_setting_of_the_surroundings_is_noticed(settled: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BISHAN_SURVEY_SOMETHING", "else")
    assert unchanged_run(settled.root, STARTED, {}) is None


def test_another_setting_of_the_command_line_is_noticed(settled: Tiny) -> None:
    assert unchanged_run(settled.root, STARTED, {"thresholds.held_share": "0.5"}) is None


def test_an_inbox_elsewhere_is_taken_in_and_looked_at(tmp_path: Path, design: Design, areas: AreaFrame) -> None:
    tiny = Tiny(tmp_path / "工作区", small(design), areas)
    tiny.send("大旺社区.xlsx", [person(1)])
    share = tmp_path / "网络盘" / "收件夹"
    shutil.move(tiny.root / "inbox", share)
    settings = tiny.root / "survey.toml"
    was = settings.read_text(encoding="utf-8")
    settings.write_text(was + '\n[folders]\ninbox = "../网络盘/收件夹"\n', encoding="utf-8")
    night = tiny.night()
    assert night.record["rows"]["accepted"] == 1
    assert unchanged_run(tiny.root, STARTED, {}) is not None
    (share / "新来的.csv").write_text("x", encoding="utf-8")
    assert unchanged_run(tiny.root, STARTED, {}) is None
    left = tiny.root / "inbox" / "放错了.csv"
    left.parent.mkdir()
    left.write_text("x", encoding="utf-8")
    opened = Workspace.open(tiny.root, frozenset(design.questionnaires))
    assert opened.passed_by() == 1
    assert inbox(tiny.root).state is State.NOTICE
    shutil.rmtree(share)
    assert inbox(tiny.root).state is State.BAD
    with pytest.raises(WorkspaceError, match="缺少收件夹") as gone:
        tiny.night()
    assert "网络盘" in gone.value.advice
    with pytest.raises(UsageError, match="在收件夹"):
        outside_inboxes(share / "退表", tiny.root / "../网络盘/收件夹")


@pytest.mark.parametrize("named", [".", "..", "archive", "runs", "registers/roster"])
def test_an_inbox_among_the_workspaces_own_folders_is_refused(settled: Tiny, design: Design, named: str) -> None:
    """What the program itself has written would be taken for what villages have sent."""
    flags = Overrides(flags={"folders.inbox": named})
    with pytest.raises(WorkspaceError, match=r"\[folders\] inbox 不能是"):
        Workspace.open(settled.root, frozenset(design.questionnaires), flags)
