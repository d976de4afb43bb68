"""Install the bundle of this machine as an office without internet would, and run a night with what was installed.

A new home, nothing of this environment, no index, and no network at all where the system can take it away.
``python bundle/check.py``; takes a minute or two and downloads what ``make bundle`` does.
"""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from install import FOR_OLD_CPU, OLD_CPU
from make import bundle

_CLEAN, _UNUSABLE_FILES = 0, 5


def main() -> None:
    """Build, unpack, install, run; ends with a word of what was done, or with the error."""
    if sys.platform != "linux":
        sys.exit("只能在 Linux 上检查")
    with tempfile.TemporaryDirectory(prefix="空 机器 ") as place:
        made = bundle(f"linux-{platform.machine()}", Path(place))
        home = Path(place) / "home"
        home.mkdir()
        with zipfile.ZipFile(made) as packed:
            packed.extractall(home)
        (folder,) = home.iterdir()
        run(home, "sh", folder / "install.sh")
        program = home / "bishan-survey" / "bin" / "bishan-survey"
        run(home, program, "--version")
        run(home, program, "sample", "演示", "--persons", "500")
        run(home, program, "nightly", "演示", well=(_CLEAN, _UNUSABLE_FILES))
        run(home, program, "doctor", "演示")
        run(home, program, "keys", "new", "我的.key")
        # Once more over the same, with the build of polars for old processors, where there is one.
        run(home, "sh", folder / "install.sh", *([FOR_OLD_CPU] if (folder / OLD_CPU).exists() else []))
        run(home, program, "nightly", "演示", well=(_CLEAN, _UNUSABLE_FILES))
        print(f"没有网也装得上，跑得完一夜，换上旧处理器的部件也行：{made.name}")


def run(home: Path, *words: object, well: tuple[int, ...] = (_CLEAN,)) -> None:
    """Run in an environment with nothing in it but a home; stop if it does not end well."""
    offline = ["unshare", "--net"] if os.geteuid() == 0 and shutil.which("unshare") else []
    environment = {"HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
    environment |= {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    print("$", *words, "" if offline else "（网络还在）", flush=True)
    code = subprocess.run([*offline, *map(str, words)], cwd=home, env=environment, check=False).returncode
    if code not in well:
        sys.exit(f"退出码 {code}：{' '.join(map(str, words))}")


if __name__ == "__main__":
    main()
