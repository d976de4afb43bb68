"""Pages in a real browser, and what axe-core says of them."""

import functools
import hashlib
import json
import re
import shutil
import subprocess
import tarfile
from base64 import b64encode
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

_VERSION = "4.10.3"
_INTEGRITY = "sha512-Xm7bpRXnDSX2YE2YFfBk2FnF0ep6tmG7xPh8iHee8MIcrgq762Nkce856dYtJYLkuIoYZvGfTs/PbZhideTcEg=="
_KEPT = ROOT / ".axe"
WIDE, PHONE = (1280, 900), (390, 844)
_ANSWER = re.compile(r'<pre id="axe">(.*?)</pre>', re.DOTALL)
_RUN = """
<pre id="axe"></pre><script>
axe.run(document, {resultTypes: ["violations"]}).then(r => {
  document.getElementById("axe").textContent = JSON.stringify(r.violations.map(v => [v.id, v.nodes.length, v.help]));
});
</script>
"""


def browser() -> str:
    """The program of a browser; without one the test is skipped."""
    found = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("there is no chromium")
    return found


@functools.cache
def axe() -> str:
    """The script of axe-core, from the registry of npm; without npm the test is skipped."""
    script = _KEPT / f"axe-{_VERSION}.js"
    if not script.is_file():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("there is no npm to fetch axe-core with")
        _KEPT.mkdir(exist_ok=True)
        fetched = subprocess.run([npm, "pack", f"axe-core@{_VERSION}"], cwd=_KEPT, capture_output=True, timeout=120)
        archive = _KEPT / f"axe-core-{_VERSION}.tgz"
        if fetched.returncode or not archive.is_file():
            pytest.skip("axe-core could not be fetched")
        digest = "sha512-" + b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        assert digest == _INTEGRITY
        with tarfile.open(archive) as content:
            part = content.extractfile("package/axe.min.js")
            assert part is not None
            script.write_bytes(part.read())
    return script.read_text(encoding="utf-8")


def violations(page: Path, folder: Path, size: tuple[int, int] = WIDE, *, dark: bool = False) -> list[Any]:
    """What axe-core finds wrong with a page, in a window of a size.

    Args:
        page: the file.
        folder: for a copy of it with the script, and for the browser.
        size: of the window.
        dark: as at night.
    """
    program, text = browser(), page.read_text(encoding="utf-8")
    if dark:
        assert "(prefers-color-scheme:dark)" in text
        text = text.replace("(prefers-color-scheme:dark)", "all")
    copy = folder / f"{page.stem}-{size[0]}{'-dark' if dark else ''}.html"
    copy.write_text(text.replace("</body>", f"<script>{axe()}</script>{_RUN}</body>"), encoding="utf-8")
    command = [program, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'browser'}"]
    command += [f"--window-size={size[0]},{size[1]}", "--virtual-time-budget=20000", "--dump-dom", copy.as_uri()]
    shown = subprocess.run(command, capture_output=True, timeout=180)
    (answer,) = _ANSWER.findall(shown.stdout.decode("utf-8"))
    found: list[Any] = json.loads(unescape(answer))
    return found
