"""LibreOffice, for tests that need a real office program."""

import shutil
import subprocess
from pathlib import Path

import pytest

needs_office = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed: apt install libreoffice-calc"
)


def converted(path: Path, target: str, folder: Path, suffix: str = "") -> Path:
    """A workbook as LibreOffice saves it in another format.

    Args:
        path: the workbook.
        target: a format of ``soffice --convert-to``, such as ``xls`` or ``xls:MS Excel 95``.
        folder: where the new file is put; LibreOffice's own settings are kept there too.
        suffix: of the new file, where it is not the first word of the target.
    """
    profile = (folder / "profile").resolve().as_uri()
    options = ["--headless", "--convert-to", target, "--outdir", str(folder / "converted")]
    subprocess.run(
        ["soffice", f"-env:UserInstallation={profile}", *options, str(path)],
        check=True,
        capture_output=True,
        timeout=600,
    )
    return folder / "converted" / f"{path.stem}.{suffix or target.split(':')[0]}"
