"""What purge deletes, and what it never does."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bishan_survey.errors import WorkspaceError
from bishan_survey.workspace import (
    Overrides,
    Workspace,
    check_audit,
    doomed,
    new_run,
    old_originals,
    purge,
    purge_originals,
)
from bishan_survey.workspace.purge import Keep, _over
from tests.conftest import EDITION

_FIRST = datetime(2025, 11, 1, 2, tzinfo=UTC)
_NOW = _FIRST + timedelta(days=5)


@pytest.fixture
def nights(workspace: Workspace) -> Workspace:
    """Five runs, one a day."""
    for day in range(5):
        started = _FIRST + timedelta(days=day)
        with new_run(workspace, started) as run:
            (run.path / "restricted").mkdir()
            (run.path / "restricted" / "人.csv").write_text("x", encoding="utf-8")
            (run.path / "run.json").write_text(f'{{"started": "{started.isoformat()}"}}', encoding="utf-8")
    return workspace


def kept(workspace: Workspace, **said: int) -> Workspace:
    """The workspace with settings of what is kept."""
    flags = {f"retention.{name}": str(value) for name, value in said.items()}
    return Workspace.open(workspace.root, frozenset({EDITION}), Overrides(flags))


def tree(root: Path) -> set[str]:
    """Every file, but for the audit file and the lock."""
    files = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    return {name for name in files if "audit" not in name and "lock" not in name}


def test_nothing_is_deleted_unless_settings_say_so(nights: Workspace) -> None:
    assert doomed(kept(nights), _NOW) == []


def test_old_runs_go_and_persons_data_earlier(nights: Workspace) -> None:
    workspace = kept(nights, runs=3, restricted_runs=2)
    before, current = tree(workspace.root), (workspace.runs / "current.txt").read_text()
    going = doomed(workspace, _NOW)
    assert [(one.run[:8], one.persons_only) for one in going] == [
        ("20251101", False),
        ("20251102", False),
        ("20251103", True),
    ]
    assert tree(workspace.root) == before
    for one in going:
        purge(workspace, one, _NOW)
    gone = before - tree(workspace.root)
    assert len(gone) == 5
    assert all(name.startswith(("runs/20251101", "runs/20251102", "runs/20251103-020000/restricted")) for name in gone)
    assert (workspace.runs / "current.txt").read_text() == current
    checked = check_audit(workspace.root)
    assert [act["asked"]["part"] for act in checked.acts] == ["all", "all", "restricted"]
    assert not checked.problems
    assert doomed(workspace, _NOW) == []


def test_the_current_run_stays_whatever_is_set(nights: Workspace) -> None:
    (nights.runs / "current.txt").write_text("20251101-020000", encoding="utf-8")
    going = doomed(kept(nights, runs=1, days=1, restricted_runs=1), _NOW + timedelta(days=900))
    assert [one.run[:8] for one in going] == ["20251102", "20251103", "20251104"]


def test_a_run_that_does_not_tell_when_it_was_stays(nights: Workspace) -> None:
    (nights.runs / "20251101-020000" / "run.json").write_text("{", encoding="utf-8")
    assert "20251101-020000" not in [one.run for one in doomed(kept(nights, runs=1), _NOW)]


def test_without_a_current_run_nothing_is_known_to_be_old(nights: Workspace) -> None:
    (nights.runs / "current.txt").unlink()
    with pytest.raises(WorkspaceError):
        doomed(kept(nights, runs=1), _NOW)


@given(st.none() | st.integers(1, 9), st.none() | st.integers(1, 9), st.integers(1, 12), st.integers(0, 12))
def test_what_either_number_protects_is_kept(runs: int | None, days: int | None, place: int, age: int) -> None:
    protected = (runs is not None and place <= runs) or (days is not None and age < days)
    assert _over(Keep(runs, days), place, age) == (not protected and (runs, days) != (None, None))


def test_originals_that_nobody_uses_go_when_they_are_old_enough(workspace: Workspace) -> None:
    town = workspace.inbox / "璧城街道"
    for name, came in (("旧.xlsx", _FIRST), ("新.xlsx", _FIRST + timedelta(days=4)), ("在用.xlsx", _FIRST)):
        (town / name).write_text(name, encoding="utf-8")
        received, _ = workspace.receive(came)
        if name != "在用.xlsx":
            (town / name).unlink()
    (used,) = received
    with new_run(workspace, _FIRST) as run:
        content = {"started": _FIRST.isoformat(), "inputs": [{"sha256": used.sha256}]}
        (run.path / "run.json").write_text(json.dumps(content), encoding="utf-8")
    assert old_originals(kept(workspace), _NOW) == []
    opened = kept(workspace, originals_days=3)
    (going,) = old_originals(opened, _NOW)
    assert going.path.read_text(encoding="utf-8") == "旧.xlsx"
    assert going.days == 5
    before = tree(workspace.root)
    purge_originals(opened, [going], _NOW)
    assert before - tree(workspace.root) == {going.path.relative_to(workspace.root).as_posix()}
    assert old_originals(opened, _NOW) == []
    assert check_audit(workspace.root).problems == ()
    assert going.path.stem in (workspace.root / "audit.jsonl").read_text(encoding="utf-8")
    assert workspace.receive(_NOW)[0][0].sha256 == used.sha256
