"""What the tests of the whole district share."""

import json
from pathlib import Path

import pytest

from tests.cli.test_commands import run


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict]:
    """A district of 191 workbooks, the folder of its night, and what the night said."""
    folder = tmp_path_factory.mktemp("district") / "demo"
    made = run("sample", folder, "--json")
    assert made.returncode == 0, made.stderr
    night = run("nightly", folder, "--json")
    assert night.returncode == 5, night.stderr  # three files of the sample cannot be used, on purpose
    told = json.loads(night.stdout)
    return folder, Path(told["folder"]), told | {"sample": json.loads(made.stdout)}
