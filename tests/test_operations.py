"""The operations guide is followed to the letter where losing something would hurt: backup and restore."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from bishan_survey.errors import EXIT_CODES
from bishan_survey.model import Design
from tests.conftest import ROOT
from tests.returns.sending import person
from tests.returns.test_nights import District

_GUIDE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
_TOOLS = ("bash", "tar")


def blocks(anchor: str) -> list[str]:
    """What is to be typed in one section."""
    (section,) = re.findall(rf'<a id="{anchor}"></a>\n(.*?)(?=<a id="|\Z)', _GUIDE, flags=re.DOTALL)
    return re.findall(r"```bash\n(.*?)```", section, flags=re.DOTALL)


def type_in(home: Path, text: str) -> None:
    """Type it into a shell of somebody whose home this is; any command that fails is a failure."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "HOME": str(home), "PATH": path}
    done = subprocess.run(["bash", "-e"], input=text, capture_output=True, encoding="utf-8", cwd=home, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr


def kept(run: Path) -> dict[str, object]:
    """All that must be as it was: every table, and who is who."""
    tables = {path.name: path.read_bytes() for path in (run / "statistics" / "tables").glob("*.csv")}
    return tables | {"persons": pl.read_parquet(run / "restricted" / "persons.parquet").rows()}


@pytest.mark.skipif(not all(map(shutil.which, _TOOLS)), reason="bash and tar are needed")
def test_what_is_backed_up_is_enough_to_go_on(tmp_path: Path, design: Design) -> None:
    root = tmp_path / "bishan" / "2025年调查"
    district = District(root, design)
    district.send("大旺社区.xlsx", [person(1), person(3)])
    current = district.night().folder
    shutil.copytree(current, current.with_name("20000101-020000"))  # an older result
    before = kept(current)
    backup, restore = blocks("backup")

    type_in(tmp_path, backup)
    assert (tmp_path / "bishan" / "备份").stat().st_mode & 0o077 == 0
    shutil.rmtree(root)
    type_in(tmp_path, restore)

    restored = tmp_path / "bishan" / "恢复" / "2025年调查"
    runs = [path for path in (restored / "runs").iterdir() if path.is_dir()]
    assert len(runs) == 2  # the one that was current, and tonight's; older results are left behind
    assert current.name in {run.name for run in runs}
    assert all(kept(run) == before for run in runs)
    assert len(before) > 60


def test_the_guide_says_what_to_do_about_every_exit_code_of_a_night() -> None:
    for code in EXIT_CODES.keys() - {141}:  # nobody reads a night's output and goes away
        assert f"\n| {code} |" in _GUIDE, code


def test_every_link_within_the_guide_leads_to_its_section() -> None:
    for anchor in re.findall(r"\]\(#([a-z-]+)\)", _GUIDE):
        assert _GUIDE.count(f'<a id="{anchor}"></a>') == 1, anchor
