"""The small workspace in sample_data: the night's results as text, and the laws of a night."""

import importlib.util
import shutil
from pathlib import Path

import pytest
from python_calamine import CalamineError

from tests.conftest import ROOT
from tests.workbooks import sheets_of

_SPEC = importlib.util.spec_from_file_location("make_sample", ROOT / "sample_data" / "make.py")
make = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(make)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A copy of the small workspace."""
    shutil.copytree(ROOT / "sample_data" / "workspace", tmp_path / "workspace")
    return tmp_path / "workspace"


def test_a_night_gives_the_golden_results(workspace: Path) -> None:
    texts = make.golden_texts(workspace)
    assert set(texts) == {path.name for path in (ROOT / "sample_data" / "golden").iterdir()}
    for name, text in texts.items():
        assert text == (ROOT / "sample_data" / "golden" / name).read_text(encoding="utf-8"), name


def test_the_workspace_is_what_its_script_makes(tmp_path: Path) -> None:
    made, kept = tmp_path / "made", ROOT / "sample_data" / "workspace"
    make.write_workspace(made)
    assert (made / "survey.toml").read_bytes() == (kept / "survey.toml").read_bytes()
    names = sorted(path.relative_to(kept).as_posix() for path in kept.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file())
    for name in names:
        assert cells(made / name) == cells(kept / name), name


def cells(path: Path) -> object:
    """What stands in a workbook; the bytes of any other file."""
    try:
        return sheets_of(path)
    except CalamineError:
        return path.read_bytes()


def test_two_nights_give_the_same_bytes(workspace: Path) -> None:
    """Run id and time stand in run.json and on the page of the run alone."""
    make.golden_texts(workspace)
    make.golden_texts(workspace)
    first, second = sorted(path for path in (workspace / "runs").iterdir() if path.is_dir())
    names = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert len(names) > 70
    for name in names:
        if name.name not in ("run.json", "报告.html"):
            assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_the_originals_are_left_alone(workspace: Path) -> None:
    before = {path: path.read_bytes() for path in (workspace / "inbox").rglob("*") if path.is_file()}
    make.golden_texts(workspace)
    assert before == {path: path.read_bytes() for path in (workspace / "inbox").rglob("*") if path.is_file()}
