"""What the tests of the whole district share."""

import json
from pathlib import Path

import pytest

from tests.program import run
from tests.shared import made_once


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict]:
    """A district of 191 workbooks, the folder of its night, and what the night said."""
    folder = made_once(tmp_path_factory, "district", _make)
    told = json.loads((folder / "told.json").read_text(encoding="utf-8"))
    return folder / "demo", Path(told["folder"]), told


def _make(folder: Path) -> None:
    made = run("sample", folder / "demo", "--json")
    assert made.returncode == 0, made.stderr
    night = run("nightly", folder / "demo", "--json")
    assert night.returncode == 5, night.stderr  # three files of the sample cannot be used, on purpose
    told = json.loads(night.stdout) | {"sample": json.loads(made.stdout)}
    (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")
