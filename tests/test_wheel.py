"""The wheel carries the definitions and works outside a checkout."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built wheel."""
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (made,) = out.glob("*.whl")
    return made


def test_it_carries_the_definitions_and_no_importable_folder_of_that_name(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for folder in ("templates", "validators"):
        ours = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert ours <= {name.removeprefix("bishan_survey/") for name in names}
    assert not [name for name in names if name.startswith(("templates/", "validators/", "tests/", "sample_data/"))]


def test_it_works_outside_a_checkout(wheel: Path, tmp_path: Path) -> None:
    """Installed into an environment of its own, which borrows the dependencies of this one."""
    home = tmp_path / "venv"
    venv.create(home, with_pip=False)
    python = home / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    where = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = Path(subprocess.run(where, check=True, capture_output=True, text=True).stdout.strip())
    zipfile.ZipFile(wheel).extractall(site)
    borrowed = Path(
        subprocess.run([sys.executable, *where[1:]], check=True, capture_output=True, text=True).stdout.strip()
    )
    for entry in borrowed.iterdir():
        if "bishan" not in entry.name and not (site / entry.name).exists():
            (site / "borrowed.pth").write_text(f"{borrowed}\n", encoding="utf-8")
    program = "import bishan_survey, sys; from bishan_survey.cli import run; sys.argv[0] = 'bishan-survey'; run()"
    for words in (["design", "check"], ["init", "ws"], ["template", "form.xlsx"], ["nightly", "ws"]):
        shown = subprocess.run(
            [str(python), "-c", program, *words], capture_output=True, text=True, encoding="utf-8", cwd=tmp_path
        )
        assert shown.returncode == 0, shown.stderr
    origin = [str(python), "-c", "import bishan_survey; print(bishan_survey.__file__)"]
    shown = subprocess.run(origin, check=True, capture_output=True, text=True, cwd=tmp_path)
    assert str(home) in shown.stdout
